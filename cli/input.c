/* SPDX-License-Identifier: MIT */
/*
 * input.c - arguments as they are, or lines of any length from a file that may be slow. A line ends
 * where the user says: with a newline or a zero byte. Several of them may make one input.
 */
#include "forms.h"
#include "map.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 16 };

/* Make room for one more read behind what there is. */
static int make_room(struct input *in)
{
	size_t used = in->end - in->begin, room = in->room ? in->room : 2 * READ_BYTES;
	char *larger;

	if (in->room - in->end >= READ_BYTES)
		return 0;
	if (in->buffer && in->begin > 0) {
		memmove(in->buffer, in->buffer + in->begin, used);
		in->begin = 0;
		in->end = used;
	}
	while (room - used < READ_BYTES)
		room *= 2;
	if (room == in->room)
		return 0;
	larger = realloc(in->buffer, room);
	if (!larger)
		return -ENOMEM;
	in->buffer = larger;
	in->room = room;
	return 0;
}

/* Read once, which may wait. */
static int read_more(struct input *in)
{
	ssize_t n;
	int rc = make_room(in);

	if (rc < 0)
		return rc;
	do {
		rc = stop_poll(in->stop, in->fd, POLLIN);
		if (rc < 0)
			return rc;
		n = read(in->fd, in->buffer + in->end, READ_BYTES);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));
	if (n < 0)
		return -errno;
	in->drained = n == 0;
	in->end += (size_t)n;
	return 0;
}

static int take(struct input *in, size_t size, size_t with_end, tutti_bytes *out)
{
	int rc = tutti_bytes_copy(out, in->buffer + in->begin, size);

	in->begin += with_end;
	return rc < 0 ? rc : 1;
}

static int next_line(struct input *in, tutti_bytes *out)
{
	size_t seen = 0; /* of a long line, each piece is searched once */

	for (;;) {
		size_t size = in->end - in->begin;
		char *from = in->buffer ? in->buffer + in->begin : NULL, *stop = NULL;
		int rc;

		if (from && size > seen)
			stop = memchr(from + seen, in->separator, size - seen);
		if (stop)
			return take(in, (size_t)(stop - from), (size_t)(stop - from) + 1, out);
		if (in->drained)
			return size > 0 ? take(in, size, size, out) : 0;
		seen = size;
		rc = read_more(in);
		if (rc < 0)
			return rc;
	}
}

static int next_one(struct input *in, tutti_bytes *out)
{
	if (tutti_event_is_set(&in->stop->told))
		return TUTTI_ECANCELED;
	if (in->sources)
		return sources_next(in->sources, out);
	if (!in->args)
		return next_line(in, out);
	if (in->left == 0)
		return 0;
	in->left--;
	*out = tutti_bytes_text(*in->args++);
	return 1;
}

static int next_wanted(struct input *in, tutti_bytes *out)
{
	int rc;

	if (in->has_ahead) {
		*out = in->ahead;
		in->has_ahead = false;
		return 1;
	}
	while ((rc = next_one(in, out)) > 0 && in->skip_empty && out->size == 0)
		tutti_bytes_free(out);
	return rc;
}

/* What an input takes of the room for all at most: of its columns each may be an argument. */
static size_t room_of(const struct filling *f, const tutti_bytes *one)
{
	size_t parts = f->columns ? one->size + 1 : 1, size = one->size;

	if (f->quoted)
		size = shell_quoted_size(one->data, size) + 3 * (parts - 1);
	return f->copies * size + f->beside * parts;
}

/* As many as belong together into text. How many, or < 0. */
static int gather(struct input *in, struct text *text)
{
	size_t room = 0, n = 0;
	tutti_bytes one;
	int rc = 1;

	while ((in->together == 0 || n < in->together) && (rc = next_wanted(in, &one)) > 0) {
		room += room_of(&in->filling, &one);
		if (in->together == 0 && n > 0 && room > in->filling.bytes) {
			in->ahead = one;
			in->has_ahead = true;
			break;
		}
		if (n++ > 0)
			text_add(text, &in->joint, 1);
		text_add(text, one.data, one.size);
		tutti_bytes_free(&one);
	}
	return rc < 0 ? rc : n > 0;
}

int input_next(struct input *in, tutti_bytes *out)
{
	struct text text = { 0 };
	int rc;

	if (in->together == 1)
		return next_wanted(in, out);
	rc = gather(in, &text);
	if (rc > 0 && (text.failed || tutti_bytes_copy(out, text.data, text.size) < 0))
		rc = -ENOMEM;
	text_free(&text);
	return rc;
}

void input_free(struct input *in)
{
	if (in->has_ahead)
		tutti_bytes_free(&in->ahead);
	free(in->buffer);
	in->buffer = NULL;
}
