/* SPDX-License-Identifier: MIT */
/*
 * blocking.c - run what blocks elsewhere, so that the caller's tasks go on.
 *
 * Helpers are OS threads of ours: not on the list of threads, never waited for at exit. One that
 * has had nothing to do for a second ends. A call is handed to an idle helper if there is one, else
 * to a new one: calls that block for long do not queue behind each other.
 */
#include "base/list.h"
#include "core/alloc.h"
#include "core/lot.h"
#include "core/probe.h"
#include "core/thread.h"
#include "core/wait.h"
#include "core/worker.h"
#include "exec/future.h"

#include <errno.h>
#include <tutti/task.h>

struct call {
	tutti_future future;
	struct tu_context *context; /* the helper's; written before RUNNING */
};

enum { IDLE_NS = 1000000000 };

/* Idle helpers wait in the lot at this address; the answer they get is in their waiter's place. */
static char idle_helpers;

struct helper {
	struct tu_waiter waiter;
	struct call *call; /* under the bucket's lock */
};

static void call_interrupt(tutti_future *f)
{
	tu_context_cancel(((struct call *)f)->context);
}

static void call_free(tutti_future *f)
{
	tu_free(f);
}

static const char *call_name(const tutti_future *f, char *buf, size_t n)
{
	(void)f, (void)buf, (void)n;
	return "blocking call";
}

static const struct tu_future_ops call_ops = { .kind = TU_FUTURE_CALL,
	.noun = "call",
	.interrupt = call_interrupt,
	.free = call_free,
	.name = call_name };

static void run_call(struct tu_context *self, struct call *call)
{
	tutti_fn fn = call->future.value.start.fn;
	void *arg = call->future.value.start.arg;

	call->context = self;
	if (!tu_future_begin(&call->future)) {
		tutti_future_unref(&call->future);
		return;
	}
	self->self = &call->future;
	self->id = tu_worker_new_id(self->worker);
	tu_future_complete_from(&call->future, self, fn(arg));
}

static struct call *next_call(struct tu_context *self)
{
	struct helper me = { .waiter = { .context = self, .op = TU_OP_IDLE } };
	struct tu_bucket *b = tu_lot_lock(&idle_helpers);

	tu_does(self, TU_OP_IDLE);
	/* First in line: the others, longer idle, may then end. */
	tu_lot_enqueue_first(b, &me.waiter, &idle_helpers);
	tu_lot_unlock(b);
	if (tu_wait(self, &me.waiter, tutti_after(IDLE_NS), 0, &b) < 0)
		tu_lot_unlock(b);
	return me.call;
}

static void helper_main(void *arg)
{
	struct tu_context *self = tu_self();
	struct call *call = arg;

	self->worker->daemon = self->worker->helper = true;
	tu_thread_show_name("tutti-blocking");
	do {
		run_call(self, call);
		tu_worker_close(self->worker);
	} while ((call = next_call(self)) != NULL);
}

static int hand_over(struct call *call)
{
	struct tu_bucket *b = tu_lot_lock(&idle_helpers);
	struct tu_waiter *w = tu_lot_first(b, &idle_helpers);
	struct tu_wakes wakes = { 0 };

	if (!w) {
		tu_lot_unlock(b);
		return tu_thread_spawn(helper_main, call, 0);
	}
	tu_container_of(w, struct helper, waiter)->call = call;
	tu_lot_grant(b, w, 0, &wakes);
	tu_lot_unlock(b);
	tu_wakes_flush(&wakes);
	return 0;
}

/* The words of a failure become the caller's own return, as if it had failed here. */
static int outcome(struct call *call, void **result)
{
	int rc = tu_future_code(&call->future);

	if (rc == 0 && result)
		*result = call->future.value.pointer;
	tutti_future_unref(&call->future);
	return rc;
}

int tutti_call_blocking(tutti_fn fn, void *arg, void **result)
{
	int rc = fn ? tu_cancel_pending(tu_self()) : -EINVAL;
	struct call *call = rc == 0 ? tu_alloc_zero(sizeof(*call)) : NULL;

	tu_point(TU_OP_BLOCKING_CALL, NULL);
	if (!call)
		return rc < 0 ? rc : -ENOMEM;
	tu_future_init(&call->future, &call_ops, 2);
	call->future.value.start.fn = fn;
	call->future.value.start.arg = arg;
	rc = hand_over(call);
	if (rc < 0) {
		tu_free(call);
		return rc;
	}
	rc = tu_future_wait(&call->future, TUTTI_FOREVER, TU_WAIT_CANCELABLE);
	if (rc < 0 && tu_future_withdraw(&call->future) == 0) {
		tutti_future_unref(&call->future);
		return rc;
	}
	if (rc < 0) /* it has begun and uses arg: wait for it, cancelled or not */
		tu_future_wait(&call->future, TUTTI_FOREVER, 0);
	return outcome(call, result);
}
