/* SPDX-License-Identifier: MIT */
/* sleep.c - actors that sleep: on a word or several, in a poller, until a deadline. */
#include "sim/machine_inside.h"

#include "base/bits.h"
#include "core/family.h"
#include "sim/baton.h"
#include "sim/troupe.h"

enum { BUCKETS = 64 };

static struct tu_list sleepers[BUCKETS]; /* by the word they sleep on; in the order of going */

static bool due_before(const struct tu_heap_node *a, const struct tu_heap_node *b)
{
	const struct tu_actor *x = tu_container_of(a, struct tu_actor, due);
	const struct tu_actor *y = tu_container_of(b, struct tu_actor, due);

	return x->deadline != y->deadline ? x->deadline < y->deadline : x->went < y->went;
}

void tu_machine_awake(struct tu_actor *a, bool timed_out)
{
	if (a->word)
		tu_list_remove(&a->link);
	if (a->poller)
		tu_list_remove(&a->polling);
	if (a->words)
		tu_list_remove(&a->on_words);
	if (a->sleeper && tu_troupe)
		tu_troupe_awake(a);
	a->poller = NULL;
	a->words = NULL;
	if (tu_heap_has(&a->due))
		tu_heap_remove(&tu_machine.due, &a->due, due_before);
	a->timed_out = timed_out;
	if (!timed_out)
		a->unsure = tu_machine.changes;
	tu_machine_ready(a);
}

/* -- on a word, or until a deadline ------------------------------------------------------------ */

static struct tu_list *bucket_of(const uint32_t *word)
{
	return &sleepers[tu_hash_pointer(word) % BUCKETS];
}

bool tu_machine_sleep(uint32_t *word, int64_t deadline)
{
	struct tu_machine *m = &tu_machine;
	struct tu_actor *self = m->running;

	self->state = TU_ACTOR_ASLEEP;
	self->word = word;
	self->deadline = deadline;
	self->went = ++m->order;
	if (self->doing)
		tu_machine_change();
	self->doing = false;
	self->timed_out = false;
	if (word)
		tu_list_add_tail(bucket_of(word), &self->link);
	if (deadline != INT64_MAX)
		tu_heap_add(&m->due, &self->due, due_before);
	if (self->words && tu_troupe)
		tu_troupe_sleeps(self);
	tu_machine_give_way();
	return self->timed_out;
}

unsigned tu_machine_wake(uint32_t *word, unsigned n)
{
	unsigned woken = 0;

	tu_list_each_safe(link, bucket_of(word)) {
		struct tu_actor *a = tu_actor_of(link);

		if (woken == n)
			break;
		if (a->word != word)
			continue;
		tu_machine_awake(a, false);
		woken++;
	}
	return woken;
}

void tu_machine_forget_sleepers(void)
{
	for (size_t i = 0; i < BUCKETS; i++)
		tu_list_init(&sleepers[i]);
}

/* -- in a poller ------------------------------------------------------------------------------- */

static struct tu_actor *polling_of(const struct tu_link *link)
{
	return tu_container_of((struct tu_link *)link, struct tu_actor, polling);
}

bool tu_machine_sleep_in(const struct tu_os_poller *p, int64_t deadline)
{
	struct tu_actor *self = tu_machine.running;

	self->poller = p;
	tu_list_add_tail(&tu_machine.polling, &self->polling);
	return tu_machine_sleep(NULL, deadline);
}

void tu_machine_wake_in(const struct tu_os_poller *p)
{
	tu_list_each_safe(link, &tu_machine.polling)
		if (polling_of(link)->poller == p)
			tu_machine_awake(polling_of(link), false);
}

void tu_machine_look_at_pollers(void)
{
	tu_list_each_safe(link, &tu_machine.polling) {
		struct tu_actor *a = polling_of(link);

		if (tu_os_fd_look(a->poller->fd, TU_OS_READABLE) > 0)
			tu_machine_awake(a, false);
	}
}

/* -- on words of other processes --------------------------------------------------------------- */

static struct tu_actor *on_words_of(const struct tu_link *link)
{
	return tu_container_of((struct tu_link *)link, struct tu_actor, on_words);
}

/* Its own word comes first: by that its worker is woken as ever. */
bool tu_machine_sleep_on(const struct tu_os_word *words, size_t n, int64_t deadline)
{
	struct tu_actor *self = tu_machine.running;

	self->words = words;
	self->n_words = n;
	tu_list_add_tail(&tu_machine.on_words, &self->on_words);
	return tu_machine_sleep((uint32_t *)(uintptr_t)words->at, deadline);
}

static bool sleeps_on(const struct tu_actor *a, const uint32_t *word)
{
	for (size_t i = 0; i < a->n_words; i++)
		if (a->words[i].at == (uintptr_t)word)
			return true;
	return false;
}

unsigned tu_machine_wake_on(uint32_t *word, unsigned n)
{
	unsigned woken = 0;

	tu_list_each_safe(link, &tu_machine.on_words) {
		if (woken == n)
			break;
		if (!sleeps_on(on_words_of(link), word))
			continue;
		tu_machine_awake(on_words_of(link), false);
		woken++;
	}
	return woken;
}

static bool any_has_changed(const struct tu_actor *a)
{
	for (size_t i = 1; i < a->n_words; i++) {
		const struct tu_os_word *word = &a->words[i];

		/* Relaxed: the actor looks again. */
		if (tu_load_rlx((uint32_t *)(uintptr_t)word->at) != (uint32_t)word->expected)
			return true;
	}
	return false;
}

/* Other processes change them, whose wakes do not reach us. Alone, a wake is to be waited for. */
void tu_machine_look_at_words(void)
{
	if (tu_list_empty(&tu_machine.on_words) || tu_family_alone())
		return;
	tu_list_each_safe(link, &tu_machine.on_words)
		if (any_has_changed(on_words_of(link)))
			tu_machine_awake(on_words_of(link), false);
}
