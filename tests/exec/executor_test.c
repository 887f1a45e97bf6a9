/* SPDX-License-Identifier: MIT */
/* rows: F81 F82 */
/* executor_test.c - what executor.h and job.h promise, on every engine that is built in. */
#include <errno.h>
#include <tutti/tutti.h>

#include "base/atomic.h"
#include "support/memory.h"
#include "support/suite.h"

static const char *const engines[] = { "threads", "threads:1", "tasks", "tasks:1", "inline" };
enum { ENGINES = sizeof(engines) / sizeof(*engines) };

/* -- jobs ------------------------------------------------------------------------------------- */

static int twice(int n)
{
	return 2 * n;
}
TUTTI_JOB(twice, int, int);

static unsigned ticks;

static void tick(void)
{
	tu_add_rlx(&ticks, 1u); /* counted, and read when all have ended */
}
TUTTI_JOB(tick, void, void);

typedef struct page {
	char text[200];
	int number;
} page;

static int fill(int const *n, page *out)
{
	if (*n < 0)
		return *n == -1 ? -ENOENT : tutti_fail(TUTTI_EUSER - 1, "no page %d", *n);
	snprintf(out->text, sizeof(out->text), "page %d", *n);
	out->number = *n;
	return 0;
}
TUTTI_JOB_TRY(fill, page, int);

static __int128 wide(__int128 n)
{
	return n * n;
}
typedef __int128 int128;
TUTTI_JOB(wide, int128, int128);

static tutti_bytes shout(tutti_bytes b)
{
	tutti_bytes out = { NULL, 0, NULL };

	tutti_bytes_printf(&out, "%.*s!", (int)b.size, (const char *)b.data);
	return out;
}
TUTTI_JOB(shout, tutti_bytes, tutti_bytes);

static tutti_bytes same(tutti_bytes b)
{
	return b;
}
TUTTI_JOB(same, tutti_bytes, tutti_bytes);

/* A plain one that waits to be told, and one that decides itself what that means. */
static tutti_semaphore begun;
static tutti_event may_end;

static int obey(int n)
{
	tutti_semaphore_release(&begun, 1);
	return tutti_event_wait(&may_end) == 0 ? n : -1;
}
TUTTI_JOB(obey, int, int);

static int insist(int const *n, int *out)
{
	tutti_semaphore_release(&begun, 1);
	tutti_event_wait(&may_end);
	*out = *n;
	return 0;
}
TUTTI_JOB_TRY(insist, int, int);

static int pass_on(int const *n, int *out)
{
	int rc;

	tutti_semaphore_release(&begun, 1);
	rc = tutti_event_wait(&may_end);
	*out = *n;
	return rc;
}
TUTTI_JOB_TRY(pass_on, int, int);

static tutti_executor *open_one(const char *where)
{
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, where, NULL), 0);
	return e;
}

static bool is(const char *where, const char *word)
{
	return strncmp(where, word, strlen(word)) == 0;
}

/* -- results ---------------------------------------------------------------------------------- */

static void results(const char *where)
{
	tutti_executor *e = open_one(where);
	tutti_future *f = twice_submit(e, 21), *g = tick_submit(e), *h = fill_submit(e, 7),
		     *w = wide_submit(e, (int128)1 << 62);
	int n = 0;
	page p;
	int128 v;

	CHECK_EQ(twice_result(f, &n), 0);
	CHECK_EQ(n, 42);
	CHECK_EQ(twice_result(f, NULL), 0);
	CHECK_EQ(tutti_future_result(f, &n, sizeof(n)), 0);
	CHECK_EQ(tutti_future_result(f, &n, 2), TUTTI_ETYPE);
	CHECK_EQ(tick_result(f), TUTTI_ETYPE);
	CHECK_EQ(tick_result(g), 0);
	CHECK_EQ(fill_result(h, &p), 0);
	CHECK_STR(p.text, "page 7");
	CHECK_EQ(wide_result(w, &v), 0);
	CHECK(v == (int128)1 << 124);
	CHECK(tutti_future_done(f) && !tutti_future_running(f));
	CHECK_EQ(tutti_future_error(f), 0);
	CHECK_STR(tutti_future_text(f), "");
	CHECK(tutti_future_job(f) == &twice_job);
	CHECK_EQ(tutti_future_cancel(f), TUTTI_EDONE);
	CHECK_EQ(tutti_future_set_result(f, &n), TUTTI_ETYPE);
	CHECK_EQ(tutti_future_set_error(f, -1, NULL), TUTTI_ETYPE);
	tutti_executor_free(e);
	CHECK_EQ(twice_result(f, &n), 0); /* futures live on */
	tutti_future_unref(f);
	tutti_future_unref(g);
	tutti_future_unref(h);
	tutti_future_unref(w);
}

