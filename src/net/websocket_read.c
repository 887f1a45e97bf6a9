/* SPDX-License-Identifier: MIT */
/*
 * websocket_read.c - frames that come in, of who has the turn to read. All state is kept between
 * calls: a read that is given up at any byte goes on there.
 */
#include "net/websocket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/stream_peek.h>

enum { KEEP = 4096, AT_ONCE = 64 * 1024, LATE_MOST = 8 << 20 };

/* -- how it ends ------------------------------------------------------------------------------- */

static int end(tutti_websocket *ws, int rc)
{
	if (ws->code == 0)
		ws->code = WSLAY_CODE_ABNORMAL_CLOSURE;
	return ws->read_rc = rc;
}

/* The other side did what it must not, and is told so. */
static int fail(tutti_websocket *ws, int code, const char *why, int rc)
{
	end(ws, rc);
	tu_websocket_say_close(ws, code, why, tutti_after(ws->close_time));
	return rc;
}

static int wrong(tutti_websocket *ws, const char *why)
{
	return fail(ws, WSLAY_CODE_PROTOCOL_ERROR, why, TUTTI_EPROTO);
}

bool tu_websocket_is_code(int code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
	       (code >= 3000 && code <= 4999);
}

/* -- waiting ----------------------------------------------------------------------------------- */

static void heard(tutti_websocket *ws)
{
	if (ws->ping_time > 0)
		ws->ping_at = tutti_after(ws->ping_time);
	ws->pinged = false;
}

/* As a read: what has come counts, however late the look at it. */
static ssize_t wait_until(tutti_websocket *ws, const void **data, tutti_time deadline)
{
	ssize_t n = tutti_stream_peek_until(ws->stream, 0, data, deadline);

	return n == TUTTI_ETIMEDOUT ? tutti_stream_peek_until(ws->stream, 0, data, 1) : n;
}

/* Nothing has come for long. 0, or it is given up. */
static int look_after(tutti_websocket *ws)
{
	if (ws->pinged) {
		tu_websocket_cut(ws);
		return end(ws, TUTTI_ETIMEDOUT);
	}
	heard(ws);
	ws->pinged = true;
	tu_websocket_ping(ws);
	return 0;
}

static ssize_t wait_for_more(tutti_websocket *ws, const void **data)
{
	ssize_t n;

	for (;;) {
		bool pings = ws->ping_time > 0 && ws->ping_at < ws->deadline;

		n = wait_until(ws, data, pings ? ws->ping_at : ws->deadline);
		if (n != TUTTI_ETIMEDOUT || !pings)
			break;
		n = look_after(ws);
		if (n < 0)
			return n;
	}
	if (n > 0)
		heard(ws);
	else if (n == TUTTI_EDONE)
		n = end(ws, -ECONNRESET); /* without a word */
	else if (n != TUTTI_ETIMEDOUT && n != TUTTI_ECANCELED && n != -EBUSY)
		end(ws, (int)n);
	return n;
}

ssize_t tu_websocket_take(uint8_t *to, size_t room, int flags, void *arg)
{
	tutti_websocket *ws = arg;
	const void *data;
	ssize_t n = tu_websocket_is_late(ws) ? TUTTI_ETIMEDOUT : wait_for_more(ws, &data);

	(void)flags;
	if (n < 0) {
		ws->wait_rc = (int)n;
		return -1;
	}
	if ((size_t)n > room)
		n = (ssize_t)room;
	memcpy(to, data, (size_t)n);
	tutti_stream_skip(ws->stream, (size_t)n);
	ws->taken += (size_t)n;
	return n;
}

/* -- a message's bytes ------------------------------------------------------------------------- */

