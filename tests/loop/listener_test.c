/* SPDX-License-Identifier: MIT */
/* Listeners: who comes is served, and whatever is short, the server goes on. */
#include "support/both.h"
#include "support/leaks.h"
#include "support/suite.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <tutti/listener.h>

static const tutti_time past = 1;

static tutti_listener *listener;
static char address[TUTTI_ADDRESS_SIZE];

static void listen_at(const char *where)
{
	CHECK_EQ(tutti_listener_create(&listener, where, NULL), 0);
	CHECK(tutti_listener_address(listener, address, sizeof address) > 0);
}

static tutti_stream *visit(void)
{
	tutti_stream *s;

	CHECK_EQ(tutti_stream_connect(&s, address, NULL), 0);
	return s;
}

static void check_echo(tutti_stream *s, const char *text)
{
	char got[64];

	CHECK_EQ(tutti_stream_write(s, text, strlen(text)), 0);
	CHECK_EQ(tutti_stream_read(s, got, sizeof got), strlen(text));
	CHECK(memcmp(got, text, strlen(text)) == 0);
}

static int echo(tutti_stream *s, void *arg)
{
	char block[64];
	ssize_t n;

	(void)arg;
	while ((n = tutti_stream_read(s, block, sizeof block)) > 0)
		CHECK_EQ(tutti_stream_write(s, block, (size_t)n), 0);
	return (int)n;
}

static void *serve(void *arg)
{
	return give(tutti_listener_serve(listener, echo, arg));
}

