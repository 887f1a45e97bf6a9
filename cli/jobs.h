/* SPDX-License-Identifier: MIT */
/* jobs.h - the jobs built into the command: text in, text out. */
#ifndef CLI_JOBS_H
#define CLI_JOBS_H

#include <tutti/job.h>

/* Each fills *out, or says why not with tutti_fail. */
int prime(tutti_bytes const *in, tutti_bytes *out);
int sum(tutti_bytes const *in, tutti_bytes *out);
int digest(tutti_bytes const *in, tutti_bytes *out);
int square(tutti_bytes const *in, tutti_bytes *out);

#endif
