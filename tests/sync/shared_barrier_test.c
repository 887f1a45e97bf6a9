/* SPDX-License-Identifier: MIT */
/* rows: F45 */
/*
 * Barriers between processes.
 * Valgrind takes what threads have, that a forked child has not, for leaks of the child's.
 * ctest: LABELS no-valgrind
 */
#include <tutti/barrier.h>

#include "support/processes.h"
#include "sync/shared_lock.h"

enum { N = 3 };
enum { ARRIVED_WORD = 1, LOCK_WORD = 4 }; /* see barrier_shared.c */

struct shared {
	tutti_barrier barrier;
	uint32_t ready, done, broken, rounds, acted, act;
	uint32_t at[16], sum[1024];
};
static struct shared *shared;

static void begin(void)
{
	memset(shared, 0, sizeof *shared);
	CHECK_EQ(tutti_barrier_init(&shared->barrier, N, NULL, NULL, TUTTI_SHARED), 0);
}

static int arrive(void)
{
	return tutti_barrier_wait(&shared->barrier);
}

static void go_round(void *arg)
{
	for (int i = 0; i < *(int *)arg; i++) {
		int place = arrive();

		CHECK(place >= 0 && place < N);
		tu_add_acqrel(&shared->sum[i % 1024], 1u << place * 8);
	}
}

/* Each round has each place once. */
static void has_a_place_for_each(void)
{
	int rounds = 1000;

	begin();
	CHECK_EQ(tutti_barrier_parties(&shared->barrier), N);
	processes_run(N, go_round, &rounds);
	for (int i = 0; i < rounds; i++)
		CHECK_EQ(shared->sum[i], 1 + (1 << 8) + (1 << 16));
	CHECK(!tutti_barrier_broken(&shared->barrier));
	CHECK_EQ(tutti_barrier_n_waiting(&shared->barrier), 0);
}

static void *go_round_here(void *arg)
{
	go_round(arg);
	return NULL;
}

static void has_a_place_for_contexts(enum mix mix)
{
	int rounds = suite_rounds(100);
	tutti_future *f[N];

	begin();
	start_all(mix, f, N, go_round_here, &rounds);
	join_all(f, N);
}

/* Some in one process, one in another: 1000 times to and fro. */
static void mixes_processes_and_tasks(void)
{
	int rounds = suite_rounds(1000);
	tutti_future *f[2];
	pid_t pid;

	begin();
	pid = process_start(go_round, &rounds);
	start_all(TASKS, f, 2, go_round_here, &rounds);
	join_all(f, 2);
	process_join(pid);
}

static void *count_rounds(void *arg)
{
	(void)arg;
	tu_add_acqrel(&shared->acted, 1u);
	CHECK_EQ(tutti_barrier_n_waiting(&shared->barrier), N - 1);
	return NULL;
}

static void acts_once_a_round(void)
{
	int rounds = 100;

	begin();
	CHECK_EQ(tutti_barrier_init(&shared->barrier, N, count_rounds, NULL, TUTTI_SHARED), 0);
	processes_run(N, go_round, &rounds);
	CHECK_EQ(shared->acted, rounds);
}

static void *arrive_as_context(void *arg)
{
	(void)arg;
	return give(arrive());
}

static void until_waiting(uint32_t n)
{
	while (tutti_barrier_n_waiting(&shared->barrier) != n)
		CHECK_EQ(tutti_yield(), 0);
}

static void is_broken_in_time(void)
{
	tutti_future *f;

	begin();
	f = tutti_task_start(arrive_as_context, NULL, NULL);
	until_waiting(1);
	CHECK_EQ(tutti_barrier_wait_until(&shared->barrier, tutti_after(TUTTI_MILLISECONDS(2))),
		TUTTI_ETIMEDOUT);
	CHECK_EQ(finish(f), TUTTI_EBROKEN);
	CHECK(tutti_barrier_broken(&shared->barrier));
	CHECK_EQ(arrive(), TUTTI_EBROKEN);
	CHECK_EQ(tutti_barrier_reset(&shared->barrier), 0);
	CHECK(!tutti_barrier_broken(&shared->barrier));
	CHECK_EQ(tutti_barrier_wait_until(&shared->barrier, 0), TUTTI_ETIMEDOUT);
	CHECK_EQ(arrive(), TUTTI_EBROKEN);
}

