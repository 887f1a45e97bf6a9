/* SPDX-License-Identifier: MIT */
/* client_response.c - what has been answered: headers, and bodies that come piece by piece. */
#include "net/client.h"

#include "net/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <tutti/error.h>

/* -- the head as it comes ---------------------------------------------------------------------- */

void tu_client_response_clear(struct tu_client_response *r)
{
	r->head.size = r->n_fields = r->body.size = r->body_from = 0;
	r->status = 0;
	r->size = -1;
}

/* "HTTP/1.1 200 OK"; one after 100 and the like is a new beginning. */
static int take_status(struct tu_client_response *r, const char *line, size_t size)
{
	const char *at = memchr(line, ' ', size);

	tu_client_response_clear(r);
	for (int i = 1; i <= 3; i++) {
		if (!at || at + i >= line + size || at[i] < '0' || at[i] > '9')
			return TUTTI_EPROTO;
		r->status = r->status * 10 + at[i] - '0';
	}
	return 0;
}

static int add_field(struct tu_client_response *r, struct tu_client_field f)
{
	if (r->n_fields == r->fields_room) {
		size_t room = r->fields_room ? 2 * r->fields_room : 16;
		struct tu_client_field *moved = realloc(r->fields, room * sizeof(*moved));

		if (!moved)
			return -ENOMEM;
		r->fields = moved;
		r->fields_room = room;
	}
	r->fields[r->n_fields++] = f;
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int take_field(struct tu_client_response *r, const char *line, size_t size)
{
	const char *colon = memchr(line, ':', size), *value;
	struct tu_client_field f = { .name = r->head.size };
	int rc;

	if (!colon)
		return 0; /* nothing that means anything; libcurl passes it on */
	if (r->head.size + size > TU_CLIENT_HEAD_MAX)
		return -EMSGSIZE;
	value = colon + 1;
	while (size > 0 && is_blank(line[size - 1]))
		size--;
	while (value < line + size && is_blank(*value))
		value++;
	rc = tu_client_add(&r->head, line, (size_t)(colon - line));
	if (rc == 0)
		rc = tu_client_add(&r->head, "", 1);
	f.value = r->head.size;
	if (rc == 0 && value < line + size)
		rc = tu_client_add(&r->head, value, (size_t)(line + size - value));
	if (rc == 0)
		rc = tu_client_add(&r->head, "", 1);
	return rc < 0 ? rc : add_field(r, f);
}

/* Two lengths are two answers, of which libcurl would take one. */
static int end_head(struct tu_client_response *r)
{
	const char *size = tu_client_field_find(r, "Content-Length");

	for (size_t i = 0; size && i < r->n_fields; i++)
		if (tu_http_same_name(r->head.data + r->fields[i].name, "Content-Length") &&
			strcmp(r->head.data + r->fields[i].value, size) != 0)
			return TUTTI_EPROTO;
	r->size = size && *size >= '0' && *size <= '9' ? strtoll(size, NULL, 10) : -1;
	return 1;
}

int tu_client_response_line(struct tu_client_response *r, const char *line, size_t size)
{
	if (size >= 5 && memcmp(line, "HTTP/", 5) == 0)
		return take_status(r, line, size);
	if (size > 0 && line[0] != '\r' && line[0] != '\n')
		return take_field(r, line, size);
	if (r->status < 200 && r->status != 101)
		return 0;
	return end_head(r);
}

/* -- headers ----------------------------------------------------------------------------------- */

struct tu_client_response *tu_client_response_of(const tutti_http_response *r)
{
	return r->priv;
}

const char *tu_client_field_find(const struct tu_client_response *r, const char *name)
{
	for (size_t i = 0; i < r->n_fields; i++)
		if (tu_http_same_name(r->head.data + r->fields[i].name, name))
			return r->head.data + r->fields[i].value;
	return NULL;
}

/* All of that name, with ", " between. NULL: no memory. */
static char *join(const struct tu_client_response *r, const char *name)
{
	struct tu_client_text t = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->n_fields; i++) {
		if (!tu_http_same_name(r->head.data + r->fields[i].name, name))
			continue;
		if (t.data)
			rc = tu_client_add(&t, ", ", 2);
		if (rc == 0)
			rc = tu_client_add_text(&t, r->head.data + r->fields[i].value);
	}
	if (rc < 0) {
		free(t.data);
		t.data = NULL;
	}
	return t.data;
}

