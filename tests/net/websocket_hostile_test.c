/* SPDX-License-Identifier: MIT */
/* rows: +websocket */
/* ctest: VIRTUAL ON */
/* The other side of a WebSocket means ill, or another of this side closes in the midst. */
#include "net/frames.h"

#include <tutti/stream_layer.h>

static struct frames frames;
static const tutti_time past = 1;

/* -- who never pauses -------------------------------------------------------------------------- */

/* What is read: the same bytes over and over, which are always there, and then the end. */
struct flood {
	const struct frames *of;
	size_t at, left;
};

static ssize_t read_flood(void *arg, void *data, size_t size, tutti_time deadline)
{
	struct flood *f = arg;

	(void)deadline;
	if (size > f->of->size - f->at)
		size = f->of->size - f->at;
	if (size > f->left)
		size = f->left;
	if (size == 0)
		return TUTTI_EDONE;
	memcpy(data, f->of->at + f->at, size);
	f->at = (f->at + size) % f->of->size;
	f->left -= size;
	return (ssize_t)size;
}

static int write_nowhere(
	void *arg, const void *data, size_t size, size_t *done, tutti_time deadline)
{
	(void)arg;
	(void)data;
	(void)deadline;
	*done = size;
	return 0;
}

static int shut_nothing(void *arg, tutti_time deadline)
{
	(void)arg;
	(void)deadline;
	return 0;
}

static const tutti_stream_layer flooding = {
	.read = read_flood, .write = write_nowhere, .shutdown = shut_nothing
};

enum { ENOUGH = 256 << 20 };

/* A whole number of times, so that a frame follows on the last one. */
static void put_many(unsigned head)
{
	frames.size = 0;
	while (frames.size < 60000)
		put_text(&frames, true, head, "");
}

static tutti_websocket *open_flood(tutti_stream **stream, struct flood *f)
{
	tutti_websocket *ws;

	CHECK_EQ(tutti_stream_layer_open(stream, &flooding, f, NULL), 0);
	CHECK_EQ(tutti_websocket_wrap(&ws, *stream, TUTTI_WEBSOCKET_SERVER, NULL), 0);
	return ws;
}

/* A deadline counts also if there is always something more. */
static void reading_from_who_never_pauses(void)
{
	struct flood f = { &frames, 0, ENOUGH };
	tutti_websocket_message m;
	tutti_stream *stream;
	tutti_websocket *ws = open_flood(&stream, &f);

	put_many(FIN | PONG);
	CHECK_EQ(tutti_websocket_read_until(ws, &m, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_websocket_read_until(ws, &m, past), TUTTI_ETIMEDOUT);
	CHECK(f.left > 0);
	tutti_websocket_free(ws);
	tutti_stream_free(stream);
}

static void closing_who_never_pauses(unsigned head)
{
	struct flood f = { &frames, 0, ENOUGH };
	tutti_stream *stream;
	tutti_websocket *ws = open_flood(&stream, &f);

	put_many(head);
	CHECK_EQ(tutti_websocket_close_until(ws, 1000, NULL, past), TUTTI_ETIMEDOUT);
	CHECK(f.left > 0);
	tutti_websocket_free(ws);
	tutti_stream_free(stream);
}

/* After what was wrong the rest is heard out, but not for ever either. */
static void closing_who_talks_nonsense(void)
{
	struct flood f = { &frames, 0, ENOUGH };
	tutti_stream *stream;
	tutti_websocket *ws = open_flood(&stream, &f);

	put_many(FIN | 3);
	CHECK_EQ(tutti_websocket_close_until(ws, 1000, NULL, past), TUTTI_EPROTO);
	CHECK(f.left > 0);
	tutti_websocket_free(ws);
	tutti_stream_free(stream);
}

/* -- who asks and does not listen -------------------------------------------------------------- */

enum { PINGS = 50 };

struct deaf {
	struct flood flood;
	int waits;
	bool listens; /* after all */
	size_t heard;
};

static ssize_t read_deaf(void *arg, void *data, size_t size, tutti_time deadline)
{
	struct deaf *d = arg;

	return read_flood(&d->flood, data, size, deadline);
}

static int write_deaf(void *arg, const void *data, size_t size, size_t *done, tutti_time deadline)
{
	struct deaf *d = arg;
	tutti_event never = { 0 };

	(void)data;
	if (d->listens) {
		d->heard += size;
		*done = size;
		return 0;
	}
	if (deadline > tutti_now())
		d->waits++;
	return tutti_event_wait_until(&never, deadline);
}

static const tutti_stream_layer being_deaf = { .read = read_deaf, .write = write_deaf };

/* Of a long message, too, nothing has gone out: others may follow. */
static void written_to_who_does_not_listen(int end)
{
	static char many[300000];
	static const size_t sizes[] = { 0, 5000, sizeof many };
	struct deaf d = { .waits = 0 };
	tutti_stream *stream;
	tutti_websocket *ws;

	CHECK_EQ(tutti_stream_layer_open(&stream, &being_deaf, &d, NULL), 0);
	CHECK_EQ(tutti_websocket_wrap(&ws, stream, end, NULL), 0);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		tutti_bytes bytes = tutti_bytes_of(many, sizes[i]);

		d.listens = false;
		CHECK_EQ(tutti_websocket_write_until(ws, TUTTI_WEBSOCKET_BINARY, bytes, past),
			TUTTI_ETIMEDOUT);
		d.listens = true;
		d.heard = 0;
		CHECK_EQ(tutti_websocket_write(ws, TUTTI_WEBSOCKET_TEXT, tutti_bytes_text("Hello")),
			0);
		CHECK_EQ(d.heard, end == TUTTI_WEBSOCKET_CLIENT ? 11 : 7);
	}
	tutti_websocket_free(ws);
	tutti_stream_free(stream);
}

