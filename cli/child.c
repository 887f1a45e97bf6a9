/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "child.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int child_start(struct child *c, const char *const *argv, const char *const *env, int out, int err)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	sigset_t none, all;
	int rc;

	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	if (out > 0)
		posix_spawn_file_actions_adddup2(&fa, out, 1);
	if (err > 0)
		posix_spawn_file_actions_adddup2(&fa, err, 2);
	posix_spawnattr_init(&at);
	posix_spawnattr_setpgroup(&at, 0);
	sigemptyset(&none);
	sigemptyset(&all);
	sigaddset(&all, SIGPIPE);
	posix_spawnattr_setsigmask(&at, &none);
	posix_spawnattr_setsigdefault(&at, &all);
	posix_spawnattr_setflags(
		&at, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawnp(&c->pid, argv[0], &fa, &at, (char **)argv, (char **)env);
	posix_spawn_file_actions_destroy(&fa);
	posix_spawnattr_destroy(&at);
	if (rc)
		return -rc;
	c->fd = (int)syscall(SYS_pidfd_open, c->pid, 0);
	return 0;
}
tutti_case child_case(const struct child *c)
{
	return tutti_case_fd(c->fd, TUTTI_READABLE);
}
int child_code(struct child *c)
{
	siginfo_t i;
	if (c->pid) {
		waitid(P_PID, c->pid, &i, WEXITED);
		c->code = i.si_code == CLD_EXITED ? i.si_status : -i.si_status;
	}
	c->pid = 0;
	return c->code;
}
int child_signal(struct child *c, int number)
{
	return c->pid > 0 ? kill(-c->pid, number) : -1;
}
void child_forget(struct child *c)
{
	child_code(c);
	close(c->fd);
}
