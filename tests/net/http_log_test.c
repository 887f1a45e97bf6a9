/* SPDX-License-Identifier: MIT */
/* What the HTTP server says of requests that are over, and the line that is made of it. */
#include "net/talk.h"

#include <errno.h>
#include <time.h>
#include <tutti/stream_read.h>

static struct talk talk;
static char said[2000]; /* of all requests: a line each */
static tutti_event go_on;

static void note(const tutti_http_record *r, void *arg)
{
	size_t used = strlen(said);

	CHECK(arg == said);
	CHECK(r->when > 1000000000 && r->took >= 0);
	snprintf(said + used, sizeof said - used, "%s|%s|%s|%s|%s|%s|1.%d|%d|%s|%lld\n", r->peer,
		r->method ? r->method : "-", r->path ? r->path : "-", r->query ? r->query : "-",
		r->referer ? r->referer : "-", r->agent ? r->agent : "-", r->minor, r->status,
		tutti_errname(r->code), (long long)r->size);
}

static int hello(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text("hello"));
}

static int pieces(tutti_http_exchange *x, void *size)
{
	int rc = tutti_http_reply_begin(x, 200, NULL, size ? *(int *)size : -1);

	for (int i = 0; i < 3 && rc == 0; i++)
		rc = tutti_http_write(x, "abcd", 4);
	return rc;
}

static int fails(tutti_http_exchange *x, void *arg)
{
	(void)x, (void)arg;
	return -EIO;
}

static int breaks_off(tutti_http_exchange *x, void *arg)
{
	int rc = tutti_http_reply_begin(x, 200, NULL, 5);

	(void)arg;
	if (rc == 0)
		rc = tutti_http_write(x, "ab", 2);
	return rc < 0 ? rc : tutti_fail(-EIO, "the disk is gone");
}

static int waits(tutti_http_exchange *x, void *arg)
{
	int rc = tutti_event_wait(&go_on);

	(void)arg;
	return rc < 0 ? rc : tutti_http_reply(x, 200, NULL, tutti_bytes_text("waited"));
}

static tutti_http_server *make(void)
{
	static int too_many = 20;
	tutti_http_server *s;

	CHECK_EQ(tutti_http_server_create(&s, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /", hello, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /pieces", pieces, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /cut", pieces, &too_many), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /fails", fails, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /breaks-off", breaks_off, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /waits", waits, NULL), 0);
	CHECK_EQ(tutti_http_server_log(s, note, said), 0);
	return s;
}

#define REQUEST(line) line "\r\nHost: a\r\n"

static void of_each(void)
{
	static const struct {
		const char *request, *said;
	} all[] = {
		{ REQUEST("GET / HTTP/1.1") "\r\n", "unix:|GET|/|-|-|-|1.1|200|OK|5\n" },
		{ REQUEST("GET /?a=1&b HTTP/1.0") "Referer: r\r\nuser-agent: u v\r\n\r\n",
			"unix:|GET|/|a=1&b|r|u v|1.0|200|OK|5\n" },
		{ REQUEST("HEAD / HTTP/1.1") "\r\n", "unix:|HEAD|/|-|-|-|1.1|200|OK|0\n" },
		{ REQUEST("GET /pieces HTTP/1.1") "\r\n",
			"unix:|GET|/pieces|-|-|-|1.1|200|OK|12\n" },
		{ REQUEST("HEAD /pieces HTTP/1.1") "\r\n",
			"unix:|HEAD|/pieces|-|-|-|1.1|200|OK|0\n" },
		{ REQUEST("GET /cut HTTP/1.1") "\r\n",
			"unix:|GET|/cut|-|-|-|1.1|200|TUTTI_EPROTO|12\n" },
		{ REQUEST("GET /none HTTP/1.1") "\r\n", "unix:|GET|/none|-|-|-|1.1|404|OK|14\n" },
		{ REQUEST("PUT / HTTP/1.1") "\r\n", "unix:|PUT|/|-|-|-|1.1|405|OK|23\n" },
		{ "GET / HTTP/1.1\r\n\r\n", "unix:|GET|/|-|-|-|1.1|400|OK|16\n" },
		{ REQUEST("GET / HTTP/1.1") "Host: b\r\nReferer: r\r\n\r\n",
			"unix:|GET|/|-|-|-|1.1|400|OK|16\n" },
		{ "nonsense\r\n\r\n", "unix:|-|-|-|-|-|1.0|400|OK|16\n" },
		{ REQUEST("GET / HTTP/1.1") "bad header\r\n\r\n",
			"unix:|-|-|-|-|-|1.1|400|OK|16\n" },
		{ "GET", "" },
		{ "", "" },
		{ REQUEST("GET / HTTP/1.1") "\r\n" REQUEST("GET /none HTTP/1.1") "\r\n",
			"unix:|GET|/|-|-|-|1.1|200|OK|5\nunix:|GET|/none|-|-|-|1.1|404|OK|14\n" },
	};
	tutti_http_server *s = make();

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		said[0] = '\0';
		answer(&talk, s, all[i].request, strlen(all[i].request), 1 << 20);
		CHECK_STR(said, all[i].said);
	}
	tutti_http_server_free(s);
}

