/* SPDX-License-Identifier: MIT */
/* paper.h - what a chart is written on: a text that grows, and names that fit. */
#ifndef TU_CORE_PAPER_H
#define TU_CORE_PAPER_H

#include <tutti/bytes.h>

/* Zero bytes are an empty one. */
struct tu_paper {
	char *data;
	size_t size, room;
	bool failed; /* no memory for some of it */
};

void tu_paper_add(struct tu_paper *p, const char *data, size_t size);
void tu_paper_text(struct tu_paper *p, const char *text);
void tu_paper_repeat(struct tu_paper *p, const char *text, int times);
void tu_paper_printf(struct tu_paper *p, const char *format, ...) TUTTI_PRINTF(2, 3);

enum tu_paper_kind {
	TU_PAPER_ASCII, /* what is not ASCII becomes '?' */
	TU_PAPER_UTF8,
	TU_PAPER_XML,  /* UTF-8, with & < > " as XML has them */
	TU_PAPER_JSON, /* UTF-8, within a string: with " and \ as JSON has them */
};

/* How many columns of a terminal a text takes, were it all there. */
int tu_paper_width(const char *text, enum tu_paper_kind kind);

/* Add as much of a text as fits into columns. Returns how many it took. */
int tu_paper_cut(struct tu_paper *p, const char *text, int columns, enum tu_paper_kind kind);

/*
 * The same; if not all fits, the last column has a mark, and if pad, blanks fill them. A byte that
 * is no text or would control a terminal becomes '?'. Returns how many columns it took.
 */
int tu_paper_name(
	struct tu_paper *p, const char *text, int columns, enum tu_paper_kind kind, bool pad);

/* Hand the text out, or -ENOMEM; in any case it is empty then. */
int tu_paper_take(struct tu_paper *p, tutti_bytes *out);

#endif
