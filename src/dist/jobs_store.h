/* SPDX-License-Identifier: MIT */
/*
 * jobs_store.h - jobs on their way: put by one party, leased to another, ended, fetched by the
 * first. A party is whoever calls, by the connection. What it holds when it goes is decided here:
 * its leases are the next taker's, the jobs that it has put go with it.
 *
 *     put --take--> leased --done--> ended --fetch--> (the fetcher's)
 *      ^              |
 *      +---returned---+   its taker has gone; once too often: ended
 *
 * All under one lock, the object's (kind_jobs.c). Nothing here waits.
 */
#ifndef TU_DIST_JOBS_STORE_H
#define TU_DIST_JOBS_STORE_H

#include "base/list.h"

#include <stdint.h>
#include <tutti/time.h>
#include <tutti/value.h>

enum {
	TU_JOBS_BUCKETS = 1024,
	TU_JOBS_PARTY_BUCKETS = 256,
	TU_JOBS_NAMES_MOST = 10000,
	TU_JOBS_RETRIES = 2 /* so its third death is its last */
};

/* The jobs of one name that nobody has taken, the oldest first. It stays. */
struct tu_jobs_line {
	struct tu_jobs_line *next; /* of all */
	struct tu_link busy;       /* on the list of those with jobs */
	struct tu_list jobs;
	unsigned takers;  /* parties that take its name */
	uint64_t unknown; /* once it was said that nobody takes it: when, among all such; or 0 */
	size_t size;
	char name[];
};

struct tu_jobs_party {
	struct tu_jobs_party *next; /* of its bucket */
	const void *caller;
	struct tu_list leases, put, ended; /* jobs: in the order in which they came there */
	struct tu_jobs_line **names;       /* that it takes; NULL: all */
	size_t n_names;
	bool takes;       /* jobs; else it only puts some */
	uint64_t heard;   /* the last that it was told of jobs that nobody takes */
	unsigned slots;   /* how many of its leases it runs at a time; 0: it has not said */
	unsigned window;  /* that it was told of */
	unsigned cancels; /* leases that were cancelled, which it has not been told */
	size_t n_ended;
};

struct tu_job {
	struct tu_job *next;   /* of its bucket; once it was fetched, of the chain */
	struct tu_link queued; /* in its line, its taker's leases, or its owner's ended */
	struct tu_link owned;  /* in its owner's put, until it has ended */
	struct tu_jobs_line *line;
	struct tu_jobs_party *owner; /* NULL: has gone */
	struct tu_jobs_party *taker; /* NULL: not leased */
	uint64_t id;                 /* in the order in which they were put */
	int64_t number;              /* its owner's */
	uint64_t batch, told;        /* the call that leased it, and that told of its cancel */
	tutti_value *kinds, *argument;
	size_t weight;
	tutti_time limit;
	int deaths, retries;
	bool cancelled;

	/* how it ended */
	bool ok;
	int code;            /* with ok false: ours; 0: as result says */
	tutti_value *result; /* or NULL */
};

struct tu_jobs_store {
	struct tu_job *jobs[TU_JOBS_BUCKETS];
	struct tu_jobs_party *parties[TU_JOBS_PARTY_BUCKETS];
	struct tu_jobs_line *lines;
	struct tu_list busy;
	size_t n_lines, n_waiting, weight;
	uint64_t ids, batches;
	unsigned slots;                   /* of all parties */
	unsigned n_takers, takers_of_all; /* parties that take jobs; and those of whatever name */
	uint64_t unknowns;                /* names of which it was said that nobody takes them */
	bool news; /* something has ended; cleared by who tells those that wait for it */
};

/* What is put. */
struct tu_jobs_order {
	tutti_bytes name;
	int64_t number; /* < 0: its id is to be its number */
	const tutti_value *kinds, *argument;
	tutti_time limit;
	int retries;
};

void tu_jobs_init(struct tu_jobs_store *s);
void tu_jobs_close(struct tu_jobs_store *s);

/* The party of a caller, made if it is new; NULL: no memory. */
struct tu_jobs_party *tu_jobs_party(struct tu_jobs_store *s, const void *caller);

/* It has gone. */
void tu_jobs_leave(struct tu_jobs_store *s, const void *caller);

/* It runs so many at a time. */
void tu_jobs_set_slots(struct tu_jobs_store *s, struct tu_jobs_party *p, unsigned slots);

/* The line of that name, made if it is new. 0, -ENOMEM, -ENOSPC: there are too many names. */
int tu_jobs_line(struct tu_jobs_store *s, tutti_bytes name, struct tu_jobs_line **line);

/* 0 and the job, -ENOMEM, -ENOSPC: there are too many names. */
int tu_jobs_put(struct tu_jobs_store *s, struct tu_jobs_party *p, const struct tu_jobs_order *order,
	struct tu_job **out);

/* Lease the oldest that p takes; NULL: there is none. Those out of time end meanwhile. */
struct tu_job *tu_jobs_take(struct tu_jobs_store *s, struct tu_jobs_party *p, uint64_t batch);

/* p was not told: what batch has leased it, or told it of cancels, is as before. */
void tu_jobs_untake(struct tu_jobs_store *s, struct tu_jobs_party *p, uint64_t batch);

/* p's job; NULL: it has none of that id. */
struct tu_job *tu_jobs_leased(struct tu_jobs_store *s, struct tu_jobs_party *p, uint64_t id);

/* A leased one has ended; result may be NULL. */
void tu_jobs_end(struct tu_jobs_store *s, struct tu_job *job, bool ok, const tutti_value *result);

/* It has not begun and never will there: it is the next taker's. */
void tu_jobs_return(struct tu_jobs_store *s, struct tu_job *job);

/* The owner wants it no more: 1: and nobody has it; 0: its taker will be told; -ENOENT. */
int tu_jobs_cancel(struct tu_jobs_store *s, struct tu_jobs_party *p, int64_t number);

/* The next of p's that have ended, n at most, as a chain; and back to the head. */
struct tu_job *tu_jobs_fetch(struct tu_jobs_party *p, size_t n);
void tu_jobs_unfetch(struct tu_jobs_party *p, struct tu_job *chain);

/* Free what was fetched. */
void tu_jobs_free_chain(struct tu_job *chain);

#endif
