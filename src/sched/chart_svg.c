/* SPDX-License-Identifier: MIT */
/*
 * chart_svg.c - runs as a picture. Each has a band for each core, with boxes that bear names, and a
 * lane for each process: a thick bar where it runs, a thin one where it is ready, a dashed line
 * where it is blocked. All runs have one scale, so that lengths compare.
 *
 * A lane with more spans than would be seen is drawn in steps of one pixel, as dark as the part of
 * the step for which the process ran: no document grows with the length of a run.
 */
#include "core/alloc.h"
#include "core/paper.h"
#include "sched/lanes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <tutti/sched_chart.h>

enum {
	WIDTH_USUAL = 960,
	WIDTH_LEAST = 240,
	WIDTH_OF_NUMBERS = 640, /* from this on there is room for them */
	MARGIN = 20,
	TITLE = 34,
	WIDTH_OF_ONE_LINE = 520, /* from this on the title has its words beside it */
	SECOND_LINE = 16,
	CORE = 26, /* with the gap below */
	LANE = 20,
	GAP = 10,
	AXIS = 26,
	KEY = 26,
	LETTER = 7, /* pixels of one column of a name, about */
	LABEL_MOST = 22,
	NUMBER = 72, /* the column of one */
	NUMBERS = 3,
	SPANS_MOST = 4 /* in a lane, for each two pixels of its length */
};

/* Told apart also by those who see fewer colours; with text in black or white on them. */
static const struct {
	const char *fill, *text;
} hues[] = { { "#4477aa", "#fff" }, { "#ee8866", "#000" }, { "#44aa77", "#000" },
	{ "#eecc44", "#000" }, { "#aa3377", "#fff" }, { "#66ccee", "#000" }, { "#997755", "#fff" },
	{ "#bbcc33", "#000" }, { "#7766bb", "#fff" }, { "#ffaabb", "#000" } };
enum { HUES = sizeof hues / sizeof *hues };

struct sheet {
	struct tu_paper paper;
	const tutti_sched_chart *chart;
	const tutti_sched_result *result; /* under way */
	struct tu_lanes lanes;
	int width, left, length; /* of the sheet; where time begins; how long it is */
	int64_t from, to;        /* ticks */
	struct tu_scale steps;   /* of a pixel */
	struct tu_place *places;
	int y;
};

static double x_of(const struct sheet *s, int64_t tick)
{
	return s->left + (double)(tick - s->from) / (double)(s->to - s->from) * s->length;
}

static size_t rows_of(const struct sheet *s, const tutti_sched_result *r)
{
	return s->chart->no_lanes                                      ? 0
	       : s->chart->rows > 0 && s->chart->rows < r->processes_n ? s->chart->rows
								       : r->processes_n;
}

static int cores_of(const struct sheet *s, const tutti_sched_result *r)
{
	return s->chart->rows > 0 && (size_t)r->cores > s->chart->rows ? (int)s->chart->rows
								       : r->cores;
}

static int title_height(const struct sheet *s)
{
	return s->width >= WIDTH_OF_ONE_LINE ? TITLE : TITLE + SECOND_LINE;
}

/* -- words ------------------------------------------------------------------------------------- */

