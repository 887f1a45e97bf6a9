/* SPDX-License-Identifier: MIT */
/*
 * trace_svg.c - a story as a picture: lanes below each other, time from left to right.
 *
 * States are told apart by height as well as by colour: a full bar runs, half a bar is ready, a
 * line waits, a thin one is idle. Spans are boxes below. A row with more stretches than could be
 * seen, and one of several lanes at once, is drawn in steps of a pixel; so the picture's size
 * depends on its rows, not on how much happened.
 */
#include "observe/trace_svg.h"
#include "core/alloc.h"
#include "observe/rows.h"
#include "observe/trace.h"
#include "observe/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	WIDTH_USUAL = 1200,
	ROWS_USUAL = 80,
	LEFT = 230, /* of it, for names */
	RIGHT = 16,
	LABEL = 34, /* columns */
	LETTER = 6, /* pixels of one, about */
	TOP = 70,
	BAR = 14,
	BOX = 14, /* a span */
	DEPTH_MOST = 3,
	GAP = 6,
	FOLDED = 34,
	HEADING = 22,
	AXIS = 24,
	ARROWS_MOST = 400,
	ARROWS_APART = 3, /* pixels, of two between the same rows */
	MARKS_MOST = 400,
	MARKS_APART = 2,
	NAME = 300
};

struct sheet {
	struct tu_trace_sheet *out;
	const struct tu_story *story;
	struct tu_rows rows;
	double *y;       /* of each row's upper edge */
	unsigned *depth; /* boxes of each row, on top of each other */
	double height;
	int width, length;
	size_t arrows_left_out, marks_left_out;
};

static struct tu_paper *paper(struct sheet *s)
{
	tu_trace_turn_over(s->out);
	return &s->out->paper;
}

static double x_of(const struct sheet *s, int64_t t)
{
	double whole = (double)(s->story->end - s->story->begin + 1);

	return LEFT + (double)(t - s->story->begin) / whole * s->length;
}

static void put_name(struct sheet *s, const char *name, int columns)
{
	tu_paper_name(&s->out->paper, name, columns, TU_PAPER_XML, false);
}

/* The beginning and the end of one: what is numbered differs there. */
static void put_label(struct sheet *s, const char *name)
{
	size_t n = strlen(name), tail = LABEL / 2, from;

	if (tu_paper_width(name, TU_PAPER_XML) <= LABEL) {
		put_name(s, name, LABEL);
		return;
	}
	from = n > tail ? n - tail : 0;
	while (from < n && ((unsigned char)name[from] & 0xC0) == 0x80) /* within a character */
		from++;
	tu_paper_cut(&s->out->paper, name, LABEL - (int)tail - 1, TU_PAPER_XML);
	tu_paper_text(&s->out->paper, "\xE2\x80\xA6");
	put_name(s, name + from, (int)tail);
}

/* -- time ------------------------------------------------------------------------------------- */

static void draw_axis(struct sheet *s, double y, bool lines)
{
	int64_t whole = s->story->end - s->story->begin, step = tu_unit_step(whole, s->length / 90);
	const struct tu_unit *u = tu_unit_of(step);

	for (int64_t t = 0; t <= whole; t += step) {
		double x = x_of(s, s->story->begin + t);

		if (lines)
			tu_paper_printf(paper(s),
				"<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
				"y2=\"%.1f\"/>\n",
				x, y, x, s->height - AXIS);
		tu_paper_printf(paper(s),
			"<text class=\"axis\" x=\"%.1f\" y=\"%.1f\">%" PRId64 " %s</text>\n", x,
			lines ? y - 4 : y + 14, t / u->ns, u->name);
	}
}

/* -- the page --------------------------------------------------------------------------------- */

static void draw_head(struct sheet *s)
{
	tu_paper_printf(paper(s),
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\" "
		"viewBox=\"0 0 %d %.0f\" font-family=\"system-ui, sans-serif\">\n",
		s->width, s->height, s->width, s->height);
	tu_paper_text(paper(s), tu_svg_style);
}

