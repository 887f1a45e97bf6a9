/* SPDX-License-Identifier: MIT */
/* rows: +tls */
/* ctest: VIRTUAL ON */
/* Whom an encrypted stream talks to: certificates, names, protocols, and going on from before. */
#include "net/tls_ends.h"
#include "support/suite.h"

#include <fcntl.h>
#include <openssl/evp.h>

/* A handshake of a client that asks for name with a server that shows pem. */
static struct ends meet(const char *pem, const char *name, tutti_tls_client_options o)
{
	struct ends e = open_below();

	e.near.name = name;
	e.near.client = open_client(o);
	e.far.server = open_server(pem, (tutti_tls_server_options){ 0 });
	shake(TASKS, &e);
	tutti_tls_client_free(e.near.client);
	tutti_tls_server_free(e.far.server);
	return e;
}

static void check_refused(const char *pem, const char *name, int code, const char *word)
{
	struct ends e = meet(pem, name, (tutti_tls_client_options){ 0 });

	CHECK_EQ(e.near.rc, code);
	check_says(e.near.fault.text, word);
	check_says(e.near.fault.text, name);
	CHECK_EQ(e.far.rc, TUTTI_EAUTH); /* the server is told */
	check_says(e.far.fault.text, "the other side says: ");
	close_ends(&e);
	/* All of it passes who does not care. */
	e = meet(pem, name, (tutti_tls_client_options){ .insecure = true });
	check_shaken(&e);
	check_talk(&e);
	close_ends(&e);
}

static void check_accepted(const char *pem, const char *name)
{
	struct ends e = meet(pem, name, (tutti_tls_client_options){ 0 });

	check_shaken(&e);
	check_talk(&e);
	close_ends(&e);
}

/* -- who signed it, when, for whom ------------------------------------------------------------- */

static void who_signed_it(void)
{
	struct certificate other = make_authority("another authority");
	struct certificate unknown = make_leaf(&other, "localhost", "DNS:localhost");
	struct certificate own = make_leaf(NULL, "localhost", "DNS:localhost");
	struct ends e;

	check_refused(unknown.pem, "localhost", TUTTI_EUNTRUSTED, "unable to get local issuer");
	check_refused(own.pem, "localhost", TUTTI_EUNTRUSTED, "self-signed");
	/* It may be trusted itself. */
	e = meet(own.pem, "localhost", (tutti_tls_client_options){ .trust = own.pem });
	check_shaken(&e);
	close_ends(&e);
	free_certificate(&other);
	free_certificate(&unknown);
	free_certificate(&own);
}

static void through_one_between(void)
{
	struct certificate between =
		make_certificate(&authority, "in between", NULL, EVP_EC_gen("P-256"), -DAY, DAY);
	struct certificate leaf = make_leaf(&between, "localhost", "DNS:localhost");
	char *chain;

	check_refused(leaf.pem, "localhost", TUTTI_EUNTRUSTED, "not trusted");
	chain = malloc(strlen(leaf.pem) + strlen(between.pem) + 1);
	CHECK(chain);
	strcat(strcpy(chain, leaf.pem), between.pem);
	check_accepted(chain, "localhost");
	free(chain);
	free_certificate(&leaf);
	free_certificate(&between);
}

static void when_it_is_valid(void)
{
	struct certificate old = make_certificate(
		&authority, "localhost", "DNS:localhost", EVP_EC_gen("P-256"), -3 * DAY, -2 * DAY);
	struct certificate early = make_certificate(
		&authority, "localhost", "DNS:localhost", EVP_EC_gen("P-256"), 2 * DAY, 3 * DAY);

	check_refused(old.pem, "localhost", TUTTI_EEXPIRED, "has expired");
	check_refused(early.pem, "localhost", TUTTI_EEXPIRED, "not valid before");
	free_certificate(&old);
	free_certificate(&early);
}

