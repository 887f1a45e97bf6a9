/* SPDX-License-Identifier: MIT */
/* pattern.c - see pattern.h. Words are taken apart once; each input only fills them. */
#include "pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "forms.h"

enum { NUMBER_BYTES = 20 }; /* of {#} at most */

enum what { LITERAL, VALUE, NUMBER, PLACE };

struct piece {
	enum what what;
	enum form form;
	size_t nth; /* of the columns, from 1 on; 0: all */
	struct span text;
};

struct word {
	struct piece *pieces;
	size_t n;
};

/* What is not of the input. */
struct run {
	uint64_t number;
	int place;
};

struct pattern {
	struct pattern_style style;
	struct word *words;
	size_t n;
	struct span *spelled; /* the words as they were given */
};

/* -- parsing ---------------------------------------------------------------------------------- */

/* "{2/.}" and the like at p: how long it is, 0 if it is none of ours. */
static size_t parse_braces(const char *p, struct piece *out)
{
	static const char *const forms[] = { "}", ".}", "/}", "/.}", "//}" };
	const char *from = p++;
	char *end = (char *)p;

	if (strncmp(p, "#}", 2) == 0 || strncmp(p, "%}", 2) == 0) {
		*out = (struct piece){ .what = *p == '#' ? NUMBER : PLACE };
		return 3;
	}
	*out = (struct piece){ .what = VALUE };
	if (*p >= '1' && *p <= '9') {
		out->nth = strtoul(p, &end, 10);
		p = end;
	}
	for (int i = WHOLE; i <= DIRECTORY; i++)
		if (strncmp(p, forms[i], strlen(forms[i])) == 0) {
			out->form = (enum form)i;
			return (size_t)(p - from) + strlen(forms[i]);
		}
	return 0;
}

/* A place for something at p: how long it is, 0 if none stands there. */
static size_t parse_place(const char *p, const char *whole, struct piece *out)
{
	size_t size = strlen(whole);

	if (strncmp(p, whole, size) == 0) {
		*out = (struct piece){ .what = VALUE };
		return size;
	}
	if (*p != '{' ||
		strncmp(p, "{}", 2) == 0) /* those are plain when something else is whole */
		return 0;
	return parse_braces(p, out);
}

/* Its pieces into out, if that is not NULL; returns how many there are. */
static size_t parse_word(const char *p, const char *whole, struct piece *out)
{
	size_t n = 0;
	bool literal = false;

	while (*p) {
		struct piece piece;
		size_t size = parse_place(p, whole, &piece);

		if (size == 0 && literal) {
			if (out)
				out[n - 1].text.size++;
		} else {
			if (size == 0)
				piece = (struct piece){ .what = LITERAL, .text = { p, 1 } };
			if (out)
				out[n] = piece;
			n++;
		}
		literal = size == 0;
		p += size ? size : 1;
	}
	return n;
}

static bool add_word(struct pattern *t, const char *text, const char *whole)
{
	struct word *word = &t->words[t->n];

	word->n = parse_word(text, whole, NULL);
	word->pieces = calloc(word->n + 1, sizeof *word->pieces);
	if (!word->pieces)
		return false;
	parse_word(text, whole, word->pieces);
	t->spelled[t->n++] = (struct span){ text, strlen(text) };
	return true;
}

static bool has_place(const struct pattern *t)
{
	for (size_t i = 0; i < t->n; i++)
		for (size_t k = 0; k < t->words[i].n; k++)
			if (t->words[i].pieces[k].what != LITERAL)
				return true;
	return false;
}

struct pattern *pattern_create(char **words, size_t n, const struct pattern_style *style)
{
	struct pattern *t = calloc(1, sizeof *t);
	bool fine = t != NULL;

	if (!t)
		return NULL;
	t->style = *style;
	t->words = calloc(n + 1, sizeof *t->words);
	t->spelled = calloc(n + 1, sizeof *t->spelled);
	fine = t->words && t->spelled;
	for (size_t i = 0; fine && i < n; i++)
		fine = add_word(t, words[i], style->whole);
	if (fine && !has_place(t))
		fine = add_word(t, style->whole, style->whole);
	if (fine)
		return t;
	pattern_free(t);
	return NULL;
}

void pattern_free(struct pattern *t)
{
	if (!t)
		return;
	for (size_t i = 0; t->words && i < t->n; i++)
		free(t->words[i].pieces);
	free(t->words);
	free(t->spelled);
	free(t);
}

bool pattern_runs_one(const struct pattern *t)
{
	const struct word *first = t->words;

	return t->style.shell || (t->n > 0 && first->n == 1 && first->pieces[0].what == LITERAL);
}

static bool has_all(const struct word *word)
{
	for (size_t i = 0; i < word->n; i++)
		if (word->pieces[i].what == VALUE && word->pieces[i].nth == 0)
			return true;
	return false;
}

/* What is not of the inputs. */
static size_t bytes_beside(const struct word *word)
{
	size_t n = 0;

	for (size_t i = 0; i < word->n; i++) {
		const struct piece *piece = &word->pieces[i];

		if (piece->what == LITERAL)
			n += piece->text.size;
		else if (piece->what != VALUE)
			n += NUMBER_BYTES;
	}
	return n;
}

static size_t values(const struct word *word)
{
	size_t n = 0;

	for (size_t i = 0; i < word->n; i++)
		n += word->pieces[i].what == VALUE;
	return n;
}

struct pattern_size pattern_measure(const struct pattern *t)
{
	struct pattern_size size = { 0, 0, 0 };

