/* SPDX-License-Identifier: MIT */
/* proc.c - what the kernel's files say of a thread of this process. */
#include "os/linux/clock.h"
#include "os/os.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The file's text, as much as fits; "" if it cannot be read. */
static void read_file(int native_id, const char *name, char *buf, size_t n)
{
	char path[64];
	ssize_t got = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/%s", native_id, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		got = read(fd, buf, n - 1);
		close(fd);
	}
	buf[got > 0 ? got : 0] = 0;
}

/* Asked by number, as the thread may have ended: its pthread_t would be good for nothing then. */
static int64_t cpu_clock(int native_id)
{
	/* As the kernel's posix-timers.h makes it: per thread, by the scheduler's count. */
	clockid_t clock = (clockid_t)(~(unsigned)native_id << 3 | 4 | 2);
	struct timespec ts;

	if (clock_gettime(clock, &ts) != 0)
		return -1;
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t tu_os_thread_cpu(int native_id, bool *runs)
{
	int64_t cpu = cpu_clock(native_id);
	char text[80];
	const char *state;

	if (cpu < 0)
		return -1;
	read_file(native_id, "stat", text, sizeof(text));
	state = strrchr(text, ')'); /* of the name, which may have some of its own */
	*runs = !state || state[1] == 0 || state[2] == 'R';
	return tu_clock_scaled(cpu);
}

const char *tu_os_thread_name_of(int native_id, char *buf, size_t n)
{
	read_file(native_id, "comm", buf, n);
	buf[strcspn(buf, "\n")] = 0;
	return buf;
}
