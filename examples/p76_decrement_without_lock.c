/* SPDX-License-Identifier: MIT */
/* rows: F70 P76 */
/* ctest: LABELS tsan */
/* Ten threads take 1 from 10 without a lock: all have read 10 before anyone writes, so 9. */
#include <stdio.h>
#include <tutti/tutti.h>

static int n = 10;

static void *work(void *arg)
{
	int temp = TUTTI_LOAD(&n);

	tutti_sleep(TUTTI_SECONDS(tutti_random_real(0, 1)));
	TUTTI_STORE(&n, temp - 1);
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
