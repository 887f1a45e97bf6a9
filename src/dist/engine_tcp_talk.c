/* SPDX-License-Identifier: MIT */
/*
 * engine_tcp_talk.c - the thread of the engine "tcp". Its first function sends, a task of its loop
 * receives. There is always one request with the manager while orders are out, since answers carry
 * the results; a new one replaces it.
 *
 * A manager that was there and is lost is looked for again for a while, and what was out goes to it
 * once more. One that never was there is an error at once: of all that waits for it.
 */
#include "dist/engine_tcp.h"

#include "dist/job_wire.h"
#include "dist/jobs_items.h"
#include "dist/named.h"

#include <errno.h>
#include <stdio.h>
#include <tutti/error.h>
#include <tutti/report.h>
#include <tutti/scope.h>
#include <tutti/task.h>
#include <tutti/value_make.h>

enum {
	WINDOW_FIRST = 64,    /* until the manager says */
	BATCH_JOBS = 512,     /* of one request */
	BATCH_BYTES = 1 << 20 /* about */
};

static const tutti_time connect_time = TUTTI_SECONDS(10), patience = TUTTI_SECONDS(10),
			pause_first = TUTTI_SECONDS(0.02), pause_most = TUTTI_SECONDS(1);

/* -- receiving -------------------------------------------------------------------------------- */

/* (number, ok, result) */
static void end_order(struct tu_tcp *t, const tutti_value *entry)
{
	const tutti_value *ok = tutti_value_at(entry, 1), *result = tutti_value_at(entry, 2);
	struct tu_order *order;
	char text[TU_TCP_TEXT];
	int64_t number;
	int code;

	if (!tu_jobs_is_tuple(entry, 3) ||
		tutti_value_as_int(tutti_value_at(entry, 0), &number) < 0)
		return;
	order = tu_tcp_take(t, number);
	if (!order)
		return; /* it was cancelled, or late */
	if (tu_truth(ok, true)) {
		tu_tcp_finish(order, result);
		return;
	}
	code = tu_job_wire_code(result, text, sizeof(text));
	tu_tcp_fail(order, code, text);
}

/* Nobody waits for it in particular: all that wait for their jobs may wonder. */
static void pass_on(const struct tu_tcp *t, const tutti_value *words)
{
	tutti_bytes text;

	if (tutti_value_as_bytes(words, &text) == 0)
		tutti_report(TUTTI_ENOJOB, "%s: %.*s", t->where, (int)text.size,
			(const char *)text.data);
}

/* (turn, window, [results], [texts]) */
static int take_answer(struct tu_tcp *t, const tutti_value *answer)
{
	const tutti_value *results = tutti_value_at(answer, 2), *words = tutti_value_at(answer, 3);
	int64_t turn, window;

	if (!tu_jobs_is_tuple(answer, 4) ||
		tutti_value_as_int(tutti_value_at(answer, 0), &turn) < 0 ||
		tutti_value_as_int(tutti_value_at(answer, 1), &window) < 0 || window < 1)
		return TUTTI_EPROTO;
	if (turn > t->answered)
		t->answered = turn;
	t->window = window < 1 << 20 ? (unsigned)window : 1 << 20;
	for (size_t i = 0; i < tutti_value_size(results); i++)
		end_order(t, tutti_value_at(results, i));
	for (size_t i = 0; i < tutti_value_size(words); i++)
		pass_on(t, tutti_value_at(words, i));
	return 0;
}

static void *receive(void *arg)
{
	struct tu_tcp *t = arg;
	tutti_value *answer;
	int rc;

	do {
		rc = tu_jobs_link_recv(&t->link, &answer, t->text, sizeof(t->text));
		if (rc < 0)
			break;
		rc = take_answer(t, answer);
		tutti_value_unref(answer);
		tutti_event_set(&t->wake);
	} while (rc == 0);
	t->why = rc;
	t->broken = true;
	tutti_event_set(&t->wake);
	return NULL;
}

/* -- sending ---------------------------------------------------------------------------------- */

