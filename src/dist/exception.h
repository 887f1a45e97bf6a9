/* SPDX-License-Identifier: MIT */
/*
 * exception.h - our codes as Python's exceptions, and back: one table for who serves and who calls.
 */
#ifndef TU_DIST_EXCEPTION_H
#define TU_DIST_EXCEPTION_H

#include <tutti/value_pickle.h>

/*
 * Make the exception that goes with a code: of manager_objects.h's list, else an OSError or a
 * RuntimeError. text NULL or "": what tutti_strerror says, or for queue.Empty and the like nothing.
 * 0; -ENOMEM.
 */
int tu_exception_make(tutti_value **e, int code, const char *text);

/* The name of its class. */
const char *tu_exception_name(int code);

/*
 * Which code proxy.h has for an exception. TUTTI_EREMOTE: for none of this class. TUTTI_ETYPE: that
 * is no object of a class.
 */
int tu_exception_code(const tutti_value *e);

#endif
