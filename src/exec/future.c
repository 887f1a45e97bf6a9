/* SPDX-License-Identifier: MIT */
/*
 * future.c - the life of a future: references, begin, complete, cancel. See future.h for its word.
 *
 * Whoever completes it holds a reference; it is dropped by the same operation that says DONE, so
 * after that the future is not touched again. Only with WATCHED or HELD set is more to be done, and
 * then the lock comes first and the reference goes last.
 */
#include "exec/future.h"

#include "base/facts.h"
#include "base/trace.h"
#include "core/alloc.h"
#include "core/overflow.h"
#include "core/report.h"
#include "core/wait.h"
#include "core/worker.h"
#include "exec/job_future.h"
#include "exec/watch.h"
#include "sync/local.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* -- references ------------------------------------------------------------------------------- */

static void report_unseen(const tutti_future *f, uint64_t word)
{
	char buf[64], more[200] = "";

	if ((word & (TU_FUTURE_FAILED | TU_FUTURE_OBSERVED)) != TU_FUTURE_FAILED)
		return;
	if (f->ops->describe)
		f->ops->describe(f, more, sizeof(more));
	tu_report(f->error, "%s '%s' failed and nobody looked: %s (%s)%s", f->ops->noun,
		f->ops->name(f, buf, sizeof(buf)), tutti_future_text(f), tutti_errname(f->error),
		more);
}

static void extra_free(struct tu_future_extra *extra)
{
	tu_callbacks_drop(extra); /* of a future that never completed */
	tu_free(extra->text);
	tu_free(extra->name);
	tu_free(extra);
}

void tu_future_destroy_odd(tutti_future *f)
{
	report_unseen(f, tu_load_rlx(&f->word)); /* the last reference: nobody else is there */
	if (f->extra)
		extra_free(f->extra);
	f->ops->free(f);
}

tutti_future *tutti_future_ref(tutti_future *f)
{
	tu_add_rlx(&f->word, TU_FUTURE_REF); /* the caller's own reference keeps f alive */
	return f;
}

void tutti_future_unref(tutti_future *f)
{
	if (f)
		tu_future_drop(f);
}

/* -- extra ------------------------------------------------------------------------------------ */

struct tu_future_extra *tu_future_extra_of(tutti_future *f)
{
	/* [future-3] acquire: its contents; from just below */
	struct tu_future_extra *extra = tu_load_acq(&f->extra), *none = NULL;

	if (extra)
		return extra;
	extra = tu_alloc_zero(sizeof(*extra));
	if (!extra)
		return NULL;
	tu_list_init(&extra->callbacks);
	tu_list_init(&extra->sent);
	/* [future-3] release: made before it is seen; of two that race one is kept */
	if (tu_cas_acqrel(&f->extra, &none, extra))
		return extra;
	tu_free(extra);
	return none;
}

const char *tu_future_name(tutti_future *f)
{
	char buf[64], *none = NULL, *name;
	const char *its = f->ops->name(f, buf, sizeof(buf));
	struct tu_future_extra *extra;

	if (its != buf)
		return its;
	extra = tu_future_extra_of(f);
	if (!extra)
		return "";
	/* [future-5] acquire: its characters; from below */
	name = tu_load_acq(&extra->name);
	if (name)
		return name;
	name = tu_copy_text(its);
	/* [future-5] release: written before it is seen; of two that race one is kept */
	if (!name || tu_cas_acqrel(&extra->name, &none, name))
		return name ? name : "";
	tu_free(name);
	return none;
}

/* -- completing ------------------------------------------------------------------------------- */

/* Say DONE under the lock and see to everybody who waits. The caller holds a reference. */
static void finish_with(tutti_future *f, struct tu_bucket *b, uint32_t flags, struct tu_news *news)
{
	struct tu_future_extra *extra;
	struct tu_waiter *w;
	bool calls;

	tu_watchers_draw(b, f);
	/* [future-1] release: result and error, for tu_future_word */
	tu_or_acqrel(&f->word, (uint64_t)(TU_FUTURE_DONE | flags));
	while ((w = tu_lot_first(b, f)) != NULL) {
		if (!w->context)
			tu_watcher_tell(b, w, flags, news);
		else if (tu_lot_claim(b, w))
			tu_lot_grant(b, w, 0, &news->wakes);
	}
	extra = tu_load_acq(&f->extra); /* [future-3] acquire, as in tu_future_extra_of */
	calls = extra && !tu_list_empty(&extra->callbacks);
	/* Under the lock: DONE has published all, this only tidies; as strong as its like. */
	tu_and_acqrel(&f->word, ~(uint64_t)(TU_FUTURE_HELD | TU_FUTURE_RUNNING));
	tu_lot_unlock(b);
	if (calls || !news->wakes_wait)
		tu_wakes_flush(&news->wakes);
	if (calls)
		tu_callbacks_call(f, extra);
}

static void finish_locked(tutti_future *f, struct tu_bucket *b, uint32_t flags)
{
	struct tu_news news = { 0 };

	finish_with(f, b, flags, &news);
	tu_news_act(&news);
}

