/* SPDX-License-Identifier: MIT */
/* rows: +websocket */
/*
 * A chat room: what one says all hear. To enter it, open http://127.0.0.1:8080/
 *
 * usage: websocket_chat [ADDRESS]     by default 127.0.0.1:8080
 */
#include <stdio.h>
#include <tutti/net.h>

#include "room.h"

static const char page[] = "<!doctype html><title>chat</title><pre id=all></pre><input id=line>"
			   "<script>const room = new WebSocket(`ws://${location.host}/chat`);"
			   "room.onmessage = (said) => all.append(said.data, '\\n');"
			   "line.onchange = () => room.send(line.value);</script>";

static int chat(tutti_http_exchange *x, void *options)
{
	tutti_websocket_message line;
	tutti_websocket *ws = NULL;
	int rc = tutti_websocket_accept(x, &ws, options);

	if (rc == TUTTI_EPROTO) /* it asks for no WebSocket, yet */
		return tutti_http_reply(x, 200, "text/html", tutti_bytes_text(page));
	if (rc == 0 && !put_in_place_of(NULL, ws))
		return tutti_websocket_close(ws, 1013, "the room is full");
	while (rc == 0 && (rc = tutti_websocket_read(ws, &line)) == 0)
		tell_all(line.bytes, tutti_after(TUTTI_SECONDS(1)));
	put_in_place_of(ws, NULL);
	return rc;
}

static void *serve(void *address)
{
	tutti_websocket_options options = { .message_max = 1000, .ping_time = TUTTI_SECONDS(30) };
	tutti_http_server *server;

	if (tutti_http_server_create(&server, address) < 0)
		return tutti_fail(TUTTI_EUSER, "no room at %s", (char *)address), NULL;
	tutti_http_server_route(server, "GET /", chat, &options);
	tutti_http_server_route(server, "GET /chat", chat, &options);
	dprintf(1, "a room on port %d\n", tutti_http_server_port(server));
	tutti_http_server_serve(server); /* until Ctrl-C cancels it */
	tutti_http_server_free(server);
	return NULL;
}

int main(int argc, char **argv)
{
	const char *address = argc > 1 ? argv[1] : "127.0.0.1:8080";

	return tutti_run(serve, (void *)address, NULL) == TUTTI_EUSER; /* Ctrl-C is no failure */
}
