/* SPDX-License-Identifier: MIT */
/* ctest: POLLERS ON */
/* A name with several addresses: which is tried when, and what is left of those that lost. */
#include "support/both.h"
#include "support/suite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <tutti/listener.h>
#include <tutti/resolver.h>
#include <tutti/task.h>

static const tutti_time stagger = TUTTI_MILLISECONDS(250);

/* The one name there is has these. */
static const char *const *addresses;

static int find(void *arg, const char *host, tutti_ip *ips, int max, tutti_time deadline)
{
	int n = 0;

	(void)arg, (void)deadline;
	CHECK_STR(host, "several");
	for (; addresses[n] && n < max; n++)
		strcpy(ips[n].text, addresses[n]);
	return n;
}

/* -- hosts ------------------------------------------------------------------------------------- */

/* On a port of ours at that address; 0: any. */
static int listen_at(const char *ip, int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)*port) };
	socklen_t size = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	CHECK_EQ(inet_pton(AF_INET, ip, &a.sin_addr), 1);
	CHECK_EQ(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), 0);
	CHECK_EQ(bind(fd, (struct sockaddr *)&a, size), 0);
	CHECK_EQ(listen(fd, 0), 0);
	CHECK_EQ(getsockname(fd, (struct sockaddr *)&a, &size), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

enum { FILL = 8 };

/* Whoever comes now is not heard: it is neither let in nor refused. */
static void fill(int fds[FILL], const char *ip, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	CHECK_EQ(inet_pton(AF_INET, ip, &a.sin_addr), 1);
	for (int i = 0; i < FILL; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		connect(fds[i], (struct sockaddr *)&a, sizeof a);
	}
}

/* -- the tests --------------------------------------------------------------------------------- */

static int port;

static int connect_to_several(tutti_stream **s, tutti_time deadline)
{
	char address[40];

	snprintf(address, sizeof address, "several:%d", port);
	return tutti_stream_connect_until(s, address, NULL, deadline);
}

static void check_peer(tutti_stream *s, const char *ip)
{
	char is[TUTTI_ADDRESS_SIZE], expected[40];

	snprintf(expected, sizeof expected, "%s:%d", ip, port);
	CHECK(tutti_stream_peer(s, is, sizeof is) > 0);
	CHECK_STR(is, expected);
	tutti_stream_free(s);
}

/* A thread of its own or a task in it: in either case with nothing left, see suite_end. */
static void *next_after_a_while(void *arg)
{
	static const char *const two[] = { "127.0.0.2", "127.0.0.3", NULL };
	int full[FILL], deaf, good;
	tutti_time start;
	tutti_stream *s;

	port = 0;
	deaf = listen_at(two[0], &port);
	good = listen_at(two[1], &port);
	fill(full, two[0], port);
	addresses = two;
	start = tutti_now();
	CHECK_EQ(connect_to_several(&s, TUTTI_FOREVER), 0);
	CHECK(tutti_now() - start >= stagger);
	check_peer(s, two[1]);
	for (int i = 0; i < FILL; i++)
		close(full[i]);
	close(deaf);
	close(good);
	return arg;
}

static void the_next_is_tried_after_a_while(enum mix mix)
{
	finish(start_as(mix, next_after_a_while, NULL));
}

/* Each that refuses makes way at once: to wait for each would take seconds, each time. */
static void a_refusal_makes_way(void)
{
	static const char *const many[] = { "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5",
		"127.0.0.6", "127.0.0.7", "127.0.0.8", "127.0.0.9", "127.0.0.10", "127.0.0.11",
		NULL };
	int good;
	tutti_time start;
	tutti_stream *s;
	bool at_once;

	port = 0;
	good = listen_at("127.0.0.11", &port);
	addresses = many;
	do { /* on a machine that is busy all may take seconds, once */
		start = tutti_now();
		CHECK_EQ(connect_to_several(&s, TUTTI_FOREVER), 0);
		at_once = tutti_now() - start < 9 * stagger;
		check_peer(s, "127.0.0.11");
	} while (!at_once && suite_has_time());
	CHECK(at_once);
	close(good);
	CHECK_EQ(connect_to_several(&s, TUTTI_FOREVER), -ECONNREFUSED);
}

static void nobody_is_left_behind(void)
{
	static const char *const two[] = { "127.0.0.2", "127.0.0.3", NULL };
	int full[2][FILL], deaf[2];
	tutti_stream *s;

	port = 0;
	for (int i = 0; i < 2; i++) {
		deaf[i] = listen_at(two[i], &port);
		fill(full[i], two[i], port);
	}
	addresses = two;
	CHECK_EQ(connect_to_several(&s, tutti_after(2 * stagger)), TUTTI_ETIMEDOUT);
	CHECK_EQ(connect_to_several(&s, 1), TUTTI_ETIMEDOUT);
	for (int i = 0; i < 2; i++) {
		close(deaf[i]);
		for (int j = 0; j < FILL; j++)
			close(full[i][j]);
	}
}

/* As small a stack as a task may have is enough. */
static void a_small_stack_is_enough(void)
{
	tutti_task_options small = { .stack_bytes = 16384 };

	finish(tutti_task_start(next_after_a_while, NULL, &small));
}

static void *everything(void *arg)
{
	CHECK_EQ(tutti_set_resolver(find, NULL), 0);
	RUN_MIXES(the_next_is_tried_after_a_while);
	RUN(a_refusal_makes_way);
	RUN(nobody_is_left_behind);
	RUN(a_small_stack_is_enough);
	CHECK_EQ(tutti_set_resolver(NULL, NULL), 0);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
