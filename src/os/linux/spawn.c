/* SPDX-License-Identifier: MIT */
/*
 * spawn.c - other programs, by the C library's posix_spawn: the child borrows our memory until it
 * has become the program, so that its start costs the same however large we are, and what fails in
 * the child is returned here.
 */
#include "os/spawn.h"

#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

enum { STREAMS = 3 };

/* -- what it is given -------------------------------------------------------------------------- */

/*
 * The signals that begin anew there: all, but those that a shell or nohup has us ignore so that
 * whatever we start ignores them too.
 */
static void set_signals(posix_spawnattr_t *attr, bool group)
{
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	sigset_t none, anew;

	sigemptyset(&none);
	sigfillset(&anew);
	sigdelset(&anew, SIGHUP);
	sigdelset(&anew, SIGINT);
	sigdelset(&anew, SIGQUIT);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &anew);
	if (group) {
		posix_spawnattr_setpgroup(attr, 0);
		flags |= POSIX_SPAWN_SETPGROUP;
	}
	posix_spawnattr_setflags(attr, flags);
}

/* What it is told of us is not for others: a program of ours would be simulated too. */
static char *const *environment(const char *const *given, char ***made)
{
	static const char word[] = "TUTTI_SIM=";
	static char *const nothing[] = { NULL };
	size_t n = 0, used = 0;

	*made = NULL;
	if (given)
		return (char *const *)given;
	if (!getenv("TUTTI_SIM"))
		return environ ? environ : nothing; /* after clearenv() there is none */
	while (environ[n])
		n++;
	*made = malloc((n + 1) * sizeof(**made));
	if (!*made)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], word, sizeof(word) - 1) != 0)
			(*made)[used++] = environ[i];
	(*made)[used] = NULL;
	return *made;
}

static int add_stream(posix_spawn_file_actions_t *actions, int stream, int fd)
{
	if (fd == TU_OS_STREAM_INHERIT)
		return 0;
	if (fd == TU_OS_STREAM_NULL)
		return posix_spawn_file_actions_addopen(actions, stream, "/dev/null",
			stream == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0);
	if (fd == TU_OS_STREAM_MERGE)
		fd = STDOUT_FILENO;
	return posix_spawn_file_actions_adddup2(actions, fd, stream); /* onto itself: kept open */
}

static int add_actions(posix_spawn_file_actions_t *actions, const struct tu_os_spawn *s)
{
	int rc = 0;

	for (int i = 0; i < STREAMS && rc == 0; i++)
		rc = add_stream(actions, i, s->stream[i]);
	if (rc == 0 && s->cwd)
		rc = posix_spawn_file_actions_addchdir_np(actions, s->cwd);
	/* Whatever others of the program forgot to mark stays here. */
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(actions, STREAMS);
	return rc;
}

/* -- the start --------------------------------------------------------------------------------- */

static int spawn(const struct tu_os_spawn *s)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	char **made, *const *env = environment(s->env, &made);
	pid_t pid;
	int rc;

	if (!env)
		return -ENOMEM;
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	set_signals(&attr, s->group);
	rc = add_actions(&actions, s);
	if (rc == 0)
		rc = posix_spawnp(&pid, s->program, &actions, &attr, (char *const *)s->argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	free(made);
	return rc == 0 ? pid : -rc;
}

/* Those of ours that are to be another stream there: before they are, one of them has been lost. */
int tu_os_spawn(const struct tu_os_spawn *given)
{
	struct tu_os_spawn s = *given;
	int copy[STREAMS], rc = 0;

	for (int i = 0; i < STREAMS; i++) {
		copy[i] = -1;
		if (rc < 0 || s.stream[i] < 0 || s.stream[i] >= STREAMS || s.stream[i] == i)
			continue;
		s.stream[i] = copy[i] = fcntl(s.stream[i], F_DUPFD_CLOEXEC, STREAMS);
		if (copy[i] < 0)
			rc = -errno;
	}
	if (rc == 0)
		rc = spawn(&s);
	for (int i = 0; i < STREAMS; i++)
		if (copy[i] >= 0)
			close(copy[i]);
	return rc;
}

