/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan */
/* debug_fork_test.c - a forked child has no ledger, and may begin one of its own. */
#include <tutti/tutti.h>

#include "support/child.h"
#include "support/suite.h"

static tutti_lock red, blue;
static int heard; /* lines */

static void on_report(int code, const char *text, void *arg)
{
	(void)code, (void)arg;
	printf("\t%s\n", text);
	heard++;
}

static void take_both(tutti_lock *first, tutti_lock *second)
{
	TUTTI_HOLD(first);
	TUTTI_HOLD(second);
}

static void forked_children_have_none(void)
{
	const tutti_debug_options o = { .still = TUTTI_SECONDS(1) };
	pid_t pid;

	tutti_set_reporter(on_report, NULL);
	CHECK_EQ(tutti_debug_start(&o), 0);
	tutti_lock_acquire(&blue);
	pid = child_fork();
	if (pid == 0) {
		CHECK_EQ(tutti_debug_dump(NULL, NULL), 0);
		tutti_lock_release(&blue);
		CHECK_EQ(tutti_debug_start(NULL), 0);
		take_both(&red, &blue);
		child_uses_everything();
		CHECK_EQ(tutti_debug_stop(), 0);
		_exit(0);
	}
	child_wait(pid);
	tutti_lock_release(&blue);
	CHECK_EQ(heard, 0);
	CHECK_EQ(tutti_debug_stop(), 0);
	tutti_set_reporter(tutti_report_stderr, NULL);
}

int main(void)
{
	CHECK_EQ(tutti_debug_stop(), 0); /* the environment may have begun one */
	suite_begin();
	RUN(forked_children_have_none);
	return suite_end();
}
