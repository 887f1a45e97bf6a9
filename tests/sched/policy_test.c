/* SPDX-License-Identifier: MIT */
/* rows: F145 */
/* policy_test.c - algorithms of one's own, also such as make no sense, and what is refused. */
#include "base/prng.h"
#include "sched/told.h"

#include <errno.h>
#include <tutti/sched_workload.h>

static void gives(const tutti_sched_policy *policy, const tutti_sched_options *options,
	const tutti_sched_process *processes, size_t n, const char *want)
{
	tutti_sched_result r;
	char told[TOLD_BYTES];

	CHECK_EQ(tutti_sched_run(policy, processes, n, options, &r), 0);
	CHECK_STR(tell(&r, told), want);
	tutti_sched_result_clear(&r);
}

static int refused(const tutti_sched_policy *policy, const tutti_sched_options *options)
{
	tutti_sched_result r = { .cores = 77 };
	int rc = tutti_sched_run(
		policy, PROCESSES(P("A", 0, 4), P("B", 0, 3, 2, 1), P("C", 1, 2)), options, &r);

	CHECK(rc < 0);
	CHECK_EQ(r.cores, 77); /* untouched */
	return rc;
}

/* -- some that make sense ---------------------------------------------------------------------- */

static size_t pick_last(const tutti_sched_moment *m)
{
	return m->ready_n - 1;
}

/* As a module would have it. */
TUTTI_SCHED_POLICY(last) = { .name = "last", .title = "last come", .pick = pick_last };

static void last_come_first_served(void)
{
	gives(&tutti_sched_policy_last, NULL, PROCESSES(P("A", 0, 2), P("B", 0, 2), P("C", 1, 2)),
		"B[0,2) C[2,4) A[4,6)");
}

static void an_empty_one_serves_who_came_first(void)
{
	static const tutti_sched_policy empty = { .name = "empty" };

	gives(&empty, NULL, PROCESSES(P("A", 0, 2), P("B", 0, 2)), "A[0,2) B[2,4)");
}

/* The earlier in the workload, the more important; whoever waited for 5 ticks is so too. */
static int rank(const tutti_sched_moment *m, const tutti_sched_task *t)
{
	return m->now - t->ready_since >= 5 ? -1 : (int)t->process;
}

static size_t pick_rank(const tutti_sched_moment *m)
{
	size_t found = 0;

	for (size_t i = 1; i < m->ready_n; i++)
		if (rank(m, m->ready[i]) < rank(m, m->ready[found]))
			found = i;
	return found;
}

static int64_t one_or_what_is_said(const tutti_sched_moment *m, const tutti_sched_task *t)
{
	(void)t;
	CHECK(m->options->slice > 0 && m->options->cores > 0 && m->options->slices_max > 0);
	return m->options->data ? *(int64_t *)m->options->data : 1;
}

static void one_that_ages(void)
{
	static const tutti_sched_policy aging = {
		.name = "aging", .pick = pick_rank, .slice = one_or_what_is_said
	};
	int64_t slice = 3;

	/* B has waited for 5 ticks at 5: A's slice ends there, and B is served before it */
	gives(&aging, NULL, PROCESSES(P("A", 0, 7), P("B", 0, 1)),
		"A[0,1) A[1,2) A[2,3) A[3,4) A[4,5) B[5,6) A[6,7) A[7,8)");
	gives(&aging, &(tutti_sched_options){ .data = &slice },
		PROCESSES(P("A", 0, 7), P("B", 0, 1)), "A[0,3) A[3,6) B[6,7) A[7,8)");
}

/* Twice what it had, each time it comes back; kept in the task. */
static int64_t double_slice(const tutti_sched_moment *m, const tutti_sched_task *t)
{
	(void)m;
	return (int64_t)1 << t->mine[0];
}

