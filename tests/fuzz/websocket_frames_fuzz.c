/* SPDX-License-Identifier: MIT */
/*
 * websocket_frames_fuzz.c - bytes behind the handshake of a WebSocket. What is read are the
 * messages that strict_frames.h finds there, and what is written is each of them again, a pong for
 * each ping, and the word of how it ended; none of it depends on the pieces that the bytes come in.
 *
 * The first byte says which end is ours and how long a message may be, the second one how many
 * bytes come at a time.
 */
#define _GNU_SOURCE
#include "driver.h"

#include "net/canned.h"
#include "strict_frames.h"

#include <tutti/websocket.h>
#include <tutti/websocket_message.h>

enum { IS_CLIENT = 1, IS_SHORT = 2, SHORT = 50, LONGEST = 4096 };

static struct strict_frames in, out;

/* Whether these are the bytes of that event. */
static bool is_event(
	const struct strict_frames *s, const struct strict_event *e, const void *data, size_t size)
{
	return e->size == size && (size == 0 || memcmp(s->bytes + e->from, data, size) == 0);
}

/* Each message is as it was said, and said again. What reading says at last. */
static int echo(tutti_websocket *ws)
{
	tutti_websocket_message m;
	size_t i = 0;
	int rc;

	while ((rc = tutti_websocket_read(ws, &m)) == 0) {
		while (i < in.n_events && in.events[i].kind >= STRICT_PING)
			i++;
		FUZZ_CHECK(i < in.n_events && (int)in.events[i].kind == m.kind);
		FUZZ_CHECK(is_event(&in, &in.events[i], m.bytes.data, m.bytes.size));
		FUZZ_CHECK(((const char *)m.bytes.data)[m.bytes.size] == '\0');
		FUZZ_CHECK(tutti_websocket_write(ws, m.kind, m.bytes) == 0);
		i++;
	}
	FUZZ_CHECK(tutti_websocket_read(ws, &m) == rc);
	return rc;
}

static bool is_early(int rc)
{
	return rc == TUTTI_EPROTO && out.how == STRICT_CLOSED && out.code == 1007 &&
	       in.early != SIZE_MAX;
}

/* What was written: an answer to each event, in their order. */
static void check_answers(int rc)
{
	size_t n = 0;

	for (size_t i = 0; i < in.n_events; i++) {
		const struct strict_event *e = &in.events[i];
		int answer = e->kind == STRICT_PING ? STRICT_PONG : e->kind;

		if (e->kind == STRICT_PONG)
			continue;
		if (n == out.n_events && i >= in.early && is_early(rc))
			return;
		FUZZ_CHECK(n < out.n_events && out.events[n].kind == answer);
		FUZZ_CHECK(is_event(&out, &out.events[n], in.bytes + e->from, e->size));
		n++;
	}
	FUZZ_CHECK(n == out.n_events);
}

/* The one of the frame, up to a zero in it. */
static bool is_reason(const char *reason)
{
	const char *said = (const char *)in.control + 2;
	size_t n = in.n_control > 2 ? strnlen(said, in.n_control - 2) : 0;

	return strlen(reason) == n && memcmp(reason, said, n) == 0;
}

/* How it ended, and that the other side was told. */
static void check_last(const tutti_websocket *ws, int rc)
{
	const char *reason;
	int code = tutti_websocket_code(ws, &reason);

	if (is_early(rc)) {
		FUZZ_CHECK(code == 1006);
	} else if (rc == -ECONNRESET) {
		FUZZ_CHECK(in.how == STRICT_CUT || in.or_cut);
		FUZZ_CHECK(code == 1006 && out.how == STRICT_CUT && out.at == out.end);
	} else if (rc == TUTTI_EDONE) {
		FUZZ_CHECK(in.how == STRICT_CLOSED && code == (in.code ? in.code : 1005));
		FUZZ_CHECK(is_reason(reason));
		FUZZ_CHECK(out.how == STRICT_CLOSED && out.code == in.code);
	} else {
		FUZZ_CHECK(in.how == STRICT_WRONG && code == 1006 && !*reason);
		FUZZ_CHECK(rc == (in.code == 1009 ? -EMSGSIZE : TUTTI_EPROTO));
		FUZZ_CHECK(out.how == STRICT_CLOSED && out.code == in.code);
	}
}

static void play(const uint8_t *data, size_t size, size_t step, const uint8_t *how)
{
	static const tutti_stream_layer layer = {
		.read = canned_read, .write = canned_write, .shutdown = canned_shutdown
	};
	struct canned c = { .in = (const char *)data, .in_size = size, .step = step };
	tutti_websocket_options options = { .message_max = *how & IS_SHORT ? SHORT : 0 };
	int end = *how & IS_CLIENT ? TUTTI_WEBSOCKET_CLIENT : TUTTI_WEBSOCKET_SERVER;
	tutti_stream *stream;
	tutti_websocket *ws;
	int rc;

	CHECK_EQ(tutti_stream_layer_open(&stream, &layer, &c, NULL), 0);
	CHECK_EQ(tutti_websocket_wrap(&ws, stream, end, &options), 0);
	rc = echo(ws);
	strict_frames(&out, c.out ? c.out : "", c.out_size, *how & IS_CLIENT, STRICT_BYTES);
	FUZZ_CHECK(out.how != STRICT_WRONG && out.at == out.end);
	check_answers(rc);
	check_last(ws, rc);
	tutti_websocket_free(ws);
	tutti_stream_free(stream);
	free(c.out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2 || size > LONGEST)
		return 0;
	strict_frames(&in, data + 2, size - 2, !(*data & IS_CLIENT),
		*data & IS_SHORT ? SHORT : 16 * 1024 * 1024);
	play(data + 2, size - 2, data[1] ? data[1] : 1, data);
	play(data + 2, size - 2, 0, data);
	return 0;
}

FUZZ_MAIN("websocket_frames", 50000)
