/* SPDX-License-Identifier: MIT */
/*
 * Sockets between the two ends of one program, in virtual time: what has been written arrives
 * before the clock moves, so that sleeps, slow peers and deadlines are exact.
 */
#include "support/own.h"
#include "support/suite.h"

#include <errno.h>
#include <tutti/sim.h>

enum { GUESTS = 20, ROUNDS = 30 };

static const char *const places[] = { "127.0.0.1:0", "[::1]:0", "unix:@tutti-sim-sockets" };
static const char *place; /* one of them */

static char address[TUTTI_ADDRESS_SIZE];
static tutti_listener *listener;

/* Each question takes two seconds to answer. */
static int answer_slowly(tutti_stream *s, void *arg)
{
	char c;
	int rc;

	(void)arg;
	while ((rc = tutti_stream_read_exactly(s, &c, 1)) == 0) {
		tutti_sleep(TUTTI_SECONDS(2));
		tutti_stream_write(s, &c, 1);
	}
	return rc == TUTTI_EDONE ? 0 : rc;
}

static void *serve(void *arg)
{
	tutti_listener_serve(listener, answer_slowly, arg);
	return NULL;
}

static void *ask(void *arg)
{
	tutti_time begun = tutti_now();
	tutti_stream *s;
	char c;

	TUTTI_SIM_REQUIRE(tutti_stream_connect(&s, address, NULL) == 0);
	for (int i = 1; i <= ROUNDS; i++) {
		TUTTI_SIM_REQUIRE(tutti_stream_write(s, "?", 1) == 0);
		/* Not before the answer, and at once when it is there. */
		TUTTI_SIM_REQUIRE(tutti_stream_read_until(s, &c, 1,
					  tutti_after(TUTTI_SECONDS(1))) == TUTTI_ETIMEDOUT);
		TUTTI_SIM_REQUIRE(
			tutti_stream_read_until(s, &c, 1, tutti_after(TUTTI_SECONDS(3))) == 1);
		TUTTI_SIM_REQUIRE(tutti_now() - begun == i * TUTTI_SECONDS(2));
	}
	tutti_stream_free(s);
	return arg;
}

static void server_and_clients(void *arg)
{
	tutti_future *guests[GUESTS], *server;
	bool threads = *(bool *)arg;

	TUTTI_SIM_REQUIRE(tutti_listener_create(&listener, place, NULL) == 0);
	TUTTI_SIM_REQUIRE(tutti_listener_address(listener, address, sizeof address) > 0);
	server = threads ? tutti_thread_start(serve, NULL, NULL)
			 : tutti_task_start(serve, NULL, NULL);
	for (int i = 0; i < GUESTS; i++)
		guests[i] = threads && i % 2 ? tutti_thread_start(ask, NULL, NULL)
					     : tutti_task_start(ask, NULL, NULL);
	TUTTI_SIM_REQUIRE(tutti_join_all(guests, GUESTS) == 0);
	TUTTI_SIM_REQUIRE(tutti_now() >= ROUNDS * TUTTI_SECONDS(2));
	tutti_future_cancel(server);
	tutti_future_result(server, NULL, 0);
	tutti_future_unref(server);
	tutti_listener_free(listener);
}

static void check(void (*program)(void *arg), void *arg)
{
	static const char *const ways[] = { "fifo", "shuffle", "random" };

	for (int i = 0; i < 3; i++)
		CHECK_EQ(tutti_sim_check(program, &(tutti_sim_options){ .strategy = ways[i],
							  .runs = 5,
							  .save = "",
							  .flags = TUTTI_SIM_STRICT_TIME,
							  .arg = arg }),
			0);
}

static void questions_take_virtual_time(void)
{
	for (int i = 0; i < 3; i++)
		for (int threads = 0; threads < 2; threads++) {
			place = own(places[i]);
			check(server_and_clients, &(bool){ threads });
		}
}

/* -- slow ones --------------------------------------------------------------------------------- */

static void connect_both(tutti_stream *s[2])
{
	TUTTI_SIM_REQUIRE(tutti_listener_create(&listener, place, NULL) == 0);
	TUTTI_SIM_REQUIRE(tutti_listener_address(listener, address, sizeof address) > 0);
	TUTTI_SIM_REQUIRE(tutti_stream_connect(&s[0], address, NULL) == 0);
	TUTTI_SIM_REQUIRE(tutti_listener_accept(listener, &s[1]) == 0);
	tutti_listener_free(listener);
}

/* A byte an hour. */
static void *write_slowly(void *stream)
{
	for (int i = 0; i < 10; i++) {
		tutti_sleep(TUTTI_SECONDS(3600));
		TUTTI_SIM_REQUIRE(tutti_stream_write(stream, &"0123456789"[i], 1) == 0);
	}
	return stream;
}

