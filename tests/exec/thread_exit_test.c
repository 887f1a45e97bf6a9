/* SPDX-License-Identifier: MIT */
/* rows: T27 */
/* ctest: LABELS no-qemu */
/*
 * How programs end: this one is run again for each way, and judged by what it printed and returned.
 * A handler that is registered after the first thread was started runs before tutti waits for
 * threads: so what waits for it runs for certain when main is already over.
 */
#include <tutti/thread.h>

#include "support/again.h"
#include "support/suite.h"

#include <pthread.h>
#include <sys/wait.h>

enum { DAEMONS = 100, TALKERS = 3, CHAIN = 5, FIRST_LINES = 5 };

static tutti_event main_is_over;

static void note_that_main_is_over(void)
{
	tutti_event_set(&main_is_over);
}

static void *nothing(void *arg)
{
	return arg;
}

static void tell_when_main_is_over(void)
{
	finish(tutti_thread_start(nothing, NULL, NULL));
	CHECK_EQ(atexit(note_that_main_is_over), 0);
}

static void *talk_late(void *arg)
{
	CHECK_EQ(tutti_event_wait(&main_is_over), 0);
	printf("late %d\n", *(int *)arg);
	return NULL;
}

static int numbers[TALKERS] = { 0, 1, 2 };

static void start_talkers(void)
{
	tell_when_main_is_over();
	for (int i = 0; i < TALKERS; i++)
		tutti_future_unref(tutti_thread_start(talk_late, &numbers[i], NULL));
}

static int return_before_threads(void)
{
	start_talkers();
	return 3;
}

static int exit_before_threads(void)
{
	start_talkers();
	exit(4);
}

/* Each starts the next when main is long over. */
static void *start_next(void *arg)
{
	intptr_t left = (intptr_t)arg;

	CHECK_EQ(tutti_event_wait(&main_is_over), 0);
	if (left > 0)
		tutti_future_unref(tutti_thread_start(start_next, give(left - 1), NULL));
	printf("link %d\n", (int)left);
	return NULL;
}

static int return_before_a_chain(void)
{
	tell_when_main_is_over();
	tutti_future_unref(tutti_thread_start(start_next, give(CHAIN), NULL));
	return 0;
}

/* It would run for ever, and ends the program itself to show that the program has waited. */
static void *never_end(void *arg)
{
	CHECK_EQ(tutti_event_wait(&main_is_over), 0);
	for (int i = 0;; i++) {
		CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(0.01)), 0);
		if (i == 100)
			_exit(5);
	}
	return arg;
}

static int return_before_an_endless_thread(void)
{
	tell_when_main_is_over();
	tutti_future_unref(tutti_thread_start(never_end, NULL, NULL));
	return 0;
}

static int return_before_a_timer(void)
{
	tell_when_main_is_over();
	tutti_future_unref(tutti_timer_start(TUTTI_MILLISECONDS(2), talk_late, &numbers[0]));
	return 0;
}

/* While main is waited out its loop still serves those it is waiting for. */
static void *wait_for_task(void *arg)
{
	CHECK_EQ(tutti_event_wait(&main_is_over), 0);
	tutti_task *t =
		tutti_task_start(talk_late, &numbers[1], &(tutti_task_options){ .loop = arg });
	finish(t);
	return NULL;
}

static int return_before_ones_tasks(void)
{
	tell_when_main_is_over();
	tutti_future_unref(tutti_thread_start(wait_for_task, tutti_loop_current(), NULL));
	return 0;
}

static void *exit_here(void *arg)
{
	exit(6);
	return arg;
}

static int exit_in_a_thread(void)
{
	tutti_future_unref(tutti_thread_start(exit_here, NULL, NULL));
	tutti_sleep(TUTTI_FOREVER);
	return 0;
}

static tutti_semaphore printed;

static void *print_for_ever(void *arg)
{
	int me = *(int *)arg;

	tutti_semaphore_release(&printed, 1);
	for (int n = 0;; n++) {
		printf("daemon %02d prints lines that are whole\n", me);
		if (n == 0)
			tutti_semaphore_release(&printed, 1);
	}
	return NULL;
}

static void *count_for_ever(void *arg)
{
	tutti_semaphore_release(&printed, 1);
	for (unsigned n = 0;; n++)
		tu_store_rel((unsigned *)arg, n);
	return NULL;
}

