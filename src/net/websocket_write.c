/* SPDX-License-Identifier: MIT */
/*
 * websocket_write.c - frames that go out. to_write is had for one frame, to_tell for all those of a
 * message; who lets to_write go first writes what control frames are due.
 */
#include "net/websocket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <tutti/error.h>
#include <tutti/scope.h>

enum { SMALL = 4096, LARGE = 64 * 1024, FRAME_HEAD = 14, PIECE = 16 * 1024 };

/* -- turns ------------------------------------------------------------------------------------- */

int tu_websocket_enter(tutti_websocket *ws, struct tu_websocket_turn *turn, tutti_time deadline)
{
	int rc = 0;

	tutti_lock_acquire(&ws->lock);
	while (rc == 0 && turn->taken)
		rc = tutti_condition_wait_until(&turn->free, &ws->lock, deadline);
	if (rc == 0)
		turn->taken = true;
	tutti_lock_release(&ws->lock);
	return rc;
}

/* With the lock, which is let go. */
static void let_go(tutti_websocket *ws, struct tu_websocket_turn *turn)
{
	turn->taken = false;
	tutti_condition_notify(&turn->free, &ws->lock, 1);
	tutti_lock_release(&ws->lock);
}

void tu_websocket_leave(tutti_websocket *ws, struct tu_websocket_turn *turn)
{
	tutti_lock_acquire(&ws->lock);
	let_go(ws, turn);
}

bool tu_websocket_is_over(tutti_websocket *ws)
{
	bool over;

	tutti_lock_acquire(&ws->lock);
	over = ws->closing || ws->over;
	tutti_lock_release(&ws->lock);
	return over;
}

static void set_over(tutti_websocket *ws)
{
	tutti_lock_acquire(&ws->lock);
	ws->over = true;
	tutti_lock_release(&ws->lock);
}

void tu_websocket_cut(tutti_websocket *ws)
{
	int fd = tutti_stream_fd(ws->stream);

	set_over(ws);
	if (fd >= 0)
		shutdown(fd, SHUT_RDWR);
}

/* -- a frame ----------------------------------------------------------------------------------- */

/* The bytes of a frame on their way: small ones are put together. */
struct tu_websocket_output {
	char *space;
	size_t used, room;
	bool begun; /* something went out */
	int rc;
	tutti_time deadline;
};

static int flush(tutti_websocket *ws, const void *data, size_t size)
{
	struct tu_websocket_output *o = ws->output;

	if (o->rc < 0 || size == 0)
		return o->rc;
	o->rc = tutti_stream_write_until(ws->stream, data, size, o->deadline);
	o->begun |= o->rc == 0;
	return o->rc;
}

/* After a failure wslay still gets to the end of the frame, to begin another well. */
ssize_t tu_websocket_put(const uint8_t *data, size_t size, int flags, void *arg)
{
	tutti_websocket *ws = arg;
	struct tu_websocket_output *o = ws->output;
	size_t n = size;

	(void)flags;
	if (o->rc < 0)
		return (ssize_t)size;
	if (o->used == 0 && size >= o->room) {
		flush(ws, data, size);
		return (ssize_t)size;
	}
	if (n > o->room - o->used)
		n = o->room - o->used;
	memcpy(o->space + o->used, data, n);
	o->used += n;
	if (o->used == o->room) {
		o->used = 0;
		flush(ws, o->space, o->room);
	}
	return (ssize_t)n;
}

/* All of it through wslay, which puts it as above. */
static int encode(tutti_websocket *ws, struct wslay_frame_iocb *frame)
{
	struct tu_websocket_output *o = ws->output;

	do {
		ssize_t n = wslay_frame_send(ws->out, frame);

		if (n < 0)
			return -EIO; /* there was no randomness for the mask */
		frame->data += n;
		frame->data_length -= (size_t)n;
	} while (frame->data_length > 0);
	return flush(ws, o->space, o->used);
}

