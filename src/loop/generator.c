/* SPDX-License-Identifier: MIT */
/*
 * generator.c - functions that stand still between two items, each on a side stack (core/side.h).
 *
 * Who is resumed from outside is a root. It may delegate to a sub-generator, which may do the same:
 *
 *     caller <-- home -- root <-- parent -- sub <-- parent -- leaf
 *
 * The root knows the leaf and the leaf, while it runs, its root: so an item goes from the leaf to
 * the caller, and a value from the caller to the leaf, past all in between.
 *
 * All of it belongs to the worker where it has begun, and nothing is atomic. What the caller's
 * context has that is not the function's (a failure, the scopes around the call) is put aside while
 * it runs, and what the function leaves there at a yield is put aside until it goes on.
 */
#include "base/list.h"
#include "core/alloc.h"
#include "core/report.h"
#include "core/side.h"
#include "core/wait.h"

#include <errno.h>
#include <tutti/generator.h>

/* As tu_side_go: one return after it, not one for each helper. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

enum state { NEW, BEGUN, DONE };

struct tutti_generator {
	struct tu_place at;   /* where it stands, between begin and end */
	struct tu_place home; /* of a root: where its caller stands while it runs */
	struct tutti_generator *root, *leaf, *parent;
	struct tu_context *runner;          /* of a root: who runs it just now; NULL: nobody */
	struct tu_context *stack;           /* between begin and end */
	struct tu_scope *base;              /* the caller's innermost, while it runs */
	struct tu_scope *inner, *outermost; /* its own, while it does not; inner NULL: none */
	void *item, *sent;
	int thrown;
	bool yielded; /* of a root: came home with an item, not by its end */
	bool closing; /* of a root: it is being freed */
	bool told;    /* it has been told so */
	enum state state;
	int fail_code; /* the other side's failure: the caller's while it runs, else its own */
	char *fail_text;
	int error; /* as it ended */
	char *text;
	void *result;
	tutti_generator_fn fn;
	void *arg;
	struct tu_worker *worker; /* where it has begun */
	uint32_t number;          /* the worker's then: its thread may have ended */
	struct tu_runnable node;  /* to begin; to be freed at home */
};

tutti_generator *tutti_generator_create(tutti_generator_fn fn, void *arg)
{
	tutti_generator *g = tu_alloc_zero(sizeof(*g));

	if (!g)
		return NULL;
	g->fn = fn;
	g->arg = arg;
	g->leaf = g;
	return g;
}

/* -- what is not shared with the caller ------------------------------------------------------- */

static void swap_failures(tutti_generator *g, struct tu_context *self)
{
	int code = self->fail_code;
	char *text = self->fail_text;

	self->fail_code = g->fail_code;
	self->fail_text = g->fail_text;
	g->fail_code = code;
	g->fail_text = text;
}

static ALWAYS_INLINE void enter(tutti_generator *g, struct tu_context *self)
{
	g->base = self->scopes;
	if (tu_unlikely(g->inner)) {
		g->outermost->outer = g->base;
		self->scopes = g->inner;
		g->inner = NULL;
	}
	if (tu_unlikely(g->fail_code | self->fail_code))
		swap_failures(g, self);
}

static ALWAYS_INLINE void leave(tutti_generator *g, struct tu_context *self)
{
	if (tu_unlikely(self->scopes != g->base)) {
		g->inner = g->outermost = self->scopes;
		while (g->outermost->outer != g->base)
			g->outermost = g->outermost->outer;
		self->scopes = g->base;
	}
	if (tu_unlikely(g->fail_code | self->fail_code))
		swap_failures(g, self);
}

/* -- beginning and ending --------------------------------------------------------------------- */

/* On its stack, after its function. Nothing of g is touched once its caller may have freed it. */
static void end(tutti_generator *g, void *result)
{
	struct tu_context *self = tu_current, *stack = g->stack;
	tutti_generator *root = g->root, *parent = g->parent;

	g->state = DONE;
	g->stack = NULL;
	g->result = result;
	g->error = self->fail_code;
	g->text = self->fail_text;
	self->fail_code = 0;
	self->fail_text = NULL;
	g->parent = NULL;
	if (parent) {
		root->leaf = parent;
		parent->root = root;
	} else {
		root->yielded = false;
	}
	tu_side_end(stack, parent ? &parent->at : &root->home);
}

