/* SPDX-License-Identifier: MIT */
/*
 * processes.c - the engine "processes": its jobs wait here, run in workers' cells, and end here.
 *
 * A job that is submitted waits in `pending` until a cell is free; from then on it counts as
 * running, as a worker may take it any moment. One thread of the pool's, the collector, starts the
 * workers, completes what they have done, replaces those that die, and ends those whose job is to
 * stop. Whoever submits or cancels only leaves word.
 *
 * Only the collector completes futures, so nothing of this is called back with the lock held.
 */
#include "proc/pool.h"

#include "base/list.h"
#include "core/alloc.h"
#include "core/mutex.h"
#include "core/thread.h"
#include "core/worker.h"
#include "exec/executor.h"
#include "exec/job_future.h"
#include "os/os.h"
#include "proc/cells.h"
#include "proc/handles.h"
#include "proc/parcel.h"
#include "proc/start.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <tutti/cpu.h>
#include <tutti/error.h>
#include <tutti/event.h>
#include <tutti/scope.h>
#include <tutti/time.h>

enum {
	KILLS_MOST = 3,  /* a job that has killed so many workers is not tried again */
	STARTS_MOST = 6, /* workers that died one after the other before they did anything */
	BATCH = 64,
};
static const tutti_time back_off = TUTTI_MILLISECONDS(10), back_off_most = TUTTI_SECONDS(1);
static const tutti_time patience = TUTTI_MILLISECONDS(100); /* a job may notice by itself */
static const tutti_time grace = TUTTI_SECONDS(1);           /* between SIGTERM and SIGKILL */
static const tutti_time leave_grace = TUTTI_SECONDS(5);     /* for exit handlers of workers */

struct pool_worker {
	struct pool *pool;
	tutti_process *process; /* NULL: none just now */
	uint32_t seen;          /* of what it has done */
	bool ended;             /* the process has; under the lock */
	bool useful;            /* it has done something */
	unsigned failures;      /* of those before it, one after the other */
	tutti_time start_at;    /* if there is none */
	tutti_time kill_at;     /* TUTTI_FOREVER: it is not to be killed */
};

struct in_cell {
	struct tu_job_future *jf; /* NULL: free */
	int reason;               /* why it is to stop; 0: it is not */
	tutti_time limit;         /* TUTTI_FOREVER: none */
	int file;                 /* of a large argument, ours to close; -1: none */
	struct tu_kept kept;      /* what its argument has handles of */
};

struct pool {
	struct tu_cells cells; /* this and the next four: fixed after open */
	unsigned count;
	tutti_fn worker_start;
	char *name;
	tutti_event ready, over;     /* of the collector */
	int rc;                      /* before ready: how the first workers started */
	struct pool_worker *workers; /* the collector's */
	uint32_t lock;               /* a tu_mutex; all below */
	struct in_cell cell[TU_CELLS];
	uint32_t free[TU_CELLS];
	unsigned free_count, limited, alive;
	struct tu_list pending; /* of job futures, by queued */
	const tutti_job *jobs[TU_CELLS_JOBS];
	uint32_t job_count;
	tutti_time due; /* the collector looks at limits then, or earlier */
	bool asked, closing;
	int broken; /* workers cannot be had: jobs fail with it; 0: they can */
	char why[200];
};

/* -- handing out -------------------------------------------------------------------------------- */

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

static int fill(
	struct pool *p, struct tu_cell *cell, const struct tu_job_future *jf, struct tu_kept *kept)
{
	int number = number_of(p, jf->job), rc;
	tutti_bytes packed = { NULL, 0, NULL };

	if (number < 0)
		return number;
	cell->job = (uint32_t)number;
	cell->text[0] = 0;
	cell->left = INT64_MAX;
	if (jf->deadline != 0)
		cell->left = jf->deadline - tutti_now();
	rc = tu_parcel_pack(&packed, jf->job->arg_kind, jf->job->arg_size, jf->arg);
	if (rc == 0)
		rc = tu_handles_keep(packed.data, packed.size, kept);
	if (rc == 0)
		rc = tu_cell_fill(cell, packed.data, packed.size);
	tutti_bytes_free(&packed);
	return rc;
}

