/* SPDX-License-Identifier: MIT */
/* memory.h - where libtutti-net has its memory from, in one place: malloc, see net.h. */
#ifndef TU_NET_MEMORY_H
#define TU_NET_MEMORY_H

#include <stddef.h>

void *tu_net_alloc_zero(size_t size); /* NULL: no memory */
char *tu_net_copy_text(const char *text);
void tu_net_free(void *p); /* NULL does nothing */

#endif
