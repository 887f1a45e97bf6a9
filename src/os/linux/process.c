/* SPDX-License-Identifier: MIT */
/* process.c - processes by their numbers, and memory that they share. */
#include "os/linux/path.h"
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

int tu_os_process_id(void)
{
	return getpid();
}

int tu_os_process_parent(void)
{
	return getppid();
}

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

/* The n-th field of a stat file's text, where the state is the third; see proc(5). */
static unsigned long long field(const char *state, int n)
{
	unsigned long long value = 0;

	for (int i = 3; i < n && state; i++) {
		state = strchr(state, ' ');
		state = state ? state + 1 : NULL;
	}
	while (state && *state >= '0' && *state <= '9')
		value = value * 10 + (unsigned)(*state++ - '0');
	return value;
}

/* Without the files, or if they are hidden, there is only whether the number is somebody's. */
static uint64_t is_there(int pid)
{
	return kill(pid, 0) == 0 || errno == EPERM ? TU_OS_BORN_SOMETIME : 0;
}

static uint64_t read_birth(int pid, char *text, size_t n)
{
	enum { THREADS = 20, START = 22 };
	char path[TU_PATH_BYTES];
	const char *state;
	ssize_t got;
	int fd;

	/* The dot: qemu-user makes up the file of the process itself, which others do not see. */
	fd = open(tu_path(path, "/proc/./", pid, "/stat"), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return is_there(pid);
	got = read(fd, text, n - 1);
	close(fd);
	text[got > 0 ? got : 0] = 0;
	state = strrchr(text, ')');      /* of the name, which may have some of its own */
	if (!state || strlen(state) < 3) /* it ended while we looked */
		return is_there(pid);
	state += 2;
	/* Its first thread may be a zombie long before the last one has ended. */
	if (*state == 'X' || (*state == 'Z' && field(state, THREADS) <= 1))
		return 0;
	return field(state, START) + 1;
}

uint64_t tu_os_process_birth(int pid)
{
	char text[512];
	int saved = errno;
	uint64_t birth = read_birth(pid, text, sizeof(text));

	errno = saved;
	return birth;
}

_Noreturn void tu_os_kill_self(void)
{
	for (;;)
		kill(getpid(), SIGKILL);
}

void tu_os_stop_self(void)
{
	kill(getpid(), SIGSTOP);
}

/* Beyond it, ftruncate would not just fail: the process would get a signal. */
static bool is_allowed(size_t bytes)
{
	struct rlimit limit;

	return bytes <= INT64_MAX &&
	       (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
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

int64_t tu_os_memory_bytes(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? (int64_t)st.st_size : -EINVAL;
}

bool tu_os_memory_same(int fd, int other)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

void *tu_os_memory_map(int fd, size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

void tu_os_memory_unmap(void *base, size_t bytes)
{
	munmap(base, bytes);
}

/* Where it cannot be they have it, and leave it alone. */
void tu_os_memory_withhold(void *base, size_t bytes)
{
	madvise(base, bytes, MADV_DONTFORK);
}

void tu_os_memory_close(int fd)
{
	close(fd);
}
