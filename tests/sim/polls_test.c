/* SPDX-License-Identifier: MIT */
/*
 * polls_test.c - a loop that waits by looking does not stop virtual time, whatever it looks at; to
 * look once at each of many does not move it.
 */
#include "support/suite.h"

#include <tutti/race.h>
#include <tutti/sim.h>

static struct {
	tutti_lock lock;
	tutti_rwlock rwlock;
	tutti_event event;
	tutti_semaphore semaphore;
	tutti_condition condition;
	tutti_queue *queue;
	tutti_thread *thread;
	tutti_lock mine; /* the looking thread's */
	int plain, raced;
} it;

/* Changes all of it after a second. */
static void *change_all(void *arg)
{
	int one = 1;

	tutti_lock_acquire(&it.lock);
	tutti_rwlock_acquire_write(&it.rwlock);
	tutti_sleep(TUTTI_SECONDS(1));
	tutti_rwlock_release(&it.rwlock);
	tutti_lock_release(&it.lock);
	it.plain = 1;
	TUTTI_STORE(&it.raced, 1);
	tutti_semaphore_release(&it.semaphore, 1);
	tutti_queue_put(it.queue, &one);
	tutti_event_set(&it.event);
	return arg;
}

/* -- looks: has it changed? -------------------------------------------------------------------- */

static bool try_lock(void)
{
	return tutti_lock_acquire_until(&it.lock, 0) == 0 && tutti_lock_release(&it.lock) == 0;
}

static bool try_rwlock(void)
{
	if (tutti_rwlock_acquire_read_until(&it.rwlock, 0) < 0)
		return false;
	tutti_rwlock_release(&it.rwlock);
	return true;
}

static bool try_semaphore(void)
{
	return tutti_semaphore_acquire_until(&it.semaphore, 0) == 0;
}

static bool semaphore_value(void)
{
	return tutti_semaphore_value(&it.semaphore) > 0;
}

static bool event_is_set(void)
{
	return tutti_event_is_set(&it.event);
}

static bool try_event(void)
{
	return tutti_event_wait_until(&it.event, 0) == 0;
}

static bool try_queue(void)
{
	int one;

	return tutti_queue_get_until(it.queue, &one, 0) == 0;
}

static bool queue_size(void)
{
	return tutti_queue_size(it.queue) > 0;
}

static bool queue_empty(void)
{
	return !tutti_queue_empty(it.queue);
}

static bool try_condition(void)
{
	if (it.plain)
		return true;
	tutti_lock_acquire(&it.mine);
	tutti_condition_wait_until(&it.condition, &it.mine, 0);
	tutti_lock_release(&it.mine);
	return it.plain;
}

static bool try_select(void)
{
	int one;
	tutti_case cases[] = { tutti_case_get(it.queue, &one), tutti_case_event(&it.event) };

	return tutti_select(cases, 2, 0) >= 0;
}

static bool thread_is_over(void)
{
	return !tutti_thread_is_alive(it.thread);
}

static bool thread_is_alone(void)
{
	return tutti_thread_active_count() == 2; /* this one, and who runs the check */
}

static bool future_done(void)
{
	return tutti_future_done(it.thread);
}

static bool future_not_running(void)
{
	return !tutti_future_running(it.thread);
}

static bool future_error(void)
{
	return tutti_future_error(it.thread) != TUTTI_EPENDING;
}

static bool try_result(void)
{
	return tutti_future_result_until(it.thread, NULL, 0, 0) == 0;
}

static bool try_join(void)
{
	return tutti_thread_join_until(it.thread, NULL, 0) == 0;
}

static bool try_wait(void)
{
	return tutti_wait(&it.thread, 1, TUTTI_ALL_COMPLETED, NULL, 0) == 1;
}

static bool try_completion(void)
{
	tutti_completion *c = tutti_completion_create(&it.thread, 1);
	bool done = tutti_completion_next_until(c, NULL, 0) == 0;

	tutti_completion_free(c);
	return done;
}

static bool yield(void)
{
	tutti_yield();
	return it.plain;
}

static bool sleep_for_nothing(void)
{
	tutti_sleep(0);
	return it.plain;
}

static bool thread_sleep_for_nothing(void)
{
	tutti_thread_sleep(0);
	return it.plain;
}

static bool load_and_yield(void)
{
	return TUTTI_LOAD(&it.raced) || (tutti_yield(), false);
}

static bool load(void)
{
	return TUTTI_LOAD(&it.raced);
}

/* A round of different looks is a look as well. */
static bool several(void)
{
	return event_is_set() && queue_size() && thread_is_over();
}

static bool not_cancelled(void)
{
	return tutti_cancelled() || it.plain;
}

static const struct look {
	const char *name;
	bool (*changed)(void);
} looks[] = {
#define LOOK(name)          \
	{                   \
#name, name \
	}
	LOOK(try_lock),
	LOOK(try_rwlock),
	LOOK(try_semaphore),
	LOOK(semaphore_value),
	LOOK(event_is_set),
	LOOK(try_event),
	LOOK(try_queue),
	LOOK(queue_size),
	LOOK(queue_empty),
	LOOK(try_condition),
	LOOK(try_select),
	LOOK(thread_is_over),
	LOOK(thread_is_alone),
	LOOK(future_done),
	LOOK(future_not_running),
	LOOK(future_error),
	LOOK(try_result),
	LOOK(try_join),
	LOOK(try_wait),
	LOOK(try_completion),
	LOOK(yield),
	LOOK(sleep_for_nothing),
	LOOK(thread_sleep_for_nothing),
	LOOK(load_and_yield),
	LOOK(load),
	LOOK(several),
	LOOK(not_cancelled),
#undef LOOK
};

