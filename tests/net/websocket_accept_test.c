/* SPDX-License-Identifier: MIT */
/* rows: +websocket */
/* How WebSockets begin at an HTTP server, byte by byte, and how its handlers end them. */
#include "net/frames.h"
#include "net/talk.h"

static struct talk talk;
static struct frames frames;

/* -- handlers ---------------------------------------------------------------------------------- */

static const char *const protocols[] = { "v2.chat", "v1.chat", NULL };
static const char *const origins[] = { "https://example.org", NULL };
static tutti_websocket_options offered = { .protocols = protocols, .origins = origins };

static int hello(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text("hello"));
}

/* Says one thing and returns what it is told to. */
static int says_one(tutti_http_exchange *x, void *code)
{
	tutti_websocket *ws;

	CHECK_EQ(tutti_websocket_accept(x, &ws, NULL), 0);
	CHECK_EQ(tutti_http_reply(x, 200, NULL, tutti_bytes_text("")), -EALREADY);
	CHECK_EQ(tutti_websocket_accept(x, &ws, NULL), -EALREADY);
	check_say(ws, "one");
	return (int)(intptr_t)code;
}

static int frees_it(tutti_http_exchange *x, void *arg)
{
	tutti_websocket *ws;

	(void)arg;
	CHECK_EQ(tutti_websocket_accept(x, &ws, NULL), 0);
	tutti_websocket_free(ws);
	return 0;
}

/* Reads to the end, frees it, and returns what the read said. */
static int frees_it_at_the_end(tutti_http_exchange *x, void *arg)
{
	tutti_websocket_message m;
	tutti_websocket *ws;
	int rc = tutti_websocket_accept(x, &ws, arg);

	while (rc == 0)
		rc = tutti_websocket_read(ws, &m);
	tutti_websocket_free(ws);
	return rc;
}

/* Replies in its own words to who wants something else. */
static int explains(tutti_http_exchange *x, void *arg)
{
	tutti_websocket *ws;

	(void)arg;
	CHECK_EQ(tutti_websocket_accept(x, &ws, NULL), TUTTI_EPROTO);
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text("a WebSocket is here"));
}

static tutti_http_server *make(void)
{
	tutti_http_server *s;

	CHECK_EQ(tutti_http_server_create(&s, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /", hello, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "/echo", echo_messages, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /chat", echo_messages, &offered), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /one", says_one, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /fails", says_one, give(-EIO)), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /frees", frees_it, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /leaves", frees_it_at_the_end, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /explains", explains, NULL), 0);
	return s;
}

/* -- what is accepted ----------------------------------------------------------- */

#define BEGIN(path) "GET " path " HTTP/1.1\r\nHost: a\r\n"
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" /* the RFC's, and its answer */
#define SWITCH                                                       \
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" \
	"Connection: Upgrade\r\nX-Handler: echo\r\n"                 \
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define SECOND BEGIN("/") "\r\n"

static const struct {
	const char *request, *reply;
} good[] = {
	{ BEGIN("/echo") UPGRADE VERSION KEY "\r\n", SWITCH "\r\n" },
	{ BEGIN("/echo") "upgrade: h2c, WebSocket\r\nconnection: keep-alive, upgrade\r\n" VERSION
			KEY "\r\n",
		SWITCH "\r\n" },
	{ BEGIN("/echo") "Upgrade: websocket\r\nConnection: keep-alive\r\n"
			 "Connection: upgrade\r\n" VERSION KEY "\r\n",
		SWITCH "\r\n" },
	{ BEGIN("/echo") UPGRADE VERSION KEY "Sec-WebSocket-Protocol: v1.chat\r\n"
					     "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
		SWITCH "\r\n" },
	{ BEGIN("/chat") UPGRADE VERSION KEY "\r\n", SWITCH "\r\n" },
	{ BEGIN("/chat") UPGRADE VERSION KEY "Origin: HTTPS://example.org\r\n"
					     "Sec-WebSocket-Protocol: v0.chat, v1.chat\r\n\r\n",
		SWITCH "Sec-WebSocket-Protocol: v1.chat\r\n\r\n" },
	{ BEGIN("/chat") UPGRADE VERSION KEY "Sec-WebSocket-Protocol: v1.chat\r\n"
					     "Sec-WebSocket-Protocol: v2.chat\r\n\r\n",
		SWITCH "Sec-WebSocket-Protocol: v2.chat\r\n\r\n" },
	{ BEGIN("/chat") UPGRADE VERSION KEY "Sec-WebSocket-Protocol: V2.chat\r\n\r\n",
		SWITCH "\r\n" },
	{ BEGIN("/chat") UPGRADE VERSION KEY "Sec-WebSocket-Protocol: v2.chats\r\n\r\n",
		SWITCH "\r\n" },
};

