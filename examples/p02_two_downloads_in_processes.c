/* SPDX-License-Identifier: MIT */
/* rows: P2 D31 */
/*
 * Two downloads in two processes: the total is the longer one's time.
 *
 * usage: p02_two_downloads_in_processes [half]     half: the wording with the half-width mark
 */
#include <stdio.h>
#include <tutti/tutti.h>

struct download {
	char filename[40];
	int seconds;
	bool half;
};
typedef struct download download;

static void download_task(download d)
{
	printf("启动下载进程，进程号[%d].\n", tutti_process_pid(NULL));
	printf("开始下载%s...\n", d.filename);
	tutti_sleep(TUTTI_SECONDS(d.seconds));
	printf("%s下载完成%s耗费了%d秒\n", d.filename, d.half ? "! " : "！", d.seconds);
}
TUTTI_JOB(download_task, void, download);

int main(int argc, char **argv)
{
	download files[] = { { .filename = "Python从入门到放弃.pdf" },
		{ .filename = "Peking Hot.avi" }, { .filename = "Python从入门到住院.pdf" } };
	tutti_time start = tutti_now();
	tutti_process *p[2];
	int rc;

	(void)argv;
	if (argc > 1)
		files[0] = files[2];
	for (int i = 0; i < 2; i++) {
		files[i].half = argc > 1;
		files[i].seconds = (int)tutti_random_between(5, 10);
		p[i] = tutti_process_start(&download_task_job, &files[i], NULL);
	}
	rc = tutti_join_all(p, 2);
	printf("总共耗费了%.2f秒%s\n", (tutti_now() - start) / 1e9, argc > 1 ? "." : "");
	return rc < 0;
}
