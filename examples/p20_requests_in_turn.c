/* SPDX-License-Identifier: MIT */
/* rows: P20 */
/* Three requests one after the other: six seconds. */
#include <stdio.h>
#include <tutti/tutti.h>

static void get_request(const char *url)
{
	printf("正在请求网址的数据:  %s\n", url);
	tutti_sleep(TUTTI_SECONDS(2));
	printf("请求结束: %s\n", url);
}

int main(void)
{
	const char *urls[] = { "www.1.com", "www.2.com", "www.3.com" };
	tutti_time start = tutti_now();

	for (int i = 0; i < 3; i++)
		get_request(urls[i]);
	printf("总耗时:  %f\n", (tutti_now() - start) / 1e9);
	return 0;
}
