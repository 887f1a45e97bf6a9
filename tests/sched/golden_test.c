/* SPDX-License-Identifier: MIT */
/* rows: F6 F7 F141 F142 F143 F144 P110 */
/* golden_test.c - runs that can be worked out by hand, beside how they are. */
#include "sched/told.h"

/* The run, and what each waited, are these. */
static void gives(const char *policy, const tutti_sched_options *options,
	const tutti_sched_process *processes, size_t n, const char *slices, const char *waits)
{
	tutti_sched_result r;
	char told[TOLD_BYTES];

	printf("%s\n", policy);
	CHECK_EQ(tutti_sched_run(tutti_sched_find(policy), processes, n, options, &r), 0);
	CHECK_STR(tell(&r, told), slices);
	CHECK_STR(tell_waits(&r, told), waits);
	tutti_sched_result_clear(&r);
}

/* -- the three jobs of 24, 3 and 3 ticks ------------------------------------------------------- */

#define TEXTBOOK PROCESSES(P("A", 0, 24), P("B", 0, 3), P("C", 0, 3))

/* rows: F141 */
static void serves_who_came_first(void)
{
	/* one after the other: B waits for 24, C for 24 + 3; mean (0 + 24 + 27) / 3 = 17 */
	gives("fcfs", NULL, TEXTBOOK, "A[0,24) B[24,27) C[27,30)", "0 24 27");
	gives("rtc", NULL, TEXTBOOK, "A[0,24) B[24,27) C[27,30)", "0 24 27");
}

/* rows: F142 */
static void serves_the_shortest_first(void)
{
	/* B before C, which is as short but stands behind; A last: mean (6 + 0 + 3) / 3 = 3 */
	gives("sjf", NULL, TEXTBOOK, "B[0,3) C[3,6) A[6,30)", "6 0 3");
	gives("srtf", NULL, TEXTBOOK, "B[0,3) C[3,6) A[6,30)", "6 0 3");
}

/* rows: F143 D10 */
static void goes_round(void)
{
	/* slices of 4: A is put back at 4 with 20 left, B and C need less than a slice, and then
	 * A is alone: 20 = 5 slices. Mean (6 + 4 + 7) / 3 = 17 / 3 */
	gives("rr", &(tutti_sched_options){ .slice = 4 }, TEXTBOOK,
		"A[0,4) B[4,7) C[7,10) A[10,14) A[14,18) A[18,22) A[22,26) A[26,30)", "6 4 7");
}

/* rows: F144 D9 D10 */
static void feeds_back(void)
{
	/* queue 1: a tick each, all three go down. Queue 2, slices of 2: A goes down, B and C need
	 * 2 more and are done. A is alone in queue 3 with 24 - 1 - 2 = 21: 5 slices of 4, and 1 */
	gives("mlfq", NULL, TEXTBOOK,
		"A[0,1)Q1 B[1,2)Q1 C[2,3)Q1 A[3,5)Q2 B[5,7)Q2 C[7,9)Q2 A[9,13)Q3 A[13,17)Q3 "
		"A[17,21)Q3 A[21,25)Q3 A[25,29)Q3 A[29,30)Q3",
		"6 4 6");
}

static void runs_all_at_once(void)
{
	gives("parallel", NULL, TEXTBOOK, "A[0,24)@0 B[0,3)@1 C[0,3)@2", "0 0 0");
	/* however many cores are said */
	gives("parallel", &(tutti_sched_options){ .cores = 2 }, TEXTBOOK,
		"A[0,24)@0 B[0,3)@1 C[0,3)@2", "0 0 0");
}

