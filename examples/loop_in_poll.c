/* SPDX-License-Identifier: MIT */
/* rows: F93 */
/*
 * Tasks in a loop that is not tutti's: the program's own poll(), which also reads what is typed.
 * All it has to do for tutti is watch one descriptor.
 */
#include <poll.h>
#include <stdio.h>
#include <tutti/tutti.h>
#include <unistd.h>

static void *count_down(void *arg)
{
	for (int i = 3; i > 0; i--) {
		printf("%s: %d\n", (const char *)arg, i);
		tutti_sleep(TUTTI_SECONDS(1));
	}
	return arg;
}

/* false: the input has ended. */
static bool read_typed(void)
{
	char line[256];
	ssize_t n = read(STDIN_FILENO, line, sizeof(line));

	if (n > 0)
		printf("typed: %.*s", (int)n, line);
	return n > 0;
}

int main(void)
{
	struct pollfd watched[] = { { .fd = tutti_loop_fd(NULL), .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN } };
	tutti_task *tasks[] = { tutti_task_start(count_down, "ann", NULL),
		tutti_task_start(count_down, "bob", NULL) };

	if (watched[0].fd < 0)
		return 1;
	while (!tutti_future_done(tasks[0]) || !tutti_future_done(tasks[1])) {
		if (poll(watched, 2, -1) < 0)
			return 1;
		if (watched[1].revents && !read_typed())
			watched[1].fd = -1;
		if (watched[0].revents)
			tutti_loop_run_ready(NULL);
	}
	return tutti_join_all(tasks, 2) < 0;
}
