/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_HTTP_CLIENT_H
#define TUTTI_HTTP_CLIENT_H

#include <tutti/http_response.h>
#include <tutti/http_session.h>

/*
 * http_client.h - a client for HTTP/1.1, and HTTP/2 over TLS (libtutti-net, by libcurl). Requests
 * are plain calls that wait; as many as there are tasks are under way at once, on one thread.
 *
 * A session keeps connections, to be used again, and cookies; any number of threads and tasks use
 * it at once. Names are looked up as for streams (resolver.h). Redirects are followed as browsers
 * do: 303, and 301 and 302 after POST, become GET. To another scheme, host or port the login and
 * the headers Authorization and Cookie do not go along; cookies of the session go where they are
 * for. What comes compressed is unpacked, unless the caller says Accept-Encoding.
 *
 * A status such as 404 is no error of a call, but an answer; tutti_http_check makes one of it.
 * After an error, a deadline or a cancel nothing is left to free, and the connection is closed.
 *
 * Example:
 *
 *     #include <stdio.h>
 *     #include <tutti/http_client.h>
 *
 *     int show_page(tutti_http_session *s, const char *url)
 *     {
 *             tutti_http_fault fault;
 *             tutti_http_options o = { .timeout = TUTTI_SECONDS(10), .fault = &fault };
 *             tutti_http_response r;
 *             int rc = tutti_http_get(s, &r, url, &o);
 *
 *             if (rc < 0) {
 *                     fprintf(stderr, "%s\n", fault.text); // "127.0.0.1:1: Connection refused"
 *                     return rc;
 *             }
 *             printf("%d, %zu bytes\n", r.status, r.body.size);
 *             tutti_http_response_free(&r);
 *             return 0;
 *     }
 */

TUTTI_BEGIN

/*
 * Ask for something and read all of the answer; get is the usual one. With params, headers and what
 * else options say.
 *
 * s          the session
 * r          receives the response
 * method     "GET", "OPTIONS", ...; a HEAD has no body
 * url        "http://..." or "https://..."; without a scheme it is none
 * options    NULL: nothing special
 * Returns    0, whatever the status; *r is the caller's to free
 * Errors     -EINVAL            url, method or options cannot be so; the fault names what
 *            -EPROTONOSUPPORT   the scheme, or the proxy's, is another; no common version of TLS
 *            -ENOENT            no such host; -EAGAIN: that cannot be found out just now
 *            -ECONNREFUSED      nobody listens there; also -ENETUNREACH, -EHOSTUNREACH, ...
 *            -ECONNRESET        the connection ended before the answer
 *            TUTTI_EPROTO       that is no HTTP, or the body is shorter than was said
 *            TUTTI_EUNTRUSTED, TUTTI_EEXPIRED, TUTTI_EWRONGNAME, TUTTI_EAUTH   TLS, as in tls.h;
 *                               the last also if the proxy wants a login
 *            TUTTI_EREMOTE      the proxy does not do it
 *            -ELOOP             too many redirects
 *            -EMSGSIZE          the body is longer than body_max
 *            -ESPIPE            redirected, and what read gave is gone
 *            TUTTI_ETIMEDOUT    not done by the deadline, or not connected in time
 *            TUTTI_ECANCELED    the caller was cancelled
 *            TUTTI_ESHUTDOWN    the session is closed
 *            -EMFILE            no descriptor left; also -ENFILE, -ENOMEM
 *            any other          what read said
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_http_request(tutti_http_session *s, tutti_http_response *r, const char *method,
	const char *url, const tutti_http_options *options);

/*
 * Ask for a page: a tutti_http_request with GET, and so on.
 *
 * s          the session
 * r          receives the response
 * url        as tutti_http_request
 * options    NULL: nothing special
 * Returns    0, whatever the status; *r is the caller's to free
 * Errors     those of tutti_http_request, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_http_get(tutti_http_session *s, tutti_http_response *r, const char *url,
	const tutti_http_options *options);

/*
 * Ask for what would be said of a page, HEAD: the body is empty, tutti_http_size has its length.
 *
 * s          the session
 * r          receives the response
 * url        as tutti_http_request
 * options    NULL: nothing special
 * Returns    0, whatever the status; *r is the caller's to free
 * Errors     those of tutti_http_request, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_http_head(tutti_http_session *s, tutti_http_response *r, const char *url,
	const tutti_http_options *options);

/*
 * Hand something in, POST.
 *
 * s          the session
 * r          receives the response
 * url        as tutti_http_request
 * options    NULL: nothing special
 * Returns    0, whatever the status; *r is the caller's to free
 * Errors     those of tutti_http_request, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_http_post(tutti_http_session *s, tutti_http_response *r, const char *url,
	const tutti_http_options *options);

/*
 * Store something under the url, PUT.
 *
 * s          the session
 * r          receives the response
 * url        as tutti_http_request
 * options    NULL: nothing special
 * Returns    0, whatever the status; *r is the caller's to free
 * Errors     those of tutti_http_request, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_http_put(tutti_http_session *s, tutti_http_response *r, const char *url,
	const tutti_http_options *options);

/*
 * Change what is there, PATCH.
 *
 * s          the session
 * r          receives the response
 * url        as tutti_http_request
 * options    NULL: nothing special
 * Returns    0, whatever the status; *r is the caller's to free
 * Errors     those of tutti_http_request, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_http_patch(tutti_http_session *s, tutti_http_response *r, const char *url,
	const tutti_http_options *options);

/*
 * Remove what is there, DELETE.
 *
 * s          the session
 * r          receives the response
 * url        as tutti_http_request
 * options    NULL: nothing special
 * Returns    0, whatever the status; *r is the caller's to free
 * Errors     those of tutti_http_request, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_http_delete(tutti_http_session *s, tutti_http_response *r, const char *url,
	const tutti_http_options *options);

/*
 * The same, but it returns when the head of the answer has come; tutti_http_response_read gives the
 * body, and the server is slowed down by who does not read.
 *
 * s          the session
 * r          receives the response; its body stays empty
 * method     as above
 * url        as above
 * options    NULL: nothing special; what it points to is lent until the response is freed
 * Returns    0, whatever the status; *r is the caller's to free
 * Errors     those of tutti_http_request, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_http_open(tutti_http_session *s, tutti_http_response *r, const char *method,
	const char *url, const tutti_http_options *options);

TUTTI_END

#endif
