/* SPDX-License-Identifier: MIT */
/* child.h - the child's side: what it does instead of main. */
#ifndef TU_PROC_CHILD_H
#define TU_PROC_CHILD_H

#include "proc/process.h"
#include "proc/request.h"

/* Do what the request that comes through channel says; then end. */
_Noreturn void tu_child_run(int channel);

/*
 * Before that, where the request does not say so: end with the process whose life this shows, and
 * be in the family that the process has.
 */
void tu_child_bind(int life, int family);

/*
 * Go through what a child does before its job, as far as it is the same for all: who is forked from
 * here, or goes on from here, has it done. Starts no thread, and is in no family.
 */
void tu_child_rehearse(void);

/* The same for p's job, in a child that was forked from the parent as it is. */
_Noreturn void tu_child_run_copy(struct tu_process *p, int channel);

/* Serve those who ask through channel for children of this process' parent; ends when it ends. */
_Noreturn void tu_server_serve(int channel);

/* The job that a request is about, as it is in this process; NULL: it is not. */
tutti_job *tu_child_find_job(const struct tu_request *r);

/* Is this a child that has not come to its job yet? Then constructors run. */
bool tu_child_is_starting(void);

/* Words of TU_STARTUP_CHILD: what it is, and the descriptor of its channel after them. */
#define TU_CHILD_SERVER "server:"
#define TU_CHILD_JOB "job:"

#endif
