/* SPDX-License-Identifier: MIT */
/* rows: F14 F17 F18 F19 F22 F23 F27 F28 F29 F30 F31 F41 */
/* ctest: LABELS no-valgrind */ /* a copy has lost what threads had that it does not have */
/* Processes that run a job, in each of the three ways: what comes back, and how they end. */
#include <tutti/tutti.h>

#include "proc/server.h"
#include "support/suite.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

static tutti_start_method method;

static tutti_process *start(tutti_job *job, const void *arg)
{
	return tutti_process_start(job, arg, &(tutti_process_options){ .method = method });
}

static int square(int n)
{
	return n * n;
}
TUTTI_JOB(square, int, int);

typedef struct identity {
	int pid, parent;
	char name[40];
	bool daemon;
} identity;

static identity who(void)
{
	identity me = { .pid = tutti_process_pid(NULL), .parent = tutti_process_parent_pid() };

	CHECK_EQ(me.pid, getpid());
	snprintf(me.name, sizeof(me.name), "%s", tutti_process_name(NULL));
	me.daemon = tutti_process_daemon(NULL);
	return me;
}
TUTTI_JOB(who, identity, void);

static tutti_bytes twice(tutti_bytes in)
{
	char *text = malloc(2 * in.size + 1);
	tutti_bytes out;

	CHECK(text != NULL);
	memcpy(text, in.data, in.size);
	memcpy(text + in.size, in.data, in.size);
	CHECK_EQ(tutti_bytes_copy(&out, text, 2 * in.size), 0);
	free(text);
	return out;
}
TUTTI_JOB(twice, tutti_bytes, tutti_bytes);

static void leave(int code)
{
	exit(code);
}
TUTTI_JOB(leave, void, int);

static void be_killed(int number)
{
	raise(number);
}
TUTTI_JOB(be_killed, void, int);

static void fail(void)
{
	tutti_fail(-ENOENT, "there is no such thing");
}
TUTTI_JOB(fail, void, void);

static void sleep_long(void)
{
	tutti_sleep(TUTTI_SECONDS(1000));
}
TUTTI_JOB(sleep_long, void, void);

/* rows: F18 F19 F27 */
static void a_result_comes_back(void)
{
	int n = 12, squared = 0, code = 1;
	tutti_process *p = start(&square_job, &n);

	CHECK_EQ(square_result(p, &squared), 0);
	CHECK_EQ(squared, 144);
	CHECK_EQ(tutti_process_join(p), 0);
	CHECK_EQ(tutti_process_join(p), 0);
	CHECK_EQ(tutti_process_exitcode(p, &code), 0);
	CHECK_EQ(code, 0);
	CHECK(!tutti_process_is_alive(p));
	tutti_future_unref(p);
}

/* rows: F1 F15 F16 F24 */
static void it_knows_who_it_is(void)
{
	identity one, two;
	tutti_process *p = start(&who_job, NULL);
	tutti_process *q = tutti_process_start(&who_job, NULL,
		&(tutti_process_options){ .method = method, .name = "quiet one", .daemon = 1 });

	CHECK_EQ(who_result(p, &one), 0);
	CHECK_EQ(who_result(q, &two), 0);
	CHECK_EQ(one.pid, tutti_process_pid(p));
	CHECK(one.pid != two.pid);
	CHECK(one.pid != getpid());
	CHECK_EQ(one.parent, getpid());
	CHECK_EQ(two.parent, getpid());
	CHECK_STR(one.name, tutti_process_name(p));
	CHECK(strncmp(one.name, "Process-", 8) == 0);
	CHECK_STR(two.name, "quiet one");
	CHECK(!one.daemon);
	CHECK(two.daemon);
	CHECK_STR(tutti_process_name(NULL), "MainProcess");
	tutti_future_unref(p);
	tutti_future_unref(q);
}

static void bytes_of_any_length_cross(void)
{
	for (size_t n = 1; n < 20000000; n *= 37) {
		char *text = malloc(n);
		tutti_bytes in, out;
		tutti_process *p;

		CHECK(text != NULL);
		memset(text, 'a' + (int)(n % 26), n);
		in = tutti_bytes_of(text, n);
		p = start(&twice_job, &in);
		CHECK_EQ(twice_result(p, &out), 0);
		CHECK_EQ(out.size, 2 * n);
		CHECK(memcmp(out.data, text, n) == 0);
		CHECK(memcmp((const char *)out.data + n, text, n) == 0);
		tutti_bytes_free(&out);
		tutti_future_unref(p);
		free(text);
	}
}

static void ends_with(tutti_job *job, const void *arg, int code, const char *words)
{
	tutti_process *p = start(job, arg);
	int got = 12345;

	CHECK_EQ(tutti_process_join(p), 0);
	CHECK_EQ(tutti_process_exitcode(p, &got), 0);
	CHECK_EQ(got, code);
	if (words && !strstr(tutti_future_text(p), words)) {
		fprintf(stderr, "'%s' is not in '%s'\n", words, tutti_future_text(p));
		exit(1);
	}
	tutti_future_unref(p);
}

