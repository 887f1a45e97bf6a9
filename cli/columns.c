/* SPDX-License-Identifier: MIT */
/* columns.c - see columns.h. Expressions are of bytes: the command never leaves the C locale. */
#include "columns.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

struct colsep {
	bool one_byte;
	char byte;
	regex_t expression;
};

static int add(struct columns *c, const char *data, size_t size)
{
	if (c->n == c->room) {
		size_t room = c->room ? 2 * c->room : 8;
		struct span *larger = realloc(c->at, room * sizeof *larger);

		if (!larger)
			return -ENOMEM;
		c->at = larger;
		c->room = room;
	}
	c->at[c->n++] = (struct span){ data, size };
	return 0;
}

/* Where the next separator in from..end begins and ends; false: there is none. */
static bool find(const struct colsep *sep, const char *line, const char *from, const char *end,
	const char **begin, const char **behind)
{
	regmatch_t match = { .rm_so = 0, .rm_eo = end - from };
	int flags = REG_STARTEND | (from > line ? REG_NOTBOL : 0);

	if (sep->one_byte) {
		*begin = from < end ? memchr(from, sep->byte, (size_t)(end - from)) : NULL;
		*behind = *begin ? *begin + 1 : NULL;
		return *begin != NULL;
	}
	/* one that matches nothing at all separates nothing */
	if (regexec(&sep->expression, from, 1, &match, flags) != 0 || match.rm_eo == match.rm_so)
		return false;
	*begin = from + match.rm_so;
	*behind = from + match.rm_eo;
	return true;
}

static int split_line(
	struct columns *c, const char *from, const char *end, const struct colsep *sep)
{
	const char *line = from, *begin, *behind;

	while (sep && find(sep, line, from, end, &begin, &behind)) {
		int rc = add(c, from, (size_t)(begin - from));

		if (rc < 0)
			return rc;
		from = behind;
	}
	return add(c, from, (size_t)(end - from));
}

int columns_split(struct columns *c, struct span input, char joint, const struct colsep *sep)
{
	const char *from, *end, *stop;
	int rc;

	c->n = c->copy.size = 0;
	if (sep && !sep->one_byte) {
		text_add(&c->copy, input.data, input.size);
		text_add(&c->copy, "", 1);
		if (c->copy.failed)
			return -ENOMEM;
		input.data = c->copy.data;
	}
	from = input.size > 0 ? input.data : "";
	end = from + input.size;
	do {
		stop = memchr(from, joint, (size_t)(end - from));
		rc = split_line(c, from, stop ? stop : end, sep);
		from = stop ? stop + 1 : end;
	} while (stop && rc == 0);
	return rc;
}

void columns_free(struct columns *c)
{
	free(c->at);
	text_free(&c->copy);
	*c = (struct columns){ 0 };
}

struct colsep *colsep_parse(const char *text)
{
	struct colsep *sep = calloc(1, sizeof *sep);
	char why[100];
	int rc;

	if (!sep) {
		say("map: %s", tutti_strerror(-ENOMEM));
		return NULL;
	}
	sep->one_byte = strlen(text) == 1 || strcmp(text, "\\t") == 0;
	sep->byte = text[0] == '\\' && text[1] ? '\t' : text[0];
	if (sep->one_byte)
		return sep;
	rc = text[0] ? regcomp(&sep->expression, text, REG_EXTENDED) : REG_BADPAT;
	if (rc == 0)
		return sep;
	if (text[0])
		regerror(rc, &sep->expression, why, sizeof why);
	say("map: --colsep '%s': %s", text, text[0] ? why : "nothing separates nothing");
	free(sep);
	return NULL;
}

void colsep_free(struct colsep *sep)
{
	if (sep && !sep->one_byte)
		regfree(&sep->expression);
	free(sep);
}
