/* SPDX-License-Identifier: MIT */
/* rows: F128 */
/* What the HTTP server answers, byte by byte, and what it refuses. */
#include "net/talk.h"

#include <errno.h>

static struct talk talk;

/* -- handlers ---------------------------------------------------------------------------------- */

static int hello(tutti_http_exchange *x, void *arg)
{
	return tutti_http_reply(x, 200, "text/plain", tutti_bytes_text(arg ? arg : "hello"));
}

static int echo(tutti_http_exchange *x, void *arg)
{
	tutti_bytes body;
	int rc = tutti_http_body(x, &body);

	(void)arg;
	return rc < 0 ? rc : tutti_http_reply(x, 200, NULL, body);
}

/* Three bytes, or what is left; they may come one by one. */
static ssize_t read_piece(tutti_http_exchange *x, char *piece)
{
	size_t size = 0;
	ssize_t n = 1;

	while (size < 3 && (n = tutti_http_read(x, piece + size, 3 - size)) > 0)
		size += (size_t)n;
	return n < 0 ? n : (ssize_t)size;
}

static int echo_pieces(tutti_http_exchange *x, void *arg)
{
	char piece[3];
	ssize_t n = 0;
	int rc = tutti_http_reply_begin(x, 200, NULL, arg ? *(int64_t *)arg : -1);

	while (rc == 0 && (n = read_piece(x, piece)) > 0)
		rc = tutti_http_write(x, piece, (size_t)n);
	return rc < 0 ? rc : (int)n;
}

static int show(tutti_http_exchange *x, void *arg)
{
	const char *id = tutti_http_path_value(x, "id"), *q = tutti_http_query(x, "q");
	const char *agent = tutti_http_request_header(x, "user-agent");
	char text[256];

	(void)arg;
	CHECK(!tutti_http_path_value(x, "nothing"));
	snprintf(text, sizeof text, "%s|%s|%s|%s|%s", tutti_http_method(x), tutti_http_path(x),
		id ? id : "-", q ? q : "-", agent ? agent : "-");
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text(text));
}

static int headers(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	CHECK_EQ(tutti_http_reply_header(x, "X-One", "1"), 0);
	CHECK_EQ(tutti_http_reply_header(x, "bad name", "1"), -EINVAL);
	CHECK_EQ(tutti_http_reply_header(x, "", "1"), -EINVAL);
	CHECK_EQ(tutti_http_reply_header(x, "X-Two", "1\r\nX-Three: 3"), -EINVAL);
	CHECK_EQ(tutti_http_reply_header(x, "content-length", "1"), -EINVAL);
	CHECK_EQ(tutti_http_reply(x, 199, NULL, tutti_bytes_text("")), -EINVAL);
	CHECK_EQ(tutti_http_reply(x, 200, "a\nb", tutti_bytes_text("")), -EINVAL);
	CHECK_EQ(tutti_http_write(x, "x", 1), -EINVAL);
	CHECK_EQ(tutti_http_reply(x, 299, NULL, tutti_bytes_text("x")), 0);
	CHECK_EQ(tutti_http_reply(x, 200, NULL, tutti_bytes_text("x")), -EALREADY);
	CHECK_EQ(tutti_http_reply_header(x, "X-Four", "4"), -EALREADY);
	return 0;
}

static int no_content(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	return tutti_http_reply(x, 204, NULL, tutti_bytes_text(""));
}

static int fails(tutti_http_exchange *x, void *arg)
{
	(void)x, (void)arg;
	return tutti_fail(-EIO, "the disk is gone");
}

static int forgets(tutti_http_exchange *x, void *arg)
{
	(void)x, (void)arg;
	return 0;
}

static int64_t five = 5;

