/* SPDX-License-Identifier: MIT */
/* rows: P59 T22 */
/* Main is over at once, the program never: it waits for its threads. An interrupt ends it. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *display(void *content)
{
	do {
		/* there is no line break that would show it */
		tutti_print(TUTTI_FLUSH, "%s", (const char *)content);
	} while (tutti_sleep(TUTTI_SECONDS(0.1)) == 0);
	return NULL;
}

int main(void)
{
	tutti_future_unref(tutti_thread_start(display, "Ping", NULL));
	tutti_future_unref(tutti_thread_start(display, "Pong", NULL));
	return 0;
}
