/* SPDX-License-Identifier: MIT */
/* rows: F78 T16 T19 */
/*
 * debug_test.c - each mistake with locks is made on purpose and has to be told, with who and where;
 * what is right is not. Whoever hangs is let go by who hears of it: a plain lock has no owner.
 */
#include <errno.h>
#include <pthread.h>

#include <tutti/tutti.h>

#include "support/suite.h"

enum { LINES = 40 };

static tutti_lock red, blue, green;
static tutti_rwlock ledger_lock;
static tutti_barrier both;

/* -- what is told ----------------------------------------------------------------------------- */

static struct {
	pthread_mutex_t lock;
	char *lines[LINES];
	int n;
	tutti_lock *let_go;  /* released when a deadlock is told; NULL: none */
	tutti_event *awaits; /* set when nothing moves; NULL: none */
} heard = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void on_report(int code, const char *text, void *arg)
{
	bool dead = strncmp(text, "deadlock: ", 10) == 0;

	(void)arg;
	CHECK_EQ(code, dead ? -EDEADLK : 0);
	pthread_mutex_lock(&heard.lock);
	CHECK(heard.n < LINES);
	heard.lines[heard.n++] = strdup(text);
	printf("\t%s\n", text);
	pthread_mutex_unlock(&heard.lock);
	if (dead && heard.let_go)
		CHECK_EQ(tutti_lock_release(heard.let_go), 0);
	if (strncmp(text, "nothing moves: ", 15) == 0 && heard.awaits)
		tutti_event_set(heard.awaits);
}

/* How many lines have all of these in them, up to a NULL. */
static int heard_of(const char *const *parts)
{
	int count = 0;

	pthread_mutex_lock(&heard.lock);
	for (int i = 0; i < heard.n; i++) {
		bool all = true;

		for (const char *const *p = parts; *p; p++)
			all = all && strstr(heard.lines[i], *p);
		count += all;
	}
	pthread_mutex_unlock(&heard.lock);
	return count;
}
#define HEARD(...) heard_of((const char *const[]){ __VA_ARGS__, NULL })

/* With new locks: what was seen of those before is not told of these. */
static void begin(tutti_time still)
{
	const tutti_debug_options o = { .still = still };

	tutti_lock_init(&red, 0);
	tutti_lock_init(&blue, 0);
	tutti_lock_init(&green, 0);
	tutti_rwlock_init(&ledger_lock, 0);
	tutti_set_reporter(on_report, NULL);
	CHECK_EQ(tutti_debug_start(&o), 0);
}

static void end(void)
{
	CHECK_EQ(tutti_debug_stop(), 0);
	tutti_set_reporter(tutti_report_stderr, NULL);
	while (heard.n > 0)
		free(heard.lines[--heard.n]);
	heard.let_go = NULL;
	heard.awaits = NULL;
}

static tutti_future *start(bool task, tutti_fn fn, void *arg, const char *name)
{
	if (task)
		return tutti_task_start(fn, arg, &(tutti_task_options){ .name = name });
	return tutti_thread_start(fn, arg, &(tutti_thread_options){ .name = name });
}

/* -- orders ------------------------------------------------------------------------------------ */

static __attribute__((noinline)) void take_both(tutti_lock *first, tutti_lock *second)
{
	TUTTI_HOLD(first);
	TUTTI_HOLD(second);
}

static void *take_in_order(void *arg)
{
	tutti_lock **pair = arg;

	take_both(pair[0], pair[1]);
	return NULL;
}

static void orders(void)
{
	tutti_lock *there[] = { &red, &blue }, *back[] = { &blue, &red };
	uint64_t count = tutti_debug_count();

	begin(-1);
	finish(start(false, take_in_order, there, "first"));
	CHECK_EQ(heard.n, 0);
	finish(start(true, take_in_order, back, "second"));
	CHECK_EQ(heard.n, 1);
	CHECK_EQ(HEARD("lock order: task 'second' takes lock 'red' (0x", " holds lock 'blue' (0x",
			 "; thread 'first' took lock 'blue' (0x", " held lock 'red' (0x"),
		1);
	CHECK_EQ(HEARD("debug_test(take_both+0x"), 1);
	CHECK_EQ(tutti_debug_count() - count, 1);
	/* The same places with another lock: found, but told before. */
	take_both(&red, &green);
	take_both(&green, &red);
	CHECK_EQ(tutti_debug_count() - count, 2);
	CHECK_EQ(heard.n, 1);
	end();
}

