/* SPDX-License-Identifier: MIT */
/*
 * engine_tcp_test.c - jobs submitted to "tcp://...": results and errors of all kinds of jobs, to
 * workers that come and go, through a manager that does too.
 */
#include "dist/places.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <tutti/fork.h>
#include <tutti/job_values.h>
#include <tutti/task.h>

/* -- jobs ------------------------------------------------------------------------------------- */

static uint64_t doubled(uint32_t n)
{
	return 2 * (uint64_t)n;
}
TUTTI_JOB(doubled, uint64_t, uint32_t);

static int odd_fails(int const *n, int *out)
{
	*out = *n / 2;
	return *n % 2 ? tutti_fail(-EDOM, "%d is odd", *n) : 0;
}
TUTTI_JOB_TRY(odd_fails, int, int);

static int reversed(tutti_bytes const *in, tutti_bytes *out)
{
	char text[64];

	for (size_t i = 0; i < in->size; i++)
		text[i] = ((const char *)in->data)[in->size - 1 - i];
	return tutti_bytes_copy(out, text, in->size);
}
TUTTI_JOB_TRY(reversed, tutti_bytes, tutti_bytes);

static int add(const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	int64_t a, b = 1;
	int rc = tutti_args_unpack(args, kwargs, "L|L", "a b", &a, &b);

	return rc < 0 ? rc : tutti_value_pack(result, "L", a + b);
}
TUTTI_JOB_VALUES(add);

static tutti_event begun, go_on;

/* Until it is told to stop, or may go on. */
static int waits(void)
{
	tutti_event_set(&begun);
	return tutti_event_wait(&go_on);
}
TUTTI_JOB(waits, int, void);

/* -- tests ------------------------------------------------------------------------------------- */

static void kinds(void)
{
	struct place p;
	uint32_t n[100];
	uint64_t twice[100];
	tutti_value *args, *sum;
	tutti_future *f;
	tutti_executor *e;
	tutti_bytes b;
	int half;
	int64_t five;

	start_manager(&p, 0);
	start_worker(&p);
	e = open_there(&p);
	for (uint32_t i = 0; i < 100; i++)
		n[i] = i;
	CHECK_EQ(doubled_map(e, n, twice, 100), 0);
	for (uint32_t i = 0; i < 100; i++)
		CHECK_EQ(twice[i], 2 * i);

	f = odd_fails_submit(e, 8);
	CHECK_EQ(odd_fails_result(f, &half), 0);
	CHECK_EQ(half, 4);
	tutti_future_unref(f);
	f = odd_fails_submit(e, 7);
	CHECK_EQ(odd_fails_result(f, &half), -EDOM);
	CHECK_STR(tutti_future_text(f), "7 is odd");
	tutti_future_unref(f);

	f = reversed_submit(e, tutti_bytes_text("stressed"));
	CHECK_EQ(reversed_result(f, &b), 0);
	CHECK(b.size == 8 && memcmp(b.data, "desserts", 8) == 0);
	tutti_bytes_free(&b);
	tutti_future_unref(f);

	CHECK_EQ(tutti_value_pack(&args, "(i, i)", 2, 3), 0);
	f = add_submit(e, args, NULL);
	CHECK_EQ(add_result(f, &sum), 0);
	CHECK_EQ(tutti_value_as_int(sum, &five), 0);
	CHECK_EQ(five, 5);
	tutti_value_unref(sum);
	tutti_value_unref(args);
	tutti_future_unref(f);

	tutti_executor_free(e);
	CHECK_EQ(end_worker(&p), TUTTI_ECANCELED);
	end_manager(&p);
}

/* More than a window, and than one message has room for. */
static void many(void)
{
	enum { MANY = 5000 };
	static uint32_t n[MANY];
	static uint64_t twice[MANY];
	struct place p, other;
	tutti_executor *e;

	start_manager(&p, 0);
	start_worker(&p);
	other = p;
	start_worker(&other);
	e = open_there(&p);
	for (uint32_t i = 0; i < MANY; i++)
		n[i] = i;
	CHECK_EQ(doubled_map(e, n, twice, MANY), 0);
	for (uint32_t i = 0; i < MANY; i++)
		CHECK_EQ(twice[i], 2 * i);
	tutti_executor_free(e);
	CHECK(tutti_worker_jobs(p.w) + tutti_worker_jobs(other.w) == MANY);
	end_worker(&other);
	end_worker(&p);
	end_manager(&p);
}

