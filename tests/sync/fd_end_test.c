/* SPDX-License-Identifier: MIT */
/* rows: F93 */
/* ctest: POLLERS ON VIRTUAL ON LABELS no-qemu */
/* Waiting for descriptors: what else ends the wait, and what goes on meanwhile. */
#include <tutti/fd.h>

#include "support/descriptors.h"
#include "support/suite.h"

#include <sys/resource.h>

static const tutti_time past = 0;

static int alone; /* how many threads there are without the tests' */

/* -- deadline and cancel ----------------------------------------------------------------------- */

static void *wait_a_while(void *arg)
{
	tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(3));

	CHECK_EQ(tutti_fd_wait(near_end, R, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	return arg;
}

static void the_deadline_ends_it(enum mix mix)
{
	open_pipe();
	finish(start_as(mix, wait_a_while, NULL));
	finish(start_as(mix, wait_a_while, NULL));
	write_one(far_end);
	CHECK_EQ(tutti_fd_wait(near_end, R, past), R);
	close_both();
}

static void a_cancel_ends_it(enum mix mix)
{
	struct waiter w;

	open_pipe();
	for (int again = 0; again < 2; again++) {
		begin_wait(&w, mix, near_end, R);
		CHECK_EQ(tutti_future_cancel(w.future), 1);
		CHECK_EQ(tutti_future_result(w.future, NULL, 0), TUTTI_EJOBCANCELED);
		tutti_future_unref(w.future);
	}
	begin_wait(&w, mix, near_end, R);
	write_one(far_end);
	check_end_of(&w, R);
	close_both();
}

static void a_cancel_comes_before_what_is_ready(void)
{
	tutti_scope scope;

	open_pipe();
	write_one(far_end);
	tutti_timeout_begin(&scope, past);
	CHECK_EQ(tutti_fd_wait(near_end, R, TUTTI_FOREVER), TUTTI_ECANCELED);
	CHECK_EQ(tutti_timeout_end(&scope, TUTTI_ECANCELED), TUTTI_ETIMEDOUT);
	read_one(near_end);
	tutti_timeout_begin(&scope, tutti_after(TUTTI_MILLISECONDS(2)));
	CHECK_EQ(tutti_fd_wait(near_end, R, TUTTI_FOREVER), TUTTI_ECANCELED);
	CHECK_EQ(tutti_timeout_end(&scope, TUTTI_ECANCELED), TUTTI_ETIMEDOUT);
	close_both();
}

/* -- closing ----------------------------------------------------------------------------------- */

static void who_waits_is_told_of_the_end(enum mix mix)
{
	struct waiter w[3];

	open_pipe();
	for (int i = 0; i < 3; i++)
		begin_wait(&w[i], mix, near_end, R);
	if (mix == TASKS) {
		tutti_fd_closing(near_end);
		close_both();
	} else {
		/* A thread may only be about to wait: it finds it closed, or is told again. */
		while (!tutti_future_done(w[0].future) || !tutti_future_done(w[1].future) ||
			!tutti_future_done(w[2].future)) {
			tutti_fd_closing(near_end);
			CHECK_EQ(tutti_yield(), 0);
		}
		close_both();
	}
	for (int i = 0; i < 3; i++)
		check_end_of(&w[i], -EBADF);
}

/* Nobody was told: the wait ends only as it does anyway, and the next one is right. */
static void who_is_not_told_waits_on(void)
{
	struct waiter w;
	int other, number;

	open_pipe();
	number = near_end;
	other = dup(near_end); /* so that the kernel does not forget it either */
	begin_wait(&w, TASKS, near_end, R);
	CHECK_EQ(close(near_end), 0);
	settle();
	CHECK(!tutti_future_done(w.future));
	CHECK_EQ(tutti_future_cancel(w.future), 1);
	CHECK_EQ(tutti_future_result(w.future, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(w.future);
	CHECK_EQ(tutti_fd_wait(number, R, past), -EBADF);
	near_end = other;
	close_both();

	open_pipe();
	CHECK_EQ(near_end, number); /* another file by that number */
	begin_wait(&w, TASKS, near_end, R);
	CHECK_EQ(tutti_fd_wait(near_end, R, tutti_after(TUTTI_MILLISECONDS(1))), TUTTI_ETIMEDOUT);
	CHECK(!tutti_future_done(w.future));
	write_one(far_end);
	check_end_of(&w, R);
	close_both();
}

static void a_number_used_again_is_another_file(enum mix mix)
{
	struct waiter w;

	for (int i = 0; i < 20; i++) {
		int other;

		open_pair();
		other = i % 2 ? dup(near_end) : -1;
		begin_wait(&w, mix, near_end, R);
		write_one(far_end);
		check_end_of(&w, R);
		CHECK_EQ(tutti_fd_wait(far_end, R, past), TUTTI_ETIMEDOUT);
		close_both();
		if (other >= 0)
			CHECK_EQ(close(other), 0);
	}
}

/* -- beside other work ------------------------------------------------------------------------- */

static void *yield_until(void *flag)
{
	while (!tu_load_acq((bool *)flag))
		CHECK_EQ(tutti_yield(), 0);
	return NULL;
}

static void *wait_and_say(void *flag)
{
	CHECK_EQ(tutti_fd_wait(near_end, R, TUTTI_FOREVER), R);
	tu_store_rel((bool *)flag, true);
	return NULL;
}

/* Tasks that are always ready do not keep a descriptor waiting. */
static void is_heard_of_beside_tasks_that_yield(void)
{
	bool said = false;
	tutti_future *f[4];

	open_pipe();
	f[0] = tutti_task_start(wait_and_say, &said, NULL);
	settle();
	for (int i = 1; i < 4; i++)
		f[i] = tutti_task_start(yield_until, &said, NULL);
	write_one(far_end);
	join_all(f, 4);
	close_both();
}

static void *sleep_and_write(void *arg)
{
	for (int i = 0; i < 5; i++)
		CHECK_EQ(tutti_sleep(300000), 0);
	write_one(far_end);
	return arg;
}

/* The thread blocks, its tasks and their timers go on. */
static void tasks_run_while_their_thread_waits(void)
{
	tutti_task *task;

	open_pipe();
	task = tutti_task_start(sleep_and_write, NULL, NULL);
	CHECK_EQ(tutti_fd_wait(near_end, R, TUTTI_FOREVER), R);
	finish(task);
	close_both();
}

struct ball {
	tutti_event there, back;
};

static void *play(void *arg)
{
	struct ball *ball = arg;

	for (int i = 0; i < suite_rounds(200); i++) {
		CHECK_EQ(tutti_event_wait(&ball->there), 0);
		tutti_event_clear(&ball->there);
		tutti_event_set(&ball->back);
	}
	return NULL;
}

/* The loop sleeps in its poller: what other threads have for its tasks wakes it there. */
static void other_threads_wake_it_all_the_same(void)
{
	struct ball ball = { 0 };
	tutti_thread *thread = tutti_thread_start(play, &ball, NULL);
	struct waiter w;

	open_pipe();
	begin_wait(&w, TASKS, near_end, R);
	for (int i = 0; i < suite_rounds(200); i++) {
		tutti_event_set(&ball.there);
		CHECK_EQ(tutti_event_wait(&ball.back), 0);
		tutti_event_clear(&ball.back);
	}
	finish(thread);
	CHECK(!tutti_future_done(w.future));
	write_one(far_end);
	check_end_of(&w, R);
	close_both();
}

/* -- the poller's own ends --------------------------------------------------------------------- */

/* With the first wait; on a busy machine a deadline may be past before it has begun. */
static void open_poller(int before)
{
	for (tutti_time d = TUTTI_MILLISECONDS(1); leaks_descriptors() == before; d *= 2)
		CHECK_EQ(tutti_fd_wait(near_end, R, tutti_after(d)), TUTTI_ETIMEDOUT);
}

static void *use_and_count(void *arg)
{
	int before = descriptors_of(alone + 1);

	CHECK_EQ(tutti_sleep(1), 0);
	CHECK_EQ(tutti_fd_wait(near_end, R, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(leaks_descriptors(), before); /* it has only looked */
	open_poller(before);
	CHECK_EQ(leaks_descriptors(), before + 2);
	wait_a_while(NULL);
	CHECK_EQ(leaks_descriptors(), before + 2);
	CHECK_EQ(tutti_loop_close(NULL), 0);
	CHECK_EQ(leaks_descriptors(), before);
	wait_a_while(NULL);
	return arg;
}

static void ends_with_the_thread_or_its_loop(void)
{
	int before;

	open_pipe();
	before = descriptors_of(alone);
	for (int i = 0; i < 3; i++)
		finish(tutti_thread_start(use_and_count, NULL, NULL));
	EVENTUALLY(leaks_descriptors() == before);
	close_both();
}

static void *wait_without_room(void *arg)
{
	struct rlimit had, none;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &had), 0);
	none = had;
	none.rlim_cur = 1; /* more are open, and stay so */
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
	CHECK_EQ(tutti_fd_wait(near_end, R, TUTTI_FOREVER), -EMFILE);
	CHECK_EQ(tutti_fd_wait(near_end, R, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &had), 0);
	wait_a_while(NULL);
	return arg;
}

static void no_room_for_the_poller_is_said(void)
{
	open_pipe();
	finish(tutti_thread_start(wait_without_room, NULL, NULL));
	close_both();
}

static void *leave_waiting(void *arg)
{
	tutti_future_unref(tutti_task_start(wait_for_fd, arg, NULL));
	settle();
	return NULL;
}

/* The thread ends and with it its tasks, also those that wait. */
static void a_waiting_task_ends_with_its_thread(void)
{
	struct waiter w;

	open_pipe();
	w = (struct waiter){ .fd = near_end, .events = R, .deadline = TUTTI_FOREVER };
	finish(tutti_thread_start(leave_waiting, &w, NULL));
	close_both();
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	alone = threads_alone();
	RUN_MIXES(the_deadline_ends_it);
	RUN_MIXES(a_cancel_ends_it);
	RUN(a_cancel_comes_before_what_is_ready);
	RUN_MIXES(who_waits_is_told_of_the_end);
	RUN(who_is_not_told_waits_on);
	RUN_MIXES(a_number_used_again_is_another_file);
	RUN(is_heard_of_beside_tasks_that_yield);
	RUN(tasks_run_while_their_thread_waits);
	RUN(other_threads_wake_it_all_the_same);
	RUN(ends_with_the_thread_or_its_loop);
	RUN(no_room_for_the_poller_is_said);
	RUN(a_waiting_task_ends_with_its_thread);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
