/* SPDX-License-Identifier: MIT */
/* rows: P53 */
/* Five pages fetched by five threads in the time of one. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *get_requests(void *url)
{
	printf("正在爬取数据\n");
	tutti_sleep(TUTTI_SECONDS(2)); /* stands for the request to url */
	printf("数据爬取结束\n");
	return url;
}

int main(void)
{
	char *urls[] = { "www.1.com", "www.2.com", "www.3.com", "www.4.com", "www.5.com" };
	tutti_time start = tutti_now();
	tutti_thread *ts[5];

	for (int i = 0; i < 5; i++)
		ts[i] = tutti_thread_start(get_requests, urls[i], NULL);

	int rc = tutti_join_all(ts, 5);

	printf("总耗时: %f\n", (tutti_now() - start) / 1e9);
	return rc < 0;
}
