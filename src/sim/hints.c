/* SPDX-License-Identifier: MIT */
/* hints.c - the last few notifications in vain. */
#include "sim/hints.h"

#include "sim/around.h"
#include "sim/machine.h"
#include "sync/look.h"

#include <stdio.h>
#include <string.h>

enum { KEPT = 16 };

static struct tu_hint kept[KEPT];
static unsigned next;

void tu_hints_begin(void)
{
	if (next > 0)
		memset(kept, 0, sizeof(kept));
	next = 0;
}

static struct tu_hint *find(const void *condition)
{
	for (unsigned i = 0; i < KEPT; i++)
		if (kept[i].condition == condition)
			return &kept[i];
	return NULL;
}

/* Who notified may be gone when somebody asks. */
static void copy_name(struct tu_hint *hint, const struct tu_context *self)
{
	char buf[sizeof(hint->name)];
	const char *name = tu_around_name(self, buf, sizeof(buf));

	snprintf(hint->name, sizeof(hint->name), "%s", name);
}

void tu_hints_notify(const struct tu_context *self, const struct tu_doing *doing)
{
	const tutti_condition *c = doing->object;
	struct tu_hint *hint;

	if (tu_condition_waiting(c) > 0)
		return;
	hint = find(c);
	if (!hint)
		hint = &kept[next++ % KEPT];
	hint->condition = c;
	hint->where = doing->where;
	hint->step = tu_machine.steps;
	copy_name(hint, self);
}

const struct tu_hint *tu_hint_of(const void *condition)
{
	return condition ? find(condition) : NULL;
}
