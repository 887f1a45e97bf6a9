/* SPDX-License-Identifier: MIT */
/* jobs_items.h - what requests to the kind Jobs have in them, and what the answers are made of. */
#ifndef TU_DIST_JOBS_ITEMS_H
#define TU_DIST_JOBS_ITEMS_H

#include "dist/jobs_store.h"
#include "dist/object.h"

enum { TU_JOBS_LIST_MOST = 4096 /* entries of one request or answer */ };

/* What is wrong is said in c. Of an argument that was not given *out stays. */
int tu_jobs_read_int(
	struct tu_call *c, const tutti_value *v, const char *what, int64_t least, int64_t *out);
int tu_jobs_read_name(struct tu_call *c, const tutti_value *v, tutti_bytes *name);
int tu_jobs_read_limit(struct tu_call *c, const tutti_value *v, tutti_time *limit);

/* A list or tuple, whose items' own items stay as they came. None, or NULL: *out is NULL. */
int tu_jobs_open_list(struct tu_call *c, const tutti_value *v, const char *what, tutti_value **out);

/* Each item of such a list, until there is an error. */
typedef int tu_jobs_item_fn(
	struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p, const tutti_value *item);
int tu_jobs_each(struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p,
	const tutti_value *v, const char *what, tu_jobs_item_fn *fn);

bool tu_jobs_is_tuple(const tutti_value *v, size_t n);

/* A list that is filled; what has gone wrong stays until it is closed. */
struct tu_filling {
	tutti_value **items;
	size_t n, room;
	int rc;
};

/* Takes v over; rc < 0: there is none. */
void tu_filling_add(struct tu_filling *f, int rc, tutti_value *v);
int tu_filling_close(struct tu_filling *f, tutti_value **out);

/* A job as who takes it sees it; whole: as serve gives it. */
int tu_jobs_pack_job(const struct tu_job *job, bool whole, tutti_value **out);

/* How it ended, as its owner sees it. */
int tu_jobs_pack_result(const struct tu_job *job, tutti_value **out);

#endif
