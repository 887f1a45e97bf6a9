/* SPDX-License-Identifier: MIT */
/*
 * template.h - a command with places for its input, and what becomes of it for one input.
 *
 *     {}      the input            {.}     without its extension
 *     {/}     its base name        {/.}    that without its extension
 *     {//}    its directory        {2} {2.} {2/} {2/.} {2//}   the same of the second
 *     {#}     the job's number     {%}     the place it runs at
 *
 * The words of a command never meet a shell, so whatever an input holds stays one argument. Where
 * there is a shell the words are one text for it, and what is put in is quoted.
 */
#ifndef CLI_TEMPLATE_H
#define CLI_TEMPLATE_H

#include <stdint.h>

#include "columns.h"
#include "text.h"

struct template_style {
	const char *whole; /* what stands for the input; "{}" */
	const char *shell; /* who is given the command as one text; NULL: it is run itself */
	const struct colsep *colsep;
	char joint; /* stands between the lines of one input */
};

/*
 * The words are borrowed until template_free. One without any place for its input gets one at its
 * end. NULL: no memory.
 */
struct template *template_create(char **words, size_t n, const struct template_style *style);
void template_free(struct template *t);

/* Is the program to run the same for every input? */
bool template_runs_one(const struct template *t);

/* The command as a user would write it, for who reads it. */
void template_show(const struct template *t, struct text *out);

/* The arguments for one input; zero bytes are an empty one, used again and again. */
struct filled {
	struct text bytes;
	struct columns columns;
	char **argv; /* up to a NULL */
	size_t argc, room;
};

/* 0; -EINVAL: an input with a zero byte, which no argument can have; -ENOMEM. */
int template_fill(const struct template *t, struct filled *f, const tutti_bytes *input,
	uint64_t number, int place);
void filled_show(const struct template *t, const struct filled *f, struct text *out);
void filled_free(struct filled *f);

/* Add a word as a shell reads it. */
void shell_quote(struct text *out, const char *word, size_t size);

#endif
