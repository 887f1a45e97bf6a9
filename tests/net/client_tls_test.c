/* SPDX-License-Identifier: MIT */
/* rows: F124 F126 */
/* ctest: VIRTUAL ON */
/* The HTTP client over TLS, and through proxies. */
#include "net/tls_ends.h"
#include "net/web.h"

static int hello(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text("hello"));
}

/* -- encrypted --------------------------------------------------------------------------------- */

struct safe {
	tutti_listener *listener;
	tutti_tls_server *tls;
	tutti_http_server *http;
	tutti_task *task;
	char url[64];
};

static int answer_safely(tutti_stream *below, void *arg)
{
	struct safe *safe = arg;
	tutti_stream *s;

	if (tutti_tls_server_wrap(safe->tls, &s, below, NULL) < 0)
		return 0;
	tutti_http_server_serve_stream(s, safe->http);
	tutti_stream_free(s);
	return 0;
}

static void *serve_safely(void *arg)
{
	struct safe *safe = arg;

	tutti_listener_serve(safe->listener, answer_safely, safe);
	return NULL;
}

static void safe_begin(struct safe *safe, const char *pem, const char *trust)
{
	safe->tls = open_server(pem, (tutti_tls_server_options){ .trust = trust });
	CHECK_EQ(tutti_http_server_create(&safe->http, NULL), 0);
	CHECK_EQ(tutti_http_server_route(safe->http, "GET /", hello, NULL), 0);
	CHECK_EQ(tutti_listener_create(&safe->listener, "127.0.0.1:0", NULL), 0);
	snprintf(safe->url, sizeof safe->url, "https://127.0.0.1:%d/",
		tutti_listener_port(safe->listener));
	safe->task = tutti_task_start(serve_safely, safe, NULL);
}

static void safe_end(struct safe *safe)
{
	tutti_future_cancel(safe->task);
	tutti_future_result(safe->task, NULL, 0);
	tutti_future_unref(safe->task);
	tutti_listener_free(safe->listener);
	tutti_http_server_free(safe->http);
	tutti_tls_server_free(safe->tls);
}

static tutti_http_session *open_trusting(const char *trust)
{
	tutti_http_session_options o = { .trust = trust };
	tutti_http_session *s = open_session();

	CHECK_EQ(tutti_http_session_configure(s, &o), 0);
	return s;
}

static void check_hello(tutti_http_session *s, const char *url, const tutti_http_options *options)
{
	tutti_http_options o = options ? *options : (tutti_http_options){ 0 };
	tutti_http_response r;
	int rc;

	o.fault = &fault;
	rc = tutti_http_get(s, &r, url, &o);
	CHECK_STR(fault.text, "");
	CHECK_EQ(rc, 0);
	CHECK_STR((const char *)r.body.data, "hello");
	tutti_http_response_free(&r);
}

static const tutti_http_options insecure = { .insecure = true };

/* rows: F124 D27 */
static void trust_is_asked_for(void)
{
	struct safe safe;
	tutti_http_session *s = open_session();

	safe_begin(&safe, localhost.pem, NULL);
	check_fails(s, safe.url, NULL, TUTTI_EUNTRUSTED, "127.0.0.1:");
	check_hello(s, safe.url, &insecure);
	check_fails(s, safe.url, NULL, TUTTI_EUNTRUSTED, "certificate"); /* by its connection too */
	tutti_http_session_free(s);
	s = open_trusting(authority.pem);
	for (int i = 0; i < 3; i++)
		check_hello(s, safe.url, NULL);
	tutti_http_session_free(s);
	safe_end(&safe);
}

static void files_of_trust(void)
{
	char name[] = "client_tls_test.XXXXXX";
	int fd = mkstemp(name);
	tutti_http_session_options none = { .trust = "no/such/file" };
	tutti_http_session *s;
	struct safe safe;

	CHECK(fd >= 0);
	CHECK(write(fd, authority.pem, strlen(authority.pem)) > 0);
	close(fd);
	safe_begin(&safe, localhost.pem, NULL);
	s = open_trusting(name);
	check_hello(s, safe.url, NULL);
	unlink(name);
	tutti_http_session_free(s);
	s = open_session();
	CHECK_EQ(tutti_http_session_configure(s, &none), -ENOENT);
	tutti_http_session_free(s);
	safe_end(&safe);
}

static void check_refused(const char *pem, int code, const char *words)
{
	tutti_http_session *s = open_trusting(authority.pem);
	struct safe safe;

	safe_begin(&safe, pem, NULL);
	check_fails(s, safe.url, NULL, code, words);
	check_hello(s, safe.url, &insecure);
	tutti_http_session_free(s);
	safe_end(&safe);
}

