/* SPDX-License-Identifier: MIT */
/* parcel.h - arguments and results of jobs as bytes that mean the same in another process. */
#ifndef TU_PROC_PARCEL_H
#define TU_PROC_PARCEL_H

#include "exec/job_future.h"

/*
 * Pack size bytes of a kind. *out is the caller's to free; it may borrow from what, so that has to
 * stay. 0 or -ENOMEM.
 */
int tu_parcel_pack(tutti_bytes *out, unsigned kind, uint32_t size, const void *what);

/*
 * The way back: what receives size bytes. Bytes are lent, from data; values are the caller's, see
 * tu_kind_drop. 0, -ENOMEM, or TUTTI_EPROTO: it is none.
 */
int tu_parcel_open(void *what, unsigned kind, uint32_t size, const void *data, size_t n);

/* A value alone; the same errors. */
int tu_parcel_open_value(tutti_value **v, const void *data, size_t n);

/* Drop what was opened. */
void tu_parcel_drop(void *what, unsigned kind);

/* A job has ended in another process, with that result if code is 0. end is one of job_future.h. */
void tu_parcel_deliver(struct tu_job_future *jf, int code, const char *text, tutti_bytes packed,
	int (*end)(struct tu_job_future *jf, int code, const char *text, const void *result));

#endif
