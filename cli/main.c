/* SPDX-License-Identifier: MIT */
/* main.c - the tutti command: picks the subcommand, which lies in a file of its own. */
#define _GNU_SOURCE
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct subcommand {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *does;
} subcommands[] = {
	{ "map", map_main, "run a job over many inputs at once" },
	{ "fetch", fetch_main, "fetch many pages at once" },
	{ "serve", serve_main, "serve a folder, or pages to try clients with, over HTTP" },
	{ "manager", manager_main, "serve queues and jobs to programs on other machines" },
	{ "worker", worker_main, "run what a manager has to do" },
	{ "master", master_main, "give a manager's workers something to do" },
	{ "ps", ps_main, "show what a running program waits for" },
	{ "tree", tree_main, "the same, as a tree" },
	{ "check", check_main, "look for a schedule under which a program fails" },
	{ "sched", sched_main, "simulate how processes share cores" },
	{ "tour", tour_main, "show what there is, by running it" },
	{ "jobs", jobs_main, "list the jobs there are" },
	{ "new", new_main, "write a file with a job to begin with" },
	{ "info", info_main, "say what the library found on this machine" },
};
enum { SUBCOMMANDS = sizeof subcommands / sizeof *subcommands };

void say(const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	/* one line stays one line, and above a bar, also when two threads have something to say */
	tutti_progress_print("tutti: %s", n < 0 ? strerror(ENOMEM) : text);
	if (n >= 0)
		free(text);
}

static int help(void)
{
	puts("usage: tutti COMMAND [ARGUMENT...]\n"
	     "       tutti --help | --version\n"
	     "\n"
	     "commands:");
	for (int i = 0; i < SUBCOMMANDS; i++)
		printf("  %-8s %s\n", subcommands[i].name, subcommands[i].does);
	puts("\n"
	     "`tutti COMMAND --help` says more about one of them.");
	return STATUS_FINE;
}

static int version(void)
{
	printf("tutti %s\n", tutti_version());
	return STATUS_FINE;
}

static int misused(void)
{
	fputs("Try 'tutti --help'.\n", stderr);
	return STATUS_USAGE;
}

static int run(int argc, char **argv)
{
	if (argc < 2) {
		say("which command?");
		return misused();
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return help();
	if (strcmp(argv[1], "--version") == 0)
		return version();
	for (int i = 0; i < SUBCOMMANDS; i++)
		if (strcmp(argv[1], subcommands[i].name) == 0)
			return subcommands[i].main(argc - 1, argv + 1);
	say(argv[1][0] == '-' ? "unknown option '%s'" : "no command called '%s'", argv[1]);
	return misused();
}

/*
 * A standard stream that was closed must not become some other file of ours: its place is taken by
 * one that cannot be used as it would be.
 */
static void take_places(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* Their ends are seen by those who wait for them: this thread need not wake up at each. */
static void leave_children_alone(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int main(int argc, char **argv)
{
	int status;

	take_places();
	/* where that was ignored as we were started nobody would learn how a child has ended */
	signal(SIGCHLD, SIG_DFL);
	leave_children_alone();
	status = run(argc, argv);
	/* help that did not arrive is a failure too; map writes and checks by itself */
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == STATUS_FINE) {
		say("standard output: cannot be written");
		return STATUS_FAILED;
	}
	return status;
}
