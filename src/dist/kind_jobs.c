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
 *     turn, window, [(number, ok, result)] =
 *             jobs.submit(turn, [(number, name, kinds, argument, seconds)], [number to cancel])
 *     turn, [(id, name, kinds, argument, seconds)], [id that was cancelled] =
 *             jobs.serve(turn, [(id, ok, result)], room, slots, names=None)
 *
 * What is done with ok None has not begun, and goes to the next taker.
 *
 * number is of the submitter's own counting, kinds a text of C types (job_wire.h) or None, seconds
 * how long the job still has, or None. window: so many may be under way at once, with the workers
 * there are. serve takes up to room more; it runs slots at a time, the oldest first, and may have
 * died of those only. Who has nothing and takes nothing is answered at once.
 */
#include "dist/jobs_items.h"
#include "dist/kinds.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

enum { WINDOW_LEAST = 64, WINDOW_PER_SLOT = 256, WINDOW_MOST = 1 << 16 };

/* What an answer holds, as c->step says. */
enum { NOTHING, BEGUN, LEASES, RESULTS };

struct jobs {
	struct tu_object object;
	struct tu_jobs_store store; /* under object.lock */
};

static struct tu_jobs_store *store_of(struct tu_object *o)
{
	return &((struct jobs *)o)->store;
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
	tu_jobs_close(store_of(o));
	free(o);
}

/* -- putting ---------------------------------------------------------------------------------- */

static int find_party(struct tu_object *o, struct tu_call *c, struct tu_jobs_party **p)
{
	*p = tu_jobs_party(store_of(o), c->caller);
	return *p ? 0 : -ENOMEM;
}

static int put_order(struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p,
	const struct tu_jobs_order *order, struct tu_job **job)
{
	struct tu_jobs_store *s = store_of(o);
	int rc;

	if (o->limits && s->weight > o->limits->queue_bytes_max)
		return TUTTI_EFULL;
	rc = tu_jobs_put(s, p, order, job);
	if (rc == -ENOSPC)
		return tu_call_fail(c, -EINVAL, "there are too many names of jobs");
	o->changed |= rc == 0;
	return rc;
}

static int put(struct tu_object *o, struct tu_call *c)
{
	struct tu_jobs_order order = { .number = -1 };
	int64_t retries = TU_JOBS_RETRIES;
	struct tu_jobs_party *p = NULL;
	const tutti_value *given[4];
	struct tu_job *job;
	int rc = tu_call_bind(c, "name argument retries timeout", 1, given);

	if (rc == 0)
		rc = tu_jobs_read_name(c, given[0], &order.name);
	if (rc == 0)
		rc = tu_jobs_read_int(c, given[2], "retries", 0, &retries);
	if (rc == 0)
		rc = tu_jobs_read_limit(c, given[3], &order.limit);
	if (rc == 0)
		rc = find_party(o, c, &p);
	order.argument = rc == 0 && given[1] ? given[1] : tutti_value_none();
	order.retries = retries < INT_MAX ? (int)retries : INT_MAX;
	if (rc == 0)
		rc = put_order(o, c, p, &order, &job);
	if (rc == 0)
		c->result = tutti_value_uint(job->id);
	return rc;
}

/* (number, name, kinds, argument, seconds) */
static int put_entry(
	struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p, const tutti_value *entry)
{
	struct tu_jobs_order order = { .retries = TU_JOBS_RETRIES, .number = 0 };
	struct tu_job *job;
	int rc = 0;

	if (!tu_jobs_is_tuple(entry, 5))
		rc = tu_call_fail(c, TUTTI_ETYPE,
			"a job is a tuple of number, name, kinds, argument and seconds");
	if (rc == 0)
		rc = tu_jobs_read_int(c, tutti_value_at(entry, 0), "number", 0, &order.number);
	if (rc == 0)
		rc = tu_jobs_read_name(c, tutti_value_at(entry, 1), &order.name);
	if (rc == 0)
		rc = tu_jobs_read_limit(c, tutti_value_at(entry, 4), &order.limit);
	order.kinds = tutti_value_at(entry, 2);
	order.argument = tutti_value_at(entry, 3);
	return rc < 0 ? rc : put_order(o, c, p, &order, &job);
}

static int put_list(
	struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p, const tutti_value *v)
{
	tutti_value *list;
	int rc = tu_jobs_open_list(c, v, "jobs", &list);

	for (size_t i = 0; rc == 0 && i < tutti_value_size(list); i++)
		rc = put_entry(o, c, p, tutti_value_at(list, i));
	tutti_value_unref(list);
	return rc;
}

static int cancel_number(struct tu_object *o, struct tu_jobs_party *p, int64_t number)
{
	int rc = tu_jobs_cancel(store_of(o), p, number);

	o->changed |= rc == 0; /* its taker is to be told */
	return rc;
}

