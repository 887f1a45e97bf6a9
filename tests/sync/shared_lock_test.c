/* SPDX-License-Identifier: MIT */
/* rows: F44 */
/*
 * Locks, plain and recursive, between processes.
 * Valgrind takes what threads have, that a forked child has not, for leaks of the child's.
 * ctest: LABELS no-valgrind
 */
#include <tutti/lock.h>

#include "core/wait.h"
#include "support/processes.h"
#include "sync/shared_lock.h"

enum { N = 4 };

struct shared {
	tutti_lock lock;
	uint32_t ready, go, entered;
	uint32_t inside, count, broken;
};
static struct shared *shared;
static unsigned kind; /* TUTTI_RECURSIVE or 0 */

static void begin(void)
{
	memset(shared, 0, sizeof *shared);
	CHECK_EQ(tutti_lock_init(&shared->lock, kind | TUTTI_SHARED), 0);
	CHECK(!tutti_lock_locked(&shared->lock));
}

static int take(void)
{
	return tutti_lock_acquire_until(&shared->lock, TUTTI_FOREVER);
}

static void release(void)
{
	CHECK_EQ(tutti_lock_release(&shared->lock), 0);
}

static void section(void)
{
	int rc = take();

	CHECK(rc == 0 || rc == TUTTI_EBROKEN);
	if (rc == TUTTI_EBROKEN) {
		shared->broken++;
		shared->inside = 0;
	}
	CHECK_EQ(shared->inside++, 0);
	if (kind == TUTTI_RECURSIVE) {
		CHECK_EQ(take(), 0);
		release();
	}
	shared->count++;
	shared->inside--;
	release();
}

static void sections(void *arg)
{
	for (int i = 0; i < *(int *)arg; i++)
		section();
}

/* rows: F44 */
static void excludes_processes(void)
{
	int rounds = suite_rounds(2000);

	begin();
	processes_run(N, sections, &rounds);
	CHECK_EQ(shared->count, N * rounds);
	CHECK(!tutti_lock_locked(&shared->lock));
}

static void *sections_here(void *arg)
{
	sections(arg);
	return NULL;
}

static void excludes_contexts(enum mix mix)
{
	int rounds = suite_rounds(300);
	tutti_future *f[N];

	begin();
	start_all(mix, f, N, sections_here, &rounds);
	join_all(f, N);
	CHECK_EQ(shared->count, N * rounds);
}

/* In turn: 1000 times, each waits for the other under the lock. */
static void take_turns(void *arg)
{
	uint32_t which = *(uint32_t *)arg, rounds = 1000;

	while (shared->count < 2 * rounds) {
		tutti_lock_acquire(&shared->lock);
		if (shared->count % 2 == which && shared->count < 2 * rounds)
			shared->count++;
		release();
		tutti_yield();
	}
}

static void goes_to_and_fro(void)
{
	uint32_t zero = 0, one = 1;
	pid_t pid;

	begin();
	pid = process_start(take_turns, &one);
	take_turns(&zero);
	process_join(pid);
	CHECK_EQ(shared->count, 2000);
}

static void hold(void *arg)
{
	(void)arg;
	CHECK_EQ(take(), 0);
	if (kind == TUTTI_RECURSIVE)
		CHECK_EQ(take(), 0);
	say(&shared->ready, 1);
	await_value(&shared->go, 1);
	if (kind == TUTTI_RECURSIVE)
		release();
	release();
}

static pid_t start_holder(void)
{
	pid_t pid = process_start(hold, NULL);

	await_value(&shared->ready, 1);
	CHECK(tutti_lock_locked(&shared->lock));
	return pid;
}

