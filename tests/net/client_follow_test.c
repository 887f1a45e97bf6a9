/* SPDX-License-Identifier: MIT */
/* rows: F123 */
/* ctest: VIRTUAL ON */
/* The HTTP client from one request to the next: connections, cookies, redirects. */
#include "net/web.h"

#include <netinet/in.h>

static int connections; /* that the server was given */

/* -- the server's ------------------------------------------------------------------------------ */

static int hello(tutti_http_exchange *x, void *arg)
{
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text(arg ? arg : "hello"));
}

/* What has come, as far as redirects may change it. */
static int show(tutti_http_exchange *x, void *arg)
{
	static const char *const names[] = { "Authorization", "Cookie", "X-One", "Content-Type" };
	char lines[2000];
	tutti_bytes body;
	size_t n;
	int rc = tutti_http_body(x, &body);

	(void)arg;
	if (rc < 0)
		return rc;
	n = (size_t)snprintf(lines, sizeof lines, "%s", tutti_http_method(x));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = tutti_http_request_header(x, names[i]);

		if (value)
			n += (size_t)snprintf(lines + n, sizeof lines - n, " %s", value);
	}
	snprintf(lines + n, sizeof lines - n, " |%.*s", (int)body.size, (const char *)body.data);
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text(lines));
}

/* /to/{status}?{to}: the query is the place. */
static int redirects(tutti_http_exchange *x, void *arg)
{
	int status = atoi(tutti_http_path_value(x, "status")), rc;
	const char *to = tutti_http_query(x, "to");

	(void)arg;
	rc = to ? tutti_http_reply_header(x, "Location", to) : 0;
	return rc < 0 ? rc : tutti_http_reply(x, status, NULL, tutti_bytes_text("elsewhere"));
}

static int counts_down(tutti_http_exchange *x, void *arg)
{
	int n = atoi(tutti_http_path_value(x, "n"));
	char to[40];

	(void)arg;
	if (n == 0)
		return tutti_http_reply(x, 200, NULL, tutti_bytes_text("zero"));
	snprintf(to, sizeof to, "%d", n - 1);
	CHECK_EQ(tutti_http_reply_header(x, "Location", to), 0);
	return tutti_http_reply(x, 302, NULL, tutti_bytes_text("lower"));
}

static int sets_cookies(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	CHECK_EQ(tutti_http_reply_header(x, "Set-Cookie", "a=1; Path=/; HttpOnly"), 0);
	CHECK_EQ(tutti_http_reply_header(x, "Set-Cookie", "b=2; Path=/other"), 0);
	CHECK_EQ(tutti_http_reply_header(x, "Set-Cookie", "c=3; Secure; Domain=example.org"), 0);
	CHECK_EQ(tutti_http_reply_header(x, "Location", "/show"), 0);
	return tutti_http_reply(x, 302, NULL, tutti_bytes_text(""));
}

static int counted(tutti_stream *s, void *arg)
{
	connections++;
	return tutti_http_server_serve_stream(s, arg);
}

static tutti_listener *listener;

static void *serve_counted(void *arg)
{
	tutti_listener_serve(listener, counted, arg);
	return NULL;
}

static void begin(void)
{
	connections = 0;
	CHECK_EQ(tutti_http_server_create(&web_server, NULL), 0);
	CHECK_EQ(tutti_listener_create(&listener, "127.0.0.1:0", NULL), 0);
	snprintf(web, sizeof web, "http://127.0.0.1:%d", tutti_listener_port(listener));
	web_route("GET /", hello, NULL);
	web_route("/show", show, NULL);
	web_route("/to/{status}", redirects, NULL);
	web_route("/down/{n}", counts_down, NULL);
	web_route("/cookies", sets_cookies, NULL);
	web_task = tutti_task_start(serve_counted, web_server, NULL);
}

static void end(void)
{
	tutti_future_cancel(web_task);
	tutti_future_result(web_task, NULL, 0);
	tutti_future_unref(web_task);
	tutti_listener_free(listener);
	tutti_http_server_free(web_server);
}

/* -- connections ------------------------------------------------------------------------------- */

