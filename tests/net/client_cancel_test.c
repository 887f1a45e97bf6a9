/* SPDX-License-Identifier: MIT */
/* rows: F129 */
/* ctest: VIRTUAL ON */
/* The HTTP client, cut short wherever it may wait; and threads that share a session. */
#include "net/web.h"

#include <netinet/in.h>

static tutti_event here, go_on;
static int at_work;

/* -- the server's ------------------------------------------------------------------------------ */

static int hello(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text("hello"));
}

static int waits(tutti_http_exchange *x, void *arg)
{
	int rc;

	(void)arg;
	at_work++;
	tutti_event_set(&here);
	rc = tutti_event_wait(&go_on);
	at_work--;
	return rc < 0 ? rc : hello(x, NULL);
}

static int halts(tutti_http_exchange *x, void *arg)
{
	int rc = tutti_http_reply_begin(x, 200, NULL, 10);

	(void)arg;
	if (rc == 0)
		rc = tutti_http_write(x, "01234", 5);
	if (rc == 0)
		rc = tutti_event_wait(&go_on);
	return rc < 0 ? rc : tutti_http_write(x, "56789", 5);
}

static int redirects(tutti_http_exchange *x, void *arg)
{
	CHECK_EQ(tutti_http_reply_header(x, "Location", arg), 0);
	return tutti_http_reply(x, 302, NULL, tutti_bytes_text(""));
}

static void begin(void)
{
	tutti_event_clear(&here);
	tutti_event_clear(&go_on);
	at_work = 0;
	web_make();
	web_route("GET /", hello, NULL);
	web_route("/waits", waits, NULL);
	web_route("GET /halts", halts, NULL);
	web_route("/redirects", redirects, "/waits");
	web_begin();
}

static void end(tutti_http_session *s)
{
	tutti_event_set(&go_on);
	check_got(s, "/", "hello"); /* whatever was cut short */
	tutti_http_session_free(s);
	web_end();
}

/* -- places to wait in ------------------------------------------------------------------------- */

struct asking {
	tutti_http_session *s;
	const char *url;
	tutti_http_options options;
	bool streams;
};

static void *ask(void *arg)
{
	struct asking *a = arg;
	tutti_http_response r;
	char piece[100];
	int rc;

	if (!a->streams)
		return give(tutti_http_request(a->s, &r, "POST", a->url, &a->options));
	CHECK_EQ(tutti_http_open(a->s, &r, "GET", a->url, &a->options), 0);
	tutti_event_set(&here);
	do
		rc = (int)tutti_http_response_read(&r, piece, sizeof piece);
	while (rc > 0);
	tutti_http_response_free(&r);
	return give(rc);
}

static void check_canceled(enum mix mix, struct asking *a)
{
	tutti_future *f;

	tutti_event_clear(&here);
	f = start_as(mix, ask, a);
	CHECK_EQ(tutti_event_wait(&here), 0);
	CHECK_EQ(tutti_future_cancel(f), 1);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
}

/* And by its deadline, in the same place. */
static void check_late(struct asking *a)
{
	a->options.timeout = TUTTI_MILLISECONDS(20);
	CHECK_EQ((intptr_t)ask(a), TUTTI_ETIMEDOUT);
	a->options.timeout = 0;
}

static void check_cut(enum mix mix, struct asking *a)
{
	check_canceled(mix, a);
	check_late(a);
}

static int never_found(void *arg, const char *host, tutti_ip *ips, int max, tutti_time deadline)
{
	(void)arg, (void)host, (void)ips, (void)max;
	tutti_event_set(&here);
	return tutti_sleep_until(deadline) < 0 ? TUTTI_ECANCELED : TUTTI_ETIMEDOUT;
}

static ssize_t never_read(void *arg, void *data, size_t size)
{
	(void)arg, (void)data, (void)size;
	tutti_event_set(&here);
	return tutti_sleep(TUTTI_MILLISECONDS(50)) < 0 ? TUTTI_ECANCELED : 1;
}

