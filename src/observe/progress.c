/* SPDX-License-Identifier: MIT */
/*
 * progress.c - a line on standard error that says how far it has come.
 *
 * Who counts only adds to a number. One thread, the renderer, looks at it ten times a second and
 * owns the line; it exists only where standard error is a terminal, and only for one progress at a
 * time, since two would write over each other: one that begins while another is shown counts
 * unseen.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <tutti/event.h>
#include <tutti/observe.h>
#include <tutti/scope.h>
#include <tutti/thread.h>

#include "base/atomic.h"
#include "core/alloc.h"
#include "exec/executor.h"

enum { BAR_WIDTH = 20, LABEL_WIDTH = 24, LINE_MAX_BYTES = 256 };
static const tutti_time redraw_every = TUTTI_MILLISECONDS(100);

struct tutti_progress {
	uint64_t done;           /* any thread adds */
	uint64_t total;          /* this and the next three: fixed after create */
	tutti_time begun;        /* when it was created */
	tutti_thread *renderer;  /* NULL: not shown */
	char label[LABEL_WIDTH]; /* cut to what leaves room for the rest */
	tutti_event ended;       /* set by free: draw once more and leave */
	size_t shown;            /* bytes of the line on the terminal; the renderer's */
};

/* 1 while some progress has the terminal's line. */
static unsigned line_taken;

static size_t put_time(char *out, size_t room, double seconds)
{
	/* past a thousand hours nobody reads the minutes */
	unsigned s = seconds < 3600e3 ? (unsigned)seconds : 3600000u;

	if (s >= 3600)
		return (size_t)snprintf(out, room, "%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
	return (size_t)snprintf(out, room, "%u:%02u", s / 60, s % 60);
}

/* "45% [#########...........] 450/1000", or the count alone where the total is not known. */
static size_t put_share(char *out, size_t room, uint64_t done, uint64_t total)
{
	char bar[BAR_WIDTH + 1];
	double share = total ? (double)done / (double)total : 0;
	int full;

	if (total == 0)
		return (size_t)snprintf(out, room, "%" PRIu64, done);
	/* more may be counted than was announced */
	full = share < 1 ? (int)(share * BAR_WIDTH) : BAR_WIDTH;
	memset(bar, '.', BAR_WIDTH);
	memset(bar, '#', (size_t)full);
	bar[BAR_WIDTH] = '\0';
	return (size_t)snprintf(out, room, "%3d%% [%s] %" PRIu64 "/%" PRIu64,
		share < 1 ? (int)(share * 100) : 100, bar, done, total);
}

/* The whole line without its ends; every piece is far below what LINE_MAX_BYTES leaves it. */
static size_t put_line(char *out, const tutti_progress *p)
{
	/* relaxed: a number to show; nothing else is read through it */
	uint64_t done = tu_load_rlx(&p->done);
	double elapsed = (double)(tutti_now() - p->begun) / 1e9;
	double rate = elapsed > 0 ? (double)done / elapsed : 0;
	size_t n = 0;

	if (p->label[0])
		n += (size_t)snprintf(out, LINE_MAX_BYTES, "%s ", p->label);
	n += put_share(out + n, LINE_MAX_BYTES - n, done, p->total);
	n += (size_t)snprintf(
		out + n, LINE_MAX_BYTES - n, rate < 10 ? " %.1f/s " : " %.0f/s ", rate);
	if (p->total <= done || rate <= 0)
		return n + put_time(out + n, LINE_MAX_BYTES - n, elapsed);
	n += put_time(out + n, LINE_MAX_BYTES - n, (double)(p->total - done) / rate);
	return n + (size_t)snprintf(out + n, LINE_MAX_BYTES - n, " left");
}

/* One write for the line, so that no other thread's words come between its pieces. */
static void draw(tutti_progress *p, const char *end)
{
	char line[2 * LINE_MAX_BYTES];
	size_t n = 1;
	ssize_t written;

	line[0] = '\r';
	n += put_line(line + 1, p);
	/* blanks over what a longer line left there: understood by every terminal */
	while (n - 1 < p->shown)
		line[n++] = ' ';
	p->shown = n - 1;
	n += (size_t)snprintf(line + n, sizeof line - n, "%s", end);
	written = write(STDERR_FILENO, line, n);
	(void)written; /* a terminal that went away shows nothing, and that is all */
}

static void *render(void *arg)
{
	tutti_progress *p = arg;

	do
		draw(p, "");
	while (tutti_event_wait_until(&p->ended, tutti_after(redraw_every)) == TUTTI_ETIMEDOUT);
	draw(p, "\n");
	return NULL;
}

static void give_line_back(void)
{
	/* [progress-1] release: our last write is out before the next one draws */
	tu_store_rel(&line_taken, 0u);
}

static void start_renderer(tutti_progress *p)
{
	tutti_thread_options options = { .name = "progress", .daemon = 1 };
	int rc;

	/* [progress-1] acquire: what had the line before is done with it */
	if (!isatty(STDERR_FILENO) || tu_swap_acq(&line_taken, 1u))
		return;
	p->renderer = tutti_thread_start(render, p, &options);
	rc = tutti_future_error(p->renderer);
	if (rc < 0 && rc != TUTTI_EPENDING) { /* no thread to be had: then nothing is shown */
		tutti_future_unref(p->renderer);
		p->renderer = NULL;
		give_line_back();
	}
}

tutti_progress *tutti_progress_create(const char *label, uint64_t total)
{
	tutti_progress *p = tu_alloc(sizeof *p);

	if (!p)
		return NULL;
	memset(p, 0, sizeof *p);
	p->total = total;
	p->begun = tutti_now();
	if (label)
		snprintf(p->label, sizeof p->label, "%s", label);
	start_renderer(p);
	return p;
}

void tutti_progress_add(tutti_progress *p, uint64_t n)
{
	/* relaxed: only a number, see put_line; free comes after every add by its contract */
	if (p)
		tu_add_rlx(&p->done, n);
}

void tutti_progress_free(tutti_progress *p)
{
	tutti_scope quiet;

	if (!p)
		return;
	if (p->renderer) {
		tutti_event_set(&p->ended);
		tutti_shield_begin(&quiet, TUTTI_FOREVER);
		tutti_future_result(p->renderer, NULL, 0);
		tutti_shield_end(&quiet, 0);
		tutti_future_unref(p->renderer);
		give_line_back();
	}
	tu_free(p);
}

__attribute__((constructor(101))) static void set_hook(void)
{
	tu_progress_count = tutti_progress_add;
}
