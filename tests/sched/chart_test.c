/* SPDX-License-Identifier: MIT */
/* rows: F145 */
/* chart_test.c - charts, character by character; pictures, by what is in them. */
#include "sched/told.h"

#include <errno.h>
#include <tutti/sched_chart.h>
#include <tutti/sched_workload.h>

static void run(tutti_sched_result *r, const char *policy, const tutti_sched_process *processes,
	size_t n, const tutti_sched_options *options)
{
	CHECK_EQ(tutti_sched_run(tutti_sched_find(policy), processes, n, options, r), 0);
}

static void draws(const char *policy, const tutti_sched_process *processes, size_t n,
	const tutti_sched_options *options, const tutti_sched_chart *chart, const char *want)
{
	tutti_sched_result r;
	tutti_bytes text;

	run(&r, policy, processes, n, options);
	CHECK_EQ(tutti_sched_chart_text(&text, &r, chart), 0);
	CHECK_STR((const char *)text.data, want);
	CHECK_EQ(text.size, strlen(want));
	tutti_bytes_free(&text);
	tutti_sched_result_clear(&r);
}

#define TEXTBOOK PROCESSES(P("A", 0, 24), P("B", 0, 3), P("C", 0, 3))
#define PAIR PROCESSES(P("A", 0, 8), P("B", 2, 3))

/* -- text -------------------------------------------------------------------------------------- */

static void a_tick_is_several_columns(void)
{
	/* 30 ticks in 80 - 5 - 1 columns: 2 for each */
	draws("fcfs", TEXTBOOK, NULL, NULL,
		"core A-----------------------------------------------B-----C-----\n"
		"A    ################################################\n"
		"B    ................................................######\n"
		"C    ......................................................######\n"
		"     +---+---+---+---+---+---+---+---+---+---+---+---+---+---+---+\n"
		"     0   2   4   6   8   10  12  14  16  18  20  22  24  26  28  30\n"
		"     # runs  . ready\n");
	/* and in 36 - 6 one each, the numbers further apart */
	draws("fcfs", TEXTBOOK, NULL, &(tutti_sched_chart){ .width = 36 },
		"core A-----------------------B--C--\n"
		"A    ########################\n"
		"B    ........................###\n"
		"C    ...........................###\n"
		"     +----+----+----+----+----+----+\n"
		"     0    5    10   15   20   25\n"
		"     # runs  . ready\n");
}

static void a_column_is_several_ticks(void)
{
	/* 30 ticks in 30 - 6 columns: 2 ticks each. Of column 4, ticks 8 and 9, C has both; of
	 * column 3, ticks 6 and 7, B has 6 and C has 7: a half each, and B was first */
	draws("rr", TEXTBOOK, NULL, &(tutti_sched_chart){ .width = 30 },
		"core A-B-CA---------\n"
		"A    ##...##########\n"
		"B    ..#+\n"
		"C    ...+#\n"
		"     +----+----+----+\n"
		"     0    10   20   30\n"
		"     # runs  . ready\n"
		"     +- part of 2 ticks\n");
}

static void queues_are_numbers(void)
{
	draws("mlfq", PAIR, NULL, &(tutti_sched_chart){ .width = 40 },
		"core A-----B--A-----B-----A-----------\n"
		"A    111222...222222......333333333333\n"
		"B          111......222222\n"
		"     +-----+-----+-----+-----+-----+---\n"
		"     0     2     4     6     8     10\n"
		"     1 2 3 runs, by queue  . ready\n");
}

static void who_is_blocked(void)
{
	draws("rtc", PROCESSES(P("A", 0, 2, 3, 1), P("B", 0, 2)), NULL,
		&(tutti_sched_chart){ .width = 30, .utf8 = true },
		"core A─────~~~~~~~~~───B─────\n"
		"A    ██████~~~~~~~~~███\n"
		"B    ··················██████\n"
		"     ┴──┴──┴──┴──┴──┴──┴──┴──┴\n"
		"     0  1  2  3  4  5  6  7  8\n"
		"     █ runs  · ready\n"
		"     ~ blocked\n");
}