static void is_broken_by_a_cancel(enum mix mix)
{
	tutti_future *f[2];

	begin();
	for (int i = 0; i < 2; i++)
		f[i] = start_as(mix, arrive_as_context, NULL);
	until_waiting(2);
	CHECK_EQ(tutti_future_cancel(f[0]), 1);
	check_canceled(f[0]);
	CHECK_EQ(finish(f[1]), TUTTI_EBROKEN);
	CHECK(tutti_barrier_broken(&shared->barrier));
}

static void is_aborted_and_reset(void)
{
	tutti_future *f[2];

	for (int abort = 0; abort < 2; abort++) {
		begin();
		start_all(TASKS, f, 2, arrive_as_context, NULL);
		until_waiting(2);
		CHECK_EQ(abort ? tutti_barrier_abort(&shared->barrier)
			       : tutti_barrier_reset(&shared->barrier),
			0);
		for (int i = 0; i < 2; i++)
			CHECK_EQ(finish(f[i]), TUTTI_EBROKEN);
		CHECK_EQ(tutti_barrier_broken(&shared->barrier), abort == 1);
	}
}

/* Each waits alone in a process, and tells how it went: 1 through, 2 broken. */
static void arrive_once(void *arg)
{
	int rc;

	(void)arg;
	tu_add_acqrel(&shared->ready, 1u);
	rc = arrive();
	CHECK(rc >= 0 || rc == TUTTI_EBROKEN);
	if (rc < 0)
		tu_add_acqrel(&shared->broken, 1u);
	else
		tu_add_acqrel(&shared->done, 1u);
}

static void start_waiting(pid_t *pid, int n)
{
	for (uint32_t i = 0; i < (uint32_t)n; i++) {
		pid[i] = process_start(arrive_once, NULL);
		until_waiting(i + 1);
		await_sleep(pid[i]);
	}
}

/* A whole round, to see that all is well. */
static void check_works(void)
{
	int rounds = 2;

	CHECK_EQ(tutti_barrier_reset(&shared->barrier), 0);
	processes_run(N, go_round, &rounds);
	CHECK_EQ(tutti_barrier_n_waiting(&shared->barrier), 0);
}

static void is_broken_by_the_death_of_a_party(void)
{
	for (int victim = 0; victim < 2; victim++) {
		pid_t pid[2];

		begin();
		start_waiting(pid, 2);
		process_kill(pid[victim]);
		process_join(pid[1 - victim]);
		CHECK_EQ(shared->broken, 1);
		CHECK(tutti_barrier_broken(&shared->barrier));
		CHECK_EQ(arrive(), TUTTI_EBROKEN);
		check_works();
	}
}

/* Nobody else was there to notice: who comes next does. */
static void is_broken_for_who_comes_later(void)
{
	pid_t pid;

	begin();
	start_waiting(&pid, 1);
	process_kill(pid);
	CHECK_EQ(arrive(), TUTTI_EBROKEN);
	check_works();
}

static void stay(void *arg)
{
	(void)arg;
	for (;;)
		pause();
}

static void is_not_broken_by_the_death_of_others(void)
{
	int rounds = 1;
	pid_t pid[2], stranger;

	begin();
	start_waiting(pid, 2);
	stranger = process_start(stay, NULL);
	process_kill(stranger);
	go_round(&rounds);
	for (int i = 0; i < 2; i++)
		process_join(pid[i]);
	CHECK_EQ(shared->done, 2);
}

static void stay_after_a_round(void *arg)
{
	go_round(arg);
	say(&shared->at[0], 1);
	stay(NULL);
}

/* One who has come through a round is in no later one. */
static void is_not_broken_by_who_is_through(void)
{
	int one = 1, two = 2;
	pid_t pid[N];

	begin();
	pid[0] = process_start(stay_after_a_round, &one);
	for (int i = 1; i < N; i++)
		pid[i] = process_start(go_round, &two);
	await_value(&shared->at[0], 1);
	until_waiting(2);
	process_kill(pid[0]);
	go_round(&one);
	for (int i = 1; i < N; i++)
		process_join(pid[i]);
}

/* One process with many waits in it counts as many. */
static void counts_all_of_a_process(void)
{
	tutti_future *f[2];
	pid_t pid;

	begin();
	CHECK_EQ(tutti_barrier_init(&shared->barrier, 4, NULL, NULL, TUTTI_SHARED), 0);
	start_all(TASKS, f, 2, arrive_as_context, NULL);
	until_waiting(2);
	pid = process_start(arrive_once, NULL);
	until_waiting(3);
	await_sleep(pid);
	process_kill(pid);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(finish(f[i]), TUTTI_EBROKEN);
}

