/* SPDX-License-Identifier: MIT */
/* print.c - an inspection as text: a table, or a tree. Each row is a line. */
#include "inspect/inside.h"

#include "base/character.h"
#include "os/os.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const kinds[] = { "process", "thread", "task", "job" };
static const char *const states[] = { "running", "ready", "waiting", "stopped", "ended" };
static const char *const colors[] = { "\033[32m", "\033[36m", "\033[33m", "\033[31m", "\033[31m" };

enum { LINE_MOST = 2048, DEEPEST = 64, FLUSH_AT = 1 << 14, FULL_NS = 1000000 };

struct page {
	const struct tutti_inspection *in;
	const tutti_inspect_style *style;
	struct arena arena; /* of what is being written */
	int fd, rc;
	char text[FLUSH_AT + LINE_MOST];
	size_t used;
	bool last[DEEPEST]; /* in the tree: of those above, is this the last of its level? */
};

/* -- lines ------------------------------------------------------------------------------------- */

static void flush(struct page *p)
{
	size_t at = 0;

	while (p->rc == 0 && at < p->used) {
		ssize_t n = write(p->fd, p->text + at, p->used - at);

		if (n > 0)
			at += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			tu_os_sleep_until(tu_os_now() + FULL_NS);
		else if (n < 0 && errno != EINTR)
			p->rc = -errno;
	}
	p->used = 0;
}

/* How many bytes of text fit into width columns, and how many of these they fill. */
static size_t fits(const char *text, size_t width, size_t *columns)
{
	size_t n = 0;

	*columns = 0;
	while (text[n]) {
		struct tu_character c = tu_character_of(text + n);

		if (*columns + c.columns > width)
			break;
		*columns += c.columns;
		n += c.bytes;
	}
	return n;
}

/* One line, cut to the width, in which the n bytes from begin on are the state. */
static void put_line(struct page *p, const char *line, const tutti_inspect_row *row, size_t begin)
{
	size_t width = p->style->width ? p->style->width : SIZE_MAX;
	size_t columns, n = fits(line, width, &columns),
			state = row ? strlen(states[row->state]) : 0;
	bool color = row && p->style->color && begin + state <= n;

	p->used += (size_t)snprintf(p->text + p->used, LINE_MOST, "%.*s%s%.*s%s%.*s\n",
		(int)(color ? begin : 0), line, color ? colors[row->state] : "",
		(int)(color ? state : 0), line + begin, color ? "\033[0m" : "",
		(int)(color ? n - begin - state : n), color ? line + begin + state : line);
	if (p->used >= FLUSH_AT)
		flush(p);
}

__attribute__((format(printf, 2, 3))) static void put(struct page *p, const char *format, ...)
{
	char line[LINE_MOST - 64];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	put_line(p, line, NULL, 0);
}

/* -- parts ------------------------------------------------------------------------------------- */

static const char *span(tutti_time ns, char out[24])
{
	double s = (double)ns / 1e9;

	if (ns < 0)
		snprintf(out, 24, "-");
	else if (s < 1)
		snprintf(out, 24, "%.0f ms", s * 1e3);
	else if (s < 100)
		snprintf(out, 24, "%.1f s", s);
	else if (s < 6000)
		snprintf(out, 24, "%.0f min", s / 60);
	else if (s < 360000)
		snprintf(out, 24, "%.0f h", s / 3600);
	else
		snprintf(out, 24, "%.0f d", s / 86400);
	return out;
}

/* What is said behind the name. */
static void rest(const tutti_inspect_row *row, char *out, size_t n)
{
	char left[24];
	size_t used = 0;

	out[0] = 0;
	if (*row->role)
		used += (size_t)snprintf(out, n, "(%s)", row->role);
	if (*row->waits_for && used < n)
		used += (size_t)snprintf(
			out + used, n - used, "%s%s", used ? " " : "", row->waits_for);
	if (*row->waits_for && row->left >= 0 && used < n)
		snprintf(out + used, n - used, ", for %s more", span(row->left, left));
}

static void put_head(struct page *p)
{
	const struct tutti_inspection *in = p->in;

	put(p, "%s (%d): %zu thread%s, %zu task%s, %zu job%s; %zu waiting", in->rows[0].name,
		in->rows[0].pid, in->threads, in->threads == 1 ? "" : "s", in->tasks,
		in->tasks == 1 ? "" : "s", in->jobs, in->jobs == 1 ? "" : "s", in->waiting);
}

/* Whole: they are what it is looked at for. */
static void put_notes(struct page *p)
{
	for (size_t i = 0; i < p->in->notes_n; i++) {
		p->used += (size_t)snprintf(p->text + p->used, LINE_MOST, "%s\n", p->in->notes[i]);
		if (p->used >= FLUSH_AT)
			flush(p);
	}
}