static void what_is_right_is_not_told(void)
{
	uint64_t count = tutti_debug_count();
	tutti_rlock again_and_again = TUTTI_RLOCK_INIT;

	begin(-1);
	for (int i = 0; i < 2; i++) {
		/* With a deadline there is a way out. */
		tutti_lock_acquire(i ? &red : &blue);
		CHECK_EQ(tutti_lock_acquire_until(i ? &blue : &red, tutti_after(1)), 0);
		tutti_lock_release(&red);
		tutti_lock_release(&blue);
		take_both(&again_and_again, &again_and_again);
		/* At the same address, but new. */
		take_both(i ? &red : &green, i ? &green : &red);
		tutti_lock_init(&green, 0);
	}
	CHECK_EQ(heard.n, 0);
	CHECK_EQ(tutti_debug_count(), count);
	end();
}

/* -- deadlocks --------------------------------------------------------------------------------- */

static __attribute__((noinline)) void *take_twice(void *arg)
{
	tutti_lock_acquire(&red);
	tutti_lock_acquire(&red);
	tutti_lock_release(&red);
	return arg;
}

static void one_alone(bool task)
{
	begin(-1);
	heard.let_go = &red;
	finish(start(task, take_twice, NULL, "alone"));
	CHECK_EQ(HEARD("deadlock: ", " 'alone': acquire lock 'red' (0x", "(take_twice+0x",
			 ", held by itself, taken at ", "debug_test(take_twice+0x"),
		1);
	CHECK_EQ(heard.n, 1);
	end();
}

/* rows: T19 */
static void self_deadlock(void)
{
	one_alone(false);
	one_alone(true);
}

/* To be told it is woken, and waits on: that is not one more. Another time is. */
static void a_deadlock_counts_once(void)
{
	uint64_t count = tutti_debug_count();

	begin(-1);
	for (unsigned i = 1; i <= 2; i++) {
		tutti_future *f = start(true, take_twice, NULL, "alone");

		EVENTUALLY((tutti_yield(), tutti_debug_count() > count));
		for (int j = 0; j < 10; j++)
			tutti_yield();
		CHECK_EQ(tutti_debug_count() - count, 1);
		count++;
		CHECK_EQ(tutti_lock_release(&red), 0);
		finish(f);
	}
	CHECK_EQ(heard.n, 1);
	end();
}

static __attribute__((noinline)) void *cross(void *arg)
{
	tutti_lock **pair = arg;

	tutti_lock_acquire(pair[0]);
	tutti_barrier_wait(&both);
	tutti_lock_acquire(pair[1]);
	tutti_lock_release(pair[1]);
	tutti_lock_release(pair[0]); /* which somebody else may have done */
	return NULL;
}

static void two_cross(bool first_task, bool second_task)
{
	tutti_lock *there[] = { &red, &blue }, *back[] = { &blue, &red };
	tutti_future *f[2];

	begin(-1);
	heard.let_go = &red;
	tutti_barrier_init(&both, 2, NULL, NULL, 0);
	f[0] = start(first_task, cross, there, "one");
	f[1] = start(second_task, cross, back, "two");
	join_all(f, 2);
	CHECK_EQ(
		HEARD("deadlock: ", " 'one': acquire lock 'blue' (0x", " 'two': acquire lock 'red'",
			", held by ", ", taken at debug_test(cross+0x"),
		1);
	CHECK_EQ(HEARD("lock order: "), 1);
	CHECK_EQ(heard.n, 2);
	end();
}

static void two_with_two_locks(void)
{
	two_cross(false, false);
	two_cross(true, true);
	two_cross(false, true);
}

