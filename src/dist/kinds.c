/* SPDX-License-Identifier: MIT */
/* kinds.c - what create can make. */
#include "dist/kinds.h"

#include <string.h>

static const struct {
	const char *name;
	const struct tu_kind *kind;
} kinds[] = {
	{ "Jobs", &tu_kind_jobs },
	{ "Queue", &tu_kind_queue },
	{ "JoinableQueue", &tu_kind_queue },
	{ "Event", &tu_kind_event },
	{ "Lock", &tu_kind_lock },
	{ "RLock", &tu_kind_rlock },
	{ "Semaphore", &tu_kind_semaphore },
	{ "BoundedSemaphore", &tu_kind_bounded_semaphore },
	{ "Condition", &tu_kind_condition },
	{ "Barrier", &tu_kind_barrier },
	{ "Value", &tu_kind_value },
	{ "Array", &tu_kind_array },
	{ "Namespace", &tu_kind_namespace },
	{ "list", &tu_kind_list },
	{ "dict", &tu_kind_dict },
};

const struct tu_kind *tu_kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].kind;
	return NULL;
}

const char *tu_kind_name(size_t i)
{
	return i < sizeof(kinds) / sizeof(*kinds) ? kinds[i].name : NULL;
}
