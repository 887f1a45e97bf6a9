/* SPDX-License-Identifier: MIT */
/*
 * workload.c - a table with commas, read into processes: line by line, field by field.
 *
 * Bursts and names are kept in two stores that grow, so that a process names its part of each by
 * an offset until all is read; then all is copied into one piece.
 */
#include "core/alloc.h"
#include "sched/refuse.h"
#include "sched/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <tutti/sched_workload.h>

enum { QUOTE_MOST = 40 }; /* bytes of a field in a message */

struct store {
	char *data;
	size_t size, room;
};

/* What is between two commas: its text without blanks around it. */
struct field {
	const char *text;
	size_t size;
	bool quoted; /* text has its quotes no more, but those within are still doubled */
};

struct row {
	size_t name, bursts; /* where they begin in their stores */
	int64_t arrival;
	size_t bursts_n;
};

struct parser {
	const char *at, *end; /* of the text; at: the next byte */
	size_t line;
	bool titled; /* the titles, if any, have been seen */
	tutti_sched_fault *fault;
	struct store names, bursts, rows;
};

static int store_add(struct store *s, const void *data, size_t size)
{
	if (s->room - s->size < size) {
		size_t room = 2 * s->room + size + 256;
		char *larger = tu_resize(s->data, room);

		if (!larger)
			return -ENOMEM;
		s->data = larger;
		s->room = room;
	}
	if (size > 0)
		memcpy(s->data + s->size, data, size);
	s->size += size;
	return 0;
}

/* -- fields ------------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(struct parser *p)
{
	while (p->at < p->end && is_blank(*p->at))
		p->at++;
}

static bool at_line_end(const struct parser *p)
{
	return p->at == p->end || *p->at == '\n';
}

/* Behind the opening quote: up to the closing one, and what follows must be a comma or the end. */
static int read_quoted(struct parser *p, struct field *f)
{
	f->quoted = true;
	f->text = p->at;
	for (;; p->at++) {
		if (at_line_end(p))
			return tu_sched_refuse(p->fault, p->line, "a quote that is not closed");
		if (*p->at != '"')
			continue;
		if (p->at + 1 == p->end || p->at[1] != '"')
			break;
		p->at++;
	}
	f->size = (size_t)(p->at - f->text);
	p->at++;
	skip_blanks(p);
	if (at_line_end(p) || *p->at == ',')
		return 0;
	return tu_sched_refuse(p->fault, p->line, "something behind a closing quote");
}

/* The next field; p stands at its comma then, or at the end of the line. */
static int read_field(struct parser *p, struct field *f)
{
	*f = (struct field){ 0 };
	skip_blanks(p);
	if (!at_line_end(p) && *p->at == '"') {
		p->at++;
		return read_quoted(p, f);
	}
	f->text = p->at;
	while (!at_line_end(p) && *p->at != ',')
		p->at++;
	f->size = (size_t)(p->at - f->text);
	while (f->size > 0 && is_blank(f->text[f->size - 1]))
		f->size--;
	return 0;
}

static bool read_number(const struct field *f, int64_t *n)
{
	int64_t value = 0;

	if (f->size == 0 || f->quoted)
		return false;
	for (size_t i = 0; i < f->size; i++) {
		int digit = f->text[i] - '0';

		if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, digit, &value))
			return false;
	}
	*n = value;
	return true;
}

/* Such as "'x' is no burst, which is a whole number of ticks from 1 on". */
static int refuse_field(struct parser *p, const struct field *f, const char *what, int least)
{
	int size = f->size < QUOTE_MOST ? (int)f->size : QUOTE_MOST;

	for (int i = 0; i < size; i++)
		if ((unsigned char)f->text[i] < ' ' || f->text[i] == 0x7F)
			size = i;
	return tu_sched_refuse(p->fault, p->line,
		"'%.*s' is no %s, which is a whole number of ticks from %d on", size, f->text, what,
		least);
}

/* -- a line ------------------------------------------------------------------------------------ */

static int keep_name(struct parser *p, const struct field *f, struct row *row)
{
	int rc = 0;

	if (f->size == 0)
		return tu_sched_refuse(p->fault, p->line, "a process without a name");
	if (memchr(f->text, '\0', f->size))
		return tu_sched_refuse(p->fault, p->line, "a zero byte");
	row->name = p->names.size;
	for (size_t i = 0; i < f->size && rc == 0; i++) {
		rc = store_add(&p->names, &f->text[i], 1);
		if (f->quoted && f->text[i] == '"')
			i++; /* doubled */
	}
	return rc < 0 ? rc : store_add(&p->names, "", 1);
}

