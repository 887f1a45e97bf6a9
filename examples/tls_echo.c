/* SPDX-License-Identifier: MIT */
/* rows: +tls */
/*
 * An echo server that speaks TLS, and clients that do or do not trust it.
 *
 * usage: tls_echo PEM KEY     the files of its certificate and its key
 */
#include <stdio.h>
#include <tutti/tls_info.h>
#include <tutti/tutti.h>

static tutti_listener *listener;

static int echo(tutti_stream *plain, void *server)
{
	tutti_time soon = tutti_after(TUTTI_SECONDS(10)); /* who says nothing does not stay */
	tutti_stream *s;
	char block[4096];
	ssize_t n = tutti_tls_server_wrap_until(server, &s, plain, NULL, soon);

	if (n < 0)
		return n == TUTTI_EAUTH ? 0 : (int)n; /* who does not trust us is no news */
	while ((n = tutti_stream_read(s, block, sizeof(block))) > 0)
		if (tutti_stream_write(s, block, (size_t)n) < 0)
			break;
	tutti_stream_free(s);
	return (int)n;
}

static void *talk(void *client)
{
	tutti_tls_client *clients[] = { client, client,
		NULL }; /* NULL: trusts as the system does */
	char address[TUTTI_ADDRESS_SIZE], version[16], answer[6] = "";
	tutti_tls_fault fault;
	tutti_stream *s;

	tutti_listener_address(listener, address, sizeof(address));
	for (int i = 0; tutti_tls_connect(clients[i], &s, address, &fault) == 0; i++) {
		tutti_tls_text(s, TUTTI_TLS_VERSION, version, sizeof(version));
		tutti_stream_write(s, "hello", 5);
		tutti_stream_read_exactly(s, answer, 5);
		printf("%s by %s%s\n", answer, version, tutti_tls_resumed(s) ? ", resumed" : "");
		tutti_stream_free(s);
	}
	puts(fault.text);
	tutti_listener_close(listener);
	return NULL;
}

int main(int argc, char **argv)
{
	tutti_tls_identity own = { argc == 3 ? argv[1] : "", argc == 3 ? argv[2] : "" };
	tutti_tls_client_options trust = { .trust = own.chain };
	tutti_tls_server_options show = { .identities = &own, .n = 1 };
	tutti_tls_client *client;
	tutti_tls_server *server;

	if (tutti_tls_client_create(&client, &trust, NULL) < 0 ||
		tutti_tls_server_create(&server, &show, NULL) < 0 ||
		tutti_listener_create(&listener, "127.0.0.1:0", NULL) < 0)
		return 1;
	tutti_future_unref(tutti_task_start(talk, client, NULL));
	return tutti_listener_serve(listener, echo, server) == TUTTI_ECANCELED;
}
