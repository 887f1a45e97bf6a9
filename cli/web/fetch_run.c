/* SPDX-License-Identifier: MIT */
/*
 * fetch_run.c - which page is begun when, and what ends it early.
 *
 *     reader --- news ---> run --- a task each ---> news ---> run: printed in order
 *        ^                                                     |
 *        +------------------ room: permits <-------------------+
 *
 * The reader is a thread; everything else happens on the loop, so the counts need no lock. There
 * are window pages between reader and printer at most: that bounds memory, and news always has
 * room.
 */
#include "fetch.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REDRAW_EVERY TUTTI_MILLISECONDS(100)
#define SHOW_AFTER TUTTI_MILLISECONDS(2)

/* -- the reader ------------------------------------------------------------------------------- */

/* Less blanks around it; of a comment nothing. */
static tutti_bytes trim(const tutti_bytes *line)
{
	const char *from = line->size > 0 ? line->data : "", *end = from + line->size;

	while (from < end && isspace((unsigned char)*from))
		from++;
	while (from < end && isspace((unsigned char)end[-1]))
		end--;
	return tutti_bytes_of(from, from < end && *from == '#' ? 0 : (size_t)(end - from));
}

static int hand_over(struct fetch *f, tutti_bytes url, uint64_t index)
{
	struct page *p = page_create(f, url);

	if (!p)
		return -ENOMEM;
	p->index = index;
	tutti_semaphore_acquire(&f->room);
	if (tutti_event_is_set(&f->reading.told)) {
		page_free(p);
		return TUTTI_ECANCELED;
	}
	return tutti_queue_put(f->news, &p);
}

static int read_from(struct fetch *f, struct input *in, uint64_t *index)
{
	tutti_bytes line;
	int rc;

	while ((rc = input_next(in, &line)) > 0) {
		tutti_bytes url = trim(&line);

		if (url.size == 0 && in->args) /* a word of the command line is no comment */
			url = line;
		rc = url.size > 0 || in->args ? hand_over(f, url, ++*index) : 0;
		tutti_bytes_free(&line);
		if (rc < 0)
			break;
	}
	return rc;
}

static void *read_urls(void *arg)
{
	struct fetch *f = arg;
	struct page *none = NULL;
	uint64_t index = 0;
	int rc = 0;

	for (int i = 0; i < f->n_inputs && rc == 0; i++)
		rc = read_from(f, &f->inputs[i], &index);
	if (rc < 0 && rc != TUTTI_ECANCELED)
		f->read_error = rc;
	tutti_queue_put(f->news, &none);
	return NULL;
}

/* -- sites ------------------------------------------------------------------------------------ */

/* Host and port, as they stand in the url. */
static tutti_bytes host_of(const char *url)
{
	const char *from = strstr(url, "://"), *at;
	size_t size;

	from = from ? from + 3 : url;
	size = strcspn(from, "/?#");
	at = memchr(from, '@', size);
	if (at) {
		size -= (size_t)(at + 1 - from);
		from = at + 1;
	}
	return tutti_bytes_of(from, size);
}

static bool is_site(const struct site *s, tutti_bytes host)
{
	return strlen(s->name) == host.size && strncasecmp(s->name, host.data, host.size) == 0;
}

/* There are no more of them than pages under way. NULL: no memory. */
static struct site *site_enter(struct fetch *f, const char *url)
{
	tutti_bytes host = host_of(url);
	struct site *s = f->sites;

	while (s && !is_site(s, host))
		s = s->next;
	if (!s) {
		s = calloc(1, sizeof *s + host.size + 1);
		if (!s)
			return NULL;
		memcpy(s->name, host.data, host.size);
		s->next = f->sites;
		f->sites = s;
	}
	s->pages++;
	return s;
}

static void site_leave(struct fetch *f, struct site *s)
{
	struct site **at = &f->sites;

	if (!s || --s->pages > 0)
		return;
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	free(s);
}

/* -- beginning -------------------------------------------------------------------------------- */

static bool may_begin(const struct fetch *f, const struct page *p)
{
	return !p->site || p->site->running < f->options->per_host;
}

/* Its task has not begun and never will: it ends without. */
static void never_ran(struct fetch *f, struct page *p, int error)
{
	p->error = page_fail(p, error, "%s", tutti_strerror(error));
	p->over = true;
	tutti_queue_put(f->news, &p);
}

