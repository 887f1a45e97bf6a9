/* SPDX-License-Identifier: MIT */
/* rows: F81 P8 */
/*
 * Three downloads in a pool of threads.
 *
 * usage: p08_downloads_in_a_pool [THREADS]     by default four
 */
#include <stdio.h>
#include <stdlib.h>
#include <tutti/tutti.h>

typedef struct download_args {
	char filename[40];
} download_args;

static void download(download_args args)
{
	tutti_time start = tutti_now();

	printf("开始下载 %s.\n", args.filename);
	tutti_sleep(TUTTI_SECONDS(tutti_random_between(3, 6)));
	/* One call, so that another download's lines do not come in between. */
	printf("%s 下载完成.\n下载耗时: %.3f秒.\n", args.filename, (tutti_now() - start) / 1e9);
}
TUTTI_JOB(download, void, download_args);

int main(int argc, char **argv)
{
	download_args files[] = {
		{ .filename = "Python从入门到住院.pdf" },
		{ .filename = "MySQL从删库到跑路.avi" },
		{ .filename = "Linux从精通到放弃.mp4" },
	};
	tutti_executor_options options = { .max_workers = argc > 1 ? atoi(argv[1]) : 4 };
	tutti_time start = tutti_now();
	tutti_executor *pool;
	int rc = tutti_executor_open(&pool, "threads", &options);

	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	for (int i = 0; i < 3; i++)
		tutti_future_unref(download_submit(pool, files[i]));
	tutti_executor_free(pool); /* waits for all */
	printf("总耗时: %.3f秒.\n", (tutti_now() - start) / 1e9);
	return 0;
}
