/* SPDX-License-Identifier: MIT */
/* search.h - for `tutti worker`: a manager that is not there, yet or any more, is looked for. */
#ifndef CLI_WEB_SEARCH_H
#define CLI_WEB_SEARCH_H

#include <stdbool.h>
#include <tutti/time.h>

/* What all who look for the same manager share. */
struct search_news {
	const char *where;
	bool quiet; /* somebody else says it */
	bool met;   /* it was there once */
	bool lost;  /* that it is not there was said */
};

struct search {
	struct search_news *news;
	tutti_time until, idle_end, pause;
};

/* patience 0: there is no looking; idle 0: it may be as long as it likes. */
struct search search_begin(struct search_news *news, tutti_time patience, tutti_time idle);

/*
 * A call came to rc. 0: after a pause, make it once more; TUTTI_ETIMEDOUT: idle is over; else rc,
 * or TUTTI_ECANCELED.
 */
int search_on(struct search *search, int rc);

/* A call was answered: it is there. */
void search_met(struct search_news *news);

#endif
