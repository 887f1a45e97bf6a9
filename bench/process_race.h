/* SPDX-License-Identifier: MIT */
/*
 * Items of 64 bytes between two processes, through anything. Whoever includes this defines
 * way_create(), way_put(), way_get(): there are two ways, 0 to the child and 1 back. Modes of a
 * program: "stream" one direction as fast as it goes; "awake" question and answer, one after the
 * other; "asleep" the same, but each question is asked only after the child has gone to sleep.
 *
 * The child is forked: it inherits both ways. Also compiles as C++.
 */
#ifndef PROCESS_RACE_H
#define PROCESS_RACE_H
#include "bench.h"

#include <sys/wait.h>

#define ITEM_BYTES 64

struct race_item {
	uint64_t number;
	char rest[ITEM_BYTES - sizeof(uint64_t)];
};

static void way_create(void);
static void way_put(int way, const struct race_item *item);
static void way_get(int way, struct race_item *item);

static pid_t race_child(void (*run)(long n), long n)
{
	pid_t pid = fork();

	bench_require(pid >= 0, "fork failed");
	if (pid == 0) {
		run(n);
		_exit(0);
	}
	return pid;
}

static void race_end(pid_t pid)
{
	int status = 1;

	bench_require(waitpid(pid, &status, 0) == pid && status == 0, "the child failed");
}

static void race_produce(long n)
{
	struct race_item item;

	memset(&item, 0, sizeof(item));
	for (long i = 0; i < n; i++) {
		item.number = (uint64_t)i;
		way_put(1, &item);
	}
}

static void race_answer(long n)
{
	struct race_item item;

	for (long i = 0; i < n; i++) {
		way_get(0, &item);
		way_put(1, &item);
	}
}

static void race_stream(const char *name, long n)
{
	struct race_item item;
	int64_t begin;
	pid_t pid = race_child(race_produce, n + 1);

	way_get(1, &item); /* it has started */
	begin = bench_now();
	for (long i = 1; i <= n; i++) {
		way_get(1, &item);
		bench_require(item.number == (uint64_t)i, "an item was lost or came twice");
	}
	bench_report(name, (double)n * 1e3 / (double)(bench_now() - begin), "M/s");
	race_end(pid);
}

static void race_ping_pong(const char *name, long n, useconds_t pause)
{
	struct race_item item;
	int64_t spent = 0, begin;
	pid_t pid = race_child(race_answer, n + 1);

	memset(&item, 0, sizeof(item));
	for (long i = 0; i <= n; i++) {
		item.number = (uint64_t)i;
		if (pause > 0)
			usleep(pause);
		begin = bench_now();
		way_put(0, &item);
		way_get(1, &item);
		if (i > 0) /* the first one starts the child */
			spent += bench_now() - begin;
		bench_require(item.number == (uint64_t)i, "another answer");
	}
	bench_report(name, (double)spent / (double)n / 1e3, "µs");
	race_end(pid);
}

static int race_main(int argc, char **argv, long items, long questions)
{
	struct bench_options o = bench_options_read(argc, argv);

	way_create();
	if (strcmp(o.mode, "stream") == 0)
		race_stream("process_stream", items / o.divide);
	else if (strcmp(o.mode, "awake") == 0)
		race_ping_pong("process_awake", questions / o.divide, 0);
	else if (strcmp(o.mode, "asleep") == 0)
		race_ping_pong("process_asleep", 1000 / o.divide, 1000);
	else
		bench_fail("mode is stream, awake or asleep");
	return 0;
}

#endif
