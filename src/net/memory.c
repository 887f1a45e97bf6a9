/* SPDX-License-Identifier: MIT */
/* memory.c - see memory.h. */
#include "net/memory.h"

#include <stdlib.h>
#include <string.h>

void *tu_net_alloc_zero(size_t size)
{
	return calloc(1, size);
}

char *tu_net_copy_text(const char *text)
{
	return strdup(text);
}

void tu_net_free(void *p)
{
	free(p);
}