static void idle_cores_and_late_beginnings(void)
{
	/* nobody before 1000, which is where the chart begins */
	draws("fcfs", PROCESSES(P("A", 1000, 2), P("B", 1001, 2, 1, 1)),
		&(tutti_sched_options){ .cores = 2 }, &(tutti_sched_chart){ .width = 40 },
		"core 0 A-------        B---\n"
		"core 1     B-------\n"
		"A      ########\n"
		"B          ########~~~~####\n"
		"       +-------+-------+----\n"
		"       1000    1002    1004\n"
		"       # runs  . ready  ~ blocked\n");
}

static void only_cores_or_few_rows(void)
{
	draws("fcfs", TEXTBOOK, NULL, &(tutti_sched_chart){ .width = 36, .no_lanes = true },
		"core A-----------------------B--C--\n"
		"     +----+----+----+----+----+----+\n"
		"     0    5    10   15   20   25\n");
	draws("parallel", TEXTBOOK, NULL, &(tutti_sched_chart){ .width = 36, .rows = 1 },
		"core 0 A-----------------------\n"
		"A      ########################\n"
		"       and 2 more\n"
		"       +----+----+----+----+----\n"
		"       0    5    10   15   20\n"
		"       # runs  . ready\n");
}

/* -- names ------------------------------------------------------------------------------------- */

static void names_of_any_script(void)
{
	/* as wide as two columns each; cut where they take more than a quarter */
	draws("fcfs", PROCESSES(P("喝酒", 0, 3), P("吃烤鸭吃烤", 0, 4)), NULL,
		&(tutti_sched_chart){ .width = 32, .utf8 = true },
		"core     喝酒─────吃烤鸭吃烤──\n"
		"喝酒     █████████\n"
		"吃烤鸭…  ·········████████████\n"
		"         ┴──┴──┴──┴──┴──┴──┴──┴\n"
		"         0  1  2  3  4  5  6  7\n"
		"         █ runs  · ready\n");
	draws("fcfs", PROCESSES(P("喝酒", 0, 3), P("abcdefghijk", 0, 4)), NULL,
		&(tutti_sched_chart){ .width = 32 },
		"core     ?\?-------abcdefghijk-\n"
		"??       #########\n"
		"abcdefg~ .........############\n"
		"         +--+--+--+--+--+--+--+\n"
		"         0  1  2  3  4  5  6  7\n"
		"         # runs  . ready\n");
}

static void names_that_do_not_fit_a_slice(void)
{
	/* what all begin with is left out then */
	draws("rr", PROCESSES(P("job1", 0, 8), P("job2", 0, 8), P("job3", 0, 8)),
		&(tutti_sched_options){ .slice = 2 }, &(tutti_sched_chart){ .width = 31 },
		"core 1-2-3-1-2-3-1-2-3-1-2-3-\n"
		"job1 ##....##....##....##\n"
		"job2 ..##....##....##....##\n"
		"job3 ....##....##....##....##\n"
		"     +----+----+----+----+----\n"
		"     0    5    10   15   20\n"
		"     # runs  . ready\n");
}

static void names_side_by_side(void)
{
	draws("rr", PROCESSES(P("editor", 0, 3), P("shell", 0, 7)),
		&(tutti_sched_options){ .slice = 2 },
		&(tutti_sched_chart){ .width = 30, .no_lanes = true },
		"core edi-she-e-shell-----\n"
		"     +---+---+---+---+---+\n"
		"     0   2   4   6   8   10\n");
}

