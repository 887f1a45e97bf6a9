/* SPDX-License-Identifier: MIT */
/* reply.c - see reply.h. On the way: a head, the text with its zero, the result. */
#include "proc/reply.h"

#include "core/alloc.h"
#include "core/crash_point.h"
#include "exec/kinds.h"
#include "os/os.h"
#include "proc/parcel.h"

#include <errno.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/future.h>

enum { MAGIC = 0x74757472, ROOM_FIRST = 256 };

struct head {
	uint32_t magic;
	int32_t code;
	uint64_t text_bytes, result_bytes;
};

static int send(int channel, int32_t code, const char *text, const void *result, size_t n)
{
	struct head h = { .magic = MAGIC,
		.code = code,
		.text_bytes = text ? strlen(text) + 1 : 0,
		.result_bytes = n };
	int rc;

	tu_crash_point();
	rc = tu_os_channel_send(channel, &h, sizeof(h), NULL, 0);
	tu_crash_point();
	if (rc == 0)
		rc = tu_os_channel_send(channel, text, h.text_bytes, NULL, 0);
	tu_crash_point();
	rc = rc < 0 ? rc : tu_os_channel_send(channel, result, n, NULL, 0);
	tu_crash_point();
	return rc;
}

static int send_result(int channel, tutti_future *f, const tutti_job *job)
{
	void *result = tu_alloc(job->result_size + 1); /* it may be nothing */
	tutti_bytes packed;
	int rc = result ? tutti_job_result(f, job, result) : -ENOMEM;

	if (rc == 0) {
		rc = tu_parcel_pack(&packed, job->result_kind, job->result_size, result);
		if (rc == 0)
			rc = send(channel, 0, NULL, packed.data, packed.size);
		else
			rc = send(channel, rc, NULL, NULL, 0);
		tutti_bytes_free(&packed);
		tu_kind_drop(job->result_kind, result);
	} else {
		rc = send(channel, rc, NULL, NULL, 0);
	}
	tu_free(result);
	return rc;
}

int tu_reply_send(int channel, tutti_future *f, const tutti_job *job)
{
	int code = tutti_future_error(f);

	if (code < 0)
		return send(channel, code, tutti_future_text(f), NULL, 0);
	return send_result(channel, f, job);
}

static bool whole(const struct tu_reply *r)
{
	struct head h;

	if (r->used < sizeof(h))
		return false;
	memcpy(&h, r->bytes, sizeof(h));
	return r->used - sizeof(h) >= h.text_bytes + h.result_bytes;
}

static int grow(struct tu_reply *r)
{
	size_t room = r->room ? r->room * 2 : ROOM_FIRST;
	char *bytes = tu_alloc(room);

	if (!bytes)
		return -ENOMEM;
	if (r->used > 0)
		memcpy(bytes, r->bytes, r->used);
	tu_free(r->bytes);
	r->bytes = bytes;
	r->room = room;
	return 0;
}

int tu_reply_look(int channel, struct tu_reply *r)
{
	for (;;) {
		int n = r->used == r->room ? grow(r) : 0;

		if (n < 0)
			return n;
		n = tu_os_channel_look(channel, r->bytes + r->used, r->room - r->used);
		if (n == -EAGAIN)
			return whole(r) ? 1 : 0;
		if (n <= 0)
			return whole(r) ? 1 : -EPIPE;
		r->used += (size_t)n;
		if (whole(r))
			return 1;
	}
}

int32_t tu_reply_read(const struct tu_reply *r, const char **text, tutti_bytes *result)
{
	struct head h;

	memcpy(&h, r->bytes, sizeof(h));
	*text = h.text_bytes > 0 ? r->bytes + sizeof(h) : NULL;
	*result = tutti_bytes_of(r->bytes + sizeof(h) + h.text_bytes, h.result_bytes);
	return h.magic == MAGIC ? h.code : TUTTI_EPROTO;
}

void tu_reply_free(struct tu_reply *r)
{
	tu_free(r->bytes);
	*r = (struct tu_reply){ NULL, 0, 0 };
}
