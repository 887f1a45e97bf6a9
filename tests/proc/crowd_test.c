/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-valgrind */ /* a copy has lost what threads had that it does not have */
/*
 * Processes that have threads, or a thousand tasks each; and processes, threads and pools that one
 * of them crashes among.
 */
#include <tutti/tutti.h>

#include "proc/server.h"
#include "support/again.h"
#include "support/suite.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { CHILDREN = 4, THREADS_EACH = 4, TASKS_EACH = 1000 };

/* -- many in each ------------------------------------------------------------------------------ */

typedef struct order {
	tutti_handle results;
	int first;
} order;

struct share {
	tutti_queue *results;
	int number;
};

static void *hand_in(void *arg)
{
	struct share *s = arg;

	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
	CHECK_EQ(tutti_queue_put(s->results, &s->number), 0);
	return NULL;
}

static void hand_in_all(order o, int n, tutti_future *(*start)(struct share *))
{
	static struct share shares[TASKS_EACH];
	static tutti_future *all[TASKS_EACH];
	tutti_queue *q;

	CHECK_EQ(tutti_queue_attach(&q, o.results), 0);
	for (int i = 0; i < n; i++) {
		shares[i] = (struct share){ q, o.first + i };
		all[i] = start(&shares[i]);
	}
	CHECK_EQ(tutti_join_all(all, (size_t)n), 0);
	for (int i = 0; i < n; i++)
		tutti_future_unref(all[i]);
	tutti_queue_free(q);
}

static tutti_future *start_thread(struct share *s)
{
	return tutti_thread_start(hand_in, s, NULL);
}

static tutti_future *start_task(struct share *s)
{
	return tutti_task_start(hand_in, s, NULL);
}

static void by_threads(order o)
{
	hand_in_all(o, THREADS_EACH, start_thread);
}
TUTTI_JOB(by_threads, void, order);

static void by_tasks(order o)
{
	hand_in_all(o, TASKS_EACH, start_task);
}
TUTTI_JOB(by_tasks, void, order);

static void merged(tutti_job *job, int each)
{
	static bool seen[CHILDREN * TASKS_EACH];
	tutti_queue_options o = { .flags = TUTTI_SHARED };
	tutti_process *children[CHILDREN];
	tutti_queue *q;
	int n;

	memset(seen, 0, sizeof(seen));
	CHECK_EQ(tutti_queue_create(&q, sizeof(int), &o), 0);
	for (int i = 0; i < CHILDREN; i++)
		children[i] =
			tutti_process_start(job, &(order){ tutti_queue_handle(q), i * each }, NULL);
	for (int i = 0; i < CHILDREN * each; i++) {
		CHECK_EQ(tutti_queue_get(q, &n), 0);
		CHECK(n >= 0 && n < CHILDREN * each && !seen[n]);
		seen[n] = true;
	}
	CHECK_EQ(tutti_join_all(children, CHILDREN), 0);
	CHECK(tutti_queue_empty(q));
	for (int i = 0; i < CHILDREN; i++)
		tutti_future_unref(children[i]);
	tutti_queue_free(q);
}

/* rows: F33 */
static void children_have_threads(void)
{
	merged(&by_threads_job, THREADS_EACH);
}

/* rows: F33 C3 */
static void children_have_thousands_of_tasks(void)
{
	merged(&by_tasks_job, TASKS_EACH);
}

/* -- crashes ----------------------------------------------------------------------------------- */

static void fall(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGSEGV, SIG_DFL); /* where a sanitizer would report it */
	raise(SIGSEGV);
}

static void crash(void)
{
	fall();
}
TUTTI_JOB(crash, void, void);

static int square(int n)
{
	return n * n;
}
TUTTI_JOB(square, int, int);

/* rows: F3 C19 T26 */
static void a_crash_of_a_process_is_its_own(void)
{
	tutti_process *p = tutti_process_start(&crash_job, NULL, NULL);
	tutti_process *q = tutti_process_start(&square_job, &(int){ 7 }, NULL);
	int code = 0, squared = 0;

	CHECK_EQ(tutti_process_join(p), 0);
	CHECK_EQ(tutti_process_exitcode(p, &code), 0);
	CHECK_EQ(code, -SIGSEGV);
	CHECK_EQ(tutti_future_error(p), TUTTI_ECRASHED);
	CHECK(strstr(tutti_future_text(p), "SIGSEGV") != NULL);
	CHECK_EQ(square_result(q, &squared), 0);
	CHECK_EQ(squared, 49);
	tutti_future_unref(p);
	tutti_future_unref(q);
}

static void *crash_here(void *arg)
{
	fall();
	return arg;
}

static int a_thread_crashes(void)
{
	tutti_future_unref(tutti_thread_start(crash_here, NULL, NULL));
	tutti_sleep(TUTTI_FOREVER);
	return 0;
}

static void *fail_here(void *arg)
{
	tutti_fail(-ENOENT, "there is no such page");
	return arg;
}

static void *wait_and_say(void *arg)
{
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
	puts("the other goes on");
	return arg;
}

static int a_thread_fails(void)
{
	tutti_future_unref(
		tutti_thread_start(fail_here, NULL, &(tutti_thread_options){ .name = "reader" }));
	tutti_future_unref(tutti_thread_start(wait_and_say, NULL, NULL));
	return 0;
}

static const struct again_part parts[] = {
	{ "crash", a_thread_crashes },
	{ "fail", a_thread_fails },
	{ NULL, NULL },
};

/* rows: F3 T26 C19 */
static void a_crash_of_a_thread_is_the_processes(void)
{
	struct again a = again("crash");

	CHECK(WIFSIGNALED(a.status));
	CHECK_EQ(WTERMSIG(a.status), SIGSEGV);
	again_free(&a);
}

/* rows: F3 T26 T46 */
static void an_error_of_a_thread_is_its_own(void)
{
	struct again a = again("fail");

	again_check_exit(&a, "fail", 0);
	CHECK_STR(a.out, "the other goes on\n");
	CHECK(strstr(a.err, "'reader'") != NULL);
	CHECK(strstr(a.err, "there is no such page") != NULL);
	again_free(&a);
}

static void sleep_long(void)
{
	tutti_sleep(TUTTI_SECONDS(1000));
}
TUTTI_JOB(sleep_long, void, void);

/* What looks after processes stays, and where it waits: before anything is counted. */
static void begin_the_first(void)
{
	tutti_process *p = tutti_process_start(&sleep_long_job, NULL, NULL);

	CHECK_EQ(tutti_process_join_until(p, tutti_after(TUTTI_MILLISECONDS(1))), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_process_terminate(p), 0);
	CHECK_EQ(tutti_process_join(p), 0);
	tutti_future_unref(p);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return again_part(parts, argv[1]);
	begin_the_first();
	suite_begin();
	RUN(children_have_threads);
	RUN(children_have_thousands_of_tasks);
	RUN(a_crash_of_a_process_is_its_own);
	RUN(a_crash_of_a_thread_is_the_processes);
	RUN(an_error_of_a_thread_is_its_own);
	tu_server_end();
	return suite_end();
}
