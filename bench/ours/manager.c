/* SPDX-License-Identifier: MIT */
/* A manager of three queues, of which the first begins with an item. Prints its port; its standard
   input's end is its own. */
#include <stdio.h>
#include <tutti/manager.h>
#include <tutti/tutti.h>

static const char *const names[] = { "get_task_queue", "get_result_queue", "get_log_queue" };

int main(void)
{
	tutti_manager *m;
	int rc = tutti_manager_create(&m, "127.0.0.1:0", tutti_bytes_text("abc"));

	for (int i = 0; i < 3 && rc == 0; i++)
		rc = tutti_manager_serve_queue(m, names[i], 0);
	if (rc == 0)
		rc = tutti_manager_start(m);
	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	printf("%d\n", tutti_manager_port(m));
	fflush(stdout);
	while (getchar() != EOF)
		;
	tutti_manager_free(m);
	return 0;
}
