/* SPDX-License-Identifier: MIT */
/*
 * jobs_takers.h - who takes which jobs, and the jobs that nobody who is there takes: those wait for
 * somebody who does, which may be never. So of each name that is said once, by the manager, and to
 * each who has put such a job.
 */
#ifndef TU_DIST_JOBS_TAKERS_H
#define TU_DIST_JOBS_TAKERS_H

#include "dist/jobs_store.h"

/* It takes jobs, from now on until it leaves. */
void tu_jobs_takes(struct tu_jobs_store *s, struct tu_jobs_party *p);

/* It takes jobs of these names alone. 0, -ENOMEM, -ENOSPC: there are too many names. */
int tu_jobs_set_names(
	struct tu_jobs_store *s, struct tu_jobs_party *p, const tutti_bytes *names, size_t n);

/* It has gone. */
void tu_jobs_takes_no_more(struct tu_jobs_store *s, struct tu_jobs_party *p);

/* A job was put in there: if nobody takes it, that is said. */
void tu_jobs_look_at(struct tu_jobs_store *s, struct tu_jobs_line *line);

/* Somebody new takes jobs: the same of all that wait. */
void tu_jobs_look_at_all(struct tu_jobs_store *s);

/* Is there one that p may not have been told of? */
bool tu_jobs_has_unknown(const struct tu_jobs_store *s, const struct tu_jobs_party *p);

/* In words, a list of texts: those of which p has put jobs that wait; it has been told then. */
int tu_jobs_pack_unknown(struct tu_jobs_store *s, struct tu_jobs_party *p, tutti_value **out);

#endif
