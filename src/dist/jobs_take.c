/* SPDX-License-Identifier: MIT */
/* jobs_take.c - what those ask the kind Jobs for who take jobs out of it; see kind_jobs.c. */
#include "dist/jobs_takers.h"
#include "dist/kind_jobs.h"

#include <errno.h>
#include <stdlib.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

/* -- ending ----------------------------------------------------------------------------------- */

static bool end_job(struct tu_object *o, struct tu_jobs_party *p, int64_t id, bool ok,
	const tutti_value *result)
{
	struct tu_job *job = tu_jobs_leased(tu_jobs_store_of(o), p, (uint64_t)id);
	bool wanted = job && job->owner;

	if (job)
		tu_jobs_end(tu_jobs_store_of(o), job, ok, result);
	o->changed |= job != NULL;
	return wanted;
}

int tu_jobs_do_done(struct tu_object *o, struct tu_call *c)
{
	struct tu_jobs_party *p = NULL;
	const tutti_value *given[3];
	int64_t id = 0;
	int rc = tu_call_bind(c, "id ok result", 1, given);

	if (rc == 0)
		rc = tu_jobs_read_int(c, given[0], "id", 0, &id);
	if (rc == 0)
		rc = tu_jobs_find_party(o, c, &p);
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
	job = tu_jobs_leased(tu_jobs_store_of(o), p, (uint64_t)id);
	if (job)
		tu_jobs_return(tu_jobs_store_of(o), job);
	o->changed = true;
	return 0;
}

/* -- taking ------------------------------------------------------------------------------ */

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
		rc = tu_jobs_set_names(tu_jobs_store_of(o), p, names, n);
	if (rc == -ENOSPC)
		rc = tu_call_fail(c, -EINVAL, "there are too many names of jobs");
	free(names);
	tutti_value_unref(list);
	return rc;
}

/* From now on it takes jobs: those of these names, if they are given. */
static int become_taker(
	struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p, const tutti_value *names)
{
	struct tu_jobs_store *s = tu_jobs_store_of(o);
	uint64_t unknowns = s->unknowns;
	int rc = take_names(o, c, p, names);

	if (rc == 0)
		tu_jobs_takes(s, p);
	o->changed |= s->unknowns > unknowns;
	return rc;
}

/* Some may have run out of time, which their owners wait for. */
static void tell_news(struct tu_object *o)
{
	o->changed |= tu_jobs_store_of(o)->news;
	tu_jobs_store_of(o)->news = false;
}

/* Up to n jobs, as the answer says them. They stay c's until it was delivered. */
static int lease(struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p, size_t n,
	struct tu_filling *f)
{
	struct tu_jobs_store *s = tu_jobs_store_of(o);
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

	c->mark = ++tu_jobs_store_of(o)->batches;
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
		tu_jobs_untake(tu_jobs_store_of(o), p, c->mark);
	c->step = rc < 0 ? TU_JOBS_NOTHING : TU_JOBS_LEASES;
	return rc;
}

static bool has_jobs_for(struct tu_object *o, const struct tu_jobs_party *p)
{
	if (!p->names)
		return tu_jobs_store_of(o)->n_waiting > 0;
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
	int rc = tu_jobs_each(o, c, p, given[1], "done", end_entry);

	if (rc == 0)
		rc = tu_jobs_read_int(c, given[3], "slots", 1, &slots);
	if (rc == 0)
		rc = become_taker(o, c, p, given[4]);
	if (rc < 0)
		return rc;
	if (p->slots != (unsigned)(slots & 0xffff)) {
		tu_jobs_set_slots(tu_jobs_store_of(o), p, (unsigned)(slots & 0xffff));
		o->changed = true;
	}
	c->step = TU_JOBS_BEGUN;
	return 0;
}

int tu_jobs_do_serve(struct tu_object *o, struct tu_call *c)
{
	struct tu_jobs_party *p = tu_jobs_party(tu_jobs_store_of(o), c->caller);
	const tutti_value *given[5];
	int64_t room = 1;
	int rc = tu_call_bind(c, "turn done room slots names", 1, given);

	if (rc == 0)
		rc = p ? tu_jobs_read_int(c, given[2], "room", 0, &room) : -ENOMEM;
	if (rc == 0 && c->step == TU_JOBS_NOTHING)
		rc = begin_serve(o, c, p, given);
	if (rc < 0)
		return rc;
	if (p->cancels == 0 && !is_done_with(p, room) && (room == 0 || !has_jobs_for(o, p)))
		return TU_CALL_WAITS;
	return answer_serve(o, c, p, given[0], room);
}

int tu_jobs_do_take(struct tu_object *o, struct tu_call *c)
{
	struct tu_jobs_store *s = tu_jobs_store_of(o);
	struct tu_jobs_party *p = tu_jobs_party(s, c->caller);
	const tutti_value *given[2];
	struct tu_job *job;
	int rc = p ? 0 : -ENOMEM;

	if (rc == 0 && c->step == TU_JOBS_NOTHING) {
		rc = tu_call_bind(c, "timeout names", 0, given);
		if (rc == 0)
			rc = tu_jobs_read_limit(c, given[0], &c->deadline);
		if (rc == 0)
			rc = become_taker(o, c, p, given[1]);
		c->step = TU_JOBS_BEGUN;
	}
	if (rc < 0)
		return rc;
	if (c->mark == 0)
		c->mark = ++s->batches;
	job = tu_jobs_take(s, p, c->mark);
	tell_news(o);
	if (!job)
		return c->late || tutti_now() >= c->deadline ? TUTTI_EEMPTY : TU_CALL_WAITS;
	c->step = TU_JOBS_LEASES;
	rc = tu_jobs_pack_job(job, false, &c->result);
	if (rc < 0)
		tu_jobs_untake(s, p, c->mark);
	return rc;
}
