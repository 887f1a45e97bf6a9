/* SPDX-License-Identifier: MIT */
/* signal.c - faults at an address, interrupts from the keyboard, and words that need no lock. */
#include "os/os.h"
#include "os/port.h"

#include "base/atomic.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FAULT_STACK_BYTES = 32 << 10 };

void tu_os_write_error(const char *text, size_t n)
{
	int saved = errno;

	while (n > 0) {
		ssize_t done = write(STDERR_FILENO, text, n);

		if (done < 0 && errno != EINTR)
			break;
		if (done > 0) {
			text += done;
			n -= (size_t)done;
		}
	}
	errno = saved;
}

void tu_os_hold_output(void)
{
	flockfile(stdout);
	flockfile(stderr);
}

/* -- faults --------------------------------------------------------------------------------- */

static void (*decide_fault)(const void *address);
static struct sigaction segv_before, bus_before;

static void on_fault(int number, siginfo_t *info, void *frame)
{
	const struct sigaction *before = number == SIGBUS ? &bus_before : &segv_before;
	int saved = errno;

	if (info->si_code > 0) /* from the kernel, not from kill() */
		decide_fault(info->si_addr);
	errno = saved;
	if (before->sa_flags & SA_SIGINFO)
		before->sa_sigaction(number, info, frame);
	else if (before->sa_handler != SIG_DFL && before->sa_handler != SIG_IGN)
		before->sa_handler(number);
	else
		signal(number, SIG_DFL); /* the fault comes again and ends the program */
}

/* ASan and TSan have handlers of their own that tell more; both export this name. */
extern void __sanitizer_set_death_callback(void (*)(void)) __attribute__((weak));

int tu_os_fault_handler(void (*decide)(const void *address))
{
	static int installed;
	struct sigaction action = { .sa_flags = SA_SIGINFO | SA_ONSTACK };

	/* Only that it happens once counts: installing a handler is what publishes decide. */
	if (__sanitizer_set_death_callback || tu_swap_acqrel(&installed, 1))
		return 0;
	decide_fault = decide;
	action.sa_sigaction = on_fault;
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGSEGV, &action, &segv_before) != 0 ||
		sigaction(SIGBUS, &action, &bus_before) != 0)
		return -errno;
	return 0;
}

static void free_fault_stack(void *memory)
{
	stack_t now, off = { .ss_flags = SS_DISABLE };

	if (sigaltstack(NULL, &now) == 0 && now.ss_sp == memory)
		sigaltstack(&off, NULL);
	free(memory);
}

int tu_os_fault_stack(void)
{
	stack_t now, ours = { .ss_size = FAULT_STACK_BYTES };

	if (__sanitizer_set_death_callback)
		return 0;
	if (tu_os_port) /* all that is simulated runs on one thread, which has one */
		return 0;
	if (sigaltstack(NULL, &now) == 0 && !(now.ss_flags & SS_DISABLE))
		return 0; /* the thread has one already */
	ours.ss_sp = malloc(FAULT_STACK_BYTES);
	if (!ours.ss_sp)
		return -ENOMEM;
	if (sigaltstack(&ours, NULL) != 0) {
		free(ours.ss_sp);
		return -errno;
	}
	return tu_os_at_thread_end(free_fault_stack, ours.ss_sp);
}

/* -- interrupts ------------------------------------------------------------------------------ */

static void (*interrupted_fn)(void);
static struct sigaction interrupt_before;
static int interrupt_taken;

static void on_interrupt(int number)
{
	int saved = errno;

	(void)number;
	interrupted_fn();
	errno = saved;
}

int tu_os_interrupt_begin(void (*interrupted)(void))
{
	/* RESETHAND: the second interrupt ends the program even if we hang. */
	struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = SA_RESETHAND };

	/* [interrupt-1] acquire: whoever had it last has put the old action back */
	if (tu_swap_acqrel(&interrupt_taken, 1))
		return -EBUSY;
	interrupted_fn = interrupted;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, NULL, &interrupt_before);
	if (interrupt_before.sa_handler != SIG_IGN) /* a shell's background job stays deaf */
		sigaction(SIGINT, &action, NULL);
	return 0;
}

void tu_os_interrupt_end(void)
{
	sigaction(SIGINT, &interrupt_before, NULL);
	tu_store_rel(&interrupt_taken, 0); /* [interrupt-1] release: the action is as before */
}
