/* SPDX-License-Identifier: MIT */
/* forms.h - what of an input a command is given, and how a shell is told of any bytes. */
#ifndef CLI_FORMS_H
#define CLI_FORMS_H

#include "columns.h"
#include "text.h"

enum form {
	WHOLE,     /* {} */
	BARE,      /* {.}: without the last dot of its base name, and what follows */
	BASE,      /* {/} */
	BASE_BARE, /* {/.} */
	DIRECTORY  /* {//}, as dirname(1) has it */
};

struct span form_of(struct span s, enum form form);

/* Add a word as a shell reads it. And how long it is there at most. */
void shell_quote(struct text *out, const char *word, size_t size);
size_t shell_quoted_size(const char *word, size_t size);

#endif
