/* SPDX-License-Identifier: MIT */
/* request.h - what a client asks: the four parts of a message. */
#ifndef TU_DIST_REQUEST_H
#define TU_DIST_REQUEST_H

#include <tutti/manager.h>

struct tu_request {
	tutti_value *whole; /* all below lasts as long as this */
	bool of_object;     /* it has an ident; else it is for the manager itself */
	tutti_bytes ident, name;
	const tutti_value *args, *kwargs; /* a tuple; a dict */
};

/*
 * Read one. Items of args that have items stay as they are. 0, and it is to be ended; TUTTI_ETYPE:
 * a class that the options exclude; else it is no request: fault->text says why.
 */
int tu_request_read(struct tu_request *r, const void *data, size_t size,
	const tutti_manager_options *options, tutti_value_fault *fault);

void tu_request_end(struct tu_request *r);

/* Is a message of which this has come, and which is a long one, a create? */
bool tu_request_is_create(const void *data, size_t size);

#endif
