/* SPDX-License-Identifier: MIT */
/* jobs_takers.c - see jobs_takers.h. */
#include "dist/jobs_takers.h"

#include "dist/jobs_items.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/report.h>
#include <tutti/value_make.h>

enum { OFFERS = 240, WORDS = 480 };

/* -- names ------------------------------------------------------------------------------------ */

/* Its names count, or do not any more. */
static void count_names(struct tu_jobs_store *s, const struct tu_jobs_party *p, int by)
{
	if (!p->takes)
		return;
	s->n_takers += (unsigned)by;
	if (!p->names)
		s->takers_of_all += (unsigned)by;
	for (size_t i = 0; p->names && i < p->n_names; i++)
		p->names[i]->takers += (unsigned)by;
}

void tu_jobs_takes(struct tu_jobs_store *s, struct tu_jobs_party *p)
{
	if (p->takes)
		return;
	p->takes = true;
	count_names(s, p, 1);
	tu_jobs_look_at_all(s);
}

void tu_jobs_takes_no_more(struct tu_jobs_store *s, struct tu_jobs_party *p)
{
	count_names(s, p, -1);
	p->takes = false;
}

int tu_jobs_set_names(
	struct tu_jobs_store *s, struct tu_jobs_party *p, const tutti_bytes *names, size_t n)
{
	struct tu_jobs_line **lines = calloc(1, (n + 1) * sizeof(*lines));
	int rc = lines ? 0 : -ENOMEM;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = tu_jobs_line(s, names[i], &lines[i]);
	if (rc < 0 ||
		(p->names && n == p->n_names && memcmp(lines, p->names, n * sizeof(*lines)) == 0)) {
		free(lines);
		return rc;
	}
	count_names(s, p, -1);
	free(p->names);
	p->names = lines;
	p->n_names = n;
	count_names(s, p, 1);
	if (p->takes)
		tu_jobs_look_at_all(s);
	return 0;
}

/* -- what nobody takes ------------------------------------------------------------------------ */

/* The names that somebody takes, as far as there is room. */
static void list_offers(const struct tu_jobs_store *s, char out[OFFERS])
{
	int n = 0;

	out[0] = '\0';
	for (const struct tu_jobs_line *line = s->lines; line; line = line->next) {
		if (line->takers == 0)
			continue;
		if (n + (int)line->size + 8 > OFFERS) {
			snprintf(out + n, (size_t)(OFFERS - n), ", ...");
			return;
		}
		n += snprintf(out + n, (size_t)(OFFERS - n), "%s%s", n > 0 ? ", " : "", line->name);
	}
}

static void say(const struct tu_jobs_store *s, const struct tu_jobs_line *line, char out[WORDS])
{
	char offers[OFFERS];

	list_offers(s, offers);
	snprintf(out, WORDS,
		"no worker that is there takes the job '%s', which waits for one that does; "
		"they offer %s",
		line->name, *offers ? offers : "none");
}

/* Who has no worker at all is told nothing: they may be yet to come. */
void tu_jobs_look_at(struct tu_jobs_store *s, struct tu_jobs_line *line)
{
	char words[WORDS];

	if (line->unknown > 0 || line->takers > 0 || s->takers_of_all > 0 ||
		tu_list_empty(&line->jobs) || s->n_takers == 0)
		return;
	line->unknown = ++s->unknowns;
	say(s, line, words);
	tutti_report(TUTTI_ENOJOB, "%s", words);
}

void tu_jobs_look_at_all(struct tu_jobs_store *s)
{
	tu_list_each(link, &s->busy) {
		tu_jobs_look_at(s, tu_container_of(link, struct tu_jobs_line, busy));
	}
}

bool tu_jobs_has_unknown(const struct tu_jobs_store *s, const struct tu_jobs_party *p)
{
	return p->heard < s->unknowns;
}

static bool has_put(const struct tu_jobs_party *p, const struct tu_jobs_line *line)
{
	tu_list_each(link, &line->jobs) {
		if (tu_container_of(link, struct tu_job, queued)->owner == p)
			return true;
	}
	return false;
}

int tu_jobs_pack_unknown(struct tu_jobs_store *s, struct tu_jobs_party *p, tutti_value **out)
{
	struct tu_filling f = { NULL };
	char words[WORDS];
	int rc;

	for (struct tu_jobs_line *line = s->lines; line && tu_jobs_has_unknown(s, p);
		line = line->next) {
		tutti_value *v = NULL;

		if (line->unknown <= p->heard || !has_put(p, line) || f.n == TU_JOBS_LIST_MOST)
			continue;
		say(s, line, words);
		rc = tutti_value_text(&v, words, strlen(words));
		tu_filling_add(&f, rc, v);
	}
	p->heard = s->unknowns;
	return tu_filling_close(&f, out);
}
