/* SPDX-License-Identifier: MIT */
/*
 * line_test.c - who of several in line goes first: the first of them where that is promised, under
 * every strategy; anybody where it is not.
 */
#include "support/suite.h"

#include <tutti/queue.h>
#include <tutti/sim.h>
#include <tutti/sync.h>
#include <tutti/thread.h>

#include <errno.h>

static tutti_lock lock, guard;
static tutti_rwlock rwlock;
static tutti_condition condition;
static tutti_semaphore semaphore;
static tutti_once once;
static tutti_queue *queue;
static bool ready;

static int order[2], n_through;    /* of one run: who went first */
static bool seen[2];               /* of all runs: that one, this one */
static void (*take)(int who);      /* wait, be let through, and say so */
static void (*close_it)(void);     /* whoever comes has to wait */
static void (*open_for_all)(void); /* one by one */

static void through(int who)
{
	order[n_through++] = who;
}

/* -- objects ----------------------------------------------------------------------------------- */

static void lock_take(int who)
{
	tutti_lock_acquire(&lock);
	through(who);
	tutti_lock_release(&lock);
}

static void lock_close(void)
{
	tutti_lock_init(&lock, 0);
	tutti_lock_acquire(&lock);
}

static void lock_open(void)
{
	tutti_lock_release(&lock);
}

static int fails(void *who)
{
	if (who)
		through((int)(intptr_t)who - 1);
	else
		tutti_sleep(2 * TUTTI_SECONDS(1));
	return -EIO;
}

static void once_take(int who)
{
	tutti_once_run(&once, fails, (void *)(intptr_t)(who + 1));
}

static void once_close(void)
{
	memset(&once, 0, sizeof once);
}

static void once_open(void)
{
	tutti_once_run(&once, fails, NULL);
}

static void write_take(int who)
{
	tutti_rwlock_acquire_write(&rwlock);
	through(who);
	tutti_rwlock_release(&rwlock);
}

static void write_close(void)
{
	memset(&rwlock, 0, sizeof rwlock);
	tutti_rwlock_acquire_write(&rwlock);
}

static void write_open(void)
{
	tutti_rwlock_release(&rwlock);
}

static void semaphore_take(int who)
{
	tutti_semaphore_acquire(&semaphore);
	through(who);
	tutti_semaphore_release(&semaphore, 1);
}

static void semaphore_close(void)
{
	tutti_semaphore_init(&semaphore, 0, 0);
}

static void semaphore_open(void)
{
	tutti_semaphore_release(&semaphore, 1);
}

static void condition_take(int who)
{
	tutti_lock_acquire(&guard);
	while (!ready)
		tutti_condition_wait(&condition, &guard);
	through(who);
	tutti_condition_notify(&condition, &guard, 1);
	tutti_lock_release(&guard);
}

static void condition_close(void)
{
	memset(&guard, 0, sizeof guard);
	memset(&condition, 0, sizeof condition);
	ready = false;
}

static void condition_open(void)
{
	tutti_lock_acquire(&guard);
	ready = true;
	tutti_condition_notify(&condition, &guard, 1);
	tutti_lock_release(&guard);
}

/* All at once: they come back in that order. */
static void condition_open_wide(void)
{
	tutti_lock_acquire(&guard);
	ready = true;
	tutti_condition_notify(&condition, &guard, SIZE_MAX);
	tutti_lock_release(&guard);
}

static void queue_take(int who)
{
	int item;

	tutti_queue_get(queue, &item);
	through(who);
	tutti_queue_put(queue, &item);
}

static void queue_close(void)
{
	tutti_queue_create(&queue, sizeof(int), NULL);
}

static void queue_open(void)
{
	tutti_queue_put(queue, &(int){ 1 });
}

/* -- a run ------------------------------------------------------------------------------------- */

static void *one(void *who)
{
	tutti_sleep(*(int *)who == 0 ? 1 : 2); /* they come in this order */
	take(*(int *)who);
	return NULL;
}

static void *opens(void *arg)
{
	tutti_sleep(take == once_take ? 0 : 3);
	open_for_all();
	return arg;
}

static void two_in_line(void *arg)
{
	int who[2] = { 0, 1 };
	tutti_thread *threads[3];

	n_through = 0;
	close_it();
	threads[2] = tutti_thread_start(opens, arg, NULL);
	for (int i = 0; i < 2; i++)
		threads[i] = tutti_thread_start(one, &who[i], NULL);
	tutti_join_all(threads, 3);
	TUTTI_SIM_REQUIRE(n_through == 2);
	seen[order[0]] = true;
	if (take == queue_take)
		tutti_queue_free(queue);
}

static void check(const char *strategy)
{
	tutti_sim_options o = {
		.strategy = strategy, .runs = 200, .save = "", .flags = TUTTI_SIM_STRICT_TIME
	};

	seen[0] = seen[1] = false;
	CHECK_EQ(tutti_sim_check(two_in_line, &o), 0);
}

static void set(void (*t)(int), void (*c)(void), void (*o)(void))
{
	take = t;
	close_it = c;
	open_for_all = o;
}

static const char *const strategies[] = { "random", "shuffle", "pct:3", "exhaustive:1" };

static void anybody_may_go_first(void)
{
	check("fifo");
	CHECK(seen[0] && !seen[1]);
	for (size_t i = 0; i < sizeof(strategies) / sizeof(*strategies); i++) {
		check(strategies[i]);
		CHECK(seen[0] && seen[1]);
	}
}

static void the_first_goes_first(void)
{
	for (size_t i = 0; i < sizeof(strategies) / sizeof(*strategies); i++) {
		check(strategies[i]);
		CHECK(seen[0] && !seen[1]);
	}
}

static void locks_and_onces_promise_no_order(void)
{
	set(lock_take, lock_close, lock_open);
	anybody_may_go_first();
	set(once_take, once_close, once_open);
	anybody_may_go_first();
}

/* rows: F146 */
static void others_are_first_in_first_out(void)
{
	set(semaphore_take, semaphore_close, semaphore_open);
	the_first_goes_first();
	set(condition_take, condition_close, condition_open);
	the_first_goes_first();
	set(condition_take, condition_close, condition_open_wide);
	the_first_goes_first();
	set(queue_take, queue_close, queue_open);
	the_first_goes_first();
	set(write_take, write_close, write_open);
	the_first_goes_first();
}

int main(void)
{
	suite_begin();
	RUN(locks_and_onces_promise_no_order);
	RUN(others_are_first_in_first_out);
	return suite_end();
}
