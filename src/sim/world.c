/* SPDX-License-Identifier: MIT */
/* world.c - nobody can run and no deadline is left: what is outside may still wake somebody. */
#include "sim/machine_inside.h"

#include "core/family.h"
#include "os/port.h"
#include "sim/baton.h"
#include "sim/troupe.h"

static void wait_for_pollers(void)
{
	enum { MOST = 256 };
	const struct tu_os_poller *pollers[MOST];
	size_t n = 0;

	tu_list_each(link, &tu_machine.polling)
		if (n < MOST)
			pollers[n++] = tu_container_of(link, struct tu_actor, polling)->poller;
	tu_os_pollers_wait(pollers, n);
}

/* In real time. Nothing waits for both, so with somebody polling it is one look after the other. */
static void wait_for_words(void)
{
	enum { LOOK_NS = 2000000, PATIENCE_NS = 100000000 };
	static struct tu_os_word words[TU_OS_WORDS_MOST];
	bool all = tu_list_empty(&tu_machine.polling), raw = tu_family_has_raw();
	size_t n = 0;

	tu_list_each(link, &tu_machine.on_words) {
		const struct tu_actor *a = tu_container_of(link, struct tu_actor, on_words);

		for (size_t i = 1; i < a->n_words; i++)
			if (n < TU_OS_WORDS_MOST)
				words[n++] = a->words[i];
			else
				all = false;
	}
	tu_real_words_wait(words, n,
		!all  ? tu_real_now() + LOOK_NS
		: raw ? tu_real_now() + PATIENCE_NS
		      : INT64_MAX);
	if (raw)
		tu_family_look(tu_real_now());
}

bool tu_machine_is_world_first(void)
{
	return tu_troupe ? tu_baton_is_world_first() : tu_machine.foreign > 0;
}

bool tu_machine_is_world_waited_for(void)
{
	if (tu_troupe)
		return tu_baton_is_world_waited_for();
	return !tu_list_empty(&tu_machine.polling) ||
	       (!tu_list_empty(&tu_machine.on_words) && !tu_family_alone());
}

void tu_machine_wait_for_world(void)
{
	if (tu_troupe) {
		tu_baton_wait_for_world();
		return;
	}
	tu_machine.world = true; /* it is no call from outside that holds everybody up */
	if (tu_list_empty(&tu_machine.on_words))
		wait_for_pollers();
	else
		wait_for_words();
	tu_machine.world = false;
}
