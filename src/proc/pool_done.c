/* SPDX-License-Identifier: MIT */
/* pool_done.c - what workers have done, back to who wants it; see pool_inside.h. */
#include "proc/pool_inside.h"

#include "os/os.h"
#include "proc/parcel.h"

#include <errno.h>

enum { BATCH = 64 };

static void complete(struct pool *p, uint32_t i)
{
	tutti_bytes result = { NULL, 0, NULL };
	int code = tu_cell_at(&p->cells, i)->code;

	if (code == 0)
		result = tu_cell_read(&p->cells, i);
	if (code == 0 && !result.data)
		code = -ENOMEM;
	tu_parcel_deliver(
		p->cell[i].jf, code, tu_cell_text(&p->cells, i), result, tu_job_future_end);
	tu_cell_leave(&p->cells, i, result);
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
	uint32_t cells[BATCH];
	unsigned n = 0;
	int i;

	while (n < BATCH &&
		(i = tu_cells_next_done(&p->cells, (unsigned)(w - p->workers), &w->seen)) >= 0) {
		complete(p, (uint32_t)i);
		cells[n++] = (uint32_t)i;
	}
	if (n == 0)
		return false;
	w->useful = true;
	w->failures = 0;
	tu_pool_recycle(p, cells, n);
	return true;
}

bool tu_pool_gather(struct pool *p)
{
	bool any = false;

	for (unsigned i = 0; i < p->count; i++)
		any = tu_pool_gather_from(p, &p->workers[i]) || any;
	return any;
}

void tu_pool_take_over(struct pool *p, uint32_t i)
{
	complete(p, i);
	tu_pool_recycle(p, &i, 1);
}
