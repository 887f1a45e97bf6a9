/* SPDX-License-Identifier: MIT */
/* terminal.c - the terminal of the error stream, see terminal.h. */
#include "os/terminal.h"

#include "base/atomic.h"
#include "os/os.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

bool tu_os_terminal_size(int *columns, int *rows)
{
	struct winsize size;

	if (!isatty(STDERR_FILENO))
		return false;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0)
		size.ws_col = size.ws_row = 0;
	*columns = size.ws_col;
	*rows = size.ws_row;
	return true;
}

bool tu_os_terminal_takes(void)
{
	struct pollfd room = { .fd = STDERR_FILENO, .events = POLLOUT };
	pid_t front = tcgetpgrp(STDERR_FILENO);

	/* a terminal that is not the one we are under has no foreground that concerns us */
	if (front > 0 && front != getpgrp())
		return false;
	return poll(&room, 1, 0) == 1 && (room.revents & POLLOUT);
}

/* -- interrupts ------------------------------------------------------------------------------ */

static const uint32_t *lines_below;

/* Blocked until it returns, the signal comes again and then does what it always did. */
static void go_below(int number)
{
	static const char down[] = "\n\n\n\n\n\n\n\n";
	int saved = errno;
	uint32_t n = tu_load_rlx(lines_below); /* a number by itself */

	for (; n > 0; n -= n < sizeof(down) - 1 ? n : (uint32_t)sizeof(down) - 1)
		tu_os_write_error(down, n < sizeof(down) - 1 ? n : sizeof(down) - 1);
	signal(number, SIG_DFL);
	raise(number);
	errno = saved;
}

void tu_os_terminal_watch(const uint32_t *lines)
{
	struct sigaction now, action = { .sa_handler = go_below };

	if (sigaction(SIGINT, NULL, &now) != 0 || (now.sa_flags & SA_SIGINFO) ||
		now.sa_handler != SIG_DFL)
		return;
	lines_below = lines;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
}

void tu_os_terminal_unwatch(void)
{
	struct sigaction now;

	if (sigaction(SIGINT, NULL, &now) == 0 && !(now.sa_flags & SA_SIGINFO) &&
		now.sa_handler == go_below)
		signal(SIGINT, SIG_DFL);
}
