/* SPDX-License-Identifier: MIT */
/*
 * fetch_progress.c - how far it is, on a terminal: a line for all, and one for each of the largest
 * files that are on their way. They are the last lines of the screen; whatever else is to stand
 * there wipes them first, and they come back below it.
 */
#include "fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_SHOWN = 5, LARGE_BYTES = 1 << 20, LINE_BYTES = 256 };
#define REDRAW_EVERY TUTTI_MILLISECONDS(100)

struct progress {
	int lines; /* on the screen now */
	tutti_time drawn;
};

const char *amount(double bytes, char out[AMOUNT_BYTES])
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB" };
	int unit = 0;

	while (bytes >= 999.5 && unit < 5) {
		bytes /= 1000;
		unit++;
	}
	snprintf(out, AMOUNT_BYTES, unit == 0 || bytes >= 99.95 ? "%.0f %s" : "%.1f %s", bytes,
		units[unit]);
	return out;
}

static bool same_terminal(int a, int b)
{
	struct stat sa, sb;

	return isatty(a) && isatty(b) && fstat(a, &sa) == 0 && fstat(b, &sb) == 0 &&
	       sa.st_rdev == sb.st_rdev;
}

struct progress *progress_begin(const struct fetch *f)
{
	const struct fetch_options *o = f->options;
	bool prints = !o->out || o->json;

	if (!isatty(STDERR_FILENO) || o->progress == 0)
		return NULL;
	if (o->progress < 0 && prints && same_terminal(STDOUT_FILENO, STDERR_FILENO))
		return NULL;
	return calloc(1, sizeof(struct progress));
}

static int width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 20)
		return 80;
	return size.ws_col;
}

/* What stands in a line, cut to the screen's width: a line that wraps would be two. */
static void add_row(struct text *t, const char *row, int columns)
{
	int shown = 0;

	for (const char *c = row; *c && shown < columns - 1; c++) {
		shown += ((unsigned char)*c & 0xC0) != 0x80;
		text_add(t, (unsigned char)*c < ' ' || *c == 0x7F ? "?" : c, 1);
	}
	text_add(t, "\033[K", 3);
}

static size_t add_clock(char *out, size_t room, double seconds)
{
	unsigned s = seconds < 3600e3 ? (unsigned)seconds : 3600000u;

	if (s >= 3600)
		return (size_t)snprintf(out, room, "%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
	return (size_t)snprintf(out, room, "%u:%02u", s / 60, s % 60);
}

static void total_row(char *row, const struct fetch *f)
{
	double seconds = (double)(tutti_now() - f->begun) / 1e9;
	double rate = seconds > 0 ? (double)f->done / seconds : 0;
	char bytes[AMOUNT_BYTES], speed[AMOUNT_BYTES];
	size_t n = (size_t)snprintf(row, LINE_BYTES, "fetch %llu", (unsigned long long)f->done);

	if (f->total > 0)
		n += (size_t)snprintf(
			row + n, LINE_BYTES - n, "/%llu", (unsigned long long)f->total);
	if (f->failed > 0)
		n += (size_t)snprintf(
			row + n, LINE_BYTES - n, ", %llu failed", (unsigned long long)f->failed);
	n += (size_t)snprintf(row + n, LINE_BYTES - n, "  %s  %s/s  %.0f/s  ",
		amount((double)f->bytes, bytes),
		amount(seconds > 0 ? (double)f->bytes / seconds : 0, speed), rate);
	if (f->total > f->done && rate > 0) {
		n += add_clock(row + n, LINE_BYTES - n, (double)(f->total - f->done) / rate);
		snprintf(row + n, LINE_BYTES - n, " left");
	} else {
		add_clock(row + n, LINE_BYTES - n, seconds);
	}
}

static void file_row(char *row, const struct page *p)
{
	double seconds = (double)(tutti_now() - p->begun) / 1e9;
	char bytes[AMOUNT_BYTES], size[AMOUNT_BYTES], speed[AMOUNT_BYTES];
	const char *name = strrchr(p->url, '/');

	amount((double)p->bytes, bytes);
	amount((double)p->size, size);
	amount(seconds > 0 ? (double)p->bytes / seconds : 0, speed);
	name = name && name[1] ? name + 1 : p->url;
	if (p->size > 0)
		snprintf(row, LINE_BYTES, "  %3d%%  %s of %s  %s/s  %s",
			(int)((double)p->bytes * 100 / (double)p->size), bytes, size, speed, name);
	else
		snprintf(row, LINE_BYTES, "  %s  %s/s  %s", bytes, speed, name);
}

static bool is_large(const struct page *p)
{
	return p->bytes >= LARGE_BYTES || p->size >= LARGE_BYTES;
}

/* To the first of our lines, and what stands there is gone. */
static void add_wipe(struct text *t, const struct progress *g)
{
	text_add(t, "\r", 1);
	if (g->lines > 1)
		text_printf(t, "\033[%dA", g->lines - 1);
	if (g->lines > 0)
		text_add(t, "\033[J", 3);
}

/* In one write, so that nobody's words come in between. */
static void put(struct text *t)
{
	ssize_t n = t->failed ? 0 : write(STDERR_FILENO, t->data, t->size);

	(void)n; /* a terminal that went away shows nothing, and that is all */
	text_free(t);
}

static void draw(struct progress *g, const struct fetch *f, bool files)
{
	struct text t = { 0 };
	char row[LINE_BYTES];
	int columns = width();

	add_wipe(&t, g);
	total_row(row, f);
	add_row(&t, row, columns);
	g->lines = 1;
	for (size_t i = 0; files && i < f->n_running && g->lines <= FILES_SHOWN; i++) {
		if (!is_large(f->running[i]))
			continue;
		file_row(row, f->running[i]);
		text_add(&t, "\n", 1);
		add_row(&t, row, columns);
		g->lines++;
	}
	put(&t);
	g->drawn = tutti_now();
}

void progress_draw(struct progress *g, const struct fetch *f)
{
	if (g && tutti_now() - g->drawn >= REDRAW_EVERY)
		draw(g, f, true);
}

void progress_hide(struct progress *g)
{
	struct text t = { 0 };

	if (!g || g->lines == 0)
		return;
	add_wipe(&t, g);
	put(&t);
	g->lines = 0;
	g->drawn = 0;
}

void progress_end(struct progress *g, const struct fetch *f)
{
	struct text end = { 0 };

	if (!g)
		return;
	draw(g, f, false);
	text_add(&end, "\r\n", 2);
	put(&end);
	free(g);
}
