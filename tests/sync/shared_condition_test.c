/* SPDX-License-Identifier: MIT */
/* rows: F45 */
/*
 * Conditions between processes.
 * Valgrind takes what threads have, that a forked child has not, for leaks of the child's.
 * ctest: LABELS no-valgrind
 */
#include <tutti/condition.h>

#include "support/processes.h"

enum { N = 4 };

struct shared {
	tutti_lock lock;
	tutti_condition changed;
	uint32_t ready, done;
	uint32_t turn, open, broken; /* under the lock */
};
static struct shared *shared;
static unsigned kind; /* of the lock: TUTTI_RECURSIVE or 0 */

static void begin(void)
{
	memset(shared, 0, sizeof *shared);
	CHECK_EQ(tutti_lock_init(&shared->lock, kind | TUTTI_SHARED), 0);
	CHECK_EQ(tutti_condition_init(&shared->changed, TUTTI_SHARED), 0);
}

/* One of them may be told that it has the lock after a dead one. */
static void take(void)
{
	int rc = tutti_lock_acquire_until(&shared->lock, TUTTI_FOREVER);

	CHECK(rc == 0 || rc == TUTTI_EBROKEN);
	shared->broken += rc < 0;
}

static void release(void)
{
	CHECK_EQ(tutti_lock_release(&shared->lock), 0);
}

static int wait_until(tutti_time deadline)
{
	int rc = tutti_condition_wait_until(&shared->changed, &shared->lock, deadline);

	if (rc != TUTTI_EBROKEN)
		return rc;
	shared->broken++;
	return 0;
}

static void notify(size_t n)
{
	CHECK_EQ(tutti_condition_notify(&shared->changed, &shared->lock, n), 0);
}

static void refuses_what_does_not_go_together(void)
{
	tutti_lock own = { 0 };
	tutti_condition mine = { 0 };

	begin();
	CHECK_EQ(tutti_condition_wait(&shared->changed, &shared->lock), TUTTI_EUNLOCKED);
	CHECK_EQ(tutti_condition_notify(&shared->changed, &shared->lock, 1), TUTTI_EUNLOCKED);
	tutti_lock_acquire(&own);
	take();
	CHECK_EQ(tutti_condition_wait(&shared->changed, &own), -EINVAL);
	CHECK_EQ(tutti_condition_notify(&shared->changed, &own, 1), -EINVAL);
	CHECK_EQ(tutti_condition_wait_until(&mine, &shared->lock, 0), -EINVAL);
	CHECK_EQ(tutti_condition_notify(&mine, &shared->lock, 1), -EINVAL);
	notify(1);
	notify(SIZE_MAX);
	release();
	tutti_lock_release(&own);
	CHECK_EQ(tutti_condition_init(&mine, TUTTI_SHARED | TUTTI_RECURSIVE), -EINVAL);
}

static void play(uint32_t mine, uint32_t rounds)
{
	take();
	for (uint32_t i = 0; i < rounds; i++) {
		while (shared->turn != mine)
			CHECK_EQ(wait_until(TUTTI_FOREVER), 0);
		shared->turn = 1 - mine;
		notify(1);
	}
	release();
}

static void play_there(void *arg)
{
	play(1, *(uint32_t *)arg);
}

static void goes_to_and_fro(void)
{
	uint32_t rounds = (uint32_t)suite_rounds(1000);
	pid_t pid;

	begin();
	pid = process_start(play_there, &rounds);
	play(0, rounds);
	process_join(pid);
	CHECK_EQ(shared->turn, 0);
}

static void *play_as_context(void *arg)
{
	play(1, *(uint32_t *)arg);
	return NULL;
}

static void goes_to_and_fro_between_contexts(enum mix mix)
{
	uint32_t rounds = (uint32_t)suite_rounds(300);
	tutti_future *f;

	begin();
	f = start_as(mix, play_as_context, &rounds);
	play(0, rounds);
	CHECK_EQ(finish(f), 0);
}

