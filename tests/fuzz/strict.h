/* SPDX-License-Identifier: MIT */
/*
 * strict.h - a reader of HTTP/1.1 requests to compare the server with: RFC 9112 as it is written,
 * over bytes that are all there, and nothing else. Where the server may refuse what is good it says
 * so: there either is right, as long as nothing is served that is not here.
 */
#ifndef TESTS_FUZZ_STRICT_H
#define TESTS_FUZZ_STRICT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct text {
	const char *at;
	size_t size;
};

struct request {
	struct text method, target, echo; /* echo: the first value of X */
	char *body;
	size_t body_size;
	bool old; /* HTTP/1.0 */
	bool keep;
	bool uncertain; /* it may be refused all the same */
};

struct strict {
	const char *at, *end;
};

static inline bool text_is(struct text t, const char *other)
{
	return t.size == strlen(other) && (t.size == 0 || memcmp(t.at, other, t.size) == 0);
}

static inline bool text_is_case(struct text t, const char *other)
{
	return t.size == strlen(other) && (t.size == 0 || strncasecmp(t.at, other, t.size) == 0);
}

static inline bool is_tchar(char c)
{
	return c && ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
			    strchr("!#$%&'*+-.^_`|~", c));
}

static inline bool are_tchars(struct text t)
{
	for (size_t i = 0; i < t.size; i++)
		if (!is_tchar(t.at[i]))
			return false;
	return t.size > 0;
}

static inline struct text trim(struct text t)
{
	while (t.size > 0 && (*t.at == ' ' || *t.at == '\t'))
		t.at++, t.size--;
	while (t.size > 0 && (t.at[t.size - 1] == ' ' || t.at[t.size - 1] == '\t'))
		t.size--;
	return t;
}

/*
 * A line without its CR LF; none of its bytes may be a control character but tabs, and DEL,
 * which others look for.
 */
static inline bool strict_line(struct strict *s, struct text *line)
{
	const char *at = s->at;

	for (; at < s->end && *at != '\r'; at++)
		if ((unsigned char)*at < ' ' && *at != '\t')
			return false;
	if (s->end - at < 2 || at[1] != '\n')
		return false;
	*line = (struct text){ s->at, (size_t)(at - s->at) };
	s->at = at + 2;
	return true;
}

static inline bool strict_host(struct text t)
{
	size_t i = 0;

	if (t.size > 0 && *t.at == '[') {
		const char *end = memchr(t.at, ']', t.size);

		if (!end || end == t.at + 1)
			return false;
		for (i = 1; t.at + i < end; i++)
			if (!strchr("0123456789abcdefABCDEF:.", t.at[i]))
				return false;
		i++;
	} else {
		for (; i < t.size && t.at[i] != ':'; i++)
			if (!is_tchar(t.at[i]) && !strchr("();=", t.at[i]))
				return false;
			else if (strchr("#^`|", t.at[i]))
				return false;
			else if (t.at[i] == '%' && !(i + 2 < t.size && isxdigit(t.at[i + 1]) &&
							   isxdigit(t.at[i + 2])))
				return false;
	}
	if (i < t.size && t.at[i++] != ':')
		return false;
	for (; i < t.size; i++)
		if (t.at[i] < '0' || t.at[i] > '9')
			return false;
	return true;
}

static const char *const strict_methods[] = { "DELETE", "GET", "HEAD", "POST", "PUT", "OPTIONS",
	"TRACE", "COPY", "LOCK", "MKCOL", "MOVE", "PROPFIND", "PROPPATCH", "SEARCH", "UNLOCK",
	"BIND", "REBIND", "UNBIND", "ACL", "REPORT", "MKACTIVITY", "CHECKOUT", "MERGE", "M-SEARCH",
	"NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE", "PATCH", "PURGE", "MKCALENDAR", "LINK", "UNLINK",
	"SOURCE" };

static inline bool strict_method(struct text t)
{
	for (size_t i = 0; i < sizeof(strict_methods) / sizeof(*strict_methods); i++)
		if (text_is(t, strict_methods[i]))
			return true;
	return false;
}

/* Its path is what is left of r->target. */
static inline bool strict_target(struct request *r)
{
	struct text *t = &r->target;
	size_t n;

	for (size_t i = 0; i < t->size; i++) {
		if (t->at[i] <= ' ' || t->at[i] >= 127)
			return false;
		r->uncertain = r->uncertain || strchr("\"#<>\\^`{|}[]", t->at[i]);
	}
	if (text_is(*t, "*"))
		return text_is(r->method, "OPTIONS");
	n = t->size > 7 && strncasecmp(t->at, "http://", 7) == 0    ? 7
	    : t->size > 8 && strncasecmp(t->at, "https://", 8) == 0 ? 8
								    : 0;
	if (n > 0) {
		struct text host = { t->at + n, 0 };

		while (n < t->size && !strchr("/?#", t->at[n]))
			n++, host.size++;
		if (host.size == 0 || *host.at == ':' || !strict_host(host))
			return false;
		r->uncertain = true; /* the parser has its own mind about some of these */
		t->at += n;
		t->size -= n;
		if (t->size == 0 || *t->at != '/')
			*t = (struct text){ "/", 1 };
	}
	if (t->size == 0 || *t->at != '/')
		return false;
	for (n = 0; n < t->size && !strchr("?#", t->at[n]); n++)
		;
	t->size = n;
	return true;
}

/* What the fields say. */
struct strict_said {
	unsigned hosts, lengths, codings;
	uint64_t length;
	bool close, keep_alive;
};

