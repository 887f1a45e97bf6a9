/* SPDX-License-Identifier: MIT */
/* rows: F123 T36 */
/* ctest: VIRTUAL ON */
/* The HTTP client where it waits: many at once, deadlines and cancels, pieces that come or go. */
#include "net/web.h"

enum { MANY = 100, MEGABYTES = 50 };

static int at_once, most, served;
static tutti_event go_on;

/* -- the server's ------------------------------------------------------------------------------ */

static int slow(tutti_http_exchange *x, void *arg)
{
	int rc;

	at_once++;
	most = at_once > most ? at_once : most;
	rc = tutti_sleep(arg ? *(tutti_time *)arg : TUTTI_SECONDS(1));
	at_once--;
	served++;
	return rc < 0 ? rc : tutti_http_reply(x, 200, NULL, tutti_bytes_text("slow"));
}

static int waits(tutti_http_exchange *x, void *arg)
{
	int rc;

	(void)arg;
	at_once++;
	most = at_once > most ? at_once : most;
	rc = tutti_event_wait(&go_on);
	at_once--;
	return rc < 0 ? rc : tutti_http_reply(x, 200, NULL, tutti_bytes_text("waited"));
}

/* The head and a piece at once, the rest when it is let. */
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

static size_t written;

static int pours(tutti_http_exchange *x, void *arg)
{
	static char megabyte[1 << 20];
	int rc = tutti_http_reply_begin(x, 200, NULL, (int64_t)MEGABYTES << 20);

	(void)arg;
	written = 0;
	for (int i = 0; rc == 0 && i < MEGABYTES; i++) {
		memset(megabyte, i, sizeof megabyte);
		written += sizeof megabyte;
		rc = tutti_http_write(x, megabyte, sizeof megabyte);
	}
	return rc;
}

static int swallows(tutti_http_exchange *x, void *arg)
{
	char piece[1000], text[100];
	size_t n = 0, sum = 0;
	ssize_t got;

	(void)arg;
	while ((got = tutti_http_read(x, piece, sizeof piece)) > 0)
		for (ssize_t i = 0; i < got; i++, n++)
			sum += (unsigned char)piece[i] * (n % 7 + 1);
	snprintf(text, sizeof text, "%zu %zu %s", n, sum,
		tutti_http_request_header(x, "Transfer-Encoding") ? "in chunks" : "at once");
	return got < 0 ? (int)got : tutti_http_reply(x, 200, NULL, tutti_bytes_text(text));
}

static void begin(void)
{
	tutti_event_clear(&go_on);
	at_once = most = served = 0;
	web_make();
	web_route("GET /slow", slow, NULL);
	web_route("GET /waits", waits, NULL);
	web_route("GET /halts", halts, NULL);
	web_route("GET /pours", pours, NULL);
	web_route("POST /swallows", swallows, NULL);
	web_begin();
}

/* -- many at once ------------------------------------------------------------------------------ */

static void *get_slow(void *arg)
{
	check_got(arg, "/slow", "slow");
	return NULL;
}

static void get_many(enum mix mix, tutti_http_session *s)
{
	tutti_future *f[MANY];

	start_all(mix, f, MANY, get_slow, s);
	join_all(f, MANY);
}

/* rows: F106 F122 */
static void many_take_as_long_as_one(void)
{
	tutti_http_session *s = open_session();
	tutti_time start = tutti_now();

	begin();
	get_many(TASKS, s);
	if (tutti_simulated())
		CHECK_EQ(tutti_now() - start, TUTTI_SECONDS(1));
	CHECK_EQ(most, MANY);
	tutti_http_session_free(s);
	web_end();
}

static void *get_waiting(void *arg)
{
	tutti_http_response r;

	int rc = tutti_http_get(arg, &r, at("/waits"), NULL);

	if (rc == 0)
		tutti_http_response_free(&r);
	return give(rc);
}

