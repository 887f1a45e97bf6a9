/* SPDX-License-Identifier: MIT */
/* engine_tcp.c - jobs for workers elsewhere, by a manager; see engine_tcp.h. */
#include "dist/engine_tcp.h"

#include "dist/job_wire.h"
#include "dist/named.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/net.h>
#include <tutti/scope.h>
#include <tutti/thread.h>
#include <unistd.h>

/* -- the tables; with the lock held ------------------------------------------------------------ */

static struct tu_order **number_place(struct tu_tcp *t, int64_t number)
{
	struct tu_order **at = &t->by_number[(uint64_t)number % TU_TCP_BUCKETS];

	while (*at && (*at)->number != number)
		at = &(*at)->next;
	return at;
}

static struct tu_order **future_place(struct tu_tcp *t, const tutti_future *f)
{
	size_t bucket = ((uintptr_t)f >> 6) * 0x9e3779b1u % TU_TCP_BUCKETS;
	struct tu_order **at = &t->by_future[bucket];

	while (*at && (*at)->f != f)
		at = &(*at)->after;
	return at;
}

static void insert(struct tu_tcp *t, struct tu_order *order)
{
	struct tu_order **number = number_place(t, order->number);
	struct tu_order **future = future_place(t, order->f);

	order->next = *number;
	*number = order;
	order->after = *future;
	*future = order;
	tu_list_add_tail(&t->pending, &order->link);
	if (order->limit < t->due)
		t->due = order->limit;
}

static struct tu_order *take_out(struct tu_tcp *t, struct tu_order *order)
{
	*number_place(t, order->number) = order->next;
	*future_place(t, order->f) = order->after;
	tu_list_remove(&order->link);
	t->n_out -= order->out;
	return order;
}

/* What cannot be noted for want of memory runs to its end there, for nobody. */
static void note_cancel(struct tu_tcp *t, int64_t number)
{
	size_t room = t->cancels_room > 0 ? 2 * t->cancels_room : 16;
	int64_t *more;

	if (t->n_cancels == t->cancels_room) {
		more = calloc(1, room * sizeof(*more));
		if (!more)
			return;
		if (t->n_cancels > 0)
			memcpy(more, t->cancels, t->n_cancels * sizeof(*more));
		free(t->cancels);
		t->cancels = more;
		t->cancels_room = room;
	}
	t->cancels[t->n_cancels++] = number;
}

/* -- for the thread --------------------------------------------------------------------------- */

size_t tu_tcp_take_cancels(struct tu_tcp *t, int64_t *numbers, size_t n)
{
	tutti_lock_acquire(&t->lock);
	if (n > t->n_cancels)
		n = t->n_cancels;
	t->n_cancels -= n;
	for (size_t i = 0; i < n; i++)
		numbers[i] = t->cancels[t->n_cancels + i];
	tutti_lock_release(&t->lock);
	return n;
}

struct tu_tcp_state tu_tcp_look(struct tu_tcp *t)
{
	struct tu_tcp_state state;

	tutti_lock_acquire(&t->lock);
	state = (struct tu_tcp_state){ .pending = !tu_list_empty(&t->pending),
		.cancels = t->n_cancels > 0,
		.out = t->n_out,
		.due = t->due };
	tutti_lock_release(&t->lock);
	return state;
}

struct tu_order *tu_tcp_take(struct tu_tcp *t, int64_t number)
{
	struct tu_order *order;

	tutti_lock_acquire(&t->lock);
	order = *number_place(t, number);
	if (order)
		take_out(t, order);
	tutti_lock_release(&t->lock);
	return order;
}

/* The first that is late; how late one may be has been added. Notes when the next one is. */
static struct tu_order *find_late(struct tu_tcp *t, struct tu_list *list, tutti_time now)
{
	tu_list_each(link, list) {
		struct tu_order *order = tu_container_of(link, struct tu_order, link);

		if (order->limit <= now)
			return order;
		if (order->limit < t->due)
			t->due = order->limit;
	}
	return NULL;
}

static struct tu_order *find_any(struct tu_tcp *t, bool late)
{
	struct tu_link *first = tu_list_first(&t->out);
	struct tu_order *order;

