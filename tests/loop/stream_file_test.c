/* SPDX-License-Identifier: MIT */
/* ctest: POLLERS ON */
/* Files into streams of each kind. */
#include "support/both.h"
#include "support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <tutti/listener.h>
#include <tutti/stream_file.h>

enum { SIZE = 3 << 20 };

static int file = -1;

static unsigned char byte_at(size_t i)
{
	return (unsigned char)(i * 2654435761u >> 11);
}

static void make_file(void)
{
	char name[] = "/tmp/tutti-send-XXXXXX";
	static unsigned char data[SIZE];

	for (size_t i = 0; i < SIZE; i++)
		data[i] = byte_at(i);
	file = mkstemp(name);
	CHECK(file >= 0);
	CHECK_EQ(unlink(name), 0);
	CHECK_EQ(write(file, data, SIZE), SIZE);
}

struct pair {
	tutti_stream *near, *far;
};

static struct pair over_tcp(void)
{
	char text[TUTTI_ADDRESS_SIZE];
	tutti_listener *l;
	struct pair p;

	CHECK_EQ(tutti_listener_create(&l, "127.0.0.1:0", NULL), 0);
	CHECK(tutti_listener_address(l, text, sizeof text) > 0);
	CHECK_EQ(tutti_stream_connect(&p.near, text, NULL), 0);
	CHECK_EQ(tutti_listener_accept(l, &p.far), 0);
	tutti_listener_free(l);
	return p;
}

