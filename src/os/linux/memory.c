/* SPDX-License-Identifier: MIT */
/* memory.c - memory that processes share, as a file without a name; and whose it is. */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

int tu_os_process_id(void)
{
	return getpid();
}

uint64_t tu_os_process_birth(int pid)
{
	char path[32], text[1024];
	const char *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	at = strrchr(text, ')'); /* behind the name, which may hold anything */
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}

uint64_t tu_os_random(void)
{
	struct timespec now;
	uint64_t drawn = 0;

	while (drawn == 0)
		if (getrandom(&drawn, sizeof(drawn), 0) != sizeof(drawn)) {
			clock_gettime(CLOCK_REALTIME, &now); /* a kernel that refuses it */
			drawn = (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec << 16 ^
				(uint64_t)getpid();
		}
	return drawn;
}

/* Beyond it, ftruncate would not just fail: the process would get a signal. */
static bool is_allowed(uint64_t bytes)
{
	struct rlimit limit;

	return bytes <= INT64_MAX && (getrlimit(RLIMIT_FSIZE, &limit) != 0 ||
					     limit.rlim_cur == RLIM_INFINITY ||
					     bytes <= limit.rlim_cur);
}

int tu_os_memory_make(const char *name, size_t bytes)
{
	unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd, rc;

	if (!is_allowed(bytes))
		return -EFBIG;
	fd = memfd_create(name, flags | MFD_NOEXEC_SEAL);
	if (fd < 0 && errno == EINVAL) /* before Linux 6.3 */
		fd = memfd_create(name, flags);
	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)bytes) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

int tu_os_memory_seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0 ? 0 : -errno;
}

/*
 * Of a process that locks all its memory, what is mapped to be written would be filled at once:
 * so it is mapped for nothing, unlocked, and only then to be written.
 */
void *tu_os_memory_map_spare(int fd, size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_NONE, MAP_SHARED | MAP_NORESERVE, fd, 0);

	if (p == MAP_FAILED)
		return NULL;
	munlock(p, bytes);
	madvise(p, bytes, MADV_DONTDUMP);
	if (mprotect(p, bytes, PROT_READ | PROT_WRITE) == 0)
		return p;
	munmap(p, bytes);
	return NULL;
}

void *tu_os_memory_map(int fd, size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

void tu_os_memory_unmap(void *base, size_t bytes)
{
	munmap(base, bytes);
}

int64_t tu_os_memory_bytes(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return -EINVAL;
	return st.st_size;
}

int tu_os_memory_back(int fd, uint64_t from, uint64_t bytes)
{
	int rc;

	do
		rc = fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)from, (off_t)bytes);
	while (rc != 0 && errno == EINTR);
	/* Where there is no such call, touching it will have to do. */
	return rc == 0 || errno == EOPNOTSUPP || errno == ENOSYS ? 0 : -ENOMEM;
}

void tu_os_memory_drop(int fd, uint64_t from, uint64_t bytes)
{
	fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)from, (off_t)bytes);
}

int tu_os_descriptor_of(int pid, int fd, unsigned events)
{
	char path[48];
	int got, how = events == TU_OS_READABLE ? O_RDONLY
		: events == TU_OS_WRITABLE	? O_WRONLY
						: O_RDWR;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	got = open(path, how | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (got >= 0 && events == TU_OS_WRITABLE)
		fcntl(got, F_SETFL, O_NONBLOCK | O_DIRECT); /* packets: open refuses to say so */
	if (got >= 0)
		return got;
	if (errno != ENOENT)
		return -errno;
	snprintf(path, sizeof(path), "/proc/%d", pid);
	return access(path, F_OK) == 0 ? -ESTALE : -ESRCH;
}

void tu_os_memory_close(int fd)
{
	close(fd);
}
