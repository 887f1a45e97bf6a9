/* SPDX-License-Identifier: MIT */
/* replay_test.c - a failed run in a file: whatever strategy found it, it is repeated to the end. */
#include "support/suite.h"

#include <tutti/race.h>
#include <tutti/random.h>
#include <tutti/sim.h>
#include <tutti/sync.h>
#include <tutti/thread.h>

static char file[64];
static tutti_sim_result found, again;
static tutti_lock red, blue;

static int check(void (*test)(void *), tutti_sim_options o, tutti_sim_result *result)
{
	o.name = "replay_test";
	o.flags |= TUTTI_SIM_QUIET;
	o.result = result;
	return tutti_sim_check(test, &o);
}

static void run_both(void *(*a)(void *), void *(*b)(void *))
{
	tutti_thread *threads[] = {
		tutti_thread_start(a, NULL, &(tutti_thread_options){ .name = "a" }),
		tutti_thread_start(b, NULL, &(tutti_thread_options){ .name = "b" }),
	};

	tutti_join_all(threads, 2);
}

static void begin(void)
{
	tutti_lock_init(&red, 0);
	tutti_lock_init(&blue, 0);
}

/* -- a deadlock, unless somebody is slow ------------------------------------------------------- */

static void *red_blue(void *arg)
{
	tutti_lock_acquire(&red);
	tutti_sleep(1);
	tutti_lock_acquire(&blue);
	tutti_lock_release(&blue);
	tutti_lock_release(&red);
	return arg;
}

static void *blue_red(void *arg)
{
	tutti_lock_acquire(&blue);
	tutti_sleep(1);
	tutti_lock_acquire(&red);
	tutti_lock_release(&red);
	tutti_lock_release(&blue);
	return arg;
}

static void two_orders(void *arg)
{
	(void)arg;
	begin();
	run_both(red_blue, blue_red);
}

static void repeats_what_each_strategy_finds(void)
{
	static const char *const strategies[] = { "auto", "fifo", "shuffle", "random", "pct:3",
		"exhaustive:1" };

	for (size_t i = 0; i < sizeof(strategies) / sizeof(*strategies); i++) {
		tutti_sim_options o = { .strategy = strategies[i], .save = file };

		CHECK_EQ(check(two_orders, o, &found), 1);
		CHECK_EQ(found.trouble, TUTTI_SIM_DEADLOCK);
		CHECK_EQ(check(two_orders, (tutti_sim_options){ .replay = file }, &again), 1);
		if (again.trouble != found.trouble)
			fprintf(stderr, "%s: %s", strategies[i], again.text);
		CHECK_EQ(again.trouble, found.trouble);
		CHECK(again.hash == found.hash);
		tutti_sim_result_clear(&found);
		tutti_sim_result_clear(&again);
	}
}

static void says_that_a_file_cannot_be_written(void)
{
	tutti_sim_options o = { .save = "./no/such.replay" };

	CHECK_EQ(check(two_orders, o, &found), 1);
	CHECK(strstr(found.text, "not kept: ./no/such.replay cannot be written: No such file"));
	CHECK(strstr(found.json, "\"not_kept\":\"./no/such.replay cannot be written: No such"));
	CHECK(!strstr(found.text, "once more"));
	tutti_sim_result_clear(&found);
}

/* -- simpler ----------------------------------------------------------------------------------- */

static int account;

static void *adds(void *arg)
{
	for (int i = 0; i < 5; i++) {
		TUTTI_STORE(&account, TUTTI_LOAD(&account) + 1);
		tutti_lock_acquire(&red);
		tutti_lock_release(&red);
	}
	return arg;
}

/* One switch is enough, of the dozens that a random run has. */
static void loses_an_update(void *arg)
{
	(void)arg;
	begin();
	account = 0;
	run_both(adds, adds);
	if (account != 10)
		tutti_sim_fail("%d updates are lost", 10 - account);
}

static void number_after(const char *words, int *number)
{
	const char *at = strstr(found.text, words);

	CHECK(at);
	*number = atoi(at + strlen(words));
}

static void keeps_the_simplest(void)
{
	for (uint64_t seed = 0; seed < 20; seed++) {
		tutti_sim_options o = { .strategy = "random", .seed = seed, .save = file };
		uint64_t hash, runs;
		int before, after;

		CHECK_EQ(check(loses_an_update, o, &found), 1);
		number_after("  it took ", &before);
		number_after(" switches, ", &after);
		CHECK(before > 5 && after <= 2);
		CHECK(strstr(found.text, "updates are lost"));
		hash = found.hash;
		runs = found.runs;
		tutti_sim_result_clear(&found);
		CHECK_EQ(check(loses_an_update, o, &found), 1);
		CHECK(found.hash == hash && found.runs == runs); /* the same twice */
		tutti_sim_result_clear(&found);
		CHECK_EQ(check(loses_an_update, (tutti_sim_options){ .replay = file }, &again), 1);
		CHECK(again.hash == hash && again.trouble == TUTTI_SIM_FAILED);
		tutti_sim_result_clear(&again);
		o.flags = TUTTI_SIM_AS_FOUND;
		CHECK_EQ(check(loses_an_update, o, &found), 1);
		CHECK(found.hash != hash && found.runs == runs && !strstr(found.text, "shrinking"));
		tutti_sim_result_clear(&found);
	}
}

/* Two mistakes, of which the one that is not looked at needs less. */
static void has_two_mistakes(void *arg)
{
	(void)arg;
	begin();
	account = 0;
	run_both(adds, adds);
	if (account != 10)
		tutti_sim_fail("an update is lost");
	tutti_lock_acquire(&blue);
	if (tutti_random_between(0, 1) == 0)
		tutti_sim_fail("the coin fell on its head");
	tutti_lock_release(&blue);
}

static void stays_with_its_kind(void)
{
	static const char *const kinds[] = { "an update is lost", "the coin fell on its head" };
	unsigned seen = 0;

	for (uint64_t seed = 0; seed < 40; seed++) {
		tutti_sim_options o = {
			.strategy = "random", .seed = seed, .save = "", .flags = TUTTI_SIM_AS_FOUND
		};
		int kind;

		CHECK_EQ(check(has_two_mistakes, o, &found), 1);
		kind = strstr(found.text, kinds[1]) != NULL;
		seen |= 1u << kind;
		tutti_sim_result_clear(&found);
		o.flags = 0;
		CHECK_EQ(check(has_two_mistakes, o, &found), 1);
		CHECK(strstr(found.text, kinds[kind]));
		tutti_sim_result_clear(&found);
	}
	CHECK_EQ(seen, 3);
}

int main(void)
{
	suite_begin();
	snprintf(file, sizeof file, "replay_test.%d.replay", (int)getpid());
	RUN(repeats_what_each_strategy_finds);
	RUN(says_that_a_file_cannot_be_written);
	RUN(keeps_the_simplest);
	RUN(stays_with_its_kind);
	unlink(file);
	return suite_end();
}
