/* SPDX-License-Identifier: MIT */
/* rows: F131 P105 */
/*
 * A crawler: three pages at the same time, each taken apart by a callback as soon as it is there.
 * usage: p105_crawler [SECONDS... | URL...]   three of either
 */
#include <libxml/HTMLparser.h>
#include <libxml/xpath.h>

#include "site.h"

static void *get_request(void *arg)
{
	struct site_page *page = arg;
	tutti_http_session *session;

	if (tutti_http_session_create(&session, NULL) == 0)
		fetch_page(session, page->url, &page->html);
	tutti_http_session_free(session);
	return page;
}

static void parse(tutti_future *task, void *arg)
{
	struct site_page *page = arg;

	if (tutti_future_result(task, NULL, 0) < 0)
		return (void)printf("%s\n", tutti_future_text(task));
	htmlDocPtr tree = htmlReadMemory(page->html.data, (int)page->html.size, NULL, "UTF-8",
		HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NONET);
	xmlXPathContextPtr context = xmlXPathNewContext(tree);
	xmlXPathObjectPtr a = xmlXPathEval(BAD_CAST "//a[@id=\"feng\"]/@href", context);

	if (a && !xmlXPathNodeSetIsEmpty(a->nodesetval))
		printf("%s\n", (char *)a->nodesetval->nodeTab[0]->children->content);
	else
		printf("%s: no such link\n", page->url);
	xmlXPathFreeObject(a);
	xmlXPathFreeContext(context);
	xmlFreeDoc(tree);
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "bobo", "jay", "tom" };
	static const int seconds[] = { 2, 2, 2 };
	tutti_time start = tutti_now();
	tutti_task *tasks[3];
	struct site site;

	if (site_begin(&site, names, seconds, 3, argc, argv) < 0)
		return 1;
	for (int i = 0; i < 3; i++) {
		tasks[i] = tutti_task_start(get_request, &site.pages[i], NULL);
		tutti_future_add_done_callback(tasks[i], parse, &site.pages[i]);
	}
	wait_for_all(tasks, 3);
	printf("总耗时: %.5f\n", (double)(tutti_now() - start) / 1e9);
	site_end(&site);
}
