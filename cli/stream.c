/* SPDX-License-Identifier: MIT */
/*
 * stream.c - inputs in, results out, with a bounded number in between.
 *
 *     reader --- submits ---> executor --- finished ---> printer
 *        ^                                                  |
 *        +------------------ room: permits <----------------+
 *
 * Reader and printer are threads of their own: the reader may wait for a slow input while results
 * are printed, and the printer for a slow reader of ours while the caller's loop runs tasks. Items
 * reach the printer as they end; unless that is wanted it keeps those that are too early. The
 * permits are what keeps memory flat: there are window items between the two at most, and so no
 * two of them share a place in waiting, and finished always has room.
 *
 * An early end is told to all three in the order in which work flows (finish_early). What was
 * submitted always comes out at the other end, so nothing is under way when stream_run returns.
 */
#include <errno.h>
#include <stdlib.h>

#include "joblog.h"
#include "map.h"

static bool interrupted(const struct stream *s)
{
	return tutti_event_is_set(&s->output->stop->told);
}

/* Take no more inputs. */
static void finish_early(struct stream *s, tutti_ending how)
{
	stop_tell(s->input->stop);
	tutti_semaphore_release(&s->room, 1); /* the reader may wait for it */
	if (!s->executor)
		return;
	tutti_executor_shutdown(s->executor, how);
	if (s->ahead) /* its items have begun, their attempts perhaps not */
		tutti_executor_shutdown(s->attempts, TUTTI_DROP_PENDING);
}

/* Nor print what is not there yet: interrupted, or nobody takes it. */
void stream_give_up(struct stream *s)
{
	stop_tell(s->output->stop); /* before a job ends because of it: that is no failure */
	finish_early(s, TUTTI_TERMINATE);
}

/* -- the reader ------------------------------------------------------------------------------- */

/* 1 go on; 0 nothing more is wanted; < 0 no memory. The input is taken over. */
static int submit_one(struct stream *s, uint64_t index, tutti_bytes input)
{
	struct item *item;

	if (s->log && joblog_has(s->log, index, &input)) {
		tutti_progress_add(s->bar, 1);
		tutti_bytes_free(&input);
		return 1;
	}
	item = item_create(s, index, input);
	if (!item) {
		tutti_bytes_free(&input);
		return -ENOMEM;
	}
	tutti_semaphore_acquire(&s->room);
	if (tutti_event_is_set(&s->input->stop->told)) {
		item_free(item);
		return 0;
	}
	item->ticket = s->submitted++;
	item_submit(item);
	return 1;
}

static void reader_ended(struct stream *s)
{
	struct item *none = NULL;

	tutti_queue_put(s->finished, &none);
}

static void *read_inputs(void *arg)
{
	struct stream *s = arg;
	tutti_bytes input;
	int rc;

	for (uint64_t index = 1; (rc = input_next(s->input, &input)) > 0; index++) {
		rc = submit_one(s, index, input);
		if (rc <= 0)
			break;
	}
	if (rc < 0 && rc != TUTTI_ECANCELED)
		s->read_error = rc;
	reader_ended(s);
	return NULL;
}

/* -- the printer ------------------------------------------------------------------------------ */

/* Has enough happened for it? */
static bool must_halt(const struct stream *s)
{
	const struct halting *h = &s->options->halt;
	uint64_t n = h->on == HALT_FAIL      ? s->failures
		     : h->on == HALT_SUCCESS ? s->successes
					     : s->failures + s->successes;

	if (h->how == HALT_NEVER || s->dropping)
		return false;
	if (h->percent > 0)
		return n > 0 && (double)n * 100 >= h->percent * (double)s->total;
	return n >= h->after;
}

/* Did it fail, or was it not to be done any more? Of a command that ran that is never in doubt. */
static bool has_failed(const struct stream *s, const struct item *item, int rc)
{
	bool ran = item_ran(item, rc);

	if (rc == 0 || (ran && s->options->command))
		return rc < 0;
	return !interrupted(s) && (ran || !s->dropping);
}

