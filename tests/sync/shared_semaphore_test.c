/* SPDX-License-Identifier: MIT */
/* rows: F45 */
/*
 * Semaphores between processes.
 * Valgrind takes what threads have, that a forked child has not, for leaks of the child's.
 * ctest: LABELS no-valgrind
 */
#include <tutti/select.h>
#include <tutti/semaphore.h>

#include "os/os.h"
#include "support/processes.h"

enum { N = 4 };

struct shared {
	tutti_semaphore here, there;
	uint32_t ready, done, inside, most;
};
static struct shared *shared;

static void begin_with(uint32_t permits)
{
	memset(shared, 0, sizeof *shared);
	CHECK_EQ(tutti_semaphore_init(&shared->here, permits, TUTTI_SHARED), 0);
	CHECK_EQ(tutti_semaphore_init(&shared->there, 0, TUTTI_SHARED), 0);
}

static void counts(void)
{
	begin_with(2);
	CHECK_EQ(tutti_semaphore_value(&shared->here), 2);
	CHECK_EQ(tutti_semaphore_acquire(&shared->here), 0);
	CHECK_EQ(tutti_semaphore_acquire_until(&shared->here, 0), 0);
	CHECK_EQ(tutti_semaphore_value(&shared->here), 0);
	CHECK_EQ(tutti_semaphore_acquire_until(&shared->here, 0), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_semaphore_release(&shared->here, 0), -EINVAL);
	CHECK_EQ(tutti_semaphore_release(&shared->here, INT32_MAX), 0);
	CHECK_EQ(tutti_semaphore_release(&shared->here, 1), -EOVERFLOW);
	CHECK_EQ(tutti_semaphore_release(&shared->here, UINT32_MAX), -EOVERFLOW);
	CHECK_EQ(tutti_semaphore_value(&shared->here), INT32_MAX);
}

static void is_bounded(void)
{
	begin_with(0);
	CHECK_EQ(tutti_semaphore_init(&shared->here, 2, TUTTI_SHARED | TUTTI_BOUNDED), 0);
	CHECK_EQ(tutti_semaphore_release(&shared->here, 1), -EOVERFLOW);
	CHECK_EQ(tutti_semaphore_acquire(&shared->here), 0);
	CHECK_EQ(tutti_semaphore_release(&shared->here, 2), -EOVERFLOW);
	CHECK_EQ(tutti_semaphore_release(&shared->here, 1), 0);
}

static void play(tutti_semaphore *mine, tutti_semaphore *yours, int rounds)
{
	for (int i = 0; i < rounds; i++) {
		CHECK_EQ(tutti_semaphore_acquire(mine), 0);
		CHECK_EQ(tutti_semaphore_release(yours, 1), 0);
	}
}

static void play_there(void *arg)
{
	play(&shared->there, &shared->here, *(int *)arg);
}

static void goes_to_and_fro(void)
{
	int rounds = suite_rounds(1000);
	pid_t pid;

	begin_with(1);
	pid = process_start(play_there, &rounds);
	play(&shared->here, &shared->there, rounds);
	process_join(pid);
	CHECK_EQ(tutti_semaphore_value(&shared->here), 1);
}

static void visit(void *arg)
{
	for (int i = 0; i < *(int *)arg; i++) {
		uint32_t inside;

		CHECK_EQ(tutti_semaphore_acquire(&shared->here), 0);
		inside = tu_add_acqrel(&shared->inside, 1u) + 1;
		CHECK(inside <= 2);
		tu_sub_acqrel(&shared->inside, 1u);
		CHECK_EQ(tutti_semaphore_release(&shared->here, 1), 0);
	}
}

static void lets_so_many_in(void)
{
	int rounds = suite_rounds(1000);

	begin_with(2);
	processes_run(N, visit, &rounds);
	CHECK_EQ(tutti_semaphore_value(&shared->here), 2);
}

static void *visit_here(void *arg)
{
	visit(arg);
	return NULL;
}

static void lets_so_many_contexts_in(enum mix mix)
{
	int rounds = suite_rounds(300);
	tutti_future *f[N];

	begin_with(2);
	start_all(mix, f, N, visit_here, &rounds);
	join_all(f, N);
	CHECK_EQ(tutti_semaphore_value(&shared->here), 2);
}

