/* SPDX-License-Identifier: MIT */
/* rows: F124 F125 */
/* ctest: VIRTUAL ON */
/* The HTTP client: what it asks for, and what it makes of the answers. */
#include "net/web.h"

#include <tutti/value_codec.h>

/* -- the server's ------------------------------------------------------------------------------ */

static int hello(tutti_http_exchange *x, void *arg)
{
	return tutti_http_reply(x, 200, "text/plain", tutti_bytes_text(arg ? arg : "hello"));
}

/* The request as it came: line, some headers, body. */
static int echo(tutti_http_exchange *x, void *arg)
{
	static const char *const names[] = { "Content-Type", "Content-Length", "Authorization",
		"Cookie", "User-Agent", "X-One", "X-Two", "Accept" };
	tutti_bytes body, text;
	char lines[2000];
	size_t n = 0;
	int rc = tutti_http_body(x, &body);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = tutti_http_request_header(x, names[i]);

		if (value && !(arg && i > 1))
			n += (size_t)snprintf(
				lines + n, sizeof lines - n, "%s: %s\n", names[i], value);
	}
	CHECK_EQ(
		tutti_bytes_printf(&text, "%s %s\n%.*s%.*s", tutti_http_method(x),
			tutti_http_path(x), (int)n, lines, (int)body.size, (const char *)body.data),
		0);
	rc = tutti_http_reply(x, 200, NULL, text);
	tutti_bytes_free(&text);
	return rc;
}

static int return_body(tutti_http_exchange *x, void *arg)
{
	tutti_bytes body;
	int rc = tutti_http_body(x, &body);

	(void)arg;
	return rc < 0 ? rc : tutti_http_reply(x, 200, NULL, body);
}

static int show_query(tutti_http_exchange *x, void *arg)
{
	const char *a = tutti_http_query(x, "a"), *b = tutti_http_query(x, "b&=");
	char text[200];

	(void)arg;
	snprintf(text, sizeof text, "%s|%s", a ? a : "-", b ? b : "-");
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text(text));
}

static int missing(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	CHECK_EQ(tutti_http_reply_header(x, "X-Many", "1"), 0);
	CHECK_EQ(tutti_http_reply_header(x, "X-Other", "3"), 0);
	CHECK_EQ(tutti_http_reply_header(x, "x-many", "2"), 0);
	return tutti_http_reply(x, 404, "text/plain", tutti_bytes_text("not here"));
}

static int in_pieces(tutti_http_exchange *x, void *arg)
{
	int rc = tutti_http_reply_begin(x, 200, NULL, -1);

	(void)arg;
	for (int i = 0; rc == 0 && i < 100; i++)
		rc = tutti_http_write(x, "0123456789", 10);
	return rc;
}

static void begin(void)
{
	web_make();
	web_route("GET /", hello, NULL);
	web_route("/echo", echo, NULL);
	web_route("/body", echo, "");
	web_route("/raw", return_body, NULL);
	web_route("GET /query", show_query, NULL);
	web_route("GET /missing", missing, NULL);
	web_route("GET /pieces", in_pieces, NULL);
	web_begin();
}

/* -- asking ------------------------------------------------------------------------------------ */

static void pages_are_got(void)
{
	tutti_http_session *s = open_session();

	check_got(s, "/", "hello");
	check_got(s, "", "hello");
	check_asked(s, "HEAD", "/", NULL, 200, "");
	check_asked(s, "GET", "/none", NULL, 404, "404 Not Found\n");
	check_asked(s, "DELETE", "/body", NULL, 200, "DELETE /body\n");
	check_asked(s, "OPTIONS", "/body", NULL, 200, "OPTIONS /body\n");
	tutti_http_session_free(s);
}

