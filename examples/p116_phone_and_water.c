/* SPDX-License-Identifier: MIT */
/* rows: F8 P116 */
/* Buying a phone while thirsty: drink after the clerk is back, or while the clerk is gone. */
#include <stdio.h>
#include <tutti/tutti.h>

static tutti_time start;

static void say(const char *what)
{
	printf("%6.2f %s\n", (tutti_now() - start) / 1e9, what);
}

static void *fetch(void *arg)
{
	say("the clerk goes to the store room");
	tutti_sleep(TUTTI_SECONDS(5));
	say("the clerk is back with the phone");
	return arg;
}

static void drink(void)
{
	say("off to buy water");
	tutti_sleep(TUTTI_SECONDS(3));
	say("no longer thirsty");
}

int main(void)
{
	printf("synchronous\n");
	start = tutti_now();
	fetch(NULL);
	drink();
	say("in all");

	printf("asynchronous\n");
	start = tutti_now();

	tutti_task *clerk = tutti_task_start(fetch, NULL, NULL);

	drink();

	int rc = tutti_join_all(&clerk, 1);

	say("in all");
	return rc < 0;
}