static void failures(const char *where)
{
	tutti_executor *e = open_one(where);
	tutti_future *f = fill_submit(e, -1), *g = fill_submit(e, -2);
	page p = { .number = 5 };

	CHECK_EQ(fill_result(f, &p), -ENOENT);
	CHECK_STR(tutti_future_text(f), tutti_strerror(-ENOENT));
	CHECK_EQ(fill_result(g, &p), TUTTI_EUSER - 1);
	CHECK_STR(tutti_future_text(g), "no page -2");
	CHECK_EQ(p.number, 5);
	tutti_future_unref(f);
	tutti_future_unref(g);
	/* what one job said does not stick to the next on the same thread */
	f = fill_submit(e, 1);
	CHECK_EQ(fill_result(f, &p), 0);
	tutti_future_unref(f);
	tutti_executor_free(e);
}

static void bytes(const char *where)
{
	tutti_executor *e = open_one(where);
	tutti_bytes in, out, again;
	tutti_future *f, *g;

	CHECK_EQ(tutti_bytes_copy(&in, "abc", 3), 0);
	f = shout_submit(e, in);
	tutti_bytes_free(&in); /* the job has its own reference */
	g = same_submit(e, tutti_bytes_text("lent"));
	CHECK_EQ(shout_result(f, &out), 0);
	CHECK_EQ(tutti_future_result(f, &again, sizeof(again)), 0);
	CHECK(out.size == 4 && memcmp(out.data, "abc!", 4) == 0 && out.owner);
	tutti_future_unref(f);
	CHECK(again.size == 4 && memcmp(again.data, "abc!", 4) == 0); /* one reference each */
	tutti_bytes_free(&out);
	tutti_bytes_free(&again);
	CHECK_EQ(same_result(g, &out), 0);
	CHECK(out.size == 4 && memcmp(out.data, "lent", 4) == 0 && out.owner);
	tutti_future_unref(g);
	tutti_bytes_free(&out);
	tutti_executor_free(e);
}

/* rows: F50 F82 T6 */
static void bad_use(const char *where)
{
	tutti_executor *e = open_one(where);
	tutti_job job = { .version = 1, .name = "half" };
	tutti_future *f = tutti_submit(e, &job, NULL, NULL), *g;

	CHECK_EQ(tutti_future_error(f), -EINVAL);
	tutti_future_unref(f);
	f = tutti_submit(e, &twice_job, NULL, NULL);
	CHECK_EQ(tutti_future_error(f), -EINVAL);
	CHECK_EQ(twice_result(f, NULL), -EINVAL);
	tutti_future_unref(f);
	CHECK_EQ(tutti_executor_join(e, TUTTI_FOREVER), -EBUSY);
	CHECK_EQ(tutti_executor_shutdown(e, (tutti_ending)3), -EINVAL);
	CHECK_EQ(tutti_executor_shutdown(e, (tutti_ending)-1), -EINVAL);
	CHECK_EQ(tutti_executor_shutdown(e, TUTTI_FINISH), 0);
	CHECK_EQ(tutti_executor_shutdown(e, TUTTI_FINISH), 0);
	g = twice_submit(e, 1);
	CHECK_EQ(twice_result(g, NULL), TUTTI_ESHUTDOWN);
	tutti_future_unref(g);
	CHECK_EQ(tutti_executor_join(e, 0), 0);
	tutti_executor_free(e);
	tutti_executor_free(NULL);
}

