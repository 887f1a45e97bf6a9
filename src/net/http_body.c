/* SPDX-License-Identifier: MIT */
/*
 * http_body.c - the body of a request. The parser runs over what has come and says which of the
 * bytes are the body's next ones; these are taken off the stream as they are asked for.
 */
#include "net/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/stream_peek.h>

enum { DRAIN_MOST = 256 * 1024 };

static tutti_time stall_deadline(const struct tutti_http_exchange *x)
{
	return tutti_after(x->connection->server->options.stall_time);
}

/* The client waits for this before it writes the body. */
static int say_continue(struct tutti_http_exchange *x)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";

	if (!x->wants_continue)
		return 0;
	x->wants_continue = false;
	return x->reply == TU_HTTP_NO_REPLY ? tutti_stream_write_until(x->connection->stream, text,
						      sizeof(text) - 1, stall_deadline(x))
					    : TUTTI_EPROTO;
}

/*
 * What stands around the bytes of chunks: sizes and what extends them, and at the end more fields.
 * The parser lets all of it be as long as it likes, and some of its lines end as they like.
 */
static int check_around(struct tutti_http_exchange *x, const char *data, size_t n)
{
	if (!tu_http_are_lines(data, n, x->last))
		return TUTTI_EPROTO;
	if (n > 0)
		x->last = data[n - 1];
	if (x->span > 0)
		x->last = '\0';
	x->around += n;
	return x->around > x->connection->server->options.head_max ? TUTTI_EPROTO : 0;
}

/* Let the parser go over the n bytes at data: which are the body's, how many are to be dropped. */
static int look(struct tutti_http_exchange *x, const char *data, size_t n, size_t *drop)
{
	llhttp_t *p = &x->connection->parser;
	llhttp_errno_t said;

	x->base = data;
	llhttp_resume(p);
	said = llhttp_execute(p, data, n);
	if (said != HPE_OK && said != HPE_PAUSED)
		return TUTTI_EPROTO;
	*drop = said == HPE_OK ? n : (size_t)(llhttp_get_error_pos(p) - data);
	if (x->span > 0)
		*drop = x->before;
	return check_around(x, data, *drop);
}

/* Behind the last byte of a body the parser needs no other to say that this was the end. */
static void look_at_nothing(struct tutti_http_exchange *x)
{
	llhttp_resume(&x->connection->parser);
	llhttp_execute(&x->connection->parser, "", 0);
}

/* Until some of it comes next on the stream, or all has come. */
static int advance(struct tutti_http_exchange *x)
{
	tutti_stream *stream = x->connection->stream;
	int rc;

	if (x->span == 0 && !x->complete)
		look_at_nothing(x);
	rc = x->complete ? 0 : say_continue(x);
	while (rc == 0 && x->span == 0 && !x->complete) {
		const void *data;
		size_t drop;
		ssize_t n = tutti_stream_peek_until(stream, 0, &data, stall_deadline(x));

		if (n < 0)
			return n == TUTTI_EDONE ? TUTTI_EPROTO : (int)n;
		rc = look(x, data, (size_t)n, &drop);
		if (rc == 0)
			tutti_stream_skip(stream, drop);
	}
	return rc;
}

/* The next bytes of it where they lie; 0: no more. */
static ssize_t next(struct tutti_http_exchange *x, const void **data)
{
	ssize_t n;

	if (x->body_rc < 0)
		return x->body_rc;
	n = advance(x);
	if (n == 0 && x->span > 0)
		n = tutti_stream_peek(x->connection->stream, x->span - 1, data);
	if (n < 0 && n != TUTTI_ECANCELED)
		x->body_rc = (int)n;
	return n > (ssize_t)x->span ? (ssize_t)x->span : n;
}

static void taken(struct tutti_http_exchange *x, size_t n)
{
	tutti_stream_skip(x->connection->stream, n);
	x->span -= n;
}

ssize_t tutti_http_read(tutti_http_exchange *x, void *data, size_t size)
{
	const void *at;
	ssize_t n;

	if (x->body)
		return x->body_rc; /* it was read as a whole */
	if (size == 0)
		return 0;
	x->partly_read = true;
	n = next(x, &at);
	if (n <= 0)
		return n;
	if ((size_t)n > size)
		n = (ssize_t)size;
	memcpy(data, at, (size_t)n);
	taken(x, (size_t)n);
	return n;
}

/* Room for more bytes and a zero. */
static int grow(struct tutti_http_exchange *x, size_t more, size_t *room)
{
	char *body;

	if (x->body_size + more < *room)
		return 0;
	*room = 2 * (x->body_size + more) + 1;
	body = realloc(x->body, *room);
	if (!body)
		return -ENOMEM;
	x->body = body;
	return 0;
}

/* What is declared too long is not waited for. */
static bool is_too_long(const struct tutti_http_exchange *x)
{
	const llhttp_t *p = &x->connection->parser;
	size_t most = x->connection->server->options.body_max;

	return x->body_size + x->span > most || (!x->complete && p->content_length > most);
}

static int read_all(struct tutti_http_exchange *x)
{
	size_t room = 0;
	int rc = grow(x, 0, &room);

	while (rc == 0) {
		const void *data;
		ssize_t n = is_too_long(x) ? -EMSGSIZE : next(x, &data);

		if (n > 0 && is_too_long(x))
			n = -EMSGSIZE;
		if (n <= 0) {
			rc = (int)n;
			break;
		}
		rc = grow(x, (size_t)n, &room);
		if (rc == 0) {
			memcpy(x->body + x->body_size, data, (size_t)n);
			x->body_size += (size_t)n;
			taken(x, (size_t)n);
		}
	}
	if (rc == 0)
		x->body[x->body_size] = '\0';
	else if (rc != TUTTI_ECANCELED)
		x->body_rc = rc;
	return rc;
}

int tutti_http_body(tutti_http_exchange *x, tutti_bytes *body)
{
	int rc = x->body_rc;

	if (x->partly_read)
		return -EBUSY;
	if (rc == 0 && !(x->body && x->complete && x->span == 0))
		rc = read_all(x);
	if (rc == 0)
		*body = tutti_bytes_of(x->body, x->body_size);
	return rc;
}

bool tu_http_exchange_is_read(struct tutti_http_exchange *x)
{
	if (x->span == 0 && !x->complete)
		look_at_nothing(x);
	return x->complete && x->span == 0;
}

bool tu_http_exchange_waits(const struct tutti_http_exchange *x)
{
	const llhttp_t *p = &x->connection->parser;

	return x->wants_continue && (p->content_length > 0 || (p->flags & F_CHUNKED) != 0);
}

bool tu_http_exchange_drains(const struct tutti_http_exchange *x)
{
	return !tu_http_exchange_waits(x) && x->connection->parser.content_length <= DRAIN_MOST;
}

bool tu_http_exchange_drain(struct tutti_http_exchange *x)
{
	size_t dropped = 0;

	if (tu_http_exchange_waits(x))
		return false;
	while (dropped < DRAIN_MOST) {
		const void *data;
		ssize_t n = next(x, &data);

		if (n <= 0)
			return n == 0;
		taken(x, (size_t)n);
		dropped += (size_t)n;
	}
	return false;
}
