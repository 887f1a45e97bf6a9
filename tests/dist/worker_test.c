/* SPDX-License-Identifier: MIT */
/*
 * worker_test.c - workers whose manager goes and comes back, jobs that are called by their name
 * alone, and jobs that no worker there takes.
 */
#include "dist/places.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/job_values.h>
#include <tutti/lock.h>
#include <tutti/report.h>

/* -- jobs ------------------------------------------------------------------------------------- */

static uint64_t doubled(uint32_t n)
{
	return 2 * (uint64_t)n;
}
TUTTI_JOB(doubled, uint64_t, uint32_t);

static int shouted(tutti_bytes const *in, tutti_bytes *out)
{
	return tutti_bytes_printf(out, "%.*s!", (int)in->size, (const char *)in->data);
}

static int add(const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	int64_t a, b = 1;
	int rc = tutti_args_unpack(args, kwargs, "L|L", "a b", &a, &b);

	return rc < 0 ? rc : tutti_value_pack(result, "L", a + b);
}
TUTTI_JOB_VALUES(add);

static tutti_event began;

/* Until it is told to stop. */
static int lasts(void)
{
	tutti_event_set(&began);
	return tutti_sleep(TUTTI_SECONDS(1000));
}
TUTTI_JOB(lasts, int, void);

/* No submitter has this one: there it is called "shout". */
static int shouted_call(const void *arg, void *result)
{
	return shouted(arg, result);
}

static tutti_job shouted_job = { .version = 1,
	.arg_kind = TUTTI_KIND_BYTES,
	.result_kind = TUTTI_KIND_BYTES,
	.arg_size = sizeof(tutti_bytes),
	.result_size = sizeof(tutti_bytes),
	.name = "shouted",
	.place = "worker_test.c",
	.call = shouted_call };

/* -- what is reported ------------------------------------------------------------------------- */

static struct {
	tutti_lock lock;
	char lines[8][600];
	int n;
} said;

static void note(int code, const char *text, void *arg)
{
	(void)code;
	(void)arg;
	tutti_lock_acquire(&said.lock);
	if (said.n < 8)
		snprintf(said.lines[said.n++], sizeof(said.lines[0]), "%s", text);
	tutti_lock_release(&said.lock);
}

/* How often something was said that has both in it. */
static int count_said(const char *a, const char *b)
{
	int n = 0;

	tutti_lock_acquire(&said.lock);
	for (int i = 0; i < said.n; i++)
		n += strstr(said.lines[i], a) && strstr(said.lines[i], b);
	tutti_lock_release(&said.lock);
	return n;
}

static void wait_until_said(const char *a, const char *b)
{
	while (count_said(a, b) == 0)
		tutti_sleep(TUTTI_SECONDS(0.001));
}

static void listen_to_reports(void)
{
	said.n = 0;
	tutti_set_reporter(note, NULL);
}

/* -- patience --------------------------------------------------------------------------------- */

static void start_patient(struct place *p, tutti_time patience, tutti_time idle)
{
	tutti_executor_options options = { .authkey = KEY, .max_workers = 2 };

	CHECK_EQ(tutti_worker_create(&p->w, p->where, &options), 0);
	CHECK_EQ(tutti_worker_set_patience(p->w, -1), -EINVAL);
	CHECK_EQ(tutti_worker_set_patience(p->w, patience), 0);
	CHECK_EQ(tutti_worker_set_idle(p->w, idle), 0);
	p->serving = tutti_thread_start(serve, p, NULL);
}

static void ask_for_double(const struct place *p)
{
	tutti_executor *e = open_there(p);
	tutti_future *f = doubled_submit(e, 21);
	uint64_t n = 0;

	CHECK_EQ(doubled_result(f, &n), 0);
	CHECK_EQ(n, 42);
	tutti_future_unref(f);
	tutti_executor_free(e);
}

