/* SPDX-License-Identifier: MIT */
/* rows: F45 */
/*
 * Events between processes.
 * Valgrind takes what threads have, that a forked child has not, for leaks of the child's.
 * ctest: LABELS no-valgrind
 */
#include <tutti/event.h>
#include <tutti/select.h>

#include "os/os.h"
#include "support/processes.h"

enum { N = 3 };

struct shared {
	tutti_event here, there;
	uint32_t ready, done;
};
static struct shared *shared;

static void begin(void)
{
	memset(shared, 0, sizeof *shared);
	CHECK_EQ(tutti_event_init(&shared->here, TUTTI_SHARED), 0);
	CHECK_EQ(tutti_event_init(&shared->there, TUTTI_SHARED), 0);
}

static void begins_clear(void)
{
	begin();
	CHECK(!tutti_event_is_set(&shared->here));
	tutti_event_set(&shared->here);
	tutti_event_set(&shared->here);
	CHECK(tutti_event_is_set(&shared->here));
	CHECK_EQ(tutti_event_wait(&shared->here), 0);
	CHECK_EQ(tutti_event_wait_until(&shared->here, 0), 0);
	tutti_event_clear(&shared->here);
	tutti_event_clear(&shared->here);
	CHECK(!tutti_event_is_set(&shared->here));
	CHECK_EQ(tutti_event_wait_until(&shared->here, 0), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_event_init(&shared->here, TUTTI_SHARED | TUTTI_BOUNDED), -EINVAL);
}

