/* SPDX-License-Identifier: MIT */
/* search.c - see search.h. */
#include "web/search.h"

#include <errno.h>

#include "cli.h"
#include "web/address.h"

#include <tutti/error.h>
#include <tutti/task.h>

static const tutti_time pause_first = TUTTI_SECONDS(0.05), pause_most = TUTTI_SECONDS(2);

struct search search_begin(struct search_news *news, tutti_time patience, tutti_time idle)
{
	return (struct search){ .news = news,
		.until = patience > 0 ? tutti_after(patience) : 0,
		.idle_end = idle > 0 ? tutti_after(idle) : TUTTI_FOREVER,
		.pause = pause_first };
}

static bool is_away(const struct search_news *news, int rc)
{
	if (rc == -ENOENT) /* of a Unix socket; later, of what it serves */
		return !news->met;
	return rc == TUTTI_ESHUTDOWN || rc == TUTTI_ETIMEDOUT || rc == -ECONNREFUSED ||
	       rc == -ECONNRESET || rc == -ETIMEDOUT || rc == -EHOSTUNREACH || rc == -ENETUNREACH ||
	       rc == -EAGAIN || rc == -EPIPE;
}

static void tell(struct search_news *news, int rc)
{
	if (news->lost)
		return;
	news->lost = true;
	if (news->quiet)
		return;
	if (news->met)
		say("worker: %s: the manager has gone; looking for it", news->where);
	else
		say("worker: %s: no manager is there yet (%s); waiting for one", news->where,
			address_words(news->where, rc));
}

int search_on(struct search *search, int rc)
{
	tutti_time now = tutti_now();

	if (!is_away(search->news, rc) || now >= search->until)
		return rc;
	if (now >= search->idle_end)
		return TUTTI_ETIMEDOUT;
	tell(search->news, rc);
	rc = tutti_sleep(search->pause);
	search->pause = 2 * search->pause < pause_most ? 2 * search->pause : pause_most;
	return rc < 0 ? rc : 0;
}

void search_met(struct search_news *news)
{
	if (news->lost && !news->quiet)
		say("worker: %s: the manager is there%s", news->where, news->met ? " again" : "");
	news->lost = false;
	news->met = true;
}
