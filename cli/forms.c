/* SPDX-License-Identifier: MIT */
/* forms.c - see forms.h. */
#define _GNU_SOURCE
#include "forms.h"

#include <string.h>

static struct span base_of(struct span s)
{
	const char *slash = s.size > 0 ? memrchr(s.data, '/', s.size) : NULL;

	if (!slash)
		return s;
	return (struct span){ slash + 1, (size_t)(s.data + s.size - slash) - 1 };
}

/* Without the last dot of its base name, and what follows that. */
static struct span bare(struct span s)
{
	struct span base = base_of(s);
	const char *dot = base.size > 0 ? memrchr(base.data, '.', base.size) : NULL;

	if (dot)
		s.size = (size_t)(dot - s.data);
	return s;
}

/* As dirname(1) has it. */
static struct span directory(struct span s)
{
	while (s.size > 1 && s.data[s.size - 1] == '/')
		s.size--;
	while (s.size > 0 && s.data[s.size - 1] != '/')
		s.size--;
	if (s.size == 0)
		return (struct span){ ".", 1 };
	while (s.size > 1 && s.data[s.size - 1] == '/')
		s.size--;
	return s;
}

struct span form_of(struct span s, enum form form)
{
	switch (form) {
	case BARE:
		return bare(s);
	case BASE:
		return base_of(s);
	case BASE_BARE:
		return bare(base_of(s));
	case DIRECTORY:
		return directory(s);
	default:
		return s;
	}
}

static bool is_safe(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("_-+./,:@%^", c));
}

void shell_quote(struct text *out, const char *word, size_t size)
{
	size_t plain = 0;

	while (plain < size && is_safe(word[plain]))
		plain++;
	if (size > 0 && plain == size) {
		text_add(out, word, size);
		return;
	}
	text_add(out, "'", 1);
	for (size_t i = 0; i < size; i++)
		if (word[i] == '\'')
			text_add(out, "'\\''", 4);
		else
			text_add(out, word + i, 1);
	text_add(out, "'", 1);
}

size_t shell_quoted_size(const char *word, size_t size)
{
	size_t quotes = 0;

	for (size_t i = 0; i < size; i++)
		quotes += word[i] == '\'';
	return size + 3 * quotes + 2;
}
