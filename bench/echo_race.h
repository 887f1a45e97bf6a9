/* SPDX-License-Identifier: MIT */
/*
 * The race of the echo servers: what they are asked, and by whom. The server is this process, on
 * the first CPU; the client a child on the second, always the same plain epoll loop: so many
 * connections, each with one message of 64 bytes on its way, or none. Counted are answers, and what
 * the server's process has cost for each.
 *
 * Also compiles as C++.
 */
#ifndef ECHO_RACE_H
#define ECHO_RACE_H

#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { ECHO_BYTES = 64, ECHO_CONNECTIONS = 100 };

static inline void echo_pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set); /* fails where there is no such CPU */
}

/* Listening on a free port of the loopback; for servers that take a descriptor. */
static inline int echo_listen(int *port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	struct sockaddr_in a;
	socklen_t size = sizeof(a);

	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	bench_require(bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(fd, 1024) == 0,
		"cannot listen");
	getsockname(fd, (struct sockaddr *)&a, &size);
	*port = ntohs(a.sin_port);
	return fd;
}

static inline int echo_connect(int port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	struct sockaddr_in a;

	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)port);
	bench_require(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0, "cannot connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

/* -- the client -------------------------------------------------------------------------------- */

static inline void echo_send(int fd)
{
	char block[ECHO_BYTES];

	memset(block, 'x', sizeof(block));
	bench_require(send(fd, block, sizeof(block), MSG_NOSIGNAL) == ECHO_BYTES, "cannot send");
}

/* One answer, which may come in pieces; got: how much of it has. True: whole. */
static inline int echo_receive(int fd, int *got)
{
	char block[ECHO_BYTES];
	ssize_t n = recv(fd, block, (size_t)(ECHO_BYTES - *got), MSG_DONTWAIT);

	bench_require(n > 0 || (n < 0 && errno == EAGAIN), "the server has gone");
	if (n > 0)
		*got += (int)n;
	if (*got < ECHO_BYTES)
		return 0;
	*got = 0;
	return 1;
}

/* Questions and answers for so long, over all connections at once. How many answers. */
static inline long echo_ask(int port, int64_t ns)
{
	static int fds[ECHO_CONNECTIONS], got[ECHO_CONNECTIONS];
	struct epoll_event events[ECHO_CONNECTIONS];
	int poller = epoll_create1(EPOLL_CLOEXEC);
	int64_t end = bench_now() + ns;
	long answers = 0;

	for (int i = 0; i < ECHO_CONNECTIONS; i++) {
		struct epoll_event e;

		memset(&e, 0, sizeof(e));
		e.events = EPOLLIN;
		e.data.u32 = (uint32_t)i;
		fds[i] = echo_connect(port);
		epoll_ctl(poller, EPOLL_CTL_ADD, fds[i], &e);
		echo_send(fds[i]);
	}
	while (bench_now() < end) {
		int n = epoll_wait(poller, events, ECHO_CONNECTIONS, 1000);

		for (int i = 0; i < n; i++) {
			int who = (int)events[i].data.u32;

			if (echo_receive(fds[who], &got[who])) {
				answers++;
				echo_send(fds[who]);
			}
		}
	}
	for (int i = 0; i < ECHO_CONNECTIONS; i++)
		close(fds[i]);
	close(poller);
	return answers;
}

/* Connect, wait for the server to close, and again. How many times. */
static inline long echo_come_and_go(int port, int64_t ns)
{
	int64_t end = bench_now() + ns;
	long times = 0;

	while (bench_now() < end) {
		int fd = echo_connect(port);
		char c;

		bench_require(recv(fd, &c, 1, 0) == 0, "the server did not close");
		close(fd);
		times++;
	}
	return times;
}

/* The child: says how many, and ends the server, which is its parent. */
static inline void echo_client(int port, const char *mode, int64_t ns, int results)
{
	long n;

	echo_pin(1);
	n = strcmp(mode, "accept") == 0 ? echo_come_and_go(port, ns) : echo_ask(port, ns);
	bench_require(write(results, &n, sizeof(n)) == (ssize_t)sizeof(n), "cannot answer");
	_exit(0);
}

/* -- the race ---------------------------------------------------------------------------------- */

static const char *echo_mode;
static int64_t echo_ns, echo_cpu;
static int echo_results = -1;

/* When the client is through: print the figures and end. In a thread of its own or a signal. */
static inline void echo_over(int signal_number)
{
	int64_t cpu = bench_cpu_time() - echo_cpu;
	long n = 0;

	(void)signal_number;
	bench_require(read(echo_results, &n, sizeof(n)) == (ssize_t)sizeof(n) && n > 0,
		"the client has failed");
	if (strcmp(echo_mode, "accept") == 0) {
		bench_report("accept", (double)n * 1e9 / (double)echo_ns, "1/s");
		bench_report("accept_cpu", (double)cpu / (double)n, "ns");
	} else {
		bench_report("echo", (double)n * 1e9 / (double)echo_ns, "1/s");
		bench_report("echo_cpu", (double)cpu / (double)n, "ns");
	}
	_exit(0);
}

/* Start the client; when it has ended, the process does. Before threads are started. */
static inline void echo_begin(const struct bench_options *o, int port)
{
	int results[2];

	echo_mode = o->mode;
	echo_ns = 2000000000 / o->divide;
	bench_require(pipe(results) == 0, "no pipe");
	echo_results = results[0];
	signal(SIGCHLD, echo_over);
	switch (fork()) {
	case -1:
		bench_fail("cannot fork");
		break;
	case 0:
		signal(SIGCHLD, SIG_DFL);
		echo_client(port, o->mode, echo_ns, results[1]);
	}
	close(results[1]);
	echo_pin(0);
	echo_cpu = bench_cpu_time();
}

#endif
