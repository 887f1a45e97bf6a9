/* SPDX-License-Identifier: MIT */
/* The echo server: a task for each connection. */
#define _GNU_SOURCE 1
#include "../echo_race.h"

#include <tutti/listener.h>
#include <tutti/poller.h>
#include <tutti/task.h>

static int echo(tutti_stream *s, void *arg)
{
	char block[4096];
	ssize_t n;

	(void)arg;
	while ((n = tutti_stream_read(s, block, sizeof(block))) > 0)
		if (tutti_stream_write(s, block, (size_t)n) < 0)
			break;
	return 0;
}

/* One message is all the room that it needs. */
static int wait_and_echo(tutti_stream *s, void *arg)
{
	char block[64];
	ssize_t n;

	(void)arg;
	while ((n = tutti_stream_read(s, block, sizeof(block))) > 0)
		if (tutti_stream_write(s, block, (size_t)n) < 0)
			break;
	return 0;
}

/* The simplest that the library has for it: no task where nothing is to be waited for. */
static void accept_and_close(tutti_listener *l)
{
	tutti_stream *s;

	while (tutti_listener_accept(l, &s) == 0)
		tutti_stream_free(s);
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	tutti_listener *l;

	if (strcmp(o.mode, "echo_epoll") == 0)
		tutti_poller_choose(TUTTI_EPOLL);
	bench_require(tutti_listener_create(&l, "127.0.0.1:0", NULL) == 0, "cannot listen");
	echo_begin(&o, argv[0], tutti_listener_port(l));
	if (echo_visits(&o))
		accept_and_close(l);
	else
		tutti_listener_serve(l, strcmp(o.mode, "idle") == 0 ? wait_and_echo : echo, NULL);
	return 1;
}
