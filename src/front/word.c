/* SPDX-License-Identifier: MIT */
/* word.c - see word.h. */
#include "front/word.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

int tu_word_number(const char *text, int *out)
{
	char *end;
	long n;

	if (*text < '1' || *text > '9')
		return -EINVAL;
	errno = 0;
	n = strtol(text, &end, 10);
	if (*end != '\0' || errno != 0 || n > INT_MAX)
		return -EINVAL;
	*out = (int)n;
	return 0;
}
