/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_TLS_H
#define TUTTI_TLS_H

#include <tutti/stream.h>

/*
 * tls.h - encrypted streams (TLS 1.2 and 1.3, by OpenSSL). Of libtutti-net. What comes out is a
 * stream as any other: read, write, shut down and free it as such. What was agreed, and with whom,
 * tls_info.h says.
 *
 * A client checks that the server's certificate is signed by somebody it trusts, valid now, and
 * for the name that it was asked for. All that is turned off by one word, insecure.
 *
 * An end is an end only if the other side said so (close_notify): then a read gives 0. A connection
 * that just ends has been cut, by whomever: -ECONNRESET. tutti_stream_shutdown says that no more
 * will be written, and tutti_stream_free says it too if nobody has.
 *
 * The settings, a client or a server, are made once and used for any number of connections, on any
 * threads at once. A file of certificates is PEM; where a file is asked for, the PEM text itself,
 * which begins with "-----BEGIN", may be given instead.
 *
 * Example:
 *
 *     #include <stdio.h>
 *     #include <tutti/tls.h>
 *
 *     int open_page(tutti_stream **s, const char *address)
 *     {
 *             tutti_tls_fault fault;
 *             int rc = tutti_tls_connect(NULL, s, address, &fault); // "example.org:443"
 *
 *             if (rc < 0)
 *                     fprintf(stderr, "%s\n", fault.text);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

enum { TUTTI_TLS_1_2 = 0x0303, TUTTI_TLS_1_3 = 0x0304 };

typedef struct tutti_tls_client tutti_tls_client;
typedef struct tutti_tls_server tutti_tls_server;

/* What went wrong, in a sentence; empty if nothing did. */
typedef struct tutti_tls_fault {
	char text[256];
} tutti_tls_fault;

/* Who one is. */
typedef struct tutti_tls_identity {
	const char *chain; /* file: one's certificate, and behind it those up to the authority */
	const char *key;   /* file: the private key; NULL: it is in the chain's */
} tutti_tls_identity;

typedef struct tutti_tls_client_options {
	const char *trust;            /* file: who may sign; NULL: those that the system trusts */
	tutti_tls_identity identity;  /* for servers that ask; all NULL: none */
	const char *const *protocols; /* spoken within (ALPN), the best first, behind them NULL */
	int version_min;              /* 0: TUTTI_TLS_1_2 */
	int version_max;              /* 0: the newest that there is */
	bool insecure;                /* no check of whom one talks to */
	bool no_reuse;                /* each connection begins from nothing */
	uint64_t reserved[4];         /* 0 */
} tutti_tls_client_options;

typedef struct tutti_tls_server_options {
	const tutti_tls_identity *identities; /* the one for the name asked for is shown (SNI) */
	size_t n;                             /* how many, > 0; the first is for other names */
	const char *trust;            /* file: who must have signed a client; NULL: none is asked */
	const char *const *protocols; /* as a client's; one that has others only is turned away */
	int version_min;              /* 0: TUTTI_TLS_1_2 */
	int version_max;              /* 0: the newest that there is */
	bool no_reuse;                /* nobody can resume */
	uint64_t reserved[4];         /* 0 */
} tutti_tls_server_options;

/*
 * Make a client's settings.
 *
 * c          receives them
 * options    NULL: all defaults
 * fault      receives what is wrong; may be NULL
 * Returns    0; *c is the caller's to free
 * Errors     -EINVAL       options; a file that is not what it should be, or key and certificate
 *                          are no pair
 *            -ENOENT       no such file; also -EACCES and what else the system says
 *            -ENOMEM       no memory
 * Context    any thread or task
 * Waits      never, but for the files
 */
TUTTI_API int tutti_tls_client_create(
	tutti_tls_client **c, const tutti_tls_client_options *options, tutti_tls_fault *fault);

