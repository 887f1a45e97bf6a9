/* SPDX-License-Identifier: MIT */
/* child.h - forked children that must not hang. */
#ifndef TESTS_SUPPORT_CHILD_H
#define TESTS_SUPPORT_CHILD_H

#include <sys/types.h>

/* fork; the child ends by a signal if it takes too long, where a thread of it takes signals. */
pid_t child_fork(void);

/* Wait for it, but not for ever, and fail unless it ends with status 0. */
void child_wait(pid_t pid);

/* What any child may expect: all that is new works, and it is alone. */
void child_uses_everything(void);

#endif
