/* SPDX-License-Identifier: MIT */
/* rows: F42 F106 */
/* ctest: POLLERS ON */
/* Streams of bytes: what is written arrives, in order, whoever waits and however it is cut. */
#include "support/both.h"
#include "support/own.h"
#include "support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <tutti/listener.h>
#include <tutti/stream_read.h>

static const tutti_time past = 1;

static const char *const addresses[] = { "127.0.0.1:0", "[::1]:0", "unix:@tutti-stream-test" };

/* -- a pair over each kind of socket ----------------------------------------------------------- */

struct pair {
	tutti_stream *near, *far;
};

static struct pair open_pair(const char *address)
{
	char text[TUTTI_ADDRESS_SIZE];
	tutti_listener *l;
	struct pair p;

	CHECK_EQ(tutti_listener_create(&l, own(address), NULL), 0);
	CHECK(tutti_listener_address(l, text, sizeof text) > 0);
	CHECK_EQ(tutti_stream_connect(&p.near, text, NULL), 0);
	CHECK_EQ(tutti_listener_accept(l, &p.far), 0);
	tutti_listener_free(l);
	return p;
}

static void close_pair(struct pair *p)
{
	tutti_stream_free(p->near);
	tutti_stream_free(p->far);
}

static void check_reads(tutti_stream *s, const char *text)
{
	char got[64];

	CHECK_EQ(tutti_stream_read(s, got, sizeof got), strlen(text));
	CHECK(memcmp(got, text, strlen(text)) == 0);
}

static void what_is_written_arrives(void)
{
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		struct pair p = open_pair(addresses[i]);

		CHECK_EQ(tutti_stream_write(p.near, "there", 5), 0);
		check_reads(p.far, "there");
		CHECK_EQ(tutti_stream_write(p.far, "back", 4), 0);
		check_reads(p.near, "back");
		close_pair(&p);
	}
}

static void both_ends_know_each_other(void)
{
	struct pair p = open_pair(addresses[0]);
	char near[TUTTI_ADDRESS_SIZE], far[TUTTI_ADDRESS_SIZE];
	int n = tutti_stream_peer(p.near, near, sizeof near);

	CHECK_EQ(n, strlen(near));
	CHECK(strncmp(near, "127.0.0.1:", 10) == 0);
	CHECK(tutti_stream_peer(p.far, far, sizeof far) > 0);
	CHECK(strcmp(near, far) != 0);
	CHECK_EQ(tutti_stream_peer(p.near, NULL, 0), n);
	close_pair(&p);
}

static void a_deadline_ends_a_read_and_nothing_is_lost(void)
{
	struct pair p = open_pair(addresses[0]);
	char c;

	CHECK_EQ(tutti_stream_read_until(p.near, &c, 1, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_stream_read_until(p.near, &c, 1, tutti_after(1000)), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_stream_write(p.far, "x", 1), 0);
	CHECK_EQ(tutti_stream_read(p.near, &c, 1), 1);
	CHECK_EQ(tutti_stream_read(p.near, &c, 0), 0);
	close_pair(&p);
}

static void half_closed_still_reads(void)
{
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		struct pair p = open_pair(addresses[i]);
		char c;

		CHECK_EQ(tutti_stream_write(p.near, "last", 4), 0);
		CHECK_EQ(tutti_stream_shutdown(p.near), 0);
		CHECK_EQ(tutti_stream_shutdown(p.near), 0);
		check_reads(p.far, "last");
		CHECK_EQ(tutti_stream_read(p.far, &c, 1), 0);
		CHECK_EQ(tutti_stream_read(p.far, &c, 1), 0);
		CHECK_EQ(tutti_stream_write(p.near, "x", 1), -EPIPE);
		CHECK_EQ(tutti_stream_write(p.far, "answer", 6), 0);
		check_reads(p.near, "answer");
		close_pair(&p);
	}
}

static void who_has_gone_is_an_error_and_no_signal(void)
{
	struct pair p = open_pair(addresses[2]);

	tutti_stream_free(p.far);
	CHECK_EQ(tutti_stream_write(p.near, "x", 1), -EPIPE);
	CHECK_EQ(tutti_stream_write(p.near, "x", 1), -EPIPE);
	tutti_stream_free(p.near);
}

