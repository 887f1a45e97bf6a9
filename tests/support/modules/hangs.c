/* SPDX-License-Identifier: MIT */
/* hangs.c - a program for `tutti ps`: two tasks hold what the other wants, and others wait. */
#include <stdio.h>
#include <string.h>
#include <tutti/tutti.h>

static tutti_lock red, blue;
static tutti_event never;
static tutti_queue *queue;

static void *first(void *go)
{
	tutti_lock_acquire(&red);
	tutti_event_wait(go);
	tutti_lock_acquire(&blue);
	return NULL;
}
static void *second(void *go)
{
	tutti_lock_acquire(&blue);
	tutti_event_set(go);
	tutti_lock_acquire(&red);
	return NULL;
}
static void *gets(void *arg)
{
	int item;
	tutti_queue_get(queue, &item);
	return arg;
}
static void *spins(void *arg)
{
	for (volatile unsigned long n = 0;; n++)
		;
	return arg;
}
static void *waits(void *arg)
{
	tutti_event_wait(&never);
	return arg;
}
static int dawdle(int n)
{
	tutti_sleep(TUTTI_SECONDS(3600));
	return n;
}
TUTTI_JOB(dawdle, int, int);

#define TASK(fn, arg, called) tutti_task_start(fn, arg, &(tutti_task_options){ .name = called })

int main(int argc, char **argv)
{
	static tutti_event go;
	tutti_executor *e;
	const char *what = argc > 1 ? argv[1] : "";

	tutti_queue_create(&queue, sizeof(int), NULL);
	TASK(first, &go, "first");
	TASK(second, &go, "second");
	TASK(gets, NULL, NULL);
	tutti_thread_start(waits, NULL, &(tutti_thread_options){ .name = "waiter" });
	if (strcmp(what, "spin") == 0)
		tutti_thread_start(spins, NULL, &(tutti_thread_options){ .name = "spinner" });
	if (strcmp(what, "processes") == 0) {
		if (tutti_executor_open(&e, "processes:1", NULL) < 0)
			return 1;
		dawdle_submit(e, 1);
		dawdle_submit(e, 2);
	}
	for (int i = 0; i < 10; i++)
		tutti_yield();
	puts("ready");
	fflush(stdout);
	tutti_sleep(TUTTI_SECONDS(3600));
	return 0;
}