static void headers_are_seen(void)
{
	tutti_http_session *s = open_session();
	tutti_http_options o = { .fault = &fault };
	const char *name, *value, *many;
	tutti_http_response r;

	CHECK_EQ(tutti_http_get(s, &r, at("/missing?x=1#part"), &o), 0);
	CHECK_EQ(r.status, 404);
	CHECK_STR(tutti_http_header(&r, "content-TYPE"), "text/plain");
	CHECK(!tutti_http_header(&r, "X-None"));
	many = tutti_http_header(&r, "X-Many");
	CHECK_STR(many, "1, 2");
	CHECK(tutti_http_header(&r, "x-many") == many);
	CHECK_EQ(tutti_http_size(&r), 8);
	CHECK_STR(tutti_http_url(&r), at("/missing?x=1#part"));
	CHECK_EQ(tutti_http_check(&r), TUTTI_ESTATUS);
	CHECK(strstr(fault.text, "/missing?x=1#part: the status is 404"));
	for (size_t i = 0;; i++) {
		CHECK_EQ(tutti_http_header_at(&r, i, &name, &value), 0);
		if (strcmp(name, "x-many") == 0)
			break;
	}
	CHECK_STR(value, "2");
	CHECK_EQ(tutti_http_header_at(&r, 100, &name, &value), -ENOENT);
	CHECK_EQ(tutti_http_response_read(&r, fault.text, 1), -EBUSY);
	tutti_http_response_free(&r);
	CHECK(!r.priv);
	tutti_http_response_free(&r);
	CHECK_EQ(tutti_http_get(s, &r, at("/pieces"), NULL), 0);
	CHECK_EQ(tutti_http_size(&r), -1);
	CHECK_EQ(tutti_http_check(&r), 0);
	CHECK_EQ(r.body.size, 1000);
	tutti_http_response_free(&r);
	tutti_http_session_free(s);
}

/* rows: F124 */
static void params_are_added(void)
{
	const char *usual[] = { "a", "x y", NULL };
	const char *params[] = { "b&=", "\xc3\xa4 +%/?~\n", NULL };
	tutti_http_options defaults = { .params = usual }, o = { .params = params };
	tutti_http_session *s;

	CHECK_EQ(tutti_http_session_create(&s, &defaults), 0);
	check_got(s, "/query", "x y|-");
	check_asked(s, "GET", "/query", &o, 200, "x y|\xc3\xa4 +%/?~\n");
	check_asked(s, "GET", "/query?a=first", &o, 200, "first|\xc3\xa4 +%/?~\n");
	check_asked(s, "GET", "/query?c#part", &o, 200, "x y|\xc3\xa4 +%/?~\n");
	tutti_http_session_free(s);
}

static void headers_are_sent(void)
{
	const char *usual[] = { "X-One", "1", "User-Agent", "us", NULL };
	const char *headers[] = { "x-one", "2", "X-Two", "a\tb", "Accept", "", NULL };
	tutti_http_options defaults = { .headers = usual }, o = { .headers = headers };
	tutti_http_session *s = open_session();

	check_got(s, "/echo", "GET /echo\nUser-Agent: tutti/0.1.0\nAccept: */*\n");
	o.login = "me:pass:word";
	check_asked(s, "GET", "/echo", &o, 200,
		"GET /echo\nAuthorization: Basic bWU6cGFzczp3b3Jk\n"
		"User-Agent: tutti/0.1.0\nX-One: 2\nX-Two: a\tb\n");
	tutti_http_session_free(s);
	CHECK_EQ(tutti_http_session_create(&s, &defaults), 0);
	check_got(s, "/echo", "GET /echo\nUser-Agent: us\nX-One: 1\nAccept: */*\n");
	o.login = NULL;
	check_asked(
		s, "GET", "/echo", &o, 200, "GET /echo\nUser-Agent: us\nX-One: 2\nX-Two: a\tb\n");
	tutti_http_session_free(s);
}

static tutti_value *json_of(const char *text)
{
	tutti_value *v;

	CHECK_EQ(tutti_value_from_json(&v, text, strlen(text), NULL, NULL), 0);
	return v;
}

