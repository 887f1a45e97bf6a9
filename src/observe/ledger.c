/* SPDX-License-Identifier: MIT */
/*
 * ledger.c - see ledger.h.
 *
 * Three tables lead to what is known: from a context to its account, from an object to the latest
 * of its holds, from a future to who runs it. A context's account is of who ran there last, by its
 * id: not every end is told. What is empty keeps its place, as the same contexts run something and
 * the same locks are taken again and again; such places are swept up when a table is full. Accounts
 * and holds that are not in use are kept for the next.
 */
#include "observe/ledger_inside.h"

#include "base/facts.h"

#include <tutti/time.h>

#include "core/alloc.h"
#include "core/worker.h"

struct tu_ledger *tu_ledger_create(void)
{
	struct tu_ledger *l = tu_alloc_zero(sizeof(*l));

	if (!l)
		return NULL;
	tu_list_init(&l->present);
	tu_list_init(&l->idle);
	tu_list_init(&l->spare_accounts);
	return l;
}

/* -- accounts ---------------------------------------------------------------------------------- */

static struct tu_account *account_of(const struct tu_ledger *l, const struct tu_context *c)
{
	struct tu_account *a = tu_table_find(&l->accounts, tu_table_key(c));

	return a && a->id == c->id ? a : NULL;
}

static void forget_runs(struct tu_ledger *l, struct tu_account *a)
{
	for (int i = 0; i < 2 && a->listed; i++)
		if (a->runs[i] && tu_table_find(&l->runners, tu_table_key(a->runs[i])) == a)
			tu_table_remove(&l->runners, tu_table_key(a->runs[i]));
	a->listed = false;
}

/* It runs them now: of another who did, it was not told that it ended. */
static void list_runs(struct tu_ledger *l, struct tu_account *a)
{
	for (int i = 0; i < 2; i++) {
		uint64_t key = tu_table_key(a->runs[i]);
		void **at = key ? tu_table_at(&l->runners, key) : NULL;

		if (at)
			*at = a;
		else if (key)
			tu_table_put(&l->runners, key, a);
	}
	a->listed = true;
}

/* Kept here, as only the context's own thread may look there. */
static void look_who(struct tu_ledger *l, struct tu_account *a)
{
	void *self = a->context->self;
	void *job = a->context->job != self ? a->context->job : NULL;

	if (tu_likely(a->runs[0] == self && a->runs[1] == job))
		return;
	forget_runs(l, a);
	a->runs[0] = self;
	a->runs[1] = job;
}

static bool is_empty(const struct tu_account *a)
{
	return !a->holds && !a->until;
}

/* It is of no context any more; kept while it holds something. */
static void close_account(struct tu_ledger *l, struct tu_account *a)
{
	if (a->context) {
		tu_table_remove(&l->accounts, tu_table_key(a->context));
		forget_runs(l, a);
		a->context = NULL;
		a->until = 0;
	}
	if (a->holds)
		return;
	tu_list_remove(&a->link);
	tu_free(a->name);
	tu_list_add_head(&l->spare_accounts, &a->link);
}

static void close_empty(struct tu_ledger *l, struct tu_list *list)
{
	tu_list_each_safe(link, list) {
		struct tu_account *a = tu_container_of(link, struct tu_account, link);

		if (is_empty(a))
			close_account(l, a);
	}
}

/* Nothing runs there: it is empty, and kept for what comes to that context next. */
static void leave_account(struct tu_ledger *l, struct tu_account *a)
{
	forget_runs(l, a);
	a->id = 0;
	a->until = 0;
	tu_list_remove(&a->link);
	tu_list_add_head(&l->idle, &a->link);
}

static struct tu_account *make_account(struct tu_ledger *l, struct tu_context *c)
{
	struct tu_link *link;
	struct tu_account *a;

	if (tu_table_is_full(&l->accounts)) {
		close_empty(l, &l->idle);
		close_empty(l, &l->present);
		tu_table_reserve(&l->accounts, 2 * (l->accounts.used + 1));
	}
	link = tu_list_take(&l->spare_accounts);
	a = link ? tu_container_of(link, struct tu_account, link) : tu_alloc(sizeof(*a));
	if (!a)
		return NULL;
	*a = (struct tu_account){ .context = c };
	if (tu_table_put(&l->accounts, tu_table_key(c), a)) {
		tu_list_add_head(&l->idle, &a->link);
		return a;
	}
	tu_list_add_head(&l->spare_accounts, &a->link);
	return NULL;
}

/* Of what runs on c now, who is not known. */
static struct tu_account *open_account(struct tu_ledger *l, struct tu_context *c)
{
	struct tu_account *a = tu_table_find(&l->accounts, tu_table_key(c));

