/* SPDX-License-Identifier: MIT */
/*
 * map.c - one job over many items: a ring of futures, submitted at one end, taken at the other.
 *
 * The ring bounds what is under way, so memory does not grow with the number of items, and it keeps
 * the order of the input. Unordered, it is a mere set of slots, and a completion says which of them
 * is next. Whoever leaves early empties it first (abandon).
 */
#include "core/alloc.h"
#include "core/wait.h"
#include "exec/completion.h"
#include "exec/executor.h"
#include "exec/job.h"
#include "exec/job_future.h"
#include "exec/kinds.h"
#include "exec/map_chunks.h"

#include <errno.h>
#include <string.h>
#include <tutti/scope.h>

enum { USUAL_AHEAD = 1024 };

struct slot {
	tutti_future *future; /* NULL: free */
	size_t index;         /* of the item; of a free one, unordered: the next free slot */
};

struct ring {
	tutti_executor *executor;
	tutti_job *job;
	const tutti_map_options *options;
	struct slot *slots;
	size_t room, n;
	size_t first;                 /* the oldest; unordered: a free one */
	size_t put;                   /* so many items ever */
	tutti_completion *completion; /* of slots by number; NULL: in order */
	size_t next;                  /* unordered: the one to take; room: not known yet */
};

static int open_unordered(struct ring *r)
{
	r->completion = tutti_completion_create(NULL, 0);
	if (!r->completion || tu_completion_reserve(r->completion, r->room) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < r->room; i++)
		r->slots[i].index = i + 1;
	r->next = r->room;
	return 0;
}

static int ring_open(struct ring *r, tutti_executor *e, tutti_job *job, size_t items,
	const tutti_map_options *options)
{
	static const tutti_map_options none;
	size_t room;

	if (!e || !tu_job_valid(job))
		return -EINVAL;
	options = options ? options : &none;
	room = options->ahead_max > 0 ? options->ahead_max : USUAL_AHEAD;
	if (room > items)
		room = items;
	*r = (struct ring){ .executor = e, .job = job, .options = options, .room = room };
	if (room <= SIZE_MAX / sizeof(*r->slots))
		r->slots = tu_alloc_zero(room * sizeof(*r->slots));
	return r->slots ? 0 : -ENOMEM;
}

static void ring_put(struct ring *r, const void *item)
{
	tutti_submit_options options = { .deadline = r->options->deadline };
	size_t at = r->completion ? r->first : (r->first + r->n) % r->room;
	struct slot *slot = &r->slots[at];

	if (r->completion)
		r->first = slot->index;
	slot->index = r->put++;
	slot->future = tu_submit(r->executor, r->job, item, &options, r->options->progress);
	if (r->completion)
		tu_completion_add(r->completion, slot->future, at); /* there is room */
	r->n++;
}

static bool ring_ready(struct ring *r)
{
	if (r->n == 0 || r->n == r->room)
		return r->n > 0;
	if (!r->completion)
		return tutti_future_done(r->slots[r->first].future);
	return r->next < r->room || tutti_completion_next_until(r->completion, &r->next, 0) == 0;
}

/* Take the next: 0, its index and how it ended in *error; TUTTI_ECANCELED, and it stays. */
static int ring_take(struct ring *r, void *result, size_t *index, int *error)
{
	struct slot *slot;
	int rc = 0;

	if (r->completion && r->next == r->room)
		rc = tutti_completion_next(r->completion, &r->next);
	if (rc < 0)
		return rc;
	slot = &r->slots[r->completion ? r->next : r->first];
	rc = tutti_job_result(slot->future, r->job, result);
	if (rc == TUTTI_ECANCELED)
		return rc;
	*error = rc;
	*index = slot->index;
	tutti_future_unref(slot->future);
	slot->future = NULL;
	if (r->completion) {
		slot->index = r->first;
		r->first = r->next;
		r->next = r->room;
	} else {
		r->first = r->first + 1 < r->room ? r->first + 1 : 0;
	}
	r->n--;
	return 0;
}

/* Jobs that have not begun never will; the others are asked to stop if stop, and waited for. */
static void abandon(struct ring *r, bool stop)
{
	tutti_scope quiet;
	size_t index;
	int error;

	/* in two rounds: a job that is stopped makes room for one that has not begun */
	for (size_t i = 0; i < r->room; i++)
		if (r->slots[i].future)
			tu_future_withdraw(r->slots[i].future);
	for (size_t i = 0; stop && i < r->room; i++)
		if (r->slots[i].future)
			tutti_future_cancel(r->slots[i].future);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	while (r->n > 0)
		ring_take(r, NULL, &index, &error);
	tutti_shield_end(&quiet, 0);
}