/* rows: F125 */
static void bodies_are_sent(void)
{
	const char *form[] = { "name", "J\xc3\xb6rg & co", "x", "", NULL };
	const char *typed[] = { "Content-Type", "text/html", NULL };
	tutti_value *json = json_of("{\"a\": 1}");
	tutti_http_options as_form = { .form = form }, as_json = { .json = json },
			   raw = { .body = tutti_bytes_of("a\0b", 3) },
			   text = { .body = tutti_bytes_text("hi"), .type = "text/plain" },
			   html = { .body = tutti_bytes_text("hi"), .headers = typed },
			   empty = { .body = tutti_bytes_text("") };
	tutti_http_session *s = open_session();
	tutti_http_response r;

	check_asked(s, "POST", "/body", &as_form, 200,
		"POST /body\nContent-Type: application/x-www-form-urlencoded\n"
		"Content-Length: 24\nname=J%C3%B6rg+%26+co&x=");
	check_asked(s, "PUT", "/body", &as_json, 200,
		"PUT /body\nContent-Type: application/json\nContent-Length: 7\n{\"a\":1}");
	check_asked(s, "PATCH", "/body", &text, 200,
		"PATCH /body\nContent-Type: text/plain\nContent-Length: 2\nhi");
	check_asked(s, "DELETE", "/body", &html, 200,
		"DELETE /body\nContent-Type: text/html\nContent-Length: 2\nhi");
	check_asked(s, "GET", "/body", &text, 200,
		"GET /body\nContent-Type: text/plain\nContent-Length: 2\nhi");
	check_asked(s, "POST", "/body", NULL, 200, "POST /body\nContent-Length: 0\n");
	check_asked(s, "POST", "/body", &empty, 200,
		"POST /body\nContent-Type: application/octet-stream\nContent-Length: 0\n");
	CHECK_EQ(tutti_http_post(s, &r, at("/raw"), &raw), 0);
	CHECK_EQ(r.body.size, 3);
	CHECK(memcmp(r.body.data, "a\0b", 4) == 0);
	tutti_http_response_free(&r);
	tutti_http_session_free(s);
	tutti_value_unref(json);
}

static ssize_t read_once(void *arg, void *data, size_t size)
{
	char **text = arg;
	size_t n = *text ? strlen(*text) : 0;

	CHECK(n <= size);
	if (n > 0)
		memcpy(data, *text, n);
	*text = NULL;
	return (ssize_t)n;
}

/* Of a request nothing shows in the next one, though it may be made by the same handle. */
static void each_request_is_its_own(void)
{
	const char *headers[] = { "X-One", "1", "Cookie", "a=b", "User-Agent", "us", NULL };
	const char *plain = "GET /echo\nUser-Agent: tutti/0.1.0\nAccept: */*\n";
	char *text = "read";
	const struct {
		const char *method;
		tutti_http_options options;
	} loud[] = { { "GET", { .headers = headers, .login = "me:pass" } },
		{ "POST", { .body = tutti_bytes_text("body") } },
		{ "PUT", { .read = read_once, .arg = &text, .size = -1 } },
		{ "DELETE", { .body = tutti_bytes_text("") } }, { "HEAD", { 0 } },
		{ "GET", { .proxy = web, .insecure = true } }, { "OPTIONS", { 0 } } };
	tutti_http_session *s = open_session();

	for (size_t i = 0; i < sizeof loud / sizeof *loud; i++) {
		tutti_http_response r;

		CHECK_EQ(tutti_http_request(s, &r, loud[i].method, at("/echo"), &loud[i].options),
			0);
		CHECK_EQ(r.status, 200);
		CHECK(strcmp(loud[i].method, "HEAD") == 0 || i == 5 ||
			strcmp((const char *)r.body.data, plain) != 0);
		tutti_http_response_free(&r);
		check_got(s, "/echo", plain);
	}
	tutti_http_session_free(s);
}

/* -- what cannot be asked ---------------------------------------------------------------------- */

