/* SPDX-License-Identifier: MIT */
/*
 * websocket.h - what the files of WebSockets share.
 *
 * wslay makes frames of bytes and bytes of frames; it is neither for two threads nor for two tasks,
 * so there is one of its contexts for each direction, of who has the turn there. Control frames are
 * left for whoever writes at the moment; if nobody does, who leaves one writes it himself. So who
 * reads never waits for a writer that waits for the other side to read.
 */
#ifndef TU_NET_WEBSOCKET_H
#define TU_NET_WEBSOCKET_H

#include "net/http.h"

#include <tutti/condition.h>
#include <tutti/websocket_message.h>
#include <wslay/wslay.h>

enum { TU_WEBSOCKET_CONTROL = 125, TU_WEBSOCKET_REASON = 123 };

/* Something that one at a time has. */
struct tu_websocket_turn {
	bool taken; /* under the lock */
	tutti_condition free;
};

/* What is to be said as soon as somebody can: its payload. */
struct tu_websocket_control {
	bool due;
	size_t size;
	unsigned char data[TU_WEBSOCKET_CONTROL];
};

struct tu_websocket_output;

struct tutti_websocket {
	tutti_stream *stream; /* fixed, as all up to the lock */
	bool is_client, owns_stream;
	size_t message_max;
	tutti_time ping_time, close_time;
	char *protocol;              /* NULL: none */
	tutti_http_exchange *served; /* that it took over, until that ends; NULL: none */
	struct tu_http_upgraded upgraded;

	tutti_lock lock;
	struct tu_websocket_turn to_read, to_write, to_tell; /* a frame; a message */
	struct tu_websocket_control pong, ping, close;       /* under lock */
	bool closing;                                        /* likewise: close was due */
	bool over; /* likewise: it went out, or nothing can any more */

	/* of who reads */
	wslay_frame_context_ptr in;
	int read_rc;         /* why there is no more, < 0 */
	int wait_rc;         /* what waiting for bytes said, < 0 */
	tutti_time deadline; /* of that read */
	tutti_time ping_at;
	bool pinged;                /* and not a byte has come since */
	bool in_frame;              /* a part of it has come */
	uint64_t left;              /* of it, bytes that are not here yet */
	int kind;                   /* of the message that is coming; 0: none is */
	char *data;                 /* of it, or of the last one */
	size_t size, room, checked; /* checked: so many bytes are UTF-8 */
	bool lent;                  /* data is a message that a reader was given */
	char *kept;                 /* such a one, since somebody else reads on; NULL: none */
	size_t taken;               /* bytes, by who has the turn now */
	size_t control_size;
	unsigned char control[TU_WEBSOCKET_CONTROL];
	int code; /* as tutti_websocket_code */
	char reason[TU_WEBSOCKET_REASON + 1];

	/* of who writes a frame */
	wslay_frame_context_ptr out;
	struct tu_websocket_output *output;
	bool stuck; /* what was due has waited in vain, and nothing went out since */
};

/* -- turns ------------------------------------------------------------------------------------- */

/* Wait for it. 0, TUTTI_ETIMEDOUT, TUTTI_ECANCELED. */
int tu_websocket_enter(tutti_websocket *ws, struct tu_websocket_turn *turn, tutti_time deadline);
void tu_websocket_leave(tutti_websocket *ws, struct tu_websocket_turn *turn);

/* -- what is written beside messages ----------------------------------------------------------- */

void tu_websocket_pong(tutti_websocket *ws, const void *data, size_t size);
void tu_websocket_ping(tutti_websocket *ws);

/*
 * Close this side, unless it is closed; code 0: without one. Nobody waits for another that writes,
 * nor, himself writing, longer than to the deadline; also who was cancelled.
 */
void tu_websocket_say_close(tutti_websocket *ws, int code, const char *reason, tutti_time deadline);

/* Whether nothing can be written any more. */
bool tu_websocket_is_over(tutti_websocket *ws);

/* The connection is of no more use: whoever waits to write need not. */
void tu_websocket_cut(tutti_websocket *ws);

/* wslay's callbacks. */
ssize_t tu_websocket_take(uint8_t *to, size_t room, int flags, void *ws);
ssize_t tu_websocket_put(const uint8_t *data, size_t size, int flags, void *ws);

/* -- reading, by who has that turn ------------------------------------------------------------- */

/*
 * Whoever has just got the turn begins: a message that was handed out stays its reader's until he
 * reads on himself, so another, who closes, leaves it alone.
 */
void tu_websocket_read_begin(tutti_websocket *ws, bool closes);

/*
 * What is there counts, however late; of who never pauses there would always be more. Whether it is
 * past the deadline, and so much was taken that it cannot all have been there.
 */
bool tu_websocket_is_late(const tutti_websocket *ws);

/* As tutti_websocket_read_until. */
int tu_websocket_read(tutti_websocket *ws, tutti_websocket_message *message, tutti_time deadline);

/* Whether a close frame may have it. */
bool tu_websocket_is_code(int code);

/* The durations are none, or reserved is not 0. */
bool tu_websocket_options_are_wrong(const tutti_websocket_options *options);

#endif