static void certificates_are_told_apart(void)
{
	struct certificate other = make_leaf(&authority, "other", "DNS:other.example,IP:127.0.0.2");
	struct certificate own =
		make_certificate(NULL, "own", "IP:127.0.0.1", EVP_EC_gen("P-256"), -DAY, DAY);
	struct certificate old = make_certificate(
		&authority, "old", "IP:127.0.0.1", EVP_EC_gen("P-256"), -2 * DAY, -DAY);
	struct certificate early = make_certificate(
		&authority, "early", "IP:127.0.0.1", EVP_EC_gen("P-256"), DAY, 2 * DAY);

	check_refused(other.pem, TUTTI_EWRONGNAME, "127.0.0.1");
	check_refused(own.pem, TUTTI_EUNTRUSTED, "self-signed");
	check_refused(old.pem, TUTTI_EEXPIRED, "expired");
	check_refused(early.pem, TUTTI_EEXPIRED, "not yet valid");
	free_certificate(&other);
	free_certificate(&own);
	free_certificate(&old);
	free_certificate(&early);
}

/* A server that wants to know who we are. It may say so late, when the request is on its way. */
static void nobody_is_let_in_without_a_certificate(void)
{
	tutti_http_session *s = open_trusting(authority.pem);
	struct safe safe;

	safe_begin(&safe, localhost.pem, authority.pem);
	check_fails(s, safe.url, NULL, TUTTI_EAUTH, "127.0.0.1:");
	tutti_http_session_free(s);
	safe_end(&safe);
}

static void what_is_no_tls(void)
{
	tutti_http_session *s = open_session();
	struct rude rude;
	char url[80];

	rude_begin(&rude, "HTTP/1.1 400 Bad Request\r\n\r\n");
	rude.hasty = true;
	snprintf(url, sizeof url, "https%s", rude.url + 4);
	check_fails(s, url, NULL, TUTTI_EPROTO, "127.0.0.1:");
	rude.says = NULL;
	check_fails(s, url, NULL, -ECONNRESET, "127.0.0.1:");
	tutti_http_session_free(s);
	rude_end(&rude);
}

/* -- proxies ----------------------------------------------------------------------------------- */

struct proxy {
	tutti_listener *listener;
	tutti_task *task;
	char url[64], said[2000]; /* the first lines of what it was asked */
	const char *refuses;      /* with this */
};

static void *pass(void *arg)
{
	tutti_stream **ends = arg;
	char piece[10000];
	ssize_t n;

	while ((n = tutti_stream_read(ends[0], piece, sizeof piece)) > 0)
		if (tutti_stream_write(ends[1], piece, (size_t)n) < 0)
			break;
	tutti_stream_shutdown(ends[1]);
	return NULL;
}

static int forward(tutti_stream *s, void *arg)
{
	static const char done[] = "HTTP/1.1 200 Connected\r\nX-Proxy: 1\r\n\r\n";
	struct proxy *p = arg;
	tutti_bytes head;
	tutti_stream *to;
	char text[1000], host[100];
	tutti_task *back;

	if (tutti_stream_read_past(s, "\r\n\r\n", 4, 10000, &head) < 0)
		return 0;
	snprintf(text, sizeof text, "%.*s", (int)head.size, (const char *)head.data);
	snprintf(p->said + strlen(p->said), sizeof p->said - strlen(p->said), "%s", text);
	if (p->refuses)
		tutti_stream_write(s, p->refuses, strlen(p->refuses));
	else if (sscanf(text, "CONNECT %99s", host) == 1 ||
		 sscanf(text, "%*s http://%99[^/]", host) == 1) {
		tutti_stream *there[2] = { s, NULL }, *here[2] = { NULL, s };

		CHECK_EQ(tutti_stream_connect(&to, host, NULL), 0);
		there[1] = here[0] = to;
		if (memcmp(head.data, "CONNECT", 7) == 0)
			tutti_stream_write(s, done, sizeof done - 1);
		else
			tutti_stream_write(to, head.data, head.size);
		back = tutti_task_start(pass, here, NULL);
		pass(there);
		tutti_future_cancel(back);
		tutti_future_result(back, NULL, 0);
		tutti_future_unref(back);
		tutti_stream_free(to);
	}
	tutti_bytes_free(&head);
	return 0;
}

static void *serve_proxy(void *arg)
{
	struct proxy *p = arg;

	tutti_listener_serve(p->listener, forward, p);
	return NULL;
}

static void proxy_begin(struct proxy *p)
{
	*p = (struct proxy){ 0 };
	CHECK_EQ(tutti_listener_create(&p->listener, "127.0.0.1:0", NULL), 0);
	snprintf(p->url, sizeof p->url, "http://127.0.0.1:%d", tutti_listener_port(p->listener));
	p->task = tutti_task_start(serve_proxy, p, NULL);
}

