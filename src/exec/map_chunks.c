/* SPDX-License-Identifier: MIT */
/*
 * map_chunks.c - see map_chunks.h. A chunk is a job of our own whose function runs the program's
 * job for each of its items, as if it were alone: with its own deadline, failure and progress.
 */
#include "exec/map_chunks.h"

#include "core/alloc.h"
#include "core/wait.h"
#include "exec/executor.h"
#include "exec/job.h"
#include "exec/job_future.h"
#include "exec/kinds.h"

#include <errno.h>
#include <string.h>
#include <tutti/scope.h>
#include <tutti/task.h>

enum {
	SHARE = 64,  /* chunks for each thread: the last one ends this much after the others */
	MOST = 1024, /* items: a cancel and the progress are not to wait for long */
};

struct chunk {
	tutti_job *job;
	const char *args;
	char *results;
	size_t n;
	const tutti_map_options *options;
	tutti_future *future;
	int error; /* the first of its items */
};

size_t tu_map_chunk(
	const tutti_executor *e, const tutti_job *job, size_t n, const tutti_map_options *options)
{
	size_t chunk = options ? options->chunk : 0;

	if (!e || !tu_job_valid(job) || !tu_executor_shares_memory(e))
		return 0; /* a chunk is found by its address */
	if (chunk == 0 && tu_executor_threads(e) > 0) {
		chunk = n / ((size_t)tu_executor_threads(e) * SHARE);
		chunk = chunk < MOST ? chunk : MOST;
	}
	return chunk < n ? chunk : n;
}

/* -- in the job ------------------------------------------------------------------------------- */

static int run_item(struct tu_context *self, struct tu_job_future *item, struct chunk *c)
{
	int code = TUTTI_ECANCELED;

	if (!tutti_cancelled())
		code = tu_kind_given(c->job->arg_kind, item->arg) ? tu_job_future_call(self, item)
								  : -EINVAL;
	tu_free(self->fail_text);
	self->fail_text = NULL;
	self->fail_code = 0;
	if (code == TUTTI_ETIMEDOUT)
		code = TUTTI_EJOBTIMEDOUT;
	if (code == TUTTI_ECANCELED)
		code = TUTTI_EJOBCANCELED;
	if (c->error == 0)
		c->error = code;
	if (item->progress)
		tu_progress_count(item->progress, 1);
	return code;
}

/* What jobs give that is counted: kept here until it is known whether they have failed. */
union counted {
	tutti_bytes bytes;
	tutti_value *value;
};

/* Where a result goes that nobody wants, or that is counted. NULL: no memory. */
static void *scratch(const struct chunk *c)
{
	size_t size = sizeof(union counted);

	if (c->results && !tu_kind_is_counted(c->job->result_kind))
		return c->results;
	if (size < c->job->result_size)
		size = c->job->result_size;
	return tu_alloc_zero(size);
}

/* A counted result of item i, which has failed if there is none. */
static void hand_over(struct chunk *c, size_t i, union counted *result, bool failed)
{
	if (c->results && !failed)
		memcpy(c->results + i * c->job->result_size, result, c->job->result_size);
	else
		tu_kind_drop(c->job->result_kind, result);
	memset(result, 0, sizeof(*result));
}

static int run_chunk(const void *arg, void *result)
{
	struct chunk *c = *(struct chunk *const *)arg;
	struct tu_context *self = tu_self();
	struct tu_job_future item = { .job = c->job, .deadline = c->options->deadline };
	char *place = scratch(c);

	(void)result;
	if (!place) {
		c->error = -ENOMEM;
		return 0;
	}
	item.progress = c->options->progress;
	item.future.size = UINT32_MAX; /* the result is elsewhere, however small */
	for (size_t i = 0; i < c->n; i++) {
		int code;

		item.arg = (void *)(c->args + (c->args ? i * c->job->arg_size : 0));
		item.future.value.heap =
			place == c->results ? place + i * c->job->result_size : place;
		code = run_item(self, &item, c);
		if (tu_kind_is_counted(c->job->result_kind))
			hand_over(c, i, (union counted *)(void *)place, code < 0);
	}
	if (place != c->results)
		tu_free(place);
	return 0;
}

static tutti_job chunk_job = { .version = 1,
	.arg_kind = TUTTI_KIND_PLAIN,
	.arg_size = sizeof(struct chunk *),
	.name = "map",
	.place = __FILE__,
	.target = (void (*)(void))run_chunk,
	.call = run_chunk };

/* -- in the caller ----------------------------------------------------------------------------- */

/* Whatever happens the chunks are the caller's memory: those under way are waited for. */
static void abandon(struct chunk *chunks, size_t n)
{
	tutti_scope quiet;

	for (size_t i = 0; i < n; i++)
		tu_future_withdraw(chunks[i].future);
	for (size_t i = 0; i < n; i++)
		tutti_future_cancel(chunks[i].future);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	for (size_t i = 0; i < n; i++)
		tu_future_wait(chunks[i].future, TUTTI_FOREVER, 0);
	tutti_shield_end(&quiet, 0);
}

static int wait_for_chunks(struct chunk *chunks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int rc = tu_future_wait(chunks[i].future, TUTTI_FOREVER, TU_WAIT_CANCELABLE);

		if (rc < 0) {
			abandon(chunks, n);
			return rc;
		}
	}
	return 0;
}

/* The first error in the order of the input; a chunk that did not run has one for all its items. */
static int first_error(struct chunk *chunks, size_t n)
{
	int first = 0;

	for (size_t i = 0; i < n; i++) {
		int code = tu_future_outcome(chunks[i].future);

		if (first == 0)
			first = code < 0 ? code : chunks[i].error;
		tutti_future_unref(chunks[i].future);
	}
	return first;
}

int tu_map_chunks(tutti_executor *e, tutti_job *job, const void *args, void *results, size_t n,
	size_t chunk, const tutti_map_options *options)
{
	static const tutti_map_options none;
	size_t count = n / chunk + (n % chunk > 0);
	struct chunk *chunks = tu_alloc_zero(count * sizeof(*chunks));
	int rc, first;

	if (!chunks)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct chunk *c = &chunks[i], *arg = c;
		size_t begin = i * chunk;

		c->job = job;
		c->args = args ? (const char *)args + begin * job->arg_size : NULL;
		c->results = results ? (char *)results + begin * job->result_size : NULL;
		c->n = n - begin < chunk ? n - begin : chunk;
		c->options = options ? options : &none;
		c->future = tu_submit(e, &chunk_job, &arg, NULL, NULL);
	}
	rc = wait_for_chunks(chunks, count);
	first = first_error(chunks, count);
	tu_free(chunks);
	return rc < 0 ? rc : first;
}