static inline bool strict_length(struct strict_said *said, struct text v)
{
	if (v.size == 0 || said->lengths++ > 0)
		return false;
	for (said->length = 0; v.size > 0; v.at++, v.size--) {
		if (*v.at < '0' || *v.at > '9' || said->length > 1u << 30)
			return false;
		said->length = said->length * 10 + (uint64_t)(*v.at - '0');
	}
	return true;
}

static inline void strict_connection(struct strict_said *said, struct text v)
{
	while (v.size > 0) {
		const char *comma = memchr(v.at, ',', v.size);
		size_t n = comma ? (size_t)(comma - v.at) : v.size;
		struct text word = trim((struct text){ v.at, n });

		said->close = said->close || text_is_case(word, "close");
		said->keep_alive = said->keep_alive || text_is_case(word, "keep-alive");
		n += comma != NULL;
		v.at += n;
		v.size -= n;
	}
}

static inline bool strict_field(
	struct request *r, struct strict_said *said, struct text line, bool trailing)
{
	const char *colon = memchr(line.at, ':', line.size);
	struct text name = { line.at, colon ? (size_t)(colon - line.at) : 0 }, value;
	const char *tabs;
	bool tab;

	if (!are_tchars(name) || memchr(line.at, 127, line.size))
		return false;
	value = trim((struct text){ colon + 1, line.size - name.size - 1 });
	if (trailing) {
		r->uncertain = r->uncertain || strchr("cCtTuUpP", *name.at);
		return true;
	}
	if (text_is_case(name, "x") && !r->echo.at)
		r->echo = value;
	if (text_is_case(name, "host"))
		return said->hosts++ == 0 && strict_host(value);
	tabs = value.at + value.size; /* which the parser does not take there */
	tab = memchr(tabs, '\t', (size_t)(line.at + line.size - tabs)) != NULL;
	if (text_is_case(name, "content-length")) {
		r->uncertain = r->uncertain || tab;
		return strict_length(said, value);
	}
	r->uncertain = r->uncertain || (tab && text_is_case(name, "transfer-encoding"));
	if (text_is_case(name, "transfer-encoding"))
		return said->codings++ == 0 && text_is_case(value, "chunked");
	if (text_is_case(name, "connection"))
		strict_connection(said, value);
	if (text_is_case(name, "expect"))
		return text_is_case(value, "100-continue");
	return true;
}

static inline bool strict_fields(
	struct strict *s, struct request *r, struct strict_said *said, bool trailing)
{
	unsigned n = 0;
	struct text line;

	while (strict_line(s, &line)) {
		if (line.size == 0)
			return true;
		if ((!trailing && n++ == 100) || !strict_field(r, said, line, trailing))
			return false;
	}
	return false;
}

static inline void strict_body(struct request *r, const char *data, size_t size)
{
	r->body = realloc(r->body, r->body_size + size + 1);
	if (size > 0)
		memcpy(r->body + r->body_size, data, size);
	r->body_size += size;
}

static inline bool strict_chunks(struct strict *s, struct request *r)
{
	struct strict_said none = { 0 };
	struct text line;

	for (;;) {
		uint64_t size = 0;
		size_t i = 0;

		if (!strict_line(s, &line))
			return false;
		for (; i < line.size && isxdigit((unsigned char)line.at[i]) && size < 1 << 24; i++)
			size = size * 16 + (uint64_t)(line.at[i] <= '9'
							      ? line.at[i] - '0'
							      : (line.at[i] | 32) - 'a' + 10);
		if (i == 0 || (i < line.size && line.at[i] != ';'))
			return false;
		r->uncertain = r->uncertain || i < line.size;
		if (size == 0)
			return strict_fields(s, r, &none, true);
		if ((uint64_t)(s->end - s->at) < size + 2 || memcmp(s->at + size, "\r\n", 2) != 0)
			return false;
		strict_body(r, s->at, size);
		s->at += size + 2;
	}
}

/* The next request; false: there is none, or it must not be served. r->body is the caller's. */
static inline bool strict_read(struct strict *s, struct request *r)
{
	struct strict_said said = { 0 };
	struct text line, version;
	const char *blank, *second;

	*r = (struct request){ 0 };
	strict_body(r, "", 0);
	while (s->end - s->at >= 2 && memcmp(s->at, "\r\n", 2) == 0)
		s->at += 2;
	if (!strict_line(s, &line))
		return false;
	blank = memchr(line.at, ' ', line.size);
	second = blank ? memrchr(line.at, ' ', line.size) : NULL;
	if (!blank || blank == second)
		return false;
	r->method = (struct text){ line.at, (size_t)(blank - line.at) };
	r->target = (struct text){ blank + 1, (size_t)(second - blank - 1) };
	version = (struct text){ second + 1, (size_t)(line.at + line.size - second - 1) };
	if (!text_is(version, "HTTP/1.1") && !text_is(version, "HTTP/1.0"))
		return false;
	if (!strict_method(r->method) || !strict_target(r) || !strict_fields(s, r, &said, false))
		return false;
	r->old = text_is(version, "HTTP/1.0");
	r->keep = !said.close && (!r->old || said.keep_alive);
	if (!r->old && said.hosts == 0)
		return false;
	if (said.codings > 0)
		return said.lengths == 0 && !r->old && strict_chunks(s, r);
	if ((uint64_t)(s->end - s->at) < said.length)
		return false;
	strict_body(r, s->at, said.length);
	s->at += said.length;
	return true;
}

#endif