/* Are there only empty fields up to the end of the line? */
static bool only_empty(const struct parser *p)
{
	for (const char *at = p->at; at < p->end && *at != '\n'; at++)
		if (*at != ',' && !is_blank(*at))
			return false;
	return true;
}

static int keep_bursts(struct parser *p, struct row *row)
{
	struct field f;
	int64_t ticks;
	int rc = 0;

	row->bursts = p->bursts.size;
	while (rc == 0 && !only_empty(p)) {
		p->at++; /* the comma */
		rc = read_field(p, &f);
		if (rc == 0 && (!read_number(&f, &ticks) || ticks < 1))
			rc = refuse_field(p, &f, "burst", 1);
		if (rc == 0)
			rc = store_add(&p->bursts, &ticks, sizeof ticks);
		row->bursts_n++;
	}
	if (rc == 0 && row->bursts_n % 2 == 0)
		rc = tu_sched_refuse(p->fault, p->line,
			row->bursts_n == 0 ? "a process without a burst"
					   : "I/O at the end, without a burst behind it");
	return rc;
}

/* The first line, if its second field begins with a letter, has the titles. */
static bool is_title(struct parser *p, const struct field *second)
{
	char first = second->size > 0 ? second->text[0] : '0';
	bool seen = p->titled;

	p->titled = true;
	return !seen && (first | 32) >= 'a' && (first | 32) <= 'z';
}

static int read_row(struct parser *p)
{
	struct row row = { 0 };
	struct field name, arrival = { 0 };
	int rc = read_field(p, &name);

	if (rc == 0 && !at_line_end(p)) {
		p->at++; /* the comma */
		rc = read_field(p, &arrival);
	}
	if (rc < 0 || is_title(p, &arrival))
		return rc;
	rc = keep_name(p, &name, &row);
	if (rc == 0 && !arrival.text)
		rc = tu_sched_refuse(p->fault, p->line, "a name and nothing behind it");
	if (rc == 0 && !read_number(&arrival, &row.arrival))
		rc = refuse_field(p, &arrival, "arrival", 0);
	if (rc == 0)
		rc = keep_bursts(p, &row);
	return rc < 0 ? rc : store_add(&p->rows, &row, sizeof row);
}

static int read_line(struct parser *p)
{
	bool first = p->line == 1;
	int rc = 0;

	if (first && p->end - p->at >= 3 && memcmp(p->at, "\xef\xbb\xbf", 3) == 0)
		p->at += 3; /* what some programs mark UTF-8 with */
	skip_blanks(p);
	if (!at_line_end(p) && *p->at != '#')
		rc = read_row(p);
	while (!at_line_end(p))
		p->at++;
	return rc;
}

/* -- all of it --------------------------------------------------------------------------------- */

static int gather(const struct parser *p, tutti_sched_workload *w)
{
	size_t n = p->rows.size / sizeof(struct row);
	const struct row *rows = (const struct row *)p->rows.data;
	tutti_sched_process *processes, *copy = NULL;
	int rc;

	if (n == 0)
		return tu_sched_refuse(p->fault, 0, "no process");
	processes = tu_alloc(n * sizeof *processes);
	if (!processes)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		processes[i] = (tutti_sched_process){ p->names.data + rows[i].name, rows[i].arrival,
			(const int64_t *)(p->bursts.data + rows[i].bursts), rows[i].bursts_n };
	rc = tu_sched_check_processes(processes, n, p->fault);
	if (rc == 0)
		copy = tu_sched_copy(processes, n);
	tu_free(processes);
	if (!copy)
		return rc < 0 ? rc : -ENOMEM;
	*w = (tutti_sched_workload){ copy, n, copy };
	return 0;
}

int tutti_sched_workload_parse(tutti_sched_workload *w, tutti_bytes text, tutti_sched_fault *fault)
{
	const char *data = text.size > 0 ? text.data : "";
	struct parser p = { .at = data, .end = data + text.size, .fault = fault };
	int rc = 0;

	while (rc == 0 && p.at < p.end) {
		p.line++;
		rc = read_line(&p);
		p.at += p.at < p.end; /* the line's end */
	}
	if (rc == 0)
		rc = gather(&p, w);
	tu_free(p.names.data);
	tu_free(p.bursts.data);
	tu_free(p.rows.data);
	return rc;
}

void tutti_sched_workload_clear(tutti_sched_workload *w)
{
	if (!w)
		return;
	tu_free(w->owner);
	*w = (tutti_sched_workload){ 0 };
}
