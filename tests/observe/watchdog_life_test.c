/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu */
/*
 * watchdog_life_test.c - the watchdog itself: it begins and ends, from the environment too, keeps
 * to its signal, and has many loops to look after.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>

#include <tutti/tutti.h>

#include "support/again.h"
#include "support/memory.h"
#include "support/suite.h"

enum { LOOPS = 6, ROUNDS = 12, LINES_AT_ONCE = 5 };
static const tutti_time limit = TUTTI_MILLISECONDS(20);

#if defined(__SANITIZE_THREAD__)
enum { ANSWERS = 0 };
#else
enum { ANSWERS = 1 };
#endif

/* -- stalls that last until they are told ------------------------------------------------------ */

struct stalling {
	atomic_int told;   /* each once, however often it was */
	atomic_int ended;  /* those that were told to be over */
	atomic_int silent; /* told without a stack */
	int from_fn;       /* what stop says when fn calls it */
	uint64_t last;     /* number of the newest; fn's */
};

static void on_stall(const tutti_stall *stall, void *arg)
{
	struct stalling *s = arg;

	if (stall->over) {
		atomic_fetch_add(&s->ended, 1);
		return;
	}
	CHECK(stall->thread[0] && stall->what[0]);
	if (stall->number <= s->last) /* it is told again */
		return;
	s->last = stall->number;
	if (stall->depth == 0)
		atomic_fetch_add(&s->silent, 1);
	s->from_fn = tutti_watchdog_stop();
	atomic_fetch_add(&s->told, 1);
}

static tutti_watchdog_options options(struct stalling *s)
{
	return (tutti_watchdog_options){ .stall = limit, .quiet = true, .fn = on_stall, .arg = s };
}

/* Until one more is told: sleeping, but looking up now and then. */
static void *stall(void *arg)
{
	struct stalling *s = arg;
	int before = atomic_load(&s->told);

	while (atomic_load(&s->told) == before)
		usleep(500);
	return arg;
}

static void *nothing(void *arg)
{
	return arg;
}

static void stall_once(struct stalling *s)
{
	tutti_future *f[2];

	f[0] = tutti_task_start(stall, s, NULL);
	f[1] = tutti_task_start(nothing, NULL, NULL);
	CHECK_EQ(tutti_join_all(f, 2), 0);
}

static bool is_default(int signal)
{
	struct sigaction now;

	CHECK_EQ(sigaction(signal, NULL, &now), 0);
	return now.sa_handler == SIG_DFL;
}

static void begins_and_ends(void)
{
	struct stalling s = { 0 };
	tutti_watchdog_options o = options(&s);
	uint64_t count = tutti_watchdog_count();

	CHECK_EQ(tutti_watchdog_stop(), 0);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(tutti_watchdog_start(&o), 0);
		CHECK_EQ(tutti_watchdog_start(&o), -EALREADY);
		stall_once(&s);
		CHECK_EQ(s.from_fn, -EDEADLK);
		CHECK_EQ(tutti_watchdog_stop(), 0);
		CHECK_EQ(s.ended, i + 1);
		CHECK(is_default(SIGURG));
	}
	CHECK_EQ(tutti_watchdog_count() - count, 3);
	CHECK_EQ(tutti_thread_active_count(), 1);
	CHECK_EQ(tutti_watchdog_start(NULL), 0);
	CHECK_EQ(tutti_watchdog_stop(), 0);
}

static void refuses(void)
{
	struct stalling s = { 0 };
	tutti_watchdog_options o = options(&s);

	o.stall = TUTTI_MILLISECONDS(1) - 1;
	CHECK_EQ(tutti_watchdog_start(&o), -EINVAL);
	o.stall = -1;
	CHECK_EQ(tutti_watchdog_start(&o), -EINVAL);
	o = options(&s);
	o.signal = SIGKILL;
	CHECK_EQ(tutti_watchdog_start(&o), -EINVAL);
	o.signal = SIGRTMAX + 1;
	CHECK_EQ(tutti_watchdog_start(&o), -EINVAL);
	CHECK_EQ(tutti_watchdog_stop(), 0);
}

static void no_memory(void)
{
	struct stalling s = { 0 };
	tutti_watchdog_options o = options(&s);
	size_t live = test_alloc_live();

	for (uint64_t n = 1;; n++) {
		int rc;

		test_alloc_fail_at(n);
		rc = tutti_watchdog_start(&o);
		if (rc == 0)
			break;
		CHECK_EQ(rc, -ENOMEM);
		CHECK_EQ(test_alloc_live(), live);
	}
	test_alloc_fail_at(0);
	stall_once(&s);
	CHECK_EQ(tutti_watchdog_stop(), 0);
}

