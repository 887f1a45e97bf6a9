/* SPDX-License-Identifier: MIT */
/* processes.c - the engine "processes": jobs come and are taken back; see pool_inside.h. */
#include "proc/pool_inside.h"

#include "core/alloc.h"
#include "core/crash_point.h"
#include "core/report.h"
#include "core/thread.h"
#include "exec/executor.h"
#include "os/os.h"
#include "proc/anew.h"
#include "proc/parcel.h"
#include "proc/start.h"

#include <errno.h>
#include <string.h>
#include <tutti/cpu.h>
#include <tutti/error.h>
#include <tutti/scope.h>
#include <tutti/time.h>

enum { FEED_MOST = 16 }; /* jobs handed out without letting others have the lock */

/* -- handing out ------------------------------------------------------------------------------- */

/* Its number in the pool's table; < 0: there is no place. Under the lock. */
static int number_of(struct pool *p, const tutti_job *job)
{
	struct tu_cells_job *at;
	const char *file, *base;

	for (uint32_t i = p->job_count; i-- > 0;) /* the last one is the likely one */
		if (p->jobs[i] == job)
			return (int)i;
	base = tu_os_module_of(job, &file);
	at = &p->cells.shared->jobs[p->job_count];
	if (p->job_count == TU_CELLS_JOBS || strlen(job->name) >= sizeof(at->name) ||
		strlen(file) >= sizeof(at->module))
		return -ENOSPC;
	strcpy(at->name, job->name);
	strcpy(at->module, file);
	at->offset = (size_t)((const char *)job - base);
	at->arg_size = job->arg_size;
	at->result_size = job->result_size;
	at->arg_kind = job->arg_kind;
	at->result_kind = job->result_kind;
	p->jobs[p->job_count] = job;
	return (int)p->job_count++;
}

static int fill(struct pool *p, uint32_t i, const struct tu_job_future *jf, struct tu_kept *kept)
{
	struct tu_cell *cell = tu_cell_at(&p->cells, i);
	int number = number_of(p, jf->job), rc;
	tutti_bytes packed = { NULL, 0, NULL };

	if (number < 0)
		return number;
	cell->job = (uint32_t)number;
	cell->has_text = false;
	cell->left = INT64_MAX;
	if (jf->deadline != 0)
		cell->left = jf->deadline - tutti_now();
	rc = tu_parcel_pack(&packed, jf->job->arg_kind, jf->job->arg_size, jf->arg);
	if (rc == 0)
		rc = tu_handles_keep(packed.data, packed.size, kept);
	if (rc == 0)
		rc = tu_cell_fill(&p->cells, i, packed.data, packed.size);
	tutti_bytes_free(&packed);
	return rc;
}

/* Into a cell, *at, which may be published. false: it may not, and the collector will say why. */
static bool hand_out(struct pool *p, struct tu_job_future *jf, uint32_t *at)
{
	uint32_t i = *at = p->free[--p->free_count];
	struct in_cell *in = &p->cell[i];

	*in = (struct in_cell){ .jf = jf, .limit = TUTTI_FOREVER, .file = -1 };
	jf->engine = (void *)((uintptr_t)i + 1);
	if (jf->deadline != 0) {
		in->limit = jf->deadline;
		p->limited++;
	}
	tu_executor_begun(jf);
	in->reason = fill(p, i, jf, &in->kept);
	if (in->reason == 0)
		in->file = tu_cell_at(&p->cells, i)->file;
	/* Cancelled while it was between two workers. Who does so now comes for the lock later. */
	if (in->reason == 0 && tu_future_word(&jf->future) & TU_FUTURE_ASKED)
		in->reason = TUTTI_ECANCELED;
	if (in->reason < 0)
		p->asked = true; /* the collector ends it */
	return in->reason == 0;
}

struct tu_job_future *tu_pool_take_pending(struct pool *p)
{
	struct tu_link *link = tu_list_take(&p->pending);
	struct tu_job_future *jf =
		link ? tu_container_of(link, struct tu_job_future, queued) : NULL;

