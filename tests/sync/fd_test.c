/* SPDX-License-Identifier: MIT */
/* rows: F93 */
/* ctest: POLLERS ON LABELS no-qemu */
/* Waiting for descriptors: what makes them ready, and for whom. */
#include <tutti/fd.h>

#include "support/descriptors.h"
#include "support/suite.h"

#include <sys/resource.h>

enum { MANY = 1000 };

static const tutti_time past = 0;

/* -- what is ready ----------------------------------------------------------------------------- */

static void only_looks_when_the_deadline_has_passed(void)
{
	open_pair();
	CHECK_EQ(tutti_fd_wait(near_end, R, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_fd_wait(near_end, W, past), W);
	CHECK_EQ(tutti_fd_wait(near_end, R | W, past), W);
	write_one(far_end);
	CHECK_EQ(tutti_fd_wait(near_end, R, past), R);
	CHECK_EQ(tutti_fd_wait(near_end, R | W, past), R | W);
	read_one(near_end);
	CHECK_EQ(tutti_fd_wait(near_end, R, past), TUTTI_ETIMEDOUT);
	fill(near_end);
	CHECK_EQ(tutti_fd_wait(near_end, W, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_fd_wait(near_end, R | W, past), TUTTI_ETIMEDOUT);
	close_both();
}

static void is_ready_at_once_for_who_comes_late(void)
{
	open_pair();
	write_one(far_end);
	CHECK_EQ(tutti_fd_wait(near_end, R, TUTTI_FOREVER), R);
	CHECK_EQ(tutti_fd_wait(near_end, R, TUTTI_FOREVER), R); /* it was not used up */
	CHECK_EQ(tutti_fd_wait(near_end, R | W, TUTTI_FOREVER), R | W);
	close_both();
}

static void what_cannot_be_waited_for_is_always_ready(void)
{
	const char *paths[] = { "/dev/null", "/dev/zero", "/proc/self/exe", "/" };

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		int fd = open(paths[i], O_RDONLY | O_CLOEXEC);

		CHECK(fd >= 0);
		CHECK_EQ(tutti_fd_wait(fd, R, TUTTI_FOREVER), R);
		CHECK_EQ(tutti_fd_wait(fd, R | W, past), R | W);
		CHECK_EQ(close(fd), 0);
	}
}

static void misuse_is_said(void)
{
	open_pipe();
	CHECK_EQ(tutti_fd_wait(-1, R, TUTTI_FOREVER), -EBADF);
	CHECK_EQ(tutti_fd_wait(near_end, 0, TUTTI_FOREVER), -EINVAL);
	CHECK_EQ(tutti_fd_wait(near_end, 4, TUTTI_FOREVER), -EINVAL);
	CHECK_EQ(tutti_fd_wait(near_end, R | 8, past), -EINVAL);
	close_both();
	CHECK_EQ(tutti_fd_wait(near_end, R, TUTTI_FOREVER), -EBADF);
	CHECK_EQ(tutti_fd_wait(near_end, R, past), -EBADF);
	tutti_fd_closing(-1);
	tutti_fd_closing(near_end);
}

/* -- both ways --------------------------------------------------------------------------------- */

static void becomes_readable(enum mix mix)
{
	void (*const opens[])(void) = { open_pipe, open_pair };
	struct waiter w;

	for (int i = 0; i < 2; i++) {
		opens[i]();
		for (int again = 0; again < 3; again++) {
			begin_wait(&w, mix, near_end, R);
			write_one(far_end);
			check_end_of(&w, R);
			read_one(near_end);
		}
		close_both();
	}
}

static void becomes_writable(enum mix mix)
{
	struct waiter w;

	open_pair();
	for (int again = 0; again < 3; again++) {
		fill(near_end);
		begin_wait(&w, mix, near_end, W);
		empty(far_end);
		check_end_of(&w, W);
	}
	close_both();
	open_pipe();
	fill(far_end);
	begin_wait(&w, mix, far_end, W);
	empty(near_end);
	check_end_of(&w, W);
	close_both();
}

static void asked_for_both_says_which(enum mix mix)
{
	struct waiter w;

	open_pair();
	fill(near_end);
	begin_wait(&w, mix, near_end, R | W);
	write_one(far_end);
	check_end_of(&w, R);
	read_one(near_end);
	begin_wait(&w, mix, near_end, R | W);
	empty(far_end);
	check_end_of(&w, W);
	close_both();
}

static void a_hang_up_is_an_answer(enum mix mix)
{
	struct waiter w;

	open_pipe();
	begin_wait(&w, mix, near_end, R);
	CHECK_EQ(close(far_end), 0);
	check_end_of(&w, R);
	CHECK_EQ(tutti_fd_wait(near_end, R, past), R);
	CHECK_EQ(close(near_end), 0);

	open_pipe(); /* nobody will ever read */
	fill(far_end);
	begin_wait(&w, mix, far_end, W);
	CHECK_EQ(close(near_end), 0);
	check_end_of(&w, W);
	CHECK_EQ(close(far_end), 0);

	open_pair();
	begin_wait(&w, mix, near_end, R);
	CHECK_EQ(shutdown(far_end, SHUT_WR), 0);
	check_end_of(&w, R);
	close_both();
}

/* -- several waiters --------------------------------------------------------------------------- */

static void everybody_is_told(enum mix mix)
{
	struct waiter w[4];

	open_pipe();
	for (int i = 0; i < 4; i++)
		begin_wait(&w[i], i % 2 ? TASKS : mix, near_end, R);
	write_one(far_end);
	for (int i = 0; i < 4; i++)
		check_end_of(&w[i], R);
	close_both();
}

/* Of two with different interests each gets its own, whichever comes first. */
static void each_gets_what_it_asked_for(enum mix mix)
{
	for (int order = 0; order < 4; order++) {
		unsigned first = order % 2 ? R : W;
		struct waiter w[2];

		open_pair();
		fill(near_end);
		begin_wait(&w[0], mix, near_end, first);
		begin_wait(&w[1], mix, near_end, (R | W) ^ first);
		bool read_first = order / 2;

		for (int step = 0; step < 2; step++) {
			bool reading = read_first == (step == 0);

			if (reading)
				write_one(far_end);
			else
				empty(far_end);
			check_end_of(&w[first == (reading ? R : W) ? 0 : 1], reading ? R : W);
			if (step == 0 && mix == TASKS)
				CHECK(!tutti_future_done(
					w[first == (reading ? R : W) ? 1 : 0].future));
		}
		close_both();
	}
}

/* One gives up: the other still hears. */
static void the_others_still_hear(enum mix mix)
{
	for (int which = 0; which < 2; which++) {
		struct waiter w[2];

		open_pipe();
		begin_wait(&w[0], mix, near_end, R);
		begin_wait(&w[1], mix, near_end, R);
		CHECK_EQ(tutti_future_cancel(w[which].future), 1);
		check_end_of(&w[1 - which], (write_one(far_end), R));
		tutti_future_result(w[which].future, NULL, 0);
		tutti_future_unref(w[which].future);
		close_both();
	}
}

static void a_dup_is_another_and_the_same(enum mix mix)
{
	struct waiter w[2];
	int second;

	open_pipe();
	second = dup(near_end);
	CHECK(second >= 0);
	begin_wait(&w[0], mix, near_end, R);
	begin_wait(&w[1], mix, second, R);
	write_one(far_end);
	check_end_of(&w[0], R);
	check_end_of(&w[1], R);
	read_one(second);
	begin_wait(&w[0], mix, near_end, R);
	CHECK_EQ(close(second), 0);
	write_one(far_end);
	check_end_of(&w[0], R);
	close_both();
}

static void *echo(void *arg)
{
	int *pair = arg;
	char c;

	for (int i = 0; i < 3; i++) {
		CHECK_EQ(tutti_fd_wait(pair[0], R, TUTTI_FOREVER), R);
		CHECK_EQ(read(pair[0], &c, 1), 1);
		CHECK_EQ(tutti_fd_wait(pair[0], W, TUTTI_FOREVER), W);
		CHECK_EQ(write(pair[0], &c, 1), 1);
	}
	return NULL;
}

/* Each with its own, all in one loop; an answer for each question. */
static void many_at_once(void)
{
	static int pair[MANY][2];
	static tutti_future *f[MANY];
	struct rlimit had, room;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &had), 0);
	room = had;
	room.rlim_cur = had.rlim_max;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &room), 0);
	for (int i = 0; i < MANY; i++) {
		CHECK_EQ(
			socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair[i]),
			0);
		f[i] = tutti_task_start(echo, pair[i], NULL);
	}
	settle();
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < MANY; i++)
			write_one(pair[i * 7 % MANY][1]);
		for (int i = 0; i < MANY; i++) {
			CHECK_EQ(tutti_fd_wait(pair[i][1], R, TUTTI_FOREVER), R);
			read_one(pair[i][1]);
		}
	}
	join_all(f, MANY);
	for (int i = 0; i < MANY; i++) {
		CHECK_EQ(close(pair[i][0]), 0);
		CHECK_EQ(close(pair[i][1]), 0);
	}
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &had), 0);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(only_looks_when_the_deadline_has_passed);
	RUN(is_ready_at_once_for_who_comes_late);
	RUN(what_cannot_be_waited_for_is_always_ready);
	RUN(misuse_is_said);
	RUN_MIXES(becomes_readable);
	RUN_MIXES(becomes_writable);
	RUN_MIXES(asked_for_both_says_which);
	RUN_MIXES(a_hang_up_is_an_answer);
	RUN_MIXES(everybody_is_told);
	RUN_MIXES(each_gets_what_it_asked_for);
	RUN_MIXES(the_others_still_hear);
	RUN_MIXES(a_dup_is_another_and_the_same);
	RUN(many_at_once);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
