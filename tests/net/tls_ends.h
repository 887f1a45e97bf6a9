/* SPDX-License-Identifier: MIT */
/*
 * tls_ends.h - for tests of encrypted streams: two ends of one, and the certificates they show.
 */
#ifndef TESTS_NET_TLS_ENDS_H
#define TESTS_NET_TLS_ENDS_H

#include "net/certificates.h"
#include "support/both.h"

#include <errno.h>
#include <sys/socket.h>
#include <tutti/stream_layer.h>
#include <tutti/stream_read.h>
#include <tutti/tls_info.h>

static const tutti_time past = 1;

/* Made once: who signs, and the usual server. */
static struct certificate authority, localhost;

static inline void make_usual(void)
{
	authority = make_authority("tests' authority");
	localhost = make_leaf(&authority, "localhost", "DNS:localhost,IP:127.0.0.1,IP:::1");
}

static inline void free_usual(void)
{
	free_certificate(&localhost);
	free_certificate(&authority);
}

static inline tutti_tls_server *open_server(const char *pem, tutti_tls_server_options o)
{
	tutti_tls_identity identity = { pem, NULL };
	tutti_tls_fault fault;
	tutti_tls_server *server;
	int rc;

	if (pem) {
		o.identities = &identity;
		o.n = 1;
	}
	rc = tutti_tls_server_create(&server, &o, &fault);
	CHECK_STR(fault.text, "");
	CHECK_EQ(rc, 0);
	return server;
}

static inline tutti_tls_client *open_client(tutti_tls_client_options o)
{
	tutti_tls_fault fault;
	tutti_tls_client *client;
	int rc;

	if (!o.trust && !o.insecure)
		o.trust = authority.pem;
	rc = tutti_tls_client_create(&client, &o, &fault);
	CHECK_STR(fault.text, "");
	CHECK_EQ(rc, 0);
	return client;
}

/* -- two ends ---------------------------------------------------------------------------------- */

struct end {
	tutti_tls_client *client; /* one of these */
	tutti_tls_server *server;
	const char *name;
	tutti_stream *below, *s; /* s: NULL where the handshake has failed */
	int rc;
	tutti_tls_fault fault;
};

struct ends {
	struct end near, far; /* the client's, the server's */
};

static inline struct ends open_below(void)
{
	struct ends e = { 0 };
	int fds[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	CHECK_EQ(tutti_stream_open(&e.near.below, fds[0]), 0);
	CHECK_EQ(tutti_stream_open(&e.far.below, fds[1]), 0);
	e.near.name = "localhost";
	return e;
}

/* What has failed is closed at once, as every program does, so that the other end hears of it. */
static inline void *shake_end(void *arg)
{
	struct end *e = arg;

	e->rc = e->server ? tutti_tls_server_wrap(e->server, &e->s, e->below, &e->fault)
			  : tutti_tls_client_wrap(e->client, &e->s, e->below, e->name, &e->fault);
	CHECK_EQ(e->rc == 0, e->fault.text[0] == '\0');
	if (e->rc < 0) {
		e->s = NULL;
		tutti_stream_free(e->below);
		e->below = NULL;
	}
	return NULL;
}

static inline void shake(enum mix mix, struct ends *e)
{
	tutti_future *far = start_as(mix, shake_end, &e->far);

	shake_end(&e->near);
	CHECK_EQ(finish(far), 0);
}

static inline void check_shaken(const struct ends *e)
{
	CHECK_STR(e->near.fault.text, "");
	CHECK_STR(e->far.fault.text, "");
	CHECK_EQ(e->near.rc, 0);
	CHECK_EQ(e->far.rc, 0);
}

static inline void close_end(struct end *e)
{
	tutti_stream_free(e->s);
	tutti_stream_free(e->below);
	e->s = e->below = NULL;
}

static inline void close_ends(struct ends *e)
{
	close_end(&e->near);
	close_end(&e->far);
}

/* Shaken hands, with the usual certificates; the settings go away when the last end does. */
static inline struct ends open_ends(
	tutti_tls_client_options client, tutti_tls_server_options server)
{
	struct ends e = open_below();

	e.near.client = open_client(client);
	e.far.server = open_server(localhost.pem, server);
	shake(TASKS, &e);
	tutti_tls_client_free(e.near.client);
	tutti_tls_server_free(e.far.server);
	return e;
}

static inline struct ends open_usual(void)
{
	struct ends e = open_ends((tutti_tls_client_options){ 0 }, (tutti_tls_server_options){ 0 });

	check_shaken(&e);
	return e;
}

static inline void check_reads(tutti_stream *s, const char *text)
{
	char got[256] = "";

	CHECK_EQ(tutti_stream_read_exactly(s, got, strlen(text)), 0);
	CHECK_STR(got, text);
}

static inline void check_writes(tutti_stream *s, const char *text)
{
	CHECK_EQ(tutti_stream_write(s, text, strlen(text)), 0);
}

static inline void check_talk(struct ends *e)
{
	check_writes(e->near.s, "a question");
	check_reads(e->far.s, "a question");
	check_writes(e->far.s, "an answer");
	check_reads(e->near.s, "an answer");
}

static inline void check_text(const tutti_stream *s, tutti_tls_what what, const char *expected)
{
	char text[256];
	int n = tutti_tls_text(s, what, text, sizeof text);

	CHECK_STR(text, expected);
	CHECK_EQ(n, strlen(expected));
}

/* Somewhere in a fault there is the word that helps. */
static inline void check_says(const char *text, const char *word)
{
	if (!strstr(text, word))
		CHECK_STR(text, word);
}

#endif
