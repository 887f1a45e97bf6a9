/* SPDX-License-Identifier: MIT */
/*
 * worker_serve.c - see worker_serve.h. tutti_worker_serve itself sends, a task receives, another
 * hears of SIGTERM.
 *
 * It asks for as many jobs as it has threads, and ahead for as many more as ended in the last
 * moment, so that the short ones need no round trip each, and the long ones are left to others.
 *
 * A manager that is not there is looked for again if the worker is patient. What ran when it went
 * is stopped: it is for others now, or for nobody, and its submitter brings it again.
 */
#include "dist/worker_serve.h"

#include "base/atomic.h"
#include "dist/job_wire.h"
#include "dist/jobs_items.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <tutti/cpu.h>
#include <tutti/error.h>
#include <tutti/report.h>
#include <tutti/scope.h>
#include <tutti/signals.h>
#include <tutti/task.h>
#include <tutti/value_make.h>

enum { AHEAD_MOST = 128, DONE_MOST = 512 };

static const tutti_time connect_time = TUTTI_SECONDS(10), moment = TUTTI_SECONDS(0.02),
			pause_first = TUTTI_SECONDS(0.05), pause_most = TUTTI_SECONDS(2);

/* -- jobs that come --------------------------------------------------------------------------- */

/* (turn, [jobs], [ids]) */
static int take_answer(struct tu_service *s, const tutti_value *answer)
{
	const tutti_value *jobs = tutti_value_at(answer, 1), *cancels = tutti_value_at(answer, 2);
	int64_t turn, id;
	int rc = 0;

	if (!tu_jobs_is_tuple(answer, 3) ||
		tutti_value_as_int(tutti_value_at(answer, 0), &turn) < 0)
		return TUTTI_EPROTO;
	if (turn > s->answered)
		s->answered = turn;
	for (size_t i = 0; rc == 0 && i < tutti_value_size(jobs); i++)
		rc = tu_work_begin(s, tutti_value_at(jobs, i));
	for (size_t i = 0; i < tutti_value_size(cancels); i++)
		if (tutti_value_as_int(tutti_value_at(cancels, i), &id) == 0)
			tu_work_cancel(s, (uint64_t)id);
	return rc;
}

static void *receive(void *arg)
{
	struct tu_service *s = arg;
	tutti_value *answer;
	int rc;

	do {
		rc = tu_jobs_link_recv(&s->link, &answer, s->text, sizeof(s->text));
		if (rc < 0)
			break;
		rc = take_answer(s, answer);
		tutti_value_unref(answer);
		tutti_event_set(&s->wake);
	} while (rc == 0);
	s->why = rc;
	s->broken = true;
	tutti_event_set(&s->wake);
	return NULL;
}

/* -- results that go --------------------------------------------------------------------------- */

static int pack_done(struct tu_service *s, tutti_value **out)
{
	struct tu_filling f = { NULL };
	tutti_value *v = NULL;
	size_t bytes = 0;
	int rc = 0;

	while (rc == 0 && f.n < DONE_MOST && bytes < TU_JOB_WIRE_MOST / 4) {
		rc = tu_work_next(s, &v);
		if (rc == 0)
			bytes += tu_job_wire_weight(v);
		if (rc != -EAGAIN)
			tu_filling_add(&f, rc, v);
	}
	return tu_filling_close(&f, out);
}

/* How many to ask for beyond the slots: as many as ended in a moment. */
static void measure(struct tu_service *s)
{
	tutti_time now = tutti_now(), span = now - s->since;

	if (span < moment)
		return;
	s->ahead = (unsigned)((tutti_time)s->ended * moment / span);
	if (s->ahead > AHEAD_MOST)
		s->ahead = AHEAD_MOST;
	s->ended = 0;
	s->since = now;
}

static unsigned room_of(const struct tu_service *s)
{
	unsigned most = s->slots + s->ahead;

	return s->stopping || s->n_running >= most ? 0 : most - s->n_running;
}

static int send_request(struct tu_service *s)
{
	const tutti_value *names = s->names ? s->names : tutti_value_none();
	tutti_value *done, *args;
	int rc = pack_done(s, &done);

	if (rc < 0)
		return rc;
	measure(s);
	s->asks = false;
	rc = tutti_value_pack(
		&args, "(L O i i O)", ++s->turn, done, (int)room_of(s), (int)s->slots, names);
	tutti_value_unref(done);
	if (rc < 0)
		return rc;
	rc = tu_jobs_link_send(&s->link, "serve", args);
	tutti_value_unref(args);
	tutti_value_unref(s->names);
	s->names = NULL;
	return rc;
}

