/* SPDX-License-Identifier: MIT */
/* rows: F128 P106 D25 D26 */
/*
 * The crawler's own server: three pages, each two seconds late. Those who ask at the same time wait
 * at the same time.
 *
 * usage: p106_crawler_server [ADDRESS]     by default 127.0.0.1:5000; Ctrl-C ends it
 */
#include <stdio.h>
#include <tutti/net.h>
#include <tutti/tutti.h>

static int page(tutti_http_exchange *x, void *name)
{
	tutti_bytes html;
	int rc = tutti_sleep(TUTTI_SECONDS(2));

	if (rc == 0)
		rc = tutti_bytes_printf(&html,
			"<html><head><title>%s</title></head>\n<body><a id=\"feng\" "
			"href=\"http://127.0.0.1:5000/%s.html\">%s</a></body></html>\n",
			(char *)name, (char *)name, (char *)name);
	if (rc < 0)
		return rc;
	rc = tutti_http_reply(x, 200, "text/html; charset=utf-8", html);
	tutti_bytes_free(&html);
	return rc;
}

static void *serve(void *server)
{
	tutti_http_server_serve(server); /* until Ctrl-C cancels it */
	return NULL;
}

int main(int argc, char **argv)
{
	const char *address = argc > 1 ? argv[1] : "127.0.0.1:5000";
	tutti_http_server *server;
	int rc = tutti_http_server_create(&server, address);

	if (rc < 0) {
		fprintf(stderr, "%s: %s\n", address, tutti_strerror(rc));
		return 1;
	}
	tutti_http_server_route(server, "GET /bobo", page, "bobo");
	tutti_http_server_route(server, "GET /jay", page, "jay");
	tutti_http_server_route(server, "GET /tom", page, "tom");
	printf("serving on port %d\n", tutti_http_server_port(server));
	fflush(stdout);
	tutti_run(serve, server, NULL);
	tutti_http_server_free(server);
	return 0;
}
