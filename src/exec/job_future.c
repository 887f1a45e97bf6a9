/* SPDX-License-Identifier: MIT */
/*
 * job_future.c - jobs from submit to result, wherever they run.
 *
 * A job runs as a call on some context: a pool's thread, a task, the caller itself. So for its time
 * it stands on top of what runs there anyway, and has its own words of tutti_fail and its own
 * answer to whether it was told to stop. A cancel goes to the context; one that was meant for the
 * job does not outlive it there, one for what is beneath does (leave).
 */
#include "exec/job_future.h"
#include "base/facts.h"

#include "core/alloc.h"
#include "core/pool.h"
#include "core/wait.h"
#include "core/worker.h"
#include "exec/executor.h"
#include "exec/job.h"
#include "exec/kinds.h"
#include "exec/thread.h"

#include <errno.h>
#include <string.h>
#include <tutti/scope.h>

/* -- the future's side ------------------------------------------------------------------------ */

static void *result_of(const struct tu_job_future *jf)
{
	const tutti_future *f = &jf->future;

	return f->size > sizeof(f->value) ? f->value.heap : (void *)f->value.bytes;
}

static void job_interrupt(tutti_future *f)
{
	/* [job-1] acquire: the context is whole. Not there yet: who runs it looks at ASKED. */
	struct tu_context *c = tu_load_acq(&((struct tu_job_future *)f)->runs_on);

	if (c)
		tu_context_cancel(c);
}

static void job_withdraw(tutti_future *f)
{
	tu_executor_tell_cancelled((struct tu_job_future *)f);
}

static void job_pass_on(tutti_future *f)
{
	struct tu_job_future *jf = (struct tu_job_future *)f;

	if (jf->remote)
		tu_executor_tell_cancelled(jf);
}

static void block_free(struct tu_job_future *jf)
{
	if (jf->pooled)
		tu_pool_give(tu_worker_self()->pools, TU_POOL_256, jf);
	else
		tu_free(jf);
}

void tu_job_future_free(struct tu_job_future *jf)
{
	tu_kind_drop(jf->job->arg_kind, jf->arg);
	tu_kind_drop(jf->job->result_kind, result_of(jf));
	if (jf->listed)
		tu_executor_unref(jf->executor);
	block_free(jf);
}

static void job_free(tutti_future *f)
{
	tu_job_future_free((struct tu_job_future *)f);
}

/* Of our own engines the executor sees to it at the fork; of others, who knows. */
static bool job_outlives_fork(const tutti_future *f)
{
	const struct tu_job_future *jf = (const struct tu_job_future *)f;

	return jf->executor && !tu_executor_is_own(jf->executor);
}

static const char *job_name(const tutti_future *f, char *buf, size_t n)
{
	(void)buf, (void)n;
	return ((const struct tu_job_future *)f)->job->name;
}

static const struct tu_future_ops job_ops = { .kind = TU_FUTURE_JOB,
	.noun = "job",
	.interrupt = job_interrupt,
	.withdraw = job_withdraw,
	.pass_on = job_pass_on,
	.wait_begins = tu_job_wait_begins,
	.outlives_fork = job_outlives_fork,
	.free = job_free,
	.name = job_name,
	.describe = tu_job_describe };

struct tu_job_future *tu_job_future_of(const tutti_future *f)
{
	return f->ops->kind == TU_FUTURE_JOB ? (struct tu_job_future *)f : NULL;
}

static void keep_for_ever(tutti_future *f)
{
	(void)f;
}

/* Stands for any job: see tu_job_future_no_memory. */
static const tutti_job any = { .version = 1, .name = "job" };

tutti_future *tu_job_future_no_memory(void)
{
	static const struct tu_future_ops ops = { .kind = TU_FUTURE_JOB,
		.noun = "job",
		.interrupt = job_interrupt,
		.free = keep_for_ever,
		.name = job_name };
	/* One for all; it has been seen, so that nobody reports it. */
	static struct tu_job_future none = { .job = &any,
		.future = { .ops = &ops,
			.word = TU_FUTURE_DONE | TU_FUTURE_FAILED | TU_FUTURE_OBSERVED |
				(TU_FUTURE_REF << 30),
			.error = -ENOMEM } };

	return tutti_future_ref(&none.future);
}

/* -- making one ------------------------------------------------------------------------------- */

enum { POOLED = 256 }; /* bytes: what a block of the pool holds */

