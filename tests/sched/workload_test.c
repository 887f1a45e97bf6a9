/* SPDX-License-Identifier: MIT */
/* rows: F145 */
/* workload_test.c - tables that are read, tables that are refused with their line, made up ones. */
#include "sched/told.h"

#include <errno.h>
#include <tutti/sched_workload.h>

/* Such as "A 0 24; B 2 3 5 1". */
static const char *tell_load(const tutti_sched_workload *w, char told[TOLD_BYTES])
{
	told[0] = '\0';
	for (size_t i = 0; i < w->processes_n; i++) {
		const tutti_sched_process *p = &w->processes[i];

		tell_more(told, "%s%s %" PRId64, i > 0 ? "; " : "", p->name, p->arrival);
		for (size_t j = 0; j < p->bursts_n; j++)
			tell_more(told, " %" PRId64, p->bursts[j]);
	}
	return told;
}

static void reads(const char *text, const char *want)
{
	tutti_sched_workload w;
	tutti_sched_fault fault = { 0 };
	char told[TOLD_BYTES];
	int rc = tutti_sched_workload_parse(&w, tutti_bytes_text(text), &fault);

	printf("%s: %zu: %s\n", text, fault.line, fault.text);
	CHECK_EQ(rc, 0);
	CHECK_STR(tell_load(&w, told), want);
	tutti_sched_workload_clear(&w);
	CHECK(!w.processes && w.processes_n == 0);
}

static void reads_tables(void)
{
	reads("A,0,24", "A 0 24");
	reads("A,0,24\nB,0,3\nC,0,3\n", "A 0 24; B 0 3; C 0 3");
	reads("name,arrival,cpu,io,cpu\neditor,0,2,10,1\ncompiler,1,30\n",
		"editor 0 2 10 1; compiler 1 30");
	reads("\xef\xbb\xbfname,arrival,cpu\r\nA,0,1,,\r\n\r\n# B,0,1\r\nC , 3 ,\t4\r\n",
		"A 0 1; C 3 4");
	reads("\"a, \"\"b\"\"\" ,0,1\n", "a, \"b\" 0 1");
	reads("\xE5\x96\x9D\xE9\x85\x92,0,3", "\xE5\x96\x9D\xE9\x85\x92 0 3");
	reads("A,0,007,1,1,1,1,1,1,1,1,1,1,1,1", "A 0 7 1 1 1 1 1 1 1 1 1 1 1 1");
	reads("  # only here\n  A,0,1", "A 0 1");
	/* a name may be a number, and a title need not be there */
	reads("1,0,1\n2,0,1", "1 0 1; 2 0 1");
}

static void refuses(const char *text, size_t line, const char *said)
{
	tutti_sched_workload w = { .processes_n = 77 };
	tutti_sched_fault fault;

	printf("%s\n", text);
	CHECK_EQ(tutti_sched_workload_parse(&w, tutti_bytes_text(text), &fault), -EINVAL);
	CHECK_STR(fault.text, said);
	CHECK_EQ(fault.line, line);
	CHECK_EQ(w.processes_n, 77);
	CHECK_EQ(tutti_sched_workload_parse(&w, tutti_bytes_text(text), NULL), -EINVAL);
}

#define NO_BURST " is no burst, which is a whole number of ticks from 1 on"
#define NO_ARRIVAL " is no arrival, which is a whole number of ticks from 0 on"

