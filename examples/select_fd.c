/* SPDX-License-Identifier: MIT */
/* rows: F93 D34 +select */
/* A pipe, as some other library may bring one along, beside a queue: whichever has something. */
#include <stdio.h>
#include <tutti/tutti.h>
#include <unistd.h>

static tutti_queue *results;
static int from_elsewhere[2];

static void *talk(void *arg)
{
	tutti_sleep(TUTTI_SECONDS(1));
	for (char i = 1; i <= 3 && write(from_elsewhere[1], &i, 1) == 1; i++)
		tutti_sleep(TUTTI_SECONDS(2));
	close(from_elsewhere[1]);
	return arg;
}

static void *compute(void *arg)
{
	for (int i = 1, square = 1; i <= 3; i++, square = i * i) {
		tutti_sleep(TUTTI_SECONDS(2));
		tutti_queue_put(results, &square);
	}
	tutti_sleep(TUTTI_SECONDS(2));
	tutti_queue_shutdown(results, false);
	return arg;
}

int main(void)
{
	int result, left = 2;
	char number;

	if (pipe(from_elsewhere) < 0 || tutti_queue_create(&results, sizeof(int), NULL) < 0)
		return 1;

	tutti_future *both[] = { tutti_thread_start(talk, NULL, NULL),
		tutti_task_start(compute, NULL, NULL) };
	tutti_case cases[] = { tutti_case_fd(from_elsewhere[0], TUTTI_READABLE),
		tutti_case_get(results, &result) };

	while (left > 0) {
		int i = tutti_select(cases, 2, TUTTI_FOREVER);

		if (i == 0 && read(from_elsewhere[0], &number, 1) == 1) {
			printf("heard %d\n", number);
		} else if (i == 1 && cases[1].code == 0) {
			printf("computed %d\n", result);
		} else {
			printf("no more to %s\n", i == 0 ? "hear" : "compute");
			cases[i] = (tutti_case){ 0 }; /* never ready again */
			left--;
		}
	}
	close(from_elsewhere[0]);
	tutti_join_all(both, 2);
	tutti_queue_free(results);
	return 0;
}