static void for_whom_it_is(void)
{
	struct certificate wild =
		make_leaf(&authority, "wild", "DNS:*.wild.example,DNS:other.test,IP:127.0.0.2");

	check_accepted(wild.pem, "a.wild.example");
	check_accepted(wild.pem, "OTHER.test");
	check_accepted(wild.pem, "other.test.");
	check_accepted(wild.pem, "127.0.0.2");
	check_accepted(localhost.pem, "::1");
	check_refused(wild.pem, "wild.example", TUTTI_EWRONGNAME, "*.wild.example, other.test");
	check_refused(wild.pem, "a.b.wild.example", TUTTI_EWRONGNAME, "not for a.b.wild.example");
	check_refused(wild.pem, "127.0.0.1", TUTTI_EWRONGNAME, "127.0.0.2");
	check_refused(localhost.pem, "127.0.0.2", TUTTI_EWRONGNAME, "for localhost");
	check_refused(
		localhost.pem, "wild", TUTTI_EWRONGNAME, "for localhost"); /* a CN is no name */
	free_certificate(&wild);
}

static void a_name_must_be_given(void)
{
	const char *bad[] = { NULL, "", "." };
	struct ends e = open_below();

	e.near.client = open_client((tutti_tls_client_options){ 0 });
	for (size_t i = 0; i < 2; i++) {
		CHECK_EQ(tutti_tls_client_wrap(
				 e.near.client, &e.near.s, e.near.below, bad[i], &e.near.fault),
			-EINVAL);
		check_says(e.near.fault.text, "name");
	}
	tutti_tls_client_free(e.near.client);
	close_ends(&e);
	e = meet(localhost.pem, NULL, (tutti_tls_client_options){ .insecure = true });
	check_shaken(&e);
	close_ends(&e);
}

/* Those that the system trusts are found by an environment variable of OpenSSL's. */
static void whom_the_system_trusts(void)
{
	char path[] = "/tmp/tutti-tls-XXXXXX";
	int fd = mkstemp(path);
	struct ends e = open_below();

	e.near.client = NULL;
	e.far.server = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
	CHECK_EQ(write(fd, authority.pem, strlen(authority.pem)), strlen(authority.pem));
	close(fd);
	CHECK_EQ(setenv("SSL_CERT_FILE", path, 1), 0);
	shake(TASKS, &e);
	check_shaken(&e);
	check_talk(&e);
	close_ends(&e);
	CHECK_EQ(unlink(path), 0);
	tutti_tls_server_free(e.far.server);
}

/* -- clients that show who they are ------------------------------------------------------------ */

static struct ends meet_strict(const char *client_pem, int version)
{
	struct ends e = open_below();

	e.near.client = open_client(
		(tutti_tls_client_options){ .identity.chain = client_pem, .version_max = version });
	e.far.server =
		open_server(localhost.pem, (tutti_tls_server_options){ .trust = authority.pem });
	shake(TASKS, &e);
	tutti_tls_client_free(e.near.client);
	tutti_tls_server_free(e.far.server);
	return e;
}

static void clients_may_be_asked(void)
{
	struct certificate guest = make_leaf(&authority, "a guest", "DNS:guest.example");
	struct certificate stranger = make_leaf(NULL, "a stranger", "DNS:guest.example");
	struct ends e = meet_strict(guest.pem, 0);
	char text[256];
	char c;

	check_shaken(&e);
	check_text(e.far.s, TUTTI_TLS_SUBJECT, "CN=a guest");
	check_talk(&e);
	close_ends(&e);
	e = meet_strict(stranger.pem, 0);
	CHECK_EQ(e.far.rc, TUTTI_EUNTRUSTED);
	check_says(e.far.fault.text, "a stranger");
	close_ends(&e);
	e = meet_strict(NULL, TUTTI_TLS_1_2);
	CHECK_EQ(e.far.rc, TUTTI_EUNTRUSTED);
	check_says(e.far.fault.text, "did not return a certificate");
	CHECK(e.near.rc == -EPROTONOSUPPORT || e.near.rc == TUTTI_EAUTH);
	close_ends(&e);
	/* A client of TLS 1.3 is done before the server has judged: its first read is told. */
	e = meet_strict(NULL, TUTTI_TLS_1_3);
	CHECK_EQ(e.far.rc, TUTTI_EUNTRUSTED);
	CHECK_EQ(e.near.rc, 0);
	CHECK_EQ(tutti_stream_read(e.near.s, &c, 1), TUTTI_EAUTH);
	CHECK(tutti_tls_text(e.near.s, TUTTI_TLS_FAULT, text, sizeof text) > 0);
	check_says(text, "localhost: the other side says: ");
	close_ends(&e);
	free_certificate(&guest);
	free_certificate(&stranger);
}