static size_t aligned(size_t size)
{
	return (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
}

static struct tu_job_future *allocate(
	const tutti_job *job, const struct tu_future_ops *ops, size_t head_bytes)
{
	size_t head = aligned(head_bytes), arg = aligned(job->arg_size);
	size_t result =
		job->result_size > sizeof(((tutti_future *)0)->value) ? job->result_size : 0;
	bool pooled = arg <= POOLED && result <= POOLED && head + arg + result <= POOLED;
	struct tu_job_future *jf = pooled ? tu_pool_take(tu_worker_self()->pools, TU_POOL_256)
					  : tu_alloc(head + arg + result);

	if (!jf)
		return NULL;
	memset(jf, 0, head_bytes);
	memset((char *)jf + head + arg, 0, result);
	jf->pooled = pooled;
	tu_future_init(&jf->future, ops, 2);
	jf->job = job;
	jf->arg = job->arg_kind == TUTTI_KIND_VOID ? NULL : (char *)jf + head;
	jf->future.size = job->result_size;
	if (job->result_size > sizeof(jf->future.value))
		jf->future.value.heap = (char *)jf + head + arg;
	return jf;
}

struct tu_job_future *tu_job_future_make(
	const tutti_job *job, const void *arg, const struct tu_future_ops *ops, size_t head)
{
	struct tu_job_future *jf = allocate(job, ops, head);

	if (!jf)
		return NULL;
	if (jf->arg && tu_kind_keep(job->arg_kind, job->arg_size, jf->arg, arg) < 0) {
		block_free(jf);
		return NULL;
	}
	return jf;
}

struct tu_job_future *tu_job_future_create(tutti_job *job, const void *arg)
{
	return tu_job_future_make(job, arg, &job_ops, sizeof(struct tu_job_future));
}

/* -- running one ------------------------------------------------------------------------------ */

/* What runs on the context beneath the job, put aside. */
struct frame {
	struct tu_context *self;
	tutti_future *job, *waited_for;
	char *fail_text;
	int fail_code;
	bool cancel_told;
};

static void enter(struct frame *frame, struct tu_job_future *jf)
{
	struct tu_context *self = frame->self;

	frame->job = self->job;
	frame->fail_text = self->fail_text;
	frame->fail_code = self->fail_code;
	frame->cancel_told = self->cancel_told;
	jf->beneath = self->job;
	if (self->job) /* which does not go on before this one has ended */
		frame->waited_for = tu_job_waits_for(self->job, &jf->future);
	self->job = &jf->future;
	self->fail_text = NULL;
	self->fail_code = 0;
	self->cancel_told = false;
	/* [job-1] release: all that; seq against ASKED: whoever cancels sets that and then looks
	   for the context, we store the context and then look at that */
	tu_store_seq(&jf->runs_on, self);
	if (tu_load_seq(&jf->future.word) & TU_FUTURE_ASKED)
		tu_context_cancel(self);
}

/* Was anything cancelled that waits beneath the job which has ended? */
static bool asked_beneath(const struct frame *frame)
{
	const tutti_future *native = frame->self->self;

	for (const tutti_future *f = frame->job; f; f = tu_job_future_of(f)->beneath)
		/* acquire-release of the context's word orders this, see leave */
		if (tu_load_acq(&f->word) & TU_FUTURE_ASKED)
			return true;
	return native && (tu_load_acq(&native->word) & TU_FUTURE_ASKED);
}

/*
 * The job is done, so no more cancels of it can arrive. One that did is taken back. If that was one
 * for what is beneath, its ASKED was set before it arrived here and so is seen.
 */
static void leave(struct frame *frame)
{
	struct tu_context *self = frame->self;

	tu_free(self->fail_text);
	self->job = frame->job;
	if (self->job)
		tu_job_waits_for(self->job, frame->waited_for);
	self->fail_text = frame->fail_text;
	self->fail_code = frame->fail_code;
	self->cancel_told = frame->cancel_told;
	/* relaxed: set by a cancel that came before the job was done, or not for the job */
	if (!(tu_load_rlx(&self->attention) & TU_ATTENTION_CANCEL))
		return;
	tu_and_acqrel(&self->attention, ~(uint32_t)TU_ATTENTION_CANCEL);
	if (asked_beneath(frame))
		tu_or_acqrel(&self->attention, (uint32_t)TU_ATTENTION_CANCEL);
}

/* Bytes are lent to the function, so that one which returns what it got gives nothing away. */
static int call(const struct tu_job_future *jf)
{
	tutti_bytes lent;

	if (jf->job->arg_kind != TUTTI_KIND_BYTES)
		return jf->job->call(jf->arg, result_of(jf));
	lent = *(const tutti_bytes *)jf->arg;
	lent.owner = NULL;
	return jf->job->call(&lent, result_of(jf));
}

/* What the function came to: 0 or < 0. A code above 0 says that it has none of its own. */
static int call_within(struct tu_context *self, const struct tu_job_future *jf)
{
	tutti_scope limit;
	bool late = false;
	int code;

	if (jf->deadline != 0 && tu_past(jf->deadline))
		return TUTTI_ETIMEDOUT;
	if (jf->deadline != 0)
		tutti_timeout_begin(&limit, jf->deadline);
	code = call(jf);
	if (jf->deadline != 0)
		late = tutti_timeout_end(&limit, TUTTI_ECANCELED) == TUTTI_ETIMEDOUT;
	if (self->fail_code != 0)
		code = self->fail_code;
	else if (code > 0)
		code = self->cancel_told || late ? TUTTI_ECANCELED : 0;
	return code == TUTTI_ECANCELED && late && !self->cancel_told ? TUTTI_ETIMEDOUT : code;
}

/* Bytes that the function lent are copied now: its memory may be gone when they are asked for. */
static int keep_result(struct tu_job_future *jf, int code)
{
	if (code >= 0)
		return tu_kind_settle(jf->job->result_kind, result_of(jf));
	tu_kind_drop(jf->job->result_kind, result_of(jf));
	return code;
}

int tu_job_future_call(struct tu_context *self, struct tu_job_future *jf)
{
	return keep_result(jf, call_within(self, jf));
}

/* The words of tutti_fail move to the future; without memory for them the code must do. */
static void take_words(tutti_future *f, struct tu_context *self)
{
	struct tu_future_extra *extra = self->fail_text ? tu_future_extra_of(f) : NULL;

	if (!extra)
		return;
	extra->text = self->fail_text;
	self->fail_text = NULL;
}

/* Did nobody call it who may hold something: is it a task by itself, or at the bottom of a pool? */
static bool is_alone(const struct frame *frame, const struct tu_job_future *jf)
{
	const struct tu_context *self = frame->self;
	const struct tu_thread *t = self->worker->thread;

	if (frame->job)
		return false;
	return self->self == &jf->future ||
	       (t && t->pooled && (!self->self || self->self == &t->future));
}

void tu_job_future_run(struct tu_job_future *jf)
{
	struct frame frame = { .self = tu_self() };

	if (!tu_future_begin(&jf->future))
		return;
	tu_executor_begun(jf);
	enter(&frame, jf);
	jf->future.error = tu_job_future_call(frame.self, jf);
	if (tu_probed() && is_alone(&frame, jf))
		tu_ended(frame.self);
	take_words(&jf->future, frame.self);
	tu_job_future_count(jf);
	tutti_future_ref(&jf->future); /* complete drops one; the engine's stays until let go */
	tu_future_complete(&jf->future, tu_future_flags_for(jf->future.error));
	leave(&frame);
}

void tutti_future_run(tutti_future *f)
{
	struct tu_job_future *jf = tu_job_future_of(f);

	if (!jf)
		return;
	tu_job_future_run(jf);
	tu_executor_let_go(jf);
}

/* -- looking at one --------------------------------------------------------------------------- */

int tu_job_future_give(const struct tu_job_future *jf, void *out)
{
	return tu_kind_keep(jf->job->result_kind, jf->job->result_size, out, result_of(jf));
}

const tutti_job *tutti_future_job(const tutti_future *f)
{
	const struct tu_job_future *jf = tu_job_future_of(f);

	return jf ? jf->job : NULL;
}

const void *tutti_future_arg(const tutti_future *f)
{
	const struct tu_job_future *jf = tu_job_future_of(f);

	return jf ? jf->arg : NULL;
}

tutti_time tutti_future_deadline(const tutti_future *f)
{
	const struct tu_job_future *jf = tu_job_future_of(f);

	return jf && jf->deadline != 0 ? jf->deadline : TUTTI_FOREVER;
}

int tutti_future_begin(tutti_future *f)
{
	struct tu_job_future *jf = tu_job_future_of(f);

	if (!jf)
		return TUTTI_EDONE;
	if (!jf->remote)
		jf->remote = true; /* who cancels looks at it once it is RUNNING */
	if (!tu_future_begin(f))
		return TUTTI_EDONE;
	tu_executor_begun(jf);
	return 0;
}

int tutti_job_result(tutti_future *f, const tutti_job *job, void *out)
{
	const struct tu_job_future *jf = tu_job_future_of(tu_future_inner(f));

	if (tu_future_never_began(f))
		return tutti_future_result(f, NULL, 0);
	if (!jf || (jf->job != &any && !tu_job_same(jf->job, job)))
		return TUTTI_ETYPE;
	return tutti_future_result(f, out, out ? jf->future.size : 0);
}

/* clang-format off */
TU_FACTS(job,
	TU_FACT_AT("job.job", struct tu_job_future, job),
	TU_FACT_AT("job.executor", struct tu_job_future, executor),
	TU_FACT_AT("job.runs_on", struct tu_job_future, runs_on),
	TU_FACT_AT("job.link", struct tu_job_future, link),
	TU_FACT_AT("job.queued", struct tu_job_future, queued),
	TU_FACT_SIZE("job.size", struct tu_job_future),
	TU_FACT_AT("job_type.name", tutti_job, name));
/* clang-format on */
