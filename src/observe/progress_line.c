/* SPDX-License-Identifier: MIT */
/* progress_line.c - see progress_line.h. Every piece is far below what TU_LINE_BYTES leaves it. */
#include "observe/progress_line.h"

#include "base/character.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

enum { CELLS_WIDE = 40, CELLS_USUAL = 20, CELLS_FEW = 8, WIDE = 120, EIGHTHS = 8 };

/* -- characters ------------------------------------------------------------------------------- */

void tu_label_copy(char out[TU_LABEL_BYTES], const char *label)
{
	size_t n = tu_character_fit(label, TU_LABEL_BYTES - 1);

	memcpy(out, label, n);
	out[n] = '\0';
}

static void add(struct tu_line *line, const char *text, size_t n, int columns)
{
	if (line->n + n >= sizeof(line->text))
		return;
	memcpy(line->text + line->n, text, n);
	line->n += n;
	line->text[line->n] = '\0';
	line->columns += columns;
}

static void add_words(struct tu_line *line, const char *words)
{
	size_t n = strlen(words);

	add(line, words, n, (int)n);
}

static void add_label(struct tu_line *line, const char *label, int room, bool utf8)
{
	while (*label) {
		struct tu_character c = tu_character_of(label);
		bool shown = c.code != '?' && (c.code < 0x80 || utf8);
		int columns = shown ? c.columns : 1;

		if (line->columns + columns > room)
			break;
		add(line, shown ? label : "?", shown ? c.bytes : 1, columns);
		label += c.bytes;
	}
	while (line->n > 0 && line->text[line->n - 1] == ' ') {
		line->n--;
		line->columns--;
	}
}

/* -- pieces ----------------------------------------------------------------------------------- */

