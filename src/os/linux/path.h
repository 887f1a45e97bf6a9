/* SPDX-License-Identifier: MIT */
/*
 * path.h - names of the kernel's files, made by hand: a child makes some before its job, and the
 * pages of the C library's formatting would be among the few that it comes by.
 */
#ifndef TU_OS_LINUX_PATH_H
#define TU_OS_LINUX_PATH_H

#include <string.h>

enum { TU_PATH_BYTES = 40 };

/* before, number, after; together with its zero at most TU_PATH_BYTES. Returns path. */
static inline const char *tu_path(
	char path[TU_PATH_BYTES], const char *before, int number, const char *after)
{
	char digits[12];
	size_t n = strlen(before), m = strlen(after), i = sizeof(digits);

	memcpy(path, before, n);
	do
		digits[--i] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	memcpy(path + n, digits + i, sizeof(digits) - i);
	n += sizeof(digits) - i;
	memcpy(path + n, after, m);
	path[n + m] = '\0';
	return path;
}

#endif
