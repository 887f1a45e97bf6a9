/* SPDX-License-Identifier: MIT */
/* tls_settings.c - what many connections of a client or of a server have in common. */
#include "net/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static int place = -1; /* of the settings in an SSL_CTX */

/* The last connection has gone, and so has who made them. */
static void free_settings(
	void *ctx, void *settings, CRYPTO_EX_DATA *data, int index, long number, void *arg)
{
	struct tu_tls_settings *t = settings;

	(void)ctx, (void)data, (void)index, (void)number, (void)arg;
	if (!t)
		return;
	tu_tls_sessions_free(t);
	for (size_t i = 0; i < t->n; i++)
		tu_tls_free_identity(&t->identities[i]);
	free(t->identities);
	free(t->protocols);
	free(t);
}

static void make_place(void)
{
	place = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_settings);
}

/* On failure what has been made of it is given back: all but ctx hangs on ctx from here on. */
static int open_settings(struct tu_tls_settings **made, const SSL_METHOD *method)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct tu_tls_settings *t = calloc(1, sizeof(*t)); /* all that either side has */

	pthread_once(&once, make_place);
	if (t)
		t->ctx = SSL_CTX_new(method);
	if (!t || !t->ctx || place < 0 || !SSL_CTX_set_ex_data(t->ctx, place, t)) {
		if (t)
			SSL_CTX_free(t->ctx);
		free(t);
		ERR_clear_error();
		return -ENOMEM;
	}
	SSL_CTX_set_options(t->ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(t->ctx, SSL_MODE_RELEASE_BUFFERS);
	*made = t;
	return 0;
}

static void close_settings(struct tu_tls_settings *t)
{
	if (t)
		SSL_CTX_free(t->ctx);
}

/* -- what both have ---------------------------------------------------------------------------- */

static bool is_version(int version)
{
	return version == 0 || version == TUTTI_TLS_1_2 || version == TUTTI_TLS_1_3;
}

static int set_versions(struct tu_tls_settings *t, int min, int max, tutti_tls_fault *fault)
{
	if (!is_version(min) || !is_version(max) || (max != 0 && max < min))
		return tu_tls_say(fault, -EINVAL, "no versions from %#x to %#x", min, max);
	if (!SSL_CTX_set_min_proto_version(t->ctx, min ? min : TUTTI_TLS_1_2) ||
		!SSL_CTX_set_max_proto_version(t->ctx, max))
		return tu_tls_say_queue(fault, -EINVAL, "versions");
	return 0;
}

static int set_protocols(
	struct tu_tls_settings *t, const char *const *protocols, tutti_tls_fault *fault)
{
	size_t size = 0;
	unsigned char *at;

	for (const char *const *p = protocols; p && *p; p++) {
		if (**p == '\0' || strlen(*p) > 255)
			return tu_tls_say(fault, -EINVAL, "protocols: \"%s\" is none", *p);
		size += 1 + strlen(*p);
	}
	if (size == 0)
		return 0;
	t->protocols = at = malloc(size);
	if (!at)
		return -ENOMEM;
	t->protocols_size = size;
	for (const char *const *p = protocols; *p; p++) {
		size_t n = strlen(*p);

		*at++ = (unsigned char)n;
		memcpy(at, *p, n);
		at += n;
	}
	return 0;
}

/* They need not be authorities: a certificate that is trusted itself will do. */
static int set_trust(struct tu_tls_settings *t, const char *file, tutti_tls_fault *fault)
{
	X509_STORE *store = SSL_CTX_get_cert_store(t->ctx);
	STACK_OF(X509) * list;
	int rc = tu_tls_read_chain(&list, file, fault);

	if (rc < 0)
		return rc;
	for (int i = 0; rc == 0 && i < sk_X509_num(list); i++)
		rc = X509_STORE_add_cert(store, sk_X509_value(list, i)) ? 0 : -ENOMEM;
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	sk_X509_pop_free(list, X509_free);
	return rc;
}