static void *wait_with_lock(void *arg)
{
	tutti_future **other = arg;

	tutti_lock_acquire(&red);
	tutti_barrier_wait(&both);
	CHECK_EQ(tutti_future_result(*other, NULL, 0), 0);
	return NULL;
}

static void *want_that_lock(void *arg)
{
	tutti_barrier_wait(&both);
	tutti_lock_acquire(&red);
	tutti_lock_release(&red);
	return arg;
}

static void waiting_for_an_end(void)
{
	tutti_future *f[2];

	begin(-1);
	heard.let_go = &red;
	tutti_barrier_init(&both, 2, NULL, NULL, 0);
	f[0] = start(false, want_that_lock, NULL, "asks");
	f[1] = start(true, wait_with_lock, &f[0], "waits");
	CHECK_EQ(tutti_join_all(&f[1], 1), 0);
	tutti_future_unref(f[0]);
	CHECK_EQ(HEARD("deadlock: ", "task 'waits': wait for future 0x", ", which is thread 'asks'",
			 "thread 'asks': acquire lock 'red' (0x", ", held by task 'waits', taken "),
		1);
	CHECK_EQ(heard.n, 1);
	end();
}

/* It reads, and would write: it waits for itself. Another lets it. */
static __attribute__((noinline)) void *read_and_write(void *arg)
{
	tutti_rwlock_acquire_read(&ledger_lock);
	CHECK_EQ(tutti_rwlock_acquire_write_until(&ledger_lock, tutti_after(1)), TUTTI_ETIMEDOUT);
	tutti_barrier_wait(&both);
	tutti_rwlock_acquire_write(&ledger_lock);
	tutti_rwlock_release(&ledger_lock);
	return arg;
}

static void a_lock_for_reading(void)
{
	tutti_future *f;

	begin(-1);
	tutti_barrier_init(&both, 2, NULL, NULL, 0);
	f = start(false, read_and_write, NULL, "reader");
	tutti_barrier_wait(&both);
	while (HEARD("deadlock: thread 'reader': write-acquire rwlock 'ledger_lock' (0x",
		       ", held by itself, taken at debug_test(read_and_write+0x") == 0)
		usleep(200);
	CHECK_EQ(tutti_rwlock_release(&ledger_lock), 0);
	finish(f);
	CHECK_EQ(heard.n, 1);
	end();
}

/* -- ends -------------------------------------------------------------------------------------- */

static __attribute__((noinline)) void *forget(void *arg)
{
	tutti_lock_acquire(arg);
	return NULL;
}

static int forget_in_job(int which)
{
	tutti_lock_acquire(which ? &blue : &red);
	return 0;
}
TUTTI_JOB(forget_in_job, int, int);

/* rows: T16 */
static void locks_held_at_an_end(void)
{
	const tutti_executor_options one_thread = { .max_workers = 1 };
	tutti_executor *e;
	tutti_future *job;

	begin(-1);
	finish(start(false, forget, &red, "forgetful"));
	CHECK_EQ(HEARD("lock held: thread 'forgetful' has ended and holds lock 'red' (0x",
			 ", taken at debug_test(forget+0x"),
		1);
	finish(start(true, forget, &blue, "forgetful")); /* told before */
	CHECK_EQ(heard.n, 1);
	end();
	begin(-1);
	finish(start(true, forget, &blue, "forgetful"));
	CHECK_EQ(HEARD("lock held: task 'forgetful' has ended and holds lock 'blue' (0x"), 1);
	CHECK_EQ(tutti_executor_open(&e, "threads", &one_thread), 0);
	job = forget_in_job_submit(e, 0);
	CHECK_EQ(tutti_join_all(&job, 1), 0);
	tutti_executor_free(e);
	CHECK_EQ(HEARD("lock held: job 'forget_in_job' on thread '", "holds lock 'red' (0x"), 1);
	CHECK_EQ(heard.n, 2);
	end();
}

