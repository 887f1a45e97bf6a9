/* SPDX-License-Identifier: MIT */
/* ctest: VIRTUAL ON */
/*
 * Threads and tasks with one another. A thread that waits in tutti runs its tasks: so whatever it
 * holds, and whatever it waits for, those of its tasks that can go on do.
 */
#include <tutti/tutti.h>

#include "support/suite.h"

enum { WAYS = 4 };

static tutti_lock wanted, other;
static tutti_queue *wanted_queue, *other_queue;
static tutti_event go_on;
static tutti_future *wanted_end, *other_end;

static void *wait_to_go_on(void *arg)
{
	CHECK_EQ(tutti_event_wait(&go_on), 0);
	return arg;
}

/* What a task of the driver wants and the driver keeps from it meanwhile. */
static void *want_lock(void *arg)
{
	TUTTI_HOLD(&wanted);
	return arg;
}

static void *want_end(void *arg)
{
	CHECK_EQ(tutti_future_result(wanted_end, NULL, 0), 0);
	return arg;
}

static void *want_item(void *arg)
{
	int item;

	CHECK_EQ(tutti_queue_get(wanted_queue, &item), 0);
	return arg;
}

static void *want_sleep(void *arg)
{
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(0.3)), 0);
	return arg;
}

static void grant(int way)
{
	int item = 1;

	if (way == 0)
		CHECK_EQ(tutti_lock_release(&wanted), 0);
	else if (way == 1)
		tutti_event_set(&go_on);
	else if (way == 2)
		CHECK_EQ(tutti_queue_put(wanted_queue, &item), 0);
}

/* What the driver itself waits for: it comes from another of its tasks. */
static void *let_lock_go(void *arg)
{
	CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_lock_release(&other), 0);
	return arg;
}

static void *just_end(void *arg)
{
	CHECK_EQ(tutti_yield(), 0);
	return arg;
}

static void *bring_item(void *arg)
{
	int item = 2;

	CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_queue_put(other_queue, &item), 0);
	return arg;
}

static void wait_in_way(int way)
{
	int item;

	switch (way) {
	case 0:
		tutti_lock_acquire(&other);
		CHECK_EQ(tutti_lock_release(&other), 0);
		break;
	case 1:
		CHECK_EQ(tutti_future_result(other_end, NULL, 0), 0);
		break;
	case 2:
		CHECK_EQ(tutti_queue_get(other_queue, &item), 0);
		break;
	default:
		CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(0.2)), 0);
	}
}

static void try_pair(int wants, int waits)
{
	static const tutti_fn want[WAYS] = { want_lock, want_end, want_item, want_sleep };
	static const tutti_fn bring[WAYS] = { let_lock_go, just_end, bring_item, just_end };

	tutti_lock_acquire(&wanted);
	if (waits == 0)
		tutti_lock_acquire(&other);
	tutti_event_clear(&go_on);
	wanted_end = tutti_task_start(wait_to_go_on, NULL, NULL);
	tutti_future *task = tutti_task_start(want[wants], NULL, NULL);
	other_end = tutti_task_start(bring[waits], NULL, NULL);
	wait_in_way(waits);
	if (wants != 3)
		CHECK(!tutti_future_done(task));
	grant(wants);
	if (wants != 0)
		CHECK_EQ(tutti_lock_release(&wanted), 0);
	finish(task);
	finish(other_end);
	tutti_event_set(&go_on);
	finish(wanted_end);
}

static void *drive_all_pairs(void *arg)
{
	for (int wants = 0; wants < WAYS; wants++) {
		for (int waits = 0; waits < WAYS; waits++)
			try_pair(wants, waits);
	}
	return arg;
}

static void what_one_keeps_from_ones_own_task(enum mix mix)
{
	CHECK_EQ(tutti_queue_create(&wanted_queue, sizeof(int), NULL), 0);
	CHECK_EQ(tutti_queue_create(&other_queue, sizeof(int), NULL), 0);
	if (mix == MIXED)
		drive_all_pairs(NULL); /* main itself */
	else
		finish(start_as(mix, drive_all_pairs, NULL));
	tutti_queue_free(wanted_queue);
	tutti_queue_free(other_queue);
}