static void hand_out(struct pool *p, struct tu_job_future *jf)
{
	uint32_t i = p->free[--p->free_count];
	struct in_cell *in = &p->cell[i];

	*in = (struct in_cell){ .jf = jf, .limit = TUTTI_FOREVER, .file = -1 };
	jf->engine = (void *)((uintptr_t)i + 1);
	if (jf->deadline != 0) {
		in->limit = jf->deadline;
		p->limited++;
	}
	tu_executor_begun(jf);
	in->reason = fill(p, tu_cell_at(&p->cells, i), jf, &in->kept);
	if (in->reason < 0) {
		p->asked = true; /* the collector sees why */
		return;
	}
	in->file = tu_cell_at(&p->cells, i)->file;
	tu_cells_publish(&p->cells, i);
}

/* Those that were cancelled before go to gone: the caller lets go of them without the lock. */
static void feed(struct pool *p, struct tu_list *gone)
{
	struct tu_link *link;

	while (p->free_count > 0 && !p->broken && (link = tu_list_take(&p->pending)) != NULL) {
		struct tu_job_future *jf = tu_container_of(link, struct tu_job_future, queued);

		if (tu_future_begin(&jf->future))
			hand_out(p, jf);
		else
			tu_list_add_tail(gone, &jf->queued);
	}
}

static void let_go_of(struct tu_list *gone)
{
	struct tu_link *link;

	while ((link = tu_list_take(gone)) != NULL)
		tu_executor_let_go(tu_container_of(link, struct tu_job_future, queued));
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

/* -- the engine's functions --------------------------------------------------------------------- */

static int processes_submit(void *self, tutti_future *f)
{
	struct tu_job_future *jf = tu_job_future_of(f);
	struct pool *p = self;
	tutti_time deadline = jf->deadline; /* it may have ended when we come to look */
	struct tu_list gone;
	bool tell;

	tu_list_init(&gone);
	jf->remote = true;
	jf->engine = NULL;
	tu_mutex_lock(&p->lock);
	tu_list_add_tail(&p->pending, &jf->queued);
	feed(p, &gone);
	tell = p->asked || p->broken;
	if (deadline != 0 && deadline < p->due) {
		p->due = deadline;
		tell = true;
	}
	tu_mutex_unlock(&p->lock);
	let_go_of(&gone);
	if (tell)
		tu_cells_tell(&p->cells);
	return 0;
}

static void processes_cancel(void *self, tutti_future *f)
{
	struct tu_job_future *jf = tu_job_future_of(f);
	struct pool *p = self;
	uint32_t at;
	bool queued;

	tu_mutex_lock(&p->lock);
	at = (uint32_t)(uintptr_t)jf->engine - 1; /* if it has a cell */
	queued = tu_link_used(&jf->queued);
	if (queued)
		tu_list_remove(&jf->queued);
	else if (jf->engine && p->cell[at].jf == jf) {
		p->cell[at].reason = TUTTI_ECANCELED;
		tu_cells_take_back(&p->cells, at); /* now, before anybody takes it */
	}
	p->asked = p->asked || !queued;
	tu_mutex_unlock(&p->lock);
	if (queued)
		tu_executor_let_go(jf);
	else
		tu_cells_tell(&p->cells);
}

/* -- what was done ------------------------------------------------------------------------------ */

static void complete(struct pool *p, uint32_t i)
{
	struct tu_cell *cell = tu_cell_at(&p->cells, i);
	tutti_bytes result = { NULL, 0, NULL };
	int code = cell->code;

	if (code == 0)
		result = tu_cell_read(cell);
	if (code == 0 && !result.data)
		code = -ENOMEM;
	cell->text[TU_CELL_TEXT - 1] = 0;
	tu_parcel_deliver(
		p->cell[i].jf, code, *cell->text ? cell->text : NULL, result, tu_job_future_end);
	tu_cell_leave(cell, result);
}

/* Cells whose jobs have ended are free, and jobs that wait get them. */
static void recycle(struct pool *p, const uint32_t *cells, unsigned n)
{
	struct tu_list gone;

	for (unsigned i = 0; i < n; i++) {
		tu_handles_let_go(&p->cell[cells[i]].kept);
		tu_cells_free(&p->cells, cells[i]);
	}
	tu_list_init(&gone);
	tu_mutex_lock(&p->lock);
	for (unsigned i = 0; i < n; i++)
		release(p, cells[i]);
	feed(p, &gone);
	tu_mutex_unlock(&p->lock);
	let_go_of(&gone);
}

static bool gather_from(struct pool *p, struct pool_worker *w)
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
	recycle(p, cells, n);
	return true;
}

