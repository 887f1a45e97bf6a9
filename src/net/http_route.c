/* SPDX-License-Identifier: MIT */
/* http_route.c - which handler a request is for. */
#include "net/http.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum kind { LITERAL, NAME, REST, END };

/* The segment at *at, which goes on to the next one: its text or its name. */
static enum kind segment(const char **at, const char **text, size_t *size)
{
	const char *begin = *at;
	enum kind kind = LITERAL;

	if (*begin != '/')
		return END;
	begin++;
	*size = strcspn(begin, "/");
	*at = begin + *size;
	if (*size >= 2 && begin[0] == '{' && begin[*size - 1] == '}') {
		kind = NAME;
		begin++;
		*size -= 2;
		if (*size > 3 && memcmp(begin + *size - 3, "...", 3) == 0) {
			kind = REST;
			*size -= 3;
		}
	}
	*text = begin;
	return kind;
}

/* -- making one -------------------------------------------------------------------------------- */

static int method_of(const char *name)
{
	for (int m = 0; m <= HTTP_SOURCE; m++)
		if (m != HTTP_CONNECT && strcmp(llhttp_method_name((llhttp_method_t)m), name) == 0)
			return m;
	return -1;
}

static bool is_used(const struct tu_http_value *names, unsigned n, const char *text, size_t size)
{
	for (unsigned i = 0; i < n; i++)
		if (names[i].name_size == size && memcmp(names[i].name, text, size) == 0)
			return true;
	return false;
}

static bool is_name(const char *text, size_t size)
{
	if (size == 0)
		return false;
	for (size_t i = 0; i < size; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '_')
			return false;
	return true;
}

static int check_path(const char *at)
{
	struct tu_http_value names[TU_HTTP_VALUES];
	unsigned n = 0;
	const char *text;
	size_t size;
	enum kind kind;

	if (*at != '/' && strcmp(at, "*") != 0)
		return -EINVAL;
	while ((kind = segment(&at, &text, &size)) != END) {
		if (kind == LITERAL) {
			if (memchr(text, '{', size) || memchr(text, '}', size))
				return -EINVAL;
			continue;
		}
		if (!is_name(text, size) || n == TU_HTTP_VALUES || is_used(names, n, text, size) ||
			(kind == REST && *at))
			return -EINVAL;
		names[n++] = (struct tu_http_value){ .name = text, .name_size = size };
	}
	return 0;
}

int tu_http_route_parse(struct tu_http_route *r, const char *text)
{
	char *blank;
	int method = -1;

	r->text = strdup(text);
	if (!r->text)
		return -ENOMEM;
	r->path = r->text;
	blank = strchr(r->text, ' ');
	if (blank) {
		*blank = '\0';
		method = method_of(r->text);
		r->path = blank + 1 + strspn(blank + 1, " ");
	}
	r->method = (signed char)method;
	if ((blank && method < 0) || check_path(r->path) < 0) {
		free(r->text);
		return -EINVAL;
	}
	return 0;
}

int tu_http_route_order(const struct tu_http_route *a, const struct tu_http_route *b)
{
	const char *x = a->path, *y = b->path, *p, *q;
	size_t m, n;

	for (;;) {
		enum kind i = segment(&x, &p, &m), j = segment(&y, &q, &n);

		if (i == END && j == END)
			break;
		if (i != j)
			return (int)i - (int)j;
		if (i == LITERAL && (m != n || memcmp(p, q, m) != 0))
			return m != n ? (m > n ? -1 : 1) : memcmp(p, q, m);
	}
	if (*x != *y)
		return *x - *y; /* the one that is * */
	if ((a->method < 0) != (b->method < 0))
		return a->method < 0 ? 1 : -1;
	return a->method - b->method;
}

/* -- finding it -------------------------------------------------------------------------------- */

/* The path in pieces: each decoded, and what it was before, with all that follows. */
struct pieces {
	unsigned n;
	char *decoded[64];
	const char *raw[64];
};

static int split(struct tutti_http_exchange *x, struct pieces *p)
{
	const char *at = x->path;

	for (p->n = 0; *at == '/';) {
		size_t size = strcspn(++at, "/");
		char *copy;

		if (p->n == sizeof(p->raw) / sizeof(*p->raw))
			return 404;
		copy = tu_http_take(x, size + 1);
		if (!copy)
			return 500;
		memcpy(copy, at, size);
		copy[size] = '\0';
		if (tu_http_decode(copy, size, false) < 0)
			return 400;
		p->decoded[p->n] = copy;
		p->raw[p->n++] = at;
		at += size;
	}
	return 0;
}

/* All that is left, decoded: slashes that were encoded look like others then. */
static const char *rest(struct tutti_http_exchange *x, const char *raw)
{
	size_t size = strlen(raw);
	char *copy = tu_http_take(x, size + 1);

	if (!copy)
		return NULL;
	memcpy(copy, raw, size + 1);
	tu_http_decode(copy, size, false); /* each segment of it could be */
	return copy;
}

static bool matches(
	struct tutti_http_exchange *x, const struct tu_http_route *r, const struct pieces *p)
{
	const char *at = r->path, *text;
	size_t size;
	unsigned i = 0;
	enum kind kind;

	x->n_values = 0;
	while ((kind = segment(&at, &text, &size)) != END) {
		const char *value = i < p->n ? p->decoded[i] : NULL;

		if (!value)
			return false;
		if (kind == LITERAL && (strlen(value) != size || memcmp(value, text, size) != 0))
			return false;
		if (kind == NAME && *value == '\0')
			return false;
		if (kind == REST)
			value = rest(x, p->raw[i]);
		if (kind != LITERAL)
			x->values[x->n_values++] = (struct tu_http_value){ text, size, value };
		if (kind == REST)
			return value != NULL;
		i++;
	}
	return i == p->n && strcmp(at, p->n > 0 ? "" : x->path) == 0;
}

static bool takes_method(const struct tu_http_route *r, int method)
{
	return r->method < 0 || r->method == method ||
	       (method == HTTP_HEAD && r->method == HTTP_GET);
}

int tu_http_route_find(struct tutti_http_exchange *x)
{
	const tutti_http_server *s = x->connection->server;
	int method = x->connection->parser.method, status = 404, rc;
	struct pieces pieces;

	rc = split(x, &pieces);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < s->n_routes; i++) {
		const struct tu_http_route *r = &s->routes[i];

		if (!matches(x, r, &pieces))
			continue;
		if (takes_method(r, method)) {
			x->route = r;
			return 0;
		}
		status = 405;
	}
	return status;
}

uint64_t tu_http_route_methods(struct tutti_http_exchange *x)
{
	const tutti_http_server *s = x->connection->server;
	struct pieces pieces;
	uint64_t methods = 0;

	if (split(x, &pieces) != 0)
		return 0;
	for (size_t i = 0; i < s->n_routes; i++) {
		const struct tu_http_route *r = &s->routes[i];

		if (r->method < 0 || !matches(x, r, &pieces))
			continue;
		methods |= UINT64_C(1) << r->method;
		if (r->method == HTTP_GET)
			methods |= UINT64_C(1) << HTTP_HEAD;
	}
	return methods;
}