static void wait_for_opening(void *arg)
{
	(void)arg;
	take();
	if (kind == TUTTI_RECURSIVE) /* it is let go entirely, and comes back so deep */
		take();
	tu_add_acqrel(&shared->ready, 1u);
	while (!shared->open)
		CHECK_EQ(wait_until(TUTTI_FOREVER), 0);
	shared->open--;
	if (kind == TUTTI_RECURSIVE)
		release();
	tu_add_acqrel(&shared->done, 1u);
	release();
}

static void start_waiters(pid_t *pid, int n)
{
	for (uint32_t i = 0; i < (uint32_t)n; i++) {
		pid[i] = process_start(wait_for_opening, NULL);
		await_value(&shared->ready, i + 1);
		await_sleep(pid[i]);
	}
}

static void open_for(uint32_t n)
{
	take();
	shared->open += n;
	notify(n);
	release();
}

static void notifies_as_many(void)
{
	pid_t pid[N];

	begin();
	start_waiters(pid, N);
	open_for(1);
	while (tu_load_acq(&shared->done) != 1)
		usleep(100);
	open_for(N - 1);
	for (int i = 0; i < N; i++)
		process_join(pid[i]);
	CHECK_EQ(shared->done, N);
}

/* Who sleeps and is not meant sleeps on. */
static void leaves_others_asleep(void)
{
	uint32_t ready;
	pid_t pid[N];

	begin();
	start_waiters(pid, N);
	for (uint32_t i = 1; i <= N; i++) {
		open_for(1);
		while (tu_load_acq(&shared->done) != i)
			usleep(100);
		ready = 0;
		for (int j = 0; j < N; j++)
			ready += kill(pid[j], 0) == 0;
		CHECK_EQ(ready, N);
	}
	for (int i = 0; i < N; i++)
		process_join(pid[i]);
}

