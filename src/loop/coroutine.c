/* SPDX-License-Identifier: MIT */
/*
 * coroutine.c - a call that was written down. Awaiting it is a plain call, with what the context
 * keeps of failures put aside meanwhile.
 */
#include "core/alloc.h"
#include "core/report.h"
#include "core/wait.h"
#include "exec/future.h"

#include <errno.h>
#include <tutti/task.h>

struct tutti_coroutine {
	tutti_fn fn;
	void *arg;
	uint32_t used; /* atomic: who sets it makes the call */
	int error;     /* this and the next: of who awaited it */
	char *text;
};

tutti_coroutine *tutti_coroutine_create(tutti_fn fn, void *arg)
{
	tutti_coroutine *c = tu_alloc_zero(sizeof(*c));

	if (!c)
		return NULL;
	c->fn = fn;
	c->arg = arg;
	return c;
}

/* Make the call on self as if it were alone there; how it ended. */
static int call(tutti_coroutine *c, struct tu_context *self, void **result)
{
	int code = self->fail_code;
	char *text = self->fail_text;
	bool told = self->cancel_told;

	self->fail_code = 0;
	self->fail_text = NULL;
	self->cancel_told = false;
	*result = c->fn(c->arg);
	c->error = self->fail_code;
	c->text = self->fail_text;
	if (c->error == 0 && self->cancel_told)
		c->error = TUTTI_ECANCELED;
	self->fail_code = code;
	self->fail_text = text;
	self->cancel_told |= told;
	return c->error;
}

int tutti_coroutine_await(tutti_coroutine *c, void **result)
{
	void *value;
	int rc;

	if (!c)
		return TUTTI_ETYPE;
	/* Acquire-release: of several that try one makes the call, after what the others did. */
	if (tu_swap_acqrel(&c->used, 1))
		return -EALREADY;
	rc = call(c, tu_self(), &value);
	if (rc == 0 && result)
		*result = value;
	return rc;
}

const char *tutti_coroutine_text(const tutti_coroutine *c)
{
	if (!c->error || c->error == TUTTI_ECANCELED)
		return "";
	return c->text ? c->text : tutti_strerror(c->error);
}

tutti_task *tutti_coroutine_task(tutti_coroutine *c, const tutti_task_options *options)
{
	if (!c)
		return tu_future_failed(TUTTI_ETYPE);
	if (tu_swap_acqrel(&c->used, 1)) /* as in await */
		return tu_future_failed(-EALREADY);
	return tutti_task_start(c->fn, c->arg, options);
}

void tutti_coroutine_free(tutti_coroutine *c)
{
	if (!c)
		return;
	if (!tu_load_acq(&c->used)) /* from whoever made the call */
		tu_report(0, "a coroutine was never awaited: its call of %p was not made",
			(void *)(uintptr_t)c->fn);
	tu_free(c->text);
	tu_free(c);
}
