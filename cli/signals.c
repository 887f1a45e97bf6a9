/* SPDX-License-Identifier: MIT */
/*
 * signals.c - Ctrl-C and the like while commands run.
 *
 * Commands lead groups of their own, so a terminal's signals reach only us, and it is for us to
 * pass them on: the first one that means the end has all of them end in order, a second one does
 * not wait for that. Signals that were ignored when we were started are ignored.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "command.h"

struct signals {
	struct stream *stream;
	struct stop over;
	int fd;
	tutti_thread *thread;
};

static const int handled[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
enum { HANDLED = sizeof handled / sizeof *handled };

static void collect(sigset_t *set)
{
	sigemptyset(set);
	for (int i = 0; i < HANDLED; i++) {
		struct sigaction now;

		if (sigaction(handled[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(set, handled[i]);
	}
}

void signals_hold(void)
{
	sigset_t set;

	collect(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* The second time: nothing waits any more, but no command is left behind. */
static void die(struct command *c, int number)
{
	sigset_t one;

	command_signal(c, SIGKILL);
	signal(number, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, number);
	raise(number);
	pthread_sigmask(SIG_UNBLOCK, &one, NULL);
}

/* By raise, which stops this thread first: kill might return before anything has stopped. */
static void pause_all(struct command *c)
{
	command_signal(c, SIGSTOP);
	raise(SIGSTOP);
	command_signal(c, SIGCONT);
}

static void take(struct signals *signals, int number)
{
	struct command *c = signals->stream->options->command;

	if (number == SIGTSTP) {
		pause_all(c);
	} else if (c->signal) {
		die(c, number);
	} else {
		c->signal = number;
		stream_give_up(signals->stream);
	}
}

static void *listen(void *arg)
{
	struct signals *signals = arg;
	struct signalfd_siginfo info;

	while (stop_poll(&signals->over, signals->fd, POLLIN) == 0)
		if (read(signals->fd, &info, sizeof info) == sizeof info)
			take(signals, (int)info.ssi_signo);
	return NULL;
}

int signals_enter(struct signals **out, struct stream *s)
{
	struct signals *signals = calloc(1, sizeof *signals);
	tutti_thread_options options = { .name = "signals" };
	sigset_t set;
	int rc = signals ? stop_open(&signals->over) : -ENOMEM;

	if (rc < 0) {
		free(signals);
		return rc;
	}
	collect(&set);
	signals->stream = s;
	signals->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	signals->thread = tutti_thread_start(listen, signals, &options);
	*out = signals;
	rc = tutti_future_error(signals->thread);
	if (rc == TUTTI_EPENDING && signals->fd >= 0)
		return 0;
	signals_leave(signals);
	return rc == TUTTI_EPENDING ? -EMFILE : rc;
}

void signals_leave(struct signals *signals)
{
	stop_tell(&signals->over);
	tutti_join_all(&signals->thread, 1);
	stop_close(&signals->over);
	if (signals->fd >= 0)
		close(signals->fd);
	free(signals);
}
