/* SPDX-License-Identifier: MIT */
/*
 * steps.h - somebody is killed at his first step, then at his second, and so on until he lives. How
 * many there are depends on who else has his turn meanwhile: so that he lives early is no end, but
 * tried again, unless there are as many as there are at least.
 *
 *     struct steps s = { .k = 1, .least = 30 };
 *
 *     while (steps_go_on(&s, dies_at(s.k)))
 *             ;
 *     CHECK(s.k > s.least);
 */
#ifndef TESTS_SUPPORT_STEPS_H
#define TESTS_SUPPORT_STEPS_H

#include <stdbool.h>
#include <stdint.h>

enum { STEPS_TRIES = 20 };

struct steps {
	uint64_t k;
	uint64_t least;
	int lived; /* how often he has at this one */
};

static inline bool steps_go_on(struct steps *s, bool died)
{
	if (died) {
		s->k++;
		s->lived = 0;
		return true;
	}
	return s->k <= s->least && ++s->lived < STEPS_TRIES;
}

#endif
