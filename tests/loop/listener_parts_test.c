/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu LABELS no-valgrind POLLERS ON */
/*
 * Several threads that accept from one socket: for each that comes one is woken, in turn. Under
 * valgrind, which has no epoll_pwait2, they sleep in ppoll(), which wakes all.
 */
#include "support/listening.h"
#include "support/suite.h"

#include "core/worker.h"
#include "loop/listener.h"

#include <errno.h>

enum { THREADS_N = 4, ROUNDS = 200 };

static struct part {
	struct tu_worker *worker; /* atomic: its thread has begun */
	tutti_listener *listener;
	int accepted;
	tutti_future *thread;
} parts[THREADS_N];

static void *accept_some(void *arg)
{
	struct part *p = arg;
	tutti_stream *s;
	int rc;

	tu_store_rel(&p->worker, tu_worker_self());
	while ((rc = tutti_listener_accept(p->listener, &s)) == 0) {
		p->accepted++;
		CHECK_EQ(tutti_stream_write(s, "x", 1), 0);
		tutti_stream_free(s);
	}
	CHECK_EQ(rc, -EBADF);
	return NULL;
}

static bool all_are_idle(void)
{
	for (int i = 0; i < THREADS_N; i++) {
		struct tu_worker *w = tu_load_acq(&parts[i].worker);

		if (!w || !tu_shown(&w->idle))
			return false;
	}
	return true;
}

/* How often they have gone to sleep: who is woken in vain may do so without leaving the kernel. */
static long sleeps_of(const struct part *p)
{
	char name[64], line[128];
	long n = -1;
	FILE *f;

	snprintf(name, sizeof name, "/proc/self/task/%d/status", tu_shown(&p->worker->native_id));
	f = fopen(name, "r");
	CHECK(f);
	while (fgets(line, sizeof line, f))
		sscanf(line, "voluntary_ctxt_switches: %ld", &n);
	fclose(f);
	CHECK(n >= 0);
	return n;
}

static long sleeps(void)
{
	long n = 0;

	for (int i = 0; i < THREADS_N; i++)
		n += sleeps_of(&parts[i]);
	return n;
}

static long wakes_of_visits(void)
{
	long before;
	char c;

	EVENTUALLY(all_are_idle());
	before = sleeps();
	for (int i = 0; i < ROUNDS; i++) {
		tutti_stream *s = visit();

		CHECK_EQ(tutti_stream_read(s, &c, 1), 1);
		tutti_stream_free(s);
		EVENTUALLY(all_are_idle());
	}
	return sleeps() - before;
}

static void one_is_woken_for_each(void)
{
	int least = ROUNDS;
	long n;

	listen_at("127.0.0.1:0");
	for (int i = 0; i < THREADS_N; i++) {
		CHECK_EQ(tu_listener_copy(&parts[i].listener, listener), 0);
		parts[i].thread = tutti_thread_start(accept_some, &parts[i], NULL);
	}
	n = wakes_of_visits();
	tutti_listener_close(listener);
	for (int i = 0; i < THREADS_N; i++) {
		finish(parts[i].thread);
		tutti_listener_free(parts[i].listener);
		least = parts[i].accepted < least ? parts[i].accepted : least;
	}
	tutti_listener_free(listener);
	printf("%d visits woke %ld; who had least had %d\n", ROUNDS, n, least);
	CHECK(n < 2 * ROUNDS);
	CHECK(least > ROUNDS / THREADS_N / 4);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(one_is_woken_for_each);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