static void *lock_for_ever(void *arg)
{
	static tutti_lock lock;

	tutti_semaphore_release(&printed, 1);
	for (;;) {
		TUTTI_HOLD(&lock);
		tutti_yield();
	}
	return arg;
}

static void start_daemon(tutti_fn fn, void *arg)
{
	tutti_thread_options options = { .daemon = 1 };

	tutti_future_unref(tutti_thread_start(fn, arg, &options));
}

static void wait_for_daemons(int n)
{
	for (int i = 0; i < n; i++)
		CHECK_EQ(tutti_semaphore_acquire(&printed), 0);
}

static int return_while_daemons_print(void)
{
	static int ids[DAEMONS];

	for (int i = 0; i < DAEMONS; i++) {
		ids[i] = i;
		start_daemon(print_for_ever, &ids[i]);
	}
	wait_for_daemons(DAEMONS + FIRST_LINES);
	return 7;
}

static int return_while_daemons_work(void)
{
	static unsigned count;

	start_daemon(count_for_ever, &count);
	for (int i = 0; i < 4; i++)
		start_daemon(lock_for_ever, NULL);
	wait_for_daemons(5);
	printf("bye\n");
	return 8;
}

/* Daemons are stopped only when the last thread that counts has ended. */
static int daemons_live_as_long_as_threads(void)
{
	start_talkers();
	start_daemon(talk_late, &numbers[0]);
	return 0;
}

static void *foreign_for_ever(void *arg)
{
	CHECK(tutti_thread_current());
	return lock_for_ever(arg);
}

static int return_while_a_foreign_thread_works(void)
{
	pthread_t t;

	CHECK_EQ(pthread_create(&t, NULL, foreign_for_ever, NULL), 0);
	wait_for_daemons(1);
	return 9;
}

static void *sleep_for_ever(void *arg)
{
	tutti_sleep(TUTTI_FOREVER);
	puts("never");
	return arg;
}

static int return_before_tasks(void)
{
	for (int i = 0; i < 10; i++)
		tutti_future_unref(tutti_task_start(sleep_for_ever, NULL, NULL));
	settle();
	tutti_future_unref(tutti_task_start(sleep_for_ever, NULL, NULL));
	return 10;
}

static void *add_one(void *arg)
{
	CHECK_EQ(tutti_yield(), 0);
	++*(int *)arg;
	return NULL;
}

static void use_everything(bool late)
{
	static tutti_lock lock;
	static tutti_rlock rlock = TUTTI_RLOCK_INIT;
	tutti_queue *q;
	int item = 1;

	TUTTI_WITH(&lock)
	{
		TUTTI_HOLD(&rlock);
	}
	CHECK_EQ(tutti_queue_create(&q, sizeof item, NULL), 0);
	CHECK_EQ(tutti_queue_put(q, &item), 0);
	CHECK_EQ(tutti_queue_get(q, &item), 0);
	tutti_queue_free(q);
	for (int i = 0; i < 3; i++)
		finish(tutti_task_start(add_one, &item, NULL));
	CHECK_EQ(item, 4);
	CHECK_EQ(tutti_sleep(1), 0);
	/* When threads have been waited for, a new one may be refused. */
	tutti_thread *t = tutti_thread_start(add_one, &item, NULL);
	int rc = tutti_thread_join(t, NULL);
	CHECK(rc == 0 ? item == 5 : late && rc == TUTTI_ESHUTDOWN);
	tutti_future_unref(t);
}

static void use_it_at_exit(void)
{
	static int times;

	use_everything(times++ > 0);
	puts("used at exit");
}

/* One handler runs before tutti's own end, one after it. */
static int handlers_use_everything(void)
{
	CHECK_EQ(atexit(use_it_at_exit), 0);
	use_everything(false);
	CHECK_EQ(atexit(use_it_at_exit), 0);
	start_daemon(lock_for_ever, NULL);
	wait_for_daemons(1);
	return 11;
}

static bool used_early;

__attribute__((constructor)) static void use_it_before_main(void)
{
	if (getenv("TUTTI_TEST_EARLY")) {
		use_everything(false);
		used_early = true;
	}
}

static int constructors_use_everything(void)
{
	CHECK(used_early);
	CHECK_STR(tutti_thread_name(NULL), "MainThread");
	CHECK_EQ(tutti_thread_active_count(), 1);
	use_everything(false);
	return 12;
}