/* Over the whole session, on however many threads. */
static void limits_are_kept(enum mix mix)
{
	const tutti_http_session_options limits[] = { { .per_host = 3 }, { .connections = 3 },
		{ .per_host = 3, .connections = 5 }, { .per_host = 5, .connections = 3 } };

	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		tutti_http_options soon = { .timeout = TUTTI_MILLISECONDS(50) };
		tutti_http_session *s = open_session();
		tutti_future *f[10];

		begin();
		CHECK_EQ(tutti_http_session_configure(s, &limits[i]), 0);
		start_all(mix, f, 10, get_waiting, s);
		EVENTUALLY(at_once == 3);
		check_fails(s, at("/waits"), &soon, TUTTI_ETIMEDOUT, "127.0.0.1");
		CHECK_EQ(at_once, 3);
		tutti_event_set(&go_on);
		for (int k = 0; k < 10; k++)
			CHECK_EQ(finish(f[k]), 0);
		CHECK_EQ(tutti_http_session_configure(s, &limits[i]), -EBUSY);
		tutti_http_session_free(s);
		web_end();
		CHECK_EQ(most, 3);
	}
}

/* -- deadlines and cancels --------------------------------------------------------------------- */

static void deadlines_are_kept(void)
{
	tutti_http_options now = { .deadline = 1 }, soon = { .timeout = TUTTI_MILLISECONDS(20) };
	tutti_http_session *s = open_session();
	tutti_time start = tutti_now();

	begin();
	check_fails(s, at("/waits"), &now, TUTTI_ETIMEDOUT, "deadline");
	check_fails(s, at("/waits"), &soon, TUTTI_ETIMEDOUT, "deadline");
	check_fails(s, at("/halts"), &soon, TUTTI_ETIMEDOUT, "deadline");
	if (tutti_simulated())
		CHECK_EQ(tutti_now() - start, TUTTI_MILLISECONDS(40));
	tutti_event_set(&go_on);
	EVENTUALLY(at_once == 0);
	check_got(s, "/halts", "0123456789");
	tutti_http_session_free(s);
	web_end();
}

/* The one that waits for all of them is cancelled too. */
static void cancels_are_heard(enum mix mix)
{
	tutti_http_session *s = open_session();
	tutti_future *f[3];

	begin();
	start_all(mix, f, 3, get_waiting, s);
	EVENTUALLY(at_once == 3);
	for (int i = 0; i < 3; i++) {
		tutti_future_cancel(f[i]);
		CHECK_EQ(tutti_future_result(f[i], NULL, 0), TUTTI_EJOBCANCELED);
		tutti_future_unref(f[i]);
	}
	tutti_event_set(&go_on);
	EVENTUALLY(at_once == 0);
	check_got(s, "/waits", "waited");
	tutti_http_session_free(s);
	web_end();
}

/* Whoever waits, in whatever place, is told. */
static void sessions_close_with_all(enum mix mix)
{
	tutti_http_session *s = open_session();
	tutti_future *f[3];

	begin();
	start_all(mix, f, 3, get_waiting, s);
	EVENTUALLY(at_once == 3);
	tutti_http_session_free(s);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(finish(f[i]), TUTTI_ESHUTDOWN);
	tutti_event_set(&go_on);
	EVENTUALLY(at_once == 0);
	web_end();
}

/* -- piece by piece ---------------------------------------------------------------------------- */

