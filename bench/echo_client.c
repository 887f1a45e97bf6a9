/* SPDX-License-Identifier: MIT */
/*
 * The client of the echo servers, a plain epoll loop: a hundred connections, each with one message
 * of 64 bytes on its way. Or it comes and goes: 32 connections are made, and it waits until the
 * server has closed them. Or it has so many connections that nobody says anything on, and then asks
 * once on each; it signals to the server, its parent, when the one and when the other is so.
 *
 *     echo_client PORT echo|accept|accept_same NANOSECONDS
 *     echo_client PORT idle CONNECTIONS
 *
 * prints how many answers there were, or visits.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { ECHO_BYTES = 64, ECHO_CONNECTIONS = 100, ECHO_GUESTS = 32 };

static int echo_connect(int port)
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

static void echo_send(int fd)
{
	char block[ECHO_BYTES];

	memset(block, 'x', sizeof(block));
	bench_require(send(fd, block, sizeof(block), MSG_NOSIGNAL) == ECHO_BYTES, "cannot send");
}

/* One answer, which may come in pieces; got: how much of it has. True: whole. */
static int echo_receive(int fd, int *got)
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
static long echo_ask(int port, int64_t ns)
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

/* Some connect, wait for the server to close, and again. How many times. */
static long echo_come_and_go(int port, int64_t ns)
{
	int64_t end = bench_now() + ns;
	int fds[ECHO_GUESTS];
	long times = 0;

	while (bench_now() < end) {
		for (int i = 0; i < ECHO_GUESTS; i++)
			fds[i] = echo_connect(port);
		for (int i = 0; i < ECHO_GUESTS; i++) {
			char c;

			bench_require(recv(fds[i], &c, 1, 0) == 0, "the server did not close");
			close(fds[i]);
			times++;
		}
	}
	return times;
}

static void echo_ask_once(int fd)
{
	char block[ECHO_BYTES];

	echo_send(fd);
	bench_require(recv(fd, block, sizeof(block), MSG_WAITALL) == ECHO_BYTES,
		"the server did not answer");
}

/* They are accepted in the order of their coming: when the last is answered, all are. */
static long echo_wait(int port, long n)
{
	int *fds = (int *)bench_alloc((size_t)n, sizeof(int));
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	for (long i = 0; i < n; i++)
		fds[i] = echo_connect(port);
	echo_ask_once(fds[n - 1]);
	kill(getppid(), SIGUSR1);
	for (long i = 0; i < n; i++)
		echo_ask_once(fds[i]);
	kill(getppid(), SIGUSR2);
	pause();
	return n;
}

int main(int argc, char **argv)
{
	bench_require(argc == 4, "usage: echo_client PORT echo|accept|accept_same|idle NUMBER");
	int port = atoi(argv[1]);
	int64_t ns = atoll(argv[3]);

	if (strcmp(argv[2], "idle") == 0)
		printf("%ld\n", echo_wait(port, (long)ns));
	else if (strncmp(argv[2], "accept", 6) == 0)
		printf("%ld\n", echo_come_and_go(port, ns));
	else
		printf("%ld\n", echo_ask(port, ns));
	return 0;
}
