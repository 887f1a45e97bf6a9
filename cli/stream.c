/* SPDX-License-Identifier: MIT */
/*
 * stream.c - inputs in, results out, in order, with a bounded number in between.
 *
 *     reader ----- submits ----> executor          under_way holds the futures in input order;
 *        |                          |              its bound is what keeps memory flat
 *        +--> under_way --> printer +
 *
 * Reader and printer are threads of their own: the reader may wait for a slow input while results
 * are printed, and the printer for a slow reader of ours while the caller's loop runs tasks.
 *
 * An early end is told to all three in the order in which work flows (finish_early). A future that
 * was submitted is always waited for, so that nothing is under way when stream_run returns.
 */
#include "map.h"

#include <stdio.h>
#include <string.h>

struct item {
	tutti_future *future;
	tutti_bytes input;
};

static void item_free(struct item *item)
{
	tutti_future_unref(item->future);
	tutti_bytes_free(&item->input);
}

/* Take no more inputs. TUTTI_DROP_PENDING: after a failure; TUTTI_TERMINATE: drop all. */
static void finish_early(struct stream *s, tutti_ending how)
{
	stop_tell(s->input->stop);
	if (how == TUTTI_TERMINATE) /* before a job ends because of it: that is no failure */
		stop_tell(s->output->stop);
	tutti_queue_shutdown(s->under_way, false);
	tutti_executor_shutdown(s->executor, how);
}

static void count_one(tutti_future *f, void *bar)
{
	(void)f;
	tutti_progress_add(bar, 1);
}

/* false: nothing more is wanted. */
static bool submit_one(struct stream *s, tutti_bytes input)
{
	struct item item = { tutti_submit(s->executor, s->job, &input, NULL), input };

	if (s->bar && tutti_future_add_done_callback(item.future, count_one, s->bar) < 0)
		tutti_progress_add(s->bar, 1); /* no memory for it: counted a little early */
	if (tutti_queue_put(s->under_way, &item) == 0)
		return true;
	tutti_future_result(item.future, NULL, 0); /* told to stop: how it ended concerns nobody */
	item_free(&item);
	return false;
}

static void *read_inputs(void *arg)
{
	struct stream *s = arg;
	tutti_bytes input;
	int rc;

	while ((rc = input_next(s->input, &input)) > 0)
		if (!submit_one(s, input))
			break;
	if (rc < 0 && rc != TUTTI_ECANCELED)
		s->read_error = rc;
	tutti_queue_shutdown(s->under_way, false);
	return NULL;
}

/* An input fit for a terminal's line: control characters replaced, a long one cut. */
static const char *show(const tutti_bytes *input, char *out, size_t room)
{
	const unsigned char *data = input->data;
	size_t n = input->size < room - 1 ? input->size : room - 1;

	if (n == 0)
		return "''";
	if (n < input->size) {
		n -= 3;
		while (n > 0 && (data[n] & 0xC0) == 0x80) /* not within a UTF-8 character */
			n--;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = data[i] < 0x20 || data[i] == 0x7F ? '?' : (char)data[i];
	strcpy(out + n, n < input->size ? "..." : "");
	return out;
}

static void complain(struct stream *s, const struct item *item)
{
	char shown[256];

	output_flush(s->output); /* so that a terminal shows both in order */
	fprintf(stderr, "%stutti: map: %s: %s: %s\n", s->bar_shown ? TERMINAL_WIPE : "",
		s->job_word, show(&item->input, shown, sizeof shown),
		tutti_future_text(item->future));
}

static void print_one(struct stream *s, struct item *item)
{
	tutti_bytes result = { NULL, 0, NULL };
	int rc;

	if (!tutti_future_done(item->future))
		output_flush(s->output); /* what is ready is shown before a wait */
	rc = tutti_job_result(item->future, s->job, &result);
	if (rc == 0) {
		/* told to stop, what is there in order is still printed */
		if (!s->torn && output_line(s->output, result.data, result.size) < 0)
			finish_early(s, TUTTI_TERMINATE);
		return tutti_bytes_free(&result);
	}
	s->torn = tutti_event_is_set(&s->output->stop->told);
	if (s->torn || (rc == TUTTI_EJOBCANCELED && s->dropping))
		return;
	s->failed = true;
	complain(s, item);
	if (!s->keep_going && !s->dropping) {
		s->dropping = true;
		finish_early(s, TUTTI_DROP_PENDING);
	}
}

static int next_item(struct stream *s, struct item *item)
{
	if (tutti_queue_empty(s->under_way) && output_flush(s->output) < 0)
		finish_early(s, TUTTI_TERMINATE);
	return tutti_queue_get(s->under_way, item);
}

static void *print_results(void *arg)
{
	struct stream *s = arg;
	struct item item;

	while (next_item(s, &item) == 0) {
		print_one(s, &item);
		item_free(&item);
	}
	output_flush(s->output);
	return NULL;
}

/* 0, or why f's thread could not be started. */
static int started(const tutti_future *f)
{
	int rc = tutti_future_error(f);

	return rc == TUTTI_EPENDING ? 0 : rc;
}

/* Wait for both; if the caller is cancelled meanwhile, have them stop. */
static int wait_for(struct stream *s, tutti_future *threads[2])
{
	tutti_scope quiet;
	int rc = tutti_join_all(threads, 2);

	if (rc != TUTTI_ECANCELED)
		return rc;
	finish_early(s, TUTTI_TERMINATE);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_join_all(threads, 2);
	tutti_shield_end(&quiet, 0);
	return rc;
}

/* The printer first: without it nothing may be read. */
static int run_threads(struct stream *s)
{
	tutti_thread_options printer = { .name = "printer" }, reader = { .name = "reader" };
	tutti_future *threads[2] = { tutti_thread_start(print_results, s, &printer), NULL };

	if (started(threads[0]) == 0) {
		threads[1] = tutti_thread_start(read_inputs, s, &reader);
		if (started(threads[1]) < 0)
			tutti_queue_shutdown(s->under_way, false);
	}
	return wait_for(s, threads);
}

int stream_run(struct stream *s)
{
	tutti_queue_options options = { .maxsize = s->window };
	int rc = tutti_queue_create(&s->under_way, sizeof(struct item), &options);

	if (rc < 0)
		return rc;
	rc = run_threads(s);
	tutti_executor_shutdown(s->executor, TUTTI_FINISH);
	tutti_queue_free(s->under_way);
	return rc;
}