static struct pair over_unix(void)
{
	struct pair p;
	int fds[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	CHECK_EQ(tutti_stream_open(&p.near, fds[0]), 0);
	CHECK_EQ(tutti_stream_open(&p.far, fds[1]), 0);
	return p;
}

static struct pair over_a_pipe(void)
{
	struct pair p;
	int fds[2];

	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(tutti_stream_open(&p.near, fds[0]), 0);
	CHECK_EQ(tutti_stream_open(&p.far, fds[1]), 0);
	return p;
}

static struct pair (*const kinds[])(void) = { over_tcp, over_unix, over_a_pipe };

struct part {
	tutti_stream *to;
	int64_t offset;
	size_t size;
};

static void *send_part(void *arg)
{
	struct part *part = arg;
	int rc = tutti_stream_send_file(part->to, file, part->offset, part->size);

	tutti_stream_free(part->to);
	return give(rc);
}

static void check_arrives(tutti_stream *s, size_t from, size_t n)
{
	unsigned char block[10000];
	size_t end = from + n;
	ssize_t got;

	while ((got = tutti_stream_read(s, block, sizeof block)) > 0)
		for (ssize_t i = 0; i < got; i++)
			CHECK(block[i] == byte_at(from++));
	CHECK_EQ(got, 0);
	CHECK_EQ(from, end);
}

static void what_is_in_the_file_arrives(enum mix mix)
{
	for (int i = 0; i < 3; i++) {
		struct pair p = kinds[i]();
		struct part part = { p.far, 1000, SIZE - 1500 };
		tutti_future *sender = start_as(mix, send_part, &part);

		check_arrives(p.near, 1000, SIZE - 1500);
		CHECK_EQ(finish(sender), 0);
		tutti_stream_free(p.near);
	}
}

static void a_file_that_ends_too_soon_is_said(void)
{
	for (int i = 0; i < 3; i++) {
		struct pair p = kinds[i]();
		struct part part = { p.far, SIZE - 10, 11 };

		CHECK_EQ((intptr_t)send_part(&part), TUTTI_EPROTO);
		check_arrives(p.near, SIZE - 10, 10);
		tutti_stream_free(p.near);
	}
}

/* It is said what it is, and the stream is well afterwards. */
static void check_refused(struct pair *p)
{
	int folder = open("/", O_RDONLY | O_DIRECTORY), closed = open("/dev/null", O_WRONLY);
	int ends[2];

	CHECK_EQ(pipe(ends), 0);
	CHECK_EQ(tutti_stream_send_file(p->far, folder, 0, 1), -EISDIR);
	CHECK_EQ(tutti_stream_send_file(p->far, closed, 0, 1), -EBADF);
	CHECK_EQ(tutti_stream_send_file(p->far, ends[0], 0, 1), -ESPIPE);
	CHECK_EQ(tutti_stream_send_file(p->far, tutti_stream_fd(p->near), 0, 1), -ESPIPE);
	close(folder);
	close(closed);
	close(ends[0]);
	close(ends[1]);
}

static void what_cannot_be_sent(void)
{
	struct pair p = over_tcp();
	int rc = 0;

	CHECK_EQ(tutti_stream_send_file(p.far, file, -1, 1), -EINVAL);
	CHECK_EQ(tutti_stream_send_file(p.far, -1, 0, 1), -EBADF);
	check_refused(&p);
	CHECK_EQ(tutti_stream_send_file(p.far, file, 0, 0), 0);
	while (rc == 0) /* until nothing more goes in */
		rc = tutti_stream_send_file_until(p.far, file, 0, SIZE, 1);
	CHECK_EQ(rc, TUTTI_ETIMEDOUT);
	tutti_stream_free(p.far);
	tutti_stream_free(p.near);
}

/* Nothing of it had gone: the next try is as new. Part of it had: it was broken off. */
static void only_what_was_broken_off_is_the_last(void)
{
	struct pair p = over_a_pipe();
	char room[65536];

	while (tutti_stream_send_file_until(p.far, file, 0, sizeof room, 1) == 0)
		;
	CHECK_EQ(tutti_stream_send_file_until(p.far, file, 0, 1, 1), TUTTI_ETIMEDOUT);
	CHECK(tutti_stream_read(p.near, room, sizeof room) > 0);
	CHECK_EQ(tutti_stream_send_file_until(p.far, file, 0, 1, 1), 0);
	CHECK_EQ(tutti_stream_send_file_until(p.far, file, 0, SIZE, 1), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_stream_send_file(p.far, file, 0, 1), -EPIPE);
	CHECK_EQ(tutti_stream_write(p.far, "x", 1), -EPIPE);
	tutti_stream_free(p.far);
	tutti_stream_free(p.near);
}

static void the_smallest_stack_does(void)
{
	tutti_task_options smallest = { .stack_bytes = 1 };

	for (int i = 0; i < 3; i++) {
		struct pair p = kinds[i]();
		struct part part = { p.far, 0, 50000 };
		tutti_task *sender = tutti_task_start(send_part, &part, &smallest);

		check_arrives(p.near, 0, 50000);
		CHECK_EQ(finish(sender), 0);
		tutti_stream_free(p.near);
	}
}

static void *note_turn(void *arg)
{
	*(bool *)arg = true;
	return NULL;
}

static void who_sends_much_lets_others_run(void)
{
	for (int i = 0; i < 3; i++) {
		struct pair p = kinds[i]();
		bool turn = false;
		tutti_future *other = tutti_task_start(note_turn, &turn, NULL);

		for (int n = 0; n < 40; n++)
			CHECK_EQ(tutti_stream_send_file(p.far, file, n, 1), 0);
		CHECK(turn);
		CHECK_EQ(finish(other), 0);
		tutti_stream_free(p.near);
		tutti_stream_free(p.far);
	}
}

static void who_has_gone_is_no_signal(void)
{
	for (int i = 0; i < 3; i++) {
		struct pair p = kinds[i]();
		int rc = 0;

		tutti_stream_free(p.near);
		while (rc == 0)
			rc = tutti_stream_send_file(p.far, file, 0, 1000);
		CHECK(rc == -EPIPE || rc == -ECONNRESET);
		tutti_stream_free(p.far);
	}
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	make_file();
	RUN_MIXES(what_is_in_the_file_arrives);
	RUN(a_file_that_ends_too_soon_is_said);
	RUN(what_cannot_be_sent);
	RUN(only_what_was_broken_off_is_the_last);
	RUN(the_smallest_stack_does);
	RUN(who_sends_much_lets_others_run);
	RUN(who_has_gone_is_no_signal);
	CHECK_EQ(close(file), 0);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