/* rows: F23 */
static void exit_codes_say_how_it_ended(void)
{
	int seven = 7, none = 0, kill_number = SIGKILL, n = 3;

	ends_with(&square_job, &n, 0, NULL);
	ends_with(&leave_job, &seven, 7, "exit code 7");
	ends_with(&leave_job, &none, 0, "exit code 0");
	ends_with(&be_killed_job, &kill_number, -SIGKILL, "SIGKILL");
	ends_with(&fail_job, NULL, 1, "there is no such thing");
}

/* rows: F19 F22 F31 */
static void one_that_does_not_end_is_terminated(void)
{
	tutti_process *p = start(&sleep_long_job, NULL), *q = start(&sleep_long_job, NULL);
	int code;

	CHECK(tutti_process_is_alive(p));
	CHECK_EQ(tutti_process_exitcode(p, &code), TUTTI_EPENDING);
	CHECK_EQ(tutti_process_join_until(p, tutti_after(TUTTI_MILLISECONDS(1))), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_process_children(NULL, 0), 2);
	CHECK_EQ(tutti_process_terminate(p), 0);
	CHECK_EQ(tutti_process_join(p), 0);
	CHECK_EQ(tutti_process_exitcode(p, &code), 0);
	CHECK_EQ(code, -SIGTERM);
	CHECK_EQ(tutti_process_terminate(p), 0); /* too late, and no harm */
	CHECK(tutti_future_cancel(q) >= 0);
	CHECK_EQ(tutti_future_result(q, NULL, 0), TUTTI_EJOBCANCELED);
	CHECK_EQ(tutti_process_children(NULL, 0), 0);
	tutti_future_unref(p);
	tutti_future_unref(q);
}

/* rows: F21 F27 */
static void several_mix_with_other_futures(void)
{
	int n[4] = { 1, 2, 3, 4 }, sum = 0;
	tutti_future *all[4];

	for (int i = 0; i < 4; i++)
		all[i] = start(&square_job, &n[i]);
	CHECK_EQ(tutti_wait(all, 4, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER), 4);
	for (int i = 0; i < 4; i++) {
		int squared;

		CHECK_EQ(square_result(all[i], &squared), 0);
		sum += squared;
		tutti_future_unref(all[i]);
	}
	CHECK_EQ(sum, 30);
}

static void *wait_in_a_task(void *arg)
{
	CHECK_EQ(tutti_process_join(arg), 0);
	return NULL;
}

/* It waits for ever if its thread waited with it. */
static void a_task_that_waits_lets_others_run(void)
{
	tutti_process *p = start(&sleep_long_job, NULL);
	tutti_task *t = tutti_task_start(wait_in_a_task, p, NULL);

	CHECK_EQ(tutti_yield(), 0);
	CHECK(!tutti_future_done(t));
	CHECK_EQ(tutti_process_kill(p), 0);
	CHECK_EQ(tutti_future_result(t, NULL, 0), 0);
	tutti_future_unref(t);
	tutti_future_unref(p);
}

static tutti_event it_is_there;

static void *wait_for_event(void *arg)
{
	tutti_event_set(&it_is_there);
	CHECK_EQ(tutti_event_wait(arg), 0);
	return NULL;
}

/* rows: F28 T40 */
static void a_copy_is_refused_with_other_threads(void)
{
	tutti_process *p;
	tutti_thread *t;
	tutti_event go = { 0 };
	char why[300];

	t = tutti_thread_start(wait_for_event, &go, &(tutti_thread_options){ .name = "other" });
	CHECK_EQ(tutti_event_wait(&it_is_there), 0);
	p = tutti_process_start(
		&square_job, &(int){ 3 }, &(tutti_process_options){ .method = TUTTI_FORK });
	CHECK_EQ(tutti_process_join(p), -EDEADLK);
	CHECK_EQ(tutti_process_pid(p), -EDEADLK);
	snprintf(why, sizeof(why), "%s", tutti_future_text(p));
#ifdef __SANITIZE_THREAD__ /* it names its own as well */
	CHECK(strstr(why, "'other'") != NULL);
#else
	CHECK_STR(why, "cannot fork while 1 other thread lives: 'other'");
#endif
	tutti_future_unref(p);
	tutti_event_set(&go);
	CHECK_EQ(tutti_thread_join(t, NULL), 0);
	tutti_future_unref(t);
}

static void *nothing(void *arg)
{
	return arg;
}

/* Its end in the kernel may come a little later. */
static void a_joined_thread_is_no_other(void)
{
	for (int i = 0; i < suite_rounds(50) && suite_has_time(); i++) {
		tutti_process *p;
		int squared;

		CHECK_EQ(finish(tutti_thread_start(nothing, NULL, NULL)), 0);
		p = start(&square_job, &i);
		CHECK_EQ(square_result(p, &squared), 0);
		tutti_future_unref(p);
	}
}

