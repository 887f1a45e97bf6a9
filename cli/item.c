/* SPDX-License-Identifier: MIT */
/*
 * item.c - one input and its attempts.
 *
 * What an executor is given is a job of ours that stands for the user's: where it runs, it submits
 * that one to a second executor, which begins it there and then (host.c). So the time limit begins
 * when an attempt does, not when it was queued, a failed one is repeated in its place, and each
 * attempt ends as any job does, with a code and words. Items are handed on by address: the first
 * executor shares our memory, the second need not.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command.h"

static int64_t calendar_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Only a process is waited for: inline, it has ended. Told to stop, it is told so too. */
static void wait_for(tutti_future *run)
{
	tutti_scope quiet;

	if (tutti_future_done(run) ||
		tutti_wait(&run, 1, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER) >= 0)
		return;
	tutti_future_cancel(run);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_wait(&run, 1, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER);
	tutti_shield_end(&quiet, 0);
}

static int run_job(struct item *item)
{
	const struct options *o = item->stream->options;
	tutti_submit_options limit = { .deadline = o->timeout ? tutti_after(o->timeout) : 0 };

	tutti_future_unref(item->run);
	item->run = tutti_submit(item->stream->attempts, o->job, &item->input, &limit);
	wait_for(item->run);
	return tutti_future_error(item->run);
}

/* Once. 0, or the code that it failed with. */
static int attempt(struct item *item, struct place *place)
{
	item->attempts++;
	return place ? place_run(place, item) : run_job(item);
}

/* Came it too late, when no more were to begin? */
static bool is_refused(const struct item *item)
{
	return item->run && tutti_future_error(item->run) == TUTTI_ESHUTDOWN &&
	       tutti_event_is_set(&item->stream->input->stop->told);
}

void item_begin(struct item *item)
{
	item->start = calendar_now();
	item->begun = tutti_now();
}

static int run_item(struct item *item)
{
	struct command *c = item->stream->options->command;
	struct place *place = c ? place_enter(c) : NULL;

	item_begin(item);
	while ((item->error = attempt(item, place)) < 0)
		if (item->attempts > item->stream->options->retries || tutti_cancelled())
			break;
	item->duration = tutti_now() - item->begun;
	if (place) {
		place_leave(place, item);
		/* now, not when it is printed: another one may be about to begin here */
		stream_count(item->stream, item, item->error);
		return 0;
	}
	if (!is_refused(item))
		return 0;
	tutti_future_unref(item->run);
	item->run = NULL;
	item->attempts = 0;
	return TUTTI_ECANCELED;
}

static int call_run_item(const void *arg, void *result)
{
	(void)result;
	return run_item(*(struct item *const *)arg);
}

/* Not registered: an address means nothing elsewhere, and a module may use the name. */
static tutti_job run_item_job = { .version = 1,
	.arg_kind = TUTTI_KIND_PLAIN,
	.arg_size = sizeof(struct item *),
	.name = "item",
	.place = "tutti", /* no timeline shows it: the user's own is within */
	.target = (void (*)(void))run_item,
	.call = call_run_item };

/* The queue has room for all that can be under way, so nobody waits here. */
static void deliver(struct item *item)
{
	tutti_scope quiet;

	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_queue_put(item->stream->finished, &item);
	tutti_shield_end(&quiet, 0);
}

static void item_ended(tutti_future *f, void *arg)
{
	struct item *item = arg;

	if (item->attempts == 0)
		item->refused = tutti_future_error(f);
	else
		tutti_progress_add(item->stream->bar, 1);
	deliver(item);
}

struct item *item_create(struct stream *s, uint64_t index, tutti_bytes input)
{
	struct item *item = malloc(sizeof *item);

	if (item)
		*item = (struct item){ .stream = s, .index = index, .input = input };
	return item;
}

void item_free(struct item *item)
{
	tutti_future_unref(item->run);
	tutti_bytes_free(&item->input);
	kept_free(&item->out);
	kept_free(&item->err);
	free(item);
}

void item_submit(struct item *item)
{
	struct stream *s = item->stream;
	tutti_future *f;

	if (!s->executor) {
		deliver(item);
		return;
	}
	f = tutti_submit(s->executor, &run_item_job, &item, NULL);
	if (tutti_future_add_done_callback(f, item_ended, item) < 0) {
		tutti_future_result(f, NULL, 0); /* no memory to be called back: wait */
		item_ended(f, item);
	}
	tutti_future_unref(f);
}

int item_result(const struct item *item, tutti_bytes *out)
{
	if (item->attempts == 0)
		return item->refused;
	if (!item->run)
		return item->error;
	return tutti_job_result(item->run, item->stream->options->job, out);
}

bool item_ran(const struct item *item, int error)
{
	return item->attempts > 0 && error != TUTTI_EJOBCANCELED;
}

const char *item_text(const struct item *item, int error, char out[ITEM_TEXT_BYTES])
{
	const char *text = item->run ? tutti_future_text(item->run) : "";

	if (item->stream->options->command)
		return command_text(item, error, out, ITEM_TEXT_BYTES);
	/* a limit of ours has no words of the job's */
	if (!*text ||
		(error == TUTTI_EJOBTIMEDOUT && strcmp(text, tutti_strerror(TUTTI_ETIMEDOUT)) == 0))
		return tutti_strerror(error);
	return text;
}
