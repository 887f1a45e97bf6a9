/* SPDX-License-Identifier: MIT */
/* memory.c - large memory that processes share, and what another process has open. */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

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
	int got, how = events == TU_OS_READABLE   ? O_RDONLY
		       : events == TU_OS_WRITABLE ? O_WRONLY
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
