/* SPDX-License-Identifier: MIT */
/* Encrypted streams when something goes wrong: cancelled, too late, talked to in other tongues. */
#include "net/tls_ends.h"
#include "support/suite.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <tutti/listener.h>

/* -- cancelled at each wait -------------------------------------------------------------------- */

/* At the n-th call its caller is cancelled. */
struct hurdle {
	tutti_stream *below;
	int n, calls;
};

static void jump(struct hurdle *h)
{
	if (++h->calls == h->n)
		tutti_future_cancel(tutti_task_current());
}

static ssize_t read_over(void *arg, void *data, size_t size, tutti_time deadline)
{
	struct hurdle *h = arg;

	jump(h);
	return tutti_stream_read_until(h->below, data, size, deadline);
}

static int write_over(void *arg, const void *data, size_t size, size_t *done, tutti_time deadline)
{
	struct hurdle *h = arg;

	(void)done;
	jump(h);
	return tutti_stream_write_until(h->below, data, size, deadline);
}

static const tutti_stream_layer hurdle = { .read = read_over, .write = write_over };

static int ask(tutti_stream *s)
{
	char answer[100];
	int rc = tutti_stream_write(s, "a question", 10);

	if (rc == 0)
		rc = tutti_stream_read_exactly(s, answer, 9);
	if (rc == 0)
		rc = tutti_stream_shutdown(s);
	return rc == 0 ? (int)tutti_stream_read(s, answer, 1) : rc;
}

static int answer(tutti_stream *s)
{
	char question[100];
	int rc = tutti_stream_read_exactly(s, question, 10);

	if (rc == 0)
		rc = tutti_stream_write(s, "an answer", 9);
	if (rc == 0)
		rc = (int)tutti_stream_read(s, question, 1);
	return rc == 0 ? tutti_stream_shutdown(s) : rc;
}

static void *talk(void *arg)
{
	struct end *e = arg;
	int rc;

	shake_end(e);
	rc = e->rc;
	if (rc == 0)
		rc = e->server ? answer(e->s) : ask(e->s);
	close_end(e);
	return give(rc);
}

/* One end is cancelled at its n-th call. Whether it came to that; the other end comes to an end. */
static bool was_cancelled(int n, bool server, int version)
{
	struct ends e = open_below();
	struct end *victim = server ? &e.far : &e.near, *other = server ? &e.near : &e.far;
	struct hurdle h = { victim->below, n, 0 };
	tutti_task *f[2];
	int rc;

	CHECK_EQ(tutti_stream_layer_open(&victim->below, &hurdle, &h, h.below), 0);
	e.near.client = open_client((tutti_tls_client_options){ .version_max = version });
	e.far.server = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
	f[0] = tutti_task_start(talk, victim, NULL);
	f[1] = tutti_task_start(talk, other, NULL);
	rc = tutti_future_result(f[0], NULL, 0);
	CHECK(rc == 0 || rc == TUTTI_EJOBCANCELED);
	CHECK_EQ(rc == 0, h.calls < n);
	tutti_future_unref(f[0]);
	tutti_stream_free(h.below);
	if (rc == 0)
		CHECK_EQ(finish(f[1]), 0);
	else
		finish(f[1]);
	tutti_tls_client_free(e.near.client);
	tutti_tls_server_free(e.far.server);
	return rc != 0;
}

static void cancelled_at_each_wait(void)
{
	static const int versions[] = { TUTTI_TLS_1_2, TUTTI_TLS_1_3 };

	for (int i = 0; i < 2; i++) {
		for (int server = 0; server < 2; server++) {
			int n = 1;

			while (was_cancelled(n, server, versions[i]))
				n++;
			CHECK(n > 5);
		}
	}
}

/* -- too late ---------------------------------------------------------------------------------- */

