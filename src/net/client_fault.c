/* SPDX-License-Identifier: MIT */
/* client_fault.c - what went wrong, as a code and in words. */
#include "net/client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>

int tu_client_say(tutti_http_fault *fault, int code, const char *format, ...)
{
	va_list list;

	if (!fault)
		return code;
	va_start(list, format);
	vsnprintf(fault->text, sizeof(fault->text), format, list);
	va_end(list);
	return code;
}

int tu_client_say_code(const struct tu_client_request *q, int code)
{
	if (q->fault && !q->fault->text[0])
		tu_client_say(q->fault, code, "%s%s%s", q->name ? q->name : "", q->name ? ": " : "",
			tutti_strerror(code));
	return code;
}

/* -- TLS --------------------------------------------------------------------------------------- */

/* OpenSSL's X509_V_ERR_... The first is libcurl's where OpenSSL has found nothing, and it has. */
enum { UNSPECIFIED = 1, NOT_YET_VALID = 9, EXPIRED = 10 };

static int code_of_certificate(struct tu_client_transfer *t)
{
	long verdict = 0, of_proxy = 0;

	curl_easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
	curl_easy_getinfo(t->easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &of_proxy);
	if (verdict == 0)
		verdict = of_proxy;
	if (verdict == EXPIRED || verdict == NOT_YET_VALID)
		return TUTTI_EEXPIRED;
	return verdict <= UNSPECIFIED ? TUTTI_EWRONGNAME : TUTTI_EUNTRUSTED;
}

/* OpenSSL's SSL_R_WRONG_VERSION_NUMBER: what came does not even begin as TLS does. */
enum { NO_RECORD = 267 };

/* Reasons from 1000 on are alerts: what the other side said before it went (RFC 8446, 6). */
enum {
	ALERTS = 1000,
	HANDSHAKE_FAILURE = 40,
	BAD_CERTIFICATE = 42,
	UNKNOWN_CA = 48,
	ACCESS_DENIED = 49,
	PROTOCOL_VERSION = 70,
	NO_SECURITY = 71,
	CERTIFICATE_REQUIRED = 116,
	NO_PROTOCOL = 120
};

static int code_of_alert(unsigned alert)
{
	if ((alert >= BAD_CERTIFICATE && alert <= 46) || alert == UNKNOWN_CA ||
		alert == ACCESS_DENIED || alert == CERTIFICATE_REQUIRED)
		return TUTTI_EAUTH;
	if (alert == HANDSHAKE_FAILURE || alert == PROTOCOL_VERSION || alert == NO_SECURITY ||
		alert == NO_PROTOCOL)
		return -EPROTONOSUPPORT;
	return TUTTI_EREMOTE;
}

/* libcurl hands OpenSSL's error on as a text alone: "error:0A000412:SSL routines::...". 0: none. */
static unsigned reason_of(const struct tu_client_transfer *t)
{
	const char *at = strstr(t->words, "error:");

	return at ? (unsigned)strtoul(at + 6, NULL, 16) & 0x7fffff : 0;
}

/* 0: the other side has not said why. */
static int code_of_last_word(const struct tu_client_transfer *t)
{
	unsigned reason = reason_of(t);

	return reason >= ALERTS && reason < ALERTS + 256 ? code_of_alert(reason - ALERTS) : 0;
}

static int code_of_handshake(const struct tu_client_transfer *t)
{
	int alert = code_of_last_word(t);
	long error = 0;

	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &error);
	if (alert < 0)
		return alert;
	if (reason_of(t) == 0)
		return error > 0 ? -(int)error : -ECONNRESET;
	return TUTTI_EPROTO;
}

/* -- transfers --------------------------------------------------------------------------------- */

static int system_error(const struct tu_client_transfer *t, int otherwise)
{
	long error = 0;

	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &error);
	if (code_of_last_word(t) < 0)
		return code_of_last_word(t);
	if (error == EPIPE)
		return -ECONNRESET;
	return error > 0 && error != EAGAIN && error != EINPROGRESS ? -(int)error : otherwise;
}

/* A proxy that answered CONNECT otherwise; 0: none did. */
static int code_of_tunnel(const struct tu_client_transfer *t)
{
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	if (status < 300)
		return 0;
	return status == 407 ? TUTTI_EAUTH : TUTTI_EREMOTE;
}

static int code_of(struct tu_client_transfer *t)
{
	int tunnel = code_of_tunnel(t);

	if (tunnel < 0 && t->result != CURLE_OK)
		return tunnel;
	switch (t->result) {
	case CURLE_OK: /* also where the head has no end */
		return t->head_done ? 0 : -ECONNRESET;
	case CURLE_URL_MALFORMAT:
		return -EINVAL;
	case CURLE_OUT_OF_MEMORY:
		return -ENOMEM;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return -ENOENT;
	case CURLE_COULDNT_CONNECT:
	case CURLE_INTERFACE_FAILED:
		return system_error(t, t->no_socket ? -t->no_socket : -ECONNREFUSED);
	case CURLE_OPERATION_TIMEDOUT:
		return system_error(t, -ETIMEDOUT);
	case CURLE_RECV_ERROR: /* the one word for what could not be received and what it was */
		return strstr(t->words, "chunked-encoding") ? TUTTI_EPROTO
							    : system_error(t, -ECONNRESET);
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_SEND_FAIL_REWIND:
		return system_error(t, -ECONNRESET);
	case CURLE_SSL_CONNECT_ERROR:
		return code_of_handshake(t);
	case CURLE_PEER_FAILED_VERIFICATION:
		return code_of_certificate(t);
	case CURLE_SSL_CACERT_BADFILE:
		return -EINVAL;
	default:
		return TUTTI_EPROTO;
	}
}

/* libcurl's own, but where the system has the better ones. */
static const char *words_of(const struct tu_client_transfer *t, int code)
{
	if (t->result == CURLE_GOT_NOTHING || t->result == CURLE_OK)
		return "the connection was closed before the answer";
	if (code > -4096 && t->result != CURLE_PEER_FAILED_VERIFICATION && code != -EINVAL &&
		code != -EPROTONOSUPPORT)
		return tutti_strerror(code);
	if (t->result == CURLE_SSL_CONNECT_ERROR && reason_of(t) == NO_RECORD)
		return "what answers there does not speak TLS";
	return t->words[0] ? t->words : curl_easy_strerror(t->result);
}

int tu_client_result(struct tu_client_transfer *t)
{
	const struct tu_client_request *q = &t->request;
	int code = t->rc < 0 ? t->rc : code_of(t);

	if (code == 0)
		return 0;
	if (t->rc < 0)
		return tu_client_say_code(q, code);
	if (q->proxy_host && t->result == CURLE_COULDNT_CONNECT)
		return tu_client_say(q->fault, code, "proxy %s:%s: %s", q->proxy_host,
			q->proxy_port, words_of(t, code));
	return tu_client_say(q->fault, code, "%s: %s", q->name, words_of(t, code));
}
