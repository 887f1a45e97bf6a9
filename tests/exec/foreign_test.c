/* SPDX-License-Identifier: MIT */
/* rows: F64 F67 T50 */
/* Threads that tutti did not make: they may call everything, and leave nothing behind. */
#include <tutti/thread.h>

#include "support/suite.h"

#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>

enum { THREADS_AT_ONCE = 8 };

static tutti_queue *queue;
static tutti_lock lock;
static int counter;

static void run(void *(*fn)(void *), void *arg)
{
	pthread_t t;

	CHECK_EQ(pthread_create(&t, NULL, fn, arg), 0);
	CHECK_EQ(pthread_join(t, NULL), 0);
}

static void *look_at_oneself(void *arg)
{
	char text[100];
	int n = 0;

	tutti_thread *me = tutti_thread_current();
	CHECK(tutti_thread_repr(me, text, sizeof(text)) > 0);
	CHECK(strstr(text, "<_DummyThread(Dummy-") == text && strstr(text, ", started daemon "));
	CHECK(me && me != tutti_thread_main());
	CHECK(me == tutti_thread_current());
	CHECK_EQ(sscanf(tutti_thread_name(NULL), "Dummy-%d", &n), 1);
	CHECK(n >= 1);
	CHECK(tutti_thread_is_alive(NULL));
	CHECK(tutti_thread_daemon(NULL)); /* the program's end cannot wait for it */
	CHECK(tutti_thread_ident(NULL) != tutti_thread_ident(tutti_thread_main()));
	CHECK_EQ(tutti_thread_native_id(NULL), syscall(SYS_gettid));
	CHECK_EQ(tutti_thread_active_count(), 2);
	CHECK(!tutti_task_current());
	CHECK_EQ(tutti_thread_join(me, NULL), -EDEADLK);
	return arg;
}

static void has_a_stand_in(void)
{
	for (int i = 0; i < 10; i++) {
		run(look_at_oneself, NULL);
		CHECK_EQ(tutti_thread_active_count(), 1);
	}
}

/* One that does not ask for itself leaves without having been there. */
static void *only_lock(void *arg)
{
	TUTTI_HOLD(&lock);
	counter++;
	return arg;
}

static void may_use_one_lock_and_go(void)
{
	counter = 0;
	for (int i = 0; i < 10; i++)
		run(only_lock, NULL);
	CHECK_EQ(counter, 10);
	CHECK_EQ(tutti_thread_active_count(), 1);
}

static void *add_one(void *arg)
{
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(0.1)), 0);
	TUTTI_HOLD(&lock);
	counter++;
	return arg;
}

static void *use_everything(void *arg)
{
	tutti_future *f[4];
	int item = 1;

	for (int i = 0; i < 4; i++)
		f[i] = start_nth(MIXED, i, add_one, NULL);
	CHECK_EQ(tutti_queue_put(queue, &item), 0);
	CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(0.1)), 0);
	join_all(f, 4);
	CHECK_EQ(tutti_call_blocking(add_one, NULL, NULL), 0);
	CHECK_EQ(tutti_run(add_one, NULL, NULL), 0);
	return arg;
}

static void many_at_once_use_everything(void)
{
	pthread_t t[THREADS_AT_ONCE];
	int item;

	counter = 0;
	CHECK_EQ(tutti_queue_create(&queue, sizeof(int), NULL), 0);
	for (int i = 0; i < THREADS_AT_ONCE; i++)
		CHECK_EQ(pthread_create(&t[i], NULL, use_everything, NULL), 0);
	for (int i = 0; i < THREADS_AT_ONCE; i++)
		CHECK_EQ(tutti_queue_get(queue, &item), 0);
	for (int i = 0; i < THREADS_AT_ONCE; i++)
		CHECK_EQ(pthread_join(t[i], NULL), 0);
	CHECK_EQ(counter, THREADS_AT_ONCE * 6);
	tutti_queue_free(queue);
	CHECK_EQ(tutti_thread_active_count(), 1);
}

/* A reference outlives the thread it stands for. */
static tutti_thread *kept;

static void *leave_reference(void *arg)
{
	kept = tutti_future_ref(tutti_thread_current());
	return arg;
}

static void a_reference_may_be_kept(void)
{
	run(leave_reference, NULL);
	CHECK(!tutti_thread_is_alive(kept));
	CHECK(tutti_future_done(kept));
	CHECK_EQ(tutti_thread_join(kept, NULL), 0);
	CHECK(tutti_thread_name(kept));
	tutti_future_unref(kept);
}

/* A thread-specific destructor of the program's own may come after ours, and use tutti again. */
static pthread_key_t key;

static void use_late(void *value)
{
	(void)value;
	only_lock(NULL);
	finish(tutti_task_start(add_one, NULL, NULL));
	CHECK(tutti_thread_current());
}

static void *leave_value(void *arg)
{
	CHECK_EQ(pthread_setspecific(key, &key), 0);
	finish(tutti_task_start(add_one, NULL, NULL));
	return arg;
}

static void may_use_it_while_it_ends(void)
{
	counter = 0;
	CHECK_EQ(pthread_key_create(&key, use_late), 0);
	run(leave_value, NULL);
	pthread_key_delete(key);
	CHECK_EQ(counter, 3);
	CHECK_EQ(tutti_thread_active_count(), 1);
}

static void *exit_early(void *arg)
{
	finish(tutti_task_start(add_one, NULL, NULL));
	pthread_exit(arg);
}

static void may_leave_by_pthread_exit(void)
{
	counter = 0;
	run(exit_early, NULL);
	CHECK_EQ(counter, 1);
	CHECK_EQ(tutti_thread_active_count(), 1);
}

int main(void)
{
	suite_begin();
	RUN(has_a_stand_in);
	RUN(may_use_one_lock_and_go);
	RUN(many_at_once_use_everything);
	RUN(a_reference_may_be_kept);
	RUN(may_use_it_while_it_ends);
	RUN(may_leave_by_pthread_exit);
	return suite_end();
}
