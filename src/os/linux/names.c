/* SPDX-License-Identifier: MIT */
/*
 * names.c - short texts by name: symbolic links that lead nowhere, in the folder of shared memory.
 * A link is made whole or not at all, and is read in one piece.
 */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char folder[] = "/dev/shm";

enum { PATH_ROOM = 320 };

static const char *path_of(const char *name, char path[PATH_ROOM])
{
	snprintf(path, PATH_ROOM, "%s/tutti-%u-%s", folder, (unsigned)geteuid(), name);
	return path;
}

int tu_os_names_hold(void)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX) != 0)
		if (errno != EINTR) {
			int rc = -errno;

			close(fd);
			return rc;
		}
	return fd;
}

void tu_os_names_let_go(int held)
{
	close(held);
}

int tu_os_name_write(const char *name, const char *text)
{
	char path[PATH_ROOM];

	return symlink(text, path_of(name, path)) == 0 ? 0 : -errno;
}

int tu_os_name_read(const char *name, char *text, size_t n)
{
	char path[PATH_ROOM];
	struct stat st;
	ssize_t got;

	/* Somebody else's link under our name would lead wherever he likes. */
	if (lstat(path_of(name, path), &st) != 0 || st.st_uid != geteuid())
		return -ENOENT;
	got = readlink(path, text, n - 1);
	if (got < 0)
		return -ENOENT;
	text[got] = 0;
	return (int)got;
}

void tu_os_name_remove(const char *name)
{
	char path[PATH_ROOM];

	unlink(path_of(name, path));
}