static void count_slices(const tutti_sched_moment *m, tutti_sched_task *t, tutti_sched_reason why)
{
	(void)m;
	if (why == TUTTI_SCHED_SLICE_OVER)
		t->mine[0]++;
	CHECK_EQ(t->remaining == t->burst, why == TUTTI_SCHED_ARRIVED || why == TUTTI_SCHED_WOKEN);
}

static void one_that_remembers(void)
{
	static const tutti_sched_policy doubling = {
		.name = "doubling", .slice = double_slice, .enter = count_slices
	};

	gives(&doubling, NULL, PROCESSES(P("A", 0, 6, 2, 1), P("B", 0, 3)),
		"A[0,1) B[1,2) A[2,4) B[4,6) A[6,9) A[11,12)");
}

/* -- some that make none ----------------------------------------------------------------------- */

static size_t pick_nobody(const tutti_sched_moment *m)
{
	(void)m;
	return TUTTI_SCHED_NOBODY;
}

/* Nobody in the first three ticks. */
static size_t pick_late(const tutti_sched_moment *m)
{
	return m->now < 3 ? m->ready_n : 0;
}

static void one_that_leaves_cores_idle(void)
{
	static const tutti_sched_policy lazy = { .name = "lazy", .pick = pick_nobody };
	static const tutti_sched_policy late = { .name = "late", .pick = pick_late };
	tutti_sched_fault fault;

	CHECK_EQ(refused(&lazy, NULL), -EDEADLK);
	CHECK_EQ(refused(&lazy, &(tutti_sched_options){ .fault = &fault }), -EDEADLK);
	CHECK_STR(
		fault.text, "'lazy' leaves cores idle for ever, and 3 of the processes are ready");
	CHECK_EQ(refused(&late, NULL), -EDEADLK);
	/* an index that there is not means nobody, until something happens */
	gives(&late, NULL, PROCESSES(P("A", 0, 2), P("B", 4, 1)), "A[4,6) B[6,7)");
}

static bool always(
	const tutti_sched_moment *m, const tutti_sched_task *ready, const tutti_sched_task *running)
{
	(void)m;
	CHECK(ready != running);
	CHECK(running->remaining > 0);
	return true;
}

static size_t pick_any(const tutti_sched_moment *m)
{
	return (size_t)(m->now * 7) % (m->ready_n + 1);
}

static void one_where_everybody_takes_the_core(void)
{
	static const tutti_sched_policy rude = { .name = "rude", .preempts = always };
	static const tutti_sched_policy wild = { .name = "wild",
		.pick = pick_any,
		.slice = one_or_what_is_said,
		.preempts = always,
		.flags = TUTTI_SCHED_KEEPS_CORE };
	tutti_sched_workload w;
	tutti_sched_result r;

	/* at 1 B takes A's core; nothing happens at 2; at 3 B's I/O begins */
	gives(&rude, NULL, PROCESSES(P("A", 0, 3), P("B", 1, 2, 1, 1)),
		"A[0,1) B[1,3) A[3,4) B[4,5) A[5,6)");
	/* whatever it says, each instant ends */
	for (uint64_t seed = 0; seed < 30; seed++) {
		CHECK_EQ(tutti_sched_workload_random(&w, seed, 9), 0);
		int rc = tutti_sched_run(&wild, w.processes, w.processes_n,
			&(tutti_sched_options){ .cores = 2 }, &r);

		CHECK(rc == 0 || rc == -EDEADLK);
		if (rc == 0)
			tutti_sched_result_clear(&r);
		tutti_sched_workload_clear(&w);
	}
}

/* -- what is refused --------------------------------------------------------------------------- */