/* Closing with a linger of no time sends a reset. */
static void a_reset_is_said(void)
{
	struct pair p = open_pair(addresses[0]);
	struct linger none = { .l_onoff = 1 };
	char c;

	CHECK_EQ(setsockopt(tutti_stream_fd(p.far), SOL_SOCKET, SO_LINGER, &none, sizeof none), 0);
	tutti_stream_free(p.far);
	CHECK_EQ(tutti_stream_read(p.near, &c, 1), -ECONNRESET);
	tutti_stream_free(p.near);
}

static void descriptors_of_other_kinds(void)
{
	tutti_stream *r, *w;
	int fds[2];
	char c;

	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(tutti_stream_open(&r, fds[0]), 0);
	CHECK_EQ(tutti_stream_open(&w, fds[1]), 0);
	CHECK_EQ(tutti_stream_write(w, "piped", 5), 0);
	check_reads(r, "piped");
	CHECK_EQ(tutti_stream_shutdown(w), -ENOTSUP);
	CHECK_EQ(tutti_stream_peer(w, &c, 1), -ENOTSUP);
	tutti_stream_free(r);
	CHECK_EQ(tutti_stream_write(w, "x", 1), -EPIPE);
	tutti_stream_free(w);
	CHECK_EQ(tutti_stream_open(&r, -1), -EBADF);
}

/* -- waiting ----------------------------------------------------------------------------------- */

static void *read_one(void *stream)
{
	char c = 0;
	ssize_t n = tutti_stream_read(stream, &c, 1);

	return give(n < 0 ? n : c);
}

static void a_read_waits_for_a_write(enum mix mix)
{
	for (int i = 0; i < 3; i++) {
		struct pair p = open_pair(addresses[i]);

		for (int round = 0; round < 20; round++) {
			tutti_future *reader = start_as(mix, read_one, p.near);

			settle();
			CHECK_EQ(tutti_stream_write(p.far, "abc" + round % 3, 1), 0);
			CHECK_EQ(finish(reader), "abc"[round % 3]);
		}
		close_pair(&p);
	}
}

/* From thread to thread: only one of them is its home. */
static void any_thread_may_read_next(void)
{
	struct pair p = open_pair(addresses[0]);

	for (int round = 0; round < 40; round++) {
		tutti_future *reader = start_as(round % 2 ? THREADS : TASKS, read_one, p.near);

		settle();
		CHECK_EQ(tutti_stream_write(p.far, "x", 1), 0);
		CHECK_EQ(finish(reader), 'x');
	}
	close_pair(&p);
}

