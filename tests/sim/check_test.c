/* SPDX-License-Identifier: MIT */
/* check_test.c - checks find what is wrong, pass what is right, and say the same thing twice. */
#include "support/suite.h"
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/condition.h>
#include <tutti/event.h>
#include <tutti/lock.h>
#include <tutti/race.h>
#include <tutti/report.h>
#include <tutti/sim.h>
#include <tutti/task.h>
#include <tutti/thread.h>
#include <unistd.h>

/* -- programs ---------------------------------------------------------------------------------- */

static void run_both(tutti_fn one, tutti_fn other)
{
	tutti_thread *a = tutti_thread_start(one, NULL, &(tutti_thread_options){ .name = "a" });
	tutti_thread *b = tutti_thread_start(other, NULL, &(tutti_thread_options){ .name = "b" });

	tutti_thread_join(a, NULL);
	tutti_thread_join(b, NULL);
	tutti_future_unref(a);
	tutti_future_unref(b);
}

static int balance;
static tutti_lock first, second;

static void *deposit(void *arg)
{
	TUTTI_STORE(&balance, TUTTI_LOAD(&balance) + 1);
	return arg;
}

static void deposits(void *arg)
{
	(void)arg;
	balance = 0;
	run_both(deposit, deposit);
	TUTTI_SIM_REQUIRE(balance == 2);
}

static void *deposit_locked(void *arg)
{
	tutti_lock_acquire(&first);
	deposit(arg);
	tutti_lock_release(&first);
	return arg;
}

static void deposits_locked(void *arg)
{
	(void)arg;
	balance = 0;
	tutti_lock_init(&first, 0);
	run_both(deposit_locked, deposit_locked);
	TUTTI_SIM_REQUIRE(balance == 2);
}

static void *first_second(void *arg)
{
	tutti_lock_acquire(&first);
	tutti_lock_acquire(&second);
	tutti_lock_release(&second);
	tutti_lock_release(&first);
	return arg;
}

static void *second_first(void *arg)
{
	tutti_lock_acquire(&second);
	tutti_lock_acquire(&first);
	tutti_lock_release(&first);
	tutti_lock_release(&second);
	return arg;
}

static void two_orders(void *arg)
{
	(void)arg;
	tutti_lock_init(&first, 0);
	tutti_lock_init(&second, 0);
	run_both(first_second, second_first);
}

static void one_order(void *arg)
{
	(void)arg;
	tutti_lock_init(&first, 0);
	tutti_lock_init(&second, 0);
	run_both(first_second, first_second);
}

/* -- tests ------------------------------------------------------------------------------------- */

static tutti_sim_result result;

static int run(void (*test)(void *), const char *strategy)
{
	return tutti_sim_check(test, &(tutti_sim_options){ .name = "t",
					     .strategy = strategy,
					     .runs = 2000,
					     .save = "",
					     .flags = TUTTI_SIM_QUIET,
					     .result = &result });
}

static const char *const strategies[] = { "auto", "random", "pct:2", "pct:3", "exhaustive:2" };

/* rows: F13 T51 */
static void finds_a_lost_update(void)
{
	for (size_t i = 0; i < sizeof(strategies) / sizeof(strategies[0]); i++) {
		CHECK(run(deposits, strategies[i]) == 1);
		CHECK(result.trouble == TUTTI_SIM_FAILED);
		CHECK(strstr(result.text, "balance == 2"));
		tutti_sim_result_clear(&result);
	}
}

static void passes_what_is_locked(void)
{
	CHECK(run(deposits_locked, "exhaustive:2") == 0);
	CHECK(result.complete && result.runs > 1);
	tutti_sim_result_clear(&result);
	CHECK(run(one_order, "exhaustive:2") == 0);
	tutti_sim_result_clear(&result);
	CHECK(run(deposits_locked, NULL) == 0);
	tutti_sim_result_clear(&result);
}

static void names_the_circle(void)
{
	for (size_t i = 0; i < sizeof(strategies) / sizeof(strategies[0]); i++) {
		CHECK(run(two_orders, strategies[i]) == 1);
		CHECK(result.trouble == TUTTI_SIM_DEADLOCK);
		CHECK(strstr(result.text, "the circle: thread 'a' waits for lock"));
		tutti_sim_result_clear(&result);
	}
}

/* -- troubles ---------------------------------------------------------------------------------- */

static tutti_event never;

static void *waits_for_ever(void *arg)
{
	tutti_event_wait(&never);
	return arg;
}

static void leaves_one(void *arg)
{
	(void)arg;
	tutti_event_init(&never, 0);
	tutti_future_unref(tutti_thread_start(
		waits_for_ever, NULL, &(tutti_thread_options){ .name = "left" }));
}

