/* SPDX-License-Identifier: MIT */
/* named_badly.c - threads and tasks whose names would control a terminal; for ps.py. */
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <pthread.h>
#include <tutti/tutti.h>

static tutti_event never;

static void *waits(void *arg)
{
	tutti_event_wait(&never);
	return arg;
}

static void rests(void)
{
	for (;;)
		pause();
}

static void *sleeps(void *arg)
{
	prctl(PR_SET_NAME, "\x1B[2J\xFF\nx");
	rests();
	return arg;
}

int main(void)
{
	pthread_t t;

	prctl(PR_SET_NAME, "a\x1B]0;b\nc");
	tutti_task_start(waits, NULL,
		&(tutti_task_options){
			.name = "\xE4\xB8\x8B\xE8\xBD\xBD\xE7\xBD\x91\xE9\xA1\xB5"
				"\xE4\xB8\x8B\xE8\xBD\xBD\xE7\xBD\x91\xE9\xA1\xB5"
				"\xE4\xB8\x8B\xE8\xBD\xBD\xE7\xBD\x91\xE9\xA1\xB5" });
	tutti_task_start(waits, NULL,
		&(tutti_task_options){ .name = "x\xC2\x9B"
					       "31m\xE2\x80\xAEtxt" });
	tutti_thread_start(waits, NULL, &(tutti_thread_options){ .name = "\"quoted\" \\ '" });
	if (pthread_create(&t, NULL, sleeps, NULL) != 0)
		return 1;
	puts("ready");
	fflush(stdout);
	tutti_event_wait(&never);
	return 0;
}
