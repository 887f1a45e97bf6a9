/* SPDX-License-Identifier: MIT */
/* rows: +websocket */
/* ctest: VIRTUAL ON */
/* Messages over WebSockets, and what ends them, byte by byte. */
#include "net/frames.h"

static struct frames frames;

/* -- messages both ways ------------------------------------------------------------------------ */

static void *echo(void *arg)
{
	tutti_websocket_message m;
	int rc;

	while ((rc = tutti_websocket_read(arg, &m)) == 0)
		CHECK_EQ(tutti_websocket_write(arg, m.kind, m.bytes), 0);
	return give(rc);
}

static void check_echo(tutti_websocket *ws, int kind, const char *data, size_t size)
{
	tutti_websocket_message m;

	CHECK_EQ(tutti_websocket_write(ws, kind, tutti_bytes_of(data, size)), 0);
	CHECK_EQ(tutti_websocket_read(ws, &m), 0);
	CHECK_EQ(m.kind, kind);
	CHECK_EQ(m.bytes.size, size);
	CHECK(memcmp(m.bytes.data, data, size) == 0);
	CHECK_EQ(((const char *)m.bytes.data)[size], 0);
}

static void echoes(enum mix mix)
{
	static const size_t sizes[] = { 0, 1, 125, 126, 127, 4081, 4082, 4096, 65535, 65536,
		1 << 20 };
	struct pair p = open_pair(NULL);
	tutti_future *f = start_as(mix, echo, p.near);
	char *data = malloc(1 << 20);

	CHECK(data);
	for (size_t i = 0; i < 1 << 20; i++)
		data[i] = (char)('a' + i % 26);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		check_echo(p.far, TUTTI_WEBSOCKET_TEXT, data, sizes[i]);
		check_echo(p.far, TUTTI_WEBSOCKET_BINARY, data, sizes[i]);
	}
	check_echo(p.far, TUTTI_WEBSOCKET_BINARY, "\0\xff\xc0", 3);
	check_echo(p.far, TUTTI_WEBSOCKET_TEXT, "\0\xc3\xa4\xf0\x9f\x8e\xb5", 7);
	CHECK_EQ(tutti_websocket_close(p.far, 1000, NULL), 0);
	CHECK_EQ(finish(f), TUTTI_EDONE);
	free(data);
	close_pair(&p);
}

/* What goes out is a mask's work: the same text twice are different bytes. */
static void masks_differ(void)
{
	struct pair p = open_bytes(true, NULL);
	unsigned char one[11], two[11];

	check_say(p.near, "hello");
	check_say(p.near, "hello");
	CHECK_EQ(tutti_stream_read_exactly(p.far_stream, one, sizeof one), 0);
	CHECK_EQ(tutti_stream_read_exactly(p.far_stream, two, sizeof two), 0);
	CHECK(one[0] == (FIN | TEXT) && one[1] == (0x80 | 5));
	CHECK(memcmp(one, two, sizeof one) != 0);
	for (int i = 0; i < 5; i++)
		CHECK_EQ(one[6 + i] ^ one[2 + i % 4], "hello"[i]);
	close_pair(&p);
}

/* -- every split of it reads alike ------------------------------------------------------------- */

static char heard[2048];

static void *note(void *arg)
{
	tutti_websocket_message m;
	const char *reason;
	size_t n = 0;
	int rc;

	while ((rc = tutti_websocket_read(arg, &m)) == 0)
		n += (size_t)snprintf(heard + n, sizeof heard - n, "%d %zu %.10s|", m.kind,
			m.bytes.size, (const char *)m.bytes.data);
	n += (size_t)snprintf(heard + n, sizeof heard - n, "%s %d ", tutti_errname(rc),
		tutti_websocket_code(arg, &reason));
	snprintf(heard + n, sizeof heard - n, "%s", reason);
	return NULL;
}

static const char conversation[] = "1 5 Hello|1 5 Hello|2 256 xxxxxxxxxx|1 0 |1 3 \xe2\x82\xac|"
				   "TUTTI_EDONE 4000 bye";

