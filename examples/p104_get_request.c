/* SPDX-License-Identifier: MIT */
/* rows: F123 F124 F125 F126 P104 */
/* get_request: a session, a response, and what a request may say. The server shows what came. */
#include <stdio.h>
#include <string.h>
#include <tutti/net.h>
#include <tutti/tutti.h>

static int show(tutti_http_exchange *x, void *arg)
{
	const char *host = tutti_http_request_header(x, "Host"), *wd = tutti_http_query(x, "wd");
	tutti_bytes body;
	char page[200];
	int rc = tutti_http_body(x, &body);

	snprintf(page, sizeof page, "%s %.*s %s %s%s", tutti_http_method(x),
		(int)strcspn(host, ":"), host, tutti_http_request_header(x, "User-Agent"),
		wd ? wd : "", rc < 0 ? (const char *)arg : (const char *)body.data);
	return tutti_http_reply(x, 200, "text/plain; charset=utf-8", tutti_bytes_text(page));
}

static void get_request(const char *method, const char *url, const tutti_http_options *o)
{
	tutti_http_session *session;
	tutti_http_response r = { 0 };
	tutti_bytes text;

	if (tutti_http_session_create(&session, NULL) < 0)
		return;
	if (tutti_http_request(session, &r, method, url, o) == 0 && tutti_http_text(&r, &text) == 0)
		printf("%zu bytes: %s\n", r.body.size, (const char *)text.data);
	tutti_http_response_free(&r); /* r.body is as it came, text is UTF-8 */
	tutti_http_session_free(session);
}

static void *serve(void *server)
{
	tutti_http_server_serve(server); /* until it is cancelled */
	return NULL;
}

int main(void)
{
	const char *params[] = { "wd", "人 & 民", NULL }, *form[] = { "name", "feng", NULL };
	const char *headers[] = { "User-Agent", "Mozilla/5.0", NULL };
	tutti_http_server *server;
	tutti_task *serving;
	char url[60];

	if (tutti_http_server_create(&server, "127.0.0.1:0") < 0)
		return 1;
	tutti_http_server_route(server, "/", show, "?");
	serving = tutti_task_start(serve, server, NULL);
	snprintf(url, sizeof url, "http://127.0.0.1:%d", tutti_http_server_port(server));
	get_request("GET", url, &(tutti_http_options){ .params = params, .headers = headers });
	get_request("POST", url, &(tutti_http_options){ .form = form, .headers = headers });
	get_request("GET", "http://feng.example/", &(tutti_http_options){ .proxy = url });
	tutti_future_cancel(serving);
	tutti_future_unref(serving);
	return 0;
}
