/* SPDX-License-Identifier: MIT */
/* ctest: VIRTUAL ON */
/* Streams of functions: whoever reads and writes them cannot tell them from any other. */
#include "support/both.h"
#include "support/suite.h"

#include <ctype.h>
#include <errno.h>
#include <sys/socket.h>
#include <tutti/stream_file.h>
#include <tutti/stream_layer.h>
#include <tutti/stream_read.h>

static const tutti_time past = 1;

/* -- over a pair of sockets -------------------------------------------------------------------- */

struct pair {
	tutti_stream *near, *far;
};

static struct pair open_pair(void)
{
	struct pair p;
	int fds[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	CHECK_EQ(tutti_stream_open(&p.near, fds[0]), 0);
	CHECK_EQ(tutti_stream_open(&p.far, fds[1]), 0);
	return p;
}

static void close_pair(struct pair *p)
{
	tutti_stream_free(p->near);
	tutti_stream_free(p->far);
}

static void check_reads(tutti_stream *s, const char *text)
{
	char got[64] = "";

	CHECK_EQ(tutti_stream_read_exactly(s, got, strlen(text)), 0);
	CHECK_STR(got, text);
}

/* -- upper case, both ways; it owns what is below ---------------------------------------------- */

static int uppers_freed;

static void to_upper(char *to, const char *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (char)toupper((unsigned char)from[i]);
}

static ssize_t read_upper(void *arg, void *data, size_t size, tutti_time deadline)
{
	ssize_t n = tutti_stream_read_until(arg, data, size, deadline);

	if (n > 0)
		to_upper(data, data, (size_t)n);
	return n;
}

static int write_upper(void *arg, const void *data, size_t size, size_t *done, tutti_time deadline)
{
	char block[100];

	while (*done < size) {
		size_t n = size - *done < sizeof block ? size - *done : sizeof block;
		int rc;

		to_upper(block, (const char *)data + *done, n);
		rc = tutti_stream_write_until(arg, block, n, deadline);
		if (rc < 0)
			return rc;
		*done += n;
	}
	return 0;
}

static void free_upper(void *arg)
{
	uppers_freed++;
	tutti_stream_free(arg);
}

static const tutti_stream_layer upper = {
	.read = read_upper, .write = write_upper, .free = free_upper
};

static tutti_stream *open_upper(tutti_stream *below)
{
	tutti_stream *s;

	CHECK_EQ(tutti_stream_layer_open(&s, &upper, below, below), 0);
	return s;
}

static void both_ways_go_through_the_layer(void)
{
	struct pair p = open_pair();

	p.near = open_upper(p.near);
	CHECK_EQ(tutti_stream_write(p.near, "there", 5), 0);
	check_reads(p.far, "THERE");
	CHECK_EQ(tutti_stream_write(p.far, "back", 4), 0);
	check_reads(p.near, "BACK");
	CHECK_EQ(tutti_stream_read_until(p.near, &(char){ 0 }, 1, past), TUTTI_ETIMEDOUT);
	uppers_freed = 0;
	close_pair(&p);
	CHECK_EQ(uppers_freed, 1);
}

static void what_the_layer_has_not_is_done_below(void)
{
	static const tutti_stream_layer none;
	struct pair p = open_pair();
	tutti_stream *s;
	char name[TUTTI_ADDRESS_SIZE], through[TUTTI_ADDRESS_SIZE];

	CHECK_EQ(tutti_stream_layer_open(&s, &none, NULL, p.near), 0);
	CHECK_EQ(tutti_stream_fd(s), tutti_stream_fd(p.near));
	CHECK_EQ(tutti_stream_peer(s, through, sizeof through),
		tutti_stream_peer(p.near, name, sizeof name));
	CHECK_STR(through, name);
	CHECK_EQ(tutti_stream_write(s, "there", 5), 0);
	check_reads(p.far, "there");
	CHECK_EQ(tutti_stream_write(p.far, "back", 4), 0);
	check_reads(s, "back");
	CHECK_EQ(tutti_stream_shutdown(s), 0);
	CHECK_EQ(tutti_stream_read(p.far, name, 1), 0);
	CHECK_EQ(tutti_stream_write(s, "x", 1), -EPIPE);
	CHECK_EQ(tutti_stream_shutdown(s), 0);
	tutti_stream_free(s);
	close_pair(&p);
}

static void a_layer_finds_what_is_its_own(void)
{
	static const tutti_stream_layer other;
	struct pair p = open_pair();
	tutti_stream *below = p.near;

	p.near = open_upper(below);
	CHECK(tutti_stream_layer_arg(p.near, &upper) == below);
	CHECK(!tutti_stream_layer_arg(p.near, &other));
	CHECK(!tutti_stream_layer_arg(p.far, &upper));
	CHECK_EQ(tutti_stream_layer_open(&below, NULL, NULL, NULL), -EINVAL);
	close_pair(&p);
}

/* -- one byte at a time ------------------------------------------------------------------------ */

static ssize_t read_one_byte(void *arg, void *data, size_t size, tutti_time deadline)
{
	(void)size;
	return tutti_stream_read_until(arg, data, 1, deadline);
}

static const tutti_stream_layer drops = { .read = read_one_byte };

static void pieces_are_put_together(void)
{
	struct pair p = open_pair();
	tutti_stream *s;
	tutti_bytes line;
	char got[8];

	CHECK_EQ(tutti_stream_layer_open(&s, &drops, p.near, p.near), 0);
	CHECK_EQ(tutti_stream_write(p.far, "line\r\n12345678the rest\r", 23), 0);
	CHECK_EQ(tutti_stream_read_past(s, "\r\n", 2, 100, &line), 0);
	CHECK_EQ(line.size, 6);
	tutti_bytes_free(&line);
	CHECK_EQ(tutti_stream_read_exactly(s, got, 8), 0);
	CHECK(memcmp(got, "12345678", 8) == 0);
	/* What is not whole by its deadline is kept. */
	CHECK_EQ(tutti_stream_read_past_until(s, "\r\n", 2, 100, &line, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_stream_write(p.far, "\n", 1), 0);
	CHECK_EQ(tutti_stream_read_past_until(s, "\r\n", 2, 100, &line, past), 0);
	CHECK_EQ(line.size, 10);
	tutti_bytes_free(&line);
	CHECK_EQ(tutti_stream_shutdown(p.far), 0);
	CHECK_EQ(tutti_stream_read_exactly(s, got, 1), TUTTI_EDONE);
	tutti_stream_free(s);
	close_pair(&p);
}

/* -- over nothing: a queue of bytes ------------------------------------------------------------ */

static ssize_t get_bytes(void *arg, void *data, size_t size, tutti_time deadline)
{
	char *at = data;
	int rc = tutti_queue_get_until(arg, at, deadline);
	size_t n = 1;

	if (rc == TUTTI_ESHUTDOWN)
		return 0;
	if (rc < 0)
		return rc == TUTTI_EEMPTY ? TUTTI_ETIMEDOUT : rc;
	while (n < size && tutti_queue_get_until(arg, at + n, past) == 0)
		n++;
	return (ssize_t)n;
}

static int put_bytes(void *arg, const void *data, size_t size, size_t *done, tutti_time deadline)
{
	for (; *done < size; ++*done) {
		int rc = tutti_queue_put_until(arg, (const char *)data + *done, deadline);

		if (rc < 0)
			return rc == TUTTI_EFULL ? TUTTI_ETIMEDOUT : rc;
	}
	return 0;
}

static int end_of_bytes(void *arg, tutti_time deadline)
{
	(void)deadline;
	return tutti_queue_shutdown(arg, false);
}

static void free_bytes(void *arg)
{
	tutti_queue_free(arg);
}

static const tutti_stream_layer bytes = { get_bytes, put_bytes, end_of_bytes, free_bytes, { 0 } };

/* What is written to it is what is read from it. */
static tutti_stream *open_bytes(size_t room)
{
	tutti_queue *q;
	tutti_stream *s;

	CHECK_EQ(tutti_queue_create(&q, 1, &(tutti_queue_options){ .maxsize = room }), 0);
	CHECK_EQ(tutti_stream_layer_open(&s, &bytes, q, NULL), 0);
	return s;
}

static void a_stream_needs_no_descriptor(void)
{
	tutti_stream *s = open_bytes(0);
	char c;

	CHECK_EQ(tutti_stream_fd(s), -ENOTSUP);
	CHECK_EQ(tutti_stream_peer(s, &c, 1), -ENOTSUP);
	CHECK_EQ(tutti_stream_read_until(s, &c, 1, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_stream_write(s, "there", 5), 0);
	CHECK_EQ(tutti_stream_write(s, NULL, 0), 0);
	CHECK_EQ(tutti_stream_shutdown(s), 0);
	CHECK_EQ(tutti_stream_write(s, "x", 1), -EPIPE);
	check_reads(s, "there");
	CHECK_EQ(tutti_stream_read(s, &c, 1), 0);
	tutti_stream_free(s);
}

static void a_table_may_be_empty(void)
{
	static const tutti_stream_layer none;
	tutti_stream *s;
	char c;

	CHECK_EQ(tutti_stream_layer_open(&s, &none, NULL, NULL), 0);
	CHECK_EQ(tutti_stream_read(s, &c, 1), -ENOTSUP);
	CHECK_EQ(tutti_stream_read_exactly(s, &c, 1), -ENOTSUP);
	CHECK_EQ(tutti_stream_write(s, "x", 1), -ENOTSUP);
	CHECK_EQ(tutti_stream_shutdown(s), -ENOTSUP);
	tutti_stream_free(s);
}

static void a_write_that_was_broken_off_is_the_last(void)
{
	tutti_stream *s = open_bytes(4);
	char got[4];

	CHECK_EQ(tutti_stream_write_until(s, "1234", 4, past), 0);
	CHECK_EQ(tutti_stream_write_until(s, "5", 1, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_stream_read(s, got, 2), 2);
	CHECK_EQ(tutti_stream_write_until(s, "5", 1, past), 0); /* nothing of it had been taken */
	CHECK_EQ(tutti_stream_write_until(s, "678", 3, past), TUTTI_ETIMEDOUT);
	check_reads(s, "3456"); /* now there is room, but part of it was */
	CHECK_EQ(tutti_stream_write_until(s, "7", 1, past), -EPIPE);
	tutti_stream_free(s);
}

/* -- waiting ----------------------------------------------------------------------------------- */

static void *read_one(void *stream)
{
	char c = 0;
	ssize_t n = tutti_stream_read(stream, &c, 1);

	return give(n < 0 ? n : c);
}

static void *fill_up(void *stream)
{
	return give(tutti_stream_write(stream, "123", 3));
}

static void a_read_waits_for_a_write(enum mix mix)
{
	tutti_stream *s = open_bytes(0);

	for (int round = 0; round < 20; round++) {
		tutti_future *reader = start_as(mix, read_one, s);

		settle();
		CHECK_EQ(tutti_stream_write(s, &"abc"[round % 3], 1), 0);
		CHECK_EQ(finish(reader), "abc"[round % 3]);
	}
	tutti_stream_free(s);
}

static void one_at_each_side(void)
{
	tutti_stream *s = open_bytes(2), *t = open_bytes(0);
	tutti_future *writer = tutti_task_start(fill_up, s, NULL);
	tutti_future *reader = tutti_task_start(read_one, t, NULL);

	settle();
	CHECK_EQ(tutti_stream_write(s, "4", 1), -EBUSY);
	CHECK_EQ(tutti_stream_shutdown(s), -EBUSY);
	CHECK_EQ(tutti_stream_read(t, &(char){ 0 }, 1), -EBUSY);
	check_reads(s, "123");
	CHECK_EQ(finish(writer), 0);
	CHECK_EQ(tutti_stream_write(t, "x", 1), 0);
	CHECK_EQ(finish(reader), 'x');
	tutti_stream_free(s);
	tutti_stream_free(t);
}

static void who_is_cancelled_calls_nothing(void)
{
	tutti_stream *s = open_bytes(2);
	tutti_scope limit;
	char c;

	CHECK_EQ(tutti_stream_write(s, "x", 1), 0);
	tutti_timeout_begin(&limit, past);
	CHECK_EQ(tutti_stream_read(s, &c, 1), TUTTI_ECANCELED);
	CHECK_EQ(tutti_stream_write(s, "y", 1), TUTTI_ECANCELED);
	CHECK_EQ(tutti_stream_shutdown(s), TUTTI_ECANCELED);
	CHECK_EQ(tutti_timeout_end(&limit, 0), 0);
	CHECK_EQ(tutti_stream_write(s, "y", 1), 0);
	check_reads(s, "xy");
	tutti_stream_free(s);
}

static void a_cancelled_wait_takes_nothing(void)
{
	tutti_stream *s = open_bytes(2);
	tutti_future *f = tutti_task_start(read_one, s, NULL);

	settle();
	CHECK(tutti_future_cancel(f));
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	CHECK_EQ(tutti_stream_write(s, "x", 1), 0);
	check_reads(s, "x");
	f = tutti_task_start(fill_up, s, NULL);
	settle();
	CHECK(tutti_future_cancel(f));
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	CHECK_EQ(tutti_stream_write(s, "x", 1), -EPIPE);
	tutti_stream_free(s);
}

static ssize_t always(void *arg, void *data, size_t size, tutti_time deadline)
{
	(void)arg, (void)deadline;
	memset(data, 'x', size);
	return (ssize_t)size;
}

static void *count_one(void *count)
{
	++*(int *)count;
	return NULL;
}

/* One that never has to wait still lets the other tasks have their turn. */
static void others_have_their_turn(void)
{
	static const tutti_stream_layer endless = { .read = always };
	tutti_future *other;
	tutti_stream *s;
	int count = 0;
	char c;

	CHECK_EQ(tutti_stream_layer_open(&s, &endless, NULL, NULL), 0);
	other = tutti_task_start(count_one, &count, NULL);
	while (count == 0)
		CHECK_EQ(tutti_stream_read(s, &c, 1), 1);
	CHECK_EQ(finish(other), 0);
	tutti_stream_free(s);
}

/* -- much -------------------------------------------------------------------------------------- */

enum { MUCH = 1 << 20 };

static void *write_much(void *stream)
{
	char *data = malloc(MUCH);
	int rc;

	CHECK(data);
	for (size_t i = 0; i < MUCH; i++)
		data[i] = "abcdefg"[i % 7];
	rc = tutti_stream_write(stream, data, MUCH);
	if (rc == 0)
		rc = tutti_stream_shutdown(stream);
	free(data);
	return give(rc);
}

static void *read_much(void *stream)
{
	char block[10000];
	size_t got = 0;
	ssize_t n;

	while ((n = tutti_stream_read(stream, block, sizeof block)) > 0)
		for (ssize_t i = 0; i < n; i++)
			CHECK(block[i] == "ABCDEFG"[got++ % 7]);
	return give(n < 0 ? n : (intptr_t)got);
}

/* Both ways at once, through layers on layers. */
static void much_arrives_whole(enum mix mix)
{
	struct pair p = open_pair();
	tutti_future *f[4];

	p.near = open_upper(open_upper(p.near));
	p.far = open_upper(p.far);
	f[0] = start_nth(mix, 0, write_much, p.near);
	f[1] = start_nth(mix, 1, write_much, p.far);
	f[2] = start_nth(mix, 2, read_much, p.near);
	f[3] = start_nth(mix, 3, read_much, p.far);
	CHECK_EQ(finish(f[0]), 0);
	CHECK_EQ(finish(f[1]), 0);
	CHECK_EQ(finish(f[2]), MUCH);
	CHECK_EQ(finish(f[3]), MUCH);
	close_pair(&p);
}

/* -- files ------------------------------------------------------------------------------------- */

static int file_of(const char *text)
{
	FILE *f = tmpfile();
	int fd;

	CHECK(f && fputs(text, f) >= 0 && fflush(f) == 0);
	fd = dup(fileno(f));
	fclose(f);
	return fd;
}

static void a_file_goes_through_the_layer(void)
{
	static const tutti_stream_layer none;
	struct pair p = open_pair();
	tutti_stream *plain = p.near, *s;
	int fd = file_of("some words");

	CHECK_EQ(tutti_stream_layer_open(&s, &none, NULL, plain), 0);
	CHECK_EQ(tutti_stream_send_file(s, fd, 5, 5), 0);
	check_reads(p.far, "words");
	tutti_stream_free(s);
	p.near = open_upper(plain);
	CHECK_EQ(tutti_stream_send_file(p.near, fd, 0, 4), 0);
	check_reads(p.far, "SOME");
	CHECK_EQ(tutti_stream_send_file(p.near, fd, 5, 100), TUTTI_EPROTO);
	check_reads(p.far, "WORDS");
	CHECK_EQ(tutti_stream_write(p.near, "more", 4), 0); /* nothing was broken off */
	check_reads(p.far, "MORE");
	close_pair(&p);
	s = open_bytes(4);
	CHECK_EQ(tutti_stream_send_file_until(s, fd, 0, 10, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_stream_send_file_until(s, fd, 0, 10, past), -EPIPE);
	tutti_stream_free(s);
	close(fd);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(both_ways_go_through_the_layer);
	RUN(what_the_layer_has_not_is_done_below);
	RUN(a_layer_finds_what_is_its_own);
	RUN(pieces_are_put_together);
	RUN(a_stream_needs_no_descriptor);
	RUN(a_table_may_be_empty);
	RUN(a_write_that_was_broken_off_is_the_last);
	RUN_MIXES(a_read_waits_for_a_write);
	RUN(one_at_each_side);
	RUN(who_is_cancelled_calls_nothing);
	RUN(a_cancelled_wait_takes_nothing);
	RUN(others_have_their_turn);
	RUN_MIXES(much_arrives_whole);
	RUN(a_file_goes_through_the_layer);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