/*
 * Connect, and begin to talk TLS.
 *
 * c          the settings; NULL: all defaults
 * s          receives the stream
 * address    as tutti_stream_connect; its host is the name that the certificate must be for
 * fault      receives what is wrong; may be NULL
 * Returns    0; *s is the caller's to free
 * Errors     those of tutti_stream_connect and of tutti_tls_client_wrap, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_tls_connect(
	tutti_tls_client *c, tutti_stream **s, const char *address, tutti_tls_fault *fault);

/*
 * The same with a deadline.
 *
 * c          the settings; NULL: all defaults
 * s          receives the stream
 * address    as above
 * fault      receives what is wrong; may be NULL
 * deadline   absolute, for all of it
 * Returns    0; *s is the caller's to free
 * Errors     TUTTI_ETIMEDOUT   not ready by then
 *            and those of tutti_tls_connect, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_tls_connect_until(tutti_tls_client *c, tutti_stream **s, const char *address,
	tutti_tls_fault *fault, tutti_time deadline);

/*
 * Begin to talk TLS over a stream, as its client.
 *
 * c          the settings; NULL: all defaults
 * s          receives the encrypted stream
 * below      still the caller's, who leaves it alone and frees it after *s. After an error of no
 *            more use, but to be closed
 * name       of the server, or its IP address; NULL only for insecure settings
 * fault      receives what is wrong; may be NULL
 * Returns    0; *s is the caller's to free
 * Errors     TUTTI_EUNTRUSTED   the certificate is signed by nobody who is trusted
 *            TUTTI_EEXPIRED     it is not valid any more, or not yet
 *            TUTTI_EWRONGNAME   it is for other names
 *            TUTTI_EAUTH        the server does not accept one's own; with TLS 1.3 a read or a
 *                               write says so
 *            -EPROTONOSUPPORT   no version, cipher or protocol in common
 *            TUTTI_EREMOTE      the server refuses for another reason
 *            TUTTI_EPROTO       the other side does not talk TLS
 *            -ECONNRESET        the connection ended meanwhile
 *            -EINVAL            no name; or it cannot be one
 *            -ENOMEM            no memory
 *            and those of tutti_stream_read and tutti_stream_write, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_tls_client_wrap(tutti_tls_client *c, tutti_stream **s, tutti_stream *below,
	const char *name, tutti_tls_fault *fault);

/*
 * The same with a deadline.
 *
 * c          the settings; NULL: all defaults
 * s          receives the encrypted stream
 * below      as above
 * name       of the server, or its IP address; NULL only for insecure settings
 * fault      receives what is wrong; may be NULL
 * deadline   absolute
 * Returns    0; *s is the caller's to free
 * Errors     TUTTI_ETIMEDOUT   not ready by then
 *            and those of tutti_tls_client_wrap, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_tls_client_wrap_until(tutti_tls_client *c, tutti_stream **s,
	tutti_stream *below, const char *name, tutti_tls_fault *fault, tutti_time deadline);

/*
 * Give a client's settings back. Connections that have them go on.
 *
 * c          NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_tls_client_free(tutti_tls_client *c);

/*
 * Make a server's settings.
 *
 * sv         receives them
 * options    with one identity at least
 * fault      receives what is wrong; may be NULL
 * Returns    0; *sv is the caller's to free
 * Errors     as tutti_tls_client_create
 * Context    any thread or task
 * Waits      never, but for the files
 */
TUTTI_API int tutti_tls_server_create(
	tutti_tls_server **sv, const tutti_tls_server_options *options, tutti_tls_fault *fault);

/*
 * Begin to talk TLS over a stream that was accepted. A server gives it a deadline, so that who
 * comes and says nothing does not stay.
 *
 * sv         the settings
 * s          receives the encrypted stream
 * below      as of tutti_tls_client_wrap; so it stays with tutti_listener_serve
 * fault      receives what is wrong; may be NULL
 * deadline   absolute
 * Returns    0; *s is the caller's to free
 * Errors     TUTTI_ETIMEDOUT   not ready by then
 *            and those of tutti_tls_client_wrap, with the sides changed, TUTTI_ECANCELED
 *            among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_tls_server_wrap_until(tutti_tls_server *sv, tutti_stream **s,
	tutti_stream *below, tutti_tls_fault *fault, tutti_time deadline);

/*
 * The same without a deadline.
 *
 * sv         the settings
 * s          receives the encrypted stream
 * below      as above
 * fault      receives what is wrong; may be NULL
 * Returns    0; *s is the caller's to free
 * Errors     as tutti_tls_server_wrap_until, TUTTI_ECANCELED among them, but for the deadline
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_tls_server_wrap(
	tutti_tls_server *sv, tutti_stream **s, tutti_stream *below, tutti_tls_fault *fault);

/*
 * Give a server's settings back. Connections that have them go on.
 *
 * sv         NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_tls_server_free(tutti_tls_server *sv);

TUTTI_END

#endif