static void begin(struct fetch *f, struct page *p)
{
	if (p->site)
		p->site->running++;
	p->slot = f->n_running;
	f->running[f->n_running++] = p;
	p->task = tutti_task_start(page_fetch, p, NULL);
	if (tutti_future_error(p->task) != TUTTI_EPENDING)
		never_ran(f, p, -ENOMEM);
}

/* As many as may, those that came first before the others. */
static void begin_some(struct fetch *f)
{
	struct page **at = &f->first;

	while (*at && f->n_running < (size_t)f->options->at_once) {
		struct page *p = *at;

		if (!may_begin(f, p)) {
			at = &p->behind;
			continue;
		}
		*at = p->behind;
		if (!*at)
			f->last = at;
		begin(f, p);
	}
}

/* -- ending ----------------------------------------------------------------------------------- */

/* What it came to. Told to end is no failure of its own, unless all had their time. */
static void conclude(struct fetch *f, struct page *p)
{
	bool told = p->error == TUTTI_ECANCELED && f->over;

	if (told && f->over == TUTTI_ETIMEDOUT)
		p->error = page_fail(p, TUTTI_ETIMEDOUT, "time was up");
	p->failed = p->error < 0 && (!told || f->over == TUTTI_ETIMEDOUT);
	f->done++;
	f->failed += p->failed;
	f->skipped += p->error == 0 && p->attempts == 0;
	f->fetched += p->error == 0 && p->attempts > 0;
}

static void settle(struct fetch *f, struct page *p)
{
	if ((p->error == 0 || p->failed) && (!f->over || f->over == TUTTI_ETIMEDOUT))
		fetch_print(f, p);
	site_leave(f, p->site);
	page_free(p);
	/* many at once: to wake the reader for each would cost more than the page */
	if (++f->left < f->window / 4)
		return;
	tutti_semaphore_release(&f->room, (uint32_t)f->left);
	f->left = 0;
}

/* Those whose turn it is are printed; the next one learns that it is its turn. */
static void take_turns(struct fetch *f)
{
	struct page *p;

	while ((p = f->places[f->next % f->window]) && p->ended) {
		f->places[f->next++ % f->window] = NULL;
		settle(f, p);
	}
	if (p)
		tutti_event_set(&p->turn);
}

static void page_ended(struct fetch *f, struct page *p)
{
	f->running[p->slot] = f->running[--f->n_running];
	f->running[p->slot]->slot = p->slot;
	p->ended = true;
	conclude(f, p);
	if (p->site)
		p->site->running--;
	if (f->options->unordered)
		settle(f, p);
	else
		take_turns(f);
}

static void page_read(struct fetch *f, struct page *p)
{
	p->ticket = f->tickets++;
	if (f->options->per_host > 0)
		p->site = site_enter(f, p->url);
	if (f->names)
		p->body.path = names_take(f->names, p->url);
	p->behind = NULL;
	*f->last = p;
	f->last = &p->behind;
	if (f->options->unordered)
		return;
	f->places[p->ticket % f->window] = p;
	if (p->ticket == f->next)
		tutti_event_set(&p->turn);
}

/* Nothing more is begun, and what runs is told to end. */
static void give_up(struct fetch *f, int why)
{
	if (f->over)
		return;
	f->over = why;
	stop_tell(&f->reading);
	tutti_semaphore_release(&f->room, 1); /* the reader may wait for it */
	for (size_t i = 0; i < f->n_running; i++) {
		struct page *p = f->running[i];

		p->dropped = true;
		tutti_future_cancel(p->task);
		if (p->begun == 0)
			never_ran(f, p, TUTTI_ECANCELED);
	}
}

/* Those that are printed no more. */
static void drop_rest(struct fetch *f)
{
	while (f->first) {
		struct page *p = f->first;

		f->first = p->behind;
		f->places[p->ticket % f->window] = NULL;
		site_leave(f, p->site);
		page_free(p);
	}
	f->last = &f->first;
	for (size_t i = 0; i < f->window; i++) /* behind one of those */
		if (f->places[i])
			settle(f, f->places[i]);
}

static void flush(void *arg)
{
	struct fetch *f = arg;

	TUTTI_HOLD(&f->printing);
	tutti_future_unref(f->flushing);
	f->flushing = NULL;
	output_flush(f->output);
}

