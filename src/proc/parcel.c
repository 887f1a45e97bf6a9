/* SPDX-License-Identifier: MIT */
/* parcel.c - see parcel.h. */
#include "proc/parcel.h"

#include "exec/kinds.h"

#include <errno.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_codec.h>

int tu_parcel_pack(tutti_bytes *out, unsigned kind, uint32_t size, const void *what)
{
	const tutti_bytes *bytes = what;

	if (tu_kind_is_value(kind))
		return tutti_value_encode(out, *(tutti_value *const *)what);
	*out = kind == TUTTI_KIND_BYTES ? tutti_bytes_of(bytes->data, bytes->size)
					: tutti_bytes_of(what, size);
	return 0;
}

int tu_parcel_open_value(tutti_value **v, const void *data, size_t n)
{
	int rc = tutti_value_decode(v, data, n, NULL);

	return rc == -E2BIG ? TUTTI_EPROTO : rc;
}

int tu_parcel_open(void *what, unsigned kind, uint32_t size, const void *data, size_t n)
{
	tutti_bytes lent = tutti_bytes_of(data, n);

	if (tu_kind_is_value(kind))
		return tu_parcel_open_value(what, data, n);
	if (kind == TUTTI_KIND_BYTES) {
		memcpy(what, &lent, sizeof(lent));
		return 0;
	}
	if (n != size)
		return TUTTI_EPROTO;
	if (size > 0)
		memcpy(what, data, size);
	return 0;
}

void tu_parcel_drop(void *what, unsigned kind)
{
	if (tu_kind_is_value(kind))
		tu_kind_drop(kind, what);
}

int tu_parcel_open_result(
	union tu_parcel_result *room, const tutti_job *job, tutti_bytes packed, const void **result)
{
	if (tu_kind_is_counted(job->result_kind)) {
		*result = room;
		return tu_parcel_open(
			room, job->result_kind, job->result_size, packed.data, packed.size);
	}
	*result = packed.data;
	return packed.size == job->result_size ? 0 : TUTTI_EPROTO;
}
