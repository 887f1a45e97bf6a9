/* SPDX-License-Identifier: MIT */
/*
 * http_exchange.c - a request as it comes, the memory that lasts as long, and what its handler asks
 * about it.
 */
#include "net/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/fd.h>
#include <tutti/select.h>
#include <tutti/stream_peek.h>

static const tutti_time hurried_time = TUTTI_SECONDS(1);

/* -- it comes ---------------------------------------------------------------------------------- */

static struct tutti_http_exchange *create(struct tu_http_connection *c)
{
	struct tutti_http_exchange *x = malloc(sizeof(*x));

	if (!x)
		return NULL;
	/* Neither the fields nor the room are looked at before they are filled. */
	memset(x, 0, offsetof(struct tutti_http_exchange, fields));
	memset((char *)x + offsetof(struct tutti_http_exchange, n_fields), 0,
		offsetof(struct tutti_http_exchange, room) -
			offsetof(struct tutti_http_exchange, n_fields));
	x->connection = c;
	tu_http_head_begin(x);
	return x;
}

/* Somebody whose first byte came is a client; before that nothing is owed to it. */
static int gone(int rc, bool begun)
{
	if (rc == TUTTI_ETIMEDOUT)
		return begun ? 408 : TUTTI_EDONE;
	return rc == TUTTI_EPROTO || rc == -ECONNRESET ? TUTTI_EDONE : rc;
}

/*
 * More bytes of a head than were seen. An encrypted stream on which the end is read cannot say its
 * own any more: so who ends the wait for a request does not end the reading there.
 */
static ssize_t more_bytes(
	struct tu_http_connection *c, size_t seen, const void **data, tutti_time deadline)
{
	tutti_case either[2];
	int rc = 0;

	if (!c->encrypted)
		return tutti_stream_peek_until(c->stream, seen, data, deadline);
	either[0] = tutti_case_fd(tutti_stream_fd(c->stream), TUTTI_READABLE);
	either[1] = tutti_case_event(&c->over);
	while (true) {
		ssize_t n = tutti_stream_peek_until(c->stream, seen, data, 0);

		if (n != TUTTI_ETIMEDOUT)
			return n;
		if (rc == 1)
			return TUTTI_EDONE;
		rc = tutti_select(either, 2, deadline);
		if (rc < 0)
			return rc;
	}
}

/* Of a server that stops nobody may have it wait. */
static tutti_time head_deadline(const struct tu_http_connection *c)
{
	tutti_time most = c->server->options.head_time;

	return tutti_after(c->hurried && most > hurried_time ? hurried_time : most);
}

int tu_http_exchange_begin(struct tu_http_connection *c, struct tutti_http_exchange **x)
{
	tutti_time deadline = tutti_after(c->hurried ? hurried_time : c->server->options.idle_time);
	const void *data;
	ssize_t n = 0;
	int rc = 1;

	*x = NULL;
	while (rc == 1) {
		ssize_t seen = n;

		n = more_bytes(c, (size_t)seen, &data, deadline);
		if (n < 0)
			return gone((int)n, seen > 0);
		if (seen == 0) {
			*x = create(c);
			if (!*x)
				return -ENOMEM;
			(*x)->began = tutti_now();
			deadline = head_deadline(c);
		}
		rc = tu_http_head_feed(*x, data, (size_t)seen, (size_t)n);
	}
	tu_http_connection_busy(c);
	if (rc != 0)
		(*x)->n_fields = 0; /* not all of them are ended: nobody is to read them */
	return rc;
}

/* -- memory ------------------------------------------------------------------------------------ */

struct tu_http_more {
	struct tu_http_more *next;
	char room[];
};

void *tu_http_take(struct tutti_http_exchange *x, size_t size)
{
	struct tu_http_more *more;

	size = (size + 7) & ~(size_t)7;
	if (size <= sizeof(x->room) - x->used) {
		x->used += size;
		return x->room + x->used - size;
	}
	more = malloc(sizeof(*more) + size);
	if (!more)
		return NULL;
	more->next = x->more;
	x->more = more;
	return more->room;
}

void tu_http_exchange_free(struct tutti_http_exchange *x)
{
	if (!x)
		return;
	while (x->more) {
		struct tu_http_more *more = x->more;

		x->more = more->next;
		free(more);
	}
	free(x->body);
	free(x->extra);
	free(x);
}

/* -- what a handler asks ----------------------------------------------------------------------- */

const char *tutti_http_method(const tutti_http_exchange *x)
{
	return llhttp_method_name(x->connection->parser.method);
}

const char *tutti_http_path(const tutti_http_exchange *x)
{
	return x->path;
}

const char *tutti_http_path_value(tutti_http_exchange *x, const char *name)
{
	for (unsigned i = 0; i < x->n_values; i++) {
		const struct tu_http_value *v = &x->values[i];

		if (strlen(name) == v->name_size && memcmp(name, v->name, v->name_size) == 0)
			return v->text;
	}
	return NULL;
}

/* One of the parameters, decoded, in memory of its own. NULL: no memory, or it cannot be read. */
static char *decoded(struct tutti_http_exchange *x, const char *text, size_t size)
{
	char *copy = tu_http_take(x, size + 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, size);
	copy[size] = '\0';
	return tu_http_decode(copy, size, true) < 0 ? NULL : copy;
}

static bool is_name(struct tutti_http_exchange *x, const char *text, size_t size, const char *name)
{
	const char *here;

	if (!memchr(text, '%', size) && !memchr(text, '+', size))
		return strlen(name) == size && memcmp(name, text, size) == 0;
	here = decoded(x, text, size);
	return here && strcmp(here, name) == 0;
}

const char *tutti_http_query(tutti_http_exchange *x, const char *name)
{
	const char *at = x->query;

	if (!name)
		return at;
	while (at && *at) {
		size_t size = strcspn(at, "&"), of_name = strcspn(at, "=&");

		if (is_name(x, at, of_name, name))
			return of_name < size ? decoded(x, at + of_name + 1, size - of_name - 1)
					      : "";
		at += size;
		at += *at == '&';
	}
	return NULL;
}

const char *tutti_http_request_header(const tutti_http_exchange *x, const char *name)
{
	for (unsigned i = 0; i < x->n_fields; i++)
		if (tu_http_same_name(x->head + x->fields[i].name.at, name))
			return x->head + x->fields[i].value.at;
	return NULL;
}

int tutti_http_request_header_at(
	const tutti_http_exchange *x, size_t i, const char **name, const char **value)
{
	if (i >= x->n_fields)
		return -ENOENT;
	*name = x->head + x->fields[i].name.at;
	*value = x->head + x->fields[i].value.at;
	return 0;
}