/* Not where a stream of ours would be, if that is closed: we would print into it. */
static int moved_up(int fd)
{
	int up;

	if (fd >= STREAMS)
		return fd;
	up = fcntl(fd, F_DUPFD_CLOEXEC, STREAMS);
	if (up < 0)
		up = -errno;
	close(fd);
	return up;
}

int tu_os_spawn_pipe(int ends[2], int ours)
{
	int end[2], rc;

	if (pipe2(end, O_CLOEXEC) < 0)
		return -errno;
	end[0] = moved_up(end[0]);
	end[1] = moved_up(end[1]);
	rc = end[0] < 0 ? end[0] : end[1] < 0 ? end[1] : 0;
	if (rc == 0 && fcntl(end[ours], F_SETFL, O_NONBLOCK) < 0)
		rc = -errno;
	for (int i = 0; i < 2; i++)
		if (rc == 0)
			ends[i] = end[i];
		else if (end[i] >= 0)
			close(end[i]);
	return rc;
}

/* -- why it did not ---------------------------------------------------------------------------- */

static bool is_file(int directory, const char *path)
{
	struct stat st;

	return fstatat(directory, path, &st, 0) == 0 && S_ISREG(st.st_mode);
}

/* Is there such a file, from where it was to work? */
static bool is_found(int directory, const char *program)
{
	const char *at = getenv("PATH");
	char file[4096];

	if (strchr(program, '/'))
		return is_file(directory, program);
	while (at && *at) {
		size_t n = strcspn(at, ":");

		/* An empty one is the directory. */
		if (snprintf(file, sizeof(file), "%.*s%s%s", (int)n, at, n ? "/" : "", program) <
				(int)sizeof(file) &&
			is_file(directory, file))
			return true;
		at += n + (at[n] == ':');
	}
	return false;
}

enum tu_os_blame tu_os_spawn_blame(const struct tu_os_spawn *s, int error)
{
	enum tu_os_blame blame = TU_OS_BLAME_PROGRAM;
	int directory = AT_FDCWD;

	if (error != -ENOENT && error != -ENOTDIR && error != -EACCES && error != -ELOOP &&
		error != -ENAMETOOLONG)
		return TU_OS_BLAME_NOBODY;
	if (s->cwd) {
		directory = open(s->cwd, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (directory < 0)
			return -errno == error ? TU_OS_BLAME_CWD : TU_OS_BLAME_NOBODY;
		if (faccessat(directory, ".", X_OK, AT_EACCESS) < 0)
			blame = TU_OS_BLAME_CWD;
	}
	if (blame == TU_OS_BLAME_PROGRAM && error == -ENOENT && is_found(directory, s->program))
		blame = TU_OS_BLAME_INTERPRETER;
	if (directory != AT_FDCWD)
		close(directory);
	return blame;
}

int tu_os_child_signal(int pid, int fd, int number)
{
#if defined(SYS_pidfd_send_signal)
	if (fd >= 0 && syscall(SYS_pidfd_send_signal, fd, number, NULL, 0) == 0)
		return 0;
	/* EPERM is also what a sandbox says that does not know the call */
	if (fd >= 0 && errno != ENOSYS && errno != EPERM)
		return -errno;
#else
	(void)fd;
#endif
	return tu_os_process_signal(pid, number);
}

int tu_os_group_signal(int leader, int number)
{
	return kill(-leader, number) < 0 ? -errno : 0;
}

bool tu_os_leads_group(int pid)
{
	return getpgid(pid) == pid;
}

/* Of the process with that name in /proc. */
static bool lives_in(int proc, const char *name, int group)
{
	char path[300], text[512], state;
	const char *behind;
	int fd, its;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/stat", name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	behind = strrchr(text, ')'); /* its name may hold any byte */
	return behind && sscanf(behind, ") %c %*d %d", &state, &its) == 2 && its == group &&
	       state != 'Z' && state != 'X';
}

/* kill counts those whose parent is gone and whom nobody reaps, as in many a container. */
bool tu_os_group_lives(int leader)
{
	struct dirent *entry;
	bool lives = false;
	DIR *proc;

	if (tu_os_group_signal(leader, 0) == -ESRCH)
		return false;
	proc = opendir("/proc");
	if (!proc)
		return true;
	while (!lives && (entry = readdir(proc)) != NULL)
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			lives = lives_in(dirfd(proc), entry->d_name, leader);
	closedir(proc);
	return lives;
}
