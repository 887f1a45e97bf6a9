/* SPDX-License-Identifier: MIT */
/*
 * group.c - tasks that are joined together and have no future that anybody holds.
 *
 * A child is a call (call.h) with one reference, the loop's, so that it begins and ends without an
 * atomic operation and its block is the next one's. It is linked to its group from its first
 * instruction to its last only: most begin and end without waiting, and then the list, which is
 * for cancelling, has been one pointer that was set and cleared. One that has not begun looks at
 * the group when its turn comes.
 *
 * All of a group but stop belongs to its worker's thread. What was added ends anywhere, but tells
 * the group by a callback on its worker. Whoever joins waits in the lot, under the group's address.
 */
#include "base/facts.h"
#include "core/alloc.h"
#include "loop/call.h"
#include "loop/failures.h"
#include "loop/task.h"

#include <errno.h>
#include <tutti/group.h>

struct tu_group {
	struct tu_worker *worker; /* NULL: not in use. Atomic: misuse from elsewhere reads it */
	struct member *members;   /* those to be told of a cancel */
	size_t alive;             /* children and what was added, not ended */
	struct tu_failures failures;
	uint32_t stop;   /* atomic; set by anyone: takes no more */
	bool told;       /* the members have been cancelled */
	bool joining;    /* somebody waits in the lot */
	bool would_lend; /* that is a job, which has found no member to lend its seat for */
	uint64_t age;    /* the process's, see renew */
};
_Static_assert(sizeof(struct tu_group) <= sizeof(tutti_group), "fits what the header promises");

struct member {
	struct tu_group *group;
	struct member *next, **at; /* at: what points here */
	tutti_future *future;
};

struct child {
	struct tu_call call;
	struct member member;
};
_Static_assert(sizeof(struct child) <= 128, "a child is a block of the pool");

enum { GRANTED_LOOK, GRANTED_STOP }; /* why a joiner was woken */

/*
 * Nearly always there is no other member. The CPU guesses that from the branches and need not wait
 * for the last child's words to be read back; the fence keeps the compiler from merging the cases.
 */
static void link_member(struct tu_group *g, struct member *m)
{
	m->at = &g->members;
	m->next = NULL;
	tu_fence_compiler();
	if (tu_unlikely(g->members)) {
		m->next = g->members;
		m->next->at = &m->next;
	}
	g->members = m;
}

static void unlink_member(struct tu_group *g, struct member *m)
{
	if (tu_likely(g->members == m && !m->next)) {
		g->members = NULL;
		return;
	}
	*m->at = m->next;
	if (m->next)
		m->next->at = m->at;
}

/*
 * After a fork only those are left who go on in the child; and ending, of which it is being told
 * that it has ended.
 */
static __attribute__((noinline)) void renew(struct tu_group *g, const struct member *ending)
{
	struct member *m, **at = &g->members;

	g->age = tu_future_age;
	g->alive = 0;
	while ((m = *at) != NULL) {
		if (m != ending && tu_future_word(m->future) & TU_FUTURE_DONE) {
			*at = m->next;
			continue;
		}
		m->at = at;
		at = &m->next;
		g->alive++;
	}
}

static void keep_up(struct tu_group *g, const struct member *ending)
{
	if (tu_unlikely(g->age != tu_future_age))
		renew(g, ending);
}

/* -- stopping --------------------------------------------------------------------------------- */

static bool is_stopped(const struct tu_group *g)
{
	return tu_load_rlx(&g->stop); /* a flag by itself: nothing is read that depends on it */
}

/* Tell those who have begun. On the group's thread. */
static void tell(struct tu_group *g)
{
	if (g->told)
		return;
	g->told = true;
	for (struct member *m = g->members; m; m = m->next)
		tutti_future_cancel(m->future);
}

static void stop(struct tu_group *g)
{
	tu_store_rlx(&g->stop, 1); /* see is_stopped */
	tell(g);
}

/* Let those who join look again, or go. */
static void wake_joiners(struct tu_group *g, int why)
{
	struct tu_bucket *b = tu_lot_lock(g);
	struct tu_wakes wakes = { 0 };
	struct tu_waiter *w;

	if (why == GRANTED_STOP)
		tu_store_rlx(&g->stop, 1); /* see is_stopped; the lock is for who joins */
	while ((w = tu_lot_first(b, g)) != NULL)
		tu_lot_grant(b, w, why, &wakes);
	tu_lot_unlock(b);
	tu_wakes_flush(&wakes);
}

void tutti_group_cancel(tutti_group *group)
{
	struct tu_group *g = (struct tu_group *)group;

	tu_point(TU_OP_FUTURE_CANCEL, NULL);
	if (tu_load_rlx(&g->worker) == tu_worker_self()) /* only its own thread finds itself */
		stop(g);
	else
		wake_joiners(g, GRANTED_STOP);
}