static void counts_and_averages(void)
{
	tutti_sched_result r;

	CHECK_EQ(tutti_sched_run(tutti_sched_find("rr"), TEXTBOOK, NULL, &r), 0);
	CHECK(r.waiting_mean > 17.0 / 3 - 1e-9 && r.waiting_mean < 17.0 / 3 + 1e-9);
	CHECK(r.turnaround_mean > 47.0 / 3 - 1e-9 && r.turnaround_mean < 47.0 / 3 + 1e-9);
	CHECK(r.response_mean > 11.0 / 3 - 1e-9 && r.response_mean < 11.0 / 3 + 1e-9);
	CHECK_EQ(r.switches, 3); /* to B, to C, to A; not from A to A */
	CHECK_EQ(r.begin, 0);
	CHECK_EQ(r.end, 30);
	CHECK_EQ(r.measures[0].response, 0);
	CHECK_EQ(r.measures[1].response, 4);
	CHECK_EQ(r.measures[2].response, 7);
	CHECK_EQ(r.measures[0].turnaround, 30);
	CHECK_EQ(r.measures[0].finish, 30);
	CHECK_EQ(r.measures[2].finish, 10);
	CHECK_STR(r.name, "rr");
	CHECK_EQ(r.slice, 4);
	CHECK_EQ(r.cores, 1);
	tutti_sched_result_clear(&r);
	CHECK(!r.slices && !r.processes);
}

/* -- who comes later --------------------------------------------------------------------------- */

/* rows: F142 */
static void a_late_short_job_waits(void)
{
	/* sjf decides when a core is free: B, the shorter, waits for 8 - 1 = 7; C before D */
	gives("sjf", NULL, PROCESSES(P("A", 0, 8), P("B", 1, 4), P("C", 2, 2), P("D", 3, 3)),
		"A[0,8) C[8,10) D[10,13) B[13,17)", "0 12 6 7");
	/* srtf at once: at 1 A has 7 left, B needs 4. At 2 B has 3, C needs 2. At 4 B with 3 left
	 * is as short as D, which came later */
	gives("srtf", NULL, PROCESSES(P("A", 0, 8), P("B", 1, 4), P("C", 2, 2), P("D", 3, 3)),
		"A[0,1) B[1,2) C[2,4) B[4,7) D[7,10) A[10,17)", "9 2 0 4");
}

static void as_short_is_not_shorter(void)
{
	/* at 2 A has 3 left, and B needs 3 */
	gives("srtf", NULL, PROCESSES(P("A", 0, 5), P("B", 2, 3)), "A[0,5) B[5,8)", "0 3");
}

/* rows: F143 */
static void who_arrives_at_the_end_of_a_slice_stands_in_front(void)
{
	/* at 4 A's slice ends and B arrives: B is in front of A */
	gives("rr", NULL, PROCESSES(P("A", 0, 8), P("B", 4, 2)), "A[0,4) B[4,6) A[6,10)", "2 0");
}

/* rows: F143 F144 */
static void who_is_done_at_the_end_of_a_slice_leaves(void)
{
	tutti_sched_result r;

	CHECK_EQ(tutti_sched_run(
			 tutti_sched_find("rr"), PROCESSES(P("A", 0, 4), P("B", 0, 4)), NULL, &r),
		0);
	CHECK_EQ(r.slices_n, 2);
	CHECK_EQ(r.slices[0].why, TUTTI_SCHED_BURST_OVER);
	CHECK_EQ(r.measures[0].finish, 4);
	CHECK_EQ(r.measures[1].finish, 8);
	tutti_sched_result_clear(&r);
}

static void nobody_for_a_while(void)
{
	/* the workload's order is not that of arrival */
	gives("fcfs", NULL, PROCESSES(P("A", 9, 1), P("B", 2, 3)), "B[2,5) A[9,10)", "0 0");
	/* and who arrives at once is served by place */
	gives("fcfs", NULL, PROCESSES(P("A", 9, 1), P("B", 2, 3), P("C", 2, 3)),
		"B[2,5) C[5,8) A[9,10)", "0 0 3");
}

/* -- the feedback queue ------------------------------------------------------------------------ */

#define PAIR PROCESSES(P("A", 0, 8), P("B", 2, 3))

static void a_newcomer_takes_the_core(void)
{
	/*
	 * A: a tick of queue 1, then queue 2. At 2, in its second slice, B comes into queue 1 and
	 * takes the core; A goes to the tail of queue 2. B has its tick and goes behind A. A has a
	 * fresh slice of 2, to 5, and goes to queue 3; B needs 2 more, which is its slice, and is
	 * done at 7. A has 8 - 1 - 1 - 2 = 4 left, which is a slice of queue 3.
	 */
	gives("mlfq", NULL, PAIR, "A[0,1)Q1 A[1,2)Q2 B[2,3)Q1 A[3,5)Q2 B[5,7)Q2 A[7,11)Q3", "3 2");
}