/* A job that its caller runs may come and go while the caller holds a lock. */
static void jobs_of_the_caller(void)
{
	tutti_executor *e;
	tutti_future *job;

	begin(-1);
	CHECK_EQ(tutti_executor_open(&e, "inline", NULL), 0);
	tutti_lock_acquire(&blue);
	job = forget_in_job_submit(e, 0);
	CHECK_EQ(tutti_join_all(&job, 1), 0);
	tutti_lock_release(&red);
	tutti_lock_release(&blue);
	tutti_executor_free(e);
	CHECK_EQ(heard.n, 0);
	end();
}

/* -- who waits --------------------------------------------------------------------------------- */

static tutti_event go;

static __attribute__((noinline)) void *await_event(void *arg)
{
	TUTTI_HOLD(&green);
	CHECK_EQ(tutti_event_wait(arg), 0);
	return NULL;
}

static void nothing_moves(void)
{
	tutti_future *f[2];

	tutti_event_init(&go, 0);
	begin(TUTTI_MILLISECONDS(20));
	heard.awaits = &go;
	f[0] = start(false, await_event, &go, "sleeper");
	f[1] = start(true, await_event, &go, "dreamer");
	join_all(f, 2);
	CHECK_EQ(tutti_debug_stop(), 0); /* all is told by then */
	CHECK_EQ(HEARD("nothing moves: for 0.020 s "), 1);
	CHECK_EQ(HEARD(": wait for event 'go' (0x", ") at debug_test(await_event+0x",
			 "holds lock 'green' (0x"),
		1);
	CHECK_EQ(HEARD(" '", "er': acquire lock 'green' (0x", "; held by ", "er', taken at "), 1);
	CHECK_EQ(HEARD("thread 'MainThread': wait for several futures at debug_test(join_all"), 1);
	CHECK_EQ(heard.n, 4);
	end();
}

static void count_line(int code, const char *text, void *arg)
{
	CHECK_EQ(code, 0);
	CHECK(strstr(text, "thread 'MainThread': holds lock 'red' (0x"));
	CHECK(strstr(text, "; rwlock 'ledger_lock' (0x"));
	++*(int *)arg;
}

static void dump_on_request(void)
{
	int lines = 0;

	CHECK_EQ(tutti_debug_dump(count_line, &lines), 0);
	begin(-1);
	CHECK_EQ(tutti_debug_dump(count_line, &lines), 0);
	tutti_rwlock_acquire_read(&ledger_lock);
	tutti_lock_acquire(&red);
	CHECK_EQ(tutti_debug_dump(count_line, &lines), 1);
	CHECK_EQ(lines, 1);
	CHECK_EQ(tutti_debug_dump(NULL, NULL), 1);
	CHECK_EQ(heard.n, 1);
	tutti_lock_release(&red);
	tutti_rwlock_release(&ledger_lock);
	end();
}

/* -- a condition gives its lock while it waits ------------------------------------------------ */

static tutti_condition changed;
static bool ready;

static void *until_ready(void *arg)
{
	TUTTI_HOLD(&red);
	while (!ready)
		tutti_condition_wait(&changed, &red);
	return arg;
}

static void conditions(void)
{
	tutti_future *f;

	begin(-1);
	f = start(true, until_ready, NULL, "patient");
	while (tutti_debug_dump(NULL, NULL) < 1 ||
		HEARD("'patient': wait on condition 'changed'") == 0)
		tutti_yield();
	CHECK_EQ(HEARD("holds"), 0);
	TUTTI_WITH(&red)
	{
		ready = true;
		tutti_condition_notify(&changed, &red, 1);
	}
	finish(f);
	CHECK_EQ(HEARD("lock held"), 0);
	end();
}

int main(void)
{
	CHECK_EQ(tutti_debug_stop(), 0); /* the environment may have begun one */
	suite_begin();
	RUN(orders);
	RUN(what_is_right_is_not_told);
	RUN(self_deadlock);
	RUN(a_deadlock_counts_once);
	RUN(two_with_two_locks);
	RUN(waiting_for_an_end);
	RUN(a_lock_for_reading);
	RUN(locks_held_at_an_end);
	RUN(jobs_of_the_caller);
	RUN(nothing_moves);
	RUN(dump_on_request);
	RUN(conditions);
	return suite_end();
}
