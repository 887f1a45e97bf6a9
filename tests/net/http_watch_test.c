/* SPDX-License-Identifier: MIT */
/* Clients that leave while they are served: who hears of it, and when. */
#include "net/talk.h"

#include <errno.h>
#include <tutti/tutti.h>

static struct talk talk;
static tutti_event begun, go_on;
static int came_to, code;
static char told[500];

/* -- handlers ---------------------------------------------------------------------------------- */

/* All it can, until it is told. */
static int waits(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	tutti_event_set(&begun);
	came_to = tutti_event_wait(&go_on);
	return came_to < 0 ? came_to : tutti_http_reply(x, 200, NULL, tutti_bytes_text("waited"));
}

/* What it says of its end is its own. */
static int fails_then(tutti_http_exchange *x, void *arg)
{
	waits(x, arg);
	return tutti_fail(-EIO, "all is lost");
}

static int looks(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	CHECK(!tutti_http_peer_gone(x));
	tutti_event_set(&begun);
	while (!tutti_http_peer_gone(x))
		CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
	came_to = 1;
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text("too late"));
}

static int reads(tutti_http_exchange *x, void *arg)
{
	tutti_bytes body;

	(void)arg;
	tutti_event_set(&begun);
	came_to = tutti_http_body(x, &body);
	return came_to < 0 ? came_to : tutti_http_reply(x, 200, NULL, body);
}

static int hello(tutti_http_exchange *x, void *arg)
{
	return arg ? tutti_fail(-EIO, "%s", (char *)arg)
		   : tutti_http_reply(x, 200, NULL, tutti_bytes_text("hello"));
}

static int listens(tutti_http_exchange *x, void *arg)
{
	tutti_websocket_message m;
	tutti_websocket *ws;
	int rc = tutti_websocket_accept(x, &ws, NULL);

	(void)arg;
	while (rc == 0 && (rc = tutti_websocket_read(ws, &m)) == 0)
		rc = tutti_websocket_write(ws, m.kind, m.bytes);
	came_to = rc;
	return rc;
}

/* -- the frame --------------------------------------------------------------------------------- */

static void note(const tutti_http_record *r, void *arg)
{
	(void)arg;
	code = r->code;
}

static void tell(int rc, const char *text, void *arg)
{
	(void)rc, (void)arg;
	snprintf(told, sizeof told, "%s", text);
}

static tutti_http_server *make(const char *address, bool cancels)
{
	tutti_http_server_options o = { .cancel_when_gone = cancels };
	tutti_http_server *s;

	tutti_event_clear(&begun);
	tutti_event_clear(&go_on);
	came_to = code = 0;
	told[0] = '\0';
	CHECK_EQ(tutti_http_server_create(&s, address), 0);
	CHECK_EQ(tutti_http_server_configure(s, &o), 0);
	CHECK_EQ(tutti_http_server_route(s, "/waits", waits, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "/fails_then", fails_then, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "/looks", looks, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "/reads", reads, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "/hello", hello, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "/fails", hello, "the disk is gone"), 0);
	CHECK_EQ(tutti_http_server_route(s, "/listens", listens, NULL), 0);
	CHECK_EQ(tutti_http_server_log(s, note, NULL), 0);
	return s;
}

/* The client says so much, and leaves once the handler is at work. */
static void says_and_leaves(const char *text, bool cancels)
{
	tutti_http_server *s = make(NULL, cancels);

	talk_begin(&talk, s);
	talk_say(&talk, text, strlen(text), strlen(text));
	CHECK_EQ(tutti_event_wait(&begun), 0);
	settle();
	CHECK_EQ(came_to, 0);
	tutti_stream_free(talk.far);
	CHECK_EQ(finish(talk.task), -EPIPE);
	tutti_http_server_free(s);
}

/* -- who leaves -------------------------------------------------------------------------------- */

static void is_cancelled(void)
{
	says_and_leaves("GET /waits HTTP/1.1\r\nHost: a\r\n\r\n", true);
	CHECK_EQ(came_to, TUTTI_ECANCELED);
	CHECK_EQ(code, -EPIPE);
	CHECK_STR(told, "");
}

static void what_it_makes_of_that_is_no_failure(void)
{
	says_and_leaves("GET /fails_then HTTP/1.1\r\nHost: a\r\n\r\n", true);
	CHECK_EQ(came_to, TUTTI_ECANCELED);
	CHECK_EQ(code, -EPIPE);
	CHECK_STR(told, "");
}

/* What nobody reads stands before the end. */
static void behind_bytes_that_wait(void)
{
	says_and_leaves(
		"POST /waits HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc", true);
	CHECK_EQ(came_to, TUTTI_ECANCELED);
	says_and_leaves("GET /waits HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\n", true);
	CHECK_EQ(came_to, TUTTI_ECANCELED);
}

static void is_asked_for(void)
{
	says_and_leaves("GET /looks HTTP/1.1\r\nHost: a\r\n\r\n", false);
	CHECK_EQ(came_to, 1);
}

/* -- who does not ------------------------------------------------------------------------------ */

