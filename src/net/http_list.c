/* SPDX-License-Identifier: MIT */
/*
 * http_list.c - the page that lists a folder. Names are bytes of anybody's choice: in an address
 * each that is not plain is encoded, in the text what HTML would understand is escaped, and what is
 * no UTF-8 is shown as U+FFFD.
 */
#include "net/http.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/file.h>

/* -- a text that grows ------------------------------------------------------------------------- */

struct text {
	char *at;
	size_t size, room;
	bool failed; /* there was no memory */
};

static void put(struct text *t, const char *data, size_t size)
{
	if (t->room - t->size < size && !t->failed) {
		size_t room = 2 * (t->size + size) + 1024;
		char *grown = realloc(t->at, room);

		t->failed = !grown;
		if (grown) {
			t->at = grown;
			t->room = room;
		}
	}
	if (t->failed || size == 0)
		return;
	memcpy(t->at + t->size, data, size);
	t->size += size;
}

static void put_text(struct text *t, const char *text)
{
	put(t, text, strlen(text));
}

static void put_encoded(struct text *t, const char *name)
{
	static const char plain[] = "-._~0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char code[4];

	for (; *name; name++) {
		if (strchr(plain, *name)) {
			put(t, name, 1);
			continue;
		}
		snprintf(code, sizeof(code), "%%%02X", (unsigned char)*name);
		put(t, code, 3);
	}
}

static void put_character(struct text *t, char c)
{
	switch (c) {
	case '&':
		put_text(t, "&amp;");
		break;
	case '<':
		put_text(t, "&lt;");
		break;
	case '>':
		put_text(t, "&gt;");
		break;
	case '"':
		put_text(t, "&quot;");
		break;
	default:
		if ((unsigned char)c < ' ' || c == 0x7f)
			put_text(t, "\xef\xbf\xbd");
		else
			put(t, &c, 1);
	}
}

static void put_escaped(struct text *t, const char *text)
{
	size_t left = strlen(text), good;

	for (; left > 0; left -= good + 1, text += good + 1) {
		good = left;
		if (tutti_bytes_check_utf8(tutti_bytes_of(text, left), &good) == 0)
			good = left;
		for (size_t i = 0; i < good; i++)
			put_character(t, text[i]);
		if (good == left)
			return;
		put_text(t, "\xef\xbf\xbd");
	}
}

/* -- the rows ---------------------------------------------------------------------------------- */

static void put_size(struct text *t, int64_t size)
{
	static const char units[] = "KMGTPE";
	char text[32];
	int unit = -1;
	double n = (double)size;

	for (; n >= 1023.95 && unit < 5; unit++)
		n /= 1024;
	if (unit < 0)
		snprintf(text, sizeof(text), "%" PRId64 " B", size);
	else
		snprintf(text, sizeof(text), "%d.%d %ciB", (int)(n + 0.05),
			(int)(n * 10 + 0.5) % 10, units[unit]);
	put_text(t, text);
}

static void put_time(struct text *t, time_t when)
{
	char text[80];
	struct tm at;

	if (!gmtime_r(&when, &at)) /* such years there are none */
		return;
	snprintf(text, sizeof(text), "%04d-%02d-%02d %02d:%02d", at.tm_year + 1900, at.tm_mon + 1,
		at.tm_mday, at.tm_hour, at.tm_min);
	put_text(t, text);
}

/* "./" before it: a name with a colon would be taken for a scheme. */
static void put_row(struct text *t, const char *name, const struct stat *st)
{
	const char *slash = S_ISDIR(st->st_mode) ? "/" : "";

	put_text(t, "<tr><td><a href=\"./");
	put_encoded(t, name);
	put_text(t, slash);
	put_text(t, "\">");
	put_escaped(t, name);
	put_text(t, slash);
	put_text(t, "</a></td><td>");
	if (!*slash)
		put_size(t, st->st_size);
	put_text(t, "</td><td>");
	put_time(t, st->st_mtime);
	put_text(t, "</td></tr>\n");
}

/* -- the walk ---------------------------------------------------------------------------------- */

enum { AT_ONCE = 64 * 1024 };

/*
 * Folders stand before files, and a huge folder's rows are nowhere all together: the files' wait
 * until the folders have been seen while they are few; if they are many, they are walked to again.
 */
