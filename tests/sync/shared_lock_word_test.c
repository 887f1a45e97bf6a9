/* SPDX-License-Identifier: MIT */
/* The lock in one shared word: excludes, is taken from the dead, and dies with nobody. */
#include "sync/shared_lock.h"

#include "core/wait.h"
#include "support/processes.h"

enum { N = 4 };

struct shared {
	uint32_t lock, ready, go;
	uint32_t inside, count, broken;
};
static struct shared *shared;

static void begin(void)
{
	memset(shared, 0, sizeof *shared);
}

static void one_section(void)
{
	int rc = tu_shared_lock_acquire(&shared->lock);

	CHECK(rc == 0 || rc == TUTTI_EBROKEN);
	if (rc == TUTTI_EBROKEN) {
		shared->broken++;
		shared->inside = 0;
	}
	CHECK_EQ(tu_shared_lock_holder(tu_load_rlx(&shared->lock)), tu_family_self());
	CHECK_EQ(shared->inside++, 0);
	shared->count++;
	shared->inside--;
	tu_shared_lock_release(&shared->lock);
}

static void many_sections(void *arg)
{
	int rounds = *(int *)arg;

	for (int i = 0; i < rounds; i++)
		one_section();
}

static void excludes_processes(void)
{
	int rounds = suite_rounds(5000);
	pid_t pid[N];

	begin();
	for (int i = 0; i < N; i++)
		pid[i] = process_start(many_sections, &rounds);
	for (int i = 0; i < N; i++)
		process_join(pid[i]);
	CHECK_EQ(shared->count, N * rounds);
	CHECK_EQ(shared->lock & ~TU_SHARED_WAITERS, 0);
}

static void *many_sections_here(void *arg)
{
	many_sections(arg);
	return NULL;
}

static void excludes_threads_and_tasks(enum mix mix)
{
	int rounds = suite_rounds(500);
	tutti_future *f[N];

	begin();
	start_all(mix, f, N, many_sections_here, &rounds);
	join_all(f, N);
	CHECK_EQ(shared->count, N * rounds);
}

static void hold(void *arg)
{
	CHECK_EQ(tu_shared_lock_acquire(&shared->lock), 0);
	say(&shared->ready, 1);
	await_value(&shared->go, 1);
	tu_shared_lock_release(&shared->lock);
	(void)arg;
}

static void gives_up_in_time(void)
{
	pid_t pid;

	begin();
	pid = process_start(hold, NULL);
	await_value(&shared->ready, 1);
	CHECK_EQ(tu_shared_lock_try(&shared->lock), TUTTI_ETIMEDOUT);
	CHECK_EQ(tu_shared_lock_acquire_until(&shared->lock, tutti_after(TUTTI_MILLISECONDS(3))),
		TUTTI_ETIMEDOUT);
	say(&shared->go, 1);
	CHECK_EQ(tu_shared_lock_acquire(&shared->lock), 0);
	tu_shared_lock_release(&shared->lock);
	CHECK_EQ(tu_shared_lock_try(&shared->lock), 0);
	tu_shared_lock_release(&shared->lock);
	process_join(pid);
}

static void leaves_what_is_kept(void)
{
	begin();
	shared->lock = TU_SHARED_KEPT;
	CHECK_EQ(tu_shared_lock_acquire(&shared->lock), 0);
	CHECK(shared->lock & TU_SHARED_KEPT);
	tu_shared_lock_release(&shared->lock);
	CHECK_EQ(shared->lock, TU_SHARED_KEPT);
}

static void is_taken_from_the_dead(void)
{
	pid_t pid;

	begin();
	pid = process_start(hold, NULL);
	await_value(&shared->ready, 1);
	process_kill(pid);
	CHECK_EQ(tu_shared_lock_try(&shared->lock), TUTTI_EBROKEN);
	tu_shared_lock_release(&shared->lock);
	CHECK_EQ(tu_shared_lock_try(&shared->lock), 0);
	tu_shared_lock_release(&shared->lock);
}

