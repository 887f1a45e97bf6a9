/* SPDX-License-Identifier: MIT */
/*
 * http_noted.c - an HTTP server that says on its standard output at which port it listens, then a
 * line for each request that it was asked: method, address and body. Until its input ends.
 */
#include <stdio.h>
#include <tutti/net.h>
#include <tutti/tutti.h>
#include <unistd.h>

static int note(tutti_http_exchange *x, void *arg)
{
	const unsigned char *at;
	tutti_bytes body;
	int rc = tutti_http_body(x, &body);

	(void)arg;
	if (rc < 0)
		return rc;
	at = body.data;
	printf("%s %s ", tutti_http_method(x), tutti_http_path(x));
	for (size_t i = 0; i < body.size; i++)
		printf("%02x", at[i]);
	printf("\n");
	fflush(stdout);
	return tutti_http_reply(x, 200, "text/plain", tutti_bytes_text("ok\n"));
}

static void *serve(void *server)
{
	tutti_http_server_serve(server);
	return NULL;
}

static void *wait_for_end(void *arg)
{
	char c;

	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	return arg;
}

int main(void)
{
	tutti_http_server *server;
	tutti_task *serving;
	tutti_thread *waiting;

	if (tutti_http_server_create(&server, "127.0.0.1:0") < 0 ||
		tutti_http_server_route(server, "/{path...}", note, NULL) < 0)
		return 1;
	printf("%d\n", tutti_http_server_port(server));
	fflush(stdout);
	serving = tutti_task_start(serve, server, NULL);
	waiting = tutti_thread_start(wait_for_end, NULL, NULL);
	tutti_future_result(waiting, NULL, 0);
	tutti_future_unref(waiting);
	tutti_future_cancel(serving);
	tutti_future_result(serving, NULL, 0);
	tutti_future_unref(serving);
	tutti_http_server_free(server);
	return 0;
}