static void draw_title(struct sheet *s)
{
	const struct tu_story *story = s->story;
	char buf[64];

	tu_paper_text(paper(s), "<text class=\"title\" x=\"16\" y=\"22\">");
	put_name(s, story->processes_n ? story->processes[0].name : "nothing", 60);
	tu_paper_printf(paper(s),
		"<tspan class=\"dim\" dx=\"10\" font-size=\"12\" font-weight=\"400\">%s, %zu "
		"lane%s",
		tu_unit_text(story->end - story->begin, buf, sizeof(buf)), story->lanes_n,
		story->lanes_n == 1 ? "" : "s");
	if (story->processes_n > 1)
		tu_paper_printf(paper(s), " of %zu processes", story->processes_n);
	if (s->rows.left_out)
		tu_paper_printf(paper(s), "; %zu of them are not shown", s->rows.left_out);
	if (s->arrows_left_out)
		tu_paper_printf(paper(s), "; %zu arrows are not shown", s->arrows_left_out);
	if (s->marks_left_out)
		tu_paper_printf(paper(s), "; %zu marks are not shown", s->marks_left_out);
	if (story->lost)
		tu_paper_printf(paper(s),
			"; at the end %" PRIu64 " events are missing: there was no room for them",
			story->lost);
	tu_paper_text(paper(s), "</tspan></text>\n");
}

/* -- where rows are --------------------------------------------------------------------------- */

static double row_height(const struct sheet *s, size_t i)
{
	return s->rows.rows[i].folded ? FOLDED : BAR + s->depth[i] * (BOX + 1);
}

static void measure_spans(struct sheet *s)
{
	for (size_t i = 0; i < s->story->spans_n; i++) {
		const struct tu_span *span = &s->story->spans[i];
		size_t row = s->rows.row_of[span->lane];
		unsigned depth = span->depth + 1 < DEPTH_MOST ? span->depth + 1 : DEPTH_MOST;

		if (row != SIZE_MAX && depth > s->depth[row])
			s->depth[row] = depth;
	}
}

static void place_rows(struct sheet *s)
{
	double y = TOP + AXIS;
	bool headings = s->story->processes_n > 1;

	for (size_t i = 0; i < s->rows.n; i++) {
		if (headings && (i == 0 || s->rows.rows[i].process != s->rows.rows[i - 1].process))
			y += HEADING;
		s->y[i] = y;
		y += row_height(s, i) + GAP;
	}
	s->height = y + AXIS + 8;
}

/* What its drawing cannot tell. */
static void draw_folded_label(struct sheet *s, size_t i)
{
	size_t failed = 0, at_once = tu_row_at_once(&s->rows, &s->rows.rows[i]);

	for (size_t k = 0; k < s->story->spans_n; k++)
		failed +=
			s->story->spans[k].code < 0 && s->rows.row_of[s->story->spans[k].lane] == i;
	tu_paper_printf(paper(s), "<text class=\"dim\" x=\"16\" y=\"%.1f\">%zu at once at most",
		s->y[i] + 26, at_once);
	if (failed)
		tu_paper_printf(
			paper(s), "<tspan class=\"bad\" dx=\"8\">%zu failed</tspan>", failed);
	tu_paper_text(paper(s), "</text>\n");
}

static void draw_labels(struct sheet *s)
{
	char name[NAME];

	for (size_t i = 0; i < s->rows.n; i++) {
		const struct tu_row *row = &s->rows.rows[i];
		bool first = i == 0 || row->process != s->rows.rows[i - 1].process;

		if (first && s->story->processes_n > 1) {
			tu_paper_printf(paper(s), "<text class=\"process\" x=\"10\" y=\"%.1f\">",
				s->y[i] - 7);
			put_name(s, tu_story_process(s->story, row->process, name, sizeof(name)),
				80);
			tu_paper_text(paper(s), "</text>\n");
		}
		tu_paper_printf(paper(s), "<text x=\"16\" y=\"%.1f\">", s->y[i] + 11);
		tu_row_label(&s->rows, row, name, sizeof(name));
		put_label(s, name);
		tu_paper_text(paper(s), "<title>");
		put_name(s, name, 200);
		tu_paper_text(paper(s), "</title></text>\n");
		if (row->folded)
			draw_folded_label(s, i);
	}
}

/* -- stretches -------------------------------------------------------------------------------- */

static const struct {
	const char *class;
	double height;
} looks[TU_STATES] = {
	[TU_STATE_RUNS] = { "run", BAR },
	[TU_STATE_READY] = { "ready", BAR / 2.0 },
	[TU_STATE_WAITS] = { "waits", 2 },
	[TU_STATE_IDLE] = { "idle", 1 },
};

