/* SPDX-License-Identifier: MIT */
/*
 * pattern.h - a command with places for its input, and what becomes of it for one input.
 *
 *     {}      the input            {.}     without its extension
 *     {/}     its base name        {/.}    that without its extension
 *     {//}    its directory        {2} {2.} {2/} {2/.} {2//}   the same of the second
 *     {#}     the job's number     {%}     the place it runs at
 *
 * The words of a command never meet a shell, so whatever an input holds stays one argument. Where
 * there is a shell the words are one text for it, and what is put in is quoted.
 */
#ifndef CLI_PATTERN_H
#define CLI_PATTERN_H

#include <stdint.h>

#include "columns.h"
#include "text.h"

struct pattern_style {
	const char *whole; /* what stands for the input; "{}" */
	const char *shell; /* who is given the command as one text; NULL: it is run itself */
	const struct colsep *colsep;
	char joint; /* stands between the lines of one input */
};

/*
 * The words are borrowed until pattern_free. One without any place for its input gets one at its
 * end. NULL: no memory.
 */
struct pattern *pattern_create(char **words, size_t n, const struct pattern_style *style);
void pattern_free(struct pattern *t);

/* Is the program to run the same for every input? */
bool pattern_runs_one(const struct pattern *t);

/*
 * What an input takes of the room for all arguments: how often it stands there, and what stands
 * beside it each time; the number of bytes that are there but once.
 */
struct pattern_size {
	size_t copies, beside, once;
};

struct pattern_size pattern_measure(const struct pattern *t);

/* The command as a user would write it, for who reads it. */
void pattern_show(const struct pattern *t, struct text *out);

/* The arguments for one input; zero bytes are an empty one, used again and again. */
struct filled {
	struct text bytes;
	struct columns columns;
	char **argv; /* up to a NULL */
	size_t argc, room;
};

/* 0; -EINVAL: an input with a zero byte, which no argument can have; -ENOMEM. */
int pattern_fill(const struct pattern *t, struct filled *f, const tutti_bytes *input,
	uint64_t number, int place);
void filled_show(const struct pattern *t, const struct filled *f, struct text *out);
void filled_free(struct filled *f);

#endif