	for (size_t i = 0; i < t->n; i++) {
		size_t bytes = bytes_beside(&t->words[i]) + 1, copies = values(&t->words[i]);

		size.copies += copies;
		if (t->style.shell) {
			size.once += bytes;
			size.beside += copies; /* a space after each */
		} else if (has_all(&t->words[i])) {
			size.beside += bytes + sizeof(char *);
		} else {
			size.once += bytes + sizeof(char *);
		}
	}
	return size;
}

void pattern_show(const struct pattern *t, struct text *out)
{
	for (size_t i = 0; i < t->n; i++) {
		if (i > 0)
			text_add(out, " ", 1);
		if (t->style.shell || (t->words[i].n == 1 && t->words[i].pieces[0].what != LITERAL))
			text_add(out, t->spelled[i].data, t->spelled[i].size);
		else
			shell_quote(out, t->spelled[i].data, t->spelled[i].size);
	}
}

/* -- filling ---------------------------------------------------------------------------------- */

static void put(const struct pattern *t, struct filled *f, struct span value, enum form form)
{
	value = form_of(value, form);
	if (t->style.shell)
		shell_quote(&f->bytes, value.data, value.size);
	else
		text_add(&f->bytes, value.data, value.size);
}

/* Which of the columns {} stands for: all of them, one after the other, or one. */
static void put_all(const struct pattern *t, struct filled *f, enum form form, size_t only)
{
	const struct columns *c = &f->columns;

	if (only < c->n) {
		put(t, f, c->at[only], form);
		return;
	}
	for (size_t i = 0; i < c->n; i++) {
		if (i > 0)
			text_add(&f->bytes, " ", 1);
		put(t, f, c->at[i], form);
	}
}

static void put_piece(const struct pattern *t, struct filled *f, const struct piece *piece,
	const struct run *run, size_t only)
{
	const struct columns *c = &f->columns;

	if (piece->what == LITERAL)
		text_add(&f->bytes, piece->text.data, piece->text.size);
	else if (piece->what == NUMBER)
		text_printf(&f->bytes, "%llu", (unsigned long long)run->number);
	else if (piece->what == PLACE)
		text_printf(&f->bytes, "%d", run->place);
	else if (piece->nth == 0)
		put_all(t, f, piece->form, only);
	else if (piece->nth <= c->n) /* what is not there is nothing */
		put(t, f, c->at[piece->nth - 1], piece->form);
}

/* The next argument begins here: its place among the bytes, which may yet move. */
static void begin_argument(struct filled *f)
{
	if (f->argc + 1 >= f->room) {
		size_t room = f->room ? 2 * f->room : 16;
		char **larger = realloc(f->argv, room * sizeof *larger);

		if (!larger) {
			f->bytes.failed = true;
			return;
		}
		f->argv = larger;
		f->room = room;
	}
	f->argv[f->argc++] = (char *)(uintptr_t)f->bytes.size; /* NOLINT: an offset until the end */
}

/* A word with {} is there once for each, so that several stay arguments of their own. */
static void put_word(
	const struct pattern *t, struct filled *f, const struct word *word, const struct run *run)
{
	size_t times = has_all(word) ? f->columns.n : 1;

	for (size_t only = 0; only < times; only++) {
		begin_argument(f);
		for (size_t i = 0; i < word->n; i++)
			put_piece(t, f, &word->pieces[i], run, only);
		text_add(&f->bytes, "", 1);
	}
}

/* The whole command as the one text that a shell is given. */
static void put_line(const struct pattern *t, struct filled *f, const struct run *run)
{
	static const char option[] = "-c";

	begin_argument(f);
	text_add(&f->bytes, t->style.shell, strlen(t->style.shell) + 1);
	begin_argument(f);
	text_add(&f->bytes, option, sizeof option);
	begin_argument(f);
	for (size_t i = 0; i < t->n; i++) {
		if (i > 0)
			text_add(&f->bytes, " ", 1);
		for (size_t k = 0; k < t->words[i].n; k++)
			put_piece(t, f, &t->words[i].pieces[k], run, SIZE_MAX);
	}
	text_add(&f->bytes, "", 1);
}

int pattern_fill(const struct pattern *t, struct filled *f, const tutti_bytes *input,
	uint64_t number, int place)
{
	struct span whole = { input->data, input->size };
	struct run run = { number, place };
	int rc;

	if (t->style.joint != 0 && input->size > 0 && memchr(input->data, '\0', input->size))
		return -EINVAL;
	rc = columns_split(&f->columns, whole, t->style.joint, t->style.colsep);
	if (rc < 0)
		return rc;
	f->bytes.size = f->argc = 0;
	f->bytes.failed = false;
	if (t->style.shell)
		put_line(t, f, &run);
	else
		for (size_t i = 0; i < t->n; i++)
			put_word(t, f, &t->words[i], &run);
	if (f->bytes.failed)
		return -ENOMEM;
	for (size_t i = 0; i < f->argc; i++)
		f->argv[i] = f->bytes.data + (uintptr_t)f->argv[i];
	f->argv[f->argc] = NULL;
	return 0;
}

void filled_show(const struct pattern *t, const struct filled *f, struct text *out)
{
	if (t->style.shell) {
		text_add(out, f->argv[2], strlen(f->argv[2]));
		return;
	}
	for (size_t i = 0; i < f->argc; i++) {
		if (i > 0)
			text_add(out, " ", 1);
		shell_quote(out, f->argv[i], strlen(f->argv[i]));
	}
}

void filled_free(struct filled *f)
{
	columns_free(&f->columns);
	text_free(&f->bytes);
	free(f->argv);
	*f = (struct filled){ 0 };
}
