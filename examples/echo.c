/* SPDX-License-Identifier: MIT */
/* rows: F42 F106 F122 */
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
	tutti_stream *s = NULL;

	if (tutti_stream_connect(&s, address, NULL) == 0 &&
		tutti_stream_write(s, &question, sizeof(question)) == 0 &&
		tutti_sleep(TUTTI_SECONDS(1)) == 0 && /* all of them are connected at once */
		tutti_stream_read_exactly(s, &answer, sizeof(answer)) == 0)
		answered += answer == question; /* one thread: nobody else is here */
	tutti_stream_free(s);
	return arg;
}

int main(void)
{
	tutti_group clients = { 0 }, server = { 0 };
	tutti_listener *listener;

	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 4 * CLIENTS, 4 * CLIENTS }); /* both ends */
	tutti_listener_create(&listener, "127.0.0.1:0", NULL);
	tutti_listener_address(listener, address, sizeof(address));
	tutti_group_start(&server, serve, listener);
	for (int i = 0; i < CLIENTS; i++)
		tutti_group_start(&clients, talk, NULL);
	tutti_group_join(&clients);
	tutti_group_cancel(&server);
	tutti_group_join(&server);
	tutti_listener_free(listener);
	printf("%d of %d answered\n", answered, CLIENTS);
	return answered != CLIENTS;
}
