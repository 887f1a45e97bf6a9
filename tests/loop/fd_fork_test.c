/* SPDX-License-Identifier: MIT */
/* ctest: POLLERS ON LABELS no-tsan LABELS no-valgrind LABELS no-qemu */
/* Waiting for descriptors with a fork in between: the child has a poller of its own. */
#include <tutti/select.h>
#include <tutti/stream.h>

#include "support/child.h"
#include "support/descriptors.h"
#include "support/suite.h"

static pid_t child;
static int alone; /* how many threads there are without the tests' */

static void both_are_well(void)
{
	if (child == 0) {
		child_uses_everything();
		exit(0);
	}
	child_wait(child);
}

static void *wait_readable(void *arg)
{
	return give(tutti_fd_wait(near_end, R, arg ? tutti_after(1) : TUTTI_FOREVER));
}

static void hears_of_descriptors_of_its_own(void)
{
	int was[2] = { near_end, far_end };
	tutti_task *task;

	open_pair();
	task = tutti_task_start(wait_readable, NULL, NULL);
	settle();
	write_one(far_end);
	CHECK_EQ(finish(task), R);
	close_both();
	near_end = was[0];
	far_end = was[1];
}

/* The parent's task goes on there; the child has none, and its loop is quiet. */
static void *fork_beside_a_waiting_task(void *arg)
{
	int before = descriptors_of(alone + 1);
	tutti_task *task = tutti_task_start(wait_readable, NULL, NULL);

	settle();
	CHECK_EQ(leaks_descriptors(), before + 2);
	child = child_fork();
	if (child == 0) {
		CHECK_EQ(leaks_descriptors(), before);
		hears_of_descriptors_of_its_own();
		CHECK_EQ(tutti_fd_wait(near_end, R, tutti_after(1)), TUTTI_ETIMEDOUT);
		both_are_well();
	}
	both_are_well(); /* what the child did is nothing to us */
	CHECK(!tutti_future_done(task));
	hears_of_descriptors_of_its_own();
	write_one(far_end);
	CHECK_EQ(finish(task), R);
	return arg;
}

/* -- a task forks while its thread waits ------------------------------------------------------- */

static bool polls_meanwhile;

static void *fork_and_write(void *arg)
{
	settle();
	child = child_fork();
	if (child != 0)
		child_wait(child); /* so that each has one byte to read */
	if (polls_meanwhile)
		hears_of_descriptors_of_its_own();
	write_one(far_end);
	return arg;
}

/* The thread's own wait goes on in both. */
static void *wait_while_a_task_forks(void *arg)
{
	tutti_task *task = tutti_task_start(fork_and_write, NULL, NULL);

	CHECK_EQ(tutti_fd_wait(near_end, R, TUTTI_FOREVER), R);
	read_one(near_end);
	CHECK_EQ(tutti_fd_wait(near_end, R, tutti_after(1)), TUTTI_ETIMEDOUT);
	if (child == 0)
		both_are_well();
	finish(task);
	return arg;
}

static void *select_while_a_task_forks(void *arg)
{
	tutti_task *task = tutti_task_start(fork_and_write, NULL, NULL);
	tutti_event never = { 0 };
	tutti_case c[] = { tutti_case_event(&never), tutti_case_fd(near_end, R) };

	CHECK_EQ(tutti_select(c, 2, TUTTI_FOREVER), 1);
	CHECK_EQ(c[1].code, R);
	read_one(near_end);
	CHECK_EQ(tutti_select(c, 2, tutti_after(1)), TUTTI_ETIMEDOUT);
	if (child == 0)
		both_are_well();
	finish(task);
	return arg;
}

/* -- streams ----------------------------------------------------------------------------------- */

static void *read_one_of(void *s)
{
	char c;

	return give(tutti_stream_read(s, &c, 1));
}

static void *write_much(void *s)
{
	static const char much[1 << 20];

	return give(tutti_stream_write(s, much, sizeof much));
}

static void *read_much(void *s)
{
	static char block[1 << 16];

	for (size_t left = 1 << 20; left > 0;) {
		ssize_t n = tutti_stream_read(s, block, sizeof block);

		CHECK(n > 0);
		left -= (size_t)n;
	}
	return NULL;
}

/* Whoever read and wrote there is not here; there it goes on. */
static void *fork_beside_a_streams_tasks(void *arg)
{
	tutti_task *reader, *writer;
	tutti_stream *s, *other;
	char c;

	CHECK_EQ(tutti_stream_open(&s, near_end), 0);
	CHECK_EQ(tutti_stream_open(&other, far_end), 0);
	reader = tutti_task_start(read_one_of, s, NULL);
	writer = tutti_task_start(write_much, s, NULL);
	settle();
	child = child_fork();
	if (child == 0) {
		CHECK_EQ(tutti_stream_read_until(s, &c, 1, 1), TUTTI_ETIMEDOUT);
		CHECK_EQ(tutti_stream_write_until(s, "x", 1, 1), TUTTI_ETIMEDOUT);
		CHECK_EQ(tutti_stream_read_until(s, &c, 1, 1), TUTTI_ETIMEDOUT);
		both_are_well();
	}
	child_wait(child);
	CHECK_EQ(tutti_stream_read_until(s, &c, 1, 1), -EBUSY);
	CHECK_EQ(tutti_stream_write_until(s, "x", 1, 1), -EBUSY);
	finish(tutti_task_start(read_much, other, NULL));
	CHECK_EQ(tutti_stream_write(other, "x", 1), 0);
	CHECK_EQ(finish(reader), 1);
	CHECK_EQ(finish(writer), 0);
	near_end = dup(near_end); /* for on_a_thread to close */
	far_end = dup(far_end);
	tutti_stream_free(s);
	tutti_stream_free(other);
	return arg;
}

static void on_a_thread(tutti_fn fn)
{
	int before;

	open_pair();
	before = descriptors_of(alone);
	finish(tutti_thread_start(fn, NULL, NULL));
	EVENTUALLY(leaks_descriptors() == before);
	close_both();
}

static void goes_on_in_the_parent(void)
{
	on_a_thread(fork_beside_a_waiting_task);
}

static void the_threads_own_wait_goes_on_in_both(void)
{
	for (int i = 0; i < 2; i++) {
		polls_meanwhile = i;
		on_a_thread(wait_while_a_task_forks);
		on_a_thread(select_while_a_task_forks);
	}
}

static void a_streams_sides_are_free_in_the_child(void)
{
	on_a_thread(fork_beside_a_streams_tasks);
}

int main(void)
{
	suite_begin();
	alone = threads_alone();
	RUN(goes_on_in_the_parent);
	RUN(the_threads_own_wait_goes_on_in_both);
	RUN(a_streams_sides_are_free_in_the_child);
	return suite_end();
}