static void replies_come_as_ever(void)
{
	static const char text[] =
		"GET /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /fails HTTP/1.1\r\nHost: a\r\n\r\n"
		"POST /reads HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
		"GET /waits HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
	static const char *const all[] = { "200 OK", "hello", "500 Internal", "200 OK", "abc",
		"200 OK", "waited", "200 OK", "hello" };
	tutti_http_server *s = make(NULL, true);
	const char *at = talk.said;

	talk_begin(&talk, s);
	talk_say(&talk, text, sizeof text - 1, sizeof text);
	CHECK_EQ(tutti_event_wait(&begun), 0);
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(600)), 0); /* it is looked for meanwhile */
	tutti_event_set(&go_on);
	while (!strstr(talk.said, "waited"))
		CHECK(talk_hear(&talk));
	CHECK_EQ(talk_end(&talk), 0);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		at = strstr(at, all[i]);
		CHECK(at);
		at++;
	}
	CHECK(strstr(told, "the disk is gone"));
	tutti_http_server_free(s);
}

/* A body that comes late is the handler's, and its end too early is one. */
static void a_body_is_the_handlers(void)
{
	static const char head[] = "POST /reads HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n";
	tutti_http_server *s = make(NULL, true);

	talk_begin(&talk, s);
	talk_say(&talk, head, sizeof head - 1, sizeof head);
	CHECK_EQ(tutti_event_wait(&begun), 0);
	talk_say(&talk, "abcdef", 6, 1);
	while (!strstr(talk.said, "abcdef"))
		CHECK(talk_hear(&talk));
	CHECK_EQ(talk_end(&talk), 0);
	tutti_http_server_free(s);
}

static void the_server_ends_it_too(void)
{
	static const char text[] = "GET /waits HTTP/1.1\r\nHost: a\r\n\r\n";
	tutti_http_server *s = make(NULL, true);

	talk_begin(&talk, s);
	talk_say(&talk, text, sizeof text - 1, sizeof text);
	CHECK_EQ(tutti_event_wait(&begun), 0);
	tutti_future_cancel(talk.task);
	CHECK(!talk_hear(&talk));
	CHECK_EQ(came_to, TUTTI_ECANCELED);
	CHECK_EQ(code, TUTTI_ECANCELED);
	tutti_stream_free(talk.far);
	CHECK_EQ(tutti_future_result(talk.task, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(talk.task);
	tutti_http_server_free(s);
}

/* Not whoever serves the connection is cancelled, but the handler. */
static void who_serves_goes_on(void)
{
	static const char text[] = "GET /waits HTTP/1.1\r\nHost: a\r\n\r\n";
	tutti_http_server *s = make(NULL, true);
	tutti_stream *near, *far;
	int fds[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	CHECK_EQ(tutti_stream_open(&near, fds[0]), 0);
	CHECK_EQ(tutti_stream_open(&far, fds[1]), 0);
	CHECK_EQ(tutti_stream_write(far, text, sizeof text - 1), 0);
	tutti_stream_free(far);
	CHECK_EQ(tutti_http_server_serve_stream(near, s), -EPIPE);
	CHECK_EQ(came_to, TUTTI_ECANCELED);
	CHECK_EQ(tutti_sleep(1), 0);
	tutti_stream_free(near);
	tutti_http_server_free(s);
}

static void *serve(void *server)
{
	return give(tutti_http_server_serve(server));
}

/* Who took the connection over reads its end himself. */
static void a_websocket_hears_it_by_itself(void)
{
	tutti_http_server *s = make("127.0.0.1:0", true);
	tutti_task *serving = tutti_task_start(serve, s, NULL);
	tutti_websocket_fault fault;
	tutti_websocket_message m;
	tutti_websocket *ws;
	char url[60];

	snprintf(url, sizeof url, "ws://127.0.0.1:%d/listens", tutti_http_server_port(s));
	CHECK_EQ(tutti_websocket_connect(&ws, url, NULL, &fault), 0);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(tutti_websocket_write(ws, TUTTI_WEBSOCKET_TEXT, tutti_bytes_text("a")), 0);
		CHECK_EQ(tutti_websocket_read(ws, &m), 0);
		CHECK_STR(m.bytes.data, "a");
	}
	CHECK_EQ(tutti_websocket_close(ws, 4001, NULL), 0);
	tutti_websocket_free(ws);
	EVENTUALLY(came_to != 0);
	CHECK_EQ(came_to, TUTTI_EDONE);
	tutti_future_cancel(serving);
	CHECK_EQ(tutti_future_result(serving, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(serving);
	tutti_http_server_free(s);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	tutti_set_reporter(tell, NULL);
	RUN(is_cancelled);
	RUN(what_it_makes_of_that_is_no_failure);
	RUN(behind_bytes_that_wait);
	RUN(is_asked_for);
	RUN(replies_come_as_ever);
	RUN(a_body_is_the_handlers);
	RUN(the_server_ends_it_too);
	RUN(who_serves_goes_on);
	RUN(a_websocket_hears_it_by_itself);
	tutti_set_reporter(NULL, NULL);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