static void gives_up_in_time(void)
{
	tutti_time deadline;

	begin();
	take();
	CHECK_EQ(wait_until(0), TUTTI_ETIMEDOUT);
	deadline = tutti_after(TUTTI_MILLISECONDS(3));
	CHECK_EQ(wait_until(deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	CHECK(tutti_lock_locked(&shared->lock));
	release();
}

static void *wait_as_context(void *arg)
{
	int rc;

	(void)arg;
	take();
	rc = tutti_condition_wait(&shared->changed, &shared->lock);
	CHECK(tutti_lock_locked(&shared->lock));
	release();
	return give(rc);
}

static void is_a_cancellation_point(enum mix mix)
{
	tutti_future *f;

	begin();
	f = start_as(mix, wait_as_context, NULL);
	settle();
	CHECK_EQ(tutti_future_cancel(f), 1);
	check_canceled(f);
	CHECK(!tutti_lock_locked(&shared->lock));
}

static bool is_open(void *arg)
{
	(void)arg;
	return shared->open > 0;
}

static void *wait_for_open(void *arg)
{
	int rc;

	(void)arg;
	take();
	rc = tutti_condition_wait_for(
		&shared->changed, &shared->lock, is_open, NULL, TUTTI_FOREVER);
	release();
	return give(rc);
}

static void open_when_ready(void *arg)
{
	(void)arg;
	await_value(&shared->ready, 1);
	open_for(N);
}

static void parks_the_context_alone(enum mix mix)
{
	tutti_future *f[N];
	pid_t pid;

	begin();
	pid = process_start(open_when_ready, NULL);
	start_all(mix, f, N, wait_for_open, NULL);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(tutti_yield(), 0);
	for (int i = 0; i < N; i++)
		CHECK(!tutti_future_done(f[i]));
	say(&shared->ready, 1);
	for (int i = 0; i < N; i++)
		CHECK_EQ(finish(f[i]), 0);
	process_join(pid);
}

/* One is dead when all are notified, one is notified and dies before it has run. */
static void loses_no_notify_to_a_dead_waiter(void)
{
	pid_t pid[N];

	begin();
	start_waiters(pid, N);
	CHECK_EQ(kill(pid[0], SIGSTOP), 0);
	process_kill_quietly(pid[1]);
	open_for(1);
	process_kill(pid[0]);
	while (tu_load_acq(&shared->done) != 1)
		usleep(100);
	open_for(1);
	for (int i = 2; i < N; i++)
		process_join(pid[i]);
	CHECK_EQ(shared->done, 2);
	tu_family_died(pid[1]);
}

static void die_with_the_lock(void *arg)
{
	take();
	shared->open++;
	say(&shared->done, 1);
	for (;;)
		pause();
	(void)arg;
}

/* The lock comes back from one who died with it. */
static void *wait_and_tell(void *arg)
{
	int rc;

	take();
	say(&shared->ready, 1);
	rc = tutti_condition_wait(&shared->changed, &shared->lock);
	release();
	(void)arg;
	return give(rc);
}

static void says_that_the_lock_was_a_dead_ones(void)
{
	tutti_future *f;
	pid_t pid;

	begin();
	f = tutti_task_start(wait_and_tell, NULL, NULL);
	settle();
	CHECK_EQ(shared->ready, 1);
	pid = process_start(die_with_the_lock, NULL);
	await_value(&shared->done, 1);
	process_kill(pid); /* which also ends the wait */
	CHECK_EQ(finish(f), TUTTI_EBROKEN);
	CHECK(!tutti_lock_locked(&shared->lock));
}

/* -- deaths ------------------------------------------------------------------------------------ */

static void wait_for_gate(void *arg)
{
	(void)arg;
	take();
	tu_add_acqrel(&shared->ready, 1u);
	while (!shared->open)
		CHECK_EQ(wait_until(TUTTI_FOREVER), 0);
	release();
	tu_add_acqrel(&shared->done, 1u);
}

static void until_all_wait(void)
{
	await_value(&shared->ready, 3);
	take(); /* each has let it go since */
	release();
}

static void open_gate(void *arg)
{
	(void)arg;
	take();
	shared->open = 1;
	notify(SIZE_MAX);
	release();
}

/* If it has not opened it, somebody else does; and if it has, nobody helps. */
static void open_if_it_has_not(bool by_crash)
{
	pid_t pid;

	if (!by_crash || shared->open)
		return;
	pid = process_start(open_gate, NULL);
	(void)pid;
}

static void check_all_are_through(void)
{
	int status;

	while (waitpid(-1, &status, 0) > 0)
		CHECK_EQ(status, 0);
	CHECK_EQ(shared->done, 3);
	CHECK(shared->broken <= 1);
	take();
	release();
}

static void survives_a_death_in_notify(void)
{
	const struct crash_test test = { .begin = begin,
		.other = wait_for_gate,
		.others = 3,
		.prepare = until_all_wait,
		.victim = open_gate,
		.died = open_if_it_has_not,
		.check = check_all_are_through,
		.least = 6 };

	crash_everywhere(&test);
}

static void wait_a_little(void *arg)
{
	(void)arg;
	take();
	CHECK_EQ(wait_until(tutti_after(TUTTI_MILLISECONDS(1))), TUTTI_ETIMEDOUT);
	release();
}

static void open_in_any_case(bool by_crash)
{
	(void)by_crash;
	process_start(open_gate, NULL);
}

static void survives_a_death_in_wait(void)
{
	const struct crash_test test = { .begin = begin,
		.other = wait_for_gate,
		.others = 3,
		.prepare = until_all_wait,
		.victim = wait_a_little,
		.died = open_in_any_case,
		.check = check_all_are_through,
		.least = 6 };

	crash_everywhere(&test);
}

static void run_all(unsigned flags)
{
	kind = flags;
	RUN(goes_to_and_fro);
	RUN_MIXES(goes_to_and_fro_between_contexts);
	RUN(notifies_as_many);
	RUN(leaves_others_asleep);
	RUN(gives_up_in_time);
	RUN_MIXES(is_a_cancellation_point);
	RUN_MIXES(parks_the_context_alone);
	RUN(loses_no_notify_to_a_dead_waiter);
	RUN(says_that_the_lock_was_a_dead_ones);
	RUN(survives_a_death_in_notify);
	RUN(survives_a_death_in_wait);
}

int main(void)
{
	processes_begin();
	shared = share(sizeof *shared);
	RUN(refuses_what_does_not_go_together);
	run_all(0);
	run_all(TUTTI_RECURSIVE);
	unshare(shared, sizeof *shared);
	return suite_end();
}
