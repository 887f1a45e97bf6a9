/* SPDX-License-Identifier: MIT */
/* rows: +engine */
/* ctest: VIRTUAL ON */
/* engine_test.c - an engine of the program's own: what it is given, told, and may do. */
#include <errno.h>
#include <tutti/tutti.h>

#include "support/memory.h"
#include "support/test.h"

/* Keeps what it is given until the test looks at it. */
static struct kept {
	tutti_future *given[8];
	int n, cancelled, begun_cancelled, freed, refuse;
	tutti_ending ending;
	char where[32];
	int max_workers;
} kept;

static int open_kept(void **self, const char *where, const tutti_executor_options *options)
{
	if (strcmp(where, "kept:bad") == 0)
		return -ENOTDIR;
	kept = (struct kept){ .max_workers = options->max_workers };
	snprintf(kept.where, sizeof(kept.where), "%s", where);
	*self = &kept;
	return 0;
}

static int submit(void *self, tutti_future *f)
{
	CHECK(self == &kept);
	if (kept.refuse < 0)
		return kept.refuse;
	kept.given[kept.n++] = f;
	return 0;
}

static void cancelled(void *self, tutti_future *f)
{
	CHECK(self == &kept);
	if (tutti_future_running(f)) {
		kept.begun_cancelled++;
		return;
	}
	CHECK(tutti_future_error(f) == TUTTI_ECANCELED);
	kept.cancelled++;
}

static void shut_down(void *self, tutti_ending how)
{
	CHECK(self == &kept);
	kept.ending = how;
}

static void free_kept(void *self)
{
	CHECK(self == &kept);
	kept.freed++;
}

static const tutti_engine engine = { sizeof(engine), "kept", open_kept, submit, cancelled,
	shut_down, free_kept };

static int half(int const *n, int *out)
{
	*out = *n / 2;
	return *n % 2 ? -EDOM : 0;
}
TUTTI_JOB_TRY(half, int, int);

static tutti_bytes same(tutti_bytes b)
{
	return b;
}
TUTTI_JOB(same, tutti_bytes, tutti_bytes);

static void completing(tutti_executor *e)
{
	tutti_future *f[4];
	tutti_bytes b;
	int n = 0, five = 5;

	for (int i = 0; i < 3; i++)
		f[i] = half_submit(e, 10 + i);
	f[3] = same_submit(e, tutti_bytes_text("abc"));
	CHECK_EQ(kept.n, 4);
	CHECK(kept.given[0] == f[0] && !tutti_future_done(f[0]) && !tutti_future_running(f[0]));
	CHECK(tutti_future_job(f[0]) == &half_job);
	CHECK_EQ(*(const int *)tutti_future_arg(f[0]), 10);

	tutti_future_run(kept.given[0]);
	CHECK_EQ(half_result(f[0], &n), 0);
	CHECK_EQ(n, 5);
	CHECK_EQ(tutti_future_set_result(kept.given[1], &five), 0);
	CHECK_EQ(half_result(f[1], &n), 0);
	CHECK_EQ(n, 5);
	CHECK_EQ(tutti_future_set_error(kept.given[2], -EHOSTDOWN, "the other side slept"), 0);
	CHECK_EQ(half_result(f[2], &n), -EHOSTDOWN);
	CHECK_STR(tutti_future_text(f[2]), "the other side slept");

	b = tutti_bytes_text("from afar");
	CHECK_EQ(tutti_future_set_result(kept.given[3], &b), 0);
	CHECK_EQ(same_result(f[3], &b), 0);
	CHECK(b.size == 9 && b.owner && memcmp(b.data, "from afar", 9) == 0);
	tutti_bytes_free(&b);
	for (int i = 0; i < 4; i++)
		tutti_future_unref(f[i]);
	kept.n = 0;
}

static void cancelling(tutti_executor *e)
{
	tutti_future *f[3];
	int n = 1;

	for (int i = 0; i < 3; i++) {
		f[i] = half_submit(e, i);
		CHECK_EQ(tutti_future_cancel(f[i]), 0);
		CHECK_EQ(kept.cancelled, i + 1);
		CHECK_EQ(half_result(f[i], &n), TUTTI_EJOBCANCELED);
		tutti_future_unref(f[i]); /* the engine still has it */
	}
	tutti_future_run(kept.given[0]); /* does nothing but let go */
	CHECK_EQ(tutti_future_set_result(kept.given[1], &n), TUTTI_EDONE);
	CHECK_EQ(tutti_future_set_error(kept.given[2], -EIO, NULL), TUTTI_EDONE);
	kept.n = 0;
}

/* Elsewhere: who cancels it, or drops what has not begun, does not end it. */
static void beginning(tutti_executor *e)
{
	tutti_submit_options limited = { .deadline = tutti_after(TUTTI_SECONDS(60)) };
	tutti_future *f = half_submit(e, 6), *late;
	int n = 6;

	CHECK_EQ(tutti_future_deadline(f), TUTTI_FOREVER);
	CHECK_EQ(tutti_future_begin(f), 0);
	CHECK_EQ(tutti_future_begin(f), 0);
	CHECK(tutti_future_running(f));
	kept.cancelled = 0;
	CHECK_EQ(tutti_future_cancel(f), 1);
	CHECK_EQ(kept.begun_cancelled, 1);
	CHECK(!tutti_future_done(f));
	CHECK_EQ(tutti_future_set_error(f, TUTTI_ECANCELED, NULL), 0);
	CHECK_EQ(half_result(f, &n), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);

	late = tutti_submit(e, &half_job, &n, &limited);
	CHECK_EQ(tutti_future_deadline(late), limited.deadline);
	CHECK_EQ(tutti_future_cancel(late), 0);
	CHECK_EQ(tutti_future_begin(late), TUTTI_EDONE);
	CHECK_EQ(tutti_future_set_error(late, -EIO, NULL), TUTTI_EDONE);
	tutti_future_unref(late);
	kept.n = 0;
}

