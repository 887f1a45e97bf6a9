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

/*
 * The same of what job gave in another process. *result is where it is: in *room, and then to be
 * dropped, or in packed itself.
 */
union tu_parcel_result {
	tutti_bytes bytes;
	tutti_value *value;
};
int tu_parcel_open_result(union tu_parcel_result *room, const tutti_job *job, tutti_bytes packed,
	const void **result);

#endif