static int cancel(struct tu_object *o, struct tu_call *c)
{
	struct tu_jobs_party *p = NULL;
	const tutti_value *id;
	int64_t number = 0;
	int rc = tu_call_bind(c, "id", 1, &id);

	if (rc == 0)
		rc = tu_jobs_read_int(c, id, "id", 0, &number);
	if (rc == 0)
		rc = find_party(o, c, &p);
	if (rc < 0)
		return rc;
	c->result = tutti_value_bool(cancel_number(o, p, number) == 1);
	return 0;
}

static int cancel_list(
	struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p, const tutti_value *v)
{
	tutti_value *list;
	int rc = tu_jobs_open_list(c, v, "cancelled", &list);
	int64_t number = 0;

	for (size_t i = 0; rc == 0 && i < tutti_value_size(list); i++) {
		rc = tu_jobs_read_int(c, tutti_value_at(list, i), "number", 0, &number);
		if (rc == 0)
			cancel_number(o, p, number);
	}
	tutti_value_unref(list);
	return rc;
}

/* -- ending ----------------------------------------------------------------------------------- */

static bool end_job(struct tu_object *o, struct tu_jobs_party *p, int64_t id, bool ok,
	const tutti_value *result)
{
	struct tu_job *job = tu_jobs_leased(store_of(o), p, (uint64_t)id);
	bool wanted = job && job->owner;

	if (job)
		tu_jobs_end(store_of(o), job, ok, result);
	o->changed |= job != NULL;
	return wanted;
}

static int done(struct tu_object *o, struct tu_call *c)
{
	struct tu_jobs_party *p = NULL;
	const tutti_value *given[3];
	int64_t id = 0;
	int rc = tu_call_bind(c, "id ok result", 1, given);

	if (rc == 0)
		rc = tu_jobs_read_int(c, given[0], "id", 0, &id);
	if (rc == 0)
		rc = find_party(o, c, &p);
	if (rc < 0)
		return rc;
	c->result = tutti_value_bool(end_job(o, p, id, tu_truth(given[1], true), given[2]));
	return 0;
}

/* (id, ok, result) */
static int end_entry(
	struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p, const tutti_value *entry)
{
	const tutti_value *ok = tutti_value_at(entry, 1);
	struct tu_job *job;
	int64_t id = 0;
	int rc;

	if (!tu_jobs_is_tuple(entry, 3))
		return tu_call_fail(c, TUTTI_ETYPE, "what is done is (id, ok, result)");
	rc = tu_jobs_read_int(c, tutti_value_at(entry, 0), "id", 0, &id);
	if (rc < 0)
		return rc;
	if (tutti_value_kind(ok) != TUTTI_VALUE_NONE) {
		end_job(o, p, id, tu_truth(ok, true), tutti_value_at(entry, 2));
		return 0;
	}
	job = tu_jobs_leased(store_of(o), p, (uint64_t)id);
	if (job)
		tu_jobs_return(store_of(o), job);
	o->changed = true;
	return 0;
}

static int end_list(
	struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p, const tutti_value *v)
{
	tutti_value *list;
	int rc = tu_jobs_open_list(c, v, "done", &list);

	for (size_t i = 0; rc == 0 && i < tutti_value_size(list); i++)
		rc = end_entry(o, c, p, tutti_value_at(list, i));
	tutti_value_unref(list);
	return rc;
}

/* -- for workers ------------------------------------------------------------------------------ */

static int take_names(
	struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p, const tutti_value *v)
{
	tutti_bytes *names;
	tutti_value *list;
	int rc = tu_jobs_open_list(c, v, "names", &list);
	size_t n = tutti_value_size(list);

	if (rc < 0 || !list)
		return rc;
	names = calloc(1, (n + 1) * sizeof(*names));
	rc = names ? 0 : -ENOMEM;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = tu_jobs_read_name(c, tutti_value_at(list, i), &names[i]);
	if (rc == 0)
		rc = tu_jobs_set_names(store_of(o), p, names, n);
	if (rc == -ENOSPC)
		rc = tu_call_fail(c, -EINVAL, "there are too many names of jobs");
	free(names);
	tutti_value_unref(list);
	return rc;
}

/* Some may have run out of time, which their owners wait for. */
static void tell_news(struct tu_object *o)
{
	o->changed |= store_of(o)->news;
	store_of(o)->news = false;
}

/* Up to n jobs, as the answer says them. They stay c's until it was delivered. */
static int lease(struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p, size_t n,
	struct tu_filling *f)
{
	struct tu_jobs_store *s = store_of(o);
	struct tu_job *job;
	tutti_value *v = NULL;
	int rc = 0;