static void names_cannot_control_a_terminal(void)
{
	draws("fcfs", PROCESSES(P("a\033[2Jb\x7F", 0, 4), P("\xC2\x9B\xFF\xE2\x80\xAE", 0, 4)),
		NULL, &(tutti_sched_chart){ .width = 40, .utf8 = true, .no_lanes = true },
		"core a?[2Jb?─────────?\?\?─────────────\n"
		"     ┴───┴───┴───┴───┴───┴───┴───┴───┴\n"
		"     0   1   2   3   4   5   6   7   8\n");
}

static void colors_are_ended(void)
{
	tutti_sched_result r;
	tutti_bytes text;
	int on = 0, off = 0;

	run(&r, "mlfq", TEXTBOOK, NULL);
	CHECK_EQ(tutti_sched_chart_text(
			 &text, &r, &(tutti_sched_chart){ .color = true, .utf8 = true }),
		0);
	for (const char *at = text.data; (at = strchr(at, '\033')); at++) {
		bool ends = strncmp(at, "\033[0m", 4) == 0;

		CHECK(ends ? on == off + 1 : on == off);
		off += ends;
		on += !ends;
	}
	CHECK(on > 10 && on == off);
	CHECK(strstr(text.data, "\033[30;102mA"));
	tutti_bytes_free(&text);
	tutti_sched_result_clear(&r);
}

/* Columns of a line of UTF-8 whose characters all have one. */
static int columns(const char *line, size_t n)
{
	int columns = 0;

	for (size_t i = 0; i < n; i++)
		columns += (line[i] & 0xC0) != 0x80;
	return columns;
}

static void no_line_is_too_wide(void)
{
	static const int widths[] = { 30, 31, 47, 80, 200, 1000 };
	tutti_sched_workload w;

	for (uint64_t seed = 1; seed < 40; seed++) {
		tutti_sched_chart chart = { .width = widths[seed % 6], .utf8 = seed % 2 == 0 };
		tutti_sched_result r;
		tutti_bytes text;

		CHECK_EQ(tutti_sched_workload_random(&w, seed, 1 + seed % 13), 0);
		run(&r, tutti_sched_builtin(seed % 7)->name, w.processes, w.processes_n, NULL);
		CHECK_EQ(tutti_sched_chart_text(&text, &r, &chart), 0);
		for (const char *at = text.data, *end; *at; at = end + 1) {
			end = strchr(at, '\n');
			CHECK(columns(at, (size_t)(end - at)) <= chart.width);
			CHECK(end == at || end[-1] != ' ');
		}
		tutti_bytes_free(&text);
		tutti_sched_result_clear(&r);
		tutti_sched_workload_clear(&w);
	}
}

/* -- pictures ---------------------------------------------------------------------------------- */

static int count(const char *text, const char *part)
{
	int n = 0;

	while ((text = strstr(text, part)) != NULL) {
		n++;
		text++;
	}
	return n;
}

static void has_a_bar_for_each_slice(void)
{
	tutti_sched_result r;
	tutti_bytes svg;
	const char *text;

	run(&r, "rr", PROCESSES(P("A", 0, 8, 3, 2), P("B<&\">\033", 0, 3)), NULL);
	CHECK_EQ(tutti_sched_chart_svg(&svg, &r, 1, NULL), 0);
	text = svg.data;
	CHECK_EQ(strncmp(text, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"960\"", 51), 0);
	CHECK_STR(text + svg.size - 7, "</svg>\n");
	/* A three times, B once, each in its own lane and in the core's */
	CHECK_EQ(count(text, ": running, "), 8);
	CHECK_EQ(count(text, "A: running, 0 to 4<"), 2);
	CHECK_EQ(count(text, "A: ready, 4 to 7<"), 1);
	CHECK_EQ(count(text, "A: blocked, 11 to 14<"), 1);
	CHECK_EQ(count(text, ">B&#60;&#38;&#34;&#62;?<"), 2);
	CHECK_EQ(count(text, "B<"), 0);
	CHECK_EQ(count(text, ">slices of 4 ticks, 1 core, 16 ticks<"), 1);
	CHECK_EQ(count(text, "<text"), count(text, "</text>"));
	CHECK_EQ(count(text, "<rect"), count(text, "</rect>") + 3); /* ground, key twice */
	tutti_bytes_free(&svg);
	tutti_sched_result_clear(&r);
}