static int pack_seconds(const tutti_future *f, tutti_value **out)
{
	tutti_time deadline = tutti_future_deadline(f), left = deadline - tutti_now();

	*out = deadline == TUTTI_FOREVER ? tutti_value_none()
					 : tutti_value_float(left > 0 ? (double)left / 1e9 : 0);
	return *out ? 0 : -ENOMEM;
}

/* (number, name, kinds, argument, seconds), and how much that is. */
static int pack_order(const struct tu_order *order, tutti_value **out, size_t *weight)
{
	const tutti_job *job = tutti_future_job(order->f);
	const void *arg = tutti_future_arg(order->f);
	char kinds[TU_JOB_WIRE_KINDS];
	tutti_value *argument, *seconds;
	int rc = tu_job_wire_pack(&argument, job->arg_kind, job->arg_size, arg);

	if (rc < 0)
		return rc;
	if (tu_named_is(job))
		snprintf(kinds, sizeof(kinds), "%s", TU_NAMED_KINDS);
	else
		tu_job_wire_kinds(kinds, job);
	*weight = tu_job_wire_weight(argument);
	rc = *weight > TU_JOB_WIRE_MOST ? -E2BIG : pack_seconds(order->f, &seconds);
	if (rc == 0) {
		rc = tutti_value_pack(
			out, "(L s s O O)", order->number, job->name, kinds, argument, seconds);
		tutti_value_unref(seconds);
	}
	tutti_value_unref(argument);
	return rc;
}

static size_t room_for(const struct tu_tcp *t, size_t out)
{
	size_t most = t->max_workers > 0 ? (size_t)t->max_workers : t->window;

	return most > out ? most - out : 0;
}

static int pack_orders(struct tu_tcp *t, tutti_value **out)
{
	size_t room = room_for(t, tu_tcp_look(t).out), bytes = 0, weight = 0;
	struct tu_filling f = { NULL };
	struct tu_order *order;
	tutti_value *v = NULL;
	int rc;

	if (room > BATCH_JOBS)
		room = BATCH_JOBS;
	while (f.n < room && bytes < BATCH_BYTES && (order = tu_tcp_send_next(t)) != NULL) {
		rc = pack_order(order, &v, &weight);
		if (rc == 0) {
			tu_filling_add(&f, 0, v);
			bytes += weight;
			continue;
		}
		order = tu_tcp_take(t, order->number);
		if (order) /* nobody has cancelled it meanwhile */
			tu_tcp_fail(order, rc, rc == -E2BIG ? "the argument is too large" : NULL);
	}
	return tu_filling_close(&f, out);
}

static int pack_cancels(struct tu_tcp *t, tutti_value **out)
{
	int64_t numbers[BATCH_JOBS];
	size_t n = tu_tcp_take_cancels(t, numbers, BATCH_JOBS);
	struct tu_filling f = { NULL };

	for (size_t i = 0; i < n; i++)
		tu_filling_add(&f, 0, tutti_value_int(numbers[i]));
	return tu_filling_close(&f, out);
}

static int send_request(struct tu_tcp *t)
{
	tutti_value *orders, *cancels, *args = NULL;
	int rc = pack_orders(t, &orders);

	if (rc < 0)
		return rc;
	rc = pack_cancels(t, &cancels);
	if (rc == 0) {
		rc = tutti_value_pack(&args, "(L O O)", ++t->turn, orders, cancels);
		tutti_value_unref(cancels);
	}
	tutti_value_unref(orders);
	if (rc < 0)
		return rc;
	rc = tu_jobs_link_send(&t->link, "submit", args);
	tutti_value_unref(args);
	return rc;
}

static bool is_to_send(const struct tu_tcp *t, struct tu_tcp_state now)
{
	if (now.cancels || (now.pending && room_for(t, now.out) > 0))
		return true;
	return now.out > 0 && t->answered == t->turn;
}

/* Those whose time is over. */
static void end_late(struct tu_tcp *t)
{
	struct tu_order *order;

	while ((order = tu_tcp_take_any(t, true)) != NULL)
		tu_tcp_fail(order, TUTTI_ETIMEDOUT, NULL);
}

