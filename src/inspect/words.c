/* SPDX-License-Identifier: MIT */
/* words.c - what somebody waits for, in a sentence. */
#include "inspect/inside.h"

#include "os/os.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MODULES_MOST = 256 };

static void look_it_up(struct tutti_inspection *in, struct named *named)
{
	struct modules *m = &in->modules;

	named->name[0] = 0;
	if (in->own) {
		if (!tu_os_data_name(
			    (const void *)(uintptr_t)named->object, named->name, TU_SEEN_NAME))
			named->name[0] = 0;
		return;
	}
	if (m->pid != named->pid) {
		m->pid = named->pid;
		if (!m->at)
			m->at = tu_arena_take(&in->arena, MODULES_MOST * sizeof(*m->at));
		m->n = m->at ? tu_os_other_modules(m->pid, m->at, MODULES_MOST) : 0;
	}
	for (size_t i = 0; i < m->n; i++)
		if (m->at[i].low <= named->object && named->object < m->at[i].high &&
			!tu_os_module_data_name(
				&m->at[i], named->object, named->name, TU_SEEN_NAME))
			named->name[0] = 0;
}

/* The variable that it waits for; "": it has no name. Many wait for one. */
static const char *name_of(struct tutti_inspection *in, const tutti_inspect_row *row)
{
	struct modules *m = &in->modules;
	struct named *named;

	for (size_t i = 0; i < sizeof(m->named) / sizeof(m->named[0]); i++)
		if (m->named[i].object == row->object && m->named[i].pid == row->pid)
			return m->named[i].name;
	named = &m->named[m->next++ % (sizeof(m->named) / sizeof(m->named[0]))];
	named->pid = row->pid;
	named->object = row->object;
	look_it_up(in, named);
	return named->name;
}

const char *tu_words_of_object(struct tutti_inspection *in, const tutti_inspect_row *row)
{
	const char *name = *row->noun && row->object ? name_of(in, row) : "";

	if (!*row->noun)
		return "";
	if (*name)
		return tu_arena_text(
			&in->arena, "%s '%s' (0x%" PRIx64 ")", row->noun, name, row->object);
	return tu_arena_text(&in->arena, "%s 0x%" PRIx64, row->noun, row->object);
}

/* A descriptor is given by its number; what a future is of, by its name. */
static const char *object_of(struct tutti_inspection *in, size_t i)
{
	const tutti_inspect_row *row = &in->rows[i];
	const tutti_inspect_row *of =
		row->held_by == TUTTI_INSPECT_NOBODY ? NULL : &in->rows[row->held_by];
	static const char *const kinds[] = { "process", "thread", "task", "job" };

	if (strcmp(row->noun, "future") == 0 && of)
		return tu_arena_text(&in->arena, "%s '%s'", kinds[of->kind], of->name);
	return tu_words_of_object(in, row);
}

static const char *what(struct tutti_inspection *in, size_t i)
{
	static const char *const events[] = { "", " to be readable", " to be writable",
		" to be readable or writable" };
	const tutti_inspect_row *row = &in->rows[i];
	const struct beside *b = &in->beside[i];

	if (strcmp(row->verb, "wait for a descriptor") == 0 && row->object != b->key)
		return tu_arena_text(&in->arena, "wait for descriptor %" PRIu64 "%s", row->object,
			events[b->ask & 3]);
	if (b->joins && b->children > 0)
		return tu_arena_text(&in->arena, "join a group of %zu", b->children);
	if (!*row->noun)
		return row->verb;
	return tu_arena_text(&in->arena, "%s %s", row->verb, object_of(in, i));
}

void tu_words_of_wait(struct tutti_inspection *in, size_t i)
{
	tutti_inspect_row *row = &in->rows[i];
	const char *held = "";

	if (row->state != TUTTI_INSPECT_WAITING || !*row->verb || in->beside[i].quiet)
		return;
	if (in->beside[i].holder && row->held_by != TUTTI_INSPECT_NOBODY)
		held = tu_arena_text(&in->arena, ", held by %s",
			row->held_by == i
				? "itself"
				: tu_arena_text(&in->arena, "'%s'", in->rows[row->held_by].name));
	else if (in->beside[i].holder)
		held = ", held by one who has ended";
	row->waits_for = tu_arena_text(&in->arena, "%s%s", what(in, i), held);
}
