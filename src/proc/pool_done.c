/* SPDX-License-Identifier: MIT */
/* pool_done.c - what workers have done, back to who wants it; see pool_inside.h. */
#include "proc/pool_inside.h"

#include "core/crash_point.h"
#include "exec/executor.h"
#include "exec/watch.h"
#include "os/os.h"
#include "proc/parcel.h"

#include <errno.h>

enum { BATCH = 64 };

/*
 * 1: one more to be told to the executor; 0: it is tried once more; < 0: its worker was killed
 * meanwhile, and what came of it is lost: see settle_worker.
 */
static int complete(struct pool *p, uint32_t i, struct tu_news *news)
{
	struct tu_job_future *jf = p->cell[i].jf;
	unsigned kind = jf->job->result_kind;
	int code = tu_cell_at(&p->cells, i)->code;
	tutti_bytes packed = { NULL, 0, NULL };
	union tu_parcel_result room;
	const void *result = NULL;
	bool ended;

	if (code == 0) {
		code = tu_cell_read(&p->cells, i, &packed);
		if (code == -ESRCH)
			return code;
		if (code == 0)
			code = tu_parcel_open_result(&room, jf->job, packed, &result);
	}
	ended = tu_job_future_end_one(
		jf, code, code < 0 ? tu_cell_text(&p->cells, i) : NULL, result, news);
	if (code == 0)
		tu_parcel_drop(&room, kind);
	tu_crash_point();
	tu_cell_leave(&p->cells, i, packed);
	return ended;
}

/* A cell is free again. Under the lock. */
static void release(struct pool *p, uint32_t i)
{
	struct in_cell *in = &p->cell[i];

	if (in->limit != TUTTI_FOREVER)
		p->limited--;
	if (in->file >= 0)
		tu_os_close(in->file);
	in->jf = NULL;
	p->free[p->free_count++] = i;
}

void tu_pool_recycle(struct pool *p, const uint32_t *cells, unsigned n)
{
	struct tu_list gone;
	unsigned fed;

	for (unsigned i = 0; i < n; i++) {
		tu_handles_let_go(&p->cell[cells[i]].kept);
		tu_cells_free(&p->cells, cells[i]);
	}
	tu_list_init(&gone);
	tu_mutex_lock(&p->lock);
	for (unsigned i = 0; i < n; i++)
		release(p, cells[i]);
	fed = tu_pool_feed(p, &gone);
	tu_mutex_unlock(&p->lock);
	tu_pool_fed(p, fed, &gone);
}

bool tu_pool_gather_from(struct pool *p, struct pool_worker *w)
{
	unsigned number = (unsigned)(w - p->workers), n = 0;
	struct tu_news news = { .wakes_wait = true };
	tutti_executor *executor = NULL;
	uint32_t cells[BATCH];
	size_t ended = 0;
	int i;

	while (n < BATCH && (i = tu_cells_next_done(&p->cells, number, &w->seen)) >= 0) {
		tutti_executor *of = p->cell[i].jf->executor;
		int rc = complete(p, (uint32_t)i, &news);

		if (rc < 0)
			continue;
		executor = of;
		ended += (size_t)rc;
		cells[n++] = (uint32_t)i;
	}
	if (n == 0)
		return false;
	w->useful = true;
	w->failures = 0;
	tu_pool_recycle(p, cells, n); /* first, as workers wait */
	tu_wakes_flush(&news.wakes);
	if (ended > 0)
		tu_executor_ended(executor, ended);
	return true;
}

bool tu_pool_gather(struct pool *p)
{
	bool any = false;

	for (unsigned i = 0; i < p->count; i++)
		any = tu_pool_gather_from(p, &p->workers[i]) || any;
	return any;
}

bool tu_pool_has_done(const void *pool)
{
	const struct pool *p = pool;

	for (unsigned i = 0; i < p->count; i++)
		if (tu_cells_has_done(&p->cells, i, p->workers[i].seen))
			return true;
	return false;
}

bool tu_pool_take_over(struct pool *p, uint32_t i)
{
	tutti_executor *executor = p->cell[i].jf->executor;
	struct tu_news news = { .wakes_wait = true };
	int ended = complete(p, i, &news);

	if (ended < 0)
		return false;
	tu_pool_recycle(p, &i, 1);
	tu_wakes_flush(&news.wakes);
	if (ended)
		tu_executor_ended(executor, 1);
	return true;
}
