/* SPDX-License-Identifier: MIT */
/*
 * socket_file.c - the files of Unix sockets, which stay when their sockets have gone.
 *
 * To find one that is left over, remove it and bind is three calls, and a socket that is bound and
 * does not listen yet looks as one that is left over. So whoever does it, or removes his own, has
 * the folder locked meanwhile, as have all who use this library. The system takes the lock back
 * from who dies, and nothing is left in the folder, as a lock file would be.
 */
#include "os/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* NULL: it has no file. */
static const char *path_of(const struct tu_os_address *a)
{
	const struct sockaddr_un *un = (const void *)a->bytes;

	return tu_os_address_is_unix(a) && un->sun_path[0] != '\0' ? un->sun_path : NULL;
}

/* The path if a socket stands there, else NULL: nothing else is ever removed. */
static const char *socket_at(const struct tu_os_address *a, struct stat *st)
{
	const char *path = path_of(a);

	return path && lstat(path, st) == 0 && S_ISSOCK(st->st_mode) ? path : NULL;
}

int tu_os_address_lock(const struct tu_os_address *a)
{
	char copy[sizeof(struct sockaddr_un)];
	const char *path = path_of(a);
	int fd, rc = 0;

	if (!path)
		return -ENOENT;
	strcpy(copy, path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno == -EAGAIN ? -EACCES : -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		rc = -errno;
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

void tu_os_address_unlock(int lock)
{
	if (lock < 0)
		return;
	flock(lock, LOCK_UN); /* a process that was forked just now has the descriptor, too */
	close(lock);
}

void tu_os_address_clear(const struct tu_os_address *a)
{
	struct stat st;
	const char *path = socket_at(a, &st);
	int fd = path ? socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) : -1;

	if (fd < 0)
		return;
	if (connect(fd, (const void *)a->bytes, a->size) < 0 && errno == ECONNREFUSED)
		unlink(path);
	close(fd);
}

void tu_os_address_file(const struct tu_os_address *a, struct tu_os_file_id *file)
{
	struct stat st;

	*file = (struct tu_os_file_id){ 0 };
	if (socket_at(a, &st))
		*file = (struct tu_os_file_id){ st.st_dev, st.st_ino, getpid() };
}

/* Those who have it begin a socket, which takes no time. */
static int lock_soon(const struct tu_os_address *a)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int lock = tu_os_address_lock(a);

	for (int i = 0; lock == -EAGAIN && i < 100; i++) {
		nanosleep(&pause, NULL);
		lock = tu_os_address_lock(a);
	}
	return lock;
}

void tu_os_address_remove(const struct tu_os_address *a, const struct tu_os_file_id *file)
{
	bool mine = file->number && file->maker == getpid();
	int lock = mine ? lock_soon(a) : -EAGAIN;
	struct stat st;
	const char *path;

	if (lock == -EAGAIN) /* it may be another's while one looks: who comes next removes it */
		return;
	path = socket_at(a, &st);
	if (path && st.st_dev == file->device && st.st_ino == file->number)
		unlink(path);
	tu_os_address_unlock(lock);
}