static bool gather(struct pool *p)
{
	bool any = false;

	for (unsigned i = 0; i < p->count; i++)
		any = gather_from(p, &p->workers[i]) || any;
	return any;
}

/* -- jobs that end otherwise --------------------------------------------------------------------- */

static void end_cell(struct pool *p, uint32_t i, int code, const char *text)
{
	struct tu_job_future *jf = p->cell[i].jf;

	/* Its cell first: tried once more, it may be given another. */
	recycle(p, &i, 1);
	tu_job_future_end(jf, code, text, NULL);
}

/* Its worker has died with it. */
static void job_crashed(struct pool *p, uint32_t i, const char *how)
{
	struct in_cell *in = &p->cell[i];
	char text[400];

	if (in->reason != 0) {
		end_cell(p, i, in->reason, NULL);
		return;
	}
	snprintf(text, sizeof(text), "%s", how);
	if (++in->jf->kills >= KILLS_MOST && in->jf->retries > 0) {
		in->jf->retries = 0;
		snprintf(text, sizeof(text),
			"%s; it is not tried again, as it has killed %d workers", how, KILLS_MOST);
	}
	end_cell(p, i, TUTTI_ECRASHED, text);
}

static void stop_worker(struct pool_worker *w)
{
	if (!w->process || w->kill_at != TUTTI_FOREVER)
		return;
	tutti_process_terminate(w->process);
	w->kill_at = tutti_after(grace);
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
		end_cell(p, i, p->cell[i].reason, NULL);
		return;
	}
	worker = tu_cells_worker_of(&p->cells, i);
	if (worker >= 0)
		stop_worker(&p->workers[worker]);
}

static void stop_jobs(struct pool *p)
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

/* No workers can be had: nobody would ever run them. */
static void fail_pending(struct pool *p)
{
	struct tu_link *link;
	struct tu_list all;

	for (uint32_t i = 0; i < TU_CELLS; i++)
		if (p->cell[i].jf && tu_cells_take_back(&p->cells, i))
			end_cell(p, i, p->broken, p->why);
	tu_list_init(&all);
	tu_mutex_lock(&p->lock);
	while ((link = tu_list_take(&p->pending)) != NULL)
		tu_list_add_tail(&all, link);
	tu_mutex_unlock(&p->lock);
	while ((link = tu_list_take(&all)) != NULL)
		tu_job_future_end(tu_container_of(link, struct tu_job_future, queued), p->broken,
			p->why, NULL);
}

/* -- workers ------------------------------------------------------------------------------------ */

static void worker_ended(tutti_future *f, void *arg)
{
	struct pool_worker *w = arg;
	struct pool *p = w->pool;

	(void)f;
	/* With the lock, and nothing after it: from then on all this may be gone. */
	tu_mutex_lock(&p->lock);
	w->ended = true;
	p->alive--;
	tu_cells_tell(&p->cells);
	tu_mutex_unlock(&p->lock);
}

