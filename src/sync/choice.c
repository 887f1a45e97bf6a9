/* SPDX-License-Identifier: MIT */
/* choice.c - see choice.h. */
#include "sync/choice.h"

#include "core/alloc.h"
#include "core/wait.h"
#include "core/word.h"
#include "core/worker.h"

#include <errno.h>

enum { FEW = 16, SPINS = 8 };

/* What waits for one of the cases. */
struct place {
	bool by_word;
	union {
		struct tu_option option;
		struct tu_word_place word;
	};
};

static const struct tu_case_kind *kind_of(const struct tu_choice *choice, const tutti_case *c)
{
	if (c->priv.kind == TUTTI_CASE_OTHER)
		return (const struct tu_case_kind *)(uintptr_t)c->priv.reserved;
	return choice->kinds[c->priv.kind];
}

/* Of a case with an object: NULL if that is this process' alone. */
static const struct tu_case_words *words_of(const struct tu_choice *choice, const tutti_case *c)
{
	const struct tu_case_words *words = kind_of(choice, c)->words;

	return words && words->is_shared(c->priv.object) ? words : NULL;
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

static int enter(struct tu_choice *choice, size_t i, struct place *place)
{
	const tutti_case *c = &choice->cases[i];
	const struct tu_case_words *words = words_of(choice, c);
	struct tu_context *self = tu_self();
	uint32_t *word, value;

	place->by_word = words != NULL;
	if (words) {
		place->word = (struct tu_word_place){
			.context = self, .over = &choice->taken, .number = (uint32_t)i + 1
		};
		return words->announce(c, &word, &value) ? tu_word_enter(&place->word, word, value)
							 : 0;
	}
	place->option = (struct tu_option){ .waiter = { .context = self, .optional = true },
		.taken = &choice->taken,
		.number = (uint32_t)i + 1 };
	return kind_of(choice, c)->enqueue(c, &place->option.waiter);
}

/* *queued receives how many have their place. As the kinds' enqueue: 1 if all have. */
static int enter_all(struct tu_choice *choice, struct place *places, size_t *queued)
{
	int rc = 1;

	for (size_t i = 0; i < choice->n; i++) {
		*queued = i;
		places[i] = (struct place){ .by_word = false };
		if (choice->cases[i].priv.object)
			rc = enter(choice, i, &places[i]);
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

/* Nobody but us looks at the word: if it has changed and we have not seen it yet, we do now. */
static void leave_word(struct tu_choice *choice, struct tu_word_place *w)
{
	uint32_t none = 0;

	/* [flag-1] acquire: what else was claimed; our own claim is for ourselves */
	if (tu_word_leave(w))
		tu_cas_acqrel(&choice->taken, &none, w->number);
}

static void leave(struct tu_choice *choice, const tutti_case *c, struct place *place)
{
	const struct tu_case_kind *kind = kind_of(choice, c);

	if (place->by_word) {
		leave_word(choice, &place->word);
		return;
	}
	step_out(kind, &place->option.waiter);
	if (kind->over)
		kind->over(c, &place->option.waiter);
}

static void leave_all(struct tu_choice *choice, struct place *places, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (choice->cases[i].priv.object)
			leave(choice, &choice->cases[i], &places[i]);
}

/* A fork has emptied the lot: those beside them are gone. Alone, but there, they can leave. */
static void put_back(const struct tu_choice *choice, struct place *places, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct tu_waiter *w = &places[i].option.waiter;
		struct tu_bucket *b;

		if (!choice->cases[i].priv.object || places[i].by_word || !w->next)
			continue;
		b = tu_lot_lock_waiter(w);
		tu_lot_enqueue(b, w, tu_load_rlx(&w->key)); /* under its lock */
		tu_lot_unlock(b);
	}
}

/* One of them, not just news? Under a lock that was ours since, or acquired in tu_wait_for. */
static bool was_claimed(const struct tu_choice *choice)
{
	return choice->taken && choice->taken <= choice->n;
}

/*
 * Once. As tu_wait_for, or 0 because there is something to look at; first says where, and taken
 * whether it was claimed. Nobody else knows of the places afterwards. Or the error of an enqueue.
 */
static int wait_once(struct tu_choice *choice, struct place *places, int64_t deadline)
{
	uint64_t age = tu_fork_ids.below;
	size_t queued;
	int rc;

	choice->taken = 0; /* nobody knows of it yet */
	rc = enter_all(choice, places, &queued);
	if (rc > 0)
		rc = tu_wait_for(
			tu_self(), &choice->taken, deadline, TU_WAIT_CANCELABLE, TU_OP_SELECT);
	else
		choice->first = queued;
	if (age != tu_fork_ids.below)
		put_back(choice, places, queued);
	leave_all(choice, places, queued);
	if (was_claimed(choice))
		choice->first = choice->taken - 1;
	return rc;
}

/* Was it claimed, and with that given to us? Then it is done, and the answer is there. */
static bool was_given(const struct tu_choice *choice, const struct place *places)
{
	const struct place *place;
	const struct tu_case_kind *kind;
	tutti_case *c;
	bool given;

	if (!was_claimed(choice))
		return false;
	place = &places[choice->first];
	c = &choice->cases[choice->first];
	kind = kind_of(choice, c);
	given = kind->given;
	if (place->by_word) {
		bool (*happened)(const tutti_case *, uint32_t) = kind->words->happened;

		given = happened && happened(c, place->word.value);
	}
	if (given)
		c->code = place->by_word ? 0 : place->option.waiter.answer;
	return given;
}

static void pass_on_all(const struct tu_choice *choice)
{
	for (size_t i = 0; i < choice->n; i++) {
		const tutti_case *c = &choice->cases[i];
		const struct tu_case_words *words = c->priv.object ? words_of(choice, c) : NULL;

		if (words && words->pass_on)
			words->pass_on(c);
	}
}

/* An object that others keep from being looked at may say "look again" for ever. */
static int give_up(int64_t deadline)
{
	int rc = tu_cancel_pending(tu_self());

	return rc == 0 && tu_past(deadline) ? TUTTI_ETIMEDOUT : rc;
}

static int wait_with(struct tu_choice *choice, struct place *places, int64_t deadline)
{
	int rc, done;

	do {
		rc = wait_once(choice, places, deadline);
		/* Also if it was cancelled or ran out of time: what was claimed for it is not left
		   lying, as nobody else was woken for that. */
		done = was_given(choice, places) ? (int)choice->first : tu_choice_look(choice);
		if (done < 0 && rc == 0)
			rc = give_up(deadline);
	} while (done < 0 && rc == 0);
	pass_on_all(choice);
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
	struct place places[FEW];

	return wait_with(choice, places, deadline);
}

int tu_choice_wait(struct tu_choice *choice, int64_t deadline)
{
	struct place *places;
	int rc = spin(choice);

	if (rc >= 0)
		return rc;
	if (choice->n <= FEW)
		return wait_with_few(choice, deadline);
	places = tu_alloc(choice->n * sizeof(*places));
	if (!places)
		return -ENOMEM;
	rc = wait_with(choice, places, deadline);
	tu_free(places);
	return rc;
}
