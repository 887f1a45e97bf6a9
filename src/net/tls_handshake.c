/* SPDX-License-Identifier: MIT */
/* tls_handshake.c - how an encrypted stream begins. */
#include "net/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static int open_connection(
	struct tu_tls **made, struct tu_tls_settings *settings, tutti_stream *below)
{
	struct tu_tls *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->settings = settings;
	t->below = below;
	t->ssl = SSL_new(settings->ctx);
	if (!t->ssl || !SSL_set_app_data(t->ssl, t) || tu_tls_bio_open(t) < 0) {
		ERR_clear_error();
		tu_tls_free(t);
		return -ENOMEM;
	}
	*made = t;
	return 0;
}

/* -- shaking hands ----------------------------------------------------------------------------- */

/* One step. 0: done; -EAGAIN: the other side is to say something; or it has failed. */
static int step(struct tu_tls *t)
{
	int rc = 0, error;

	tutti_lock_acquire(&t->lock);
	ERR_clear_error();
	if (SSL_do_handshake(t->ssl) != 1) {
		error = SSL_get_error(t->ssl, -1);
		rc = error == SSL_ERROR_WANT_READ ? -EAGAIN : tu_tls_fail(t, error);
	}
	tutti_lock_release(&t->lock);
	return rc;
}

static bool has_gone(int code)
{
	return code == -EPIPE || code == -ECONNRESET;
}

/* One that has gone may have said why, which is still to be read: so that is no failure yet. */
static int write_out(struct tu_tls *t, tutti_time deadline)
{
	int rc = tu_tls_begin_write(t, deadline);

	if (rc < 0)
		return rc;
	rc = tu_tls_flush(t, deadline);
	tu_tls_end_write(t);
	return has_gone(rc) ? 0 : rc;
}

/*
 * A server has something more to say, that a later connection may go on from this one: that travels
 * with the first answer. Waiting for it to be written would be waiting for a client that reads.
 */
static bool only_tickets_left(const struct tu_tls *t)
{
	return SSL_is_server(t->ssl) && SSL_version(t->ssl) >= TLS1_3_VERSION;
}

static int shake_hands(struct tu_tls *t, tutti_time deadline)
{
	for (;;) {
		int rc = step(t), written;
		ssize_t n;

		if (rc < 0 && rc != -EAGAIN)
			return rc;
		if (rc == 0 && only_tickets_left(t))
			return 0;
		written = write_out(t, deadline);
		if (rc == 0 || written < 0)
			return written;
		n = tu_tls_fill(t, deadline);
		if (n <= 0)
			return n < 0 ? (int)n : -ECONNRESET;
	}
}

static int tell(const struct tu_tls *t, int rc, tutti_tls_fault *fault)
{
	if (t->fault)
		return tu_tls_say(fault, rc, "%s", t->fault);
	return tu_tls_say(fault, rc, "%s%s%s", t->name ? t->name : "", t->name ? ": " : "",
		rc == -ECONNRESET ? "the connection was cut before it was encrypted"
				  : tutti_strerror(rc));
}

static void keep_session(struct tu_tls *t)
{
	SSL_SESSION *session;

	tutti_lock_acquire(&t->lock);
	session = t->session;
	t->session = NULL;
	tutti_lock_release(&t->lock);
	if (session)
		tu_tls_session_put(t->settings, t->name, session);
}

/* What is ready becomes a stream, else nothing is left. */
static int begin(struct tu_tls *t, tutti_stream **s, tutti_tls_fault *fault, tutti_time deadline)
{
	int rc = shake_hands(t, deadline);

	if (rc == 0) {
		keep_session(t);
		rc = tutti_stream_layer_open(s, &tu_tls_layer, t, t->below);
	}
	if (rc < 0) {
		tell(t, rc, fault);
		tu_tls_last_words(t, false);
		tu_tls_free(t);
	}
	return rc;
}

/* -- as a client ------------------------------------------------------------------------------- */

/* A name as it stands in certificates: without the dot of the root. */
static int copy_name(struct tu_tls *t, const char *name)
{
	size_t n = strlen(name);

	if (n > 1 && name[n - 1] == '.')
		n--;
	if (n == 0 || n > TLSEXT_MAXLEN_host_name)
		return -EINVAL;
	t->name = strndup(name, n);
	return t->name ? 0 : -ENOMEM;
}