/* The text is the response's, for as long as there is one. One that is kept already is enough. */
static const char *keep(struct tu_client_response *r, char *text)
{
	struct tu_client_kept *k;

	for (k = r->kept; k && text; k = k->next)
		if (strcmp(k->text, text) == 0)
			break;
	if (!k && text) {
		k = malloc(sizeof(*k));
		if (k)
			*k = (struct tu_client_kept){ r->kept, text };
		r->kept = k ? k : r->kept;
		return k ? text : (free(text), NULL);
	}
	free(text);
	return k ? k->text : NULL;
}

const char *tutti_http_header(const tutti_http_response *response, const char *name)
{
	struct tu_client_response *r = tu_client_response_of(response);
	size_t n = 0;

	for (size_t i = 0; i < r->n_fields; i++)
		n += tu_http_same_name(r->head.data + r->fields[i].name, name);
	if (n < 2)
		return tu_client_field_find(r, name);
	return keep(r, join(r, name));
}

int tutti_http_header_at(
	const tutti_http_response *response, size_t i, const char **name, const char **value)
{
	const struct tu_client_response *r = tu_client_response_of(response);

	if (i >= r->n_fields)
		return -ENOENT;
	if (name)
		*name = r->head.data + r->fields[i].name;
	if (value)
		*value = r->head.data + r->fields[i].value;
	return 0;
}

const char *tutti_http_url(const tutti_http_response *r)
{
	return tu_client_response_of(r)->url;
}

int64_t tutti_http_size(const tutti_http_response *r)
{
	return tu_client_response_of(r)->size;
}

int tutti_http_check(const tutti_http_response *response)
{
	const struct tu_client_response *r = tu_client_response_of(response);

	if (r->status < 400)
		return 0;
	return tu_client_say(
		r->fault, TUTTI_ESTATUS, "%.200s: the status is %d", r->url, r->status);
}

/* -- the body ---------------------------------------------------------------------------------- */

static void drop_read(struct tu_client_response *r)
{
	r->body.size -= r->body_from;
	memmove(r->body.data, r->body.data + r->body_from, r->body.size);
	r->body_from = 0;
}

int tu_client_response_add(struct tu_client_response *r, const void *data, size_t size)
{
	if (r->body_from > 0 && r->body_from >= r->body.size / 2)
		drop_read(r);
	return tu_client_add(&r->body, data, size);
}

static bool has_some(const struct tu_client_transfer *t)
{
	return t->response->body.size > t->response->body_from;
}

/* Once there is room again the server may go on. */
static void make_room(struct tu_client_transfer *t)
{
	struct tu_client_response *r = t->response;

	if (!t->paused || r->body.size - r->body_from > TU_CLIENT_AHEAD_MAX / 2)
		return;
	drop_read(r);
	t->paused = false;
	curl_easy_pause(t->easy, CURLPAUSE_CONT);
	tu_client_multi_look(t->multi);
}

static int await_some(struct tu_client_response *r)
{
	struct tu_client_transfer *t = r->transfer;
	int rc;

	if (t && t->loop != tutti_loop_current())
		return -EPERM;
	if (!t || has_some(t))
		return 0;
	make_room(t);
	rc = tu_client_transfer_until(t, has_some);
	if (rc < 0 && rc != TUTTI_ECANCELED && rc != TUTTI_ETIMEDOUT)
		r->rc = rc;
	if (r->rc < 0 || tu_client_transfer_is_complete(t)) {
		r->transfer = NULL;
		tu_client_transfer_free(t);
	}
	return rc;
}

ssize_t tutti_http_response_read(tutti_http_response *response, void *data, size_t size)
{
	struct tu_client_response *r = tu_client_response_of(response);
	size_t n;
	int rc;

	if (!r->streamed)
		return -EBUSY;
	if (size == 0)
		return 0;
	rc = await_some(r);
	if (rc == -EPERM || rc == TUTTI_ECANCELED)
		return rc;
	n = r->body.size - r->body_from;
	if (rc < 0 && n == 0)
		return rc;
	if (n == 0)
		return r->rc;
	n = n < size ? n : size;
	memcpy(data, r->body.data + r->body_from, n);
	r->body_from += n;
	return (ssize_t)n;
}

void tu_client_response_free(struct tu_client_response *r)
{
	if (r->transfer)
		tu_client_transfer_free(r->transfer);
	while (r->kept) {
		struct tu_client_kept *next = r->kept->next;

		free(r->kept->text);
		free(r->kept);
		r->kept = next;
	}
	free(r->head.data);
	free(r->fields);
	free(r->url);
	free(r->body.data);
	free(r->text.data);
	free(r);
}

void tutti_http_response_free(tutti_http_response *r)
{
	if (r->priv)
		tu_client_response_free(tu_client_response_of(r));
	*r = (tutti_http_response){ 0 };
}
