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
	const char *tape; /* where it is, see core/tape.h; "": there is none */
	tutti_bytes arg;  /* packed */
	void *body;       /* where all of these are, if they were received and can be freed */
};

/* What p is to do, as long as p is; 0, and r->arg is the caller's to free; or -ENOMEM. */
int tu_request_make(struct tu_request *r, const struct tu_process *p);

/* What goes along, each -1 if it does not. */
struct tu_request_fds {
	int life, family; /* of the starter; a fork server has brought them already */
	int clock;        /* of a simulation, if there is a place in it */
	int errors;       /* the error stream, if not as usual */
	struct tu_carried carried;
};

/* Send it. The child need not be there yet. 0, or why it cannot be. */
int tu_request_send(int channel, const struct tu_request *r, const struct tu_request_fds *fds);

/* Receive it. What a child is stays for good; drop: it was none. */
int tu_request_receive(int channel, struct tu_request *r, struct tu_request_fds *fds);
void tu_request_drop(struct tu_request *r);

#endif
