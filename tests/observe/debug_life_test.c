/* SPDX-License-Identifier: MIT */
/* rows: T22 */
/* ctest: LABELS no-qemu */
/*
 * debug_life_test.c - the checker itself: it begins and ends, among others that go on, and has more
 * to say when the program ends.
 */
#include <errno.h>
#include <stdatomic.h>

#include <tutti/tutti.h>

#include "support/again.h"
#include "support/memory.h"
#include "support/suite.h"

static tutti_lock red, blue;
static atomic_int heard; /* lines */

static void on_report(int code, const char *text, void *arg)
{
	(void)code, (void)arg;
	printf("\t%s\n", text);
	atomic_fetch_add(&heard, 1);
}

static void begin(tutti_time still)
{
	const tutti_debug_options o = { .still = still };

	tutti_set_reporter(on_report, NULL);
	CHECK_EQ(tutti_debug_start(&o), 0);
}

static void end(void)
{
	CHECK_EQ(tutti_debug_stop(), 0);
	tutti_set_reporter(tutti_report_stderr, NULL);
}

static void take_both(tutti_lock *first, tutti_lock *second)
{
	TUTTI_HOLD(first);
	TUTTI_HOLD(second);
}

static void begins_and_ends(void)
{
	tutti_debug_options o = { .still = TUTTI_MILLISECONDS(1) };

	CHECK_EQ(tutti_debug_stop(), 0);
	for (int i = 0; i < suite_rounds(20); i++) {
		CHECK_EQ(tutti_debug_start(&o), 0);
		CHECK_EQ(tutti_debug_start(NULL), -EALREADY);
		take_both(&red, &blue);
		CHECK_EQ(tutti_debug_stop(), 0);
	}
	o.exit = -1;
	CHECK_EQ(tutti_debug_start(&o), -EINVAL);
	CHECK_EQ(tutti_thread_active_count(), 1);
}

static void no_memory(void)
{
	size_t live = test_alloc_live();

	for (uint64_t n = 1;; n++) {
		int rc;

		test_alloc_fail_at(n);
		rc = tutti_debug_start(NULL);
		if (rc == 0)
			break;
		CHECK_EQ(rc, -ENOMEM);
		CHECK_EQ(test_alloc_live(), live);
	}
	test_alloc_fail_at(0);
	CHECK_EQ(tutti_debug_stop(), 0);
	while (test_alloc_live() > live) /* its thread has said that it ends, and does */
		usleep(100);
}

/* Comes and goes while others take locks, nested. */
static void *keep_taking(void *arg)
{
	atomic_bool *stop = arg;

	while (!atomic_load(stop)) {
		take_both(&red, &blue);
		tutti_yield();
	}
	return NULL;
}

static void among_others(enum mix mix)
{
	atomic_bool stop = false;
	tutti_future *f[4];

	start_all(mix, f, 4, keep_taking, &stop);
	for (int i = 0; i < suite_rounds(20); i++) {
		begin(TUTTI_SECONDS(1));
		for (int k = 0; k < 20; k++) {
			tutti_yield();
			take_both(&red, &blue);
		}
		CHECK_EQ(heard, 0);
		end();
	}
	atomic_store(&stop, true);
	join_all(f, 4);
}

/* -- the end of the program -------------------------------------------------------------------- */

static tutti_event told_at_exit;

static void tell_at_exit(int code, const char *text, void *arg)
{
	tutti_report_stderr(code, text, arg);
	/* With a ledger there is more to come, all of it put into words already. */
	if (strncmp(text, "exit waits for ", 15) == 0 ? !getenv("TUTTI_DEBUG")
						      : strstr(text, "told_at_exit") != NULL)
		tutti_event_set(&told_at_exit);
}

static void *until_told(void *arg)
{
	CHECK_EQ(tutti_event_wait(&told_at_exit), 0);
	return arg;
}

static int wait_in_job(int n)
{
	CHECK_EQ(tutti_event_wait(&told_at_exit), 0);
	return n;
}
TUTTI_JOB(wait_in_job, int, int);

/* Main returns, a thread and a job go on. */
static int leaves_behind(void)
{
	static tutti_executor *e; /* never shut down */

	tutti_set_reporter(tell_at_exit, NULL);
	CHECK_EQ(tutti_executor_open(&e, "threads", NULL), 0);
	tutti_future_unref(wait_in_job_submit(e, 1));
	tutti_future_unref(
		tutti_thread_start(until_told, NULL, &(tutti_thread_options){ .name = "endless" }));
	tutti_future_unref(tutti_thread_start(
		until_told, NULL, &(tutti_thread_options){ .name = "demon", .daemon = 1 }));
	return 0;
}

static void *forget(void *arg)
{
	tutti_lock_acquire(arg);
	return NULL;
}

static int ends_at_once(void)
{
	tutti_set_reporter(tell_at_exit, NULL);
	return (int)finish(tutti_thread_start(forget, &red, NULL));
}

static const struct again_part parts[] = { { "leaves_behind", leaves_behind },
	{ "ends_at_once", ends_at_once }, { NULL, NULL } };

/* rows: T22 */
static void exit_says_for_whom(void)
{
	struct again a;

	setenv("TUTTI_TIME_SCALE", "0.002", 1); /* of 10 s */
	a = again("leaves_behind");
	again_check_exit(&a, "leaves_behind", 0);
	CHECK_STR(a.err, "tutti: exit waits for thread 'endless', and for 1 executors with jobs\n");
	again_free(&a);
	a = again("ends_at_once");
	again_check_exit(&a, "ends_at_once", 0);
	CHECK_STR(a.err, "");
	again_free(&a);
	setenv("TUTTI_DEBUG", "1", 1); /* of 1 s, and more is known */
	setenv("TUTTI_TIME_SCALE", "0.02", 1);
	a = again("leaves_behind");
	again_check_exit(&a, "leaves_behind", 0);
	CHECK(strstr(
		a.err, "tutti: exit waits for thread 'endless', and for 1 executors with jobs\n"));
	CHECK(strstr(a.err, "tutti: thread 'endless': wait for event 'told_at_exit' (0x"));
	CHECK(strstr(a.err, "tutti: job 'wait_in_job' on thread '"));
	again_free(&a);
	unsetenv("TUTTI_DEBUG");
	unsetenv("TUTTI_TIME_SCALE");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return again_part(parts, argv[1]);
	CHECK_EQ(tutti_debug_stop(), 0); /* the environment may have begun one */
	unsetenv("TUTTI_DEBUG");
	suite_begin();
	RUN(no_memory);
	RUN(begins_and_ends);
	RUN_MIXES(among_others);
	RUN(exit_says_for_whom);
	return suite_end();
}