/* One that runs is told so where it runs. */
static void cancels(void)
{
	struct place p;
	tutti_future *f, *waiting;
	tutti_executor *e;

	start_manager(&p, 0);
	e = open_there(&p);
	waiting = waits_submit(e); /* no worker is there */
	CHECK_EQ(tutti_future_result_until(waiting, NULL, 0, tutti_after(TUTTI_SECONDS(0.05))),
		TUTTI_ETIMEDOUT);
	CHECK(tutti_future_cancel(waiting) >= 0);
	CHECK_EQ(waits_result(waiting, NULL), TUTTI_EJOBCANCELED);
	tutti_future_unref(waiting);

	start_worker(&p);
	tutti_event_clear(&begun);
	tutti_event_clear(&go_on);
	f = waits_submit(e);
	tutti_event_wait(&begun);
	while (!tutti_future_running(f)) /* which the manager tells */
		tutti_sleep(TUTTI_SECONDS(0.001));
	CHECK_EQ(tutti_future_cancel(f), 1);
	CHECK_EQ(waits_result(f, NULL), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	tutti_executor_free(e);
	end_worker(&p); /* waits for its jobs: so it was told */
	end_manager(&p);
}

static void runs_out_of_time(void)
{
	tutti_submit_options soon = { .deadline = tutti_after(TUTTI_SECONDS(0.05)) };
	struct place p;
	tutti_future *f;
	tutti_executor *e;

	start_manager(&p, 0);
	e = open_there(&p);
	f = tutti_submit(e, &waits_job, NULL, &soon);
	CHECK_EQ(waits_result(f, NULL), TUTTI_EJOBTIMEDOUT);
	tutti_future_unref(f);
	start_worker(&p);
	tutti_event_clear(&begun);
	tutti_event_clear(&go_on);
	soon.deadline = tutti_after(TUTTI_SECONDS(0.2));
	f = tutti_submit(e, &waits_job, NULL, &soon);
	CHECK_EQ(waits_result(f, NULL), TUTTI_EJOBTIMEDOUT);
	tutti_future_unref(f);
	tutti_executor_free(e);
	end_worker(&p);
	end_manager(&p);
}

static int error_of(const char *where, const char *key, char *text, size_t n)
{
	tutti_executor_options options = { .authkey = key };
	tutti_executor *e;
	tutti_future *f;
	int rc;

	CHECK_EQ(tutti_executor_open(&e, where, &options), 0);
	f = doubled_submit(e, 1);
	rc = doubled_result(f, NULL);
	snprintf(text, n, "%s", tutti_future_text(f));
	tutti_future_unref(f);
	tutti_executor_free(e);
	return rc;
}

static void refusals(void)
{
	tutti_executor_options none = { 0 };
	tutti_executor *e;
	struct place p;
	char text[300];

	CHECK_EQ(tutti_executor_open(&e, "tcp://127.0.0.1:1", &none), TUTTI_EAUTH);
	none.authkey = KEY;
	CHECK_EQ(tutti_executor_open(&e, "tcp://", &none), -EINVAL);
	CHECK_EQ(tutti_executor_open(&e, "tcp:5", &none), -EINVAL);

	start_manager(&p, 0);
	CHECK_EQ(error_of(p.where, "another", text, sizeof(text)), TUTTI_EAUTH);
	CHECK(strstr(text, "another key"));
	end_manager(&p);
	CHECK_EQ(error_of(p.where, KEY, text, sizeof(text)), -ECONNREFUSED);
	CHECK(strstr(text, p.where));

	CHECK_EQ(tutti_manager_create(&p.m, "127.0.0.1:0", tutti_bytes_text(KEY)), 0);
	CHECK_EQ(tutti_manager_serve_queue(p.m, "get_task_queue", 0), 0);
	CHECK_EQ(tutti_manager_start(p.m), 0);
	snprintf(p.where, sizeof(p.where), "tcp://127.0.0.1:%d", tutti_manager_port(p.m));
	CHECK_EQ(error_of(p.where, KEY, text, sizeof(text)), -ENOENT);
	CHECK(strstr(text, "serves no jobs"));
	start_worker(&p);
	tutti_join_all(&p.serving, 1);
	CHECK_EQ(p.ended, -ENOENT);
	tutti_worker_free(p.w);
	end_manager(&p);
}

/* What was out goes to the manager that is there next. */
static void finds_the_manager_again(void)
{
	struct place p;
	tutti_future *f;
	tutti_executor *e;
	uint64_t n = 0;
	char *colon;

	start_manager(&p, 0);
	e = open_there(&p);
	f = doubled_submit(e, 21);
	while (!tutti_future_running(f))
		tutti_sleep(TUTTI_SECONDS(0.001));
	end_manager(&p);
	colon = strrchr(p.where, ':');
	start_manager(&p, atoi(colon + 1));
	start_worker(&p);
	CHECK_EQ(doubled_result(f, &n), 0);
	CHECK_EQ(n, 42);
	tutti_future_unref(f);
	tutti_executor_free(e);
	end_worker(&p);
	end_manager(&p);
}

static void worker_ends(void)
{
	tutti_executor_options options = { .authkey = KEY, .max_workers = 1 };
	struct place p;
	tutti_executor *e;
	tutti_worker *w;
	uint64_t n = 0;
	tutti_future *f;

	CHECK_EQ(tutti_worker_create(&w, "tcp://127.0.0.1:1", NULL), TUTTI_EAUTH);
	CHECK_EQ(tutti_worker_create(&w, "tcp://", &options), -EINVAL);
	start_manager(&p, 0);
	CHECK_EQ(tutti_worker_create(&w, p.where, &options), 0);
	CHECK_EQ(tutti_worker_set_idle(w, -1), -EINVAL);
	CHECK_EQ(tutti_worker_set_idle(w, TUTTI_SECONDS(0.05)), 0);
	CHECK_EQ(tutti_worker_serve(w), 0);
	CHECK_EQ(tutti_worker_jobs(w), 0);
	CHECK_EQ(tutti_worker_add(w, "twice", &doubled_job), 0);
	CHECK_EQ(tutti_worker_add(w, "twice", &doubled_job), -EEXIST);
	tutti_worker_free(w);

	start_worker(&p);
	e = open_there(&p);
	f = doubled_submit(e, 5);
	CHECK_EQ(doubled_result(f, &n), 0);
	tutti_future_unref(f);
	tutti_executor_free(e);
	end_manager(&p);
	tutti_join_all(&p.serving, 1);
	CHECK_EQ(p.ended, TUTTI_ESHUTDOWN);
	tutti_worker_free(p.w);
}

/* At SIGTERM what runs is finished, and what has not begun is another's. */
static void is_told_to_end(void)
{
	enum { ALL = 6 };
	struct place p, other;
	tutti_future *f[ALL];
	tutti_executor *e;

	start_manager(&p, 0);
	other = p;
	start_worker(&p);
	e = open_there(&p);
	tutti_event_clear(&begun);
	tutti_event_clear(&go_on);
	for (int i = 0; i < ALL; i++)
		f[i] = waits_submit(e);
	tutti_event_wait(&begun);
	get_signal(SIGTERM);
	while (tutti_worker_jobs(p.w) == 0) { /* those that have not begun do not count */
		tutti_event_set(&go_on);
		tutti_sleep(TUTTI_SECONDS(0.001));
	}
	tutti_join_all(&p.serving, 1);
	CHECK_EQ(p.ended, 0);
	CHECK(tutti_worker_jobs(p.w) >= 1);
	start_worker(&other);
	for (int i = 0; i < ALL; i++) {
		CHECK_EQ(waits_result(f[i], NULL), 0);
		tutti_future_unref(f[i]);
	}
	tutti_worker_free(p.w);
	tutti_executor_free(e);
	end_worker(&other);
	end_manager(&p);
}

/* Its thread is not there. */
static void in_a_forked_child(void)
{
	struct place p;
	tutti_executor *e;
	tutti_future *f;
	int pid, status;

	start_manager(&p, 0);
	e = open_there(&p);
	pid = tutti_fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		f = doubled_submit(e, 1);
		_exit(tutti_future_error(f) == -ECHILD ? 0 : 1);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	tutti_executor_free(e);
	end_manager(&p);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(kinds);
	RUN(many);
	RUN(cancels);
	RUN(runs_out_of_time);
	RUN(refusals);
	RUN(finds_the_manager_again);
	RUN(worker_ends);
	RUN(is_told_to_end);
	RUN(in_a_forked_child);
	return arg;
}

int main(void)
{
	tutti_thread *thread;

	suite_begin();
	tutti_net_engines();
	thread = tutti_thread_start(everything, NULL, NULL);
	CHECK_EQ(tutti_join_all(&thread, 1), 0);
	return suite_end();
}