static void draw_tip(struct sheet *s, const char *name, int64_t begin, int64_t end)
{
	char from[64], length[64];

	tu_paper_text(paper(s), "<title>");
	put_name(s, name, 200);
	tu_paper_printf(paper(s), ": %s, from %s on</title>",
		tu_unit_text(end - begin, length, sizeof(length)),
		tu_unit_text(begin - s->story->begin, from, sizeof(from)));
}

static void draw_stretch(struct sheet *s, const struct tu_stretch *w, double y)
{
	double x = x_of(s, w->begin), width = x_of(s, w->end) - x, height = looks[w->state].height;
	char name[NAME];

	tu_story_state(s->story, w, name, sizeof(name));
	tu_paper_printf(paper(s),
		"<rect class=\"%s\" x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\">",
		looks[w->state].class, x, y + (BAR - height) / 2, width > .3 ? width : .3, height);
	draw_tip(s, name, w->begin, w->end);
	tu_paper_text(paper(s), "</rect>\n");
	if (w->state != TU_STATE_WAITS || width < 40)
		return;
	tu_paper_printf(paper(s),
		"<text class=\"wait\" font-size=\"9\" style=\"font-size:9px\" "
		"x=\"%.1f\" y=\"%.1f\">",
		x + 3, y + 5);
	put_name(s, name, (int)(width - 6) / 5);
	tu_paper_text(paper(s), "</text>\n");
}

static bool is_crowded(const struct sheet *s, const struct tu_row *row)
{
	size_t n = 0;

	for (size_t i = 0; i < row->n; i++)
		n += s->rows.lanes[row->first + i]->n;
	return row->folded || n > (size_t)s->length;
}

static void draw_row(struct sheet *s, const struct tu_row *row, double y)
{
	for (size_t i = 0; i < row->n; i++) {
		const struct tu_lane *l = s->rows.lanes[row->first + i];

		if (i > 0 && x_of(s, l->begin) > LEFT) /* another begins */
			tu_paper_printf(paper(s),
				"<rect x=\"%.2f\" y=\"%.1f\" width=\".6\" height=\"%d\"/>\n",
				x_of(s, l->begin) - .3, y - 1, BAR + 2);
		for (size_t k = l->first; k < l->first + l->n; k++)
			draw_stretch(s, &s->story->stretches[k], y);
	}
}

/* One of them ran in every part of the place that is filled; the grey above is how many lived. */
static void draw_step(struct sheet *s, const struct tu_share *share, double x, double y,
	double height, double most)
{
	double lived = 0, runs = share->state[TU_STATE_RUNS], bar = height / 2, up;

	for (int i = 0; i < TU_STATES; i++)
		lived += share->state[i];
	if (lived <= 0)
		return;
	runs = runs < 1 ? runs : 1;
	up = lived / most * (height - bar);
	tu_paper_printf(paper(s), "<path class=\"idle\" d=\"M%.1f,%.1fv-%.1fh1v%.1fz\"/>", x,
		y + height - bar, up, up);
	up *= share->state[TU_STATE_READY] / lived;
	if (up >= .2)
		tu_paper_printf(paper(s), "<path class=\"ready\" d=\"M%.1f,%.1fv-%.1fh1v%.1fz\"/>",
			x, y + height - bar, up, up);
	if (runs > .02)
		tu_paper_printf(paper(s), "<path class=\"run\" d=\"M%.1f,%.1fv-%.1fh1v%.1fz\"/>", x,
			y + height, runs * bar, runs * bar);
	tu_paper_text(paper(s), "\n");
}

static void draw_crowd(struct sheet *s, const struct tu_row *row, double y, double height)
{
	size_t n = (size_t)s->length;
	struct tu_share *shares = tu_alloc_zero(n * sizeof(*shares));
	double most = 1;

	if (!shares) {
		s->out->paper.failed = true;
		return;
	}
	tu_row_shares(s->story, &s->rows, row, shares, n);
	for (size_t i = 0; i < n; i++) {
		double lived = 0;

		for (int k = 0; k < TU_STATES; k++)
			lived += shares[i].state[k];
		most = lived > most ? lived : most;
	}
	for (size_t i = 0; i < n; i++)
		draw_step(s, &shares[i], LEFT + (double)i, y, height, most);
	tu_free(shares);
}

