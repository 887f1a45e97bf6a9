/* SPDX-License-Identifier: MIT */
/* echoes.h - many pairs of streams, and tasks at both ends of each. */
#ifndef TESTS_SUPPORT_ECHOES_H
#define TESTS_SUPPORT_ECHOES_H

#include "support/suite.h"

#include <errno.h>
#include <sys/socket.h>
#include <tutti/stream.h>

enum { MANY = 100, SEVERAL = 20 };

static tutti_stream *near[MANY], *far[MANY];
static int opened;

static inline void open_pairs(int n)
{
	for (opened = 0; opened < n; opened++) {
		int p[2];

		CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p), 0);
		CHECK_EQ(tutti_stream_open(&near[opened], p[0]), 0);
		CHECK_EQ(tutti_stream_open(&far[opened], p[1]), 0);
	}
}

static inline void close_pairs(void)
{
	for (int i = 0; i < opened; i++) {
		tutti_stream_free(near[i]);
		tutti_stream_free(far[i]);
	}
}

static inline void *echo(void *arg)
{
	tutti_stream *s = arg;
	char block[256];
	ssize_t n;

	while ((n = tutti_stream_read(s, block, sizeof block)) > 0)
		CHECK_EQ(tutti_stream_write(s, block, (size_t)n), 0);
	CHECK_EQ(n, 0);
	return NULL;
}

/* Questions of all lengths; each answer is the question. */
static inline void *ask(void *arg)
{
	tutti_stream *s = arg;
	int rounds = suite_rounds(30);

	for (int i = 0; i < rounds; i++) {
		char question[200], answer[200];
		size_t n = 1 + (size_t)(i * 7) % sizeof question, got = 0;

		memset(question, 'a' + i % 26, n);
		CHECK_EQ(tutti_stream_write(s, question, n), 0);
		while (got < n) {
			ssize_t more = tutti_stream_read(s, answer + got, n - got);

			CHECK(more > 0);
			got += (size_t)more;
		}
		CHECK(memcmp(question, answer, n) == 0);
	}
	CHECK_EQ(tutti_stream_shutdown(s), 0);
	return NULL;
}

static inline void each_gets_its_own_answer(void)
{
	tutti_future *f[2 * MANY];

	open_pairs(MANY);
	for (int i = 0; i < MANY; i++) {
		f[i] = tutti_task_start(echo, far[i], NULL);
		f[MANY + i] = tutti_task_start(ask, near[i], NULL);
	}
	join_all(f, 2 * MANY);
	close_pairs();
}

static inline void *write_x(void *arg)
{
	return give(tutti_stream_write(arg, "x", 1));
}

static inline void each_hears_of_its_own_failure(void)
{
	tutti_future *f[SEVERAL];

	open_pairs(SEVERAL);
	for (int i = 0; i < SEVERAL; i += 2) {
		tutti_stream_free(far[i]);
		far[i] = NULL;
	}
	for (int i = 0; i < SEVERAL; i++)
		f[i] = tutti_task_start(write_x, near[i], NULL);
	for (int i = 0; i < SEVERAL; i++)
		CHECK_EQ(finish(f[i]), i % 2 ? 0 : -EPIPE);
	close_pairs();
}

#endif
