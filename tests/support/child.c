/* SPDX-License-Identifier: MIT */
/* child.c - see child.h. */
#include "support/child.h"

#include "support/suite.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

static void *nothing(void *arg)
{
	return arg;
}

static void *add_one(void *arg)
{
	static tutti_lock own;

	CHECK_EQ(tutti_yield(), 0);
	TUTTI_HOLD(&own);
	++*(int *)arg;
	return NULL;
}

void child_uses_everything(void)
{
	tutti_future *f[8];
	tutti_queue *own;
	int count = 0, item = 5;

	CHECK_EQ(tutti_thread_active_count(), 1);
	CHECK(tutti_thread_is_alive(NULL));
	CHECK_EQ(tutti_thread_native_id(NULL), getpid());
	start_all(MIXED, f, 8, add_one, &count);
	join_all(f, 8);
	start_all(APART, f, 8, add_one, &count);
	join_all(f, 8);
	CHECK_EQ(count, 16);
	CHECK_EQ(tutti_queue_create(&own, sizeof(int), NULL), 0);
	CHECK_EQ(tutti_queue_put(own, &item), 0);
	CHECK_EQ(tutti_queue_get(own, &item), 0);
	tutti_queue_free(own);
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(0.1)), 0);
	CHECK_EQ(tutti_call_blocking(nothing, NULL, NULL), 0);
	finish(tutti_timer_start(1, nothing, NULL));
	CHECK_EQ(tutti_thread_active_count(), 1);
}

void child_wait(pid_t pid)
{
	int status;

	CHECK(pid > 0);
	for (int ms = 0; waitpid(pid, &status, WNOHANG) == 0; ms++) {
		CHECK_EQ(usleep(1000), 0);
		if (ms == (int)suite_limit() * 500)
			kill(pid, SIGKILL); /* not an alarm of its own: threads block signals */
	}
	if (WIFSIGNALED(status))
		fprintf(stderr, "the child: signal %d\n", WTERMSIG(status));
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 0);
}

pid_t child_fork(void)
{
	fflush(stdout);
	pid_t pid = fork();

	if (pid == 0)
		alarm(suite_limit() / 2);
	return pid;
}