static void pieces_are_read(void)
{
	tutti_http_session *s = open_session();
	tutti_http_options o = { .fault = &fault };
	tutti_http_response r;
	tutti_bytes text;
	char piece[100];
	size_t n = 5;

	begin();
	CHECK_EQ(tutti_http_open(s, &r, "GET", at("/halts"), &o), 0);
	CHECK_EQ(r.status, 200);
	CHECK_EQ(r.body.size, 0);
	CHECK_EQ(tutti_http_size(&r), 10);
	CHECK_EQ(tutti_http_text(&r, &text), -EBUSY);
	CHECK_EQ(tutti_http_response_read(&r, piece, 0), 0);
	CHECK_EQ(tutti_http_response_read(&r, piece, 2), 2);
	CHECK_EQ(tutti_http_response_read(&r, piece + 2, 100), 3);
	tutti_event_set(&go_on);
	while (n < 10)
		n += (size_t)tutti_http_response_read(&r, piece + n, 1);
	CHECK(memcmp(piece, "0123456789", 10) == 0);
	CHECK_EQ(tutti_http_response_read(&r, piece, 1), 0);
	CHECK_EQ(tutti_http_response_read(&r, piece, 1), 0);
	tutti_http_response_free(&r);
	CHECK_EQ(tutti_http_open(s, &r, "GET", at("/pours"), &o), 0);
	tutti_http_response_free(&r);
	tutti_http_session_free(s);
	web_end();
}

/* What nobody reads is not sent, beyond what the system and the library hold. */
static void readers_slow_the_server(void)
{
	tutti_http_session *s = open_session();
	static char piece[100000];
	size_t n = 0, held = 0, beyond = 0;
	tutti_http_response r;
	ssize_t got;

	begin();
	CHECK_EQ(tutti_http_open(s, &r, "GET", at("/pours"), NULL), 0);
	while ((got = tutti_http_response_read(&r, piece, sizeof piece)) > 0) {
		for (ssize_t i = 0; i < got; i += 1000)
			CHECK_EQ(piece[i], (char)((n + (size_t)i) >> 20));
		n += (size_t)got;
		held = written - n;
		beyond = held > beyond && n < (MEGABYTES - 20) << 20 ? held : beyond;
	}
	CHECK_EQ(got, 0);
	CHECK_EQ(n, (size_t)MEGABYTES << 20);
	CHECK(beyond < 20 << 20);
	tutti_http_response_free(&r);
	tutti_http_session_free(s);
	web_end();
}

/* -- sending pieces ---------------------------------------------------------------------------- */

struct source {
	size_t n, left;
	int end;
};

static ssize_t read_source(void *arg, void *data, size_t size)
{
	struct source *s = arg;
	size_t n = s->left < 777 ? s->left : 777;

	CHECK(size >= 777);
	tutti_sleep(10000);
	for (size_t i = 0; i < n; i++)
		((unsigned char *)data)[i] = (unsigned char)(s->n + i);
	s->n += n;
	s->left -= n;
	return n > 0 ? (ssize_t)n : s->end;
}

static void uploads_are_sent(void)
{
	tutti_http_session *s = open_session();
	char said[100];
	size_t sum = 0;

	begin();
	for (size_t i = 0; i < 100000; i++)
		sum += (i & 255) * (i % 7 + 1);
	for (int known = 0; known < 2; known++) {
		struct source source = { 0, 100000, 0 };
		tutti_http_options o = {
			.read = read_source, .arg = &source, .size = known ? 100000 : -1
		};

		snprintf(said, sizeof said, "100000 %zu %s", sum, known ? "at once" : "in chunks");
		check_asked(s, "POST", "/swallows", &o, 200, said);
	}
	tutti_http_session_free(s);
	web_end();
}

static void failing_sources_are_heard(void)
{
	struct source source = { 0, 100000, -EIO };
	tutti_http_options o = { .read = read_source, .arg = &source, .size = -1, .fault = &fault };
	tutti_http_session *s = open_session();
	tutti_http_response r;

	begin();
	CHECK_EQ(tutti_http_post(s, &r, at("/swallows"), &o), -EIO);
	tutti_http_session_free(s);
	web_end();
}

static void *everything(void *arg)
{
	RUN(many_take_as_long_as_one);
	RUN_MIXES(limits_are_kept);
	RUN(deadlines_are_kept);
	RUN_MIXES(cancels_are_heard);
	RUN_MIXES(sessions_close_with_all);
	RUN(pieces_are_read);
	RUN(readers_slow_the_server);
	RUN(uploads_are_sent);
	RUN(failing_sources_are_heard);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
