/* SPDX-License-Identifier: MIT */
/* collector.c - the thread of a pool of processes; see pool_inside.h. */
#include "proc/pool_inside.h"

#include "core/alloc.h"
#include "core/crash_point.h"
#include "core/thread.h"
#include "core/worker.h"
#include "os/os.h"
#include "proc/parcel.h"
#include "proc/process.h"
#include "proc/start.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tutti/cpu.h>
#include <tutti/error.h>
#include <tutti/time.h>

enum {
	KILLS_MOST = 3,  /* a job that has killed so many workers is not tried again */
	STARTS_MOST = 6, /* workers that died one after the other before they did anything */
	BATCH = 64,
	HOW = TU_ERRORS_TEXT + 300, /* bytes: how a worker has ended */
};
static const tutti_time back_off = TUTTI_MILLISECONDS(10), back_off_most = TUTTI_SECONDS(1);
static const tutti_time patience = TUTTI_MILLISECONDS(100);       /* a job may notice by itself */
static const tutti_time grace = TUTTI_SECONDS(1);                 /* between SIGTERM and SIGKILL */
static const tutti_time flush_patience = TUTTI_MILLISECONDS(200); /* for its last words */
static const tutti_time leave_grace = TUTTI_SECONDS(5);           /* for exit handlers of workers */

/* -- what was done ----------------------------------------------------------------------------- */

/* false: its worker was killed meanwhile, and what came of it is lost: see settle_worker. */
static bool complete(struct pool *p, uint32_t i)
{
	struct tu_cell *cell = tu_cell_at(&p->cells, i);
	tutti_bytes result = { NULL, 0, NULL };
	int code = cell->code;

	if (code == 0)
		code = tu_cell_read(cell, &result);
	if (code == -ESRCH && cell->code == 0)
		return false;
	cell->text[TU_CELL_TEXT - 1] = 0;
	tu_parcel_deliver(
		p->cell[i].jf, code, *cell->text ? cell->text : NULL, result, tu_job_future_end);
	tu_crash_point();
	tu_cell_leave(cell, result);
	return true;
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
	tu_pool_feed(p, &gone);
	tu_mutex_unlock(&p->lock);
	tu_pool_let_go_of(&gone);
}

