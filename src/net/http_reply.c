/* SPDX-License-Identifier: MIT */
/*
 * http_reply.c - what goes back. Head and a small body go out in one write; of a chunk its end goes
 * with the head of the next one.
 */
#include "net/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/stream_file.h>

enum { SMALL = 4096, HEAD_MOST = 512, STEP = 256 * 1024 };

/* -- texts that go out together ---------------------------------------------------------------- */

/* A buffer of which all that is put in is known to fit. */
struct out {
	char *text;
	size_t size;
};

static void add(struct out *o, const void *data, size_t size)
{
	if (size > 0)
		memcpy(o->text + o->size, data, size);
	o->size += size;
}

static void add_text(struct out *o, const char *text)
{
	add(o, text, strlen(text));
}

static void add_number(struct out *o, uint64_t n, unsigned base)
{
	char digits[24], *at = digits + sizeof(digits);

	do {
		*--at = "0123456789abcdef"[n % base];
	} while ((n /= base) > 0);
	add(o, at, (size_t)(digits + sizeof(digits) - at));
}

/* In parts, each of which has the time that a client may stall. */
static int put(struct tutti_http_exchange *x, const void *data, size_t size)
{
	const tutti_http_server_options *o = &x->connection->server->options;
	const char *at = data;

	for (size_t n; x->write_rc == 0 && size > 0; at += n, size -= n) {
		n = size < STEP ? size : STEP;
		x->write_rc = tutti_stream_write_until(
			x->connection->stream, at, n, tutti_after(o->stall_time));
	}
	return x->write_rc;
}

/* -- the head ---------------------------------------------------------------------------------- */

/* What the server says itself. */
static bool is_own(const char *name)
{
	static const char *const own[] = { "content-length", "transfer-encoding", "connection",
		"date", "keep-alive", "upgrade", "trailer" };

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (tu_http_same_name(name, own[i]))
			return true;
	return false;
}

bool tu_http_may_say(const char *name, const char *value)
{
	/* NULL is what the getters of a request say when there is none. */
	return name && value && tu_http_is_token(name) && !is_own(name) && tu_http_is_value(value);
}

static int add_header(tutti_http_exchange *x, const char *name, const char *value)
{
	size_t size = strlen(name) + 2 + strlen(value) + 2;
	struct out o;

	o.text = realloc(x->extra, x->extra_size + size);
	if (!o.text)
		return -ENOMEM;
	o.size = x->extra_size;
	add_text(&o, name);
	add(&o, ": ", 2);
	add_text(&o, value);
	add(&o, "\r\n", 2);
	x->extra = o.text;
	x->extra_size = o.size;
	return 0;
}

int tutti_http_reply_header(tutti_http_exchange *x, const char *name, const char *value)
{
	if (!tu_http_may_say(name, value))
		return -EINVAL;
	if (x->reply != TU_HTTP_NO_REPLY)
		return -EALREADY;
	return add_header(x, name, value);
}

static const char *const reasons[] = { [101] = "Switching Protocols",
	[200] = "OK",
	[201] = "Created",
	[202] = "Accepted",
	[203] = "Non-Authoritative Information",
	[204] = "No Content",
	[205] = "Reset Content",
	[206] = "Partial Content",
	[300] = "Multiple Choices",
	[301] = "Moved Permanently",
	[302] = "Found",
	[303] = "See Other",
	[304] = "Not Modified",
	[307] = "Temporary Redirect",
	[308] = "Permanent Redirect",
	[400] = "Bad Request",
	[401] = "Unauthorized",
	[402] = "Payment Required",
	[403] = "Forbidden",
	[404] = "Not Found",
	[405] = "Method Not Allowed",
	[406] = "Not Acceptable",
	[407] = "Proxy Authentication Required",
	[408] = "Request Timeout",
	[409] = "Conflict",
	[410] = "Gone",
	[411] = "Length Required",
	[412] = "Precondition Failed",
	[413] = "Content Too Large",
	[414] = "URI Too Long",
	[415] = "Unsupported Media Type",
	[416] = "Range Not Satisfiable",
	[417] = "Expectation Failed",
	[421] = "Misdirected Request",
	[422] = "Unprocessable Content",
	[425] = "Too Early",
	[426] = "Upgrade Required",
	[428] = "Precondition Required",
	[429] = "Too Many Requests",
	[431] = "Request Header Fields Too Large",
	[451] = "Unavailable For Legal Reasons",
	[500] = "Internal Server Error",
	[501] = "Not Implemented",
	[502] = "Bad Gateway",
	[503] = "Service Unavailable",
	[504] = "Gateway Timeout",
	[505] = "HTTP Version Not Supported",
	[507] = "Insufficient Storage",
	[511] = "Network Authentication Required" };

