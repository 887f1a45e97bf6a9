/* SPDX-License-Identifier: MIT */
/* gate.h - what must be so before a command may begin. */
#ifndef CLI_GATE_H
#define CLI_GATE_H

#include <tutti/lock.h>
#include <tutti/time.h>

/* The first three are given; 0: does not matter. */
struct gate {
	tutti_time delay;    /* between two beginnings */
	double load;         /* runnable processes must be fewer */
	uint64_t free_bytes; /* memory must be more */
	tutti_lock lock;
	tutti_time last; /* under lock: the last beginning */
};

/* Wait until it is so. 0, or TUTTI_ECANCELED. From a task: the others of its thread go on. */
int gate_pass(struct gate *g);

#endif
