/* SPDX-License-Identifier: MIT */
/* words_test.c - what a report calls the objects that are waited for, and who has them. */
#include "support/suite.h"

#include <tutti/loop.h>
#include <tutti/queue.h>
#include <tutti/sim.h>
#include <tutti/sync.h>
#include <tutti/task.h>

static tutti_lock mine, yours;
static tutti_rwlock page;
static tutti_event rings;
static tutti_semaphore seats;
static tutti_barrier gate;
static tutti_queue *queues[2];
static const char *called; /* the report */

static void begin(void)
{
	memset(&mine, 0, sizeof mine);
	memset(&yours, 0, sizeof yours);
	memset(&page, 0, sizeof page);
	memset(&rings, 0, sizeof rings);
	tutti_semaphore_init(&seats, 0, 0);
	tutti_barrier_init(&gate, 3, NULL, NULL, 0);
	for (int i = 0; i < 2; i++)
		if (!queues[i])
			tutti_queue_create(&queues[i], sizeof(int), NULL);
}

static void spawn(void *(*fn)(void *), void *arg, const char *name)
{
	tutti_future_unref(tutti_thread_start(fn, arg, &(tutti_thread_options){ .name = name }));
}

/* -- what is waited for ------------------------------------------------------------------------ */

static void *waits_for_ring(void *arg)
{
	tutti_event_wait(&rings);
	return arg;
}

static void *takes_a_seat(void *arg)
{
	tutti_semaphore_acquire(&seats);
	return arg;
}

static void *comes_to_the_gate(void *arg)
{
	tutti_barrier_wait(&gate);
	return arg;
}

static void *gets(void *queue)
{
	int item;

	tutti_queue_get(queue, &item);
	return NULL;
}

static void all_wait(void *arg)
{
	begin();
	spawn(waits_for_ring, arg, "a");
	spawn(takes_a_seat, arg, "b");
	spawn(comes_to_the_gate, arg, "c");
	spawn(comes_to_the_gate, arg, "d");
	spawn(gets, queues[0], "e");
	spawn(gets, queues[1], "f");
	spawn(gets, queues[0], "g");
}

/* -- who has it -------------------------------------------------------------------------------- */

static void *forgets(void *arg)
{
	tutti_lock_acquire(&mine);
	return arg;
}

static void *takes(void *lock)
{
	tutti_lock_acquire(lock);
	return NULL;
}

static void one_forgets(void *arg)
{
	begin();
	spawn(forgets, arg, "forgetful");
	tutti_sleep(1);
	spawn(takes, &mine, "other");
}

static void *reads(void *arg)
{
	tutti_rwlock_acquire_read(&page);
	tutti_event_wait(&rings);
	tutti_rwlock_release(&page);
	return arg;
}

static void *writes(void *arg)
{
	tutti_rwlock_acquire_write(&page);
	return arg;
}

static void two_read(void *arg)
{
	begin();
	spawn(reads, arg, "left");
	spawn(reads, arg, "right");
	tutti_sleep(1);
	spawn(writes, arg, "writer");
}

/* It was notified, and waits for the lock that is not let go. */
static tutti_condition changed;

static void *hears(void *arg)
{
	tutti_lock_acquire(&mine);
	tutti_condition_wait(&changed, &mine);
	return arg;
}

static void *notifies(void *arg)
{
	tutti_sleep(1);
	tutti_lock_acquire(&mine);
	tutti_condition_notify(&changed, &mine, 1);
	tutti_event_wait(&rings);
	return arg;
}

static void one_is_notified(void *arg)
{
	begin();
	memset(&changed, 0, sizeof changed);
	spawn(hears, arg, "ear");
	spawn(notifies, arg, "mouth");
}

/* -- tasks that wait for each other beside one that goes on ------------------------------------ */

static void *mine_then_yours(void *arg)
{
	tutti_lock_acquire(&mine);
	tutti_sleep(1);
	tutti_lock_acquire(&yours);
	return arg;
}