static void draw_rows(struct sheet *s)
{
	for (size_t i = 0; i < s->rows.n; i++) {
		const struct tu_row *row = &s->rows.rows[i];

		if (is_crowded(s, row))
			draw_crowd(s, row, s->y[i], row->folded ? FOLDED : BAR);
		else
			draw_row(s, row, s->y[i]);
	}
}

/* -- spans and marks -------------------------------------------------------------------------- */

/* How far to the right boxes of a row and depth have come: what would not be seen is not drawn. */
static bool is_seen(double *right, double x, double width, bool failed)
{
	if (!failed && x + width < *right + 1)
		return false;
	*right = x + width;
	return true;
}

static void draw_span(struct sheet *s, const struct tu_span *span, size_t row, double *right)
{
	unsigned depth = span->depth < DEPTH_MOST ? span->depth : DEPTH_MOST - 1;
	double y = s->y[row] + BAR + 1 + depth * (BOX + 1.0);
	double x = x_of(s, span->begin), width = x_of(s, span->end) - x;
	bool failed = span->code < 0;
	char name[NAME];

	width = width > .8 ? width : .8;
	if (!is_seen(&right[row * DEPTH_MOST + depth], x, width, failed))
		return;
	tu_story_span(span, name, sizeof(name));
	tu_paper_printf(paper(s),
		"<rect class=\"%s\" x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\">",
		failed ? "failed" : "span", x, y, width, BOX - 1);
	draw_tip(s, name, span->begin, span->end);
	tu_paper_text(paper(s), "</rect>\n");
	if (width < 3 * LETTER)
		return;
	tu_paper_printf(paper(s),
		"<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" "
		"pointer-events=\"none\">%s",
		failed ? "bad" : "in", x + 2, y + 10, failed ? "\xE2\x9C\x97 " : "");
	put_name(s, name, (int)(width - 4) / LETTER - 2 * failed);
	tu_paper_text(paper(s), "</text>\n");
}

static void draw_spans(struct sheet *s)
{
	double *right = tu_alloc_zero((s->rows.n * DEPTH_MOST + 1) * sizeof(*right));

	if (!right) {
		s->out->paper.failed = true;
		return;
	}
	for (size_t i = 0; i < s->story->spans_n; i++) {
		const struct tu_span *span = &s->story->spans[i];
		size_t row = s->rows.row_of[span->lane];

		if (row != SIZE_MAX && !s->rows.rows[row].folded)
			draw_span(s, span, row, right);
	}
	tu_free(right);
}

/* Those that do not lie on one before. All if there are not too many, else the first. */
static const struct tu_mark **choose_marks(struct sheet *s, size_t *n)
{
	double *last = tu_alloc_zero((s->rows.n + 1) * sizeof(*last));
	const struct tu_mark **marks = tu_alloc((MARKS_MOST + 1) * sizeof(struct tu_mark *));

	*n = 0;
	for (size_t i = 0; last && marks && i < s->story->marks_n && *n < MARKS_MOST; i++) {
		const struct tu_mark *m = &s->story->marks[i];
		size_t row = s->rows.row_of[m->lane];

		if (row == SIZE_MAX || x_of(s, m->at) < last[row] + MARKS_APART)
			continue;
		last[row] = x_of(s, m->at);
		marks[(*n)++] = m;
	}
	s->out->paper.failed |= !last || !marks;
	s->marks_left_out = s->story->marks_n - *n;
	tu_free(last);
	return marks;
}

static void draw_mark(struct sheet *s, const struct tu_mark *m)
{
	tu_paper_printf(paper(s), "<path class=\"mark\" d=\"M%.1f,%.1fl8,0l-4,8z\"><title>",
		x_of(s, m->at) - 4, s->y[s->rows.row_of[m->lane]] - 5);
	put_name(s, m->text, 200);
	tu_paper_text(paper(s), "</title></path>\n");
}

/* -- arrows ----------------------------------------------------------------------------------- */

static int longest_first(const void *a, const void *b)
{
	const struct tu_arrow *x = *(const struct tu_arrow *const *)a;
	const struct tu_arrow *y = *(const struct tu_arrow *const *)b;

	if (x->waited != y->waited)
		return x->waited > y->waited ? -1 : 1;
	return x < y ? -1 : x > y;
}