/* -- until there is a reason to end ------------------------------------------------------------ */

/* When to stop being idle; TUTTI_FOREVER. */
static tutti_time idle_end(struct tu_service *s)
{
	if (s->w->idle == 0 || s->stopping || s->n_running > 0 || !tu_list_empty(&s->done))
		return TUTTI_FOREVER;
	return s->busy_at + s->w->idle;
}

/* All that it had is done, and it is to take no more. */
static bool is_over(const struct tu_service *s)
{
	return s->stopping && !s->asks && s->n_running == 0 && tu_list_empty(&s->done) &&
	       s->answered == s->turn;
}

/* Take no more. What has not begun will not, and is given back. */
static void stop(struct tu_service *s)
{
	s->stopping = s->asks = true;
	if (s->executor)
		tutti_executor_shutdown(s->executor, TUTTI_DROP_PENDING);
	if (s->connecting)
		tutti_future_cancel(s->connecting);
	tutti_event_set(&s->wake);
}

/* 0: it is over; or why. */
static int work(struct tu_service *s)
{
	int rc = 0;

	s->since = tutti_now();
	while (rc == 0 && !s->broken) {
		tutti_event_clear(&s->wake); /* before the look */
		if (s->n_running > 0 || !tu_list_empty(&s->done))
			s->busy_at = tutti_now();
		if (is_over(s))
			return 0;
		if (s->asks || s->answered == s->turn || !tu_list_empty(&s->done))
			rc = send_request(s);
		else
			rc = tutti_event_wait_until(&s->wake, idle_end(s));
		if (rc == TUTTI_ETIMEDOUT) {
			stop(s);
			rc = 0;
		}
	}
	if (!s->broken)
		return rc == -EPIPE || rc == -ECONNRESET ? TUTTI_ESHUTDOWN : rc;
	return s->why == TUTTI_EDONE || s->why == -ECONNRESET ? TUTTI_ESHUTDOWN : s->why;
}

static void *hear(void *arg)
{
	static const int number = SIGTERM;
	struct tu_service *s = arg;
	tutti_signals *signals;

	if (tutti_signals_open(&signals, &number, 1) < 0)
		return NULL;
	if (tutti_signals_wait(signals) > 0) {
		stop(s);
		if (tutti_signals_wait(signals) > 0 && s->executor)
			tutti_executor_shutdown(s->executor, TUTTI_TERMINATE);
	}
	tutti_signals_free(signals);
	return NULL;
}

static void end_task(tutti_task *task)
{
	tutti_scope quiet;

	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_future_cancel(task);
	tutti_future_result(task, NULL, 0);
	tutti_future_unref(task);
	tutti_shield_end(&quiet, 0);
}

/* Jobs that run are waited for; their ends are nobody's any more. */
static void end_jobs(struct tu_service *s)
{
	tutti_executor *e = s->executor;

	tutti_executor_shutdown(e, TUTTI_TERMINATE);
	while (!tu_list_empty(&s->running)) {
		tutti_event_clear(&s->wake);
		tutti_event_wait(&s->wake);
	}
	tu_work_drop(s);
	s->executor = NULL;
	tutti_executor_free(e);
}

static int open_threads(struct tu_service *s)
{
	tutti_executor_options options = s->w->options;

	if (options.max_workers == 0)
		options.max_workers = tutti_cpu_count();
	s->slots = (unsigned)options.max_workers;
	return tutti_executor_open(&s->executor, "threads", &options);
}

/* Over a link that is open, until it is over or lost. */
static int serve(struct tu_service *s)
{
	tutti_task *receiving;
	tutti_scope quiet;
	int rc = open_threads(s);

	if (rc < 0)
		return rc;
	receiving = tutti_task_start(receive, s, NULL);
	rc = work(s);
	end_task(receiving);
	tu_jobs_link_close(&s->link);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	end_jobs(s);
	tutti_shield_end(&quiet, 0);
	return rc;
}

/* -- its manager ------------------------------------------------------------------------------- */

/* A task: so it can be cancelled for itself. */
static void *open_link(void *arg)
{
	struct tu_service *s = arg;

	s->why = tu_jobs_link_open(&s->link, s->w->address, s->w->key, tutti_after(connect_time));
	return NULL;
}