/* rows: F123 */
static void connections_are_used_again(void)
{
	tutti_http_session_options none = { .idle = -1 };
	tutti_http_session *s = open_session();

	begin();
	check_got(s, "/", "hello");
	check_got(s, "/", "hello");
	check_asked(s, "POST", "/show", NULL, 200, "POST |");
	check_asked(s, "HEAD", "/", NULL, 200, "");
	check_asked(s, "GET", "/none", NULL, 404, "404 Not Found\n");
	check_asked(s, "GET", "/to/302?to=/show", NULL, 200, "GET |");
	CHECK_EQ(connections, 1);
	tutti_http_session_free(s);
	s = open_session();
	CHECK_EQ(tutti_http_session_configure(s, &none), 0);
	check_got(s, "/", "hello");
	check_got(s, "/", "hello");
	CHECK_EQ(connections, 3);
	tutti_http_session_free(s);
	end();
}

static void *get_hello(void *arg)
{
	check_got(arg, "/", "hello");
	return NULL;
}

/* Also from thread to thread, one after the other. */
static void threads_share_them(void)
{
	tutti_http_session *s = open_session();

	begin();
	for (int i = 0; i < 3; i++)
		finish(tutti_thread_start(get_hello, s, NULL));
	check_got(s, "/", "hello");
	CHECK_EQ(connections, 1);
	tutti_http_session_free(s);
	end();
}

/* The server has closed it meanwhile: that is nobody's error. */
static void closed_ones_are_replaced(void)
{
	tutti_http_session *s = open_session();
	struct rude rude;

	rude_begin(&rude, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
	for (int i = 0; i < 3; i++) {
		tutti_http_response r;

		CHECK_EQ(tutti_http_get(s, &r, rude.url, NULL), 0);
		CHECK_STR((const char *)r.body.data, "a");
		tutti_http_response_free(&r);
		EVENTUALLY(rude.ended == i + 1);
	}
	CHECK_EQ(rude.accepted, 3);
	tutti_http_session_free(s);
	rude_end(&rude);
}

/* -- cookies ----------------------------------------------------------------------------------- */

static void cookies_are_kept(void)
{
	static const char *const mine[] = { "Cookie", "x=y", NULL };
	tutti_http_session_options none = { .no_cookies = true };
	tutti_http_options o = { .headers = mine };
	tutti_http_session *s = open_session();

	begin();
	check_got(s, "/cookies", "GET a=1 |");
	check_got(s, "/show", "GET a=1 |");
	check_asked(s, "GET", "/show", &o, 200, "GET a=1; x=y |");
	tutti_http_session_free(s);
	s = open_session();
	CHECK_EQ(tutti_http_session_configure(s, &none), 0);
	check_got(s, "/cookies", "GET |");
	check_asked(s, "GET", "/show", &o, 200, "GET x=y |");
	tutti_http_session_free(s);
	end();
}

/* -- redirects --------------------------------------------------------------------------------- */

static void methods_change_as_in_browsers(void)
{
	static const struct {
		const char *method, *path, *answer;
	} all[] = {
		{ "GET", "/to/301?to=/show", "GET |" },
		{ "GET", "/to/303?to=/show", "GET |" },
		{ "POST", "/to/301?to=/show", "GET |" },
		{ "POST", "/to/302?to=../show", "GET |" },
		{ "POST", "/to/303?to=/show%3fx=1", "GET |" },
		{ "POST", "/to/307?to=/show", "POST text/plain |body" },
		{ "POST", "/to/308?to=/show", "POST text/plain |body" },
		{ "PUT", "/to/301?to=/show", "PUT text/plain |body" },
		{ "PUT", "/to/302?to=/show", "PUT text/plain |body" },
		{ "PUT", "/to/303?to=/show", "GET |" },
		{ "PUT", "/to/307?to=/show", "PUT text/plain |body" },
	};
	tutti_http_session *s = open_session();

	begin();
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		tutti_http_options o = { .type = "text/plain" };

		if (strcmp(all[i].method, "GET") != 0)
			o.body = tutti_bytes_text("body");
		check_asked(s, all[i].method, all[i].path, &o, 200, all[i].answer);
	}
	check_asked(s, "GET", "/to/304?to=/show", NULL, 304, "");
	check_asked(s, "GET", "/to/300?to=/show", NULL, 300, "elsewhere");
	check_asked(s, "GET", "/to/302", NULL, 302, "elsewhere");
	CHECK_EQ(connections, 1);
	tutti_http_session_free(s);
	end();
}

