/* SPDX-License-Identifier: MIT */
/* stillness.c - see stillness.h. */
#include "observe/stillness.h"

#include "core/watch.h"
#include "exec/alive.h"

#include <tutti/time.h>

struct sum {
	uint64_t turns;
	bool moves;
};

static void glance(struct tu_worker *w, void *arg)
{
	struct sum *sum = arg;
	struct tu_glance g;

	if (tu_shown(&w->looks_on))
		return;
	tu_worker_glance(w, &g);
	/* Numbers too: one that ends and one that comes are no stillness. */
	sum->turns = sum->turns * 31 + g.turn + g.number;
	if (g.number && (!g.idle || g.ready || g.outside || !g.watched || g.due_by != INT64_MAX))
		sum->moves = true;
}

bool tu_stillness_look(struct tu_stillness *s, int64_t limit)
{
	int64_t now = tutti_now();
	struct sum sum = { 0, false };

	tu_worker_each(glance, &sum);
	sum.moves = sum.moves || tu_threads_are_coming();
	if (sum.moves || sum.turns != s->turns || s->since == 0)
		*s = (struct tu_stillness){ sum.turns, sum.moves ? 0 : tutti_now(), false };
	if (s->since == 0 || s->told || now - s->since < limit)
		return false;
	s->told = true;
	return true;
}
