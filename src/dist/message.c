/* SPDX-License-Identifier: MIT */
/* message.c - see message.h. */
#include "dist/message.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <tutti/stream_peek.h>

/* So much is written at once; what is longer follows. */
enum { TOGETHER = 4096 };

/* -- the proof -------------------------------------------------------------------------------- */

static int write_out(tutti_stream *s, struct tu_handshake *h, tutti_time deadline)
{
	tutti_bytes out = tu_handshake_out(h);

	return out.size > 0 ? tutti_stream_write_until(s, out.data, out.size, deadline) : 0;
}

/* Take what has come: 1 when that was all. */
static int take_some(tutti_stream *s, struct tu_handshake *h, tutti_time deadline)
{
	const void *data;
	size_t taken;
	ssize_t n = tutti_stream_peek_until(s, 0, &data, deadline);
	int rc;

	if (n < 0)
		return (int)n;
	rc = tu_handshake_take(h, data, (size_t)n, &taken);
	tutti_stream_skip(s, taken);
	if (rc < 0)
		(void)write_out(s, h, 0); /* that it is refused; who has gone need not know */
	return rc;
}

int tu_message_greet(tutti_stream *s, struct tu_handshake *h, tutti_bytes key,
	const struct tu_handshake_options *options, tutti_time deadline)
{
	int rc = tu_handshake_begin(h, key, options);

	while (rc == 0) {
		rc = write_out(s, h, deadline);
		if (rc == 0)
			rc = take_some(s, h, deadline);
	}
	return rc < 0 ? rc : 0;
}

/* -- messages --------------------------------------------------------------------------------- */

int tu_message_write(
	tutti_stream *s, tutti_bytes before, const void *body, size_t size, tutti_time deadline)
{
	unsigned char head[TU_FRAME_HEAD_LONG], block[TOGETHER];
	size_t n = tu_frame_head(head, size), room = TOGETHER - n - before.size;
	size_t first = size < room ? size : room;
	int rc;

	if (before.size > 0)
		memcpy(block, before.data, before.size);
	memcpy(block + before.size, head, n);
	if (first > 0)
		memcpy(block + before.size + n, body, first);
	rc = tutti_stream_write_until(s, block, before.size + n + first, deadline);
	if (rc == 0 && first < size)
		rc = tutti_stream_write_until(
			s, (const char *)body + first, size - first, deadline);
	if (rc < 0)
		(void)tutti_stream_shutdown(s); /* nothing is to follow half a message */
	return rc;
}

/*
 * Python writes the head and a body of more than 16 KiB apart, with Nagle's algorithm: the second
 * comes when the first is acknowledged, which the system would put off for 40 ms.
 */
static void acknowledge(tutti_stream *s, size_t n)
{
	if (n <= TU_FRAME_HEAD_LONG)
		(void)setsockopt(
			tutti_stream_fd(s), IPPROTO_TCP, TCP_QUICKACK, &(int){ 1 }, sizeof(int));
}

int tu_message_look(tutti_stream *s, uint64_t most, tutti_time deadline, struct tu_message *m)
{
	const void *data;
	struct tu_frame f;
	ssize_t n = 0;
	int rc = 0;

	while (rc == 0) {
		n = tutti_stream_peek_until(s, (size_t)n, &data, deadline);
		if (n < 0)
			return (int)n;
		rc = tu_frame_look(&f, data, (size_t)n, most);
		if (rc == 0)
			acknowledge(s, (size_t)n);
	}
	if (rc < 0)
		return rc;
	m->body = tutti_bytes_of((const char *)data + f.head, f.body);
	m->whole = f.head + f.body;
	return 0;
}

void tu_message_skip(tutti_stream *s, const struct tu_message *m)
{
	tutti_stream_skip(s, m->whole);
}