/* Ping and pong by each means: one lost wake-up, and the suite's watchdog says so. */
static tutti_semaphore ping, pong;
static tutti_queue *to, *fro;
static int rallies;

static void *serve_by_semaphore(void *arg)
{
	for (int i = 0; i < rallies; i++) {
		CHECK_EQ(tutti_semaphore_release(&ping, 1), 0);
		CHECK_EQ(tutti_semaphore_acquire(&pong), 0);
	}
	return arg;
}

static void *return_by_semaphore(void *arg)
{
	for (int i = 0; i < rallies; i++) {
		CHECK_EQ(tutti_semaphore_acquire(&ping), 0);
		CHECK_EQ(tutti_semaphore_release(&pong, 1), 0);
	}
	return arg;
}

static void *serve_by_queue(void *arg)
{
	for (int i = 0; i < rallies; i++) {
		int back;

		CHECK_EQ(tutti_queue_put(to, &i), 0);
		CHECK_EQ(tutti_queue_get(fro, &back), 0);
		CHECK_EQ(back, i);
	}
	return arg;
}

static void *return_by_queue(void *arg)
{
	for (int i = 0; i < rallies; i++) {
		int item;

		CHECK_EQ(tutti_queue_get(to, &item), 0);
		CHECK_EQ(tutti_queue_put(fro, &item), 0);
	}
	return arg;
}

/* With deadlines on the way, which set and take back timers all the time. */
static void *serve_with_deadlines(void *arg)
{
	for (int i = 0; i < rallies; i++) {
		tutti_time deadline = tutti_after(TUTTI_SECONDS(1000));
		int back;

		CHECK_EQ(tutti_queue_put_until(to, &i, deadline), 0);
		CHECK_EQ(tutti_queue_get_until(fro, &back, deadline), 0);
		CHECK_EQ(back, i);
	}
	return arg;
}

static void play(enum mix mix, tutti_fn serve, tutti_fn give_back)
{
	tutti_future *f[2] = { start_nth(mix, 0, serve, NULL), start_nth(mix, 1, give_back, NULL) };

	join_all(f, 2);
}

static void no_wake_up_is_lost(enum mix mix)
{
	tutti_queue_options one = { .maxsize = 1 };

	rallies = suite_rounds(1500);
	CHECK_EQ(tutti_semaphore_init(&ping, 0, 0), 0);
	CHECK_EQ(tutti_semaphore_init(&pong, 0, 0), 0);
	CHECK_EQ(tutti_queue_create(&to, sizeof(int), &one), 0);
	CHECK_EQ(tutti_queue_create(&fro, sizeof(int), &one), 0);
	play(mix, serve_by_semaphore, return_by_semaphore);
	play(mix, serve_by_queue, return_by_queue);
	play(mix, serve_with_deadlines, return_by_queue);
	tutti_queue_free(to);
	tutti_queue_free(fro);
}

/* Sleeping loops are woken by what foreign threads do, however often they had nothing to do. */
static void *fill_slowly(void *arg)
{
	for (int i = 0; i < 20; i++) {
		CHECK_EQ(tutti_thread_sleep(TUTTI_MILLISECONDS(0.5)), 0);
		CHECK_EQ(tutti_queue_put(to, &i), 0);
	}
	return arg;
}

static void *take_twenty(void *arg)
{
	int item;

	for (int i = 0; i < 20; i++) {
		CHECK_EQ(tutti_queue_get(to, &item), 0);
		CHECK_EQ(item, i);
	}
	return arg;
}

static void an_idle_loop_is_woken(enum mix mix)
{
	CHECK_EQ(tutti_queue_create(&to, sizeof(int), NULL), 0);
	tutti_future *f[2] = { start_as(mix, take_twenty, NULL),
		tutti_thread_start(fill_slowly, NULL, NULL) };
	join_all(f, 2);
	tutti_queue_free(to);
}

/* A thread that the kernel holds runs no tasks, and all of them afterwards. */
static int ends[2];

