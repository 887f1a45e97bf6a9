/* SPDX-License-Identifier: MIT */
/* rows: F88 P63 */
/*
 * Who decides when the program ends?
 *
 * usage: p63_ways_to_end 1     a plain thread: it does, here never
 *        p63_ways_to_end 2     a daemon thread: main does, here at once
 *        p63_ways_to_end 3     a daemon thread: main does, here after five seconds
 */
#include <stdio.h>
#include <stdlib.h>
#include <tutti/tutti.h>

static void *display(void *content)
{
	do {
		tutti_print(TUTTI_FLUSH, "%s", (const char *)content);
	} while (tutti_sleep(TUTTI_SECONDS(0.1)) == 0);
	return NULL;
}

int main(int argc, char **argv)
{
	int test = argc > 1 ? atoi(argv[1]) : 0;

	if (test < 1 || test > 3) {
		fprintf(stderr, "usage: %s 1|2|3\n", argv[0]);
		return 2;
	}
	tutti_future_unref(tutti_thread_start(
		display, "Ping", &(tutti_thread_options){ .daemon = test == 1 ? 0 : 1 }));
	if (test == 3)
		tutti_sleep(TUTTI_SECONDS(5));
	return 0;
}
