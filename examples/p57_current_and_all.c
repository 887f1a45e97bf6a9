/* SPDX-License-Identifier: MIT */
/* rows: F63 F64 F65 P57 */
/* The current thread, all that are alive, and the longest time that anything can wait. */
#include <stdio.h>
#include <tutti/tutti.h>

#include "support.h"

static void *sleeper(void *arg)
{
	tutti_sleep(TUTTI_SECONDS(1));
	return arg;
}

static void show_all(void)
{
	tutti_thread *alive[16];
	size_t n = tutti_thread_enumerate(alive, 16);
	char text[128];

	for (size_t i = 0; i < n && i < 16; i++) {
		printf("%s%s", i == 0 ? "[" : ", ", thread_text(alive[i], text));
		tutti_future_unref(alive[i]);
	}
	printf("]\n");
}

int main(void)
{
	tutti_thread *threads[3];
	tutti_lock lock = TUTTI_LOCK_INIT;
	char text[128];

	for (int i = 0; i < 3; i++)
		threads[i] = tutti_thread_start(sleeper, NULL, NULL);
	printf("%s\n", thread_text(tutti_thread_current(), text));
	show_all();
	printf("%zu\n", tutti_thread_active_count());

	/* Now and for ever is for ever: additions stop there instead of wrapping round. */
	tutti_time longest = tutti_after(TUTTI_FOREVER);

	printf("%.1f %s\n", longest / 1e9, longest == TUTTI_FOREVER ? "for ever" : "wrapped round");
	printf("%s\n", tutti_lock_acquire_until(&lock, longest) == 0 ? "acquired" : "not acquired");
	tutti_lock_release(&lock);
	return tutti_join_all(threads, 3) < 0;
}
