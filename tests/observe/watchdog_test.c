/* SPDX-License-Identifier: MIT */
/* rows: F101 */
/*
 * watchdog_test.c - who stalls is named, with its stack; who does not is left alone.
 *
 * Stalls last until the watchdog has told of them: its callback lets them go. What must not be told
 * is tried beside a stall that is.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include <tutti/tutti.h>

#include "support/suite.h"

enum { MOST = 256 };
static const tutti_time limit = TUTTI_MILLISECONDS(20);

#if defined(__SANITIZE_THREAD__)
/* TSan holds a signal back until the call into the kernel is over, or the next one comes. */
enum { ANSWERS = 0 };
#else
enum { ANSWERS = 1 };
#endif

/* -- what was told ---------------------------------------------------------------------------- */

struct told {
	tutti_stall stall; /* its pointers are those below */
	char what[128], thread[64], text[1000];
};

static struct told told[MOST];
static atomic_int count;     /* of told */
static atomic_int begun;     /* of those the ones that are not over */
static atomic_bool released; /* a computing task may go on */
static int release_at;       /* how often something is told before what stalls is let go */
static int gate[2];          /* a pipe: a byte for each task that sleeps */
static tutti_event over;

static void note(const tutti_stall *stall)
{
	int n = atomic_load(&count);
	struct told *t = &told[n];

	CHECK(n < MOST);
	t->stall = *stall;
	snprintf(t->what, sizeof t->what, "%s", stall->what);
	snprintf(t->thread, sizeof t->thread, "%s", stall->thread);
	snprintf(t->text, sizeof t->text, "%s", stall->text);
	atomic_store(&count, n + 1);
}

static void let_go(void)
{
	CHECK_EQ(write(gate[1], "x", 1), 1);
	atomic_store(&released, true);
}

static void on_stall(const tutti_stall *stall, void *arg)
{
	CHECK(arg == &told);
	note(stall);
	if (stall->over)
		tutti_event_set(&over);
	else if (atomic_fetch_add(&begun, 1) + 1 >= release_at)
		let_go();
}

static tutti_watchdog_options options(void)
{
	return (tutti_watchdog_options){
		.stall = limit, .quiet = true, .fn = on_stall, .arg = &told
	};
}

static void start(const tutti_watchdog_options *o, int told_before_release)
{
	atomic_store(&count, 0);
	atomic_store(&begun, 0);
	atomic_store(&released, false);
	release_at = told_before_release;
	tutti_event_clear(&over);
	CHECK_EQ(pipe(gate), 0);
	CHECK_EQ(tutti_watchdog_start(o), 0);
}

static void stop(void)
{
	CHECK_EQ(tutti_watchdog_stop(), 0);
	close(gate[0]);
	close(gate[1]);
}

/* -- what stalls ------------------------------------------------------------------------------- */

__attribute__((noinline)) static void sleep_in_read(void)
{
	char c;

	CHECK_EQ(read(gate[0], &c, 1), 1);
}

__attribute__((noinline)) static void compute_on(void)
{
	while (!atomic_load(&released))
		;
}

static void *sleeper(void *arg)
{
	sleep_in_read();
	return arg;
}

static void *computer(void *arg)
{
	compute_on();
	return arg;
}

static void *nothing(void *arg)
{
	return arg;
}

static tutti_task *start_named(tutti_fn fn, const char *name)
{
	return tutti_task_start(fn, NULL, &(tutti_task_options){ .name = name });
}

/* A task that stalls, and one that waits for its turn. */
static void stall_once(tutti_fn fn)
{
	tutti_future *f[2] = { start_named(fn, "slow"), start_named(nothing, "waits") };

	CHECK_EQ(tutti_join_all(f, 2), 0);
}

static void check_told(int i, bool is_over, bool computing)
{
	const tutti_stall *s = &told[i].stall;

	CHECK_EQ(s->over, is_over);
	CHECK_EQ(s->number, tutti_watchdog_count());
	CHECK_EQ(s->computing, computing);
	CHECK_EQ(s->thread_native_id, syscall(SYS_gettid));
	CHECK(s->lasted >= limit);
	CHECK(s->cpu >= 0 && s->cpu <= 2 * s->lasted);
	if (!ANSWERS)
		return;
	CHECK_STR(told[i].what, "task 'slow'");
	CHECK_STR(told[i].thread, "MainThread");
	CHECK(strstr(told[i].text, "task 'slow' on thread 'MainThread' h"));
	CHECK(strstr(told[i].text, computing ? ", computing" : ", sleeping"));
	CHECK(s->depth > 2);
}

