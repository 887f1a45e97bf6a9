/* SPDX-License-Identifier: MIT */
/* rows: F19 P22 */
/* The same, and the parent waits for all: after it has started all. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct url {
	char text[16];
} url;

static void get_request(url u)
{
	printf("正在请求网址的数据: %s\n", u.text);
	tutti_sleep(TUTTI_SECONDS(2));
	printf("请求结束: %s\n", u.text);
}
TUTTI_JOB(get_request, void, url);

int main(void)
{
	url urls[] = { { "www.1.com" }, { "www.2.com" }, { "www.3.com" } };
	tutti_time start = tutti_now();
	tutti_process *p_list[3];
	int rc;

	for (int i = 0; i < 3; i++)
		p_list[i] = tutti_process_start(&get_request_job, &urls[i], NULL);
	rc = tutti_join_all(p_list, 3);
	printf("总耗时：%f\n", (tutti_now() - start) / 1e9);
	return rc < 0;
}
