/* SPDX-License-Identifier: MIT */
/* rows: F128 */
/*
 * http_siege_test.c - clients that take their time, or more than their share: each is cut in the
 * time that the server's options say, and meanwhile others are served.
 */
#include "support/suite.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <tutti/net.h>
#include <tutti/stream_layer.h>

static char address[64];
static tutti_http_server *server;
static tutti_task *serving;
static char much[1 << 20];

static int hello(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text("hello"));
}

static int replies_much(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	return tutti_http_reply(x, 200, NULL, tutti_bytes_of(much, sizeof much));
}

static int echo(tutti_http_exchange *x, void *arg)
{
	tutti_bytes body;
	int rc = tutti_http_body(x, &body);

	(void)arg;
	return rc < 0 ? rc : tutti_http_reply(x, 200, NULL, body);
}

static void *serve(void *arg)
{
	return give(tutti_http_server_serve(arg));
}

static void begin(const tutti_http_server_options *options)
{
	CHECK_EQ(tutti_http_server_create(&server, "127.0.0.1:0"), 0);
	CHECK_EQ(tutti_http_server_configure(server, options), 0);
	CHECK_EQ(tutti_http_server_route(server, "GET /", hello, NULL), 0);
	CHECK_EQ(tutti_http_server_route(server, "GET /much", replies_much, NULL), 0);
	CHECK_EQ(tutti_http_server_route(server, "POST /echo", echo, NULL), 0);
	snprintf(address, sizeof address, "127.0.0.1:%d", tutti_http_server_port(server));
	serving = tutti_task_start(serve, server, NULL);
}

