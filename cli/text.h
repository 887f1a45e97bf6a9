/* SPDX-License-Identifier: MIT */
/* text.h - a line under construction, of any bytes. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <tutti/bytes.h>

/* Zero bytes are an empty one; to begin anew, set size to 0. */
struct text {
	char *data;
	size_t size, room;
	bool failed; /* no memory for some of it */
};

void text_add(struct text *t, const void *data, size_t size);

/* Room for size more bytes behind what there is, not counted yet; NULL: no memory. */
char *text_space(struct text *t, size_t size);
void text_printf(struct text *t, const char *format, ...) TUTTI_PRINTF(2, 3);
void text_free(struct text *t);

/*
 * Add a JSON string, quotes included. JSON is UTF-8 and inputs need not be: a byte that is not part
 * of a character is written as \udcXX, as Python's surrogateescape has it, so that nothing is lost.
 */
void text_json(struct text *t, const void *data, size_t size);

/* Add a field of a table: tab, newline, carriage return, zero, backslash as \t \n \r \0 \\. */
void text_field(struct text *t, const void *data, size_t size);

#endif