static void nobody_answers(void)
{
	struct ends e = open_below();
	char address[TUTTI_ADDRESS_SIZE];
	tutti_listener *l;
	tutti_stream *s;

	e.near.client = open_client((tutti_tls_client_options){ 0 });
	e.far.server = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
	CHECK_EQ(tutti_tls_server_wrap_until(
			 e.far.server, &s, e.far.below, NULL, tutti_after(TUTTI_MILLISECONDS(1))),
		TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_tls_client_wrap_until(e.near.client, &s, e.near.below, "localhost",
			 &e.near.fault, tutti_after(TUTTI_MILLISECONDS(1))),
		TUTTI_ETIMEDOUT);
	check_says(e.near.fault.text, "localhost: the deadline passed");
	CHECK_EQ(tutti_listener_create(&l, "127.0.0.1:0", NULL), 0);
	CHECK(tutti_listener_address(l, address, sizeof address) > 0);
	CHECK_EQ(tutti_tls_connect_until(e.near.client, &s, address, &e.near.fault,
			 tutti_after(TUTTI_MILLISECONDS(1))),
		TUTTI_ETIMEDOUT);
	tutti_listener_free(l);
	CHECK_EQ(tutti_tls_connect(e.near.client, &s, address, &e.near.fault), -ECONNREFUSED);
	check_says(e.near.fault.text, address);
	CHECK_EQ(tutti_tls_connect(e.near.client, &s, "nonsense", &e.near.fault), -EINVAL);
	check_says(e.near.fault.text, "nonsense");
	tutti_tls_client_free(e.near.client);
	tutti_tls_server_free(e.far.server);
	close_ends(&e);
}

/* Too late every other time, once the hands are shaken, and a few bytes the others. */
static ssize_t read_late(void *arg, void *data, size_t size, tutti_time deadline)
{
	struct hurdle *h = arg;

	if (h->n > 0 && ++h->calls % 2)
		return TUTTI_ETIMEDOUT;
	return tutti_stream_read_until(h->below, data, size < 7 ? size : 7, deadline);
}

/* A read that is too late, in the middle of a record too, takes nothing: it goes on next time. */
static void what_came_too_late_comes_next_time(void)
{
	static const tutti_stream_layer late = { .read = read_late };
	struct ends e = open_below();
	struct hurdle h = { e.far.below, 0, 0 };
	char text[3000], got[3000];
	int rc, times = 0;

	CHECK_EQ(tutti_stream_layer_open(&e.far.below, &late, &h, h.below), 0);
	e.near.client = open_client((tutti_tls_client_options){ 0 });
	e.far.server = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
	shake(TASKS, &e);
	check_shaken(&e);
	h.n = 1;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + i % 26);
	CHECK_EQ(tutti_stream_write(e.near.s, text, sizeof text), 0);
	while ((rc = tutti_stream_read_exactly(e.far.s, got, sizeof got)) == TUTTI_ETIMEDOUT)
		times++;
	CHECK_EQ(rc, 0);
	CHECK(times > 3000 / 7 - 1);
	CHECK(memcmp(got, text, sizeof got) == 0);
	tutti_tls_client_free(e.near.client);
	tutti_tls_server_free(e.far.server);
	close_ends(&e);
	tutti_stream_free(h.below);
}

static int write_never(void *arg, const void *data, size_t size, size_t *done, tutti_time deadline)
{
	struct hurdle *h = arg;

	(void)done;
	return h->n > 0 ? TUTTI_ETIMEDOUT
			: tutti_stream_write_until(h->below, data, size, deadline);
}

