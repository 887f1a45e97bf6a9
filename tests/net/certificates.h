/* SPDX-License-Identifier: MIT */
/* certificates.h - certificates that tests make for themselves: authorities and those they sign. */
#ifndef TESTS_NET_CERTIFICATES_H
#define TESTS_NET_CERTIFICATES_H

#include "support/test.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

enum { DAY = 24 * 60 * 60 };

/* A certificate with its key; pem is both, as one text. */
struct certificate {
	X509 *x509;
	EVP_PKEY *key;
	char *pem;
};

static inline void add_extension(X509 *x, X509 *by, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, by, x, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	CHECK(extension && X509_add_ext(x, extension, -1));
	X509_EXTENSION_free(extension);
}

static inline void set_subject(X509 *x, const char *cn)
{
	X509_NAME *name = X509_get_subject_name(x);

	CHECK(X509_NAME_add_entry_by_txt(
		name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0));
}

static inline char *pem_of(const struct certificate *c)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *data, *text;
	long n;

	CHECK(out && PEM_write_bio_X509(out, c->x509));
	CHECK(PEM_write_bio_PKCS8PrivateKey(out, c->key, NULL, NULL, 0, NULL, NULL));
	n = BIO_get_mem_data(out, &data);
	text = strndup(data, (size_t)n);
	CHECK(text);
	BIO_free(out);
	return text;
}

/*
 * By NULL: signed by itself. Names as "DNS:a.example,IP:127.0.0.1"; NULL: an authority. Valid from
 * and to, seconds from now.
 */
static inline struct certificate make_certificate(const struct certificate *by, const char *cn,
	const char *names, EVP_PKEY *key, long from, long to)
{
	static long serial = 1000;
	struct certificate c = { X509_new(), key, NULL };

	CHECK(c.x509 && c.key);
	CHECK(X509_set_version(c.x509, X509_VERSION_3));
	CHECK(ASN1_INTEGER_set(X509_get_serialNumber(c.x509), serial++));
	CHECK(X509_gmtime_adj(X509_getm_notBefore(c.x509), from));
	CHECK(X509_gmtime_adj(X509_getm_notAfter(c.x509), to));
	set_subject(c.x509, cn);
	CHECK(X509_set_issuer_name(c.x509, X509_get_subject_name(by ? by->x509 : c.x509)));
	CHECK(X509_set_pubkey(c.x509, c.key));
	add_extension(c.x509, by ? by->x509 : c.x509, NID_subject_key_identifier, "hash");
	if (names)
		add_extension(c.x509, c.x509, NID_subject_alt_name, names);
	else
		add_extension(c.x509, c.x509, NID_basic_constraints, "critical,CA:TRUE");
	CHECK(X509_sign(c.x509, by ? by->key : c.key, EVP_sha256()));
	c.pem = pem_of(&c);
	return c;
}

static inline struct certificate make_authority(const char *cn)
{
	return make_certificate(NULL, cn, NULL, EVP_EC_gen("P-256"), -DAY, DAY);
}

static inline struct certificate make_leaf(
	const struct certificate *by, const char *cn, const char *names)
{
	return make_certificate(by, cn, names, EVP_EC_gen("P-256"), -DAY, DAY);
}

static inline void free_certificate(struct certificate *c)
{
	X509_free(c->x509);
	EVP_PKEY_free(c->key);
	free(c->pem);
}

#endif
