/* SPDX-License-Identifier: MIT */
/*
 * world.c - nobody can run, and no deadline is left or the clock is held: what is outside may still
 * wake somebody.
 */
#include "sim/machine_inside.h"

#include "core/family.h"
#include "os/port.h"

static void wait_for_pollers(int64_t until)
{
	enum { MOST = 256 };
	const struct tu_os_poller *pollers[MOST];
	size_t n = 0;

	tu_list_each(link, &tu_machine.polling)
		if (n < MOST)
			pollers[n++] = tu_container_of(link, struct tu_actor, polling)->poller;
	tu_os_pollers_wait(pollers, n, until);
}

/* In real time. Nothing waits for both, so with somebody polling it is one look after the other. */
static void wait_for_words(int64_t until)
{
	enum { LOOK_NS = 2000000, PATIENCE_NS = 100000000 };
	static struct tu_os_word words[TU_OS_WORDS_MOST];
	bool all = tu_list_empty(&tu_machine.polling), raw = tu_family_has_raw();
	size_t n = 0;
	int64_t look;

	tu_list_each(link, &tu_machine.on_words) {
		const struct tu_actor *a = tu_container_of(link, struct tu_actor, on_words);

		for (size_t i = 1; i < a->n_words; i++)
			if (n < TU_OS_WORDS_MOST)
				words[n++] = a->words[i];
			else
				all = false;
	}
	look = !all ? tu_real_now() + LOOK_NS : raw ? tu_real_now() + PATIENCE_NS : INT64_MAX;
	tu_real_words_wait(words, n, look < until ? look : until);
	if (raw)
		tu_family_look(tu_real_now());
}

bool tu_machine_is_world_waited_for(void)
{
	return !tu_list_empty(&tu_machine.polling) ||
	       (!tu_list_empty(&tu_machine.on_words) && !tu_family_alone());
}

int64_t tu_machine_is_clock_held(int64_t next)
{
	int64_t until = INT64_MAX, past = 0, now;
	bool held = false;

	if (tu_list_empty(&tu_machine.programs) || tu_list_empty(&tu_machine.polling))
		return -1;
	now = tu_real_now();
	tu_list_each(link, &tu_machine.programs) {
		struct tu_os_world_wait *w = tu_container_of(link, struct tu_os_world_wait, link);

		if (w->real <= now) {
			past = w->deadline > past ? w->deadline : past;
			continue;
		}
		held = true;
		until = w->real < until ? w->real : until;
	}
	return held && next > past ? until : -1;
}

void tu_machine_wait_for_world(int64_t until)
{
	tu_machine.world = true; /* it is no call from outside that holds everybody up */
	if (tu_list_empty(&tu_machine.on_words))
		wait_for_pollers(until);
	else
		wait_for_words(until);
	tu_machine.world = false;
}
