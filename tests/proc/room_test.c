/* SPDX-License-Identifier: MIT */
/*
 * Requests are sent before the child is there, and small replies are read after it has ended: so
 * neither may wait for who reads, however little the system lets a channel hold. Whoever would wait
 * does so for ever here.
 */
#include <tutti/tutti.h>

#include "os/os.h"
#include "proc/reply.h"
#include "proc/request.h"
#include "support/leaks.h"
#include "support/suite.h"

#include <errno.h>
#include <sys/socket.h>

enum { LARGE = 300000 };

static int end[2];

static void open_channel(int bytes)
{
	CHECK_EQ(tu_os_channel_open(end), 0);
	CHECK_EQ(setsockopt(end[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)), 0);
}

static void close_channel(void)
{
	tu_os_close(end[0]);
	tu_os_close(end[1]);
}

static char large[LARGE + 1];

static void fill(size_t n, char c)
{
	memset(large, c, n);
	large[n] = 0;
}

static void there_is_the_room_that_is_told(void)
{
	for (int bytes = 1; bytes < LARGE; bytes *= 2) {
		size_t room;

		open_channel(bytes);
		room = tu_os_channel_room(end[0]);
		CHECK(room >= TU_OS_ROOM_LEAST && room <= LARGE);
		CHECK_EQ(tu_os_channel_send(end[0], large, 64, NULL, 0), 0);
		CHECK_EQ(tu_os_channel_send(end[0], large, room, NULL, 0), 0);
		close_channel();
	}
}

/* -- requests ---------------------------------------------------------------------------------- */

static void request_with(const char *arg, int bytes)
{
	struct tu_request sent = { .job = "job", .module = "", .place = -1, .name = "Harpo" }, got;
	struct tu_request_fds fds = { .life = -1, .clock = -1, .errors = 2 };

	sent.identity = "1";
	sent.tape = "";
	sent.arg = tutti_bytes_of(arg, strlen(arg));
	open_channel(bytes);
	fds.family = end[1];
	CHECK_EQ(tu_request_send(end[0], &sent, &fds), 0);
	CHECK_EQ(tu_request_receive(end[1], &got, &fds), 0);
	CHECK_STR(got.name, "Harpo");
	CHECK_EQ(got.arg.size, strlen(arg));
	CHECK_EQ(memcmp(got.arg.data, arg, got.arg.size), 0);
	CHECK(fds.life < 0 && fds.family >= 0 && fds.clock < 0 && fds.errors >= 0);
	tu_request_drop(&got);
	tu_os_close(fds.family);
	tu_os_close(fds.errors);
	close_channel();
}

static void a_request_waits_for_nobody(void)
{
	static const size_t sizes[] = { 0, 100, TU_OS_ROOM_LEAST, TU_OS_ROOM_LEAST * 2, LARGE };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		fill(sizes[i], 'a');
		request_with(large, 1);
		request_with(large, LARGE);
	}
}

/* -- replies ----------------------------------------------------------------------------------- */

static int repeat(int n)
{
	return n;
}
TUTTI_JOB(repeat, int, int);

/* The words that come of those. Takes them from the reply, which is freed. */
static size_t words_of(const char *text, int bytes)
{
	tutti_future *f = tutti_future_create(0);
	struct tu_reply reply = { NULL, 0, 0 };
	tutti_bytes result;
	const char *words;
	size_t n;

	CHECK(tu_reply_is_small(&repeat_job));
	tutti_future_set_error(f, -EIO, text);
	open_channel(bytes);
	CHECK_EQ(tu_reply_send(end[0], f, &repeat_job), 0);
	CHECK_EQ(tu_reply_look(end[1], &reply), 1);
	CHECK_EQ(tu_reply_read(&reply, &words, &result), -EIO);
	n = strlen(words);
	CHECK(strncmp(words, text, n) == 0);
	tu_reply_free(&reply);
	close_channel();
	tutti_future_unref(f);
	return n;
}

static void words_wait_for_nobody(void)
{
	for (size_t n = 0; n < TU_OS_ROOM_LEAST; n = n * 2 + 1) {
		fill(n, 'a');
		CHECK_EQ(words_of(large, 1), n);
	}
	fill(LARGE, 'a');
	CHECK(words_of(large, 1) >= TU_OS_ROOM_LEAST - 1);
	CHECK_EQ(words_of(large, LARGE), 16383);
}

/* Of three bytes each: what is left are whole ones. */
static void no_character_is_cut_in_two(void)
{
	for (int shift = 0; shift < 3; shift++) {
		fill((size_t)shift, 'a');
		for (int i = 0; i < 7000; i++)
			strcpy(large + shift + 3 * i, "\u20ac");
		CHECK_EQ((words_of(large, LARGE) - (size_t)shift) % 3, 0);
	}
}

int main(void)
{
	suite_begin();
	RUN(there_is_the_room_that_is_told);
	RUN(a_request_waits_for_nobody);
	RUN(words_wait_for_nobody);
	RUN(no_character_is_cut_in_two);
	return suite_end();
}
