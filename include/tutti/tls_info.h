/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_TLS_INFO_H
#define TUTTI_TLS_INFO_H

#include <tutti/tls.h>

/*
 * tls_info.h - what the two sides of an encrypted stream agreed upon, and who the other one is.
 *
 * Example:
 *
 *     #include <stdio.h>
 *     #include <tutti/tls_info.h>
 *
 *     void show_peer(const tutti_stream *s)
 *     {
 *             char text[256];
 *
 *             if (tutti_tls_text(s, TUTTI_TLS_SUBJECT, text, sizeof text) > 0)
 *                     printf("%s\n", text);
 *     }
 */

TUTTI_BEGIN

typedef enum tutti_tls_what {
	TUTTI_TLS_VERSION,     /* "TLSv1.3" */
	TUTTI_TLS_CIPHER,      /* "TLS_AES_256_GCM_SHA384" */
	TUTTI_TLS_PROTOCOL,    /* spoken within, of those that both have: "h2" */
	TUTTI_TLS_NAME,        /* of the server, as the client has asked for it */
	TUTTI_TLS_SUBJECT,     /* of the other side's certificate: "CN=example.org" */
	TUTTI_TLS_ISSUER,      /* who has signed it */
	TUTTI_TLS_FINGERPRINT, /* its SHA-256: "4C:0A:..." */
	TUTTI_TLS_FAULT        /* why a read or a write failed */
} tutti_tls_what;

/*
 * Get one of these as a text.
 *
 * s          any stream
 * what       as above
 * text       receives it, cut to fit, with a final zero; may be NULL if size is 0
 * size       room, bytes
 * Returns    how long it is without the zero, cut or not; 0: there is none
 * Errors     -EINVAL   what; or s is not encrypted
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_tls_text(const tutti_stream *s, tutti_tls_what what, char *text, size_t size);

/*
 * See whether it goes on from an earlier connection with the same server: then nobody had to sign,
 * and no certificate was shown anew.
 *
 * s          any stream
 * Returns    true: it does
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_tls_resumed(const tutti_stream *s);

TUTTI_END

#endif
