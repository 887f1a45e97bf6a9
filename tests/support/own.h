/* SPDX-License-Identifier: MIT */
/*
 * own.h - addresses and names of a test's own. Tests run at the same time, also the same one, as
 * with both pollers, and names that are no file are the whole machine's.
 */
#ifndef TESTS_SUPPORT_OWN_H
#define TESTS_SUPPORT_OWN_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* For what a name has to be this process' own; good until the next call. */
static inline const char *own_name(const char *name)
{
	static char text[64];

	snprintf(text, sizeof text, "%s-%ld", name, (long)getpid());
	return text;
}

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
