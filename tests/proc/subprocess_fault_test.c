/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu */
/*
 * The first, second, third ... allocation fails in a program that starts others: errors come back
 * as such, nothing is lost, nobody stays a zombie, and what comes next works.
 */
#include <tutti/tutti.h>

#include "support/leaks.h"
#include "support/memory.h"
#include "support/programs.h"

static bool went_well(long rc)
{
	CHECK(rc >= 0 || rc == -ENOMEM);
	return rc >= 0;
}

/* -- what is tried ----------------------------------------------------------------------------- */

static void use_run(void)
{
	tutti_subprocess_options o = { .input = tutti_bytes_text("some words"),
		.capture = 1,
		.deadline = tutti_after(TUTTI_SECONDS(1000)) };
	tutti_subprocess_result r;

	if (went_well(tutti_subprocess_run(&r, cat, &o)))
		check_text(&r.out, "some words");
	tutti_subprocess_result_free(&r);
}

/* One that would go on for long, with a task of ours that looks at its deadline. */
static void use_deadline(void)
{
	const char *argv[] = { "sleep", "1000", NULL };
	tutti_subprocess_options o = { .deadline = tutti_after(TUTTI_SECONDS(1000)) };
	tutti_subprocess *p = tutti_subprocess_start(argv, &o);
	int rc = tutti_subprocess_kill(p);

	if (went_well(rc))
		went_well(tutti_subprocess_join(p));
	tutti_subprocess_free(p);
}

static void use_lines(void)
{
	tutti_subprocess_options o = { .in = TUTTI_PIPE, .out = TUTTI_PIPE };
	tutti_subprocess *p = tutti_subprocess_start(cat, &o);
	tutti_subprocess_result r;
	tutti_bytes line;

	if (went_well(tutti_subprocess_write(p, tutti_bytes_text("one\ntwo\n")))) {
		if (went_well(tutti_subprocess_read_line(p, 1, &line))) {
			check_text(&line, "one");
			tutti_bytes_free(&line);
		}
		if (went_well(tutti_subprocess_communicate(p, tutti_bytes_text("three"), &r)))
			tutti_subprocess_result_free(&r);
	}
	tutti_subprocess_free(p);
}

/* -- each in turn ------------------------------------------------------------------------------ */

static bool has_no_child(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD;
}

static void fail_each(void (*use)(void), unsigned least)
{
	size_t live;
	uint64_t n = 0;

	use(); /* what is kept for ever is there now */
	use();
	EVENTUALLY((live = test_alloc_live(), tutti_sleep(TUTTI_MILLISECONDS(20)),
		live == test_alloc_live()));
	do {
		test_alloc_fail_at(++n);
		use();
		EVENTUALLY(test_alloc_live() <= live);
		EVENTUALLY(has_no_child());
	} while (test_alloc_fail_at(0) == 0);
	printf("  %llu allocations failed in turn\n", (unsigned long long)n - 1);
	CHECK(n > least);
	use();
	EVENTUALLY(test_alloc_live() <= live);
}

#define RUN_EACH(use, least)           \
	do {                           \
		suite_next(#use, -1);  \
		fail_each(use, least); \
	} while (0)

int main(void)
{
	programs_begin();
	RUN_EACH(use_run, 3);
	RUN_EACH(use_deadline, 3);
	RUN_EACH(use_lines, 3);
	return suite_end();
}
