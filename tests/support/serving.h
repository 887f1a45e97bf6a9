/* SPDX-License-Identifier: MIT */
/* serving.h - a server on several cores that runs beside its test, and visitors of it. */
#ifndef TESTS_SUPPORT_SERVING_H
#define TESTS_SUPPORT_SERVING_H

#include "support/suite.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>

struct serving {
	tutti_listener *listener;
	char address[TUTTI_ADDRESS_SIZE];
	const char *where;
	int (*fn)(tutti_stream *s, void *arg);
	void *arg;
	tutti_serve_options options;
	tutti_future *runs;
	int rc;
};

static inline void *serving_run(void *arg)
{
	struct serving *s = arg;

	s->rc = tutti_serve(s->listener, s->where, s->fn, s->arg, &s->options);
	return NULL;
}

static inline void serving_begin(
	struct serving *s, const char *where, int (*fn)(tutti_stream *s, void *arg))
{
	s->where = where;
	s->fn = fn;
	CHECK_EQ(tutti_listener_create(&s->listener, "127.0.0.1:0", NULL), 0);
	CHECK(tutti_listener_address(s->listener, s->address, sizeof s->address) > 0);
	s->runs = tutti_thread_start(serving_run, s, NULL);
}

static inline int serving_join(struct serving *s)
{
	tutti_future_result(s->runs, NULL, 0);
	tutti_future_unref(s->runs);
	tutti_listener_free(s->listener);
	return s->rc;
}

static inline void serving_end(struct serving *s)
{
	CHECK_EQ(tutti_future_cancel(s->runs), 1);
	CHECK_EQ(serving_join(s), TUTTI_ECANCELED);
}

static inline tutti_stream *visit(const struct serving *s)
{
	tutti_stream *stream;

	CHECK_EQ(tutti_stream_connect(&stream, s->address, NULL), 0);
	return stream;
}

/* It ends and so nobody gets in any more. */
static inline void await_refusal(const struct serving *s)
{
	tutti_stream *stream;
	int rc;

	while ((rc = tutti_stream_connect(&stream, s->address, NULL)) != -ECONNREFUSED) {
		CHECK(rc == 0 || rc == -ECONNRESET); /* which comes in the midst of closing */
		if (rc == 0)
			tutti_stream_free(stream);
		CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
	}
}

/* Who serves it: each of ours begins by saying so. */
static inline int pid_of(tutti_stream *s)
{
	int pid;

	CHECK_EQ(tutti_stream_read_exactly(s, &pid, sizeof pid), 0);
	CHECK(pid > 0);
	return pid;
}

static inline int say_who(tutti_stream *s)
{
	int pid = tutti_process_pid(NULL);

	return tutti_stream_write(s, &pid, sizeof pid);
}

static inline void check_echo(tutti_stream *s, char c)
{
	char got = 0;

	CHECK_EQ(tutti_stream_write(s, &c, 1), 0);
	CHECK_EQ(tutti_stream_read(s, &got, 1), 1);
	CHECK_EQ(got, c);
}

static inline void check_gone(tutti_stream *s)
{
	char c;
	ssize_t n = tutti_stream_read(s, &c, 1);

	CHECK(n == 0 || n == -ECONNRESET);
	tutti_stream_free(s);
}

/* As many as come, until the other side ends; '!' is the end of the process. */
static inline int serving_echo(tutti_stream *s, void *arg)
{
	char c;
	ssize_t n = say_who(s);

	(void)arg;
	while (n == 0 && (n = tutti_stream_read(s, &c, 1)) > 0) {
		if (c == '!')
			_exit(7);
		n = tutti_stream_write(s, &c, 1);
	}
	return (int)n;
}

/* It holds up its worker, which can do nothing else, until there is something to read. */
static inline int serving_block(tutti_stream *s, void *arg)
{
	struct pollfd p = { .fd = tutti_stream_fd(s), .events = POLLIN };

	(void)arg;
	if (say_who(s) < 0)
		return 0;
	while (poll(&p, 1, -1) < 0)
		;
	return 0;
}

#endif