void tu_future_complete_slowly(tutti_future *f, uint32_t flags)
{
	/* Waits for whoever cancels: HELD is only set under this lock. */
	finish_locked(f, tu_lot_lock(f), flags);
	tutti_future_unref(f);
}

/* The failure's words move from the context to the future; without memory they are lost. */
static void take_failure(tutti_future *f, struct tu_context *self)
{
	struct tu_future_extra *extra = self->fail_text ? tu_future_extra_of(f) : NULL;

	tu_future_set_error(f, self->fail_code);
	if (!extra)
		return;
	extra->text = self->fail_text;
	self->fail_text = NULL;
}

void tu_context_clean_slowly(struct tu_context *self)
{
	if (self->slots)
		self->slots->end(self);
	tu_free(self->fail_text);
	self->fail_text = NULL;
	self->fail_code = 0;
	self->cancel_told = false;
	tu_store_rlx(&self->attention, 0); /* see tu_context_clean */
}

void tu_future_complete_from_odd(tutti_future *f, struct tu_context *self, void *result)
{
	uint32_t flags = 0;

	if (self->slots)
		self->slots->end(self); /* destructors still belong to the job */
	tu_ended(self);
	f->value.pointer = result;
	if (self->fail_code != 0) {
		take_failure(f, self);
		flags = TU_FUTURE_FAILED;
	} else if (self->cancel_told) {
		flags = TU_FUTURE_CANCELED;
	}
	self->self = NULL; /* as in tu_future_complete_from */
	tu_future_complete(f, flags);
	/* Only now: until it is DONE a cancel may still be delivered here. */
	tu_context_clean(self);
}

void tu_future_complete_error(tutti_future *f, int code)
{
	tu_future_set_error(f, code);
	tu_future_complete(f, tu_future_flags_for(code));
}

/*
 * Somebody is cancelling f: let that one decide first. HELD is set and cleared under the lock, so
 * if it is there with the lock ours, a fork has left behind whoever held it.
 */
uint64_t tu_future_await_holder(tutti_future *f)
{
	struct tu_bucket *b = tu_lot_lock(f);
	uint64_t word = tu_and_acqrel(&f->word, ~(uint64_t)TU_FUTURE_HELD);

	tu_lot_unlock(b);
	return word & ~(uint64_t)TU_FUTURE_HELD;
}

/* -- beginning and cancelling ------------------------------------------------------------------ */

/* Lock f's bucket and hold it. NULL with nothing held: it is done. */
static struct tu_bucket *hold(tutti_future *f, uint64_t *word)
{
	struct tu_bucket *b = tu_lot_lock(f);

	*word = tu_or_acqrel(&f->word, (uint64_t)TU_FUTURE_HELD);
	if (!(*word & TU_FUTURE_DONE))
		return b;
	tu_and_acqrel(&f->word, ~(uint64_t)TU_FUTURE_HELD);
	tu_lot_unlock(b);
	return NULL;
}

/* Release: what the holder did, for the claim in tu_future_begin that now gets through. */
static void let_go(tutti_future *f, struct tu_bucket *b)
{
	tu_and_acqrel(&f->word, ~(uint64_t)TU_FUTURE_HELD);
	tu_lot_unlock(b);
}

static void withdraw(tutti_future *f)
{
	if (f->ops->withdraw)
		f->ops->withdraw(f);
}

/* Can only the calling thread begin it? */
static bool is_ours(const tutti_future *f)
{
	uint32_t number = tu_worker_self()->number;

	/* 0: a thread at its end, or nobody's. Relaxed: one that has just failed has its error
	   here, which is negative and no thread's number. */
	return number != 0 && tu_load_rlx(&f->owner) == number;
}

/* Has it begun? The caller holds it. */
static bool has_begun(const tutti_future *f, uint64_t word)
{
	if (!f->ops->begun)
		return word & TU_FUTURE_RUNNING;
	if (!is_ours(f))
		tu_fence_heavy(); /* see tu_future_begin_here */
	return f->ops->begun(f);
}

/* The quick way for one that nobody has begun, watches or holds. */
static bool cancel_at_once(tutti_future *f)
{
	uint64_t word = tu_load_rlx(&f->word);

	if (f->ops->begun && (!is_ours(f) || f->ops->begun(f)))
		return false;
	while (!(word & (TU_FUTURE_DONE | TU_FUTURE_RUNNING | TU_FUTURE_WATCHED | TU_FUTURE_HELD)))
		/* Acquire-release: against begin and others that end it, the first one decides. */
		if (tu_cas_weak_acqrel(&f->word, &word, word | TU_FUTURE_DONE | TU_FUTURE_CANCELED))
			return true;
	return false;
}

int tu_future_withdraw(tutti_future *f)
{
	struct tu_bucket *b;
	uint64_t word;

	if (tu_future_word(f) & TU_FUTURE_DONE)
		return TUTTI_EDONE;
	if (!cancel_at_once(f)) {
		b = hold(f, &word);
		if (!b)
			return TUTTI_EDONE;
		if (has_begun(f, word)) {
			let_go(f, b);
			return TUTTI_EPENDING;
		}
		finish_locked(f, b, TU_FUTURE_CANCELED);
	}
	withdraw(f);
	return 0;
}

