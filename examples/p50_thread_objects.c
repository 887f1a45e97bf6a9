/* SPDX-License-Identifier: MIT */
/* rows: F60 F61 P50 */
/* Three objects of a thread type, started one after another and then joined. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct my_thread {
	tutti_thread *thread;
	tutti_time duration;
} my_thread;

static void *my_thread_run(void *arg)
{
	const my_thread *self = arg;

	printf("当前子线程正在执行\n");
	tutti_sleep(self->duration);
	printf("当前子线程执行结束\n");
	return NULL;
}

static void my_thread_start(my_thread *self)
{
	self->duration = TUTTI_SECONDS(2);
	self->thread = tutti_thread_start(my_thread_run, self, NULL);
}

int main(void)
{
	tutti_time start = tutti_now();
	my_thread ts[3];
	int failed = 0;

	for (int i = 0; i < 3; i++)
		my_thread_start(&ts[i]);
	for (int i = 0; i < 3; i++)
		failed |= tutti_join_all(&ts[i].thread, 1) < 0;
	printf("总耗时: %f\n", (tutti_now() - start) / 1e9);
	return failed;
}
