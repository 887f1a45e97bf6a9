/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_HTTP_SESSION_H
#define TUTTI_HTTP_SESSION_H

#include <tutti/http_response.h>
#include <tutti/time.h>

/*
 * http_session.h - what the requests of a client have in common (http_client.h): connections that
 * are used again, cookies, and options, which each request may change for itself.
 *
 * Example:
 *
 *     #include <tutti/http_client.h>
 *
 *     static const char *const headers[] = { "Accept-Language", "de", NULL };
 *
 *     int open_polite_session(tutti_http_session **s)
 *     {
 *             tutti_http_options usual = { .headers = headers, .timeout = TUTTI_SECONDS(30) };
 *             tutti_http_session_options limits = { .per_host = 4 };
 *             int rc = tutti_http_session_create(s, &usual);
 *
 *             if (rc < 0)
 *                     return rc;
 *             rc = tutti_http_session_configure(*s, &limits);
 *             if (rc < 0)
 *                     tutti_http_session_free(*s);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_http_session tutti_http_session;

/*
 * What is special about a request; all zero: nothing. Lent for the call, by tutti_http_open until
 * the response is freed. Given with a session it is for what its requests leave out; params are
 * those of both, and what is said of a body, the fault and a deadline are a request's only.
 */
typedef struct tutti_http_options {
	const char *const *params; /* "name", "value", ..., NULL: encoded, behind the url's query */
	const char *const *headers; /* likewise; for those of that name of the session and the
	                               library; an empty value leaves it out */
	const char *const *form;    /* likewise: the body, form-encoded, with its type */
	tutti_bytes body;           /* sent as it is; without data: none */
	const char *proxy;          /* "http://127.0.0.1:3128"; "": none; NULL: the session's, there
	                               as http_proxy, https_proxy, all_proxy and no_proxy say */
	bool insecure;              /* no check of whom one talks to over TLS */
	tutti_time deadline;        /* absolute, for all of it; 0: none */
	tutti_time timeout;         /* the same from the call on, ns; 0: none */
	const tutti_value *json;    /* the body, with its type */
	const char *type;           /* the body's; NULL: application/octet-stream, or what it is */
	const char *login; /* "user:password", basic; also from "http://user:password@..." */
	int redirects;     /* followed at most; 0: 10; -1: none, they are the answer */
	size_t body_max;   /* bytes that are read, but by tutti_http_open; 0: 64 MiB */

	/* The body piece by piece: as read(2), but < 0 is an error; it may wait. */
	ssize_t (*read)(void *arg, void *data, size_t size);
	void *arg;               /* for read */
	int64_t size;            /* bytes that it will give; -1: that is not known */
	tutti_http_fault *fault; /* receives what is wrong, also with the response; or NULL */
	uint64_t reserved[4];    /* 0 */
} tutti_http_options;

/* 0 in any is what stands there. */
typedef struct tutti_http_session_options {
	int per_host;               /* requests to one host at work at once; no limit */
	int connections;            /* requests at work at once; no limit */
	int idle;                   /* connections kept for later, by each thread; 100; -1: none */
	tutti_time connect_timeout; /* for name, TCP and TLS, ns; 30 s */
	const char *trust;          /* file: who may sign, or PEM itself; the system's */
	bool no_cookies;            /* neither kept nor sent */
	bool http1;                 /* no HTTP/2 */
	uint64_t reserved[4];       /* 0 */
} tutti_http_session_options;

/*
 * Make a session. It has no connection yet.
 *
 * s          receives it
 * defaults   copied; NULL: all zero
 * Returns    0; *s is the caller's to free
 * Errors     -EINVAL   defaults: a list of odd length, a header that cannot be one, a body, or
 *                      reserved is not 0
 *            -EMFILE   no descriptor left; also -ENFILE
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_http_session_create(tutti_http_session **s, const tutti_http_options *defaults);

/*
 * Set its limits and what it trusts.
 *
 * s          has made no request yet
 * options    copied
 * Returns    0
 * Errors     -EINVAL   a negative number that has no meaning, or reserved is not 0
 *            -EBUSY    it has made a request
 *            -ENOENT   no such file; also -EACCES and what else the system says
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_http_session_configure(
	tutti_http_session *s, const tutti_http_session_options *options);

/*
 * Close all connections: requests under way, also of other threads, end with TUTTI_ESHUTDOWN, and
 * so does each that comes. The second time does nothing.
 *
 * s          the session
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_http_session_close(tutti_http_session *s);

/*
 * Close it and give it back. Responses stay valid; those that are still read end.
 *
 * s          nobody begins a call with it any more; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_http_session_free(tutti_http_session *s);

TUTTI_END

#endif
