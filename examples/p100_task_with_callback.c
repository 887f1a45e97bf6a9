/* SPDX-License-Identifier: MIT */
/* rows: F111 P100 T35 D23 */
/* A task with a callback, which is called as soon as the task is done and asks for its result. */
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

static void task_callback(tutti_future *task, void *arg)
{
	void *data;

	(void)arg;
	if (tutti_future_result(task, &data, sizeof(data)) == 0)
		printf("我是任务对象的回调函数! ,获取到特殊函数的返回值为: %d\n", *(int *)data);
}

int main(void)
{
	tutti_coroutine *c = tutti_coroutine_create(get_request, "www.1.com");
	tutti_task *task = tutti_coroutine_task(c, NULL);
	tutti_loop *loop = tutti_loop_current();
	int rc = tutti_future_add_done_callback(task, task_callback, NULL);

	if (rc == 0)
		rc = tutti_loop_run_until_complete(loop, task);
	tutti_future_unref(task);
	tutti_coroutine_free(c);
	tutti_loop_close(loop);
	return rc < 0;
}