static int start_worker(struct pool *p, struct pool_worker *w)
{
	static struct tu_pool_worker what; /* large; one collector at a time has it */
	static uint32_t what_lock;
	unsigned number = (unsigned)(w - p->workers);
	int cpus = tutti_cpu_count() / (int)p->count, rc;
	tutti_process_options options = { .daemon = 1 };
	char name[128];
	const char *file, *base;

	if (p->name) {
		snprintf(name, sizeof(name), "%s-%u", p->name, number + 1);
		options.name = name;
	}
	tu_mutex_lock(&what_lock);
	what = (struct tu_pool_worker){ .pool = tu_os_process_id(),
		.fd = p->cells.fd,
		.number = number,
		.cpus = cpus > 1 ? (uint32_t)cpus : 1 };
	if (p->worker_start) {
		base = tu_os_module_of((const void *)p->worker_start, &file);
		what.start = (uint64_t)((const char *)p->worker_start - base);
		snprintf(what.module, sizeof(what.module), "%s", file);
	}
	w->process = tu_process_start_elsewhere(&tu_pool_worker_job, &what, &options);
	tu_mutex_unlock(&what_lock);
	rc = tu_future_never_began(w->process) ? tutti_future_error(w->process) : 0;
	w->kill_at = TUTTI_FOREVER;
	w->useful = false;
	if (rc < 0) {
		snprintf(p->why, sizeof(p->why), "%s", tutti_future_text(w->process));
		tutti_future_unref(w->process);
		w->process = NULL;
		return rc;
	}
	tu_mutex_lock(&p->lock);
	w->ended = false;
	p->alive++;
	tu_mutex_unlock(&p->lock);
	tutti_future_add_done_callback(w->process, worker_ended, w);
	return 0;
}

static bool has_ended(struct pool *p, const struct pool_worker *w)
{
	bool ended;

	tu_mutex_lock(&p->lock);
	ended = w->process && w->ended;
	tu_mutex_unlock(&p->lock);
	return ended;
}

/* All that it had is done or lost. */
static void settle_worker(struct pool *p, struct pool_worker *w)
{
	const char *how = tutti_future_text(w->process);
	int number = (int)(w - p->workers);

	while (gather_from(p, w))
		;
	for (uint32_t i = 0; i < TU_CELLS; i++) {
		if (!p->cell[i].jf)
			continue;
		if (tu_cells_worker_of(&p->cells, i) == number) {
			job_crashed(p, i, how && *how ? how : "its worker has ended");
		} else if (tu_cells_is_done_by(&p->cells, i, (unsigned)number)) {
			complete(p, i); /* it did not come to say so */
			recycle(p, &i, 1);
		}
	}
}

static void worker_is_gone(struct pool *p, struct pool_worker *w)
{
	tutti_time pause;

	settle_worker(p, w);
	/* After six that did nothing, so that nobody waits for ever. */
	if (!w->useful && w->kill_at == TUTTI_FOREVER && ++w->failures >= STARTS_MOST) {
		tu_mutex_lock(&p->lock);
		snprintf(p->why, sizeof(p->why), "the pool's workers end at once: %s",
			tutti_future_text(w->process));
		p->broken = TUTTI_ECRASHED;
		tu_mutex_unlock(&p->lock);
	}
	tutti_future_unref(w->process);
	w->process = NULL;
	pause = w->failures ? back_off << w->failures : 0;
	w->start_at = tutti_after(pause < back_off_most ? pause : back_off_most);
}

static void look_after(struct pool *p, struct pool_worker *w, tutti_time now)
{
	if (has_ended(p, w))
		worker_is_gone(p, w);
	if (w->process && w->kill_at <= now) {
		tutti_process_kill(w->process);
		w->kill_at = TUTTI_FOREVER - 1;
	}
	if (!w->process && !p->closing && !p->broken && w->start_at <= now &&
		start_worker(p, w) < 0) {
		w->failures++;
		w->start_at = tutti_after(back_off_most);
	}
}

/* -- the collector ------------------------------------------------------------------------------- */

