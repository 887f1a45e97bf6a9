/* SPDX-License-Identifier: MIT */
/* rows: F61 P7 */
/* Three downloads as objects of a thread type of one's own. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct download_thread {
	tutti_thread *thread;
	const char *filename;
} download_thread;

static void *download_thread_run(void *arg)
{
	const download_thread *self = arg;
	tutti_time start = tutti_now();

	printf("开始下载 %s.\n", self->filename);
	tutti_sleep(TUTTI_SECONDS(tutti_random_between(3, 6)));
	printf("%s 下载完成.\n下载耗时: %.3f秒.\n", self->filename, (tutti_now() - start) / 1e9);
	return NULL;
}

static void download_thread_start(download_thread *self)
{
	self->thread = tutti_thread_start(download_thread_run, self, NULL);
}

static int download_thread_join(download_thread *self)
{
	return tutti_join_all(&self->thread, 1);
}

int main(void)
{
	download_thread threads[] = {
		{ .filename = "Python从入门到住院.pdf" },
		{ .filename = "MySQL从删库到跑路.avi" },
		{ .filename = "Linux从精通到放弃.mp4" },
	};
	tutti_time start = tutti_now();
	int failed = 0;

	for (int i = 0; i < 3; i++)
		download_thread_start(&threads[i]);
	for (int i = 0; i < 3; i++)
		failed |= download_thread_join(&threads[i]) < 0;
	printf("总耗时: %.3f秒.\n", (tutti_now() - start) / 1e9);
	return failed;
}
