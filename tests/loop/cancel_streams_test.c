/* SPDX-License-Identifier: MIT */
/* rows: F106 */
/*
 * A cancel at each wait for streams, listeners and packets: before it and within it. The
 * wait says so, takes nothing, and whatever it waited for is as good as before.
 */
#include "support/both.h"
#include "support/own.h"
#include "support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <tutti/listener.h>

static tutti_listener *listener, *full;
static char address[TUTTI_ADDRESS_SIZE];
static tutti_stream *near, *far;
static tutti_datagram *here, *there;
static int file = -1;

enum { MUCH = 8 << 20 };
static char data[MUCH];

/* -- the waits: each would have to wait for ever ----------------------------------------------- */

static int wait_read(void)
{
	return (int)tutti_stream_read(near, data, 1);
}

static int wait_read_exactly(void)
{
	return tutti_stream_read_exactly(near, data, 10);
}

static int wait_read_past(void)
{
	tutti_bytes piece;

	return tutti_stream_read_past(near, "\n", 1, 100, &piece);
}

static int wait_write(void)
{
	return tutti_stream_write(near, data, MUCH);
}

static int wait_send_file(void)
{
	return tutti_stream_send_file(near, file, 0, MUCH);
}

static int wait_accept(void)
{
	tutti_stream *s;

	return tutti_listener_accept(listener, &s);
}

static int nothing(tutti_stream *s, void *arg)
{
	(void)s, (void)arg;
	return 0;
}

static int wait_serve(void)
{
	return tutti_listener_serve(listener, nothing, NULL);
}

static int wait_connect(void)
{
	tutti_stream *s;

	return tutti_stream_connect(&s, own("unix:@tutti-cancel-full"), NULL);
}

static int wait_packet(void)
{
	return (int)tutti_datagram_read(here, data, 10, NULL, 0);
}

/* Some have room at first. */
static int wait_for_room(void)
{
	int rc = 0;

	while (rc == 0)
		rc = tutti_datagram_write(there, "packet", 6, NULL);
	return rc;
}

/* -- what they wait with, afterwards ----------------------------------------------------------- */

static void reads_on(void)
{
	CHECK_EQ(tutti_stream_write(far, "0123456789\n", 11), 0);
	CHECK_EQ(tutti_stream_read_exactly(near, data, 11), 0);
	CHECK(memcmp(data, "0123456789\n", 11) == 0);
}

/* What was written can be a part of it, if it had begun: then it is the last. */
static void writes_no_more_or_on(void)
{
	int rc = tutti_stream_write_until(near, "x", 1, 1);

	CHECK(rc == 0 || rc == -EPIPE || rc == TUTTI_ETIMEDOUT);
	reads_on();
}

static void accepts_on(void)
{
	tutti_stream *a, *b;

	CHECK_EQ(tutti_stream_connect(&a, address, NULL), 0);
	CHECK_EQ(tutti_listener_accept(listener, &b), 0);
	tutti_stream_free(a);
	tutti_stream_free(b);
}

static void connects_when_there_is_room(void)
{
	tutti_stream *a, *b;

	CHECK_EQ(tutti_listener_accept(full, &a), 0);
	CHECK_EQ(
		tutti_stream_connect(&b, own("unix:@tutti-cancel-full"), NULL), 0); /* full again */
	tutti_stream_free(a);
	tutti_stream_free(b);
}

static void packets_go_on(void)
{
	while (tutti_datagram_read_until(here, data, 10, NULL, 0, 1) >= 0)
		;
	CHECK_EQ(tutti_datagram_write(there, "more", 4, NULL), 0);
	CHECK_EQ(tutti_datagram_read(here, data, 10, NULL, 0), 4);
}

static const struct wait {
	int (*fn)(void);
	void (*after)(void);
} waits[] = {
	{ wait_read, reads_on },
	{ wait_read_exactly, reads_on },
	{ wait_read_past, reads_on },
	{ wait_write, writes_no_more_or_on },
	{ wait_send_file, writes_no_more_or_on },
	{ wait_accept, accepts_on },
	{ wait_serve, accepts_on },
	{ wait_connect, connects_when_there_is_room },
	{ wait_packet, packets_go_on },
	{ wait_for_room, packets_go_on },
};

/* -- what there is to wait with ---------------------------------------------------------------- */

static void open_all(void)
{
	tutti_listener_options short_queue = { .backlog = 1 };
	char packets[TUTTI_ADDRESS_SIZE];
	tutti_stream *s;

	CHECK_EQ(tutti_listener_create(&listener, "127.0.0.1:0", NULL), 0);
	CHECK(tutti_listener_address(listener, address, sizeof address) > 0);
	CHECK_EQ(tutti_stream_connect(&near, address, NULL), 0);
	CHECK_EQ(tutti_listener_accept(listener, &far), 0);
	CHECK_EQ(tutti_listener_create(&full, own("unix:@tutti-cancel-full"), &short_queue), 0);
	while (tutti_stream_connect_until(&s, own("unix:@tutti-cancel-full"), NULL, 1) == 0)
		tutti_stream_free(s); /* it stays in the queue */
	CHECK_EQ(tutti_datagram_open(&here, own("unix:@tutti-cancel-packets"), NULL), 0);
	CHECK(tutti_datagram_address(here, packets, sizeof packets) > 0);
	CHECK_EQ(tutti_datagram_open(&there, NULL, packets), 0);
	file = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	CHECK(file >= 0);
}

static void close_all(void)
{
	tutti_stream_free(near);
	tutti_stream_free(far);
	tutti_listener_free(listener);
	tutti_listener_free(full);
	tutti_datagram_free(here);
	tutti_datagram_free(there);
	close(file);
}

/* -- cancelled --------------------------------------------------------------------------------- */

static tutti_event gate;

static void *wait_at_once(void *arg)
{
	const struct wait *w = arg;

	return give(w->fn());
}

/* It is cancelled before it comes to its wait. */
static void *wait_late(void *arg)
{
	const struct wait *w = arg;
	tutti_scope quiet;

	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_event_wait(&gate);
	tutti_shield_end(&quiet, 0);
	CHECK_EQ(w->fn(), TUTTI_ECANCELED);
	CHECK_EQ(w->fn(), TUTTI_ECANCELED);
	return NULL;
}

static void end_cancelled(tutti_future *f)
{
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
}

static void cancelled_before(enum mix mix)
{
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
		tutti_future *f;

		open_all();
		tutti_event_clear(&gate);
		f = start_as(mix, wait_late, (void *)&waits[i]);
		settle();
		CHECK_EQ(tutti_future_cancel(f), 1);
		tutti_event_set(&gate);
		end_cancelled(f);
		waits[i].after();
		close_all();
	}
}

static void cancelled_within(enum mix mix)
{
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
		tutti_future *f;

		open_all();
		f = start_as(mix, wait_at_once, (void *)&waits[i]);
		settle();
		CHECK_EQ(tutti_future_cancel(f), 1);
		end_cancelled(f);
		waits[i].after();
		close_all();
	}
}

/* A limit around it is heard in the same way. */
static void out_of_time(void)
{
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
		tutti_scope limit;

		open_all();
		tutti_timeout_begin(&limit, tutti_after(TUTTI_MILLISECONDS(1)));
		CHECK_EQ(tutti_timeout_end(&limit, waits[i].fn()), TUTTI_ETIMEDOUT);
		waits[i].after();
		close_all();
	}
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN_MIXES(cancelled_before);
	RUN_MIXES(cancelled_within);
	RUN(out_of_time);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
