/* SPDX-License-Identifier: MIT */
/* progress_screen.c - does to progress what its input says, a line at a time, and answers each. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tutti/tutti.h>

enum { BARS = 100, THREADS = 8, LINES = 100 };
static tutti_progress *bars[BARS];

static void *print_lines(void *which)
{
	for (int i = 0; i < LINES; i++) {
		tutti_progress_print("thread %d says line %d", (int)(intptr_t)which, i);
		tutti_progress_add(bars[0], 1);
	}
	return NULL;
}

/* Half of them tasks of this thread. */
static void print_from_threads(void)
{
	tutti_future *f[THREADS];

	for (intptr_t i = 0; i < THREADS; i++)
		f[i] = i % 2 ? tutti_thread_start(print_lines, (void *)i, NULL)
			     : tutti_task_start(print_lines, (void *)i, NULL);
	tutti_join_all(f, THREADS);
}

/* A child that counts and has something to say; it tries to show something itself, too. */
static void fork_one(int bar, unsigned long n)
{
	tutti_progress *own;
	pid_t child = fork();

	if (child == 0) {
		tutti_progress_add(bars[bar], n);
		tutti_report(0, "a word from the child");
		own = tutti_progress_create("unseen", 1);
		tutti_progress_free(own);
		tutti_progress_free(bars[bar]);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void obey(const char *verb, int bar, unsigned long n, const char *words)
{
	if (strcmp(verb, "create") == 0)
		bars[bar] = tutti_progress_create(words, n);
	else if (strcmp(verb, "add") == 0)
		tutti_progress_add(bars[bar], n);
	else if (strcmp(verb, "free") == 0)
		tutti_progress_free(bars[bar]);
	else if (strcmp(verb, "print") == 0)
		tutti_progress_print("%s", words);
	else if (strcmp(verb, "report") == 0)
		tutti_report(0, "%s", words);
	else if (strcmp(verb, "foreign") == 0)
		fprintf(stderr, "%s\n", words);
	else if (strcmp(verb, "part") == 0)
		fprintf(stderr, "%s", words);
	else if (strcmp(verb, "suspend") == 0)
		tutti_progress_suspend();
	else if (strcmp(verb, "resume") == 0)
		tutti_progress_resume();
	else if (strcmp(verb, "threads") == 0)
		print_from_threads();
	else if (strcmp(verb, "fork") == 0)
		fork_one(bar, n);
	else if (strcmp(verb, "abort") == 0)
		abort();
	else
		exit(strcmp(verb, "exit") == 0 ? 0 : 99);
}

int main(void)
{
	char line[1000], verb[20], words[500];

	signal(SIGINT, SIG_DFL);
	while (fgets(line, sizeof(line), stdin)) {
		unsigned long n = 0;
		int bar = 0;

		words[0] = '\0';
		sscanf(line, "%19s %d %lu %499[^\n]", verb, &bar, &n, words);
		obey(verb, bar, n, words);
		puts("done");
		fflush(stdout);
	}
	return 0;
}