/* -- several names ----------------------------------------------------------------------------- */

static const char *shown_to(tutti_tls_server *server, const char *name)
{
	static char text[256];
	struct ends e = open_below();

	e.near.name = name;
	e.near.client = open_client((tutti_tls_client_options){ .insecure = true });
	e.far.server = server;
	shake(TASKS, &e);
	check_shaken(&e);
	CHECK(tutti_tls_text(e.near.s, TUTTI_TLS_SUBJECT, text, sizeof text) > 0);
	tutti_tls_client_free(e.near.client);
	close_ends(&e);
	return text;
}

static void the_certificate_for_the_name_is_shown(void)
{
	struct certificate all[] = {
		make_leaf(&authority, "first", "DNS:first.example"),
		make_leaf(&authority, "second", "DNS:second.example,DNS:www.second.example"),
		make_leaf(&authority, "wild", "DNS:*.wild.example"),
		make_certificate(&authority, "second, by another kind of key", "DNS:second.example",
			EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), -DAY, DAY),
	};
	enum { N = sizeof all / sizeof *all };
	tutti_tls_identity identities[N];
	tutti_tls_server *server;

	for (int i = 0; i < N; i++)
		identities[i] = (tutti_tls_identity){ all[i].pem, NULL };
	server = open_server(NULL, (tutti_tls_server_options){ .identities = identities, .n = N });
	CHECK_STR(shown_to(server, "first.example"), "CN=first");
	CHECK_STR(shown_to(server, "second.example"), "CN=second");
	CHECK_STR(shown_to(server, "WWW.second.example"), "CN=second");
	CHECK_STR(shown_to(server, "a.wild.example"), "CN=wild");
	CHECK_STR(shown_to(server, "wild.example"), "CN=first");
	CHECK_STR(shown_to(server, "127.0.0.1"), "CN=first");
	CHECK_STR(shown_to(server, NULL), "CN=first");
	tutti_tls_server_free(server);
	for (int i = 0; i < N; i++)
		free_certificate(&all[i]);
}

/* -- what is spoken within --------------------------------------------------------------------- */

static struct ends meet_speaking(const char *const *client, const char *const *server)
{
	return open_ends((tutti_tls_client_options){ .protocols = client },
		(tutti_tls_server_options){ .protocols = server });
}

static void a_protocol_is_agreed_upon(void)
{
	static const char *const h2[] = { "h2", "http/1.1", NULL },
				 *const h1[] = { "http/1.1", NULL },
				 *const turned[] = { "http/1.1", "h2", NULL },
				 *const other[] = { "x", NULL };
	struct ends e = meet_speaking(turned, h2);

	check_shaken(&e);
	check_text(e.near.s, TUTTI_TLS_PROTOCOL, "h2"); /* the server's taste decides */
	check_text(e.far.s, TUTTI_TLS_PROTOCOL, "h2");
	close_ends(&e);
	e = meet_speaking(h1, h2);
	check_shaken(&e);
	check_text(e.far.s, TUTTI_TLS_PROTOCOL, "http/1.1");
	close_ends(&e);
	e = meet_speaking(NULL, h2);
	check_shaken(&e);
	check_text(e.far.s, TUTTI_TLS_PROTOCOL, "");
	close_ends(&e);
	e = meet_speaking(h2, NULL);
	check_shaken(&e);
	check_text(e.near.s, TUTTI_TLS_PROTOCOL, "");
	close_ends(&e);
	e = meet_speaking(other, h2);
	CHECK_EQ(e.near.rc, -EPROTONOSUPPORT);
	CHECK_EQ(e.far.rc, -EPROTONOSUPPORT);
	check_says(e.near.fault.text, "no application protocol");
	close_ends(&e);
}

