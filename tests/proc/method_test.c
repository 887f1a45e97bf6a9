/* SPDX-License-Identifier: MIT */
/* rows: F28 F29 F30 T40 */
/* ctest: LABELS no-qemu */
/*
 * The usual start method, chosen from outside: this program is run again for each word, and tells
 * what it found. A child says whether it is a copy: then it has what its parent has computed.
 */
#include <tutti/tutti.h>

#include "support/again.h"
#include "support/suite.h"

#include <errno.h>

static const char *const names[] = {
	[TUTTI_FORKSERVER] = "forkserver", [TUTTI_SPAWN] = "spawn", [TUTTI_FORK] = "fork"
};

static bool computed;

static bool has_it_computed(void)
{
	return computed;
}
TUTTI_JOB(has_it_computed, bool, void);

static int says_which(void)
{
	bool copied = false;
	tutti_process *p;

	puts(names[tutti_process_method()]);
	computed = true;
	p = tutti_process_start(&has_it_computed_job, NULL, NULL);
	CHECK_EQ(has_it_computed_result(p, &copied), 0);
	tutti_future_unref(p);
	puts(copied ? "a copy" : "no copy");
	return 0;
}

/* Its own word counts the first time, unless there is one from outside, and later by force. */
static int chooses_itself(void)
{
	CHECK_EQ(tutti_process_set_method(TUTTI_FORK, false), 0);
	puts(names[tutti_process_method()]);
	CHECK_EQ(tutti_process_set_method(TUTTI_FORK, false), -EBUSY);
	CHECK_EQ(tutti_process_set_method(TUTTI_FORK, true), 0);
	puts(names[tutti_process_method()]);
	return 0;
}

/* What is usual in a child is what was in its parent, whatever the environment says. */
static int usual_there(void)
{
	return (int)tutti_process_method();
}
TUTTI_JOB(usual_there, int, void);

static int asks_a_child(void)
{
	int method = -1;
	tutti_process *p;

	CHECK_EQ(tutti_process_set_method(TUTTI_SPAWN, true), 0);
	p = tutti_process_start(&usual_there_job, NULL, NULL);
	CHECK_EQ(usual_there_result(p, &method), 0);
	tutti_future_unref(p);
	puts(names[method]);
	return 0;
}

static const struct again_part parts[] = { { "which", says_which }, { "itself", chooses_itself },
	{ "child", asks_a_child }, { NULL, NULL } };

/* word NULL: there is none. error: what its standard error has; NULL: nothing. */
static void expect(const char *part, const char *word, const char *out, const char *error)
{
	struct again a;

	unsetenv("TUTTI_START_METHOD");
	if (word)
		setenv("TUTTI_START_METHOD", word, 1);
	a = again(part);
	unsetenv("TUTTI_START_METHOD");
	again_check_exit(&a, part, 0);
	CHECK_STR(a.out, out);
	CHECK(error ? strstr(a.err, error) != NULL : a.err[0] == 0);
	again_free(&a);
}

static void a_word_chooses(void)
{
	expect("which", NULL, "forkserver\nno copy\n", NULL);
	expect("which", "", "forkserver\nno copy\n", NULL);
	expect("which", "forkserver", "forkserver\nno copy\n", NULL);
	expect("which", "spawn", "spawn\nno copy\n", NULL);
#ifndef __SANITIZE_THREAD__ /* it has a thread of its own: no copies */
	expect("which", "fork", "fork\na copy\n", NULL);
#endif
}

static void another_word_is_reported(void)
{
	expect("which", "vfork", "forkserver\nno copy\n",
		"tutti: TUTTI_START_METHOD='vfork' is none of forkserver, spawn and fork; it is "
		"ignored");
}

/* rows: F28 */
static void the_program_chooses_after_that(void)
{
	expect("itself", NULL, "fork\nfork\n", NULL);
	expect("itself", "spawn", "spawn\nfork\n", NULL);
	expect("child", "forkserver", "spawn\n", NULL);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return again_part(parts, argv[1]);
	suite_begin();
	RUN(a_word_chooses);
	RUN(another_word_is_reported);
	RUN(the_program_chooses_after_that);
	return suite_end();
}
