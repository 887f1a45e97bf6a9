/* SPDX-License-Identifier: MIT */
/* tls_fault.c - what went wrong, as a code and in words. */
#include "net/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int tu_tls_say(tutti_tls_fault *fault, int code, const char *format, ...)
{
	va_list list;

	if (!fault)
		return code;
	va_start(list, format);
	vsnprintf(fault->text, sizeof(fault->text), format, list);
	va_end(list);
	return code;
}

/* What the queue has to say first: what came after it are those that passed it on. */
static const char *reason_of(unsigned long error)
{
	const char *reason = NULL;

	if (ERR_SYSTEM_ERROR(error))
		return tutti_strerror(-ERR_GET_REASON(error));
	if (error)
		reason = ERR_reason_error_string(error);
	return reason ? reason : "no reason given";
}

int tu_tls_say_queue(tutti_tls_fault *fault, int code, const char *what)
{
	unsigned long error = ERR_peek_error();

	tu_tls_say(fault, code, "%s: %s", what, reason_of(error));
	if (ERR_SYSTEM_ERROR(error))
		code = -ERR_GET_REASON(error);
	else if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE)
		code = -ENOMEM;
	ERR_clear_error();
	return code;
}

/* The other side's name comes first, where it is known. */
static void keep_words(struct tu_tls *t, const char *words)
{
	char text[sizeof(((tutti_tls_fault *)0)->text)];

	if (t->fault)
		return;
	snprintf(text, sizeof(text), "%s%s%s", t->name ? t->name : "", t->name ? ": " : "", words);
	t->fault = strdup(text); /* without memory there are none */
}

/* -- certificates ------------------------------------------------------------------------------ */

static int code_of_verdict(int error)
{
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return TUTTI_EEXPIRED;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return TUTTI_EWRONGNAME;
	case X509_V_ERR_OUT_OF_MEM:
		return -ENOMEM;
	default:
		return TUTTI_EUNTRUSTED;
	}
}

/* For whom it is: "a.example, b.example, 127.0.0.1". */
static void write_names(BIO *out, X509 *certificate)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	int n = sk_GENERAL_NAME_num(names);

	for (int i = 0; i < n; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (i > 0)
			BIO_puts(out, ", ");
		if (name->type == GEN_DNS)
			BIO_write(out, ASN1_STRING_get0_data(name->d.dNSName),
				ASN1_STRING_length(name->d.dNSName));
		else
			GENERAL_NAME_print(out, (GENERAL_NAME *)name);
	}
	if (n <= 0)
		BIO_puts(out, "no name at all");
	GENERAL_NAMES_free(names);
}

static void write_verdict(BIO *out, const struct tu_tls *t, X509 *certificate, int error)
{
	switch (code_of_verdict(error)) {
	case TUTTI_EEXPIRED:
		BIO_puts(out, error == X509_V_ERR_CERT_HAS_EXPIRED ? "its certificate has expired, "
								   : "its certificate is not valid "
								     "before ");
		ASN1_TIME_print(out, error == X509_V_ERR_CERT_HAS_EXPIRED
					     ? X509_get0_notAfter(certificate)
					     : X509_get0_notBefore(certificate));
		break;
	case TUTTI_EWRONGNAME:
		BIO_puts(out, "its certificate is for ");
		write_names(out, certificate);
		BIO_printf(out, ", not for %s", t->name ? t->name : "that");
		break;
	default:
		BIO_printf(out, "its certificate is not trusted: %s: ",
			X509_verify_cert_error_string(error));
		X509_NAME_print_ex(out, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
	}
}

int tu_tls_judge(int fine, X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	int error = X509_STORE_CTX_get_error(store);
	X509 *certificate = X509_STORE_CTX_get_current_cert(store);
	struct tu_tls *t = SSL_get_app_data(ssl);
	BIO *out;
	char *text;

	if (fine)
		return 1;
	t->verdict = code_of_verdict(error);
	out = BIO_new(BIO_s_mem());
	if (out && certificate) {
		write_verdict(out, t, certificate, error);
		BIO_write(out, "", 1);
		BIO_get_mem_data(out, &text);
		keep_words(t, text);
	}
	BIO_free(out);
	return 0;
}

/* -- connections ------------------------------------------------------------------------------- */

/* What the other side has said before it went: RFC 8446, 6. */
static int code_of_alert(int alert)
{
	switch (alert) {
	case SSL_AD_NO_CERTIFICATE:
	case SSL_AD_BAD_CERTIFICATE:
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
	case SSL_AD_CERTIFICATE_REVOKED:
	case SSL_AD_CERTIFICATE_EXPIRED:
	case SSL_AD_CERTIFICATE_UNKNOWN:
	case SSL_AD_UNKNOWN_CA:
	case SSL_AD_ACCESS_DENIED:
	case SSL_AD_CERTIFICATE_REQUIRED:
		return TUTTI_EAUTH;
	case SSL_AD_HANDSHAKE_FAILURE:
	case SSL_AD_PROTOCOL_VERSION:
	case SSL_AD_INSUFFICIENT_SECURITY:
	case SSL_AD_NO_APPLICATION_PROTOCOL:
		return -EPROTONOSUPPORT;
	default:
		return TUTTI_EREMOTE;
	}
}

static int code_of_reason(int reason)
{
	switch (reason) {
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_NO_SHARED_CIPHER:
	case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
	case SSL_R_NO_APPLICATION_PROTOCOL:
	case SSL_R_VERSION_TOO_LOW:
	case SSL_R_NO_SUITABLE_KEY_SHARE:
		return -EPROTONOSUPPORT;
	case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
		return TUTTI_EUNTRUSTED;
	case ERR_R_MALLOC_FAILURE:
		return -ENOMEM;
	default:
		return reason >= SSL_AD_REASON_OFFSET ? code_of_alert(reason - SSL_AD_REASON_OFFSET)
						      : TUTTI_EPROTO;
	}
}

static bool is_no_tls(int reason)
{
	return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
	       reason == SSL_R_HTTPS_PROXY_REQUEST || reason == SSL_R_PACKET_LENGTH_TOO_LONG ||
	       reason == SSL_R_BAD_PACKET_LENGTH || reason == SSL_R_RECORD_LENGTH_MISMATCH;
}

int tu_tls_fail(struct tu_tls *t, int ssl_error)
{
	unsigned long error = ERR_peek_error();
	int reason = ERR_GET_REASON(error);
	char words[160];

	if (t->no_memory) {
		t->failed = -ENOMEM;
	} else if (t->verdict < 0) {
		t->failed = t->verdict;
	} else if (ssl_error != SSL_ERROR_SSL || error == 0) {
		t->failed = TUTTI_EPROTO;
	} else {
		t->failed = code_of_reason(reason);
		snprintf(words, sizeof(words), "%s%s",
			reason >= SSL_AD_REASON_OFFSET ? "the other side says: "
			: is_no_tls(reason)            ? "the other side does not talk TLS: "
						       : "",
			reason_of(error));
		keep_words(t, words);
	}
	ERR_clear_error();
	return t->failed;
}
