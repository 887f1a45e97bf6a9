/* SPDX-License-Identifier: MIT */
/*
 * chart_text.c - a run as lines for a terminal: the cores, each process, a ruler, a key.
 *
 * A place is a column. Where several ticks share one, a process's shade says for what part it ran;
 * a core's place belongs to whoever had it longest.
 */
#include "core/alloc.h"
#include "core/paper.h"
#include "sched/lanes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <tutti/sched_chart.h>

enum { WIDTH_USUAL = 80, WIDTH_LEAST = 30, PLACES_FOR_TICK = 4, HUES = 6 };

static const struct glyphs {
	const char *full, *most, *some, *little, *ready, *line, *tick;
} ascii = { "#", "+", "+", "-", ".", "-", "+" }, utf8 = { "█", "▓", "▒", "░", "·", "─", "┴" };
#define BLOCKED "~"

struct sheet {
	struct tu_paper paper;
	const tutti_sched_result *result;
	const tutti_sched_chart *chart;
	const struct glyphs *glyphs;
	enum tu_paper_kind kind;
	struct tu_lanes lanes;
	struct tu_scale scale;
	struct tu_place *places; /* of the line under way */
	int width;
	int label;     /* columns of the names in front, the blank behind them not counted */
	size_t prefix; /* bytes with which all names begin */
	size_t rows;
	int cores; /* of them as many as of rows at most */
};

/* -- colours ----------------------------------------------------------------------------------- */

static int hue(size_t process)
{
	static const int hues[HUES] = { 2, 3, 6, 5, 4, 1 };

	return hues[process % HUES];
}

/* Black on the process's colour, or in its colour. */
static void color(struct sheet *s, size_t process, bool behind)
{
	if (s->chart->color)
		tu_paper_printf(&s->paper, behind ? "\033[30;10%dm" : "\033[9%dm", hue(process));
}

static void dim(struct sheet *s)
{
	if (s->chart->color)
		tu_paper_text(&s->paper, "\033[2m");
}

static void plain(struct sheet *s)
{
	if (s->chart->color)
		tu_paper_text(&s->paper, "\033[0m");
}

/* -- cores ------------------------------------------------------------------------------------- */

static bool is_idle(const struct tu_place *p)
{
	return p->run + p->blocked == 0;
}

/* Places that look alike: the same process, or nobody. */
static int stretch(const struct sheet *s, int at)
{
	const struct tu_place *first = &s->places[at];
	int n = 1;

	while (at + n < s->scale.n && is_idle(&s->places[at + n]) == is_idle(first) &&
		(is_idle(first) || s->places[at + n].process == first->process))
		n++;
	return n;
}

/*
 * Where a name is too long, all of it but what all have in front, and of that what fits. Without a
 * colour, something must stand between two names of more than two letters.
 */
static int draw_name(struct sheet *s, size_t process, int n)
{
	const char *name = s->result->processes[process].name;
	int width = tu_paper_width(name, s->kind);

	if (width <= n && (width < n || width <= 2 || s->chart->color))
		return tu_paper_name(&s->paper, name, n, s->kind, false);
	return tu_paper_cut(
		&s->paper, name + s->prefix, n > 1 && !s->chart->color ? n - 1 : n, s->kind);
}

/* Its name at the left, and then whether it computes. */
static void draw_stretch(struct sheet *s, int at, int n)
{
	const struct tu_place *first = &s->places[at];
	int used;

	if (is_idle(first)) {
		tu_paper_repeat(&s->paper, " ", n);
		return;
	}
	color(s, first->process, true);
	used = draw_name(s, first->process, n);
	for (; used < n; used++)
		tu_paper_text(&s->paper, s->places[at + used].run == 0 ? BLOCKED
					 : s->chart->color             ? " "
								       : s->glyphs->line);
	plain(s);
}

static void label(struct sheet *s, const char *text)
{
	tu_paper_name(&s->paper, text, s->label, s->kind, true);
	tu_paper_text(&s->paper, " ");
}

/* No blanks at the end of a line. */
static void end_line(struct sheet *s)
{
	while (s->paper.size > 0 && s->paper.data[s->paper.size - 1] == ' ')
		s->paper.size--;
	tu_paper_text(&s->paper, "\n");
}

static void place(struct sheet *s, const struct tu_span *spans, size_t n)
{
	memset(s->places, 0, (size_t)s->scale.n * sizeof *s->places);
	tu_places_fill(s->places, &s->scale, spans, n);
}

