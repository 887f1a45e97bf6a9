/* SPDX-License-Identifier: MIT */
/* The HTTP server over encrypted streams, which it cannot tell from others. */
#include "net/tls_ends.h"
#include "support/suite.h"

#include <tutti/net.h>

static int hello(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text("hello"));
}

struct served {
	tutti_http_server *http;
	struct end *end;
};

static void *serve(void *arg)
{
	const struct served *served = arg;

	shake_end(served->end);
	CHECK_EQ(served->end->rc, 0);
	return give(tutti_http_server_serve_stream(served->end->s, served->http));
}

static tutti_task *begin(struct ends *e, struct served *served)
{
	tutti_task *f;

	CHECK_EQ(tutti_http_server_create(&served->http, NULL), 0);
	CHECK_EQ(tutti_http_server_route(served->http, "/", hello, NULL), 0);
	e->near.client = open_client((tutti_tls_client_options){ 0 });
	e->far.server = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
	f = tutti_task_start(serve, served, NULL);
	shake_end(&e->near);
	CHECK_EQ(e->near.rc, 0);
	return f;
}

static void end(struct ends *e, struct served *served)
{
	tutti_tls_client_free(e->near.client);
	tutti_tls_server_free(e->far.server);
	tutti_http_server_free(served->http);
}

/* Several requests on one connection; then the client says that it is done. */
static void pages_are_served(void)
{
	struct ends e = open_below();
	struct served served = { NULL, &e.far };
	tutti_task *f = begin(&e, &served);
	tutti_bytes line;
	char c;

	for (int round = 0; round < 3; round++) {
		check_writes(e.near.s, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
		CHECK_EQ(tutti_stream_read_past(e.near.s, "\r\n\r\n", 4, 10000, &line), 0);
		CHECK(strncmp((const char *)line.data, "HTTP/1.1 200 OK\r\n", 17) == 0);
		tutti_bytes_free(&line);
		check_reads(e.near.s, "hello");
	}
	CHECK_EQ(tutti_stream_shutdown(e.near.s), 0);
	CHECK_EQ(finish(f), 0);
	close_end(&e.far);
	CHECK_EQ(tutti_stream_read(e.near.s, &c, 1), 0);
	close_end(&e.near);
	end(&e, &served);
}

/* A server that stops ends those that ask for nothing more, or only half, and says so. */
static void idle_ones_end(const char *text)
{
	struct ends e = open_below();
	struct served served = { NULL, &e.far };
	tutti_task *f = begin(&e, &served);
	tutti_bytes line;
	char c;

	check_writes(e.near.s, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	CHECK_EQ(tutti_stream_read_past(e.near.s, "hello", 5, 10000, &line), 0);
	tutti_bytes_free(&line);
	check_writes(e.near.s, text);
	settle();
	tutti_http_server_shutdown(served.http);
	CHECK_EQ(finish(f), 0);
	CHECK_EQ(tutti_stream_shutdown(e.far.s), 0);
	CHECK_EQ(tutti_stream_read(e.near.s, &c, 1), 0);
	close_end(&e.near);
	close_end(&e.far);
	end(&e, &served);
}

static void at_the_end(void)
{
	idle_ones_end("");
	idle_ones_end("G");
	idle_ones_end("GET / HTTP/1.1\r\nHost: localhost\r\n");
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	make_usual();
	RUN(pages_are_served);
	RUN(at_the_end);
	free_usual();
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