/* TUTTI_ECANCELED: the caller was cancelled, or it is to stop. */
static int connect_link(struct tu_service *s)
{
	int rc;

	s->why = -ENOMEM; /* if it cannot begin */
	s->connecting = tutti_task_start(open_link, s, NULL);
	rc = tutti_wait(&s->connecting, 1, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER);
	end_task(s->connecting);
	s->connecting = NULL;
	if (rc == TUTTI_ECANCELED && s->why == 0)
		tu_jobs_link_close(&s->link);
	return rc == TUTTI_ECANCELED ? rc : s->why;
}

struct search {
	tutti_time until, pause;
	bool told; /* that there is none */
	bool met;  /* there was one */
};

static void begin_search(struct search *search, const tutti_worker *w)
{
	search->until = tutti_after(w->patience);
	search->pause = pause_first;
	search->told = false;
}

static void meet(struct tu_service *s, const struct search *search)
{
	if (search->told)
		tutti_report(0, "worker: %s: the manager is there%s", s->w->address,
			search->met ? " again" : "");
	if (!search->met)
		s->busy_at = tutti_now();
	s->turn = s->answered = 0;
	s->ahead = s->ended = 0;
	s->broken = s->asks = false;
}

/* One connection, from its beginning to its end. */
static int serve_once(struct tu_service *s, struct search *search)
{
	int rc = connect_link(s);

	if (rc < 0)
		return rc;
	meet(s, search);
	if (!s->names)
		rc = tu_worker_names(s->w, &s->names);
	if (rc == 0)
		rc = serve(s);
	tu_jobs_link_close(&s->link);
	search->met = true;
	begin_search(search, s->w);
	return rc;
}

static bool is_away(const tutti_worker *w, int rc)
{
	return rc == TUTTI_ESHUTDOWN || rc == TUTTI_EDONE || rc == TUTTI_ETIMEDOUT ||
	       rc == -ECONNREFUSED || rc == -ECONNRESET || rc == -EPIPE || rc == -EAGAIN ||
	       rc == -ETIMEDOUT || rc == -EHOSTUNREACH || rc == -ENETUNREACH ||
	       (rc == -ENOENT && strncmp(w->address, "unix:", 5) == 0);
}

static void tell_lost(struct search *search, const tutti_worker *w, int rc)
{
	if (search->told)
		return;
	search->told = true;
	if (search->met)
		tutti_report(rc, "worker: %s: the manager has gone; looking for it", w->address);
	else
		tutti_report(rc, "worker: %s: no manager is there yet (%s); waiting for one",
			w->address, tutti_strerror(rc));
}

/* 1: look again, after a while; else what it is all over with. */
static int search_on(struct tu_service *s, struct search *search, int rc)
{
	tutti_time now = tutti_now(), end = search->until, idle = s->w->idle;

	if (s->stopping)
		return 0;
	if (s->w->patience == 0 || !is_away(s->w, rc))
		return rc;
	if (now >= search->until)
		return search->met ? TUTTI_ESHUTDOWN : rc;
	if (idle > 0 && s->busy_at + idle < end)
		end = s->busy_at + idle;
	if (now >= end)
		return 0;
	tell_lost(search, s->w, rc);
	if (now + search->pause < end)
		end = now + search->pause;
	search->pause = 2 * search->pause < pause_most ? 2 * search->pause : pause_most;
	tutti_event_clear(&s->wake);
	rc = tutti_event_wait_until(&s->wake, end);
	if (s->stopping)
		return 0;
	return rc == 0 || rc == TUTTI_ETIMEDOUT ? 1 : rc;
}

/* The same manager, whenever it is there. */
static int serve_all(struct tu_service *s)
{
	struct search search = { .met = false };
	int rc;

	begin_search(&search, s->w);
	do {
		rc = serve_once(s, &search);
		if (rc < 0)
			rc = search_on(s, &search, rc);
	} while (rc > 0);
	return rc;
}

int tu_worker_run(tutti_worker *w)
{
	struct tu_service s = { .w = w, .busy_at = tutti_now() };
	int rc = tu_worker_names(w, &s.names);
	tutti_task *hearing;

	if (rc < 0)
		return rc;
	tu_list_init(&s.running);
	tu_list_init(&s.done);
	hearing = tutti_task_start(hear, &s, NULL);
	rc = serve_all(&s);
	end_task(hearing);
	tutti_value_unref(s.names);
	return rc;
}
