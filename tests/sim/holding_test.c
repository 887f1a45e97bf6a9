/* SPDX-License-Identifier: MIT */
/* holding_test.c - who holds what, and when those who wait for each other are told of. */
#include "support/suite.h"

#include <tutti/sim.h>

static tutti_lock lock;
static tutti_rwlock rwlock;
static tutti_event begun;

static void begin(void)
{
	memset(&lock, 0, sizeof lock);
	memset(&rwlock, 0, sizeof rwlock);
	memset(&begun, 0, sizeof begun);
}

/* -- what looks like a circle, and is none ----------------------------------------------------- */

static void *let_go(void *arg)
{
	tutti_event_wait(&begun);
	tutti_sleep(TUTTI_SECONDS(1));
	tutti_lock_release(&lock);
	return arg;
}

/* A plain lock has no owner: who has taken it may wait for another to let it go. */
static void is_let_go_by_another(void *arg)
{
	tutti_thread *other;

	begin();
	other = tutti_thread_start(let_go, arg, NULL);
	tutti_lock_acquire(&lock);
	tutti_event_set(&begun);
	tutti_lock_acquire(&lock);
	tutti_lock_release(&lock);
	TUTTI_SIM_REQUIRE(tutti_join_all(&other, 1) == 0);
}

static void *read_then_write(void *arg)
{
	tutti_rwlock_acquire_read(&rwlock);
	tutti_yield();
	tutti_rwlock_release(&rwlock);
	tutti_rwlock_acquire_write(&rwlock);
	tutti_rwlock_release(&rwlock);
	return arg;
}

/* Who has read, and waits to write while others still read, does not wait for itself. */
static void readers_leave_one_by_one(void *arg)
{
	tutti_thread *threads[3];

	begin();
	for (int i = 0; i < 3; i++)
		threads[i] = tutti_thread_start(read_then_write, arg, NULL);
	TUTTI_SIM_REQUIRE(tutti_join_all(threads, 3) == 0);
}

/* -- a circle ---------------------------------------------------------------------------------- */

static void *take_twice(void *arg)
{
	tutti_lock_acquire(&lock);
	tutti_lock_acquire(&lock);
	return arg;
}

static void *tick(void *arg)
{
	while (tutti_sleep(TUTTI_SECONDS(0.1)) == 0)
		continue;
	return arg;
}

/* One waits for itself for ever, beside another that lives for ever. */
static void beside_one_that_ticks(void *arg)
{
	begin();
	tutti_future_unref(tutti_thread_start(tick, arg, NULL));
	tutti_future_unref(
		tutti_thread_start(take_twice, arg, &(tutti_thread_options){ .name = "twice" }));
}

/* -- checks ------------------------------------------------------------------------------------ */

static tutti_sim_result result;

static void check(void (*test)(void *), const char *strategy, tutti_time horizon,
	tutti_sim_trouble trouble, const char *words)
{
	tutti_sim_options o = { .strategy = strategy,
		.runs = 300,
		.horizon = horizon,
		.save = "",
		.flags = TUTTI_SIM_QUIET,
		.result = &result };

	tutti_sim_check(test, &o);
	if (result.trouble != trouble)
		fprintf(stderr, "%s: %s", strategy, result.text ? result.text : "no trouble\n");
	CHECK_EQ(result.trouble, trouble);
	if (words)
		CHECK(strstr(result.text, words));
	tutti_sim_result_clear(&result);
}

static void passes_what_only_looks_like_it(void)
{
	static const char *const strategies[] = { "fifo", "random", "pct:3", "exhaustive:1" };

	for (int i = 0; i < 4; i++) {
		check(is_let_go_by_another, strategies[i], 0, TUTTI_SIM_NONE, NULL);
		check(readers_leave_one_by_one, strategies[i], 0, TUTTI_SIM_NONE, NULL);
	}
}

static void tells_of_a_circle_that_stands(void)
{
	static const char words[] =
		"the circle: thread 'twice' waits for lock 'lock' of thread 'twice'";

	check(beside_one_that_ticks, "fifo", 0, TUTTI_SIM_CIRCLE, words);
	check(beside_one_that_ticks, "fifo", TUTTI_SECONDS(2), TUTTI_SIM_CIRCLE, words);
}

int main(void)
{
	suite_begin();
	RUN(passes_what_only_looks_like_it);
	RUN(tells_of_a_circle_that_stands);
	return suite_end();
}
