/* SPDX-License-Identifier: MIT */
/* rows: F20 P21 */
/* Three requests in three processes, at once; the program ends when the last one has. */
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

	for (int i = 0; i < 3; i++)
		tutti_future_unref(tutti_process_start(&get_request_job, &urls[i], NULL));
	return 0;
}