static void generator_begins(struct tu_runnable *node, int rc)
{
	tutti_generator *g = tu_container_of(node, struct tutti_generator, node);

	(void)rc; /* its caller waits for it, also while the loop ends */
	end(g, g->fn(g, g->arg));
}

static const struct tu_start begin_start = { generator_begins, TU_STACK_CLASS_USUAL, 0 };

static __attribute__((noinline)) int take_stack(tutti_generator *g, struct tu_worker *here)
{
	if (g->state == DONE)
		return TUTTI_EDONE;
	g->stack = tu_context_take(here, TU_STACK_CLASS_USUAL);
	if (!g->stack)
		return -ENOMEM;
	g->worker = here;
	g->number = here->number;
	g->node.job = &begin_start;
	return 0;
}

/* Can it go on here? One that is new gets its stack. */
static ALWAYS_INLINE int prepare(tutti_generator *g, struct tu_worker *here)
{
	if (g->runner || g->parent)
		return -EBUSY;
	if (tu_likely(g->state == BEGUN))
		return tu_likely(g->worker == here && g->number == here->number) ? 0 : -EPERM;
	return take_stack(g, here);
}

/* Let leaf go on, for root; from is where we stand. */
static ALWAYS_INLINE void run(tutti_generator *leaf, tutti_generator *root, struct tu_place *from)
{
	leaf->root = root;
	if (tu_likely(leaf->state == BEGUN)) {
		tu_side_go(from, &leaf->at);
		return;
	}
	leaf->state = BEGUN;
	tu_side_begin(from, leaf->stack, &leaf->node);
}

/* -- from outside ----------------------------------------------------------------------------- */

static ALWAYS_INLINE void resume(
	tutti_generator *g, struct tu_context *self, void *sent, int thrown)
{
	tutti_generator *leaf = g->leaf;

	leaf->sent = sent;
	leaf->thrown = thrown;
	g->runner = self;
	enter(g, self);
	run(leaf, g, &g->home);
	leave(g, self);
	g->runner = NULL;
}

static ALWAYS_INLINE int step(tutti_generator *g, void *sent, int thrown, void **item)
{
	struct tu_context *self = tu_self();
	int rc = prepare(g, self->worker);

	if (tu_unlikely(rc < 0))
		return rc;
	resume(g, self, sent, thrown);
	if (tu_unlikely(!g->yielded))
		return g->error < 0 ? g->error : TUTTI_EDONE;
	if (item)
		*item = g->item;
	return 0;
}

TU_ARCH_RETURNS_ASTRAY int tutti_generator_next(tutti_generator *g, void **item)
{
	return step(g, NULL, 0, item);
}

TU_ARCH_RETURNS_ASTRAY int tutti_generator_send(tutti_generator *g, void *value, void **item)
{
	if (value && g->state == NEW)
		return -EINVAL;
	return step(g, value, 0, item);
}

TU_ARCH_RETURNS_ASTRAY int tutti_generator_throw(tutti_generator *g, int code, void **item)
{
	if (code >= 0)
		return -EINVAL;
	if (g->state != NEW)
		return step(g, NULL, code, item);
	g->state = DONE;
	g->error = code;
	return code;
}

int tutti_generator_result(const tutti_generator *g, void **result)
{
	if (g->state != DONE)
		return TUTTI_EPENDING;
	if (g->error == 0 && result)
		*result = g->result;
	return g->error;
}

const char *tutti_generator_text(const tutti_generator *g)
{
	if (g->state != DONE || g->error == 0)
		return "";
	return g->text ? g->text : tutti_strerror(g->error);
}

/* -- freeing ---------------------------------------------------------------------------------- */