/* rows: F144 D9 */
static void the_rest_of_a_slice_can_be_kept(void)
{
	/*
	 * The same, but at 3 A has only the second tick of its slice left, and goes to queue 3 at
	 * 4. B is done at 6. A has 8 - 1 - 1 - 1 = 5 left: a slice of 4, and 1.
	 */
	gives("mlfq", &(tutti_sched_options){ .keep_slice = true }, PAIR,
		"A[0,1)Q1 A[1,2)Q2 B[2,3)Q1 A[3,4)Q2 B[4,6)Q2 A[6,10)Q3 A[10,11)Q3", "3 1");
}

/* rows: F144 D9 */
static void the_end_of_a_slice_comes_before_an_arrival(void)
{
	/* at 1 A has used its slice up and goes down, although B arrives */
	gives("mlfq", NULL, PROCESSES(P("A", 0, 3), P("B", 1, 1)), "A[0,1)Q1 B[1,2)Q1 A[2,4)Q2",
		"1 0");
}

/* rows: F144 D9 */
static void who_waits_for_io_comes_back_to_its_queue(void)
{
	/* A leaves queue 2 at 2 with half of its slice used, comes back at 4 to a fresh one */
	gives("mlfq", NULL, PROCESSES(P("A", 0, 2, 2, 3)), "A[0,1)Q1 A[1,2)Q2 A[4,6)Q2 A[6,7)Q3",
		"0");
	/* B is done with its burst as its slice ends, stays in queue 1, and comes back at 5: it
	 * takes the core from A, which had a tick of its slice of 4, and gets a fresh one. 20 - 1 -
	 * 2 - 1 = 16 = 4 slices */
	gives("mlfq", NULL, PROCESSES(P("A", 0, 20), P("B", 0, 1, 3, 1)),
		"A[0,1)Q1 B[1,2)Q1 A[2,4)Q2 A[4,5)Q3 B[5,6)Q1 A[6,10)Q3 A[10,14)Q3 A[14,18)Q3 "
		"A[18,22)Q3",
		"2 1");
}

/* rows: F144 D9 */
static void queues_and_slices_can_be_chosen(void)
{
	/* two queues, slices of 2 and 6; the last one's tail is where one stays */
	gives("mlfq", &(tutti_sched_options){ .slice = 2, .levels = 2, .factor = 3 },
		PROCESSES(P("A", 0, 9), P("B", 0, 8)),
		"A[0,2)Q1 B[2,4)Q1 A[4,10)Q2 B[10,16)Q2 A[16,17)Q2", "8 8");
	/* one queue is round robin */
	gives("mlfq", &(tutti_sched_options){ .slice = 2, .levels = 1 },
		PROCESSES(P("A", 0, 3), P("B", 0, 3)), "A[0,2)Q1 B[2,4)Q1 A[4,5)Q1 B[5,6)Q1",
		"2 3");
	/* a slice that no number holds is as long as any burst */
	gives("mlfq", &(tutti_sched_options){ .levels = 3, .factor = INT32_MAX, .slice = 1L << 40 },
		PROCESSES(P("A", 0, 3L << 40)),
		"A[0,1099511627776)Q1 A[1099511627776,3298534883328)Q2", "0");
}

/* -- input, output, cores ---------------------------------------------------------------------- */

static void others_run_during_io(void)
{
	/* A waits from 2 to 5; B has the core meanwhile */
	gives("fcfs", NULL, PROCESSES(P("A", 0, 2, 3, 1), P("B", 0, 2)), "A[0,2) B[2,4) A[5,6)",
		"0 2");
	/* unless nobody leaves before its end */
	gives("rtc", NULL, PROCESSES(P("A", 0, 2, 3, 1), P("B", 0, 2)), "A[0,2) A[5,6) B[6,8)",
		"0 6");
	/* at 4 C arrives, A's I/O ends, and B's slice does: in this order */
	gives("rr", &(tutti_sched_options){ .slice = 3 },
		PROCESSES(P("A", 0, 1, 3, 1), P("B", 0, 4), P("C", 4, 1)),
		"A[0,1) B[1,4) C[4,5) A[5,6) B[6,7)", "1 3 0");
}

