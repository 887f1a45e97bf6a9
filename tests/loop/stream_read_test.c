/* SPDX-License-Identifier: MIT */
/* ctest: POLLERS ON */
/* Pieces of a known length or end: however the bytes come, they are the same pieces. */
#include "support/both.h"
#include "support/suite.h"

#include <errno.h>
#include <sys/socket.h>
#include <tutti/stream_peek.h>
#include <tutti/stream_read.h>

static const tutti_time past = 1;

struct pair {
	tutti_stream *near;
	int far;
};

static struct pair open_pair(void)
{
	struct pair p;
	int fds[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	CHECK_EQ(tutti_stream_open(&p.near, fds[0]), 0);
	p.far = fds[1];
	return p;
}

static void end(struct pair *p)
{
	CHECK_EQ(shutdown(p->far, SHUT_WR), 0);
}

static void close_pair(struct pair *p)
{
	tutti_stream_free(p->near);
	CHECK_EQ(close(p->far), 0);
}

static void put(struct pair *p, const char *text, size_t n)
{
	CHECK_EQ(write(p->far, text, n), n);
}

static void check_line(tutti_stream *s, const char *line)
{
	tutti_bytes piece;

	CHECK_EQ(tutti_stream_read_past(s, "\r\n", 2, 100, &piece), 0);
	CHECK_EQ(piece.size, strlen(line));
	CHECK(memcmp(piece.data, line, piece.size) == 0);
	tutti_bytes_free(&piece);
}

/* -- every split ------------------------------------------------------------------------------- */

static const char message[] = "GET\r\r\nsize:\n5\r\n\r\n12345rest";

enum { WHOLE = sizeof message - 1 };

/* The message as a program reads it, from beginning to end. */
static void *read_message(void *stream)
{
	char body[5], rest[16];
	size_t n = 0;

	check_line(stream, "GET\r\r\n");
	check_line(stream, "size:\n5\r\n");
	check_line(stream, "\r\n");
	CHECK_EQ(tutti_stream_read_exactly(stream, body, 5), 0);
	CHECK(memcmp(body, "12345", 5) == 0);
	while (n < 4) {
		ssize_t got = tutti_stream_read(stream, rest + n, sizeof rest - n);

		CHECK(got > 0);
		n += (size_t)got;
	}
	CHECK(n == 4 && memcmp(rest, "rest", 4) == 0);
	CHECK_EQ(tutti_stream_read(stream, rest, 1), 0);
	return NULL;
}

/* In three parts, of which each is read as far as it goes before the next comes. */
static void every_split_reads_alike(void)
{
	for (size_t a = 0; a <= WHOLE; a++)
		for (size_t b = a; b <= WHOLE; b++) {
			struct pair p = open_pair();
			tutti_future *reader = tutti_task_start(read_message, p.near, NULL);

			put(&p, message, a);
			settle();
			put(&p, message + a, b - a);
			settle();
			put(&p, message + b, WHOLE - b);
			end(&p);
			CHECK_EQ(finish(reader), 0);
			close_pair(&p);
		}
}

static void byte_by_byte(enum mix mix)
{
	struct pair p = open_pair();
	tutti_future *reader = start_as(mix, read_message, p.near);

	for (size_t i = 0; i < WHOLE; i++) {
		put(&p, message + i, 1);
		settle();
	}
	end(&p);
	CHECK_EQ(finish(reader), 0);
	close_pair(&p);
}

/* -- what does not come whole ------------------------------------------------------------------ */

static void a_deadline_loses_nothing(void)
{
	struct pair p = open_pair();
	tutti_bytes piece;
	char data[8];

	put(&p, "abc", 3);
	CHECK_EQ(tutti_stream_read_exactly_until(p.near, data, 6, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_stream_read_past_until(p.near, "\r\n", 2, 100, &piece, past),
		TUTTI_ETIMEDOUT);
	put(&p, "def", 3);
	CHECK_EQ(tutti_stream_read_exactly_until(p.near, data, 8, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_stream_read_exactly(p.near, data, 6), 0);
	CHECK(memcmp(data, "abcdef", 6) == 0);
	put(&p, "gh\r", 3);
	CHECK_EQ(tutti_stream_read_past_until(p.near, "\r\n", 2, 100, &piece, past),
		TUTTI_ETIMEDOUT);
	put(&p, "\n", 1);
	check_line(p.near, "gh\r\n");
	close_pair(&p);
}

static void *read_six(void *stream)
{
	char data[6];

	return give(tutti_stream_read_exactly(stream, data, 6));
}

static void a_cancel_loses_nothing(void)
{
	struct pair p = open_pair();
	tutti_future *reader = tutti_task_start(read_six, p.near, NULL);
	char data[4];

	put(&p, "abc", 3);
	settle();
	CHECK(tutti_future_cancel(reader));
	CHECK_EQ(tutti_future_result(reader, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(reader);
	put(&p, "d", 1);
	CHECK_EQ(tutti_stream_read_exactly(p.near, data, 4), 0);
	CHECK(memcmp(data, "abcd", 4) == 0);
	close_pair(&p);
}

static void an_end_in_the_middle_is_said(void)
{
	struct pair p = open_pair();
	tutti_bytes piece;
	char data[8];

	put(&p, "abc", 3);
	end(&p);
	CHECK_EQ(tutti_stream_read_exactly(p.near, data, 4), TUTTI_EPROTO);
	CHECK_EQ(tutti_stream_read_past(p.near, "\n", 1, 100, &piece), TUTTI_EPROTO);
	CHECK_EQ(tutti_stream_read(p.near, data, sizeof data), 3);
	CHECK(memcmp(data, "abc", 3) == 0);
	CHECK_EQ(tutti_stream_read_exactly(p.near, data, 1), TUTTI_EDONE);
	CHECK_EQ(tutti_stream_read_past(p.near, "\n", 1, 100, &piece), TUTTI_EDONE);
	CHECK_EQ(tutti_stream_read(p.near, data, sizeof data), 0);
	CHECK_EQ(tutti_stream_read_exactly(p.near, data, 0), 0);
	close_pair(&p);
}

static void a_piece_may_be_too_long(void)
{
	struct pair p = open_pair();
	tutti_bytes piece;

	put(&p, "1234567\r\n", 9);
	CHECK_EQ(tutti_stream_read_past(p.near, "\r\n", 2, 8, &piece), -EMSGSIZE);
	CHECK_EQ(tutti_stream_read_past(p.near, "\r\n", 2, 4, &piece), -EMSGSIZE);
	CHECK_EQ(tutti_stream_read_past(p.near, "", 0, 4, &piece), -EINVAL);
	CHECK_EQ(tutti_stream_read_past(p.near, NULL, 1, 4, &piece), -EINVAL);
	CHECK_EQ(tutti_stream_read_past(p.near, "\r\n", 2, 9, &piece), 0);
	CHECK_EQ(piece.size, 9);
	tutti_bytes_free(&piece);
	close_pair(&p);
}

/* -- much -------------------------------------------------------------------------------------- */

enum { MUCH = 3000000 };

static void *write_lines(void *fd)
{
	FILE *f = fdopen(dup((int)(intptr_t)fd), "w");

	CHECK(f);
	for (int i = 0; i < MUCH / 10; i++)
		fprintf(f, "%8d\r\n", i);
	CHECK_EQ(fclose(f), 0);
	return NULL;
}

static void many_pieces(void)
{
	struct pair p = open_pair();
	tutti_future *writer = tutti_thread_start(write_lines, (void *)(intptr_t)p.far, NULL);
	static char block[MUCH / 2];
	char line[16];

	for (int i = 0; i < MUCH / 20; i++) {
		snprintf(line, sizeof line, "%8d\r\n", i);
		check_line(p.near, line);
	}
	CHECK_EQ(tutti_stream_read_exactly(p.near, block, sizeof block), 0);
	for (int i = 0; i < MUCH / 20; i++) {
		snprintf(line, sizeof line, "%8d\r\n", MUCH / 20 + i);
		CHECK(memcmp(block + (size_t)i * 10, line, 10) == 0);
	}
	CHECK_EQ(finish(writer), 0);
	close_pair(&p);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
/* -- without taking it ------------------------------------------------------------------------- */

/* Whatever comes in pieces is seen from its beginning, and stays until it is skipped. */
static void is_seen_and_stays(void)
{
	struct pair p = open_pair();
	const void *data;
	char rest[8];

	CHECK_EQ(tutti_stream_peek_until(p.near, 0, &data, past), TUTTI_ETIMEDOUT);
	put(&p, "abc", 3);
	CHECK_EQ(tutti_stream_peek(p.near, 0, &data), 3);
	CHECK_EQ(tutti_stream_peek(p.near, 2, &data), 3);
	CHECK_EQ(tutti_stream_peek_until(p.near, 3, &data, past), TUTTI_ETIMEDOUT);
	put(&p, "def", 3);
	CHECK_EQ(tutti_stream_peek(p.near, 3, &data), 6);
	CHECK(memcmp(data, "abcdef", 6) == 0);
	tutti_stream_skip(p.near, 0);
	tutti_stream_skip(p.near, 2);
	CHECK_EQ(tutti_stream_peek(p.near, 0, &data), 4);
	CHECK(memcmp(data, "cdef", 4) == 0);
	CHECK_EQ(tutti_stream_read(p.near, rest, 1), 1);
	CHECK_EQ(rest[0], 'c');
	CHECK_EQ(tutti_stream_peek(p.near, 2, &data), 3);
	end(&p);
	CHECK_EQ(tutti_stream_peek(p.near, 3, &data), TUTTI_EPROTO);
	CHECK_EQ(tutti_stream_peek(p.near, 2, &data), 3);
	tutti_stream_skip(p.near, 100);
	CHECK_EQ(tutti_stream_peek(p.near, 0, &data), TUTTI_EDONE);
	tutti_stream_skip(p.near, 1);
	close_pair(&p);
}

static void *peeks(void *stream)
{
	const void *data;

	return give(tutti_stream_peek(stream, 1, &data));
}

static void a_cancel_leaves_what_was_seen(void)
{
	struct pair p = open_pair();
	tutti_task *t = tutti_task_start(peeks, p.near, NULL);
	const void *data;
	char c;

	settle();
	CHECK_EQ(tutti_stream_read_until(p.near, &c, 1, past), -EBUSY);
	put(&p, "a", 1);
	settle();
	tutti_future_cancel(t);
	CHECK_EQ(tutti_future_result(t, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(t);
	CHECK_EQ(tutti_stream_peek(p.near, 0, &data), 1);
	close_pair(&p);
}

static void *everything(void *arg)
{
	RUN(every_split_reads_alike);
	RUN_MIXES(byte_by_byte);
	RUN(a_deadline_loses_nothing);
	RUN(a_cancel_loses_nothing);
	RUN(an_end_in_the_middle_is_said);
	RUN(a_piece_may_be_too_long);
	RUN(many_pieces);
	RUN(is_seen_and_stays);
	RUN(a_cancel_leaves_what_was_seen);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
