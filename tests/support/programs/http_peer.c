/* SPDX-License-Identifier: MIT */
/*
 * A server for other people's clients: prints its port, serves until Ctrl-C.
 *
 * GET /small   one short line                 GET /pieces   a long body in chunks of many sizes
 * /echo        the body, as it comes in       GET /srv/   the folder that is given
 * GET /turns   how often a request came on another connection than the one before
 */
#include <stdio.h>
#include <string.h>
#include <tutti/net.h>
#include <tutti/tutti.h>

static int turns;

static void note(const tutti_http_record *r, void *arg)
{
	static char last[TUTTI_ADDRESS_SIZE];

	(void)arg;
	if (strcmp(last, r->peer) != 0)
		turns++;
	snprintf(last, sizeof last, "%s", r->peer);
}

static int show_turns(tutti_http_exchange *x, void *arg)
{
	char text[20];

	(void)arg;
	snprintf(text, sizeof text, "%d", turns);
	return tutti_http_reply(x, 200, "text/plain", tutti_bytes_text(text));
}

static int small(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	return tutti_http_reply(x, 200, "text/plain", tutti_bytes_text("a short line\n"));
}

static int pieces(tutti_http_exchange *x, void *arg)
{
	char piece[10000];
	int rc = tutti_http_reply_begin(x, 200, "application/octet-stream", -1);

	(void)arg;
	for (size_t size = 1; size <= sizeof piece && rc == 0; size += 97) {
		memset(piece, 'a' + (int)(size % 26), size);
		rc = tutti_http_write(x, piece, size);
	}
	return rc;
}

static int echo(tutti_http_exchange *x, void *arg)
{
	char block[8192];
	/* before the reply begins: a client may wait to be told to go on */
	ssize_t n = tutti_http_read(x, block, sizeof block);
	int rc = n < 0 ? (int)n : tutti_http_reply_begin(x, 200, "application/octet-stream", -1);

	(void)arg;
	while (rc == 0 && n > 0) {
		rc = tutti_http_write(x, block, (size_t)n);
		if (rc == 0)
			n = tutti_http_read(x, block, sizeof block);
	}
	return rc < 0 ? rc : n < 0 ? (int)n : 0;
}

static void *serve(void *server)
{
	tutti_http_server_serve(server);
	return NULL;
}

int main(int argc, char **argv)
{
	tutti_http_server *s;

	if (argc != 2 || tutti_http_server_create(&s, "127.0.0.1:0") < 0)
		return 1;
	tutti_http_server_route(s, "GET /turns", show_turns, NULL);
	tutti_http_server_route(s, "GET /small", small, NULL);
	tutti_http_server_route(s, "GET /pieces", pieces, NULL);
	tutti_http_server_route(s, "/echo", echo, NULL);
	tutti_http_server_files(s, "/srv/", argv[1]);
	tutti_http_server_log(s, note, NULL);
	printf("%d\n", tutti_http_server_port(s));
	fflush(stdout);
	tutti_run(serve, s, NULL);
	tutti_http_server_free(s);
	return 0;
}