static tutti_time next_due(struct pool *p)
{
	tutti_time due = TUTTI_FOREVER;

	for (unsigned i = 0; i < p->count; i++) {
		const struct pool_worker *w = &p->workers[i];
		tutti_time at = w->process ? w->kill_at : w->start_at;

		if (at < due && (w->process || (!p->closing && !p->broken)))
			due = at;
	}
	tu_mutex_lock(&p->lock);
	for (uint32_t i = 0; p->limited > 0 && i < TU_CELLS; i++)
		if (p->cell[i].jf && p->cell[i].reason == 0 && p->cell[i].limit < due) {
			/* Taken by then or not: after that it is looked at again. */
			due = p->cell[i].limit;
			if (due <= tutti_now())
				due += patience;
		}
	p->due = due;
	tu_mutex_unlock(&p->lock);
	return due;
}

static bool is_over(struct pool *p)
{
	bool over;

	tu_mutex_lock(&p->lock);
	over = p->closing && p->alive == 0;
	tu_mutex_unlock(&p->lock);
	return over;
}

/* Nothing runs any more: workers leave, or are made to. */
static void dismiss(struct pool *p)
{
	tu_cells_end(&p->cells);
	for (unsigned i = 0; i < p->count; i++)
		if (p->workers[i].kill_at == TUTTI_FOREVER)
			p->workers[i].kill_at = tutti_after(leave_grace);
}

static int start_all(struct pool *p)
{
	int rc = 0;

	for (unsigned i = 0; i < p->count && rc == 0; i++)
		rc = start_worker(p, &p->workers[i]);
	return rc;
}

static void collect(struct pool *p)
{
	bool dismissed = false;

	while (!is_over(p)) {
		uint32_t seen = tu_cells_news(&p->cells);
		bool any = gather(p);
		tutti_time now = tutti_now();

		stop_jobs(p);
		for (unsigned i = 0; i < p->count; i++)
			look_after(p, &p->workers[i], now);
		if (p->broken)
			fail_pending(p);
		if (tu_load_acq(&p->closing) && !dismissed) { /* see processes_free */
			dismiss(p);
			dismissed = true;
		}
		if (!any)
			tu_cells_await_news(&p->cells, seen, next_due(p));
	}
	for (unsigned i = 0; i < p->count; i++)
		tutti_future_unref(p->workers[i].process);
}

static void collector_main(void *arg)
{
	struct tu_context *self = tu_self();
	struct pool *p = arg;

	self->worker->daemon = self->worker->helper = true;
	tu_thread_show_name("tutti-pool");
	p->rc = start_all(p);
	if (p->rc < 0)
		tu_store_rel(&p->closing, true);
	tutti_event_set(&p->ready);
	collect(p);
	tutti_event_set(&p->over);
}

/* -- open and free ------------------------------------------------------------------------------- */

static void destroy(struct pool *p)
{
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

	tu_store_rel(&p->closing, true); /* all that the pool's jobs did */
	tu_cells_tell(&p->cells);
	await(&p->over);
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
	tu_free(p);
	return NULL;
}

static int processes_open(void **self, const char *where, const tutti_executor_options *o)
{
	int count = o->max_workers > 0 ? o->max_workers : tutti_cpu_count(), rc;
	struct pool *p;

	(void)where;
	if (count > TU_CELLS_WORKERS || o->worker_arg)
		return -EINVAL;
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
	rc = tu_thread_spawn(collector_main, p, 0);
	if (rc < 0) {
		destroy(p);
		return rc;
	}
	await(&p->ready);
	rc = p->rc;
	if (rc < 0) {
		await(&p->over);
		destroy(p);
		return rc;
	}
	*self = p;
	return 0;
}

const struct tu_own_engine tu_engine_processes = { .engine = { .size = sizeof(tutti_engine),
							   .scheme = "processes",
							   .open = processes_open,
							   .submit = processes_submit,
							   .cancel = processes_cancel,
							   .free = processes_free } };
