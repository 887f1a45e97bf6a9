/* SPDX-License-Identifier: MIT */
/* rows: F84 F85 P54 D16 */
/*
 * Five pages by the map of a pool of threads.
 *
 * usage: p54_pages_by_a_pool [THREADS]     by default five
 */
#include <stdio.h>
#include <stdlib.h>
#include <tutti/tutti.h>

typedef struct page {
	char url[16];
} page;

static void get_request(page p)
{
	printf("正在请求数据:  %s\n", p.url);
	tutti_sleep(TUTTI_SECONDS(2));
	printf("请求结束: %s\n", p.url);
}
TUTTI_JOB(get_request, void, page);

int main(int argc, char **argv)
{
	page pages[] = { { "www.1.com" }, { "www.2.com" }, { "www.3.com" }, { "www.4.com" },
		{ "www.5.com" } };
	tutti_executor_options options = { .max_workers = argc > 1 ? atoi(argv[1]) : 5 };
	tutti_time start = tutti_now();
	tutti_executor *pool;
	int rc = tutti_executor_open(&pool, "threads", &options);

	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	rc = get_request_map(pool, pages, 5);
	printf("总耗时:  %f\n", (tutti_now() - start) / 1e9);
	tutti_executor_free(pool);
	return rc < 0;
}
