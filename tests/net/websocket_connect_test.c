/* SPDX-License-Identifier: MIT */
/* rows: +websocket */
/* WebSockets over TCP and TLS: our client with our server, and with what is none. */
#include "net/frames.h"
#include "net/tls_ends.h"
#include "net/websocket_handshake.h"

#include <sys/resource.h>
#include <tutti/listener.h>

static char address[64], url[100];

static const char *const protocols[] = { "v2.chat", "v1.chat", NULL };
static const char *const origins[] = { "https://example.org", NULL };
static tutti_websocket_options offered = { .protocols = protocols, .origins = origins };

static tutti_http_server *make(const char *where)
{
	tutti_http_server *s;

	CHECK_EQ(tutti_http_server_create(&s, where), 0);
	CHECK_EQ(tutti_http_server_route(s, "/echo", echo_messages, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "/chat", echo_messages, &offered), 0);
	return s;
}

/* -- with our server --------------------------------------------------------------------------- */

static void *serve(void *arg)
{
	return give(tutti_http_server_serve(arg));
}

static tutti_task *begin(tutti_http_server **s, const tutti_http_server_options *options)
{
	*s = make("127.0.0.1:0");
	if (options)
		CHECK_EQ(tutti_http_server_configure(*s, options), 0);
	snprintf(address, sizeof address, "127.0.0.1:%d", tutti_http_server_port(*s));
	return tutti_task_start(serve, *s, NULL);
}

