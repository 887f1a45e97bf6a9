/* SPDX-License-Identifier: MIT */
/* shrink.c - see shrink.h. */
#include "sim/shrink.h"

#include "core/alloc.h"
#include "sim/machine.h"

#include <ctype.h>
#include <string.h>

unsigned tu_shrink_switches(const struct tu_choices *made)
{
	unsigned n = 0;

	for (size_t i = 0; i < made->count; i++)
		n += made->answered[i].answer != 0;
	return n;
}

static void keep(struct tu_shrink *s, const struct tu_choices *made)
{
	tu_free(s->best.answered);
	s->best = *made;
	s->best.answered = tu_machine_alloc((made->count + 1) * sizeof(*made->answered));
	if (made->count > 0)
		memcpy(s->best.answered, made->answered, made->count * sizeof(*made->answered));
	s->switches = tu_shrink_switches(&s->best);
}

void tu_shrink_begin(struct tu_shrink *s, const struct tu_choices *made, unsigned most)
{
	*s = (struct tu_shrink){ .most = most };
	keep(s, made);
	s->found = s->chunk = s->switches;
}

/* The best, without the next few of its switches. */
static void leave_out(struct tu_shrink *s)
{
	unsigned nth = 0;

	tu_free(s->list);
	s->count = s->best.count;
	s->list = tu_machine_alloc((s->count + 1) * sizeof(*s->list));
	for (size_t i = 0; i < s->count; i++) {
		s->list[i] = s->best.answered[i];
		if (s->list[i].answer == 0)
			continue;
		if (nth >= s->at && nth < s->at + s->chunk)
			s->list[i].answer = 0;
		nth++;
	}
}

static bool next_to_leave_out(struct tu_shrink *s)
{
	if (s->at >= s->switches) {
		if (s->chunk == 1 && !s->better)
			return false;
		s->chunk = s->chunk > 1 ? (s->chunk + 1) / 2 : 1;
		s->at = 0;
		s->better = false;
	}
	leave_out(s);
	return true;
}

/* One that is not 0, in a run as long as the best. */
static bool next_alone(struct tu_shrink *s)
{
	enum { ANSWERS_MOST = 8 };

	if (s->switches < 2)
		return false;
	for (; s->at < s->best.count; s->at++, s->answer = 0) {
		const struct tu_answered *a = &s->best.answered[s->at];

		if (s->answer + 1 >= a->n || s->answer + 1 == ANSWERS_MOST)
			continue;
		for (size_t i = 0; i < s->count; i++)
			s->list[i].answer = 0;
		s->list[s->at].answer = ++s->answer;
		return true;
	}
	return false;
}

static bool next_of_any(struct tu_shrink *s)
{
	if (!s->alone && next_to_leave_out(s))
		return true;
	if (!s->alone) {
		if (s->best.count > s->most - s->tries)
			return false;
		s->alone = true;
		s->at = s->answer = 0;
		s->chunk = 0;
		leave_out(s); /* as long as that: all is written anew */
	}
	return next_alone(s);
}

bool tu_shrink_next(struct tu_shrink *s)
{
	if (s->switches == 0 || s->tries == s->most || !next_of_any(s))
		return false;
	s->tries++;
	return true;
}

/* What comes after what was left out is in its place now. */
void tu_shrink_tried(struct tu_shrink *s, bool same, const struct tu_choices *made)
{
	if (same && tu_shrink_switches(made) < s->switches) {
		keep(s, made);
		s->better = true;
	} else if (!s->alone) {
		s->at += s->chunk;
	}
}

void tu_shrink_end(struct tu_shrink *s)
{
	tu_free(s->best.answered);
	tu_free(s->list);
	*s = (struct tu_shrink){ .most = 0 };
}

bool tu_shrink_same_words(const char *a, const char *b)
{
	a = a ? a : "";
	b = b ? b : "";
	for (;; a++, b++) {
		while (isdigit((unsigned char)*a))
			a++;
		while (isdigit((unsigned char)*b))
			b++;
		if (*a != *b)
			return false;
		if (!*a)
			return true;
	}
}