/* Once more, also of a job that ran when the first one went. */
static void finds_its_manager_again(void)
{
	struct place p;
	tutti_executor *e;
	tutti_future *f;
	int port;

	listen_to_reports();
	start_manager(&p, 0);
	port = tutti_manager_port(p.m);
	start_patient(&p, TUTTI_FOREVER, 0);
	ask_for_double(&p);
	e = open_there(&p);
	f = lasts_submit(e);
	tutti_event_wait(&began);
	tutti_event_clear(&began);
	end_manager(&p);
	wait_until_said("127.0.0.1", "the manager has gone; looking for it");
	CHECK_EQ(count_said("127.0.0.1", "has gone"), 1);

	start_manager(&p, port);
	tutti_event_wait(&began); /* its submitter has found the manager again, too */
	CHECK_EQ(count_said("127.0.0.1", "the manager is there again"), 1);
	CHECK_EQ(tutti_future_cancel(f), 1);
	CHECK_EQ(lasts_result(f, NULL), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	tutti_executor_free(e);
	ask_for_double(&p);
	CHECK_EQ(end_worker(&p), TUTTI_ECANCELED);
	end_manager(&p);
	tutti_set_reporter(tutti_report_stderr, NULL);
}

static void waits_for_its_first_manager(void)
{
	struct place p;
	int port;

	listen_to_reports();
	start_manager(&p, 0);
	port = tutti_manager_port(p.m);
	end_manager(&p);
	start_patient(&p, TUTTI_FOREVER, 0);
	wait_until_said("no manager is there yet", "waiting for one");
	start_manager(&p, port);
	ask_for_double(&p);
	CHECK_EQ(count_said("127.0.0.1", "the manager is there"), 1);
	end_worker(&p);
	end_manager(&p);
	tutti_set_reporter(tutti_report_stderr, NULL);
}

static int end_of(struct place *p)
{
	tutti_join_all(&p->serving, 1);
	tutti_worker_free(p->w);
	return p->ended;
}

/* With patience that ends, nothing to do for too long, SIGTERM, and a cancel. */
static void ends_while_it_looks(void)
{
	struct place p;

	listen_to_reports();
	start_manager(&p, 0);
	end_manager(&p);
	start_patient(&p, TUTTI_SECONDS(0.1), 0);
	CHECK_EQ(end_of(&p), -ECONNREFUSED);

	start_patient(&p, TUTTI_FOREVER, TUTTI_SECONDS(0.1));
	CHECK_EQ(end_of(&p), 0);

	said.n = 0;
	start_patient(&p, TUTTI_FOREVER, 0);
	wait_until_said("no manager is there yet", "waiting");
	get_signal(SIGTERM);
	CHECK_EQ(end_of(&p), 0);

	said.n = 0;
	start_patient(&p, TUTTI_FOREVER, 0);
	wait_until_said("no manager is there yet", "waiting");
	CHECK_EQ(end_worker(&p), TUTTI_ECANCELED);

	start_manager(&p, 0);
	start_patient(&p, TUTTI_SECONDS(0.1), 0);
	ask_for_double(&p);
	end_manager(&p);
	CHECK_EQ(end_of(&p), TUTTI_ESHUTDOWN);
	tutti_set_reporter(tutti_report_stderr, NULL);
}

/* -- by name ---------------------------------------------------------------------------------- */

/* args is given away. */
static tutti_future *call(tutti_executor *e, const char *name, tutti_value *args)
{
	tutti_future *f = tutti_submit_named(e, name, args, NULL, NULL);

	tutti_value_unref(args);
	return f;
}

static tutti_value *number(int n)
{
	tutti_value *v;

	CHECK_EQ(tutti_value_pack(&v, "(i)", n), 0);
	return v;
}

static tutti_value *word(const char *text)
{
	tutti_value *v;

	CHECK_EQ(tutti_value_pack(&v, "[s]", text), 0);
	return v;
}

static void calls_by_name(void)
{
	tutti_executor_options options = { .authkey = KEY };
	tutti_value *v = NULL, *kwargs;
	struct place p;
	tutti_executor *e;
	tutti_future *f;
	tutti_bytes b;
	int64_t n;

	start_manager(&p, 0);
	CHECK_EQ(tutti_worker_create(&p.w, p.where, &options), 0);
	CHECK_EQ(tutti_worker_add(p.w, "plus", &add_job), 0);
	CHECK_EQ(tutti_worker_add(p.w, "shout", &shouted_job), 0);
	CHECK_EQ(tutti_worker_add(p.w, "doubled", &doubled_job), 0);
	p.serving = tutti_thread_start(serve, &p, NULL);
	e = open_there(&p);

	CHECK_EQ(tutti_value_pack(&kwargs, "{s:i}", "b", 40), 0);
	CHECK_EQ(tutti_value_pack(&v, "(i)", 2), 0);
	f = tutti_submit_named(e, "plus", v, kwargs, NULL);
	tutti_value_unref(v);
	tutti_value_unref(kwargs);
	CHECK_EQ(tutti_named_result(f, &v), 0);
	CHECK(tutti_value_as_int(v, &n) == 0 && n == 42);
	tutti_value_unref(v);
	tutti_future_unref(f);

	f = call(e, "shout", word("hi"));
	CHECK_EQ(tutti_named_result(f, &v), 0);
	CHECK_EQ(tutti_value_kind(v), TUTTI_VALUE_TEXT);
	CHECK(tutti_value_as_bytes(v, &b) == 0 && b.size == 3 && memcmp(b.data, "hi!", 3) == 0);
	tutti_value_unref(v);
	tutti_future_unref(f);

	f = call(e, "shout", NULL);
	CHECK_EQ(tutti_named_result(f, &v), TUTTI_ETYPE); /* it takes one */
	tutti_future_unref(f);
	f = call(e, "doubled", number(2));
	CHECK_EQ(tutti_named_result(f, &v), TUTTI_ETYPE); /* a C type */
	tutti_future_unref(f);
	f = tutti_submit_named(e, NULL, NULL, NULL, NULL);
	CHECK_EQ(tutti_named_result(f, &v), -EINVAL);
	tutti_future_unref(f);
	f = doubled_submit(e, 1);
	CHECK_EQ(tutti_named_result(f, &v), TUTTI_ETYPE);
	tutti_future_unref(f);

	tutti_executor_free(e);
	end_worker(&p);
	end_manager(&p);
}

/* Where jobs run in this program those are found that are declared. */
static void calls_by_name_here(void)
{
	tutti_executor *e;
	tutti_future *f;
	tutti_value *v;
	int64_t n;

	CHECK_EQ(tutti_executor_open(&e, "threads", NULL), 0);
	f = call(e, "add", number(2));
	CHECK_EQ(tutti_named_result(f, &v), 0);
	CHECK(tutti_value_as_int(v, &n) == 0 && n == 3);
	tutti_value_unref(v);
	tutti_future_unref(f);
	f = call(e, "nothing of that name", number(2));
	CHECK_EQ(tutti_named_result(f, &v), TUTTI_ENOJOB);
	tutti_future_unref(f);
	tutti_executor_free(e);
}

/* -- what nobody takes ------------------------------------------------------------------------ */

/* It is said once, by the manager and to who has put it; and it waits for one who does. */
static void no_worker_takes_it(void)
{
	struct place p, other;
	tutti_executor_options options = { .authkey = KEY };
	tutti_executor *e;
	tutti_future *f[3];
	tutti_value *v;

	listen_to_reports();
	start_manager(&p, 0);
	other = p;
	e = open_there(&p);
	f[0] = call(e, "shout", word("one")); /* before there is any worker, which is no news */
	CHECK_EQ(tutti_worker_create(&p.w, p.where, &options), 0);
	CHECK_EQ(tutti_worker_add(p.w, "add", &add_job), 0);
	CHECK_EQ(tutti_worker_add(p.w, "double", &doubled_job), 0);
	p.serving = tutti_thread_start(serve, &p, NULL);
	wait_until_said("tcp://127.0.0.1", "no worker that is there takes the job 'shout'");
	f[1] = call(e, "shout", word("two"));
	f[2] = call(e, "add", number(1));
	CHECK_EQ(tutti_named_result(f[2], &v), 0);
	tutti_value_unref(v);
	CHECK(!tutti_future_done(f[0]) && !tutti_future_done(f[1]));
	CHECK_EQ(count_said("takes the job 'shout'", "add"), 2);
	CHECK_EQ(count_said("takes the job 'shout'", "double"), 2);
	CHECK_EQ(count_said("tcp://127.0.0.1", "takes the job 'shout'"), 1);
	CHECK_EQ(said.n, 2);

	CHECK_EQ(tutti_worker_create(&other.w, other.where, &options), 0);
	CHECK_EQ(tutti_worker_add(other.w, "shout", &shouted_job), 0);
	other.serving = tutti_thread_start(serve, &other, NULL);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(tutti_named_result(f[i], &v), 0);
		tutti_value_unref(v);
	}
	for (int i = 0; i < 3; i++)
		tutti_future_unref(f[i]);
	tutti_executor_free(e);
	end_worker(&p);
	end_worker(&other);
	CHECK_EQ(said.n, 2);
	end_manager(&p);
	tutti_set_reporter(tutti_report_stderr, NULL);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(finds_its_manager_again);
	RUN(waits_for_its_first_manager);
	RUN(ends_while_it_looks);
	RUN(calls_by_name);
	RUN(calls_by_name_here);
	RUN(no_worker_takes_it);
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
