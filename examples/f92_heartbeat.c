/* SPDX-License-Identifier: MIT */
/* rows: F92 T23 */
/*
 * What a daemon thread is for, and what not: a heartbeat may stop anywhere; a transaction must
 * reach its end, so it runs in a plain thread and the program waits for it.
 */
#include <stdio.h>
#include <tutti/tutti.h>

static void *heartbeat(void *arg)
{
	do {
		printf("beat\n");
	} while (tutti_sleep(TUTTI_SECONDS(0.1)) == 0);
	return arg;
}

static void *transaction(void *arg)
{
	printf("begin\n");
	tutti_sleep(TUTTI_SECONDS(1));
	printf("commit\n");
	return arg;
}

int main(void)
{
	tutti_future_unref(
		tutti_thread_start(heartbeat, NULL, &(tutti_thread_options){ .daemon = 1 }));
	tutti_future_unref(tutti_thread_start(transaction, NULL, NULL));
	return 0;
}
