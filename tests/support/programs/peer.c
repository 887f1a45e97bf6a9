/* SPDX-License-Identifier: MIT */
/*
 * One end of a connection whose other end is somebody else's program: peer WHAT ADDRESS.
 *
 *     echo     a server: what comes goes back
 *     after    a server: once all has come, all goes back
 *     lines    a server: each line goes back with its length before it
 *     source   a server: 64 MiB of a pattern
 *     sink     a server: reads once there is a line on standard input, and says how much there was
 *     ask      a client: standard input there, what comes back to standard output
 *     packets  a server of packets: each goes back
 *     packet   a client of packets: says hello, prints what comes back
 *
 * A server says its address first, and of each connection how it ended.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/tutti.h>

static int served(int code)
{
	printf("served %s\n", code < 0 ? tutti_errname(code) : "well");
	fflush(stdout);
	return 0;
}

static int echo(tutti_stream *s, void *arg)
{
	char block[1000];
	ssize_t n;

	(void)arg;
	while ((n = tutti_stream_read(s, block, sizeof(block))) > 0)
		if ((n = tutti_stream_write(s, block, (size_t)n)) < 0)
			break;
	return served((int)n);
}

static int after(tutti_stream *s, void *arg)
{
	char *all = NULL;
	size_t size = 0;
	ssize_t n;

	(void)arg;
	do {
		all = realloc(all, size + 4096);
		n = all ? tutti_stream_read(s, all + size, 4096) : -1;
		size += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	if (n == 0)
		n = tutti_stream_write(s, all, size);
	free(all);
	return served((int)n);
}

static int lines(tutti_stream *s, void *arg)
{
	tutti_bytes line;
	char size[16];
	int rc;

	(void)arg;
	while ((rc = tutti_stream_read_past(s, "\n", 1, 100000, &line)) == 0) {
		rc = tutti_stream_write(s, size, (size_t)sprintf(size, "%zu ", line.size));
		if (rc == 0)
			rc = tutti_stream_write(s, line.data, line.size);
		tutti_bytes_free(&line);
	}
	return served(rc == TUTTI_EDONE ? 0 : rc);
}

static int source(tutti_stream *s, void *arg)
{
	unsigned char block[4096];
	int rc = 0;

	(void)arg;
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (unsigned char)(i % 251);
	for (int i = 0; i < 64 * 256 && rc == 0; i++)
		rc = tutti_stream_write(s, block, sizeof(block));
	return served(rc);
}

static int sink(tutti_stream *s, void *arg)
{
	char block[65536];
	size_t total = 0;
	ssize_t n;

	(void)arg;
	tutti_fd_wait(0, TUTTI_READABLE, TUTTI_FOREVER);
	while ((n = tutti_stream_read(s, block, sizeof(block))) > 0)
		total += (size_t)n;
	printf("%zu bytes\n", total);
	return served((int)n);
}

static int serve(int (*fn)(tutti_stream *s, void *arg), const char *address)
{
	char text[TUTTI_ADDRESS_SIZE];
	tutti_listener *l;
	int rc = tutti_listener_create(&l, address, NULL);

	if (rc < 0)
		return rc;
	tutti_listener_address(l, text, sizeof(text));
	puts(text);
	fflush(stdout);
	rc = tutti_serve(l, "tasks", fn, NULL, NULL);
	tutti_listener_free(l);
	return rc;
}

static void *write_input(void *stream)
{
	tutti_stream *in;
	char block[5000];
	ssize_t n = 0;

	if (tutti_stream_open(&in, 0) < 0)
		return NULL;
	while ((n = tutti_stream_read(in, block, sizeof(block))) > 0)
		if (tutti_stream_write(stream, block, (size_t)n) < 0)
			break;
	tutti_stream_shutdown(stream);
	tutti_stream_free(in);
	return NULL;
}

static int ask(const char *address)
{
	tutti_stream *s;
	char block[5000];
	ssize_t n = tutti_stream_connect(&s, address, NULL);
	tutti_future *writer;

	if (n < 0)
		return (int)n;
	writer = tutti_task_start(write_input, s, NULL);
	while ((n = tutti_stream_read(s, block, sizeof(block))) > 0)
		fwrite(block, 1, (size_t)n, stdout);
	tutti_future_cancel(writer);
	tutti_future_result(writer, NULL, 0);
	tutti_future_unref(writer);
	tutti_stream_free(s);
	return (int)n;
}

static int serve_packets(const char *address)
{
	char block[70000], from[TUTTI_ADDRESS_SIZE];
	tutti_datagram *d;
	ssize_t n = tutti_datagram_open(&d, address, NULL);

	if (n < 0)
		return (int)n;
	tutti_datagram_address(d, from, sizeof(from));
	puts(from);
	fflush(stdout);
	while ((n = tutti_datagram_read(d, block, sizeof(block), from, sizeof(from))) >= 0)
		if ((n = tutti_datagram_write(d, block, (size_t)n, from)) < 0)
			break;
	return (int)n;
}

static int ask_by_packet(const char *address)
{
	char block[70000];
	tutti_datagram *d;
	ssize_t n = tutti_datagram_open(&d, NULL, address);

	if (n == 0)
		n = tutti_datagram_write(d, "hello", 5, NULL);
	if (n == 0)
		n = tutti_datagram_read(d, block, sizeof(block), NULL, 0);
	if (n < 0)
		return (int)n;
	printf("%.*s\n", (int)n, block);
	tutti_datagram_free(d);
	return 0;
}

static const struct {
	const char *name;
	int (*fn)(tutti_stream *s, void *arg);
} servers[] = { { "echo", echo }, { "after", after }, { "lines", lines }, { "source", source },
	{ "sink", sink } };

int main(int argc, char **argv)
{
	int rc = -1;

	if (argc != 3)
		return 2;
	for (size_t i = 0; i < sizeof(servers) / sizeof(*servers); i++)
		if (strcmp(argv[1], servers[i].name) == 0)
			rc = serve(servers[i].fn, argv[2]);
	if (strcmp(argv[1], "ask") == 0)
		rc = ask(argv[2]);
	if (strcmp(argv[1], "packets") == 0)
		rc = serve_packets(argv[2]);
	if (strcmp(argv[1], "packet") == 0)
		rc = ask_by_packet(argv[2]);
	if (rc < 0)
		fprintf(stderr, "%s\n", tutti_errname(rc));
	return rc < 0;
}
