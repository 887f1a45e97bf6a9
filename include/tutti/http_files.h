/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_HTTP_FILES_H
#define TUTTI_HTTP_FILES_H

#include <tutti/http_server.h>

/*
 * http_files.h - files as replies (libtutti-net): with their time and an entity tag, so that a
 * client that has them already is told so (304), in one part if the client wants only that (206),
 * and without taking the bytes through the program.
 *
 * Example:
 *
 *     #include <tutti/http_files.h>
 *
 *     static int report(tutti_http_exchange *x, void *path)
 *     {
 *             return tutti_http_reply_file(x, path, "application/pdf");
 *     }
 *
 *     int add_routes(tutti_http_server *s)
 *     {
 *             int rc = tutti_http_server_files(s, "/static/", "public");
 *
 *             if (rc == 0)
 *                     rc = tutti_http_server_route(s, "GET /report", report, "report.pdf");
 *             return rc;
 *     }
 */

TUTTI_BEGIN

/* 0 in any is what stands there. */
typedef struct tutti_http_folder_options {
	bool list;   /* a folder without index.html is a page of its names, sizes and times */
	bool hidden; /* names that begin with a dot are as others; still, .. leads nowhere */
	const char *missing;        /* file in it: the page that goes with 404; NULL: none */
	const char *const *headers; /* "name", "value", ..., NULL: what each reply says too */
	uint64_t reserved[4];       /* 0 */
} tutti_http_folder_options;

/*
 * Reply with a file, or as much of it as the request wants. It is opened off the loop; what is not
 * in memory yet is read from the disk while it is written, for which the thread blocks.
 *
 * x          nothing was replied yet; If-Match, If-None-Match, If-Modified-Since,
 *            If-Unmodified-Since, Range and If-Range count
 * path       of a regular file
 * type       of the content; NULL: what its name's extension says, else application/octet-stream
 * Returns    0; the system has all of it. Also if there is no such file: then that was status 404;
 *            403: it may not be read
 * Errors     -EIO      it cannot be read, or has become shorter; the reply was cut
 *            and those of tutti_http_reply, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_http_reply_file(tutti_http_exchange *x, const char *path, const char *type);

/*
 * Add a route for all files of a folder and below. A folder is its index.html. Neither .. nor names
 * that begin with a dot lead anywhere; symbolic links are followed.
 *
 * s          not serving yet
 * prefix     begins and ends with a slash: "/static/"
 * folder     copied; looked at when there is a request
 * Returns    0
 * Errors     -EINVAL   no such prefix
 *            and those of tutti_http_server_route
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_http_server_files(tutti_http_server *s, const char *prefix, const char *folder);

/*
 * The same with options.
 *
 * s          not serving yet
 * prefix     as above
 * folder     as above
 * options    copied; NULL: all defaults
 * Returns    0
 * Errors     -EINVAL   no such prefix; a header that a handler could not say either; options
 *            and those of tutti_http_server_route
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_http_server_folder(tutti_http_server *s, const char *prefix, const char *folder,
	const tutti_http_folder_options *options);

TUTTI_END

#endif