	if (a && a->holds) {
		close_account(l, a); /* its end was not told */
		a = NULL;
	}
	if (!a)
		a = make_account(l, c);
	if (!a)
		return NULL;
	forget_runs(l, a);
	a->id = c->id;
	a->until = 0;
	tu_list_remove(&a->link);
	tu_list_add_tail(&l->present, &a->link);
	look_who(l, a);
	return a;
}

static struct tu_account *come(struct tu_ledger *l, struct tu_context *c)
{
	struct tu_account *a = account_of(l, c);

	return tu_likely(a != NULL) ? a : open_account(l, c);
}

/* -- holds ------------------------------------------------------------------------------------- */

/* Where the latest of its holds stands, to be read and written; NULL: no memory for it. */
static void **place_for(struct tu_ledger *l, const void *object)
{
	void **at = tu_table_at(&l->holds, tu_table_key(object));

	if (tu_likely(at != NULL))
		return at;
	if (tu_table_is_full(&l->holds))
		tu_table_sweep(&l->holds);
	tu_table_put(&l->holds, tu_table_key(object), NULL);
	return tu_table_at(&l->holds, tu_table_key(object));
}

static struct tu_hold *spare_hold(struct tu_ledger *l)
{
	struct tu_hold *h = l->spare_holds;

	if (!h)
		return tu_alloc(sizeof(*h));
	l->spare_holds = h->earlier;
	return h;
}

/* h, one of those at its object's place, is no more. */
static void drop_hold(struct tu_ledger *l, void **at, struct tu_hold *h)
{
	struct tu_account *a = h->account;
	struct tu_hold **link = &a->holds, *first = *at;

	while (*link && *link != h)
		link = &(*link)->earlier;
	tu_check(*link == h, "a hold that its holder does not know");
	*link = h->earlier;
	if (first == h) {
		*at = h->others;
	} else {
		while (first->others != h)
			first = first->others;
		first->others = h->others;
	}
	h->earlier = l->spare_holds;
	l->spare_holds = h;
	if (tu_unlikely(!a->context))
		close_account(l, a);
}

/* -- what happens ------------------------------------------------------------------------------ */

static bool is_of(const struct tu_hold *h, const struct tu_context *c)
{
	return h->account->context == c && h->account->id == c->id;
}

static struct tu_hold *hold_of(struct tu_hold *h, const struct tu_context *c)
{
	while (h && !is_of(h, c))
		h = h->others;
	return h;
}

/* Who takes it can have it: what is still said of others is no longer so. */
static void drop_untold(struct tu_ledger *l, void **at, const struct tu_doing *doing)
{
	struct tu_hold *h;

	while ((h = *at) && (doing->op != TU_OP_READ_ACQUIRE || h->op != TU_OP_READ_ACQUIRE))
		drop_hold(l, at, h);
}

static void note_hold(
	struct tu_ledger *l, struct tu_account *a, void **at, const struct tu_doing *doing)
{
	struct tu_hold *h = spare_hold(l);

	if (!h)
		return;
	*h = (struct tu_hold){ .object = doing->object,
		.account = a,
		.others = *at,
		.earlier = a->holds,
		.where = doing->where,
		.since = doing->since,
		.op = doing->op };
	a->holds = *at = h;
}

void tu_ledger_took(struct tu_ledger *l, struct tu_context *self, const struct tu_doing *doing)
{
	struct tu_account *a = come(l, self);
	void **at = place_for(l, doing->object);

	if (a)
		a->until = 0;
	if (!at)
		return;
	if (*at) {
		/* A recursive lock, once more: it is given but once. */
		if (tu_op_object(doing->op) == TU_OBJECT_LOCK && hold_of(*at, self))
			return;
		drop_untold(l, at, doing);
	}
	if (a)
		note_hold(l, a, at, doing);
}

void tu_ledger_gave(struct tu_ledger *l, struct tu_context *self, const void *object)
{
	void **at = tu_table_at(&l->holds, tu_table_key(object));
	struct tu_hold *own;

	if (!at || !*at)
		return;
	own = hold_of(*at, self);
	drop_hold(l, at, own ? own : *at);
}

static struct tu_account *note_wait(
	struct tu_ledger *l, struct tu_context *self, const struct tu_doing *what, int64_t until)
{
	struct tu_account *a = come(l, self);

	if (!a)
		return NULL;
	a->waits = *what;
	a->until = until;
	a->wait = ++l->waits;
	look_who(l, a);
	if (!a->listed)
		list_runs(l, a);
	return a;
}

void tu_ledger_waits(
	struct tu_ledger *l, struct tu_context *self, const struct tu_doing *what, int64_t until)
{
	note_wait(l, self, what, until);
}

void tu_ledger_goes_on(struct tu_ledger *l, struct tu_context *self)
{
	struct tu_account *a = account_of(l, self);

	if (a)
		a->until = 0;
}

