/* SPDX-License-Identifier: MIT */
/* rows: F106 F122 */
/* ctest: LABELS no-tsan LABELS no-valgrind LABELS no-qemu POLLERS ON */
/*
 * Ten thousand connections that wait, the clients in a process of their own: all are accepted, each
 * is answered afterwards, and waiting costs little. (TSan has room for 8,000 stacks; the others
 * would take minutes.)
 */
#include "support/child.h"
#include "support/suite.h"

#include <sys/resource.h>
#include <tutti/listener.h>

enum { MANY = 10000, SPARE = 200 };

static tutti_listener *listener;
static char address[TUTTI_ADDRESS_SIZE];
static int accepted, answered, gone; /* of the server, which is one thread */
static tutti_event all_wait, all_gone;

static int answer(tutti_stream *s, void *arg)
{
	char block[64];
	ssize_t n;

	(void)arg;
	if (++accepted == MANY)
		tutti_event_set(&all_wait);
	while ((n = tutti_stream_read(s, block, sizeof block)) > 0) {
		CHECK_EQ(tutti_stream_write(s, block, (size_t)n), 0);
		answered++;
	}
	if (++gone == MANY)
		tutti_event_set(&all_gone);
	return (int)n;
}

static void *serve(void *arg)
{
	return give(tutti_listener_serve(listener, answer, arg));
}

/* -- the other process ------------------------------------------------------------------------- */

static void wait_for_word(int fd)
{
	char c;

	CHECK_EQ(tutti_fd_wait(fd, TUTTI_READABLE, TUTTI_FOREVER), TUTTI_READABLE);
	CHECK_EQ(read(fd, &c, 1), 1);
}

/* A thread: its calls block. First all come, then each asks. */
static void be_clients(int word)
{
	static tutti_stream *s[MANY];

	for (int i = 0; i < MANY; i++)
		CHECK_EQ(tutti_stream_connect(&s[i], address, NULL), 0);
	wait_for_word(word);
	for (int i = 0; i < MANY; i++) {
		int got = -1;

		CHECK_EQ(tutti_stream_write(s[i], &i, sizeof i), 0);
		CHECK_EQ(tutti_stream_read_exactly(s[i], &got, sizeof got), 0);
		CHECK_EQ(got, i);
	}
	for (int i = 0; i < MANY; i++)
		tutti_stream_free(s[i]);
	_exit(0);
}

/* -- memory ------------------------------------------------------------------------------------ */

static long resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long all, pages;

	CHECK(f);
	CHECK_EQ(fscanf(f, "%ld %ld", &all, &pages), 2);
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

/* A sanitizer has memory of its own beside each stack. */
static void check_memory(long bytes)
{
#ifndef __SANITIZE_ADDRESS__
	long each = bytes / MANY;

	printf("%ld bytes each\n", each);
	CHECK(each < 3 * 4096); /* a thread for each has as much as that when it waits */
#else
	(void)bytes;
#endif
}

/* rows: F5 F106 F122 */
static void ten_thousand_wait_and_are_answered(void)
{
	tutti_future *server;
	int words[2];
	long before;
	pid_t clients;

	CHECK_EQ(tutti_listener_create(&listener, "127.0.0.1:0", NULL), 0);
	CHECK(tutti_listener_address(listener, address, sizeof address) > 0);
	CHECK_EQ(pipe(words), 0);
	clients = child_fork();
	if (clients == 0)
		be_clients(words[0]);
	CHECK(clients > 0);
	before = resident();
	server = tutti_task_start(serve, NULL, NULL);
	CHECK_EQ(tutti_event_wait(&all_wait), 0);
	settle(); /* the last one too */
	check_memory(resident() - before);
	CHECK_EQ(answered, 0);
	CHECK_EQ(write(words[1], "x", 1), 1);
	CHECK_EQ(tutti_event_wait(&all_gone), 0);
	CHECK_EQ(answered, MANY);
	child_wait(clients);
	CHECK(tutti_future_cancel(server));
	CHECK_EQ(tutti_future_result(server, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(server);
	tutti_listener_free(listener);
	close(words[0]);
	close(words[1]);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(ten_thousand_wait_and_are_answered);
	return arg;
}

int main(void)
{
	struct rlimit files;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = files.rlim_max;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
	if (files.rlim_cur < MANY + SPARE) {
		printf("skipped: %d descriptors are too many here (ulimit -Hn)\n", MANY + SPARE);
		return 77;
	}
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