/* "404 Not Found"; of a number that has no name the number and a blank. */
static void add_status(struct out *o, int status)
{
	const char *reason = NULL;

	if ((size_t)status < sizeof(reasons) / sizeof(*reasons))
		reason = reasons[status];
	add_number(o, (unsigned)status, 10);
	add_text(o, " ");
	add_text(o, reason ? reason : "");
}

static void add_head(
	struct out *o, struct tutti_http_exchange *x, int status, const char *type, int64_t size)
{
	char date[32];

	tu_http_date(date);
	add_text(o, "HTTP/1.1 ");
	add_status(o, status);
	add_text(o, "\r\nDate: ");
	add_text(o, date);
	if (type) {
		add_text(o, "\r\nContent-Type: ");
		add_text(o, type);
	}
	if (x->chunked) {
		add_text(o, "\r\nTransfer-Encoding: chunked");
	} else if (status == 205 || (size >= 0 && status != 204 && status != 304)) {
		add_text(o, "\r\nContent-Length: ");
		add_number(o, status == 205 ? 0 : (uint64_t)size, 10);
	}
	if (!x->keep)
		add_text(o, "\r\nConnection: close");
	else if (x->connection->parser.http_minor == 0)
		add_text(o, "\r\nConnection: keep-alive");
	add(o, "\r\n", 2);
	add(o, x->extra, x->extra_size);
	add(o, "\r\n", 2);
}

/* The state of a reply that begins now. */
static int begin(struct tutti_http_exchange *x, int status, const char *type, int64_t size)
{
	const llhttp_t *p = &x->connection->parser;
	bool no_body;

	if (status < 200 || status > 599 || (type && !tu_http_is_value(type)) || size < -1)
		return -EINVAL;
	if (x->reply != TU_HTTP_NO_REPLY)
		return -EALREADY;
	no_body = status == 204 || status == 205 || status == 304;
	x->bare = p->method == HTTP_HEAD || no_body;
	x->chunked = size < 0 && p->http_minor > 0 && !no_body;
	if (size < 0 && !x->chunked && !x->bare)
		x->keep = false; /* the end of the connection is the end of the body */
	if (x->body_rc < 0 || tu_http_exchange_waits(x))
		x->keep = false; /* where the next request begins will not be known */
	if (x->keep && tu_http_connection_ends(x->connection))
		x->keep = false;
	x->left = size;
	x->status = status;
	return 0;
}

static size_t head_room(const struct tutti_http_exchange *x, const char *type)
{
	return HEAD_MOST + (type ? strlen(type) : 0) + x->extra_size;
}

/* Head and body in one, if that is not much. */
static int put_both(struct tutti_http_exchange *x, int status, const char *type, tutti_bytes body)
{
	char space[SMALL];
	size_t room = head_room(x, type), with = x->bare ? 0 : body.size;
	bool together = with <= SMALL;
	size_t most = room + (together ? with : 0);
	struct out o = { most <= sizeof(space) ? space : malloc(most), 0 };
	int rc;

	if (!o.text)
		return -ENOMEM;
	x->reply = TU_HTTP_DONE;
	add_head(&o, x, status, type, (int64_t)body.size);
	if (together)
		add(&o, body.data, with);
	rc = put(x, o.text, o.size);
	if (o.text != space)
		free(o.text);
	if (rc == 0 && !together)
		rc = put(x, body.data, with);
	if (rc == 0)
		x->written = (int64_t)with;
	return rc;
}

int tutti_http_reply(tutti_http_exchange *x, int status, const char *type, tutti_bytes body)
{
	int rc = body.size > INT64_MAX ? -EINVAL : begin(x, status, type, (int64_t)body.size);

	if (rc < 0)
		return rc;
	x->keep = x->keep && tu_http_exchange_drains(x); /* who has replied reads no more of it */
	return put_both(x, status, type, body);
}

/* Date is for what may be kept, which this is not. */
int tu_http_reply_upgrade(struct tutti_http_exchange *x, const char *protocol)
{
	struct out o = { malloc(HEAD_MOST + strlen(protocol) + x->extra_size), 0 };
	int rc;

	if (!o.text)
		return -ENOMEM;
	x->reply = TU_HTTP_UPGRADED;
	x->status = 101;
	add_text(&o, "HTTP/1.1 ");
	add_status(&o, 101);
	add_text(&o, "\r\nUpgrade: ");
	add_text(&o, protocol);
	add_text(&o, "\r\nConnection: Upgrade\r\n");
	add(&o, x->extra, x->extra_size);
	add(&o, "\r\n", 2);
	rc = put(x, o.text, o.size);
	free(o.text);
	return rc;
}