static bool gather_from(struct pool *p, struct pool_worker *w)
{
	uint32_t cells[BATCH];
	unsigned n = 0;
	int i;

	while (n < BATCH &&
		(i = tu_cells_next_done(&p->cells, (unsigned)(w - p->workers), &w->seen)) >= 0) {
		if (complete(p, (uint32_t)i))
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

/* -- jobs that end otherwise ------------------------------------------------------------------- */

static struct tu_job_future *job_in(struct pool *p, uint32_t i)
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
	recycle(p, &i, 1);
	tu_job_future_end(jf, code, text, NULL);
}

/* Its worker has died with it. */
static void job_crashed(struct pool *p, uint32_t i, const char *how)
{
	struct tu_job_future *jf = p->cell[i].jf;
	int reason = reason_of(p, i);
	char text[HOW + 100];

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

static void stop_worker(struct pool_worker *w)
{
	if (!w->process || w->told)
		return;
	w->told = true;
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
		end_cell(p, i, reason_of(p, i), NULL);
		return;
	}
	worker = tu_cells_stop(&p->cells, i);
	if (worker >= 0)
		stop_worker(&p->workers[worker]);
}

static bool is_asked(struct pool *p)
{
	bool is;

	tu_mutex_lock(&p->lock);
	is = p->asked;
	tu_mutex_unlock(&p->lock);
	return is;
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

static struct tu_job_future *next_pending(struct pool *p)
{
	struct tu_job_future *jf;

	tu_mutex_lock(&p->lock);
	jf = tu_pool_take_pending(p);
	tu_mutex_unlock(&p->lock);
	return jf;
}

/* No workers can be had: nobody would ever run them. */
static void fail_pending(struct pool *p)
{
	struct tu_job_future *jf;

	for (uint32_t i = 0; i < TU_CELLS; i++)
		if (job_in(p, i) && tu_cells_take_back(&p->cells, i))
			end_cell(p, i, p->broken, p->why);
	while ((jf = next_pending(p)) != NULL)
		tu_job_future_end(jf, p->broken, p->why, NULL);
}

/* -- workers ----------------------------------------------------------------------------------- */

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

static void describe(const struct pool *p, unsigned number, struct tu_pool_worker *what)
{
	int cpus = tutti_cpu_count() / (int)p->count;
	const char *file, *base;

	*what = (struct tu_pool_worker){ .pool = tu_os_process_id(),
		.fd = p->cells.fd,
		.number = number,
		.cpus = cpus > 1 ? (uint32_t)cpus : 1,
		.jobs_max = p->jobs_max };
	if (!p->worker_start)
		return;
	base = tu_os_module_of((const void *)p->worker_start, &file);
	what->start = (uint64_t)((const char *)p->worker_start - base);
	snprintf(what->module, sizeof(what->module), "%s", file);
}

static tutti_process *start_process(const struct pool *p, unsigned number, int errors)
{
	struct tu_pool_worker *what = tu_alloc(sizeof(*what));
	tutti_process_options options = { .daemon = 1 };
	tutti_process *process;
	char name[128];

	if (!what)
		return tu_future_failed(-ENOMEM);
	if (p->name) {
		snprintf(name, sizeof(name), "%s-%u", p->name, number + 1);
		options.name = name;
	}
	describe(p, number, what);
	process = tu_process_start_elsewhere(&tu_pool_worker_job, what, &options, errors);
	tu_free(what);
	return process;
}

static int never_started(struct pool *p, struct pool_worker *w, tutti_process *process)
{
	int rc = tutti_future_error(process);
	const char *text = tutti_future_text(process);

	snprintf(p->why, sizeof(p->why), "%s", text ? text : tutti_strerror(rc));
	tutti_future_unref(process);
	tu_errors_unref(w->errors);
	w->errors = NULL;
	w->failures++;
	w->start_at = tutti_after(back_off_most);
	return rc;
}

static int start_worker(struct pool *p, struct pool_worker *w)
{
	int rc = tu_minder_begin(), to = -1;
	tutti_process *process;

	w->errors = NULL;
	if (rc == 0 && tu_errors_open(&w->errors, &to) < 0)
		w->errors = NULL; /* then it has our own stream */
	tu_crash_point();
	process = start_process(p, (unsigned)(w - p->workers), w->errors ? to : -1);
	tu_crash_point();
	if (w->errors)
		tu_os_close(to);
	if (tu_future_never_began(process))
		return never_started(p, w, process);
	w->process = process;
	w->kill_at = TUTTI_FOREVER;
	w->useful = w->told = false;
	tu_mutex_lock(&p->lock);
	w->ended = false;
	p->alive++;
	tu_mutex_unlock(&p->lock);
	if (tutti_future_add_done_callback(process, worker_ended, w) < 0) {
		/* Nobody would ever hear of its end. */
		tutti_process_kill(process);
		tutti_process_join(process);
		worker_ended(process, w);
	}
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

/* How it ended, and its last lines. Returns buf. */
static const char *tell_end(const struct pool_worker *w, char *buf, size_t n)
{
	const char *how = tutti_future_text(w->process);
	char lines[TU_ERRORS_TEXT] = "";

	if (w->errors)
		tu_errors_last(w->errors, lines, sizeof(lines), tutti_after(flush_patience));
	snprintf(buf, n, "%s%s%s", how && *how ? how : "its worker has ended",
		*lines ? "; it said last:" : "", lines);
	return buf;
}

/* All that it had is done or lost. */
static void settle_worker(struct pool *p, struct pool_worker *w, const char *how)
{
	int number = (int)(w - p->workers);

	while (gather_from(p, w))
		;
	for (uint32_t i = 0; i < TU_CELLS; i++) {
		if (!job_in(p, i))
			continue;
		if (tu_cells_worker_of(&p->cells, i) != number &&
			!tu_cells_is_done_by(&p->cells, i, (unsigned)number))
			continue;
		w->useful = true; /* it came as far as that: there is no use in waiting */
		w->failures = 0;
		/* Done: it did not come to say so, or to have it read. */
		if (tu_cells_is_done(&p->cells, i) && complete(p, i))
			recycle(p, &i, 1);
		else
			job_crashed(p, i, how);
	}
}

static void be_broken(struct pool *p, int code)
{
	tu_mutex_lock(&p->lock);
	p->broken = code;
	tu_mutex_unlock(&p->lock);
}

static bool is_any_alive(struct pool *p)
{
	bool any;

	tu_mutex_lock(&p->lock);
	any = p->alive > 0;
	tu_mutex_unlock(&p->lock);
	return any;
}

static bool is_closing(struct pool *p)
{
	return tu_load_acq(&p->closing); /* [pool-1] acquire: what the jobs did */
}

static void forget_process(struct pool_worker *w)
{
	if (w->process)
		tutti_future_error(w->process); /* it has been seen how it ended */
	tutti_future_unref(w->process);
	tu_errors_unref(w->errors);
	w->process = NULL;
	w->errors = NULL;
}

static void worker_is_gone(struct pool *p, struct pool_worker *w)
{
	tutti_time pause;
	char how[HOW];

	tell_end(w, how, sizeof(how));
	settle_worker(p, w, how);
	/* After six that did nothing, so that nobody waits for ever. */
	if (!w->useful && !w->told && w->kill_at == TUTTI_FOREVER && ++w->failures >= STARTS_MOST) {
		snprintf(p->why, sizeof(p->why), "the pool's workers end at once: %s", how);
		be_broken(p, TUTTI_ECRASHED);
	}
	forget_process(w);
	pause = w->failures == 0 ? 0 : w->failures < 8 ? back_off << w->failures : back_off_most;
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
	if (!w->process && !is_closing(p) && !p->broken && w->start_at <= now) {
		int rc = start_worker(p, w);

		if (rc < 0 && w->failures >= STARTS_MOST && !is_any_alive(p))
			be_broken(p, rc);
	}
}

/* -- the collector ----------------------------------------------------------------------------- */

static tutti_time next_due(struct pool *p)
{
	tutti_time due = TUTTI_FOREVER;

	for (unsigned i = 0; i < p->count; i++) {
		const struct pool_worker *w = &p->workers[i];
		tutti_time at = w->process ? w->kill_at : w->start_at;

		if (at < due && (w->process || (!is_closing(p) && !p->broken)))
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
	return is_closing(p) && !is_any_alive(p);
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
		if (is_closing(p) && !dismissed) {
			dismiss(p);
			dismissed = true;
		}
		/* What was handed out meanwhile may have to be ended at once. */
		if (!any && !is_asked(p))
			tu_cells_await_news(&p->cells, seen, next_due(p));
	}
	for (unsigned i = 0; i < p->count; i++)
		forget_process(&p->workers[i]);
}

void tu_pool_collect(void *arg)
{
	struct tu_context *self = tu_self();
	struct pool *p = arg;

	self->worker->daemon = self->worker->helper = true;
	tu_thread_show_name("tutti-pool");
	p->rc = start_all(p);
	if (p->rc < 0)
		tu_store_rel(&p->closing, true); /* [pool-1] release: nothing */
	tutti_event_set(&p->ready);
	collect(p);
	tutti_event_set(&p->over);
}