static const struct again_part parts[] = {
	{ "return", return_before_threads },
	{ "exit", exit_before_threads },
	{ "chain", return_before_a_chain },
	{ "endless", return_before_an_endless_thread },
	{ "timer", return_before_a_timer },
	{ "task", return_before_ones_tasks },
	{ "exit in a thread", exit_in_a_thread },
	{ "printing daemons", return_while_daemons_print },
	{ "working daemons", return_while_daemons_work },
	{ "daemons and threads", daemons_live_as_long_as_threads },
	{ "foreign", return_while_a_foreign_thread_works },
	{ "tasks", return_before_tasks },
	{ "handlers", handlers_use_everything },
	{ "constructors", constructors_use_everything },
	{ NULL, NULL },
};

/* A program that would never end is ended, and that is its status. */
static int run_part(const char *name)
{
	alarm(suite_limit() / 2);
	return again_part(parts, name);
}

/* Run a part; it must end with status and have printed line (if any) so often, and nothing else. */
static void expect(const char *part, int status, const char *line, size_t times)
{
	struct again a = again(part);

	again_check_exit(&a, part, status);
	CHECK_EQ(again_lines(&a), times);
	if (line)
		CHECK_EQ(again_count(&a, line), times);
	CHECK(times > 0 || a.out_size == 0);
	CHECK_STR(a.err, "");
	again_free(&a);
}

static void expect_late_lines(const char *part, int status)
{
	struct again a = again(part);

	again_check_exit(&a, part, status);
	CHECK_EQ(again_count(&a, "late 0"), 1);
	CHECK_EQ(again_count(&a, "late 1"), 1);
	CHECK_EQ(again_count(&a, "late 2"), 1);
	CHECK_EQ(again_lines(&a), 3);
	again_free(&a);
}

/* rows: F69 */
static void threads_are_waited_for(void)
{
	for (int i = 0; i < 5; i++) {
		expect_late_lines("return", 3);
		expect_late_lines("exit", 4);
	}
	expect("endless", 5, NULL, 0);
	expect("timer", 0, "late 0", 1);
	expect("task", 0, "late 1", 1);
}

/* rows: F69 */
static void those_started_meanwhile_too(void)
{
	struct again a = again("chain");

	again_check_exit(&a, "chain", 0);
	CHECK_EQ(again_lines(&a), CHAIN + 1);
	CHECK_EQ(again_count(&a, "link 0"), 1);
	again_free(&a);
}

static void exit_works_anywhere(void)
{
	expect("exit in a thread", 6, NULL, 0);
}

static void every_line_is_whole(const char *out)
{
	static const char line[] = "daemon 00 prints lines that are whole\n";
	const size_t size = sizeof line - 1, digits = 7;

	for (; *out; out += size) {
		bool whole = strncmp(out, line, digits) == 0 &&
			     strncmp(out + digits + 2, line + digits + 2, size - digits - 2) == 0;

		if (!whole) {
			fprintf(stderr, "torn: %.80s\n", out);
			check_end();
		}
	}
}

/* rows: F67 F87 T23 T27 */
static void daemons_are_not(void)
{
	for (int i = 0; i < suite_rounds(5); i++) {
		struct again a = again("printing daemons");

		again_check_exit(&a, "printing daemons", 7);
		CHECK(again_lines(&a) >= FIRST_LINES);
		every_line_is_whole(a.out);
		again_free(&a);
		expect("working daemons", 8, "bye", 1);
	}
	expect("foreign", 9, NULL, 0);
	expect("tasks", 10, NULL, 0);
}

/* rows: F87 */
static void daemons_live_until_the_last_thread_ends(void)
{
	struct again a = again("daemons and threads");

	again_check_exit(&a, "daemons and threads", 0);
	CHECK_EQ(again_count(&a, "late 1"), 1);
	CHECK_EQ(again_count(&a, "late 2"), 1);
	CHECK(again_count(&a, "late 0") >= 1);
	again_free(&a);
}

static void it_works_at_both_ends(void)
{
	for (int i = 0; i < 5; i++)
		expect("handlers", 11, "used at exit", 2);
	setenv("TUTTI_TEST_EARLY", "1", 1);
	expect("constructors", 12, NULL, 0);
	unsetenv("TUTTI_TEST_EARLY");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return run_part(argv[1]);
	suite_begin();
	RUN(threads_are_waited_for);
	RUN(those_started_meanwhile_too);
	RUN(exit_works_anywhere);
	RUN(daemons_are_not);
	RUN(daemons_live_until_the_last_thread_ends);
	RUN(it_works_at_both_ends);
	return suite_end();
}
