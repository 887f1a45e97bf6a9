/* SPDX-License-Identifier: MIT */
/*
 * serve_demo.c - the pages of `tutti serve --demo`: three that take their time, so that a crawler
 * that asks for them one after the other takes three times as long as one that does not, and one
 * that shows what a client has sent.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "web/serve.h"

static const char *const names[] = { "bobo", "jay", "tom" };
enum { NAMES = sizeof names / sizeof *names };

static const char html[] = "text/html; charset=utf-8";

static struct demo {
	char url[300]; /* without a slash at the end */
	tutti_time delay;
} demo;

static int reply_page(tutti_http_exchange *x, tutti_bytes page)
{
	int rc = tutti_http_reply(x, 200, html, page);

	tutti_bytes_free(&page);
	return rc;
}

static int slow_page(tutti_http_exchange *x, void *name)
{
	tutti_bytes page = { 0 };
	int rc = tutti_sleep(demo.delay);

	if (rc == 0)
		rc = tutti_bytes_printf(&page,
			"<!DOCTYPE html>\n<html><head><title>%s</title></head>\n<body>\n"
			"<h1>%s</h1>\n<a id=\"feng\" href=\"%s/%s.html\">more on %s</a>\n"
			"</body></html>\n",
			(char *)name, (char *)name, demo.url, (char *)name, (char *)name);
	return rc < 0 ? rc : reply_page(x, page);
}

static int further_page(tutti_http_exchange *x, void *name)
{
	tutti_bytes page;
	int rc = tutti_bytes_printf(&page,
		"<!DOCTYPE html>\n<html><head><title>more on %s</title></head>\n"
		"<body><p>This one took no time.</p></body></html>\n",
		(char *)name);

	return rc < 0 ? rc : reply_page(x, page);
}

static int index_page(tutti_http_exchange *x, void *arg)
{
	double seconds = (double)demo.delay / 1e9;
	tutti_bytes page;
	int rc;

	(void)arg;
	rc = tutti_bytes_printf(&page,
		"<!DOCTYPE html>\n<html><head><title>tutti serve --demo</title></head>\n<body>\n"
		"<h1>Pages to try clients with</h1>\n"
		"<p>Each of these takes %g s, however many are asked for at the same time:</p>\n"
		"<ul>\n<li><a href=\"/bobo\">/bobo</a></li>\n<li><a href=\"/jay\">/jay</a></li>\n"
		"<li><a href=\"/tom\">/tom</a></li>\n</ul>\n"
		"<p>In each is a link with the id <code>feng</code>: what "
		"<code>//a[@id=\"feng\"]/@href</code> gives.</p>\n"
		"<p><a href=\"/echo?a=1\">/echo</a> shows the request, whatever its method, as it "
		"came.</p>\n"
		"<pre>curl -Z %s/bobo %s/jay %s/tom\ncurl -d name=value %s/echo?a=1</pre>\n"
		"</body></html>\n",
		seconds, demo.url, demo.url, demo.url, demo.url);
	return rc < 0 ? rc : reply_page(x, page);
}

/* -- what came --------------------------------------------------------------------------------- */

static void print_head(FILE *to, tutti_http_exchange *x)
{
	const char *query = tutti_http_query(x, NULL), *name, *value;

	fprintf(to, "%s %s%s%s\n", tutti_http_method(x), tutti_http_path(x), query ? "?" : "",
		query ? query : "");
	for (size_t i = 0; tutti_http_request_header_at(x, i, &name, &value) == 0; i++)
		fprintf(to, "%s: %s\n", name, value);
	fputc('\n', to);
}

static int echo(tutti_http_exchange *x, void *arg)
{
	char *text = NULL;
	size_t size;
	tutti_bytes body;
	int rc = tutti_http_body(x, &body);
	FILE *to;

	(void)arg;
	if (rc < 0)
		return rc;
	to = open_memstream(&text, &size);
	if (!to)
		return -ENOMEM;
	print_head(to, x);
	fwrite(body.data, 1, body.size, to);
	if (fclose(to) == 0)
		rc = tutti_http_reply(
			x, 200, "text/plain; charset=utf-8", tutti_bytes_of(text, size));
	else
		rc = -ENOMEM;
	free(text);
	return rc;
}

int demo_add(tutti_http_server *server, const struct serve *s, const char *url)
{
	char route[40];
	int rc = tutti_http_server_route(server, "GET /", index_page, NULL);

	snprintf(demo.url, sizeof demo.url, "%s", url);
	demo.delay = s->delay;
	for (int i = 0; i < NAMES && rc == 0; i++) {
		snprintf(route, sizeof route, "GET /%s", names[i]);
		rc = tutti_http_server_route(server, route, slow_page, (void *)(uintptr_t)names[i]);
		snprintf(route, sizeof route, "GET /%s.html", names[i]);
		if (rc == 0)
			rc = tutti_http_server_route(
				server, route, further_page, (void *)(uintptr_t)names[i]);
	}
	return rc < 0 ? rc : tutti_http_server_route(server, "/echo", echo, NULL);
}
