/* SPDX-License-Identifier: MIT */
/*
 * strict_frames.h - a reader of a WebSocket's frames to compare ours with: RFC 6455, 5, over bytes
 * that are all there, and nothing else. Where the RFC leaves the moment of a failure open it says
 * so, and each moment is right.
 */
#ifndef TESTS_FUZZ_STRICT_FRAMES_H
#define TESTS_FUZZ_STRICT_FRAMES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { STRICT_MOST = 8192, STRICT_BYTES = 16384 };
enum { STRICT_MORE = 0, STRICT_TEXT, STRICT_BINARY, STRICT_CLOSE = 8, STRICT_PING, STRICT_PONG };

/* How it ends: by no more bytes, by a frame that says so, or by what is wrong. */
enum strict_end { STRICT_CUT, STRICT_CLOSED, STRICT_WRONG };

struct strict_event {
	int kind; /* a message's, or PING, PONG */
	size_t from, size;
};

struct strict_frames {
	const uint8_t *at, *end;
	bool masked;   /* each frame has to be */
	uint64_t most; /* bytes of a message */
	int kind;      /* of the message that has begun; 0: none has */
	size_t from;   /* where that begins in bytes */
	uint8_t bytes[STRICT_BYTES], control[126];
	size_t n_bytes, n_events, n_control;
	struct strict_event events[STRICT_MOST];
	enum strict_end how;
	int code;     /* CLOSED: of the frame, or 0; WRONG: to be said in answer */
	bool or_cut;  /* also as if no more had come */
	size_t early; /* 1007 may come as soon as so many events were there; SIZE_MAX: not before */
};

struct strict_frame {
	bool last, masked;
	int reserved, opcode;
	uint64_t size;
	size_t there; /* of it */
	uint8_t mask[4];
};

/* -- UTF-8, RFC 3629, 4 ------------------------------------------------------------------------ */

/* Bytes of the character that begins there; 0: none does; above left: it may be one with more. */
static inline size_t strict_character(const uint8_t *at, size_t left)
{
	static const struct {
		uint8_t first, last, low, high; /* of the first byte; of the second one */
		size_t size;
	} all[] = { { 0x00, 0x7f, 0, 0, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 } };
	size_t i = 0;

	while (i < sizeof all / sizeof *all && (*at < all[i].first || *at > all[i].last))
		i++;
	if (i == sizeof all / sizeof *all)
		return 0;
	for (size_t k = 1; k < all[i].size && k < left; k++)
		if (at[k] < (k == 1 ? all[i].low : 0x80) || at[k] > (k == 1 ? all[i].high : 0xbf))
			return 0;
	return all[i].size;
}

/* whole: or the first part of one. */
static inline bool strict_is_text(const uint8_t *at, size_t size, bool whole)
{
	while (size > 0) {
		size_t n = strict_character(at, size);

		if (n == 0 || n > size)
			return n > size && !whole;
		at += n;
		size -= n;
	}
	return true;
}

/* -- one frame --------------------------------------------------------------------------------- */

/* A number of so many bytes. False: they are not there. */
static inline bool strict_number(struct strict_frames *s, size_t n, uint64_t *number)
{
	if ((size_t)(s->end - s->at) < n)
		return false;
	for (*number = 0; n > 0; n--)
		*number = *number << 8 | *s->at++;
	return true;
}

/* False: it is not all there. *wrong: what is there is not as it must be. */
static inline bool strict_head(struct strict_frames *s, struct strict_frame *f, bool *wrong)
{
	uint64_t head, size, mask = 0;

	if (!strict_number(s, 2, &head))
		return false;
	f->last = head & 0x8000;
	f->reserved = head >> 12 & 7;
	f->opcode = head >> 8 & 15;
	f->masked = head & 0x80;
	f->size = size = head & 0x7f;
	*wrong = f->reserved || f->masked != s->masked || f->opcode > STRICT_PONG ||
		 (f->opcode > STRICT_BINARY && f->opcode < STRICT_CLOSE) ||
		 (f->opcode >= STRICT_CLOSE && (!f->last || size > 125)) ||
		 (f->opcode < STRICT_CLOSE && (f->opcode == STRICT_MORE) != (s->kind != 0));
	if (size > 125) {
		if (!strict_number(s, size == 126 ? 2 : 8, &f->size))
			return false;
		*wrong |= f->size <= (size == 126 ? 125 : 0xffff) || f->size >> 63;
	}
	if (f->masked && !strict_number(s, 4, &mask))
		return false;
	for (int i = 0; i < 4; i++)
		f->mask[i] = (uint8_t)(mask >> 8 * (3 - i));
	f->there = (size_t)(s->end - s->at);
	f->there = f->there < f->size ? f->there : (size_t)f->size;
	return true;
}

