/* SPDX-License-Identifier: MIT */
/* child.h - one command that runs: a process that leads a group of its own. */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <sys/types.h>

#include <tutti/tutti.h>

struct child {
	pid_t pid;
	int fd; /* readable once it has ended */
	int code;
};

int child_start(struct child *c, const char *const *argv, const char *const *env, int out, int err);
tutti_case child_case(const struct child *c);
int child_code(struct child *c);
int child_signal(struct child *c, int number);
void child_forget(struct child *c);

#endif