/* -- failures --------------------------------------------------------------------------------- */

static void note_failure(struct tu_group *g, const tutti_future *f, int code, const char *text)
{
	if (tu_failures_note(&g->failures, f, code, text))
		stop(g);
}

/* f, of which the caller has a reference, is done. */
static void note_end(struct tu_group *g, tutti_future *f)
{
	int code = tu_future_outcome(f);

	if (tu_future_word(f) & TU_FUTURE_FAILED)
		note_failure(g, f, code, tutti_future_text(f));
}

static void leave(struct tu_group *g)
{
	if (--g->alive == 0 && g->joining)
		wake_joiners(g, GRANTED_LOOK);
}

/* -- children --------------------------------------------------------------------------------- */

static void child_free(tutti_future *f)
{
	tu_pool_give(tu_worker_self()->pools, TU_POOL_128, f);
}

static const struct tu_future_ops child_ops = { .kind = TU_FUTURE_TASK,
	.noun = "task",
	.begun = tu_call_begun,
	.interrupt = tu_call_interrupt,
	.free = child_free,
	.name = tu_task_name };

/* Its function has returned, and something about that is out of the ordinary. */
static void end_oddly(struct child *c, struct tu_context *self, void *result)
{
	tutti_future *f = tutti_future_ref(&c->call.future);

	tu_call_end(&c->call, self, result);
	note_end(c->member.group, f);
	tutti_future_unref(f);
}

static void give_up(struct child *c, int rc)
{
	struct tu_group *g = c->member.group;

	if (tu_current->worker->telling)
		tu_task_tell_lost(&c->call.future);
	if (rc < 0 && rc != TUTTI_ECANCELED)
		note_failure(g, &c->call.future, rc, tutti_strerror(rc));
	child_free(&c->call.future);
	leave(g);
}

static void child_runs(struct tu_runnable *node, int rc)
{
	struct child *c = tu_container_of(node, struct child, call.node);
	struct tu_group *g = c->member.group;
	struct tu_context *self = tu_current;
	tutti_fn fn = c->call.future.value.start.fn;
	void *arg = c->call.future.value.start.arg;

	if (tu_unlikely(rc < 0 || is_stopped(g))) {
		give_up(c, rc);
		return;
	}
	tu_call_begin_unknown(&c->call, self);
	link_member(g, &c->member);
	tu_trace(TU_TRACE_TASK_START, self->id, (uintptr_t)fn, 0);
	arg = fn(arg);
	tu_trace(TU_TRACE_TASK_END, self->id, 0, 0);
	keep_up(g, &c->member);
	unlink_member(g, &c->member);
	if (tu_unlikely(!tu_call_is_plain(self)))
		end_oddly(c, self, arg);
	else if (tu_likely(tu_call_end_unknown(&c->call, self)))
		tu_pool_give(self->worker->pools, TU_POOL_128, c);
	else
		tu_call_end(&c->call, self, arg);
	leave(g);
}

static const struct tu_start child_start = { child_runs, TU_STACK_CLASS_USUAL, TU_CALL_NODE };

/* Is the group the calling thread's? A new one is from now on. */
static int enter(struct tu_group *g, struct tu_worker *here)
{
	if (tu_likely(g->worker == here)) {
		keep_up(g, NULL);
		return 0;
	}
	if (g->worker)
		return -EPERM;
	g->age = tu_future_age;
	tu_store_rlx(&g->worker, here); /* nobody else has any business with it */
	return 0;
}

int tutti_group_start(tutti_group *group, tutti_fn fn, void *arg)
{
	struct tu_group *g = (struct tu_group *)group;
	struct tu_worker *here = tu_worker_self();
	int rc = tu_likely(fn != NULL) ? enter(g, here) : -EINVAL;
	struct child *c;

	tu_point(TU_OP_GROUP_START, NULL);
	if (tu_unlikely(rc < 0))
		return rc;
	if (tu_unlikely(is_stopped(g)) || tu_worker_is_closed(here)) {
		if (is_stopped(g))
			tell(g);
		return TUTTI_ESHUTDOWN;
	}
	c = tu_pool_take(here->pools, TU_POOL_128);
	if (tu_unlikely(!c))
		return -ENOMEM;

	__builtin_prefetch(here->pools[TU_POOL_128].free, 1); /* for the next child */
	tu_call_init(&c->call, &child_ops, here, 1);
	c->call.future.value.start.fn = fn;
	c->call.future.value.start.arg = arg;
	c->call.future.size = ++here->task_number;
	c->call.node.job = &child_start;
	c->member.group = g;
	c->member.future = &c->call.future;
	g->alive++;
	tu_worker_push(here, &c->call.node);
	return 0;
}

