/* SPDX-License-Identifier: MIT */
/* rows: P105 */
/*
 * Five pages, two at a time by a semaphore: a bar as they come (lines, if that is no terminal),
 * then all of them in order.
 */
#include <unistd.h>

#include "site.h"

enum { PAGES = 5 };
static tutti_semaphore few;
static tutti_http_session *session;

static void *get_request(void *arg)
{
	struct site_page *page = arg;

	if (tutti_semaphore_acquire(&few) == 0)
		fetch_page(session, page->url, &page->html);
	tutti_semaphore_release(&few, 1);
	return page;
}

static void show_progress(tutti_task **tasks, struct site_page *pages)
{
	tutti_completion *completion = tutti_completion_create(tasks, PAGES);
	tutti_progress *bar = tutti_progress_create("pages", PAGES);
	size_t i, done = 0;

	while (completion && tutti_completion_next(completion, &i) == 0) {
		tutti_progress_add(bar, 1);
		if (!isatty(STDERR_FILENO))
			printf("%zu/%d: %s\n", ++done, PAGES, pages[i].name);
	}
	tutti_progress_free(bar);
	tutti_completion_free(completion);
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "a", "b", "c", "d", "e" };
	static const int seconds[] = { 1, 3, 1, 1, 1 };
	tutti_task *tasks[PAGES];
	struct site site;

	tutti_semaphore_init(&few, 2, 0);
	if (site_begin(&site, names, seconds, PAGES, argc, argv) < 0 ||
		tutti_http_session_create(&session, NULL) < 0)
		return 1;
	for (int i = 0; i < PAGES; i++)
		tasks[i] = tutti_task_start(get_request, &site.pages[i], NULL);
	tutti_future *all = tutti_gather(tasks, PAGES, TUTTI_ALL_COMPLETED);
	show_progress(tasks, site.pages);
	for (int i = 0; i < PAGES && tutti_future_result(all, NULL, 0) == 0; i++)
		printf("%s: %zu bytes\n", site.pages[i].name, site.pages[i].html.size);
	tutti_future_unref(all);
	wait_for_all(tasks, PAGES);
	tutti_http_session_free(session);
	site_end(&site);
}