/* What a handler has failed with is the reporter's; the client's status is the log's. */
static void forget(int code, const char *text, void *arg)
{
	(void)code, (void)text, (void)arg;
}

static void of_failures(void)
{
	static const char text[] = REQUEST("GET /fails HTTP/1.1") "\r\n";
	tutti_http_server *s = make();

	said[0] = '\0';
	tutti_set_reporter(forget, NULL);
	answer(&talk, s, text, sizeof text - 1, sizeof text);
	tutti_set_reporter(NULL, NULL);
	CHECK_STR(said, "unix:|GET|/fails|-|-|-|1.1|500|OK|26\n");
	CHECK_EQ(tutti_http_server_log(s, NULL, NULL), 0);
	said[0] = '\0';
	answer(&talk, s, REQUEST("GET / HTTP/1.1") "\r\n", 27, 1 << 20);
	CHECK_STR(said, "");
	tutti_http_server_free(s);
}

static char told[500];

static void hear(int code, const char *text, void *arg)
{
	(void)code, (void)arg;
	snprintf(told, sizeof told, "%s", text);
}

/* The reporter hears once of one that is cut, and serving blames nobody: the client did nothing. */
static void of_failures_in_the_middle(void)
{
	static const struct {
		const char *request, *said, *told;
	} all[] = {
		{ REQUEST("GET /breaks-off HTTP/1.1") "\r\n",
			"unix:|GET|/breaks-off|-|-|-|1.1|200|TUTTI_EPROTO|2\n",
			"serving GET /breaks-off failed: the disk is gone" },
		{ REQUEST("GET /cut HTTP/1.1") "\r\n",
			"unix:|GET|/cut|-|-|-|1.1|200|TUTTI_EPROTO|12\n",
			"serving GET /cut failed: the reply is 8 bytes shorter than was said" },
	};
	tutti_http_server *s = make();

	tutti_set_reporter(hear, NULL);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		said[0] = told[0] = '\0';
		talk_begin(&talk, s);
		talk_say(&talk, all[i].request, strlen(all[i].request), 1 << 20);
		CHECK_EQ(talk_end(&talk), 0);
		CHECK_STR(said, all[i].said);
		CHECK_STR(told, all[i].told);
	}
	tutti_set_reporter(NULL, NULL);
	tutti_http_server_free(s);
}

