/* SPDX-License-Identifier: MIT */
/* table_text.c - how long everybody waited, in numbers. */
#include "core/alloc.h"
#include "core/paper.h"

#include <errno.h>
#include <inttypes.h>
#include <tutti/sched_chart.h>

enum { WIDTH_USUAL = 80, WIDTH_LEAST = 30, NAME_LEAST = 7, NUMBERS = 54 /* columns of them */ };

struct sheet {
	struct tu_paper paper;
	enum tu_paper_kind kind;
	bool color;
	int width, name;
};

static void set_up(struct sheet *s, const tutti_sched_chart *chart)
{
	*s = (struct sheet){ .width = WIDTH_USUAL, .name = NAME_LEAST };
	if (!chart)
		return;
	s->width = chart->width > 0 ? chart->width : WIDTH_USUAL;
	s->kind = chart->utf8 ? TU_PAPER_UTF8 : TU_PAPER_ASCII;
	s->color = chart->color;
}

/* As wide as the widest name, but no wider than leaves room for the numbers. */
static void widen(struct sheet *s, const char *name)
{
	int most = s->width - NUMBERS, width = tu_paper_width(name, s->kind);

	width = width < most ? width : most;
	s->name = width > s->name ? width : s->name;
}

static void name(struct sheet *s, const char *text)
{
	tu_paper_name(&s->paper, text, s->name, s->kind, true);
}

static void style(struct sheet *s, const char *code)
{
	if (s->color)
		tu_paper_text(&s->paper, code);
}

/* -- of processes ------------------------------------------------------------------------------ */

static int64_t computes(const tutti_sched_process *p)
{
	int64_t ticks = 0;

	for (size_t i = 0; i < p->bursts_n; i += 2)
		ticks += p->bursts[i];
	return ticks;
}

static void process_row(struct sheet *s, const tutti_sched_result *r, size_t i)
{
	const tutti_sched_process *p = &r->processes[i];
	const tutti_sched_measure *m = &r->measures[i];

	name(s, p->name);
	tu_paper_printf(&s->paper,
		" %8" PRId64 " %8" PRId64 " %8" PRId64 " %10" PRId64 " %8" PRId64 " %6" PRId64 "\n",
		p->arrival, computes(p), m->waiting, m->turnaround, m->response, m->finish);
}

static void means(struct sheet *s, const tutti_sched_result *r)
{
	style(s, "\033[1m");
	name(s, "mean");
	tu_paper_printf(&s->paper, " %8s %8s %8.2f %10.2f %8.2f", "", "", r->waiting_mean,
		r->turnaround_mean, r->response_mean);
	style(s, "\033[0m");
	tu_paper_text(&s->paper, "\n");
}

int tutti_sched_table_text(
	tutti_bytes *out, const tutti_sched_result *result, const tutti_sched_chart *chart)
{
	struct sheet s;
	size_t rows;

	set_up(&s, chart);
	if (!out || !result || result->processes_n == 0 || s.width < WIDTH_LEAST)
		return -EINVAL;
	rows = result->processes_n;
	if (chart && chart->rows > 0 && chart->rows < rows)
		rows = chart->rows;
	for (size_t i = 0; i < rows; i++)
		widen(&s, result->processes[i].name);
	style(&s, "\033[2m");
	name(&s, "process");
	tu_paper_printf(&s.paper, " %8s %8s %8s %10s %8s %6s", "arrival", "computes", "waiting",
		"turnaround", "response", "finish");
	style(&s, "\033[0m");
	tu_paper_text(&s.paper, "\n");
	for (size_t i = 0; i < rows; i++)
		process_row(&s, result, i);
	if (rows < result->processes_n)
		tu_paper_printf(&s.paper, "and %zu more\n", result->processes_n - rows);
	means(&s, result);
	return tu_paper_take(&s.paper, out);
}

/* -- of runs ----------------------------------------------------------------------------------- */

static const char *name_of(const tutti_sched_result *r)
{
	return r->name ? r->name : "";
}

int tutti_sched_compare_text(tutti_bytes *out, const tutti_sched_result *results, size_t n,
	const tutti_sched_chart *chart)
{
	struct sheet s;

	set_up(&s, chart);
	if (!out || !results || n == 0 || s.width < WIDTH_LEAST)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (results[i].processes_n == 0)
			return -EINVAL;
		widen(&s, name_of(&results[i]));
	}
	widen(&s, "algorithm");
	style(&s, "\033[2m");
	name(&s, "algorithm");
	tu_paper_printf(&s.paper, " %5s %9s %10s %9s %8s %8s", "cores", "waiting", "turnaround",
		"response", "switches", "end");
	style(&s, "\033[0m");
	tu_paper_text(&s.paper, "\n");
	for (size_t i = 0; i < n; i++) {
		const tutti_sched_result *r = &results[i];

		name(&s, name_of(r));
		tu_paper_printf(&s.paper, " %5d %9.2f %10.2f %9.2f %8zu %8" PRId64 "\n", r->cores,
			r->waiting_mean, r->turnaround_mean, r->response_mean, r->switches, r->end);
	}
	return tu_paper_take(&s.paper, out);
}
