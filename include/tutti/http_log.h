/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_HTTP_LOG_H
#define TUTTI_HTTP_LOG_H

#include <tutti/http_server.h>

/*
 * http_log.h - what an HTTP server has done, request by request (libtutti-net): also of those that
 * no handler has seen, because they were refused or had no route.
 *
 * Example:
 *
 *     #include <stdio.h>
 *     #include <tutti/http_log.h>
 *
 *     static void note(const tutti_http_record *r, void *file)
 *     {
 *             char line[2000];
 *
 *             tutti_http_record_text(r, line, sizeof line);
 *             fprintf(file, "%s\n", line);
 *     }
 *
 *     int log_into(tutti_http_server *s, FILE *file)
 *     {
 *             return tutti_http_server_log(s, note, file);
 *     }
 */

TUTTI_BEGIN

/* Texts are lent until the function that gets it returns. */
typedef struct tutti_http_record {
	const char *peer;    /* "127.0.0.1:40404"; "unix:" of a Unix socket */
	const char *method;  /* "GET"; NULL: the request could not be read, nor what follows */
	const char *path;    /* as it came, likewise */
	const char *query;   /* NULL: there is none */
	const char *referer; /* NULL: not said */
	const char *agent;   /* NULL: not said */
	int minor;           /* of the version, 1.1 or 1.0 */
	int status;          /* 0: no reply had begun */
	int code;            /* 0, or why the connection was cut: TUTTI_ECANCELED, -EPIPE, ... */
	int64_t size;        /* bytes of the body that went out */
	int64_t when;        /* it ended; seconds since 1970 */
	tutti_time took;     /* from its first byte on, ns */
	uint64_t reserved[4];
} tutti_http_record;

/*
 * Be told of each request when its reply is over.
 *
 * s          not serving yet
 * fn         NULL: nobody. It is called by the thread that serves, by several at once if several
 *            do, and holds up what else that serves
 * arg        for fn; lent as long as the server
 * Returns    0
 * Errors     -EBUSY   it serves
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_http_server_log(
	tutti_http_server *s, void (*fn)(const tutti_http_record *r, void *arg), void *arg);

/*
 * Write it as a line that programs for logs can read: the Common Log Format, with referer and agent
 * behind. Quotes, backslashes, control characters and bytes beyond ASCII are written as \xHH.
 *
 * r          the record
 * text       receives it, cut to fit, with a final zero and no line break; may be NULL if size is 0
 * size       room, bytes
 * Returns    how long it is without the zero, cut or not
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API size_t tutti_http_record_text(const tutti_http_record *r, char *text, size_t size);

TUTTI_END

#endif