	if (!late) {
		first = first ? first : tu_list_first(&t->pending);
		return first ? tu_container_of(first, struct tu_order, link) : NULL;
	}
	if (tutti_now() < t->due)
		return NULL;
	t->due = TUTTI_FOREVER;
	order = find_late(t, &t->out, tutti_now());
	if (!order)
		order = find_late(t, &t->pending, tutti_now());
	if (order)
		t->due = 0; /* there may be more */
	return order;
}

struct tu_order *tu_tcp_take_any(struct tu_tcp *t, bool late)
{
	struct tu_order *order;

	tutti_lock_acquire(&t->lock);
	order = find_any(t, late);
	if (order) {
		if (order->out)
			note_cancel(t, order->number);
		take_out(t, order);
	}
	tutti_lock_release(&t->lock);
	return order;
}

void tu_tcp_fail(struct tu_order *order, int code, const char *text)
{
	tutti_future_set_error(order->f, code, text && *text ? text : NULL);
	free(order);
}

void tu_tcp_finish(struct tu_order *order, const tutti_value *result)
{
	const tutti_job *job = tutti_future_job(order->f);
	union tu_job_wire room;
	const void *what;
	int rc = tu_job_wire_open(&room, &what, job->result_kind, job->result_size, result);

	if (rc < 0) {
		tu_tcp_fail(order, rc == TUTTI_ETYPE ? TUTTI_EPROTO : rc,
			rc == TUTTI_ETYPE ? "the result is not what the job gives" : NULL);
		return;
	}
	if (job->result_kind == TUTTI_KIND_PLAIN)
		what = room.bytes.data;
	tutti_future_set_result(order->f, what);
	tu_job_wire_drop(&room, job->result_kind);
	free(order);
}

/* Under the lock. *gone receives one that was cancelled before it could be sent. */
static struct tu_order *begin_next(struct tu_tcp *t, struct tu_order **gone)
{
	struct tu_link *link = tu_list_first(&t->pending);
	struct tu_order *order;

	*gone = NULL;
	if (!link)
		return NULL;
	order = tu_container_of(link, struct tu_order, link);
	if (tutti_future_begin(order->f) < 0) {
		*gone = take_out(t, order);
		return NULL;
	}
	tu_list_remove(link);
	tu_list_add_tail(&t->out, link);
	order->out = true;
	t->n_out++;
	return order;
}

struct tu_order *tu_tcp_send_next(struct tu_tcp *t)
{
	struct tu_order *order, *gone;

	do {
		tutti_lock_acquire(&t->lock);
		order = begin_next(t, &gone);
		tutti_lock_release(&t->lock);
		if (gone)
			tu_tcp_fail(gone, TUTTI_ECANCELED, NULL);
	} while (gone);
	return order;
}

void tu_tcp_recall(struct tu_tcp *t)
{
	struct tu_list later;

	tu_list_init(&later);
	tutti_lock_acquire(&t->lock);
	tu_list_splice(&later, &t->pending);
	tu_list_splice(&t->pending, &t->out);
	tu_list_each(link, &t->pending) {
		tu_container_of(link, struct tu_order, link)->out = false;
	}
	tu_list_splice(&t->pending, &later);
	t->n_out = 0;
	t->n_cancels = 0; /* the manager has dropped all of them */
	tutti_lock_release(&t->lock);
}

/* -- the engine's functions -------------------------------------------------------------------- */

/* A little after the job's own deadline: where it runs it may say more of it. */
static const tutti_time late_by = TUTTI_SECONDS(0.1);

static int tcp_submit(void *self, tutti_future *f)
{
	struct tu_tcp *t = self;
	tutti_time deadline = tutti_future_deadline(f);
	struct tu_order *order;

	if (getpid() != t->pid)
		return -ECHILD;
	if (!tu_named_is(tutti_future_job(f)) && !tutti_job_find(tutti_future_job(f)->name))
		return TUTTI_ENOJOB; /* what has no name cannot be found elsewhere */
	order = calloc(1, sizeof(*order));
	if (!order)
		return -ENOMEM;
	order->f = f;
	order->limit = deadline < TUTTI_FOREVER - late_by ? deadline + late_by : TUTTI_FOREVER;
	tutti_lock_acquire(&t->lock);
	order->number = t->numbers++;
	insert(t, order);
	tutti_lock_release(&t->lock);
	tutti_event_set(&t->wake);
	return 0;
}