static void redirects_are_counted(void)
{
	tutti_http_options two = { .redirects = 2 }, none = { .redirects = -1 };
	tutti_http_options o = { .fault = &fault };
	tutti_http_session *s = open_session();
	tutti_http_response r;

	begin();
	check_got(s, "/down/10", "zero");
	check_fails(s, at("/down/11"), NULL, -ELOOP, "too many redirects, at last to http://");
	check_asked(s, "GET", "/down/2", &two, 200, "zero");
	check_fails(s, at("/down/3"), &two, -ELOOP, NULL);
	check_asked(s, "GET", "/down/3", &none, 302, "lower");
	CHECK_EQ(tutti_http_get(s, &r, at("/down/3"), &o), 0);
	CHECK_STR(tutti_http_url(&r), at("/down/0"));
	tutti_http_response_free(&r);
	CHECK_EQ(tutti_http_open(s, &r, "GET", at("/down/3"), &o), 0);
	CHECK_EQ(r.status, 200);
	CHECK_EQ(tutti_http_response_read(&r, fault.text, 1), 1);
	tutti_http_response_free(&r);
	tutti_http_session_free(s);
	end();
}

static int name_is_here(void *arg, const char *host, tutti_ip *ips, int max, tutti_time deadline)
{
	(void)arg, (void)host, (void)max, (void)deadline;
	strcpy(ips[0].text, "127.0.0.1");
	return 1;
}

/* What is secret stays where it was meant for. */
static void secrets_stay_at_home(void)
{
	static const char *const mine[] = { "Authorization", "secret", "Cookie", "x=y", "X-One",
		"1", NULL };
	tutti_http_options o = { .headers = mine }, login = { .login = "me:pass" };
	tutti_http_session *s = open_session();
	char path[200], url[200];

	begin();
	CHECK_EQ(tutti_set_resolver(name_is_here, NULL), 0);
	check_asked(s, "GET", "/to/302?to=/show", &o, 200, "GET secret x=y 1 |");
	check_asked(s, "GET", "/to/302?to=/show", &login, 200, "GET Basic bWU6cGFzcw== |");
	snprintf(path, sizeof path, "/to/302?to=http://other.example%s/show", strrchr(web, ':'));
	check_asked(s, "GET", path, &o, 200, "GET 1 |");
	check_asked(s, "GET", path, &login, 200, "GET |");
	/* Nor does it come back, or bring one of its own. */
	snprintf(path, sizeof path, "/to/302?to=http://other.example%s/to/302?to=%s/show",
		strrchr(web, ':'), web);
	check_asked(s, "GET", path, &login, 200, "GET |");
	snprintf(path, sizeof path, "/to/302?to=http://you:too@%s/show", web + 7);
	check_asked(s, "GET", path, NULL, 200, "GET |");
	snprintf(url, sizeof url, "http://me:p%%61ss@%s/show", web + 7);
	snprintf(path, sizeof path, "%s", web);
	web[0] = '\0';
	check_asked(s, "GET", url, NULL, 200, "GET Basic bWU6cGFzcw== |");
	strcpy(web, path);
	CHECK_EQ(tutti_set_resolver(NULL, NULL), 0);
	tutti_http_session_free(s);
	end();
}

static ssize_t read_one(void *arg, void *data, size_t size)
{
	int *n = arg;

	(void)size;
	*(char *)data = 'x';
	return (*n)-- > 0;
}

static void nobody_is_led_astray(void)
{
	tutti_http_session *s = open_session();
	tutti_http_response r;
	int n = 1;
	tutti_http_options o = { .read = read_one, .arg = &n, .size = 1, .fault = &fault };

	begin();
	check_fails(s, at("/to/302?to=ftp://127.0.0.1/"), NULL, -EPROTONOSUPPORT, "ftp://");
	check_fails(s, at("/to/302?to=file:///etc/passwd"), NULL, -EPROTONOSUPPORT, "file:///");
	check_fails(s, at("/to/302?to=http://127.0.0.1:1/"), NULL, -ECONNREFUSED, "127.0.0.1:1:");
	CHECK_EQ(tutti_http_post(s, &r, at("/to/307?to=/show"), &o), -ESPIPE);
	n = 1;
	CHECK_EQ(tutti_http_post(s, &r, at("/to/303?to=/show"), &o), 0);
	CHECK_STR((const char *)r.body.data, "GET |");
	tutti_http_response_free(&r);
	tutti_http_session_free(s);
	end();
}

static void *everything(void *arg)
{
	RUN(connections_are_used_again);
	RUN(threads_share_them);
	RUN(closed_ones_are_replaced);
	RUN(cookies_are_kept);
	RUN(methods_change_as_in_browsers);
	RUN(redirects_are_counted);
	RUN(secrets_stay_at_home);
	RUN(nobody_is_led_astray);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
