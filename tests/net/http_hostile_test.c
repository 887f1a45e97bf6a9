/* SPDX-License-Identifier: MIT */
/* rows: F128 */
/*
 * http_hostile_test.c - requests that somebody has made to be misread: each is answered or cut as
 * RFC 9112 says, whatever pieces it comes in; what stands behind one that is refused is not served;
 * and the server goes on.
 */
#define _GNU_SOURCE
#include "net/canned.h"
#include "net/hostile.h"
#include "net/talk.h"

static tutti_http_server *server;
static char seen[8192]; /* "GET /path body|" of each request that was served */

/* -- the server -------------------------------------------------------------------------------- */

static int note(tutti_http_exchange *x, void *arg)
{
	size_t n = strlen(seen);
	tutti_bytes body;
	int rc = tutti_http_body(x, &body);

	(void)arg;
	if (rc < 0)
		return rc;
	snprintf(seen + n, sizeof seen - n, "%s %s %.*s|", tutti_http_method(x), tutti_http_path(x),
		(int)(body.size < 100 ? body.size : 100), (const char *)body.data);
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text(""));
}

static int host(tutti_http_exchange *x, void *arg)
{
	const char *name = tutti_http_request_header(x, "Host");

	(void)arg;
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text(name ? name : "none"));
}

/* Does not read the body. */
static int ignore(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text(""));
}

static int reset(tutti_http_exchange *x, void *arg)
{
	CHECK_EQ(tutti_http_reply_header(x, "X:", "1"), -EINVAL);
	CHECK_EQ(tutti_http_reply_header(x, "X", tutti_http_query(x, "none")), -EINVAL);
	CHECK_EQ(tutti_http_reply_header(x, NULL, "1"), -EINVAL);
	CHECK_EQ(tutti_http_reply_header(x, "X", "1\rY: 2"), -EINVAL);
	CHECK_EQ(tutti_http_reply_header(x, "X", "1\nY: 2"), -EINVAL);
	CHECK_EQ(tutti_http_reply_header(x, "X", "\x7f"), -EINVAL);
	CHECK_EQ(tutti_http_reply_header(x, "Transfer-Encoding", "chunked"), -EINVAL);
	CHECK_EQ(tutti_http_reply(x, 200, "a\r\nb: c", tutti_bytes_text("")), -EINVAL);
	CHECK_EQ(tutti_http_reply_begin(x, 200, "a\rb", -1), -EINVAL);
	CHECK_EQ(tutti_http_reply_begin(x, 101, NULL, -1), -EINVAL);
	CHECK_EQ(tutti_http_reply_begin(x, 200, NULL, -2), -EINVAL);
	return tutti_http_reply(x, *(int *)arg, NULL, tutti_bytes_text("body"));
}

static int breaks_off(tutti_http_exchange *x, void *arg)
{
	int rc = tutti_http_reply_begin(x, 200, NULL, arg ? 100 : -1);

	if (rc == 0)
		rc = tutti_http_write(x, "half", 4);
	return rc == 0 ? tutti_fail(-EIO, "the disk is gone") : rc;
}

static int gives_up(tutti_http_exchange *x, void *arg)
{
	return breaks_off(x, arg) == -EIO ? TUTTI_ECANCELED : 0;
}

static char block[3 << 20];

static int replies_much(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	return tutti_http_reply(x, 200, NULL, tutti_bytes_of(block, sizeof block));
}