static void *write_when_asked(void *arg)
{
	CHECK_EQ(tutti_event_wait(&go_on), 0);
	CHECK_EQ(write(ends[1], "!", 1), 1);
	return arg;
}

static int ran;

static void *count_run(void *arg)
{
	ran++;
	return arg;
}

static void *send_tasks(void *arg)
{
	tutti_task_options there = { .loop = arg };

	for (int i = 0; i < 10; i++)
		tutti_future_unref(tutti_task_start(count_run, NULL, &there));
	tutti_event_set(&go_on);
	return NULL;
}

static void a_thread_held_by_the_kernel_runs_none(void)
{
	char c;

	CHECK_EQ(pipe(ends), 0);
	tutti_event_clear(&go_on);
	ran = 0;
	tutti_future *f[2] = { tutti_thread_start(send_tasks, tutti_loop_current(), NULL),
		tutti_thread_start(write_when_asked, NULL, NULL) };
	CHECK_EQ(read(ends[0], &c, 1), 1);
	CHECK_EQ(ran, 0);
	join_all(f, 2);
	EVENTUALLY(ran == 10);
	close(ends[0]);
	close(ends[1]);
}

/* All kinds in one array. */
static void *count_down(void *arg)
{
	tu_sub_acqrel((int *)arg, 1);
	return NULL;
}

static void all_kinds_mix_in_one_array(void)
{
	for (int i = 0; i < suite_rounds(20); i++) {
		int left = 5;
		tutti_future *all[] = { tutti_thread_start(count_down, &left, NULL),
			tutti_task_start(count_down, &left, NULL),
			tutti_timer_start(TUTTI_MILLISECONDS(0.1), count_down, &left),
			tutti_future_create(0), start_apart(count_down, &left),
			tutti_task_start(count_down, &left, NULL) };

		CHECK_EQ(tutti_future_set_result(all[3], NULL), 0);
		join_all(all, 6);
		CHECK_EQ(left, 0);
	}
}

/* Everybody with everybody: a crowd at one lock, one queue, one semaphore. */
static tutti_semaphore seats;
static int inside;

static void *take_part(void *arg)
{
	for (int i = 0; i < suite_rounds(50); i++) {
		int item = i;

		CHECK_EQ(tutti_queue_put(to, &item), 0);
		CHECK_EQ(tutti_semaphore_acquire(&seats), 0);
		CHECK(tu_add_acqrel(&inside, 1) < 3);
		if (i % 5 == 0)
			CHECK_EQ(tutti_sleep(1000), 0);
		tu_sub_acqrel(&inside, 1);
		CHECK_EQ(tutti_semaphore_release(&seats, 1), 0);
		TUTTI_WITH(&wanted)
		{
			ran++;
			tutti_yield();
		}
		CHECK_EQ(tutti_queue_get(to, &item), 0);
	}
	return arg;
}

static void a_crowd_of_all_kinds(void)
{
	tutti_future *f[4 * MIXES];

	ran = 0;
	CHECK_EQ(tutti_queue_create(&to, sizeof(int), &(tutti_queue_options){ .maxsize = 40 }), 0);
	CHECK_EQ(tutti_semaphore_init(&seats, 3, TUTTI_BOUNDED), 0);
	for (int i = 0; i < 4 * MIXES; i++)
		f[i] = start_nth((enum mix)(i % MIXES), i / MIXES, take_part, NULL);
	join_all(f, 4 * MIXES);
	CHECK_EQ(ran, 4 * MIXES * suite_rounds(50));
	CHECK(tutti_queue_empty(to));
	CHECK_EQ(tutti_semaphore_value(&seats), 3);
	tutti_queue_free(to);
}

int main(void)
{
	suite_begin();
	RUN_MIXES(what_one_keeps_from_ones_own_task);
	RUN_MIXES(no_wake_up_is_lost);
	RUN_MIXES(an_idle_loop_is_woken);
	if (!tutti_simulated())
		RUN(a_thread_held_by_the_kernel_runs_none);
	RUN(all_kinds_mix_in_one_array);
	RUN(a_crowd_of_all_kinds);
	return suite_end();
}
