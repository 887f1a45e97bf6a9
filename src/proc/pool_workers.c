/* SPDX-License-Identifier: MIT */
/* pool_workers.c - the workers' lives: started, watched, buried, replaced; see pool_inside.h. */
#include "proc/pool_inside.h"

#include "core/alloc.h"
#include "core/crash_point.h"
#include "os/os.h"
#include "proc/process.h"
#include "proc/start.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tutti/cpu.h>
#include <tutti/error.h>
#include <tutti/time.h>

enum { STARTS_MOST = 6 }; /* workers that died one after the other before they did anything */
static const tutti_time back_off = TUTTI_MILLISECONDS(10), back_off_most = TUTTI_SECONDS(1);
static const tutti_time grace = TUTTI_SECONDS(1);                 /* between SIGTERM and SIGKILL */
static const tutti_time flush_patience = TUTTI_MILLISECONDS(200); /* for its last words */
static const tutti_time leave_grace = TUTTI_SECONDS(5);           /* for exit handlers of workers */

/* -- one begins -------------------------------------------------------------------------------- */

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
	process = tu_process_start_elsewhere(
		&tu_pool_worker_job, what, &options, &(struct tu_luggage){ .errors = errors });
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

/* -- one ends ---------------------------------------------------------------------------------- */

void tu_pool_stop_worker(struct pool_worker *w)
{
	if (!w->process || w->told)
		return;
	w->told = true;
	tutti_process_terminate(w->process);
	w->kill_at = tutti_after(grace);
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

	while (tu_pool_gather_from(p, w))
		;
	for (uint32_t i = 0; i < TU_CELLS; i++) {
		if (!tu_pool_job_in(p, i))
			continue;
		if (tu_cells_worker_of(&p->cells, i) != number &&
			!tu_cells_is_done_by(&p->cells, i, (unsigned)number))
			continue;
		w->useful = true; /* it came as far as that: there is no use in waiting */
		w->failures = 0;
		/* Done: it did not come to say so, or to have it read. */
		if (!tu_cells_is_done(&p->cells, i) || !tu_pool_take_over(p, i))
			tu_pool_job_crashed(p, i, how);
	}
}

static void be_broken(struct pool *p, int code)
{
	tu_mutex_lock(&p->lock);
	p->broken = code;
	tu_mutex_unlock(&p->lock);
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
	char how[TU_POOL_HOW];

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

/* -- all of them ------------------------------------------------------------------------------- */

int tu_pool_start_workers(struct pool *p)
{
	int rc = 0;

	for (unsigned i = 0; i < p->count && rc == 0; i++)
		rc = start_worker(p, &p->workers[i]);
	return rc;
}

bool tu_pool_is_any_alive(struct pool *p)
{
	bool any;

	tu_mutex_lock(&p->lock);
	any = p->alive > 0;
	tu_mutex_unlock(&p->lock);
	return any;
}

static void look_after(struct pool *p, struct pool_worker *w, tutti_time now)
{
	if (has_ended(p, w))
		worker_is_gone(p, w);
	if (w->process && w->kill_at <= now) {
		tutti_process_kill(w->process);
		w->kill_at = TUTTI_FOREVER - 1;
	}
	if (!w->process && !tu_pool_is_closing(p) && !p->broken && w->start_at <= now) {
		int rc = start_worker(p, w);

		if (rc < 0 && w->failures >= STARTS_MOST && !tu_pool_is_any_alive(p))
			be_broken(p, rc);
	}
}

void tu_pool_look_after_workers(struct pool *p, tutti_time now)
{
	for (unsigned i = 0; i < p->count; i++)
		look_after(p, &p->workers[i], now);
}

tutti_time tu_pool_workers_due(struct pool *p)
{
	tutti_time due = TUTTI_FOREVER;

	for (unsigned i = 0; i < p->count; i++) {
		const struct pool_worker *w = &p->workers[i];
		tutti_time at = w->process ? w->kill_at : w->start_at;

		if (at < due && (w->process || (!tu_pool_is_closing(p) && !p->broken)))
			due = at;
	}
	return due;
}

void tu_pool_dismiss_workers(struct pool *p)
{
	tu_cells_end(&p->cells);
	for (unsigned i = 0; i < p->count; i++)
		if (p->workers[i].kill_at == TUTTI_FOREVER)
			p->workers[i].kill_at = tutti_after(leave_grace);
}

void tu_pool_forget_workers(struct pool *p)
{
	for (unsigned i = 0; i < p->count; i++)
		forget_process(&p->workers[i]);
}
