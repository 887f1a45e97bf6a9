/* SPDX-License-Identifier: MIT */
/* websocket_accept.c - the server's side of the handshake, and what the HTTP server asks for. */
#include "net/websocket.h"

#include "base/list.h"
#include "net/websocket_handshake.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/task.h>

/* -- the request ------------------------------------------------------------------------------- */

/* In any of the headers of that name. */
static bool says(const tutti_http_exchange *x, const char *name, const char *token)
{
	const char *here, *value;

	for (size_t i = 0; tutti_http_request_header_at(x, i, &here, &value) == 0; i++)
		if (tu_http_same_name(here, name) && tu_http_has_token(value, strlen(value), token))
			return true;
	return false;
}

/* 16 bytes in base64. */
static bool is_key(const char *key)
{
	unsigned char bytes[TU_WEBSOCKET_KEY];

	return key && strlen(key) == TU_WEBSOCKET_KEY && key[21] != '=' &&
	       strcmp(key + 22, "==") == 0 &&
	       EVP_DecodeBlock(bytes, (const unsigned char *)key, TU_WEBSOCKET_KEY) == 18;
}

static bool is_of(const char *origin, const char *const *origins)
{
	if (!origins || !origin)
		return true;
	for (; *origins; origins++)
		if (strcasecmp(origin, *origins) == 0)
			return true;
	return false;
}

static int refuse(tutti_http_exchange *x, int status, int rc)
{
	x->refusal = status;
	return rc;
}

static int check_request(tutti_http_exchange *x, const tutti_websocket_options *o)
{
	const char *version = tutti_http_request_header(x, "Sec-WebSocket-Version");

	if (x->reply != TU_HTTP_NO_REPLY)
		return -EALREADY;
	if (strcmp(tutti_http_method(x), "GET") != 0 || x->connection->parser.http_minor == 0)
		return refuse(x, 400, TUTTI_EPROTO);
	if (!says(x, "Upgrade", "websocket") || !says(x, "Connection", "upgrade"))
		return refuse(x, 426, TUTTI_EPROTO);
	if (!version || strcmp(version, "13") != 0)
		return refuse(x, 426, TUTTI_EPROTO);
	if (!is_key(tutti_http_request_header(x, "Sec-WebSocket-Key")))
		return refuse(x, 400, TUTTI_EPROTO);
	if (!is_of(tutti_http_request_header(x, "Origin"), o->origins))
		return refuse(x, 403, -EACCES);
	return 0;
}

/* -- the reply --------------------------------------------------------------------------------- */

/* Letter by letter, unlike what HTTP has in such lists: a browser wants its own word back. */
static bool is_listed(const char *list, const char *word)
{
	size_t size = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += size)
		if ((at == list || strchr(" \t,", at[-1])) && strchr(" \t,", at[size]))
			return true; /* strchr finds the final zero too */
	return false;
}

static const char *agreed(const tutti_http_exchange *x, const char *const *protocols)
{
	const char *name, *value;

	for (; protocols && *protocols; protocols++)
		for (size_t i = 0; tutti_http_request_header_at(x, i, &name, &value) == 0; i++)
			if (tu_http_same_name(name, "Sec-WebSocket-Protocol") &&
				is_listed(value, *protocols))
				return *protocols;
	return NULL;
}

static int add_headers(tutti_http_exchange *x, const char *protocol)
{
	char accept[TU_WEBSOCKET_ACCEPT + 1];
	int rc;

	tu_websocket_accept_of(tutti_http_request_header(x, "Sec-WebSocket-Key"), accept);
	rc = tutti_http_reply_header(x, "Sec-WebSocket-Accept", accept);
	if (rc == 0 && protocol)
		rc = tutti_http_reply_header(x, "Sec-WebSocket-Protocol", protocol);
	return rc;
}

/* -- what the server asks for ------------------------------------------------------------------ */

/* The server's lock is held: what does not go out at once does not go out. */
static void go_away(struct tu_http_upgraded *u)
{
	tutti_websocket *ws = tu_container_of(u, tutti_websocket, upgraded);

	tu_websocket_say_close(ws, WSLAY_CODE_GOING_AWAY, NULL, 1);
}

static bool end_served(struct tu_http_upgraded *u, int rc)
{
	tutti_websocket *ws = tu_container_of(u, tutti_websocket, upgraded);
	bool news = tu_http_upgrade_is_news(rc, ws->read_rc);

	if (rc == TUTTI_ECANCELED || tutti_cancelled())
		go_away(u);
	else
		tutti_websocket_close(ws,
			news ? WSLAY_CODE_INTERNAL_SERVER_ERROR : WSLAY_CODE_NORMAL_CLOSURE, NULL);
	ws->served = NULL;
	tutti_websocket_free(ws);
	return news;
}

int tutti_websocket_accept(
	tutti_http_exchange *x, tutti_websocket **ws, const tutti_websocket_options *options)
{
	static const tutti_websocket_options none;
	const tutti_websocket_options *o = options ? options : &none;
	tutti_websocket *made;
	const char *protocol;
	size_t said = x->extra_size;
	int rc = tu_websocket_options_are_wrong(o) ? -EINVAL : check_request(x, o);

	if (rc == 0)
		rc = tutti_websocket_wrap(&made, x->connection->stream, TUTTI_WEBSOCKET_SERVER, o);
	if (rc < 0)
		return rc;
	protocol = agreed(x, o->protocols);
	made->protocol = protocol ? strdup(protocol) : NULL;
	made->upgraded = (struct tu_http_upgraded){ go_away, end_served };
	rc = protocol && !made->protocol ? -ENOMEM : add_headers(x, protocol);
	if (rc == 0)
		rc = tu_http_exchange_upgrade(x, "websocket", &made->upgraded);
	if (rc < 0) {
		x->extra_size = said; /* the handler may reply something else */
		tutti_websocket_free(made);
		return rc;
	}
	made->served = x;
	*ws = made;
	return 0;
}
