/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-qemu */ /* no-tsan: nothing can be copied there */
/*
 * A process is started, and one of those that take part is killed at its first, second ... step:
 * the fork server, the child, one that was made in advance, or whoever starts it. Futures end, the
 * job runs once at most, the next start works, and nobody is left.
 */
#include <tutti/tutti.h>

#include "support/again.h"
#include "support/plan.h"

enum { STARTS = 3 };

static tutti_start_method method;
static enum tu_crash_role victim; /* who dies; its child may, too */

static tutti_process *start(tutti_job *job, int n)
{
	return tutti_process_start(job, &n, &(tutti_process_options){ .method = method });
}

static int square(int n)
{
	plan_note_run(n);
	return n * n;
}
TUTTI_JOB(square, int, int);

static int fail(int n)
{
	plan_note_run(n);
	return tutti_fail(-EIO, "as it was told"), 0;
}
TUTTI_JOB(fail, int, int);

/* One that has children itself, of which none may outlive it. */
static int square_elsewhere(int n)
{
	int squared = 0;

	for (tutti_start_method m = TUTTI_FORKSERVER; m <= TUTTI_FORK; m++) {
		tutti_process *p = tutti_process_start(
			&square_job, &n, &(tutti_process_options){ .method = m });
		int rc = square_result(p, &squared);

		tutti_future_unref(p);
		if (rc < 0)
			return tutti_fail(rc, "its own child has not ended well"), 0;
		n++;
	}
	return squared;
}
TUTTI_JOB(square_elsewhere, int, int);

/* 0, or it was killed and says so. Takes p. */
static int end_of(tutti_process *p, int n, int good)
{
	int result = -1, rc = tutti_future_result(p, &result, sizeof(result)), code;

	if (rc == good) {
		CHECK_EQ(plan_ran(n), 1);
		CHECK(rc < 0 || result == n * n);
	} else {
		CHECK_EQ(rc, TUTTI_ECRASHED);
		/* One that the server had ready ends by itself if the order does not come. */
		CHECK(strstr(tutti_future_text(p),
			      victim == TU_CRASH_SERVER ? "exit code 1" : "SIGKILL") != NULL);
		CHECK(plan_ran(n) <= (victim != TU_CRASH_SERVER));
	}
	CHECK_EQ(tutti_process_join(p), 0);
	CHECK_EQ(tutti_process_exitcode(p, &code), 0);
	tutti_future_unref(p);
	return rc == good ? 0 : rc;
}

/* -- one at a time ----------------------------------------------------------------------------- */

/* false: the victim lived. */
static bool start_with(enum tu_crash_role role, tutti_job *job, int good, uint64_t k)
{
	int descriptors, failed = 0, last;

	victim = role;
	tu_server_end();
	descriptors = leaks_descriptors();
	plan_make(role, k);
	for (int n = 1; n <= STARTS; n++)
		failed += end_of(start(job, n), n, good) < 0;
	plan_drop();
	last = end_of(start(&square_job, 7), 7, 0);
	CHECK(last == 0 || role != TU_CRASH_CHILD); /* others may come to their step only there */
	failed += last < 0;
	CHECK_EQ(tutti_process_children(NULL, 0), 0);
	plan_check_alone();
	EVENTUALLY(leaks_descriptors() <= descriptors); /* closed a moment after the end */
	CHECK(failed <= plan_died());
	return plan_died();
}

static void start_everywhere(enum tu_crash_role role, tutti_job *job, int good, uint64_t least)
{
	struct steps s = { .k = 1, .least = least };

	while (steps_go_on(&s, start_with(role, job, good, s.k)))
		;
	printf("  killed at %llu steps\n", (unsigned long long)s.k - 1);
	CHECK(s.k > s.least);
}

static void a_child_dies(void)
{
	for (method = TUTTI_FORKSERVER; method <= TUTTI_FORK; method++) {
		start_everywhere(TU_CRASH_CHILD, &square_job, 0, 12);
		start_everywhere(TU_CRASH_CHILD, &fail_job, -EIO, 12);
	}
}

/* A job is run once, or has failed without being run; it is never run twice. */
static void a_server_dies(void)
{
	method = TUTTI_FORKSERVER;
	start_everywhere(TU_CRASH_SERVER, &square_job, 0, 30);
	start_everywhere(TU_CRASH_SERVER, &fail_job, -EIO, 30);
}

