/* SPDX-License-Identifier: MIT */
/*
 * character.h - text as somebody else wrote it, one character after another, as a terminal or a
 * picture can show it: of what is no UTF-8, and of what would control a terminal or turn the
 * direction of what follows, a question mark is left.
 */
#ifndef TU_BASE_CHARACTER_H
#define TU_BASE_CHARACTER_H

#include <stddef.h>
#include <stdint.h>

struct tu_character {
	uint32_t code; /* '?' also for what is not shown */
	uint8_t bytes; /* that it takes; of what is no UTF-8 each byte is one */
	uint8_t columns;
};

/* The first of text, which has one. */
struct tu_character tu_character_of(const char *text);

/* How many columns all of text takes. */
int tu_character_columns(const char *text);

/* How many bytes of text, at most n, end with a whole character. */
size_t tu_character_fit(const char *text, size_t n);

/* In place: what is not shown becomes a question mark. */
void tu_character_make_shown(char *text);

#endif
