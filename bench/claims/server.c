/* SPDX-License-Identifier: MIT */
/* The server of the claims, see server.h, and C17: on one loop, on several, or a thread for each of
   a thousand connections. */
#define _GNU_SOURCE 1
#include "server.h"

#include "claims.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

static int answer(tutti_stream *s, void *delay)
{
	char block[ANSWER_BYTES] = "a";
	char question;

	while (tutti_stream_read(s, &question, 1) == 1) {
		if (*(int64_t *)delay > 0)
			tutti_sleep(*(int64_t *)delay);
		if (tutti_stream_write(s, block, sizeof(block)) < 0)
			break;
	}
	return 0;
}

/* -- a thread for each connection, by calls that block it -------------------------------------- */

static void *answer_blocking(void *connection)
{
	char block[ANSWER_BYTES] = "a";
	int fd = (int)(intptr_t)connection;
	char question;

	while (recv(fd, &question, 1, 0) == 1)
		if (send(fd, block, sizeof(block), MSG_NOSIGNAL) < 0)
			break;
	close(fd);
	return NULL;
}

static int listen_plainly(int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	socklen_t size = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	bench_require(bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(fd, 4096) == 0,
		"cannot listen");
	getsockname(fd, (struct sockaddr *)&a, &size);
	*port = ntohs(a.sin_port);
	return fd;
}

static void say_port(const struct server *server, int port)
{
	bench_require(write(server->ports[1], &port, sizeof(port)) == sizeof(port), "no pipe");
}

static void serve_each_by_a_thread(struct server *server)
{
	int port, listener = listen_plainly(&port), fd;

	say_port(server, port);
	while ((fd = accept(listener, NULL, NULL)) >= 0)
		tutti_future_unref(tutti_thread_start(answer_blocking, (void *)(intptr_t)fd, NULL));
}

/* -- on loops ---------------------------------------------------------------------------------- */

static void all_descriptors(void)
{
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

static void serve(void *arg)
{
	tutti_listener_options many = { .backlog = 4096 };
	struct server *server = arg;
	tutti_listener *l;

	all_descriptors();
	if (server->cpu)
		pin(0);
	if (server->where && strcmp(server->where, "each") == 0) {
		serve_each_by_a_thread(server);
		return;
	}
	fine(tutti_listener_create(&l, "127.0.0.1:0", &many), "cannot listen");
	say_port(server, tutti_listener_port(l));
	fine(tutti_serve(l, server->where ? server->where : "tasks", answer, &server->delay_ns,
		     &(tutti_serve_options){ .arg_size = sizeof(server->delay_ns) }),
		"the server");
}

int server_start(struct server *server)
{
	int port = 0;

	bench_require(pipe(server->ports) == 0, "no pipe");
	server->pid = child_start(serve, server);
	close(server->ports[1]);
	bench_require(read(server->ports[0], &port, sizeof(port)) == sizeof(port),
		"the server has not started");
	close(server->ports[0]);
	return port;
}

void server_stop(struct server *server)
{
	child_kill(server->pid);
}

/* -- C17: the load, a plain epoll loop --------------------------------------------------------- */

struct line {
	int fd, got;
};

static int connect_plainly(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)port);
	bench_require(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0, "cannot connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static void ask(struct line *l)
{
	l->got = 0;
	bench_require(send(l->fd, "x", 1, MSG_NOSIGNAL) == 1, "cannot send");
}

/* An answer, which may come in pieces. True: whole, and asked again. */
static bool hear(struct line *l)
{
	char block[ANSWER_BYTES];
	ssize_t n = recv(l->fd, block, (size_t)(ANSWER_BYTES - l->got), MSG_DONTWAIT);

	bench_require(n > 0 || (n < 0 && errno == EAGAIN), "the server has gone");
	l->got += n > 0 ? (int)n : 0;
	if (l->got < ANSWER_BYTES)
		return false;
	ask(l);
	return true;
}

static long answers_within(int poller, int64_t ns)
{
	struct epoll_event events[256];
	int64_t end = bench_now() + ns;
	long answers = 0;

	while (bench_now() < end) {
		int n = epoll_wait(poller, events, 256, 1000);

		for (int i = 0; i < n; i++)
			answers += hear(events[i].data.ptr);
	}
	return answers;
}

static double load(int port, int connections, int64_t ns)
{
	struct line *lines = bench_alloc((size_t)connections, sizeof(*lines));
	int poller = epoll_create1(EPOLL_CLOEXEC);
	double rate;

	for (int i = 0; i < connections; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = &lines[i] };

		lines[i].fd = connect_plainly(port);
		epoll_ctl(poller, EPOLL_CTL_ADD, lines[i].fd, &e);
		ask(&lines[i]);
	}
	answers_within(poller, ns / 4); /* all have been accepted */
	rate = (double)answers_within(poller, ns) * 1e9 / (double)ns;
	for (int i = 0; i < connections; i++)
		close(lines[i].fd);
	close(poller);
	free(lines);
	return rate;
}

static void under_load(const struct scale *s, const char *name, struct server server)
{
	int connections = (int)sized(s, 1000, 1000, 20);
	int port = server_start(&server);

	pin(server.cpu ? 1 : -1); /* the load on the second, where there is one */
	bench_report(name, load(port, connections, sized(s, 1000, 300, 50) * 1000000), "1/s");
	pin(-1);
	server_stop(&server);
}

/* rows: C17 */
void claim_17(const struct scale *s)
{
	char several[32];

	all_descriptors();
	snprintf(several, sizeof(several), "processes:%d", s->cpus);
	under_load(s, "one_loop", (struct server){ .cpu = 1 });
	under_load(s, "thread_each", (struct server){ .where = "each", .cpu = 1 });
	under_load(s, "one_loop_free", (struct server){ .cpu = 0 });
	under_load(s, "loops", (struct server){ .where = several });
}
