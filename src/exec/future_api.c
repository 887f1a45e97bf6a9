/* SPDX-License-Identifier: MIT */
/* future_api.c - futures as the program sees them, and promises, which are nothing but a future. */
#include "core/alloc.h"
#include "core/wait.h"
#include "core/worker.h"
#include "exec/future.h"
#include "exec/job_future.h"

#include <errno.h>
#include <string.h>

/* -- promises --------------------------------------------------------------------------------- */

static bool on_heap(const tutti_future *f)
{
	return f->size > sizeof(f->value);
}

static void promise_free(tutti_future *f)
{
	if (on_heap(f))
		tu_free(f->value.heap);
	tu_free(f);
}

static const char *promise_name(const tutti_future *f, char *buf, size_t n)
{
	(void)f, (void)buf, (void)n;
	return "promise";
}

static void promise_interrupt(tutti_future *f)
{
	(void)f; /* never runs */
}

/* Whoever calls set_result may be there. */
static bool promise_outlives_fork(const tutti_future *f)
{
	(void)f;
	return true;
}

static const struct tu_future_ops promise_ops = { .kind = TU_FUTURE_PROMISE,
	.noun = "future",
	.interrupt = promise_interrupt,
	.outlives_fork = promise_outlives_fork,
	.free = promise_free,
	.name = promise_name };

tutti_future *tutti_future_create(size_t result_size)
{
	tutti_future *f = result_size <= UINT32_MAX ? tu_alloc_zero(sizeof(*f)) : NULL;

	if (!f)
		return NULL;
	tu_future_init(f, &promise_ops, 1);
	f->size = (uint32_t)result_size;
	if (on_heap(f) && !(f->value.heap = tu_alloc_zero(result_size))) {
		tu_free(f);
		return NULL;
	}
	return f;
}

static const char *never_name(const tutti_future *f, char *buf, size_t n)
{
	(void)f, (void)buf, (void)n;
	return "not begun";
}

static void keep_for_ever(tutti_future *f)
{
	(void)f;
}

tutti_future *tu_future_failed(int code)
{
	static const struct tu_future_ops ops = { .kind = TU_FUTURE_NEVER,
		.noun = "future",
		.interrupt = promise_interrupt,
		.free = promise_free,
		.name = never_name };
	static const struct tu_future_ops no_memory_ops = { .kind = TU_FUTURE_NEVER,
		.noun = "future",
		.interrupt = promise_interrupt,
		.free = keep_for_ever,
		.name = never_name };
	/* With no memory even for a future there is this one, for all; it has been seen. */
	static tutti_future no_memory = { .ops = &no_memory_ops,
		.word = TU_FUTURE_DONE | TU_FUTURE_FAILED | TU_FUTURE_OBSERVED |
			(TU_FUTURE_REF << 30),
		.error = -ENOMEM };
	tutti_future *f = tu_alloc_zero(sizeof(*f));

	if (!f)
		return tutti_future_ref(&no_memory);
	tu_future_init(f, &ops, 1);
	f->error = code;
	f->word |= TU_FUTURE_DONE | tu_future_flags_for(code);
	return f;
}

static bool settles_itself(const tutti_future *f)
{
	return f->ops->kind != TU_FUTURE_PROMISE && f->ops->kind != TU_FUTURE_JOB;
}

int tutti_future_set_result(tutti_future *f, const void *result)
{
	tu_point(TU_OP_FUTURE_SET, f);
	if (tu_job_future_of(f))
		return tu_job_future_settle(tu_job_future_of(f), 0, NULL, result);
	return settles_itself(f) ? TUTTI_ETYPE : tu_future_settle(f, 0, 0, NULL, result);
}

int tutti_future_set_error(tutti_future *f, int code, const char *text)
{
	tu_point(TU_OP_FUTURE_SET, f);
	if (settles_itself(f))
		return TUTTI_ETYPE;
	if (code >= 0)
		return -EINVAL;
	if (tu_job_future_of(f))
		return tu_job_future_settle(tu_job_future_of(f), code, text, NULL);
	return tu_future_settle(f, tu_future_flags_for(code), code, text, NULL);
}

