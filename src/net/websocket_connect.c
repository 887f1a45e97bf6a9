/* SPDX-License-Identifier: MIT */
/*
 * websocket_connect.c - the client's side of the handshake: a request, and a reply of which only
 * the head is looked at.
 */
#include "net/websocket.h"

#include "net/websocket_handshake.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <tutti/error.h>
#include <tutti/stream_read.h>

enum { HEAD_MOST = 32 * 1024, RANDOM = 16, ADDRESS_MOST = 300 };

/* A call, while it runs. */
struct handshake {
	const char *url, *host, *path; /* in url */
	size_t host_size;
	bool encrypted;
	const tutti_websocket_options *options;
	tutti_websocket_fault *fault;
	tutti_time deadline;
	tutti_stream *stream;
	char key[TU_WEBSOCKET_KEY + 1];
	const char *protocol; /* one of the options' */
};

/* A server's words are not to move anybody's cursor. */
static int say(struct handshake *h, int rc, const char *what)
{
	snprintf(h->fault->text, sizeof(h->fault->text), "%.120s: %s", h->url, what);
	for (char *at = h->fault->text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	return rc;
}

static int say_code(struct handshake *h, int rc)
{
	return say(h, rc, tutti_strerror(rc));
}

/* -- the url ----------------------------------------------------------------------------------- */

static bool is_host(const char *host, size_t size)
{
	return size > 0 && size < ADDRESS_MOST - 8 && host[0] != ':' && !memchr(host, '@', size);
}

static int read_url(struct handshake *h)
{
	const char *at = h->url;

	for (; *at; at++)
		if (*at <= ' ' || *at > '~' || *at == '#')
			return say(h, -EINVAL, "not the address of a WebSocket");
	if (strncasecmp(h->url, "ws://", 5) == 0) {
		h->host = h->url + 5;
	} else if (strncasecmp(h->url, "wss://", 6) == 0) {
		h->host = h->url + 6;
		h->encrypted = true;
	} else {
		return strstr(h->url, "://") ? say(h, -EPROTONOSUPPORT, "neither ws:// nor wss://")
					     : say(h, -EINVAL, "neither ws:// nor wss://");
	}
	h->host_size = strcspn(h->host, "/?");
	h->path = h->host + h->host_size;
	if (!is_host(h->host, h->host_size))
		return say(h, -EINVAL, "not the address of a WebSocket");
	return 0;
}

/* -- the connection ---------------------------------------------------------------------------- */

static bool has_port(const char *host, size_t size)
{
	const char *bracket = memchr(host, ']', size);

	return memchr(bracket ? bracket : host, ':', size - (bracket ? bracket - host : 0)) != NULL;
}

static int connect_stream(struct handshake *h)
{
	tutti_tls_fault fault = { "" };
	char address[ADDRESS_MOST];
	int rc;

	snprintf(address, sizeof(address), "%.*s%s", (int)h->host_size, h->host,
		has_port(h->host, h->host_size) ? ""
		: h->encrypted                  ? ":443"
						: ":80");
	if (h->encrypted)
		rc = tutti_tls_connect_until(
			h->options->tls, &h->stream, address, &fault, h->deadline);
	else
		rc = tutti_stream_connect_until(&h->stream, address, NULL, h->deadline);
	if (rc < 0)
		return fault.text[0] ? say(h, rc, fault.text) : say_code(h, rc);
	return 0;
}

/* -- the request ------------------------------------------------------------------------------- */

/* What the library says itself. */
static bool is_own(const char *name)
{
	static const char *const own[] = { "host", "upgrade", "connection", "content-length",
		"transfer-encoding" };

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (tu_http_same_name(name, own[i]))
			return true;
	return strncasecmp(name, "sec-websocket-", 14) == 0;
}

static int add_headers(FILE *out, const char *const *headers)
{
	for (; headers && headers[0]; headers += 2) {
		if (!tu_http_is_token(headers[0]) || is_own(headers[0]) || !headers[1] ||
			!tu_http_is_value(headers[1]))
			return -EINVAL;
		fprintf(out, "%s: %s\r\n", headers[0], headers[1]);
	}
	return 0;
}

static int add_protocols(FILE *out, const char *const *protocols)
{
	if (!protocols || !protocols[0])
		return 0;
	fprintf(out, "Sec-WebSocket-Protocol: ");
	for (const char *const *p = protocols; *p; p++) {
		if (!tu_http_is_token(*p))
			return -EINVAL;
		fprintf(out, "%s%s", p == protocols ? "" : ", ", *p);
	}
	fprintf(out, "\r\n");
	return 0;
}

static int add_request(FILE *out, struct handshake *h)
{
	int rc;

	fprintf(out, "GET %s%s HTTP/1.1\r\nHost: %.*s\r\n", *h->path == '/' ? "" : "/", h->path,
		(int)h->host_size, h->host);
	fprintf(out, "Upgrade: websocket\r\nConnection: Upgrade\r\n");
	fprintf(out, "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n", h->key);
	rc = add_protocols(out, h->options->protocols);
	if (rc == 0)
		rc = add_headers(out, h->options->headers);
	fprintf(out, "\r\n");
	return rc;
}

/* Before there is a connection: what is wrong with the options costs none. */
static int make_request(struct handshake *h, char **text, size_t *size)
{
	unsigned char random[RANDOM];
	FILE *out;
	int rc;

	if (tu_websocket_options_are_wrong(h->options))
		return say(h, -EINVAL, "invalid options");
	if (RAND_bytes(random, sizeof(random)) != 1)
		return say(h, -EIO, "no randomness");
	EVP_EncodeBlock((unsigned char *)h->key, random, sizeof(random));
	out = open_memstream(text, size);
	if (!out)
		return say_code(h, -ENOMEM);
	rc = add_request(out, h);
	if (fclose(out) != 0 && rc == 0)
		rc = -ENOMEM;
	return rc < 0 ? say(h, rc, rc == -EINVAL ? "invalid options" : tutti_strerror(rc)) : 0;
}

/* -- the reply --------------------------------------------------------------------------------- */

struct text {
	const char *at;
	size_t size;
};

static bool is(struct text t, const char *word)
{
	return t.size == strlen(word) && strncasecmp(t.at, word, t.size) == 0;
}

/* The next line, without its end; the head has one more behind its last header. */
static struct text next_line(const char **at, const char *end)
{
	const char *stop = memmem(*at, (size_t)(end - *at), "\r\n", 2);
	struct text line = { *at, (size_t)((stop ? stop : end) - *at) };

	*at = stop ? stop + 2 : end;
	return line;
}

/* Cut in two at the colon. False: there is none, or no name before it. */
static bool split(struct text line, struct text *name, struct text *value)
{
	const char *colon = memchr(line.at, ':', line.size);
	const char *end = line.at + line.size, *at;

	if (!colon || colon == line.at || memchr(line.at, ' ', (size_t)(colon - line.at)))
		return false;
	for (at = colon + 1; at < end && (*at == ' ' || *at == '\t');)
		at++;
	while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*name = (struct text){ line.at, (size_t)(colon - line.at) };
	*value = (struct text){ at, (size_t)(end - at) };
	return true;
}

/* 0: it is none. */
static int status_of(struct text line)
{
	const char *digit = line.at + 9;

	if (line.size < 12 || memcmp(line.at, "HTTP/1.", 7) != 0 || line.at[8] != ' ')
		return 0;
	for (int i = 0; i < 3; i++)
		if (digit[i] < '0' || digit[i] > '9')
			return 0;
	return (digit[0] - '0') * 100 + (digit[1] - '0') * 10 + (digit[2] - '0');
}

static int agree(struct handshake *h, struct text protocol)
{
	for (const char *const *p = h->options->protocols; p && *p; p++)
		if (protocol.size == strlen(*p) && memcmp(protocol.at, *p, protocol.size) == 0)
			h->protocol = *p;
	return h->protocol ? 0 : say(h, TUTTI_EPROTO, "a protocol that was not offered");
}

/* What a header of a reply with 101 says: in *found a bit for each that has to be there. */
static int check_header(struct handshake *h, struct text name, struct text value, unsigned *found)
{
	char accept[TU_WEBSOCKET_ACCEPT + 1];

	if (is(name, "Upgrade") && is(value, "websocket"))
		*found |= 1;
	if (is(name, "Connection") && tu_http_has_token(value.at, value.size, "upgrade"))
		*found |= 2;
	if (is(name, "Sec-WebSocket-Extensions") && value.size > 0)
		return say(h, TUTTI_EPROTO, "an extension that was not offered");
	if (is(name, "Sec-WebSocket-Protocol"))
		return agree(h, value);
	if (!is(name, "Sec-WebSocket-Accept"))
		return 0;
	tu_websocket_accept_of(h->key, accept);
	if (value.size != TU_WEBSOCKET_ACCEPT || memcmp(value.at, accept, value.size) != 0)
		return say(h, TUTTI_EPROTO, "no WebSocket: the answer has a wrong key");
	*found |= 4;
	return 0;
}

static int check_reply(struct handshake *h, const char *at, size_t size)
{
	const char *end = at + size - 2;
	struct text line = next_line(&at, end), name, value;
	unsigned found = 0;
	int rc = 0;

	h->fault->status = status_of(line);
	if (h->fault->status == 0)
		return say(h, TUTTI_EPROTO, "what answers does not talk HTTP");
	if (h->fault->status != 101) {
		int shown = line.size > 80 ? 80 - 9 : (int)line.size - 9;
		char text[100];

		snprintf(text, sizeof(text), "the server answers %.*s", shown, line.at + 9);
		return say(h, TUTTI_EREMOTE, text);
	}
	while (rc == 0 && at < end) {
		line = next_line(&at, end);
		rc = split(line, &name, &value)
			     ? check_header(h, name, value, &found)
			     : say(h, TUTTI_EPROTO, "a header that cannot be read");
	}
	if (rc == 0 && found != 7)
		rc = say(h, TUTTI_EPROTO, "no WebSocket: the answer lacks a header");
	return rc;
}

static int read_reply(struct handshake *h)
{
	tutti_bytes head;
	int rc = tutti_stream_read_past_until(
		h->stream, "\r\n\r\n", 4, HEAD_MOST, &head, h->deadline);

	if (rc == TUTTI_EDONE)
		rc = -ECONNRESET;
	if (rc == TUTTI_EPROTO || rc == -EMSGSIZE)
		return say(h, TUTTI_EPROTO, "what answers does not talk HTTP");
	if (rc < 0)
		return say_code(h, rc);
	rc = check_reply(h, head.data, head.size);
	tutti_bytes_free(&head);
	return rc;
}

/* -- all of it --------------------------------------------------------------------------------- */

static int make(struct handshake *h, tutti_websocket **ws)
{
	tutti_websocket *made;
	int rc = tutti_websocket_wrap(&made, h->stream, TUTTI_WEBSOCKET_CLIENT, h->options);

	if (rc < 0)
		return say_code(h, rc);
	if (h->protocol) {
		made->protocol = strdup(h->protocol);
		if (!made->protocol) {
			tutti_websocket_free(made);
			return say_code(h, -ENOMEM);
		}
	}
	made->owns_stream = true;
	*ws = made;
	return 0;
}

static int shake_hands(struct handshake *h, tutti_websocket **ws)
{
	char *request = NULL;
	size_t size = 0;
	int rc = read_url(h);

	if (rc == 0)
		rc = make_request(h, &request, &size);
	if (rc == 0)
		rc = connect_stream(h);
	if (rc == 0) {
		rc = tutti_stream_write_until(h->stream, request, size, h->deadline);
		rc = rc < 0 ? say_code(h, rc) : read_reply(h);
	}
	free(request);
	if (rc == 0)
		rc = make(h, ws);
	if (rc < 0)
		tutti_stream_free(h->stream);
	return rc;
}

int tutti_websocket_connect_until(tutti_websocket **ws, const char *url,
	const tutti_websocket_options *options, tutti_websocket_fault *fault, tutti_time deadline)
{
	static const tutti_websocket_options none;
	tutti_websocket_fault own;
	struct handshake h = { .url = url,
		.options = options ? options : &none,
		.fault = fault ? fault : &own,
		.deadline = deadline };

	*h.fault = (tutti_websocket_fault){ 0 };
	return shake_hands(&h, ws);
}

int tutti_websocket_connect(tutti_websocket **ws, const char *url,
	const tutti_websocket_options *options, tutti_websocket_fault *fault)
{
	return tutti_websocket_connect_until(ws, url, options, fault, TUTTI_FOREVER);
}