/* -- signals ----------------------------------------------------------------------------------- */

static void on_signal(int signal)
{
	(void)signal;
}

static void keeps_to_its_signal(void)
{
	struct stalling s = { 0 };
	tutti_watchdog_options o = options(&s);

	signal(SIGURG, on_signal);
	CHECK_EQ(tutti_watchdog_start(&o), -EBUSY);
	o.signal = SIGRTMIN + 1;
	CHECK_EQ(tutti_watchdog_start(&o), 0);
	stall_once(&s);
	CHECK_EQ(tutti_watchdog_stop(), 0);
	CHECK(!ANSWERS || s.silent == 0);
	signal(SIGURG, SIG_DFL);

	o.signal = -1;
	CHECK_EQ(tutti_watchdog_start(&o), 0);
	CHECK(is_default(SIGURG));
	stall_once(&s);
	CHECK_EQ(tutti_watchdog_stop(), 0);
	CHECK_EQ(s.silent, 1);
}

static void *stall_deaf(void *arg)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	stall(arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return arg;
}

static void the_deaf_are_told_of(void)
{
	struct stalling s = { 0 };
	tutti_watchdog_options o = options(&s);
	tutti_future *f[2];

	CHECK_EQ(tutti_watchdog_start(&o), 0);
	f[0] = tutti_task_start(stall_deaf, &s, NULL);
	f[1] = tutti_task_start(nothing, NULL, NULL);
	CHECK_EQ(tutti_join_all(f, 2), 0);
	CHECK_EQ(s.silent, 1);
	stall_once(&s); /* the late signal has done no harm */
	CHECK_EQ(tutti_watchdog_stop(), 0);
	CHECK(!ANSWERS || s.silent == 1);
}

/* Is it blocked on the pool's thread? */
static int blocks(int signal)
{
	sigset_t now;

	CHECK_EQ(pthread_sigmask(SIG_SETMASK, NULL, &now), 0);
	return sigismember(&now, signal);
}
TUTTI_JOB(blocks, int, int);

static tutti_executor *pool;

static bool is_blocked(int signal)
{
	tutti_future *f = blocks_submit(pool, signal);
	int is = -1;

	CHECK_EQ(blocks_result(f, &is), 0);
	tutti_future_unref(f);
	return is;
}

/* Signals are for threads of the program: on those of ours the watchdog's alone comes through. */
static void ours_hear_it_alone(void)
{
	const int signals[] = { SIGURG, SIGRTMIN + 1 };
	struct stalling s = { 0 };
	tutti_watchdog_options o = options(&s);

	CHECK_EQ(tutti_executor_open(&pool, "threads:1", NULL), 0);
	for (int i = 0; i < 4; i++) {
		if (i != 2) /* else it sleeps from the end of one to the start of the next */
			EVENTUALLY(is_blocked(signals[0]) && is_blocked(signals[1]));
		o.signal = signals[i % 2];
		CHECK_EQ(tutti_watchdog_start(&o), 0);
		EVENTUALLY(!is_blocked(o.signal));
		EVENTUALLY(is_blocked(signals[(i + 1) % 2]));
		CHECK_EQ(tutti_watchdog_stop(), 0);
	}
	EVENTUALLY(is_blocked(signals[0]) && is_blocked(signals[1]));
	tutti_executor_free(pool);
}

/* -- many -------------------------------------------------------------------------------------- */

static void *stall_together(void *arg)
{
	struct stalling *s = arg;

	while (atomic_load(&s->told) < LOOPS)
		usleep(500);
	return NULL;
}

static void *run_a_loop(void *arg)
{
	tutti_future *f[2];

	f[0] = tutti_task_start(stall_together, arg, NULL);
	f[1] = tutti_task_start(nothing, NULL, NULL);
	CHECK_EQ(tutti_join_all(f, 2), 0);
	return NULL;
}

/* Each is told while the others stall; their threads end before or after that is told. */
static void many_loops_at_once(void)
{
	struct stalling s = { 0 };
	tutti_watchdog_options o = options(&s);
	tutti_future *f[LOOPS];

	CHECK_EQ(tutti_watchdog_start(&o), 0);
	start_all(THREADS, f, LOOPS, run_a_loop, &s);
	join_all(f, LOOPS);
	CHECK_EQ(tutti_watchdog_stop(), 0);
	CHECK_EQ(s.told, s.ended);
	CHECK_EQ(s.told, LOOPS);
	CHECK(!ANSWERS || s.silent == 0);
}

static void *live_shortly(void *arg)
{
	tutti_future *f[2];

	start_all(TASKS, f, 2, nothing, arg);
	join_all(f, 2);
	return arg;
}

