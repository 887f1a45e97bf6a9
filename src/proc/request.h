/* SPDX-License-Identifier: MIT */
/*
 * request.h - what a child is to do and to be, on its way there.
 *
 * It is small, or goes as memory by descriptor: so who sends it does not wait for who reads. Both
 * ends are the same program, so numbers and structs cross as they lie in memory.
 */
#ifndef TU_PROC_REQUEST_H
#define TU_PROC_REQUEST_H

#include "proc/process.h"

struct tu_request {
	const char *job, *module; /* names; module "": the program itself */
	size_t offset;            /* of the job's descriptor from where its module was loaded */
	uint32_t arg_size, result_size;
	uint8_t arg_kind, result_kind;
	bool daemon;
	tutti_start_method usual;
	int place; /* in the simulation; < 0: none */
	const char *name, *identity;
	tutti_bytes arg; /* packed */
};

/* What p is to do, as long as p is; 0, and r->arg is the caller's to free; or -ENOMEM. */
int tu_request_make(struct tu_request *r, const struct tu_process *p);

/* Send it; fds go along. 0, or why it cannot be. */
int tu_request_send(int channel, const struct tu_request *r, const int *fds, int nfds);

/* Receive it, for good: nothing of it is ever freed. fds receive up to nfds, -1 where
   there are fewer. */
int tu_request_receive(int channel, struct tu_request *r, int *fds, int nfds);

#endif
