/* SPDX-License-Identifier: MIT */
/* ctest: POLLERS ON LABELS no-tsan LABELS no-valgrind LABELS no-qemu */
/* What many tasks write at once, when one of them forks and where the kernel takes no more. */
#include "support/child.h"
#include "support/echoes.h"
#include "support/filter.h"

static pid_t child;

/* Others' writes are aside just then. */
static void *fork_now(void *arg)
{
	(void)arg;
	child = child_fork();
	if (child == 0) {
		tutti_future *f[2];

		for (int i = 0; i < 2; i++)
			f[i] = tutti_task_start(write_x, near[3 + i], NULL);
		join_all(f, 2);
		_exit(0);
	}
	return NULL;
}

static void each_is_made_once_in_spite_of_a_fork(void)
{
	tutti_future *f[4];
	char got[8];

	open_pairs(5);
	for (int i = 0; i < 3; i++)
		f[i] = tutti_task_start(write_x, near[i], NULL);
	f[3] = tutti_task_start(fork_now, NULL, NULL);
	join_all(f, 4);
	child_wait(child);
	for (int i = 0; i < 5; i++)
		CHECK_EQ(tutti_stream_read(far[i], got, sizeof got), 1);
	close_pairs();
}

static void *only_fork(void *arg)
{
	child = child_fork();
	return arg;
}

/* What a thread's own stack writes is written before a task of it can fork. */
static void a_thread_goes_on_in_the_child(void)
{
	tutti_future *f;
	char got[8];

	open_pairs(1);
	settle(); /* a look around is not due just now */
	f = tutti_task_start(only_fork, NULL, NULL);
	CHECK_EQ(tutti_stream_write(near[0], "x", 1), 0);
	finish(f);
	if (child == 0)
		_exit(0);
	child_wait(child);
	CHECK_EQ(tutti_stream_read(far[0], got, sizeof got), 1);
	close_pairs();
}

/* A filter that comes when rings are there already. */
static void forbidden_later_it_goes_on(void)
{
	child = child_fork();
	if (child == 0) {
		each_gets_its_own_answer();
		filter_refuse(SYS_io_uring_enter, EPERM);
		each_gets_its_own_answer();
		each_hears_of_its_own_failure();
		_exit(0);
	}
	child_wait(child);
}

static void *everything(void *arg)
{
	RUN(a_thread_goes_on_in_the_child); /* first: a fork is a long turn */
	RUN(each_is_made_once_in_spite_of_a_fork);
	RUN(forbidden_later_it_goes_on);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
