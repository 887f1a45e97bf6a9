/* SPDX-License-Identifier: MIT */
/* news.c - see news.h. */
#include "observe/news.h"

#include "base/atomic.h"

#include <tutti/debug.h>

enum { TOLD_MOST = 1000 };

static uint64_t found; /* atomic */

uint64_t tutti_debug_count(void)
{
	return tu_load_rlx(&found); /* a number by itself */
}

static uint64_t mix(const void *a, const void *b)
{
	uint64_t x = tu_table_key(a) * 0x9e3779b97f4a7c15u + tu_table_key(b);

	return (x ^ x >> 29) * 0xbf58476d1ce4e5b9u;
}

static bool is_news(struct tu_news *n, uint64_t places)
{
	tu_add_rlx(&found, (uint64_t)1); /* a number by itself */
	if (places == 0 || tu_table_at(&n->told, places) || n->told.used >= TOLD_MOST)
		return false;
	tu_table_put(&n->told, places, NULL);
	return true;
}

bool tu_news_inversion(
	struct tu_news *n, const struct tu_doing *doing, const struct tu_inversion *inversion)
{
	uint64_t places = mix(inversion->held->where, doing->where);

	for (unsigned i = 0; i < inversion->n; i++)
		places += mix(inversion->orders[i]->first_where, inversion->orders[i]->then_where);
	return is_news(n, places);
}

bool tu_news_circle(struct tu_news *n, const struct tu_circle *circle)
{
	uint64_t places = 0;

	for (unsigned i = 0; i < circle->n; i++)
		places += mix(circle->part[i].actor->waits.where,
			circle->part[i].hold ? circle->part[i].hold->where : NULL);
	return is_news(n, places);
}

bool tu_news_left(struct tu_news *n, const struct tu_hold *hold)
{
	return is_news(n, mix(hold->where, &found));
}

void tu_news_free(struct tu_news *n)
{
	tu_table_free(&n->told);
}