/* The request, frames behind it at once, and what comes back: the echo, and the end. */
static void accepts(void)
{
	static const char back[] = "\x81\x05Hello\x88\x02\x03\xe8";
	tutti_http_server *s = make();

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		size_t size = strlen(good[i].reply);

		for (size_t step = 1; step < 1 << 20; step <<= 19) {
			frames.size = 0;
			put_bytes(&frames, good[i].request, strlen(good[i].request));
			put_text(&frames, true, FIN | TEXT, "Hello");
			put_close(&frames, true, 1000, "");
			talk_begin(&talk, s);
			talk_say(&talk, (char *)frames.at, frames.size, step);
			CHECK_EQ(talk_end(&talk), 0);
			CHECK_EQ(talk.size, size + sizeof back - 1);
			CHECK(memcmp(talk.said + size, back, sizeof back - 1) == 0);
			talk.said[size] = '\0';
			CHECK_STR(talk.said, good[i].reply);
		}
	}
	tutti_http_server_free(s);
}

#define ASK "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"

static const struct {
	const char *request, *status;
} bad[] = {
	{ "POST /echo HTTP/1.1\r\nHost: a\r\n" UPGRADE VERSION KEY "\r\n", "400" },
	{ "GET /echo HTTP/1.0\r\n" UPGRADE VERSION KEY "Connection: keep-alive\r\n\r\n", "400" },
	{ BEGIN("/echo") VERSION KEY "\r\n", "426" },
	{ BEGIN("/echo") "Upgrade: websocket\r\n" VERSION KEY "\r\n", "426" },
	{ BEGIN("/echo") "Connection: upgrade\r\n" VERSION KEY "\r\n", "426" },
	{ BEGIN("/echo") "Upgrade: websockets\r\nConnection: upgrade\r\n" VERSION KEY "\r\n",
		"426" },
	{ BEGIN("/echo") UPGRADE KEY "\r\n", "426" },
	{ BEGIN("/echo") UPGRADE KEY "Sec-WebSocket-Version: 8\r\n\r\n", "426" },
	{ BEGIN("/echo") UPGRADE VERSION "\r\n", "400" },
	{ BEGIN("/echo") ASK "Sec-WebSocket-Key: \r\n\r\n", "400" },
	{ BEGIN("/echo") ASK "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n\r\n", "400" },
	{ BEGIN("/echo") ASK "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSE=\r\n\r\n", "400" },
	{ BEGIN("/echo") ASK "Sec-WebSocket-Key: dGhlIHNhbX!sZSBub25jZQ==\r\n\r\n", "400" },
	{ BEGIN("/chat") UPGRADE VERSION KEY "Origin: https://example.com\r\n\r\n", "403" },
	{ BEGIN("/chat") UPGRADE VERSION KEY "Origin: null\r\n\r\n", "403" },
	{ BEGIN("/echo") UPGRADE VERSION KEY "Content-Length: 5\r\n\r\nhello", "400" },
};

static bool reported;

static void note_report(int code, const char *text, void *arg)
{
	(void)code, (void)text, (void)arg;
	reported = true;
}

/* The connection is HTTP's still, nobody is told that a handler failed. */
static void refuses(void)
{
	static const char has_a_body[] =
		BEGIN("/explains") UPGRADE VERSION KEY "Content-Length: 5\r\n\r\nhello";
	tutti_http_server *s = make();

	tutti_set_reporter(note_report, NULL);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		bool upgrade = strcmp(bad[i].status, "426") == 0;

		frames.size = 0;
		put_bytes(&frames, bad[i].request, strlen(bad[i].request));
		put_bytes(&frames, SECOND, sizeof SECOND - 1);
		answer(&talk, s, (char *)frames.at, frames.size, 1 << 20);
		CHECK(strncmp(talk.said + strlen("HTTP/1.1 "), bad[i].status, 3) == 0);
		CHECK(strstr(talk.said, "\r\n\r\nhello"));
		CHECK_EQ(upgrade, strstr(talk.said, "Sec-WebSocket-Version: 13\r\n") != NULL);
		CHECK_EQ(upgrade, strstr(talk.said, "Upgrade: websocket\r\n") != NULL);
		CHECK(!strstr(talk.said, "X-Handler"));
	}
	CHECK(!reported);
	CHECK(strstr(answer(&talk, s, BEGIN("/explains") "\r\n",
			     sizeof BEGIN("/explains") "\r\n" - 1, 1 << 20),
		"a WebSocket is here"));
	CHECK(strstr(answer(&talk, s, has_a_body, sizeof has_a_body - 1, 1 << 20),
		"a WebSocket is here"));
	CHECK(!strstr(talk.said, "Sec-WebSocket-Accept"));
	tutti_set_reporter(tutti_report_stderr, NULL);
	tutti_http_server_free(s);
}

/* -- the end of the handler -------------------------------------------------------------------- */

