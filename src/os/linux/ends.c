/* SPDX-License-Identifier: MIT */
/* ends.c - the end of other processes: whether a signal brings it, and that it has come. */
#include "os/os.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* One of the masks in a status file, see proc(5). */
static unsigned long long mask_in(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	return line ? strtoull(line + strlen(name), NULL, 16) : 0;
}

static bool ends_by_default(int number)
{
	static const int others[] = { SIGCHLD, SIGURG, SIGWINCH, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN,
		SIGTTOU };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (number == others[i])
			return false;
	return number > 0;
}

bool tu_os_signal_ends(int pid, int number)
{
	char path[40], text[4096];
	unsigned long long kept;
	size_t n = 0;
	FILE *f;

	if (number == SIGKILL || !ends_by_default(number))
		return number == SIGKILL;
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	if (f) {
		n = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[n] = 0;
	kept = mask_in(text, "SigBlk:") | mask_in(text, "SigIgn:") | mask_in(text, "SigCgt:");
	return n > 0 && !(kept >> (number - 1) & 1);
}

static void look_again_soon(void)
{
	struct timespec pause = { .tv_nsec = 1000000 };

	nanosleep(&pause, NULL);
}

void tu_os_process_await_end(int pid)
{
	struct pollfd end = { .fd = tu_os_child_fd(pid), .events = POLLIN };
	int saved = errno;

	if (end.fd >= 0) {
		while (poll(&end, 1, -1) < 0 && errno == EINTR)
			;
		close(end.fd);
	} else {
		while (tu_os_process_birth(pid) != 0)
			look_again_soon();
	}
	errno = saved;
}
