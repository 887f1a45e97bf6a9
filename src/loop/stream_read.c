/* SPDX-License-Identifier: MIT */
/* stream_read.c - pieces of a stream whose length or end is known. */
#include "loop/stream.h"

#include "core/bytes.h"
#include "core/wait.h"

#include <errno.h>
#include <string.h>
#include <tutti/stream_peek.h>
#include <tutti/stream_read.h>

enum { STRAIGHT = 4096 };

/* Why fewer came than were asked for, as the caller is told. */
static int ended(size_t got)
{
	return got == 0 ? TUTTI_EDONE : TUTTI_EPROTO;
}

/* -- so many ----------------------------------------------------------------------------------- */

/* More into *data, straight there if it is much: then nothing is copied. How many, as a read. */
static ssize_t more(tutti_stream *s, char *data, size_t size, tutti_time deadline)
{
	ssize_t n;

	if (size >= STRAIGHT)
		return tu_stream_receive(s, data, size, deadline);
	n = tu_stream_fill(s, deadline);
	return n <= 0 ? n : (ssize_t)tu_stream_take_ahead(s, data, size);
}

static int read_exactly(tutti_stream *s, char *data, size_t size, tutti_time deadline)
{
	size_t got = tu_stream_take_ahead(s, data, size);

	while (got < size) {
		ssize_t n = more(s, data + got, size - got, deadline);
		int rc;

		if (n > 0) {
			got += (size_t)n;
			continue;
		}
		rc = tu_stream_put_back(s, data, got);
		return rc < 0 ? rc : n < 0 ? (int)n : ended(got);
	}
	return 0;
}

int tutti_stream_read_exactly_until(tutti_stream *s, void *data, size_t size, tutti_time deadline)
{
	int rc = tu_cancel_pending(tu_self());

	if (rc == 0)
		rc = tu_stream_take(&s->reads);
	if (rc < 0)
		return rc;
	rc = read_exactly(s, data, size, deadline);
	tu_stream_leave(&s->reads);
	return rc;
}

int tutti_stream_read_exactly(tutti_stream *s, void *data, size_t size)
{
	return tutti_stream_read_exactly_until(s, data, size, TUTTI_FOREVER);
}

/* -- up to a mark ------------------------------------------------------------------------------ */

/* Where what is ahead has the mark, counted from begin; looked for from `from` on. -1: nowhere. */
static ssize_t find(const tutti_stream *s, const void *mark, size_t size, size_t from)
{
	const unsigned char *begin = s->ahead + s->begin, *at;
	size_t n = s->end - s->begin;

	if (from >= n)
		return -1;
	at = memmem(begin + from, n - from, mark, size);
	return at ? at - begin : -1;
}

static int take_piece(tutti_stream *s, size_t n, tutti_bytes *piece)
{
	int rc = tutti_bytes_copy(piece, s->ahead + s->begin, n);

	if (rc == 0)
		tutti_stream_skip(s, n);
	return rc;
}

static int read_past(tutti_stream *s, const void *mark, size_t size, size_t most,
	tutti_bytes *piece, tutti_time deadline)
{
	size_t looked = 0; /* no mark begins before that */

	for (;;) {
		size_t n = s->end - s->begin;
		ssize_t at = find(s, mark, size, looked), got;

		if (at >= 0 && (size_t)at + size <= most)
			return take_piece(s, (size_t)at + size, piece);
		if (at >= 0 || n >= most)
			return -EMSGSIZE;
		looked = n < size ? 0 : n - size + 1;
		got = tu_stream_fill(s, deadline);
		if (got <= 0)
			return got < 0 ? (int)got : ended(n);
	}
}

int tutti_stream_read_past_until(tutti_stream *s, const void *mark, size_t size, size_t most,
	tutti_bytes *piece, tutti_time deadline)
{
	int rc = tu_cancel_pending(tu_self());

	if (size == 0 || !mark)
		return -EINVAL;
	if (rc == 0)
		rc = tu_stream_take(&s->reads);
	if (rc < 0)
		return rc;
	rc = read_past(s, mark, size, most, piece, deadline);
	tu_stream_leave(&s->reads);
	return rc;
}

int tutti_stream_read_past(
	tutti_stream *s, const void *mark, size_t size, size_t most, tutti_bytes *piece)
{
	return tutti_stream_read_past_until(s, mark, size, most, piece, TUTTI_FOREVER);
}

/* -- without taking it ------------------------------------------------------------------------- */

static ssize_t peek(tutti_stream *s, size_t seen, const void **data, tutti_time deadline)
{
	while (s->end - s->begin <= seen) {
		size_t had = s->end - s->begin;
		ssize_t n = tu_stream_fill(s, deadline);

		if (n <= 0)
			return n < 0 ? n : ended(had);
	}
	*data = s->ahead + s->begin;
	return (ssize_t)(s->end - s->begin);
}

ssize_t tutti_stream_peek_until(
	tutti_stream *s, size_t seen, const void **data, tutti_time deadline)
{
	ssize_t n = tu_cancel_pending(tu_self());

	if (n == 0)
		n = tu_stream_take(&s->reads);
	if (n < 0)
		return n;
	n = peek(s, seen, data, deadline);
	tu_stream_leave(&s->reads);
	return n;
}

ssize_t tutti_stream_peek(tutti_stream *s, size_t seen, const void **data)
{
	return tutti_stream_peek_until(s, seen, data, TUTTI_FOREVER);
}

void tutti_stream_skip(tutti_stream *s, size_t size)
{
	size_t n = s->end - s->begin;

	if (size > n)
		size = n;
	if (size == 0)
		return;
	s->begin += size - 1; /* the last byte is taken as any, which tidies up */
	tu_stream_take_ahead(s, &(char){ 0 }, 1);
}