static void refusing(tutti_executor *e)
{
	tutti_future *f;

	kept.refuse = -EHOSTUNREACH;
	f = half_submit(e, 4);
	CHECK_EQ(half_result(f, NULL), -EHOSTUNREACH);
	tutti_future_unref(f);
	kept.refuse = 0;
}

static void ending(tutti_executor *e)
{
	tutti_future *f = half_submit(e, 8);
	int n;

	CHECK_EQ(tutti_executor_shutdown(e, TUTTI_FINISH), 0);
	CHECK_EQ(kept.ending, TUTTI_FINISH);
	CHECK_EQ(tutti_executor_join(e, 0), TUTTI_ETIMEDOUT);
	tutti_future_run(kept.given[0]);
	CHECK_EQ(half_result(f, &n), 0);
	CHECK_EQ(n, 4);
	tutti_future_unref(f);
	CHECK_EQ(tutti_executor_join(e, 0), 0);
	CHECK_EQ(tutti_executor_shutdown(e, TUTTI_TERMINATE), 0);
	CHECK_EQ(kept.ending, TUTTI_TERMINATE);
	CHECK_EQ(kept.freed, 0);
	tutti_executor_free(e);
	CHECK_EQ(kept.freed, 1);
}

static void registering(void)
{
	tutti_engine bad = engine;
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, "kept", NULL), TUTTI_ENOENGINE);
	bad.size = 8;
	CHECK_EQ(tutti_engine_register(&bad), -EINVAL);
	CHECK_EQ(tutti_executor_create(&e, &bad, &kept), -EINVAL);
	bad = engine;
	bad.submit = NULL;
	CHECK_EQ(tutti_engine_register(&bad), -EINVAL);
	CHECK_EQ(tutti_executor_create(&e, &bad, &kept), -EINVAL);
	bad = engine;
	bad.scheme = NULL;
	CHECK_EQ(tutti_engine_register(&bad), -EINVAL);
	bad.scheme = "tasks";
	CHECK_EQ(tutti_engine_register(&bad), -EEXIST);
	test_alloc_fail_at(1);
	CHECK_EQ(tutti_engine_register(&engine), -ENOMEM);
	CHECK_EQ(tutti_engine_register(&engine), 0);
	CHECK_EQ(tutti_engine_register(&engine), -EEXIST);
	CHECK_EQ(tutti_executor_open(&e, "kept:bad", NULL), -ENOTDIR);
	CHECK_EQ(tutti_executor_open(&e, "keptt", NULL), TUTTI_ENOENGINE);
}

static tutti_future *submit_with_retries(tutti_executor *e, int retries)
{
	tutti_submit_options options = { .retries = retries };
	int n = 8;

	kept.n = 0;
	return tutti_submit(e, &half_job, &n, &options);
}

static void crash(void)
{
	CHECK_EQ(tutti_future_set_error(kept.given[0], TUTTI_ECRASHED, NULL), 0);
}

static void retrying(tutti_executor *e)
{
	tutti_future *f = submit_with_retries(e, 2);
	int n = 0;

	for (int i = 1; i < 3; i++) {
		CHECK_EQ(kept.n, i);
		crash();
		CHECK(!tutti_future_done(f) && kept.given[i] == f);
	}
	tutti_future_run(f);
	CHECK_EQ(half_result(f, &n), 0);
	CHECK_EQ(n, 4);
	tutti_future_unref(f);

	for (int retries = -1; retries < 3; retries++) {
		f = submit_with_retries(e, retries);
		for (int i = 0; i <= retries || i == 0; i++) {
			CHECK(!tutti_future_done(f));
			crash();
		}
		CHECK_EQ(kept.n, retries > 0 ? retries + 1 : 1);
		CHECK_EQ(tutti_future_error(f), TUTTI_ECRASHED);
		tutti_future_unref(f);
	}
}

/* Not after any other error, nor if it was cancelled, nor where the engine takes no more. */
static void not_retrying(tutti_executor *e)
{
	tutti_future *f = submit_with_retries(e, 5);

	CHECK_EQ(tutti_future_set_error(f, -EIO, NULL), 0);
	CHECK_EQ(tutti_future_error(f), -EIO);
	tutti_future_unref(f);

	f = submit_with_retries(e, 5);
	CHECK_EQ(tutti_future_cancel(f), 0);
	CHECK_EQ(tutti_future_set_error(f, TUTTI_ECRASHED, NULL), TUTTI_EDONE);
	CHECK_EQ(kept.n, 1);
	tutti_future_unref(f);

	f = submit_with_retries(e, 5);
	kept.refuse = -EIO;
	crash();
	kept.refuse = 0;
	CHECK_EQ(tutti_future_error(f), TUTTI_ECRASHED);
	tutti_future_unref(f);
	kept.n = 0;
}

int main(void)
{
	tutti_executor_options options = { .max_workers = 3 };
	tutti_executor *e;

	registering();
	CHECK_EQ(tutti_executor_open(&e, "kept:over//there", &options), 0);
	CHECK_STR(kept.where, "kept:over//there");
	CHECK_EQ(kept.max_workers, 3);
	completing(e);
	cancelling(e);
	beginning(e);
	refusing(e);
	retrying(e);
	not_retrying(e);
	ending(e);

	kept = (struct kept){ 0 };
	CHECK_EQ(tutti_executor_create(&e, &engine, &kept), 0);
	completing(e);
	ending(e);
	return 0;
}
