/* SPDX-License-Identifier: MIT */
/* listening.h - what the tests of listeners share: one listener, who visits it, and an echo. */
#ifndef TESTS_SUPPORT_LISTENING_H
#define TESTS_SUPPORT_LISTENING_H

#include "support/both.h"

#include <tutti/listener.h>

static tutti_listener *listener;
static char address[TUTTI_ADDRESS_SIZE];

static inline void listen_at(const char *where)
{
	CHECK_EQ(tutti_listener_create(&listener, where, NULL), 0);
	CHECK(tutti_listener_address(listener, address, sizeof address) > 0);
}

static inline tutti_stream *visit(void)
{
	tutti_stream *s;

	CHECK_EQ(tutti_stream_connect(&s, address, NULL), 0);
	return s;
}

static inline void check_echo(tutti_stream *s, const char *text)
{
	char got[64];

	CHECK_EQ(tutti_stream_write(s, text, strlen(text)), 0);
	CHECK_EQ(tutti_stream_read(s, got, sizeof got), strlen(text));
	CHECK(memcmp(got, text, strlen(text)) == 0);
}

static inline int echo(tutti_stream *s, void *arg)
{
	char block[64];
	ssize_t n;

	(void)arg;
	while ((n = tutti_stream_read(s, block, sizeof block)) > 0)
		CHECK_EQ(tutti_stream_write(s, block, (size_t)n), 0);
	return (int)n;
}

static inline void *serve(void *arg)
{
	return give(tutti_listener_serve(listener, echo, arg));
}

static inline void end_server(tutti_future *server)
{
	CHECK(tutti_future_cancel(server));
	CHECK_EQ(tutti_future_result(server, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(server);
	tutti_listener_free(listener);
}

#endif
