/* SPDX-License-Identifier: MIT */
/* rows: F93 */
/* ctest: POLLERS ON LABELS no-qemu */
/* Descriptors that tasks wait for, in a loop that lives inside a poll() of the test's own. */
#include <tutti/loop.h>

#include "support/descriptors.h"
#include "support/suite.h"

#include <poll.h>

static int own_fd;
static int alone; /* how many threads there are without the tests' */

static bool is_quiet(void)
{
	struct pollfd p = { .fd = own_fd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

static int poll_once(int ms)
{
	struct pollfd p = { .fd = own_fd, .events = POLLIN };
	int rc = poll(&p, 1, ms);

	CHECK(rc >= 0 || errno == EINTR);
	return rc > 0 ? tutti_loop_run_ready(NULL) : 0;
}

static void lend(void)
{
	own_fd = tutti_loop_fd(NULL);
	CHECK(own_fd >= 0);
	while (!is_quiet())
		poll_once(0);
}

static int readings;

static void *read_three(void *arg)
{
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(tutti_fd_wait(near_end, R, TUTTI_FOREVER), R);
		read_one(near_end);
		readings++;
	}
	return arg;
}

static void check_three_readings(tutti_task *task)
{
	CHECK(is_quiet());
	for (int i = 1; i <= 3; i++) {
		write_one(far_end);
		CHECK(!is_quiet());
		CHECK_EQ(readings, i - 1);
		CHECK(poll_once(0) > 0);
		CHECK_EQ(readings, i);
		CHECK(is_quiet());
	}
	CHECK(tutti_future_done(task));
	finish(task);
}

static void *bell_first(void *arg)
{
	tutti_task *task;

	lend();
	task = tutti_task_start(read_three, NULL, NULL);
	lend();
	check_three_readings(task);
	return arg;
}

static void *poller_first(void *arg)
{
	tutti_task *task = tutti_task_start(read_three, NULL, NULL);

	CHECK_EQ(tutti_fd_wait(near_end, R, tutti_after(1)), TUTTI_ETIMEDOUT);
	lend();
	check_three_readings(task);
	return arg;
}

static void makes_the_loops_descriptor_readable(void)
{
	tutti_fn const orders[] = { bell_first, poller_first };

	for (int i = 0; i < 2; i++) {
		readings = 0;
		open_pair();
		finish(tutti_thread_start(orders[i], NULL, NULL));
		close_both();
	}
}

/* Both sides wait in turn, and other things besides. */
static void *both_ends(void *arg)
{
	tutti_task *task;

	readings = 0;
	task = tutti_task_start(read_three, NULL, NULL);
	lend();
	write_one(far_end);
	CHECK_EQ(tutti_fd_wait(far_end, W, TUTTI_FOREVER), W); /* a call of ours in between */
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);       /* and one in which tasks run */
	CHECK_EQ(readings, 1);
	while (!is_quiet())
		poll_once(0);
	write_one(far_end);
	CHECK(poll_once(1000) > 0);
	CHECK_EQ(readings, 2);
	write_one(far_end);
	CHECK_EQ(finish(task), 0); /* runs the loop from here */
	CHECK_EQ(readings, 3);
	return arg;
}

static void other_calls_may_come_in_between(void)
{
	open_pair();
	finish(tutti_thread_start(both_ends, NULL, NULL));
	close_both();
}

static tutti_event set;

static void *set_it(void *arg)
{
	tutti_event_set(&set);
	return arg;
}

static void *wait_for_it(void *arg)
{
	CHECK_EQ(tutti_event_wait(&set), 0);
	return arg;
}

static void *wait_for_ever(void *arg)
{
	CHECK_EQ(tutti_fd_wait(near_end, R, TUTTI_FOREVER), TUTTI_ECANCELED);
	return arg;
}

/* Woken in the poller, then lent: a wake that is left over is read, and it is quiet again. */
static void *wakes_of_both_kinds(void *arg)
{
	tutti_task *reader;

	reader = tutti_task_start(wait_for_ever, NULL, NULL);
	for (int i = 0; i < suite_rounds(50); i++) {
		tutti_thread *thread;

		tutti_event_clear(&set);
		thread = tutti_thread_start(set_it, NULL, NULL);
		CHECK_EQ(tutti_event_wait(&set), 0);
		finish(thread);
		lend();
		tutti_event_clear(&set);
		tutti_task *task = tutti_task_start(wait_for_it, NULL, NULL);
		lend();
		thread = tutti_thread_start(set_it, NULL, NULL);
		while (!tutti_future_done(task))
			poll_once(1000);
		finish(task);
		finish(thread);
	}
	CHECK_EQ(tutti_future_cancel(reader), 1);
	CHECK_EQ(tutti_future_result(reader, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(reader);
	return arg;
}

static void no_wake_is_lost_or_left_over(void)
{
	open_pair();
	finish(tutti_thread_start(wakes_of_both_kinds, NULL, NULL));
	close_both();
}

static void *wait_for_oneself(void *arg)
{
	int rc = tutti_fd_wait(own_fd, R, tutti_after(TUTTI_MILLISECONDS(1)));

	CHECK_EQ(rc, -ELOOP);
	CHECK_EQ(tutti_fd_wait(near_end, R, tutti_after(1)), TUTTI_ETIMEDOUT);
	return arg;
}

static void *wait_in_a_circle(void *arg)
{
	tutti_task *task;

	lend();
	CHECK_EQ(tutti_fd_wait(near_end, R, tutti_after(1)), TUTTI_ETIMEDOUT);
	lend();
	task = tutti_task_start(wait_for_oneself, NULL, NULL);
	while (!is_quiet())
		poll_once(0);
	while (!tutti_future_done(task))
		poll_once(1000);
	finish(task);
	return arg;
}

static void a_loop_cannot_wait_for_itself(void)
{
	open_pair();
	finish(tutti_thread_start(wait_in_a_circle, NULL, NULL));
	close_both();
}

static void *wait_lent(void *arg)
{
	tutti_future_unref(tutti_task_start(wait_for_ever, NULL, NULL));
	lend();
	return arg;
}

static void ends_with_its_thread_although_lent(void)
{
	int before;

	open_pair();
	before = descriptors_of(alone);
	finish(tutti_thread_start(wait_lent, NULL, NULL));
	EVENTUALLY(leaks_descriptors() == before);
	close_both();
}

int main(void)
{
	suite_begin();
	alone = threads_alone();
	RUN(makes_the_loops_descriptor_readable);
	RUN(other_calls_may_come_in_between);
	RUN(no_wake_is_lost_or_left_over);
	RUN(a_loop_cannot_wait_for_itself);
	RUN(ends_with_its_thread_although_lent);
	return suite_end();
}