static void refuses_tables(void)
{
	refuses("", 0, "no process");
	refuses("name,arrival,cpu\n", 0, "no process");
	refuses("A,0,1\nB\n", 2, "a name and nothing behind it");
	refuses("A,0,1\n\nB,0\n", 3, "a process without a burst");
	refuses("A,0,1\nB,0,1,2\n", 2, "I/O at the end, without a burst behind it");
	refuses("A,-1,1", 1, "'-1'" NO_ARRIVAL);
	refuses("A,,1", 1, "''" NO_ARRIVAL);
	refuses("A,0,1\nB,x,1", 2, "'x'" NO_ARRIVAL);
	/* only the first line is one of titles */
	refuses("name,arrival,cpu\nname,arrival,cpu", 2, "'arrival'" NO_ARRIVAL);
	refuses("A,0,1\nname,arrival,cpu", 2, "'arrival'" NO_ARRIVAL);
	refuses("A,0,0", 1, "'0'" NO_BURST);
	refuses("A,0,1,,1", 1, "''" NO_BURST);
	refuses("A,0,2.5", 1, "'2.5'" NO_BURST);
	refuses("A,0,+2", 1, "'+2'" NO_BURST);
	refuses("A,0,\"2\"", 1, "'2'" NO_BURST);
	refuses("A,0,9223372036854775808", 1, "'9223372036854775808'" NO_BURST);
	refuses("A,0,9223372036854775807", 0, "process 1: too many ticks");
	refuses(",0,1", 1, "a process without a name");
	refuses("\"A,0,1\nB,0,1", 1, "a quote that is not closed");
	refuses("\"A\"B,0,1", 1, "something behind a closing quote");
	/* no control characters on somebody's terminal */
	refuses("A,0,1\033[2J", 1, "'1'" NO_BURST);
	refuses("A,0,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1,
		"'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'" NO_BURST);
}

static void refuses_a_zero_byte(void)
{
	tutti_sched_workload w;
	tutti_sched_fault fault;

	CHECK_EQ(tutti_sched_workload_parse(&w, tutti_bytes_of("A\0B,0,1", 7), &fault), -EINVAL);
	CHECK_STR(fault.text, "a zero byte");
	CHECK_EQ(tutti_sched_workload_parse(&w, tutti_bytes_of(NULL, 0), &fault), -EINVAL);
	CHECK_STR(fault.text, "no process");
}

static void makes_up_the_same(void)
{
	tutti_sched_workload a, b;
	char one[TOLD_BYTES], other[TOLD_BYTES];

	CHECK_EQ(tutti_sched_workload_random(&a, 7, 4), 0);
	CHECK_STR(tell_load(&a, one),
		"P1 0 48; P2 2 4 12 4 3 1 7 1 8 3 12 4; P3 6 2 7 1 4 1 9 3; P4 8 50");
	tutti_sched_workload_clear(&a);
	CHECK_EQ(tutti_sched_workload_random(&a, 8, 4), 0);
	CHECK_EQ(tutti_sched_workload_random(&b, 8, 4), 0);
	CHECK_STR(tell_load(&a, one), tell_load(&b, other));
	CHECK(strncmp(one, "P1 0 48;", 8) != 0);
	tutti_sched_workload_clear(&a);
	tutti_sched_workload_clear(&b);
	CHECK_EQ(tutti_sched_workload_random(&a, 7, 0), -EINVAL);
	CHECK_EQ(tutti_sched_workload_random(&a, 7, SIZE_MAX / 2), -ENOMEM);
	tutti_sched_workload_clear(NULL);
}

/* What is made up is of both kinds, and within what is promised. */
static void makes_up_mixes(void)
{
	tutti_sched_workload w;
	int64_t before = 0;

	CHECK_EQ(tutti_sched_workload_random(&w, 1, 3000), 0);
	for (size_t i = 0; i < w.processes_n; i++) {
		const tutti_sched_process *p = &w.processes[i];

		CHECK(p->arrival >= before && p->arrival <= before + 8);
		before = p->arrival;
		CHECK_EQ(p->bursts_n == 1, i % 3 == 0);
		for (size_t j = 0; j < p->bursts_n; j++)
			CHECK(i % 3 == 0     ? p->bursts[j] >= 20 && p->bursts[j] <= 60
				: j % 2 == 0 ? p->bursts[j] >= 1 && p->bursts[j] <= 4
					     : p->bursts[j] >= 3 && p->bursts[j] <= 12);
	}
	tutti_sched_workload_clear(&w);
}

int main(void)
{
	suite_begin();
	RUN(reads_tables);
	RUN(refuses_tables);
	RUN(refuses_a_zero_byte);
	RUN(makes_up_the_same);
	RUN(makes_up_mixes);
	return suite_end();
}
