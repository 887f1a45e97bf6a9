/* SPDX-License-Identifier: MIT */
/* rows: P1 */
/* Two downloads one after the other: together they take the sum of their times. */
#include <stdio.h>
#include <tutti/tutti.h>

static void download(const char *filename)
{
	printf("开始下载%s...\n", filename);

	int time_to_download = tutti_random_between(5, 10);

	tutti_sleep(TUTTI_SECONDS(time_to_download));
	printf("%s下载完成！耗费了%d秒\n", filename, time_to_download);
}

int main(void)
{
	tutti_time start = tutti_now();

	download("Python从入门到放弃.pdf");
	download("Peking Hot.avi");
	printf("总共耗费了%.2f秒\n", (tutti_now() - start) / 1e9);
	return 0;
}
