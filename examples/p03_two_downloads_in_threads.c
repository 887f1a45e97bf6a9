/* SPDX-License-Identifier: MIT */
/* rows: P3 D31 */
/*
 * Two downloads, each in a thread of its own: together they take as long as the slower one.
 *
 * usage: p03_two_downloads_in_threads [half]     half: the wording with the half-width mark
 */
#include <stdio.h>
#include <tutti/tutti.h>

static const char *mark = "！";

static void *download(void *filename)
{
	printf("开始下载%s...\n", (const char *)filename);

	int time_to_download = tutti_random_between(5, 10);

	tutti_sleep(TUTTI_SECONDS(time_to_download));
	printf("%s下载完成%s耗费了%d秒\n", (const char *)filename, mark, time_to_download);
	return NULL;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		mark = "! ";

	tutti_time start = tutti_now();
	tutti_thread *threads[] = {
		tutti_thread_start(download, "Python从入门到住院.pdf", NULL),
		tutti_thread_start(download, "Peking Hot.avi", NULL),
	};
	int rc = tutti_join_all(threads, 2);

	printf("总共耗费了%.3f秒\n", (tutti_now() - start) / 1e9);
	return rc < 0;
}
