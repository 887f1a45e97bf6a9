/* SPDX-License-Identifier: MIT */
/* rows: F107 P118 */
/* Two event-driven processes, one for each of two cores, behind one port; then one is killed. */
#include <stdio.h>
#include <tutti/tutti.h>

enum { CLIENTS = 40 };
static char address[TUTTI_ADDRESS_SIZE];

static int work_and_say_who(tutti_stream *s, void *arg)
{
	tutti_thread_sleep(TUTTI_MILLISECONDS(50)); /* its loop is held up, as by computing */
	return tutti_stream_write(s, &(int){ tutti_process_pid(arg) }, sizeof(int));
}

static void *serve(void *listener)
{
	tutti_serve(listener, "processes:2", work_and_say_who, NULL, NULL);
	return NULL;
}

static void *ask(void *pid)
{
	tutti_stream *s = NULL;

	if (tutti_stream_connect(&s, address, NULL) == 0)
		tutti_stream_read_exactly(s, pid, sizeof(int));
	tutti_stream_free(s);
	return NULL;
}

static void ask_many(void)
{
	int pids[CLIENTS] = { 0 }, answered = 0, others = 0;
	tutti_group clients = { 0 };

	for (int i = 0; i < CLIENTS; i++)
		tutti_group_start(&clients, ask, &pids[i]);
	tutti_group_join(&clients);
	for (int i = 0; i < CLIENTS; others += pids[i] != pids[0], i++)
		answered += pids[i] != 0;
	printf("%d of %d answered, by %s\n", answered, CLIENTS, others ? "two" : "one");
}

int main(void)
{
	tutti_future *server, *worker;
	tutti_listener *listener;

	tutti_listener_create(&listener, "127.0.0.1:0", NULL);
	tutti_listener_address(listener, address, sizeof(address));
	server = tutti_task_start(serve, listener, NULL);
	ask_many();
	tutti_process_children(&worker, 1);
	tutti_process_kill(worker);
	tutti_process_join(worker); /* another one takes its place */
	ask_many();
	tutti_future_cancel(server);
	tutti_join_all((tutti_future *[]){ server, worker }, 2);
	tutti_listener_free(listener);
}
