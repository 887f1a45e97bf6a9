/* SPDX-License-Identifier: MIT */
/* choice.c - see choice.h. */
#include "sync/choice.h"

#include "core/alloc.h"
#include "core/wait.h"
#include "core/worker.h"

#include <errno.h>

enum { FEW = 16, SPINS = 8 };

static const struct tu_case_kind *kind_of(const struct tu_choice *choice, const tutti_case *c)
{
	return choice->kinds[c->priv.kind];
}

static int look(const tutti_case *c, const struct tu_case_kind *kind, bool spinning)
{
	if (!c->priv.object || (spinning && kind->kernel))
		return TU_CASE_WAITS;
	return kind->look(c);
}

static int look_at_all(const struct tu_choice *choice, bool spinning)
{
	size_t at = choice->first;

	for (size_t i = 0; i < choice->n; i++) {
		tutti_case *c = &choice->cases[at];
		int code = look(c, kind_of(choice, c), spinning);

		if (code != TU_CASE_WAITS) {
			c->code = code;
			return (int)at;
		}
		at = at + 1 < choice->n ? at + 1 : 0;
	}
	return -1;
}

int tu_choice_look(const struct tu_choice *choice)
{
	return look_at_all(choice, false);
}

/* *queued receives how many have their option queued. As the kinds' enqueue: 1 if all have. */
static int enqueue_all(struct tu_choice *choice, struct tu_option *options, size_t *queued)
{
	struct tu_context *self = tu_self();
	int rc = 1;

	for (size_t i = 0; i < choice->n; i++) {
		const tutti_case *c = &choice->cases[i];

		options[i] = (struct tu_option){ .waiter = { .context = self, .optional = true },
			.taken = &choice->taken,
			.number = (uint32_t)i + 1 };
		*queued = i;
		if (c->priv.object)
			rc = kind_of(choice, c)->enqueue(c, &options[i].waiter);
		if (rc <= 0)
			return rc;
	}
	*queued = choice->n;
	return rc;
}

/* Unless somebody has taken it off. */
static void step_out(const struct tu_case_kind *kind, struct tu_waiter *w)
{
	struct tu_bucket *b;

	/* [grant-1] acquire: as in tu_wait. Whoever granted it has taken it off. */
	if (tu_load_acq(&w->granted))
		return;
	b = tu_lot_lock_waiter(w);
	if (w->next) {
		tu_lot_remove(b, w);
		if (kind->left)
			kind->left((void *)tu_load_rlx(&w->key), b); /* under its lock */
	}
	tu_lot_unlock(b);
}

static void leave(const struct tu_case_kind *kind, const tutti_case *c, struct tu_waiter *w)
{
	step_out(kind, w);
	if (kind->over)
		kind->over(c, w);
}

static void leave_all(const struct tu_choice *choice, struct tu_option *options, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (choice->cases[i].priv.object)
			leave(kind_of(choice, &choice->cases[i]), &choice->cases[i],
				&options[i].waiter);
}

/* A fork has emptied the lot: those beside them are gone. Alone, but there, they can leave. */
static void put_back(struct tu_option *options, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct tu_waiter *w = &options[i].waiter;
		struct tu_bucket *b;

		if (!w->next)
			continue;
		b = tu_lot_lock_waiter(w);
		tu_lot_enqueue(b, w, tu_load_rlx(&w->key)); /* under its lock */
		tu_lot_unlock(b);
	}
}

/*
 * Once. As tu_wait_for, or 0 because there is something to look at; first says where, and taken
 * whether it was claimed. Nobody else knows of the options afterwards. Or the error of an enqueue.
 */
static int wait_once(struct tu_choice *choice, struct tu_option *options, int64_t deadline)
{
	uint64_t age = tu_fork_ids.below;
	size_t queued;
	int rc;

	choice->taken = 0; /* nobody knows of it yet */
	rc = enqueue_all(choice, options, &queued);
	if (rc > 0)
		rc = tu_wait_for(tu_self(), &choice->taken, deadline, TU_WAIT_CANCELABLE);
	else
		choice->first = queued;
	if (age != tu_fork_ids.below)
		put_back(options, queued);
	leave_all(choice, options, queued);
	if (choice->taken) /* under a lock that was ours since, or acquired in tu_wait_for */
		choice->first = choice->taken - 1;
	return rc;
}

/* Was it claimed, and with that given to us? Then it is done, and the answer is there. */
static bool was_given(const struct tu_choice *choice, const struct tu_option *options)
{
	tutti_case *c;

	if (!choice->taken)
		return false;
	c = &choice->cases[choice->first];
	if (kind_of(choice, c)->given)
		c->code = options[choice->first].waiter.answer;
	return kind_of(choice, c)->given;
}

static int wait_with(struct tu_choice *choice, struct tu_option *options, int64_t deadline)
{
	int rc, done;

	do {
		rc = wait_once(choice, options, deadline);
		/* Also if it was cancelled or ran out of time: what was claimed for it is not left
		   lying, as nobody else was woken for that. */
		done = was_given(choice, options) ? (int)choice->first : tu_choice_look(choice);
	} while (done < 0 && rc == 0);
	return done < 0 ? rc : done;
}

/* The other side is probably running on another CPU; as in ring_queue.c. */
static int spin(const struct tu_choice *choice)
{
	const struct tu_worker *w = tu_worker_self();
	int done = -1;

	for (int i = 0; i < SPINS && !w->head && done < 0 && !tu_single_cpu(); i++) {
		tu_pause_briefly();
		done = look_at_all(choice, true);
	}
	return done;
}

static int wait_with_few(struct tu_choice *choice, int64_t deadline)
{
	struct tu_option options[FEW];

	return wait_with(choice, options, deadline);
}

int tu_choice_wait(struct tu_choice *choice, int64_t deadline)
{
	struct tu_option *options;
	int rc = spin(choice);

	if (rc >= 0)
		return rc;
	if (choice->n <= FEW)
		return wait_with_few(choice, deadline);
	options = tu_alloc(choice->n * sizeof(*options));
	if (!options)
		return -ENOMEM;
	rc = wait_with(choice, options, deadline);
	tu_free(options);
	return rc;
}
