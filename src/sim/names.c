/* SPDX-License-Identifier: MIT */
/* names.c - see names.h. A number is given when it is first asked for: a run pays for none. */
#include "sim/names.h"

#include "core/report.h"
#include "observe/table.h"
#include "sim/machine.h"
#include "sim/troupe.h"

#include <stdio.h>

static struct tu_table numbers; /* by address and kind */
static unsigned given[TU_OBJECT_VARIABLE + 1];

void tu_names_begin(void)
{
	if (numbers.used == 0)
		return;
	tu_table_free(&numbers);
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		given[i] = 0;
}

/* 0: without memory for it. */
static unsigned number_of(enum tu_op_object kind, const void *object)
{
	uint64_t key = tu_table_key(object) ^ (uint64_t)kind << 56; /* no address is so high */
	uintptr_t number = (uintptr_t)tu_table_find(&numbers, key);
	bool own = tu_machine.own;

	if (number > 0)
		return (unsigned)number;
	tu_machine.own = true; /* it is no choice whether there is memory for it */
	if (tu_table_put(&numbers, key, (void *)(uintptr_t)(given[kind] + 1)))
		number = ++given[kind];
	tu_machine.own = own;
	return (unsigned)number;
}

const char *tu_object_name(enum tu_op op, const void *object, char *buf, size_t n)
{
	enum tu_op_object kind = tu_op_object(op);
	const char *noun = tu_object_noun(kind);
	char name[128];
	unsigned shared = 0;

	if (tu_troupe && *noun && object)
		shared = tu_troupe_object(kind, object);
	if (shared > 0)
		snprintf(buf, n, "shared %s %u", noun, shared);
	else if (!*noun || !object)
		snprintf(buf, n, "%s", noun);
	else if (tu_data_name(object, name, sizeof(name)))
		snprintf(buf, n, "%s '%s'", noun, name);
	else
		snprintf(buf, n, "%s %u", noun, number_of(kind, object));
	return buf;
}