static void tcp_cancel(void *self, tutti_future *f)
{
	struct tu_tcp *t = self;
	struct tu_order *order;

	if (getpid() != t->pid)
		return;
	tutti_lock_acquire(&t->lock);
	order = *future_place(t, f);
	if (order) {
		take_out(t, order);
		if (order->out)
			note_cancel(t, order->number);
	}
	tutti_lock_release(&t->lock);
	if (!order)
		return;
	if (order->out)
		tutti_event_set(&t->wake);
	tu_tcp_fail(order, TUTTI_ECANCELED, NULL);
}

/* -- open and free ----------------------------------------------------------------------------- */

static void destroy(struct tu_tcp *t)
{
	if (t->key.data)
		explicit_bzero((void *)t->key.data, t->key.size);
	tutti_bytes_free(&t->key);
	free(t->where);
	free(t->cancels);
	free(t);
}

static void tcp_free(void *self)
{
	struct tu_tcp *t = self;
	tutti_scope quiet;

	if (getpid() == t->pid) {
		tutti_future_cancel(t->thread);
		tutti_shield_begin(&quiet, TUTTI_FOREVER);
		tutti_future_result(t->thread, NULL, 0);
		tutti_shield_end(&quiet, 0);
	}
	tutti_future_unref(t->thread);
	destroy(t);
}

static struct tu_tcp *make(const char *where, const tutti_executor_options *o)
{
	struct tu_tcp *t = calloc(1, sizeof(*t));
	const char *key = o->authkey ? o->authkey : "";

	if (!t)
		return NULL;
	tu_list_init(&t->pending);
	tu_list_init(&t->out);
	t->max_workers = o->max_workers;
	t->pid = getpid();
	t->due = TUTTI_FOREVER;
	t->where = strdup(where);
	if (t->where && tutti_bytes_copy(&t->key, key, strlen(key)) == 0)
		return t;
	free(t->where);
	free(t);
	return NULL;
}

static bool is_place(const char *where)
{
	if (strncmp(where, "unix:", 5) == 0)
		return where[5] != '\0';
	return strncmp(where, "tcp://", 6) == 0 && where[6] != '\0';
}

static int tcp_open(void **self, const char *where, const tutti_executor_options *o)
{
	tutti_thread_options options = { .name = o->name ? o->name : "tcp", .daemon = 1 };
	struct tu_tcp *t;
	int rc;

	if (!is_place(where) || o->worker_start || o->jobs_max > 0)
		return -EINVAL;
	if (!o->authkey || !*o->authkey)
		return TUTTI_EAUTH; /* no manager of ours takes an empty one */
	t = make(where, o);
	if (!t)
		return -ENOMEM;
	t->thread = tutti_thread_start(tu_tcp_talk, t, &options);
	rc = tutti_future_error(t->thread);
	if (rc < 0 && rc != TUTTI_EPENDING) {
		tutti_future_unref(t->thread);
		destroy(t);
		return rc;
	}
	*self = t;
	return 0;
}

static const tutti_engine engines[] = { { .size = sizeof(tutti_engine),
						.scheme = "tcp",
						.open = tcp_open,
						.submit = tcp_submit,
						.cancel = tcp_cancel,
						.free = tcp_free },
	{ .size = sizeof(tutti_engine),
		.scheme = "unix",
		.open = tcp_open,
		.submit = tcp_submit,
		.cancel = tcp_cancel,
		.free = tcp_free } };

/* In the archive nothing else refers to this file: tutti-net.pc has the linker look for it. */
__attribute__((constructor)) void tutti_net_engines(void)
{
	tutti_engine_register(&engines[0]); /* a second time changes nothing */
	tutti_engine_register(&engines[1]);
}
