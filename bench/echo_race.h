/* SPDX-License-Identifier: MIT */
/*
 * The race of the echo servers. The server is this process, on the first CPU; the client, always
 * the same (echo_client.c), a child on the second. Counted are answers, and what the server's
 * process has cost for each; or, in mode "idle", what each of ten thousand connections that wait
 * keeps resident in it, before each has asked once and after. In mode "accept" connections come
 * and go; the server then waits for the client most of the time, so in mode "accept_same" both are
 * on the first CPU, where what the server needs is taken from the client.
 */
#ifndef ECHO_RACE_H
#define ECHO_RACE_H

#include "bench.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

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

/* -- the race ---------------------------------------------------------------------------------- */

static int64_t echo_ns, echo_cpu; /* echo_ns: of idle ones, how many */
static int echo_results = -1;
static const char *echo_mode;
static pid_t echo_child;

static inline int echo_visits(const struct bench_options *o)
{
	return strncmp(o->mode, "accept", 6) == 0;
}

/* The client is through: print the figures and end. */
static inline void echo_over(int signal_number)
{
	int64_t cpu = bench_cpu_time() - echo_cpu;
	char text[32] = "";
	double n;

	(void)signal_number;
	n = read(echo_results, text, sizeof(text) - 1) > 0 ? atof(text) : 0;
	bench_require(n > 0, "the client has failed");
	printf("%s %.6g 1/s\n%s_cpu %.6g ns\n", echo_mode, n * 1e9 / (double)echo_ns, echo_mode,
		(double)cpu / n);
	fflush(stdout);
	_exit(0);
}

static double echo_resident;

/* Both come while nothing else is to be done: the client waits. */
static inline void echo_idle(int signal_number)
{
	double each = (bench_resident() - echo_resident) / (double)echo_ns;

	bench_report(signal_number == SIGUSR1 ? "idle_bytes" : "idle_asked", each, "B");
	if (signal_number == SIGUSR1)
		return;
	kill(echo_child, SIGKILL);
	_exit(0);
}

static inline void echo_idle_begin(void)
{
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	bench_require((int64_t)files.rlim_cur > echo_ns + 100, "too few descriptors: ulimit -Hn");
	signal(SIGUSR1, echo_idle);
	signal(SIGUSR2, echo_idle);
	echo_resident = bench_resident();
}

/* It lies beside this program. */
static inline void echo_client(const char *server, int port, int results)
{
	char path[4096], where[16], ns[32];
	const char *slash = strrchr(server, '/');
	int folder = slash ? (int)(slash - server) + 1 : 0;

	snprintf(path, sizeof(path), "%.*secho_client", folder, server);
	snprintf(where, sizeof(where), "%d", port);
	snprintf(ns, sizeof(ns), "%lld", (long long)echo_ns);
	dup2(results, STDOUT_FILENO);
	echo_pin(strcmp(echo_mode, "accept_same") == 0 ? 0 : 1);
	execl(path, path, where, echo_mode, ns, (char *)NULL);
	_exit(127);
}

/* Start the client; when it has ended, this process does. Before threads are started. */
static inline void echo_begin(const struct bench_options *o, const char *program, int port)
{
	int results[2];

	echo_mode = o->mode;
	echo_ns = (strcmp(o->mode, "idle") == 0 ? 10000 : 2000000000) / o->divide;
	if (strcmp(o->mode, "idle") == 0)
		echo_idle_begin();
	bench_require(pipe(results) == 0, "no pipe");
	echo_results = results[0];
	signal(SIGCHLD, echo_over);
	echo_child = fork();
	switch (echo_child) {
	case -1:
		bench_fail("cannot fork");
		break;
	case 0:
		echo_client(program, port, results[1]);
	}
	close(results[1]);
	echo_pin(0);
	echo_cpu = bench_cpu_time();
}

#endif