/* A lock is waited for in its own queue: else it has that, and is on its way to something else. */
static bool is_over(const struct tu_doing *what, const void *key)
{
	enum tu_op_object kind = tu_op_object(what->op);

	return (kind == TU_OBJECT_LOCK || kind == TU_OBJECT_RWLOCK) && key != what->object;
}

const struct tu_account *tu_ledger_parks(
	struct tu_ledger *l, struct tu_context *self, const void *key, int64_t until)
{
	struct tu_doing what = self->doing;

	if (what.op == TU_OP_CONDITION_WAIT && key && key != what.object) {
		what.op = TU_OP_LOCK_ACQUIRE; /* it was notified, and wants the lock back */
		what.object = key;
	} else if ((!what.where && what.op != TU_OP_EXIT) || is_over(&what, key)) {
		what = (struct tu_doing){ NULL, NULL, tutti_now(), TU_OP_IDLE };
	}
	if (until == INT64_MAX && what.op == TU_OP_LOOP_RUN)
		until--; /* it has its own timer, and tutti_loop_stop ends it */
	return note_wait(l, self, &what, until > 0 ? until : 1);
}

bool tu_ledger_is_new(struct tu_ledger *l, const struct tu_context *self)
{
	struct tu_account *a = account_of(l, self);
	bool same = a && a->circled.object == a->waits.object &&
		    a->circled.where == a->waits.where && a->circled.since == a->waits.since;

	if (a)
		a->circled = a->waits;
	return !same;
}

bool tu_ledger_has_none(const struct tu_ledger *l, const struct tu_context *self)
{
	const struct tu_account *a = account_of(l, self);

	return !a || !a->holds;
}

const struct tu_account *tu_ledger_ended(
	struct tu_ledger *l, struct tu_context *self, const char *name)
{
	struct tu_account *a = account_of(l, self);

	if (!a)
		return NULL;
	if (!a->holds) {
		leave_account(l, a);
		return NULL;
	}
	a->name = tu_copy_text(name);
	close_account(l, a); /* a pool's thread goes on to its next job */
	return a;
}

void tu_ledger_forget(struct tu_ledger *l, const void *object)
{
	void **at = tu_table_at(&l->holds, tu_table_key(object));

	while (at && *at)
		drop_hold(l, at, *at);
}

/* -- questions --------------------------------------------------------------------------------- */

const struct tu_hold *tu_ledger_holder(const struct tu_ledger *l, const void *object)
{
	return tu_table_find(&l->holds, tu_table_key(object));
}

const struct tu_account *tu_ledger_account(const struct tu_ledger *l, const struct tu_context *c)
{
	return account_of(l, c);
}

const struct tu_account *tu_ledger_runner(const struct tu_ledger *l, const void *f)
{
	const struct tu_account *a = tu_table_find(&l->runners, tu_table_key(f));

	return a && a->until ? a : NULL;
}

const struct tu_account *tu_ledger_next(const struct tu_ledger *l, const struct tu_account *before)
{
	const struct tu_link *link = before ? &before->link : &l->present.head;

	while ((link = link->next) != &l->present.head) {
		const struct tu_account *a =
			tu_container_of((struct tu_link *)link, struct tu_account, link);

		if (!is_empty(a))
			return a;
	}
	return NULL;
}

/* -- ends -------------------------------------------------------------------------------------- */

void tu_ledger_reset(struct tu_ledger *l)
{
	struct tu_link *link;

	while ((link = tu_list_first(&l->present)) != NULL) {
		struct tu_account *a = tu_container_of(link, struct tu_account, link);

		if (a->holds)
			close_account(l, a); /* with the last of its holds it goes */
		else
			leave_account(l, a);
		while (a->holds)
			tu_ledger_forget(l, a->holds->object);
	}
}

void tu_ledger_free(struct tu_ledger *l)
{
	struct tu_link *link;
	struct tu_hold *h;

	if (!l)
		return;
	tu_ledger_reset(l);
	close_empty(l, &l->idle);
	while ((link = tu_list_take(&l->spare_accounts)) != NULL)
		tu_free(tu_container_of(link, struct tu_account, link));
	while ((h = l->spare_holds) != NULL) {
		l->spare_holds = h->earlier;
		tu_free(h);
	}
	tu_table_free(&l->accounts);
	tu_table_free(&l->holds);
	tu_table_free(&l->runners);
	tu_free(l);
}

/* clang-format off */
TU_FACTS(ledger,
	TU_FACT_AT("ledger.present", struct tu_ledger, present),
	TU_FACT_AT("account.id", struct tu_account, id),
	TU_FACT_AT("account.holds", struct tu_account, holds),
	TU_FACT_AT("account.link", struct tu_account, link),
	TU_FACT_SIZE("account.size", struct tu_account),
	TU_FACT_AT("hold.object", struct tu_hold, object),
	TU_FACT_AT("hold.earlier", struct tu_hold, earlier),
	TU_FACT_SIZE("hold.size", struct tu_hold));
/* clang-format on */