static void of_those_given_up(void)
{
	static const char text[] = REQUEST("GET /waits HTTP/1.1") "\r\n";
	tutti_http_server *s = make();

	said[0] = '\0';
	tutti_event_clear(&go_on);
	talk_begin(&talk, s);
	talk_say(&talk, text, sizeof text - 1, sizeof text);
	settle();
	CHECK_EQ(tutti_http_server_log(s, note, said), -EBUSY);
	tutti_future_cancel(talk.task);
	while (talk_hear(&talk))
		;
	tutti_stream_free(talk.far);
	CHECK_EQ(tutti_future_result(talk.task, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(talk.task);
	CHECK_STR(said, "unix:|GET|/waits|-|-|-|1.1|0|TUTTI_ECANCELED|0\n");
	tutti_http_server_free(s);
}

/* -- the end that is asked for ----------------------------------------------------------------- */

static void idle_ones_end(void)
{
	static const char text[] = REQUEST("GET / HTTP/1.1") "\r\n";
	tutti_http_server *s = make();
	tutti_bytes reply;

	talk_begin(&talk, s);
	talk_say(&talk, text, sizeof text - 1, sizeof text);
	CHECK_EQ(tutti_stream_read_past(talk.far, "hello", 5, 1000, &reply), 0);
	tutti_bytes_free(&reply);
	settle();
	tutti_http_server_shutdown(s);
	CHECK(!talk_hear(&talk));
	tutti_stream_free(talk.far);
	CHECK_EQ(finish(talk.task), 0);
	tutti_http_server_free(s);
}

/* Half a head is no request that could be lost. */
static void so_do_those_with_half_a_head(void)
{
	static const char text[] = REQUEST("GET / HTTP/1.1") "\r\n";
	tutti_bytes reply;

	for (size_t n = 1; n < sizeof text - 1; n += 5) {
		tutti_http_server *s = make();

		talk_begin(&talk, s);
		talk_say(&talk, text, sizeof text - 1, sizeof text);
		CHECK_EQ(tutti_stream_read_past(talk.far, "hello", 5, 1000, &reply), 0);
		tutti_bytes_free(&reply);
		said[0] = '\0';
		talk_say(&talk, text, n, n);
		settle();
		tutti_http_server_shutdown(s);
		CHECK(!talk_hear(&talk));
		tutti_stream_free(talk.far);
		CHECK_EQ(finish(talk.task), 0);
		CHECK_STR(said, "");
		tutti_http_server_free(s);
	}
}

static void others_with_their_reply(void)
{
	static const char text[] = REQUEST("GET /waits HTTP/1.1") "\r\n";
	tutti_http_server *s = make();

	tutti_event_clear(&go_on);
	talk_begin(&talk, s);
	talk_say(&talk, text, sizeof text - 1, sizeof text);
	settle();
	tutti_http_server_shutdown(s);
	tutti_http_server_shutdown(s);
	settle();
	CHECK(!tutti_future_done(talk.task));
	tutti_event_set(&go_on);
	talk_end(&talk);
	CHECK(strstr(talk.said, "Connection: close\r\n\r\nwaited"));
	tutti_http_server_free(s);
}

/* Who has come meanwhile is served once; who then says nothing is not waited for. */
static void new_ones_after_their_first(void)
{
	static const char text[] =
		REQUEST("GET / HTTP/1.1") "\r\n" REQUEST("GET / HTTP/1.1") "\r\n";
	tutti_http_server *s = make();
	tutti_time before = tutti_now();

	tutti_http_server_shutdown(s);
	answer(&talk, s, text, sizeof text - 1, sizeof text);
	CHECK(strstr(talk.said, "Connection: close\r\n\r\nhello"));
	CHECK(!strstr(strstr(talk.said, "hello"), "HTTP"));
	talk_begin(&talk, s);
	while (talk_hear(&talk))
		;
	CHECK(tutti_now() - before < TUTTI_SECONDS(60));
	tutti_stream_free(talk.far);
	CHECK_EQ(finish(talk.task), 0);
	CHECK_STR(talk.said, "");
	talk_begin(&talk, s);
	talk_say(&talk, text, 9, 9); /* nor who then stops */
	while (talk_hear(&talk))
		;
	CHECK(tutti_now() - before < TUTTI_SECONDS(60));
	tutti_stream_free(talk.far);
	CHECK_EQ(finish(talk.task), 0);
	CHECK(strncmp(talk.said, "HTTP/1.1 408 ", 13) == 0);
	tutti_http_server_free(s);
}

/* -- the line ---------------------------------------------------------------------------------- */

static void as_a_line(void)
{
	tutti_http_record r = { .peer = "127.0.0.1:4711",
		.method = "GET",
		.path = "/a",
		.query = "b=c",
		.agent = "x\"y\\z\n\xe4",
		.minor = 1,
		.status = 200,
		.size = 5000000000,
		.when = 1000000000 };
	static const char want[] = "127.0.0.1 - - [09/Sep/2001:03:16:40 +0130] "
				   "\"GET /a?b=c HTTP/1.1\" 200 5000000000 \"-\" "
				   "\"x\\x22y\\x5cz\\x0a\\xe4\"";
	char text[300], cut[10];

	setenv("TZ", "UTC-1:30", 1);
	tzset();
	CHECK_EQ(tutti_http_record_text(&r, text, sizeof text), strlen(want));
	CHECK_STR(text, want);
	CHECK_EQ(tutti_http_record_text(&r, cut, sizeof cut), strlen(want));
	CHECK_STR(cut, "127.0.0.1");
	CHECK_EQ(tutti_http_record_text(&r, NULL, 0), strlen(want));
	setenv("TZ", "UTC+3:30", 1);
	tzset();
	r = (tutti_http_record){ .peer = "[::1]:80", .status = 400, .when = 1000000000 };
	tutti_http_record_text(&r, text, sizeof text);
	CHECK_STR(text, "::1 - - [08/Sep/2001:22:16:40 -0330] \"-\" 400 0 \"-\" \"-\"");
	r.peer = "";
	r.status = 0;
	tutti_http_record_text(&r, text, sizeof text);
	CHECK_STR(text, "- - - [08/Sep/2001:22:16:40 -0330] \"-\" 000 0 \"-\" \"-\"");
}

static void *everything(void *arg)
{
	RUN(of_each);
	RUN(of_failures);
	RUN(of_failures_in_the_middle);
	RUN(of_those_given_up);
	RUN(idle_ones_end);
	RUN(so_do_those_with_half_a_head);
	RUN(others_with_their_reply);
	RUN(new_ones_after_their_first);
	RUN(as_a_line);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
