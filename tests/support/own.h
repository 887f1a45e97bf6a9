/* SPDX-License-Identifier: MIT */
/*
 * own.h - addresses of a test's own. The same test runs several times at once, as with both
 * pollers, and names that are no file are the whole machine's.
 */
#ifndef TESTS_SUPPORT_OWN_H
#define TESTS_SUPPORT_OWN_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "unix:@name" with this process' number; others as they are. Until the thread's eighth call. */
static inline const char *own(const char *address)
{
	static _Thread_local char texts[8][128];
	static _Thread_local unsigned next;
	char *text = texts[next++ % 8];

	if (strncmp(address, "unix:@", 6) != 0)
		return address;
	snprintf(text, sizeof texts[0], "%s-%ld", address, (long)getpid());
	return text;
}

#endif
