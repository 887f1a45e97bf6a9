/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu POLLERS ON */
/* A stream that is used by another thread than at first: the first one is left in peace. */
#include "support/both.h"
#include "support/suite.h"

#include "core/poller.h"

#include <sys/socket.h>
#include <tutti/stream.h>

enum { ROUNDS = 1000, FEW = 100 };

static tutti_stream *near, *far;
static int quiet[2]; /* a pipe that nothing comes through */
static struct tu_worker *first;
static tutti_event begun;

static void open_all(void)
{
	int p[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p), 0);
	CHECK_EQ(tutti_stream_open(&near, p[0]), 0);
	CHECK_EQ(tutti_stream_open(&far, p[1]), 0);
	CHECK_EQ(pipe(quiet), 0);
}

static void close_all(void)
{
	tutti_stream_free(near);
	tutti_stream_free(far);
	close(quiet[0]);
	close(quiet[1]);
}

static void *read_x(void *arg)
{
	char c = 0;

	CHECK_EQ(tutti_stream_read(arg, &c, 1), 1);
	CHECK_EQ(c, 'x');
	return NULL;
}

static void *write_later(void *arg)
{
	CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(tutti_stream_write(arg, "x", 1), 0);
	return NULL;
}

/* Waits as a task does, so that the stream is kept here; then for something else. */
static void *use_it_first(void *arg)
{
	tutti_future *f = tutti_task_start(write_later, far, NULL);

	read_x(near);
	finish(f);
	first = tu_worker_self();
	tutti_event_set(&begun);
	CHECK_EQ(tutti_fd_wait(quiet[0], TUTTI_READABLE, TUTTI_FOREVER), TUTTI_READABLE);
	return arg;
}

/* How often the first thread woke up while this one used the stream. */
static uint32_t wakes_of_the_first(void)
{
	uint32_t before = tu_shown(&first->looks);

	for (int i = 0; i < ROUNDS; i++) {
		tutti_future *f = tutti_task_start(read_x, near, NULL);

		settle(); /* it waits */
		CHECK_EQ(tutti_stream_write(far, "x", 1), 0);
		finish(f);
	}
	return tu_shown(&first->looks) - before;
}

static void the_first_thread_sleeps_on(void)
{
	tutti_future *f;
	uint32_t wakes;

	open_all();
	f = tutti_thread_start(use_it_first, NULL, NULL);
	CHECK_EQ(tutti_event_wait(&begun), 0);
	wakes = wakes_of_the_first();
	printf("woken %u times by %d messages to another thread\n", wakes, ROUNDS);
	CHECK(wakes < FEW);
	CHECK_EQ(write(quiet[1], "x", 1), 1);
	finish(f);
	close_all();
}

/* -- where it is kept -------------------------------------------------------------------------- */

/* In private members of a stream the source is the first. */
static const struct tu_source *source_of(const tutti_stream *s)
{
	return (const void *)s;
}

static void *use_it_often(void *arg)
{
	(void)arg;
	for (int i = 0; i < FEW; i++) {
		tutti_future *f = tutti_task_start(read_x, near, NULL);

		settle();
		CHECK_EQ(tutti_stream_write(far, "x", 1), 0);
		finish(f);
	}
	CHECK(tu_source_at(source_of(near), tu_worker_self()));
	return NULL;
}

/* There and back again, and each time it is as cheap as at first. */
static void it_is_kept_where_it_is_used(void)
{
	open_all();
	for (int i = 0; i < 3; i++) {
		use_it_often(NULL);
		finish(tutti_thread_start(use_it_often, NULL, NULL));
	}
	use_it_often(NULL);
	close_all();
}

static void *everything(void *arg)
{
	RUN(the_first_thread_sleeps_on);
	RUN(it_is_kept_where_it_is_used);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
