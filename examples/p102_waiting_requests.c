/* SPDX-License-Identifier: MIT */
/* rows: F100 P102 */
/* Three tasks that wait without blocking: all three requests in the time of one. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *get_request(void *url)
{
	printf("正在请求: %s\n", (const char *)url);
	tutti_sleep(TUTTI_SECONDS(2));
	printf("请求结束: %s\n", (const char *)url);
	return NULL;
}

int main(void)
{
	char *urls[] = { "www.1.com", "www.2.com", "www.3.com" };
	tutti_time start = tutti_now();
	tutti_task *tasks[3];

	for (int i = 0; i < 3; i++)
		tasks[i] = tutti_task_start(get_request, urls[i], NULL);

	int rc = tutti_join_all(tasks, 3);

	printf("总耗时: %f\n", (tutti_now() - start) / 1e9);
	return rc < 0;
}
