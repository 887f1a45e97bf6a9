/* SPDX-License-Identifier: MIT */
/* rows: P5 */
/* Three downloads one after the other, with the argument given by name. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct download_args {
	const char *filename;
} download_args;

static void download(download_args args)
{
	tutti_time start = tutti_now();

	printf("开始下载 %s.\n", args.filename);
	tutti_sleep(TUTTI_SECONDS(tutti_random_between(3, 6)));
	printf("%s 下载完成.\n", args.filename);
	printf("下载耗时: %.3f秒.\n", (tutti_now() - start) / 1e9);
}

int main(void)
{
	tutti_time start = tutti_now();

	download((download_args){ .filename = "Python从入门到住院.pdf" });
	download((download_args){ .filename = "MySQL从删库到跑路.avi" });
	download((download_args){ .filename = "Linux从精通到放弃.mp4" });
	printf("总耗时: %.3f秒.\n", (tutti_now() - start) / 1e9);
	return 0;
}
