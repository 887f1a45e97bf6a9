/* SPDX-License-Identifier: MIT */
/* pool.h - the engine "processes", and what its workers run. */
#ifndef TU_PROC_POOL_H
#define TU_PROC_POOL_H

#include "exec/executor.h"

#include <stdint.h>

extern const struct tu_own_engine tu_engine_processes;

/* A worker's argument, and its job: found by no name, as the program has no such job. */
struct tu_pool_worker {
	int32_t pool, fd; /* the process that has the cells, and their descriptor there */
	uint32_t number;  /* of the worker in its pool */
	uint32_t cpus;    /* that it may use, so that libraries of its jobs start no more threads */
	uint64_t jobs_max; /* so many jobs, and it ends; 0: no bound */
	uint64_t start;    /* where worker_start is, from where its module was loaded; 0: none */
	char module[4096]; /* worker_start's */
};
extern tutti_job tu_pool_worker_job;

#endif
