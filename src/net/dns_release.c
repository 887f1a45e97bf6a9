/* SPDX-License-Identifier: MIT */
/* dns_release.c - see dns.h: why this is a file of its own. */
#include "net/dns.h"

#include <stdlib.h>

void tu_dns_release(void *p)
{
	free(p);
}
