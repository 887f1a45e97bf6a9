/* SPDX-License-Identifier: MIT */
/*
 * trace_text.c - a story as lines of text: a lane in each, a character for each part of the time,
 * by what the lane was at for the longest of it.
 */
#include "core/alloc.h"
#include "observe/rows.h"
#include "observe/trace.h"
#include "observe/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH_USUAL = 80, ROWS_USUAL = 40, NAME = 300, LABEL_MOST = 30, LABEL_LEAST = 8 };

static const struct look {
	const char *ascii, *utf8, *color, *words;
} looks[TU_STATES] = {
	[TU_STATE_RUNS] = { "#", "\xE2\x96\x88", "\x1b[34m", "running" },
	[TU_STATE_READY] = { "+", "\xE2\x96\x91", "\x1b[33m", "ready" },
	[TU_STATE_WAITS] = { "-", "\xE2\x94\x80", "\x1b[90m", "waiting" },
	[TU_STATE_IDLE] = { ".", "\xC2\xB7", "\x1b[90m", "idle" },
};

struct page {
	struct tu_paper *paper;
	const struct tu_story *story;
	const tutti_trace_chart *chart;
	struct tu_rows rows;
	int label, length;
	struct tu_share *shares;
};

static enum tu_paper_kind kind_of(const struct page *p)
{
	return p->chart->utf8 ? TU_PAPER_UTF8 : TU_PAPER_ASCII;
}

/* Of a place: the state of most of it; TU_STATES: nobody lived. Who runs is never overlooked. */
static unsigned most_of(const struct tu_share *share, bool folded)
{
	unsigned most = TU_STATES;
	double best = .02;

	if (folded && share->state[TU_STATE_RUNS] >= .5)
		return TU_STATE_RUNS;
	for (unsigned i = 0; i < TU_STATES; i++)
		if (share->state[i] > best) {
			most = i;
			best = share->state[i];
		}
	return most;
}

static void put_place(struct page *p, unsigned state, unsigned *before)
{
	if (p->chart->color && state != *before)
		tu_paper_text(p->paper, state < TU_STATES ? looks[state].color : "\x1b[0m");
	*before = state;
	if (state == TU_STATES)
		tu_paper_text(p->paper, " ");
	else
		tu_paper_text(p->paper, p->chart->utf8 ? looks[state].utf8 : looks[state].ascii);
}

static void put_row(struct page *p, const struct tu_row *row)
{
	unsigned before = TU_STATES;
	char name[NAME];

	memset(p->shares, 0, (size_t)p->length * sizeof(*p->shares));
	tu_row_shares(p->story, &p->rows, row, p->shares, (size_t)p->length);
	tu_row_label(&p->rows, row, name, sizeof(name));
	tu_paper_name(p->paper, name, p->label, kind_of(p), true);
	tu_paper_text(p->paper, " ");
	for (int i = 0; i < p->length; i++)
		put_place(p, most_of(&p->shares[i], row->folded), &before);
	if (p->chart->color)
		tu_paper_text(p->paper, "\x1b[0m");
	tu_paper_text(p->paper, "\n");
}

static void put_process(struct page *p, unsigned process)
{
	char name[NAME];

	tu_story_process(p->story, process, name, sizeof(name));
	tu_paper_name(p->paper, name, p->label + 1 + p->length, kind_of(p), false);
	tu_paper_text(p->paper, "\n");
}

/* From 0 to the end. ASCII has no micro sign. */
static void put_axis(struct page *p)
{
	char time[40], *micro;
	int columns;

	tu_unit_text(p->story->end - p->story->begin, time, sizeof(time));
	micro = p->chart->utf8 ? NULL : strstr(time, "\xC2\xB5");
	if (micro)
		strcpy(micro, "us");
	columns = tu_paper_width(time, kind_of(p));
	tu_paper_repeat(p->paper, " ", p->label + 1);
	tu_paper_text(p->paper, "0");
	tu_paper_repeat(p->paper, " ", p->length - 1 - columns);
	tu_paper_cut(p->paper, time, columns, kind_of(p));
	tu_paper_text(p->paper, "\n");
}

static void put_key(struct page *p)
{
	tu_paper_repeat(p->paper, " ", p->label + 1);
	for (unsigned i = 0; i < TU_STATES; i++)
		tu_paper_printf(p->paper, "%s%s %s", i ? "  " : "",
			p->chart->utf8 ? looks[i].utf8 : looks[i].ascii, looks[i].words);
	tu_paper_text(p->paper, "\n");
	if (p->rows.left_out)
		tu_paper_printf(p->paper, "%zu lanes are not shown\n", p->rows.left_out);
	if (p->story->lost)
		tu_paper_printf(p->paper,
			"at the end %" PRIu64 " events are missing: there was no room for them\n",
			p->story->lost);
}

/* As wide as the longest label, but most of the width is for time. */
static void measure(struct page *p, int width)
{
	char name[NAME];

	p->label = LABEL_LEAST;
	for (size_t i = 0; i < p->rows.n; i++) {
		int columns;

		tu_row_label(&p->rows, &p->rows.rows[i], name, sizeof(name));
		columns = tu_paper_width(name, kind_of(p));
		p->label = columns > p->label ? columns : p->label;
	}
	if (p->label > LABEL_MOST)
		p->label = LABEL_MOST;
	if (p->label > width * 2 / 5)
		p->label = width * 2 / 5;
	p->length = width - p->label - 1;
}

static void put_rows(struct page *p)
{
	for (size_t i = 0; i < p->rows.n; i++) {
		const struct tu_row *row = &p->rows.rows[i];

		if (p->story->processes_n > 1 &&
			(i == 0 || row->process != p->rows.rows[i - 1].process))
			put_process(p, row->process);
		put_row(p, row);
	}
}

void tu_trace_text(struct tu_trace_sheet *s)
{
	struct page p = { .paper = &s->paper, .story = s->story, .chart = &s->chart };
	int width = s->chart.width ? s->chart.width : WIDTH_USUAL;

	if (tu_rows_make(&p.rows, p.story, s->chart.rows ? s->chart.rows : ROWS_USUAL) < 0) {
		s->paper.failed = true;
		return;
	}
	measure(&p, width);
	p.shares = tu_alloc((size_t)p.length * sizeof(*p.shares));
	if (p.shares) {
		put_rows(&p);
		put_axis(&p);
		put_key(&p);
	} else {
		s->paper.failed = true;
	}
	tu_free(p.shares);
	tu_rows_free(&p.rows);
}
