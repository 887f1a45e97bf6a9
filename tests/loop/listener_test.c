/* SPDX-License-Identifier: MIT */
/* ctest: POLLERS ON */
/* Listeners: who comes is served, and whatever is short, the server goes on. */
#include "support/child.h"
#include "support/listening.h"
#include "support/suite.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <tutti/listener.h>
#include <tutti/resolver.h>

static const tutti_time past = 1;

/* -- accepting --------------------------------------------------------------------------------- */

static void accepts_who_comes(void)
{
	tutti_stream *near, *far;

	listen_at("127.0.0.1:0");
	CHECK_EQ(tutti_listener_accept_until(listener, &far, past), TUTTI_ETIMEDOUT);
	near = visit();
	/* The system may take a moment to bring one to the other. */
	EVENTUALLY(tutti_listener_accept_until(listener, &far, past) == 0);
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
	tutti_listener *l = NULL;

	CHECK_EQ(tutti_listener_create(&l, "nonsense", NULL), -EINVAL);
	CHECK_EQ(tutti_listener_create(&l, "192.0.2.1:0", NULL), -EADDRNOTAVAIL);
	CHECK_EQ(tutti_listener_create(&l, "unix:/nonexistent/socket", NULL), -ENOENT);
	CHECK_EQ(tutti_listener_create(&l, ":0", &(tutti_listener_options){ .backlog = -1 }),
		-EINVAL);
	CHECK(!l); /* as it was */
}

static int never(void *arg, const char *host, tutti_ip *ips, int max, tutti_time deadline)
{
	(void)arg, (void)host, (void)ips, (void)max;
	CHECK(deadline != TUTTI_FOREVER);
	return tutti_sleep_until(deadline) < 0 ? TUTTI_ECANCELED : TUTTI_ETIMEDOUT;
}

static void a_deadline_ends_looking_a_name_up(void)
{
	tutti_listener_options options = { .deadline = tutti_after(TUTTI_MILLISECONDS(1)) };

	CHECK_EQ(tutti_set_resolver(never, NULL), 0);
	CHECK_EQ(tutti_listener_create(&listener, "name:0", &options), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_set_resolver(NULL, NULL), 0);
	CHECK_EQ(tutti_listener_create(&listener, "127.0.0.1:0", &options), 0);
	tutti_listener_free(listener);
}

/* Every address of the machine: both families find it. */
static void everywhere(void)
{
	const char *at[] = { "127.0.0.1", "[::1]", "localhost" };

	CHECK_EQ(tutti_listener_create(&listener, ":0", NULL), 0);
	for (int i = 0; i < 3; i++) {
		char peer[TUTTI_ADDRESS_SIZE];
		tutti_stream *near, *far;

		snprintf(address, sizeof address, "%s:%d", at[i], tutti_listener_port(listener));
		near = visit();
		CHECK_EQ(tutti_listener_accept(listener, &far), 0);
		CHECK(tutti_stream_peer(far, peer, sizeof peer) > 0);
		if (i < 2) /* IPv4 too as it is written, though the socket is one of IPv6 */
			CHECK(strncmp(peer, at[i], strlen(at[i])) == 0);
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

static void check_is_there(void)
{
	tutti_stream *near = visit(), *far;

	CHECK_EQ(tutti_listener_accept(listener, &far), 0);
	tutti_stream_free(near);
	tutti_stream_free(far);
}

/* Somebody has put a socket of his own there meanwhile. */
static void the_file_of_another_stays(void)
{
	char name[] = "/tmp/tutti-listener-XXXXXX", where[64];
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct stat st;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0);
	CHECK(mkdtemp(name));
	snprintf(where, sizeof where, "unix:%s/socket", name);
	strcpy(un.sun_path, where + 5);
	listen_at(where);
	CHECK_EQ(unlink(un.sun_path), 0);
	CHECK_EQ(bind(fd, (void *)&un, sizeof un), 0);
	tutti_listener_free(listener);
	CHECK_EQ(stat(un.sun_path, &st), 0);
	CHECK_EQ(unlink(un.sun_path), 0);
	CHECK_EQ(close(fd), 0);
	CHECK_EQ(rmdir(name), 0);
}

/* A forked child gives back what it has of it; its parent goes on listening. */
static void a_child_leaves_it_to_its_parent(void)
{
	char name[] = "/tmp/tutti-listener-XXXXXX", file[64];
	const char *where[] = { "127.0.0.1:0", file };
	pid_t pid;

	CHECK(mkdtemp(name));
	snprintf(file, sizeof file, "unix:%s/socket", name);
	for (int i = 0; i < 2; i++) {
		listen_at(where[i]);
		pid = child_fork();
		if (pid == 0) {
			tutti_listener_free(listener);
			_exit(0);
		}
		child_wait(pid);
		check_is_there();
		tutti_listener_free(listener);
	}
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

static int told;

static void count_reports(int code, const char *text, void *arg)
{
	(void)code, (void)arg;
	CHECK(strstr(text, "serving 127.0.0.1:"));
	told++;
}

static int fail(tutti_stream *s, void *arg)
{
	(void)s, (void)arg;
	return TUTTI_EUSER;
}

/* Nothing came back from the other side for so long that the system has given up. */
static int lose(tutti_stream *s, void *arg)
{
	(void)s, (void)arg;
	return -ETIMEDOUT;
}

static void *serve_the_lost(void *arg)
{
	return give(tutti_listener_serve(listener, lose, arg));
}

static void *serve_badly(void *arg)
{
	return give(tutti_listener_serve(listener, fail, arg));
}

static int reports_of(tutti_fn server_fn)
{
	tutti_future *server;
	char c;

	told = 0;
	tutti_set_reporter(count_reports, NULL);
	listen_at("127.0.0.1:0");
	server = tutti_task_start(server_fn, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		tutti_stream *s = visit();

		CHECK_EQ(tutti_stream_read(s, &c, 1), 0);
		tutti_stream_free(s);
	}
	end_server(server);
	tutti_set_reporter(NULL, NULL);
	return told;
}

static void a_failure_is_told_and_the_server_goes_on(void)
{
	CHECK_EQ(reports_of(serve_badly), 2);
	CHECK_EQ(reports_of(serve_the_lost), 0);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(accepts_who_comes);
	RUN_MIXES(each_of_several_gets_one);
	RUN_MIXES(closing_ends_those_who_accept);
	RUN(a_place_is_taken_once);
	RUN(what_cannot_be_listened_at);
	RUN(a_deadline_ends_looking_a_name_up);
	RUN(everywhere);
	RUN(a_name_is_all_its_addresses);
	RUN(a_socket_file_comes_and_goes);
	RUN(the_file_of_another_stays);
	RUN(a_child_leaves_it_to_its_parent);
	RUN_MIXES(serves_many_at_once);
	RUN(a_cancel_ends_all_that_are_served);
	RUN(closing_lets_them_finish);
	RUN(a_failure_is_told_and_the_server_goes_on);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
