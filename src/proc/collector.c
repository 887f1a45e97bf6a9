/* SPDX-License-Identifier: MIT */
/* collector.c - the thread of a pool of processes: what it does when; see pool_inside.h. */
#include "proc/pool_inside.h"

#include "core/thread.h"
#include "core/worker.h"

#include <tutti/time.h>

bool tu_pool_is_closing(struct pool *p)
{
	return tu_load_acq(&p->closing); /* [pool-1] acquire: what the jobs did */
}

static bool is_asked(struct pool *p)
{
	bool is;

	tu_mutex_lock(&p->lock);
	is = p->asked;
	tu_mutex_unlock(&p->lock);
	return is;
}

static bool is_over(struct pool *p)
{
	return tu_pool_is_closing(p) && !tu_pool_is_any_alive(p);
}

static void wait(struct pool *p, uint32_t seen)
{
	tutti_time due = tu_pool_jobs_due(p, tu_pool_workers_due(p));

	tu_cells_await_news(&p->cells, seen, due, tu_pool_has_done, p);
}

static void collect(struct pool *p)
{
	bool dismissed = false;

	while (!is_over(p)) {
		uint32_t seen = tu_cells_news(&p->cells);
		bool any = tu_pool_gather(p);

		tu_pool_stop_jobs(p);
		tu_pool_look_after_workers(p, tutti_now());
		if (p->broken)
			tu_pool_fail_pending(p);
		if (tu_pool_is_closing(p) && !dismissed) {
			tu_pool_dismiss_workers(p); /* nothing runs any more */
			dismissed = true;
		}
		/* What was handed out meanwhile may have to be ended at once. */
		if (!any && !is_asked(p))
			wait(p, seen);
	}
	tu_pool_forget_workers(p);
}

void tu_pool_collect(void *arg)
{
	struct tu_context *self = tu_self();
	struct pool *p = arg;

	self->worker->daemon = self->worker->helper = true;
	tu_thread_show_name("tutti-pool");
	p->rc = tu_pool_start_workers(p);
	if (p->rc < 0)
		tu_store_rel(&p->closing, true); /* [pool-1] release: nothing */
	tutti_event_set(&p->ready);
	collect(p);
	tutti_event_set(&p->over);
}