static void core_name(const struct sheet *s, int core, char out[24])
{
	if (s->result->cores == 1)
		strcpy(out, "core");
	else
		snprintf(out, 24, "core %d", core);
}

static void draw_core(struct sheet *s, int core)
{
	const struct tu_span *spans;
	size_t n = tu_lane_of_core(&s->lanes, core, &spans);
	char name[24];

	place(s, spans, n);
	core_name(s, core, name);
	label(s, name);
	for (int at = 0; at < s->scale.n; at += stretch(s, at))
		draw_stretch(s, at, stretch(s, at));
	end_line(s);
}

/* -- processes --------------------------------------------------------------------------------- */

static const char *shade(const struct glyphs *g, int64_t part, int64_t whole)
{
	if (part == whole)
		return g->full;
	return 3 * part >= 2 * whole ? g->most : 3 * part >= whole ? g->some : g->little;
}

static void draw_run(struct sheet *s, const struct tu_place *p, size_t process)
{
	int64_t whole = tu_scale_whole(&s->scale);

	if (s->result->levels > 0 && p->level < 10 && 2 * p->run >= whole) {
		color(s, process, true);
		tu_paper_printf(&s->paper, "%d", p->level);
	} else {
		color(s, process, false);
		tu_paper_text(&s->paper, shade(s->glyphs, p->run, whole));
	}
	plain(s);
}

static void draw_place(struct sheet *s, const struct tu_place *p, size_t process)
{
	if (p->run > 0) {
		draw_run(s, p, process);
	} else if (p->ready + p->blocked == 0) {
		tu_paper_text(&s->paper, " ");
	} else {
		dim(s);
		tu_paper_text(&s->paper, p->ready >= p->blocked ? s->glyphs->ready : BLOCKED);
		plain(s);
	}
}

static void draw_process(struct sheet *s, size_t process)
{
	const struct tu_span *spans;
	size_t n = tu_lane(&s->lanes, process, &spans);

	place(s, spans, n);
	label(s, s->result->processes[process].name);
	for (int at = 0; at < s->scale.n; at++)
		draw_place(s, &s->places[at], process);
	end_line(s);
}

/* -- ruler and key ----------------------------------------------------------------------------- */

static int digits(int64_t n)
{
	return snprintf(NULL, 0, "%" PRId64, n);
}

/* The step between two numbers, so that they do not touch. */
static int64_t step_of(const struct sheet *s)
{
	return tu_scale_step(&s->scale, digits(s->result->end) + 2);
}

/* Where the tick has its column. */
static int column(const struct sheet *s, int64_t tick)
{
	return (int)((tick - s->scale.from) * s->scale.places / s->scale.ticks);
}

static int64_t first_tick(const struct sheet *s, int64_t step)
{
	return (s->scale.from + step - 1) / step * step;
}

static void draw_ruler(struct sheet *s)
{
	int64_t step = step_of(s), tick = first_tick(s, step);

	dim(s);
	label(s, "");
	for (int at = 0; at <= s->scale.n; at++) {
		bool marked = at == column(s, tick);

		tu_paper_text(&s->paper, marked ? s->glyphs->tick : s->glyphs->line);
		while (column(s, tick) <= at)
			tick += step;
	}
	plain(s);
	end_line(s);
}

static void draw_numbers(struct sheet *s)
{
	int64_t step = step_of(s);
	int at = 0, room = s->width - s->label - 1;

	label(s, "");
	for (int64_t tick = first_tick(s, step); column(s, tick) <= s->scale.n; tick += step) {
		if (column(s, tick) + digits(tick) > room)
			break;
		tu_paper_repeat(&s->paper, " ", column(s, tick) - at);
		tu_paper_printf(&s->paper, "%" PRId64, tick);
		at = column(s, tick) + digits(tick);
	}
	end_line(s);
}

static bool is_ever(const struct sheet *s, tutti_sched_state state)
{
	for (size_t i = 0; i < s->result->changes_n; i++)
		if (s->result->changes[i].to == state)
			return true;
	return false;
}

/* One sign and what it means, on the line under way or, if that is full, on another. */
static void explain(struct sheet *s, int *used, const char *sign, const char *meaning)
{
	int columns = tu_paper_width(sign, s->kind) + 1 + tu_paper_width(meaning, s->kind);

	if (*used > 0 && *used + 2 + columns > s->width - s->label - 1) {
		end_line(s);
		*used = 0;
	}
	if (*used == 0)
		label(s, "");
	tu_paper_printf(&s->paper, "%s%s %s", *used > 0 ? "  " : "", sign, meaning);
	*used += columns + (*used > 0 ? 2 : 0);
}