static void make_conversation(bool masked)
{
	char much[256];

	memset(much, 'x', sizeof much);
	frames.size = 0;
	put_text(&frames, masked, FIN | TEXT, "Hello");
	put_text(&frames, masked, TEXT, "Hel");
	put_text(&frames, masked, FIN | PING, "1");
	put_text(&frames, masked, MORE, "l");
	put_text(&frames, masked, FIN | PONG, "nobody asked");
	put_text(&frames, masked, FIN | MORE, "o");
	put_frame(&frames, masked, FIN | BINARY, much, sizeof much);
	put_text(&frames, masked, FIN | PING, "");
	put_text(&frames, masked, FIN | TEXT, "");
	put_text(&frames, masked, TEXT, "\xe2");
	put_text(&frames, masked, MORE, "");
	put_text(&frames, masked, FIN | MORE, "\x82\xac");
	put_close(&frames, masked, 4000, "bye");
}

static void converse(bool client, size_t cut, size_t step)
{
	struct pair p = open_bytes(client, NULL);
	tutti_future *f = tutti_task_start(note, p.near, NULL);
	char text[126];

	for (size_t at = 0; at < frames.size; at += step, cut = 0) {
		size_t n = cut ? cut : frames.size - at < step ? frames.size - at : step;

		CHECK_EQ(tutti_stream_write(p.far_stream, frames.at + at, n), 0);
		settle();
		if (cut)
			at += cut - step;
	}
	finish(f);
	CHECK_STR(heard, conversation);
	if (!client) {
		CHECK_EQ(far_hears(&p, text), FIN | PONG);
		CHECK_STR(text, "1");
		CHECK_EQ(far_hears(&p, text), FIN | PONG);
		CHECK_STR(text, "");
		far_hears_close(&p, 4000);
	}
	close_pair(&p);
}

static void splits(void)
{
	for (int client = 0; client <= 1; client++) {
		make_conversation(!client);
		converse(client, 0, frames.size);
		converse(client, 0, 1);
		for (size_t cut = 1; cut < frames.size; cut++)
			converse(client, cut, frames.size);
	}
}

/* -- what the other side must not do ----------------------------------------------------------- */

#define BYTES(text) text, sizeof(text) - 1
#define MASKED "\x37\xfa\x21\x3d"