	while (rc == 0 && f->n < n && (job = tu_jobs_take(s, p, c->mark)) != NULL) {
		rc = tu_jobs_pack_job(job, true, &v);
		tu_filling_add(f, rc, v);
	}
	tell_news(o);
	return f->rc;
}

static void tell_cancels(struct tu_call *c, struct tu_jobs_party *p, struct tu_filling *f)
{
	tu_list_each(link, &p->leases) {
		struct tu_job *job = tu_container_of(link, struct tu_job, queued);

		if (p->cancels == 0)
			return;
		if (!job->cancelled || job->told != 0)
			continue;
		job->told = c->mark;
		p->cancels--;
		tu_filling_add(f, 0, tutti_value_uint(job->id));
	}
}

static int answer_serve(struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p,
	const tutti_value *turn, int64_t room)
{
	struct tu_filling jobs = { NULL }, cancels = { NULL };
	tutti_value *leased = NULL, *cancelled = NULL;
	int rc, closed;

	c->mark = ++store_of(o)->batches;
	lease(o, c, p, room < TU_JOBS_LIST_MOST ? (size_t)room : TU_JOBS_LIST_MOST, &jobs);
	tell_cancels(c, p, &cancels);
	rc = tu_filling_close(&jobs, &leased);
	closed = tu_filling_close(&cancels, &cancelled);
	if (rc == 0)
		rc = closed;
	if (rc == 0)
		rc = tutti_value_pack(&c->result, "(O O O)", turn, leased, cancelled);
	tutti_value_unref(leased);
	tutti_value_unref(cancelled);
	if (rc < 0)
		tu_jobs_untake(store_of(o), p, c->mark);
	c->step = rc < 0 ? NOTHING : LEASES;
	return rc;
}

static bool has_jobs_for(struct tu_object *o, const struct tu_jobs_party *p)
{
	if (!p->names)
		return store_of(o)->n_waiting > 0;
	for (size_t i = 0; i < p->n_names; i++)
		if (!tu_list_empty(&p->names[i]->jobs))
			return true;
	return false;
}

/* It has nothing and wants nothing, so there is nothing to wait for. */
static bool is_done_with(const struct tu_jobs_party *p, int64_t room)
{
	return room == 0 && tu_list_empty(&p->leases);
}

static int begin_serve(
	struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p, const tutti_value **given)
{
	int64_t slots = 1;
	int rc = end_list(o, c, p, given[1]);

	if (rc == 0)
		rc = tu_jobs_read_int(c, given[3], "slots", 1, &slots);
	if (rc == 0)
		rc = take_names(o, c, p, given[4]);
	if (rc < 0)
		return rc;
	if (p->slots != (unsigned)(slots & 0xffff)) {
		tu_jobs_set_slots(store_of(o), p, (unsigned)(slots & 0xffff));
		o->changed = true;
	}
	c->step = BEGUN;
	return 0;
}

static int serve(struct tu_object *o, struct tu_call *c)
{
	struct tu_jobs_party *p = tu_jobs_party(store_of(o), c->caller);
	const tutti_value *given[5];
	int64_t room = 1;
	int rc = tu_call_bind(c, "turn done room slots names", 1, given);

	if (rc == 0)
		rc = p ? tu_jobs_read_int(c, given[2], "room", 0, &room) : -ENOMEM;
	if (rc == 0 && c->step == NOTHING)
		rc = begin_serve(o, c, p, given);
	if (rc < 0)
		return rc;
	if (p->cancels == 0 && !is_done_with(p, room) && (room == 0 || !has_jobs_for(o, p)))
		return TU_CALL_WAITS;
	return answer_serve(o, c, p, given[0], room);
}

static int take(struct tu_object *o, struct tu_call *c)
{
	struct tu_jobs_store *s = store_of(o);
	struct tu_jobs_party *p = tu_jobs_party(s, c->caller);
	const tutti_value *given[2];
	struct tu_job *job;
	int rc = p ? 0 : -ENOMEM;

	if (rc == 0 && c->step == NOTHING) {
		rc = tu_call_bind(c, "timeout names", 0, given);
		if (rc == 0)
			rc = tu_jobs_read_limit(c, given[0], &c->deadline);
		if (rc == 0)
			rc = take_names(o, c, p, given[1]);
		c->step = BEGUN;
	}
	if (rc < 0)
		return rc;
	if (c->mark == 0)
		c->mark = ++s->batches;
	job = tu_jobs_take(s, p, c->mark);
	tell_news(o);
	if (!job)
		return c->late || tutti_now() >= c->deadline ? TUTTI_EEMPTY : TU_CALL_WAITS;
	c->step = LEASES;
	rc = tu_jobs_pack_job(job, false, &c->result);
	if (rc < 0)
		tu_jobs_untake(s, p, c->mark);
	return rc;
}

