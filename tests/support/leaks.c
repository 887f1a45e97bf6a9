/* SPDX-License-Identifier: MIT */
#include "support/leaks.h"

#include "support/test.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>

enum { GRACE_S = 60 };

static int entries(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	CHECK(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

int leaks_threads(void)
{
	return entries("/proc/self/task");
}

int leaks_descriptors(void)
{
	return entries("/proc/self/fd") - 1; /* the one that reads the directory */
}

#ifdef __SANITIZE_THREAD__
static void *nothing(void *arg)
{
	return arg;
}
#endif

/* TSan starts a thread of its own with the program's first, and keeps it. */
static void let_sanitizer_begin(void)
{
#ifdef __SANITIZE_THREAD__
	pthread_t thread;

	CHECK_EQ(pthread_create(&thread, NULL, nothing, NULL), 0);
	CHECK_EQ(pthread_join(thread, NULL), 0);
#endif
}

void leaks_note(struct leaks *before)
{
	let_sanitizer_begin();
	before->descriptors = leaks_descriptors();
	before->threads = leaks_threads();
	pthread_sigmask(SIG_SETMASK, NULL, &before->mask);
}

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void wait_for_helpers(const struct leaks *before)
{
	struct timespec pause = { 0, 1000000 };
	time_t end = seconds() + GRACE_S;

	while (seconds() < end) {
		if (leaks_threads() <= before->threads &&
			leaks_descriptors() <= before->descriptors)
			return;
		nanosleep(&pause, NULL);
	}
}

/* By these names they can be found in the sources. */
static void tell_threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *entry;

	CHECK(tasks);
	while ((entry = readdir(tasks)) != NULL) {
		char path[300], name[32] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/self/task/%s/comm", entry->d_name);
		file = entry->d_name[0] == '.' ? NULL : fopen(path, "r");
		if (!file)
			continue;
		if (fgets(name, sizeof(name), file))
			fprintf(stderr, "thread %s: %s", entry->d_name, name);
		fclose(file);
	}
	closedir(tasks);
}

static void no_children(void)
{
	siginfo_t info;

	CHECK_EQ(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT), -1);
	CHECK_EQ(errno, ECHILD);
}

void leaks_check(const struct leaks *before)
{
	sigset_t mask;

	wait_for_helpers(before);
	if (leaks_threads() > before->threads)
		tell_threads();
	/* Fewer: who had been joined before was still leaving when they were counted. */
	CHECK(leaks_threads() <= before->threads);
	CHECK(leaks_descriptors() <= before->descriptors);
	no_children();
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	for (int signal = 1; signal < SIGRTMAX; signal++)
		CHECK_EQ(sigismember(&mask, signal), sigismember(&before->mask, signal));
}