static const struct {
	const char *what, *bytes; /* to a server */
	size_t size;
	int code, rc;
} wrongs[] = {
	{ "not masked", BYTES("\x81\x02hi"), 1002, TUTTI_EPROTO },
	{ "not masked, empty", BYTES("\x81\x00"), 1002, TUTTI_EPROTO },
	{ "ping not masked", BYTES("\x89\x00"), 1002, TUTTI_EPROTO },
	{ "RSV1", BYTES("\xc1\x80" MASKED), 1002, TUTTI_EPROTO },
	{ "RSV2", BYTES("\xa1\x80" MASKED), 1002, TUTTI_EPROTO },
	{ "RSV3", BYTES("\x91\x80" MASKED), 1002, TUTTI_EPROTO },
	{ "RSV of ping", BYTES("\x99\x80" MASKED), 1002, TUTTI_EPROTO },
	{ "opcode 3", BYTES("\x83\x80" MASKED), 1002, TUTTI_EPROTO },
	{ "opcode 7", BYTES("\x87\x80" MASKED), 1002, TUTTI_EPROTO },
	{ "opcode 11", BYTES("\x8b\x80" MASKED), 1002, TUTTI_EPROTO },
	{ "opcode 15", BYTES("\x8f\x80" MASKED), 1002, TUTTI_EPROTO },
	{ "nothing to continue", BYTES("\x80\x80" MASKED), 1002, TUTTI_EPROTO },
	{ "nothing to continue, not last", BYTES("\x00\x80" MASKED), 1002, TUTTI_EPROTO },
	{ "a text within a text", BYTES("\x01\x80" MASKED "\x81\x80" MASKED), 1002, TUTTI_EPROTO },
	{ "bytes within a text", BYTES("\x01\x80" MASKED "\x02\x80" MASKED), 1002, TUTTI_EPROTO },
	{ "ping in fragments", BYTES("\x09\x80" MASKED), 1002, TUTTI_EPROTO },
	{ "close in fragments", BYTES("\x08\x80" MASKED), 1002, TUTTI_EPROTO },
	{ "ping of 126", BYTES("\x89\xfe\x00\x7e" MASKED), 1002, TUTTI_EPROTO },
	{ "length not the shortest, 16", BYTES("\x82\xfe\x00\x05" MASKED), 1002, TUTTI_EPROTO },
	{ "length not the shortest, 64", BYTES("\x82\xff\0\0\0\0\0\0\xff\xff" MASKED), 1002,
		TUTTI_EPROTO },
	{ "length with the highest bit", BYTES("\x82\xff\x80\0\0\0\0\0\0\0" MASKED), 1002,
		TUTTI_EPROTO },
	{ "length 2^63 - 1", BYTES("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff" MASKED "x"), 1009,
		-EMSGSIZE },
	{ "close of one byte", BYTES("\x88\x81\0\0\0\0\x03"), 1002, TUTTI_EPROTO },
	{ "close code 999", BYTES("\x88\x82\0\0\0\0\x03\xe7"), 1002, TUTTI_EPROTO },
	{ "close code 1004", BYTES("\x88\x82\0\0\0\0\x03\xec"), 1002, TUTTI_EPROTO },
	{ "close code 1005", BYTES("\x88\x82\0\0\0\0\x03\xed"), 1002, TUTTI_EPROTO },
	{ "close code 1006", BYTES("\x88\x82\0\0\0\0\x03\xee"), 1002, TUTTI_EPROTO },
	{ "close code 1015", BYTES("\x88\x82\0\0\0\0\x03\xf7"), 1002, TUTTI_EPROTO },
	{ "close code 2999", BYTES("\x88\x82\0\0\0\0\x0b\xb7"), 1002, TUTTI_EPROTO },
	{ "close code 5000", BYTES("\x88\x82\0\0\0\0\x13\x88"), 1002, TUTTI_EPROTO },
	{ "reason no UTF-8", BYTES("\x88\x83\0\0\0\0\x03\xe8\xff"), 1007, TUTTI_EPROTO },
	{ "text no UTF-8", BYTES("\x81\x81\0\0\0\0\xff"), 1007, TUTTI_EPROTO },
	{ "half a character", BYTES("\x81\x81\0\0\0\0\xc3"), 1007, TUTTI_EPROTO },
	{ "surrogate", BYTES("\x81\x83\0\0\0\0\xed\xa0\x80"), 1007, TUTTI_EPROTO },
	{ "overlong", BYTES("\x81\x82\0\0\0\0\xc0\x80"), 1007, TUTTI_EPROTO },
	{ "no UTF-8 in a fragment", BYTES("\x01\x85\0\0\0\0\xff\x61\x61\x61\x61"), 1007,
		TUTTI_EPROTO },
	{ "half a character, then another", BYTES("\x01\x81\0\0\0\0\xc3\x80\x81\0\0\0\0\x61"), 1007,
		TUTTI_EPROTO },
	{ "longer than allowed", BYTES("\x82\xfe\x03\xe9" MASKED "x"), 1009, -EMSGSIZE },
	{ "longer than allowed together",
		BYTES("\x02\x82\0\0\0\0\x61\x61\x80\xfe\x03\xe7" MASKED "x"), 1009, -EMSGSIZE },
};

/* It is told why, nothing more is read or written, and it cannot be closed again. */
static void check_wrong(size_t i, size_t step)
{
	tutti_websocket_options options = { .message_max = 1000 };
	struct pair p = open_bytes(false, &options);
	tutti_websocket_message m;
	int rc;

	for (size_t at = 0; at < wrongs[i].size; at += step) {
		size_t left = wrongs[i].size - at;

		CHECK_EQ(tutti_stream_write(
				 p.far_stream, wrongs[i].bytes + at, left < step ? left : step),
			0);
	}
	rc = tutti_websocket_read(p.near, &m);
	if (rc != wrongs[i].rc)
		fprintf(stderr, "%s:\n", wrongs[i].what);
	CHECK_EQ(rc, wrongs[i].rc);
	far_hears_close(&p, wrongs[i].code);
	CHECK_EQ(tutti_websocket_read(p.near, &m), wrongs[i].rc);
	CHECK_EQ(
		tutti_websocket_write(p.near, TUTTI_WEBSOCKET_TEXT, tutti_bytes_text("x")), -EPIPE);
	CHECK_EQ(tutti_websocket_code(p.near, NULL), 1006);
	CHECK_EQ(tutti_stream_shutdown(p.far_stream), 0);
	CHECK_EQ(tutti_websocket_close(p.near, 1000, NULL), wrongs[i].rc);
	close_pair(&p);
}

static void goes_wrong(void)
{
	for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
		check_wrong(i, 1000);
		check_wrong(i, 1);
	}
}

