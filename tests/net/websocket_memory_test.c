/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-asan LABELS no-tsan LABELS no-valgrind LABELS no-qemu */
/* Each allocation on the way fails once: the connection ends with an error, and nothing is lost. */
#include "net/frames.h"
#include "net/talk.h"

static struct talk talk;

/* This many more of this thread's, then one fails; 0: none does. */
static _Thread_local long until;
static bool has_failed;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

static bool fails_now(void)
{
	if (until == 0 || --until > 0)
		return false;
	has_failed = true;
	return true;
}

void *malloc(size_t size)
{
	return fails_now() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails_now() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	return fails_now() ? NULL : __libc_realloc(old, size);
}

/* -- a conversation at a server ---------------------------------------------------------------- */

static ssize_t next_piece(void *arg, void *data, size_t size)
{
	int *left = arg;

	memset(data, 'x', size < 5000 ? size : 5000);
	return --*left < 0 ? 0 : 5000;
}

static int say_things(tutti_websocket *ws)
{
	static char much[200000];
	tutti_websocket_message m;
	int left = 2;
	int rc = tutti_websocket_write(
		ws, TUTTI_WEBSOCKET_BINARY, tutti_bytes_of(much, sizeof much));

	if (rc == 0)
		rc = tutti_websocket_read(ws, &m);
	if (rc == 0)
		rc = tutti_websocket_write_from(ws, TUTTI_WEBSOCKET_TEXT, next_piece, &left);
	if (rc == 0)
		rc = tutti_websocket_read(ws, &m);
	if (rc == 0)
		rc = tutti_websocket_close(ws, 1000, NULL);
	return rc;
}

static int converse(void)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
				      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
				      "Sec-WebSocket-Protocol: v1\r\n"
				      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
	tutti_websocket *ws;
	tutti_bytes head = { 0 };
	int rc = tutti_stream_write(talk.far, request, sizeof request - 1);

	if (rc == 0)
		rc = tutti_stream_read_past(talk.far, "\r\n\r\n", 4, 1000, &head);
	if (rc < 0)
		return rc;
	CHECK(head.data);
	rc = strncmp(head.data, "HTTP/1.1 101 ", 13) == 0 ? 0 : -EIO;
	tutti_bytes_free(&head);
	if (rc == 0)
		rc = tutti_websocket_wrap(&ws, talk.far, TUTTI_WEBSOCKET_CLIENT, NULL);
	if (rc < 0)
		return rc;
	rc = say_things(ws);
	tutti_websocket_free(ws);
	return rc;
}

/* Whether one failed; if none did all must have gone well. */
static bool fails_at(long n, tutti_http_server *server)
{
	int rc;

	talk_begin(&talk, server);
	settle();
	has_failed = false;
	until = n;
	rc = converse();
	until = 0;
	talk_end(&talk);
	if (!has_failed)
		CHECK_EQ(rc, 0);
	return has_failed;
}

static void ignore(int code, const char *text, void *arg)
{
	(void)code, (void)text, (void)arg;
}

static void at_a_server(void)
{
	static const char *const protocols[] = { "v1", NULL };
	tutti_websocket_options options = { .protocols = protocols };
	tutti_http_server *server;
	long n = 1;

	tutti_set_reporter(ignore, NULL); /* no memory is news */
	CHECK_EQ(tutti_http_server_create(&server, NULL), 0);
	CHECK_EQ(tutti_http_server_route(server, "GET /", echo_messages, &options), 0);
	CHECK(!fails_at(0, server)); /* what is made once for all is there now */
	while (fails_at(n, server))
		n++;
	CHECK(n > 15);
	tutti_http_server_free(server);
	tutti_set_reporter(tutti_report_stderr, NULL);
}

/* -- a client's way to its connection ---------------------------------------------------------- */

static void of_a_client(void)
{
	static const char *const protocols[] = { "v1", NULL };
	tutti_websocket_options options = { .protocols = protocols };
	tutti_websocket_fault fault;
	tutti_websocket *ws;
	int rc = -ENOMEM;
	long n = 0;

	while (rc == -ENOMEM) {
		until = ++n;
		rc = tutti_websocket_connect(&ws, "ws://127.0.0.1:1/", &options, &fault);
		until = 0;
	}
	CHECK_EQ(rc, -ECONNREFUSED);
	CHECK(n > 2);
}

/* In a thread, with which its poller goes. */
static void *everything(void *arg)
{
	RUN(at_a_server);
	RUN(of_a_client);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
