/* SPDX-License-Identifier: MIT */
/* reply.c - see reply.h. On the way: a head, the text with its zero, the result. */
#include "proc/reply.h"

#include "core/alloc.h"
#include "core/crash_point.h"
#include "core/probe.h"
#include "exec/kinds.h"
#include "os/os.h"
#include "proc/parcel.h"

#include <errno.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/fd.h>
#include <tutti/future.h>

enum { MAGIC = 0x74757472, ROOM_FIRST = 256, PIECE = 16384 };

struct head {
	uint32_t magic;
	int32_t code;
	uint64_t text_bytes, result_bytes;
};

bool tu_reply_is_small(const tutti_job *job)
{
	return !tu_kind_is_counted(job->result_kind) && job->result_size <= TU_OS_ROOM_LEAST;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* In simulated time whoever reads can run only while we wait as simulated ones do. */
static int send_all(int channel, const void *data, size_t n)
{
	const char *at = data;
	int rc = 0;

	if (!tu_simulated())
		return tu_os_channel_send(channel, data, n, NULL, 0);
	for (size_t part; n > 0 && rc == 0; at += part, n -= part) {
		part = least(n, PIECE);
		rc = tutti_fd_wait(channel, TUTTI_WRITABLE, TUTTI_FOREVER);
		if (rc >= 0)
			rc = tu_os_channel_send(channel, at, part, NULL, 0);
	}
	return rc;
}

static int send(int channel, const struct head *h, const void *body, size_t n)
{
	int rc;

	tu_crash_point();
	rc = send_all(channel, h, sizeof(*h));
	tu_crash_point();
	if (rc == 0)
		rc = send_all(channel, body, n);
	tu_crash_point();
	return rc;
}

/* The first n bytes, or fewer, so that no character is cut in two. NULL: no memory. */
static char *begin_of(const char *text, size_t n)
{
	char *begin = tu_alloc(n + 1);

	while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
		n--;
	if (begin) {
		memcpy(begin, text, n);
		begin[n] = 0;
	}
	return begin;
}

static int send_failure(int channel, int code, const char *text, const tutti_job *job)
{
	size_t n = text ? strlen(text) + 1 : 0, room = n;
	struct head h = { .magic = MAGIC, .code = code };
	char *cut = NULL;
	int rc;

	if (n > TU_OS_ROOM_LEAST && tu_reply_is_small(job))
		room = least(tu_os_channel_room(channel), PIECE);
	if (n > room) {
		text = cut = begin_of(text, room - 1);
		n = cut ? strlen(cut) + 1 : 0;
	}
	h.text_bytes = n;
	rc = send(channel, &h, text, n);
	tu_free(cut);
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
			rc = send(channel, &(struct head){ MAGIC, 0, 0, packed.size }, packed.data,
				packed.size);
		else
			rc = send_failure(channel, rc, NULL, job);
		tutti_bytes_free(&packed);
		tu_kind_drop(job->result_kind, result);
	} else {
		rc = send_failure(channel, rc, NULL, job);
	}
	tu_free(result);
	return rc;
}

int tu_reply_send(int channel, tutti_future *f, const tutti_job *job)
{
	int code = tutti_future_error(f);

	if (code < 0)
		return send_failure(channel, code, tutti_future_text(f), job);
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