static void refuses_options(void)
{
	tutti_sched_fault fault;
	const tutti_sched_policy *rr = tutti_sched_find("rr");
	static const struct {
		tutti_sched_options options;
		const char *said;
	} rows[] = { { { .cores = -1 }, "cores: 1 to 4096, not -1" },
		{ { .cores = 4097 }, "cores: 1 to 4096, not 4097" },
		{ { .slice = -1 }, "slice: at least 1, not -1" },
		{ { .levels = 65 }, "levels: 1 to 64, not 65" },
		{ { .factor = -2 }, "factor: at least 1, not -2" } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		tutti_sched_options o = rows[i].options;

		CHECK_EQ(refused(rr, &o), -EINVAL);
		o.fault = &fault;
		CHECK_EQ(refused(rr, &o), -EINVAL);
		CHECK_STR(fault.text, rows[i].said);
		CHECK_EQ(fault.line, 0);
	}
	CHECK_EQ(refused(NULL, &(tutti_sched_options){ .fault = &fault }), -EINVAL);
	CHECK_STR(fault.text, "no algorithm");
	/* A 4 slices, B 3 and 1, C 2 */
	CHECK_EQ(
		refused(rr, &(tutti_sched_options){ .slice = 1, .slices_max = 9, .fault = &fault }),
		-E2BIG);
	CHECK_STR(fault.text, "it takes more than 9 slices");
}

static void refuses_process(const tutti_sched_process *p, size_t n, const char *said)
{
	tutti_sched_result r;
	tutti_sched_fault fault;

	CHECK_EQ(tutti_sched_run(tutti_sched_find("fcfs"), p, n,
			 &(tutti_sched_options){ .fault = &fault }, &r),
		-EINVAL);
	CHECK_STR(fault.text, said);
}

static void refuses_processes(void)
{
	refuses_process(NULL, 0, "no process");
	refuses_process(PROCESSES(P("A", 0, 1), P("B", -3, 1)), "process 2 arrives before 0: -3");
	refuses_process(PROCESSES(P("A", 0, 1, 2)),
		"process 1 has 2 bursts, and must begin and end on a core");
	refuses_process(&(tutti_sched_process){ .name = "A" }, 1,
		"process 1 has 0 bursts, and must begin and end on a core");
	refuses_process(PROCESSES(P("A", 0, 1, 0, 1)), "process 1: burst 2 is less than a tick: 0");
	refuses_process(PROCESSES(P("A", INT64_MAX / 2, 1)), "process 1: too many ticks");
	refuses_process(PROCESSES(P("A", 0, INT64_MAX / 5), P("B", 0, INT64_MAX / 5)),
		"process 2: too many ticks");
	refuses_process(
		PROCESSES(P("A", 0, INT64_MAX, INT64_MAX, INT64_MAX)), "process 1: too many ticks");
	CHECK_EQ(tutti_sched_run(tutti_sched_find("fcfs"), PROCESSES(P("A", 0, 1)), NULL, NULL),
		-EINVAL);
}

static void names_those_without_a_name(void)
{
	gives(tutti_sched_find("fcfs"), NULL, PROCESSES(P(NULL, 0, 1), P("", 0, 1), P(NULL, 0, 1)),
		"P1[0,1) [1,2) P3[2,3)");
}

static void finds_by_name(void)
{
	static const char *const names[] = { "fcfs", "sjf", "srtf", "rr", "mlfq", "rtc",
		"parallel" };
	size_t n = sizeof names / sizeof *names;

	for (size_t i = 0; i < n; i++) {
		CHECK_STR(tutti_sched_builtin(i)->name, names[i]);
		CHECK(tutti_sched_find(names[i]) == tutti_sched_builtin(i));
	}
	CHECK(!tutti_sched_builtin(n));
	CHECK(!tutti_sched_find("FCFS") && !tutti_sched_find("") && !tutti_sched_find(NULL));
	tutti_sched_result_clear(NULL);
}

int main(void)
{
	suite_begin();
	RUN(last_come_first_served);
	RUN(an_empty_one_serves_who_came_first);
	RUN(one_that_ages);
	RUN(one_that_remembers);
	RUN(one_that_leaves_cores_idle);
	RUN(one_where_everybody_takes_the_core);
	RUN(refuses_options);
	RUN(refuses_processes);
	RUN(names_those_without_a_name);
	RUN(finds_by_name);
	return suite_end();
}
