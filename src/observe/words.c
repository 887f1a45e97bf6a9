/* SPDX-License-Identifier: MIT */
/* words.c - see words.h. */
#include "observe/words.h"

#include "core/alloc.h"
#include "core/report.h"
#include "core/thread.h"
#include "core/worker.h"
#include "exec/future.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PLACE = 200, NAME = 128 };

/* -- text -------------------------------------------------------------------------------------- */

static bool make_room(struct tu_text *t, size_t bytes)
{
	size_t room = t->room ? t->room : 512;
	char *p;

	while (room < t->used + bytes)
		room *= 2;
	if (room == t->room)
		return true;
	if (!t->bytes)
		t->aside = tu_alloc_is_aside();
	p = tu_resize(t->bytes, room);
	if (!p) {
		t->failed = true;
		return false;
	}
	t->bytes = p;
	t->room = room;
	return true;
}

void tu_text_add(struct tu_text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0 || !make_room(t, (size_t)n + 1))
		return;
	va_start(args, format);
	vsnprintf(t->bytes + t->used, (size_t)n + 1, format, args);
	va_end(args);
	t->used += (size_t)n;
}

void tu_text_free(struct tu_text *t)
{
	tu_free_to(t->aside, t->bytes);
	*t = (struct tu_text){ 0 };
}

/* -- parts of speech --------------------------------------------------------------------------- */

/* One of our own threads, or one that tutti did not make and that never asked who it is. */
static void name_thread(const struct tu_context *c, char *buf, size_t n)
{
	int id = tu_shown(&c->worker->native_id);
	char shown[32];

	if (id == (int)getpid())
		snprintf(buf, n, "thread 'MainThread'");
	else
		snprintf(buf, n, "thread '%s' (%d)", tu_thread_shown_name(id, shown, sizeof(shown)),
			id);
}

static size_t name_future(const tutti_future *f, char *buf, size_t n)
{
	char name[64];
	int used = snprintf(buf, n, "%s '%s'", f->ops->noun, f->ops->name(f, name, sizeof(name)));

	return used < 0 || (size_t)used >= n ? n - 1 : (size_t)used;
}

const char *tu_words_name(const struct tu_account *a, char *buf, size_t n)
{
	size_t used = 0;

	if (!a->context) {
		snprintf(buf, n, "%s, which has ended", a->name ? a->name : "something");
		return buf;
	}
	if (a->runs[1]) {
		used = name_future(a->runs[1], buf, n);
		used += (size_t)snprintf(buf + used, n - used, " on ");
	}
	if (used >= n)
		return buf;
	if (a->runs[0])
		name_future(a->runs[0], buf + used, n - used);
	else
		name_thread(a->context, buf + used, n - used);
	return buf;
}

static const char *place_of(const void *where, char *buf, size_t n)
{
	/* It is the instruction after the call, which may be past the function's end. */
	return tu_code_place((const char *)where - 1, buf, n);
}

void tu_words_object(struct tu_text *t, uint32_t op, const void *object)
{
	const char *noun = tu_object_noun(tu_op_object(op));
	char name[NAME];

	if (tu_op_object(op) == TU_OBJECT_NOTHING)
		return;
	if (tu_data_name(object, name, sizeof(name)))
		tu_text_add(t, "%s '%s' (%p)", noun, name, object);
	else
		tu_text_add(t, "%s %p", noun, object);
}

static void add_hold(struct tu_text *t, const struct tu_hold *h)
{
	char place[PLACE];

	tu_words_object(t, h->op, h->object);
	tu_text_add(t, ", taken at %s", place_of(h->where, place, sizeof(place)));
}

/* "acquire lock 'red' (0x...) at PLACE" */
static void add_doing(struct tu_text *t, const struct tu_doing *d)
{
	char place[PLACE];

	tu_text_add(t, "%s", tu_op_words(d->op));
	if (tu_op_object(d->op) != TU_OBJECT_NOTHING) {
		tu_text_add(t, " ");
		tu_words_object(t, d->op, d->object);
	}
	if (d->where)
		tu_text_add(t, " at %s", place_of(d->where, place, sizeof(place)));
}

/* -- sentences --------------------------------------------------------------------------------- */

void tu_words_holds(struct tu_text *t, const struct tu_account *a)
{
	for (const struct tu_hold *h = a->holds; h; h = h->earlier) {
		add_hold(t, h);
		if (h->earlier)
			tu_text_add(t, "; ");
	}
}