/* What the signs mean, and how much a column is. */
static void draw_key(struct sheet *s)
{
	static const char *const levels[] = { "1", "1 2", "1 2 3", "1 2 3.." };
	const struct glyphs *g = s->glyphs;
	char parts[16], ticks[48];
	int used = 0, queues = s->result->levels;

	if (queues > 0)
		explain(s, &used, levels[(queues < 4 ? queues : 4) - 1], "runs, by queue");
	else
		explain(s, &used, g->full, "runs");
	explain(s, &used, g->ready, "ready");
	if (is_ever(s, TUTTI_SCHED_BLOCKED))
		explain(s, &used, BLOCKED, "blocked");
	if (s->scale.ticks > 1) {
		snprintf(parts, sizeof parts, "%s%s%s", g->most, g->some == g->most ? "" : g->some,
			g->little);
		snprintf(ticks, sizeof ticks, "part of %" PRId64 " ticks", s->scale.ticks);
		explain(s, &used, parts, ticks);
	}
	end_line(s);
}

/* -- all of it --------------------------------------------------------------------------------- */

static int label_width(const struct sheet *s, int most)
{
	char name[24];
	int widest;

	core_name(s, s->result->cores - 1, name);
	widest = (int)strlen(name);
	for (size_t i = 0; i < s->rows && !s->chart->no_lanes; i++) {
		int width = tu_paper_width(s->result->processes[i].name, s->kind);

		widest = width > widest ? width : widest;
	}
	return widest < most ? widest : most;
}

static void draw(struct sheet *s)
{
	for (int core = 0; core < s->cores; core++)
		draw_core(s, core);
	if (!s->chart->no_lanes) {
		for (size_t i = 0; i < s->rows; i++)
			draw_process(s, i);
		if (s->rows < s->result->processes_n)
			tu_paper_printf(&s->paper, "%*s and %zu more\n", s->label, "",
				s->result->processes_n - s->rows);
	}
	draw_ruler(s);
	draw_numbers(s);
	if (!s->chart->no_lanes)
		draw_key(s);
}

/* Nothing, where a name would be nothing without it; never a part of a character. */
static size_t common_prefix(const tutti_sched_result *r)
{
	const char *first = r->processes[0].name;
	size_t n = strlen(first);

	for (size_t i = 1; i < r->processes_n; i++) {
		size_t same = 0;

		while (same < n && r->processes[i].name[same] == first[same])
			same++;
		n = same;
	}
	for (size_t i = 0; i < r->processes_n; i++)
		if (!r->processes[i].name[n])
			return 0;
	while (n > 0 && ((unsigned char)first[n] & 0xC0) == 0x80)
		n--;
	return n;
}

static int set_up(struct sheet *s)
{
	const tutti_sched_result *r = s->result;
	int width = s->width, rc;

	s->label = label_width(s, width / 4);
	s->prefix = common_prefix(r);
	/* the ruler ends one column behind the last place */
	s->scale = tu_scale_fit(tu_scale_from(r), r->end, width - s->label - 2, PLACES_FOR_TICK);
	s->places = tu_alloc(((size_t)s->scale.n + 1) * sizeof *s->places);
	rc = tu_lanes_make(&s->lanes, r);
	return s->places ? rc : -ENOMEM;
}

int tutti_sched_chart_text(
	tutti_bytes *out, const tutti_sched_result *result, const tutti_sched_chart *chart)
{
	static const tutti_sched_chart usual;
	struct sheet s = { .result = result, .chart = chart ? chart : &usual };
	int rc;

	s.width = s.chart->width > 0 ? s.chart->width : WIDTH_USUAL;
	if (!out || !result || result->processes_n == 0 || s.width < WIDTH_LEAST)
		return -EINVAL;
	s.glyphs = s.chart->utf8 ? &utf8 : &ascii;
	s.kind = s.chart->utf8 ? TU_PAPER_UTF8 : TU_PAPER_ASCII;
	s.rows = result->processes_n;
	if (s.chart->rows > 0 && s.chart->rows < s.rows)
		s.rows = s.chart->rows;
	s.cores = result->cores;
	if (s.chart->rows > 0 && s.chart->rows < (size_t)s.cores)
		s.cores = (int)s.chart->rows;
	rc = set_up(&s);
	if (rc == 0)
		draw(&s);
	tu_free(s.places);
	tu_lanes_free(&s.lanes);
	if (rc == 0)
		return tu_paper_take(&s.paper, out);
	tu_free(s.paper.data);
	return rc;
}
