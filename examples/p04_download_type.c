/* SPDX-License-Identifier: MIT */
/* rows: F61 P4 */
/*
 * A thread type of one's own: a struct with the thread, its fields and a function that it runs.
 *
 * usage: p04_download_type [half]     half: the wording with the half-width mark
 */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct download {
	tutti_thread *thread;
	const char *filename;
	const char *mark;
} download;

static void *download_run(void *self)
{
	const download *d = self;

	printf("开始下载%s...\n", d->filename);

	int time_to_download = tutti_random_between(5, 10);

	tutti_sleep(TUTTI_SECONDS(time_to_download));
	printf("%s下载完成%s耗费了%d秒\n", d->filename, d->mark, time_to_download);
	return NULL;
}

static void download_start(download *d, const char *filename, const char *mark)
{
	d->filename = filename;
	d->mark = mark;
	d->thread = tutti_thread_start(download_run, d, NULL);
}

int main(int argc, char **argv)
{
	(void)argv;

	bool half = argc > 1;
	const char *mark = half ? "! " : "！";
	tutti_time start = tutti_now();
	download one, two;

	download_start(&one, half ? "Python从入门到住院.pdf" : "Python从入门到放弃.pdf", mark);
	download_start(&two, "Peking Hot.avi", mark);

	int rc = tutti_join_all((tutti_thread *[]){ one.thread, two.thread }, 2);

	printf("总共耗费了%.2f秒.\n", (tutti_now() - start) / 1e9);
	return rc < 0;
}
