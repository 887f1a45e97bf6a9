/* SPDX-License-Identifier: MIT */
/* rows: F89 P24 */
/* A daemon ends with its parent: nobody hears of the end of its request. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct url {
	char text[16];
} url;

static void get_request(url u)
{
	printf("正在请求网址的数据:  %s\n", u.text);
	tutti_sleep(TUTTI_SECONDS(2));
	printf("请求结束: %s\n", u.text);
}
TUTTI_JOB(get_request, void, url);

int main(void)
{
	tutti_process_options daemon = { .daemon = 1 };
	url u = { "www.1.com" };
	tutti_process *p = tutti_process_start(&get_request_job, &u, &daemon);

	tutti_future_unref(p);
	printf("主进程执行结束\n");
	return 0;
}
