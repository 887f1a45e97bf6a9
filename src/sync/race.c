/* SPDX-License-Identifier: MIT */
/* race.c - the place where a controlling scheduler may switch. Without one there is none. */
#include <tutti/race.h>

void tutti_point(const volatile void *where)
{
	(void)where;
}
