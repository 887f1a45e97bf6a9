/* SPDX-License-Identifier: MIT */
/* ctest: VIRTUAL ON */
/* Encrypted streams are streams: what is written arrives, however it is cut, and ends are told. */
#include "net/tls_ends.h"
#include "support/suite.h"

#include <tutti/listener.h>
#include <tutti/stream_file.h>

static void what_is_written_arrives(void)
{
	struct ends e = open_usual();
	char c;

	check_talk(&e);
	CHECK_EQ(tutti_stream_read_until(e.near.s, &c, 1, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_stream_write(e.near.s, NULL, 0), 0);
	check_talk(&e);
	CHECK_EQ(tutti_stream_fd(e.near.s), tutti_stream_fd(e.near.below));
	close_ends(&e);
}

static const int versions[] = { TUTTI_TLS_1_2, TUTTI_TLS_1_3 };

static struct ends open_version(int version)
{
	struct ends e = open_ends((tutti_tls_client_options){ .version_max = version },
		(tutti_tls_server_options){ 0 });

	check_shaken(&e);
	return e;
}

static void what_was_agreed(void)
{
	struct ends e = open_version(TUTTI_TLS_1_2);
	char text[256], two[3];

	check_text(e.near.s, TUTTI_TLS_VERSION, "TLSv1.2");
	close_ends(&e);
	e = open_usual();
	check_text(e.near.s, TUTTI_TLS_VERSION, "TLSv1.3");
	check_text(e.far.s, TUTTI_TLS_VERSION, "TLSv1.3");
	check_text(e.near.s, TUTTI_TLS_CIPHER, "TLS_AES_256_GCM_SHA384");
	check_text(e.near.s, TUTTI_TLS_SUBJECT, "CN=localhost");
	check_text(e.near.s, TUTTI_TLS_ISSUER, "CN=tests' authority");
	check_text(e.far.s, TUTTI_TLS_SUBJECT, "");
	check_text(e.far.s, TUTTI_TLS_NAME, "localhost");
	check_text(e.far.s, TUTTI_TLS_PROTOCOL, "");
	CHECK_EQ(tutti_tls_text(e.near.s, TUTTI_TLS_FINGERPRINT, text, sizeof text), 32 * 3 - 1);
	CHECK_EQ(strspn(text, "0123456789ABCDEF:"), 32 * 3 - 1);
	CHECK_EQ(tutti_tls_text(e.near.s, TUTTI_TLS_VERSION, two, sizeof two), 7);
	CHECK_STR(two, "TL");
	CHECK_EQ(tutti_tls_text(e.near.s, TUTTI_TLS_VERSION, NULL, 0), 7);
	CHECK_EQ(tutti_tls_text(e.near.s, (tutti_tls_what)99, text, sizeof text), -EINVAL);
	CHECK_EQ(tutti_tls_text(e.near.below, TUTTI_TLS_VERSION, text, sizeof text), -EINVAL);
	CHECK(!tutti_tls_resumed(e.near.s) && !tutti_tls_resumed(e.near.below));
	close_ends(&e);
}

/* -- cut into single bytes --------------------------------------------------------------------- */

static ssize_t read_one_byte(void *arg, void *data, size_t size, tutti_time deadline)
{
	(void)size;
	return tutti_stream_read_until(arg, data, 1, deadline);
}

static int write_bytes(void *arg, const void *data, size_t size, size_t *done, tutti_time deadline)
{
	int rc = 0;

	for (; *done < size && rc == 0; *done += rc == 0)
		rc = tutti_stream_write_until(arg, (const char *)data + *done, 1, deadline);
	return rc;
}

static void free_below(void *arg)
{
	tutti_stream_free(arg);
}

static const tutti_stream_layer bytes = {
	.read = read_one_byte, .write = write_bytes, .free = free_below
};

static void *count_lines(void *stream)
{
	tutti_bytes line;
	intptr_t n = 0;
	int rc;

	while ((rc = tutti_stream_read_past(stream, "\n", 1, 100000, &line)) == 0) {
		n += line.size == 1000 * (size_t)(n + 1);
		tutti_bytes_free(&line);
	}
	return give(rc == TUTTI_EDONE ? n : rc);
}

/* Each record, of the handshake and after, comes in every possible number of pieces. */
static void every_split_reads_alike(void)
{
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		static char line[20000];
		size_t lines = tutti_simulated() ? 2 : 20; /* there each step takes longer */
		struct ends e = open_below();
		tutti_future *reader;

		CHECK_EQ(tutti_stream_layer_open(&e.near.below, &bytes, e.near.below, NULL), 0);
		CHECK_EQ(tutti_stream_layer_open(&e.far.below, &bytes, e.far.below, NULL), 0);
		e.near.client = open_client((tutti_tls_client_options){ 0 });
		e.far.server = open_server(
			localhost.pem, (tutti_tls_server_options){ .version_max = versions[i] });
		shake(TASKS, &e);
		check_shaken(&e);
		reader = tutti_task_start(count_lines, e.far.s, NULL);
		memset(line, 'x', sizeof line);
		for (size_t n = 1000; n <= lines * 1000; n += 1000) {
			line[n - 1] = '\n';
			CHECK_EQ(tutti_stream_write(e.near.s, line, n), 0);
			line[n - 1] = 'x';
		}
		CHECK_EQ(tutti_stream_shutdown(e.near.s), 0);
		CHECK_EQ(finish(reader), lines);
		tutti_tls_client_free(e.near.client);
		tutti_tls_server_free(e.far.server);
		close_ends(&e);
	}
}

