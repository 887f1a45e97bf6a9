/* SPDX-License-Identifier: MIT */
/* rows: F124 */
/* ctest: VIRTUAL ON */
/* What the HTTP client says of servers that are not there, or behave badly. */
#include "net/web.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <unistd.h>

#define OK "HTTP/1.1 200 OK\r\n"

static const struct {
	const char *says;
	int code;
	const char *words;
} rude_answers[] = {
	{ "", -ECONNRESET, "closed before the answer" },
	{ "nonsense\r\n\r\n", TUTTI_EPROTO, ": " },
	{ "HTTP/1.1 2x0 OK\r\n\r\n", TUTTI_EPROTO, ": " },
	{ "HTTP/7.1 200 OK\r\n\r\n", TUTTI_EPROTO, ": " },
	{ "HTTP/1.1 200 OK\r\nContent-Le", -ECONNRESET, ": " },
	{ OK "Content-Length: 10\r\n\r\n12345", TUTTI_EPROTO, ": " },
	{ OK "Content-Length: -1\r\n\r\n", TUTTI_EPROTO, ": " },
	{ OK "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", TUTTI_EPROTO, ": " },
	{ OK "Transfer-Encoding: chunked\r\n\r\n5\r\n123", TUTTI_EPROTO, ": " },
	{ OK "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", TUTTI_EPROTO, ": " },
	{ OK "Transfer-Encoding: strange\r\n\r\nabc", TUTTI_EPROTO, ": " },
	{ OK "Content-Encoding: gzip\r\nContent-Length: 6\r\n\r\nno zip", TUTTI_EPROTO, ": " },
	{ OK "Content-Encoding: odd\r\nContent-Length: 6\r\n\r\nno zip", TUTTI_EPROTO, ": " },
};

static void bad_answers_are_refused(void)
{
	for (size_t i = 0; i < sizeof rude_answers / sizeof *rude_answers; i++) {
		tutti_http_session *s = open_session();
		struct rude rude;

		rude_begin(&rude, rude_answers[i].says);
		check_fails(s, rude.url, NULL, rude_answers[i].code, rude_answers[i].words);
		CHECK(strncmp(fault.text, "127.0.0.1:", 10) == 0);
		tutti_http_session_free(s);
		rude_end(&rude);
	}
}

static const struct {
	const char *says, *body;
} odd_answers[] = {
	{ "HTTP/1.0 200 OK\r\n\r\nuntil the end", "until the end" },
	{ OK "\r\nuntil the end", "until the end" },
	{ "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na", "a" },
	{ "HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 1\r\n\r\na", "a" },
	{ "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" OK "Content-Length: 1\r\n\r\na", "a" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n0\r\nContent-Type: none\r\n\r\n",
		"a" },
	{ OK "Content-Encoding: identity\r\nContent-Length: 1\r\n\r\na", "a" },
};

static void odd_answers_are_read(void)
{
	for (size_t i = 0; i < sizeof odd_answers / sizeof *odd_answers; i++) {
		tutti_http_session *s = open_session();
		tutti_http_response r;
		struct rude rude;

		rude_begin(&rude, odd_answers[i].says);
		CHECK_EQ(tutti_http_get(s, &r, rude.url, NULL), 0);
		CHECK_EQ(r.status, 200);
		CHECK_STR((const char *)r.body.data, odd_answers[i].body);
		CHECK(!tutti_http_header(&r, "Link") && !tutti_http_header(&r, "Content-Type"));
		tutti_http_response_free(&r);
		tutti_http_session_free(s);
		rude_end(&rude);
	}
}

static const struct {
	const char *says, *body;
} cut_answers[] = {
	{ OK "Content-Length: 10\r\n\r\n12345", "12345" },
	{ OK "Content-Length: 10\r\n\r\n", "" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5\r\n12", "abc12" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n", "abc" },
	{ OK "Content-Encoding: gzip\r\nContent-Length: 6\r\n\r\nno zip", "" },
};

/* All of it is there at once, and yet what came before the cut is read before that is told. */
static void what_came_is_read_first(void)
{
	for (size_t i = 0; i < sizeof cut_answers / sizeof *cut_answers; i++) {
		tutti_http_options o = { .fault = &fault };
		tutti_http_session *s = open_session();
		tutti_http_response r;
		char body[20] = "";
		size_t n = 0;
		ssize_t got;
		struct rude rude;

		rude_begin(&rude, cut_answers[i].says);
		CHECK_EQ(tutti_http_open(s, &r, "GET", rude.url, &o), 0);
		CHECK_STR(fault.text, "");
		CHECK_EQ(r.status, 200);
		while ((got = tutti_http_response_read(&r, body + n, 2)) > 0)
			n += (size_t)got;
		CHECK_EQ(got, TUTTI_EPROTO);
		CHECK_STR(body, cut_answers[i].body);
		CHECK(strncmp(fault.text, "127.0.0.1:", 10) == 0);
		CHECK_EQ(tutti_http_response_read(&r, body, 2), TUTTI_EPROTO);
		tutti_http_response_free(&r);
		CHECK_EQ(tutti_http_open(s, &r, "GET", rude.url, &o), 0);
		tutti_http_response_free(&r); /* with nothing read */
		tutti_http_session_free(s);
		rude_end(&rude);
	}
}

static void resets_are_told(void)
{
	tutti_http_session *s = open_session();
	struct rude rude;

	rude_begin(&rude, NULL);
	rude.resets = true;
	check_fails(s, rude.url, NULL, -ECONNRESET, "127.0.0.1:");
	rude_end(&rude);
	check_fails(s, rude.url, NULL, -ECONNREFUSED, "Connection refused");
	check_fails(
		s, "http://127.0.0.1:1/", NULL, -ECONNREFUSED, "127.0.0.1:1: Connection refused");
	tutti_http_session_free(s);
}

