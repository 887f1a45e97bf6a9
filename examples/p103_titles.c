/* SPDX-License-Identifier: MIT */
/* rows: F130 P103 */
/*
 * The titles of five pages, each printed as soon as it is there; one that has none fails alone.
 * usage: p103_titles [SECONDS... | URL...]   five of either
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "site.h"

static pcre2_code *pattern;

static void print_title(const char *url, tutti_bytes html)
{
	pcre2_match_data *match = pcre2_match_data_create_from_pattern(pattern, NULL);
	PCRE2_UCHAR *title;
	size_t size;

	if (pcre2_match(pattern, html.data, html.size, 0, 0, match, NULL) > 0 &&
		pcre2_substring_get_byname(match, (PCRE2_SPTR) "title", &title, &size) == 0) {
		printf("%s\n", (char *)title);
		pcre2_substring_free(title);
	} else {
		tutti_fail(TUTTI_EUSER, "%s: no title", url);
	}
	pcre2_match_data_free(match);
}

static void *show_title(void *url)
{
	tutti_http_session *session;
	tutti_bytes html;

	if (tutti_http_session_create(&session, NULL) < 0)
		return NULL;
	if (fetch_page(session, url, &html) == 0) {
		print_title(url, html);
		tutti_bytes_free(&html);
	}
	tutti_http_session_free(session);
	return url;
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "python", "git", "jd", "taobao", "douban" };
	static const int seconds[] = { 5, 4, 3, 2, 1 };
	tutti_task *tasks[5];
	struct site site;

	pattern = pcre2_compile((PCRE2_SPTR) "\\<title\\>(?P<title>.*)\\<\\/title\\>",
		PCRE2_ZERO_TERMINATED, PCRE2_UTF, &(int){ 0 }, &(size_t){ 0 }, NULL);
	if (!pattern || site_begin(&site, names, seconds, 5, argc, argv) < 0)
		return 1;
	for (int i = 0; i < 5; i++)
		tasks[i] = tutti_task_start(show_title, site.pages[i].url, NULL);
	wait_for_all(tasks, 5);
	site_end(&site);
	pcre2_code_free(pattern);
}