static void a_version_is_agreed_upon(void)
{
	struct ends e = open_ends((tutti_tls_client_options){ .version_max = TUTTI_TLS_1_2 },
		(tutti_tls_server_options){ .version_min = TUTTI_TLS_1_3 });

	CHECK_EQ(e.near.rc, -EPROTONOSUPPORT);
	CHECK_EQ(e.far.rc, -EPROTONOSUPPORT);
	check_says(e.near.fault.text, "protocol version");
	check_says(e.far.fault.text, "unsupported protocol");
	close_ends(&e);
}

/* -- going on from before ---------------------------------------------------------------------- */

/* Connect and talk; whether it went on from an earlier connection, as both ends must say. */
static bool resumes(tutti_tls_client *client, tutti_tls_server *server, const char *name)
{
	struct ends e = open_below();
	bool resumed;

	e.near.name = name;
	e.near.client = client;
	e.far.server = server;
	shake(TASKS, &e);
	check_shaken(&e);
	check_talk(&e);
	resumed = tutti_tls_resumed(e.near.s);
	CHECK_EQ(tutti_tls_resumed(e.far.s), resumed);
	check_text(e.near.s, TUTTI_TLS_SUBJECT, "CN=localhost");
	close_ends(&e);
	return resumed;
}

static void sessions_are_used_again(void)
{
	static const int versions[] = { TUTTI_TLS_1_2, TUTTI_TLS_1_3 };

	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		tutti_tls_client *client =
			open_client((tutti_tls_client_options){ .version_max = versions[i] });
		tutti_tls_server *server =
			open_server(localhost.pem, (tutti_tls_server_options){ 0 });

		CHECK(!resumes(client, server, "localhost"));
		for (int round = 0; round < 5; round++)
			CHECK(resumes(client, server, "localhost"));
		CHECK(!resumes(
			client, server, "127.0.0.1")); /* another server, as far as one knows */
		CHECK(resumes(client, server, "127.0.0.1"));
		tutti_tls_server_free(server);
		/* A server that has forgotten all begins anew. */
		server = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
		CHECK(!resumes(client, server, "localhost"));
		CHECK(resumes(client, server, "localhost"));
		tutti_tls_client_free(client);
		tutti_tls_server_free(server);
	}
}

static void either_side_may_not_want_that(void)
{
	tutti_tls_client *client = open_client((tutti_tls_client_options){ 0 });
	tutti_tls_client *fresh = open_client((tutti_tls_client_options){ .no_reuse = true });
	tutti_tls_server *server = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
	tutti_tls_server *strict =
		open_server(localhost.pem, (tutti_tls_server_options){ .no_reuse = true });

	for (int round = 0; round < 3; round++) {
		CHECK(!resumes(fresh, server, "localhost"));
		CHECK(!resumes(client, strict, "localhost"));
	}
	tutti_tls_client_free(client);
	tutti_tls_client_free(fresh);
	tutti_tls_server_free(server);
	tutti_tls_server_free(strict);
}

/* More servers than are remembered: the oldest make room. */
static void there_is_room_for_some(void)
{
	tutti_tls_client *client = open_client((tutti_tls_client_options){ .insecure = true });
	tutti_tls_server *server = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
	char name[32];

	for (int i = 0; i < 70; i++) {
		snprintf(name, sizeof name, "host%d.example", i);
		CHECK(!resumes(client, server, name));
	}
	CHECK(resumes(client, server, "host69.example"));
	CHECK(!resumes(client, server, "host0.example"));
	tutti_tls_client_free(client);
	tutti_tls_server_free(server);
}

struct crowd {
	tutti_tls_client *client;
	tutti_tls_server *server;
};

static void *come_and_go(void *arg)
{
	const struct crowd *crowd = arg;

	for (int round = 0; round < 5; round++)
		resumes(crowd->client, crowd->server, "localhost");
	return NULL;
}

static void many_share_the_settings(enum mix mix)
{
	struct crowd crowd = { open_client((tutti_tls_client_options){ 0 }),
		open_server(localhost.pem, (tutti_tls_server_options){ 0 }) };
	tutti_future *f[6];

	start_all(mix, f, 6, come_and_go, &crowd);
	join_all(f, 6);
	for (int i = 0; i < 6; i++)
		tutti_future_unref(f[i]);
	tutti_tls_client_free(crowd.client);
	tutti_tls_server_free(crowd.server);
}

