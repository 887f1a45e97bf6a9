/* SPDX-License-Identifier: MIT */
/* host.h - what the name of a host says by itself. */
#ifndef TU_BASE_HOST_H
#define TU_BASE_HOST_H

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* localhost, and what ends in .localhost: this machine, also where no file says so. */
static inline bool tu_host_is_local(const char *name)
{
	static const char local[] = "localhost";
	size_t n = strlen(name), size = sizeof(local) - 1;

	if (n > 0 && name[n - 1] == '.')
		n--;
	if (n < size || strncasecmp(name + n - size, local, size) != 0)
		return false;
	return n == size || name[n - size - 1] == '.';
}

#endif
