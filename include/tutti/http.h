/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_HTTP_H
#define TUTTI_HTTP_H

#include <tutti/http_client.h>
#include <tutti/http_exchange.h>
#include <tutti/http_files.h>
#include <tutti/http_log.h>
#include <tutti/http_response.h>
#include <tutti/http_server.h>
#include <tutti/http_session.h>

/*
 * http.h - HTTP at both ends, of libtutti-net: a client (http_session.h, http_client.h,
 * http_response.h) and a server (http_server.h, http_exchange.h, http_files.h, http_log.h).
 *
 * Example:
 *
 *     #include <tutti/http.h>
 *
 *     // A handler that hands on what another server says.
 *     int hand_on(tutti_http_exchange *x, void *session)
 *     {
 *             tutti_http_response r;
 *             int rc = tutti_http_get((tutti_http_session *)session, &r, "http://a.test/", NULL);
 *
 *             if (rc < 0)
 *                     return rc;
 *             rc = tutti_http_reply(x, r.status, tutti_http_header(&r, "Content-Type"), r.body);
 *             tutti_http_response_free(&r);
 *             return rc;
 *     }
 */

#endif