static void end(tutti_task *serving, tutti_http_server *s)
{
	tutti_future_cancel(serving);
	CHECK_EQ(tutti_future_result(serving, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(serving);
	tutti_http_server_free(s);
}

static tutti_websocket *visit(const char *path, const tutti_websocket_options *options)
{
	tutti_websocket_fault fault;
	tutti_websocket *ws = NULL;

	snprintf(url, sizeof url, "ws://%s%s", address, path);
	CHECK_EQ(tutti_websocket_connect(&ws, url, options, &fault), 0);
	CHECK_STR(fault.text, "");
	CHECK_EQ(fault.status, 101);
	return ws;
}

static void leave(tutti_websocket *ws)
{
	CHECK_EQ(tutti_websocket_close(ws, 1000, NULL), 0);
	tutti_websocket_free(ws);
}

static void both_ends(void)
{
	static const char *const asked[] = { "v1.chat", "v2.chat", NULL };
	static const char *const headers[] = { "Origin", "https://example.org", "X-A", "b", NULL };
	tutti_websocket_options options = { .protocols = asked, .headers = headers };
	tutti_http_server *s;
	tutti_task *serving = begin(&s, NULL);
	tutti_websocket *ws = visit("/chat?x=1", &options);
	char peer[TUTTI_ADDRESS_SIZE];

	CHECK_STR(tutti_websocket_protocol(ws), "v2.chat");
	CHECK(tutti_stream_peer(tutti_websocket_stream(ws), peer, sizeof peer) > 0);
	CHECK_STR(peer, address);
	check_say(ws, "x");
	check_message(ws, "x");
	leave(ws);
	ws = visit("/chat", NULL);
	CHECK(!tutti_websocket_protocol(ws));
	leave(ws);
	end(serving, s);
}

enum { MANY = 1000 };

static void *visit_and_talk(void *arg)
{
	tutti_websocket *ws = visit("/echo", NULL);
	char text[20];

	snprintf(text, sizeof text, "%p", arg);
	for (int i = 0; i < 3; i++) {
		check_say(ws, text);
		check_message(ws, text);
	}
	leave(ws);
	return NULL;
}

/* Of sockets each has two ends here; fewer where not so many descriptors are allowed. */
static int how_many(void)
{
	struct rlimit limit;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return limit.rlim_cur < 2 * MANY + 100 ? (int)limit.rlim_cur / 2 - 50 : MANY;
}

static void a_thousand(void)
{
	static tutti_future *f[MANY];
	tutti_http_server *s;
	tutti_task *serving = begin(&s, NULL);
	int n = how_many();

	for (intptr_t i = 0; i < n; i++)
		f[i] = tutti_task_start(visit_and_talk, give(i), NULL);
	join_all(f, (size_t)n);
	end(serving, s);
}

/* -- the end of the server --------------------------------------------------------------------- */

/* It says that it goes away; who answers is let go in peace. */
static void server_ends(void)
{
	tutti_http_server_options long_grace = { .grace = TUTTI_SECONDS(600) };
	tutti_http_server *s;
	tutti_task *serving = begin(&s, &long_grace);
	tutti_websocket *ws = visit("/echo", NULL);

	check_say(ws, "x");
	check_message(ws, "x");
	tutti_future_cancel(serving);
	CHECK_EQ((intptr_t)answer_close(ws), TUTTI_EDONE);
	CHECK_EQ(tutti_websocket_code(ws, NULL), 1001);
	end(serving, s);
	tutti_websocket_free(ws);
}

/* Who does not answer is not waited for longer than the time of grace. */
static void server_ends_all_the_same(void)
{
	for (int grace = -1; grace <= 1; grace += 2) {
		tutti_http_server_options options = { .grace = grace };
		tutti_http_server *s;
		tutti_task *serving = begin(&s, &options);
		tutti_websocket *ws = visit("/echo", NULL);

		end(serving, s);
		CHECK_EQ((intptr_t)answer_close(ws), TUTTI_EDONE);
		CHECK_EQ(tutti_websocket_code(ws, NULL), 1001);
		tutti_websocket_free(ws);
	}
}

/* -- connecting goes wrong --------------------------------------------------------------------- */

static const char *answers_with; /* %s: the right key */
static bool hangs_up;

static int fake(tutti_stream *s, void *arg)
{
	char text[1000], accept[TU_WEBSOCKET_ACCEPT + 1];
	const char *key;
	tutti_bytes head;
	int n;

	(void)arg;
	if (tutti_stream_read_past(s, "\r\n\r\n", 4, 1000, &head) < 0)
		return 0; /* it has given up before it asked */
	snprintf(text, sizeof text, "%.*s", (int)head.size, (const char *)head.data);
	key = strstr(text, "Sec-WebSocket-Key: ");
	CHECK(key);
	tu_websocket_accept_of(key + 19, accept);
	tutti_bytes_free(&head);
	n = snprintf(text, sizeof text, answers_with, accept);
	CHECK_EQ(tutti_stream_write(s, text, (size_t)n), 0);
	if (!hangs_up)
		tutti_stream_read(s, text, 1);
	return 0;
}

#define SWITCHED "HTTP/1.1 101 Switching\r\nupgrade: WebSocket\r\nconnection: UPGRADE\r\n"
#define ACCEPT "sec-websocket-accept: %s\r\n"

static const struct {
	const char *answer;
	int rc, status;
	const char *text;
	bool hangs_up;
} fakes[] = {
	{ SWITCHED ACCEPT "\r\n", 0, 101, "", false },
	{ SWITCHED ACCEPT "Sec-WebSocket-Extensions:\r\nSec-WebSocket-Protocol: a\r\n\r\n", 0, 101,
		"", false },
	{ "HTTP/1.1 404 Not Found\r\n\r\n", TUTTI_EREMOTE, 404, "the server answers 404 Not Found",
		false },
	{ "HTTP/1.1 500 \x1b[31mRed\r\n\r\n", TUTTI_EREMOTE, 500, "the server answers 500 ?[31mRed",
		false },
	{ "HTTP/1.1 200\r\n\r\n", TUTTI_EREMOTE, 200, "the server answers 200", false },
	{ "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", TUTTI_EREMOTE, 302,
		"the server answers 302 Found", false },
	{ SWITCHED "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", TUTTI_EPROTO, 101,
		"no WebSocket: the answer has a wrong key", false },
	{ SWITCHED "\r\n", TUTTI_EPROTO, 101, "no WebSocket: the answer lacks a header", false },
	{ "HTTP/1.1 101 x\r\nUpgrade: websocket\r\n" ACCEPT "\r\n", TUTTI_EPROTO, 101,
		"no WebSocket: the answer lacks a header", false },
	{ "HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: x\r\n" ACCEPT "\r\n", TUTTI_EPROTO,
		101, "no WebSocket: the answer lacks a header", false },
	{ SWITCHED ACCEPT "Sec-WebSocket-Extensions: x\r\n\r\n", TUTTI_EPROTO, 101,
		"an extension that was not offered", false },
	{ SWITCHED ACCEPT "Sec-WebSocket-Protocol: b\r\n\r\n", TUTTI_EPROTO, 101,
		"a protocol that was not offered", false },
	{ SWITCHED ACCEPT "nonsense\r\n\r\n", TUTTI_EPROTO, 101, "a header that cannot be read",
		false },
	{ SWITCHED ACCEPT "a b: c\r\n\r\n", TUTTI_EPROTO, 101, "a header that cannot be read",
		false },
	{ "220 mail\r\n\r\n", TUTTI_EPROTO, 0, "what answers does not talk HTTP", false },
	{ "HTTP/1.1 1x1 ?\r\n\r\n", TUTTI_EPROTO, 0, "what answers does not talk HTTP", false },
	{ "HTTP/1.1 101 x\r\n", TUTTI_EPROTO, 0, "what answers does not talk HTTP", true },
	{ "", -ECONNRESET, 0, "Connection reset by peer", true },
};

static tutti_listener *listener;

static void *serve_fake(void *arg)
{
	return give(tutti_listener_serve(listener, fake, arg));
}

static tutti_task *begin_fake(void)
{
	CHECK_EQ(tutti_listener_create(&listener, "127.0.0.1:0", NULL), 0);
	snprintf(address, sizeof address, "127.0.0.1:%d", tutti_listener_port(listener));
	snprintf(url, sizeof url, "ws://%s/", address);
	return tutti_task_start(serve_fake, NULL, NULL);
}

static void end_fake(tutti_task *serving)
{
	tutti_future_cancel(serving);
	CHECK_EQ(tutti_future_result(serving, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(serving);
	tutti_listener_free(listener);
}

static void answers(void)
{
	static const char *const one[] = { "a", NULL };
	tutti_websocket_options options = { .protocols = one };
	tutti_task *serving = begin_fake();

	for (size_t i = 0; i < sizeof fakes / sizeof *fakes; i++) {
		tutti_websocket_fault fault;
		tutti_websocket *ws = NULL;

		answers_with = fakes[i].answer;
		hangs_up = fakes[i].hangs_up;
		CHECK_EQ(tutti_websocket_connect(&ws, url, &options, &fault), fakes[i].rc);
		CHECK_EQ(fault.status, fakes[i].status);
		if (fakes[i].rc < 0) {
			CHECK(strncmp(fault.text, url, strlen(url)) == 0);
			CHECK_STR(fault.text + strlen(url) + 2, fakes[i].text);
		}
		CHECK_EQ(ws != NULL, fakes[i].rc == 0);
		tutti_websocket_free(ws);
	}
	end_fake(serving);
}

static void addresses(void)
{
	static const char *const invalid[] = { "", "ws:", "ws://", "ws:///x", "localhost:80",
		"ws://a b/", "ws://a/#x", "ws://me@a/", "ws://:80/", "ws://a/\xc3\xa4" };
	static const char *const headers[][3] = { { "Host", "x", NULL }, { "bad name", "x", NULL },
		{ "X", "a\r\nB: c", NULL }, { "Sec-WebSocket-Key", "x", NULL },
		{ "X", NULL, NULL } };
	static const char *const wrong[] = { "a b", NULL };
	tutti_websocket_options options = { .protocols = wrong };
	tutti_websocket_fault fault;
	tutti_websocket *ws;

	for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
		CHECK_EQ(tutti_websocket_connect(&ws, invalid[i], NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_websocket_connect(&ws, "http://a/", NULL, &fault), -EPROTONOSUPPORT);
	CHECK_STR(fault.text, "http://a/: neither ws:// nor wss://");
	CHECK_EQ(tutti_websocket_connect(&ws, "ws://127.0.0.1:1/", &options, NULL), -EINVAL);
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		options = (tutti_websocket_options){ .headers = headers[i] };
		CHECK_EQ(
			tutti_websocket_connect(&ws, "ws://127.0.0.1:1/", &options, NULL), -EINVAL);
	}
	CHECK_EQ(tutti_websocket_connect(&ws, "ws://127.0.0.1:1", NULL, &fault), -ECONNREFUSED);
	CHECK_STR(fault.text, "ws://127.0.0.1:1: Connection refused");
}

static void server_says_nothing(void)
{
	tutti_websocket_fault fault;
	tutti_task *serving = begin_fake();
	tutti_websocket *ws;

	answers_with = "";
	hangs_up = false;
	CHECK_EQ(tutti_websocket_connect_until(
			 &ws, url, NULL, &fault, tutti_after(TUTTI_MILLISECONDS(10))),
		TUTTI_ETIMEDOUT);
	CHECK(strstr(fault.text, "the deadline passed"));
	end_fake(serving);
}

/* -- encrypted --------------------------------------------------------------------------------- */

static tutti_tls_server *tls;
static tutti_http_server *behind;

static int serve_encrypted(tutti_stream *plain, void *arg)
{
	tutti_stream *s;
	int rc = tutti_tls_server_wrap(tls, &s, plain, NULL);

	(void)arg;
	if (rc < 0)
		return 0; /* a client that does not trust us */
	rc = tutti_http_server_serve_stream(s, behind);
	tutti_stream_free(s);
	return rc;
}

static void *serve_all_encrypted(void *arg)
{
	return give(tutti_listener_serve(listener, serve_encrypted, arg));
}

static void over_tls(void)
{
	tutti_websocket_options trusts = { .tls = open_client((tutti_tls_client_options){ 0 }) };
	char *much = malloc(1 << 20);
	tutti_websocket_message m;
	tutti_websocket_fault fault;
	tutti_websocket *ws;
	tutti_task *serving;

	CHECK(much);
	memset(much, 'x', 1 << 20);
	CHECK_EQ(tutti_listener_create(&listener, "127.0.0.1:0", NULL), 0);
	snprintf(url, sizeof url, "wss://127.0.0.1:%d/echo", tutti_listener_port(listener));
	tls = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
	behind = make(NULL);
	serving = tutti_task_start(serve_all_encrypted, NULL, NULL);
	CHECK_EQ(tutti_websocket_connect(&ws, url, NULL, &fault), TUTTI_EUNTRUSTED);
	CHECK_EQ(fault.status, 0);
	CHECK_EQ(tutti_websocket_connect(&ws, url, &trusts, &fault), 0);
	CHECK_STR(fault.text, "");
	check_say(ws, "hello");
	check_message(ws, "hello");
	CHECK_EQ(tutti_websocket_write(ws, TUTTI_WEBSOCKET_BINARY, tutti_bytes_of(much, 1 << 20)),
		0);
	CHECK_EQ(tutti_websocket_read(ws, &m), 0);
	CHECK(m.bytes.size == 1 << 20 && memcmp(m.bytes.data, much, 1 << 20) == 0);
	tutti_http_server_shutdown(behind);
	CHECK_EQ((intptr_t)answer_close(ws), TUTTI_EDONE);
	CHECK_EQ(tutti_websocket_code(ws, NULL), 1001);
	tutti_websocket_free(ws);
	end_fake(serving);
	tutti_http_server_free(behind);
	tutti_tls_server_free(tls);
	tutti_tls_client_free(trusts.tls);
	free(much);
}

/* In a thread, with which its poller goes. */
static void *everything(void *arg)
{
	RUN(both_ends);
	RUN(a_thousand);
	RUN(server_ends);
	RUN(server_ends_all_the_same);
	RUN(answers);
	RUN(addresses);
	RUN(server_says_nothing);
	make_usual();
	RUN(over_tls);
	free_usual();
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