/* Room for more and a zero. What is said to come is believed only so far. */
static int make_room(tutti_websocket *ws, size_t more)
{
	size_t room = ws->size + more + 1;
	char *data;

	if (ws->data && room <= ws->room)
		return 0;
	if (room < 2 * ws->room)
		room = 2 * ws->room;
	data = realloc(ws->data, room);
	if (!data)
		return fail(ws, WSLAY_CODE_INTERNAL_SERVER_ERROR, NULL, -ENOMEM);
	ws->data = data;
	ws->room = room;
	return 0;
}

/* The last message is not needed any more; who waits for the next one holds little. */
static void forget_message(tutti_websocket *ws)
{
	ws->size = ws->checked = 0;
	if (ws->room > KEEP) {
		free(ws->data);
		ws->data = NULL;
		ws->room = 0;
	}
}

static int add(tutti_websocket *ws, const struct wslay_frame_iocb *f)
{
	int rc = make_room(ws, f->data_length);

	if (rc < 0 || f->data_length == 0)
		return rc;
	memcpy(ws->data + ws->size, f->data, f->data_length);
	ws->size += f->data_length;
	return 0;
}

/* A fragment may end within a character. */
static bool is_text(tutti_websocket *ws, bool last)
{
	tutti_bytes rest = tutti_bytes_of(ws->data + ws->checked, ws->size - ws->checked);
	size_t place;

	tutti_bytes_check_utf8(rest, &place);
	ws->checked += place;
	return place == rest.size || (!last && rest.size - place < 4);
}

/* -- frames ------------------------------------------------------------------------------------ */

static int begin_data(tutti_websocket *ws, const struct wslay_frame_iocb *f)
{
	bool goes_on = f->opcode == WSLAY_CONTINUATION_FRAME;

	if (!goes_on && f->opcode != WSLAY_TEXT_FRAME && f->opcode != WSLAY_BINARY_FRAME)
		return wrong(ws, "unknown opcode");
	if (goes_on != (ws->kind != 0))
		return wrong(ws, goes_on ? "nothing to continue" : "a message within another");
	if (!goes_on)
		ws->kind = f->opcode;
	if (f->payload_length > ws->message_max - ws->size)
		return fail(ws, WSLAY_CODE_MESSAGE_TOO_BIG, "message too long", -EMSGSIZE);
	return make_room(ws, f->payload_length < AT_ONCE ? (size_t)f->payload_length : AT_ONCE);
}

static int begin_frame(tutti_websocket *ws, const struct wslay_frame_iocb *f)
{
	if (f->rsv != WSLAY_RSV_NONE)
		return wrong(ws, "reserved bits");
	if (f->mask == ws->is_client)
		return wrong(ws, ws->is_client ? "masked frame" : "frame not masked");
	ws->left = f->payload_length;
	ws->in_frame = true;
	if (!wslay_is_ctrl_frame(f->opcode))
		return begin_data(ws, f);
	if (f->opcode > WSLAY_PONG)
		return wrong(ws, "unknown opcode");
	ws->control_size = 0;
	return 0;
}

static int take_close(tutti_websocket *ws)
{
	size_t size = ws->control_size;
	int code = size < 2 ? 0 : ws->control[0] << 8 | ws->control[1];

	if (size == 1 || (size >= 2 && !tu_websocket_is_code(code)))
		return wrong(ws, "invalid close code");
	if (size > 2) {
		tutti_bytes reason = tutti_bytes_of(ws->control + 2, size - 2);

		if (tutti_bytes_check_utf8(reason, NULL) < 0)
			return fail(ws, WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA,
				"reason is not UTF-8", TUTTI_EPROTO);
		memcpy(ws->reason, reason.data, reason.size);
	}
	ws->code = size == 0 ? WSLAY_CODE_NO_STATUS_RCVD : code;
	end(ws, TUTTI_EDONE);
	tu_websocket_say_close(ws, code, NULL, tutti_after(ws->close_time));
	return TUTTI_EDONE;
}