static int show_identity(SSL_CTX *ctx, const struct tu_tls_identity *k, tutti_tls_fault *fault)
{
	ERR_clear_error();
	if (SSL_CTX_use_cert_and_key(ctx, k->leaf, k->key, k->chain, 1))
		return 0;
	return tu_tls_say_queue(fault, -EINVAL, "the certificate cannot be used");
}

/* -- a client's -------------------------------------------------------------------------------- */

/* Runs inside a call of the connection's: it is put with the others after that. */
static int note_session(SSL *ssl, SSL_SESSION *session)
{
	struct tu_tls *t = SSL_get_app_data(ssl);

	SSL_SESSION_free(t->session);
	t->session = session;
	return 1; /* the reference is ours */
}

static int set_client(
	struct tu_tls_settings *t, const tutti_tls_client_options *o, tutti_tls_fault *fault)
{
	struct tu_tls_identity own;
	int rc = set_versions(t, o->version_min, o->version_max, fault);

	t->insecure = o->insecure;
	t->reuse = !o->no_reuse;
	if (rc == 0)
		rc = set_protocols(t, o->protocols, fault);
	if (rc == 0 && t->protocols)
		rc = SSL_CTX_set_alpn_protos(t->ctx, t->protocols, (unsigned)t->protocols_size) == 0
			     ? 0
			     : -ENOMEM;
	if (rc == 0 && o->trust)
		rc = set_trust(t, o->trust, fault);
	else if (rc == 0 && !o->insecure && !SSL_CTX_set_default_verify_paths(t->ctx))
		rc = tu_tls_say_queue(fault, -EINVAL, "those that the system trusts");
	if (rc == 0 && (o->identity.chain || o->identity.key)) {
		rc = tu_tls_read_identity(&own, &o->identity, fault);
		if (rc == 0) {
			rc = show_identity(t->ctx, &own, fault);
			tu_tls_free_identity(&own);
		}
	}
	if (!o->insecure)
		SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, tu_tls_judge);
	SSL_CTX_set_session_cache_mode(t->ctx,
		t->reuse ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL : SSL_SESS_CACHE_OFF);
	if (t->reuse)
		SSL_CTX_sess_set_new_cb(t->ctx, note_session);
	return rc;
}

/* What a creator comes to: the settings are made, or nothing is left and words say why. */
static int finish(int rc, struct tu_tls_settings *t, tutti_tls_fault *fault)
{
	ERR_clear_error();
	if (rc == 0)
		return 0;
	close_settings(t);
	if (fault && !fault->text[0])
		tu_tls_say(fault, rc, "%s", tutti_strerror(rc));
	return rc;
}

int tutti_tls_client_create(
	tutti_tls_client **c, const tutti_tls_client_options *options, tutti_tls_fault *fault)
{
	static const tutti_tls_client_options usual;
	struct tu_tls_settings *t = NULL;
	int rc;

	tu_tls_say(fault, 0, "%s", "");
	rc = open_settings(&t, TLS_client_method());
	if (rc == 0)
		rc = set_client(t, options ? options : &usual, fault);
	rc = finish(rc, t, fault);
	if (rc == 0)
		*c = (tutti_tls_client *)t;
	return rc;
}

void tutti_tls_client_free(tutti_tls_client *c)
{
	close_settings(c ? &c->settings : NULL);
}

tutti_tls_client *tu_tls_default_client(void)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* nobody waits inside */
	static tutti_tls_client *kept;
	tutti_tls_client *c;

	pthread_mutex_lock(&mutex);
	if (!kept)
		tutti_tls_client_create(&kept, NULL, NULL);
	c = kept;
	pthread_mutex_unlock(&mutex);
	return c;
}

/* -- a server's -------------------------------------------------------------------------------- */

static bool is_for(const struct tu_tls_identity *k, const char *name)
{
	return X509_check_host(k->leaf, name, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) == 1;
}

/*
 * All that are for the name asked for, so that with keys of different kinds the client's taste
 * decides; the first where none is. Runs inside the handshake.
 */
