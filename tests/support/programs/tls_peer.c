/* SPDX-License-Identifier: MIT */
/*
 * One end of an encrypted connection, for ends of other make:
 *
 *     tls_peer serve CERTIFICATE KEY      says its port, then echoes what comes, to any number
 *     tls_peer ask ADDRESS TRUST SIZE     writes so many bytes, and reads them, and the end
 *
 * Each says of each connection what was agreed, or what went wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/tls_info.h>
#include <tutti/tutti.h>

static const char *const protocols[] = { "echo", "http/1.1", NULL };

static void tell(const tutti_stream *s, int rc)
{
	char version[32], protocol[32], fault[256];

	tutti_tls_text(s, TUTTI_TLS_VERSION, version, sizeof(version));
	tutti_tls_text(s, TUTTI_TLS_PROTOCOL, protocol, sizeof(protocol));
	tutti_tls_text(s, TUTTI_TLS_FAULT, fault, sizeof(fault));
	printf("%s, %s, %s: %s%s%s\n", version, *protocol ? protocol : "none",
		tutti_tls_resumed(s) ? "resumed" : "fresh", tutti_errname(rc), *fault ? ": " : "",
		fault);
	fflush(stdout);
}

static int echo(tutti_stream *s)
{
	char block[20000]; /* of this connection: several are echoed at once */
	ssize_t n;
	int rc = 0;

	while (rc == 0 && (n = tutti_stream_read(s, block, sizeof(block))) > 0)
		rc = tutti_stream_write(s, block, (size_t)n);
	if (rc == 0 && n == 0)
		rc = tutti_stream_shutdown(s);
	return rc < 0 ? rc : (int)n;
}

static int serve_one(tutti_stream *below, void *server)
{
	tutti_tls_fault fault;
	tutti_stream *s;
	int rc = tutti_tls_server_wrap_until(
		server, &s, below, &fault, tutti_after(TUTTI_SECONDS(40)));

	if (rc == 0) {
		tell(s, echo(s));
		tutti_stream_free(s);
	} else {
		printf("no handshake: %s: %s\n", tutti_errname(rc), fault.text);
		fflush(stdout);
	}
	return 0;
}

static int serve(const char *certificate, const char *key)
{
	tutti_tls_identity identity = { certificate, key };
	tutti_tls_server_options options = {
		.identities = &identity, .n = 1, .protocols = protocols
	};
	tutti_tls_fault fault;
	tutti_tls_server *server;
	tutti_listener *l;

	if (tutti_tls_server_create(&server, &options, &fault) < 0) {
		fprintf(stderr, "%s\n", fault.text);
		return 1;
	}
	if (tutti_listener_create(&l, "127.0.0.1:0", NULL) < 0)
		return 1;
	printf("%d\n", tutti_listener_port(l));
	fflush(stdout);
	return tutti_listener_serve(l, serve_one, server) < 0;
}

/* What is written is read at the same time: much of it fits nowhere in between. */
struct question {
	tutti_stream *s;
	char *data;
	size_t size;
};

static void *write_all(void *arg)
{
	const struct question *q = arg;

	if (tutti_stream_write(q->s, q->data, q->size) == 0)
		tutti_stream_shutdown(q->s);
	return NULL;
}

static int ask(tutti_stream *s, size_t size)
{
	struct question q = { s, malloc(size), size };
	char *answer = malloc(size);
	tutti_task *writer;
	int rc;

	if (!q.data || !answer)
		return 1;
	for (size_t i = 0; i < size; i++)
		q.data[i] = (char)('a' + i % 26);
	writer = tutti_task_start(write_all, &q, NULL);
	rc = tutti_stream_read_exactly(s, answer, size);
	if (rc == 0 && memcmp(answer, q.data, size) != 0)
		rc = TUTTI_EPROTO;
	if (rc == 0)
		rc = (int)tutti_stream_read(s, answer, 1);
	tutti_join_all(&writer, 1);
	tutti_future_unref(writer);
	free(answer);
	free(q.data);
	return rc;
}

static int ask_at(const char *address, const char *trust, size_t size)
{
	tutti_tls_client_options options = { .trust = trust, .protocols = protocols };
	tutti_tls_fault fault;
	tutti_tls_client *client;
	tutti_stream *s;

	if (tutti_tls_client_create(&client, &options, &fault) < 0)
		return 1;
	for (int round = 0; round < 2; round++) {
		int rc = tutti_tls_connect(client, &s, address, &fault);

		if (rc < 0) {
			printf("no handshake: %s: %s\n", tutti_errname(rc), fault.text);
			break;
		}
		tell(s, ask(s, size));
		tutti_stream_free(s);
	}
	tutti_tls_client_free(client);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "serve") == 0)
		return serve(argv[2], argv[3]);
	if (argc == 5 && strcmp(argv[1], "ask") == 0)
		return ask_at(argv[2], argv[3], strtoul(argv[4], NULL, 10));
	return 2;
}