static void make(void)
{
	static int codes[] = { 204, 205, 304 };
	static int one = 1;

	CHECK_EQ(tutti_http_server_create(&server, NULL), 0);
	CHECK_EQ(tutti_http_server_route(server, "/{path...}", note, NULL), 0);
	CHECK_EQ(tutti_http_server_route(server, "*", note, NULL), 0);
	CHECK_EQ(tutti_http_server_route(server, "/host", host, NULL), 0);
	CHECK_EQ(tutti_http_server_route(server, "/ignore", ignore, NULL), 0);
	CHECK_EQ(tutti_http_server_route(server, "/204", reset, &codes[0]), 0);
	CHECK_EQ(tutti_http_server_route(server, "/205", reset, &codes[1]), 0);
	CHECK_EQ(tutti_http_server_route(server, "/304", reset, &codes[2]), 0);
	CHECK_EQ(tutti_http_server_route(server, "/breaks", breaks_off, NULL), 0);
	CHECK_EQ(tutti_http_server_route(server, "/breaks-100", breaks_off, &one), 0);
	CHECK_EQ(tutti_http_server_route(server, "/gives-up", gives_up, NULL), 0);
	CHECK_EQ(tutti_http_server_route(server, "/much", replies_much, NULL), 0);
}

/* -- what is said to it ------------------------------------------------------------------------ */

/* "200 400" of the replies in text. */
static const char *statuses(const char *text)
{
	static char found[64];
	size_t n = 0;

	found[0] = '\0';
	for (; (text = strstr(text, "HTTP/1.1 ")) != NULL && n < 40; text += 12)
		n += (size_t)snprintf(
			found + n, sizeof found - n, "%s%.3s", n ? " " : "", text + 9);
	return found;
}

static void check(const struct hostile *h, struct canned *c)
{
	char served[200];
	size_t n = strlen(h->answers);
	bool second = n >= 7 && strcmp(h->answers + n - 4, " 200") == 0;

	snprintf(served, sizeof served, "%s%s", h->served, second ? "GET /second |" : "");
	seen[0] = '\0';
	CHECK_EQ(canned_serve(c, server), 0);
	if (strcmp(statuses(c->out), h->answers) != 0 || strcmp(seen, served) != 0)
		fprintf(stderr, "row %zu, cut %zu, step %zu: %s\n", (size_t)(h - all), c->cut,
			c->step, h->text);
	CHECK_STR(statuses(c->out), h->answers);
	CHECK_STR(seen, served);
	if (!second)
		CHECK(memmem(c->out, c->out_size, "\r\nConnection: close\r\n", 21));
	canned_undate(c);
}

/* As a whole, byte by byte, and cut in two at each byte. */
static void answered_or_refused(void)
{
	struct canned c = { 0 };
	char text[1024], *whole;

	for (size_t i = 0; i < ALL; i++) {
		c.in_size = all[i].size + sizeof(SECOND) - 1;
		CHECK(c.in_size < sizeof text);
		memcpy(text, all[i].text, all[i].size);
		memcpy(text + all[i].size, SECOND, sizeof(SECOND) - 1);
		c.in = text;
		c.cut = c.step = 0;
		check(&all[i], &c);
		whole = strdup(c.out);
		c.step = 1;
		check(&all[i], &c);
		CHECK_STR(c.out, whole);
		for (c.cut = 1, c.step = 0; c.cut < c.in_size; c.cut++) {
			check(&all[i], &c);
			CHECK_STR(c.out, whole);
		}
		free(whole);
	}
	free(c.out);
}

/* The client goes away in the middle of it, and while it is answered. */
static void goes_away(void)
{
	struct canned c = { 0 };

	for (size_t i = 0; i < ALL; i++) {
		c.in = all[i].text;
		for (c.in_size = 0; c.in_size <= all[i].size; c.in_size++) {
			seen[0] = '\0';
			CHECK_EQ(canned_serve(&c, server), 0);
			CHECK(strlen(seen) <= strlen(all[i].served));
		}
		c.in_size = all[i].size;
		for (c.hang_up = 1; c.hang_up < 200; c.hang_up += 20) {
			int rc = canned_serve(&c, server);

			CHECK(rc == 0 || rc == -EPIPE);
		}
		c.hang_up = 0;
	}
	free(c.out);
}

/* -- which host -------------------------------------------------------------------------------- */

