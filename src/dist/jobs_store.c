/* SPDX-License-Identifier: MIT */
/* jobs_store.c - see jobs_store.h. */
#include "dist/jobs_store.h"

#include "dist/job_wire.h"
#include "dist/jobs_takers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>

static struct tu_job *job_of(struct tu_link *queued)
{
	return tu_container_of(queued, struct tu_job, queued);
}

/* -- lines ------------------------------------------------------------------------------------ */

static struct tu_jobs_line *find_line(struct tu_jobs_store *s, tutti_bytes name)
{
	struct tu_jobs_line *line = s->lines;

	while (line && (line->size != name.size || memcmp(line->name, name.data, name.size) != 0))
		line = line->next;
	return line;
}

int tu_jobs_line(struct tu_jobs_store *s, tutti_bytes name, struct tu_jobs_line **out)
{
	struct tu_jobs_line *line = find_line(s, name);

	if (!line && s->n_lines == TU_JOBS_NAMES_MOST)
		return -ENOSPC;
	if (!line) {
		line = calloc(1, sizeof(*line) + name.size + 1);
		if (!line)
			return -ENOMEM;
		memcpy(line->name, name.data, name.size);
		line->size = name.size;
		tu_list_init(&line->jobs);
		line->next = s->lines;
		s->lines = line;
		s->n_lines++;
	}
	*out = line;
	return 0;
}

/* Where its age has its place: that is the tail when it is new, near the head when it is not. */
static void queue_up(struct tu_jobs_store *s, struct tu_job *job, bool is_new)
{
	struct tu_jobs_line *line = job->line;
	struct tu_link *before = is_new ? line->jobs.head.prev : &line->jobs.head;

	while (!is_new && before->next != &line->jobs.head && job_of(before->next)->id < job->id)
		before = before->next;
	tu_link_insert(before, &job->queued);
	if (!tu_link_used(&line->busy))
		tu_list_add_tail(&s->busy, &line->busy);
	s->n_waiting++;
}

static void leave_line(struct tu_jobs_store *s, struct tu_job *job)
{
	tu_list_remove(&job->queued);
	if (tu_list_empty(&job->line->jobs))
		tu_list_remove(&job->line->busy);
	s->n_waiting--;
}

/* -- jobs ------------------------------------------------------------------------------------- */

static void free_job(struct tu_job *job)
{
	tutti_value_unref(job->kinds);
	tutti_value_unref(job->argument);
	tutti_value_unref(job->result);
	free(job);
}

static struct tu_job **bucket_of(struct tu_jobs_store *s, uint64_t id)
{
	return &s->jobs[id % TU_JOBS_BUCKETS];
}

/* Nobody can ask for it by its id any more. */
static void forget_id(struct tu_jobs_store *s, struct tu_job *job)
{
	struct tu_job **at = bucket_of(s, job->id);

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	job->next = NULL;
	s->weight -= job->weight;
}

/* It is in no line and nobody's lease any more: its owner is to fetch it. */
static void hand_back(struct tu_jobs_store *s, struct tu_job *job)
{
	forget_id(s, job);
	tu_list_remove(&job->owned);
	tu_list_add_tail(&job->owner->ended, &job->queued);
	job->owner->n_ended++;
	s->news = true;
}

/* The same, unless nobody wants it. */
static void conclude(struct tu_jobs_store *s, struct tu_job *job)
{
	if (job->owner) {
		hand_back(s, job);
		return;
	}
	forget_id(s, job);
	free_job(job);
}

static void end_with_code(struct tu_jobs_store *s, struct tu_job *job, int code)
{
	job->ok = false;
	job->code = code;
	conclude(s, job);
}

static struct tu_job *make_job(const struct tu_jobs_order *order)
{
	struct tu_job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->kinds = order->kinds ? tutti_value_ref((tutti_value *)order->kinds) : NULL;
	job->argument = tutti_value_ref((tutti_value *)order->argument);
	job->weight = sizeof(*job) + tu_job_wire_weight(order->argument);
	job->limit = order->limit;
	job->retries = order->retries;
	return job;
}

int tu_jobs_put(struct tu_jobs_store *s, struct tu_jobs_party *p, const struct tu_jobs_order *order,
	struct tu_job **out)
{
	struct tu_jobs_line *line;
	int rc = tu_jobs_line(s, order->name, &line);
	struct tu_job *job = rc == 0 ? make_job(order) : NULL, **bucket;