/* A server's frames are not masked. */
static void client_is_as_strict(void)
{
	struct pair p = open_bytes(true, NULL);
	tutti_websocket_message m;

	frames.size = 0;
	put_text(&frames, true, FIN | TEXT, "Hello");
	far_says(&p, &frames);
	CHECK_EQ(tutti_websocket_read(p.near, &m), TUTTI_EPROTO);
	close_pair(&p);
}

/* Whatever comes, reading ends, and says one of these. */
static void survives_noise(void)
{
	tutti_websocket_options options = { .message_max = 100000 };

	for (int round = 0; round < suite_rounds(300); round++) {
		struct pair p = open_bytes(round % 2 == 1, &options);
		tutti_future *f;
		intptr_t rc;

		make_conversation(round % 2 == 0);
		for (int64_t n = tutti_random_between(1, 4); n > 0; n--)
			frames.at[tutti_random_between(0, (int64_t)frames.size - 1)] ^=
				(unsigned char)tutti_random_between(1, 255);
		f = tutti_task_start(answer_close, p.near, NULL);
		far_says(&p, &frames);
		CHECK_EQ(tutti_stream_shutdown(p.far_stream), 0);
		rc = finish(f);
		CHECK(rc == TUTTI_EDONE || rc == TUTTI_EPROTO || rc == -EMSGSIZE ||
			rc == -ECONNRESET);
		close_pair(&p);
	}
}

/* At the limit it is still read. */
static void as_long_as_allowed(void)
{
	tutti_websocket_options options = { .message_max = 1000 };
	struct pair p = open_bytes(false, &options);
	tutti_websocket_message m;
	char data[1000] = { 0 };

	frames.size = 0;
	put_frame(&frames, true, FIN | BINARY, data, 1000);
	put_frame(&frames, true, BINARY, data, 999);
	put_frame(&frames, true, FIN | MORE, data, 1);
	far_says(&p, &frames);
	CHECK_EQ(tutti_websocket_read(p.near, &m), 0);
	CHECK_EQ(m.bytes.size, 1000);
	CHECK_EQ(tutti_websocket_read(p.near, &m), 0);
	CHECK_EQ(m.bytes.size, 1000);
	close_pair(&p);
}

/* -- misuse ------------------------------------------------------------------------------------ */

static void misused(void)
{
	static const tutti_websocket_options wrong[] = { { .ping_time = -1 }, { .close_time = -1 },
		{ .reserved = { 0, 1 } } };
	struct pair p = open_pair(NULL);
	tutti_websocket *ws = p.near;
	char long_reason[125];

	for (size_t i = 0; i < 3; i++)
		CHECK_EQ(tutti_websocket_wrap(&ws, p.near_stream, 0, &wrong[i]), -EINVAL);
	CHECK_EQ(tutti_websocket_wrap(&ws, p.near_stream, 2, NULL), -EINVAL);
	CHECK(ws == p.near);
	CHECK_EQ(tutti_websocket_write(p.near, 0, tutti_bytes_text("x")), -EINVAL);
	CHECK_EQ(tutti_websocket_write(p.near, 8, tutti_bytes_text("x")), -EINVAL);
	CHECK_EQ(tutti_websocket_write_from(p.near, 9, NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_websocket_write(p.near, TUTTI_WEBSOCKET_TEXT, tutti_bytes_text("a\xff")),
		-EILSEQ);
	CHECK_EQ(tutti_websocket_close(p.near, 1005, NULL), -EINVAL);
	CHECK_EQ(tutti_websocket_close(p.near, 999, NULL), -EINVAL);
	CHECK_EQ(tutti_websocket_close(p.near, 1000, "\xff"), -EINVAL);
	memset(long_reason, 'x', 124);
	long_reason[124] = '\0';
	CHECK_EQ(tutti_websocket_close(p.near, 1000, long_reason), -EINVAL);
	CHECK_EQ(tutti_websocket_code(p.near, NULL), 0);
	CHECK(!tutti_websocket_protocol(p.near));
	CHECK(tutti_websocket_stream(p.near) == p.near_stream);
	check_say(p.near, "all the same");
	check_message(p.far, "all the same");
	tutti_websocket_free(NULL);
	close_pair(&p);
}

/* In a thread, with which its poller goes. */
static void *everything(void *arg)
{
	RUN_MIXES(echoes);
	RUN(masks_differ);
	RUN(splits);
	RUN(goes_wrong);
	RUN(client_is_as_strict);
	RUN(survives_noise);
	RUN(as_long_as_allowed);
	RUN(misused);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
