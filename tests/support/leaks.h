/* SPDX-License-Identifier: MIT */
/* leaks.h - descriptors, threads, children and the signal mask are as they were before. */
#ifndef TESTS_SUPPORT_LEAKS_H
#define TESTS_SUPPORT_LEAKS_H

#include <signal.h>

struct leaks {
	int descriptors, threads;
	sigset_t mask;
};

/* Count the threads of this process as the kernel sees them. */
int leaks_threads(void);

/* Count the open descriptors of this process. */
int leaks_descriptors(void);

void leaks_note(struct leaks *before);

/*
 * Fail unless all is as noted. Idle helper threads of the library may still be on their way out:
 * they and what they hold have a minute.
 */
void leaks_check(const struct leaks *before);

#endif