static void leaves_a_daemon(void *arg)
{
	(void)arg;
	tutti_event_init(&never, 0);
	tutti_future_unref(
		tutti_thread_start(waits_for_ever, NULL, &(tutti_thread_options){ .daemon = 1 }));
}

static void only_looks(void *arg)
{
	(void)arg;
	tutti_event_init(&never, 0);
	while (!tutti_event_is_set(&never))
		;
}

static void *fails(void *arg)
{
	(void)arg;
	tutti_fail(-EIO, "the disk is gone");
	return NULL;
}

static void looks_away(void *arg)
{
	tutti_thread *t = tutti_thread_start(fails, arg, NULL);

	tutti_sleep(TUTTI_SECONDS(1));
	tutti_future_unref(t);
}

static void *keeps_a_lock(void *arg)
{
	tutti_lock_acquire(&first);
	return arg;
}

static void leaves_a_lock(void *arg)
{
	tutti_thread *t;

	tutti_lock_init(&first, 0);
	t = tutti_thread_start(keeps_a_lock, arg, &(tutti_thread_options){ .name = "keeper" });
	tutti_thread_join(t, NULL);
	tutti_future_unref(t);
}

/* What is noticed first is what is told, whatever follows from it. */
static void leaves_a_lock_and_looks_away(void *arg)
{
	leaves_a_lock(arg);
	looks_away(arg);
}

/* These two hold each other up for ever, while main could go on sleeping. */
static void sleeps_beside_a_circle(void *arg)
{
	tutti_thread *a, *b;

	(void)arg;
	tutti_lock_init(&first, 0);
	tutti_lock_init(&second, 0);
	a = tutti_thread_start(first_second, NULL, NULL);
	b = tutti_thread_start(second_first, NULL, NULL);
	for (int i = 0; i < 3; i++)
		tutti_yield();
	for (int i = 0; i < 11000; i++)
		tutti_sleep(TUTTI_SECONDS(1));
	tutti_thread_join(a, NULL);
	tutti_thread_join(b, NULL);
	tutti_future_unref(a);
	tutti_future_unref(b);
}

static tutti_condition came;
static bool is_there;

static void *notifies(void *arg)
{
	tutti_lock_acquire(&first);
	is_there = true;
	tutti_condition_notify(&came, &first, 1);
	tutti_lock_release(&first);
	return arg;
}

/* It looks before it has the lock: the notification may come in between. */
static void *waits_too_late(void *arg)
{
	bool there = TUTTI_LOAD(&is_there);

	tutti_lock_acquire(&first);
	if (!there)
		tutti_condition_wait(&came, &first);
	tutti_lock_release(&first);
	return arg;
}

static void misses_a_notification(void *arg)
{
	(void)arg;
	is_there = false;
	tutti_lock_init(&first, 0);
	tutti_condition_init(&came, 0);
	run_both(waits_too_late, notifies);
}

static void expect(
	void (*test)(void *), const char *strategy, tutti_sim_trouble trouble, const char *words)
{
	CHECK(run(test, strategy) == (trouble != TUTTI_SIM_NONE));
	CHECK_EQ(result.trouble, trouble);
	if (words)
		CHECK(strstr(result.text, words));
	tutti_sim_result_clear(&result);
}

static void names_each_trouble(void)
{
	expect(leaves_one, "fifo", TUTTI_SIM_LEFT,
		"thread 'left' waits for event 'never', since 0 s");
	expect(leaves_a_daemon, "fifo", TUTTI_SIM_NONE, NULL);
	expect(leaves_a_daemon, "exhaustive:2", TUTTI_SIM_NONE, NULL);
	expect(only_looks, "fifo", TUTTI_SIM_LIVELOCK, "thread 'main' runs, after look at");
	expect(misses_a_notification, "exhaustive:1", TUTTI_SIM_DEADLOCK,
		"by thread 'b', when nobody waited");
	expect(leaves_a_lock, "fifo", TUTTI_SIM_HELD,
		"thread 'keeper' ended with lock 'first' held");
	expect(looks_away, "fifo", TUTTI_SIM_UNSEEN, "the disk is gone");
	expect(leaves_a_lock_and_looks_away, "fifo", TUTTI_SIM_HELD, "with lock 'first' held");
	expect(sleeps_beside_a_circle, "random", TUTTI_SIM_CIRCLE, "the circle:");
}

/* A failed run leaves nothing behind that the next one would stumble over. */
static void goes_on_after_failures(void)
{
	for (int i = 0; i < 20; i++) {
		expect(two_orders, "random", TUTTI_SIM_DEADLOCK, NULL);
		expect(one_order, "exhaustive:1", TUTTI_SIM_NONE, NULL);
		expect(leaves_one, "fifo", TUTTI_SIM_LEFT, NULL);
	}
}

/* -- time -------------------------------------------------------------------------------------- */

static tutti_time took;