static void acquire_one(void *arg)
{
	(void)arg;
	tu_add_acqrel(&shared->ready, 1u);
	CHECK_EQ(tutti_semaphore_acquire(&shared->here), 0);
	tu_add_acqrel(&shared->done, 1u);
}

/* Some may have been started before. */
static void start_waiters_from(pid_t *pid, int n, uint32_t ready)
{
	for (int i = 0; i < n; i++) {
		pid[i] = process_start(acquire_one, NULL);
		await_value(&shared->ready, ++ready);
		await_sleep(pid[i]);
	}
}

static void start_waiters(pid_t *pid, int n)
{
	start_waiters_from(pid, n, 0);
}

/* All at once, one by one, and some by some, before the woken ones have run. */
static void gives_each_permit_to_somebody(void)
{
	static const uint32_t portions[][N + 1] = { { 4 }, { 1, 1, 1, 1 }, { 1, 3 }, { 2, 2 } };
	pid_t pid[N];

	for (int i = 0; i < 4; i++) {
		begin_with(0);
		start_waiters(pid, N);
		for (const uint32_t *p = portions[i]; *p; p++)
			CHECK_EQ(tutti_semaphore_release(&shared->here, *p), 0);
		for (int j = 0; j < N; j++)
			process_join(pid[j]);
		CHECK_EQ(shared->done, N);
		CHECK_EQ(tutti_semaphore_value(&shared->here), 0);
	}
}