static void add_cells(struct tu_line *line, const struct tu_progress_view *v, int cells, bool utf8)
{
	static const char *const parts[EIGHTHS] = { " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	/* more may be counted than was announced */
	double share = v->done < v->total ? (double)v->done / (double)v->total : 1;
	int full = (int)(share * cells), part = (int)(share * cells * EIGHTHS) % EIGHTHS;

	add_words(line, "[");
	for (int i = 0; i < cells; i++) {
		if (!utf8)
			add_words(line, i < full ? "#" : ".");
		else if (i < full)
			add(line, "█", strlen("█"), 1);
		else
			add(line, i == full ? parts[part] : " ",
				strlen(parts[i == full ? part : 0]), 1);
	}
	add_words(line, "] ");
}

static void add_count(struct tu_line *line, const struct tu_progress_view *v)
{
	char words[48];

	if (v->total > 0)
		snprintf(words, sizeof(words), "%" PRIu64 "/%" PRIu64, v->done, v->total);
	else
		snprintf(words, sizeof(words), "%" PRIu64, v->done);
	add_words(line, words);
}

static void add_percent(struct tu_line *line, const struct tu_progress_view *v, int width)
{
	double share = v->done < v->total ? (double)v->done / (double)v->total : 1;
	char words[16];

	if (v->total == 0)
		return;
	snprintf(words, sizeof(words), "%*d%% ", width, (int)(share * 100));
	add_words(line, words);
}

static double seconds_of(const struct tu_progress_view *v)
{
	return v->elapsed > 0 ? (double)v->elapsed / (double)SECOND : 0;
}

static double rate_of(const struct tu_progress_view *v)
{
	return v->elapsed > 0 ? (double)v->done / seconds_of(v) : 0;
}

/* In the unit that shows something. */
static void add_rate(struct tu_line *line, const struct tu_progress_view *v)
{
	double rate = rate_of(v);
	const char *unit = "s";
	char words[48];

	if (rate > 0 && rate < 0.1) {
		unit = rate < 0.1 / 60 ? "h" : "min";
		rate *= rate < 0.1 / 60 ? 3600 : 60;
	}
	snprintf(words, sizeof(words), rate < 10 ? " %.1f/%s" : " %.0f/%s", rate, unit);
	add_words(line, words);
}

static void add_time(struct tu_line *line, const char *before, double seconds)
{
	/* past a thousand hours nobody reads the minutes */
	unsigned s = seconds < 3600e3 ? (unsigned)seconds : 3600000u;
	char words[32];

	if (s >= 3600)
		snprintf(words, sizeof(words), "%s%u:%02u:%02u", before, s / 3600, s / 60 % 60,
			s % 60);
	else
		snprintf(words, sizeof(words), "%s%u:%02u", before, s / 60, s % 60);
	add_words(line, words);
}

static bool has_rest(const struct tu_progress_view *v)
{
	return !v->over && v->total > v->done && rate_of(v) > 0;
}

static void add_times(struct tu_line *line, const struct tu_progress_view *v, bool both)
{
	double rest = has_rest(v) ? (double)(v->total - v->done) / rate_of(v) : 0;

	if (both || !has_rest(v))
		add_time(line, " ", seconds_of(v));
	if (!has_rest(v))
		return;
	add_time(line, both ? ", " : " ", rest);
	add_words(line, " left");
}

/* -- lines ------------------------------------------------------------------------------------ */

struct layout {
	int cells;  /* of the bar; 0: none */
	bool rate;  /* show it */
	bool both;  /* times: since the beginning, and what is left */
	bool times; /* at least one of them */
};

static void lay_out(struct tu_line *line, const struct tu_progress_view *v, const struct layout *l,
	int columns, bool utf8)
{
	line->n = 0;
	line->columns = 0;
	line->text[0] = '\0';
	/* a label leaves room for what it is the label of */
	add_label(line, v->label, columns * 3 / 10, utf8);
	if (line->n > 0)
		add_words(line, " ");
	add_percent(line, v, 3);
	if (l->cells > 0 && v->total > 0)
		add_cells(line, v, l->cells, utf8);
	add_count(line, v);
	if (l->rate)
		add_rate(line, v);
	if (l->times)
		add_times(line, v, l->both);
}

/* Cut where there is no room for as much as a count: all that is not ASCII stands in the label. */
static void cut(struct tu_line *line, int room)
{
	while (line->columns > room && line->n > 0) {
		while (((unsigned char)line->text[line->n - 1] & 0xC0) == 0x80)
			line->n--;
		line->n--;
		line->columns--;
	}
	line->text[line->n] = '\0';
}

void tu_progress_bar(struct tu_line *line, const struct tu_progress_view *v, int columns, bool utf8)
{
	static const struct layout layouts[] = {
		{ CELLS_WIDE, true, true, true },
		{ CELLS_USUAL, true, true, true },
		{ CELLS_FEW, true, true, true },
		{ CELLS_FEW, false, true, true },
		{ 0, true, true, true },
		{ 0, false, true, true },
		{ 0, false, false, true },
		{ 0, false, false, false },
	};
	size_t i = columns >= WIDE ? 0 : 1;

	for (; i < sizeof(layouts) / sizeof(*layouts); i++) {
		lay_out(line, v, &layouts[i], columns, utf8);
		if (line->columns < columns)
			return;
	}
	cut(line, columns - 1);
}

void tu_progress_plain(struct tu_line *line, const struct tu_progress_view *v, bool utf8)
{
	line->n = 0;
	line->columns = 0;
	line->text[0] = '\0';
	add_label(line, v->label, TU_LABEL_BYTES, utf8);
	if (line->n > 0)
		add_words(line, " ");
	add_percent(line, v, 0);
	add_count(line, v);
	add_rate(line, v);
	add_times(line, v, true);
}

/* -- when ------------------------------------------------------------------------------------- */

bool tu_progress_due(struct tu_progress_pace *pace, const struct tu_progress_view *v)
{
	int64_t since = v->elapsed - pace->elapsed;
	unsigned tenths =
		v->done < v->total ? (unsigned)((double)v->done * 10 / (double)v->total) : 0;
	bool due = since >= 60 * SECOND;

	if (v->total > 0 && v->done >= v->total)
		return false;
	if (v->total > 0)
		due |= since >= SECOND && tenths > pace->tenths;
	else
		due |= since >= 10 * SECOND && v->done > pace->done && v->elapsed < 120 * SECOND;
	if (due)
		*pace = (struct tu_progress_pace){ v->elapsed, v->done, tenths };
	return due;
}
