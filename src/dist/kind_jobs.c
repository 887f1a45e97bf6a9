/* SPDX-License-Identifier: MIT */
/*
 * kind_jobs.c - the kind Jobs: work that whoever has a name for it takes, with leases. In Python:
 *
 *     id = jobs.put(name, argument, retries=2, timeout=None)
 *     id, name, argument = jobs.take(timeout=None, names=None)      queue.Empty
 *     jobs.done(id, ok=True, result=None)                           False: nobody wants it now
 *     id, ok, result = jobs.result(timeout=None)                    queue.Empty
 *     jobs.cancel(id)                                               True: nobody had it yet
 *     jobs.qsize()                                                  that nobody has taken
 *
 * A result goes to the connection that has put the job, in the order in which they end; one that is
 * not ok is what the taker says of it, or (code, text). A connection that goes gives what it had
 * taken to the next taker, at the head; the job that was under three of them when they went is not
 * ok (TUTTI_ECRASHED). It takes the jobs that it has put along.
 *
 * The other two are for programs that have many jobs under way: each is all that a connection asks
 * for at a time, in one request, which replaces the one before it if that still waits (that is what
 * a connection's request does anyway). turn comes back, so that the two answers can be told apart.
 *
 *     turn, window, [(number, ok, result)], [text] =
 *             jobs.submit(turn, [(number, name, kinds, argument, seconds)], [number to cancel])
 *     turn, [(id, name, kinds, argument, seconds)], [id that was cancelled] =
 *             jobs.serve(turn, [(id, ok, result)], room, slots, names=None)
 *
 * What is done with ok None has not begun, and goes to the next taker.
 *
 * The texts are what the submitter should know: that nobody who is there takes jobs of some name.
 * number is of the submitter's own counting, kinds a text of C types (job_wire.h) or None, seconds
 * how long the job still has, or None. window: so many may be under way at once, with the workers
 * there are. serve takes up to room more; it runs slots at a time, the oldest first, and may have
 * died of those only. Who has nothing and takes nothing is answered at once.
 */
#include "dist/kind_jobs.h"

#include <errno.h>
#include <stdlib.h>
#include <tutti/value_make.h>

struct jobs {
	struct tu_object object;
	struct tu_jobs_store store; /* under object.lock */
};

struct tu_jobs_store *tu_jobs_store_of(struct tu_object *o)
{
	return &((struct jobs *)o)->store;
}

int tu_jobs_find_party(struct tu_object *o, struct tu_call *c, struct tu_jobs_party **p)
{
	*p = tu_jobs_party(tu_jobs_store_of(o), c->caller);
	return *p ? 0 : -ENOMEM;
}

/* -- life ------------------------------------------------------------------------------------- */

static int make(struct tu_object **o, struct tu_call *c)
{
	int rc = tu_call_bind(c, "", 0, NULL);
	struct jobs *j = rc == 0 ? calloc(1, sizeof(*j)) : NULL;

	if (!j)
		return rc < 0 ? rc : -ENOMEM;
	tu_object_init(&j->object, &tu_kind_jobs);
	tu_jobs_init(&j->store);
	*o = &j->object;
	return 0;
}

static void free_jobs(struct tu_object *o)
{
	tu_jobs_close(tu_jobs_store_of(o));
	free(o);
}

static int qsize(struct tu_object *o, struct tu_call *c)
{
	int rc = tu_call_bind(c, "", 0, NULL);

	c->result = tutti_value_uint(tu_jobs_store_of(o)->n_waiting);
	return rc;
}

/* -- a call's end ----------------------------------------------------------------------------- */

static void undo(struct tu_object *o, struct tu_call *c)
{
	struct tu_jobs_party *p = tu_jobs_party(tu_jobs_store_of(o), c->caller);

	if (!p)
		return;
	if (c->step == TU_JOBS_RESULTS) {
		tu_jobs_unfetch(p, (struct tu_job *)(uintptr_t)c->mark);
		p->window = 0; /* it has not been told */
		p->heard = 0;
	} else if (c->step == TU_JOBS_LEASES) {
		tu_jobs_untake(tu_jobs_store_of(o), p, c->mark);
	}
	c->step = TU_JOBS_NOTHING;
	o->changed = true;
}

static void end(struct tu_call *c)
{
	if (c->step == TU_JOBS_RESULTS)
		tu_jobs_free_chain((struct tu_job *)(uintptr_t)c->mark);
	c->step = TU_JOBS_NOTHING;
}

static void left(struct tu_object *o, const void *caller)
{
	tu_jobs_leave(tu_jobs_store_of(o), caller);
	o->changed = true;
}

static const struct tu_method methods[] = {
	{ "cancel", tu_jobs_do_cancel },
	{ "done", tu_jobs_do_done },
	{ "put", tu_jobs_do_put },
	{ "qsize", qsize },
	{ "result", tu_jobs_do_result },
	{ "serve", tu_jobs_do_serve },
	{ "submit", tu_jobs_do_submit },
	{ "take", tu_jobs_do_take },
};

const struct tu_kind tu_kind_jobs = {
	.name = "Jobs",
	.methods = methods,
	.n_methods = sizeof(methods) / sizeof(*methods),
	.module = "tutti",
	.make = make,
	.free = free_jobs,
	.undo = undo,
	.end = end,
	.left = left,
};