static void urls_are_looked_at(void)
{
	tutti_http_session *s = open_session();

	check_fails(s, "", NULL, -EINVAL, "\"\"");
	check_fails(s, "no url", NULL, -EINVAL, "no url");
	check_fails(s, "example.org/page", NULL, -EINVAL, "example.org/page");
	check_fails(s, "http://", NULL, -EINVAL, "http://");
	check_fails(s, "http://a b/", NULL, -EINVAL, "http://a b/");
	check_fails(s, "http://127.0.0.1:99999/", NULL, -EINVAL, "99999");
	check_fails(s, "http://127.0.0.1/\r\nX: y", NULL, -EINVAL, NULL);
	check_fails(s, "ftp://127.0.0.1/", NULL, -EPROTONOSUPPORT, "neither http nor https");
	check_fails(s, "file:///etc/passwd", NULL, -EPROTONOSUPPORT, NULL);
	check_fails(s, NULL, NULL, -EINVAL, "no url");
	tutti_http_session_free(s);
}

static void options_are_looked_at(void)
{
	static const char *const odd[] = { "a", NULL };
	static const char *const two_lines[] = { "X", "1\r\nY: 2", NULL };
	static const char *const no_name[] = { "X Y", "1", NULL };
	static const char *const colon[] = { "X: 1\r\nY", "1", NULL };
	static const char *const length[] = { "content-length", "5", NULL };
	const tutti_http_options bad[] = { { .params = odd }, { .headers = odd }, { .form = odd },
		{ .headers = two_lines }, { .headers = no_name }, { .headers = colon },
		{ .headers = length }, { .timeout = -1 }, { .redirects = -2 }, { .size = -2 },
		{ .form = odd, .body = tutti_bytes_text("x") }, { .reserved = { 0, 1 } },
		{ .body = tutti_bytes_text("x"), .type = "a\nb" },
		{ .proxy = "socks5://127.0.0.1:1" }, { .proxy = "http://a b" } };
	tutti_http_session *s = open_session();
	tutti_http_response r;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		check_fails(s, web, &bad[i],
			i == sizeof bad / sizeof *bad - 2 ? -EPROTONOSUPPORT : -EINVAL, "");
	CHECK_EQ(tutti_http_request(s, &r, "", web, NULL), -EINVAL);
	CHECK_EQ(tutti_http_request(s, &r, "GET / HTTP/1.1\r\nX:", web, NULL), -EINVAL);
	CHECK_EQ(tutti_http_request(s, &r, "CONNECT", web, NULL), -EINVAL);
	CHECK_EQ(tutti_http_request(s, &r, NULL, web, NULL), -EINVAL);
	CHECK_EQ(
		tutti_http_head(s, &r, web, &(tutti_http_options){ .body = tutti_bytes_text("x") }),
		-EINVAL);
	tutti_http_session_free(s);
	s = NULL;
	CHECK_EQ(tutti_http_session_create(&s, &(tutti_http_options){ .headers = odd }), -EINVAL);
	CHECK_EQ(tutti_http_session_create(&s, &(tutti_http_options){ .deadline = 1 }), -EINVAL);
	CHECK(!s);
}

/* -- sessions ---------------------------------------------------------------------------------- */

/* rows: F123 */
static void sessions_close(void)
{
	tutti_http_session *s = open_session();

	check_got(s, "/", "hello");
	tutti_http_session_close(s);
	check_fails(s, at("/"), NULL, TUTTI_ESHUTDOWN, "shut down");
	tutti_http_session_close(s);
	tutti_http_session_free(s);
	tutti_http_session_free(NULL);
}

static void *everything(void *arg)
{
	begin();
	RUN(pages_are_got);
	RUN(headers_are_seen);
	RUN(params_are_added);
	RUN(headers_are_sent);
	RUN(bodies_are_sent);
	RUN(each_request_is_its_own);
	RUN(urls_are_looked_at);
	RUN(options_are_looked_at);
	RUN(sessions_close);
	web_end();
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