/* At least n times, as it may take a while to end; then that it is over. Returns the last. */
static int check_all(int n, bool computing)
{
	int last = count - 1;

	CHECK(last >= n);
	for (int i = 0; i <= last; i++)
		check_told(i, i == last, computing);
	for (int i = 1; i < last; i++)
		CHECK(told[i].stall.lasted >= 2 * told[i - 1].stall.lasted);
	CHECK(told[last].stall.lasted >= told[last - 1].stall.lasted);
	return last;
}

static void names_who_sleeps(void)
{
	tutti_watchdog_options o = options();
	int last;

	start(&o, 1);
	stall_once(sleeper);
	CHECK_EQ(tutti_event_wait(&over), 0);
	stop();
	last = check_all(1, false);
	CHECK(!ANSWERS || strstr(told[0].text, "(sleep_in_read+0x"));
	CHECK(!ANSWERS || strstr(told[0].text, " < watchdog_test(sleeper+0x"));
	CHECK(strstr(told[last].text, "it is over"));
}

static void names_who_computes(void)
{
	tutti_watchdog_options o = options();

	o.stall = TUTTI_MILLISECONDS(100); /* the looks do not take half the CPU in Valgrind */
	start(&o, 1);
	stall_once(computer);
	CHECK_EQ(tutti_event_wait(&over), 0);
	stop();
	check_all(1, true);
	CHECK(!ANSWERS || strstr(told[0].text, "(compute_on+0x"));
}

static void tells_again(void)
{
	tutti_watchdog_options o = options();

	start(&o, 3);
	stall_once(sleeper);
	CHECK_EQ(tutti_event_wait(&over), 0);
	stop();
	check_all(3, false);
}

/* -- who waits --------------------------------------------------------------------------------- */

static void *sleep_shortly(void *arg)
{
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
	return arg;
}

static void a_timer_waits(void)
{
	tutti_watchdog_options o = options();
	tutti_future *f[2];

	start(&o, 1);
	f[0] = tutti_task_start(sleep_shortly, NULL, NULL);
	f[1] = start_named(sleeper, "slow");
	CHECK_EQ(tutti_join_all(f, 2), 0);
	CHECK_EQ(tutti_event_wait(&over), 0);
	stop();
	check_all(1, false);
}

static tutti_event called;

static void call(void *arg)
{
	(void)arg;
	tutti_event_set(&called);
}

static void *send(void *loop)
{
	CHECK_EQ(tutti_loop_call_soon_threadsafe(loop, call, NULL), 0);
	return NULL;
}

/* From another thread, when the only task of this one runs already. */
static void *sleeper_with_mail(void *arg)
{
	tutti_thread *sender = tutti_thread_start(send, tutti_loop_current(), NULL);

	sleep_in_read();
	CHECK_EQ(finish(sender), 0);
	return arg;
}

static void mail_waits(void)
{
	tutti_watchdog_options o = options();

	start(&o, 1);
	CHECK_EQ(finish(start_named(sleeper_with_mail, "slow")), 0);
	CHECK_EQ(tutti_event_wait(&called), 0);
	CHECK_EQ(tutti_event_wait(&over), 0);
	stop();
	check_all(1, false);
}

static void a_thread_itself_stalls(void)
{
	tutti_watchdog_options o = options();
	tutti_task *waits;

	start(&o, 1);
	waits = tutti_task_start(nothing, NULL, NULL);
	sleep_in_read();
	CHECK_EQ(finish(waits), 0);
	CHECK_EQ(tutti_event_wait(&over), 0);
	stop();
	if (!ANSWERS)
		return;
	CHECK_STR(told[0].what, "thread 'MainThread'");
	CHECK(strncmp(told[0].text, "thread 'MainThread' holds up its loop for ", 42) == 0);
}

