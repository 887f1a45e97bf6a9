/* SPDX-License-Identifier: MIT */
/*
 * site.h - a server of a few pages for the examples that fetch some, and how they do. Each page
 * comes so many seconds late, has a title and a link. The server is a task of the same program.
 */
#ifndef EXAMPLES_SITE_H
#define EXAMPLES_SITE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/net.h>
#include <tutti/tutti.h>

enum { SITE_PAGES = 5 };

struct site_page {
	const char *name;
	int seconds;
	char url[200];
	tutti_bytes html; /* once it was fetched */
};

struct site {
	tutti_http_server *server; /* NULL: the pages are elsewhere */
	tutti_task *serving;
	struct site_page pages[SITE_PAGES];
};

static inline int site_answer(tutti_http_exchange *x, void *arg)
{
	struct site_page *page = arg;
	tutti_bytes html;
	int rc = tutti_sleep(TUTTI_SECONDS(page->seconds));

	if (rc == 0)
		rc = tutti_bytes_printf(&html,
			"<html><head><title>%s</title></head>\n"
			"<body><a id=\"feng\" href=\"/%s.html\">%s</a></body></html>\n",
			page->name, page->name, page->name);
	if (rc < 0)
		return rc;
	rc = tutti_http_reply(x, 200, "text/html; charset=utf-8", html);
	tutti_bytes_free(&html);
	return rc;
}

static inline void *site_serve(void *server)
{
	tutti_http_server_serve(server); /* until it is cancelled */
	return NULL;
}

/*
 * Begin to serve n pages, so many seconds late each. What the command line says takes the place of
 * these; if that begins with http it are urls, and the pages are elsewhere. 0, or < 0.
 */
static inline int site_begin(
	struct site *s, const char *const *names, const int *seconds, int n, int argc, char **argv)
{
	int rc;

	*s = (struct site){ 0 };
	for (int i = 0; i < n; i++)
		s->pages[i].name = names[i];
	if (argc > n && strncmp(argv[1], "http", 4) == 0) {
		for (int i = 0; i < n; i++)
			snprintf(s->pages[i].url, sizeof(s->pages[i].url), "%s", argv[i + 1]);
		return 0;
	}
	rc = tutti_http_server_create(&s->server, "127.0.0.1:0");
	if (rc < 0)
		return rc;
	for (int i = 0; i < n; i++) {
		struct site_page *page = &s->pages[i];
		char route[100];

		page->seconds = i + 1 < argc ? atoi(argv[i + 1]) : seconds[i];
		snprintf(route, sizeof(route), "GET /%s", page->name);
		snprintf(page->url, sizeof(page->url), "http://127.0.0.1:%d/%s",
			tutti_http_server_port(s->server), page->name);
		tutti_http_server_route(s->server, route, site_answer, page);
	}
	s->serving = tutti_task_start(site_serve, s->server, NULL);
	return 0;
}

static inline void site_end(struct site *s)
{
	for (int i = 0; i < SITE_PAGES; i++)
		tutti_bytes_free(&s->pages[i].html);
	if (!s->server)
		return;
	tutti_future_cancel(s->serving);
	tutti_future_result(s->serving, NULL, 0);
	tutti_future_unref(s->serving);
	tutti_http_server_free(s->server);
}

/*
 * The text of a page, to be freed, without a look at the server's certificate. 0, or < 0 and the
 * calling task has failed.
 */
static inline int fetch_page(tutti_http_session *session, const char *url, tutti_bytes *html)
{
	tutti_http_fault fault = { "" };
	tutti_http_options options = { .insecure = true, .fault = &fault };
	tutti_http_response page;
	tutti_bytes text;
	int rc = tutti_http_get(session, &page, url, &options);

	if (rc < 0)
		return tutti_fail(rc, "%s: %s", url, fault.text);
	rc = tutti_http_text(&page, &text);
	if (rc == 0)
		rc = tutti_bytes_copy(html, text.data, text.size);
	tutti_http_response_free(&page);
	return rc < 0 ? tutti_fail(rc, "%s: %s", url, tutti_strerror(rc)) : 0;
}

/* Wait for all; one that has failed is reported as it goes. */
static inline void wait_for_all(tutti_task **tasks, int n)
{
	tutti_wait(tasks, (size_t)n, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER);
	for (int i = 0; i < n; i++)
		tutti_future_unref(tasks[i]);
}

#endif
