/* SPDX-License-Identifier: MIT */
/* worker_work.c - see worker_serve.h: a job, from when it comes until its result goes. */
#include "dist/worker_serve.h"

#include "base/atomic.h"
#include "dist/job_wire.h"
#include "dist/jobs_items.h"
#include "dist/named.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/job_values.h>
#include <tutti/value_make.h>
#include <tutti/value_pickle.h>

/* A job that is ours until its result was sent. */
struct tu_work {
	struct tu_link link;
	struct tu_service *s;
	const tutti_job *job;
	tutti_future *f; /* NULL: it could not begin, for this reason */
	int refused;
	uint64_t id;
	bool named;   /* who has put it knows its name alone */
	bool as_text; /* and speaks of texts, not bytes */
};

/* -- jobs that come --------------------------------------------------------------------------- */

/* On our own thread, as it was added there. */
static void work_ended(tutti_future *f, void *arg)
{
	struct tu_work *work = arg;
	struct tu_service *s = work->s;

	(void)f;
	tu_list_remove(&work->link);
	tu_list_add_tail(&s->done, &work->link);
	s->n_running--;
	s->ended++;
	tutti_event_set(&s->wake);
}

static void refuse(struct tu_work *work, int code)
{
	work->refused = code;
	work_ended(NULL, work);
}

static bool is_text(const tutti_value *v, const char *text)
{
	tutti_bytes bytes;

	return tutti_value_kind(v) == TUTTI_VALUE_TEXT && tutti_value_as_bytes(v, &bytes) == 0 &&
	       bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* Do the types that it was put with go with those that the job has here? */
static bool same_kinds(const struct tu_work *work, const tutti_value *kinds)
{
	const tutti_job *job = work->job;
	char ours[TU_JOB_WIRE_KINDS];

	if (work->named) /* what is in a C type cannot be said by name alone */
		return job->arg_kind != TUTTI_KIND_PLAIN && job->result_kind != TUTTI_KIND_PLAIN;
	if (tutti_value_kind(kinds) == TUTTI_VALUE_NONE)
		return true;
	tu_job_wire_kinds(ours, job);
	return is_text(kinds, ours);
}

/*
 * Of a call by name: the one argument, or none, of a job that takes no calls. *fit is a reference.
 * TUTTI_ETYPE; -ENOMEM.
 */
static int fit_call(tutti_value **fit, const tutti_job *job, const tutti_value *argument)
{
	const tutti_value *args, *kwargs, *one;
	tutti_value *call;
	size_t n = job->arg_kind == TUTTI_KIND_VOID ? 0 : 1;
	int rc = tutti_value_from_opaque(&call, argument, NULL, NULL);

	if (rc < 0)
		return rc == -ENOMEM ? rc : TUTTI_ETYPE;
	rc = tutti_call_parts(call, &args, &kwargs);
	if (rc == 0 && job->arg_kind == TUTTI_KIND_CALL)
		one = call;
	else if (rc == 0 && tutti_value_size(args) == n && tutti_value_size(kwargs) == 0)
		one = n == 1 ? tutti_value_at(args, 0) : NULL;
	else
		rc = TUTTI_ETYPE;
	if (rc == 0)
		*fit = one ? tutti_value_ref((tutti_value *)one) : tutti_value_none();
	tutti_value_unref(call);
	return rc;
}

static void submit(struct tu_work *work, const tutti_value *argument, const tutti_value *seconds)
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

static void submit_named(struct tu_work *work, const tutti_value *call, const tutti_value *seconds)
{
	tutti_value *argument;
	int rc = fit_call(&argument, work->job, call);

	if (rc < 0) {
		refuse(work, rc);
		return;
	}
	submit(work, argument, seconds);
	tutti_value_unref(argument);
}

/* What it is put with says whether it can be had here. */
static void start(struct tu_work *work, const tutti_value *kinds, const tutti_value *argument,
	const tutti_value *seconds)
{
	if (work->s->stopping)
		refuse(work, TUTTI_ECANCELED);
	else if (!work->job)
		refuse(work, TUTTI_ENOJOB);
	else if (!same_kinds(work, kinds))
		refuse(work, TUTTI_ETYPE);
	else if (work->named)
		submit_named(work, argument, seconds);
	else
		submit(work, argument, seconds);
}

int tu_work_begin(struct tu_service *s, const tutti_value *entry)
{
	const tutti_value *kinds = tutti_value_at(entry, 2), *argument = tutti_value_at(entry, 3);
	struct tu_work *work;
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
	work->named = is_text(kinds, TU_NAMED_KINDS);
	work->as_text = work->named || (tutti_value_kind(kinds) == TUTTI_VALUE_NONE &&
					       tutti_value_kind(argument) == TUTTI_VALUE_TEXT);
	tu_list_add_tail(&s->running, &work->link);
	s->n_running++;
	start(work, kinds, argument, tutti_value_at(entry, 4));
	return 0;
}

void tu_work_cancel(struct tu_service *s, uint64_t id)
{
	tu_list_each(link, &s->running) {
		struct tu_work *work = tu_container_of(link, struct tu_work, link);

		if (work->id == id && work->f) {
			tutti_future_cancel(work->f);
			return;
		}
	}
}

/* -- results that go --------------------------------------------------------------------------- */

static int pack_result(const struct tu_work *work, const void *result, tutti_value **out)
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

static int take_result(const struct tu_work *work, tutti_value **out)
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

static const char *words_of(const struct tu_work *work, int code)
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
static int pack(struct tu_service *s, const struct tu_work *work, tutti_value **out)
{
	int rc = work->f ? tutti_future_error(work->f) : work->refused;
	tutti_value *result;

	if (rc == TUTTI_ECANCELED && s->stopping)
		return tutti_value_pack(out, "(K n n)", work->id);
	tu_add_rlx(&s->w->jobs, (uint64_t)1); /* relaxed: a number that nothing depends on */
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

static void free_work(struct tu_work *work)
{
	tutti_future_unref(work->f);
	free(work);
}

int tu_work_next(struct tu_service *s, tutti_value **out)
{
	struct tu_link *link = tu_list_take(&s->done);
	struct tu_work *work;
	int rc;

	if (!link)
		return -EAGAIN;
	work = tu_container_of(link, struct tu_work, link);
	rc = pack(s, work, out);
	free_work(work);
	return rc;
}

void tu_work_drop(struct tu_service *s)
{
	tu_list_each_safe(link, &s->done) {
		free_work(tu_container_of(link, struct tu_work, link));
	}
	tu_list_init(&s->done);
}