/* Its loop is run by another one, which it does not come back to. */
static void *lend_and_stall(void *arg)
{
	tutti_loop *loop = tutti_loop_current();
	pthread_t sender;

	CHECK(tutti_loop_fd(loop) >= 0);
	CHECK_EQ(tutti_loop_run_ready(loop), 0);
	CHECK_EQ(pthread_create(&sender, NULL, send, loop), 0);
	sleep_in_read();
	CHECK_EQ(pthread_join(sender, NULL), 0);
	CHECK_EQ(tutti_loop_run_ready(loop), 1);
	return arg;
}

static void a_lent_thread_stalls(void)
{
	tutti_watchdog_options o = options();

	start(&o, 1);
	CHECK_EQ(finish(tutti_thread_start(
			 lend_and_stall, NULL, &(tutti_thread_options){ .name = "lent" })),
		0);
	CHECK_EQ(tutti_event_wait(&over), 0);
	stop();
	if (!ANSWERS)
		return;
	CHECK_STR(told[0].what, "thread 'lent'");
	CHECK(strstr(told[0].text, "(sleep_in_read+0x"));
}

/* -- who is left alone ------------------------------------------------------------------------- */

static atomic_int there;
static atomic_bool leave;

/* Not by a wait of ours: for its whole life the thread is at one turn of its loop. */
static void *alone(void *arg)
{
	CHECK_EQ(tutti_yield(), 0);
	atomic_fetch_add(&there, 1);
	while (!atomic_load(&leave))
		usleep(1000);
	return arg;
}

static void *yield_on(void *arg)
{
	atomic_fetch_add(&there, 1);
	while (!atomic_load(&leave))
		CHECK_EQ(tutti_yield(), 0);
	return arg;
}

static void *yield_by_turns(void *arg)
{
	tutti_future *f[2];

	start_all(TASKS, f, 2, yield_on, arg);
	join_all(f, 2);
	return arg;
}

/* A future timer is none that is due. */
static void *alone_with_a_timer(void *arg)
{
	tutti_timer *far = tutti_loop_call_at(NULL, tutti_after(TUTTI_SECONDS(3600)), call, NULL);

	alone(arg);
	CHECK_EQ(tutti_future_cancel(far), 0);
	tutti_future_unref(far);
	return arg;
}

/* One that was set and is no more is none either. */
static void *alone_after_a_timer(void *arg)
{
	tutti_timer *t = tutti_loop_call_at(NULL, tutti_after(TUTTI_MILLISECONDS(5)), call, NULL);

	CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_future_cancel(t), 0);
	tutti_future_unref(t);
	return alone(arg);
}

static void *asleep(void *event)
{
	atomic_fetch_add(&there, 1);
	CHECK_EQ(tutti_event_wait(event), 0);
	return NULL;
}

static void alone_in_a_pool(void)
{
	alone(NULL);
}
TUTTI_JOB(alone_in_a_pool, void, void);

static void others_are_left_alone(void)
{
	static tutti_fn const quiet[] = { alone, alone_with_a_timer, alone_after_a_timer,
		yield_by_turns };
	enum { N = sizeof quiet / sizeof *quiet };
	tutti_watchdog_options o = options();
	tutti_event wake = { 0 };
	tutti_future *f[N + 3];
	tutti_executor *pool;

	atomic_store(&there, 0);
	atomic_store(&leave, false);
	start(&o, 3);
	for (int i = 0; i < N; i++)
		f[i] = start_apart(quiet[i], NULL);
	f[N] = tutti_thread_start(asleep, &wake, NULL);
	CHECK_EQ(tutti_executor_open(&pool, "threads:1", NULL), 0);
	f[N + 1] = alone_in_a_pool_submit(pool);
	f[N + 2] = alone_in_a_pool_submit(pool);
	EVENTUALLY(atomic_load(&there) == N + 3);
	stall_once(sleeper); /* for four times the limit at least: they had their chance */
	CHECK_EQ(tutti_event_wait(&over), 0);
	stop();
	atomic_store(&leave, true);
	tutti_event_set(&wake);
	join_all(f, N + 3);
	tutti_executor_free(pool);
	check_all(3, false);
}

int main(void)
{
	suite_begin();
	RUN(names_who_sleeps);
	RUN(names_who_computes);
	RUN(tells_again);
	RUN(a_timer_waits);
	RUN(mail_waits);
	RUN(a_thread_itself_stalls);
	RUN(a_lent_thread_stalls);
	RUN(others_are_left_alone);
	return suite_end();
}