	if (!job)
		return rc < 0 ? rc : -ENOMEM;
	job->line = line;
	job->id = ++s->ids;
	job->number = order->number < 0 ? (int64_t)job->id : order->number;
	job->owner = p;
	tu_list_add_tail(&p->put, &job->owned);
	bucket = bucket_of(s, job->id);
	job->next = *bucket;
	*bucket = job;
	s->weight += job->weight;
	queue_up(s, job, true);
	tu_jobs_look_at(s, line);
	*out = job;
	return 0;
}

/* -- taking ----------------------------------------------------------------------------------- */

static struct tu_job *older(struct tu_job *a, struct tu_jobs_line *line)
{
	struct tu_job *b = tu_list_empty(&line->jobs) ? NULL : job_of(tu_list_first(&line->jobs));

	return b && (!a || b->id < a->id) ? b : a;
}

static struct tu_job *oldest_for(struct tu_jobs_store *s, const struct tu_jobs_party *p)
{
	struct tu_job *job = NULL;

	if (s->n_waiting == 0)
		return NULL;
	for (size_t i = 0; i < p->n_names; i++)
		job = older(job, p->names[i]);
	if (p->names)
		return job;
	tu_list_each(link, &s->busy) {
		job = older(job, tu_container_of(link, struct tu_jobs_line, busy));
	}
	return job;
}

struct tu_job *tu_jobs_take(struct tu_jobs_store *s, struct tu_jobs_party *p, uint64_t batch)
{
	struct tu_job *job;

	while ((job = oldest_for(s, p)) != NULL) {
		leave_line(s, job);
		if (tutti_now() < job->limit)
			break;
		job->code = TUTTI_ETIMEDOUT;
		hand_back(s, job); /* whose owner has gone does not wait in a line */
	}
	if (!job)
		return NULL;
	job->taker = p;
	job->batch = batch;
	job->told = 0;
	tu_list_add_tail(&p->leases, &job->queued);
	return job;
}

/* Off its taker's list. */
static void end_lease(struct tu_job *job)
{
	if (job->cancelled && job->told == 0)
		job->taker->cancels--;
	tu_list_remove(&job->queued);
	job->taker = NULL;
}

/* To the next taker, unless nobody wants it any more. */
void tu_jobs_return(struct tu_jobs_store *s, struct tu_job *job)
{
	end_lease(job);
	if (!job->owner || job->cancelled)
		end_with_code(s, job, TUTTI_ECANCELED);
	else
		queue_up(s, job, false);
}

void tu_jobs_untake(struct tu_jobs_store *s, struct tu_jobs_party *p, uint64_t batch)
{
	tu_list_each_safe(link, &p->leases) {
		struct tu_job *job = job_of(link);

		if (job->told == batch) {
			job->told = 0;
			p->cancels++;
		}
		if (job->batch == batch)
			tu_jobs_return(s, job);
	}
}

struct tu_job *tu_jobs_leased(struct tu_jobs_store *s, struct tu_jobs_party *p, uint64_t id)
{
	struct tu_job *job = *bucket_of(s, id);

	while (job && job->id != id)
		job = job->next;
	return job && job->taker == p ? job : NULL;
}

void tu_jobs_end(struct tu_jobs_store *s, struct tu_job *job, bool ok, const tutti_value *result)
{
	end_lease(job);
	job->ok = ok;
	job->result = result ? tutti_value_ref((tutti_value *)result) : NULL;
	conclude(s, job);
}

/* -- the owner's ------------------------------------------------------------------------------ */

static void cancel(struct tu_job *job)
{
	if (job->cancelled)
		return;
	job->cancelled = true;
	job->taker->cancels++;
}

static void drop_waiting(struct tu_jobs_store *s, struct tu_job *job)
{
	leave_line(s, job);
	tu_list_remove(&job->owned);
	job->owner = NULL;
	conclude(s, job);
}

int tu_jobs_cancel(struct tu_jobs_store *s, struct tu_jobs_party *p, int64_t number)
{
	tu_list_each_safe(link, &p->put) {
		struct tu_job *job = tu_container_of(link, struct tu_job, owned);

		if (job->number != number)
			continue;
		if (job->taker) {
			cancel(job);
			return 0;
		}
		drop_waiting(s, job);
		return 1;
	}
	return -ENOENT;
}