static void text_begin(struct sheet *s, double x, double y, const char *class)
{
	tu_paper_printf(&s->paper, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
}

static void text_end(struct sheet *s)
{
	tu_paper_text(&s->paper, "</text>\n");
}

static void name_at(struct sheet *s, double x, double y, const char *class, const char *name)
{
	text_begin(s, x, y, class);
	tu_paper_name(&s->paper, name, LABEL_MOST, TU_PAPER_XML, false);
	text_end(s);
}

static void plural(struct sheet *s, int64_t n, const char *what)
{
	tu_paper_printf(&s->paper, "%" PRId64 " %s%s", n, what, n == 1 ? "" : "s");
}

/* Such as "slices of 1, 2, 4 ticks". */
static void write_slices(struct sheet *s)
{
	int64_t slice = s->result->slice;
	int levels = s->result->levels > 0 ? s->result->levels : 1;

	tu_paper_printf(&s->paper, "slices of %" PRId64, slice);
	for (int i = 1; i < levels && i < 4; i++) {
		if (__builtin_mul_overflow(slice, (int64_t)s->result->factor, &slice))
			break;
		tu_paper_printf(&s->paper, ", %" PRId64, slice);
	}
	tu_paper_text(&s->paper, levels > 4 ? ", ... ticks, " : " ticks, ");
}

static void draw_title(struct sheet *s)
{
	const tutti_sched_result *r = s->result;
	const char *title = r->title ? r->title : r->name ? r->name : "";

	text_begin(s, MARGIN, s->y + 16, "title");
	tu_paper_name(&s->paper, title, (s->width - 2 * MARGIN) / 9, TU_PAPER_XML, false);
	if (title_height(s) == TITLE)
		tu_paper_text(&s->paper, "<tspan class=\"dim\" dx=\"10\">");
	else
		tu_paper_printf(
			&s->paper, "<tspan class=\"dim\" x=\"%d\" dy=\"%d\">", MARGIN, SECOND_LINE);
	if (r->slice > 0)
		write_slices(s);
	plural(s, r->cores, "core");
	tu_paper_text(&s->paper, ", ");
	plural(s, r->end, "tick");
	tu_paper_text(&s->paper, "</tspan>");
	text_end(s);
	s->y += title_height(s);
}

/* -- bars -------------------------------------------------------------------------------------- */

static void write_tip(struct sheet *s, const struct tu_span *span)
{
	tu_paper_text(&s->paper, "<title>");
	tu_paper_name(
		&s->paper, s->result->processes[span->process].name, 200, TU_PAPER_XML, false);
	tu_paper_printf(&s->paper, ": %s, %" PRId64 " to %" PRId64,
		tutti_sched_state_name(span->state), span->begin, span->end);
	if (span->core >= 0 && s->result->cores > 1)
		tu_paper_printf(&s->paper, ", core %d", span->core);
	if (span->level > 0)
		tu_paper_printf(&s->paper, ", queue %d", span->level);
	tu_paper_text(&s->paper, "</title>");
}

/* A bar of that height around the middle y, with what it means for whoever points at it. */
static void draw_bar(
	struct sheet *s, const struct tu_span *span, double y, double height, const char *style)
{
	double from = x_of(s, span->begin), to = x_of(s, span->end);

	if (to - from > 3)
		to -= 1; /* two slices in a row are two */
	else if (to - from < 1)
		to = from + 1; /* to be seen at all */
	tu_paper_printf(&s->paper, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" %s>",
		from, y - height / 2, to - from, height, style);
	write_tip(s, span);
	tu_paper_text(&s->paper, "</rect>\n");
}

static void draw_dashes(struct sheet *s, const struct tu_span *span, double y)
{
	tu_paper_printf(&s->paper,
		"<line class=\"blocked\" x1=\"%.2f\" y1=\"%.1f\" x2=\"%.2f\" y2=\"%.1f\">",
		x_of(s, span->begin), y, x_of(s, span->end), y);
	write_tip(s, span);
	tu_paper_text(&s->paper, "</line>\n");
}

static void fill_of(size_t process, char out[40])
{
	snprintf(out, 40, "fill=\"%s\"", hues[process % HUES].fill);
}

/* In the middle of its bar, where it has room. */
static void draw_inside(struct sheet *s, const struct tu_span *span, double y, const char *text)
{
	double from = x_of(s, span->begin), to = x_of(s, span->end);

	if (tu_paper_width(text, TU_PAPER_UTF8) * LETTER + 2 > to - from)
		return;
	tu_paper_printf(&s->paper, "<text class=\"in\" style=\"fill:%s\" x=\"%.1f\" y=\"%.1f\">",
		hues[span->process % HUES].text, (from + to) / 2, y + 4);
	tu_paper_name(&s->paper, text, 200, TU_PAPER_XML, false);
	text_end(s);
}

static void draw_span_of_core(struct sheet *s, const struct tu_span *span, double y)
{
	char style[40];

	if (span->state == TUTTI_SCHED_BLOCKED) {
		draw_bar(s, span, y, CORE - 6, "class=\"held\"");
		return;
	}
	fill_of(span->process, style);
	draw_bar(s, span, y, CORE - 6, style);
	draw_inside(s, span, y, s->result->processes[span->process].name);
}

static void draw_span(struct sheet *s, const struct tu_span *span, double y)
{
	char style[40], level[12];

	if (span->state == TUTTI_SCHED_BLOCKED) {
		draw_dashes(s, span, y);
	} else if (span->state == TUTTI_SCHED_READY) {
		draw_bar(s, span, y, 3, "class=\"ready\"");
	} else {
		fill_of(span->process, style);
		draw_bar(s, span, y, LANE - 6, style);
		snprintf(level, sizeof level, "%d", span->level);
		if (span->level > 0)
			draw_inside(s, span, y, level);
	}
}

/* Pixel by pixel; those that are equal in one. */
static void draw_steps(struct sheet *s, const struct tu_span *spans, size_t n, double y, bool core)
{
	struct tu_place *p = s->places;
	double pixel = (double)s->length / (double)(s->to - s->from) * (double)s->steps.ticks /
		       (double)s->steps.places;

	memset(p, 0, ((size_t)s->steps.n + 1) * sizeof *p);
	tu_places_fill(p, &s->steps, spans, n);
	for (int at = 0, to; at < s->steps.n; at = to) {
		double height = p[at].run > 0 ? core ? CORE - 6 : LANE - 6 : 3;

		for (to = at + 1; to < s->steps.n && p[to].run == p[at].run &&
				  p[to].process == p[at].process && !p[to].ready == !p[at].ready;
			to++)
			;
		if (p[at].run == 0 && (core || p[at].ready == 0))
			continue;
		tu_paper_printf(&s->paper,
			"<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\"%s\" "
			"fill-opacity=\"%.2f\"/>\n",
			s->left + at * pixel, y - height / 2, (to - at) * pixel, height,
			p[at].run > 0 ? hues[p[at].process % HUES].fill : "#aaa",
			p[at].run > 0 ? 0.15 + 0.85 * (double)p[at].run /
							(double)tu_scale_whole(&s->steps)
				      : 1.0);
	}
}

static bool is_dense(const struct sheet *s, size_t n)
{
	return n / SPANS_MOST > (size_t)s->length / 2;
}

/* -- lanes ------------------------------------------------------------------------------------- */

static void draw_core(struct sheet *s, int core)
{
	const struct tu_span *spans;
	size_t n = tu_lane_of_core(&s->lanes, core, &spans);
	double y = s->y + CORE / 2.0;
	char name[24] = "core";

	if (s->result->cores > 1)
		snprintf(name, sizeof name, "core %d", core);
	name_at(s, MARGIN, y + 4, "dim", name);
	if (is_dense(s, n))
		draw_steps(s, spans, n, y, true);
	else
		for (size_t i = 0; i < n; i++)
			draw_span_of_core(s, &spans[i], y);
	s->y += CORE;
}

static void draw_numbers(struct sheet *s, double y, const char *class, const char *const words[])
{
	for (int i = 0; i < NUMBERS; i++) {
		text_begin(s, s->width - MARGIN - (NUMBERS - 1 - i) * NUMBER, y + 4, class);
		tu_paper_text(&s->paper, words[i]);
		text_end(s);
	}
}

static bool has_numbers(const struct sheet *s)
{
	return s->width >= WIDTH_OF_NUMBERS && !s->chart->no_lanes;
}

static void draw_measure(struct sheet *s, size_t process, double y)
{
	const tutti_sched_measure *m = &s->result->measures[process];
	char waiting[24], turnaround[24], response[24];

	snprintf(waiting, sizeof waiting, "%" PRId64, m->waiting);
	snprintf(turnaround, sizeof turnaround, "%" PRId64, m->turnaround);
	snprintf(response, sizeof response, "%" PRId64, m->response);
	draw_numbers(s, y, "number", (const char *[]){ waiting, turnaround, response });
}

static void draw_process(struct sheet *s, size_t process)
{
	const struct tu_span *spans;
	size_t n = tu_lane(&s->lanes, process, &spans);
	double y = s->y + LANE / 2.0;

	name_at(s, MARGIN, y + 4, "name", s->result->processes[process].name);
	if (is_dense(s, n))
		draw_steps(s, spans, n, y, false);
	else
		for (size_t i = 0; i < n; i++)
			draw_span(s, &spans[i], y);
	if (has_numbers(s))
		draw_measure(s, process, y);
	s->y += LANE;
}

static void draw_lanes(struct sheet *s)
{
	static const char *const titles[] = { "waiting", "turnaround", "response" };
	size_t rows = rows_of(s, s->result);

	s->y += GAP;
	if (has_numbers(s))
		draw_numbers(s, s->y - CORE / 2.0 - GAP / 2.0, "head", titles);
	for (size_t i = 0; i < rows; i++)
		draw_process(s, i);
	if (rows == s->result->processes_n)
		return;
	text_begin(s, s->left, s->y + LANE / 2.0 + 4, "dim");
	tu_paper_printf(&s->paper, "and %zu more", s->result->processes_n - rows);
	text_end(s);
	s->y += LANE;
}

/* -- axis -------------------------------------------------------------------------------------- */

static int64_t step_of(const struct sheet *s)
{
	int digits = snprintf(NULL, 0, "%" PRId64, s->to);
	struct tu_scale pixels = { s->from, s->to - s->from, s->length, s->length };

	while (pixels.ticks > INT64_MAX / (LETTER * (digits + 3))) {
		pixels.ticks /= 2;
		pixels.places = pixels.places > 1 ? pixels.places / 2 : 1;
	}
	return tu_scale_step(&pixels, LETTER * (digits + 3));
}

static int64_t first_tick(const struct sheet *s, int64_t step)
{
	return (s->from + step - 1) / step * step;
}

/* Behind the bars, so it is drawn before them. */
static void draw_grid(struct sheet *s, double from, double to)
{
	int64_t step = step_of(s);

	for (int64_t tick = first_tick(s, step); tick <= s->to; tick += step)
		tu_paper_printf(&s->paper, "<path class=\"grid\" d=\"M%.2f %.1fV%.1f\"/>\n",
			x_of(s, tick), from, to);
}

static void draw_axis(struct sheet *s)
{
	int64_t step = step_of(s);

	for (int64_t tick = first_tick(s, step); tick <= s->to; tick += step) {
		text_begin(s, x_of(s, tick), s->y + 16, "tick");
		tu_paper_printf(&s->paper, "%" PRId64, tick);
		text_end(s);
	}
	if (has_numbers(s)) {
		const tutti_sched_result *r = s->result;
		char waiting[40], turnaround[40], response[40];

		snprintf(waiting, sizeof waiting, "\xC3\xB8 %.2f", r->waiting_mean);
		snprintf(turnaround, sizeof turnaround, "%.2f", r->turnaround_mean);
		snprintf(response, sizeof response, "%.2f", r->response_mean);
		draw_numbers(
			s, s->y + 12, "mean", (const char *[]){ waiting, turnaround, response });
	}
	s->y += AXIS + GAP;
}

/* -- the document ------------------------------------------------------------------------------ */

static int height_of(const struct sheet *s, const tutti_sched_result *r)
{
	size_t rows = rows_of(s, r);

	rows += !s->chart->no_lanes && rows < r->processes_n;
	return title_height(s) + cores_of(s, r) * CORE + (rows > 0 ? GAP + (int)rows * LANE : 0);
}

static int draw_run(struct sheet *s, const tutti_sched_result *r)
{
	int rc = tu_lanes_make(&s->lanes, r);

	if (rc < 0)
		return rc;
	s->result = r;
	draw_grid(s, s->y + title_height(s), s->y + height_of(s, r) + 4);
	draw_title(s);
	for (int core = 0; core < cores_of(s, r); core++)
		draw_core(s, core);
	if (!s->chart->no_lanes)
		draw_lanes(s);
	draw_axis(s);
	tu_lanes_free(&s->lanes);
	return 0;
}

static void begin_document(struct sheet *s, int height)
{
	tu_paper_printf(&s->paper,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\">\n",
		s->width, height, s->width, height);
	tu_paper_text(&s->paper,
		"<style>\n"
		"text { font: 12px sans-serif; fill: #222 }\n"
		".title { font-size: 15px; font-weight: bold }\n"
		".dim { fill: #777; font-size: 12px; font-weight: normal }\n"
		".tick { fill: #777; text-anchor: middle }\n"
		".in { text-anchor: middle; font-size: 11px }\n"
		".number, .head, .mean { text-anchor: end }\n"
		".head { fill: #777; font-size: 11px }\n"
		".mean { font-weight: bold }\n"
		".grid { stroke: #e4e4e4; fill: none }\n"
		".ready { fill: #b8b8b8 }\n"
		".held { fill: #eee; stroke: #bbb; stroke-dasharray: 3 2 }\n"
		".blocked { stroke: #999; stroke-width: 1.5; stroke-dasharray: 2 3 }\n"
		"</style>\n"
		"<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
}

static void draw_key(struct sheet *s)
{
	double y = s->y + 8, x = MARGIN;

	tu_paper_printf(&s->paper,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"22\" height=\"14\" fill=\"%s\"/>\n", x, y - 7,
		hues[0].fill);
	name_at(s, x + 28, y + 4, "dim", "runs");
	tu_paper_printf(&s->paper,
		"<rect class=\"ready\" x=\"%.1f\" y=\"%.1f\" width=\"22\" height=\"3\"/>\n", x + 66,
		y - 1.5);
	name_at(s, x + 94, y + 4, "dim", "ready");
	tu_paper_printf(&s->paper, "<path class=\"blocked\" d=\"M%.1f %.1fh22\" fill=\"none\"/>\n",
		x + 136, y);
	name_at(s, x + 164, y + 4, "dim", "blocked");
	s->y += KEY;
}

static int label_width(const struct sheet *s, const tutti_sched_result *r)
{
	char name[24];
	int widest = r->cores == 1 ? 4 : snprintf(name, sizeof name, "core %d", r->cores - 1);
	size_t rows = rows_of(s, r);

	for (size_t i = 0; i < rows; i++) {
		int width = tu_paper_width(r->processes[i].name, TU_PAPER_UTF8);

		widest = width > widest ? width : widest;
	}
	return widest < LABEL_MOST ? widest : LABEL_MOST;
}

/* How large everything is. */
static int measure(struct sheet *s, const tutti_sched_result *results, size_t n)
{
	int label = 0, height = MARGIN + MARGIN / 2 + (s->chart->no_lanes ? 0 : KEY);

	s->from = tu_scale_from(&results[0]);
	for (size_t i = 0; i < n; i++) {
		int width = label_width(s, &results[i]);
		int64_t from = tu_scale_from(&results[i]);

		label = width > label ? width : label;
		s->from = from < s->from ? from : s->from;
		s->to = results[i].end > s->to ? results[i].end : s->to;
		height += height_of(s, &results[i]) + AXIS + GAP;
	}
	s->left = MARGIN + label * LETTER + 12;
	s->length = s->width - s->left - MARGIN - (has_numbers(s) ? NUMBERS * NUMBER + 8 : 0);
	s->y = MARGIN;
	return height;
}

int tutti_sched_chart_svg(tutti_bytes *out, const tutti_sched_result *results, size_t n,
	const tutti_sched_chart *chart)
{
	static const tutti_sched_chart usual;
	struct sheet s = { .chart = chart ? chart : &usual };
	int rc = 0;

	s.width = s.chart->width > 0 ? s.chart->width : WIDTH_USUAL;
	if (!out || !results || n == 0 || s.width < WIDTH_LEAST)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (results[i].processes_n == 0)
			return -EINVAL;
	begin_document(&s, measure(&s, results, n));
	s.steps = tu_scale_fit(s.from, s.to, s.length, s.length);
	s.places = tu_alloc(((size_t)s.steps.n + 1) * sizeof *s.places);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = s.places ? draw_run(&s, &results[i]) : -ENOMEM;
	if (!s.chart->no_lanes)
		draw_key(&s);
	tu_paper_text(&s.paper, "</svg>\n");
	tu_free(s.places);
	if (rc == 0)
		return tu_paper_take(&s.paper, out);
	tu_free(s.paper.data);
	return rc;
}
