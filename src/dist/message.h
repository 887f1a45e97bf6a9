/* SPDX-License-Identifier: MIT */
/*
 * message.h - the proof of a key and then messages, over a stream: frame.h and handshake.h with the
 * waiting. Deadlines are absolute; all of these wait and are cancellation points.
 */
#ifndef TU_DIST_MESSAGE_H
#define TU_DIST_MESSAGE_H

#include "dist/handshake.h"

#include <tutti/stream.h>

/*
 * Prove the key. 0: what is in h->out is still to be written, before the next message or with it:
 * of who connects that it is content. TUTTI_EAUTH, TUTTI_EPROTO; TUTTI_EDONE: the other side has
 * closed the stream; and those of the stream.
 */
int tu_message_greet(tutti_stream *s, struct tu_handshake *h, tutti_bytes key,
	const struct tu_handshake_options *options, tutti_time deadline);

/*
 * Write a message, and before it what is in before: in one write if they are short. After an error
 * nothing more can be written: the message may have begun, and is not whole over there.
 */
int tu_message_write(
	tutti_stream *s, tutti_bytes before, const void *body, size_t size, tutti_time deadline);

struct tu_message {
	tutti_bytes body; /* in the stream, until it is skipped */
	size_t whole;     /* with its head */
};

/*
 * Wait for a message, of at most so many bytes. What has come of one that is not whole yet stays.
 * TUTTI_EDONE: the stream has ended; TUTTI_EPROTO: no message, or it has ended within one; -E2BIG.
 */
int tu_message_look(tutti_stream *s, uint64_t most, tutti_time deadline, struct tu_message *m);

void tu_message_skip(tutti_stream *s, const struct tu_message *m);

#endif
