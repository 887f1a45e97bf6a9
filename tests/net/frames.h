/* SPDX-License-Identifier: MIT */
/*
 * frames.h - for tests of WebSockets: one end of ours and the bytes at the other, or two of ours.
 */
#ifndef TESTS_NET_FRAMES_H
#define TESTS_NET_FRAMES_H

#include "support/suite.h"

#include <errno.h>
#include <sys/socket.h>
#include <tutti/net.h>
#include <tutti/stream_peek.h>
#include <tutti/stream_read.h>

/* The mask of the RFC's example; any other would do. */
static const unsigned char mask[4] = { 0x37, 0xfa, 0x21, 0x3d };

enum { FIN = 0x80, MORE = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

/* Bytes of frames, one behind another. */
struct frames {
	size_t size;
	unsigned char at[1 << 18];
};

static inline void put_bytes(struct frames *f, const void *data, size_t size)
{
	CHECK(f->size + size <= sizeof f->at);
	memcpy(f->at + f->size, data, size);
	f->size += size;
}

/* head: FIN or not, with the opcode. */
static inline void put_frame(
	struct frames *f, bool masked, unsigned head, const void *data, size_t size)
{
	unsigned char start[10] = { (unsigned char)head, (unsigned char)size };
	size_t n = size < 126 ? 0 : size < 65536 ? 2 : 8;

	if (n > 0)
		start[1] = n == 2 ? 126 : 127;
	for (size_t i = 0; i < n; i++)
		start[2 + i] = (unsigned char)(size >> 8 * (n - 1 - i));
	start[1] |= masked ? 0x80 : 0;
	put_bytes(f, start, 2 + n);
	if (masked)
		put_bytes(f, mask, sizeof mask);
	put_bytes(f, data, size);
	for (size_t i = 0; masked && i < size; i++)
		f->at[f->size - size + i] ^= mask[i % 4];
}

static inline void put_text(struct frames *f, bool masked, unsigned head, const char *text)
{
	put_frame(f, masked, head, text, strlen(text));
}

static inline void put_close(struct frames *f, bool masked, int code, const char *reason)
{
	unsigned char data[125] = { (unsigned char)(code >> 8), (unsigned char)code };

	memcpy(data + 2, reason, strlen(reason));
	put_frame(f, masked, FIN | CLOSE, data, 2 + strlen(reason));
}

/* -- two ends ---------------------------------------------------------------------------------- */

struct pair {
	tutti_stream *near_stream, *far_stream;
	tutti_websocket *near, *far; /* the server's, the client's; far: NULL where it is bytes */
};

static inline struct pair open_pair(const tutti_websocket_options *options)
{
	struct pair p;
	int fds[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	CHECK_EQ(tutti_stream_open(&p.near_stream, fds[0]), 0);
	CHECK_EQ(tutti_stream_open(&p.far_stream, fds[1]), 0);
	CHECK_EQ(tutti_websocket_wrap(&p.near, p.near_stream, TUTTI_WEBSOCKET_SERVER, options), 0);
	CHECK_EQ(tutti_websocket_wrap(&p.far, p.far_stream, TUTTI_WEBSOCKET_CLIENT, options), 0);
	return p;
}

/* The other end is bytes; client: ours is the client's. */
static inline struct pair open_bytes(bool client, const tutti_websocket_options *options)
{
	struct pair p = open_pair(options);

	if (client) {
		tutti_websocket_free(p.near);
		CHECK_EQ(tutti_websocket_wrap(
				 &p.near, p.near_stream, TUTTI_WEBSOCKET_CLIENT, options),
			0);
	}
	tutti_websocket_free(p.far);
	p.far = NULL;
	return p;
}

static inline void close_far(struct pair *p)
{
	tutti_websocket_free(p->far);
	tutti_stream_free(p->far_stream);
	p->far = NULL;
	p->far_stream = NULL;
}

static inline void close_pair(struct pair *p)
{
	tutti_websocket_free(p->near);
	tutti_stream_free(p->near_stream);
	close_far(p);
}

/* -- bytes at the far end ---------------------------------------------------------------------- */

static inline void far_says(struct pair *p, const struct frames *f)
{
	CHECK_EQ(tutti_stream_write(p->far_stream, f->at, f->size), 0);
}

/* The next frame there, which a server wrote: its opcode with FIN; text holds 126. */
static inline int far_hears(struct pair *p, char *text)
{
	unsigned char head[2];

	CHECK_EQ(tutti_stream_read_exactly(p->far_stream, head, 2), 0);
	CHECK(head[1] < 126);
	CHECK_EQ(tutti_stream_read_exactly(p->far_stream, text, head[1]), 0);
	text[head[1]] = '\0';
	return head[0];
}

static inline void far_hears_close(struct pair *p, int code)
{
	char text[126];

	CHECK_EQ(far_hears(p, text), FIN | CLOSE);
	CHECK_EQ((unsigned char)text[0] << 8 | (unsigned char)text[1], code);
}

static inline void far_closes(struct pair *p, int code)
{
	static struct frames f;

	f.size = 0;
	put_close(&f, true, code, "");
	far_says(p, &f);
}

/* -- messages ---------------------------------------------------------------------------------- */

static inline void check_message(tutti_websocket *ws, const char *text)
{
	tutti_websocket_message m;

	CHECK_EQ(tutti_websocket_read(ws, &m), 0);
	CHECK_EQ(m.kind, TUTTI_WEBSOCKET_TEXT);
	CHECK_STR(m.bytes.data, text);
}

static inline void check_say(tutti_websocket *ws, const char *text)
{
	CHECK_EQ(tutti_websocket_write(ws, TUTTI_WEBSOCKET_TEXT, tutti_bytes_text(text)), 0);
}

/* A handler of the HTTP server. */
static inline int echo_messages(tutti_http_exchange *x, void *options)
{
	tutti_websocket_message m;
	tutti_websocket *ws;
	int rc = tutti_http_reply_header(x, "X-Handler", "echo");

	if (rc == 0)
		rc = tutti_websocket_accept(x, &ws, options);
	while (rc == 0 && (rc = tutti_websocket_read(ws, &m)) == 0)
		rc = tutti_websocket_write(ws, m.kind, m.bytes);
	return rc;
}

/* Reading to the end, until the other side closes. */
static inline void *answer_close(void *ws)
{
	tutti_websocket_message m;
	int rc;

	do {
		rc = tutti_websocket_read(ws, &m);
	} while (rc == 0);
	return give(rc);
}

#endif
