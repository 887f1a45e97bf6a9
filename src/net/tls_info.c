/* SPDX-License-Identifier: MIT */
/* tls_info.c - what was agreed, and with whom. */
#include "net/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <tutti/tls_info.h>

static void write_fingerprint(BIO *out, const X509 *certificate)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (X509_digest(certificate, EVP_sha256(), sum, &n))
		for (unsigned i = 0; i < n; i++)
			BIO_printf(out, "%s%02X", i > 0 ? ":" : "", sum[i]);
}

/* 0, or -EINVAL: there is no such thing to know. */
static int write_one(BIO *out, const struct tu_tls *t, tutti_tls_what what)
{
	X509 *peer = SSL_get0_peer_certificate(t->ssl);
	const unsigned char *protocol;
	const char *text = NULL;
	unsigned n;

	switch (what) {
	case TUTTI_TLS_VERSION:
		text = SSL_get_version(t->ssl);
		break;
	case TUTTI_TLS_CIPHER:
		text = SSL_get_cipher_name(t->ssl);
		break;
	case TUTTI_TLS_PROTOCOL:
		SSL_get0_alpn_selected(t->ssl, &protocol, &n);
		BIO_write(out, protocol, (int)n);
		break;
	case TUTTI_TLS_NAME:
		text = SSL_get_servername(t->ssl, TLSEXT_NAMETYPE_host_name);
		break;
	case TUTTI_TLS_SUBJECT:
		if (peer)
			X509_NAME_print_ex(out, X509_get_subject_name(peer), 0, XN_FLAG_RFC2253);
		break;
	case TUTTI_TLS_ISSUER:
		if (peer)
			X509_NAME_print_ex(out, X509_get_issuer_name(peer), 0, XN_FLAG_RFC2253);
		break;
	case TUTTI_TLS_FINGERPRINT:
		if (peer)
			write_fingerprint(out, peer);
		break;
	case TUTTI_TLS_FAULT:
		text = t->fault;
		break;
	default:
		return -EINVAL;
	}
	if (text)
		BIO_puts(out, text);
	return 0;
}

static int copy_out(BIO *out, char *text, size_t size)
{
	char *data;
	long n = BIO_get_mem_data(out, &data);

	if (size > 0) {
		size_t most = (size_t)n < size - 1 ? (size_t)n : size - 1;

		if (most > 0)
			memcpy(text, data, most);
		text[most] = '\0';
	}
	return (int)n;
}

int tutti_tls_text(const tutti_stream *s, tutti_tls_what what, char *text, size_t size)
{
	struct tu_tls *t = tu_tls_of(s);
	BIO *out;
	int rc;

	if (!t)
		return -EINVAL;
	out = BIO_new(BIO_s_mem());
	if (!out)
		return -ENOMEM;
	tutti_lock_acquire(&t->lock);
	rc = write_one(out, t, what);
	tutti_lock_release(&t->lock);
	if (rc == 0)
		rc = copy_out(out, text, size);
	BIO_free(out);
	return rc;
}

bool tutti_tls_resumed(const tutti_stream *s)
{
	struct tu_tls *t = tu_tls_of(s);
	bool resumed;

	if (!t)
		return false;
	tutti_lock_acquire(&t->lock);
	resumed = SSL_session_reused(t->ssl);
	tutti_lock_release(&t->lock);
	return resumed;
}
