/* SPDX-License-Identifier: MIT */
/* rows: F4 F68 P51 D15 */
/* Threads share globals. The join makes the thread's write visible, and the answer certain. */
#include <stdio.h>
#include <tutti/tutti.h>

static int n = 1;

static void *work(void *arg)
{
	n = 0;
	return arg;
}

int main(void)
{
	tutti_thread *t = tutti_thread_start(work, NULL, NULL);
	int rc = tutti_join_all(&t, 1);

	printf("%d\n", n);
	return rc < 0;
}
