/* SPDX-License-Identifier: MIT */
/*
 * program.c - other processes of this program: how they come, and how their end is learned.
 *
 * Children are waited for by number, never "any child": the program may have some of its own.
 */
#include "os/linux/forked.h"
#include "os/linux/path.h"
#include "os/os.h"
#include "os/port.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND 0
#endif

#if defined(__SANITIZE_THREAD__)
#define SANITIZER_HAS_THREADS 1 /* which are not to be copied half-way */
#else
#define SANITIZER_HAS_THREADS 0
#endif

extern char **environ;

/* -- the program anew -------------------------------------------------------------------------- */

static bool is_of(const char *entry, const char *name)
{
	size_t n = strlen(name);

	return strncmp(entry, name, n) == 0 && entry[n] == '=';
}

/* As it is but for that one. What would have the child simulated is not for children. */
static char **environment_with(const char *name, char *entry)
{
	size_t n = 0, used = 0;
	char **copy;

	while (environ && environ[n])
		n++;
	copy = malloc((n + 2) * sizeof(*copy));
	if (!copy)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (!is_of(environ[i], name) && !is_of(environ[i], "TUTTI_SIM"))
			copy[used++] = environ[i];
	copy[used++] = entry;
	copy[used] = NULL;
	return copy;
}

/*
 * The link itself leads to another program under Valgrind, which shows the path alone as it would
 * be without. Elsewhere the path may lead to another file by now.
 */
static const char *own_path(char *buf, size_t n)
{
	ssize_t length = RUNNING_ON_VALGRIND ? readlink("/proc/self/exe", buf, n - 1) : -1;

	if (length <= 0)
		return "/proc/self/exe";
	buf[length] = 0;
	return buf;
}

static int spawn(char *const *instead, char **environment, int fd)
{
	char *own[] = { program_invocation_name, "(tutti)", NULL }, buf[1024];
	const char *path = instead ? instead[0] : own_path(buf, sizeof(buf));
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	pid_t pid;
	int rc;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	/* Onto itself: there it is not closed. */
	rc = posix_spawn_file_actions_adddup2(&actions, fd, fd);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	if (rc == 0)
		rc = posix_spawn(&pid, path, &actions, &attr, instead ? instead : own, environment);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return rc == 0 ? pid : -rc;
}

int tu_os_program_start(char *const *argv, const char *name, const char *value, int fd)
{
	char entry[128], **environment;
	int rc;

	snprintf(entry, sizeof(entry), "%s=%s", name, value);
	environment = environment_with(name, entry);
	if (!environment)
		return -ENOMEM;
	rc = spawn(argv, environment, fd);
	free(environment);
	return rc;
}

/* -- copies ------------------------------------------------------------------------------------ */

int tu_os_fork(void)
{
	pid_t child;

	fflush(stdout);
	fflush(stderr);
	child = fork();
	return child < 0 ? -errno : child;
}

/*
 * The C library keeps the thread's number where the kernel is to clear it at its end: it asks the
 * kernel to write the child's there. Where that cannot be learned the old number stays, which only
 * robust and priority-inheriting mutexes of the child's first thread would notice.
 */
static int *number_of_thread(void)
{
	int *at = NULL;

	return prctl(PR_GET_TID_ADDRESS, &at) == 0 ? at : NULL;
}

int tu_os_fork_sibling(int32_t *noted)
{
	int *at = number_of_thread();
	unsigned long flags = CLONE_PARENT | CLONE_PARENT_SETTID | SIGCHLD;
	long child;

	if (SANITIZER_HAS_THREADS)
		return -ENOTSUP;
	if (at)
		flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
	/* What fork itself does around it matters only with other threads; our own part is done. */
	tu_os_forked_before();
#if defined(__s390x__) || defined(__CRIS__)
#error "clone takes its arguments in another order here"
#endif
#if defined(__x86_64__)
	child = syscall(SYS_clone, flags, 0, noted, at, 0);
#else
	child = syscall(SYS_clone, flags, 0, noted, 0, at);
#endif
	if (child == 0)
		tu_os_forked_child();
	else
		tu_os_forked_parent();
	if (child >= 0)
		return (int)child;
	return errno == EINVAL || errno == ENOSYS || errno == EPERM ? -ENOTSUP : -errno;
}

/* -- children ---------------------------------------------------------------------------------- */

int tu_os_child_fd(int pid)
{
#if defined(SYS_pidfd_open)
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : fd;
#else
	(void)pid;
	return -ENOSYS;
#endif
}

int tu_os_child_reap(int pid, struct tu_os_end *end)
{
	int status;
	pid_t got;

	do
		got = waitpid(pid, &status, WNOHANG);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return got == 0 ? -EAGAIN : -errno;
	*end = (struct tu_os_end){ .status = WIFEXITED(status) ? WEXITSTATUS(status) : 0,
		.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0 };
	return 0;
}

int tu_real_process_signal(int pid, int number)
{
	return kill(pid, number) < 0 ? -errno : 0;
}

const char *tu_os_signal_name(int number, char *buf, size_t n)
{
	const char *name = sigabbrev_np(number);

	if (name)
		snprintf(buf, n, "SIG%s", name);
	else
		snprintf(buf, n, "%d", number);
	return buf;
}

void tu_os_stream_set(int stream, int fd)
{
	dup2(fd, stream);
	close(fd);
}

void tu_os_streams_set(const int fd[3], int directory)
{
	for (int i = 0; i < 3; i++)
		if (fd[i] >= 0)
			dup2(fd[i], i);
		else
			close(i);
	if (directory >= 0 && fchdir(directory) < 0)
		return; /* it is gone: the child works where the server was started */
}

int tu_os_directory_open(void)
{
	int fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* -- life -------------------------------------------------------------------------------------- */

int tu_os_life_open(int *shown, int *held)
{
	int end[2];

	if (pipe2(end, O_CLOEXEC) < 0)
		return -errno;
	*shown = end[0];
	*held = end[1];
	return 0;
}

/*
 * A pipe that nobody writes to: its reader hears of its last writer's end by a signal, and SIGKILL
 * will do. It needs no thread here, and asks nothing of the job. PR_SET_PDEATHSIG would come when
 * the thread that started the child ends, not its process. The signal belongs to the open file, so
 * each child opens its own.
 */
int tu_os_life_bind(int shown)
{
	char path[TU_PATH_BYTES], byte;
	int fd, rc = 0;

	tu_path(path, "/proc/self/fd/", shown, "");
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		rc = -errno;
	close(shown);
	if (fd < 0)
		return rc;
	if (fcntl(fd, F_SETOWN, getpid()) < 0 || fcntl(fd, F_SETSIG, SIGKILL) < 0 ||
		fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	if (read(fd, &byte, 1) == 0) /* it has ended already */
		kill(getpid(), SIGKILL);
	return fd;
}

/* -- threads and modules ----------------------------------------------------------------------- */

static bool is_among(int id, const int *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

size_t tu_os_other_threads(const int *except, size_t n, char *names, size_t size)
{
	DIR *tasks = opendir("/proc/self/task");
	size_t count = 0, used = 0;
	struct dirent *entry;
	char name[32];

	*names = 0;
	while (tasks && (entry = readdir(tasks)) != NULL) {
		int id = atoi(entry->d_name);

		if (id <= 0 || id == tu_os_thread_id() || is_among(id, except, n))
			continue;
		if (used < size)
			used += (size_t)snprintf(names + used, size - used, "%s'%s'",
				count ? ", " : "", tu_os_thread_name_of(id, name, sizeof(name)));
		count++;
	}
	if (tasks)
		closedir(tasks);
	return count;
}
