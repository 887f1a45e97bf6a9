/* SPDX-License-Identifier: MIT */
/*
 * http_head.c - from bytes to a request. llhttp, strict, finds the pieces where they lie; once all
 * are there they are copied, in one, to where they stay.
 */
#include "net/http.h"

#include <errno.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/stream_peek.h>

/* Of a chunk's line so many bytes are no reason for suspicion. */
enum { CHUNK_LINE = 16 };

/* -- what the parser says ---------------------------------------------------------------------- */

static struct tutti_http_exchange *exchange_of(llhttp_t *p)
{
	return p->data;
}

/* A piece may come in parts; these follow one another. */
static void extend(struct tu_http_span *span, const char *base, const char *at, size_t n)
{
	if (n == 0)
		return; /* and where it says that this is, something else begins */
	if (span->size == 0)
		span->at = (uint32_t)(at - base);
	span->size += (uint32_t)n;
}

static int on_url(llhttp_t *p, const char *at, size_t n)
{
	struct tutti_http_exchange *x = exchange_of(p);

	extend(&x->url, x->base, at, n);
	return HPE_OK;
}

static int on_url_end(llhttp_t *p)
{
	exchange_of(p)->url_done = true;
	return HPE_OK;
}

/* Fields behind a chunked body are read over. */
static int on_name(llhttp_t *p, const char *at, size_t n)
{
	struct tutti_http_exchange *x = exchange_of(p);

	if (n == 0 || x->too_many)
		return HPE_OK;
	if (!x->in_name && !x->head_done) {
		x->too_many = x->n_fields == TU_HTTP_FIELDS;
		if (x->too_many)
			return HPE_OK;
		x->fields[x->n_fields++] = (struct tu_http_field){ 0 };
	}
	x->in_name = true;
	if (!x->head_done)
		extend(&x->fields[x->n_fields - 1].name, x->base, at, n);
	return HPE_OK;
}

/* The parser lets pass a name without a letter, too. */
static int on_name_end(llhttp_t *p)
{
	struct tutti_http_exchange *x = exchange_of(p);

	if (!x->in_name || x->too_many)
		return HPE_USER;
	x->in_name = false;
	return HPE_OK;
}

static int on_value(llhttp_t *p, const char *at, size_t n)
{
	struct tutti_http_exchange *x = exchange_of(p);

	if (!x->head_done)
		extend(&x->fields[x->n_fields - 1].value, x->base, at, n);
	return HPE_OK;
}

static int on_head(llhttp_t *p)
{
	exchange_of(p)->head_done = true;
	return HPE_PAUSED;
}

static int on_body(llhttp_t *p, const char *at, size_t n)
{
	struct tutti_http_exchange *x = exchange_of(p);

	x->before = (size_t)(at - x->base);
	x->span = n;
	x->around -= x->around < n + CHUNK_LINE ? x->around : n + CHUNK_LINE;
	return HPE_PAUSED;
}

static int on_end(llhttp_t *p)
{
	exchange_of(p)->complete = true;
	return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
	.on_url = on_url,
	.on_url_complete = on_url_end,
	.on_header_field = on_name,
	.on_header_field_complete = on_name_end,
	.on_header_value = on_value,
	.on_headers_complete = on_head,
	.on_body = on_body,
	.on_message_complete = on_end,
};

/* -- looking through it ------------------------------------------------------------------------ */

static char *piece(struct tutti_http_exchange *x, struct tu_http_span *span)
{
	char *text;

	if (span->size == 0)
		span->at = (uint32_t)x->head_size;
	text = x->head + span->at;
	while (span->size > 0 && (text[span->size - 1] == ' ' || text[span->size - 1] == '\t'))
		span->size--;
	text[span->size] = '\0'; /* behind each piece stands something: a blank, a colon, a CR */
	return text;
}

/*
 * The parser lets pass empty lines of whatever kind before it, more blanks, and other protocols.
 * Only complete empty lines are what clients are known to write there.
 */
static bool is_request_line(const struct tutti_http_exchange *x, const llhttp_t *p)
{
	const char *at = x->head, *url = x->head + x->url.at;
	const char *method = llhttp_method_name((llhttp_method_t)p->method);

	while (at[0] == '\r' && at[1] == '\n')
		at += 2;
	return url == at + strlen(method) + 1 && memcmp(at, method, strlen(method)) == 0 &&
	       memcmp(url + x->url.size, " HTTP/", 6) == 0 && url[x->url.size + 9] == '\r';
}

/* What is said about the transfer: only chunks are known, and without them its end is not. */
static int check_coding(const char *value, const llhttp_t *p)
{
	const char *comma = strrchr(value, ',');

	if (p->http_minor == 0)
		return 400;
	if (tu_http_same_name(value, "chunked"))
		return 0;
	return comma && tu_http_has_token(comma, strlen(comma), "chunked") ? 501 : 400;
}

/* What the fields say about the connection. */
struct heard {
	unsigned hosts;
	bool close, keep_alive;
};

static int check_field(struct tutti_http_exchange *x, const llhttp_t *p, struct heard *heard,
	struct tu_http_field *field)
{
	const char *name = piece(x, &field->name), *value = piece(x, &field->value);
	size_t size = field->value.size;

	switch (*name | 0x20) {
	case 'c':
		if (tu_http_same_name(name, "connection")) {
			heard->close = heard->close || tu_http_has_token(value, size, "close");
			heard->keep_alive =
				heard->keep_alive || tu_http_has_token(value, size, "keep-alive");
		}
		break;
	case 'e':
		if (!tu_http_same_name(name, "expect"))
			break;
		if (!tu_http_same_name(value, "100-continue"))
			return 417;
		x->wants_continue = p->http_minor > 0;
		break;
	case 'h':
		if (!tu_http_same_name(name, "host"))
			break;
		if (heard->hosts++ > 0 || !tu_http_is_host(value))
			return 400;
		if (x->host.size > 0)
			field->value = x->host;
		break;
	case 't':
		if (tu_http_same_name(name, "transfer-encoding"))
			return check_coding(value, p);
	}
	return 0;
}

