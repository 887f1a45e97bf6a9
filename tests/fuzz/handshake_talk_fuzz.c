/* SPDX-License-Identifier: MIT */
/* rows: +peers */
/*
 * handshake_talk_fuzz.c - a whole conversation of the two sides, which both are ours, with somebody
 * between them who may change what they say. The first byte has both sides' options and whether
 * their keys differ; behind it come changes of four bytes each: in which message, where, and what:
 * a byte put over one, put in, or left out, or all from there on.
 *
 * Without the key nobody is done. With it both are if all came as it was said, and only then.
 */
#include "dist/handshake.h"
#include "driver.h"

#include <tutti/error.h>

enum { MESSAGES = 6 };

struct change {
	const uint8_t *data;
	size_t n;
};

struct wire {
	unsigned char data[4 * (TU_FRAME_HEAD + TU_HANDSHAKE_MOST)];
	size_t size;
};

static void change_at(struct wire *w, size_t at, uint8_t what, uint8_t byte)
{
	switch (what) {
	case 0:
		w->data[at] = byte;
		break;
	case 1:
		memmove(w->data + at + 1, w->data + at, w->size - at);
		w->data[at] = byte;
		w->size++;
		break;
	case 2:
		memmove(w->data + at, w->data + at + 1, w->size - at - 1);
		w->size--;
		break;
	default:
		w->size = at;
	}
}

/* What is changed in the message of that number. */
static void meddle(struct wire *w, const struct change *c, unsigned number)
{
	for (size_t i = 0; i < c->n && w->size > 0; i++) {
		const uint8_t *d = c->data + 4 * i;

		if (d[0] % MESSAGES == number && w->size < sizeof(w->data))
			change_at(w, d[1] % w->size, d[2] % 4, d[3]);
	}
}

static void take_out(struct wire *w, struct tu_handshake *h)
{
	tutti_bytes out = tu_handshake_out(h);

	FUZZ_CHECK(out.size <= sizeof(w->data));
	memcpy(w->data, out.data, out.size);
	w->size = out.size;
}

struct ends {
	struct tu_handshake h[2]; /* the listener, the connector */
	int rc[2];
	bool changed;
};

/* One side says all that it has to say, and the other hears it. Returns whether it did. */
static bool turn(struct ends *e, int from, const struct change *c, unsigned *number)
{
	int to = 1 - from;
	struct wire w, said;
	size_t taken;

	take_out(&said, &e->h[from]);
	if (said.size == 0)
		return false;
	w = said;
	meddle(&w, c, *number);
	++*number;
	e->changed |= w.size != said.size || memcmp(w.data, said.data, w.size) != 0;
	if (e->rc[to] == 0)
		e->rc[to] = tu_handshake_take(&e->h[to], w.data, w.size, &taken);
	return true;
}

static void converse(struct ends *e, uint8_t bits, const struct change *c)
{
	unsigned char random[2][TU_HANDSHAKE_RANDOM];
	unsigned number = 0;

	for (int i = 0; i < 2; i++) {
		struct tu_handshake_options o = { .connects = i == 1,
			.no_md5 = bits >> i & 1,
			.old_sha256 = bits >> (2 + i) & 1,
			.random = random[i] };

		memset(random[i], 'a' + i, sizeof(random[i]));
		FUZZ_CHECK(
			tu_handshake_begin(&e->h[i],
				tutti_bytes_text(bits >> 4 & 1 && i ? "another" : "abc"), &o) == 0);
	}
	while (turn(e, 0, c, &number) || turn(e, 1, c, &number))
		FUZZ_CHECK(number < 20);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct change c = { data + 1, (size - 1) / 4 };
	struct ends e = { .rc = { 0, 0 } };

	if (size == 0)
		return 0;
	converse(&e, data[0], &c);
	for (int i = 0; i < 2; i++)
		FUZZ_CHECK(e.rc[i] == 0 || e.rc[i] == 1 || e.rc[i] == TUTTI_EAUTH ||
			   e.rc[i] == TUTTI_EPROTO);
	if (data[0] >> 4 & 1)
		FUZZ_CHECK(e.rc[0] != 1 && e.rc[1] != 1);
	else
		FUZZ_CHECK((e.rc[0] == 1 && e.rc[1] == 1) == !e.changed);
	return 0;
}

FUZZ_MAIN("handshake_talk", 50000)