static const char *body_of(struct canned *c, const char *text)
{
	c->in = text;
	c->in_size = strlen(text);
	CHECK_EQ(canned_serve(c, server), 0);
	CHECK(strstr(c->out, "\r\n\r\n"));
	return strstr(c->out, "\r\n\r\n") + 4;
}

static void whom_it_is_for(void)
{
	struct canned c = { 0 };

	CHECK_STR(body_of(&c, GET("/host", "")), "a");
	CHECK_STR(body_of(&c, "GET /host HTTP/1.0\r\n\r\n"), "none");
	/* What the line says counts, whatever Host does. */
	CHECK_STR(body_of(&c, GET("http://b:80/host", "")), "b:80");
	CHECK_STR(body_of(&c,
			  "GET http://much.longer.example/host HTTP/1.1\r\nhOST:\r\nX: y\r\n\r\n"),
		"much.longer.example");
	free(c.out);
}

/* -- how much ---------------------------------------------------------------------------------- */

/* before, n times piece, after. */
static const char *many(const char *before, size_t n, const char *piece, const char *after)
{
	static char text[1 << 20];
	size_t size = strlen(piece);
	char *at = stpcpy(text, before);

	CHECK(strlen(before) + n * size + strlen(after) < sizeof text);
	for (; n > 0; n--, at += size)
		memcpy(at, piece, size);
	strcpy(at, after);
	return text;
}

static void too_much(void)
{
	static const struct {
		const char *before;
		size_t n;
		const char *piece, *after, *answers;
	} long_ones[] = {
		{ "GET /p HTTP/1.1\r\nHost: a\r\nX: ", 200 * 1024, "x", "\r\n\r\n" SECOND, "431" },
		{ "GET /p HTTP/1.1\r\nHost: a\r\nX: ", 30 * 1024, "x", "\r\n\r\n" SECOND,
			"200 200" },
		{ "GET /p HTTP/1.1\r\nHost: a\r\n", 99, "X: y\r\n", "\r\n" SECOND, "200 200" },
		{ "GET /p HTTP/1.1\r\nHost: a\r\n", 100, "X: y\r\n", "\r\n" SECOND, "431" },
		{ "GET /p HTTP/1.1\r\nHost: a\r\n", 99, "X: y\r\n", "many\n\r\n" SECOND, "400" },
		{ "GET /p HTTP/1.1\r\nHost: a\r\n", 20000, "X: y\r\n", "\r\n" SECOND, "431" },
		{ "GET /", 200 * 1024, "p", " HTTP/1.1\r\nHost: a\r\n\r\n" SECOND, "414" },
		{ "GET /p?", 200 * 1024, "p", " HTTP/1.1\r\nHost: a\r\n\r\n" SECOND, "414" },
		{ "GE", 200 * 1024, "T", " /p HTTP/1.1\r\nHost: a\r\n\r\n" SECOND, "501" },
		{ "", 100 * 1024, "\r\n", SECOND, "431" },
		{ "GET /p HTTP/1.1\r\nHost: a\r\n", 200 * 1024, "X", ": y\r\n\r\n" SECOND, "431" },
		{ "GET /p HTTP/1.1\r\nHost: a\r\nX:", 200 * 1024, " ", "y\r\n\r\n" SECOND, "431" },
		{ "GET /p HTTP/1.1\r\nHost: a\r\nX: ", 200 * 1024, "x", "\nY\r\n\r\n" SECOND,
			"431" },
		{ CHUNKS(""), 64 * 1024, "0", "\r\n\r\n" SECOND, "400" },
		{ CHUNKS("3;"), 64 * 1024, "x", "\r\nabc\r\n0\r\n\r\n" SECOND, "400" },
		{ CHUNKS("0\r\n"), 64 * 1024, "X: y\r\n", "\r\n" SECOND, "400" },
		{ CHUNKS(""), 1000, "1;xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\na\r\n",
			"0\r\n\r\n" SECOND, "400" },
		{ CHUNKS(""), 100000, "1\r\na\r\n", "0\r\n\r\n" SECOND, "200 200" },
	};
	struct canned c = { 0 };

	for (size_t i = 0; i < sizeof long_ones / sizeof *long_ones; i++)
		for (c.step = 0; c.step < 200; c.step = c.step * 10 + 1) {
			c.in = many(long_ones[i].before, long_ones[i].n, long_ones[i].piece,
				long_ones[i].after);
			c.in_size = strlen(c.in);
			seen[0] = '\0';
			CHECK_EQ(canned_serve(&c, server), 0);
			if (strcmp(statuses(c.out), long_ones[i].answers) != 0)
				fprintf(stderr, "row %zu, step %zu\n", i, c.step);
			CHECK_STR(statuses(c.out), long_ones[i].answers);
		}
	free(c.out);
}