static void *sleeps_an_hour(void *arg)
{
	tutti_sleep(TUTTI_SECONDS(3600));
	return arg;
}

static void sleeps_long(void *arg)
{
	tutti_time begin = tutti_now();

	(void)arg;
	run_both(sleeps_an_hour, sleeps_an_hour);
	took = tutti_now() - begin;
}

static void *ends_late(void *arg)
{
	tutti_sleep(TUTTI_SECONDS(1));
	return arg;
}

static bool in_time, too_late;

/* The result comes at the very instant of the deadline, or a moment before or after. */
static void waits_a_second(void *arg)
{
	tutti_thread *t = tutti_thread_start(ends_late, arg, NULL);
	int rc = tutti_thread_join_until(t, NULL, tutti_after(TUTTI_SECONDS(1)));

	in_time = in_time || rc == 0;
	too_late = too_late || rc == TUTTI_ETIMEDOUT;
	TUTTI_SIM_REQUIRE(rc == 0 || rc == TUTTI_ETIMEDOUT);
	tutti_thread_join(t, NULL);
	tutti_future_unref(t);
}

/* rows: F155 */
static void takes_no_time(void)
{
	expect(sleeps_long, "fifo", TUTTI_SIM_NONE, NULL);
	CHECK_EQ(took, TUTTI_SECONDS(3600));
}

static void reaches_both_sides_of_a_deadline(void)
{
	in_time = too_late = false;
	expect(waits_a_second, "exhaustive:2", TUTTI_SIM_NONE, NULL);
	CHECK(in_time && too_late);
}

/* -- the same again ---------------------------------------------------------------------------- */

static void repeats_a_run(void)
{
	char file[] = "/tmp/tutti-check-XXXXXX";
	tutti_sim_result again;
	tutti_sim_options o = { .name = "repeated",
		.strategy = "pct:3",
		.save = file,
		.flags = TUTTI_SIM_QUIET,
		.result = &result };
	int fd = mkstemp(file);

	CHECK(fd >= 0);
	close(fd);
	CHECK(tutti_sim_check(two_orders, &o) == 1);
	o.replay = file;
	o.result = &again;
	CHECK(tutti_sim_check(two_orders, &o) == 1);
	CHECK_EQ(again.trouble, result.trouble);
	CHECK(again.hash == result.hash);
	CHECK_EQ(again.runs, 1);
	tutti_sim_result_clear(&again);
	CHECK(tutti_sim_check(deposits_locked, &o) == 1);
	CHECK_EQ(again.trouble, TUTTI_SIM_DIVERGED);
	tutti_sim_result_clear(&again);
	tutti_sim_result_clear(&result);
	unlink(file);
}

/* rows: F155 */
static void is_the_same_twice(void)
{
	uint64_t hash;

	expect(sleeps_long, "random", TUTTI_SIM_NONE, NULL);
	CHECK(run(deposits_locked, "random") == 0);
	hash = result.hash;
	tutti_sim_result_clear(&result);
	CHECK(run(deposits_locked, "random") == 0);
	CHECK(result.hash == hash);
	tutti_sim_result_clear(&result);
}

/* -- bad use ----------------------------------------------------------------------------------- */

static void checks_within(void *arg)
{
	(void)arg;
	TUTTI_SIM_REQUIRE(tutti_sim_check(deposits, NULL) == -EBUSY);
	TUTTI_SIM_REQUIRE(tutti_simulated());
}

static char said[300];

static void keep(int code, const char *text, void *arg)
{
	(void)code, (void)arg;
	snprintf(said, sizeof(said), "%s", text);
}

static void refuses_nonsense(void)
{
	static const char *const wrong[] = { "", "quick", "pct:0", "pct:x", "exhaustive:-1",
		"fifo:1" };

	tutti_set_reporter(keep, NULL);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CHECK_EQ(run(deposits, wrong[i]), -EINVAL);
		CHECK(strstr(said, "exhaustive[:PREEMPTIONS]"));
	}
	CHECK_EQ(run(NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_sim_check(deposits, &(tutti_sim_options){ .replay = "/nowhere" }), -ENOENT);
	tutti_set_reporter(tutti_report_stderr, NULL);
	expect(checks_within, "fifo", TUTTI_SIM_NONE, NULL);
	CHECK(!tutti_simulated());
	tutti_sim_result_clear(NULL);
}

int main(void)
{
	suite_begin();
	RUN(finds_a_lost_update);
	RUN(passes_what_is_locked);
	RUN(names_the_circle);
	RUN(names_each_trouble);
	RUN(goes_on_after_failures);
	RUN(takes_no_time);
	RUN(reaches_both_sides_of_a_deadline);
	RUN(repeats_a_run);
	RUN(is_the_same_twice);
	RUN(refuses_nonsense);
	return suite_end();
}