static inline bool strict_ends(struct strict_frames *s, enum strict_end how, int code)
{
	s->how = how;
	s->code = code;
	return false;
}

static inline bool strict_is_code(int code)
{
	return code >= 1000 && code < 5000 && (code < 1004 || code > 1006) &&
	       (code < 1015 || code >= 3000);
}

static inline bool strict_close(struct strict_frames *s)
{
	int code = s->n_control < 2 ? 0 : s->control[0] << 8 | s->control[1];

	if (s->n_control == 1 || (s->n_control > 1 && !strict_is_code(code)))
		return strict_ends(s, STRICT_WRONG, 1002);
	if (s->n_control > 2 && !strict_is_text(s->control + 2, s->n_control - 2, true))
		return strict_ends(s, STRICT_WRONG, 1007);
	return strict_ends(s, STRICT_CLOSED, code);
}

static inline void strict_happens(struct strict_frames *s, int kind, size_t from)
{
	s->events[s->n_events++] = (struct strict_event){ kind, from, s->n_bytes - from };
}

static inline void strict_take(struct strict_frames *s, const struct strict_frame *f, uint8_t *to)
{
	for (size_t i = 0; i < f->size; i++)
		to[i] = *s->at++ ^ f->mask[i % 4];
}

/* Within a message it stands in front of that, whose part that has come moves on. */
static inline bool strict_control(struct strict_frames *s, const struct strict_frame *f)
{
	size_t n = (size_t)f->size;

	strict_take(s, f, s->control);
	s->n_control = n;
	if (f->opcode == STRICT_CLOSE)
		return strict_close(s);
	memmove(s->bytes + s->from + n, s->bytes + s->from, s->n_bytes - s->from);
	memcpy(s->bytes + s->from, s->control, n);
	s->events[s->n_events++] = (struct strict_event){ f->opcode, s->from, n };
	s->from += n;
	s->n_bytes += n;
	return true;
}

static inline bool strict_data(struct strict_frames *s, const struct strict_frame *f)
{
	if (f->opcode != STRICT_MORE)
		s->kind = f->opcode;
	strict_take(s, f, s->bytes + s->n_bytes);
	s->n_bytes += f->size;
	if (s->kind == STRICT_TEXT &&
		!strict_is_text(s->bytes + s->from, s->n_bytes - s->from, f->last)) {
		if (f->last)
			return strict_ends(s, STRICT_WRONG, 1007);
		s->early = s->n_events < s->early ? s->n_events : s->early;
	}
	if (!f->last)
		return true;
	strict_happens(s, s->kind, s->from);
	s->kind = 0;
	s->from = s->n_bytes;
	return true;
}

/* False: that was the last one. */
static inline bool strict_next(struct strict_frames *s)
{
	struct strict_frame f;
	bool wrong = false, whole = strict_head(s, &f, &wrong), control;

	if (!whole && !wrong)
		return strict_ends(s, STRICT_CUT, 0);
	control = f.opcode >= STRICT_CLOSE;
	s->or_cut = !whole || (f.size > 0 && f.there == 0); /* who looks at it later */
	if (wrong)
		return strict_ends(s, STRICT_WRONG, 1002);
	if (!control && f.size > s->most - (s->n_bytes - s->from))
		return strict_ends(s, STRICT_WRONG, 1009);
	if (f.there < f.size)
		return strict_ends(s, STRICT_CUT, 0);
	return control ? strict_control(s, &f) : strict_data(s, &f);
}

/* All of them; no more than STRICT_BYTES. */
static inline void strict_frames(
	struct strict_frames *s, const void *data, size_t size, bool masked, uint64_t most)
{
	s->at = data;
	s->end = s->at + size;
	s->masked = masked;
	s->most = most;
	s->kind = 0;
	s->from = s->n_bytes = s->n_events = s->n_control = 0;
	s->early = SIZE_MAX;
	s->or_cut = false;
	while (strict_next(s))
		;
}

#endif
