/* SPDX-License-Identifier: MIT */
/* job.h - what exec knows of jobs beyond the public header. */
#ifndef TU_EXEC_JOB_H
#define TU_EXEC_JOB_H

#include <tutti/job.h>

/* Do two descriptors stand for one job? A header used in two files makes two of them. */
bool tu_job_same(const tutti_job *a, const tutti_job *b);

/* Is it filled in such that it can be run? */
bool tu_job_valid(const tutti_job *job);

#endif
