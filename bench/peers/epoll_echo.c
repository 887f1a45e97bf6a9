/* SPDX-License-Identifier: MIT */
/* The echo server as a bare epoll loop: what there is to be reached. */
#define _GNU_SOURCE 1
#include "../echo_race.h"

#include <fcntl.h>
#include <sys/epoll.h>

static void add(int poller, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e);
}

static void accept_one(int poller, int listener, int keep)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0 && keep)
		add(poller, fd);
	else if (fd >= 0)
		close(fd);
}

static void answer(int fd)
{
	char block[4096];
	ssize_t n = read(fd, block, sizeof(block));

	if (n > 0)
		bench_require(write(fd, block, (size_t)n) == n, "cannot write");
	else if (n == 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	struct epoll_event events[256];
	int port, listener = echo_listen(&port), poller = epoll_create1(EPOLL_CLOEXEC);
	int keep = !echo_visits(&o);

	fcntl(listener, F_SETFL, O_NONBLOCK);
	add(poller, listener);
	echo_begin(&o, argv[0], port);
	for (;;) {
		int n = epoll_wait(poller, events, 256, -1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == listener)
				accept_one(poller, listener, keep);
			else
				answer(events[i].data.fd);
		}
	}
}