/* It yields although it was told to end: drop its stack. Those it delegates to stand on theirs. */
static void abandon(tutti_generator *g)
{
	tu_report(TUTTI_ECANCELED, "a generator went on after its yield had said TUTTI_ECANCELED: "
				   "it was ended where it stood");
	for (tutti_generator *sub = g->leaf, *parent; sub != g; sub = parent) {
		parent = sub->parent;
		sub->root = NULL;
		if (parent == g) {
			sub->parent = NULL;
			sub->leaf = g->leaf;
		}
	}
	tu_side_drop(g->stack);
}

static void release(tutti_generator *g)
{
	tu_free(g->text);
	tu_free(g->fail_text);
	tu_free(g);
}

static void close_here(tutti_generator *g, struct tu_context *self)
{
	tu_check(!g->runner && !g->parent, "a generator is freed while it is running");
	if (g->state == BEGUN) {
		g->closing = true;
		g->leaf->told = true;
		resume(g, self, NULL, TUTTI_ECANCELED);
		if (g->yielded)
			abandon(g);
	}
	release(g);
}

static void free_arrives(struct tu_runnable *node, int rc)
{
	(void)rc;
	close_here(tu_container_of(node, struct tutti_generator, node), tu_current);
}

static const struct tu_start free_start = { free_arrives, TU_STACK_CLASS_USUAL, 0 };

void tutti_generator_free(tutti_generator *g)
{
	struct tu_context *self;

	if (!g)
		return;
	self = tu_self();
	if (g->state != BEGUN || (g->worker == self->worker && g->number == self->worker->number)) {
		close_here(g, self);
		return;
	}
	g->node.job = &free_start;
	if (tu_worker_post_to(g->worker, g->number, &g->node))
		return;
	tu_report(TUTTI_ECANCELED, "a generator outlived the thread where it had begun: what was "
				   "on its stack is lost");
	release(g);
}

/* -- from inside ------------------------------------------------------------------------------ */

static ALWAYS_INLINE bool is_running(const tutti_generator *g)
{
	const tutti_generator *root = g->root;

	return g->state == BEGUN && root && root->leaf == g && root->runner == tu_current;
}

/* It is being freed, and is told so if it has not been. */
static bool tell(tutti_generator *g)
{
	bool told = g->told;

	g->told = true;
	return !told;
}

/* Stand still with an item; what is thrown in. */
static ALWAYS_INLINE int stand_still(tutti_generator *self, void *item)
{
	tutti_generator *root = self->root;

	root->item = item;
	root->yielded = true;
	tu_side_go(&self->at, &root->home);
	return self->thrown;
}

TU_ARCH_RETURNS_ASTRAY int tutti_generator_yield(tutti_generator *self, void *item, void **sent)
{
	int rc;

	if (tu_unlikely(!is_running(self)))
		return -EINVAL;
	if (tu_unlikely(self->root->closing) && tell(self))
		return TUTTI_ECANCELED;
	rc = stand_still(self, item);
	if (rc == 0 && sent)
		*sent = self->sent;
	return rc;
}

/* Begin sub, or let it go on, until it has ended. */
static void run_sub(tutti_generator *self, tutti_generator *sub)
{
	sub->parent = self;
	self->root->leaf = sub->leaf;
	sub->leaf->sent = NULL;
	sub->leaf->thrown = 0;
	enter(sub, tu_current);
	run(sub->leaf, self->root, &self->at);
	if (tu_unlikely(sub->fail_code)) /* ours, from before: it has ended and has none */
		swap_failures(sub, tu_current);
}

int tutti_generator_delegate(tutti_generator *self, tutti_generator *sub, void **result)
{
	int rc;

	if (!is_running(self))
		return -EINVAL;
	if (tu_unlikely(self->root->closing))
		return tell(self) ? TUTTI_ECANCELED : stand_still(self, NULL);
	rc = prepare(sub, tu_current->worker);
	if (rc < 0 && rc != TUTTI_EDONE)
		return rc;
	if (rc == 0)
		run_sub(self, sub);
	if (tu_unlikely(self->root->closing) && tell(self)) /* since it began; sub knows */
		return TUTTI_ECANCELED;
	return tutti_generator_result(sub, result);
}
