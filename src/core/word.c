/* SPDX-License-Identifier: MIT */
/*
 * word.c - see word.h. All on the waiters' own thread, but tu_word_wake.
 *
 * Who waits for the same word and value stands in a ring, and one of the ring on the worker's list:
 * a thousand tasks that wait for one event are one word to look at.
 */
#include "core/word.h"

#include "core/crash_point.h"
#include "core/family.h"
#include "core/lot.h"
#include "core/wait.h"
#include "core/words.h"
#include "core/worker.h"

#include <errno.h>

enum { LOOKS = 64 }; /* at so many of the words in one look of a busy worker */

static struct tu_word_place *wait_of(struct tu_link *link)
{
	return tu_container_of(link, struct tu_word_place, link);
}

/* -- the worker's list ------------------------------------------------------------------------- */

static struct tu_word_place *find(struct tu_worker *w, const uint32_t *word, uint32_t value)
{
	tu_list_each(link, &w->waits_for_words.waits) {
		struct tu_word_place *one = wait_of(link);

		if (one->word == word && one->value == value)
			return one;
	}
	return NULL;
}

static void add(struct tu_worker *w, struct tu_word_place *me, uint32_t deaths, bool looked)
{
	struct tu_words *words = &w->waits_for_words;
	struct tu_word_place *same;

	if (w->words == 0) {
		tu_list_init(&words->waits);
		words->deaths = deaths;
	}
	words->looked = looked;
	same = find(w, me->word, me->value);
	if (same) {
		me->next = same;
		me->prev = same->prev;
		same->prev->next = me;
		same->prev = me;
		return;
	}
	me->next = me->prev = me;
	tu_list_add_tail(&words->waits, &me->link);
	words->version++;
	tu_show(&w->words, w->words + 1);
}

static void take_off_list(struct tu_worker *w, struct tu_word_place *me)
{
	tu_list_remove(&me->link);
	w->waits_for_words.version++;
	tu_show(&w->words, w->words - 1);
}

static void remove(struct tu_worker *w, struct tu_word_place *me)
{
	if (me->next == me) {
		take_off_list(w, me);
	} else if (tu_link_used(&me->link)) {
		tu_link_insert(&me->link, &me->next->link);
		tu_list_remove(&me->link);
	}
	me->next->prev = me->prev;
	me->prev->next = me->next;
	me->next = NULL;
}

static bool has_changed(const struct tu_word_place *me)
{
	/* Relaxed: whoever goes on because of it looks again, with the order that it needs. */
	return tu_load_rlx(me->word) != me->value;
}

/* The whole ring looks again, each at this or at something else that was quicker to tell. */
static uint32_t tell(struct tu_worker *w, struct tu_word_place *first)
{
	struct tu_word_place *me = first, *next;
	bool changed = has_changed(first); /* or somebody has died */
	uint32_t n = 0, none;

	take_off_list(w, first);
	do {
		next = me->next;
		me->next = NULL;
		none = 0;
		/* [flag-1] release, for tu_wait_for */
		tu_cas_acqrel(me->over, &none, changed ? me->number : (uint32_t)TU_WORD_NEWS);
		tu_unpark(me->context);
		n++;
		me = next;
	} while (me != first);
	return n;
}

/* [family-4] acquire: who is gone; from tell_all there */
static uint32_t deaths_now(void)
{
	return tu_load_acq(tu_family_deaths());
}

/*
 * While it is busy it does not look at all of very many each time: it goes round, by turning the
 * list.
 */
uint32_t tu_words_look(struct tu_worker *w, bool all)
{
	struct tu_words *words = &w->waits_for_words;
	uint32_t n = 0, deaths, count = w->words;
	bool died;

	if (tu_unlikely(tu_family_patience() != INT64_MAX))
		tu_family_look(tu_os_now());
	deaths = deaths_now();
	died = deaths != words->deaths;
	words->deaths = deaths;
	if (!all && !died && count > LOOKS)
		count = LOOKS;
	for (struct tu_link *link = words->waits.head.next, *next; count-- > 0; link = next) {
		struct tu_word_place *first = wait_of(link);

		next = link->next;
		if (died || has_changed(first)) {
			n += tell(w, first);
			continue;
		}
		tu_list_remove(link);
		tu_list_add_tail(&words->waits, link);
	}
	return n;
}

