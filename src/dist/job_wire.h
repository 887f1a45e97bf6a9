/* SPDX-License-Identifier: MIT */
/*
 * job_wire.h - what jobs take and give as values that travel (jobs_link.h). Of C's kinds
 *
 *     void    None            plain   its bytes, which mean the same on machines of one sort
 *     bytes   bytes           value   itself           call    (args, kwargs)
 *
 * and kinds is the text that says which a job has: "plain:8>bytes". A job that was put without one,
 * by Python, is given a text for bytes too.
 */
#ifndef TU_DIST_JOB_WIRE_H
#define TU_DIST_JOB_WIRE_H

#include <tutti/executor.h>

enum { TU_JOB_WIRE_KINDS = 64 };

/* The text of kinds. */
void tu_job_wire_kinds(char out[TU_JOB_WIRE_KINDS], const tutti_job *job);

enum { TU_JOB_WIRE_MOST = 48 << 20 /* bytes of one argument or result; a message may have more */ };

/* What a value takes in a message, roughly. */
size_t tu_job_wire_weight(const tutti_value *v);

/* What a job has or is to be given, as a value. 0; -ENOMEM; TUTTI_ETYPE: not a call's parts. */
int tu_job_wire_pack(tutti_value **out, unsigned kind, uint32_t size, const void *what);

/* The way back: room for anything; what is lent from v must not outlive it. */
union tu_job_wire {
	tutti_bytes bytes;
	tutti_value *value;
};

/* *what is where it is. 0, and to be dropped; TUTTI_ETYPE: v is not of that kind; -ENOMEM. */
int tu_job_wire_open(union tu_job_wire *room, const void **what, unsigned kind, uint32_t size,
	const tutti_value *v);
void tu_job_wire_drop(union tu_job_wire *room, unsigned kind);

/* (code, text), and back: text, of n bytes, is cut. What is no such pair is TUTTI_EREMOTE. */
int tu_job_wire_failure(tutti_value **out, int code, const char *text);
int tu_job_wire_code(const tutti_value *v, char *text, size_t n);

#endif
