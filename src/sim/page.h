/* SPDX-License-Identifier: MIT */
/* page.h - a text that grows, whatever a run does to allocations. */
#ifndef TU_SIM_PAGE_H
#define TU_SIM_PAGE_H

#include <stddef.h>

/* Zero to begin with; free with tu_free(text). */
struct tu_page {
	char *text;
	size_t n, room;
};

void tu_page_add(struct tu_page *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* NULL: there is none yet. */
static inline const char *tu_page_text(const struct tu_page *t)
{
	return t->n > 0 ? t->text : NULL;
}

/* The same as a string of JSON, quotes included. */
void tu_page_add_quoted(struct tu_page *t, const char *text);

#endif
