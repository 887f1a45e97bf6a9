/* SPDX-License-Identifier: MIT */
/* rows: F3 F32 F47 F49 F50 F51 F52 F53 F54 */
/* ctest: LABELS no-qemu */
/* The engine "processes": results, order, what a worker's death costs, limits, and its ends. */
#include <tutti/tutti.h>

#include "proc/server.h"
#include "support/suite.h"

#include <errno.h>
#include <signal.h>

static int square(int n)
{
	return n * n;
}
TUTTI_JOB(square, int, int);

static int pid_of_worker(void)
{
	return getpid();
}
TUTTI_JOB(pid_of_worker, int, void);

static tutti_bytes repeat(tutti_bytes in)
{
	char *text = malloc(3 * in.size + 1);
	tutti_bytes out;

	CHECK(text != NULL);
	for (int i = 0; i < 3; i++)
		memcpy(text + (size_t)i * in.size, in.data, in.size);
	CHECK_EQ(tutti_bytes_copy(&out, text, 3 * in.size), 0);
	free(text);
	return out;
}
TUTTI_JOB(repeat, tutti_bytes, tutti_bytes);

static int be_killed(int number)
{
	raise(number);
	return number;
}
TUTTI_JOB(be_killed, int, int);

static void fail(int code)
{
	tutti_fail(code, "it was told to fail with %d", code);
}
TUTTI_JOB(fail, void, int);

static void spin(void)
{
	for (volatile bool go = true; go;)
		;
}
TUTTI_JOB(spin, void, void);

static void wait_long(void)
{
	tutti_sleep(TUTTI_SECONDS(1000));
}
TUTTI_JOB(wait_long, void, void);

static int open_another(void)
{
	tutti_executor *e;
	int rc = tutti_executor_open(&e, "processes:1", NULL);

	if (rc == 0)
		tutti_executor_free(e);
	return rc;
}
TUTTI_JOB(open_another, int, void);

static int started;

static void *note_start(void *arg)
{
	CHECK(arg == NULL);
	started = 42;
	return NULL;
}

static int look_at_start(void)
{
	return started;
}
TUTTI_JOB(look_at_start, int, void);

static tutti_executor *open_pool(const char *where)
{
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, where, NULL), 0);
	return e;
}

/* rows: F52 */
static void results_come_in_order(void)
{
	enum { N = 3000 };
	tutti_executor *e = open_pool("processes:2");
	static int n[N], squared[N];

	for (int i = 0; i < N; i++)
		n[i] = i;
	CHECK_EQ(square_map(e, n, squared, N), 0);
	for (int i = 0; i < N; i++)
		CHECK_EQ(squared[i], i * i);
	tutti_executor_free(e);
}

/* Items are put together only where addresses mean something; elsewhere it makes no difference. */
static void a_map_is_one_whatever_its_chunks(void)
{
	tutti_executor *e = open_pool("processes:2");

	for (size_t chunk = 0; chunk <= 10; chunk += 5) {
		tutti_map_options options = { .chunk = chunk };
		int args[100], results[100] = { 0 };

		for (int i = 0; i < 100; i++)
			args[i] = i;
		CHECK_EQ(tutti_map(e, &square_job, args, results, 100, &options), 0);
		for (int i = 0; i < 100; i++)
			CHECK_EQ(results[i], i * i);
	}
	tutti_executor_free(e);
}

/* rows: F47 F53 */
static void workers_are_kept(void)
{
	tutti_executor *e = open_pool("processes:3");
	int pids[4], n = 0;

	for (int i = 0; i < 200; i++) {
		tutti_future *f = pid_of_worker_submit(e);
		int pid, at = 0;

		CHECK_EQ(pid_of_worker_result(f, &pid), 0);
		tutti_future_unref(f);
		CHECK(pid != getpid());
		while (at < n && pids[at] != pid)
			at++;
		if (at == n)
			pids[n++] = pid;
		CHECK(n <= 3);
	}
	tutti_executor_free(e);
}

static void bytes_of_any_length_cross(void)
{
	tutti_executor *e = open_pool("processes:1");

	for (size_t n = 1; n < 5000000; n = n * 17 + 1) {
		char *text = malloc(n);
		tutti_bytes out;
		tutti_future *f;

		CHECK(text != NULL);
		memset(text, 'a' + (int)(n % 26), n);
		f = repeat_submit(e, tutti_bytes_of(text, n));
		memset(text, '-', n); /* it was copied */
		CHECK_EQ(repeat_result(f, &out), 0);
		CHECK_EQ(out.size, 3 * n);
		CHECK_EQ(((const char *)out.data)[0], 'a' + (int)(n % 26));
		CHECK_EQ(((const char *)out.data)[3 * n - 1], 'a' + (int)(n % 26));
		tutti_bytes_free(&out);
		tutti_future_unref(f);
		free(text);
	}
	tutti_executor_free(e);
}

