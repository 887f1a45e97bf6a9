/* SPDX-License-Identifier: MIT */
/* kinds.c - what create can make. */
#include "dist/kinds.h"

#include <string.h>

static const struct {
	const char *name;
	const struct tu_kind *kind;
} kinds[] = {
	{ "Queue", &tu_kind_queue },
	{ "JoinableQueue", &tu_kind_queue },
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