static int find_nothing(void *arg, const char *host, tutti_ip *ips, int max, tutti_time deadline)
{
	(void)arg, (void)max, (void)deadline;
	if (strcmp(host, "here.example") != 0)
		return strcmp(host, "later.example") == 0 ? -EAGAIN : -ENOENT;
	strcpy(ips[0].text, "127.0.0.1");
	return 1;
}

/* By our resolver, and nobody else. */
static void names_are_looked_up(void)
{
	tutti_http_session *s = open_session();
	tutti_http_response r;
	struct rude rude;
	char url[100];

	CHECK_EQ(tutti_set_resolver(find_nothing, NULL), 0);
	check_fails(s, "http://none.example/", NULL, -ENOENT, "none.example: no such host");
	check_fails(s, "https://later.example/", NULL, -EAGAIN, "later.example: ");
	check_fails(s, "http://here.example:1/", NULL, -ECONNREFUSED, "here.example:1: ");
	rude_begin(&rude, OK "Content-Length: 1\r\n\r\na");
	snprintf(url, sizeof url, "http://HERE.example:%d/", tutti_listener_port(rude.listener));
	CHECK_EQ(tutti_http_get(s, &r, url, NULL), 0);
	tutti_http_response_free(&r);
	rude_end(&rude);
	CHECK_EQ(tutti_set_resolver(NULL, NULL), 0);
	tutti_http_session_free(s);
}

/* Neither the head nor the body may be endless. */
static void answers_may_be_too_long(void)
{
	tutti_http_options o = { .body_max = 4 };
	tutti_http_session *s = open_session();
	static char head[300000];
	struct rude rude;

	rude_begin(&rude, OK "Content-Length: 5\r\n\r\n12345");
	check_fails(s, rude.url, &o, -EMSGSIZE, ": the body is longer than body_max, 4 bytes");
	rude.says = OK "\r\n12345";
	check_fails(s, rude.url, &o, -EMSGSIZE, ": the body is longer than body_max, 4 bytes");
	rude.says = head;
	strcpy(head, OK);
	for (size_t n = strlen(head); n + 1010 < sizeof head; n += 1003)
		snprintf(head + n, sizeof head - n, "%01000d: 1", 0),
			memcpy(head + n + 1001, "\r\n", 3);
	check_fails(s, rude.url, NULL, -EMSGSIZE, "127.0.0.1:");
	tutti_http_session_free(s);
	rude_end(&rude);
}

/* One who says nothing, and one who does not even accept. */
static void silence_ends_at_the_deadline(void)
{
	tutti_http_options o = { .timeout = TUTTI_MILLISECONDS(20) };
	tutti_http_session *s = open_session();
	tutti_http_response r;
	struct rude rude;

	rude_begin(&rude, NULL);
	rude.waits = true;
	o.fault = &fault;
	do { /* on a machine that is busy it takes longer to connect */
		o.timeout *= 2;
		CHECK_EQ(tutti_http_get(s, &r, rude.url, &o), TUTTI_ETIMEDOUT);
	} while (strstr(fault.text, "not connected in time"));
	CHECK(strstr(fault.text, "no answer by the deadline"));
	rude_end(&rude);
	tutti_http_session_free(s);
}

/* -- descriptors ------------------------------------------------------------------------------- */

/* That there is none is not that nobody listens. The first request is for the loop's own. */
static void none_left_is_said(void)
{
	tutti_http_session *s = open_session();
	struct rlimit all, few;
	int next;

	check_fails(s, "http://127.0.0.1:1/", NULL, -ECONNREFUSED, "127.0.0.1:1: ");
	next = dup(STDERR_FILENO);
	CHECK(next >= 0);
	close(next);
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &all), 0);
	few = all;
	few.rlim_cur = (rlim_t)next;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
	check_fails(s, "http://127.0.0.1:1/", NULL, -EMFILE, "127.0.0.1:1: ");
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &all), 0);
	check_fails(s, "http://127.0.0.1:1/", NULL, -ECONNREFUSED, "127.0.0.1:1: ");
	tutti_http_session_free(s);
}

/* The connection that is kept, and all else. */
static void no_other_program_inherits_them(void)
{
	tutti_http_session *s = open_session();
	tutti_http_response r;
	struct rude rude;
	int kept = 0;

	rude_begin(&rude, OK "Content-Length: 1\r\n\r\na");
	rude.waits = true;
	CHECK_EQ(tutti_http_get(s, &r, rude.url, NULL), 0);
	tutti_http_response_free(&r);
	for (int fd = STDERR_FILENO + 1; fd < 1000; fd++) {
		struct sockaddr_in peer;
		socklen_t size = sizeof peer;

		if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0 &&
			peer.sin_family == AF_INET &&
			ntohs(peer.sin_port) == tutti_listener_port(rude.listener)) {
			CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
			kept++;
		}
	}
	CHECK_EQ(kept, 1);
	tutti_http_session_free(s);
	rude_end(&rude);
}

static void *everything(void *arg)
{
	RUN(bad_answers_are_refused);
	RUN(odd_answers_are_read);
	RUN(what_came_is_read_first);
	RUN(resets_are_told);
	RUN(names_are_looked_up);
	RUN(answers_may_be_too_long);
	RUN(silence_ends_at_the_deadline);
	RUN(none_left_is_said);
	RUN(no_other_program_inherits_them);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