/* -- who looks --------------------------------------------------------------------------------- */

static void *wait_by_looking(void *arg)
{
	const struct look *l = arg;

	while (!l->changed())
		continue;
	return NULL;
}

static void begin(void)
{
	memset(&it, 0, sizeof it);
	tutti_semaphore_init(&it.semaphore, 0, 0);
	TUTTI_SIM_REQUIRE(tutti_queue_create(&it.queue, sizeof(int), NULL) == 0);
	it.thread = tutti_thread_start(change_all, NULL, NULL);
	tutti_sleep(TUTTI_MILLISECONDS(1)); /* it has begun */
}

static void end(void)
{
	TUTTI_SIM_REQUIRE(tutti_join_all(&it.thread, 1) == 0);
	tutti_queue_free(it.queue);
}

static void one_looks(void *look)
{
	tutti_time start = tutti_now();

	begin();
	wait_by_looking(look);
	TUTTI_SIM_REQUIRE(tutti_now() - start == TUTTI_SECONDS(1));
	end();
}

/* Beside each other, and beside one that sleeps. */
static void tasks_look(void *look)
{
	tutti_time start = tutti_now();
	tutti_task *tasks[3];

	begin();
	for (int i = 0; i < 3; i++)
		tasks[i] = tutti_task_start(wait_by_looking, look, NULL);
	TUTTI_SIM_REQUIRE(tutti_join_all(tasks, 3) == 0);
	TUTTI_SIM_REQUIRE(tutti_now() - start == TUTTI_SECONDS(1));
	end();
}

static void threads_look(void *look)
{
	tutti_time start = tutti_now();
	tutti_thread *threads[3];

	begin();
	for (int i = 0; i < 3; i++)
		threads[i] = tutti_thread_start(wait_by_looking, look, NULL);
	TUTTI_SIM_REQUIRE(tutti_join_all(threads, 3) == 0);
	TUTTI_SIM_REQUIRE(tutti_now() - start == TUTTI_SECONDS(1));
	end();
}

/* A run must not take more steps than a few rounds of all who look. */
static void check(void (*test)(void *), const struct look *l, const char *strategy)
{
	tutti_sim_result result;
	tutti_sim_options o = { .name = l->name,
		.strategy = strategy,
		.runs = 20,
		.steps = 100000,
		.save = "",
		.flags = TUTTI_SIM_QUIET | TUTTI_SIM_STRICT_TIME,
		.arg = (void *)l,
		.result = &result };

	if (tutti_sim_check(test, &o) != 0)
		fprintf(stderr, "%s, %s: %s", l->name, strategy, result.text);
	CHECK_EQ(result.trouble, TUTTI_SIM_NONE);
	tutti_sim_result_clear(&result);
}

enum { LOOKS = sizeof looks / sizeof looks[0] };

static void time_passes_for_one_that_looks(void)
{
	for (int i = 0; i < LOOKS; i++) {
		check(one_looks, &looks[i], "fifo");
		check(one_looks, &looks[i], "random");
	}
}

/* Those that take what they look for would keep it from the others. */
static bool takes(const struct look *l)
{
	return l->changed == try_semaphore || l->changed == try_queue || l->changed == try_select ||
	       l->changed == thread_is_alone;
}

static void time_passes_for_threads_that_look(void)
{
	for (int i = 0; i < LOOKS; i++)
		if (!takes(&looks[i]))
			check(threads_look, &looks[i], "fifo");
}

/* Of a loop's tasks only those that yield let the others go on; a look is no more than a look. */
static void time_passes_for_tasks_that_look(void)
{
	for (int i = 0; i < LOOKS; i++)
		if (!takes(&looks[i]))
			check(tasks_look, &looks[i], "fifo");
}

/* -- what is no waiting ------------------------------------------------------------------------ */

/* Each once, beside one that sleeps: virtual time stands still. */
static void look_once_at_each(void *arg)
{
	tutti_time now;

	(void)arg;
	begin();
	now = tutti_now();
	for (int i = 0; i < LOOKS; i++)
		looks[i].changed();
	TUTTI_SIM_REQUIRE(tutti_now() == now);
	TUTTI_SIM_REQUIRE(!it.plain);
	end();
}

/* Beside one that works, and one that sleeps: there is no need for time to pass. */
static void *work(void *arg)
{
	tutti_time now = tutti_now();

	for (int i = 0; i < 1000; i++) {
		TUTTI_STORE(&it.raced, 2);
		tutti_yield();
	}
	TUTTI_SIM_REQUIRE(tutti_now() == now);
	it.plain = 1;
	return arg;
}

static void look_beside_one_that_works(void *arg)
{
	tutti_thread *worker;

	(void)arg;
	begin();
	worker = tutti_thread_start(work, NULL, NULL);
	while (!yield())
		continue;
	TUTTI_SIM_REQUIRE(tutti_join_all(&worker, 1) == 0);
	end();
}

static void time_stands_still_where_nobody_waits(void)
{
	static const struct look none = { "none", NULL };

	check(look_once_at_each, &none, "fifo");
	check(look_beside_one_that_works, &none, "fifo");
}

int main(void)
{
	suite_begin();
	RUN(time_passes_for_one_that_looks);
	RUN(time_passes_for_threads_that_look);
	RUN(time_passes_for_tasks_that_look);
	RUN(time_stands_still_where_nobody_waits);
	return suite_end();
}