/* -- much -------------------------------------------------------------------------------------- */

enum { MUCH = 4 << 20 };

static size_t much(void)
{
	return tutti_simulated() ? MUCH / 16 : MUCH;
}

static unsigned char byte_at(size_t i)
{
	return (unsigned char)(i * 2654435761u >> 13);
}

static void *write_much(void *stream)
{
	unsigned char *data = malloc(much());
	int rc;

	CHECK(data);
	for (size_t i = 0; i < much(); i++)
		data[i] = byte_at(i);
	rc = tutti_stream_write(stream, data, much());
	if (rc == 0)
		rc = tutti_stream_shutdown(stream);
	free(data);
	return give(rc);
}

static void *read_much(void *stream)
{
	unsigned char block[10000];
	size_t got = 0;
	ssize_t n;

	while ((n = tutti_stream_read(stream, block, sizeof block)) > 0)
		for (ssize_t i = 0; i < n; i++)
			CHECK(block[i] == byte_at(got++));
	return give(n < 0 ? n : (intptr_t)got);
}

/* Each end reads and writes at the same time, from two contexts. */
static void both_ways_at_once(enum mix mix)
{
	struct ends e = open_usual();
	tutti_future *f[4];

	f[0] = start_nth(mix, 0, write_much, e.near.s);
	f[1] = start_nth(mix, 1, write_much, e.far.s);
	f[2] = start_nth(mix, 2, read_much, e.near.s);
	f[3] = start_nth(mix, 3, read_much, e.far.s);
	CHECK_EQ(finish(f[0]), 0);
	CHECK_EQ(finish(f[1]), 0);
	CHECK_EQ(finish(f[2]), much());
	CHECK_EQ(finish(f[3]), much());
	close_ends(&e);
}

static void a_file_is_sent(void)
{
	struct ends e = open_usual();
	FILE *file = tmpfile();

	CHECK(file && fputs("words of a file", file) >= 0 && fflush(file) == 0);
	CHECK_EQ(tutti_stream_send_file(e.near.s, fileno(file), 0, 15), 0);
	check_reads(e.far.s, "words of a file");
	fclose(file);
	close_ends(&e);
}

/* -- ends -------------------------------------------------------------------------------------- */

static void half_closed_still_reads(void)
{
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		struct ends e = open_version(versions[i]);
		char c;

		check_writes(e.near.s, "last");
		CHECK_EQ(tutti_stream_shutdown(e.near.s), 0);
		CHECK_EQ(tutti_stream_shutdown(e.near.s), 0);
		check_reads(e.far.s, "last");
		CHECK_EQ(tutti_stream_read(e.far.s, &c, 1), 0);
		CHECK_EQ(tutti_stream_read(e.far.s, &c, 1), 0);
		CHECK_EQ(tutti_stream_write(e.near.s, "x", 1), -EPIPE);
		check_writes(e.far.s, "an answer");
		check_reads(e.near.s, "an answer");
		CHECK_EQ(tutti_stream_shutdown(e.far.s), 0);
		CHECK_EQ(tutti_stream_read(e.near.s, &c, 1), 0);
		close_ends(&e);
	}
}

static void closing_says_the_end(void)
{
	struct ends e = open_usual();
	char c;

	check_writes(e.near.s, "last");
	close_end(&e.near);
	check_reads(e.far.s, "last");
	CHECK_EQ(tutti_stream_read(e.far.s, &c, 1), 0);
	CHECK_EQ(tutti_stream_write(e.far.s, "x", 1), -EPIPE);
	close_ends(&e);
}

