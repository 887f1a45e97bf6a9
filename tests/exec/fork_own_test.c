/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-asan LABELS no-valgrind LABELS no-qemu */
/*
 * What a forked child has of the thread that forked: not its tasks and timers, but its own stack,
 * also if the fork was in a task. Not under the sanitizers and their like, as fork_test.c.
 */
#include "support/child.h"
#include "support/suite.h"

#include <errno.h>
#include <tutti/loop.h>

static void ends(pid_t pid)
{
	if (pid == 0)
		_exit(0);
	child_wait(pid);
}

static void never(void *arg)
{
	(void)arg;
	CHECK(!"a timer of the parent's loop has fired in the child");
}

static void check_crashed(tutti_future *f)
{
	CHECK(tutti_future_done(f));
	CHECK(!tutti_future_running(f));
	CHECK_EQ(tutti_future_cancel(f), TUTTI_EDONE);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_ECRASHED);
	tutti_future_unref(f);
}

static void *set_later(void *arg)
{
	settle();
	tutti_event_set(arg);
	return NULL;
}

static void *wait_for_one(void *arg)
{
	CHECK_EQ(tutti_event_wait(arg), 0);
	return NULL;
}

/* Tasks and timers of the forking thread's loop, begun or not, are not there in the child. */
static void tasks_of_its_own_crash_there(void)
{
	static tutti_event go_on;
	tutti_task *begun = tutti_task_start(wait_for_one, &go_on, NULL);
	CHECK_EQ(tutti_yield(), 0);
	tutti_task *fresh = tutti_task_start(wait_for_one, &go_on, NULL);
	tutti_timer *timer = tutti_loop_call_at(NULL, tutti_after(TUTTI_SECONDS(5)), never, NULL);
	pid_t pid = child_fork();

	if (pid == 0) {
		tutti_event_set(&go_on);
		check_crashed(begun);
		check_crashed(fresh);
		check_crashed(timer);
		child_uses_everything();
		exit(0);
	}
	ends(pid);
	tutti_event_set(&go_on);
	finish(begun);
	finish(fresh);
	CHECK_EQ(tutti_future_cancel(timer), 0);
	tutti_future_unref(timer);
}

static void called(tutti_future *f, void *arg)
{
	(void)f;
	++*(int *)arg;
}

/* Promises may still be kept, and whoever waits for what is lost is woken. */
static void promises_outlive_a_fork(void)
{
	static tutti_event go_on;
	int calls = 0;
	tutti_future *promise = tutti_future_create(0);
	tutti_future *lost = tutti_thread_start(wait_for_one, &go_on, NULL);
	CHECK_EQ(tutti_future_add_done_callback(promise, called, &calls), 0);
	settle();
	pid_t pid = child_fork();

	if (pid == 0) {
		CHECK(!tutti_future_done(promise));
		CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
		CHECK_EQ(calls, 1);
		CHECK_EQ(tutti_future_add_done_callback(lost, called, &calls), 0);
		CHECK_EQ(calls, 2);
		_exit(0);
	}
	ends(pid);
	CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
	tutti_future_unref(promise);
	tutti_event_set(&go_on);
	finish(lost);
}

/* -- what the thread's own stack waits for when a task has forked ------------------------------ */

static pid_t forked_by_task;

static void *fork_and_return(void *arg)
{
	forked_by_task = child_fork();
	return arg;
}

/* On the thread's own stack, in both processes: the child has all it may expect and ends. */
static void both_came_back(void)
{
	if (forked_by_task == 0) {
		child_uses_everything();
		exit(0);
	}
	child_wait(forked_by_task);
}

static void a_run_comes_back(void)
{
	int n = 0;
	void *result = NULL;

	CHECK_EQ(tutti_run(fork_and_return, &n, &result), 0);
	CHECK(result == &n);
	both_came_back();
}

static void a_join_comes_back(void)
{
	finish(tutti_task_start(fork_and_return, NULL, NULL));
	both_came_back();
}

/* Of two tasks the other one is lost, and so is the wait for it. */
static void a_join_of_another_comes_back(void)
{
	static tutti_event go_on;
	tutti_task *other = tutti_task_start(wait_for_one, &go_on, NULL);
	tutti_task *forks = tutti_task_start(fork_and_return, NULL, NULL);
	tutti_thread *sets = tutti_thread_start(set_later, &go_on, NULL);
	int rc = tutti_future_result(other, NULL, 0);

	CHECK_EQ(rc, forked_by_task == 0 ? TUTTI_ECRASHED : 0);
	tutti_future_unref(other);
	finish(forks);
	if (forked_by_task == 0)
		tutti_future_unref(sets);
	else
		finish(sets);
	both_came_back();
}

static void a_sleep_comes_back(void)
{
	tutti_task *forks = tutti_task_start(fork_and_return, NULL, NULL);
	tutti_time until = tutti_after(TUTTI_MILLISECONDS(50));

	CHECK_EQ(tutti_sleep_until(until), 0);
	CHECK(tutti_now() >= until);
	finish(forks);
	both_came_back();
}

static tutti_lock shared;
static tutti_event told;
static tutti_semaphore permits;
static tutti_queue *items;

