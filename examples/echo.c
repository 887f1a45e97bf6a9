/* SPDX-License-Identifier: MIT */
/* An echo server and a thousand clients, as tasks of one loop, on one thread. */
#include <stdio.h>
#include <string.h>
#include <tutti/tutti.h>

enum { CLIENTS = 1000 };

static char address[TUTTI_ADDRESS_SIZE];

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

static void *talk(void *answered)
{
	char question[32], answer[32];
	int n = snprintf(
		question, sizeof(question), "this is %d", (int)tutti_random_between(1, 1000000));
	tutti_stream *s;
	int rc = tutti_stream_connect(&s, address, NULL);

	if (rc < 0)
		return tutti_fail(rc, "connecting: %s", tutti_strerror(rc)), NULL;
	rc = tutti_stream_write(s, question, (size_t)n);
	tutti_sleep(TUTTI_SECONDS(1)); /* all of them are connected at once */
	if (rc == 0)
		rc = tutti_stream_read_exactly(s, answer, (size_t)n);
	if (rc == 0 && memcmp(question, answer, (size_t)n) == 0)
		++*(int *)answered; /* one thread: nobody else is here */
	tutti_stream_free(s);
	return NULL;
}

int main(void)
{
	tutti_group clients = { 0 };
	tutti_listener *listener;
	int answered = 0, rc = tutti_listener_create(&listener, "127.0.0.1:0", NULL);
	tutti_task *server;

	if (rc < 0)
		return 1;
	tutti_listener_address(listener, address, sizeof(address));
	server = tutti_task_start(serve, listener, NULL);
	for (int i = 0; i < CLIENTS; i++)
		tutti_group_start(&clients, talk, &answered);
	rc = tutti_group_join(&clients);
	tutti_future_cancel(server);
	tutti_join_all(&server, 1);
	tutti_future_unref(server);
	tutti_listener_free(listener);
	printf("%d of %d answered\n", answered, CLIENTS);
	return rc < 0 || answered != CLIENTS;
}
