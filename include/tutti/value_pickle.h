/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_VALUE_PICKLE_H
#define TUTTI_VALUE_PICKLE_H

#include <tutti/value_codec.h>

/*
 * value_pickle.h - values as Python's pickle writes and reads them; docs/values.md has the details.
 *
 * Reading executes nothing, whoever wrote it. What values have no kind for, such as an object of a
 * class, is an opaque value (TUTTI_VALUE_OPAQUE): its part of the pickle, made such that it stands
 * by itself. It can be kept, compared byte for byte, be a key, go through queues, and is written
 * out again as it came: Python gets its object back. tutti_value_object looks into one and
 * tutti_value_object_make makes one, an exception for example.
 *
 * Read are protocols 2 to 5. What is written says protocol 4, which all from Python 3.4 on read.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     int answer(tutti_bytes *reply, tutti_bytes question)
 *     {
 *             tutti_value *v;
 *             tutti_value_fault fault;
 *             int rc = tutti_value_from_pickle(&v, question.data, question.size, NULL, &fault);
 *
 *             if (rc < 0) {
 *                     fprintf(stderr, "%s\n", fault.text);
 *                     return rc;
 *             }
 *             rc = tutti_value_to_pickle(reply, v);
 *             tutti_value_unref(v);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

/* What may be read that is of a class. */
enum {
	TUTTI_CLASSES_ANY,   /* all: nothing of it is executed here, but is where it is sent */
	TUTTI_CLASSES_KNOWN, /* those of docs/values.md: exceptions, bytearray, slice and so on */
	TUTTI_CLASSES_NONE   /* what becomes another value: bytearray, with plain */
};

typedef struct tutti_pickle_options {
	size_t size_max;    /* bytes; 0: 64 MiB; never more than 4 GiB - 1 */
	size_t items_max;   /* values in it, those in opaque values too; 0: 4,000,000 */
	size_t whole_max;   /* bytes it would have if nothing in it were shared; 0: 256 MiB */
	unsigned depth_max; /* lists within lists, in opaque values too; 0: 1000, at most 60,000 */
	unsigned
		whole_from; /* what is so many levels down stays opaque if it has items: 1, items of
				the outermost; 2, items of those. 0: none does */
	int classes;        /* TUTTI_CLASSES_... */
	bool plain;         /* bytearray as bytes, frozenset and OrderedDict as set and dict, where
				they can be */
	uint64_t reserved[2]; /* 0 */
} tutti_pickle_options;

/*
 * Write a value as a pickle.
 *
 * out        receives it
 * v          lent
 * Returns    0; *out is the caller's to free
 * Errors     TUTTI_ETYPE   opaque values of protocol 2, whose classes have the names of Python 2,
 *                          beside newer ones
 *            -ENOMEM       no memory
 *            -EINVAL       v is NULL
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_to_pickle(tutti_bytes *out, const tutti_value *v);

/*
 * Read a pickle. What it has several times is one value several times.
 *
 * out        receives the value
 * data       read during the call
 * size       bytes; all must belong to it
 * options    NULL: the defaults
 * fault      receives what is wrong, and where; may be NULL
 * Returns    0; *out is the caller's to unref
 * Errors     TUTTI_EPROTO   no pickle, or one of protocol 0 or 1, or one with persistent objects,
 *                           extensions or buffers that are elsewhere
 *            TUTTI_ETYPE    a class that options->classes excludes
 *            -ELOOP         something contains itself, and is in no opaque value
 *            -E2BIG         beyond a limit of the options, or TUTTI_VALUE_DEPTH_MAX
 *            -ENOMEM        no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_from_pickle(tutti_value **out, const void *data, size_t size,
	const tutti_pickle_options *options, tutti_value_fault *fault);

/*
 * Read what is in an opaque value: of one that whole_from has left the items, of an object with
 * options->plain what is like it. What no other value is stays as it is.
 *
 * out        receives the value
 * v          lent; one that is not opaque gives itself
 * options    NULL: the defaults
 * fault      receives what is wrong, and where in v; may be NULL
 * Returns    0; *out is the caller's to unref
 * Errors     those of tutti_value_from_pickle, and -EINVAL: v is NULL
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_from_opaque(tutti_value **out, const tutti_value *v,
	const tutti_pickle_options *options, tutti_value_fault *fault);

/*
 * Look into an opaque value that is an object: what it is called with and has been given.
 *
 * out        receives a tuple: module, name, arguments, state. The module and name of the class are
 *            texts. The arguments are a tuple, or None if v is the class itself. The state is
 *            mostly a dict, or None
 * v          lent
 * Returns    0; *out is the caller's to unref
 * Errors     TUTTI_ETYPE   not opaque, or no object of a class that has a name
 *            -ELOOP        it contains itself
 *            -E2BIG        nested too deep
 *            -ENOMEM       no memory
 *            -EINVAL       v is NULL
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_object(tutti_value **out, const tutti_value *v);

/*
 * Make an opaque value of an object that Python will make by calling a class: an exception, of
 * "builtins", "ValueError" and a tuple with its text.
 *
 * out        receives it
 * module     UTF-8
 * name       UTF-8
 * args       lent; a tuple. NULL: the class itself
 * Returns    0; *out is the caller's to unref
 * Errors     -EINVAL       module or name is NULL or no UTF-8
 *            TUTTI_ETYPE   args is no tuple; or as tutti_value_to_pickle
 *            -ENOMEM       no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_value_object_make(
	tutti_value **out, const char *module, const char *name, const tutti_value *args);

TUTTI_END

#endif