static void threads_come_and_go(void)
{
	struct stalling s = { 0 };
	tutti_watchdog_options o = options(&s);

	o.stall = TUTTI_MILLISECONDS(1); /* it looks as often as it can */
	o.fn = NULL;
	CHECK_EQ(tutti_watchdog_start(&o), 0);
	for (int i = 0; i < suite_rounds(100); i++) {
		tutti_future *f[4];

		start_all(THREADS, f, 4, live_shortly, NULL);
		join_all(f, 4);
	}
	CHECK_EQ(tutti_watchdog_stop(), 0);
}

/* -- the reporter ------------------------------------------------------------------------------ */

static atomic_int holds, held;

static void on_report(int code, const char *text, void *arg)
{
	CHECK(arg == &holds);
	CHECK_EQ(code, 0);
	if (strstr(text, " holds up its loop for "))
		atomic_fetch_add(&holds, 1);
	else if (strstr(text, " held up its loop for "))
		atomic_fetch_add(&held, 1);
}

static void few_lines(void)
{
	struct stalling s = { 0 };
	tutti_watchdog_options o = options(&s);
	tutti_time begun = tutti_now(), seconds;

	o.quiet = false;
	tutti_set_reporter(on_report, &holds);
	CHECK_EQ(tutti_watchdog_start(&o), 0);
	for (int i = 0; i < ROUNDS; i++)
		stall_once(&s);
	CHECK_EQ(tutti_watchdog_stop(), 0);
	tutti_set_reporter(tutti_report_stderr, NULL);
	seconds = (tutti_now() - begun) / TUTTI_SECONDS(1);
	CHECK_EQ(s.told, ROUNDS);
	CHECK_EQ(s.ended, ROUNDS);
	CHECK(holds >= LINES_AT_ONCE && holds <= LINES_AT_ONCE + seconds + 1);
	CHECK(held >= 1 && held <= holds); /* one that was heard of more than once ends once */
}

/* -- the environment, and the end of the program ----------------------------------------------- */

static atomic_bool heard;

static void tell_on(int code, const char *text, void *arg)
{
	tutti_report_stderr(code, text, arg);
	atomic_store(&heard, true);
}

static void *until_heard(void *arg)
{
	while (!atomic_load(&heard))
		usleep(500);
	return arg;
}

/* Ends with a watchdog that runs, and a loop that stalls. */
static int stalls(void)
{
	tutti_task *slow = tutti_task_start(until_heard, NULL, NULL);

	tutti_set_reporter(tell_on, NULL);
	CHECK_EQ(tutti_watchdog_start(NULL), -EALREADY);
	tutti_future_unref(tutti_task_start(nothing, NULL, NULL));
	return (int)finish(slow);
}

static int has_none(void)
{
	CHECK_EQ(tutti_watchdog_start(NULL), 0);
	return 0;
}

static const struct again_part parts[] = { { "stalls", stalls }, { "has_none", has_none },
	{ NULL, NULL } };

static void from_the_environment(void)
{
	static const char *const bad[] = { "soon", "100", "-5ms", "1us", "5 m", "ms" };
	static const char *const good[] = { "20ms", "0.02s", "20000us", "on" };
	struct again a;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		setenv("TUTTI_WATCHDOG", good[i], 1);
		a = again("stalls");
		again_check_exit(&a, "stalls", 0);
		CHECK(strstr(a.err, "holds up its loop for "));
		CHECK(!ANSWERS || strstr(a.err, "tutti: task 'Task-1' on thread 'MainThread' h"));
		again_free(&a);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		setenv("TUTTI_WATCHDOG", bad[i], 1);
		a = again("has_none");
		again_check_exit(&a, "has_none", 0);
		CHECK(strstr(a.err, "tutti: TUTTI_WATCHDOG='"));
		CHECK(strstr(a.err, bad[i]));
		again_free(&a);
	}
	setenv("TUTTI_WATCHDOG", "off", 1);
	a = again("has_none");
	again_check_exit(&a, "has_none", 0);
	CHECK_STR(a.err, "");
	again_free(&a);
	unsetenv("TUTTI_WATCHDOG");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return again_part(parts, argv[1]);
	suite_begin();
	RUN(begins_and_ends);
	RUN(refuses);
	RUN(no_memory);
	RUN(keeps_to_its_signal);
	RUN(the_deaf_are_told_of);
	RUN(ours_hear_it_alone);
	RUN(many_loops_at_once);
	RUN(threads_come_and_go);
	RUN(few_lines);
	RUN(from_the_environment);
	return suite_end();
}
