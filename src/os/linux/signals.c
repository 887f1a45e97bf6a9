/* SPDX-License-Identifier: MIT */
/* signals.c - catching the program's signals, and a descriptor to tell of them. */
#include "os/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static struct sigaction before[TU_OS_SIGNALS + 1];
static void (*caught_by)(int number);

static void on_signal(int number)
{
	int saved = errno;

	caught_by(number);
	errno = saved;
}

int tu_os_signal_catch(int number, void (*caught)(int number))
{
	/* Calls that wait begin again, as they did when nothing was done at it. */
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK };

	if (number < 1 || number > TU_OS_SIGNALS || number == SIGSEGV || number == SIGBUS ||
		number == SIGFPE || number == SIGILL)
		return -EINVAL;
	caught_by = caught; /* there is one; the handler's being there makes it known */
	sigemptyset(&action.sa_mask);
	return sigaction(number, &action, &before[number]) == 0 ? 0 : -errno;
}

void tu_os_signal_release(int number)
{
	sigaction(number, &before[number], NULL);
}

int tu_os_ring_open(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

void tu_os_ring(int fd)
{
	const uint64_t one = 1;
	int saved = errno;

	if (write(fd, &one, sizeof(one)) < 0) /* after some 2^64 rings: it is readable anyway */
		errno = saved;
}

bool tu_os_ring_quiet(int fd)
{
	uint64_t rings;
	int saved = errno;
	bool rung = read(fd, &rings, sizeof(rings)) > 0;

	errno = saved;
	return rung;
}

void tu_os_ring_part(int fd)
{
	int another = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (another < 0)
		return; /* then each hears of the other's signals, for nothing */
	dup3(another, fd, O_CLOEXEC);
	close(another);
}

void tu_os_ring_close(int fd)
{
	close(fd);
}
