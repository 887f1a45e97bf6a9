/* SPDX-License-Identifier: MIT */
/* rows: F128 */
/* The HTTP server over TCP: many at once, and how it stops. */
#include "support/suite.h"

#include <errno.h>
#include <tutti/net.h>
#include <tutti/tutti.h>

static char address[64];
static tutti_http_server *server;

/* -- handlers ---------------------------------------------------------------------------------- */

enum { MANY = 100 };

static int arrived;
static tutti_event all_here, go_on;

static int hello(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text("hello"));
}

/* Until all of them are here: one at a time none would ever return. */
static int meets(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	if (++arrived == MANY)
		tutti_event_set(&all_here);
	tutti_event_wait(&all_here);
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text("met"));
}

static int waits(tutti_http_exchange *x, void *arg)
{
	int rc;

	(void)arg;
	arrived++;
	rc = tutti_event_wait(&go_on);
	return rc < 0 ? rc : tutti_http_reply(x, 200, NULL, tutti_bytes_text("waited"));
}

/* Other than was said: two bytes too few, or as many too many. */
static int misjudges(tutti_http_exchange *x, void *arg)
{
	int rc = tutti_http_reply_begin(x, 200, NULL, 5);

	(void)arg;
	if (rc == 0)
		rc = tutti_http_write(x, "seven b", tutti_http_query(x, "long") ? 7 : 3);
	return rc;
}

/* -- a server and its clients ------------------------------------------------------------------ */

static void *serve(void *arg)
{
	return give(tutti_http_server_serve(arg));
}

static tutti_task *begin(tutti_time grace)
{
	tutti_http_server_options options = { .grace = grace };

	arrived = 0;
	tutti_event_clear(&all_here);
	tutti_event_clear(&go_on);
	CHECK_EQ(tutti_http_server_create(&server, "127.0.0.1:0"), 0);
	CHECK_EQ(tutti_http_server_configure(server, &options), 0);
	CHECK_EQ(tutti_http_server_route(server, "GET /", hello, NULL), 0);
	CHECK_EQ(tutti_http_server_route(server, "GET /meets", meets, NULL), 0);
	CHECK_EQ(tutti_http_server_route(server, "GET /waits", waits, NULL), 0);
	CHECK_EQ(tutti_http_server_route(server, "GET /misjudges", misjudges, NULL), 0);
	snprintf(address, sizeof address, "127.0.0.1:%d", tutti_http_server_port(server));
	return tutti_task_start(serve, server, NULL);
}

static tutti_stream *ask(const char *path)
{
	char text[100];
	tutti_stream *s;
	int n = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);

	CHECK_EQ(tutti_stream_connect(&s, address, NULL), 0);
	CHECK_EQ(tutti_stream_write(s, text, (size_t)n), 0);
	return s;
}

/* The reply ends so. */
static void hear(tutti_stream *s, const char *end)
{
	tutti_bytes reply;

	CHECK_EQ(tutti_stream_read_past(s, end, strlen(end), 1000, &reply), 0);
	CHECK(memcmp(reply.data, "HTTP/1.1 200 OK\r\n", 17) == 0);
	tutti_bytes_free(&reply);
}

static bool has_ended(tutti_stream *s)
{
	char c;

	return tutti_stream_read(s, &c, 1) <= 0;
}

static void *meet(void *arg)
{
	tutti_stream *s = ask("/meets");

	hear(s, "met");
	tutti_stream_free(s);
	return arg;
}

/* -- the tests --------------------------------------------------------------------------------- */

/* rows: F128 */
static void many_at_once(void)
{
	tutti_task *serving = begin(0);
	tutti_future *f[MANY];

	start_all(TASKS, f, MANY, meet, NULL);
	join_all(f, MANY);
	CHECK_EQ(tutti_http_server_serve(server), -EBUSY);
	tutti_future_cancel(serving);
	CHECK_EQ(tutti_future_result(serving, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(serving);
	CHECK_EQ(tutti_http_server_serve(server), -EBADF);
	tutti_http_server_free(server);
}

/* Idle ones are closed at once, one at work finishes, and nobody comes in any more. */
/* rows: F128 */
static void stops_gently(void)
{
	tutti_task *serving = begin(TUTTI_FOREVER);
	tutti_stream *idle = ask("/"), *at_work, *late;

	hear(idle, "hello");
	at_work = ask("/waits");
	EVENTUALLY(arrived == 1);
	tutti_future_cancel(serving);
	CHECK(has_ended(idle));
	CHECK_EQ(tutti_stream_connect(&late, address, NULL), -ECONNREFUSED);
	CHECK(!tutti_future_done(serving));
	tutti_event_set(&go_on);
	hear(at_work, "Connection: close\r\n\r\nwaited"); /* it is told that this was the last */
	CHECK(has_ended(at_work));
	CHECK_EQ(tutti_future_result(serving, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(serving);
	tutti_stream_free(idle);
	tutti_stream_free(at_work);
	tutti_http_server_free(server);
}

/* Whoever does not finish in time is cut. */
static void stops_in_time(void)
{
	for (int grace = -1; grace <= 1; grace += 2) {
		tutti_task *serving = begin(grace);
		tutti_stream *at_work = ask("/waits");

		EVENTUALLY(arrived == 1);
		tutti_future_cancel(serving);
		CHECK_EQ(tutti_future_result(serving, NULL, 0), TUTTI_EJOBCANCELED);
		CHECK(has_ended(at_work));
		tutti_future_unref(serving);
		tutti_stream_free(at_work);
		tutti_http_server_free(server);
	}
}

static int told;
static char words[200];

static void note(int code, const char *text, void *arg)
{
	(void)code, (void)arg;
	told++;
	snprintf(words, sizeof words, "%s", text);
}

/* It is the handler's doing, told once and by the name of its path; the client has kept to all. */
static void a_reply_cut_short_is_the_handlers(void)
{
	static const char *const all[][2] = {
		{ "/misjudges", "the reply is 2 bytes shorter than was said" },
		{ "/misjudges?long", "Message too long" }
	};
	char expected[200];

	tutti_set_reporter(note, NULL);
	for (int i = 0; i < 2; i++) {
		tutti_task *serving = begin(0);
		tutti_stream *s = ask(all[i][0]);

		told = 0;
		hear(s, "Content-Length: 5\r\n");
		while (!has_ended(s))
			;
		tutti_stream_free(s);
		tutti_future_cancel(serving);
		CHECK_EQ(tutti_future_result(serving, NULL, 0), TUTTI_EJOBCANCELED);
		tutti_future_unref(serving);
		tutti_http_server_free(server);
		snprintf(expected, sizeof expected, "serving GET /misjudges failed: %s", all[i][1]);
		CHECK_STR(words, expected);
		CHECK_EQ(told, 1);
	}
	tutti_set_reporter(NULL, NULL);
}

static void address_in_use(void)
{
	tutti_http_server *one, *two;

	CHECK_EQ(tutti_http_server_create(&one, "127.0.0.1:0"), 0);
	snprintf(address, sizeof address, "127.0.0.1:%d", tutti_http_server_port(one));
	CHECK_EQ(tutti_http_server_create(&two, address), -EADDRINUSE);
	CHECK_EQ(tutti_http_server_create(&two, "nonsense"), -EINVAL);
	tutti_http_server_free(one);
}

static void *everything(void *arg)
{
	RUN(many_at_once);
	RUN(stops_gently);
	RUN(stops_in_time);
	RUN(a_reply_cut_short_is_the_handlers);
	RUN(address_in_use);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
