/* SPDX-License-Identifier: MIT */
/*
 * old_sha256_test.c - an older Python that was built without MD5: its challenge has no digest's
 * name, and what it wants is SHA-256. Who connects finds that out.
 */
#include "support/suite.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <tutti/connection.h>
#include <tutti/error.h>
#include <tutti/manager.h>
#include <tutti/thread.h>

#define KEY "an old key"

struct python {
	tutti_listener *listener;
	char address[TUTTI_ADDRESS_SIZE];
	tutti_thread *thread;
	int refused, welcomed;
	bool is_manager; /* answers one request, with None */
};

static void send(tutti_stream *s, const void *data, size_t n)
{
	const unsigned char head[4] = { 0, 0, (unsigned char)(n >> 8), (unsigned char)n };

	CHECK_EQ(tutti_stream_write(s, head, 4), 0);
	CHECK_EQ(tutti_stream_write(s, data, n), 0);
}

static size_t receive(tutti_stream *s, unsigned char body[1024])
{
	unsigned char head[4];
	size_t n;

	CHECK_EQ(tutti_stream_read_exactly(s, head, 4), 0);
	n = (size_t)head[2] << 8 | head[3];
	CHECK(n <= 1024);
	CHECK_EQ(tutti_stream_read_exactly(s, body, n), 0);
	return n;
}

static void sha256(const void *text, size_t n, unsigned char out[32])
{
	unsigned size = 0;

	CHECK(HMAC(EVP_sha256(), KEY, strlen(KEY), text, n, out, &size) && size == 32);
}

static bool is_right(const unsigned char *answer, size_t n, const char *text)
{
	unsigned char right[32];

	sha256(text, 20, right);
	return n == 32 && memcmp(answer, right, 32) == 0;
}

static void serve_one(struct python *p, tutti_stream *s)
{
	static const char challenge[] = "#CHALLENGE#0123456789abcdefghij";
	static const char none[] = "\x80\x04\x8c\x07#RETURN\x4e\x86.";
	unsigned char body[1024], answer[32];
	size_t n;

	send(s, challenge, 31);
	n = receive(s, body);
	if (!is_right(body, n, challenge + 11)) {
		p->refused++;
		send(s, "#FAILURE#", 9);
		return;
	}
	p->welcomed++;
	send(s, "#WELCOME#", 9);
	n = receive(s, body);
	sha256(body + 11, n - 11, answer);
	send(s, answer, 32);
	CHECK_EQ(receive(s, body), 9);
	if (p->is_manager) {
		receive(s, body);
		send(s, none, sizeof(none) - 1);
	}
}

static void *serve(void *arg)
{
	struct python *p = arg;
	tutti_stream *s;

	while (tutti_listener_accept(p->listener, &s) == 0) {
		serve_one(p, s);
		tutti_stream_free(s);
	}
	return NULL;
}

static void start(struct python *p, bool is_manager)
{
	*p = (struct python){ .is_manager = is_manager };
	CHECK_EQ(tutti_listener_create(&p->listener, "127.0.0.1:0", NULL), 0);
	tutti_listener_address(p->listener, p->address, sizeof(p->address));
	p->thread = tutti_thread_start(serve, p, NULL);
}

static void end(struct python *p)
{
	tutti_listener_close(p->listener);
	CHECK_EQ(tutti_join_all(&p->thread, 1), 0);
	tutti_listener_free(p->listener);
}

static void a_connection_finds_out(void)
{
	struct python p;
	tutti_connection *c;

	start(&p, false);
	CHECK_EQ(tutti_connection_connect(
			 &c, p.address, tutti_bytes_text(KEY), tutti_after(TUTTI_SECONDS(60))),
		0);
	tutti_connection_free(c);
	CHECK_EQ(tutti_connection_connect(&c, p.address, tutti_bytes_text("another"),
			 tutti_after(TUTTI_SECONDS(60))),
		TUTTI_EAUTH);
	end(&p);
	CHECK_EQ(p.refused, 3);
	CHECK_EQ(p.welcomed, 1);
}

static void a_client_finds_out_and_remembers(void)
{
	struct python p;
	tutti_manager *m;

	start(&p, true);
	CHECK_EQ(tutti_manager_create(&m, p.address, tutti_bytes_text(KEY)), 0);
	CHECK_EQ(tutti_manager_connect(m, tutti_after(TUTTI_SECONDS(60))), 0);
	CHECK_EQ(tutti_manager_shutdown(m), 0); /* once more a connection */
	tutti_manager_free(m);
	end(&p);
	CHECK_EQ(p.refused, 1);
	CHECK_EQ(p.welcomed, 2);
}

static void *everything(void *arg)
{
	RUN(a_connection_finds_out);
	RUN(a_client_finds_out_and_remembers);
	return arg;
}

int main(void)
{
	tutti_thread *thread;

	suite_begin();
	thread = tutti_thread_start(everything, NULL, NULL);
	CHECK_EQ(tutti_join_all(&thread, 1), 0);
	return suite_end();
}