/* -- shutting down ---------------------------------------------------------------------------- */

/* rows: F50 F82 */
static void finish_all(const char *where)
{
	tutti_executor *e = open_one(where);
	tutti_future *f[100];

	tu_store_rlx(&ticks, 0u); /* nobody runs */
	for (int i = 0; i < 100; i++)
		f[i] = tick_submit(e);
	CHECK_EQ(tutti_executor_shutdown(e, TUTTI_FINISH), 0);
	CHECK_EQ(tutti_executor_join(e, TUTTI_FOREVER), 0);
	CHECK_EQ(tu_load_rlx(&ticks), 100); /* join orders it */
	CHECK_EQ(tutti_join_all(f, 100), 0);
	tutti_executor_free(e);
	/* the same for one that is only freed */
	e = open_one(where);
	for (int i = 0; i < 100; i++)
		tutti_future_unref(tick_submit(e));
	tutti_executor_free(e);
	CHECK_EQ(tu_load_rlx(&ticks), 200); /* free orders it */
}

/* Start n jobs of which at most one runs at once, and wait until it does. */
static void start_jobs(tutti_executor *e, tutti_job *job, tutti_future **f, int n)
{
	CHECK_EQ(tutti_semaphore_init(&begun, 0, 0), 0);
	CHECK_EQ(tutti_event_init(&may_end, 0), 0);
	for (int i = 0; i < n; i++)
		f[i] = tutti_submit(e, job, &i, NULL);
	CHECK_EQ(tutti_semaphore_acquire(&begun), 0);
	CHECK(tutti_future_running(f[0]) && !tutti_future_running(f[1]));
}

static void end_jobs(tutti_executor *e, tutti_future **f, int n)
{
	tutti_executor_free(e);
	for (int i = 0; i < n; i++)
		tutti_future_unref(f[i]);
}

static void drop(const char *where)
{
	tutti_executor *e = open_one(where);
	tutti_future *f[4];
	int n;

	start_jobs(e, &obey_job, f, 4);
	CHECK_EQ(tutti_executor_shutdown(e, TUTTI_DROP_PENDING), 0);
	for (int i = 1; i < 4; i++)
		CHECK_EQ(obey_result(f[i], &n), TUTTI_EJOBCANCELED);
	CHECK_EQ(tutti_executor_join(e, tutti_after(TUTTI_MILLISECONDS(1))), TUTTI_ETIMEDOUT);
	CHECK(!tutti_future_done(f[0]));
	tutti_event_set(&may_end);
	CHECK_EQ(obey_result(f[0], &n), 0);
	CHECK_EQ(n, 0);
	CHECK_EQ(tutti_executor_join(e, TUTTI_FOREVER), 0);
	end_jobs(e, f, 4);
}

