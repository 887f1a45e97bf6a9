/* SPDX-License-Identifier: MIT */
/* crash.c - a last word before a fault or abort ends the process. */
#include "os/os.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

static const int signals[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };
enum { SIGNALS = sizeof(signals) / sizeof(signals[0]) };

static struct sigaction before[SIGNALS];
static void (*crashed_fn)(int signal);

static int index_of(int number)
{
	int i = 0;

	while (i < SIGNALS - 1 && signals[i] != number)
		i++;
	return i;
}

/* Whoever had it before has it again: a debugger, a sanitizer, the kernel's dump. */
static void on_crash(int number)
{
	sigset_t set;

	sigaction(number, &before[index_of(number)], NULL);
	sigemptyset(&set);
	sigaddset(&set, number);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL); /* crashed may go on elsewhere */
	crashed_fn(number);
	if (number == SIGABRT) /* a fault comes again by itself */
		raise(number);
}

int tu_os_crash_begin(void (*crashed)(int signal))
{
	struct sigaction action = { .sa_flags = SA_ONSTACK };

	if (crashed_fn)
		return -EBUSY;
	crashed_fn = crashed;
	action.sa_handler = on_crash;
	sigemptyset(&action.sa_mask);
	for (int i = 0; i < SIGNALS; i++)
		if (sigaction(signals[i], &action, &before[i]) != 0)
			return -errno;
	return 0;
}

void tu_os_crash_end(void)
{
	for (int i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &before[i], NULL);
	crashed_fn = NULL;
}