/* rows: F129 */
static void every_wait_is_cut(enum mix mix)
{
	tutti_http_session_options one = { .per_host = 1 };
	struct asking a = { .s = open_session() };
	tutti_http_response r;

	begin();
	CHECK_EQ(tutti_set_resolver(never_found, NULL), 0);
	a.url = "http://some.example/";
	check_cut(mix, &a);
	CHECK_EQ(tutti_set_resolver(NULL, NULL), 0);
	a.url = at("/waits");
	check_cut(mix, &a);
	a.url = at("/redirects");
	check_cut(mix, &a);
	a.url = at("/halts");
	a.streams = true;
	check_cut(mix, &a);
	a.streams = false;
	a.url = at("/waits");
	a.options = (tutti_http_options){ .read = never_read, .size = -1 };
	check_cut(mix, &a);
	a.options = (tutti_http_options){ .read = NULL };
	end(a.s);
	begin();
	a.s = open_session();
	CHECK_EQ(tutti_http_session_configure(a.s, &one), 0);
	CHECK_EQ(tutti_http_open(a.s, &r, "GET", at("/halts"), NULL), 0);
	a.url = at("/");
	check_late(&a);
	tutti_http_response_free(&r);
	end(a.s);
}

/* A listener that nobody accepts from, and whose line is full. */
static void connecting_may_take_too_long(void)
{
	tutti_http_session_options short_time = { .connect_timeout = TUTTI_MILLISECONDS(30) };
	struct sockaddr_storage address;
	socklen_t size = sizeof address;
	tutti_http_session *s = open_session();
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fds[8];
	char url[64];

	CHECK_EQ(listen(fd, 0), 0);
	CHECK_EQ(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	for (int i = 0; i < 8; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		connect(fds[i], (struct sockaddr *)&address, size);
	}
	snprintf(url, sizeof url, "http://127.0.0.1:%d/",
		ntohs(((struct sockaddr_in *)&address)->sin_port));
	CHECK_EQ(tutti_http_session_configure(s, &short_time), 0);
	check_fails(s, url, NULL, TUTTI_ETIMEDOUT, "not connected in time");
	tutti_http_session_free(s);
	for (int i = 0; i < 8; i++)
		close(fds[i]);
	close(fd);
}

/* -- many at once, some of them cut ------------------------------------------------------------ */

static void *get_some(void *arg)
{
	for (int i = 0; i < 20; i++)
		check_got(arg, "/", "hello");
	return NULL;
}

static void *get_until_canceled(void *arg)
{
	tutti_http_response r;

	for (int i = 0; i < 5; i++)
		check_got(arg, "/", "hello");
	return give(tutti_http_get(arg, &r, at("/waits"), NULL));
}

static void sessions_are_shared(enum mix mix)
{
	tutti_http_session *s = open_session();
	tutti_future *f[6], *cut[4];

	begin();
	start_all(mix, cut, 4, get_until_canceled, s);
	start_all(mix, f, 6, get_some, s);
	join_all(f, 6);
	EVENTUALLY(at_work == 4);
	for (int i = 0; i < 4; i++) {
		CHECK_EQ(tutti_future_cancel(cut[i]), 1);
		CHECK_EQ(tutti_future_result(cut[i], NULL, 0), TUTTI_EJOBCANCELED);
		tutti_future_unref(cut[i]);
	}
	end(s);
}

/* -- responses elsewhere ----------------------------------------------------------------------- */

static tutti_http_response opened[3];

static void *open_all(void *arg)
{
	for (int i = 0; i < 3; i++)
		CHECK_EQ(tutti_http_open(arg, &opened[i], "GET", at("/halts"), NULL), 0);
	tutti_event_set(&here);
	tutti_event_wait(&go_on);
	tutti_http_response_free(&opened[0]);
	return NULL;
}

/* To be given back, not to be read: while its thread reads others, and when it has ended. */
static void others_may_give_them_back(void)
{
	tutti_http_session *s = open_session();
	tutti_future *f;
	char c[6];

	begin();
	f = tutti_thread_start(open_all, s, NULL);
	CHECK_EQ(tutti_event_wait(&here), 0);
	CHECK_EQ(tutti_http_response_read(&opened[1], c, 5), -EPERM);
	tutti_http_response_free(&opened[1]);
	tutti_event_set(&go_on);
	CHECK_EQ(finish(f), 0);
	tutti_http_response_free(&opened[2]);
	end(s);
}

static void *everything(void *arg)
{
	RUN_MIXES(every_wait_is_cut);
	RUN(connecting_may_take_too_long);
	RUN_MIXES(sessions_are_shared);
	RUN(others_may_give_them_back);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
