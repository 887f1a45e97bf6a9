/* SPDX-License-Identifier: MIT */
/* race.c - the place where a controlling scheduler may switch. Without one there is none. */
#include <tutti/race.h>

#include "core/probe.h"

void tutti_point(const volatile void *where)
{
	tu_point(TU_OP_ACCESS, where);
}

void tutti_point_load(const volatile void *where)
{
	tu_point(TU_OP_LOAD, where);
}