/* One Host, but for HTTP/1.0. */
static int check_fields(struct tutti_http_exchange *x, const llhttp_t *p)
{
	struct heard heard = { 0 };

	for (unsigned i = 0; i < x->n_fields; i++) {
		int status = check_field(x, p, &heard, &x->fields[i]);

		if (status != 0)
			return status;
	}
	x->keep = !heard.close && (p->http_minor > 0 || heard.keep_alive);
	return heard.hosts == 0 && p->http_minor > 0 ? 400 : 0;
}

/* The form for proxies: its host counts, not Host's. *at is its path then. */
static int check_authority(struct tutti_http_exchange *x, char **at)
{
	char *begin = strchr(*at, ':') + 3, *host = x->head + x->head_size + 1;
	size_t size = strcspn(begin, "/?#");

	memcpy(host, begin, size);
	host[size] = '\0';
	if (size == 0 || *host == ':' || !tu_http_is_host(host))
		return 400;
	x->host = (struct tu_http_span){ (uint32_t)x->head_size + 1, (uint32_t)size };
	*at = begin + size;
	if (**at != '/') /* no path is the root, for which there is room before */
		*--*at = '/';
	return 0;
}

/* CONNECT's is no path at all, and has been refused. */
static int check_url(struct tutti_http_exchange *x, const llhttp_t *p)
{
	char *at = piece(x, &x->url);
	int status = 0;

	if (strncasecmp(at, "http://", 7) == 0 || strncasecmp(at, "https://", 8) == 0)
		status = check_authority(x, &at);
	else if (*at != '/' && !(strcmp(at, "*") == 0 && p->method == HTTP_OPTIONS))
		status = 400;
	if (status != 0)
		return status;
	at[strcspn(at, "#")] = '\0';
	x->path = at;
	x->query = strchr(at, '?');
	if (x->query)
		*x->query++ = '\0';
	return 0;
}

static int check_head(struct tutti_http_exchange *x, const llhttp_t *p)
{
	int status;

	if (!tu_http_are_lines(x->head, x->head_size, '\0') || !is_request_line(x, p))
		return 400;
	if (p->http_major != 1 || p->http_minor > 1)
		return 505;
	if (p->method == HTTP_CONNECT)
		return 501;
	status = check_url(x, p);
	return status == 0 ? check_fields(x, p) : status;
}

/* -- feeding it -------------------------------------------------------------------------------- */

void tu_http_head_begin(struct tutti_http_exchange *x)
{
	llhttp_init(&x->connection->parser, HTTP_REQUEST, &settings);
	x->connection->parser.data = x;
}

/* The head of size bytes at data is all there. */
static int take_head(struct tutti_http_exchange *x, const char *data, size_t size)
{
	const llhttp_t *p = &x->connection->parser;
	size_t of_host = data[x->url.at] == '/' ? 0 : x->url.size + 1; /* at most */

	x->head = tu_http_take(x, size + 1 + of_host);
	if (!x->head)
		return -ENOMEM;
	memcpy(x->head, data, size);
	x->head[size] = '\0';
	x->head_size = size;
	tutti_stream_skip(x->connection->stream, size);
	return check_head(x, p);
}

/*
 * The parser stops within a method that it does not know; whether it is one shows at its end.
 * 1: it is not there yet.
 */
static int status_of_method(const char *at, const char *end)
{
	enum { LONGEST = 64 };
	const char *begin;
	char letter[2] = "";

	while (end - at >= 2 && at[0] == '\r' && at[1] == '\n')
		at += 2;
	for (begin = at; at < end && at - begin < LONGEST; at++) {
		letter[0] = *at;
		if (!tu_http_is_token(letter))
			return *at == ' ' && at > begin ? 501 : 400;
	}
	return at < end ? 501 : 1;
}

static int status_of(const struct tutti_http_exchange *x, llhttp_errno_t said, const char *end)
{
	const llhttp_t *p = &x->connection->parser;

	switch (said) {
	case HPE_CB_HEADER_FIELD_COMPLETE: /* where we have refused one */
		return x->too_many ? 431 : 400;
	case HPE_INVALID_METHOD:
		return status_of_method(x->base, end);
	case HPE_INVALID_CONSTANT:
		return p->method > HTTP_SOURCE ? 501 : 400; /* those of other protocols */
	case HPE_INVALID_VERSION:
		return p->http_major == 1 && p->http_minor <= 1 ? 400 : 505;
	case HPE_PAUSED_H2_UPGRADE:
		return 505;
	default:
		return 400;
	}
}

/*
 * The parser does not see bytes that are too many, so that what it says does not depend on how many
 * come at once.
 */
int tu_http_head_feed(struct tutti_http_exchange *x, const char *data, size_t seen, size_t n)
{
	llhttp_t *p = &x->connection->parser;
	size_t most = x->connection->server->options.head_max, fed = n < most ? n : most;
	llhttp_errno_t said;
	int status;

	x->base = data;
	said = llhttp_execute(p, data + seen, fed - seen);
	if (said == HPE_PAUSED && x->head_done)
		return take_head(x, data, (size_t)(llhttp_get_error_pos(p) - data));
	status = said == HPE_OK ? 1 : status_of(x, said, data + fed);
	if (status != 1 || n < most)
		return status;
	if (said != HPE_OK)
		return 501;
	return x->url.size > 0 && !x->url_done ? 414 : 431;
}
