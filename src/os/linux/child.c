/* SPDX-License-Identifier: MIT */
/* child.c - the process once more, to be run to its end. */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static void be_silent(void)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
}

/* The program may use SIGALRM: then its own timer replaces ours, and it must end by itself. */
static void set_limit(int64_t limit)
{
	struct itimerval once = { .it_value = { .tv_sec = limit / 1000000000,
					  .tv_usec = limit % 1000000000 / 1000 } };

	signal(SIGALRM, SIG_DFL);
	setitimer(ITIMER_REAL, &once, NULL);
}

int tu_os_child_begin(bool silent, int64_t limit)
{
	pid_t parent = getpid(), child;

	fflush(NULL); /* or it would be written twice */
	child = fork();
	if (child < 0)
		return -errno;
	if (child > 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	set_limit(limit);
	if (silent)
		be_silent();
	return TU_OS_CHILD;
}

void tu_os_child_end(int child, struct tu_os_end *end)
{
	int status;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	*end = (struct tu_os_end){ .status = WIFEXITED(status) ? WEXITSTATUS(status) : 0,
		.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0 };
	end->late = end->signal == SIGALRM;
}

void *tu_os_shared_map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

_Noreturn void tu_os_exit_now(int status)
{
	fflush(NULL);
	_exit(status);
}

bool tu_os_error_is_terminal(void)
{
	return isatty(STDERR_FILENO);
}
