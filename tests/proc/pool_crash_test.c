/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-qemu */ /* who is killed has no races to show */
/*
 * A pool of processes has jobs, and one of those that take part is killed at its first, second ...
 * step: a worker from its start as a process to its end, or the program itself.
 * One job at most has crashed, the others have run once and have come to what they should; no job
 * runs twice unless it may; and nobody and nothing is left.
 */
#include <tutti/tutti.h>

#include "support/again.h"
#include "support/children.h"
#include "support/plan.h"

enum { SQUARES = 6, LARGE = SQUARES, FAILURE, JOBS, LARGE_BYTES = 2 << 20 };

static int square(int n)
{
	plan_note_run(n);
	return n * n;
}
TUTTI_JOB(square, int, int);

/* Its argument and its result lie in files of their own. */
static tutti_bytes turn(tutti_bytes in)
{
	char *text = malloc(in.size);
	tutti_bytes out = { NULL, 0, NULL };

	plan_note_run(LARGE);
	CHECK(text != NULL);
	for (size_t i = 0; i < in.size; i++)
		text[i] = ((const char *)in.data)[in.size - 1 - i];
	CHECK_EQ(tutti_bytes_copy(&out, text, in.size), 0);
	free(text);
	return out;
}
TUTTI_JOB(turn, tutti_bytes, tutti_bytes);

static int fail(void)
{
	plan_note_run(FAILURE);
	return tutti_fail(-EIO, "as it was told"), 0;
}
TUTTI_JOB(fail, int, void);

static char large[LARGE_BYTES];

static void submit_all(tutti_executor *e, tutti_future *f[JOBS], int retries)
{
	tutti_bytes in = tutti_bytes_of(large, sizeof(large));
	tutti_submit_options o = { .retries = retries };

	for (int i = 0; i < SQUARES; i++)
		f[i] = tutti_submit(e, &square_job, &i, &o);
	f[LARGE] = tutti_submit(e, &turn_job, &in, &o);
	f[FAILURE] = tutti_submit(e, &fail_job, NULL, &o);
}

static int result_of(tutti_future *f, int i)
{
	tutti_bytes out;
	int result, rc;

	if (i == LARGE) {
		rc = turn_result(f, &out);
		if (rc == 0) {
			CHECK_EQ(out.size, sizeof(large));
			CHECK_EQ(((const char *)out.data)[0], large[sizeof(large) - 1]);
			CHECK_EQ(((const char *)out.data)[out.size - 1], large[0]);
			tutti_bytes_free(&out);
		}
		return rc;
	}
	if (i == FAILURE) {
		rc = fail_result(f, &result);
		if (rc == -EIO)
			CHECK_STR(tutti_future_text(f), "as it was told");
		return rc == -EIO ? 0 : rc;
	}
	rc = square_result(f, &result);
	if (rc == 0)
		CHECK_EQ(result, i * i);
	return rc;
}

/* How many have crashed. Takes them. */
static int check_all(tutti_future *f[JOBS], int retries)
{
	int crashed = 0;

	for (int i = 0; i < JOBS; i++) {
		int rc = result_of(f[i], i);

		if (rc < 0) {
			CHECK_EQ(rc, TUTTI_ECRASHED);
			CHECK(strstr(tutti_future_text(f[i]), "SIGKILL") != NULL);
			CHECK(plan_ran(i) <= 1);
			crashed++;
		} else {
			CHECK(plan_ran(i) >= 1 && plan_ran(i) <= 1 + (uint32_t)retries);
		}
		tutti_future_unref(f[i]);
	}
	return crashed;
}

