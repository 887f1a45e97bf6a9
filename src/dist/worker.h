/* SPDX-License-Identifier: MIT */
/* worker.h - what worker.c, a worker's life, and its work (worker_serve.h) share. */
#ifndef TU_DIST_WORKER_H
#define TU_DIST_WORKER_H

#include <tutti/worker.h>

/* A job and the name it is served under. */
struct tu_served {
	struct tu_served *next;
	const tutti_job *job;
	char name[];
};

struct tutti_worker {
	char *address, *name; /* as stream.h has it; of the threads, or NULL; fixed */
	tutti_bytes key;      /* fixed; overwritten at the end */
	tutti_executor_options options;
	struct tu_served *served; /* fixed once it serves; NULL: all that are registered */
	tutti_time idle;          /* likewise; 0: never */
	tutti_time patience;      /* likewise; 0: none */
	uint32_t serving;         /* atomic: 1 while somebody serves */
	uint64_t jobs;            /* atomic */
};

/* The job of that name; NULL: none that it serves. */
const tutti_job *tu_worker_find(const tutti_worker *w, tutti_bytes name);

/* The names it serves as a list. 0; TUTTI_ENOJOB, -ENOMEM. */
int tu_worker_names(const tutti_worker *w, tutti_value **out);

/* Work. */
int tu_worker_run(tutti_worker *w);

#endif