/* Of the end nothing is lost either: it is said by the next call. */
static void an_end_that_came_too_late_is_said_next_time(void)
{
	static const tutti_stream_layer never = { .write = write_never };
	struct ends e = open_below();
	struct hurdle h = { e.near.below, 0, 0 };
	char c;

	CHECK_EQ(tutti_stream_layer_open(&e.near.below, &never, &h, h.below), 0);
	e.near.client = open_client((tutti_tls_client_options){ 0 });
	e.far.server = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
	shake(TASKS, &e);
	check_shaken(&e);
	h.n = 1;
	CHECK_EQ(tutti_stream_shutdown_until(e.near.s, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_stream_shutdown_until(e.near.s, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_stream_read_until(e.far.s, &c, 1, past), TUTTI_ETIMEDOUT);
	h.n = 0;
	CHECK_EQ(tutti_stream_shutdown(e.near.s), 0);
	CHECK_EQ(tutti_stream_read(e.far.s, &c, 1), 0);
	check_writes(e.far.s, "still there");
	check_reads(e.near.s, "still there");
	tutti_tls_client_free(e.near.client);
	tutti_tls_server_free(e.far.server);
	close_ends(&e);
	tutti_stream_free(h.below);
}

/* What was broken off is not sent after all, and nothing looks like an end. */
static void what_was_broken_off_stays_so(void)
{
	static const tutti_stream_layer never = { .write = write_never };
	struct ends e = open_below();
	struct hurdle h = { e.near.below, 0, 0 };
	char c;

	CHECK_EQ(tutti_stream_layer_open(&e.near.below, &never, &h, h.below), 0);
	e.near.client = open_client((tutti_tls_client_options){ 0 });
	e.far.server = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
	shake(TASKS, &e);
	check_shaken(&e);
	h.n = 1;
	CHECK_EQ(tutti_stream_write_until(e.near.s, "x", 1, past), TUTTI_ETIMEDOUT);
	h.n = 0;
	CHECK_EQ(tutti_stream_write(e.near.s, "x", 1), -EPIPE);
	CHECK_EQ(tutti_stream_shutdown(e.near.s), -EPIPE);
	tutti_tls_client_free(e.near.client);
	tutti_tls_server_free(e.far.server);
	close_end(&e.near);
	tutti_stream_free(h.below);
	CHECK_EQ(tutti_stream_read(e.far.s, &c, 1), -ECONNRESET);
	close_ends(&e);
}

/* -- other tongues ----------------------------------------------------------------------------- */

static void check_server_hears(const char *data, size_t size, int code, const char *word)
{
	struct ends e = open_below();

	e.far.server = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
	CHECK_EQ(tutti_stream_write(e.near.below, data, size), 0);
	CHECK_EQ(tutti_stream_shutdown(e.near.below), 0);
	shake_end(&e.far);
	CHECK_EQ(e.far.rc, code);
	check_says(e.far.fault.text, word);
	tutti_tls_server_free(e.far.server);
	close_ends(&e);
}

static void check_client_hears(const char *data, size_t size, int code, const char *word)
{
	struct ends e = open_below();

	e.near.client = open_client((tutti_tls_client_options){ 0 });
	CHECK_EQ(tutti_stream_write(e.far.below, data, size), 0);
	CHECK_EQ(tutti_stream_shutdown(e.far.below), 0);
	shake_end(&e.near);
	CHECK_EQ(e.near.rc, code);
	check_says(e.near.fault.text, word);
	tutti_tls_client_free(e.near.client);
	close_ends(&e);
}

static void who_does_not_talk_tls_is_told_apart(void)
{
	static const char page[] = "HTTP/1.0 400 Bad Request\r\n\r\n",
			  get[] = "GET / HTTP/1.0\r\n\r\n", shell[] = "SSH-2.0-OpenSSH_9.2\r\n";

	check_client_hears(page, sizeof page - 1, TUTTI_EPROTO, "does not talk TLS");
	check_client_hears(shell, sizeof shell - 1, TUTTI_EPROTO, "does not talk TLS");
	check_client_hears("", 0, -ECONNRESET, "cut before");
	check_server_hears(get, sizeof get - 1, TUTTI_EPROTO, "does not talk TLS: http request");
	check_server_hears(shell, sizeof shell - 1, TUTTI_EPROTO, "does not talk TLS");
	check_server_hears("", 0, -ECONNRESET, "cut before");
	check_server_hears("\x16\x03\x01", 3, -ECONNRESET, "cut before");
}

/* Nonsense gets an error, whatever it is. */
static void nonsense_is_an_error(void)
{
	for (unsigned round = 0; round < 300; round++) {
		struct ends e = open_below();
		unsigned char data[300] = { 0x16, 0x03, 0x01, 0x01, 0x00, 0x01 };
		unsigned x = round * 2654435761u + 1;

		for (size_t i = round % 8; i < sizeof data; i++, x = x * 1664525u + 1013904223u)
			data[i] = (unsigned char)(x >> 24);
		e.far.server = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
		e.near.client = open_client((tutti_tls_client_options){ 0 });
		CHECK_EQ(tutti_stream_write(e.near.below, data, sizeof data), 0);
		CHECK_EQ(tutti_stream_write(e.far.below, data, sizeof data), 0);
		CHECK_EQ(tutti_stream_shutdown(e.near.below), 0);
		shake_end(&e.far);
		CHECK(e.far.rc < 0 && e.far.rc != TUTTI_ETIMEDOUT);
		shake_end(&e.near);
		CHECK(e.near.rc < 0 && e.near.rc != TUTTI_ETIMEDOUT);
		tutti_tls_server_free(e.far.server);
		tutti_tls_client_free(e.near.client);
		close_ends(&e);
	}
}

/* Somebody in between changes a byte: it is found out, and both ends hear of it. */
static void a_changed_byte_is_found_out(void)
{
	struct ends e = open_usual();
	char record[1000], text[256];
	ssize_t n;

	check_talk(&e);
	check_writes(e.near.s, "pay him 1 coin");
	n = tutti_stream_read(e.far.below, record, sizeof record);
	CHECK(n > 14);
	record[n - 1] ^= 1;
	CHECK_EQ(tutti_stream_write(e.near.below, record, (size_t)n), 0);
	CHECK_EQ(tutti_stream_read(e.far.s, text, sizeof text), TUTTI_EPROTO);
	CHECK(tutti_tls_text(e.far.s, TUTTI_TLS_FAULT, text, sizeof text) > 0);
	check_says(text, "bad record mac");
	CHECK_EQ(tutti_stream_read(e.far.s, text, sizeof text), TUTTI_EPROTO);
	CHECK_EQ(tutti_stream_write(e.far.s, "x", 1), TUTTI_EPROTO);
	CHECK_EQ(tutti_stream_read(e.near.s, text, sizeof text), TUTTI_EREMOTE);
	CHECK(tutti_tls_text(e.near.s, TUTTI_TLS_FAULT, text, sizeof text) > 0);
	check_says(text, "the other side says: ");
	close_ends(&e);
}

/* -- a peer of another make: OpenSSL itself, on a thread that blocks --------------------------- */

struct peer {
	bool serves;
	int fd, version;
	void (*talk)(SSL *ssl);
};

static void *run_peer(void *arg)
{
	const struct peer *peer = arg;
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());
	SSL *ssl;

	CHECK(ctx && SSL_CTX_set_max_proto_version(ctx, peer->version));
	if (peer->serves)
		CHECK(SSL_CTX_use_cert_and_key(ctx, localhost.x509, localhost.key, NULL, 1));
	ssl = SSL_new(ctx);
	CHECK(ssl && SSL_set_fd(ssl, peer->fd));
	CHECK_EQ(peer->serves ? SSL_accept(ssl) : SSL_connect(ssl), 1);
	peer->talk(ssl);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(peer->fd);
	return NULL;
}

static struct end open_to_peer(struct peer *peer, tutti_future **thread)
{
	struct end e = { 0 };
	int fds[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	CHECK_EQ(tutti_stream_open(&e.below, fds[0]), 0);
	peer->fd = fds[1];
	e.name = "localhost";
	if (peer->serves)
		e.client = open_client((tutti_tls_client_options){ 0 });
	else
		e.server = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
	*thread = tutti_thread_start(run_peer, peer, NULL);
	shake_end(&e);
	CHECK_STR(e.fault.text, "");
	tutti_tls_server_free(e.server);
	tutti_tls_client_free(e.client);
	return e;
}

static void asks_to_begin_anew(SSL *ssl)
{
	char c;

	CHECK_EQ(SSL_write(ssl, "before", 6), 6);
	CHECK_EQ(SSL_renegotiate(ssl), 1);
	CHECK(SSL_do_handshake(ssl) != 1 || SSL_read(ssl, &c, 1) <= 0);
}

static void beginning_anew_is_refused(void)
{
	struct peer peer = { .version = TLS1_2_VERSION, .talk = asks_to_begin_anew };
	tutti_future *thread;
	struct end e = open_to_peer(&peer, &thread);
	char c;

	check_reads(e.s, "before");
	CHECK(tutti_stream_read(e.s, &c, 1) < 0); /* it is told meanwhile, and goes away */
	CHECK_EQ(finish(thread), 0);
	close_end(&e);
}

static void wants_to_begin_anew(SSL *ssl)
{
	char c;

	CHECK_EQ(SSL_renegotiate(ssl), 1);
	CHECK_EQ(SSL_do_handshake(ssl), 1); /* it has asked */
	CHECK_EQ(SSL_write(ssl, "after", 5), 5);
	CHECK(SSL_read(ssl, &c, 1) <= 0);
	CHECK_EQ(ERR_GET_REASON(ERR_get_error()), SSL_R_NO_RENEGOTIATION);
}

static void a_server_is_refused_that_too(void)
{
	struct peer peer = { true, 0, TLS1_2_VERSION, wants_to_begin_anew };
	tutti_future *thread;
	struct end e = open_to_peer(&peer, &thread);
	char c;

	check_reads(e.s, "after");
	CHECK(tutti_stream_read(e.s, &c, 1) < 0);
	CHECK_EQ(finish(thread), 0);
	close_end(&e);
}

static void changes_keys(SSL *ssl)
{
	char got[6] = "";

	for (int i = 0; i < 3; i++) {
		CHECK_EQ(SSL_write(ssl, "before", 6), 6);
		CHECK_EQ(SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED), 1);
		CHECK_EQ(SSL_write(ssl, "after", 5), 5);
		CHECK_EQ(SSL_read(ssl, got, 6), 6);
	}
	CHECK_EQ(SSL_shutdown(ssl), 0);
}

static void keys_may_be_changed(void)
{
	struct peer peer = { .version = TLS1_3_VERSION, .talk = changes_keys };
	tutti_future *thread;
	struct end e = open_to_peer(&peer, &thread);
	char c;

	for (int i = 0; i < 3; i++) {
		check_reads(e.s, "beforeafter");
		check_writes(e.s, "answer");
	}
	CHECK_EQ(tutti_stream_read(e.s, &c, 1), 0);
	CHECK_EQ(finish(thread), 0);
	close_end(&e);
}

/* -- the usual server -------------------------------------------------------------------------- */

static int serve_one(tutti_stream *below, void *server)
{
	tutti_stream *s;
	int rc = tutti_tls_server_wrap_until(
		server, &s, below, NULL, tutti_after(TUTTI_SECONDS(30)));

	if (rc == 0) {
		rc = answer(s);
		tutti_stream_free(s);
	}
	return rc;
}

struct service {
	tutti_listener *l;
	tutti_tls_server *server;
};

static void *serve(void *arg)
{
	const struct service *service = arg;

	return give(tutti_listener_serve(service->l, serve_one, service->server));
}

static void by_address(void)
{
	static const char *const listen[] = { "127.0.0.1:0", "[::1]:0", "localhost:0" };

	for (int i = 0; i < 3; i++) {
		struct service service = { NULL,
			open_server(localhost.pem, (tutti_tls_server_options){ 0 }) };
		tutti_tls_client *client = open_client((tutti_tls_client_options){ 0 });
		char address[TUTTI_ADDRESS_SIZE];
		tutti_tls_fault fault;
		tutti_stream *s;
		tutti_task *f;

		CHECK_EQ(tutti_listener_create(&service.l, listen[i], NULL), 0);
		CHECK(tutti_listener_address(service.l, address, sizeof address) > 0);
		if (i == 2)
			snprintf(address, sizeof address, "localhost:%d",
				tutti_listener_port(service.l));
		f = tutti_task_start(serve, &service, NULL);
		for (int round = 0; round < 3; round++) {
			CHECK_EQ(tutti_tls_connect(client, &s, address, &fault), 0);
			CHECK_EQ(ask(s), 0);
			CHECK_EQ(tutti_tls_resumed(s), round > 0);
			tutti_stream_free(s);
		}
		tutti_listener_close(service.l);
		CHECK_EQ(finish(f), -EBADF);
		tutti_listener_free(service.l);
		tutti_tls_client_free(client);
		tutti_tls_server_free(service.server);
	}
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	make_usual();
	RUN(cancelled_at_each_wait);
	RUN(nobody_answers);
	RUN(what_came_too_late_comes_next_time);
	RUN(an_end_that_came_too_late_is_said_next_time);
	RUN(what_was_broken_off_stays_so);
	RUN(who_does_not_talk_tls_is_told_apart);
	RUN(nonsense_is_an_error);
	RUN(a_changed_byte_is_found_out);
	RUN(beginning_anew_is_refused);
	RUN(a_server_is_refused_that_too);
	RUN(keys_may_be_changed);
	RUN(by_address);
	free_usual();
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