bool tu_words_changed(const struct tu_worker *w)
{
	if (deaths_now() != w->waits_for_words.deaths)
		return true;
	tu_list_each(link, &w->waits_for_words.waits)
		/* seq: see the end of word_helper.c */
		if (tu_load_seq(wait_of(link)->word) != wait_of(link)->value)
			return true;
	return false;
}

/* -- sleeping ---------------------------------------------------------------------------------- */

size_t tu_words_put(const struct tu_worker *w, struct tu_os_word *words, size_t n)
{
	tu_list_each(link, &w->waits_for_words.waits) {
		if (n == TU_OS_WORDS_MOST)
			break;
		tu_os_word_set(&words[n++], wait_of(link)->word, wait_of(link)->value, true);
	}
	return n;
}

static int64_t sooner(int64_t limit, int64_t duration)
{
	int64_t at;

	if (duration == INT64_MAX)
		return limit;
	at = tu_os_now() + duration;
	return at < limit ? at : limit;
}

void tu_words_sleep(struct tu_worker *w, int64_t limit)
{
	struct tu_words *words = &w->waits_for_words;
	struct tu_os_word *all = words->slept_on;
	size_t n = 2;

	tu_os_word_set(&all[0], &w->sleep, TU_WORKER_ASLEEP, false);
	tu_os_word_set(&all[1], tu_family_deaths(), words->deaths, true);
	n = tu_words_put(w, all, n);
	limit = sooner(limit, tu_family_patience());
	if (w->words > n - 2)
		limit = sooner(limit, TU_WORDS_LOOK_NS);
	tu_os_words_wait(all, n, limit);
}

void tu_words_forget(struct tu_worker *w)
{
	struct tu_words *words = &w->waits_for_words;

	tu_show(&w->words, 0);
	words->handed = 0;
	words->link = (struct tu_link){ 0 };
}

/* -- one wait ---------------------------------------------------------------------------------- */

/* Not even begun to wait: nobody has woken us. */
static int give_up_at_once(struct tu_context *self, int64_t deadline, unsigned flags)
{
	int rc = flags & TU_WAIT_CANCELABLE ? tu_cancel_pending(self) : 0;

	return rc == 0 && tu_past(deadline) ? TUTTI_ETIMEDOUT : rc;
}

int tu_word_enter(struct tu_word_place *me, uint32_t *word, uint32_t value)
{
	if (tu_family_self() == 0)
		return -ENOMEM;
	me->word = word;
	me->value = value;
	if (has_changed(me))
		return 0;
	me->age = tu_fork_ids.below;
	add(me->context->worker, me, deaths_now(), false);
	return 1;
}

bool tu_word_leave(struct tu_word_place *me)
{
	struct tu_worker *w = me->context->worker;

	if (me->age == tu_fork_ids.below) {
		if (me->next)
			remove(w, me);
		tu_words_take_back(w);
	}
	return has_changed(me);
}

int tu_word_wait_since(struct tu_context *self, uint32_t *word, uint32_t value, uint32_t deaths,
	int64_t deadline, unsigned flags)
{
	uint32_t over = 0;
	struct tu_word_place me = { .context = self,
		.word = word,
		.over = &over,
		.age = tu_fork_ids.below,
		.value = value,
		.number = 1 };
	int rc = give_up_at_once(self, deadline, flags);
	bool changed;

	if (rc < 0 || has_changed(&me) || deaths_now() != deaths)
		return rc;
	add(self->worker, &me, deaths, flags & TU_WAIT_LOOKED);
	rc = tu_wait_for(self, &over, deadline, flags, TU_OP_SHARED_WAIT);
	changed = tu_word_leave(&me);
	if (me.age != tu_fork_ids.below) /* it was forgotten */
		return 0;
	return rc < 0 && changed ? 0 : rc;
}

int tu_word_wait(
	struct tu_context *self, uint32_t *word, uint32_t value, int64_t deadline, unsigned flags)
{
	if (tu_family_self() == 0)
		return -ENOMEM;
	return tu_word_wait_since(self, word, value, deaths_now(), deadline, flags);
}

uint32_t tu_word_wake(uint32_t *word, uint32_t n)
{
	tu_crash_point();
	return tu_os_word_wake(word, n);
}