struct tu_job *tu_jobs_fetch(struct tu_jobs_party *p, size_t n)
{
	struct tu_job *first = NULL, **end = &first;

	tu_list_each_safe(link, &p->ended) {
		struct tu_job *job = job_of(link);

		if (n-- == 0)
			break;
		tu_list_remove(link);
		p->n_ended--;
		*end = job;
		end = &job->next;
	}
	return first;
}

void tu_jobs_unfetch(struct tu_jobs_party *p, struct tu_job *chain)
{
	struct tu_link *before = &p->ended.head;

	for (struct tu_job *job = chain, *next; job; job = next) {
		next = job->next;
		job->next = NULL;
		tu_link_insert(before, &job->queued);
		before = &job->queued;
		p->n_ended++;
	}
}

void tu_jobs_free_chain(struct tu_job *chain)
{
	for (struct tu_job *next; chain; chain = next) {
		next = chain->next;
		free_job(chain);
	}
}

/* -- parties ---------------------------------------------------------------------------------- */

static struct tu_jobs_party **place_of(struct tu_jobs_store *s, const void *caller)
{
	size_t bucket = ((uintptr_t)caller >> 4) * 0x9e3779b1u % TU_JOBS_PARTY_BUCKETS;
	struct tu_jobs_party **at = &s->parties[bucket];

	while (*at && (*at)->caller != caller)
		at = &(*at)->next;
	return at;
}

struct tu_jobs_party *tu_jobs_party(struct tu_jobs_store *s, const void *caller)
{
	struct tu_jobs_party **at = place_of(s, caller), *p = *at;

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->caller = caller;
	tu_list_init(&p->leases);
	tu_list_init(&p->put);
	tu_list_init(&p->ended);
	*at = p;
	return p;
}

void tu_jobs_set_slots(struct tu_jobs_store *s, struct tu_jobs_party *p, unsigned slots)
{
	s->slots += slots - p->slots;
	p->slots = slots;
}

/*
 * Of what it had leased it can have died of those that it ran: the oldest, as many as it has slots.
 */
static void return_leases(struct tu_jobs_store *s, struct tu_jobs_party *p)
{
	unsigned i = 0;

	tu_list_each_safe(link, &p->leases) {
		struct tu_job *job = job_of(link);

		if (p->slots == 0 || i++ < p->slots)
			job->deaths++;
		if (job->deaths <= job->retries || !job->owner) {
			tu_jobs_return(s, job);
			continue;
		}
		end_lease(job);
		end_with_code(s, job, TUTTI_ECRASHED);
	}
}

static void drop_put(struct tu_jobs_store *s, struct tu_jobs_party *p)
{
	tu_list_each_safe(link, &p->put) {
		struct tu_job *job = tu_container_of(link, struct tu_job, owned);

		if (!job->taker) {
			drop_waiting(s, job);
			continue;
		}
		cancel(job);
		tu_list_remove(&job->owned);
		job->owner = NULL;
	}
}

static void drop_ended(struct tu_jobs_party *p)
{
	tu_list_each_safe(link, &p->ended) {
		free_job(job_of(link));
	}
}

void tu_jobs_leave(struct tu_jobs_store *s, const void *caller)
{
	struct tu_jobs_party **at = place_of(s, caller), *p = *at;

	if (!p)
		return;
	return_leases(s, p);
	drop_put(s, p);
	drop_ended(p);
	tu_jobs_set_slots(s, p, 0);
	tu_jobs_takes_no_more(s, p);
	*at = p->next;
	free(p->names);
	free(p);
}

/* -- life ------------------------------------------------------------------------------------- */

void tu_jobs_init(struct tu_jobs_store *s)
{
	tu_list_init(&s->busy);
}

void tu_jobs_close(struct tu_jobs_store *s)
{
	for (size_t i = 0; i < TU_JOBS_PARTY_BUCKETS; i++)
		while (s->parties[i])
			tu_jobs_leave(s, s->parties[i]->caller);
	for (struct tu_jobs_line *line = s->lines, *next; line; line = next) {
		next = line->next;
		free(line);
	}
}
