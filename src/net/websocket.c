/* SPDX-License-Identifier: MIT */
/* websocket.c - a WebSocket from the end of its handshake to the end of the connection. */
#include "net/websocket.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/stream_peek.h>

/* -- making one -------------------------------------------------------------------------------- */

/* Nobody between can guess what a mask makes of the bytes: that is what it is for. */
static int draw_mask(uint8_t *mask, size_t size, void *ws)
{
	(void)ws;
	return RAND_bytes(mask, (int)size) == 1 ? 0 : -1;
}

static const struct wslay_frame_callbacks callbacks = { tu_websocket_put, tu_websocket_take,
	draw_mask };

bool tu_websocket_options_are_wrong(const tutti_websocket_options *o)
{
	for (size_t i = 0; i < sizeof(o->reserved) / sizeof(*o->reserved); i++)
		if (o->reserved[i] != 0)
			return true;
	return o->ping_time < 0 || o->close_time < 0;
}

int tutti_websocket_wrap(
	tutti_websocket **ws, tutti_stream *stream, int end, const tutti_websocket_options *options)
{
	static const tutti_websocket_options none;
	const tutti_websocket_options *o = options ? options : &none;
	tutti_websocket *made;

	if ((end != TUTTI_WEBSOCKET_SERVER && end != TUTTI_WEBSOCKET_CLIENT) ||
		tu_websocket_options_are_wrong(o))
		return -EINVAL;
	made = calloc(1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	made->stream = stream;
	made->is_client = end == TUTTI_WEBSOCKET_CLIENT;
	made->message_max = o->message_max ? o->message_max : 16 * 1024 * 1024;
	made->ping_time = o->ping_time;
	made->close_time = o->close_time ? o->close_time : TUTTI_SECONDS(5);
	if (wslay_frame_context_init(&made->in, &callbacks, made) != 0 ||
		wslay_frame_context_init(&made->out, &callbacks, made) != 0) {
		tutti_websocket_free(made);
		return -ENOMEM;
	}
	*ws = made;
	return 0;
}

void tutti_websocket_free(tutti_websocket *ws)
{
	if (!ws)
		return;
	if (ws->served)
		tu_http_exchange_let_go(ws->served, ws->read_rc);
	wslay_frame_context_free(ws->in);
	wslay_frame_context_free(ws->out);
	if (ws->owns_stream)
		tutti_stream_free(ws->stream);
	free(ws->data);
	free(ws->kept);
	free(ws->protocol);
	free(ws);
}

/* -- looking at it ----------------------------------------------------------------------------- */

const char *tutti_websocket_protocol(const tutti_websocket *ws)
{
	return ws->protocol;
}

tutti_stream *tutti_websocket_stream(const tutti_websocket *ws)
{
	return ws->stream;
}

int tutti_websocket_code(const tutti_websocket *ws, const char **reason)
{
	if (reason)
		*reason = ws->reason;
	return ws->code;
}

/* -- closing it -------------------------------------------------------------------------------- */

/*
 * To hang up while bytes are there that were not read is a reset, which may overtake what the other
 * side was told: so the end is said first, and what still comes is read.
 */
static void hear_out(tutti_websocket *ws, tutti_time deadline)
{
	const void *data;
	ssize_t n = 1;

	if (tu_websocket_enter(ws, &ws->to_write, deadline) < 0)
		return;
	tutti_stream_shutdown_until(ws->stream, deadline);
	tu_websocket_leave(ws, &ws->to_write);
	while (n > 0 && !tu_websocket_is_late(ws)) {
		n = tutti_stream_peek_until(ws->stream, 0, &data, deadline);
		if (n > 0) {
			tutti_stream_skip(ws->stream, (size_t)n);
			ws->taken += (size_t)n;
		}
	}
}

static int read_to_end(tutti_websocket *ws, tutti_time deadline)
{
	tutti_websocket_message message;
	int rc = tu_websocket_enter(ws, &ws->to_read, deadline);

	if (rc < 0)
		return rc;
	tu_websocket_read_begin(ws, true);
	while (rc == 0)
		rc = tu_websocket_read(ws, &message, deadline);
	if (rc == TUTTI_EPROTO || rc == -EMSGSIZE)
		hear_out(ws, deadline);
	tu_websocket_leave(ws, &ws->to_read);
	return rc == TUTTI_EDONE ? 0 : rc;
}

static bool is_reason(const char *reason)
{
	return !reason || (strlen(reason) <= TU_WEBSOCKET_REASON &&
				  tutti_bytes_check_utf8(tutti_bytes_text(reason), NULL) == 0);
}

int tutti_websocket_close_until(
	tutti_websocket *ws, int code, const char *reason, tutti_time deadline)
{
	if (!tu_websocket_is_code(code) || !is_reason(reason))
		return -EINVAL;
	tu_websocket_say_close(ws, code, reason, deadline);
	return read_to_end(ws, deadline);
}

int tutti_websocket_close(tutti_websocket *ws, int code, const char *reason)
{
	return tutti_websocket_close_until(ws, code, reason, tutti_after(ws->close_time));
}