static tutti_http_server *make(void)
{
	tutti_http_server *s;

	CHECK_EQ(tutti_http_server_create(&s, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /", hello, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "POST /echo", echo, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "POST /pieces", echo_pieces, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "POST /five", echo_pieces, &five), 0);
	CHECK_EQ(tutti_http_server_route(s, "/show/{id}", show, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /headers", headers, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /no-content", no_content, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /fails", fails, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /forgets", forgets, NULL), 0);
	CHECK_EQ(tutti_http_server_port(s), 0);
	return s;
}

/* -- what is answered -------------------------------------------------------------------------- */

#define OK(size) "HTTP/1.1 200 OK\r\nContent-Length: " #size "\r\n"
#define PIECES "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define HELLO "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
#define STATUS(line, size)                                                                       \
	"HTTP/1.1 " line "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " #size \
	"\r\n"
#define HOST "Host: a\r\n"

static const struct {
	const char *request, *reply;
} answers[] = {
	{ "GET / HTTP/1.1\r\n" HOST "\r\n", HELLO "\r\nhello" },
	{ "\r\n\r\nGET / HTTP/1.1\r\nhOST:a\r\n\r\n", HELLO "\r\nhello" },
	{ "HEAD / HTTP/1.1\r\n" HOST "\r\n", HELLO "\r\n" },
	{ "GET / HTTP/1.0\r\n\r\n", HELLO "Connection: close\r\n\r\nhello" },
	{ "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
		HELLO "Connection: keep-alive\r\n\r\nhello" },
	{ "GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
		HELLO "Connection: close\r\n\r\nhello" },
	{ "GET / HTTP/1.1\r\n" HOST "\r\nHEAD / HTTP/1.1\r\n" HOST "\r\nGET / HTTP/1.1\r\n" HOST
	  "\r\n",
		HELLO "\r\nhello" HELLO "\r\n" HELLO "\r\nhello" },
	{ "GET http://b/show/x?q=1 HTTP/1.1\r\n" HOST "\r\n", OK(17) "\r\nGET|/show/x|x|1|-" },
	{ "GET http://b HTTP/1.1\r\n" HOST "\r\n", HELLO "\r\nhello" },
	{ "GET /show/a%20b%2Fc?x&q=1+2%263&q=4#f HTTP/1.1\r\n" HOST "User-Agent:\t me \r\n\r\n",
		OK(34) "\r\nGET|/show/a%20b%2Fc|a b/c|1 2&3|me" },
	{ "PUT /show/x?%71=%C3%A4 HTTP/1.1\r\n" HOST "\r\n",
		OK(18) "\r\nPUT|/show/x|x|\xc3\xa4|-" },
	{ "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n12345GET / HTTP/1.1\r\n" HOST
	  "\r\n",
		OK(5) "\r\n12345" HELLO "\r\nhello" },
	{ "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", OK(0) "\r\n" },
	{ "POST /echo HTTP/1.1\r\n" HOST "\r\n", OK(0) "\r\n" },
	{ "POST /echo HTTP/1.1\r\n" HOST
	  "Transfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\n1\r\nd\r\n0\r\n"
	  "Trailer: x\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
		OK(4) "\r\nabcd" HELLO "\r\nhello" },
	{ "POST /pieces HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nabcdGET / HTTP/1.1\r\n" HOST
	  "\r\n",
		PIECES "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n" HELLO "\r\nhello" },
	{ "POST /pieces HTTP/1.0\r\nContent-Length: 4\r\n\r\nabcd",
		"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcd" },
	{ "POST /five HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nabcde", OK(5) "\r\nabcde" },
	{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc",
		STATUS("405 Method Not Allowed",
			23) "Allow: GET, HEAD\r\n\r\n405 Method Not Allowed\n" },
	{ "GET /none HTTP/1.1\r\n" HOST "\r\n", STATUS("404 Not Found", 14) "\r\n404 Not Found\n" },
	{ "GET /show/ HTTP/1.1\r\n" HOST "\r\n",
		STATUS("404 Not Found", 14) "\r\n404 Not Found\n" },
	{ "GET /headers HTTP/1.1\r\n" HOST "\r\n",
		"HTTP/1.1 299 \r\nContent-Length: 1\r\nX-One: 1\r\n\r\nx" },
	{ "GET /no-content HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 204 No Content\r\n\r\n" },
	/* Of a body that nobody reads nothing is taken for a request. */
	{ "POST /none HTTP/1.1\r\n" HOST "Content-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n",
		STATUS("404 Not Found", 14) "\r\n404 Not Found\n" },
};

static void answered(void)
{
	tutti_http_server *s = make();

	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		CHECK_STR(answer(&talk, s, answers[i].request, strlen(answers[i].request), 1 << 20),
			answers[i].reply);
	tutti_http_server_free(s);
}

static void answered_byte_by_byte(void)
{
	tutti_http_server *s = make();

	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		CHECK_STR(answer(&talk, s, answers[i].request, strlen(answers[i].request), 1),
			answers[i].reply);
	tutti_http_server_free(s);
}

/* Cut in two, at each byte. */
static void answered_in_two(void)
{
	static const char two[] =
		"POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
		"5\r\n12345\r\n0\r\n\r\nPOST /echo HTTP/1.1\r\n" HOST
		"Content-Length: 2\r\n\r\nxyGET / HTTP/1.1\r\n" HOST "\r\n";
	static char whole[4096];
	tutti_http_server *s = make();

	strcpy(whole, answer(&talk, s, two, sizeof two - 1, sizeof two));
	CHECK(strstr(whole, "12345") && strstr(whole, "xy") && strstr(whole, "hello"));
	for (size_t cut = 1; cut < sizeof two - 1; cut++) {
		talk_begin(&talk, s);
		talk_say(&talk, two, cut, cut);
		settle();
		talk_say(&talk, two + cut, sizeof two - 1 - cut, sizeof two);
		CHECK_EQ(talk_end(&talk), 0);
		without(talk.said, "Date: ");
		CHECK_STR(talk.said, whole);
	}
	tutti_http_server_free(s);
}

/* -- what is refused --------------------------------------------------------------------------- */

#define BODY HOST "\r\n"
#define SECOND "GET / HTTP/1.1\r\n" HOST "\r\n"
#define CHUNKED "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
#define REQUEST(text) text, sizeof(text) - 1

static const struct {
	const char *request;
	size_t size;
	int status;
} refused[] = {
	{ REQUEST("GET / HTTP/1.1\r\n\r\n" SECOND), 400 },
	{ REQUEST("GET / HTTP/1.1\r\n" HOST HOST "\r\n" SECOND), 400 },
	{ REQUEST("GET / HTTP/1.1\r\nHost: a b\r\n\r\n" SECOND), 400 },
	{ REQUEST("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n" SECOND), 400 },
	{ REQUEST("GET / HTTP/1.1\r\nHost : a\r\n\r\n" SECOND), 400 },
	{ REQUEST("GET / HTTP/1.1\r\n" HOST "X: 1\r\n 2\r\n\r\n" SECOND), 400 },
	{ REQUEST("GET / HTTP/1.1\r\n" HOST "X: 1\r\n\t2\r\n\r\n" SECOND), 400 },
	{ REQUEST("GET / HTTP/1.1\r\n " HOST "\r\n" SECOND), 400 },
	{ REQUEST("GET / HTTP/1.1\n"
		  "Host: a\n\n" SECOND),
		400 },
	{ REQUEST("GET / HTTP/1.1\r\nHost: a\n\r\n" SECOND), 400 },
	{ REQUEST("GET / HTTP/1.1\r\n" HOST "X: a\rY: b\r\n\r\n" SECOND), 400 },
	{ REQUEST("GET / HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n" SECOND), 400 },
	{ REQUEST("GET / HTTP/1.1\r\n" HOST ": x\r\n\r\n" SECOND), 400 },
	{ REQUEST("GET / HTTP/1.1\r\n" HOST "X(y): x\r\n\r\n" SECOND), 400 },
	{ REQUEST("GET / HTTP/1.1\r\n" HOST "novalue\r\n\r\n" SECOND), 400 },
	{ REQUEST("GET /\0 HTTP/1.1\r\n" HOST "\r\n" SECOND), 400 },
	{ REQUEST("GET /show/%00 HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"), 400 },
	{ REQUEST("GET /show/%zz HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"), 400 },
	{ REQUEST("GET / HTTP/2.0\r\n" HOST "\r\n" SECOND), 505 },
	{ REQUEST("GET / HTTP/1.2\r\n" HOST "\r\n" SECOND), 505 },
	{ REQUEST("GET / HTTP/0.9\r\n" HOST "\r\n" SECOND), 505 },
	{ REQUEST("GET /\r\n\r\n" SECOND), 400 },
	{ REQUEST("get / HTTP/1.1\r\n" HOST "\r\n" SECOND), 501 },
	{ REQUEST("CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n" SECOND), 501 },
	{ REQUEST("GET a HTTP/1.1\r\n" HOST "\r\n" SECOND), 400 },
	{ REQUEST("GET http:///x HTTP/1.1\r\n" HOST "\r\n" SECOND), 400 },
	{ REQUEST("\x16\x03\x01\x02"), 400 },
	{ REQUEST("POST /echo HTTP/1.1\r\n" HOST
		  "Content-Length: 5\r\nContent-Length: 5\r\n\r\n12345" SECOND),
		400 },
	{ REQUEST("POST /echo HTTP/1.1\r\n" HOST
		  "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"
		  "\r\n0\r\n\r\n" SECOND),
		400 },
	{ REQUEST("POST /echo HTTP/1.1\r\n" HOST
		  "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"
		  "\r\n0\r\n\r\n" SECOND),
		400 },
	{ REQUEST("POST /echo HTTP/1.1\r\n" HOST "Content-Length: +5\r\n\r\n12345" SECOND), 400 },
	{ REQUEST("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\n\r\n12345" SECOND), 400 },
	{ REQUEST("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0x5\r\n\r\n12345" SECOND), 400 },
	{ REQUEST("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n"),
		400 },
	{ REQUEST("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SECOND),
		400 },
	{ REQUEST("POST /echo HTTP/1.1\r\n" HOST
		  "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" SECOND),
		501 },
	{ REQUEST("POST /echo HTTP/1.1\r\n" HOST
		  "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n" SECOND),
		400 },
	{ REQUEST("POST /echo HTTP/1.1\r\n" HOST
		  "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" SECOND),
		400 },
	{ REQUEST("POST /echo HTTP/1.1\r\n" HOST "Expect: magic\r\n\r\n" SECOND), 417 },
	{ REQUEST(CHUNKED "-1\r\n" SECOND), 400 },
	{ REQUEST(CHUNKED "0x1\r\na\r\n0\r\n\r\n" SECOND), 400 },
	{ REQUEST(CHUNKED "1 \r\na\r\n0\r\n\r\n" SECOND), 400 },
	{ REQUEST(CHUNKED "1\na\r\n0\r\n\r\n" SECOND), 400 },
	{ REQUEST(CHUNKED "1;x\na\r\n0\r\n\r\n" SECOND), 400 },
	{ REQUEST(CHUNKED "1\r\nab\r\n0\r\n\r\n" SECOND), 400 },
	{ REQUEST(CHUNKED "fffffffffffffffff\r\n" SECOND), 400 },
	{ REQUEST(CHUNKED "200000\r\nx"), 413 },
	{ REQUEST("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1048577\r\n\r\n"), 413 },
	{ REQUEST("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n1234"), 400 },
	{ REQUEST(CHUNKED "5\r\n1234"), 400 },
};

/* Each ends its connection: of what follows nothing is taken for a request. */
static void is_refused(void)
{
	tutti_http_server *s = make();

	for (size_t step = 1; step < 1 << 20; step <<= 19)
		for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
			const char *text =
				answer(&talk, s, refused[i].request, refused[i].size, step);
			int status = 0;

			sscanf(text, "HTTP/1.1 %d ", &status);
			if (status != refused[i].status)
				fprintf(stderr, "%s\n-> %s\n", refused[i].request, text);
			CHECK_EQ(status, refused[i].status);
			CHECK(strstr(text, "Connection: close\r\n"));
			CHECK(!strstr(text + 1, "HTTP/1.1 "));
		}
	tutti_http_server_free(s);
}

/* Whoever says nothing, or not all, is told nothing. */
static void says_nothing(void)
{
	tutti_http_server *s = make();

	CHECK_STR(answer(&talk, s, "", 0, 1), "");
	CHECK_STR(answer(&talk, s, REQUEST("GET / HTTP/1.1\r\nHost:"), 1 << 20), "");
	tutti_http_server_free(s);
}

static void too_long(void)
{
	static char text[70000];
	tutti_http_server *s = make();
	size_t n = 0;

	n = (size_t)sprintf(text, "GET / HTTP/1.1\r\n" HOST "X: ");
	memset(text + n, 'x', 40000);
	strcpy(text + n + 40000, "\r\n\r\n");
	CHECK(strstr(answer(&talk, s, text, strlen(text), 1 << 20), "HTTP/1.1 431 "));
	n = (size_t)sprintf(text, "GET / HTTP/1.1\r\n" HOST);
	for (int i = 0; i < 101; i++)
		n += (size_t)sprintf(text + n, "X: %d\r\n", i);
	n += (size_t)sprintf(text + n, "\r\n");
	CHECK(strstr(answer(&talk, s, text, n, 1 << 20), "HTTP/1.1 431 "));
	CHECK_EQ(tutti_http_server_configure(s, &(tutti_http_server_options){ .head_max = 40 }), 0);
	CHECK(strstr(answer(&talk, s, REQUEST("GET / HTTP/1.1\r\n" HOST "A: 123456789\r\n\r\n"), 1),
		"HTTP/1.1 431 "));
	CHECK_STR(answer(&talk, s, REQUEST("GET / HTTP/1.1\r\n" HOST "A: 12345678\r\n\r\n"), 1),
		HELLO "\r\nhello");
	tutti_http_server_free(s);
}

/* -- bodies ------------------------------------------------------------------------------------ */

static void is_told_to_go_on(void)
{
	static const char head[] =
		"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n";
	tutti_http_server *s = make();

	talk_begin(&talk, s);
	talk_say(&talk, head, sizeof head - 1, sizeof head);
	CHECK(talk_hear(&talk));
	CHECK_STR(talk.said, "HTTP/1.1 100 Continue\r\n\r\n");
	talk_say(&talk, "ab", 2, 2);
	CHECK_EQ(talk_end(&talk), 0);
	without(talk.said, "Date: ");
	CHECK_STR(talk.said, "HTTP/1.1 100 Continue\r\n\r\n" OK(2) "\r\nab");
	/* Who does not want it says so at once; what comes then is not a request. */
	CHECK(strstr(answer(&talk, s,
			     REQUEST("POST / HTTP/1.1\r\n" HOST
				     "Content-Length: 38\r\nExpect: 100-continue\r\n\r\n" SECOND),
			     1 << 20),
		"HTTP/1.1 405 "));
	CHECK(!strstr(talk.said, "hello"));
	tutti_http_server_free(s);
}

static int reads_twice(tutti_http_exchange *x, void *arg)
{
	tutti_bytes body, again;
	char c;

	(void)arg;
	CHECK_EQ(tutti_http_body(x, &body), 0);
	CHECK_EQ(tutti_http_body(x, &again), 0);
	CHECK(body.size == 3 && again.size == 3 && memcmp(again.data, "abc\0", 4) == 0);
	CHECK_EQ(tutti_http_read(x, &c, 1), 0);
	return tutti_http_reply(x, 200, NULL, again);
}

static int reads_some(tutti_http_exchange *x, void *arg)
{
	tutti_bytes body;
	char c;

	(void)arg;
	CHECK_EQ(tutti_http_read(x, &c, 0), 0);
	CHECK_EQ(tutti_http_read(x, &c, 1), 1);
	CHECK_EQ(tutti_http_body(x, &body), -EBUSY);
	return tutti_http_reply(x, 200, NULL, tutti_bytes_of(&c, 1));
}

static void is_read_once_or_whole(void)
{
	tutti_http_server *s = make();

	CHECK_EQ(tutti_http_server_route(s, "/twice", reads_twice, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "/some", reads_some, NULL), 0);
	CHECK_STR(answer(&talk, s,
			  REQUEST("POST /twice HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"
				  "POST /some HTTP/1.1\r\n" HOST
				  "Content-Length: 3\r\n\r\nxyz" SECOND),
			  1 << 20),
		OK(3) "\r\nabc" OK(1) "\r\nx" HELLO "\r\nhello");
	tutti_http_server_free(s);
}

/* -- handlers that fail ------------------------------------------------------------------------ */

static char told[500];

static void note(int code, const char *text, void *arg)
{
	(void)code, (void)arg;
	strcpy(told, text);
}

static void failures(void)
{
	tutti_http_server *s = make();

	tutti_set_reporter(note, NULL);
	CHECK_STR(answer(&talk, s, REQUEST("GET /fails HTTP/1.1\r\n" HOST "\r\n" SECOND), 1 << 20),
		STATUS("500 Internal Server Error", 26) "\r\n500 Internal Server Error\n" HELLO
							"\r\nhello");
	CHECK_STR(told, "serving GET /fails failed: the disk is gone");
	CHECK(strstr(answer(&talk, s, REQUEST("GET /forgets HTTP/1.1\r\n" HOST "\r\n"), 1 << 20),
		"500 Internal Server Error\n"));
	CHECK_STR(told, "serving GET /forgets failed: the handler has not replied");
	/* Fewer bytes than were said: the connection ends, so that it is seen. */
	CHECK_STR(answer(&talk, s,
			  REQUEST("POST /five HTTP/1.1\r\n" HOST
				  "Content-Length: 2\r\n\r\nab" SECOND),
			  1 << 20),
		OK(5) "\r\nab");
	CHECK_STR(told, "serving POST /five failed: the reply is 3 bytes shorter than was said");
	CHECK_STR(answer(&talk, s,
			  REQUEST("POST /five HTTP/1.1\r\n" HOST
				  "Content-Length: 7\r\n\r\nabcdefg" SECOND),
			  1 << 20),
		OK(5) "\r\nabc");
	tutti_set_reporter(tutti_report_stderr, NULL);
	tutti_http_server_free(s);
}

/* -- routes ------------------------------------------------------------------------------------ */

static void routes(void)
{
	static const char *const bad[] = { "", "GET", "GET x", "FETCH /x", "CONNECT /x", "/{}",
		"/{a", "/a}", "/a{b}c", "/{a}/{a}", "/{a...}/b", "/{...}" };
	static const char *const good[] = { "GET /a/{x}", "GET /a/b", "/a/{x}/c", "GET /{all...}",
		"POST /a/{x}", "/a/b" };
	static const struct {
		const char *method, *path, *found;
	} all[] = { { "GET", "/a/b", "GET /a/b" }, { "PUT", "/a/b", "/a/b" },
		{ "GET", "/a/z", "GET /a/{x}" }, { "POST", "/a/z", "POST /a/{x}" },
		{ "GET", "/a/z/c", "/a/{x}/c" }, { "GET", "/a/z/d", "GET /{all...}" },
		{ "GET", "/%61/%62", "GET /a/b" }, { "GET", "/a%2Fb", "GET /{all...}" },
		{ "PUT", "/a/z", "405" }, { "PUT", "/z", "405" }, { "HEAD", "/a/b", "" },
		{ "OPTIONS", "*", "404" } };
	tutti_http_server *s;
	char text[100];

	CHECK_EQ(tutti_http_server_create(&s, NULL), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_EQ(tutti_http_server_route(s, bad[i], hello, NULL), -EINVAL);
	CHECK_EQ(tutti_http_server_route(s, "/", NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_http_server_route(s, NULL, hello, NULL), -EINVAL);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CHECK_EQ(tutti_http_server_route(s, good[i], hello, (void *)good[i]), 0);
	CHECK_EQ(tutti_http_server_route(s, "GET /a/b", hello, NULL), -EEXIST);
	CHECK_EQ(tutti_http_server_route(s, "GET /a/{y}", hello, NULL), -EEXIST);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		const char *body;

		snprintf(text, sizeof text, "%s %s HTTP/1.1\r\n" HOST "\r\n", all[i].method,
			all[i].path);
		body = strstr(answer(&talk, s, text, strlen(text), 1 << 20), "\r\n\r\n") + 4;
		CHECK(strncmp(body, all[i].found, strlen(all[i].found)) == 0);
		CHECK(strcmp(body, all[i].found) == 0 || *all[i].found == '4');
		if (strcmp(all[i].path, "/a/z") == 0 && *all[i].found == '4') /* each once */
			CHECK(strstr(talk.said, "\r\nAllow: GET, HEAD, POST\r\n"));
	}
	tutti_http_server_free(s);
}

/* -- time -------------------------------------------------------------------------------------- */

static void is_too_slow(void)
{
	tutti_http_server_options soon = { .head_time = TUTTI_MILLISECONDS(1),
		.idle_time = TUTTI_MILLISECONDS(1),
		.stall_time = TUTTI_MILLISECONDS(1) };
	tutti_http_server *s = make();

	CHECK_EQ(tutti_http_server_configure(s, &soon), 0);
	talk_begin(&talk, s);
	while (talk_hear(&talk)) /* it hangs up by itself, and owes nothing */
		;
	CHECK_STR(talk.said, "");
	CHECK_EQ(talk_end(&talk), 0);
	soon.idle_time = TUTTI_SECONDS(60);
	CHECK_EQ(tutti_http_server_configure(s, &soon), 0);
	talk_begin(&talk, s);
	talk_say(&talk, "GET", 3, 3);
	while (!strstr(talk.said, "\n408 ") && talk_hear(&talk))
		;
	CHECK(strstr(talk.said, "HTTP/1.1 408 Request Timeout\r\n"));
	CHECK_EQ(talk_end(&talk), 0);
	talk_begin(&talk, s);
	talk_say(&talk, REQUEST("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nabc"),
		1 << 20);
	while (!strstr(talk.said, "\n408 ") && talk_hear(&talk))
		;
	CHECK(strstr(talk.said, "HTTP/1.1 408 Request Timeout\r\n"));
	CHECK_EQ(talk_end(&talk), 0);
	tutti_http_server_free(s);
}

/* Who says for ever means it. */
static void takes_its_time(void)
{
	tutti_http_server_options slow = {
		.head_time = TUTTI_FOREVER, .idle_time = TUTTI_FOREVER, .stall_time = TUTTI_FOREVER
	};
	tutti_http_server *s = make();

	CHECK_EQ(tutti_http_server_configure(s, &slow), 0);
	talk_begin(&talk, s);
	settle();
	talk_say(&talk, REQUEST("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"), 1);
	talk_end(&talk);
	CHECK(strstr(talk.said, "HTTP/1.1 200 OK\r\n"));
	CHECK(strstr(talk.said, "abc"));
	tutti_http_server_free(s);
}

static void options(void)
{
	tutti_http_server *s = make();

	CHECK_EQ(tutti_http_server_configure(s, &(tutti_http_server_options){ .grace = -2 }),
		-EINVAL);
	CHECK_EQ(tutti_http_server_configure(s, &(tutti_http_server_options){ .idle_time = -1 }),
		-EINVAL);
	CHECK_EQ(
		tutti_http_server_configure(s, &(tutti_http_server_options){ .head_max = 2 << 20 }),
		-EINVAL);
	CHECK_EQ(tutti_http_server_configure(s, &(tutti_http_server_options){ .reserved = { 1 } }),
		-EINVAL);
	CHECK_EQ(tutti_http_server_serve(s), -EBADF);
	talk_begin(&talk, s);
	settle();
	CHECK_EQ(tutti_http_server_configure(s, &(tutti_http_server_options){ 0 }), -EBUSY);
	CHECK_EQ(tutti_http_server_route(s, "/new", hello, NULL), -EBUSY);
	CHECK_EQ(talk_end(&talk), 0);
	tutti_http_server_free(s);
	tutti_http_server_free(NULL);
}

/* In a thread, with which its poller goes. */
static void *everything(void *arg)
{
	RUN(answered);
	RUN(answered_byte_by_byte);
	RUN(answered_in_two);
	RUN(is_refused);
	RUN(says_nothing);
	RUN(too_long);
	RUN(is_told_to_go_on);
	RUN(is_read_once_or_whole);
	RUN(failures);
	RUN(routes);
	RUN(is_too_slow);
	RUN(takes_its_time);
	RUN(options);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
