/* SPDX-License-Identifier: MIT */
/*
 * worker_serve.c - a worker at work. All of this is of one thread: tutti_worker_serve itself sends,
 * a task receives, another hears of SIGTERM, and what is called when a job has ended is called
 * there too. The jobs alone run elsewhere.
 *
 * It asks for as many jobs as it has threads, and ahead for as many more as ended in the last
 * moment, so that the short ones need no round trip each, and the long ones are left to others.
 */
#include "dist/worker.h"

#include "base/atomic.h"
#include "base/list.h"
#include "dist/job_wire.h"
#include "dist/jobs_items.h"
#include "dist/jobs_link.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/cpu.h>
#include <tutti/error.h>
#include <tutti/event.h>
#include <tutti/scope.h>
#include <tutti/signals.h>
#include <tutti/task.h>
#include <tutti/value_make.h>

enum { AHEAD_MOST = 128, DONE_MOST = 512, TEXT = 256 };

static const tutti_time connect_time = TUTTI_SECONDS(10), moment = TUTTI_SECONDS(0.02);

struct service {
	tutti_worker *w;
	tutti_executor *executor;
	struct tu_jobs_link link;
	tutti_event wake;
	tutti_value *names;           /* to be said with the first request; NULL: done */
	struct tu_list running, done; /* struct work */
	unsigned slots, n_running, ahead;
	tutti_time since; /* of the moment */
	unsigned ended;   /* in it */
	int64_t turn, answered;
	tutti_time busy_at; /* when there was something to do last */
	bool broken, stopping;
	bool asks; /* there is something new to be said */
	int why;
	char text[TEXT];
};

/* A job that is ours until its result was sent. */
struct work {
	struct tu_link link;
	struct service *s;
	const tutti_job *job;
	tutti_future *f; /* NULL: it could not begin, for this reason */
	int refused;
	uint64_t id;
	bool as_text; /* who has put it speaks of texts, not bytes */
};

/* -- jobs that come --------------------------------------------------------------------------- */

/* On our own thread, as it was added there. */
static void work_ended(tutti_future *f, void *arg)
{
	struct work *work = arg;
	struct service *s = work->s;

	(void)f;
	tu_list_remove(&work->link);
	tu_list_add_tail(&s->done, &work->link);
	s->n_running--;
	s->ended++;
	tutti_event_set(&s->wake);
}

static void refuse(struct work *work, int code)
{
	work->refused = code;
	work_ended(NULL, work);
}

/* Do the types that it was put with go with those that the job has here? */
static bool same_kinds(const tutti_job *job, const tutti_value *kinds)
{
	char ours[TU_JOB_WIRE_KINDS];
	tutti_bytes theirs;

	if (tutti_value_kind(kinds) == TUTTI_VALUE_NONE)
		return true;
	if (tutti_value_kind(kinds) != TUTTI_VALUE_TEXT || tutti_value_as_bytes(kinds, &theirs) < 0)
		return false;
	tu_job_wire_kinds(ours, job);
	return theirs.size == strlen(ours) && memcmp(theirs.data, ours, theirs.size) == 0;
}

static void submit(struct work *work, const tutti_value *argument, const tutti_value *seconds)
{
	const tutti_job *job = work->job;
	tutti_submit_options options = { .deadline = 0 };
	union tu_job_wire room;
	const void *arg;
	double left;
	int rc = tu_job_wire_open(&room, &arg, job->arg_kind, job->arg_size, argument);

	if (rc < 0) {
		refuse(work, rc);
		return;
	}
	if (tutti_value_as_float(seconds, &left) == 0)
		options.deadline = tutti_after(left < 9e9 ? (tutti_time)(left * 1e9) : 0);
	work->f = tutti_submit(work->s->executor, (tutti_job *)job, arg, &options);
	tu_job_wire_drop(&room, job->arg_kind);
	if (tutti_future_add_done_callback(work->f, work_ended, work) < 0) {
		tutti_future_result(work->f, NULL, 0); /* no memory to be called back: wait */
		work_ended(work->f, work);
	}
}