struct list {
	tutti_http_exchange *x;
	size_t skip; /* of a path, what stands before the name */
	bool hidden;
	bool begun;        /* the reply: its length cannot be said any more */
	bool many;         /* files: those that wait are not kept */
	bool again;        /* the folders are out */
	struct text page;  /* what is to go out next */
	struct text files; /* that wait */
};

static const char type[] = "text/html; charset=utf-8";

static int send_on(struct list *l)
{
	int rc = l->page.failed ? -ENOMEM : 0;

	if (rc == 0 && !l->begun)
		rc = tutti_http_reply_begin(l->x, 200, type, -1);
	if (rc < 0)
		return rc;
	l->begun = true;
	rc = tutti_http_write(l->x, l->page.at, l->page.size);
	l->page.size = 0;
	return rc;
}

static void add_waiting(struct list *l, const char *name, const struct stat *st)
{
	if (l->many)
		return;
	put_row(&l->files, name, st);
	l->many = l->files.size >= AT_ONCE;
}

/* 1: and on, but not into it. */
static int add_row(struct list *l, const char *name, const struct stat *st)
{
	if (S_ISREG(st->st_mode) && !l->again)
		add_waiting(l, name, st);
	else if (l->again ? S_ISREG(st->st_mode) : S_ISDIR(st->st_mode))
		put_row(&l->page, name, st);
	if (l->page.size >= AT_ONCE) {
		int rc = send_on(l);

		return rc < 0 ? rc : 1;
	}
	return 1;
}

/* Of what is neither file nor folder, or leads nowhere, nothing is said. */
static int add_entry(const char *path, const struct stat *st, void *arg)
{
	struct list *l = arg;
	const char *name = path + l->skip;
	struct stat far;

	if (strlen(path) <= l->skip)
		return 0; /* the folder itself */
	if (*name == '.' && !l->hidden)
		return 1;
	if (S_ISLNK(st->st_mode)) {
		int rc = tutti_file_stat(path, &far);

		if (rc == TUTTI_ECANCELED)
			return rc;
		if (rc < 0)
			return 1;
		st = &far;
	}
	return add_row(l, name, st);
}

/* -- the page ---------------------------------------------------------------------------------- */

static const char style[] = "<style>body{font-family:sans-serif;margin:2em}td,th{text-align:left;"
			    "padding:.15em 1.5em .15em 0}td+td{white-space:nowrap;"
			    "font-variant-numeric:tabular-nums}</style>";

static void put_head(struct text *t, const char *where)
{
	put_text(t, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
	put_escaped(t, where);
	put_text(t, "</title>\n");
	put_text(t, style);
	put_text(t, "</head>\n<body><h1>");
	put_escaped(t, where);
	put_text(t, "</h1>\n<table>\n<tr><th>Name</th><th>Size</th><th>Modified (UTC)</th></tr>\n");
	if (strcmp(where, "/") != 0)
		put_text(t, "<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
}

static int list(struct list *l, const char *folder)
{
	int rc = tutti_file_walk(folder, add_entry, l);

	l->again = true;
	if (rc == 0 && l->files.failed)
		rc = -ENOMEM;
	if (rc == 0 && l->many)
		rc = tutti_file_walk(folder, add_entry, l);
	else if (rc == 0)
		put(&l->page, l->files.at, l->files.size);
	if (rc < 0)
		return rc;
	put_text(&l->page, "</table></body></html>\n");
	if (l->begun)
		return send_on(l);
	return l->page.failed ? -ENOMEM
			      : tutti_http_reply(
					l->x, 200, type, tutti_bytes_of(l->page.at, l->page.size));
}

int tu_http_list(struct tutti_http_exchange *x, const char *folder, bool hidden)
{
	struct list l = { .x = x, .skip = strlen(folder), .hidden = hidden };
	size_t size = strlen(x->path) + 1;
	char *where = tu_http_take(x, size);
	int rc;

	if (!where)
		return -ENOMEM;
	memcpy(where, x->path, size);
	tu_http_decode(where, size - 1, false);
	put_head(&l.page, where);
	rc = list(&l, folder);
	free(l.page.at);
	free(l.files.at);
	return rc;
}
