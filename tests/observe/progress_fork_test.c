/* SPDX-License-Identifier: MIT */
/* rows: F150 */
/* ctest: LABELS no-tsan LABELS no-asan LABELS no-valgrind LABELS no-qemu */
/* no-tsan, no-asan, no-valgrind: as in exec/fork_test.c; and beside TSan's thread none forks. */
/* progress_fork_test.c - what forked children count, and that their parent alone draws it. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <tutti/process.h>
#include <tutti/tutti.h>
#include <unistd.h>

#include "support/suite.h"

enum { CHILDREN = 4, COUNTS = 1000 };
static tutti_progress *seen_by_all;

static void count_and_leave(tutti_progress *p)
{
	for (int i = 0; i < COUNTS; i++)
		tutti_progress_add(p, 1);
	tutti_progress_free(p); /* its copy alone */
	_exit(0);
}

static void wait_for_child(pid_t child)
{
	int status;

	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void is_counted_on_by_children(void)
{
	tutti_progress *p = tutti_progress_create("files", CHILDREN * COUNTS);
	pid_t children[CHILDREN];

	tutti_progress_add(p, 1);
	for (int i = 0; i < CHILDREN; i++) {
		children[i] = fork();
		CHECK(children[i] >= 0);
		if (children[i] == 0)
			count_and_leave(p);
	}
	for (int i = 0; i < CHILDREN; i++)
		wait_for_child(children[i]);
	CHECK_EQ(tutti_progress_count(p), CHILDREN * COUNTS + 1);
	tutti_progress_free(p);
}

static int count_some(int n)
{
	for (int i = 0; i < n; i++)
		tutti_progress_add(seen_by_all, 1);
	return 0;
}
TUTTI_JOB(count_some, int, int);

/* The renderer's thread is no hindrance to a copy of the process. */
static void is_counted_on_by_processes(void)
{
	tutti_process_options copied = { .method = TUTTI_FORK };
	tutti_process *p;
	int n = COUNTS, code = -1;

	seen_by_all = tutti_progress_create("files", COUNTS);
	p = tutti_process_start(&count_some_job, &n, &copied);
	CHECK_EQ(tutti_process_join(p), 0);
	CHECK_EQ(tutti_process_exitcode(p, &code), 0);
	CHECK_EQ(code, 0);
	tutti_future_unref(p);
	CHECK_EQ(tutti_progress_count(seen_by_all), COUNTS);
	tutti_progress_free(seen_by_all);
}

/* A child has a progress of its own if it wants one, with its own renderer. */
static void child_has_its_own(void)
{
	tutti_progress *p = tutti_progress_create("parent", 2), *own;
	pid_t child = fork();

	if (child == 0) {
		own = tutti_progress_create("child", 2);
		tutti_progress_add(own, 2);
		CHECK_EQ(tutti_progress_count(own), 2);
		tutti_progress_free(own);
		tutti_progress_free(p);
		_exit(0);
	}
	wait_for_child(child);
	CHECK_EQ(tutti_progress_count(p), 0);
	tutti_progress_free(p);
}

/* Whatever the others are at, when one forks. */
static void *print_much(void *stop)
{
	for (int i = 0; !tutti_event_is_set(stop); i++)
		tutti_progress_print("line %d", i);
	return NULL;
}

static void forks_at_any_time(void)
{
	tutti_event stop = { 0 };
	tutti_thread *printer = tutti_thread_start(print_much, &stop, NULL);
	int rounds = suite_rounds(50);

	for (int i = 0; i < rounds && suite_has_time(); i++) {
		tutti_progress *p = tutti_progress_create("files", 1);
		pid_t child = fork();

		if (child == 0) {
			tutti_progress_print("child");
			_exit(0);
		}
		wait_for_child(child);
		tutti_progress_free(p);
	}
	tutti_event_set(&stop);
	CHECK_EQ(tutti_join_all(&printer, 1), 0);
}

int main(void)
{
	int nowhere = open("/dev/null", O_WRONLY), real = dup(STDERR_FILENO);

	is_counted_on_by_processes(); /* the first one leaves a thread that minds all children */
	suite_begin();
	RUN(is_counted_on_by_children);
	RUN(is_counted_on_by_processes);
	RUN(child_has_its_own);
	dup2(nowhere, STDERR_FILENO);
	RUN(forks_at_any_time);
	dup2(real, STDERR_FILENO);
	close(nowhere);
	close(real);
	return suite_end();
}
