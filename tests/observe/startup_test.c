/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu */
/*
 * startup_test.c - what the environment starts in a program that is linked with the archive and
 * names nothing of it.
 */
#include <tutti/lock.h>
#include <tutti/task.h>

#include "support/again.h"
#include "support/suite.h"

static tutti_lock lock;

static void *forget(void *arg)
{
	tutti_lock_acquire(&lock);
	return arg;
}

static int forgets(void)
{
	return (int)finish(tutti_task_start(forget, NULL, NULL));
}

static const struct again_part parts[] = { { "forgets", forgets }, { NULL, NULL } };

/* What it says on its standard error must have this in it; NULL: nothing is said. */
static void forgets_and_says(const char *variable, const char *value, const char *text)
{
	struct again a;

	setenv(variable, value, 1);
	a = again("forgets");
	again_check_exit(&a, "forgets", 0);
	CHECK(text ? strstr(a.err, text) != NULL : a.err[0] == 0);
	again_free(&a);
	unsetenv(variable);
}

static void checker(void)
{
	static const char *const on[] = { "1", "on" }, *const off[] = { "0", "off", "" };

	for (size_t i = 0; i < sizeof on / sizeof *on; i++)
		forgets_and_says("TUTTI_DEBUG", on[i],
			"tutti: lock held: task 'Task-1' has ended and holds lock 'lock' (0x");
	for (size_t i = 0; i < sizeof off / sizeof *off; i++)
		forgets_and_says("TUTTI_DEBUG", off[i], NULL);
	forgets_and_says("TUTTI_DEBUG", "yes", "tutti: TUTTI_DEBUG='yes' is neither 1 nor 0");
}

static void watchdog(void)
{
	forgets_and_says("TUTTI_WATCHDOG", "soon", "tutti: TUTTI_WATCHDOG='soon' is no time of");
	forgets_and_says("TUTTI_WATCHDOG", "on", NULL);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return again_part(parts, argv[1]);
	suite_begin();
	RUN(checker);
	RUN(watchdog);
	return suite_end();
}
