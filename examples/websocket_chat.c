/* SPDX-License-Identifier: MIT */
/* A chat room: what one says all hear. websocket_chat [ADDRESS]: open http://127.0.0.1:8080/ */
#include <stdio.h>
#include <tutti/net.h>
#include <tutti/tutti.h>

static const char page[] = "<!doctype html><title>chat</title><pre id=all></pre><input id=line>"
			   "<script>const room = new WebSocket(`ws://${location.host}/chat`);"
			   "room.onmessage = (said) => all.append(said.data, '\\n');"
			   "line.onchange = () => { room.send(line.value); line.value = ''; };"
			   "</script>";

static tutti_websocket *room[100];
static tutti_lock lock; /* of it */

static bool put_in_place_of(tutti_websocket *old, tutti_websocket *new)
{
	size_t i = 0;
	TUTTI_HOLD(&lock);

	while (i < 100 && room[i] != old)
		i++;
	if (i < 100)
		room[i] = new;
	return i < 100;
}

/* Who does not keep up for a second is cut off. */
static void tell_all(tutti_bytes line)
{
	tutti_time soon = tutti_after(TUTTI_SECONDS(1));
	TUTTI_HOLD(&lock);

	for (size_t i = 0; i < 100; i++)
		if (room[i])
			tutti_websocket_write_until(room[i], TUTTI_WEBSOCKET_TEXT, line, soon);
}

static int chat(tutti_http_exchange *x, void *arg)
{
	tutti_websocket_message line;
	tutti_websocket *ws;
	int rc = tutti_websocket_accept(x, &ws, arg);

	if (rc < 0)
		return rc;
	if (!put_in_place_of(NULL, ws))
		return tutti_websocket_close(ws, 1013, "the room is full");
	while ((rc = tutti_websocket_read(ws, &line)) == 0)
		tell_all(line.bytes);
	put_in_place_of(ws, NULL);
	return rc;
}

static int show_page(tutti_http_exchange *x, void *arg)
{
	return tutti_http_reply(x, 200, "text/html; charset=utf-8", tutti_bytes_text(arg));
}

static void *serve(void *server)
{
	tutti_http_server_serve(server); /* until Ctrl-C cancels it */
	return NULL;
}

int main(int argc, char **argv)
{
	tutti_websocket_options options = { .message_max = 1000, .ping_time = TUTTI_SECONDS(30) };
	tutti_http_server *server;

	if (tutti_http_server_create(&server, argc > 1 ? argv[1] : "127.0.0.1:8080") < 0)
		return 1;
	tutti_http_server_route(server, "GET /", show_page, (void *)page);
	tutti_http_server_route(server, "GET /chat", chat, &options);
	printf("a room on port %d\n", tutti_http_server_port(server));
	fflush(stdout);
	tutti_run(serve, server, NULL);
	tutti_http_server_free(server);
	return 0;
}