static void a_spare_child_dies(void)
{
	method = TUTTI_FORKSERVER;
	start_everywhere(TU_CRASH_SPARE, &square_job, 0, 12);
	start_everywhere(TU_CRASH_SPARE, &fail_job, -EIO, 12);
}

/* -- many at a time ---------------------------------------------------------------------------- */

static void *start_one(void *arg)
{
	int n = (int)(intptr_t)arg;

	return (void *)(intptr_t)(end_of(start(&square_job, n), n, 0) < 0);
}

static bool start_at_once_with(enum tu_crash_role role, uint64_t k)
{
	tutti_thread *thread[STARTS];
	void *failed;
	int sum = 0;

	victim = role;
	tu_server_end();
	plan_make(role, k);
	for (int n = 0; n < STARTS; n++)
		thread[n] = tutti_thread_start(start_one, (void *)(intptr_t)(n + 1), NULL);
	for (int n = 0; n < STARTS; n++) {
		CHECK_EQ(tutti_thread_join(thread[n], &failed), 0);
		sum += failed != NULL;
		tutti_future_unref(thread[n]);
	}
	plan_check_alone();
	CHECK(sum <= plan_died());
	return plan_died();
}

static void several_threads_start_some(void)
{
	for (method = TUTTI_FORKSERVER; method <= TUTTI_SPAWN; method++)
		for (uint64_t k = 1; start_at_once_with(TU_CRASH_CHILD, k); k++)
			;
}

static void several_threads_lose_the_server(void)
{
	method = TUTTI_FORKSERVER;
	for (uint64_t k = 1; start_at_once_with(TU_CRASH_SERVER, k); k++)
		;
	for (uint64_t k = 1; start_at_once_with(TU_CRASH_SPARE, k); k++)
		;
}

/* -- one that has started others --------------------------------------------------------------- */

static bool nest_with(uint64_t k)
{
	tutti_process *p;
	int rc, result;

	plan_make(TU_CRASH_CHILD, k);
	p = start(&square_elsewhere_job, 1);
	rc = square_elsewhere_result(p, &result);
	CHECK(rc == 0 ? result == 9 : rc == TUTTI_ECRASHED);
	tutti_future_unref(p);
	plan_await_alone();
	return plan_died();
}

static void none_outlives_its_parent(void)
{
	struct steps s = { .k = 1, .least = 50 };

	method = TUTTI_SPAWN;
	while (steps_go_on(&s, nest_with(s.k)))
		;
	printf("  killed at %llu steps\n", (unsigned long long)s.k - 1);
	CHECK(s.k > s.least);
}

/* -- a whole program --------------------------------------------------------------------------- */

static int be_a_program(void)
{
	int result;

	tu_crash_at(plan->crash.k);
	for (method = TUTTI_FORKSERVER; method <= TUTTI_FORK; method++) {
		tutti_process *p = start(&square_job, 3);

		CHECK_EQ(square_result(p, &result), 0);
		CHECK_EQ(result, 9);
		tutti_future_unref(p);
	}
	return 0;
}

static const struct again_part parts[] = { { "program", be_a_program }, { NULL, NULL } };

/* Its output ends: nobody has it any more. */
static void a_program_dies(void)
{
	struct steps s = { .k = 1, .least = 29 };
	bool died;

	do {
		struct again a;

		plan_make(TU_CRASH_NOBODY, s.k);
		a = again("program");
		died = plan_died();
		if (!died)
			again_check_exit(&a, "program", 0);
		again_free(&a);
		plan_await_alone();
	} while (steps_go_on(&s, died));
	printf("  killed at %llu steps\n", (unsigned long long)s.k - 1);
	CHECK(s.k > s.least);
}

static void begin_the_first(void)
{
	tutti_process *p = tutti_process_start(&square_job, &(int){ 1 }, NULL);

	CHECK_EQ(end_of(p, 1, 0), 0);
	tu_server_end();
}

int main(int argc, char **argv)
{
	if (!tu_crash_can()) {
		printf("only a debug build can be stopped there\n");
		return 77;
	}
	if (argc > 1)
		return again_part(parts, argv[1]);
	plan_begin();
	begin_the_first(); /* its thread, and what the family has, stay */
	suite_begin();
	RUN(a_child_dies);
	RUN(a_server_dies);
	RUN(a_spare_child_dies);
	RUN(several_threads_start_some);
	RUN(several_threads_lose_the_server);
	RUN(none_outlives_its_parent);
	RUN(a_program_dies);
	return suite_end();
}