/* rows: F6 F7 F145 */
static void two_cores(void)
{
	/* C gets the core that is free first */
	gives("fcfs", &(tutti_sched_options){ .cores = 2 },
		PROCESSES(P("A", 0, 4), P("B", 0, 2), P("C", 0, 3)), "A[0,4)@0 B[0,2)@1 C[2,5)@1",
		"0 0 2");
	/*
	 * B is shorter and gets core 0. At 2 A has 8 left and B 6. C, which needs 3, is first: of
	 * both, A must yield. Then D, which needs 5, takes B's core. At 5 B has less left than A.
	 */
	gives("srtf", &(tutti_sched_options){ .cores = 2 },
		PROCESSES(P("A", 0, 10), P("B", 0, 8), P("C", 2, 3), P("D", 2, 5)),
		"B[0,2)@0 A[0,2)@1 D[2,7)@0 C[2,5)@1 B[5,11)@1 A[7,15)@0", "5 3 0 0");
	/* of two in the same queue it is the last core's that must yield */
	gives("mlfq", &(tutti_sched_options){ .cores = 2 },
		PROCESSES(P("A", 0, 3), P("B", 0, 3), P("C", 2, 1)),
		"A[0,1)Q1@0 B[0,1)Q1@1 A[1,3)Q2@0 B[1,2)Q2@1 C[2,3)Q1@1 B[3,4)Q2@0", "0 1 0");
}

static void tells_each_change(void)
{
	static const struct {
		int at;
		tutti_sched_state to;
	} want[] = { { 3, TUTTI_SCHED_READY }, { 3, TUTTI_SCHED_RUNNING },
		{ 5, TUTTI_SCHED_BLOCKED }, { 9, TUTTI_SCHED_READY }, { 9, TUTTI_SCHED_RUNNING },
		{ 10, TUTTI_SCHED_TERMINATED } };
	tutti_sched_state state = TUTTI_SCHED_NEW;
	tutti_sched_result r;

	CHECK_EQ(tutti_sched_run(tutti_sched_find("fcfs"), PROCESSES(P("A", 3, 2, 4, 1)), NULL, &r),
		0);
	CHECK_EQ(r.changes_n, sizeof want / sizeof *want);
	for (size_t i = 0; i < r.changes_n; i++) {
		CHECK_EQ(r.changes[i].at, want[i].at);
		CHECK_EQ(r.changes[i].from, state);
		CHECK_EQ(r.changes[i].to, want[i].to);
		state = want[i].to;
		CHECK_EQ(r.changes[i].core, state == TUTTI_SCHED_RUNNING ? 0 : -1);
	}
	tutti_sched_result_clear(&r);
}

static void ends_come_before_arrivals(void)
{
	tutti_sched_result r;

	CHECK_EQ(tutti_sched_run(
			 tutti_sched_find("fcfs"), PROCESSES(P("A", 0, 2), P("B", 2, 1)), NULL, &r),
		0);
	CHECK_EQ(r.changes_n, 6);
	CHECK_EQ(r.changes[2].to, TUTTI_SCHED_TERMINATED);
	CHECK_EQ(r.changes[2].at, 2);
	CHECK_EQ(r.changes[3].process, 1);
	CHECK_EQ(r.changes[3].to, TUTTI_SCHED_READY);
	CHECK_EQ(r.changes[3].at, 2);
	tutti_sched_result_clear(&r);
}

int main(void)
{
	suite_begin();
	RUN(serves_who_came_first);
	RUN(serves_the_shortest_first);
	RUN(goes_round);
	RUN(feeds_back);
	RUN(runs_all_at_once);
	RUN(counts_and_averages);
	RUN(a_late_short_job_waits);
	RUN(as_short_is_not_shorter);
	RUN(who_arrives_at_the_end_of_a_slice_stands_in_front);
	RUN(who_is_done_at_the_end_of_a_slice_leaves);
	RUN(nobody_for_a_while);
	RUN(a_newcomer_takes_the_core);
	RUN(the_rest_of_a_slice_can_be_kept);
	RUN(the_end_of_a_slice_comes_before_an_arrival);
	RUN(who_waits_for_io_comes_back_to_its_queue);
	RUN(queues_and_slices_can_be_chosen);
	RUN(others_run_during_io);
	RUN(two_cores);
	RUN(tells_each_change);
	RUN(ends_come_before_arrivals);
	return suite_end();
}