/* rows: F49 F51 */
static void failures_have_their_words(void)
{
	tutti_executor *e = open_pool("processes:1");
	tutti_future *f = fail_submit(e, -ENOENT);

	CHECK_EQ(fail_result(f), -ENOENT);
	CHECK_STR(tutti_future_text(f), "it was told to fail with -2");
	tutti_future_unref(f);
	tutti_executor_free(e);
}

/* Of many, one kills its worker: it alone fails. */
/* rows: F54 D13 */
static void a_death_costs_one_job(void)
{
	enum { N = 200 };
	tutti_executor *e = open_pool("processes:2");
	tutti_future *f[N];
	int result;

	for (int i = 0; i < N; i++)
		f[i] = i % 50 == 20 ? be_killed_submit(e, SIGKILL) : square_submit(e, i);
	for (int i = 0; i < N; i++) {
		if (i % 50 == 20) {
			CHECK_EQ(be_killed_result(f[i], &result), TUTTI_ECRASHED);
			CHECK(strstr(tutti_future_text(f[i]), "SIGKILL") != NULL);
		} else {
			CHECK_EQ(square_result(f[i], &result), 0);
			CHECK_EQ(result, i * i);
		}
		tutti_future_unref(f[i]);
	}
	tutti_executor_free(e);
}

static void one_that_kills_three_is_not_tried_again(void)
{
	tutti_executor *e = open_pool("processes:1");
	int number = SIGKILL;
	tutti_future *f =
		tutti_submit(e, &be_killed_job, &number, &(tutti_submit_options){ .retries = 100 });

	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_ECRASHED);
	CHECK(strstr(tutti_future_text(f), "killed 3 workers") != NULL);
	tutti_future_unref(f);
	f = square_submit(e, 5);
	CHECK_EQ(square_result(f, &number), 0);
	tutti_future_unref(f);
	tutti_executor_free(e);
}

/* However many do that one after the other: there is nothing wrong with the workers. */
static void many_deaths_cost_no_other_job(void)
{
	enum { N = 20 };
	tutti_executor *e = open_pool("processes:1");
	tutti_future *f[N + 1];
	int result;

	for (int i = 0; i < N; i++)
		f[i] = be_killed_submit(e, SIGKILL);
	f[N] = square_submit(e, 3);
	for (int i = 0; i < N; i++)
		CHECK_EQ(be_killed_result(f[i], &result), TUTTI_ECRASHED);
	CHECK_EQ(square_result(f[N], &result), 0);
	CHECK_EQ(result, 9);
	for (int i = 0; i <= N; i++)
		tutti_future_unref(f[i]);
	tutti_executor_free(e);
}

static void what_runs_too_long_is_ended(void)
{
	tutti_executor *e = open_pool("processes:1");
	tutti_submit_options soon = { .deadline = tutti_after(TUTTI_MILLISECONDS(20)) };
	tutti_future *waits = tutti_submit(e, &wait_long_job, NULL, &soon);
	tutti_future *spins = tutti_submit(e, &spin_job, NULL, &soon), *f;
	int result;

	CHECK_EQ(tutti_future_result(waits, NULL, 0), TUTTI_EJOBTIMEDOUT);
	CHECK_EQ(tutti_future_result(spins, NULL, 0), TUTTI_EJOBTIMEDOUT);
	tutti_future_unref(waits);
	tutti_future_unref(spins);
	f = tutti_submit(e, &spin_job, NULL,
		&(tutti_submit_options){ .deadline = tutti_after(TUTTI_MILLISECONDS(20)) });
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBTIMEDOUT);
	tutti_future_unref(f);
	f = square_submit(e, 6);
	CHECK_EQ(square_result(f, &result), 0);
	CHECK_EQ(result, 36);
	tutti_future_unref(f);
	tutti_executor_free(e);
}

