/* SPDX-License-Identifier: MIT */
/* rows: F36 */
/*
 * A process is stopped before each store that a put or a get makes, and does not go on: deadlines
 * and cancels of the others count all the same, and nothing is lost when it goes on or is killed.
 */
#include <tutti/shared_queue.h>

#include "support/children.h"

static tutti_queue *queue;

static const int from_victim = 1, from_us = 2, from_before = 3;

enum { SOON_MS = 5, LATE_MS = 60000 };

/* -- victims ---------------------------------------------------------------------------------- */

struct victim {
	uint64_t point;
	bool puts;
};

static void stop_at_work(void *arg)
{
	const struct victim *v = arg;
	int item;

	tu_crash_stop_at(v->point);
	if (v->puts)
		CHECK_EQ(tutti_queue_put(queue, &from_victim), 0);
	else
		CHECK_EQ(tutti_queue_get(queue, &item), 0);
	tu_crash_at(0);
}

/* 0: it did not stop. */
static pid_t stopped(struct victim *v)
{
	pid_t pid = process_start(stop_at_work, v);
	int status;

	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	if (WIFSTOPPED(status))
		return pid;
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	tu_family_died(pid);
	return 0;
}

static void let_go_on(pid_t pid)
{
	CHECK_EQ(kill(pid, SIGCONT), 0);
	process_join(pid);
}

static void begin(void)
{
	CHECK_EQ(tutti_queue_create(
			 &queue, sizeof(int), &(tutti_queue_options){ .flags = TUTTI_SHARED }),
		0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(tutti_queue_put(queue, &from_before), 0);
}

/* -- what others do meanwhile ----------------------------------------------------------------- */

static int puts_done, gets_done;

/* true: it was held up, for so long. */
static bool is_held_up(bool put, int ms)
{
	tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(ms));
	int item = 0, rc;

	rc = put ? tutti_queue_put_until(queue, &from_us, deadline)
		 : tutti_queue_get_until(queue, &item, deadline);
	CHECK(rc == 0 || rc == TUTTI_ETIMEDOUT);
	if (rc == 0)
		++*(put ? &puts_done : &gets_done);
	return rc < 0;
}

static void *put_for_ever(void *arg)
{
	(void)arg;
	return give(tutti_queue_put(queue, &from_us));
}

static void *get_for_ever(void *arg)
{
	(void)arg;
	int item;

	return give(tutti_queue_get(queue, &item));
}

static void a_cancel_counts(bool put)
{
	for (int mix = THREADS; mix <= TASKS; mix++) {
		tutti_future *f = start_as((enum mix)mix, put ? put_for_ever : get_for_ever, NULL);

		settle();
		tutti_future_cancel(f);
		check_canceled(f);
	}
}

static size_t drain(void)
{
	size_t n = 0;
	int item, rc;

	while ((rc = tutti_queue_get_until(queue, &item, 0)) == 0)
		n++;
	CHECK_EQ(rc, TUTTI_EEMPTY);
	return n;
}

/* The same for a victim that goes on and for one that is killed. false: it did not stop. */
static bool one_stops(uint64_t point, bool puts, bool dies, bool *held)
{
	struct victim v = { point, puts };
	size_t all = 3, left;
	pid_t pid;

	begin();
	puts_done = gets_done = 0;
	pid = stopped(&v);
	if (pid == 0) {
		tutti_queue_free(queue);
		return false;
	}
	*held = is_held_up(puts, SOON_MS);
	if (*held && !dies && point < 4)
		a_cancel_counts(puts);
	CHECK(!is_held_up(!puts, LATE_MS)); /* the other end goes on */
	if (dies)
		process_kill(pid);
	else
		let_go_on(pid);
	CHECK(!is_held_up(puts, LATE_MS));
	left = drain();
	all = all + (size_t)puts_done - (size_t)gets_done;
	if (!dies)
		CHECK_EQ(left, puts ? all + 1 : all - 1);
	else
		CHECK(left == all || left == (puts ? all + 1 : all - 1));
	tutti_queue_free(queue);
	return true;
}

static void stops_everywhere(bool puts, bool dies)
{
	int held_up = 0;
	bool held;

	for (uint64_t k = 1; one_stops(k, puts, dies, &held); k++)
		held_up += held;
	CHECK(held_up > 0);
}

static void a_putter_goes_on(void)
{
	stops_everywhere(true, false);
}

static void a_putter_is_killed(void)
{
	stops_everywhere(true, true);
}

static void a_getter_goes_on(void)
{
	stops_everywhere(false, false);
}

static void a_getter_is_killed(void)
{
	stops_everywhere(false, true);
}

/* Who waits long is there when the other goes on, in spite of his deadline. */
static void *put_until_late(void *arg)
{
	(void)arg;
	return give(
		tutti_queue_put_until(queue, &from_us, tutti_after(TUTTI_MILLISECONDS(LATE_MS))));
}

static void a_wait_goes_on_with_it(enum mix mix)
{
	struct victim v = { 2, true };
	tutti_future *f;
	pid_t pid;

	begin();
	pid = stopped(&v);
	CHECK(pid > 0);
	f = start_as(mix, put_until_late, NULL);
	settle();
	let_go_on(pid);
	CHECK_EQ(finish(f), 0);
	CHECK_EQ(drain(), 5);
	tutti_queue_free(queue);
}

int main(void)
{
	if (!tu_crash_can()) {
		printf("only a debug build can be stopped there\n");
		return 77;
	}
	processes_begin();
	RUN(a_putter_goes_on);
	RUN(a_putter_is_killed);
	RUN(a_getter_goes_on);
	RUN(a_getter_is_killed);
	RUN_MIXES(a_wait_goes_on_with_it);
	return suite_end();
}
