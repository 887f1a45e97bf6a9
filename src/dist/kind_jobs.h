/* SPDX-License-Identifier: MIT */
/*
 * kind_jobs.h - the parts of the kind Jobs: kind_jobs.c has its life, jobs_put.c what those ask for
 * who put jobs, jobs_take.c what those who take them. All with the object's lock held.
 */
#ifndef TU_DIST_KIND_JOBS_H
#define TU_DIST_KIND_JOBS_H

#include "dist/jobs_items.h"
#include "dist/kinds.h"

/* What an answer holds, as c->step says. */
enum { TU_JOBS_NOTHING, TU_JOBS_BEGUN, TU_JOBS_LEASES, TU_JOBS_RESULTS };

struct tu_jobs_store *tu_jobs_store_of(struct tu_object *o);

/* The party that calls; -ENOMEM. */
int tu_jobs_find_party(struct tu_object *o, struct tu_call *c, struct tu_jobs_party **p);

/* Methods. */
int tu_jobs_do_put(struct tu_object *o, struct tu_call *c);
int tu_jobs_do_submit(struct tu_object *o, struct tu_call *c);
int tu_jobs_do_cancel(struct tu_object *o, struct tu_call *c);
int tu_jobs_do_result(struct tu_object *o, struct tu_call *c);
int tu_jobs_do_take(struct tu_object *o, struct tu_call *c);
int tu_jobs_do_serve(struct tu_object *o, struct tu_call *c);
int tu_jobs_do_done(struct tu_object *o, struct tu_call *c);

#endif