/* -- for who has put jobs --------------------------------------------------------------------- */

static unsigned window_of(const struct tu_jobs_store *s)
{
	unsigned most = (WINDOW_MOST - WINDOW_LEAST) / WINDOW_PER_SLOT;

	return WINDOW_LEAST + WINDOW_PER_SLOT * (s->slots < most ? s->slots : most);
}

static int pack_results(const struct tu_job *chain, tutti_value **out)
{
	struct tu_filling f = { NULL };
	tutti_value *v = NULL;
	int rc = 0;

	for (; rc == 0 && chain; chain = chain->next) {
		rc = tu_jobs_pack_result(chain, &v);
		tu_filling_add(&f, rc, v);
	}
	return tu_filling_close(&f, out);
}

static void hold_results(struct tu_call *c, struct tu_job *chain)
{
	c->mark = (uint64_t)(uintptr_t)chain;
	c->step = RESULTS;
}

static int answer_submit(
	struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p, const tutti_value *turn)
{
	struct tu_job *chain = tu_jobs_fetch(p, TU_JOBS_LIST_MOST);
	unsigned window = window_of(store_of(o));
	tutti_value *results = NULL;
	int rc = pack_results(chain, &results);

	if (rc == 0)
		rc = tutti_value_pack(&c->result, "(O i O)", turn, (int)window, results);
	tutti_value_unref(results);
	if (rc < 0) {
		tu_jobs_unfetch(p, chain);
		return rc;
	}
	p->window = window;
	hold_results(c, chain);
	return 0;
}

static int submit(struct tu_object *o, struct tu_call *c)
{
	struct tu_jobs_party *p = tu_jobs_party(store_of(o), c->caller);
	const tutti_value *given[3];
	int rc = tu_call_bind(c, "turn jobs cancelled", 1, given);

	if (rc == 0 && !p)
		rc = -ENOMEM;
	if (rc == 0 && c->step == NOTHING) {
		rc = put_list(o, c, p, given[1]);
		if (rc == 0)
			rc = cancel_list(o, c, p, given[2]);
		c->step = BEGUN;
	}
	if (rc < 0)
		return rc;
	if (p->n_ended == 0 && p->window == window_of(store_of(o)))
		return TU_CALL_WAITS;
	return answer_submit(o, c, p, given[0]);
}

static int result(struct tu_object *o, struct tu_call *c)
{
	struct tu_jobs_party *p = tu_jobs_party(store_of(o), c->caller);
	const tutti_value *timeout;
	struct tu_job *job;
	int rc = p ? 0 : -ENOMEM;

	if (rc == 0 && c->step == NOTHING) {
		rc = tu_call_bind(c, "timeout", 0, &timeout);
		if (rc == 0)
			rc = tu_jobs_read_limit(c, timeout, &c->deadline);
		c->step = BEGUN;
	}
	if (rc < 0)
		return rc;
	job = tu_jobs_fetch(p, 1);
	if (!job)
		return c->late || tutti_now() >= c->deadline ? TUTTI_EEMPTY : TU_CALL_WAITS;
	rc = tu_jobs_pack_result(job, &c->result);
	if (rc < 0)
		tu_jobs_unfetch(p, job);
	else
		hold_results(c, job);
	return rc;
}

static int qsize(struct tu_object *o, struct tu_call *c)
{
	int rc = tu_call_bind(c, "", 0, NULL);

	c->result = tutti_value_uint(store_of(o)->n_waiting);
	return rc;
}

/* -- a call's end ----------------------------------------------------------------------------- */

static void undo(struct tu_object *o, struct tu_call *c)
{
	struct tu_jobs_party *p = tu_jobs_party(store_of(o), c->caller);

	if (!p)
		return;
	if (c->step == RESULTS) {
		tu_jobs_unfetch(p, (struct tu_job *)(uintptr_t)c->mark);
		p->window = 0; /* it has not been told */
	} else if (c->step == LEASES) {
		tu_jobs_untake(store_of(o), p, c->mark);
	}
	c->step = NOTHING;
	o->changed = true;
}

static void end(struct tu_call *c)
{
	if (c->step == RESULTS)
		tu_jobs_free_chain((struct tu_job *)(uintptr_t)c->mark);
	c->step = NOTHING;
}

static void left(struct tu_object *o, const void *caller)
{
	tu_jobs_leave(store_of(o), caller);
	o->changed = true;
}

static const struct tu_method methods[] = {
	{ "cancel", cancel },
	{ "done", done },
	{ "put", put },
	{ "qsize", qsize },
	{ "result", result },
	{ "serve", serve },
	{ "submit", submit },
	{ "take", take },
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
