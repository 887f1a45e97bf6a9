/* SPDX-License-Identifier: MIT */
/*
 * tick.c - a timer that interrupts one thread.
 *
 * By SIGVTALRM, which hardly any program uses; setitimer, which it is for, is not touched.
 */
#include "os/linux/clock.h"
#include "os/linux/frame.h"
#include "os/os.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id /* glibc before 2.36 */
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum { SIGNAL = SIGVTALRM };

static void (*ticked_fn)(const void *pc, int64_t cpu, long slept);
static struct sigaction before;
static timer_t timer;

static void on_tick(int number, siginfo_t *info, void *frame)
{
	int saved = errno;
	struct timespec cpu;
	struct rusage used;

	(void)number;
	if (info->si_code == SI_TIMER && clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu) == 0 &&
		getrusage(RUSAGE_THREAD, &used) == 0)
		ticked_fn(tu_frame_pc(frame), (int64_t)cpu.tv_sec * 1000000000 + cpu.tv_nsec,
			used.ru_nvcsw);
	errno = saved;
}

static int start(int64_t period)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGNAL };
	struct itimerspec every;

	event.sigev_notify_thread_id = (int)syscall(SYS_gettid);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
		return -errno;
	every.it_interval.tv_sec = period / 1000000000;
	every.it_interval.tv_nsec = (long)(period % 1000000000);
	every.it_value = every.it_interval;
	return timer_settime(timer, 0, &every, NULL) == 0 ? 0 : -errno;
}

int tu_os_tick_begin(int64_t period, void (*ticked)(const void *pc, int64_t cpu, long slept))
{
	/* SA_RESTART: what is waited for in the kernel goes on. Without SA_ONSTACK: see os.h. */
	struct sigaction action = { .sa_flags = SA_SIGINFO | SA_RESTART }, now;

	if (sigaction(SIGNAL, NULL, &now) != 0)
		return -errno;
	if (now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN)
		return -EBUSY;
	ticked_fn = ticked;
	action.sa_sigaction = on_tick;
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGNAL, &action, &before) != 0)
		return -errno;
	return start(period);
}

void tu_os_tick_end(void)
{
	timer_delete(timer);
	sigaction(SIGNAL, &before, NULL);
}

void tu_os_tick_left(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGNAL);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