/* rows: F18 F19 T4 */
static void bad_calls_have_words(void)
{
	tutti_process *p = tutti_process_start(NULL, NULL, NULL);
	tutti_future *other = tutti_future_create(0);
	int code;

	CHECK_EQ(tutti_process_join(p), -EINVAL);
	CHECK_STR(tutti_future_text(p), "no job");
	tutti_future_unref(p);
	p = tutti_process_start(&square_job, &(int){ 3 },
		&(tutti_process_options){ .method = (tutti_start_method)9 });
	CHECK_EQ(tutti_process_join(p), -EINVAL);
	CHECK_STR(tutti_future_text(p), "no start method 9");
	tutti_future_unref(p);
	CHECK_EQ(tutti_process_join(NULL), -EDEADLK);
	CHECK_EQ(tutti_process_join(other), TUTTI_ETYPE);
	CHECK_EQ(tutti_process_pid(other), TUTTI_ETYPE);
	CHECK_EQ(tutti_process_exitcode(other, &code), TUTTI_ETYPE);
	CHECK_EQ(tutti_process_kill(other), TUTTI_ETYPE);
	CHECK_STR(tutti_process_name(other), NULL);
	CHECK(!tutti_process_is_alive(other));
	CHECK_EQ(tutti_process_signal(NULL, 12345), -EINVAL);
	CHECK_EQ(tutti_process_set_method((tutti_start_method)7, true), -EINVAL);
	CHECK_EQ(tutti_process_set_method(TUTTI_SPAWN, false), -EBUSY);
	tutti_future_cancel(other);
	tutti_future_unref(other);
}

/* rows: F31 */
static void many_live_at_once(void)
{
	enum { MANY = 40 };
	tutti_process *p[MANY];
	int squared, sum = 0;

	for (int i = 0; i < MANY; i++)
		p[i] = tutti_process_start(&square_job, &i, NULL);
	for (int i = 0; i < MANY; i++) {
		CHECK_EQ(square_result(p[i], &squared), 0);
		sum += squared;
		tutti_future_unref(p[i]);
	}
	CHECK_EQ(sum, 20540);
	CHECK_EQ(tutti_process_children(NULL, 0), 0);
}

/* The parent's children are not a forked child's, which may have its own. */
__attribute__((unused)) static void a_forked_child_starts_anew(void)
{
	tutti_process *p = tutti_process_start(&sleep_long_job, NULL, NULL);
	int child = tutti_fork(), status, squared;

	if (child == 0) {
		tutti_process *own;

		CHECK_EQ(tutti_process_children(NULL, 0), 0);
		CHECK_EQ(tutti_process_kill(p), -ECHILD);
		CHECK_EQ(tutti_process_join(p), -ECHILD);
		own = tutti_process_start(&square_job, &(int){ 7 }, NULL);
		CHECK_EQ(square_result(own, &squared), 0);
		CHECK_EQ(squared, 49);
		_exit(0);
	}
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
	CHECK(tutti_process_is_alive(p));
	CHECK_EQ(tutti_process_kill(p), 0);
	CHECK_EQ(tutti_process_join(p), 0);
	tutti_future_unref(p);
}

/* The server is the oldest of this process' children; somebody kills it. */
/* rows: F28 */
static void another_server_takes_over(void)
{
	siginfo_t info;
	char path[64];
	FILE *f;
	int pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	f = fopen(path, "r");
	if (!f)
		return; /* the kernel does not say */
	CHECK_EQ(fscanf(f, "%d", &pid), 1);
	fclose(f);
	CHECK_EQ(kill(pid, SIGKILL), 0);
	CHECK_EQ(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	method = TUTTI_FORKSERVER;
	a_result_comes_back();
}

/* The minder stays, and where it waits: which it does for one that does not end by itself. */
static void begin_the_first(void)
{
	method = TUTTI_SPAWN;
	one_that_does_not_end_is_terminated();
}

#ifdef __SANITIZE_THREAD__
enum { LAST_METHOD = TUTTI_SPAWN }; /* it has a thread of its own: no copies */
#else
enum { LAST_METHOD = TUTTI_FORK };
#endif

#define RUN_METHODS(test)                                                               \
	do {                                                                            \
		for (method = TUTTI_FORKSERVER; (int)method <= LAST_METHOD; method++) { \
			suite_next(#test, -1);                                          \
			test();                                                         \
		}                                                                       \
	} while (0)

int main(void)
{
	begin_the_first();
	suite_begin();
	RUN_METHODS(a_result_comes_back);
	RUN_METHODS(it_knows_who_it_is);
	RUN_METHODS(bytes_of_any_length_cross);
	RUN_METHODS(exit_codes_say_how_it_ended);
	RUN_METHODS(one_that_does_not_end_is_terminated);
	RUN_METHODS(several_mix_with_other_futures);
	RUN_METHODS(a_task_that_waits_lets_others_run);
	RUN(a_copy_is_refused_with_other_threads);
	RUN_METHODS(a_joined_thread_is_no_other);
	RUN(bad_calls_have_words);
	RUN(many_live_at_once);
	if ((int)LAST_METHOD ==
		TUTTI_FORK) { /* else there is no server, and a copy has no threads */
		RUN(a_forked_child_starts_anew);
		RUN(another_server_takes_over);
	}
	tu_server_end();
	return suite_end();
}
