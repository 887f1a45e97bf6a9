/* SPDX-License-Identifier: MIT */
/* rows: P6 T3 */
/* Three downloads in three threads: the shortest is done first, the longest sets the total. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct download_args {
	const char *filename;
} download_args;

static void *download(void *arg)
{
	const download_args *args = arg;
	tutti_time start = tutti_now();

	printf("开始下载 %s.\n", args->filename);
	tutti_sleep(TUTTI_SECONDS(tutti_random_between(3, 6)));
	/* One call, so that another download's lines do not come in between. */
	printf("%s 下载完成.\n下载耗时: %.3f秒.\n", args->filename, (tutti_now() - start) / 1e9);
	return NULL;
}

int main(void)
{
	download_args args[] = {
		{ .filename = "Python从入门到住院.pdf" },
		{ .filename = "MySQL从删库到跑路.avi" },
		{ .filename = "Linux从精通到放弃.mp4" },
	};
	tutti_thread *threads[3];
	tutti_time start = tutti_now();

	for (int i = 0; i < 3; i++)
		threads[i] = tutti_thread_start(download, &args[i], NULL);

	int rc = tutti_join_all(threads, 3);

	printf("总耗时: %.3f秒.\n", (tutti_now() - start) / 1e9);
	return rc < 0;
}