static int end_control(tutti_websocket *ws, int opcode)
{
	if (opcode == WSLAY_CONNECTION_CLOSE)
		return take_close(ws);
	if (opcode == WSLAY_PING)
		tu_websocket_pong(ws, ws->control, ws->control_size);
	return 0;
}

/* 1: the message is whole. */
static int end_data(tutti_websocket *ws, bool last)
{
	if (ws->kind == TUTTI_WEBSOCKET_TEXT && !is_text(ws, last))
		return fail(ws, WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA, "text is not UTF-8",
			TUTTI_EPROTO);
	return last;
}

/* Of a frame what has come of it next. 1: with it a message is whole. */
static int take_part(tutti_websocket *ws, const struct wslay_frame_iocb *f)
{
	bool control = wslay_is_ctrl_frame(f->opcode);
	int rc = ws->in_frame ? 0 : begin_frame(ws, f);

	if (rc < 0)
		return rc;
	if (!control) {
		rc = add(ws, f);
	} else if (f->data_length > 0) {
		memcpy(ws->control + ws->control_size, f->data, f->data_length);
		ws->control_size += f->data_length;
	}
	ws->left -= f->data_length;
	if (rc < 0 || ws->left > 0)
		return rc;
	ws->in_frame = false;
	return control ? end_control(ws, f->opcode) : end_data(ws, f->fin);
}

/* -- messages ---------------------------------------------------------------------------------- */

static void hand_out(tutti_websocket *ws, tutti_websocket_message *message)
{
	ws->data[ws->size] = '\0';
	message->kind = ws->kind;
	message->bytes = tutti_bytes_of(ws->data, ws->size);
	ws->kind = 0;
}

bool tu_websocket_is_late(const tutti_websocket *ws)
{
	return ws->taken > LATE_MOST && tutti_now() >= ws->deadline;
}

void tu_websocket_read_begin(tutti_websocket *ws, bool closes)
{
	ws->taken = 0;
	if (closes && !ws->lent)
		return;
	free(ws->kept);
	ws->kept = NULL;
	if (closes) {
		ws->kept = ws->data;
		ws->data = NULL;
		ws->size = ws->room = ws->checked = 0;
	}
	ws->lent = false;
}

int tu_websocket_read(tutti_websocket *ws, tutti_websocket_message *message, tutti_time deadline)
{
	int rc = ws->read_rc;

	ws->deadline = deadline;
	if (ws->kind == 0)
		forget_message(ws);
	if (ws->ping_time > 0 && ws->ping_at == 0)
		heard(ws);
	while (rc == 0) {
		struct wslay_frame_iocb f;
		ssize_t n;

		ws->wait_rc = 0;
		n = wslay_frame_recv(ws->in, &f);
		if (n == WSLAY_ERR_WANT_READ)
			rc = ws->wait_rc;
		else if (n < 0)
			rc = wrong(ws, "malformed frame");
		else
			rc = take_part(ws, &f);
	}
	if (rc > 0 && ws->data) /* where there is room for a zero at least */
		hand_out(ws, message);
	return rc < 0 ? rc : 0;
}

int tutti_websocket_read_until(
	tutti_websocket *ws, tutti_websocket_message *message, tutti_time deadline)
{
	int rc = tu_websocket_enter(ws, &ws->to_read, 1);

	if (rc == TUTTI_ETIMEDOUT && !tu_websocket_is_over(ws))
		return -EBUSY;
	if (rc == TUTTI_ETIMEDOUT) /* it may be who closes it that reads */
		rc = tu_websocket_enter(ws, &ws->to_read, deadline);
	if (rc < 0)
		return rc;
	tu_websocket_read_begin(ws, false);
	rc = tu_websocket_read(ws, message, deadline);
	ws->lent = rc == 0;
	tu_websocket_leave(ws, &ws->to_read);
	return rc;
}

int tutti_websocket_read(tutti_websocket *ws, tutti_websocket_message *message)
{
	return tutti_websocket_read_until(ws, message, TUTTI_FOREVER);
}
