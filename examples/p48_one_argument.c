/* SPDX-License-Identifier: MIT */
/* rows: F58 P48 */
/* A thread with one argument. Nobody joins it: the program's end waits for it. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *func(void *num)
{
	printf("num的值是: %d\n", *(const int *)num);
	return NULL;
}

int main(void)
{
	static int num = 1; /* static: main may be over before the thread looks at it */

	tutti_future_unref(tutti_thread_start(func, &num, NULL));
	return 0;
}