static void *yours_then_mine(void *arg)
{
	tutti_lock_acquire(&yours);
	tutti_sleep(1);
	tutti_lock_acquire(&mine);
	return arg;
}

static void *ticks(void *arg)
{
	while (tutti_sleep(TUTTI_SECONDS(1)) == 0)
		continue;
	return arg;
}

static void tasks_in_a_circle(void *arg)
{
	tutti_task *tasks[3];

	begin();
	tasks[0] = tutti_task_start(mine_then_yours, arg, NULL);
	tasks[1] = tutti_task_start(yours_then_mine, arg, NULL);
	tasks[2] = tutti_task_start(ticks, arg, NULL);
	tutti_join_all(tasks, 3);
}

/* -- checks ------------------------------------------------------------------------------------ */

static tutti_sim_result result;

static void check(void (*test)(void *), tutti_sim_trouble trouble)
{
	tutti_sim_options o = {
		.strategy = "fifo", .save = "", .flags = TUTTI_SIM_QUIET, .result = &result
	};

	tutti_sim_check(test, &o);
	CHECK_EQ(result.trouble, trouble);
	called = result.text ? result.text : "";
}

static void says(const char *words)
{
	if (!strstr(called, words))
		fprintf(stderr, "'%s' is not in\n%s", words, called);
	CHECK(strstr(called, words));
}

static void done(void)
{
	tutti_sim_result_clear(&result);
}

static void objects_have_names_or_numbers(void)
{
	check(all_wait, TUTTI_SIM_LEFT);
	says("thread 'a' waits for event 'rings', since 0 s, at ");
	says("thread 'b' waits to acquire semaphore 'seats', since 0 s, at ");
	says("thread 'c' waits at barrier 'gate', where 2 of 3 have come, since 0 s, at ");
	says("thread 'd' waits at barrier 'gate', where 2 of 3 have come, since 0 s, at ");
	says("thread 'e' waits to get from queue 1, since 0 s, at ");
	says("thread 'f' waits to get from queue 2, since 0 s, at ");
	says("thread 'g' waits to get from queue 1, since 0 s, at ");
	CHECK(!strstr(result.text, " 0x")); /* no address */
	CHECK(strstr(result.json, "\"object\":\"barrier 'gate'\",\"arrived\":2,\"parties\":3"));
	done();
	/* The same in each run. */
	check(all_wait, TUTTI_SIM_LEFT);
	says("thread 'e' waits to get from queue 1, since 0 s, at ");
	done();
}

static void holders_are_named(void)
{
	check(one_forgets, TUTTI_SIM_HELD);
	says("thread 'forgetful' ended with lock 'mine' held, taken at ");
	says("it is held by thread 'forgetful', which has ended, since 0 s, taken at ");
	CHECK(strstr(result.json, "\"held_by\":\"thread 'forgetful'\",\"holder_has_ended\":true"));
	done();
	check(two_read, TUTTI_SIM_LEFT);
	says("thread 'writer' waits to write-acquire rwlock 'page', since ");
	says("it is held by thread 'left' since 0 s, taken at ");
	says("it is held by thread 'right' since 0 s, taken at ");
	done();
	check(one_is_notified, TUTTI_SIM_LEFT);
	says("thread 'ear' waits to acquire lock 'mine', since ");
	says("it is held by thread 'mouth' since ");
	done();
}

static void tasks_wait_for_each_other(void)
{
	check(tasks_in_a_circle, TUTTI_SIM_CIRCLE);
	says("the circle: task 'Task-1' waits for lock 'yours' of task 'Task-2', "
	     "which waits for lock 'mine' of task 'Task-1'");
	done();
}

int main(void)
{
	suite_begin();
	RUN(objects_have_names_or_numbers);
	RUN(holders_are_named);
	RUN(tasks_wait_for_each_other);
	return suite_end();
}
