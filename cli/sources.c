/* SPDX-License-Identifier: MIT */
/* sources.c - inputs behind ":::" in the command line, combined like the digits of a number. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "map.h"

static bool is_mark(const char *word)
{
	return strcmp(word, ":::") == 0;
}

int sources_parse(struct sources *s, char **words, size_t n)
{
	size_t kept = 0;

	*s = (struct sources){ .args = words, .n = 1 };
	for (size_t i = 0; i < n; i++)
		s->n += is_mark(words[i]);
	s->sizes = calloc(2 * s->n, sizeof *s->sizes);
	if (!s->sizes)
		return -ENOMEM;
	s->at = s->sizes + s->n;
	s->n = 1;
	for (size_t i = 0; i < n; i++) {
		if (is_mark(words[i])) {
			s->n++;
		} else {
			s->sizes[s->n - 1]++;
			words[kept++] = words[i];
		}
	}
	s->over = sources_count(s) == 0;
	return 0;
}

uint64_t sources_count(const struct sources *s)
{
	uint64_t count = 1;

	for (size_t i = 0; i < s->n; i++)
		if (__builtin_mul_overflow(count, s->sizes[i], &count))
			return UINT64_MAX;
	return count;
}

static void advance(struct sources *s)
{
	for (size_t i = s->n; i-- > 0;) {
		if (++s->at[i] < s->sizes[i])
			return;
		s->at[i] = 0;
	}
	s->over = true;
}

int sources_next(struct sources *s, tutti_bytes *out)
{
	struct text text = { 0 };
	char **args = s->args;
	int rc;

	if (s->over)
		return 0;
	for (size_t i = 0; i < s->n; i++) {
		const char *arg = args[s->at[i]];

		if (i > 0)
			text_add(&text, "", 1);
		text_add(&text, arg, strlen(arg));
		args += s->sizes[i];
	}
	rc = text.failed ? -ENOMEM : tutti_bytes_copy(out, text.data, text.size);
	text_free(&text);
	if (rc == 0)
		advance(s);
	return rc < 0 ? rc : 1;
}

void sources_free(struct sources *s)
{
	free(s->sizes);
	s->sizes = NULL;
}
