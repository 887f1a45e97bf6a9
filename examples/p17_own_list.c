/* SPDX-License-Identifier: MIT */
/* rows: F2 F24 F26 P17 */
/* Each process takes the first number off a list of its own: 20, three times. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct work {
	char content[8];
	int nums[3];
} work;

static void sub_task(work w)
{
	int total = w.nums[0];

	printf("PID: %d\n", tutti_process_pid(NULL));
	printf("Name: %s\n", tutti_process_name(NULL));
	printf("Loop count: %d\n", total);
	tutti_sleep(TUTTI_SECONDS(0.5));
	for (int counter = 1; counter <= total; counter++) {
		printf("%d: %s\n", counter, w.content);
		tutti_sleep(TUTTI_SECONDS(0.01));
	}
}
TUTTI_JOB(sub_task, void, work);

int main(void)
{
	work ping = { "Ping", { 20, 30, 40 } }, pong = { "Pong", { 20, 30, 40 } };
	work good = { "Good", { 20, 30, 40 } };
	tutti_process *p[] = { tutti_process_start(&sub_task_job, &ping, NULL),
		tutti_process_start(&sub_task_job, &pong, NULL) };

	sub_task(good);
	return tutti_join_all(p, 2) < 0;
}
