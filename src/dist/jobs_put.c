/* SPDX-License-Identifier: MIT */
/* jobs_put.c - what those ask the kind Jobs for who put jobs into it; see kind_jobs.c. */
#include "dist/jobs_takers.h"
#include "dist/kind_jobs.h"

#include <errno.h>
#include <limits.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

enum { WINDOW_LEAST = 64, WINDOW_PER_SLOT = 256, WINDOW_MOST = 1 << 16 };

/* -- putting ---------------------------------------------------------------------------------- */

static int put_order(struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p,
	const struct tu_jobs_order *order, struct tu_job **job)
{
	struct tu_jobs_store *s = tu_jobs_store_of(o);
	int rc;

	if (o->limits && s->weight > o->limits->queue_bytes_max)
		return TUTTI_EFULL;
	rc = tu_jobs_put(s, p, order, job);
	if (rc == -ENOSPC)
		return tu_call_fail(c, -EINVAL, "there are too many names of jobs");
	o->changed |= rc == 0;
	return rc;
}

int tu_jobs_do_put(struct tu_object *o, struct tu_call *c)
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
		rc = tu_jobs_find_party(o, c, &p);
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

static int cancel_number(struct tu_object *o, struct tu_jobs_party *p, int64_t number)
{
	int rc = tu_jobs_cancel(tu_jobs_store_of(o), p, number);

	o->changed |= rc == 0; /* its taker is to be told */
	return rc;
}

int tu_jobs_do_cancel(struct tu_object *o, struct tu_call *c)
{
	struct tu_jobs_party *p = NULL;
	const tutti_value *id;
	int64_t number = 0;
	int rc = tu_call_bind(c, "id", 1, &id);

	if (rc == 0)
		rc = tu_jobs_read_int(c, id, "id", 0, &number);
	if (rc == 0)
		rc = tu_jobs_find_party(o, c, &p);
	if (rc < 0)
		return rc;
	c->result = tutti_value_bool(cancel_number(o, p, number) == 1);
	return 0;
}

static int cancel_entry(
	struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p, const tutti_value *entry)
{
	int64_t number = 0;
	int rc = tu_jobs_read_int(c, entry, "number", 0, &number);

	if (rc == 0)
		cancel_number(o, p, number);
	return rc;
}

/* -- results --------------------------------------------------------------------- */

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
	c->step = TU_JOBS_RESULTS;
}

static int answer_submit(
	struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p, const tutti_value *turn)
{
	struct tu_job *chain = tu_jobs_fetch(p, TU_JOBS_LIST_MOST);
	struct tu_jobs_store *s = tu_jobs_store_of(o);
	unsigned window = window_of(s);
	tutti_value *results = NULL, *words = NULL;
	int rc = pack_results(chain, &results);

	if (rc == 0)
		rc = tu_jobs_pack_unknown(s, p, &words);
	if (rc == 0)
		rc = tutti_value_pack(&c->result, "(O i O O)", turn, (int)window, results, words);
	tutti_value_unref(results);
	tutti_value_unref(words);
	if (rc < 0) {
		tu_jobs_unfetch(p, chain);
		return rc;
	}
	p->window = window;
	hold_results(c, chain);
	return 0;
}

int tu_jobs_do_submit(struct tu_object *o, struct tu_call *c)
{
	struct tu_jobs_store *s = tu_jobs_store_of(o);
	struct tu_jobs_party *p = tu_jobs_party(s, c->caller);
	const tutti_value *given[3];
	int rc = tu_call_bind(c, "turn jobs cancelled", 1, given);

	if (rc == 0 && !p)
		rc = -ENOMEM;
	if (rc == 0 && c->step == TU_JOBS_NOTHING) {
		rc = tu_jobs_each(o, c, p, given[1], "jobs", put_entry);
		if (rc == 0)
			rc = tu_jobs_each(o, c, p, given[2], "cancelled", cancel_entry);
		c->step = TU_JOBS_BEGUN;
	}
	if (rc < 0)
		return rc;
	if (p->n_ended == 0 && p->window == window_of(s) && !tu_jobs_has_unknown(s, p))
		return TU_CALL_WAITS;
	return answer_submit(o, c, p, given[0]);
}

int tu_jobs_do_result(struct tu_object *o, struct tu_call *c)
{
	struct tu_jobs_party *p = tu_jobs_party(tu_jobs_store_of(o), c->caller);
	const tutti_value *timeout;
	struct tu_job *job;
	int rc = p ? 0 : -ENOMEM;

	if (rc == 0 && c->step == TU_JOBS_NOTHING) {
		rc = tu_call_bind(c, "timeout", 0, &timeout);
		if (rc == 0)
			rc = tu_jobs_read_limit(c, timeout, &c->deadline);
		c->step = TU_JOBS_BEGUN;
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
