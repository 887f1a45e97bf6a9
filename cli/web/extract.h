/* SPDX-License-Identifier: MIT */
/* extract.h - what is wanted of a page, taken out of its text. */
#ifndef CLI_EXTRACT_H
#define CLI_EXTRACT_H

#include "text.h"
#include "web.h"

/* What was found, in the order of the document. Zero bytes are nothing. */
struct found {
	struct text all;    /* one behind the other */
	struct text bounds; /* size_t: where each ends */
};

size_t found_count(const struct found *f);
tutti_bytes found_at(const struct found *f, size_t i); /* borrowed */
void found_add(struct found *f, const void *data, size_t size);
void found_free(struct found *f);

enum extract { EXTRACT_TITLE, EXTRACT_XPATH, EXTRACT_REGEX };

/* Used by any number of tasks and threads at once. */
struct extractor;

/* NULL: it cannot be, and it has said why. expression is lent. */
struct extractor *extractor_create(enum extract how, const char *expression, bool first);
void extractor_free(struct extractor *e);

/* As an object calls what was found. */
const char *extractor_name(const struct extractor *e);

/*
 * Look for it in a text in UTF-8. How many there are; < 0 and *why: it cannot be looked for. One
 * that is found nowhere is -ENOENT.
 */
int extractor_run(const struct extractor *e, tutti_bytes text, struct found *f, const char **why);

/* A way to find something. */
struct extract_way {
	void *(*compile)(const char *expression); /* NULL: it has said why not */
	int (*run)(void *compiled, tutti_bytes text, bool first, struct found *f, const char **why);
	void (*free)(void *compiled);
};

/* run is NULL: this command was built without what it needs. */
extern const struct extract_way regex_way;

/*
 * Of tutti-xpath.so, a module that is loaded when it has to be: the libraries below libxml2 take as
 * long to load as many a page to be fetched. It is not there if the command was built without.
 */
WEB_EXPORT extern const struct extract_way xpath_way;

/*
 * Make a page a text in UTF-8, from the charset that type (as in Content-Type; NULL: unknown) or
 * the page itself names, or else UTF-8; what cannot be read is U+FFFD. It is decoded's if it was
 * not one. 0, or < 0 and perhaps *why.
 */
int page_decode(tutti_bytes *page, const char *type, struct text *decoded, const char **why);

/* One line of it: white space becomes a blank, and nothing in it controls a terminal. */
void found_line(struct text *t, tutti_bytes found);

#endif