/* -- replies ----------------------------------------------------------------------------------- */

static void is_quiet(int code, const char *text, void *arg)
{
	(void)code, (void)text, (void)arg;
}

static void replies(void)
{
	static const struct {
		const char *text, *reply;
	} rows[] = {
		{ GET("/204", ""), "HTTP/1.1 204 No Content\r\n\r\n" },
		{ GET("/205", ""), "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n" },
		{ GET("/304", ""), "HTTP/1.1 304 Not Modified\r\n\r\n" },
		/* One that nobody reads, and that is too long to be dropped. */
		{ "POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 262145\r\n\r\n" SECOND,
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" },
		/* A body that nobody reads, and that cannot be read. */
		{ "POST /ignore HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx" SECOND,
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
		/* What ends too early does not look as if it were whole. */
		{ GET("/breaks", "") SECOND,
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf" },
		{ GET("/gives-up", "") SECOND,
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf" },
		{ GET("/breaks-100", "") SECOND,
			"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf" },
		{ "HEAD /breaks HTTP/1.1\r\nHost: a\r\n\r\n" SECOND,
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" },
	};
	struct canned c = { 0 };

	tutti_set_reporter(is_quiet, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		c.in = rows[i].text;
		c.in_size = strlen(rows[i].text);
		canned_serve(&c, server);
		canned_undate(&c);
		CHECK_STR(c.out, rows[i].reply);
	}
	tutti_set_reporter(tutti_report_stderr, NULL);
	free(c.out);
}

static void a_small_limit(void)
{
	static const char *const texts[] = { "BREW", "GET /", "GET / HTTP/1.1\r\n", "\r\n" };
	static const char *const answers[] = { "501", "414", "431", "431" };
	tutti_http_server_options options = { .head_max = 4 };
	struct canned c = { 0 };

	for (int i = 0; i < 4; i++) {
		options.head_max = strlen(texts[i]);
		CHECK_EQ(tutti_http_server_configure(server, &options), 0);
		c.in = many(texts[i], 1000, i == 3 ? "\r\n" : "x", "");
		c.in_size = strlen(c.in);
		CHECK_EQ(canned_serve(&c, server), 0);
		CHECK_STR(statuses(c.out), answers[i]);
	}
	options.head_max = 0;
	CHECK_EQ(tutti_http_server_configure(server, &options), 0);
	free(c.out);
}

/* Each part has the time that a client may stall: who takes it steadily may take long in all. */
static void a_long_one(void)
{
	struct canned c = { 0 };

	for (size_t i = 0; i < sizeof block; i++)
		block[i] = (char)(i % 251);
	CHECK(memcmp(body_of(&c, GET("/much", "")), block, sizeof block) == 0);
	CHECK(c.most <= 256 * 1024);
	free(c.out);
}

static void *everything(void *arg)
{
	make();
	RUN(answered_or_refused);
	RUN(goes_away);
	RUN(whom_it_is_for);
	RUN(too_much);
	RUN(replies);
	RUN(a_small_limit);
	RUN(a_long_one);
	tutti_http_server_free(server);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