/* Who would end that wait: "; held by ...", as far as that is known. */
static void add_others(struct tu_text *t, struct tu_ledger *l, const struct tu_account *a)
{
	enum tu_op_object kind = tu_op_object(a->waits.op);
	const struct tu_account *runner;
	char name[NAME], place[PLACE];

	if (kind == TU_OBJECT_FUTURE) {
		runner = tu_ledger_runner(l, a->waits.object);
		if (runner)
			tu_text_add(t, "; that is %s", tu_words_name(runner, name, sizeof(name)));
		return;
	}
	for (const struct tu_hold *h = tu_ledger_holder(l, a->waits.object); h; h = h->others)
		tu_text_add(t, "; held by %s, taken at %s",
			h->account == a ? "itself" : tu_words_name(h->account, name, sizeof(name)),
			place_of(h->where, place, sizeof(place)));
}

void tu_words_wait(struct tu_text *t, struct tu_ledger *l, const struct tu_account *a, int64_t now)
{
	char name[NAME];

	tu_text_add(t, "%s: ", tu_words_name(a, name, sizeof(name)));
	add_doing(t, &a->waits);
	tu_text_add(t, ", for %.3f s", (double)(now - a->waits.since) / 1e9);
	if (a->until != INT64_MAX && a->until > now)
		tu_text_add(t, ", for %.3f s more at most", (double)(a->until - now) / 1e9);
	add_others(t, l, a);
}

void tu_words_circle(struct tu_text *t, const struct tu_circle *circle)
{
	char name[NAME], place[PLACE];

	tu_text_add(t, "deadlock: ");
	for (unsigned i = 0; i < circle->n; i++) {
		const struct tu_account *a = circle->part[i].account;
		const struct tu_account *next = circle->part[(i + 1) % circle->n].account;
		const struct tu_hold *h = circle->part[i].hold;

		tu_text_add(t, "%s%s: ", i ? "; " : "", tu_words_name(a, name, sizeof(name)));
		add_doing(t, &a->waits);
		tu_words_name(next, name, sizeof(name));
		if (!h)
			tu_text_add(t, ", which is %s", name);
		else
			tu_text_add(t, ", held by %s, taken at %s", next == a ? "itself" : name,
				place_of(h->where, place, sizeof(place)));
	}
}

static void add_order(struct tu_text *t, const struct tu_order *order)
{
	char place[PLACE];

	tu_text_add(t, "; %s took ", order->who);
	tu_words_object(t, order->then_op, order->then);
	tu_text_add(t, " at %s while it held ", place_of(order->then_where, place, sizeof(place)));
	tu_words_object(t, order->first_op, order->first);
	tu_text_add(t, ", taken at %s", place_of(order->first_where, place, sizeof(place)));
}

void tu_words_inversion(struct tu_text *t, const struct tu_account *self,
	const struct tu_doing *doing, const struct tu_inversion *inversion)
{
	char name[NAME], place[PLACE];

	tu_text_add(t, "lock order: %s takes ", tu_words_name(self, name, sizeof(name)));
	tu_words_object(t, doing->op, doing->object);
	tu_text_add(t, " at %s while it holds ", place_of(doing->where, place, sizeof(place)));
	add_hold(t, inversion->held);
	for (unsigned i = 0; i < inversion->n; i++)
		add_order(t, inversion->orders[i]);
	tu_text_add(t, ": they may come to wait for each other");
}

void tu_words_turns(struct tu_text *t, const struct tu_turns *turns)
{
	char start[PLACE], join[PLACE];

	tu_text_add(t,
		"in turn: the last %u that were started at %s were each waited for at %s "
		"before the next, %.3f s in all: start all of them, then wait for all",
		turns->n, place_of(turns->start, start, sizeof(start)),
		place_of(turns->join, join, sizeof(join)), (double)turns->lived / 1e9);
}

void tu_words_crowded(struct tu_text *t, const struct tu_crowded *crowded,
	const struct tu_hold *hold, int64_t now)
{
	tu_text_add(t, "one at a time: ");
	add_hold(t, hold);
	tu_text_add(t,
		", was held for %d %% of %.3f s while others waited, by %u%s in all: it leaves "
		"nothing that could run at once",
		(int)(100.0 * (double)crowded->held / (double)(now - crowded->first)),
		(double)(now - crowded->first) / 1e9, crowded->n,
		crowded->n == TU_HOLDERS_MOST ? " or more" : "");
}

int tu_words_all(struct tu_text *t, struct tu_ledger *l, int64_t now, int most)
{
	const struct tu_account *a = NULL;
	char name[NAME];
	int n = 0;

	while (n < most && (a = tu_ledger_next(l, a)) != NULL) {
		if (n++)
			tu_text_add(t, "\n");
		if (a->until)
			tu_words_wait(t, l, a, now);
		else
			tu_text_add(t, "%s", tu_words_name(a, name, sizeof(name)));
		if (a->holds) {
			tu_text_add(t, "%s", a->until ? "; holds " : ": holds ");
			tu_words_holds(t, a);
		}
	}
	return n;
}