static void play(tutti_event *mine, tutti_event *yours, int rounds)
{
	for (int i = 0; i < rounds; i++) {
		CHECK_EQ(tutti_event_wait(mine), 0);
		tutti_event_clear(mine);
		tutti_event_set(yours);
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

	begin();
	pid = process_start(play_there, &rounds);
	tutti_event_set(&shared->here);
	play(&shared->here, &shared->there, rounds);
	process_join(pid);
	CHECK(tutti_event_is_set(&shared->here));
}

static void wait_here(void *arg)
{
	(void)arg;
	tu_add_acqrel(&shared->ready, 1u);
	CHECK_EQ(tutti_event_wait(&shared->here), 0);
	tu_add_acqrel(&shared->done, 1u);
}

static void start_waiters(pid_t *pid, int n)
{
	for (uint32_t i = 0; i < (uint32_t)n; i++) {
		pid[i] = process_start(wait_here, NULL);
		await_value(&shared->ready, i + 1);
		await_sleep(pid[i]);
	}
}

static void lets_all_go(void)
{
	pid_t pid[N];

	begin();
	start_waiters(pid, N);
	tutti_event_set(&shared->here);
	for (int i = 0; i < N; i++)
		process_join(pid[i]);
	CHECK_EQ(shared->done, N);
}

/* A set that is undone before the waiter has run: it goes on all the same. */
static void reaches_who_waited_though_cleared_at_once(void)
{
	pid_t pid[N];

	begin();
	start_waiters(pid, N);
	for (int i = 0; i < N; i++)
		CHECK_EQ(kill(pid[i], SIGSTOP), 0);
	tutti_event_set(&shared->here);
	tutti_event_clear(&shared->here);
	for (int i = 0; i < N; i++)
		CHECK_EQ(kill(pid[i], SIGCONT), 0);
	for (int i = 0; i < N; i++)
		process_join(pid[i]);
}

static void gives_up_in_time(void)
{
	tutti_time deadline;

	begin();
	deadline = tutti_after(TUTTI_MILLISECONDS(3));
	CHECK_EQ(tutti_event_wait_until(&shared->here, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
}

static void *wait_as_context(void *arg)
{
	(void)arg;
	return give(tutti_event_wait(&shared->here));
}

static void is_a_cancellation_point(enum mix mix)
{
	tutti_future *f;

	begin();
	f = start_as(mix, wait_as_context, NULL);
	settle();
	CHECK_EQ(tutti_future_cancel(f), 1);
	check_canceled(f);
	tutti_event_set(&shared->here);
	CHECK_EQ(tutti_event_wait(&shared->here), 0);
}

static void set_when_ready(void *arg)
{
	(void)arg;
	await_value(&shared->ready, 1);
	tutti_event_set(&shared->here);
}

static void parks_the_context_alone(enum mix mix)
{
	tutti_future *f[N];
	pid_t pid;

	begin();
	pid = process_start(set_when_ready, NULL);
	start_all(mix, f, N, wait_as_context, NULL);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(tutti_yield(), 0);
	for (int i = 0; i < N; i++)
		CHECK(!tutti_future_done(f[i]));
	say(&shared->ready, 1);
	for (int i = 0; i < N; i++)
		CHECK_EQ(finish(f[i]), 0);
	process_join(pid);
}

static void goes_on_without_a_dead_waiter(void)
{
	pid_t pid[N];

	begin();
	start_waiters(pid, N);
	process_kill(pid[1]);
	process_kill_quietly(pid[2]);
	tutti_event_set(&shared->here);
	process_join(pid[0]);
	CHECK_EQ(shared->done, 1);
	tu_family_died(pid[2]);
}

/* In the other process the memory lies elsewhere. */
static void set_elsewhere(void *arg)
{
	int fd = *(int *)arg;
	struct shared *there = mmap(NULL, sizeof *there, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	CHECK(there != MAP_FAILED);
	CHECK(there != shared);
	await_value(&there->ready, 1);
	tutti_event_set(&there->here);
	CHECK_EQ(tutti_event_wait(&there->there), 0);
}

static void works_at_different_addresses(void)
{
	struct shared *usual = shared;
	int fd = tu_os_memory_make("test", sizeof *shared);
	pid_t pid;

	CHECK(fd >= 0);
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(shared != MAP_FAILED);
	begin();
	pid = process_start(set_elsewhere, &fd);
	say(&shared->ready, 1);
	CHECK_EQ(tutti_event_wait(&shared->here), 0);
	tutti_event_set(&shared->there);
	process_join(pid);
	unshare(shared, sizeof *shared);
	close(fd);
	shared = usual;
}

/* -- deaths ------------------------------------------------------------------------------------ */

static void wait_until_asleep(void)
{
	await_value(&shared->ready, N);
}

static void set_it(void *arg)
{
	(void)arg;
	tutti_event_set(&shared->here);
}

/* Nobody was woken yet; whether it was set can be seen. If not, somebody else does. */
static void set_if_it_has_not(bool by_crash)
{
	if (by_crash && !tutti_event_is_set(&shared->here))
		tutti_event_set(&shared->here);
}

static void check_all_are_done(void)
{
	CHECK_EQ(shared->done, N);
	CHECK(tutti_event_is_set(&shared->here));
}

static void survives_a_death_in_set(void)
{
	const struct crash_test test = { .begin = begin,
		.other = wait_here,
		.others = N,
		.prepare = wait_until_asleep,
		.victim = set_it,
		.died = set_if_it_has_not,
		.check = check_all_are_done,
		.least = 2 };

	crash_everywhere(&test);
}

static void wait_and_clear(void *arg)
{
	(void)arg;
	CHECK_EQ(tutti_event_wait_until(&shared->here, tutti_after(TUTTI_MILLISECONDS(1))),
		TUTTI_ETIMEDOUT);
	tutti_event_set(&shared->there);
	tutti_event_clear(&shared->there);
}

static void set_in_any_case(bool by_crash)
{
	(void)by_crash;
	tutti_event_set(&shared->here);
}

static void survives_a_death_in_wait_and_clear(void)
{
	const struct crash_test test = { .begin = begin,
		.other = wait_here,
		.others = N,
		.victim = wait_and_clear,
		.died = set_in_any_case,
		.check = check_all_are_done,
		.least = 2 };

	crash_everywhere(&test);
}

int main(void)
{
	processes_begin();
	shared = share(sizeof *shared);
	RUN(begins_clear);
	RUN(goes_to_and_fro);
	RUN(lets_all_go);
	RUN(reaches_who_waited_though_cleared_at_once);
	RUN(gives_up_in_time);
	RUN_MIXES(is_a_cancellation_point);
	RUN_MIXES(parks_the_context_alone);
	RUN(goes_on_without_a_dead_waiter);
	RUN(works_at_different_addresses);
	RUN(survives_a_death_in_set);
	RUN(survives_a_death_in_wait_and_clear);
	unshare(shared, sizeof *shared);
	return suite_end();
}