static int ring_close(struct ring *r, int rc)
{
	if (r->n > 0)
		abandon(r, rc == TUTTI_ECANCELED);
	tutti_completion_free(r->completion);
	tu_free(r->slots);
	return rc;
}

/* -- arrays ----------------------------------------------------------------------------------- */

static void *at(const void *array, size_t size, size_t index)
{
	return array && size > 0 ? (char *)array + size * index : NULL;
}

int tutti_map(tutti_executor *e, tutti_job *job, const void *args, void *results, size_t n,
	const tutti_map_options *options)
{
	struct ring r = { 0 };
	size_t put = 0, taken = 0, index, chunk;
	int rc = tu_cancel_pending(tu_self()), first = 0, error;

	tu_point(TU_OP_MAP, e);
	if (rc == 0 && n > 0 && !args && tu_job_valid(job) && job->arg_kind != TUTTI_KIND_VOID)
		rc = -EINVAL;
	chunk = rc == 0 ? tu_map_chunk(e, job, n, options) : 0;
	if (chunk > 1)
		return tu_map_chunks(e, job, args, results, n, chunk, options);
	if (rc == 0)
		rc = ring_open(&r, e, job, n > 0 ? n : 1, options);
	if (rc < 0)
		return rc;
	while (rc == 0 && taken < n) {
		while (put < n && put - taken < r.room)
			ring_put(&r, at(args, job->arg_size, put++));
		rc = ring_take(&r, at(results, job->result_size, taken), &index, &error);
		if (rc < 0)
			break;
		taken++;
		if (first == 0)
			first = error;
	}
	rc = ring_close(&r, rc);
	return rc < 0 ? rc : first;
}

/* -- streams ---------------------------------------------------------------------------------- */

struct stream {
	struct ring ring;
	int (*push)(void *arg, size_t index, int error, const void *result);
	void *arg;
	void *block, *item, *result; /* room for one each; NULL where there is none */
};

static int push_next(struct stream *s)
{
	size_t index;
	int error = 0, rc = ring_take(&s->ring, s->result, &index, &error);

	if (rc < 0)
		return rc;
	rc = s->push(s->arg, index, error, error < 0 ? NULL : s->result);
	if (error == 0)
		tu_kind_drop(s->ring.job->result_kind, s->result);
	return rc < 0 ? rc : 0;
}

/* Pull one and submit it: as pull says. */
static int pull_one(struct stream *s, int (*pull)(void *arg, void *item))
{
	int rc = pull(s->arg, s->item);

	if (rc <= 0)
		return rc;
	ring_put(&s->ring, s->item);
	tu_kind_drop(s->ring.job->arg_kind, s->item);
	return 1;
}

/* Push those that have ended; one at least if there is no room for another. */
static int push_ready(struct stream *s)
{
	int rc = 0;

	while (rc == 0 && ring_ready(&s->ring))
		rc = push_next(s);
	return rc;
}

static int run_stream(struct stream *s, int (*pull)(void *arg, void *item))
{
	struct tu_context *self = tu_self();
	int rc, pulled = 1;

	while (pulled > 0) {
		rc = tu_cancel_pending(self);
		if (rc == 0)
			rc = pulled = pull_one(s, pull);
		if (rc > 0)
			rc = push_ready(s);
		if (rc < 0)
			return rc;
	}
	while (rc == 0 && s->ring.n > 0)
		rc = push_next(s);
	return rc;
}

/* Room for one item and one result, in one block that begins with the item. */
static int stream_open(struct stream *s)
{
	size_t align = _Alignof(max_align_t), arg = s->ring.job->arg_size;
	size_t before = (arg + align - 1) & ~(align - 1);
	char *block = tu_alloc_zero(before + s->ring.job->result_size);

	if (!block)
		return -ENOMEM;
	s->block = block;
	s->item = arg > 0 ? block : NULL;
	s->result = s->ring.job->result_size > 0 ? block + before : NULL;
	return 0;
}

int tutti_map_stream(tutti_executor *e, tutti_job *job, int (*pull)(void *arg, void *item),
	int (*push)(void *arg, size_t index, int error, const void *result), void *arg,
	const tutti_map_options *options)
{
	struct stream s = { .push = push, .arg = arg };
	int rc = ring_open(&s.ring, e, job, SIZE_MAX, options);

	tu_point(TU_OP_MAP, e);
	if (rc < 0)
		return rc;
	rc = s.ring.options->unordered ? open_unordered(&s.ring) : 0;
	if (rc == 0)
		rc = stream_open(&s);
	if (rc == 0)
		rc = run_stream(&s, pull);
	rc = ring_close(&s.ring, rc);
	tu_free(s.block);
	return rc;
}