/*
 * By who has that turn. A frame of which nothing went out may be followed by others; one that was
 * broken off may not. What is masked is a copy, so much of it goes out in few writes.
 */
static int write_frame(tutti_websocket *ws, int opcode, bool last, const void *data, size_t size,
	tutti_time deadline)
{
	char space[SMALL];
	struct tu_websocket_output o = { space, 0, SMALL, false, 0, deadline };
	struct wslay_frame_iocb frame = { .fin = last,
		.opcode = (uint8_t)opcode,
		.mask = ws->is_client,
		.payload_length = size,
		.data = data,
		.data_length = size };
	int rc;

	if (ws->is_client && size > SMALL - FRAME_HEAD) {
		o.room = size < LARGE ? size + FRAME_HEAD : LARGE;
		o.space = malloc(o.room);
		if (!o.space)
			return -ENOMEM;
	}
	ws->output = &o;
	rc = encode(ws, &frame);
	ws->output = NULL;
	if (o.space != space)
		free(o.space);
	if (rc == 0)
		ws->stuck = false;
	else if (o.begun || frame.data_length > 0)
		set_over(ws);
	return rc;
}

/* -- control frames ---------------------------------------------------------------------------- */

static bool take_due(
	tutti_websocket *ws, struct tu_websocket_control *from, struct tu_websocket_control *to)
{
	if (!from->due || ws->over)
		return false;
	*to = *from;
	from->due = false;
	return true;
}

/* With the lock. The opcode of the next one that is due; 0: none is. */
static int next_due(tutti_websocket *ws, struct tu_websocket_control *c)
{
	if (take_due(ws, &ws->pong, c))
		return WSLAY_PONG;
	if (take_due(ws, &ws->ping, c))
		return WSLAY_PING;
	if (!take_due(ws, &ws->close, c))
		return 0;
	ws->over = true;
	return WSLAY_CONNECTION_CLOSE;
}

/*
 * What is due was promised: it goes out even if the caller was cancelled. Once that was in vain,
 * who asks and asks, but does not listen, is not waited for with each answer.
 */
static void write_due(
	tutti_websocket *ws, int opcode, const struct tu_websocket_control *c, tutti_time deadline)
{
	tutti_scope shield;
	bool hurry = ws->stuck && opcode != WSLAY_CONNECTION_CLOSE;

	tutti_shield_begin(&shield, TUTTI_FOREVER);
	if (write_frame(ws, opcode, true, c->data, c->size, hurry ? 1 : deadline) ==
		TUTTI_ETIMEDOUT)
		ws->stuck = true;
	tutti_shield_end(&shield, 0);
}

/* Let to_write go. */
static void finish_writing(tutti_websocket *ws, tutti_time deadline)
{
	struct tu_websocket_control c;
	int opcode;

	tutti_lock_acquire(&ws->lock);
	while ((opcode = next_due(ws, &c)) != 0) {
		tutti_lock_release(&ws->lock);
		write_due(ws, opcode, &c, deadline);
		tutti_lock_acquire(&ws->lock);
	}
	let_go(ws, &ws->to_write);
}

/* With the lock, which is let go: something is due, and written now if nobody writes. */
static void deliver(tutti_websocket *ws, tutti_time deadline)
{
	bool mine = !ws->to_write.taken;

	ws->to_write.taken = true;
	tutti_lock_release(&ws->lock);
	if (mine)
		finish_writing(ws, deadline);
}

static tutti_time soon(const tutti_websocket *ws)
{
	return tutti_after(ws->close_time);
}

/* Of several pings that were not answered yet the last one is (RFC 6455, 5.5.3). */
void tu_websocket_pong(tutti_websocket *ws, const void *data, size_t size)
{
	tutti_lock_acquire(&ws->lock);
	ws->pong.due = true;
	ws->pong.size = size;
	memcpy(ws->pong.data, data, size);
	deliver(ws, soon(ws));
}