/* Somebody in between closes the connection: that is not the end of what was to be said. */
static void a_cut_is_no_end(void)
{
	struct ends e = open_usual();
	tutti_stream *below = e.near.below;
	char c, text[256];

	check_writes(e.near.s, "last");
	CHECK_EQ(tutti_stream_shutdown(below), 0);
	check_reads(e.far.s, "last");
	CHECK_EQ(tutti_stream_read(e.far.s, &c, 1), -ECONNRESET);
	CHECK_EQ(tutti_stream_read(e.far.s, &c, 1), -ECONNRESET);
	CHECK_EQ(tutti_stream_read_exactly(e.far.s, &c, 1), -ECONNRESET);
	CHECK(tutti_tls_text(e.far.s, TUTTI_TLS_FAULT, text, sizeof text) > 0);
	check_says(text, "close_notify");
	close_ends(&e);
}

static struct ends open_tcp(void)
{
	char address[TUTTI_ADDRESS_SIZE];
	tutti_listener *l;
	struct ends e = { 0 };

	CHECK_EQ(tutti_listener_create(&l, "127.0.0.1:0", NULL), 0);
	CHECK(tutti_listener_address(l, address, sizeof address) > 0);
	CHECK_EQ(tutti_stream_connect(&e.near.below, address, NULL), 0);
	CHECK_EQ(tutti_listener_accept(l, &e.far.below), 0);
	tutti_listener_free(l);
	e.near.name = "127.0.0.1";
	e.near.client = open_client((tutti_tls_client_options){ 0 });
	e.far.server = open_server(localhost.pem, (tutti_tls_server_options){ 0 });
	shake(TASKS, &e);
	check_shaken(&e);
	tutti_tls_client_free(e.near.client);
	tutti_tls_server_free(e.far.server);
	return e;
}

/* A socket that is connected to nothing resets the connection that it had. */
static void a_reset_is_said(void)
{
	struct ends e = open_tcp();
	struct sockaddr nothing = { .sa_family = AF_UNSPEC };
	char c, near[TUTTI_ADDRESS_SIZE], below[TUTTI_ADDRESS_SIZE];

	CHECK(tutti_stream_peer(e.near.s, near, sizeof near) > 0);
	CHECK(tutti_stream_peer(e.near.below, below, sizeof below) > 0);
	CHECK_STR(near, below);
	check_talk(&e);
	CHECK_EQ(connect(tutti_stream_fd(e.far.s), &nothing, sizeof nothing), 0);
	CHECK_EQ(tutti_stream_read(e.near.s, &c, 1), -ECONNRESET);
	CHECK(tutti_stream_write(e.near.s, "x", 1) < 0);
	close_ends(&e);
}

/* What was broken off does not look like an end to the other side. */
static void a_write_that_was_broken_off_is_the_last(void)
{
	static char data[MUCH];
	struct ends e = open_usual();
	char block[4096];
	ssize_t n;

	CHECK_EQ(tutti_stream_write_until(e.near.s, data, MUCH, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_stream_write(e.near.s, "x", 1), -EPIPE);
	CHECK_EQ(tutti_stream_shutdown(e.near.s), -EPIPE);
	close_end(&e.near);
	while ((n = tutti_stream_read(e.far.s, block, sizeof block)) > 0)
		CHECK_EQ(block[0], 0);
	CHECK_EQ(n, -ECONNRESET);
	close_ends(&e);
}

static void *read_one(void *stream)
{
	char c = 0;
	ssize_t n = tutti_stream_read(stream, &c, 1);

	return give(n < 0 ? n : c);
}

static void a_read_waits_for_a_write(enum mix mix)
{
	struct ends e = open_usual();

	for (int round = 0; round < 20; round++) {
		tutti_future *reader = start_as(mix, read_one, e.near.s);

		settle();
		CHECK_EQ(tutti_stream_write(e.far.s, &"abc"[round % 3], 1), 0);
		CHECK_EQ(finish(reader), "abc"[round % 3]);
	}
	close_ends(&e);
}

static void a_cancelled_read_takes_nothing(void)
{
	struct ends e = open_usual();
	tutti_future *reader = tutti_task_start(read_one, e.near.s, NULL);

	settle();
	CHECK_EQ(tutti_stream_read(e.near.s, &(char){ 0 }, 1), -EBUSY);
	CHECK(tutti_future_cancel(reader));
	CHECK_EQ(tutti_future_result(reader, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(reader);
	check_talk(&e);
	close_ends(&e);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	make_usual();
	RUN(what_is_written_arrives);
	RUN(what_was_agreed);
	RUN(every_split_reads_alike);
	RUN_MIXES(both_ways_at_once);
	RUN(a_file_is_sent);
	RUN(half_closed_still_reads);
	RUN(closing_says_the_end);
	RUN(a_cut_is_no_end);
	RUN(a_reset_is_said);
	RUN(a_write_that_was_broken_off_is_the_last);
	RUN_MIXES(a_read_waits_for_a_write);
	RUN(a_cancelled_read_takes_nothing);
	free_usual();
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