static void puts_several_runs_below_each_other(void)
{
	tutti_sched_result r[2];
	tutti_bytes svg;

	run(&r[0], "mlfq", TEXTBOOK, NULL);
	run(&r[1], "fcfs", TEXTBOOK, &(tutti_sched_options){ .cores = 3 });
	CHECK_EQ(tutti_sched_chart_svg(&svg, r, 2, &(tutti_sched_chart){ .width = 500 }), 0);
	CHECK_EQ(count(svg.data, ">multilevel feedback queue<"), 1);
	CHECK_EQ(count(svg.data, ">slices of 1, 2, 4 ticks, 1 core, 30 ticks<"), 1);
	CHECK_EQ(count(svg.data, ">first come, first served<"), 1);
	CHECK_EQ(count(svg.data, ">3 cores, 24 ticks<"), 1);
	CHECK_EQ(count(svg.data, ">core 2<"), 1);
	/* six slices in two places, and while A was ready there */
	CHECK_EQ(count(svg.data, "queue 3</title>"), 13);
	tutti_bytes_free(&svg);
	for (int i = 0; i < 2; i++)
		tutti_sched_result_clear(&r[i]);
}

/* A run a thousand times as long is not a picture a thousand times as large. */
static void stays_small(void)
{
	tutti_sched_result r;
	tutti_bytes svg;

	run(&r, "rr", PROCESSES(P("A", 0, 100000), P("B", 0, 100000)),
		&(tutti_sched_options){ .slice = 1 });
	CHECK_EQ(r.slices_n, 200000);
	CHECK_EQ(tutti_sched_chart_svg(&svg, &r, 1, NULL), 0);
	CHECK(svg.size < 600000);
	CHECK(count(svg.data, "fill-opacity=\"0.57\"") + count(svg.data, "fill-opacity=\"0.58\"") >
		0);
	tutti_bytes_free(&svg);
	tutti_sched_result_clear(&r);
}

static void refuses(void)
{
	tutti_sched_result r, none = { 0 };
	tutti_bytes out = { .size = 77 };

	run(&r, "fcfs", PAIR, NULL);
	CHECK_EQ(tutti_sched_chart_text(&out, &r, &(tutti_sched_chart){ .width = 29 }), -EINVAL);
	CHECK_EQ(tutti_sched_chart_text(&out, &none, NULL), -EINVAL);
	CHECK_EQ(tutti_sched_chart_text(&out, NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_sched_chart_svg(&out, &r, 0, NULL), -EINVAL);
	CHECK_EQ(tutti_sched_chart_svg(&out, &none, 1, NULL), -EINVAL);
	CHECK_EQ(tutti_sched_chart_svg(&out, &r, 1, &(tutti_sched_chart){ .width = 99 }), -EINVAL);
	CHECK_EQ(out.size, 77);
	tutti_sched_result_clear(&r);
}

int main(void)
{
	suite_begin();
	RUN(a_tick_is_several_columns);
	RUN(a_column_is_several_ticks);
	RUN(queues_are_numbers);
	RUN(who_is_blocked);
	RUN(idle_cores_and_late_beginnings);
	RUN(only_cores_or_few_rows);
	RUN(names_of_any_script);
	RUN(names_that_do_not_fit_a_slice);
	RUN(names_side_by_side);
	RUN(names_cannot_control_a_terminal);
	RUN(colors_are_ended);
	RUN(no_line_is_too_wide);
	RUN(has_a_bar_for_each_slice);
	RUN(puts_several_runs_below_each_other);
	RUN(stays_small);
	RUN(refuses);
	return suite_end();
}