	if (jf)
		jf->engine = TU_POOL_GONE;
	return jf;
}

unsigned tu_pool_feed(struct pool *p, struct tu_list *gone)
{
	struct tu_job_future *jf;
	uint32_t cells[FEED_MOST];
	unsigned n = 0;

	while (n < FEED_MOST && p->free_count > 0 && !p->broken &&
		(jf = tu_pool_take_pending(p)) != NULL)
		if (tu_future_begin(&jf->future))
			n += hand_out(p, jf, &cells[n]);
		else
			tu_list_add_tail(gone, &jf->queued);
	tu_cells_publish(&p->cells, cells, n);
	return n;
}

static void let_go_of(struct tu_list *gone)
{
	struct tu_link *link;

	while ((link = tu_list_take(gone)) != NULL)
		tu_executor_let_go(tu_container_of(link, struct tu_job_future, queued));
}

void tu_pool_fed(struct pool *p, unsigned n, struct tu_list *gone)
{
	for (;;) {
		if (n > 0)
			tu_cells_call(&p->cells, n);
		let_go_of(gone);
		if (n < FEED_MOST)
			return;
		tu_mutex_lock(&p->lock);
		n = tu_pool_feed(p, gone);
		tu_mutex_unlock(&p->lock);
	}
}

/* -- the engine's functions -------------------------------------------------------------------- */

static int processes_submit(void *self, tutti_future *f)
{
	struct tu_job_future *jf = tu_job_future_of(f);
	struct pool *p = self;
	tutti_time deadline = jf->deadline; /* it may have ended when we come to look */
	struct tu_list gone;
	unsigned fed;
	bool tell;

	tu_list_init(&gone);
	if (p->lost)
		return -ECHILD;
	jf->remote = true;
	jf->engine = NULL;
	tu_mutex_lock(&p->lock);
	tu_list_add_tail(&p->pending, &jf->queued);
	fed = tu_pool_feed(p, &gone);
	tell = p->asked || p->broken;
	if (deadline != 0 && deadline < p->due) {
		p->due = deadline;
		tell = true;
	}
	tu_mutex_unlock(&p->lock);
	tu_pool_fed(p, fed, &gone);
	if (tell)
		tu_cells_tell(&p->cells);
	return 0;
}

/* It is in a cell: the collector is to stop it. Under the lock. */
static void stop(struct pool *p, uint32_t at, const struct tu_job_future *jf)
{
	if (at >= TU_CELLS || p->cell[at].jf != jf)
		return;
	if (p->cell[at].reason == 0)
		p->cell[at].reason = TUTTI_ECANCELED;
	tu_cells_take_back(&p->cells, at); /* now, before anybody takes it */
	p->asked = true;
}

static void processes_cancel(void *self, tutti_future *f)
{
	struct tu_job_future *jf = tu_job_future_of(f);
	struct pool *p = self;
	bool queued;

	if (p->lost)
		return;
	tu_mutex_lock(&p->lock);
	queued = jf->engine == NULL && tu_link_used(&jf->queued);
	if (queued)
		tu_list_remove(&jf->queued);
	else /* if it has a cell */
		stop(p, (uint32_t)(uintptr_t)jf->engine - 1, jf);
	tu_mutex_unlock(&p->lock);
	if (queued)
		tu_executor_let_go(jf);
	else
		tu_cells_tell(&p->cells);
}

/* Those in cells count as running, but nobody has taken them yet. Under the lock. */
static void drop_from_cells(struct pool *p)
{
	for (uint32_t i = 0; i < TU_CELLS; i++) {
		struct in_cell *in = &p->cell[i];

		if (!in->jf || in->reason != 0 || !tu_cells_take_back(&p->cells, i))
			continue;
		in->reason = TUTTI_ECANCELED;
		p->asked = true;
	}
}