/* Until the link breaks, or this thread is cancelled: TUTTI_ECANCELED. */
static int exchange(struct tu_tcp *t)
{
	struct tu_tcp_state now;
	int rc = 0;

	while (rc == 0 && !t->broken) {
		tutti_event_clear(&t->wake); /* before the look */
		end_late(t);
		now = tu_tcp_look(t);
		if (is_to_send(t, now))
			rc = send_request(t);
		else
			rc = tutti_event_wait_until(&t->wake, now.due);
		if (rc == TUTTI_ETIMEDOUT)
			rc = 0;
	}
	return t->broken ? t->why : rc;
}

static int talk(struct tu_tcp *t)
{
	tutti_task *receiving;
	tutti_scope quiet;
	int rc;

	t->turn = t->answered = 0;
	t->window = WINDOW_FIRST;
	t->broken = false;
	receiving = tutti_task_start(receive, t, NULL);
	rc = exchange(t);
	tutti_future_cancel(receiving);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_future_result(receiving, NULL, 0);
	tutti_shield_end(&quiet, 0);
	tutti_future_unref(receiving);
	tu_jobs_link_close(&t->link);
	tu_tcp_recall(t);
	return rc;
}

/* -- connecting ------------------------------------------------------------------------------- */

/* Is it worth while to try again? */
static bool may_pass(int rc)
{
	return rc == -ECONNREFUSED || rc == -ECONNRESET || rc == -EPIPE || rc == -ENOENT ||
	       rc == TUTTI_EDONE || rc == TUTTI_ETIMEDOUT || rc == -EAGAIN || rc == -ENETUNREACH ||
	       rc == -EHOSTUNREACH;
}

static const char *reason(int rc)
{
	if (rc == -ENOENT)
		return "the manager there serves no jobs";
	if (rc == TUTTI_EDONE || rc == -ECONNRESET || rc == -EPIPE)
		return "the manager has gone";
	if (rc == TUTTI_EAUTH)
		return "the manager has another key";
	return tutti_strerror(rc);
}

static void fail_all(struct tu_tcp *t, int rc)
{
	struct tu_order *order;
	char text[TU_TCP_TEXT + 200];

	snprintf(text, sizeof(text), "%s: %s%s%s", t->where, reason(rc), *t->text ? ": " : "",
		t->text);
	while ((order = tu_tcp_take_any(t, false)) != NULL)
		tu_tcp_fail(order, rc, text);
}

/* Wait for an order. TUTTI_ECANCELED. */
static int wait_for_work(struct tu_tcp *t)
{
	int rc = 0;

	while (rc == 0) {
		tutti_event_clear(&t->wake); /* before the look */
		if (tu_tcp_look(t).pending)
			return 0;
		rc = tutti_event_wait(&t->wake);
	}
	return rc;
}

/* Until it is there, or that takes too long: then all that waits fails. TUTTI_ECANCELED, or 0. */
static int connect_link(struct tu_tcp *t, bool *there)
{
	tutti_time pause = pause_first;
	int rc;

	*there = false;
	t->text[0] = '\0';
	for (;;) {
		rc = tu_jobs_link_open(
			&t->link, tu_jobs_address(t->where), t->key, tutti_after(connect_time));
		*there = rc == 0;
		if (rc == 0 || rc == TUTTI_ECANCELED)
			return rc;
		end_late(t);
		if (!may_pass(rc) || tutti_now() > t->patience)
			break;
		rc = tutti_sleep(pause);
		if (rc < 0)
			return rc;
		pause = 2 * pause < pause_most ? 2 * pause : pause_most;
	}
	fail_all(t, rc);
	t->patience = 0;
	return 0;
}

void *tu_tcp_talk(void *arg)
{
	struct tu_tcp *t = arg;
	bool there = false;
	int rc;

	do {
		rc = wait_for_work(t);
		if (rc == 0)
			rc = connect_link(t, &there);
		if (rc < 0 || !there)
			continue;
		rc = talk(t);
		t->patience = tutti_after(patience);
		/* what it does not understand the manager would not understand again */
		if (rc == TUTTI_EREMOTE || rc == TUTTI_EPROTO || rc == -E2BIG) {
			fail_all(t, rc);
			t->patience = 0;
		}
	} while (rc != TUTTI_ECANCELED);
	return NULL;
}
