/* SPDX-License-Identifier: MIT */
/*
 * jobs_link.h - a connection to the Jobs of a manager (kind_jobs.c), on which one request waits for
 * its answer at a time, and a new one takes the place of one that still waits. So who sends need
 * not wait for who receives: two tasks, each at its own end.
 */
#ifndef TU_DIST_JOBS_LINK_H
#define TU_DIST_JOBS_LINK_H

#include <tutti/connection.h>

/* Under which a manager serves them. */
#define TU_JOBS_NAME "get_jobs"

struct tu_jobs_link {
	tutti_connection *connection;
	tutti_value *id;
};

/* Where "tcp://host:port" and stream.h's own addresses lead. */
const char *tu_jobs_address(const char *where);

/*
 * Connect. -ENOENT: the manager there has no such jobs; others as tutti_manager_connect. *link
 * stays as it is if it fails, and is to be closed otherwise.
 */
int tu_jobs_link_open(
	struct tu_jobs_link *link, const char *address, tutti_bytes key, tutti_time deadline);
void tu_jobs_link_close(struct tu_jobs_link *link);

/* Send a request; args is a tuple. Lent. Errors of tutti_connection_send. */
int tu_jobs_link_send(struct tu_jobs_link *link, const char *method, const tutti_value *args);

/*
 * Receive an answer, the caller's to unref. TUTTI_EREMOTE: it was none that we know, and text says
 * what; others as tutti_connection_recv.
 */
int tu_jobs_link_recv(struct tu_jobs_link *link, tutti_value **answer, char *text, size_t n);

#endif
