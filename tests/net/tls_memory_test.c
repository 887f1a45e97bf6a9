/* SPDX-License-Identifier: MIT */
/* Each allocation of OpenSSL fails once: the connection ends with an error, and nothing is lost. */
#include "net/tls_ends.h"
#include "support/suite.h"

#include <openssl/crypto.h>

static long until; /* this many more, then one fails; 0: none does. One thread. */
static bool has_failed;

static bool fails_now(void)
{
	if (until == 0 || --until > 0)
		return false;
	has_failed = true;
	return true;
}

static void *get(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return fails_now() ? NULL : malloc(size);
}

static void *resize(void *old, size_t size, const char *file, int line)
{
	(void)file, (void)line;
	if (size == 0) {
		free(old);
		return NULL;
	}
	return fails_now() ? NULL : realloc(old, size);
}

static void give_back(void *old, const char *file, int line)
{
	(void)file, (void)line;
	free(old);
}

/* Connect, talk, and end; any of it may fail. */
static void *talk(void *arg)
{
	struct end *e = arg;
	char got[10];
	int rc;

	e->rc = e->server ? tutti_tls_server_wrap(e->server, &e->s, e->below, &e->fault)
			  : tutti_tls_client_wrap(e->client, &e->s, e->below, e->name, &e->fault);
	if (e->rc < 0) {
		e->s = NULL;
	} else {
		rc = tutti_stream_write(e->s, "0123456789", 10);
		if (rc == 0)
			rc = tutti_stream_read_exactly(e->s, got, 10);
		if (rc == 0)
			tutti_stream_shutdown(e->s);
		e->rc = rc;
	}
	close_end(e);
	return NULL;
}

/* Whether one failed; if none did all must have gone well. */
static bool fails_at(long n, tutti_tls_client *client, tutti_tls_server *server)
{
	struct ends e = open_below();
	tutti_task *far;

	e.near.client = client;
	e.far.server = server;
	until = n;
	has_failed = false;
	far = tutti_task_start(talk, &e.far, NULL);
	talk(&e.near);
	CHECK_EQ(finish(far), 0);
	until = 0;
	if (!has_failed) {
		CHECK_EQ(e.near.rc, 0);
		CHECK_EQ(e.far.rc, 0);
	}
	return has_failed;
}

static void each_allocation_may_fail(bool no_reuse)
{
	tutti_tls_client *client = open_client((tutti_tls_client_options){ .no_reuse = no_reuse });
	tutti_tls_server *server = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
	long n = 1;

	CHECK(!fails_at(0, client, server)); /* what OpenSSL makes once for all is there now */
	while (suite_has_time() && fails_at(n, client, server))
		n += suite_rounds(1) > 1 ? 1 : 1 + n / 100;
	CHECK(n > 40);
	CHECK(!fails_at(0, client, server));
	tutti_tls_client_free(client);
	tutti_tls_server_free(server);
}

static void of_a_first_connection(void)
{
	each_allocation_may_fail(true);
}

static void of_one_that_goes_on(void)
{
	each_allocation_may_fail(false);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	make_usual();
	RUN(of_a_first_connection);
	RUN(of_one_that_goes_on);
	free_usual();
	return arg;
}

int main(void)
{
	CHECK(CRYPTO_set_mem_functions(get, resize, give_back));
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