/* All that the thread's own stack waits for in turn, it gets from the one that forked. */
static void *fork_and_give(void *arg)
{
	int item = 7;

	tutti_lock_acquire(&shared);
	CHECK_EQ(tutti_yield(), 0);
	forked_by_task = child_fork();
	CHECK_EQ(tutti_lock_release(&shared), 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(tutti_yield(), 0);
	tutti_event_set(&told);
	CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_semaphore_release(&permits, 1), 0);
	CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_queue_put(items, &item), 0);
	return arg;
}

static void wait_for_each(void)
{
	int item = 0;

	tutti_lock_acquire(&shared);
	CHECK_EQ(tutti_lock_release(&shared), 0);
	CHECK_EQ(tutti_event_wait(&told), 0);
	CHECK_EQ(tutti_semaphore_acquire(&permits), 0);
	CHECK_EQ(tutti_queue_get(items, &item), 0);
	CHECK_EQ(item, 7);
}

static void waits_come_back(void)
{
	tutti_task *gives;

	CHECK_EQ(tutti_semaphore_init(&permits, 0, 0), 0);
	CHECK_EQ(tutti_queue_create(&items, sizeof(int), NULL), 0);
	gives = tutti_task_start(fork_and_give, NULL, NULL);
	CHECK_EQ(tutti_yield(), 0);
	wait_for_each();
	finish(gives);
	tutti_queue_free(items);
	both_came_back();
}

/* An event that is set in the child, with the wait for it begun in the parent. */
static void *fork_and_set(void *arg)
{
	forked_by_task = child_fork();
	tutti_event_set(arg);
	return NULL;
}

static void a_wait_that_stands_in_line_comes_back(void)
{
	static tutti_event event;
	tutti_task *sets = tutti_task_start(fork_and_set, &event, NULL);

	CHECK_EQ(tutti_event_wait_until(&event, tutti_after(TUTTI_SECONDS(1000))), 0);
	finish(sets);
	both_came_back();
}

/* The same of a select, which stands in many lines. In turn it is told by each. */
static void *fork_and_tell(void *arg)
{
	int item = 7;

	forked_by_task = child_fork();
	CHECK_EQ(tutti_queue_put(items, &item), 0);
	settle();
	CHECK_EQ(tutti_semaphore_release(&permits, 1), 0);
	settle();
	tutti_event_set(&told);
	settle();
	CHECK_EQ(tutti_future_set_result(arg, NULL), 0);
	return NULL;
}

static void a_select_comes_back(void)
{
	static tutti_event other_event;
	static tutti_semaphore other_permits;
	tutti_future *promise = tutti_future_create(0);
	int item = 0;

	CHECK_EQ(tutti_semaphore_init(&permits, 0, 0), 0);
	CHECK_EQ(tutti_event_init(&told, 0), 0);
	CHECK_EQ(
		tutti_queue_create(&items, sizeof(int), &(tutti_queue_options){ .maxsize = 1 }), 0);
	tutti_case cases[] = { tutti_case_get(items, &item), tutti_case_acquire(&permits),
		tutti_case_event(&told), tutti_case_future(promise), tutti_case_event(&other_event),
		tutti_case_acquire(&other_permits) };
	tutti_task *tells = tutti_task_start(fork_and_tell, promise, NULL);
	for (int i = 0; i < 4; i++) {
		CHECK_EQ(tutti_select(cases, 6, tutti_after(TUTTI_SECONDS(1000))), i);
		cases[i] = (tutti_case){ 0 };
	}
	CHECK_EQ(item, 7);
	CHECK_EQ(tutti_select(cases, 6, 0), TUTTI_ETIMEDOUT);
	CHECK(other_event.priv[0] == 0 && other_permits.priv[0] == 0); /* nobody waits */
	finish(tells);
	tutti_future_unref(promise);
	tutti_queue_free(items);
	both_came_back();
}

/* A future that the child has lost is done there, for a select as for any wait. */
static void a_select_learns_what_is_lost(void)
{
	static tutti_event go_on;
	tutti_task *other = tutti_task_start(wait_for_one, &go_on, NULL);
	tutti_task *forks = tutti_task_start(fork_and_return, NULL, NULL);
	tutti_thread *sets = tutti_thread_start(set_later, &go_on, NULL);
	tutti_case c = tutti_case_future(other);

	CHECK_EQ(tutti_select(&c, 1, TUTTI_FOREVER), 0);
	CHECK_EQ(tutti_future_result(other, NULL, 0), forked_by_task == 0 ? TUTTI_ECRASHED : 0);
	tutti_future_unref(other);
	finish(forks);
	if (forked_by_task == 0)
		tutti_future_unref(sets);
	else
		finish(sets);
	both_came_back();
}

int main(void)
{
	suite_begin();
	RUN(tasks_of_its_own_crash_there);
	RUN(promises_outlive_a_fork);
	RUN(a_run_comes_back);
	RUN(a_join_comes_back);
	RUN(a_join_of_another_comes_back);
	RUN(a_sleep_comes_back);
	RUN(waits_come_back);
	RUN(a_wait_that_stands_in_line_comes_back);
	RUN(a_select_comes_back);
	RUN(a_select_learns_what_is_lost);
	return suite_end();
}