/* (id, name, kinds, argument, seconds) */
static int begin_work(struct service *s, const tutti_value *entry)
{
	const tutti_value *kinds = tutti_value_at(entry, 2), *argument = tutti_value_at(entry, 3);
	struct work *work;
	tutti_bytes name;
	int64_t id;

	if (!tu_jobs_is_tuple(entry, 5) || tutti_value_as_int(tutti_value_at(entry, 0), &id) < 0 ||
		tutti_value_as_bytes(tutti_value_at(entry, 1), &name) < 0)
		return TUTTI_EPROTO;
	work = calloc(1, sizeof(*work));
	if (!work)
		return -ENOMEM;
	work->s = s;
	work->id = (uint64_t)id;
	work->job = tu_worker_find(s->w, name);
	work->as_text = tutti_value_kind(kinds) == TUTTI_VALUE_NONE &&
			tutti_value_kind(argument) == TUTTI_VALUE_TEXT;
	tu_list_add_tail(&s->running, &work->link);
	s->n_running++;
	if (s->stopping)
		refuse(work, TUTTI_ECANCELED);
	else if (!work->job)
		refuse(work, TUTTI_ENOJOB);
	else if (!same_kinds(work->job, kinds))
		refuse(work, TUTTI_ETYPE);
	else
		submit(work, argument, tutti_value_at(entry, 4));
	return 0;
}

static void cancel_work(struct service *s, uint64_t id)
{
	tu_list_each(link, &s->running) {
		struct work *work = tu_container_of(link, struct work, link);

		if (work->id == id && work->f) {
			tutti_future_cancel(work->f);
			return;
		}
	}
}

/* (turn, [jobs], [ids]) */
static int take_answer(struct service *s, const tutti_value *answer)
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
		rc = begin_work(s, tutti_value_at(jobs, i));
	for (size_t i = 0; i < tutti_value_size(cancels); i++)
		if (tutti_value_as_int(tutti_value_at(cancels, i), &id) == 0)
			cancel_work(s, (uint64_t)id);
	return rc;
}

