/* SPDX-License-Identifier: MIT */
/* http_log.c - what is said about a request when it is over, and the line that is made of it. */
#include "net/http.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static tutti_http_record record_of(const struct tutti_http_exchange *x, int code)
{
	return (tutti_http_record){ .method = x->path ? tutti_http_method(x) : NULL,
		.path = x->path,
		.query = x->path ? x->query : NULL,
		.referer = tutti_http_request_header(x, "Referer"),
		.agent = tutti_http_request_header(x, "User-Agent"),
		.minor = x->connection->parser.http_minor,
		.status = x->status,
		.code = code,
		.size = x->written,
		.when = time(NULL),
		.took = tutti_now() - x->began };
}

void tu_http_log(const struct tutti_http_exchange *x, int code)
{
	const struct tu_http_connection *c = x->connection;
	char peer[TUTTI_ADDRESS_SIZE];
	tutti_http_record r;

	if (!c->server->log)
		return;
	r = record_of(x, code);
	r.peer = tutti_stream_peer(c->stream, peer, sizeof(peer)) < 0 ? "" : peer;
	c->server->log(&r, c->server->log_arg);
}

/* -- the line ---------------------------------------------------------------------------------- */

struct line {
	char *text;
	size_t size, room;
};

static void put(struct line *l, char c)
{
	if (l->size + 1 < l->room)
		l->text[l->size] = c;
	l->size++;
}

static void put_plain(struct line *l, const char *text)
{
	for (; *text; text++)
		put(l, *text);
}

/* What a client has said must not be able to end the field, or the line, or move a cursor. */
static void put_said(struct line *l, const char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
			put(l, *text);
			continue;
		}
		put_plain(l, "\\x");
		put(l, digits[c >> 4]);
		put(l, digits[c & 15]);
	}
}

static void put_quoted(struct line *l, const char *text)
{
	put_plain(l, " \"");
	put_said(l, text ? text : "-");
	put(l, '"');
}

/* The address without its port; "[::1]:80" is ::1. */
static void put_host(struct line *l, const char *peer)
{
	const char *end = strrchr(peer, ':');
	size_t size = end && strncmp(peer, "unix:", 5) != 0 ? (size_t)(end - peer) : strlen(peer);
	char host[TUTTI_ADDRESS_SIZE];

	if (size >= 2 && peer[0] == '[') {
		peer++;
		size -= 2;
	}
	snprintf(host, sizeof(host), "%.*s", (int)size, peer);
	put_said(l, *host ? host : "-");
}

static void put_time(struct line *l, int64_t when)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t at = (time_t)when;
	struct tm t;
	char text[80];
	long east;

	localtime_r(&at, &t);
	east = t.tm_gmtoff < 0 ? -t.tm_gmtoff : t.tm_gmtoff;
	snprintf(text, sizeof(text), " [%02d/%.3s/%04d:%02d:%02d:%02d %c%02ld%02ld]", t.tm_mday,
		months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec,
		t.tm_gmtoff < 0 ? '-' : '+', east / 3600, east / 60 % 60);
	put_plain(l, text);
}

static void put_request(struct line *l, const tutti_http_record *r)
{
	char version[32];

	if (!r->method) {
		put_plain(l, " \"-\"");
		return;
	}
	put_plain(l, " \"");
	put_said(l, r->method);
	put(l, ' ');
	put_said(l, r->path);
	if (r->query) {
		put(l, '?');
		put_said(l, r->query);
	}
	snprintf(version, sizeof(version), " HTTP/1.%d\"", r->minor);
	put_plain(l, version);
}

size_t tutti_http_record_text(const tutti_http_record *r, char *text, size_t size)
{
	struct line l = { text, 0, size };
	char numbers[64];

	put_host(&l, r->peer);
	put_plain(&l, " - -");
	put_time(&l, r->when);
	put_request(&l, r);
	snprintf(numbers, sizeof(numbers), " %03d %lld", r->status, (long long)r->size);
	put_plain(&l, numbers);
	put_quoted(&l, r->referer);
	put_quoted(&l, r->agent);
	if (size > 0)
		text[l.size < size ? l.size : size - 1] = '\0';
	return l.size;
}
