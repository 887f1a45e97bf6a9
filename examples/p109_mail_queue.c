/* SPDX-License-Identifier: MIT */
/* rows: P109 */
/*
 * The same queue with messages in place of numbers: whoever sends hands them over and goes on;
 * workers deliver them, a tenth of a second each, into a file, which stands for the mail server.
 *
 * usage: p109_mail_queue FILE [WORKERS [HOST]]     by default 4 at 127.0.0.1; at port 5000
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <tutti/manager.h>
#include <tutti/tutti.h>
#include <unistd.h>

enum { MESSAGES = 20, WORKERS_MAX = 16 };

static char address[300];
static int sink = -1;

static void deliver(const tutti_value *message)
{
	const char *to, *text;
	char line[200];
	int n;

	if (tutti_value_unpack(message, "{s:s,s:s}", "to", &to, "text", &text) < 0)
		return;
	tutti_sleep(TUTTI_SECONDS(0.1));
	n = snprintf(line, sizeof(line), "To: %s: %s\n", to, text);
	if (write(sink, line, (size_t)n) != n) /* whole lines, since it is O_APPEND */
		perror("deliver");
}

static void *worker(void *arg)
{
	tutti_value_queue *mail = NULL;
	tutti_value *message;
	tutti_manager *m = NULL;

	(void)arg;
	if (tutti_manager_create(&m, address, tutti_bytes_text("abc")) == 0 &&
		tutti_manager_connect(m, tutti_after(TUTTI_SECONDS(10))) == 0 &&
		tutti_manager_queue(m, "get_mail_queue", &mail) == 0)
		while (tutti_value_queue_get(mail, &message) == 0) { /* until it is shut down */
			deliver(message);
			tutti_value_unref(message);
			tutti_value_queue_task_done(mail);
		}
	tutti_value_queue_free(mail);
	tutti_manager_free(m);
	return NULL;
}

static int send_all(tutti_value_queue *mail)
{
	tutti_time start = tutti_now();
	char to[40], text[40];
	tutti_value *message;
	int rc = 0;

	for (int i = 0; i < MESSAGES && rc == 0; i++) {
		snprintf(to, sizeof(to), "user%d@example.com", i);
		snprintf(text, sizeof(text), "hello %d", i);
		rc = tutti_value_pack(&message, "{s:s,s:s}", "to", to, "text", text);
		if (rc == 0) {
			rc = tutti_value_queue_put(mail, message);
			tutti_value_unref(message);
		}
	}
	printf("%d messages handed over after %.1f s\n", MESSAGES, (tutti_now() - start) / 1e9);
	if (rc == 0)
		rc = tutti_value_queue_join(mail);
	printf("all delivered after %.1f s\n", (tutti_now() - start) / 1e9);
	return rc;
}

int main(int argc, char **argv)
{
	int n = argc > 2 ? atoi(argv[2]) : 4, rc;
	tutti_thread *workers[WORKERS_MAX];
	tutti_value_queue *mail = NULL;
	tutti_manager *m = NULL;

	if (argc < 2 || (sink = open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0600)) < 0)
		return fprintf(stderr, "usage: p109_mail_queue FILE [WORKERS [HOST]]\n"), 2;
	n = n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : n;
	snprintf(address, sizeof(address), "%s:5000", argc > 3 ? argv[3] : "127.0.0.1");
	if ((rc = tutti_manager_create(&m, address, tutti_bytes_text("abc"))) == 0 &&
		(rc = tutti_manager_serve_queue(m, "get_mail_queue", 0)) == 0 &&
		(rc = tutti_manager_start(m)) == 0 &&
		(rc = tutti_manager_queue(m, "get_mail_queue", &mail)) == 0) {
		for (int i = 0; i < n; i++)
			workers[i] = tutti_thread_start(worker, NULL, NULL);
		rc = send_all(mail);
		tutti_manager_shutdown(m);
		tutti_join_all(workers, (size_t)n);
	}
	if (rc < 0)
		fprintf(stderr, "%s: %s\n", address, tutti_strerror(rc));
	tutti_value_queue_free(mail);
	tutti_manager_free(m);
	close(sink);
	return rc < 0;
}