/* -- deaths ------------------------------------------------------------------------------------ */

static void arrive_and_die(void *arg)
{
	(void)arg;
	arrive();
}

static void until_two_wait(void)
{
	until_waiting(2);
}

/*
 * It died before it came: it is no party, and the others wait for who is. One who has died with the
 * lock may have come: that is for the others to find out, when they are told.
 */
static void break_if_it_never_came(bool by_crash)
{
	const uint32_t *words = shared->barrier.priv;

	if (by_crash && tu_shared_lock_holder(words[LOCK_WORD]) == 0 && words[ARRIVED_WORD] == 2)
		CHECK_EQ(tutti_barrier_abort(&shared->barrier), 0);
}

static void check_all_have_ended(void)
{
	CHECK_EQ(shared->done + shared->broken, 2);
	check_works();
}

static void *act(void *arg)
{
	(void)arg;
	tu_crash_point();
	return NULL;
}

static void begin_acting(void)
{
	begin();
	CHECK_EQ(tutti_barrier_init(&shared->barrier, N, act, NULL, TUTTI_SHARED), 0);
}

/* The last to arrive: all of its stores, and both ends of the others. */
static void survives_a_death_of_the_last(void)
{
	struct crash_test test = { .begin = begin,
		.prepare = until_two_wait,
		.other = arrive_once,
		.others = 2,
		.victim = arrive_and_die,
		.died = break_if_it_never_came,
		.check = check_all_have_ended,
		.least = 10 };

	crash_everywhere(&test);
	test.begin = begin_acting;
	crash_everywhere(&test);
}

/* One waits already; the victim comes, and its time runs out, or it dies: the round is broken. */
static void arrive_for_a_while(void *arg)
{
	(void)arg;
	CHECK_EQ(tutti_barrier_wait_until(&shared->barrier, tutti_after(TUTTI_MILLISECONDS(1))),
		TUTTI_ETIMEDOUT);
}

static void until_one_waits(void)
{
	until_waiting(1);
}

/* It may have died before it came: then it was no party, and the other waits for who does come. */
static void break_if_it_has_not(bool by_crash)
{
	if (by_crash && tutti_barrier_n_waiting(&shared->barrier) == 1)
		CHECK_EQ(tutti_barrier_abort(&shared->barrier), 0);
}

static void check_one_was_let_go(void)
{
	CHECK_EQ(shared->broken, 1);
	check_works();
}

static void survives_a_death_of_who_gives_up(void)
{
	const struct crash_test test = { .begin = begin,
		.prepare = until_one_waits,
		.other = arrive_once,
		.others = 1,
		.victim = arrive_for_a_while,
		.told = break_if_it_has_not,
		.check = check_one_was_let_go,
		.least = 10 };

	crash_everywhere(&test);
}

static void reset_it(void *arg)
{
	(void)arg;
	tutti_barrier_reset(&shared->barrier);
}

/* It has reset the barrier, and then nobody helps, or it has not. */
static void reset_if_it_has_not(bool by_crash)
{
	if (by_crash && tutti_barrier_n_waiting(&shared->barrier) == 2)
		reset_it(NULL);
}

static void check_all_were_let_go(void)
{
	CHECK_EQ(shared->broken, 2);
	check_works();
}

static void survives_a_death_in_reset(void)
{
	const struct crash_test test = { .begin = begin,
		.prepare = until_two_wait,
		.other = arrive_once,
		.others = 2,
		.victim = reset_it,
		.told = reset_if_it_has_not,
		.check = check_all_were_let_go,
		.least = 6 };

	crash_everywhere(&test);
}

int main(void)
{
	processes_begin();
	shared = share(sizeof *shared);
	RUN(has_a_place_for_each);
	RUN_MIXES(has_a_place_for_contexts);
	RUN(mixes_processes_and_tasks);
	RUN(acts_once_a_round);
	RUN(is_broken_in_time);
	RUN_MIXES(is_broken_by_a_cancel);
	RUN(is_aborted_and_reset);
	RUN(is_broken_by_the_death_of_a_party);
	RUN(is_broken_for_who_comes_later);
	RUN(is_not_broken_by_the_death_of_others);
	RUN(is_not_broken_by_who_is_through);
	RUN(counts_all_of_a_process);
	RUN(survives_a_death_of_the_last);
	RUN(survives_a_death_of_who_gives_up);
	RUN(survives_a_death_in_reset);
	unshare(shared, sizeof *shared);
	return suite_end();
}
