/* SPDX-License-Identifier: MIT */
/* rows: F94 F97 P99 */
/* A coroutine object, a task of it, a loop: nothing is printed before the loop runs. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *get_request(void *url)
{
	static int answer = 123;

	printf("正在请求的网址是: %s\n", (const char *)url);
	tutti_thread_sleep(TUTTI_SECONDS(2));
	printf("请求网址结束! \n");
	return &answer;
}

int main(void)
{
	tutti_coroutine *c = tutti_coroutine_create(get_request, "www.1.com");
	tutti_task *task = tutti_coroutine_task(c, NULL);
	tutti_loop *loop = tutti_loop_current();
	void *result = NULL;
	int rc = tutti_loop_run_until_complete(loop, task);

	if (rc == 0)
		rc = tutti_future_result(task, &result, sizeof(result));
	tutti_future_unref(task);
	tutti_coroutine_free(c);
	tutti_loop_close(loop);
	return rc < 0 || *(int *)result != 123;
}