static void processes_shutdown(void *self, tutti_ending how)
{
	struct pool *p = self;

	if (p->lost || how < TUTTI_DROP_PENDING)
		return;
	tu_mutex_lock(&p->lock);
	drop_from_cells(p);
	tu_mutex_unlock(&p->lock);
	tu_cells_tell(&p->cells);
}

/* -- open and free ----------------------------------------------------------------------------- */

static void be_lost(struct tu_fork_guard *g)
{
	struct pool *p = tu_container_of(g, struct pool, guard);

	p->lost = true; /* whatever it is like: nobody touches it any more */
}

static void destroy(struct pool *p)
{
	tu_fork_guard_remove(&p->guard);
	tu_cells_close(&p->cells);
	tu_free(p->workers);
	tu_free(p->name);
	tu_free(p);
}

static void await(tutti_event *event)
{
	tutti_scope quiet;

	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_event_wait(event);
	tutti_shield_end(&quiet, 0);
}

static void processes_free(void *self)
{
	struct pool *p = self;

	if (!p->lost) {
		tu_store_rel(&p->closing, true); /* [pool-1] release: what the jobs did */
		tu_cells_tell(&p->cells);
		await(&p->over);
	}
	destroy(p);
}

static struct pool *make(const tutti_executor_options *o, unsigned count)
{
	struct pool *p = tu_alloc_zero(sizeof(*p));

	if (!p)
		return NULL;
	p->count = count;
	p->due = TUTTI_FOREVER;
	p->worker_start = o->worker_start;
	p->jobs_max = o->jobs_max;
	p->guard = (struct tu_fork_guard){ .lock = &p->guard_lock, .in_child = be_lost };
	p->workers = tu_alloc_zero(count * sizeof(*p->workers));
	p->name = o->name ? tu_copy_text(o->name) : NULL;
	tu_list_init(&p->pending);
	for (uint32_t i = 0; i < TU_CELLS; i++)
		p->free[p->free_count++] = TU_CELLS - 1 - i;
	for (unsigned i = 0; p->workers && i < count; i++) {
		p->workers[i].pool = p;
		p->workers[i].kill_at = TUTTI_FOREVER;
	}
	if (p->workers && (p->name || !o->name))
		return p;
	tu_free(p->workers);
	tu_free(p->name);
	tu_free(p);
	return NULL;
}

static int processes_open(void **self, const char *where, const tutti_executor_options *o)
{
	int count = o->max_workers > 0 ? o->max_workers : tutti_cpu_count(), rc;
	struct pool *p;
	char text[400];

	(void)where;
	if (count > TU_CELLS_WORKERS || o->worker_arg)
		return -EINVAL;
	if (tu_simulated()) /* its workers would not be, and the clock stands still for them */
		return -ENOTSUP;
	rc = tu_anew_check(text, sizeof(text));
	if (rc < 0) {
		tu_report(rc, "no pool of processes: %s", text);
		return rc;
	}
	p = make(o, (unsigned)count);
	if (!p)
		return -ENOMEM;
	rc = tu_cells_create(&p->cells);
	if (rc < 0) {
		tu_free(p->workers);
		tu_free(p->name);
		tu_free(p);
		return rc;
	}
	tu_crash_point();
	tu_fork_guard_add(&p->guard);
	tu_process_write_out(); /* here: the collector must not wait for who holds the streams */
	rc = tu_thread_spawn(tu_pool_collect, p, 0);
	if (rc < 0) {
		destroy(p);
		return rc;
	}
	await(&p->ready);
	tu_crash_point();
	rc = p->rc;
	if (rc < 0) {
		await(&p->over);
		destroy(p);
		return rc;
	}
	*self = p;
	return 0;
}

const struct tu_own_engine tu_engine_processes = { .elsewhere = true,
	.engine = { .size = sizeof(tutti_engine),
		.scheme = "processes",
		.open = processes_open,
		.submit = processes_submit,
		.cancel = processes_cancel,
		.shutdown = processes_shutdown,
		.free = processes_free } };