void stream_count(struct stream *s, struct item *item, int rc)
{
	enum halt how = s->options->halt.how;

	TUTTI_HOLD(&s->counting);
	item->failed = has_failed(s, item, rc);
	s->successes += rc == 0;
	s->failures += item->failed;
	s->stopped += item->attempts > 0 && !item_ran(item, rc);
	if ((rc < 0 && !item->failed) || !must_halt(s))
		return;
	s->dropping = s->halted = true;
	s->halt_code = item->code;
	finish_early(s, how == HALT_NOW ? TUTTI_TERMINATE : TUTTI_DROP_PENDING);
}

static void give_permits(struct stream *s)
{
	tutti_semaphore_release(&s->room, s->left);
	s->left = 0;
}

static void settle(struct stream *s, struct item *item)
{
	const struct options *o = s->options;
	tutti_bytes result = { NULL, 0, NULL };
	int rc = item_result(item, &result);
	if (!o->command || item->attempts == 0)
		stream_count(s, item, rc);
	if (rc == 0 || item->failed) {
		/* interrupted, what is there in order is still printed */
		if (!s->torn)
			print_item(s, item, rc, &result);
	} else if (interrupted(s)) {
		s->torn = !o->unordered;
	}
	tutti_bytes_free(&result);
	item_free(item);
	if (++s->left == s->window / 4)
		give_permits(s);
	if ((s->output->error < 0 || s->log_error < 0) && !interrupted(s))
		stream_give_up(s);
}

/* Settle it, or it and those that waited for it, or let it wait. */
static void receive(struct stream *s, struct item *item)
{
	struct item **place = &s->waiting[item->ticket % s->window];
	if (s->options->unordered) {
		settle(s, item);
		return;
	}
	*place = item;
	for (; (item = *place) && item->ticket == s->next;
		place = &s->waiting[s->next % s->window]) {
		*place = NULL;
		s->next++;
		settle(s, item);
	}
}

/*
 * Nothing has arrived. Where much does, the next is about to: it is not slept for at once, since to
 * be woken for every single one would cost more than the jobs. What is ready is shown before a
 * longer wait.
 */
static void before_wait(struct stream *s)
{
	if (s->left > 0) {
		give_permits(s);
		tutti_sleep(TUTTI_MILLISECONDS(0.1));
	}
	if (tutti_queue_empty(s->finished) && print_flush(s) < 0 && !interrupted(s))
		stream_give_up(s);
}

static void *print_results(void *arg)
{
	struct stream *s = arg;
	struct item *item;

	for (size_t received = 0, all = SIZE_MAX; received < all;) {
		if (tutti_queue_empty(s->finished))
			before_wait(s);
		tutti_queue_get(s->finished, &item);
		if (item) {
			receive(s, item);
			received++;
		} else {
			all = s->submitted;
		}
	}
	print_flush(s);
	return NULL;
}

/* -- both ------------------------------------------------------------------------------------- */

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
	stream_give_up(s);
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
			reader_ended(s);
	}
	return wait_for(s, threads);
}

int stream_run(struct stream *s)
{
	/* and one place for the reader's last word */
	tutti_queue_options options = { .maxsize = s->window + 1 };
	int rc;

	tutti_semaphore_init(&s->room, (uint32_t)s->window, 0);
	s->waiting = calloc(s->window, sizeof(struct item *));
	rc = s->waiting ? tutti_queue_create(&s->finished, sizeof(struct item *), &options)
			: -ENOMEM;
	if (rc == 0)
		rc = run_threads(s);
	if (s->executor)
		tutti_executor_shutdown(s->executor, TUTTI_FINISH);
	return rc;
}

void stream_free(struct stream *s)
{
	tutti_queue_free(s->finished);
	free(s->waiting);
	text_free(&s->line);
}