/* -- in pieces --------------------------------------------------------------------------------- */

int tutti_http_reply_begin(tutti_http_exchange *x, int status, const char *type, int64_t size)
{
	int rc = begin(x, status, type, size);
	struct out o;

	if (rc < 0)
		return rc;
	o = (struct out){ malloc(head_room(x, type)), 0 };
	if (!o.text)
		return -ENOMEM;
	add_head(&o, x, status, type, size);
	if (x->chunked)
		o.size -= 2; /* each chunk begins with a line's end: the first with the head's */
	x->reply = TU_HTTP_PIECES;
	rc = put(x, o.text, o.size);
	free(o.text);
	return rc;
}

static int put_chunk(struct tutti_http_exchange *x, const void *data, size_t size)
{
	char space[SMALL + 32];
	struct out o = { space, 0 };
	int rc;

	add(&o, "\r\n", 2);
	add_number(&o, size, 16);
	add(&o, "\r\n", 2);
	if (size <= SMALL)
		add(&o, data, size);
	rc = put(x, o.text, o.size);
	return rc == 0 && size > SMALL ? put(x, data, size) : rc;
}

int tutti_http_write(tutti_http_exchange *x, const void *data, size_t size)
{
	int rc;

	if (x->reply != TU_HTTP_PIECES)
		return -EINVAL;
	if (x->left >= 0 && size > (uint64_t)x->left)
		return -EMSGSIZE;
	if (x->left >= 0)
		x->left -= (int64_t)size;
	if (x->bare || size == 0) /* an empty chunk would be the end */
		return x->write_rc;
	rc = x->chunked ? put_chunk(x, data, size) : put(x, data, size);
	if (rc == 0)
		x->written += (int64_t)size;
	return rc;
}

int tu_http_write_file(struct tutti_http_exchange *x, int fd, int64_t from, int64_t size)
{
	const tutti_http_server_options *o = &x->connection->server->options;

	if (x->bare || x->write_rc < 0)
		return x->write_rc;
	for (int64_t n; size > 0; from += n, size -= n) {
		int rc;

		n = size < STEP ? size : STEP;
		rc = tutti_stream_send_file_until(
			x->connection->stream, fd, from, (size_t)n, tutti_after(o->stall_time));
		if (rc == TUTTI_EPROTO || rc == -EINVAL)
			return -EIO; /* not the connection's fault: what is left tells the client */
		if (rc < 0)
			return x->write_rc = rc;
		x->left -= n;
		x->written += n;
	}
	return 0;
}

int tu_http_reply_end(struct tutti_http_exchange *x)
{
	if (x->reply != TU_HTTP_PIECES)
		return x->write_rc;
	x->reply = TU_HTTP_DONE;
	if (x->chunked)
		return x->bare ? put(x, "\r\n", 2) : put(x, "\r\n0\r\n\r\n", 7);
	if (x->left > 0 && !x->bare)
		return TUTTI_EPROTO;
	return x->write_rc;
}

/* -- the server's own -------------------------------------------------------------------------- */

/* The methods that x' path has routes for. None of those takes any. */
static int say_allowed(struct tutti_http_exchange *x)
{
	uint64_t methods = tu_http_route_methods(x);
	char text[512] = ""; /* all of them are less */

	for (int m = 0; m <= HTTP_SOURCE; m++) {
		if (!(methods >> m & 1))
			continue;
		if (*text)
			strcat(text, ", ");
		strcat(text, llhttp_method_name((llhttp_method_t)m));
	}
	return tutti_http_reply_header(x, "Allow", text);
}

/* What one has to ask for instead. */
static int say_upgrade(struct tutti_http_exchange *x)
{
	int rc = add_header(x, "Upgrade", "websocket");

	if (rc == 0)
		rc = add_header(x, "Connection", "Upgrade");
	return rc < 0 ? rc : add_header(x, "Sec-WebSocket-Version", "13");
}

int tu_http_reply_status(struct tutti_http_exchange *x, int status)
{
	char space[128];
	struct out o = { space, 0 };

	free(x->extra); /* what the handler meant for its own reply */
	x->extra = NULL;
	x->extra_size = 0;
	if (status == 405 && say_allowed(x) < 0)
		return -ENOMEM;
	if (status == 426 && say_upgrade(x) < 0)
		return -ENOMEM;
	add_status(&o, status);
	add_text(&o, "\n");
	return tutti_http_reply(
		x, status, "text/plain; charset=utf-8", tutti_bytes_of(space, o.size));
}