static void gives_up_in_time(void)
{
	tutti_time deadline;

	begin_with(0);
	deadline = tutti_after(TUTTI_MILLISECONDS(3));
	CHECK_EQ(tutti_semaphore_acquire_until(&shared->here, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	CHECK_EQ(tutti_semaphore_release(&shared->here, 1), 0);
	CHECK_EQ(tutti_semaphore_acquire_until(&shared->here, 0), 0);
}

static void *acquire_as_context(void *arg)
{
	(void)arg;
	return give(tutti_semaphore_acquire(&shared->here));
}

static void is_a_cancellation_point(enum mix mix)
{
	tutti_future *f;

	begin_with(0);
	f = start_as(mix, acquire_as_context, NULL);
	settle();
	CHECK_EQ(tutti_future_cancel(f), 1);
	check_canceled(f);
	CHECK_EQ(tutti_semaphore_release(&shared->here, 1), 0);
	CHECK_EQ(tutti_semaphore_value(&shared->here), 1);
}

static void release_when_ready(void *arg)
{
	(void)arg;
	await_value(&shared->ready, 1);
	CHECK_EQ(tutti_semaphore_release(&shared->here, N), 0);
}

static void parks_the_context_alone(enum mix mix)
{
	tutti_future *f[N];
	pid_t pid;

	begin_with(0);
	pid = process_start(release_when_ready, NULL);
	start_all(mix, f, N, acquire_as_context, NULL);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(tutti_yield(), 0);
	for (int i = 0; i < N; i++)
		CHECK(!tutti_future_done(f[i]));
	say(&shared->ready, 1);
	for (int i = 0; i < N; i++)
		CHECK_EQ(finish(f[i]), 0);
	process_join(pid);
	CHECK_EQ(tutti_semaphore_value(&shared->here), 0);
}

/* The one who was woken dies before it has run: the permit is the next one's. */
static void loses_no_permit_to_a_dead_waiter(void)
{
	pid_t pid[N];

	begin_with(0);
	start_waiters(pid, N);
	CHECK_EQ(kill(pid[0], SIGSTOP), 0);
	CHECK_EQ(tutti_semaphore_release(&shared->here, 1), 0);
	process_kill(pid[0]);
	while (tu_load_acq(&shared->done) != 1)
		usleep(100);
	CHECK_EQ(tutti_semaphore_release(&shared->here, N - 2), 0);
	for (int i = 1; i < N; i++)
		process_join(pid[i]);
	CHECK_EQ(tutti_semaphore_value(&shared->here), 0);
}

static void keeps_what_the_dead_had(void)
{
	pid_t pid;

	begin_with(1);
	pid = process_start(acquire_one, NULL);
	process_join(pid);
	CHECK_EQ(tutti_semaphore_value(&shared->here), 0);
}

/* -- deaths ------------------------------------------------------------------------------------ */

static void begin_without(void)
{
	begin_with(0);
}

static void until_all_are_ready(void)
{
	await_value(&shared->ready, 3);
}

/* Asleep, so that they take nothing that nobody woke them for. */
static pid_t sleeper[3];

static void release_three(void *arg)
{
	(void)arg;
	CHECK_EQ(tutti_semaphore_release(&shared->here, 3), 0);
}

static void give_and_die(uint64_t k, bool *died)
{
	int status;
	pid_t victim = child_fork();

	if (victim == 0) {
		CHECK_EQ(tu_family_join(tu_family_fd()), 0);
		tu_crash_at(k);
		release_three(NULL);
		tu_crash_at(0);
		_exit(0);
	}
	CHECK_EQ(waitpid(victim, &status, 0), victim);
	*died = WIFSIGNALED(status);
	/* Nobody was woken if it died, so what it gave, if it did, is all there to be seen. */
	if (*died && tutti_semaphore_value(&shared->here) == 0)
		release_three(NULL);
	tu_family_died(victim);
}

static void survives_a_death_in_release(void)
{
	bool died = true;

	if (!tu_os_words_can()) /* then they look by themselves, and take it before we look */
		return;
	for (uint64_t k = 1; died; k++) {
		begin_with(0);
		start_waiters(sleeper, 3);
		give_and_die(k, &died);
		for (int i = 0; i < 3; i++)
			process_join(sleeper[i]);
		CHECK_EQ(shared->done, 3);
		CHECK_EQ(tutti_semaphore_value(&shared->here), 0);
		CHECK(died || k > 2 || !tu_crash_can());
	}
}

static void acquire_and_give_up(void *arg)
{
	(void)arg;
	CHECK_EQ(tutti_semaphore_acquire_until(&shared->here, tutti_after(TUTTI_MILLISECONDS(1))),
		TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_semaphore_release(&shared->there, 1), 0);
	CHECK_EQ(tutti_semaphore_acquire(&shared->there), 0);
}

static void give_three(bool by_crash)
{
	(void)by_crash;
	release_three(NULL);
}

static void check_all_are_done(void)
{
	CHECK_EQ(shared->done, 3);
	CHECK_EQ(tutti_semaphore_value(&shared->here), 0);
	CHECK(tutti_semaphore_value(&shared->there) <= 1);
}

static void survives_a_death_in_acquire(void)
{
	const struct crash_test test = { .begin = begin_without,
		.other = acquire_one,
		.others = 3,
		.prepare = until_all_are_ready,
		.victim = acquire_and_give_up,
		.died = give_three,
		.check = check_all_are_done,
		.least = 2 };

	crash_everywhere(&test);
}

/* It takes the permit for which it was woken, and dies before it wakes the next: see there. */
static void survives_a_death_of_who_wakes_the_next(void)
{
	bool died = true;

	for (uint64_t k = 1; died; k++) {
		pid_t victim;
		int status;

		begin_with(0);
		victim = child_fork();
		if (victim == 0) {
			CHECK_EQ(tu_family_join(tu_family_fd()), 0);
			tu_crash_at(k);
			acquire_one(NULL);
			tu_crash_at(0);
			_exit(0);
		}
		while (tu_load_acq(&shared->ready) != 1)
			usleep(100);
		await_sleep(victim);
		start_waiters_from(sleeper, 2, 1);
		for (int i = 0; i < 3; i++) /* the last two find nobody announced */
			CHECK_EQ(tutti_semaphore_release(&shared->here, 1), 0);
		CHECK_EQ(waitpid(victim, &status, 0), victim);
		tu_family_died(victim);
		died = WIFSIGNALED(status);
		for (int i = 0; i < 2; i++)
			process_join(sleeper[i]);
		CHECK(died || k > 2 || !tu_crash_can());
	}
}

int main(void)
{
	processes_begin();
	shared = share(sizeof *shared);
	RUN(counts);
	RUN(is_bounded);
	RUN(goes_to_and_fro);
	RUN(lets_so_many_in);
	RUN_MIXES(lets_so_many_contexts_in);
	RUN(gives_each_permit_to_somebody);
	RUN(gives_up_in_time);
	RUN_MIXES(is_a_cancellation_point);
	RUN_MIXES(parks_the_context_alone);
	RUN(loses_no_permit_to_a_dead_waiter);
	RUN(keeps_what_the_dead_had);
	RUN(survives_a_death_in_release);
	RUN(survives_a_death_in_acquire);
	RUN(survives_a_death_of_who_wakes_the_next);
	unshare(shared, sizeof *shared);
	return suite_end();
}