static void a_byte_an_hour(void *arg)
{
	tutti_future *writer;
	tutti_stream *s[2];
	char got[11] = "";

	(void)arg;
	connect_both(s);
	writer = tutti_thread_start(write_slowly, s[0], NULL);
	TUTTI_SIM_REQUIRE(tutti_stream_read_exactly_until(s[1], got, 10,
				  tutti_after(TUTTI_SECONDS(5.5 * 3600))) == TUTTI_ETIMEDOUT);
	TUTTI_SIM_REQUIRE(tutti_stream_read_exactly(s[1], got, 10) == 0);
	TUTTI_SIM_REQUIRE(strcmp(got, "0123456789") == 0);
	TUTTI_SIM_REQUIRE(tutti_now() >= TUTTI_SECONDS(10 * 3600));
	tutti_join_all(&writer, 1);
	tutti_stream_free(s[0]);
	tutti_stream_free(s[1]);
}

enum { MUCH = 16 << 20 };

static void *read_slowly(void *stream)
{
	static char block[1 << 20];
	size_t total = 0;
	ssize_t n;

	while ((n = tutti_stream_read(stream, block, sizeof block)) > 0) {
		total += (size_t)n;
		tutti_sleep(TUTTI_SECONDS(60));
	}
	TUTTI_SIM_REQUIRE(n == 0 && total == MUCH);
	return stream;
}

/* Who writes waits for who reads, in virtual time. */
static void who_does_not_read_is_waited_for(void *arg)
{
	static char data[MUCH];
	tutti_time begun = tutti_now();
	tutti_future *reader;
	tutti_stream *s[2];

	(void)arg;
	connect_both(s);
	TUTTI_SIM_REQUIRE(tutti_stream_write_until(s[1], data, MUCH, begun + TUTTI_SECONDS(1000)) ==
			  TUTTI_ETIMEDOUT);
	TUTTI_SIM_REQUIRE(tutti_now() == begun + TUTTI_SECONDS(1000));
	reader = tutti_task_start(read_slowly, s[1], NULL);
	TUTTI_SIM_REQUIRE(tutti_stream_write(s[0], data, MUCH) == 0);
	tutti_stream_shutdown(s[0]);
	tutti_join_all(&reader, 1);
	TUTTI_SIM_REQUIRE(tutti_now() - begun > TUTTI_SECONDS(1000 + 60));
	tutti_stream_free(s[0]);
	tutti_stream_free(s[1]);
}

static void *answer_packets(void *arg)
{
	char from[TUTTI_ADDRESS_SIZE], data[16];
	ssize_t n;

	while ((n = tutti_datagram_read(arg, data, sizeof data, from, sizeof from)) > 0) {
		tutti_sleep(TUTTI_SECONDS(5));
		tutti_datagram_write(arg, data, (size_t)n, from);
	}
	return arg;
}

static void packets_that_take_their_time(void *arg)
{
	tutti_time begun = tutti_now();
	tutti_future *server;
	tutti_datagram *d[2];
	char data[16];

	(void)arg;
	TUTTI_SIM_REQUIRE(tutti_datagram_open(&d[0], "127.0.0.1:0", NULL) == 0);
	TUTTI_SIM_REQUIRE(tutti_datagram_address(d[0], address, sizeof address) > 0);
	TUTTI_SIM_REQUIRE(tutti_datagram_open(&d[1], NULL, address) == 0);
	server = tutti_thread_start(answer_packets, d[0], NULL);
	TUTTI_SIM_REQUIRE(tutti_datagram_write(d[1], "packet", 6, NULL) == 0);
	TUTTI_SIM_REQUIRE(tutti_datagram_read_until(d[1], data, sizeof data, NULL, 0,
				  begun + TUTTI_SECONDS(4)) == TUTTI_ETIMEDOUT);
	TUTTI_SIM_REQUIRE(tutti_datagram_read(d[1], data, sizeof data, NULL, 0) == 6);
	TUTTI_SIM_REQUIRE(tutti_now() == begun + TUTTI_SECONDS(5));
	tutti_future_cancel(server);
	tutti_future_result(server, NULL, 0);
	tutti_future_unref(server);
	tutti_datagram_free(d[0]);
	tutti_datagram_free(d[1]);
}

static void slow_ones_are_waited_for(void)
{
	for (int i = 0; i < 3; i++) {
		place = own(places[i]);
		check(a_byte_an_hour, NULL);
		check(who_does_not_read_is_waited_for, NULL);
	}
	check(packets_that_take_their_time, NULL);
}

int main(void)
{
	suite_begin();
	RUN(questions_take_virtual_time);
	RUN(slow_ones_are_waited_for);
	return suite_end();
}