static void end(void)
{
	tutti_future_cancel(serving);
	CHECK_EQ(tutti_future_result(serving, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(serving);
	tutti_http_server_free(server);
}

static tutti_stream *call(void)
{
	tutti_stream *s;

	CHECK_EQ(tutti_stream_connect(&s, address, NULL), 0);
	return s;
}

static void say(tutti_stream *s, const char *text)
{
	CHECK_EQ(tutti_stream_write(s, text, strlen(text)), 0);
}

/* The reply begins so; then the connection ends. */
static void hear_the_end(tutti_stream *s, const char *reply)
{
	char text[1000];
	size_t size = 0;
	ssize_t n;

	while ((n = tutti_stream_read(s, text + size, sizeof text - 1 - size)) > 0)
		size += (size_t)n;
	text[size] = '\0';
	CHECK(strncmp(text, reply, strlen(reply)) == 0);
	tutti_stream_free(s);
}

static void is_alive(void)
{
	tutti_stream *s = call();

	say(s, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
	hear_the_end(s, "HTTP/1.1 200 OK\r\n");
}

/* -- those that write slowly ------------------------------------------------------------------- */

/* It never has all of the head, however much it writes: as a whole it has little time. */
static void drips_the_head(void)
{
	tutti_stream *s;

	begin(&(tutti_http_server_options){ .head_time = TUTTI_MILLISECONDS(30) });
	s = call();
	say(s, "GET / HTTP/1.1\r\nHost: a\r\n");
	while (tutti_stream_write(s, "X: y\r\n", 6) == 0) {
		const void *data;

		if (tutti_stream_peek_until(s, 0, &data, tutti_now() + TUTTI_MILLISECONDS(2)) !=
			TUTTI_ETIMEDOUT)
			break;
	}
	is_alive();
	hear_the_end(s, "HTTP/1.1 408 ");
	end();
}

static void stops_in_the_body(void)
{
	tutti_stream *s;

	begin(&(tutti_http_server_options){ .stall_time = TUTTI_MILLISECONDS(30) });
	s = call();
	say(s, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome");
	is_alive();
	hear_the_end(s, "HTTP/1.1 408 ");
	end();
}

/* -- those that do not read -------------------------------------------------------------------- */

/* Requests without end, of which no reply is read: the server reads no more then, and gives up. */
static void asks_and_asks(const char *path)
{
	char text[1000] = "";
	tutti_stream *s = call();
	int rc;

	while (strlen(text) < 900)
		sprintf(text + strlen(text), "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);
	while ((rc = tutti_stream_write(s, text, strlen(text))) == 0)
		;
	CHECK(rc == -EPIPE || rc == -ECONNRESET);
	is_alive();
	tutti_stream_free(s);
}

static void does_not_read(void)
{
	begin(&(tutti_http_server_options){ .stall_time = TUTTI_MILLISECONDS(30) });
	asks_and_asks("/");
	asks_and_asks("/much");
	end();
}

/* -- those that are many, or large ------------------------------------------------------------- */

/* What it gets is the answer, not a reset: all it wrote is read first. */
static void says_too_much(void)
{
	enum { SIZE = 200 * 1024 };
	char *text = malloc(SIZE);

	begin(&(tutti_http_server_options){ 0 });
	CHECK(text);
	memset(text, 'x', SIZE);
	memcpy(text, "GET / HTTP/1.1\r\nHost: a\r\nX: ", 28);
	for (int i = 0; i < 5; i++) {
		tutti_stream *s = call();

		CHECK_EQ(tutti_stream_write(s, text, SIZE), 0);
		CHECK_EQ(tutti_stream_shutdown(s), 0);
		hear_the_end(s, "HTTP/1.1 431 ");
	}
	is_alive();
	free(text);
	end();
}

/* As many as there may be, up to a thousand: each is one descriptor here and one there. */
static int how_many(void)
{
	struct rlimit limit;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_cur < 2200 && limit.rlim_max >= 2200) {
		limit.rlim_cur = 2200;
		CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	}
	return limit.rlim_cur < 2200 ? (int)(limit.rlim_cur - 100) / 2 : 1000;
}

static void says_nothing(void)
{
	int n = how_many();
	tutti_stream **all = calloc((size_t)n, sizeof(tutti_stream *));

	CHECK(all);
	begin(&(tutti_http_server_options){ 0 });
	for (int i = 0; i < n; i++) {
		all[i] = call();
		if (i % 2)
			say(all[i], "GET / HT");
	}
	is_alive();
	for (int i = 0; i < n; i++)
		tutti_stream_free(all[i]);
	is_alive();
	end();
	free(all);
}

/* Gone with a reset, wherever it was. */
static void goes_abruptly(void)
{
	static const char *const parts[] = { "", "GET", "GET / HTTP/1.1\r\nHost: a\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /much HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
		"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab" };
	struct linger none = { 1, 0 };

	begin(&(tutti_http_server_options){ 0 });
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		tutti_stream *s = call();

		say(s, parts[i]);
		if (i % 2)
			is_alive(); /* by then it has been read */
		CHECK_EQ(setsockopt(tutti_stream_fd(s), SOL_SOCKET, SO_LINGER, &none, sizeof none),
			0);
		tutti_stream_free(s);
	}
	is_alive();
	end();
}

/* Says that it will write no more, and still wants to hear. */
static void closes_one_half(void)
{
	tutti_stream *s;

	begin(&(tutti_http_server_options){ 0 });
	s = call();
	say(s, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
	CHECK_EQ(tutti_stream_shutdown(s), 0);
	hear_the_end(s, "HTTP/1.1 200 OK\r\n");
	end();
}

/* As over TLS, where the end is something to be written. */
static int say_end(void *arg, tutti_time deadline)
{
	tutti_event never = { 0 };

	(void)arg;
	return tutti_event_wait_until(&never, deadline);
}

/* Who does not listen to the end of the connection does not keep it. */
static void does_not_hear_the_end(void)
{
	static const tutti_stream_layer layer = { .shutdown = say_end };
	static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	tutti_stream *near, *far, *over;
	int fds[2];

	begin(&(tutti_http_server_options){ .grace = 0 });
	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	CHECK_EQ(tutti_stream_open(&near, fds[0]), 0);
	CHECK_EQ(tutti_stream_open(&far, fds[1]), 0);
	CHECK_EQ(tutti_stream_layer_open(&over, &layer, NULL, near), 0);
	CHECK_EQ(tutti_stream_write(far, text, sizeof text - 1), 0);
	CHECK_EQ(tutti_http_server_serve_stream(over, server), 0);
	tutti_stream_free(over);
	tutti_stream_free(near);
	tutti_stream_free(far);
	end();
}

/* Nobody is told of what clients do: they could do it without end. */
static void reported(int code, const char *text, void *arg)
{
	(void)code, (void)arg;
	fprintf(stderr, "reported: %s\n", text);
	CHECK(!"reported");
}

static void *everything(void *arg)
{
	tutti_set_reporter(reported, NULL);
	RUN(drips_the_head);
	RUN(stops_in_the_body);
	RUN(does_not_read);
	RUN(says_too_much);
	RUN(says_nothing);
	RUN(goes_abruptly);
	RUN(closes_one_half);
	RUN(does_not_hear_the_end);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
