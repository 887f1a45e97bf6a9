/* SPDX-License-Identifier: MIT */
/* rows: P109 */
/*
 * The same with mail in place of numbers: whoever sends goes on; workers deliver it to a file.
 *
 * usage: p109_mail_queue FILE [WORKERS [HOST]]     by default 4 at 127.0.0.1; at port 5000
 */
#include <stdlib.h>

#include "managed.h"

static const char *const mail[] = { "get_mail_queue", NULL };
static const char *host = "127.0.0.1";
static FILE *sink;

static int worker(void)
{
	tutti_value *message;
	const char *text;
	managed m;
	int rc = managed_connect(&m, host, mail);

	while (rc == 0 && tutti_value_queue_get(m.queue[0], &message) == 0) { /* until shut down */
		tutti_sleep(TUTTI_SECONDS(0.1));
		if (tutti_value_unpack(message, "s", &text) == 0)
			fprintf(sink, "%s\n", text);
		tutti_value_unref(message);
		tutti_value_queue_task_done(m.queue[0]);
	}
	return managed_end(&m, rc);
}
TUTTI_JOB_TRY(worker, void, void);

int main(int argc, char **argv)
{
	tutti_executor_options options = { .max_workers = argc > 2 ? atoi(argv[2]) : 4 };
	tutti_executor *workers;
	char text[80];
	managed m;

	host = argc > 3 ? argv[3] : host;
	if (argc < 2 || !(sink = fopen(argv[1], "a")) ||
		tutti_executor_open(&workers, "threads", &options) < 0)
		return fprintf(stderr, "usage: p109_mail_queue FILE [WORKERS [HOST]]\n"), 2;
	int rc = managed_serve(&m, host, mail, 0);

	for (int i = 0; i < options.max_workers && rc == 0; i++)
		tutti_future_unref(worker_submit(workers));
	tutti_time start = tutti_now();
	for (int i = 0; i < 20 && rc == 0; i++) {
		snprintf(text, sizeof(text), "To: user%d@example.com: hello %d", i, i);
		rc = managed_put_text(m.queue[0], text);
	}
	printf("20 messages handed over after %.1f s\n", (tutti_now() - start) / 1e9);
	rc = rc < 0 ? rc : tutti_value_queue_join(m.queue[0]);
	printf("all delivered after %.1f s\n", (tutti_now() - start) / 1e9);
	if (m.manager)
		tutti_manager_shutdown(m.manager);
	tutti_executor_free(workers);
	fclose(sink);
	return managed_end(&m, rc);
}
