/* SPDX-License-Identifier: MIT */
/* rows: F69 P49 T5 */
/* Three threads that sleep at the same time: all three lines come after one second, not three. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *func(void *num)
{
	tutti_sleep(TUTTI_SECONDS(1));
	printf("num的值是: %d\n", *(const int *)num);
	return NULL;
}

int main(void)
{
	static int num = 1; /* static: main is over long before the threads look at it */

	for (int i = 0; i < 3; i++)
		tutti_future_unref(tutti_thread_start(func, &num, NULL));
	return 0;
}