/* -- what was added --------------------------------------------------------------------------- */

static void added_ends(tutti_future *f, void *arg)
{
	struct member *m = arg;
	struct tu_group *g = m->group;

	keep_up(g, m);
	unlink_member(g, m);
	note_end(g, f);
	tu_free(m);
	tutti_future_unref(f);
	leave(g);
}

int tutti_group_add(tutti_group *group, tutti_future *f)
{
	struct tu_group *g = (struct tu_group *)group;
	struct tu_context *self = tu_self();
	struct member *m;
	int rc;

	tu_point(TU_OP_GROUP_START, NULL);
	if (!f)
		return -EINVAL;
	rc = tu_future_is_caller(self, f) ? -EDEADLK : enter(g, self->worker);
	if (rc < 0)
		return rc;
	m = tu_alloc(sizeof(*m));
	if (!m)
		return -ENOMEM;
	*m = (struct member){ .group = g, .future = f };
	link_member(g, m);
	g->alive++;
	tutti_future_ref(f); /* the group's own may be gone at once */
	rc = tu_future_call_back(f, self->worker, added_ends, m);
	if (rc < 0) {
		unlink_member(g, m);
		tu_free(m);
		g->alive--;
	} else if (is_stopped(g)) {
		tell(g);
		tutti_future_cancel(f);
	}
	if (g->would_lend && tu_job_wait_may_lend(f))
		wake_joiners(g, GRANTED_LOOK);
	tutti_future_unref(f);
	return rc;
}

/* -- joining ---------------------------------------------------------------------------------- */

static bool is_child_of(const struct tu_context *self, const struct tu_group *g)
{
	const tutti_future *f = self->self;

	return f && f->ops == &child_ops && ((const struct child *)f)->member.group == g;
}

/* Wait once. 0, or TUTTI_ECANCELED; for no reason too. */
static int wait(struct tu_context *self, struct tu_group *g, unsigned flags)
{
	struct tu_waiter me = { .context = self, .looks_again = true, .op = TU_OP_GROUP_JOIN };
	struct tu_bucket *b = tu_lot_lock(g);
	int rc;

	if (is_stopped(g) && !g->told) { /* from elsewhere, since we looked */
		tu_lot_unlock(b);
		return 0;
	}
	g->joining = true;
	tu_lot_enqueue(b, &me, g);
	tu_lot_unlock(b);
	rc = tu_wait(self, &me, TUTTI_FOREVER, flags, &b);
	if (rc < 0)
		tu_lot_unlock(b);
	return rc;
}

/* In a job: members that are jobs of the same pool may need the seat meanwhile. */
static void lend_seat(const struct tu_group *g, struct tu_job_wait *lent)
{
	for (const struct member *m = g->members; m && !lent->job; m = m->next)
		tu_job_wait_many_begins(&m->future, 1, lent);
}

static int wait_for_all(struct tu_context *self, struct tu_group *g)
{
	struct tu_job_wait lent = { .job = NULL };
	int rc = tu_cancel_pending(self);

	while (keep_up(g, NULL), g->alive > 0) {
		if (self->job && !lent.job)
			lend_seat(g, &lent);
		g->would_lend = self->job && !lent.job;
		if (rc < 0 || is_stopped(g))
			stop(g);
		if (wait(self, g, rc < 0 ? 0 : TU_WAIT_CANCELABLE) < 0)
			rc = TUTTI_ECANCELED;
	}
	if (lent.job)
		tu_job_wait_over(&lent);
	return rc;
}

/* As new. From elsewhere a cancel may be looking, or store in stop, just now. */
static void reset(struct tu_group *g)
{
	g->members = NULL;
	g->told = g->joining = g->would_lend = false;
	tu_store_rlx(&g->stop, 0u); /* as in stop and enter: words by themselves */
	tu_store_rlx(&g->worker, (struct tu_worker *)NULL);
}

int tutti_group_join(tutti_group *group)
{
	struct tu_group *g = (struct tu_group *)group;
	struct tu_context *self = tu_self();
	int rc = enter(g, self->worker), failed;

	tu_point(TU_OP_GROUP_JOIN, group);
	if (rc == 0 && is_child_of(self, g))
		rc = -EDEADLK;
	if (rc < 0)
		return rc;
	rc = wait_for_all(self, g);
	failed = tu_failures_tell(&g->failures, self);
	reset(g);
	return failed < 0 ? failed : rc;
}

/* clang-format off */
TU_FACTS(group,
	TU_FACT_ADDRESS("child.ops", &child_ops),
	TU_FACT_AT("child.group", struct child, member.group),
	TU_FACT_SIZE("group.size", struct tu_group));
/* clang-format on */
