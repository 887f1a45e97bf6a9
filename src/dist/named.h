/* SPDX-License-Identifier: MIT */
/*
 * named.h - jobs that are known here by their name alone. Each name has a job that stands for the
 * one elsewhere, takes a call and gives a value. On the wire its kinds are TU_NAMED_KINDS: whoever
 * has the job fits the two to what it takes.
 */
#ifndef TU_DIST_NAMED_H
#define TU_DIST_NAMED_H

#include <tutti/job.h>

#define TU_NAMED_KINDS "named"

/* Is it one that stands for another? */
bool tu_named_is(const tutti_job *job);

#endif