static void end_server(tutti_future *server)
{
	CHECK(tutti_future_cancel(server));
	CHECK_EQ(tutti_future_result(server, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(server);
	tutti_listener_free(listener);
}

/* -- accepting --------------------------------------------------------------------------------- */

static void accepts_who_comes(void)
{
	tutti_stream *near, *far;

	listen_at("127.0.0.1:0");
	CHECK_EQ(tutti_listener_accept_until(listener, &far, past), TUTTI_ETIMEDOUT);
	near = visit();
	CHECK_EQ(tutti_listener_accept_until(listener, &far, past), 0);
	CHECK_EQ(tutti_listener_accept_until(listener, &near, tutti_after(1000)), TUTTI_ETIMEDOUT);
	tutti_stream_free(far);
	tutti_stream_free(near);
	tutti_listener_free(listener);
}

static void *accept_one(void *arg)
{
	tutti_stream *s;
	int rc = tutti_listener_accept(listener, &s);

	(void)arg;
	if (rc == 0)
		tutti_stream_free(s);
	return give(rc);
}

static void each_of_several_gets_one(enum mix mix)
{
	tutti_future *f[8];
	tutti_stream *s[8];

	listen_at("127.0.0.1:0");
	start_all(mix, f, 8, accept_one, NULL);
	for (int i = 0; i < 8; i++)
		s[i] = visit();
	for (int i = 0; i < 8; i++) {
		CHECK_EQ(finish(f[i]), 0);
		tutti_stream_free(s[i]);
	}
	tutti_listener_free(listener);
}

static void closing_ends_those_who_accept(enum mix mix)
{
	tutti_future *f[4];

	listen_at("127.0.0.1:0");
	start_all(mix, f, 4, accept_one, NULL);
	settle();
	tutti_listener_close(listener);
	tutti_listener_close(listener);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(finish(f[i]), -EBADF);
	CHECK_EQ(tutti_listener_port(listener), -EBADF);
	CHECK_EQ(tutti_listener_accept(listener, &(tutti_stream *){ NULL }), -EBADF);
	tutti_listener_free(listener);
}

/* -- where ------------------------------------------------------------------------------------- */

static void a_place_is_taken_once(void)
{
	tutti_listener_options shared = { .share = true };
	tutti_listener *a, *b;

	listen_at("127.0.0.1:0");
	CHECK_EQ(tutti_listener_create(&a, address, NULL), -EADDRINUSE);
	tutti_listener_free(listener);
	CHECK_EQ(tutti_listener_create(&a, address, &shared), 0); /* free again at once */
	CHECK_EQ(tutti_listener_create(&b, address, &shared), 0);
	CHECK_EQ(tutti_listener_port(a), tutti_listener_port(b));
	tutti_listener_free(a);
	tutti_listener_free(b);
}

static void what_cannot_be_listened_at(void)
{
	tutti_listener *l;

	CHECK_EQ(tutti_listener_create(&l, "nonsense", NULL), -EINVAL);
	CHECK_EQ(tutti_listener_create(&l, "192.0.2.1:0", NULL), -EADDRNOTAVAIL);
	CHECK_EQ(tutti_listener_create(&l, "unix:/nonexistent/socket", NULL), -ENOENT);
	CHECK_EQ(tutti_listener_create(&l, ":0", &(tutti_listener_options){ .backlog = -1 }),
		-EINVAL);
}

/* Every address of the machine: both families find it. */
static void everywhere(void)
{
	const char *at[] = { "127.0.0.1", "[::1]", "localhost" };

	CHECK_EQ(tutti_listener_create(&listener, ":0", NULL), 0);
	for (int i = 0; i < 3; i++) {
		tutti_stream *near, *far;

		snprintf(address, sizeof address, "%s:%d", at[i], tutti_listener_port(listener));
		near = visit();
		CHECK_EQ(tutti_listener_accept(listener, &far), 0);
		tutti_stream_free(near);
		tutti_stream_free(far);
	}
	tutti_listener_free(listener);
}

/* A name is all of its addresses, with one port. */
static void a_name_is_all_its_addresses(void)
{
	tutti_stream *near, *far;

	listen_at("localhost:0");
	snprintf(address, sizeof address, "127.0.0.1:%d", tutti_listener_port(listener));
	near = visit();
	CHECK_EQ(tutti_listener_accept(listener, &far), 0);
	tutti_stream_free(near);
	tutti_stream_free(far);
	tutti_listener_free(listener);
}

static void a_socket_file_comes_and_goes(void)
{
	char name[] = "/tmp/tutti-listener-XXXXXX", where[64];
	tutti_listener *second;
	struct stat st;

	CHECK(mkdtemp(name));
	snprintf(where, sizeof where, "unix:%s/socket", name);
	listen_at(where);
	CHECK_STR(address, where);
	CHECK_EQ(tutti_listener_create(&second, where, NULL), -EADDRINUSE);
	CHECK_EQ(stat(where + 5, &st), 0);
	tutti_listener_free(listener);
	CHECK_EQ(stat(where + 5, &st), -1);
	CHECK_EQ(rmdir(name), 0);
}

/* -- serving ----------------------------------------------------------------------------------- */

static void serves_many_at_once(enum mix mix)
{
	enum { MANY = 50 };
	tutti_future *server;
	tutti_stream *s[MANY];

	listen_at("127.0.0.1:0");
	server = start_as(mix, serve, NULL);
	for (int i = 0; i < MANY; i++)
		s[i] = visit();
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < MANY; i++)
			check_echo(s[i], "hello");
	for (int i = 0; i < MANY; i++)
		tutti_stream_free(s[i]);
	end_server(server);
}

static void a_cancel_ends_all_that_are_served(void)
{
	tutti_future *server;
	tutti_stream *s[3];
	char c;

	listen_at("127.0.0.1:0");
	server = tutti_task_start(serve, NULL, NULL);
	for (int i = 0; i < 3; i++)
		s[i] = visit();
	check_echo(s[0], "x"); /* the others may have come or not */
	end_server(server);
	for (int i = 0; i < 3; i++) {
		CHECK(tutti_stream_read(s[i], &c, 1) <= 0);
		tutti_stream_free(s[i]);
	}
}

static void closing_lets_them_finish(void)
{
	tutti_future *server;
	tutti_stream *s;

	listen_at("127.0.0.1:0");
	server = tutti_task_start(serve, NULL, NULL);
	s = visit();
	check_echo(s, "x");
	tutti_listener_close(listener);
	check_echo(s, "still there");
	tutti_stream_free(s);
	CHECK_EQ(finish(server), -EBADF);
	tutti_listener_free(listener);
}

static int told, threads_at_rest;

static void count_reports(int code, const char *text, void *arg)
{
	(void)code, (void)arg;
	CHECK(strstr(text, "cannot accept just now") || strstr(text, "serving 127.0.0.1:"));
	told++;
}

static int fail(tutti_stream *s, void *arg)
{
	(void)s, (void)arg;
	return TUTTI_EUSER;
}

static void *serve_badly(void *arg)
{
	return give(tutti_listener_serve(listener, fail, arg));
}

static void a_failure_is_told_and_the_server_goes_on(void)
{
	tutti_future *server;
	char c;

	told = 0;
	tutti_set_reporter(count_reports, NULL);
	listen_at("127.0.0.1:0");
	server = tutti_task_start(serve_badly, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		tutti_stream *s = visit();

		CHECK_EQ(tutti_stream_read(s, &c, 1), 0);
		tutti_stream_free(s);
	}
	end_server(server);
	CHECK_EQ(told, 2);
	tutti_set_reporter(NULL, NULL);
}

/* Out of descriptors: it says so once, nobody is lost, and it goes on when there are some. */
static void out_of_descriptors_it_waits(void)
{
	struct rlimit had, few;
	tutti_future *server;
	tutti_stream *s;
	int spare[64], n = 0;

	told = 0;
	tutti_set_reporter(count_reports, NULL);
	listen_at("127.0.0.1:0");
	server = tutti_task_start(serve, NULL, NULL);
	s = visit();
	check_echo(s, "first");
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &had), 0);
	few = had;
	EVENTUALLY(leaks_threads() <= threads_at_rest); /* those of earlier tests have pollers */
	few.rlim_cur = (rlim_t)leaks_descriptors() + 20;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
	while (n < 64 && (spare[n] = dup(0)) >= 0)
		n++;
	CHECK(n > 1 && n < 64);
	close(spare[--n]);
	tutti_stream *late = visit(); /* takes the last one */
	CHECK_EQ(tutti_stream_write(late, "x", 1), 0);
	EVENTUALLY(told == 1);
	check_echo(s, "those who are there are served");
	while (n > 0)
		close(spare[--n]);
	CHECK_EQ(tutti_stream_read(late, &(char){ 0 }, 1), 1);
	CHECK_EQ(told, 1);
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &had), 0);
	tutti_stream_free(late);
	tutti_stream_free(s);
	end_server(server);
	tutti_set_reporter(NULL, NULL);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	threads_at_rest = leaks_threads();
	RUN(accepts_who_comes);
	RUN_MIXES(each_of_several_gets_one);
	RUN_MIXES(closing_ends_those_who_accept);
	RUN(a_place_is_taken_once);
	RUN(what_cannot_be_listened_at);
	RUN(everywhere);
	RUN(a_name_is_all_its_addresses);
	RUN(a_socket_file_comes_and_goes);
	RUN_MIXES(serves_many_at_once);
	RUN(a_cancel_ends_all_that_are_served);
	RUN(closing_lets_them_finish);
	RUN(a_failure_is_told_and_the_server_goes_on);
	RUN(out_of_descriptors_it_waits);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
