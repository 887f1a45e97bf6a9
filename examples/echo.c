/* SPDX-License-Identifier: MIT */
/* An echo server and a thousand clients, as tasks of one loop, on one thread. */
#include <stdio.h>
#include <sys/resource.h>
#include <tutti/tutti.h>

enum { CLIENTS = 1000 };

static char address[TUTTI_ADDRESS_SIZE];
static int answered;

static int echo(tutti_stream *s, void *arg)
{
	char block[64];
	ssize_t n;

	(void)arg;
	while ((n = tutti_stream_read(s, block, sizeof(block))) > 0)
		if (tutti_stream_write(s, block, (size_t)n) < 0)
			break;
	return (int)n;
}

static void *serve(void *listener)
{
	tutti_listener_serve(listener, echo, NULL); /* until it is cancelled */
	return NULL;
}

static void *talk(void *arg)
{
	int question = (int)tutti_random_between(1, 1000000), answer = 0;
	tutti_stream *s;

	if (tutti_stream_connect(&s, address, NULL) < 0)
		return arg;
	tutti_stream_write(s, &question, sizeof(question));
	tutti_sleep(TUTTI_SECONDS(1)); /* all of them are connected at once */
	if (tutti_stream_read_exactly(s, &answer, sizeof(answer)) == 0 && answer == question)
		answered++; /* one thread: nobody else is here */
	tutti_stream_free(s);
	return arg;
}

int main(void)
{
	struct rlimit files = { 4 * CLIENTS, 4 * CLIENTS }; /* both ends are here */
	tutti_group clients = { 0 };
	tutti_listener *listener;
	tutti_task *server;

	setrlimit(RLIMIT_NOFILE, &files);
	if (tutti_listener_create(&listener, "127.0.0.1:0", NULL) < 0)
		return 1;
	tutti_listener_address(listener, address, sizeof(address));
	server = tutti_task_start(serve, listener, NULL);
	for (int i = 0; i < CLIENTS; i++)
		tutti_group_start(&clients, talk, NULL);
	tutti_group_join(&clients);
	tutti_future_cancel(server);
	tutti_join_all(&server, 1);
	tutti_future_unref(server);
	tutti_listener_free(listener);
	printf("%d of %d answered\n", answered, CLIENTS);
	return answered != CLIENTS;
}