/* false: the victim lived. */
static bool use_with(enum tu_crash_role role, const char *where, int retries, uint64_t k)
{
	tutti_executor_options options = { .jobs_max = 3 };
	tutti_future *f[JOBS], *again;
	tutti_executor *e;
	int crashed, twice = 0, result;

	plan_make(role, k);
	CHECK_EQ(tutti_executor_open(&e, where, &options), 0);
	submit_all(e, f, retries);
	crashed = check_all(f, retries);
	for (int i = 0; i < JOBS; i++)
		twice += plan_ran(i) > 1;
	again = square_submit(e, JOBS);
	result = square_result(again, &result);
	tutti_future_unref(again);
	tutti_executor_free(e);
	plan_check_alone();
	crashed += result != 0;
	CHECK(crashed <= (plan_died() && role != TU_CRASH_SERVER && retries == 0));
	CHECK(twice <= (plan_died() && role != TU_CRASH_SERVER));
	return plan_died();
}

static void use_everywhere(enum tu_crash_role role, const char *where, int retries, uint64_t least)
{
	int descriptors = leaks_descriptors(), maps = maps_with("tutti-pool");
	struct steps s = { .k = 1, .least = least };

	while (steps_go_on(&s, use_with(role, where, retries, s.k)))
		;
	EVENTUALLY(leaks_descriptors() <= descriptors); /* closed a moment after the end */
	CHECK_EQ(maps_with("tutti-pool"), maps);
	printf("  killed at %llu steps\n", (unsigned long long)s.k - 1);
	CHECK(s.k > s.least);
}

static void a_worker_dies(void)
{
	use_everywhere(TU_CRASH_WORKER, "processes:1", 0, 40);
	use_everywhere(TU_CRASH_WORKER, "processes:2", 0, 20);
}

static void its_job_is_tried_again(void)
{
	use_everywhere(TU_CRASH_WORKER, "processes:1", 1, 40);
}

static void a_worker_dies_as_it_starts(void)
{
	use_everywhere(TU_CRASH_CHILD, "processes:1", 0, 50);
}

static void the_server_dies(void)
{
	use_everywhere(TU_CRASH_SERVER, "processes:1", 0, 15);
	use_everywhere(TU_CRASH_SERVER, "processes:2", 0, 30);
}

/* It is to be the second worker. */
static void a_spare_child_dies(void)
{
	use_everywhere(TU_CRASH_SPARE, "processes:3", 0, 5);
}

/* -- the program ------------------------------------------------------------------------------- */

static int be_a_program(void)
{
	tutti_future *f[JOBS];
	tutti_executor *e;

	tu_crash_at(plan->crash.k);
	CHECK_EQ(tutti_executor_open(&e, "processes:2", NULL), 0);
	submit_all(e, f, 0);
	CHECK_EQ(check_all(f, 0), 0);
	tutti_executor_free(e);
	return 0;
}

static const struct again_part parts[] = { { "program", be_a_program }, { NULL, NULL } };

static void a_program_dies(void)
{
	struct steps s = { .k = 1, .least = 39 };
	bool died;

	do {
		struct again a;

		plan_make(TU_CRASH_NOBODY, s.k);
		a = again("program");
		died = plan_died();
		if (!died)
			again_check_exit(&a, "program", 0);
		again_free(&a);
		for (int i = 0; i < JOBS; i++)
			CHECK(plan_ran(i) <= 1);
		plan_await_alone();
	} while (steps_go_on(&s, died));
	printf("  killed at %llu steps\n", (unsigned long long)s.k - 1);
	CHECK(s.k > s.least);
}

static void begin_the_first(void)
{
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, "processes:1", NULL), 0);
	tutti_executor_free(e);
	tu_server_end();
}

int main(int argc, char **argv)
{
	if (!tu_crash_can()) {
		printf("only a debug build can be stopped there\n");
		return 77;
	}
	large[0] = 'a';
	large[sizeof(large) - 1] = 'z';
	if (argc > 1)
		return again_part(parts, argv[1]);
	plan_begin();
	begin_the_first(); /* its thread, and what the family has, stay */
	suite_begin();
	RUN(a_worker_dies);
	RUN(its_job_is_tried_again);
	RUN(a_worker_dies_as_it_starts);
	RUN(the_server_dies);
	RUN(a_spare_child_dies);
	RUN(a_program_dies);
	return suite_end();
}