static void a_cancelled_read_takes_nothing(void)
{
	struct pair p = open_pair(addresses[0]);
	tutti_future *reader = tutti_task_start(read_one, p.near, NULL);

	settle();
	CHECK(tutti_future_cancel(reader));
	CHECK_EQ(tutti_future_result(reader, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(reader);
	CHECK_EQ(tutti_stream_write(p.far, "x", 1), 0);
	check_reads(p.near, "x");
	close_pair(&p);
}

static void a_second_reader_is_told(void)
{
	struct pair p = open_pair(addresses[0]);
	tutti_future *reader = tutti_task_start(read_one, p.near, NULL);
	char c;

	settle();
	CHECK_EQ(tutti_stream_read(p.near, &c, 1), -EBUSY);
	CHECK_EQ(tutti_stream_write(p.far, "x", 1), 0);
	CHECK_EQ(finish(reader), 'x');
	close_pair(&p);
}

/* -- more than one read finds ------------------------------------------------------------------ */

/* Six bytes, of which each read gets as many as the system gives at once. */
static void *read_six(void *stream)
{
	tutti_time limit = tutti_after(TUTTI_SECONDS(1000));
	char text[64];
	size_t got = 0;

	while (got < 6) {
		ssize_t n = tutti_stream_read_until(stream, text + got, sizeof text - got, limit);

		if (n <= 0)
			return give(n);
		got += (size_t)n;
	}
	return give(memcmp(text, "ab\ncd\n", 6) == 0);
}

static void put_two_lines(int fd)
{
	CHECK_EQ(write(fd, "ab\n", 3), 3);
	CHECK_EQ(write(fd, "cd\n", 3), 3);
}

/* All is there before the reader goes on, and nothing more comes that would wake it again. */
static void check_reads_both(tutti_stream *s, void (*put)(int fd), int fd)
{
	tutti_future *reader = tutti_task_start(read_six, s, NULL);

	settle();
	put(fd);
	CHECK_EQ(finish(reader), 1);
}

/* A terminal gives one line at a time. */
static void lines_of_a_terminal(void)
{
	int terminal, fd;
	tutti_stream *s;

	CHECK_EQ(openpty(&terminal, &fd, NULL, NULL, NULL), 0);
	CHECK_EQ(tutti_stream_open(&s, fd), 0);
	check_reads_both(s, put_two_lines, terminal);
	tutti_stream_free(s);
	CHECK_EQ(close(terminal), 0);
}

static void packets_of_a_socket(void)
{
	tutti_stream *s;
	int fds[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	CHECK_EQ(tutti_stream_open(&s, fds[0]), 0);
	check_reads_both(s, put_two_lines, fds[1]);
	tutti_stream_free(s);
	CHECK_EQ(close(fds[1]), 0);
}

/* What comes with a descriptor is given by itself; the descriptor nobody wants. */
static void put_with_a_descriptor(int fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec text = { "ab\n", 3 };
	struct msghdr m = { .msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof control };
	struct cmsghdr *header = CMSG_FIRSTHDR(&m);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	CHECK_EQ(sendmsg(fd, &m, 0), 3);
	CHECK_EQ(write(fd, "cd\n", 3), 3);
}

static void descriptors_that_nobody_wants(void)
{
	struct pair p = open_pair(addresses[2]);

	check_reads_both(p.near, put_with_a_descriptor, tutti_stream_fd(p.far));
	close_pair(&p);
}

/* A read does not go past the place of an urgent byte, which is not among the others. */
static void put_around_an_urgent_byte(int fd)
{
	CHECK_EQ(write(fd, "ab\n", 3), 3);
	CHECK_EQ(send(fd, "!", 1, MSG_OOB), 1);
	CHECK_EQ(write(fd, "cd\n", 3), 3);
}

static void an_urgent_byte(void)
{
	struct pair p = open_pair(addresses[0]);

	check_reads_both(p.near, put_around_an_urgent_byte, tutti_stream_fd(p.far));
	check_reads_both(p.near, put_around_an_urgent_byte, tutti_stream_fd(p.far));
	close_pair(&p);
}

/* -- others of the same thread ----------------------------------------------------------------- */

static void *note_turn(void *arg)
{
	*(bool *)arg = true;
	return NULL;
}

/* Nobody has to wait for the other side, and yet others have their turn. */
static void who_writes_much_lets_others_run(void)
{
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		struct pair p = open_pair(addresses[i]);
		bool turn = false;
		tutti_future *other = tutti_task_start(note_turn, &turn, NULL);

		for (int n = 0; n < 100; n++)
			CHECK_EQ(tutti_stream_write(p.near, "x", 1), 0);
		CHECK(turn);
		CHECK_EQ(finish(other), 0);
		close_pair(&p);
	}
}

/* However many others have something, too, and more than are told of at once. */
static void what_is_there_is_there_at_once(void)
{
	enum { MANY = 70 };
	struct pair p[MANY];
	struct pollfd there;
	char c[2];

	for (int i = 0; i < MANY; i++) {
		p[i] = open_pair(addresses[0]);
		CHECK_EQ(tutti_stream_read_until(p[i].near, c, 2, past), TUTTI_ETIMEDOUT);
	}
	for (int i = 0; i < MANY; i++)
		CHECK_EQ(tutti_stream_write(p[i].far, "x", 1), 0);
	for (int i = 0; i < MANY; i++) { /* the system may take a moment */
		there = (struct pollfd){ .fd = tutti_stream_fd(p[i].near), .events = POLLIN };
		CHECK_EQ(poll(&there, 1, -1), 1);
	}
	for (int i = MANY; i-- > 0;)
		CHECK_EQ(tutti_stream_read_until(p[i].near, c, 2, past), 1);
	for (int i = 0; i < MANY; i++)
		close_pair(&p[i]);
}

/* -- much -------------------------------------------------------------------------------------- */

enum { MUCH = 4 << 20 };

static unsigned char byte_at(size_t i)
{
	return (unsigned char)(i * 2654435761u >> 13);
}

static void *write_much(void *stream)
{
	unsigned char *data = malloc(MUCH);
	int rc;

	CHECK(data);
	for (size_t i = 0; i < MUCH; i++)
		data[i] = byte_at(i);
	rc = tutti_stream_write(stream, data, MUCH);
	if (rc == 0)
		rc = tutti_stream_shutdown(stream);
	free(data);
	return give(rc);
}

static void much_arrives_whole(enum mix mix)
{
	for (int i = 0; i < 3; i++) {
		struct pair p = open_pair(addresses[i]);
		tutti_future *writer = start_as(mix, write_much, p.far);
		unsigned char block[10000];
		size_t got = 0;
		ssize_t n;

		while ((n = tutti_stream_read(p.near, block, sizeof block)) > 0)
			for (ssize_t j = 0; j < n; j++)
				CHECK(block[j] == byte_at(got++));
		CHECK_EQ(n, 0);
		CHECK_EQ(got, MUCH);
		CHECK_EQ(finish(writer), 0);
		close_pair(&p);
	}
}

static void a_write_that_was_broken_off_is_the_last(void)
{
	static char data[MUCH];
	struct pair p = open_pair(addresses[2]);
	int rc = tutti_stream_write_until(p.near, data, MUCH, past);

	CHECK_EQ(rc, TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_stream_write(p.near, "x", 1), -EPIPE);
	close_pair(&p);
}

/* -- connecting -------------------------------------------------------------------------------- */

static void addresses_that_cannot_be_read(void)
{
	const char *bad[] = { NULL, "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", ":80",
		"1.2.3.4:65536", "1.2.3.4:x", "::1:80", "[::1]", "[]:80", "[1.2.3:80",
		"unix:", "[nonsense]:80", "[::1%4294967297]:80" };
	tutti_stream *s;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_EQ(tutti_stream_connect(&s, bad[i], NULL), -EINVAL);
}

static void nobody_there(void)
{
	char text[TUTTI_ADDRESS_SIZE];
	tutti_listener *l;
	tutti_stream *s;

	CHECK_EQ(tutti_listener_create(&l, "127.0.0.1:0", NULL), 0);
	CHECK(tutti_listener_address(l, text, sizeof text) > 0);
	tutti_listener_free(l);
	CHECK_EQ(tutti_stream_connect(&s, text, NULL), -ECONNREFUSED);
	CHECK_EQ(tutti_stream_connect(&s, "unix:/nonexistent/socket", NULL), -ENOENT);
	CHECK_EQ(tutti_stream_connect(&s, "unix:@tutti-nobody", NULL), -ECONNREFUSED);
}

/* A name with two addresses, of which one may refuse. */
static void a_name_is_looked_up(void)
{
	char text[TUTTI_ADDRESS_SIZE];
	tutti_stream_options from = { .local = "127.0.0.1:0" }, name = { .local = "localhost:0" };
	tutti_listener *l;
	tutti_stream *near, *far;

	CHECK_EQ(tutti_listener_create(&l, "127.0.0.1:0", NULL), 0);
	snprintf(text, sizeof text, "localhost:%d", tutti_listener_port(l));
	CHECK_EQ(tutti_stream_connect(&near, text, NULL), 0);
	CHECK_EQ(tutti_listener_accept(l, &far), 0);
	tutti_stream_free(near);
	tutti_stream_free(far);
	snprintf(text, sizeof text, "127.0.0.1:%d", tutti_listener_port(l));
	CHECK_EQ(tutti_stream_connect(&near, text, &name), -EINVAL);
	CHECK_EQ(tutti_stream_connect(&near, text, &from), 0);
	CHECK_EQ(tutti_listener_accept(l, &far), 0);
	tutti_stream_free(near);
	tutti_stream_free(far);
	tutti_listener_free(l);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(what_is_written_arrives);
	RUN(both_ends_know_each_other);
	RUN(a_deadline_ends_a_read_and_nothing_is_lost);
	RUN(half_closed_still_reads);
	RUN(who_has_gone_is_an_error_and_no_signal);
	RUN(a_reset_is_said);
	RUN(descriptors_of_other_kinds);
	RUN_MIXES(a_read_waits_for_a_write);
	RUN(any_thread_may_read_next);
	RUN(a_cancelled_read_takes_nothing);
	RUN(a_second_reader_is_told);
	RUN(lines_of_a_terminal);
	RUN(packets_of_a_socket);
	RUN(descriptors_that_nobody_wants);
	RUN(an_urgent_byte);
	RUN(what_is_there_is_there_at_once);
	RUN(who_writes_much_lets_others_run);
	RUN_MIXES(much_arrives_whole);
	RUN(a_write_that_was_broken_off_is_the_last);
	RUN(addresses_that_cannot_be_read);
	RUN(nobody_there);
	RUN(a_name_is_looked_up);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