static void proxy_end(struct proxy *p)
{
	tutti_future_cancel(p->task);
	tutti_future_result(p->task, NULL, 0);
	tutti_future_unref(p->task);
	tutti_listener_free(p->listener);
}

static void begin_plain(void)
{
	web_make();
	web_route("GET /", hello, NULL);
	web_begin();
}

/* rows: F126 */
static void plain_requests_go_through(void)
{
	tutti_http_session *s = open_session();
	struct proxy p;
	tutti_http_options o = { .proxy = p.url };
	char line[200];

	begin_plain();
	proxy_begin(&p);
	check_hello(s, at("/"), &o);
	snprintf(line, sizeof line, "GET %s/ HTTP/1.1\r\nHost: %s\r\n", web, web + 7);
	CHECK(strncmp(p.said, line, strlen(line)) == 0);
	p.refuses = "HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n";
	tutti_http_session_free(s);
	s = open_session();
	check_asked(s, "GET", "/", &o, 407, "");
	tutti_http_session_free(s);
	proxy_end(&p);
	web_end();
}

/* rows: F126 */
static void encrypted_ones_by_connect(void)
{
	tutti_http_session *s = open_trusting(authority.pem);
	struct proxy p;
	tutti_http_options o = { .proxy = p.url, .login = "me:pass" };
	struct safe safe;
	char line[100];

	safe_begin(&safe, localhost.pem, NULL);
	proxy_begin(&p);
	check_hello(s, safe.url, &o);
	check_hello(s, safe.url, &o);
	snprintf(line, sizeof line, "CONNECT %.*s HTTP/1.1\r\n", (int)strlen(safe.url + 8) - 1,
		safe.url + 8);
	CHECK(strncmp(p.said, line, strlen(line)) == 0);
	CHECK(!strstr(p.said, "Authorization") && !strstr(p.said + 7, "CONNECT"));
	tutti_http_session_free(s);
	s = open_trusting(authority.pem);
	p.refuses = "HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n";
	check_fails(s, safe.url, &o, TUTTI_EAUTH, "407");
	p.refuses = "HTTP/1.1 502 No way\r\nContent-Length: 0\r\n\r\n";
	check_fails(s, safe.url, &o, TUTTI_EREMOTE, "502");
	tutti_http_session_free(s);
	proxy_end(&p);
	safe_end(&safe);
}

/* Nobody goes the direct way instead. */
/* rows: F126 */
static void proxies_may_be_gone(void)
{
	tutti_http_options o = { .proxy = "http://127.0.0.1:1" }, none = { .proxy = "" };
	tutti_http_session *s;

	begin_plain();
	CHECK_EQ(tutti_http_session_create(&s, &o), 0);
	check_fails(s, at("/"), NULL, -ECONNREFUSED, "proxy 127.0.0.1:1: Connection refused");
	check_fails(s, "https://127.0.0.1:2/", NULL, -ECONNREFUSED, "proxy 127.0.0.1:1: ");
	check_hello(s, at("/"), &none);
	tutti_http_session_free(s);
	web_end();
}

static void environment_is_read(void)
{
	tutti_http_session *s = open_session();

	begin_plain();
	setenv("http_proxy", "127.0.0.1:1", 1);
	setenv("HTTPS_PROXY", "http://127.0.0.1:1", 1);
	check_fails(s, at("/"), NULL, -ECONNREFUSED, "proxy 127.0.0.1:1: ");
	check_fails(s, "https://127.0.0.1:2/", NULL, -ECONNREFUSED, "proxy 127.0.0.1:1: ");
	setenv("no_proxy", "example.org, 127.0.0.1", 1);
	check_hello(s, at("/"), NULL);
	setenv("no_proxy", "127.0.0.1:1", 1);
	check_fails(s, at("/"), NULL, -ECONNREFUSED, "proxy 127.0.0.1:1: ");
	setenv("no_proxy", "*", 1);
	check_hello(s, at("/"), NULL);
	unsetenv("no_proxy");
	unsetenv("http_proxy");
	unsetenv("HTTPS_PROXY");
	setenv("HTTP_PROXY", "127.0.0.1:1", 1);
	check_hello(s, at("/"), NULL);
	unsetenv("HTTP_PROXY");
	tutti_http_session_free(s);
	web_end();
}

static void *everything(void *arg)
{
	make_usual();
	RUN(trust_is_asked_for);
	RUN(files_of_trust);
	RUN(certificates_are_told_apart);
	RUN(nobody_is_let_in_without_a_certificate);
	RUN(what_is_no_tls);
	RUN(plain_requests_go_through);
	RUN(encrypted_ones_by_connect);
	RUN(proxies_may_be_gone);
	RUN(environment_is_read);
	free_usual();
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