void fetch_flush_soon(struct fetch *f)
{
	if (f->flushing || f->output->used == 0 || f->over)
		return;
	f->flushing = tutti_loop_call_at(NULL, tutti_after(SHOW_AFTER), flush, f);
	if (tutti_future_error(f->flushing) != TUTTI_EPENDING) { /* no memory for that */
		tutti_future_unref(f->flushing);
		f->flushing = NULL;
		output_flush(f->output);
	}
}

/* What is on its way is shown, unless nothing more is wanted. 0, or TUTTI_ECANCELED. */
static int finish_flushing(struct fetch *f)
{
	/* its function gives back the other reference */
	tutti_timer *t = f->flushing ? tutti_future_ref(f->flushing) : NULL;
	tutti_scope quiet;
	int rc = 0;

	if (!t)
		return 0;
	if (!f->over && tutti_future_running(t)) /* what has not begun the caller does at once */
		rc = tutti_wait(&t, 1, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_future_cancel(t);
	tutti_future_result(t, NULL, 0);
	tutti_shield_end(&quiet, 0);
	tutti_future_unref(t);
	tutti_future_unref(f->flushing);
	f->flushing = NULL;
	return rc < 0 ? rc : 0;
}

static int next_news(struct fetch *f, struct page **p)
{
	tutti_time deadline = f->deadline;
	int rc;

	if (f->progress && tutti_after(REDRAW_EVERY) < deadline)
		deadline = tutti_after(REDRAW_EVERY);
	rc = tutti_queue_get_until(f->news, p, deadline);
	if (f->progress && !f->over)
		progress_draw(f->progress, f);
	return rc == TUTTI_ETIMEDOUT && tutti_now() < f->deadline ? -EINTR : rc;
}

/* From here on to the end of what runs nothing else counts. */
static void drain(struct fetch *f)
{
	tutti_scope quiet;
	struct page *p;

	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	while (!f->all_read || f->n_running > 0) {
		tutti_queue_get(f->news, &p);
		if (!p)
			f->all_read = true;
		else if (p->over)
			page_ended(f, p);
		else
			page_free(p); /* it came too late */
	}
	drop_rest(f);
	tutti_shield_end(&quiet, 0);
}

static void all_read(struct fetch *f)
{
	f->all_read = true;
	f->total = f->tickets; /* now it is known */
}

static int run(struct fetch *f)
{
	struct page *p;

	while (!f->all_read || f->n_running > 0 || f->first) {
		int rc = next_news(f, &p);

		if (rc == -EINTR)
			continue;
		if (rc == 0 && !p)
			all_read(f);
		else if (rc == 0 && p->over)
			page_ended(f, p);
		else if (rc == 0)
			page_read(f, p);
		if (rc == 0)
			rc = f->output->error;
		if (rc < 0) {
			give_up(f, rc);
			drain(f);
			break;
		}
		begin_some(f);
	}
	return f->over;
}

static int prepare(struct fetch *f)
{
	tutti_queue_options options = { .maxsize = f->window + 1 }; /* and the reader's last word */

	f->last = &f->first;
	f->places = calloc(f->window, sizeof(struct page *));
	f->running = calloc((size_t)f->options->at_once, sizeof(struct page *));
	tutti_semaphore_init(&f->room, (uint32_t)f->window, 0);
	if (!f->places || !f->running)
		return -ENOMEM;
	return tutti_queue_create(&f->news, sizeof(struct page *), &options);
}

int fetch_run(struct fetch *f)
{
	tutti_thread_options options = { .name = "reader" };
	tutti_scope quiet;
	tutti_thread *reader;
	int rc = prepare(f), ended;

	if (rc == 0) {
		reader = tutti_thread_start(read_urls, f, &options);
		rc = tutti_future_error(reader);
		if (rc == TUTTI_EPENDING || rc == 0) {
			rc = run(f);
			ended = finish_flushing(f);
			rc = rc < 0 ? rc : ended;
			tutti_shield_begin(&quiet, TUTTI_FOREVER);
			tutti_future_result(reader, NULL, 0);
			tutti_shield_end(&quiet, 0);
		}
		tutti_future_unref(reader);
	}
	tutti_queue_free(f->news);
	free(f->places);
	free(f->running);
	return rc;
}