/*
 * Is it between two rows, and not where the one before between these was? last has where that was:
 * by the pair of rows, the pixels it is from the edge.
 */
static bool is_seen_between(struct sheet *s, const struct tu_arrow *a, struct tu_table *last)
{
	size_t from = s->rows.row_of[a->from], to = s->rows.row_of[a->to];
	uint64_t pair = (uint64_t)(from + 1) << 32 | to;
	uintptr_t x = (uintptr_t)x_of(s, a->arrived);
	void **before;

	if (from == SIZE_MAX || to == SIZE_MAX || from == to)
		return false;
	before = tu_table_at(last, pair);
	if (before && x < (uintptr_t)*before + ARROWS_APART)
		return false;
	if (before)
		*before = (void *)x;
	else if (!tu_table_put(last, pair, (void *)x))
		s->out->paper.failed = true;
	return true;
}

static void draw_arrow(struct sheet *s, const struct tu_arrow *a)
{
	size_t from = s->rows.row_of[a->from], to = s->rows.row_of[a->to];
	bool down = to > from;
	double y1 = s->y[from] + (down ? BAR - 1 : 1), y2 = s->y[to] + (down ? 1 : BAR - 1);

	tu_paper_printf(paper(s),
		"<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" "
		"marker-end=\"url(#tip)\"><title>",
		a->start ? "starts" : "wakes", x_of(s, a->left), y1, x_of(s, a->arrived), y2);
	put_name(s, s->story->lanes[a->from]->name, 80);
	tu_paper_printf(paper(s), ": %s: ", tu_story_by(a));
	put_name(s, s->story->lanes[a->to]->name, 80);
	tu_paper_text(paper(s), "</title></line>\n");
}

/* Those that ended the longest waits, if they are too many. */
static const struct tu_arrow **choose_arrows(struct sheet *s, size_t *n)
{
	size_t all = 0;
	struct tu_table last = { 0 };
	const struct tu_arrow **arrows =
		tu_alloc((s->story->arrows_n + 1) * sizeof(struct tu_arrow *));

	for (size_t i = 0; arrows && i < s->story->arrows_n; i++)
		if (is_seen_between(s, &s->story->arrows[i], &last))
			arrows[all++] = &s->story->arrows[i];
	if (all > ARROWS_MOST)
		qsort(arrows, all, sizeof(*arrows), longest_first);
	*n = all < ARROWS_MOST ? all : ARROWS_MOST;
	s->out->paper.failed |= !arrows;
	s->arrows_left_out = s->story->arrows_n - *n;
	tu_table_free(&last);
	return arrows;
}

/* -- all -------------------------------------------------------------------------------------- */

static void draw(struct sheet *s)
{
	size_t arrows_n = 0, marks_n = 0;
	const struct tu_arrow **arrows = choose_arrows(s, &arrows_n);
	const struct tu_mark **marks = choose_marks(s, &marks_n);

	measure_spans(s);
	place_rows(s);
	draw_head(s);
	draw_title(s);
	tu_paper_text(paper(s), tu_svg_key);
	draw_axis(s, TOP, true);
	draw_labels(s);
	draw_rows(s);
	for (size_t i = 0; i < arrows_n; i++)
		draw_arrow(s, arrows[i]);
	draw_spans(s);
	for (size_t i = 0; i < marks_n; i++)
		draw_mark(s, marks[i]);
	draw_axis(s, s->height - AXIS, false);
	tu_paper_text(paper(s), "</svg>\n");
	tu_free(arrows);
	tu_free(marks);
}

void tu_trace_svg(struct tu_trace_sheet *out)
{
	struct sheet s = { .out = out,
		.story = out->story,
		.width = out->chart.width ? out->chart.width : WIDTH_USUAL };
	size_t most = out->chart.rows ? out->chart.rows : ROWS_USUAL;

	s.length = s.width - LEFT - RIGHT;
	if (tu_rows_make(&s.rows, s.story, most) < 0) {
		out->paper.failed = true;
		return;
	}
	s.y = tu_alloc_zero((s.rows.n + 1) * sizeof(*s.y));
	s.depth = tu_alloc_zero((s.rows.n + 1) * sizeof(*s.depth));
	if (s.y && s.depth)
		draw(&s);
	else
		out->paper.failed = true;
	tu_free(s.y);
	tu_free(s.depth);
	tu_rows_free(&s.rows);
}