int tutti_future_cancel(tutti_future *f)
{
	int rc = tu_future_withdraw(f);
	struct tu_bucket *b;
	uint64_t word;

	tu_point(TU_OP_FUTURE_CANCEL, f);
	if (rc != TUTTI_EPENDING)
		return rc;
	b = hold(f, &word);
	if (!b)
		return TUTTI_EDONE;
	/* The bit alone is the message; interrupt has an order of its own. */
	tu_or_acqrel(&f->word, (uint64_t)TU_FUTURE_ASKED);
	f->ops->interrupt(f);
	let_go(f, b);
	if (f->ops->pass_on)
		f->ops->pass_on(f);
	return 1;
}

/* extra: of text; NULL: there is none, or no memory for it. */
static void put(tutti_future *f, struct tu_future_extra *extra, const struct tu_outcome *how)
{
	tu_future_set_error(f, how->code);
	if (extra && !extra->text)
		extra->text = tu_copy_text(how->text);
	if (how->result && f->size > 0)
		memcpy(f->size > sizeof(f->value) ? f->value.heap : f->value.bytes, how->result,
			f->size);
}

int tu_future_settle_with(tutti_future *f, const struct tu_outcome *how, struct tu_news *news)
{
	struct tu_future_extra *extra = how->text ? tu_future_extra_of(f) : NULL;
	uint64_t word;
	struct tu_bucket *b = hold(f, &word);

	if (!b)
		return TUTTI_EDONE;
	put(f, extra, how);
	finish_with(f, b, how->flags, news);
	return 0;
}

void tu_future_settle_own(tutti_future *f, const struct tu_outcome *how, struct tu_news *news)
{
	uint64_t word, done;

	put(f, how->text ? tu_future_extra_of(f) : NULL, how);
	tu_trace(TU_TRACE_FUTURE_DONE, tu_current ? tu_current->id : 0, (uintptr_t)f, how->code);
	word = tu_load_rlx(&f->word); /* a guess; the exchange tells */
	do {
		if (word & (TU_FUTURE_WATCHED | TU_FUTURE_HELD)) {
			finish_with(f, tu_lot_lock(f), how->flags, news);
			return;
		}
		done = (word & ~(uint64_t)TU_FUTURE_RUNNING) | TU_FUTURE_DONE | how->flags;
		/* [future-1] release: result and error, for tu_future_word */
	} while (!tu_cas_weak_acqrel(&f->word, &word, done));
}

int tu_future_settle(
	tutti_future *f, uint32_t flags, int code, const char *text, const void *result)
{
	const struct tu_outcome how = {
		.flags = flags, .code = code, .text = text, .result = result
	};
	struct tu_news news = { 0 };
	int rc = tu_future_settle_with(f, &how, &news);

	tu_news_act(&news);
	return rc;
}

void tu_future_give_up(tutti_future *f, int code)
{
	tu_future_settle(f, tu_future_flags_for(code), code, NULL, NULL);
	tutti_future_unref(f);
}

/* -- names in reports ------------------------------------------------------------------------- */

static const char *context_name(const struct tu_context *c, char *buf, size_t n)
{
	const tutti_future *f = c->self;
	char name[48];

	snprintf(buf, n, "%s '%s'", f->ops->noun, f->ops->name(f, name, sizeof(name)));
	return buf;
}

__attribute__((constructor(101))) static void set_hook(void)
{
	tu_context_name = context_name;
}

/* clang-format off */
TU_FACTS(future,
	TU_FACT_AT("future.ops", struct tutti_future, ops),
	TU_FACT_AT("future.word", struct tutti_future, word),
	TU_FACT_AT("future.extra", struct tutti_future, extra),
	TU_FACT_AT("future.number", struct tutti_future, size),
	TU_FACT_AT("future.fn", struct tutti_future, value.start.fn),
	TU_FACT_AT("future.inner", struct tutti_future, value.inner),
	TU_FACT_SIZE("future.size", struct tutti_future),
	TU_FACT_AT("ops.kind", struct tu_future_ops, kind),
	TU_FACT_AT("ops.noun", struct tu_future_ops, noun),
	TU_FACT_AT("extra.name", struct tu_future_extra, name),
	TU_FACT_ADDRESS("word.done", TU_FUTURE_DONE),
	TU_FACT_ADDRESS("word.running", TU_FUTURE_RUNNING),
	TU_FACT_ADDRESS("kind.job", TU_FUTURE_JOB),
	TU_FACT_ADDRESS("kind.task", TU_FUTURE_TASK),
	TU_FACT_ADDRESS("kind.thread", TU_FUTURE_THREAD),
	TU_FACT_ADDRESS("kind.timer", TU_FUTURE_TIMER),
	TU_FACT_ADDRESS("kind.call", TU_FUTURE_CALL),
	TU_FACT_ADDRESS("kind.shield", TU_FUTURE_SHIELD));
/* clang-format on */