static void *receive(void *arg)
{
	struct service *s = arg;
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

static int pack_result(const struct work *work, const void *result, tutti_value **out)
{
	const tutti_job *job = work->job;
	const tutti_bytes *bytes = result;
	int rc;

	if (work->as_text && job->result_kind == TUTTI_KIND_BYTES &&
		tutti_value_text(out, bytes->data, bytes->size) == 0)
		return 0;
	rc = tu_job_wire_pack(out, job->result_kind, job->result_size, result);
	if (rc == 0 && tu_job_wire_weight(*out) > TU_JOB_WIRE_MOST) {
		tutti_value_unref(*out);
		rc = -E2BIG;
	}
	return rc;
}

static void drop_result(const tutti_job *job, void *result)
{
	if (job->result_kind == TUTTI_KIND_BYTES)
		tutti_bytes_free(result);
	else if (job->result_kind >= TUTTI_KIND_VALUE)
		tutti_value_unref(*(tutti_value **)result);
}

static int take_result(const struct work *work, tutti_value **out)
{
	const tutti_job *job = work->job;
	void *result = calloc(1, job->result_size + 1);
	int rc = result ? tutti_job_result(work->f, job, result) : -ENOMEM;

	if (rc == 0) {
		rc = pack_result(work, result, out);
		drop_result(job, result);
	}
	free(result);
	return rc;
}

static const char *words_of(const struct work *work, int code)
{
	const char *text =
		work->f && tutti_future_error(work->f) == code ? tutti_future_text(work->f) : "";

	if (*text)
		return text;
	if (code == TUTTI_ETYPE && work->refused < 0)
		return "the job is of other types here, or the argument is not what it takes";
	if (code == -E2BIG)
		return "the result is too large";
	return tutti_strerror(code);
}

/* (id, ok, result), or that it has not begun: (id, None, None). */
static int pack_work(const struct service *s, const struct work *work, tutti_value **out)
{
	int rc = work->f ? tutti_future_error(work->f) : work->refused;
	tutti_value *result;

	if (rc == TUTTI_ECANCELED && s->stopping)
		return tutti_value_pack(out, "(K n n)", work->id);
	if (rc == 0)
		rc = take_result(work, &result);
	if (rc == 0) {
		rc = tutti_value_pack(out, "(K b O)", work->id, true, result);
		tutti_value_unref(result);
		return rc;
	}
	rc = tu_job_wire_failure(&result, rc, words_of(work, rc));
	if (rc < 0)
		return rc;
	rc = tutti_value_pack(out, "(K b O)", work->id, false, result);
	tutti_value_unref(result);
	return rc;
}

static void free_work(struct work *work)
{
	tutti_future_unref(work->f);
	free(work);
}

static int pack_done(struct service *s, tutti_value **out)
{
	struct tu_filling f = { NULL };
	struct tu_link *link;
	size_t bytes = 0;

	while (f.n < DONE_MOST && bytes < TU_JOB_WIRE_MOST / 4 &&
		(link = tu_list_take(&s->done)) != NULL) {
		struct work *work = tu_container_of(link, struct work, link);
		tutti_value *v = NULL;
		int rc = pack_work(s, work, &v);

		if (rc == 0)
			bytes += tu_job_wire_weight(v);
		tu_filling_add(&f, rc, v);
		free_work(work);
	}
	tu_add_rlx(&s->w->jobs, (uint64_t)f.n); /* relaxed: a number that nothing depends on */
	return tu_filling_close(&f, out);
}

/* How many to ask for beyond the slots: as many as ended in a moment. */
static void measure(struct service *s)
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

static unsigned room_of(const struct service *s)
{
	unsigned most = s->slots + s->ahead;

	return s->stopping || s->n_running >= most ? 0 : most - s->n_running;
}

static int send_request(struct service *s)
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
static tutti_time idle_end(struct service *s)
{
	if (s->w->idle == 0 || s->stopping || s->n_running > 0 || !tu_list_empty(&s->done))
		return TUTTI_FOREVER;
	return s->busy_at + s->w->idle;
}

/* All that it had is done, and it is to take no more. */
static bool is_over(const struct service *s)
{
	return s->stopping && !s->asks && s->n_running == 0 && tu_list_empty(&s->done) &&
	       s->answered == s->turn;
}

/* Take no more. What has not begun will not, and is given back. */
static void stop(struct service *s)
{
	s->stopping = s->asks = true;
	tutti_executor_shutdown(s->executor, TUTTI_DROP_PENDING);
	tutti_event_set(&s->wake);
}

/* 0: it is over; or why. */
static int work(struct service *s)
{
	int rc = 0;

	s->busy_at = s->since = tutti_now();
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
	struct service *s = arg;
	tutti_signals *signals;

	if (tutti_signals_open(&signals, &number, 1) < 0)
		return NULL;
	if (tutti_signals_wait(signals) > 0) {
		stop(s);
		if (tutti_signals_wait(signals) > 0)
			tutti_executor_shutdown(s->executor, TUTTI_TERMINATE);
	}
	tutti_signals_free(signals);
	return NULL;
}

static void end_task(tutti_task *task)
{
	tutti_future_cancel(task);
	tutti_future_result(task, NULL, 0);
	tutti_future_unref(task);
}

/* Jobs that run are waited for; their ends are nobody's any more. */
static void end_jobs(struct service *s)
{
	struct tu_link *link;

	tutti_executor_shutdown(s->executor, TUTTI_TERMINATE);
	while (!tu_list_empty(&s->running)) {
		tutti_event_clear(&s->wake);
		tutti_event_wait(&s->wake);
	}
	while ((link = tu_list_take(&s->done)) != NULL)
		free_work(tu_container_of(link, struct work, link));
	tutti_executor_free(s->executor);
}

static int serve(struct service *s)
{
	tutti_task *receiving = tutti_task_start(receive, s, NULL);
	tutti_task *hearing = tutti_task_start(hear, s, NULL);
	tutti_scope quiet;
	int rc = work(s);

	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	end_task(hearing);
	end_task(receiving);
	tu_jobs_link_close(&s->link);
	end_jobs(s);
	tutti_shield_end(&quiet, 0);
	return rc;
}

static int open_threads(struct service *s)
{
	tutti_executor_options options = s->w->options;

	if (options.max_workers == 0)
		options.max_workers = tutti_cpu_count();
	s->slots = (unsigned)options.max_workers;
	return tutti_executor_open(&s->executor, "threads", &options);
}

int tu_worker_run(tutti_worker *w)
{
	struct service s = { .w = w };
	int rc = tu_worker_names(w, &s.names);

	if (rc < 0)
		return rc;
	tu_list_init(&s.running);
	tu_list_init(&s.done);
	rc = tu_jobs_link_open(&s.link, w->address, w->key, tutti_after(connect_time));
	if (rc == 0) {
		rc = open_threads(&s);
		if (rc == 0)
			rc = serve(&s);
		else
			tu_jobs_link_close(&s.link);
	}
	tutti_value_unref(s.names);
	return rc;
}