static int choose_identity(SSL *ssl, void *settings)
{
	const struct tu_tls_settings *t = settings;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	bool cleared = false;

	for (size_t i = 0; name && i < t->n; i++) {
		const struct tu_tls_identity *k = &t->identities[i];

		if (!is_for(k, name))
			continue;
		if (!cleared)
			SSL_certs_clear(ssl);
		cleared = true;
		if (!SSL_use_cert_and_key(ssl, k->leaf, k->key, k->chain, 1))
			return 0;
	}
	return 1;
}

static int choose_protocol(SSL *ssl, const unsigned char **chosen, unsigned char *size,
	const unsigned char *offered, unsigned offered_size, void *settings)
{
	const struct tu_tls_settings *t = settings;
	unsigned char *out;

	(void)ssl;
	if (SSL_select_next_proto(&out, size, t->protocols, (unsigned)t->protocols_size, offered,
		    offered_size) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*chosen = out;
	return SSL_TLSEXT_ERR_OK;
}

static int set_identities(
	struct tu_tls_settings *t, const tutti_tls_server_options *o, tutti_tls_fault *fault)
{
	t->identities = calloc(o->n, sizeof(*t->identities));
	if (!t->identities)
		return -ENOMEM;
	for (size_t i = 0; i < o->n; i++) {
		int rc = tu_tls_read_identity(&t->identities[i], &o->identities[i], fault);

		if (rc < 0)
			return rc;
		t->n = i + 1;
	}
	SSL_CTX_set_cert_cb(t->ctx, choose_identity, t);
	return show_identity(t->ctx, &t->identities[0], fault);
}

/* Clients are told whose certificates will do. */
static int ask_clients(struct tu_tls_settings *t, const char *file, tutti_tls_fault *fault)
{
	STACK_OF(X509) *list = NULL;
	int rc = set_trust(t, file, fault);

	if (rc == 0)
		rc = tu_tls_read_chain(&list, file, fault);
	if (rc < 0)
		return rc;
	for (int i = 0; rc == 0 && i < sk_X509_num(list); i++)
		rc = SSL_CTX_add_client_CA(t->ctx, sk_X509_value(list, i)) ? 0 : -ENOMEM;
	sk_X509_pop_free(list, X509_free);
	SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, tu_tls_judge);
	return rc;
}

static int set_server(
	struct tu_tls_settings *t, const tutti_tls_server_options *o, tutti_tls_fault *fault)
{
	static const unsigned char us[] = "tutti";
	int rc = set_versions(t, o->version_min, o->version_max, fault);

	if (rc == 0)
		rc = set_protocols(t, o->protocols, fault);
	if (rc == 0)
		rc = set_identities(t, o, fault);
	if (rc == 0 && o->trust)
		rc = ask_clients(t, o->trust, fault);
	if (t->protocols)
		SSL_CTX_set_alpn_select_cb(t->ctx, choose_protocol, t);
	/* No table of them here: a client keeps its session itself, in a ticket that we locked. */
	SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_session_id_context(t->ctx, us, sizeof(us) - 1);
	if (o->no_reuse) {
		SSL_CTX_set_options(t->ctx, SSL_OP_NO_TICKET);
		SSL_CTX_set_num_tickets(t->ctx, 0);
	}
	return rc;
}

int tutti_tls_server_create(
	tutti_tls_server **sv, const tutti_tls_server_options *options, tutti_tls_fault *fault)
{
	struct tu_tls_settings *t = NULL;
	int rc;

	tu_tls_say(fault, 0, "%s", "");
	if (!options || !options->identities || options->n == 0)
		return tu_tls_say(fault, -EINVAL, "a server needs an identity");
	rc = open_settings(&t, TLS_server_method());
	if (rc == 0)
		rc = set_server(t, options, fault);
	rc = finish(rc, t, fault);
	if (rc == 0)
		*sv = (tutti_tls_server *)t;
	return rc;
}

void tutti_tls_server_free(tutti_tls_server *sv)
{
	close_settings(sv ? &sv->settings : NULL);
}
