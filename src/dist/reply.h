/* SPDX-License-Identifier: MIT */
/* reply.h - what a client is answered: a message, with its frame, to be written at once. */
#ifndef TU_DIST_REPLY_H
#define TU_DIST_REPLY_H

#include "dist/object.h"

struct tu_reply {
	const void *data;
	size_t size;
	void *memory; /* of data, or NULL */
};

/* (word, v). 0; TUTTI_ETYPE: Python could not read it; -ENOMEM. */
int tu_reply_value(struct tu_reply *r, const char *word, const tutti_value *v);

/* ("#TRACEBACK", text), or another word that a text follows. */
int tu_reply_text(struct tu_reply *r, const char *word, const char *format, ...) TUTTI_PRINTF(3, 4);

/* What a call has come to that has made no object: its result, or the exception. As above. */
int tu_reply_call(struct tu_reply *r, const struct tu_call *c, int code);

void tu_reply_end(struct tu_reply *r);

#endif
