/* SPDX-License-Identifier: MIT */
/*
 * One end of a WebSocket, for ends of other make:
 *
 *     websocket_peer serve [PAGE]      says its port, then echoes at /echo, to any number, and says
 *                                      how each ends; PAGE is served at /, and what is posted to
 *                                      /told is printed. SIGINT ends it
 *     websocket_peer ask URL [TRUST]   messages of several sizes, and back; closes with 4321
 *     websocket_peer wait URL          reads to the end, and says how it was
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/net.h>
#include <tutti/tutti.h>

static const char *const protocols[] = { "v2.test", "v1.test", NULL };
static const tutti_websocket_options options = { .protocols = protocols };

static void tell(tutti_websocket *ws, int rc)
{
	const char *reason, *protocol = tutti_websocket_protocol(ws);
	int code = tutti_websocket_code(ws, &reason);

	printf("%s: %s %d %s\n", protocol ? protocol : "none", tutti_errname(rc), code, reason);
	fflush(stdout);
}

/* -- the server -------------------------------------------------------------------------------- */

static int echo(tutti_http_exchange *x, void *arg)
{
	tutti_websocket_message m;
	tutti_websocket *ws;
	int rc = tutti_websocket_accept(x, &ws, &options);

	(void)arg;
	if (rc < 0)
		return rc;
	while ((rc = tutti_websocket_read(ws, &m)) == 0)
		if ((rc = tutti_websocket_write(ws, m.kind, m.bytes)) < 0)
			break;
	tell(ws, rc);
	return rc;
}

static int page(tutti_http_exchange *x, void *path)
{
	return tutti_http_reply_file(x, path, "text/html; charset=utf-8");
}

static int told(tutti_http_exchange *x, void *arg)
{
	tutti_bytes body;
	int rc = tutti_http_body(x, &body);

	(void)arg;
	if (rc < 0)
		return rc;
	printf("%s\n", (const char *)body.data);
	fflush(stdout);
	return tutti_http_reply(x, 204, NULL, tutti_bytes_text(""));
}

static void *serve(void *server)
{
	tutti_http_server_serve(server);
	return NULL;
}

static int run_server(char *path)
{
	tutti_http_server *server;

	if (tutti_http_server_create(&server, "127.0.0.1:0") < 0)
		return 1;
	tutti_http_server_route(server, "GET /echo", echo, NULL);
	tutti_http_server_route(server, "POST /told", told, NULL);
	if (path)
		tutti_http_server_route(server, "GET /", page, path);
	printf("%d\n", tutti_http_server_port(server));
	fflush(stdout);
	tutti_run(serve, server, NULL);
	tutti_http_server_free(server);
	return 0;
}

/* -- the client -------------------------------------------------------------------------------- */

static int check_echo(tutti_websocket *ws, int kind, const char *data, size_t size)
{
	tutti_websocket_message m;
	int rc = tutti_websocket_write(ws, kind, tutti_bytes_of(data, size));

	if (rc == 0)
		rc = tutti_websocket_read(ws, &m);
	if (rc == 0 &&
		(m.kind != kind || m.bytes.size != size || memcmp(m.bytes.data, data, size) != 0))
		rc = TUTTI_EPROTO;
	return rc;
}

static int check_echoes(tutti_websocket *ws)
{
	static const size_t sizes[] = { 0, 1, 125, 126, 65535, 65536, 1 << 20 };
	static char data[1 << 20];
	int rc = 0;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)('a' + i % 26);
	for (size_t i = 0; rc == 0 && i < sizeof(sizes) / sizeof(*sizes); i++) {
		rc = check_echo(ws, TUTTI_WEBSOCKET_TEXT, data, sizes[i]);
		if (rc == 0)
			rc = check_echo(ws, TUTTI_WEBSOCKET_BINARY, data, sizes[i]);
	}
	return rc;
}

static tutti_websocket *open_url(const char *url, const char *trust)
{
	tutti_tls_client_options trusts = { .trust = trust };
	tutti_websocket_options all = options;
	tutti_websocket_fault fault;
	tutti_websocket *ws;

	if (trust && tutti_tls_client_create(&all.tls, &trusts, NULL) < 0)
		exit(1);
	if (tutti_websocket_connect(&ws, url, &all, &fault) < 0) {
		printf("%s\n", fault.text);
		exit(1);
	}
	tutti_tls_client_free(all.tls);
	return ws;
}

static int ask(const char *url, const char *trust)
{
	tutti_websocket *ws = open_url(url, trust);
	int rc = check_echoes(ws);

	if (rc == 0)
		rc = tutti_websocket_close(ws, 4321, "that was all");
	tell(ws, rc);
	tutti_websocket_free(ws);
	return rc < 0;
}

static int wait_for_end(const char *url)
{
	tutti_websocket *ws = open_url(url, NULL);
	tutti_websocket_message m;
	int rc;

	do {
		rc = tutti_websocket_read(ws, &m);
	} while (rc == 0);
	tell(ws, rc);
	tutti_websocket_free(ws);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "serve") == 0)
		return run_server(argv[2]);
	if (strcmp(what, "ask") == 0 && argc > 2)
		return ask(argv[2], argv[3]);
	if (strcmp(what, "wait") == 0 && argc > 2)
		return wait_for_end(argv[2]);
	return 2;
}
