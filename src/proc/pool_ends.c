/* SPDX-License-Identifier: MIT */
/* pool_ends.c - jobs that end otherwise: stopped, crashed, never begun; see pool_inside.h. */
#include "proc/pool_inside.h"

#include <stdio.h>
#include <tutti/error.h>
#include <tutti/time.h>

enum { KILLS_MOST = 3 }; /* a job that has killed so many workers is not tried again */
static const tutti_time patience = TUTTI_MILLISECONDS(100); /* a job may notice by itself */

struct tu_job_future *tu_pool_job_in(struct pool *p, uint32_t i)
{
	struct tu_job_future *jf;

	tu_mutex_lock(&p->lock);
	jf = p->cell[i].jf;
	tu_mutex_unlock(&p->lock);
	return jf;
}

static int reason_of(struct pool *p, uint32_t i)
{
	int reason;

	tu_mutex_lock(&p->lock);
	reason = p->cell[i].reason;
	tu_mutex_unlock(&p->lock);
	return reason;
}

static void end_cell(struct pool *p, uint32_t i, int code, const char *text)
{
	struct tu_job_future *jf = p->cell[i].jf;

	/* Its cell first: tried once more, it may be given another. */
	tu_pool_recycle(p, &i, 1);
	tu_job_future_end(jf, code, text, NULL);
}

void tu_pool_job_crashed(struct pool *p, uint32_t i, const char *how)
{
	struct tu_job_future *jf = p->cell[i].jf;
	int reason = reason_of(p, i);
	char text[TU_POOL_HOW + 100];

	if (reason != 0) {
		end_cell(p, i, reason, NULL);
		return;
	}
	snprintf(text, sizeof(text), "%s", how);
	if (++jf->kills >= KILLS_MOST && jf->retries > 0) {
		jf->retries = 0;
		snprintf(text, sizeof(text),
			"%s; it is not tried again, as it has killed %d workers", how, KILLS_MOST);
	}
	end_cell(p, i, TUTTI_ECRASHED, text);
}

/* Was it asked to stop, or is its time over? */
static bool must_stop(struct pool *p, uint32_t i, tutti_time now)
{
	struct in_cell *in = &p->cell[i];
	bool must;

	tu_mutex_lock(&p->lock);
	if (in->jf && in->reason == 0 && in->limit <= now && tu_cells_worker_of(&p->cells, i) < 0)
		in->reason = TUTTI_ETIMEDOUT;
	if (in->jf && in->reason == 0 && in->limit != TUTTI_FOREVER && in->limit + patience <= now)
		in->reason = TUTTI_ETIMEDOUT;
	must = in->jf && in->reason != 0;
	tu_mutex_unlock(&p->lock);
	return must;
}

static void stop_job(struct pool *p, uint32_t i)
{
	int worker;

	if (tu_cells_take_back(&p->cells, i) || tu_cells_is_free(&p->cells, i)) {
		end_cell(p, i, reason_of(p, i), NULL);
		return;
	}
	worker = tu_cells_stop(&p->cells, i);
	if (worker >= 0)
		tu_pool_stop_worker(&p->workers[worker]);
}

void tu_pool_stop_jobs(struct pool *p)
{
	tutti_time now = tutti_now();
	bool look;

	tu_mutex_lock(&p->lock);
	look = p->asked || p->limited > 0;
	p->asked = false;
	tu_mutex_unlock(&p->lock);
	for (uint32_t i = 0; look && i < TU_CELLS; i++)
		if (must_stop(p, i, now))
			stop_job(p, i);
}

/* Under the lock. */
static tutti_time first_limit(const struct pool *p, tutti_time now)
{
	tutti_time first = TUTTI_FOREVER;

	for (uint32_t i = 0; p->limited > 0 && i < TU_CELLS; i++) {
		const struct in_cell *in = &p->cell[i];
		/* Taken by then or not: after that it is looked at again. */
		tutti_time at = in->limit > now ? in->limit : in->limit + patience;

		if (in->jf && in->reason == 0 && in->limit != TUTTI_FOREVER && at < first)
			first = at;
	}
	return first;
}

tutti_time tu_pool_jobs_due(struct pool *p, tutti_time workers_due)
{
	tutti_time due;

	tu_mutex_lock(&p->lock);
	due = first_limit(p, tutti_now());
	p->due = due = due < workers_due ? due : workers_due;
	tu_mutex_unlock(&p->lock);
	return due;
}

static struct tu_job_future *next_pending(struct pool *p)
{
	struct tu_job_future *jf;

	tu_mutex_lock(&p->lock);
	jf = tu_pool_take_pending(p);
	tu_mutex_unlock(&p->lock);
	return jf;
}

void tu_pool_fail_pending(struct pool *p)
{
	struct tu_job_future *jf;

	for (uint32_t i = 0; i < TU_CELLS; i++)
		if (tu_pool_job_in(p, i) && tu_cells_take_back(&p->cells, i))
			end_cell(p, i, p->broken, p->why);
	while ((jf = next_pending(p)) != NULL)
		tu_job_future_end(jf, p->broken, p->why, NULL);
}
