/* SPDX-License-Identifier: MIT */
/*
 * ask.c - interrupt a certain thread to have it look at itself, and at the calls it stands in.
 *
 * The usual signal is SIGURG: nobody gets one without having asked for it, its default is that
 * nothing happens, so that one which comes too late does no harm, and debuggers let it pass.
 */
#include "os/linux/frame.h"
#include "os/linux/thread.h"
#include "os/os.h"

#include "base/atomic.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined(__has_include)
#if __has_include(<execinfo.h>)
#include <execinfo.h>
#define HAS_BACKTRACE 1
#endif
#endif

enum { OWN_FRAMES = 8 }; /* of a handler that walks: it, its callers and the kernel's */

static void (*asked_fn)(const void *pc);
static struct sigaction before;
static int asked_by; /* shown; 0: nobody is asked */

static void on_ask(int number, siginfo_t *info, void *frame)
{
	int saved = errno;

	(void)number;
	if (info->si_code == SI_TKILL && info->si_pid == getpid())
		asked_fn(tu_frame_pc(frame));
	errno = saved;
}

static bool is_taken(const struct sigaction *action)
{
	if (action->sa_flags & SA_SIGINFO)
		return action->sa_sigaction != on_ask;
	return action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN;
}

int tu_os_ask_begin(int signal, void (*asked)(const void *pc))
{
	struct sigaction action = { .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART }, now;

	if (signal == 0)
		signal = SIGURG;
	if (sigaction(signal, NULL, &now) != 0)
		return -errno;
	if (is_taken(&now))
		return -EBUSY;
	asked_fn = asked;
	action.sa_sigaction = on_ask;
	sigemptyset(&action.sa_mask);
	if (sigaction(signal, &action, &before) != 0)
		return -errno;
	tu_show(&asked_by, signal);
	return 0;
}

/* Of a signal that would end the program the handler stays: one may still be on its way. */
void tu_os_ask_end(void)
{
	struct sigaction now;
	int signal = tu_shown(&asked_by);

	tu_show(&asked_by, 0);
	if (signal == SIGURG && sigaction(signal, NULL, &now) == 0 && !is_taken(&now))
		sigaction(signal, &before, NULL);
}

static void change_mask(int how, int signal)
{
	sigset_t set;

	if (signal == 0)
		return;
	sigemptyset(&set);
	sigaddset(&set, signal);
	pthread_sigmask(how, &set, NULL);
}

void tu_os_ask_follow(void)
{
	static __thread int followed; /* 0: none */
	int signal = tu_shown(&asked_by);

	if (signal == followed || !tu_os_thread_is_ours())
		return;
	change_mask(SIG_BLOCK, followed);
	change_mask(SIG_UNBLOCK, signal);
	followed = signal;
}

int tu_os_thread_ask(int native_id)
{
	int signal = tu_shown(&asked_by);

	return syscall(SYS_tgkill, getpid(), native_id, signal) == 0 ? 0 : -errno;
}

#ifdef HAS_BACKTRACE
/* The handler's own frames are the first; pc is where the others begin. */
int tu_os_stack_walk(const void *pc, void **frames, int most)
{
	void *all[128];
	int room = most + OWN_FRAMES < 128 ? most + OWN_FRAMES : 128, n, from = 0, kept = 0;

	n = backtrace(all, room);
	while (from < n && all[from] != pc)
		from++;
	if (from == n)
		from = 0;
	while (from < n && kept < most)
		frames[kept++] = all[from++];
	return kept;
}
#else
int tu_os_stack_walk(const void *pc, void **frames, int most)
{
	if (most < 1 || !pc)
		return 0;
	frames[0] = (void *)pc;
	return 1;
}
#endif
