/* SPDX-License-Identifier: MIT */
/* talk.h - what the tests of the HTTP server share: a connection to talk over, byte by byte. */
#ifndef TESTS_NET_TALK_H
#define TESTS_NET_TALK_H

#include "support/suite.h"

#include <sys/socket.h>
#include <tutti/net.h>

struct talk {
	tutti_http_server *server;
	tutti_stream *near, *far; /* the server's end, the client's */
	tutti_task *task;
	char said[65536]; /* by the server, with a final zero */
	size_t size;
};

static inline void *talk_serve(void *arg)
{
	struct talk *t = arg;
	int rc = tutti_http_server_serve_stream(t->near, t->server);

	tutti_stream_free(t->near);
	return give(rc);
}

static inline void talk_begin(struct talk *t, tutti_http_server *server)
{
	int fds[2];

	memset(t, 0, sizeof *t);
	t->server = server;
	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	CHECK_EQ(tutti_stream_open(&t->near, fds[0]), 0);
	CHECK_EQ(tutti_stream_open(&t->far, fds[1]), 0);
	t->task = tutti_task_start(talk_serve, t, NULL);
}

/* Say it in steps of so many bytes; the server sees each by itself. It may have hung up. */
static inline void talk_say(struct talk *t, const char *text, size_t size, size_t step)
{
	for (size_t i = 0; i < size; i += step) {
		size_t n = size - i < step ? size - i : step;

		if (tutti_stream_write(t->far, text + i, n) < 0)
			return;
		if (step < size)
			settle();
	}
}

/* Hear something; false: there is no more. */
static inline bool talk_hear(struct talk *t)
{
	ssize_t n = tutti_stream_read(t->far, t->said + t->size, sizeof t->said - 1 - t->size);

	if (n > 0)
		t->size += (size_t)n;
	t->said[t->size] = '\0';
	return n > 0;
}

/* Hear all there is, until the server hangs up; what serving returned. */
static inline intptr_t talk_end(struct talk *t)
{
	tutti_stream_shutdown(t->far);
	while (talk_hear(t))
		;
	tutti_stream_free(t->far);
	return finish(t->task);
}

/* The lines that begin so go, wherever they are. */
static inline void without(char *text, const char *begin)
{
	char *at;

	while ((at = strstr(text, begin)) != NULL) {
		char *end = strstr(at, "\r\n");

		CHECK(end);
		memmove(at, end + 2, strlen(end + 2) + 1);
	}
}

/* What the server answers to these bytes, without dates. */
static inline const char *answer(
	struct talk *t, tutti_http_server *server, const char *text, size_t size, size_t step)
{
	talk_begin(t, server);
	talk_say(t, text, size, step);
	talk_end(t);
	without(t->said, "Date: ");
	return t->said;
}

#endif