static void what_runs_can_be_cancelled(void)
{
	tutti_executor *e = open_pool("processes:1");
	tutti_future *f = spin_submit(e), *later = square_submit(e, 3), *g;
	int result;

	CHECK(tutti_future_cancel(later) >= 0); /* while the other one is before it */
	CHECK(tutti_future_cancel(f) >= 0);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	CHECK_EQ(tutti_future_result(later, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	tutti_future_unref(later);
	g = square_submit(e, 4);
	CHECK_EQ(square_result(g, &result), 0);
	tutti_future_unref(g);
	tutti_executor_free(e);
}

/* rows: F50 T6 */
static void shutdown_ends_what_it_is_told_to(void)
{
	enum { N = 2000 };
	tutti_executor *e = open_pool("processes:2");
	tutti_future *f[N], *late;
	int result;

	for (int i = 0; i < N; i++)
		f[i] = square_submit(e, i);
	CHECK_EQ(tutti_executor_join(e, TUTTI_FOREVER), -EBUSY); /* not before it is shut down */
	CHECK_EQ(tutti_executor_shutdown(e, TUTTI_FINISH), 0);
	late = square_submit(e, 1);
	CHECK_EQ(square_result(late, &result), TUTTI_ESHUTDOWN);
	tutti_future_unref(late);
	CHECK_EQ(tutti_executor_join(e, TUTTI_FOREVER), 0);
	for (int i = 0; i < N; i++) {
		CHECK_EQ(square_result(f[i], &result), 0);
		tutti_future_unref(f[i]);
	}
	tutti_executor_free(e);
	e = open_pool("processes:2");
	for (int i = 0; i < N; i++)
		f[i] = spin_submit(e);
	CHECK_EQ(tutti_executor_shutdown(e, TUTTI_TERMINATE), 0);
	CHECK_EQ(tutti_executor_join(e, TUTTI_FOREVER), 0);
	for (int i = 0; i < N; i++) {
		CHECK_EQ(tutti_future_result(f[i], NULL, 0), TUTTI_EJOBCANCELED);
		tutti_future_unref(f[i]);
	}
	tutti_executor_free(e);
}

/* rows: F47 */
static void workers_are_prepared(void)
{
	tutti_executor_options options = { .max_workers = 1, .worker_start = note_start };
	tutti_executor *e;
	tutti_future *f;
	int result;

	CHECK_EQ(tutti_executor_open(&e, "processes", &options), 0);
	f = look_at_start_submit(e);
	CHECK_EQ(look_at_start_result(f, &result), 0);
	CHECK_EQ(result, 42);
	CHECK_EQ(started, 0);
	tutti_future_unref(f);
	tutti_executor_free(e);
	options.worker_arg = &options;
	CHECK_EQ(tutti_executor_open(&e, "processes", &options), -EINVAL);
}

static void *end_at_once(void *arg)
{
	exit(9);
	return arg;
}

static void workers_that_never_come_are_given_up(void)
{
	tutti_executor_options options = { .max_workers = 1, .worker_start = end_at_once };
	tutti_executor *e;
	tutti_future *f;

	CHECK_EQ(tutti_executor_open(&e, "processes", &options), 0);
	f = square_submit(e, 1);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_ECRASHED);
	CHECK(strstr(tutti_future_text(f), "exit code 9") != NULL);
	tutti_future_unref(f);
	tutti_executor_free(e);
}

/* rows: F91 T25 */
static void workers_have_no_pools_of_processes(void)
{
	tutti_executor *e = open_pool("processes:1");
	tutti_future *f = open_another_submit(e);
	int result;

	CHECK_EQ(open_another_result(f, &result), 0);
	CHECK_EQ(result, -EPERM);
	tutti_future_unref(f);
	tutti_executor_free(e);
}

int main(void)
{
	what_runs_can_be_cancelled(); /* so that all is there that stays, but the server */
	tu_server_end();
	suite_begin();
	RUN(results_come_in_order);
	RUN(a_map_is_one_whatever_its_chunks);
	RUN(workers_are_kept);
	RUN(bytes_of_any_length_cross);
	RUN(failures_have_their_words);
	RUN(a_death_costs_one_job);
	RUN(one_that_kills_three_is_not_tried_again);
	RUN(many_deaths_cost_no_other_job);
	RUN(what_runs_too_long_is_ended);
	RUN(what_runs_can_be_cancelled);
	RUN(shutdown_ends_what_it_is_told_to);
	RUN(workers_are_prepared);
	RUN(workers_that_never_come_are_given_up);
	RUN(workers_have_no_pools_of_processes);
	tu_server_end();
	return suite_end();
}
