/* SPDX-License-Identifier: MIT */
/* files.c - files and folders. */
#include "os/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/single_threaded.h>
#include <sys/stat.h>
#include <unistd.h>

static int code(int rc)
{
	return rc < 0 ? -errno : rc;
}

void tu_os_files_make_room(int n)
{
	int saved = errno, fd, last;
	struct rlimit allowed;

	if (!__libc_single_threaded || getrlimit(RLIMIT_NOFILE, &allowed) < 0)
		return;
	if (allowed.rlim_cur < (rlim_t)n)
		n = (int)allowed.rlim_cur;
	/* Not a copy of one that is there: to close that may give a lock on its file back. */
	fd = eventfd(0, EFD_CLOEXEC);
	last = fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, n - 1);
	if (last >= 0)
		close(last);
	if (fd >= 0)
		close(fd);
	errno = saved;
}

int tu_os_file_open(const char *path, int flags, unsigned mode)
{
	int fd;

	do
		fd = open(path, flags | O_CLOEXEC, (mode_t)mode);
	while (fd < 0 && errno == EINTR);
	return code(fd);
}

void tu_os_file_close(int fd)
{
	close(fd);
}

static ssize_t read_some(int fd, char *data, size_t size, int64_t offset)
{
	return offset < 0 ? read(fd, data, size) : pread(fd, data, size, offset);
}

static bool is_plain(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

ptrdiff_t tu_os_file_read(int fd, void *data, size_t size, int64_t offset)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read_some(fd, (char *)data + done, size - done,
			offset < 0 ? offset : offset + (int64_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return done > 0 ? (ptrdiff_t)done : -errno;
		done += (size_t)n;
		if (n == 0 || (done < size && !is_plain(fd)))
			break;
	}
	return (ptrdiff_t)done;
}

int tu_os_file_write(int fd, const void *data, size_t size, int64_t offset)
{
	size_t done = 0;

	while (done < size) {
		const char *from = (const char *)data + done;
		ssize_t n = offset < 0 ? write(fd, from, size - done)
				       : pwrite(fd, from, size - done, offset + (int64_t)done);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			done += (size_t)n;
	}
	return 0;
}

int tu_os_file_sync(int fd)
{
	return code(fsync(fd));
}

int tu_os_file_stat(const char *path, struct stat *st)
{
	return code(stat(path, st));
}

int tu_os_file_rename(const char *from, const char *to)
{
	return code(rename(from, to));
}

int tu_os_file_remove(const char *path)
{
	return code(remove(path));
}

int tu_os_file_open_whole(const char *path, size_t *size)
{
	int fd = tu_os_file_open(path, O_RDONLY, 0), rc;
	struct stat st;

	if (fd < 0)
		return fd;
	rc = fstat(fd, &st) < 0 ? -errno : S_ISDIR(st.st_mode) ? -EISDIR : 0;
	if (rc == 0) {
		*size = (size_t)st.st_size; /* of a pipe or in /proc it says nothing */
		return fd;
	}
	close(fd);
	return rc;
}

/* -- replacing --------------------------------------------------------------------------------- */

/* Another file beside it, with a name that nobody has. */
static int open_beside(const char *path, unsigned mode, char *name, size_t size)
{
	for (unsigned i = 0; i < 1000; i++) {
		int n = snprintf(name, size, "%s.%d-%u.new", path, (int)getpid(), i), fd;

		if (n < 0 || (size_t)n >= size)
			return -ENAMETOOLONG;
		fd = tu_os_file_open(name, O_WRONLY | O_CREAT | O_EXCL, mode);
		if (fd != -EEXIST)
			return fd;
	}
	return -EEXIST;
}

/* The name is to be on the disk as well. A file system that cannot do that has done all it can. */
static void sync_folder(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd;

	if (!slash)
		strcpy(folder, ".");
	else
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path) + 1, path);
	fd = tu_os_file_open(folder, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

int tu_os_file_replace(const char *path, const void *data, size_t size, unsigned mode)
{
	char name[PATH_MAX];
	int fd = open_beside(path, mode, name, sizeof(name)), rc;

	if (fd < 0)
		return fd;
	rc = tu_os_file_write(fd, data, size, -1);
	if (rc == 0)
		rc = tu_os_file_sync(fd);
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc == 0)
		rc = tu_os_file_rename(name, path);
	if (rc < 0)
		unlink(name);
	else
		sync_folder(path);
	return rc;
}

/* -- folders ----------------------------------------------------------------------------------- */

/* What fn returns; or 0, and *failed, if nothing is, is why nothing is known of it. */
static int show(DIR *folder, const char *name,
	int (*fn)(const char *name, const struct stat *st, void *arg), void *arg, int *failed)
{
	struct stat st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	if (fstatat(dirfd(folder), name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return fn(name, &st, arg);
	if (*failed == 0 && errno != ENOENT) /* which has gone meanwhile */
		*failed = -errno;
	return 0;
}

int tu_os_folder_each(
	const char *path, int (*fn)(const char *name, const struct stat *st, void *arg), void *arg)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	int rc = 0, failed = 0;

	if (!folder)
		return -errno;
	while (rc >= 0) {
		errno = 0;
		entry = readdir(folder);
		if (!entry) {
			rc = -errno;
			break;
		}
		rc = show(folder, entry->d_name, fn, arg, &failed);
	}
	closedir(folder);
	return rc < 0 ? rc : failed;
}
