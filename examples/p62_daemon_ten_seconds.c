/* SPDX-License-Identifier: MIT */
/* rows: P62 D19 */
/* A longer sleep of main gives the same daemon threads more time: ten seconds. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *display(void *content)
{
	do {
		tutti_print(TUTTI_FLUSH, "%s", (const char *)content);
	} while (tutti_sleep(TUTTI_SECONDS(0.1)) == 0);
	return NULL;
}

int main(void)
{
	tutti_thread_options daemon = { .daemon = 1 };

	tutti_future_unref(tutti_thread_start(display, "Ping", &daemon));
	tutti_future_unref(tutti_thread_start(display, "Pong", &daemon));
	tutti_sleep(TUTTI_SECONDS(10));
	return 0;
}
