/* SPDX-License-Identifier: MIT */
/* rows: F71 P77 */
/* Ten threads take 1 from 10 under a lock: 0, after the sum of their sleeps. */
#include <stdio.h>
#include <tutti/tutti.h>

static tutti_lock lock;
static int n = 10; /* under lock */

static void *work(void *arg)
{
	tutti_lock_acquire(&lock);

	int temp = n;

	tutti_sleep(TUTTI_SECONDS(tutti_random_real(0, 1)));
	n = temp - 1;
	tutti_lock_release(&lock);
	return arg;
}

int main(void)
{
	tutti_thread *ts[10];

	for (int i = 0; i < 10; i++)
		ts[i] = tutti_thread_start(work, NULL, NULL);

	int rc = tutti_join_all(ts, 10);

	printf("全局变量n的值为: %d\n", n);
	return rc < 0;
}