static void section(void *arg)
{
	say(&shared->ready, 2);
	one_section();
	(void)arg;
}

/* Those who sleep hear of it; one of them is told that it was broken. */
static void wakes_who_waits_for_the_dead(void)
{
	pid_t holder, waiter[N];

	begin();
	holder = process_start(hold, NULL);
	await_value(&shared->ready, 1);
	for (int i = 0; i < N; i++) {
		waiter[i] = process_start(section, NULL);
		await_value(&shared->ready, 2);
		await_sleep(waiter[i]);
		say(&shared->ready, 1);
	}
	process_kill(holder);
	for (int i = 0; i < N; i++)
		process_join(waiter[i]);
	CHECK_EQ(shared->broken, 1);
	CHECK_EQ(shared->count, N);
}

/* A waiter dies, who may be the one that was woken. */
static void goes_on_without_a_dead_waiter(void)
{
	pid_t holder, waiter[2];

	for (int victim = 0; victim < 2; victim++) {
		begin();
		holder = process_start(hold, NULL);
		await_value(&shared->ready, 1);
		for (int i = 0; i < 2; i++) {
			waiter[i] = process_start(section, NULL);
			await_value(&shared->ready, 2);
			await_sleep(waiter[i]);
			say(&shared->ready, 1);
		}
		CHECK_EQ(kill(waiter[victim], SIGSTOP), 0);
		say(&shared->go, 1);
		process_join(holder);
		process_kill(waiter[victim]);
		process_join(waiter[1 - victim]);
		CHECK_EQ(shared->count, 1);
	}
}

struct victim {
	uint64_t k;
};

static void die_in_a_section(void *arg)
{
	const struct victim *v = arg;

	tu_crash_at(v->k);
	one_section();
	tu_crash_at(0);
}

/*
 * A process is killed before its k-th store, for all k, while three others want the lock too: they
 * all get it, and each time it is free in the end.
 */
static void survives_a_death_at_any_store(bool waits)
{
	struct victim v = { 1 };
	int status, rounds = suite_rounds(50);

	do {
		pid_t victim, holder = 0, other[N];

		begin();
		if (waits) {
			holder = process_start(hold, NULL);
			await_value(&shared->ready, 1);
		}
		victim = process_start(die_in_a_section, &v);
		for (int i = 0; i < N; i++)
			other[i] = process_start(many_sections, &rounds);
		if (waits) {
			await_sleep(other[0]);
			say(&shared->go, 1);
			process_join(holder);
		}
		CHECK_EQ(waitpid(victim, &status, 0), victim);
		tu_family_died(victim);
		for (int i = 0; i < N; i++)
			process_join(other[i]);
		one_section();
		CHECK(shared->broken <= 1);
		CHECK(shared->count >= (uint32_t)(N * rounds) + 1);
		CHECK(shared->count <= (uint32_t)(N * rounds) + 2);
		CHECK_EQ(tu_shared_lock_holder(tu_load_rlx(&shared->lock)), 0);
		v.k++;
	} while (WIFSIGNALED(status));
	CHECK_EQ(WEXITSTATUS(status), 0);
	CHECK(v.k > 2 || !tu_crash_can());
}

static void survives_a_death_in_the_fast_path(void)
{
	survives_a_death_at_any_store(false);
}

static void survives_a_death_in_the_slow_path(void)
{
	survives_a_death_at_any_store(true);
}

int main(void)
{
	processes_begin();
	shared = share(sizeof *shared);
	RUN(excludes_processes);
	RUN_MIXES(excludes_threads_and_tasks);
	RUN(gives_up_in_time);
	RUN(leaves_what_is_kept);
	RUN(is_taken_from_the_dead);
	RUN(wakes_who_waits_for_the_dead);
	RUN(goes_on_without_a_dead_waiter);
	RUN(survives_a_death_in_the_fast_path);
	RUN(survives_a_death_in_the_slow_path);
	unshare(shared, sizeof *shared);
	return suite_end();
}
