/* SPDX-License-Identifier: MIT */
/* troupe_words.c - those of all processes who sleep on words that they share; see baton.h. */
#include "sim/baton.h"

#include "base/bits.h"
#include "core/context.h"
#include "os/os.h"
#include "sim/troupe_inside.h"

static struct tu_sleeper *sleeper_of(const struct tu_actor *a)
{
	return &tu_troupe->sleeper[a->sleeper - 1];
}

static uint32_t free_place(void)
{
	for (uint32_t i = 0; i < TU_TROUPE_SLEEPERS; i++)
		if (tu_troupe->sleeper[i].player == 0)
			return i;
	tu_panic("more threads sleep on shared words than a simulation has room for");
}

/* Of memory that is nobody else's it is what no other process has. */
static uint64_t key_of(const void *word)
{
	uint64_t key = tu_os_memory_key(word);

	return key ? key : tu_mix64((uintptr_t)word + ((uint64_t)tu_troupe_me << 48));
}

/* Who was woken for nothing and sleeps on in the same call keeps its place in the line. */
static uint64_t since(struct tu_actor *a)
{
	if (a->waits_in != a->calls + 1)
		a->waits_since = a->went;
	a->waits_in = a->calls + 1;
	return a->waits_since;
}

/* The first word is its own, and other processes do not know it. */
void tu_troupe_sleeps(struct tu_actor *a)
{
	uint32_t place = free_place();
	struct tu_sleeper *s = &tu_troupe->sleeper[place];

	if (place >= tu_troupe->sleepers)
		tu_troupe->sleepers = place + 1;
	s->player = tu_troupe_me + 1;
	s->went = since(a);
	s->ticket = 0;
	s->actor = (uintptr_t)a;
	s->n = 0;
	for (size_t i = 1; i < a->n_words; i++)
		s->keys[s->n++] = key_of((const void *)(uintptr_t)a->words[i].at);
	a->sleeper = place + 1;
}

void tu_troupe_awake(struct tu_actor *a)
{
	if (a->sleeper == 0)
		return;
	sleeper_of(a)->player = 0;
	a->sleeper = 0;
}

static bool sleeps_on(const struct tu_sleeper *s, uint64_t key)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->keys[i] == key)
			return true;
	return false;
}

/* The first who went to sleep there and was not woken. */
static struct tu_sleeper *first_on(uint64_t key)
{
	struct tu_sleeper *first = NULL;

	for (uint32_t i = 0; i < tu_troupe->sleepers; i++) {
		struct tu_sleeper *s = &tu_troupe->sleeper[i];

		if (s->player != 0 && s->ticket == 0 && (!first || s->went < first->went) &&
			sleeps_on(s, key))
			first = s;
	}
	return first;
}

static void wake(struct tu_sleeper *s)
{
	struct tu_player *p = &tu_troupe->player[s->player - 1];

	if (s->player - 1 == tu_troupe_me) {
		tu_machine_awake((struct tu_actor *)(uintptr_t)s->actor, false);
		return;
	}
	s->ticket = ++tu_machine.order;
	if (p->woken == 0)
		p->woken = s->ticket;
}

static bool any_sleeps(void)
{
	for (uint32_t i = 0; i < tu_troupe->sleepers; i++)
		if (tu_troupe->sleeper[i].player != 0 && tu_troupe->sleeper[i].ticket == 0)
			return true;
	return false;
}

unsigned tu_troupe_wake_on(uint32_t *word, unsigned n)
{
	struct tu_sleeper *s;
	unsigned woken = 0;
	uint64_t key;

	if (!any_sleeps()) /* so that a wake costs nothing as a rule */
		return 0;
	key = key_of(word);
	while (woken < n && (s = first_on(key)) != NULL) {
		wake(s);
		woken++;
	}
	return woken;
}

static struct tu_sleeper *first_woken_here(void)
{
	struct tu_sleeper *first = NULL;

	for (uint32_t i = 0; i < tu_troupe->sleepers; i++) {
		struct tu_sleeper *s = &tu_troupe->sleeper[i];

		if (s->player == tu_troupe_me + 1 && s->ticket != 0 &&
			(!first || s->ticket < first->ticket))
			first = s;
	}
	return first;
}

void tu_troupe_take_woken(void)
{
	struct tu_player *self = tu_troupe_self();
	struct tu_sleeper *s;

	while (self->woken != 0 && (s = first_woken_here()) != NULL) {
		struct tu_actor *a = (struct tu_actor *)(uintptr_t)s->actor;
		uint64_t ticket = s->ticket;

		tu_machine_awake(a, false);
		a->ticket = ticket;
	}
	self->woken = 0;
}

void tu_troupe_forget_sleepers(uint32_t player)
{
	for (uint32_t i = 0; i < tu_troupe->sleepers; i++)
		if (tu_troupe->sleeper[i].player == player + 1)
			tu_troupe->sleeper[i].player = 0;
}
