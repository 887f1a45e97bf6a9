/* SPDX-License-Identifier: MIT */
/* rows: F39 T11 */
/* ctest: LABELS no-valgrind */ /* thousands of processes, each of which takes seconds there */
/*
 * A process is killed before each store that a put, a get or the end of a queue makes in memory
 * that others see. It has happened or it has not, and the others go on.
 *
 * The parent leads a queue through a random course of sizes, so that it grows, goes on elsewhere,
 * and is given back (debug builds do that with a few kilobytes). Every now and then a victim does
 * the next step in its place and is killed at its first, second ... point; then the parent looks
 * which of the two it was, and goes on. In the end it has got each item once, in order.
 */
#include <tutti/shared_queue.h>

#include "support/children.h"

static const tutti_time past = 0;

enum { STEPS = 600, LARGEST = 3000, MOST_IN = 100000 };

static tutti_queue *queue;
static uint64_t random_state;

static int drawn(int n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int)((random_state >> 33) % (uint64_t)n);
}

/* -- numbered items: each knows its number, its size follows from that ------------------------ */

static int bytes_in; /* by the parent's account */

static size_t size_of(unsigned number)
{
	unsigned x = number * 2654435761u;

	return sizeof number + (x >> 16) % (x % 8 == 0 ? LARGEST : 64);
}

static void put_number(unsigned number)
{
	static char data[sizeof number + LARGEST];
	tutti_bytes b = tutti_bytes_of(data, size_of(number));

	memset(data, (int)number, sizeof data);
	memcpy(data, &number, sizeof number);
	CHECK_EQ(tutti_queue_put(queue, &b), 0);
}

static void get_number(unsigned number)
{
	tutti_bytes b;
	unsigned got;

	CHECK_EQ(tutti_queue_get_until(queue, &b, past), 0);
	memcpy(&got, b.data, sizeof got);
	CHECK_EQ(got, number);
	CHECK_EQ(b.size, size_of(number));
	for (size_t i = sizeof got; i < b.size; i++)
		CHECK_EQ(((const char *)b.data)[i], (char)number);
	tutti_bytes_free(&b);
}

/* -- victims ---------------------------------------------------------------------------------- */

struct victim {
	uint64_t point;
	bool puts;
	unsigned number;
};

static void die_at_work(void *arg)
{
	const struct victim *v = arg;

	tu_crash_at(v->point);
	if (v->puts)
		put_number(v->number);
	else
		get_number(v->number);
	tu_crash_at(0);
}

/* true: it got to its end. */
static bool send_victim(struct victim *v)
{
	pid_t pid = process_start(die_at_work, v);
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	tu_family_died(pid);
	if (WIFSIGNALED(status))
		CHECK_EQ(WTERMSIG(status), SIGKILL);
	else
		CHECK_EQ(WEXITSTATUS(status), 0);
	return WIFEXITED(status);
}

/* Kill one after the other at it, until it is done; one may have done it just before its end. */
static void have_it_done(bool puts, unsigned number)
{
	size_t before = tutti_queue_size(queue);
	struct victim v = { .point = 1, .puts = puts, .number = number };

	for (;;) {
		bool ended = send_victim(&v);
		size_t after = tutti_queue_size(queue);

		CHECK(after == before || after == (puts ? before + 1 : before - 1));
		if (after != before)
			return;
		CHECK(!ended);
		v.point++;
	}
}

/* One who has moved the belt is killed later on, too. */
static void have_it_done_later(bool puts, unsigned number, uint64_t point)
{
	struct victim v = { .point = point, .puts = puts, .number = number };
	size_t before = tutti_queue_size(queue);

	send_victim(&v);
	if (tutti_queue_size(queue) != before)
		return;
	if (puts)
		put_number(number);
	else
		get_number(number);
}

static void step(bool puts, unsigned number)
{
	switch (drawn(12)) {
	case 0:
		have_it_done(puts, number);
		break;
	case 1:
		have_it_done_later(puts, number, (uint64_t)(4 + drawn(20)));
		break;
	default:
		if (puts)
			put_number(number);
		else
			get_number(number);
	}
}

static void each_item_once(uint64_t seed)
{
	tutti_queue_options o = { .flags = TUTTI_SHARED | TUTTI_BYTES };
	unsigned puts = 0, gets = 0;
	bool fills = true;

	random_state = seed;
	bytes_in = 0;
	CHECK_EQ(tutti_queue_create(&queue, sizeof(tutti_bytes), &o), 0);
	for (int i = 0; i < suite_rounds(STEPS) || gets < puts; i++) {
		if (puts == gets || bytes_in > MOST_IN)
			fills = puts == gets;
		if (i < suite_rounds(STEPS) && drawn(4) != (fills ? 0 : 1) &&
			(fills || drawn(2) == 0)) {
			bytes_in += (int)size_of(puts);
			step(true, puts++);
		} else if (gets < puts) {
			bytes_in -= (int)size_of(gets);
			step(false, gets++);
		}
	}
	CHECK_EQ(tutti_queue_get_until(queue, &(tutti_bytes){ 0 }, past), TUTTI_EEMPTY);
	CHECK_EQ(tutti_queue_size(queue), 0);
	CHECK_EQ(tutti_queue_unfinished(queue), puts);
	tutti_queue_free(queue);
}

static void puts_and_gets(void)
{
	for (uint64_t seed = 1; seed <= 4; seed++)
		each_item_once(seed);
}

/* -- the end ---------------------------------------------------------------------------------- */

static uint64_t point;

static void die_at_the_end(void *arg)
{
	tu_crash_at(point);
	CHECK_EQ(tutti_queue_task_done(queue), 0);
	CHECK_EQ(tutti_queue_shutdown(queue, *(bool *)arg), 0);
	tu_crash_at(0);
}

static void get_to_the_end(void *arg)
{
	int n, rc;

	(void)arg;
	while ((rc = tutti_queue_get(queue, &n)) == 0)
		;
	CHECK_EQ(rc, TUTTI_ESHUTDOWN);
}

/* Whenever it dies: somebody else can shut it, and all who wait are told. false: it lived. */
static bool shut_by_one_and_another(bool immediate)
{
	tutti_queue_options o = { .flags = TUTTI_SHARED };
	pid_t victim, getter;
	int status, n;

	CHECK_EQ(tutti_queue_create(&queue, sizeof(int), &o), 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(tutti_queue_put(queue, &i), 0);
	CHECK_EQ(tutti_queue_get(queue, &n), 0);
	getter = process_start(get_to_the_end, NULL);
	victim = process_start(die_at_the_end, &immediate);
	CHECK_EQ(waitpid(victim, &status, 0), victim);
	tu_family_died(victim);
	CHECK_EQ(tutti_queue_shutdown(queue, immediate), 0);
	process_join(getter);
	CHECK(tutti_queue_is_shutdown(queue));
	CHECK_EQ(tutti_queue_get(queue, &n), TUTTI_ESHUTDOWN);
	while (tutti_queue_task_done(queue) == 0)
		;
	CHECK_EQ(tutti_queue_join(queue), 0);
	tutti_queue_free(queue);
	return WIFSIGNALED(status);
}

static void shutdown_and_task_done(void)
{
	for (int immediate = 0; immediate < 2; immediate++)
		for (point = 1; shut_by_one_and_another(immediate); point++)
			;
}

int main(void)
{
	if (!tu_crash_can()) {
		printf("only a debug build can be stopped there\n");
		return 77;
	}
	processes_begin();
	RUN(puts_and_gets);
	RUN(shutdown_and_task_done);
	return suite_end();
}
