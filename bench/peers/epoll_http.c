/* SPDX-License-Identifier: MIT */
/*
 * What is left when HTTP is: whatever a client of this race says is one request, and the reply lies
 * ready. A plain epoll loop. Prints its port.
 */
#define _GNU_SOURCE 1
#include "../echo_race.h"

#include <sys/epoll.h>

static const char reply[] = "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
			    "Content-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n";

static void watch(int poller, int fd)
{
	struct epoll_event e;

	memset(&e, 0, sizeof(e));
	e.events = EPOLLIN;
	e.data.fd = fd;
	epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e);
}

static void answer(int fd)
{
	char block[4096];
	ssize_t n = recv(fd, block, sizeof(block), 0);

	if (n > 0)
		n = send(fd, reply, sizeof(reply) - 1, MSG_NOSIGNAL);
	if (n <= 0)
		close(fd);
}

int main(void)
{
	int port, listening = echo_listen(&port), poller = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event events[64];

	printf("%d\n", port);
	fflush(stdout);
	watch(poller, listening);
	for (;;) {
		int n = epoll_wait(poller, events, 64, -1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == listening)
				watch(poller, accept4(listening, NULL, NULL, SOCK_CLOEXEC));
			else
				answer(events[i].data.fd);
		}
	}
}
