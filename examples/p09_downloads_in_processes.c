/* SPDX-License-Identifier: MIT */
/* rows: F49 F50 F51 P9 */
/* Three downloads in a pool of four processes: another word than in p08, and that is all. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct download_args {
	char filename[40];
	int seconds;
} download_args;

static int download(download_args args)
{
	tutti_time start = tutti_now();

	printf("开始下载 %s.\n", args.filename);
	tutti_sleep(TUTTI_SECONDS(args.seconds));
	/* One call, so that another download's lines do not come in between. */
	printf("%s 下载完成.\n下载耗时: %.2f秒.\n", args.filename, (tutti_now() - start) / 1e9);
	return tutti_process_pid(NULL);
}
TUTTI_JOB(download, int, download_args);

int main(void)
{
	download_args files[] = {
		{ .filename = "Python从入门到住院.pdf" },
		{ .filename = "MySQL从删库到跑路.avi" },
		{ .filename = "Linux从精通到放弃.mp4" },
	};
	tutti_time start = tutti_now();
	tutti_executor *pool;
	tutti_future *f[3];
	int rc = tutti_executor_open(&pool, "processes:4", NULL);

	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	for (int i = 0; i < 3; i++) {
		files[i].seconds = (int)tutti_random_between(3, 6);
		f[i] = download_submit(pool, files[i]);
	}
	tutti_executor_free(pool); /* waits for all */
	printf("总耗时: %.2f秒.\n", (tutti_now() - start) / 1e9);
	for (int i = 0, pid; i < 3; i++)
		if (download_result(f[i], &pid) == 0)
			fprintf(stderr, "%s: %d\n", files[i].filename, pid);
	return tutti_join_all(f, 3) < 0;
}