void tu_websocket_ping(tutti_websocket *ws)
{
	tutti_lock_acquire(&ws->lock);
	ws->ping.due = true;
	deliver(ws, soon(ws));
}

void tu_websocket_say_close(tutti_websocket *ws, int code, const char *reason, tutti_time deadline)
{
	struct tu_websocket_control *c = &ws->close;

	tutti_lock_acquire(&ws->lock);
	if (ws->closing) {
		tutti_lock_release(&ws->lock);
		return;
	}
	ws->closing = true;
	c->due = true;
	if (code != 0) {
		c->data[0] = (unsigned char)(code >> 8);
		c->data[1] = (unsigned char)code;
		c->size = 2 + (reason ? strlen(reason) : 0);
		if (reason)
			memcpy(c->data + 2, reason, c->size - 2);
	}
	deliver(ws, deadline);
}

/* -- messages ---------------------------------------------------------------------------------- */

static bool is_kind(int kind)
{
	return kind == TUTTI_WEBSOCKET_TEXT || kind == TUTTI_WEBSOCKET_BINARY;
}

/* By who has the turn of the message. */
static int write_part(tutti_websocket *ws, int opcode, bool last, const void *data, size_t size,
	tutti_time deadline)
{
	int rc = tu_websocket_enter(ws, &ws->to_write, deadline);

	if (rc < 0)
		return rc;
	rc = tu_websocket_is_over(ws) ? -EPIPE
				      : write_frame(ws, opcode, last, data, size, deadline);
	finish_writing(ws, soon(ws));
	return rc;
}

int tutti_websocket_write_until(
	tutti_websocket *ws, int kind, tutti_bytes bytes, tutti_time deadline)
{
	int rc;

	if (!is_kind(kind))
		return -EINVAL;
	if (kind == TUTTI_WEBSOCKET_TEXT && tutti_bytes_check_utf8(bytes, NULL) < 0)
		return -EILSEQ;
	rc = tu_websocket_enter(ws, &ws->to_tell, deadline);
	if (rc < 0)
		return rc;
	rc = write_part(ws, kind, true, bytes.data, bytes.size, deadline);
	tu_websocket_leave(ws, &ws->to_tell);
	return rc;
}

int tutti_websocket_write(tutti_websocket *ws, int kind, tutti_bytes bytes)
{
	return tutti_websocket_write_until(ws, kind, bytes, TUTTI_FOREVER);
}

/* Each piece a fragment, and an empty one as the last, since the end is known only then. */
static int write_pieces(
	tutti_websocket *ws, int kind, char *piece, tutti_websocket_source next, void *arg)
{
	int opcode = kind, rc = 0;
	ssize_t n = 1;

	while (rc == 0 && n > 0) {
		n = next(arg, piece, PIECE);
		rc = n < 0 ? (int)n
			   : write_part(ws, opcode, n == 0, piece, (size_t)n, TUTTI_FOREVER);
		if (rc == 0)
			opcode = WSLAY_CONTINUATION_FRAME;
	}
	if (rc < 0 && opcode != kind) /* half a message is out, and no other can follow */
		tu_websocket_say_close(ws, WSLAY_CODE_INTERNAL_SERVER_ERROR, NULL, soon(ws));
	return rc;
}

int tutti_websocket_write_from(
	tutti_websocket *ws, int kind, tutti_websocket_source next, void *arg)
{
	char *piece;
	int rc;

	if (!is_kind(kind))
		return -EINVAL;
	piece = malloc(PIECE);
	if (!piece)
		return -ENOMEM;
	rc = tu_websocket_enter(ws, &ws->to_tell, TUTTI_FOREVER);
	if (rc == 0) {
		rc = write_pieces(ws, kind, piece, next, arg);
		tu_websocket_leave(ws, &ws->to_tell);
	}
	free(piece);
	return rc;
}