/* -- the table --------------------------------------------------------------------------------- */

static int name_width(const struct tutti_inspection *in)
{
	int width = 4;

	for (size_t i = 0; i < in->n; i++) {
		int n = tu_character_columns(in->rows[i].name);

		width = n > width ? n : width;
	}
	return width > 20 ? 20 : width;
}

static void put_row(struct page *p, const tutti_inspect_row *row, int width)
{
	char line[LINE_MOST - 64], id[24] = "-", waited[24], more[LINE_MOST - 256];
	size_t columns, name = fits(row->name, (size_t)width, &columns);
	int begin;

	if (row->id)
		snprintf(id, sizeof(id), "%" PRIu64, row->id);
	rest(row, more, sizeof(more));
	begin = snprintf(line, sizeof(line), "%-7s %8s ", kinds[row->kind], id);
	snprintf(line + begin, sizeof(line) - (size_t)begin, "%-8s %8s  %.*s%*s  %s",
		states[row->state], *row->waits_for ? span(row->waited, waited) : "", (int)name,
		row->name, width - (int)columns, "", more);
	put_line(p, line, row, (size_t)begin);
}

static void put_table(struct page *p)
{
	int width = name_width(p->in);

	put(p, "%-7s %8s %-8s %8s  %-*s  %s", "KIND", "ID", "STATE", "SINCE", width, "NAME",
		"WAITS FOR");
	for (size_t i = 0; i < p->in->n; i++)
		put_row(p, &p->in->rows[i], width);
}

/* -- the tree ---------------------------------------------------------------------------------- */

static int put_branches(const struct page *p, char *line, size_t n, unsigned depth)
{
	bool fine = p->style->utf8;
	size_t used = 0;

	line[0] = 0;
	for (unsigned i = 1; i <= depth && i < DEEPEST && used < n; i++) {
		const char *part = i < depth    ? (p->last[i]    ? "   "
							  : fine ? "\u2502  "
								 : "|  ")
				   : p->last[i] ? (fine ? "\u2514\u2500 " : "`- ")
						: (fine ? "\u251c\u2500 " : "|- ");

		used += (size_t)snprintf(line + used, n - used, "%s", part);
	}
	return (int)used;
}

static void put_node(struct page *p, size_t i, unsigned depth)
{
	const tutti_inspect_row *row = &p->in->rows[i];
	char line[LINE_MOST - 64], more[LINE_MOST - 512], waited[24], id[32] = "";
	int begin = put_branches(p, line, 400, depth);

	rest(row, more, sizeof(more));
	if (row->id)
		snprintf(id, sizeof(id), " (%" PRIu64 ")", row->id);
	begin += snprintf(line + begin, sizeof(line) - (size_t)begin, "%s %s%s: ", kinds[row->kind],
		row->name, id);
	snprintf(line + begin, sizeof(line) - (size_t)begin, "%s%s%s%s%s", states[row->state],
		*row->waits_for && row->waited >= 0 ? " for " : "",
		*row->waits_for && row->waited >= 0 ? span(row->waited, waited) : "",
		*more ? ", " : "", more);
	put_line(p, line, row, (size_t)begin);
}

/* Without recursion: a chain of groups may be as long as there are tasks. */
static void put_tree(struct page *p)
{
	const struct beside *b = p->in->beside;
	size_t at = 0;
	unsigned depth = 0;

	while (at != TUTTI_INSPECT_NOBODY) {
		if (depth < DEEPEST)
			p->last[depth] = b[at].next == TUTTI_INSPECT_NOBODY;
		put_node(p, at, depth);
		if (b[at].child != TUTTI_INSPECT_NOBODY) {
			at = b[at].child;
			depth++;
			continue;
		}
		while (at != TUTTI_INSPECT_NOBODY && b[at].next == TUTTI_INSPECT_NOBODY) {
			at = p->in->rows[at].parent;
			depth--;
		}
		if (at != TUTTI_INSPECT_NOBODY)
			at = b[at].next;
	}
}

int tutti_inspection_write(const tutti_inspection *seen, const tutti_inspect_style *style, int fd)
{
	static const tutti_inspect_style none;
	struct arena arena = { 0 };
	struct page *p = tu_arena_take(&arena, sizeof(*p));
	int rc;

	if (!p)
		return -ENOMEM;
	p->in = seen;
	p->style = style ? style : &none;
	p->fd = fd;
	put_head(p);
	if (p->style->tree)
		put_tree(p);
	else
		put_table(p);
	put_notes(p);
	flush(p);
	rc = p->rc;
	tu_arena_free(&arena);
	return rc;
}
