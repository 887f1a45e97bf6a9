/* SPDX-License-Identifier: MIT */
/* client_answer.h - a manager's answers, read: what was returned, or what went wrong over there. */
#ifndef TU_DIST_CLIENT_ANSWER_H
#define TU_DIST_CLIENT_ANSWER_H

#include <stdbool.h>
#include <tutti/value_pickle.h>

enum tu_client_answer_kind {
	TU_CLIENT_ANSWER_RETURN,    /* value: what was returned */
	TU_CLIENT_ANSWER_ERROR,     /* the exception that the method has raised */
	TU_CLIENT_ANSWER_TRACEBACK, /* a text: what the manager itself has raised */
	TU_CLIENT_ANSWER_PROXY /* what stands for another object: a tuple of exposed and a token */
};

struct tu_client_answer {
	enum tu_client_answer_kind kind;
	tutti_value *value; /* to be unref'd */
};

/*
 * Read one. What cannot be a value of ours, since it contains itself or is nested too deep, is left
 * opaque. TUTTI_EPROTO: no answer; -E2BIG: larger than size_max, or another limit of pickles.
 */
int tu_client_answer_read(struct tu_client_answer *r, tutti_bytes message, size_t size_max);

/*
 * Did the manager raise that? Python's words end with "KeyError: 'text'". text NULL: whatever is
 * said.
 */
bool tu_client_answer_raised(const struct tu_client_answer *r, const char *class, const char *text);

/*
 * What a call comes to: 0, or the code of the exception, in proxy.h's table; of a traceback
 * TUTTI_EREMOTE. *result, if result is not NULL, receives the value or the exception. r is empty
 * then.
 */
int tu_client_answer_take(struct tu_client_answer *r, tutti_value **result);

/* Get the ident within the token of a ANSWER_PROXY, to be unref'd; TUTTI_EPROTO: there is none. */
int tu_client_answer_ident(const struct tu_client_answer *r, tutti_value **ident);

void tu_client_answer_free(struct tu_client_answer *r);

#endif