/* Who reads waits with one pong, not with each. */
static void pinged_by_who_does_not_listen(void)
{
	tutti_websocket_options options = { .close_time = TUTTI_MILLISECONDS(10) };
	struct deaf d = { .flood = { .of = &frames } };
	tutti_websocket_message m;
	tutti_stream *stream;
	tutti_websocket *ws;

	frames.size = 0;
	for (int i = 0; i < PINGS; i++)
		put_text(&frames, true, FIN | PING, "");
	put_text(&frames, true, FIN | TEXT, "Hello");
	d.flood.left = frames.size;
	CHECK_EQ(tutti_stream_layer_open(&stream, &being_deaf, &d, NULL), 0);
	CHECK_EQ(tutti_websocket_wrap(&ws, stream, TUTTI_WEBSOCKET_SERVER, &options), 0);
	CHECK_EQ(tutti_websocket_read(ws, &m), 0);
	CHECK_STR(m.bytes.data, "Hello");
	CHECK_EQ(d.waits, 1);
	tutti_websocket_free(ws);
	tutti_stream_free(stream);
}

/* -- closed by another ------------------------------------------------------------------------- */

static void *close_now(void *ws)
{
	return give(tutti_websocket_close_until(ws, 1000, NULL, past));
}

static void *close_it(void *ws)
{
	return give(tutti_websocket_close(ws, 1000, NULL));
}

/* Who was given a message has it until he reads on, whoever else closes meanwhile. */
static void closed_while_a_message_is_held(enum mix mix)
{
	struct pair p = open_bytes(false, NULL);
	tutti_websocket_message m;

	for (int last = 0; last <= 1; last++) {
		const char *text = last ? "second" : "first";

		frames.size = 0;
		put_text(&frames, true, FIN | TEXT, text);
		put_text(&frames, true, FIN | TEXT, "dropped");
		if (last)
			put_close(&frames, true, 1000, "");
		far_says(&p, &frames);
		CHECK_EQ(tutti_websocket_read(p.near, &m), 0);
		CHECK_EQ(finish(start_as(mix, last ? close_it : close_now, p.near)),
			last ? 0 : TUTTI_ETIMEDOUT);
		CHECK_EQ(finish(start_as(mix, close_now, p.near)), last ? 0 : TUTTI_ETIMEDOUT);
		CHECK_STR(m.bytes.data, text);
	}
	CHECK_EQ(tutti_websocket_read(p.near, &m), TUTTI_EDONE);
	close_pair(&p);
}

/* In a thread, with which its poller goes. */
static void *everything(void *arg)
{
	RUN(reading_from_who_never_pauses);
	closing_who_never_pauses(FIN | PONG);
	closing_who_never_pauses(FIN | TEXT);
	RUN(closing_who_talks_nonsense);
	RUN(pinged_by_who_does_not_listen);
	written_to_who_does_not_listen(TUTTI_WEBSOCKET_SERVER);
	written_to_who_does_not_listen(TUTTI_WEBSOCKET_CLIENT);
	RUN_MIXES(closed_while_a_message_is_held);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
