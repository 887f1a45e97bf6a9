/* SPDX-License-Identifier: MIT */
/* tls_identity.c - certificates and keys, from files or from the text itself. */
#include "net/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

static bool is_text(const char *file)
{
	return strncmp(file, "-----BEGIN", 10) == 0;
}

/* What to call it in a message. */
static const char *title(const char *file)
{
	return is_text(file) ? "the PEM text" : file;
}

static int open_file(BIO **in, const char *file, tutti_tls_fault *fault)
{
	ERR_clear_error();
	*in = is_text(file) ? BIO_new_mem_buf(file, -1) : BIO_new_file(file, "re");
	return *in ? 0 : tu_tls_say_queue(fault, -EINVAL, title(file));
}

int tu_tls_read_chain(STACK_OF(X509) * *chain, const char *file, tutti_tls_fault *fault)
{
	STACK_OF(X509) *list = sk_X509_new_null();
	X509 *next = NULL;
	BIO *in = NULL;
	int rc = list ? open_file(&in, file, fault) : -ENOMEM;

	while (rc == 0 && (next = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL) {
		if (!sk_X509_push(list, next)) {
			X509_free(next);
			rc = -ENOMEM;
		}
	}
	BIO_free(in);
	if (rc == 0 && sk_X509_num(list) == 0)
		rc = tu_tls_say(fault, -EINVAL, "%s: no certificate in it", title(file));
	else if (rc == 0 && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		rc = tu_tls_say_queue(fault, -EINVAL, title(file));
	ERR_clear_error();
	if (rc < 0)
		sk_X509_pop_free(list, X509_free);
	else
		*chain = list;
	return rc;
}

/* A key that is locked with a password is refused; without this the terminal would be asked. */
static int no_password(char *text, int size, int writing, void *arg)
{
	(void)text, (void)size, (void)writing, (void)arg;
	return -1;
}

static int read_key(EVP_PKEY **key, const char *file, tutti_tls_fault *fault)
{
	BIO *in;
	int rc = open_file(&in, file, fault);

	if (rc < 0)
		return rc;
	*key = PEM_read_bio_PrivateKey(in, NULL, no_password, NULL);
	BIO_free(in);
	if (!*key)
		rc = tu_tls_say(fault, -EINVAL, "%s: no private key in it that can be read: %s",
			title(file), ERR_reason_error_string(ERR_peek_last_error()));
	ERR_clear_error();
	return rc;
}

int tu_tls_read_identity(
	struct tu_tls_identity *identity, const tutti_tls_identity *from, tutti_tls_fault *fault)
{
	int rc;

	*identity = (struct tu_tls_identity){ 0 };
	if (!from->chain)
		return tu_tls_say(fault, -EINVAL, "an identity without a certificate");
	rc = tu_tls_read_chain(&identity->chain, from->chain, fault);
	if (rc < 0)
		return rc;
	identity->leaf = sk_X509_shift(identity->chain);
	rc = read_key(&identity->key, from->key ? from->key : from->chain, fault);
	if (rc == 0 && !X509_check_private_key(identity->leaf, identity->key))
		rc = tu_tls_say_queue(fault, -EINVAL, title(from->chain));
	if (rc < 0)
		tu_tls_free_identity(identity);
	return rc;
}

void tu_tls_free_identity(struct tu_tls_identity *identity)
{
	X509_free(identity->leaf);
	sk_X509_pop_free(identity->chain, X509_free);
	EVP_PKEY_free(identity->key);
	*identity = (struct tu_tls_identity){ 0 };
}
