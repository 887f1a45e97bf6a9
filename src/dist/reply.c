/* SPDX-License-Identifier: MIT */
/*
 * reply.c - see reply.h. What is answered most is there ready to be sent; for the rest the value is
 * written by itself and put between the two ends of the tuple, which have nothing in the memo.
 */
#include "dist/reply.h"

#include "dist/exception.h"
#include "dist/frame.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

enum { PROTO_SIZE = 2, STOP_SIZE = 1 };

#define RETURN "\x80\x04\x8c\x07#RETURN"
#define ERROR "\x80\x04\x8c\x06#ERROR"
#define READY(size, text)                                                \
	{                                                                \
		"\0\0\0" size text, sizeof("\0\0\0" size text) - 1, NULL \
	}

static const struct tu_reply none = READY("\x0e", RETURN "N\x86."),
			     yes = READY("\x0e", RETURN "\x88\x86."),
			     no = READY("\x0e", RETURN "\x89\x86."),
			     empty = READY("\x1d", ERROR "\x8c\x05queue\x8c\x05"
							 "Empty\x93)R\x86."),
			     full = READY("\x1c", ERROR "\x8c\x05queue\x8c\x04"
							"Full\x93)R\x86.");

/* head, 80 04 8c word, what the value is written as without its ends, 86 2e. */
static int wrap(struct tu_reply *r, const char *word, tutti_bytes pickle)
{
	const unsigned char *from = pickle.data;
	const tutti_bytes text = tutti_bytes_text(word);
	size_t inner = pickle.size - PROTO_SIZE - STOP_SIZE, head;
	size_t body = PROTO_SIZE + 2 + text.size + inner + 2;
	unsigned char *to = malloc(TU_FRAME_HEAD_LONG + body);

	if (!to)
		return -ENOMEM;
	*r = (struct tu_reply){ .data = to, .memory = to };
	head = tu_frame_head(to, body);
	to += head;
	memcpy(to, from, PROTO_SIZE); /* of the value: 2 means names of Python 2 */
	to += PROTO_SIZE;
	*to++ = 0x8c;
	*to++ = (unsigned char)text.size;
	memcpy(to, text.data, text.size);
	to += text.size;
	memcpy(to, from + PROTO_SIZE, inner);
	to += inner;
	*to++ = 0x86;
	*to = '.';
	r->size = head + body;
	return 0;
}

int tu_reply_value(struct tu_reply *r, const char *word, const tutti_value *v)
{
	tutti_bytes pickle;
	int rc = tutti_value_to_pickle(&pickle, v);

	if (rc < 0)
		return rc;
	rc = wrap(r, word, pickle);
	tutti_bytes_free(&pickle);
	return rc;
}

int tu_reply_text(struct tu_reply *r, const char *word, const char *format, ...)
{
	char text[512];
	tutti_value *v;
	size_t n;
	va_list args;
	int rc;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tutti_bytes_check_utf8(tutti_bytes_text(text), &n);
	rc = tutti_value_text(&v, text, n);
	if (rc == 0) {
		rc = tu_reply_value(r, word, v);
		tutti_value_unref(v);
	}
	return rc;
}

static int reply_error(struct tu_reply *r, const struct tu_call *c, int code)
{
	tutti_value *e;
	int rc;

	if (code == TUTTI_EREMOTE && c->result)
		return tu_reply_value(r, "#ERROR", c->result);
	if (code == TUTTI_EREMOTE)
		return tu_reply_text(r,
			c->method->name[0] == '#' ? "#UNSERIALIZABLE" : "#TRACEBACK", "%s\n",
			c->text[0] ? c->text : tutti_strerror(code));
	rc = tu_exception_make(&e, code, c->text);
	if (rc == 0) {
		rc = tu_reply_value(r, "#ERROR", e);
		tutti_value_unref(e);
	}
	return rc;
}

int tu_reply_call(struct tu_reply *r, const struct tu_call *c, int code)
{
	const struct tu_reply *ready = NULL;

	if (code == TUTTI_EEMPTY && c->text[0] == '\0')
		ready = &empty;
	else if (code == TUTTI_EFULL && c->text[0] == '\0')
		ready = &full;
	else if (code == 0 && (!c->result || c->result == tutti_value_none()))
		ready = &none;
	else if (code == 0 && tutti_value_kind(c->result) == TUTTI_VALUE_BOOL)
		ready = tutti_value_equal(c->result, tutti_value_bool(true)) ? &yes : &no;
	if (ready) {
		*r = *ready;
		return 0;
	}
	return code < 0 ? reply_error(r, c, code) : tu_reply_value(r, "#RETURN", c->result);
}

void tu_reply_end(struct tu_reply *r)
{
	free(r->memory);
	*r = (struct tu_reply){ .data = NULL };
}
