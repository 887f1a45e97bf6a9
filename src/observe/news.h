/* SPDX-License-Identifier: MIT */
/*
 * news.h - what a checker has found before, by the places in the code that it was about: a thing
 * that happens there again is counted and not told. One thread at a time.
 */
#ifndef TU_OBSERVE_NEWS_H
#define TU_OBSERVE_NEWS_H

#include "observe/order.h"
#include "observe/table.h"

/* All bytes zero: nothing yet. */
struct tu_news {
	struct tu_table told;
};

/* It is found now. Is it to be told? Not either if it is too much by now. */
bool tu_news_inversion(
	struct tu_news *n, const struct tu_doing *doing, const struct tu_inversion *inversion);
bool tu_news_circle(struct tu_news *n, const struct tu_circle *circle);
bool tu_news_left(struct tu_news *n, const struct tu_hold *hold); /* who had it has ended */

void tu_news_free(struct tu_news *n);

#endif