static void terminate(const char *where)
{
	tutti_executor *e = open_one(where);
	tutti_future *f[3];
	int n;

	start_jobs(e, &obey_job, f, 3);
	CHECK_EQ(tutti_executor_shutdown(e, TUTTI_FINISH), 0);
	CHECK_EQ(tutti_executor_shutdown(e, TUTTI_TERMINATE), 0); /* stricter than before */
	CHECK_EQ(tutti_executor_join(e, TUTTI_FOREVER), 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(obey_result(f[i], &n), TUTTI_EJOBCANCELED);
	CHECK_EQ(tutti_future_error(f[0]), TUTTI_ECANCELED);
	end_jobs(e, f, 3);
}

/* -- cancel, deadline, room ------------------------------------------------------------------- */

static void cancel(const char *where)
{
	tutti_job *jobs[] = { &obey_job, &insist_job, &pass_on_job };
	int want[] = { TUTTI_EJOBCANCELED, 0, TUTTI_EJOBCANCELED };
	tutti_executor *e = open_one(where);
	tutti_future *f[2], *g;
	int n = -1;

	for (int i = 0; i < 3; i++) {
		start_jobs(e, jobs[i], f, 2);
		CHECK_EQ(tutti_future_cancel(f[1]), 0);
		CHECK_EQ(tutti_future_cancel(f[1]), TUTTI_EDONE);
		CHECK_EQ(tutti_job_result(f[1], jobs[i], &n), TUTTI_EJOBCANCELED);
		CHECK_EQ(tutti_future_cancel(f[0]), 1);
		CHECK_EQ(tutti_job_result(f[0], jobs[i], &n), want[i]);
		tutti_future_unref(f[0]);
		tutti_future_unref(f[1]);
		/* the cancel went with the job: what runs there next is not cancelled */
		tutti_event_set(&may_end);
		g = obey_submit(e, 9);
		CHECK_EQ(obey_result(g, &n), 0);
		CHECK_EQ(n, 9);
		tutti_future_unref(g);
	}
	tutti_executor_free(e);
}

static void deadline(const char *where)
{
	tutti_job *jobs[] = { &obey_job, &insist_job, &pass_on_job };
	int want[] = { TUTTI_EJOBTIMEDOUT, 0, TUTTI_EJOBTIMEDOUT };
	tutti_executor *e = open_one(where);
	tutti_submit_options soon = { 0 }, past = { .deadline = 1 };
	tutti_future *f;
	int arg = 3, n, rc;

	CHECK_EQ(tutti_event_init(&may_end, 0), 0);
	CHECK_EQ(tutti_semaphore_init(&begun, 0, 0), 0);
	for (int i = 0; i < 3;) {
		soon.deadline = tutti_after(TUTTI_MILLISECONDS(2));
		f = tutti_submit(e, jobs[i], &arg, &soon);
		rc = tutti_job_result(f, jobs[i], &n);
		CHECK(tutti_now() >= soon.deadline);
		tutti_future_unref(f);
		if (tutti_semaphore_acquire_until(&begun, 0) == 0) /* else too late to begin */
			CHECK_EQ(rc, want[i++]);
		else
			CHECK_EQ(rc, TUTTI_EJOBTIMEDOUT);
	}
	tu_store_rlx(&ticks, 0u); /* nobody runs */
	f = tutti_submit(e, &tick_job, NULL, &past);
	CHECK_EQ(tick_result(f), TUTTI_EJOBTIMEDOUT);
	CHECK_EQ(tutti_future_error(f), TUTTI_ETIMEDOUT);
	CHECK_EQ(tu_load_rlx(&ticks), 0); /* it never ran */
	tutti_future_unref(f);
	tutti_executor_free(e);
}

static void *submit_third(void *arg)
{
	tutti_future *f = obey_submit(arg, 3);

	if (tutti_future_error(f) != TUTTI_ECANCELED)
		return f;
	tutti_future_unref(f); /* the caller's result will not be asked for */
	return NULL;
}

static void room(const char *where)
{
	tutti_executor_options options = { .pending_max = 1 };
	tutti_executor *e;
	tutti_future *f[2], *third, *waiter;

	CHECK_EQ(tutti_executor_open(&e, where, &options), 0);
	start_jobs(e, &obey_job, f, 2); /* one runs, one is pending */
	waiter = tutti_thread_start(submit_third, e, NULL);
	CHECK_EQ(tutti_future_result_until(waiter, NULL, 0, tutti_after(TUTTI_MILLISECONDS(5))),
		TUTTI_ETIMEDOUT);
	tutti_event_set(&may_end);
	CHECK_EQ(tutti_future_result(waiter, &third, sizeof(third)), 0);
	CHECK_EQ(obey_result(third, NULL), 0);
	CHECK_EQ(obey_result(f[1], NULL), 0);
	tutti_future_unref(waiter);
	tutti_future_unref(third);
	tutti_future_unref(f[0]);
	tutti_future_unref(f[1]);

	/* who waits for room is cancelled, or told that there will be none */
	for (int shut = 0; shut < 2; shut++) {
		start_jobs(e, &obey_job, f, 2);
		waiter = tutti_thread_start(submit_third, e, NULL);
		CHECK_EQ(tutti_future_result_until(
				 waiter, NULL, 0, tutti_after(TUTTI_MILLISECONDS(5))),
			TUTTI_ETIMEDOUT);
		if (shut)
			CHECK_EQ(tutti_executor_shutdown(e, TUTTI_FINISH), 0);
		else
			CHECK_EQ(tutti_future_cancel(waiter), 1);
		if (shut) {
			CHECK_EQ(tutti_future_result(waiter, &third, sizeof(third)), 0);
			CHECK_EQ(obey_result(third, NULL), TUTTI_ESHUTDOWN);
			tutti_future_unref(third);
		} else {
			CHECK_EQ(tutti_future_result(waiter, NULL, 0), TUTTI_EJOBCANCELED);
		}
		tutti_future_unref(waiter);
		tutti_event_set(&may_end);
		CHECK_EQ(tutti_join_all(f, 2), 0);
	}
	tutti_executor_free(e);
}

/* -- words and engines ------------------------------------------------------------------------ */

static void words(void)
{
	const char *wrong[] = { "threads:", "threads:0", "threads:-1", "threads:x", "threads:8x",
		"threads: 8", "tasks:99999999999", "inline:" };
	tutti_executor_options negative = { .max_workers = -1 };
	tutti_executor *e = NULL;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		CHECK_EQ(tutti_executor_open(&e, wrong[i], NULL), -EINVAL);
	CHECK_EQ(tutti_executor_open(&e, "thread", NULL), TUTTI_ENOENGINE);
	CHECK_EQ(tutti_executor_open(&e, "threadss", NULL), TUTTI_ENOENGINE);
	CHECK_EQ(tutti_executor_open(&e, "", NULL), TUTTI_ENOENGINE);
	CHECK_EQ(tutti_executor_open(&e, NULL, NULL), TUTTI_ENOENGINE);
	CHECK_EQ(tutti_executor_open(&e, "threads", &negative), -EINVAL);
	CHECK(e == NULL);
}

static void no_memory(const char *where)
{
	tutti_executor *e = NULL;
	tutti_future *f;
	int failed = 0, n;

	for (uint64_t k = 1; !e; k++) {
		test_alloc_fail_at(k);
		if (tutti_executor_open(&e, where, NULL) < 0)
			failed++;
	}
	test_alloc_fail_at(0);
	CHECK(failed > 0);
	if (!is(where, "inline"))
		CHECK(failed > 1);
	test_alloc_fail_at(1);
	f = twice_submit(e, 1);
	CHECK_EQ(twice_result(f, &n), -ENOMEM);
	tutti_future_unref(f);
	tutti_executor_free(e);
}

/* Threads that have been joined give the last of their memory back a moment later. */
static void settles(size_t before)
{
	while (test_alloc_live() >
		before) /* for ever, and so into the test's time limit, if it leaks */
		tutti_sleep(TUTTI_MILLISECONDS(1));
}

int main(void)
{
	suite_begin();
	for (int i = 0; i < ENGINES; i++) {
		size_t before;

		suite_next(engines[i], -1);
		results(engines[i]); /* once, so that what the library keeps is there */
		before = test_alloc_live();
		results(engines[i]);
		failures(engines[i]);
		bytes(engines[i]);
		bad_use(engines[i]);
		finish_all(engines[i]);
		deadline(engines[i]);
		if (strchr(engines[i], ':')) { /* one at a time, and the caller goes on */
			drop(engines[i]);
			terminate(engines[i]);
			cancel(engines[i]);
			room(engines[i]);
		}
		no_memory(engines[i]);
		settles(before);
	}
	RUN(words);
	return suite_end();
}