static tutti_websocket *open_at(const char *path)
{
	char text[200];
	tutti_websocket *ws;
	tutti_bytes head;
	int n = snprintf(text, sizeof text,
		"GET %s HTTP/1.1\r\nHost: a\r\n" UPGRADE VERSION KEY "\r\n", path);

	CHECK_EQ(tutti_stream_write(talk.far, text, (size_t)n), 0);
	CHECK_EQ(tutti_stream_read_past(talk.far, "\r\n\r\n", 4, 1000, &head), 0);
	CHECK(memcmp(head.data, "HTTP/1.1 101 ", 13) == 0);
	tutti_bytes_free(&head);
	CHECK_EQ(tutti_websocket_wrap(&ws, talk.far, TUTTI_WEBSOCKET_CLIENT, NULL), 0);
	return ws;
}

static int code_after(tutti_http_server *s, const char *path)
{
	tutti_websocket *ws;
	int code;

	talk_begin(&talk, s);
	ws = open_at(path);
	check_message(ws, "one");
	CHECK_EQ((intptr_t)answer_close(ws), TUTTI_EDONE);
	code = tutti_websocket_code(ws, NULL);
	tutti_websocket_free(ws);
	CHECK_EQ(talk_end(&talk), 0);
	return code;
}

/* The server says goodbye; that a handler failed is reported, that a client left is not. */
static void handlers_return(void)
{
	tutti_http_server *s = make();
	tutti_websocket *ws;

	tutti_set_reporter(note_report, NULL);
	CHECK_EQ(code_after(s, "/one"), 1000);
	talk_begin(&talk, s);
	tutti_websocket_free(open_at("/frees"));
	CHECK_EQ(talk_end(&talk), 0);
	CHECK_EQ(talk.size, 0);
	talk_begin(&talk, s);
	ws = open_at("/echo");
	check_say(ws, "x");
	check_message(ws, "x");
	tutti_websocket_free(ws);
	CHECK_EQ(talk_end(&talk), 0);
	for (int late = 0; late <= 1; late++) {
		talk_begin(&talk, s);
		ws = open_at(late ? "/leaves" : "/echo");
		CHECK_EQ(tutti_stream_write(talk.far, "\xff\xff", 2), 0);
		CHECK_EQ((intptr_t)answer_close(ws), TUTTI_EDONE);
		CHECK_EQ(tutti_websocket_code(ws, NULL), 1002);
		tutti_websocket_free(ws);
		CHECK_EQ(talk_end(&talk), 0);
	}
	CHECK(!reported);
	CHECK_EQ(code_after(s, "/fails"), 1011);
	CHECK(reported);
	tutti_set_reporter(tutti_report_stderr, NULL);
	tutti_http_server_free(s);
}

/* The server's limits of time are those of HTTP. */
static void stays_as_long_as_it_likes(void)
{
	tutti_http_server_options soon = { .idle_time = TUTTI_MILLISECONDS(1),
		.stall_time = TUTTI_MILLISECONDS(1) };
	tutti_http_server *s = make();
	tutti_websocket *ws;

	CHECK_EQ(tutti_http_server_configure(s, &soon), 0);
	talk_begin(&talk, s);
	ws = open_at("/echo"); /* which is there before it is waited for */
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(20)), 0);
	check_say(ws, "x");
	check_message(ws, "x");
	CHECK_EQ(tutti_websocket_close(ws, 1000, NULL), 0);
	tutti_websocket_free(ws);
	CHECK_EQ(talk_end(&talk), 0);
	tutti_http_server_free(s);
}

static tutti_http_record logged;

static void keep_record(const tutti_http_record *r, void *arg)
{
	(void)arg;
	logged = *r;
}

static void *shut_down(void *server)
{
	tutti_http_server_shutdown(server);
	return NULL;
}

/* From any thread all are stopped; and each is a line of the log, at its end. */
static void server_is_shut_down(void)
{
	tutti_http_server *s = make();
	tutti_websocket *ws;

	CHECK_EQ(tutti_http_server_log(s, keep_record, NULL), 0);
	talk_begin(&talk, s);
	ws = open_at("/echo");
	check_say(ws, "x");
	check_message(ws, "x");
	CHECK_EQ(logged.status, 0);
	finish(tutti_thread_start(shut_down, s, NULL));
	CHECK_EQ((intptr_t)answer_close(ws), TUTTI_EDONE);
	CHECK_EQ(tutti_websocket_code(ws, NULL), 1001);
	tutti_websocket_free(ws);
	CHECK_EQ(talk_end(&talk), 0);
	CHECK_EQ(logged.status, 101);
	CHECK_EQ(logged.code, 0);
	tutti_http_server_free(s);
}

/* In a thread, with which its poller goes. */
static void *everything(void *arg)
{
	RUN(accepts);
	RUN(refuses);
	RUN(handlers_return);
	RUN(stays_as_long_as_it_likes);
	RUN(server_is_shut_down);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