/* -- settings that are none -------------------------------------------------------------------- */

static void check_bad_server(tutti_tls_identity identity, int code, const char *word)
{
	tutti_tls_server_options o = { .identities = &identity, .n = 1 };
	tutti_tls_fault fault;
	tutti_tls_server *server;

	CHECK_EQ(tutti_tls_server_create(&server, &o, &fault), code);
	check_says(fault.text, word);
	CHECK_EQ(tutti_tls_server_create(&server, &o, NULL), code);
}

static void check_bad_client(tutti_tls_client_options o, int code, const char *word)
{
	tutti_tls_fault fault;
	tutti_tls_client *client;

	CHECK_EQ(tutti_tls_client_create(&client, &o, &fault), code);
	check_says(fault.text, word);
}

/* The key, locked with a password. Nobody is asked for it. */
static char *locked_pem(void)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *data, *text;

	CHECK(PEM_write_bio_X509(out, localhost.x509));
	CHECK(PEM_write_bio_PKCS8PrivateKey(
		out, localhost.key, EVP_aes_128_cbc(), "word", 4, NULL, NULL));
	BIO_write(out, "", 1);
	BIO_get_mem_data(out, &data);
	text = strdup(data);
	BIO_free(out);
	return text;
}

static void settings_that_are_none(void)
{
	static const char *const unnamed[] = { "h2", "", NULL };
	struct certificate other = make_leaf(&authority, "localhost", "DNS:localhost");
	tutti_tls_server *server;
	char *locked = locked_pem();

	CHECK_EQ(tutti_tls_server_create(&server, NULL, NULL), -EINVAL);
	check_bad_server((tutti_tls_identity){ NULL, NULL }, -EINVAL, "certificate");
	check_bad_server(
		(tutti_tls_identity){ "/nonexistent", NULL }, -ENOENT, "/nonexistent: No such");
	check_bad_server(
		(tutti_tls_identity){ "/dev/null", NULL }, -EINVAL, "/dev/null: no certificate");
	check_bad_server((tutti_tls_identity){ localhost.pem, "/nonexistent" }, -ENOENT, "No such");
	check_bad_server((tutti_tls_identity){ localhost.pem, "/dev/null" }, -EINVAL, "key");
	check_bad_server((tutti_tls_identity){ localhost.pem, other.pem }, -EINVAL, "mismatch");
	check_bad_server((tutti_tls_identity){ locked, NULL }, -EINVAL, "key");
	check_bad_server((tutti_tls_identity){ "-----BEGIN CERTIFICATE-----\nnonsense", NULL },
		-EINVAL, "PEM text");
	check_bad_client((tutti_tls_client_options){ .trust = "/nonexistent" }, -ENOENT, "No such");
	check_bad_client((tutti_tls_client_options){ .version_min = 2 }, -EINVAL, "version");
	check_bad_client((tutti_tls_client_options){ .version_min = TUTTI_TLS_1_3,
				 .version_max = TUTTI_TLS_1_2 },
		-EINVAL, "version");
	check_bad_client((tutti_tls_client_options){ .protocols = unnamed }, -EINVAL, "protocols");
	check_bad_client((tutti_tls_client_options){ .identity.key = localhost.pem }, -EINVAL,
		"certificate");
	tutti_tls_client_free(NULL);
	tutti_tls_server_free(NULL);
	free_certificate(&other);
	free(locked);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	make_usual();
	RUN(who_signed_it);
	RUN(through_one_between);
	RUN(when_it_is_valid);
	RUN(for_whom_it_is);
	RUN(a_name_must_be_given);
	RUN(whom_the_system_trusts);
	RUN(clients_may_be_asked);
	RUN(the_certificate_for_the_name_is_shown);
	RUN(a_protocol_is_agreed_upon);
	RUN(a_version_is_agreed_upon);
	RUN(sessions_are_used_again);
	RUN(either_side_may_not_want_that);
	RUN(there_is_room_for_some);
	RUN_MIXES(many_share_the_settings);
	RUN(settings_that_are_none);
	free_usual();
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