/* Whom we want to talk to: said to the server, and compared with its certificate. */
static int set_name(struct tu_tls *t, const char *name)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(t->ssl);
	int rc;

	if (!name)
		return t->settings->insecure ? 0 : -EINVAL;
	rc = copy_name(t, name);
	if (rc < 0)
		return rc;
	ERR_clear_error();
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (!X509_VERIFY_PARAM_set1_ip_asc(param, t->name) && /* addresses are no names for SNI */
		(!X509_VERIFY_PARAM_set1_host(param, t->name, 0) ||
			!SSL_set_tlsext_host_name(t->ssl, t->name)))
		rc = -EINVAL;
	ERR_clear_error();
	return rc;
}

static void go_on_from_last(struct tu_tls *t)
{
	SSL_SESSION *session = NULL;

	if (t->settings->reuse && t->name)
		session = tu_tls_session_get(t->settings, t->name);
	if (session) {
		SSL_set_session(t->ssl, session);
		SSL_SESSION_free(session);
	}
}

int tutti_tls_client_wrap_until(tutti_tls_client *c, tutti_stream **s, tutti_stream *below,
	const char *name, tutti_tls_fault *fault, tutti_time deadline)
{
	struct tu_tls *t = NULL;
	int rc = -ENOMEM;

	tu_tls_say(fault, 0, "%s", "");
	if (!c)
		c = tu_tls_default_client();
	if (c)
		rc = open_connection(&t, &c->settings, below);
	if (rc == 0)
		rc = set_name(t, name);
	if (rc == 0) {
		SSL_set_connect_state(t->ssl);
		go_on_from_last(t);
		return begin(t, s, fault, deadline);
	}
	if (t)
		tu_tls_free(t);
	return tu_tls_say(fault, rc, "%s",
		rc == -EINVAL ? "the server's name is missing, or is none" : tutti_strerror(rc));
}

int tutti_tls_client_wrap(tutti_tls_client *c, tutti_stream **s, tutti_stream *below,
	const char *name, tutti_tls_fault *fault)
{
	return tutti_tls_client_wrap_until(c, s, below, name, fault, TUTTI_FOREVER);
}

/* The host of "host:port" or "[host]:port". NULL: no memory, or it is a path. */
static char *host_of(const char *address)
{
	const char *end = strrchr(address, ':');

	if (!end || strncmp(address, "unix:", 5) == 0)
		return NULL;
	if (*address == '[' && end > address + 1 && end[-1] == ']')
		return strndup(address + 1, (size_t)(end - address) - 2);
	return strndup(address, (size_t)(end - address));
}

int tutti_tls_connect_until(tutti_tls_client *c, tutti_stream **s, const char *address,
	tutti_tls_fault *fault, tutti_time deadline)
{
	tutti_stream *below, *made = NULL;
	char *host;
	int rc;

	rc = tutti_stream_connect_until(&below, address, NULL, deadline);
	if (rc < 0)
		return tu_tls_say(
			fault, rc, "%s: %s", address ? address : "NULL", tutti_strerror(rc));
	host = host_of(address);
	rc = tutti_tls_client_wrap_until(c, &made, below, host, fault, deadline);
	free(host);
	if (rc < 0) {
		tutti_stream_free(below);
		return rc;
	}
	tu_tls_of(made)->owns_below = true;
	*s = made;
	return 0;
}

int tutti_tls_connect(
	tutti_tls_client *c, tutti_stream **s, const char *address, tutti_tls_fault *fault)
{
	return tutti_tls_connect_until(c, s, address, fault, TUTTI_FOREVER);
}

/* -- as a server ------------------------------------------------------------------------------- */

int tutti_tls_server_wrap_until(tutti_tls_server *sv, tutti_stream **s, tutti_stream *below,
	tutti_tls_fault *fault, tutti_time deadline)
{
	struct tu_tls *t = NULL;
	int rc = open_connection(&t, &sv->settings, below);

	tu_tls_say(fault, 0, "%s", "");
	if (rc < 0)
		return tu_tls_say(fault, rc, "%s", tutti_strerror(rc));
	SSL_set_accept_state(t->ssl);
	return begin(t, s, fault, deadline);
}

int tutti_tls_server_wrap(
	tutti_tls_server *sv, tutti_stream **s, tutti_stream *below, tutti_tls_fault *fault)
{
	return tutti_tls_server_wrap_until(sv, s, below, fault, TUTTI_FOREVER);
}