int tutti_fail(int code, const char *format, ...)
{
	struct tu_context *self = tu_self();
	char *text = NULL;
	va_list args;

	if (code != 0 && format) {
		va_start(args, format);
		text = tu_format_text(format, args);
		va_end(args);
	}
	tu_free(self->fail_text); /* after formatting: the new words may quote the old */
	self->fail_text = text;
	self->fail_code = code;
	return code;
}

const char *tutti_fail_text(void)
{
	return tu_self()->fail_text;
}

/* -- looking ---------------------------------------------------------------------------------- */

static size_t result_size(const tutti_future *f)
{
	f = tu_future_inner(f);
	/* Of a bare function it is a pointer; the field serves tasks as their number. */
	return settles_itself(f) && f->ops->kind != TU_FUTURE_GATHER &&
			       f->ops->kind != TU_FUTURE_PROGRAM
		       ? sizeof(void *)
		       : f->size;
}

bool tu_future_is_caller(const struct tu_context *self, const tutti_future *f)
{
	f = tu_future_inner(f);
	/* One that is done is nobody any more: its callbacks may still run on what it ran on. */
	return (f == self->self || f == self->job) && !(tu_future_word(f) & TU_FUTURE_DONE);
}

static int copy_result(const tutti_future *f, void *out, size_t size)
{
	f = tu_future_inner(f);
	if (tu_job_future_of(f))
		return tu_job_future_give(tu_job_future_of(f), out);
	memcpy(out, on_heap(f) && !settles_itself(f) ? f->value.heap : f->value.bytes, size);
	return 0;
}

int tu_future_result(tutti_future *f, void *out, size_t size, tutti_time deadline)
{
	struct tu_context *self = tu_self();
	int rc = tu_cancel_pending(self);

	if (rc < 0)
		return rc;
	if (size != 0 && !out)
		return -EINVAL;
	if (size != 0 && size != result_size(f) && !tu_future_never_began(f))
		return TUTTI_ETYPE;
	if (tu_future_is_caller(self, f))
		return -EDEADLK;
	rc = tu_future_wait(f, deadline, TU_WAIT_CANCELABLE);
	if (rc == TUTTI_ETIMEDOUT)
		tu_polled();
	if (rc == 0)
		rc = tu_future_outcome(f);
	return rc == 0 && size > 0 ? copy_result(f, out, size) : rc;
}

int tutti_future_result(tutti_future *f, void *out, size_t size)
{
	tu_point(TU_OP_FUTURE_WAIT, f);
	return tu_future_result(f, out, size, TUTTI_FOREVER);
}

int tutti_future_result_until(tutti_future *f, void *out, size_t size, tutti_time deadline)
{
	tu_point(TU_OP_FUTURE_WAIT, f);
	return tu_future_result(f, out, size, deadline);
}

int tutti_future_error(const tutti_future *f)
{
	tu_point(TU_OP_FUTURE_LOOK, f);
	if (!tu_polled_unless(tu_future_word(f) & TU_FUTURE_DONE))
		return TUTTI_EPENDING;
	return tu_future_code((tutti_future *)f); /* it has been looked at */
}

const char *tu_future_words(const tutti_future *f)
{
	/* [future-3] acquire, as in tu_future_extra_of */
	const struct tu_future_extra *extra = tu_load_acq(&f->extra);

	return extra ? extra->text : NULL;
}

const char *tutti_future_text(const tutti_future *f)
{
	const char *words;
	int code;

	if (!(tu_future_word(f) & TU_FUTURE_DONE))
		return "";
	code = tu_future_code((tutti_future *)f);
	if (code == 0 || code == TUTTI_ECANCELED)
		return "";
	words = tu_future_words(f);
	return words ? words : tutti_strerror(code);
}

bool tutti_future_done(const tutti_future *f)
{
	tu_point(TU_OP_FUTURE_LOOK, f);
	return tu_polled_unless(tu_future_word(f) & TU_FUTURE_DONE);
}

static bool running(const tutti_future *f)
{
	bool begun = f->ops->begun && f->ops->begun(f); /* before the look whether it is over */
	uint64_t word = tu_future_word(f);

	return (begun || word & TU_FUTURE_RUNNING) && !(word & TU_FUTURE_DONE);
}

bool tutti_future_running(const tutti_future *f)
{
	tu_point(TU_OP_FUTURE_LOOK, f);
	tu_polled(); /* it may be waited for, and for its end as well */
	return running(f);
}
