/* SPDX-License-Identifier: MIT */
/* The HTTP server: a few bytes, or the file that its argument names. Prints its port. */
#include <stdio.h>
#include <tutti/net.h>
#include <tutti/tutti.h>

static int hello(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	return tutti_http_reply(x, 200, "text/plain", tutti_bytes_text("hello\n"));
}

static int big(tutti_http_exchange *x, void *path)
{
	return tutti_http_reply_file(x, path, NULL);
}

int main(int argc, char **argv)
{
	tutti_http_server *s;

	if (argc != 2 || tutti_http_server_create(&s, "127.0.0.1:0") < 0)
		return 1;
	tutti_http_server_route(s, "GET /", hello, NULL);
	tutti_http_server_route(s, "GET /big", big, argv[1]);
	printf("%d\n", tutti_http_server_port(s));
	fflush(stdout);
	tutti_http_server_serve(s);
	return 1;
}