static void gives_up_in_time(void)
{
	tutti_time deadline;
	pid_t pid;

	begin();
	pid = start_holder();
	CHECK_EQ(tutti_lock_acquire_until(&shared->lock, 0), TUTTI_ETIMEDOUT);
	deadline = tutti_after(TUTTI_MILLISECONDS(3));
	CHECK_EQ(tutti_lock_acquire_until(&shared->lock, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	say(&shared->go, 1);
	CHECK_EQ(take(), 0);
	release();
	process_join(pid);
}

static void is_released_by_whoever_may(void)
{
	pid_t pid;

	begin();
	CHECK_EQ(tutti_lock_release(&shared->lock), TUTTI_EUNLOCKED);
	pid = start_holder();
	if (kind == TUTTI_RECURSIVE) {
		CHECK_EQ(tutti_lock_release(&shared->lock), -EPERM);
		process_kill(pid);
		return;
	}
	release();
	CHECK_EQ(tutti_lock_acquire_until(&shared->lock, 0), 0);
	process_kill(pid); /* which does not hold it any more */
	CHECK(tutti_lock_locked(&shared->lock));
	release();
}

/* rows: F44 T11 */
static void is_held_after_the_dead(void)
{
	pid_t pid;

	begin();
	pid = start_holder();
	process_kill(pid);
	CHECK(!tutti_lock_locked(&shared->lock));
	CHECK_EQ(tutti_lock_acquire_until(&shared->lock, 0), TUTTI_EBROKEN);
	CHECK(tutti_lock_locked(&shared->lock));
	if (kind == TUTTI_RECURSIVE) { /* as often as it is ours, whatever it was before */
		CHECK_EQ(take(), 0);
		release();
	}
	release();
	CHECK_EQ(tutti_lock_release(&shared->lock), TUTTI_EUNLOCKED);
	CHECK_EQ(tutti_lock_acquire_until(&shared->lock, 0), 0);
	release();
}

/* Not told by anybody: it was forked by hand, and is looked after by who waits. */
static void is_held_after_one_of_whom_nobody_says_so(void)
{
	pid_t pid;

	begin();
	pid = child_fork();
	if (pid == 0) {
		hold(NULL);
		_exit(0);
	}
	await_value(&shared->ready, 1);
	process_kill_quietly(pid);
	CHECK_EQ(take(), TUTTI_EBROKEN);
	release();
}

static char heard[256];

static void hear(int code, const char *text, void *arg)
{
	(void)arg;
	CHECK_EQ(code, TUTTI_EBROKEN);
	snprintf(heard, sizeof heard, "%s", text);
}

static void is_told_where_nothing_is_returned(void)
{
	char expected[64];
	pid_t pid;

	begin();
	pid = start_holder();
	process_kill(pid);
	tutti_set_reporter(hear, NULL);
	tutti_lock_acquire(&shared->lock);
	tutti_set_reporter(NULL, NULL);
	snprintf(expected, sizeof expected, "process %d died holding", (int)pid);
	CHECK(strstr(heard, expected));
	snprintf(expected, sizeof expected, "%p", (void *)&shared->lock);
	CHECK(strstr(heard, expected));
	release();
}

static void enter_once(void *arg)
{
	(void)arg;
	tu_add_acqrel(&shared->entered, 1u);
	section();
}

static void start_waiters(pid_t *waiter, int n)
{
	for (uint32_t i = 0; i < (uint32_t)n; i++) {
		waiter[i] = process_start(enter_once, NULL);
		await_value(&shared->entered, i + 1);
		await_sleep(waiter[i]);
	}
}

static void wakes_who_waits_for_the_dead(void)
{
	pid_t holder, waiter[N];

	begin();
	holder = start_holder();
	start_waiters(waiter, N);
	process_kill(holder);
	for (int i = 0; i < N; i++)
		process_join(waiter[i]);
	CHECK_EQ(shared->broken, 1);
	CHECK_EQ(shared->count, N);
}

static void goes_on_without_a_dead_waiter(void)
{
	pid_t holder, waiter[2];

	for (int victim = 0; victim < 2; victim++) {
		begin();
		holder = start_holder();
		start_waiters(waiter, 2);
		CHECK_EQ(kill(waiter[victim], SIGSTOP), 0); /* it is woken, and does nothing */
		say(&shared->go, 1);
		process_join(holder);
		process_kill(waiter[victim]);
		process_join(waiter[1 - victim]);
		CHECK_EQ(shared->count, 1);
	}
}

static void *section_here(void *arg)
{
	section();
	return arg;
}

/* A lock is no cancellation point; one that waits in a task parks that alone. */
static void parks_the_task_alone(void)
{
	tutti_future *f;
	pid_t pid;

	begin();
	pid = start_holder();
	f = tutti_task_start(section_here, NULL, NULL);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(tutti_yield(), 0);
	CHECK(!tutti_future_done(f));
	CHECK_EQ(tutti_future_cancel(f), 1);
	settle();
	CHECK(!tutti_future_done(f));
	say(&shared->go, 1);
	CHECK_EQ(finish(f), 0);
	CHECK_EQ(shared->count, 1);
	process_join(pid);
}

/* The context that holds it, not only the process, for a recursive one. */
static void is_of_one_context(enum mix mix)
{
	tutti_future *f;

	begin();
	CHECK_EQ(take(), 0);
	f = start_as(mix, section_here, NULL);
	settle();
	CHECK(!tutti_future_done(f));
	release();
	CHECK_EQ(finish(f), 0);
}

/* A forked child does not hold what its parent holds. */
static void is_not_inherited(void)
{
	pid_t pid;

	begin();
	CHECK_EQ(take(), 0);
	pid = process_start(enter_once, NULL);
	await_value(&shared->entered, 1);
	await_sleep(pid);
	CHECK_EQ(shared->count, 0);
	release();
	process_join(pid);
	CHECK_EQ(shared->count, 1);
}

static void some_sections(void *arg)
{
	int rounds = suite_rounds(20);

	(void)arg;
	sections(&rounds);
}

static void one_section(void *arg)
{
	(void)arg;
	section();
}

static void check_usable(void)
{
	section();
	CHECK(shared->broken <= 1);
	CHECK(!tutti_lock_locked(&shared->lock));
	CHECK_EQ(tutti_lock_acquire_until(&shared->lock, 0), 0);
	release();
}

static void survives_a_death_at_any_store(void)
{
	const struct crash_test test = { .begin = begin,
		.victim = one_section,
		.other = some_sections,
		.others = 3,
		.check = check_usable,
		.least = 4 };

	crash_everywhere(&test);
}

static pid_t dead_holder;

static void begin_with_one_dead(void)
{
	begin();
	dead_holder = start_holder();
	process_kill(dead_holder);
}

static void check_usable_though_broken_twice(void)
{
	shared->broken = 0;
	check_usable();
}

/* The one who takes it from the dead dies as well. */
static void survives_a_death_while_it_is_put_right(void)
{
	const struct crash_test test = { .begin = begin_with_one_dead,
		.victim = one_section,
		.check = check_usable_though_broken_twice,
		.least = 6 };

	crash_everywhere(&test);
	CHECK(shared->count > 0);
}

static void survives_two_deaths(void)
{
	const struct crash_test test = { .begin = begin_with_one_dead,
		.victim = one_section,
		.other = some_sections,
		.others = 2,
		.check = check_usable_though_broken_twice };

	crash_everywhere(&test);
}

static void run_all(unsigned flags)
{
	kind = flags;
	RUN(excludes_processes);
	RUN_MIXES(excludes_contexts);
	RUN(goes_to_and_fro);
	RUN(gives_up_in_time);
	RUN(is_released_by_whoever_may);
	RUN(is_held_after_the_dead);
	RUN(is_held_after_one_of_whom_nobody_says_so);
	RUN(is_told_where_nothing_is_returned);
	RUN(wakes_who_waits_for_the_dead);
	RUN(goes_on_without_a_dead_waiter);
	RUN(parks_the_task_alone);
	RUN_MIXES(is_of_one_context);
	RUN(is_not_inherited);
	RUN(survives_a_death_at_any_store);
	RUN(survives_a_death_while_it_is_put_right);
	RUN(survives_two_deaths);
}

int main(void)
{
	processes_begin();
	shared = share(sizeof *shared);
	run_all(0);
	run_all(TUTTI_RECURSIVE);
	unshare(shared, sizeof *shared);
	return suite_end();
}
