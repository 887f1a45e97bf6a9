/* SPDX-License-Identifier: MIT */
/* rows: F105 P93 D1 D33 */
/* Two I/O tasks at once as generators, which yield what they wait for to whoever runs them. */
#include <stdio.h>
#include <tutti/tutti.h>

static void wake(void *arg)
{
	(void)arg;
}

/* What the others delegate to: one that waits for a timer of the loop. */
static void *pause_until(tutti_generator *self, void *arg)
{
	tutti_timer *t = tutti_loop_call_at(tutti_loop_current(), *(tutti_time *)arg, wake, NULL);

	tutti_generator_yield(self, t, NULL);
	tutti_future_unref(t);
	return NULL;
}

typedef struct io_task {
	int number, seconds;
	tutti_generator *generator;
} io_task;

static void *task_io(tutti_generator *self, void *arg)
{
	io_task *i = arg;
	tutti_time until = tutti_after(TUTTI_SECONDS(1) * i->seconds);
	tutti_generator *pause = tutti_generator_create(pause_until, &until);

	printf("开始运行IO任务%d...\n", i->number);
	tutti_generator_delegate(self, pause, NULL);
	tutti_generator_free(pause);
	printf("IO任务%d已完成，耗时%ds\n", i->number, i->seconds);
	return i;
}

int main(void)
{
	tutti_time start = tutti_now();
	io_task ios[2] = { { 1, 2, NULL }, { 2, 3, NULL } }, *io;
	tutti_task *tasks[2];
	size_t order[2];
	int done;

	for (int i = 0; i < 2; i++) {
		io = &ios[i];
		io->generator = tutti_generator_create(task_io, io);
		tasks[i] = tutti_task_start(tutti_generator_run, io->generator, NULL);
	}
	done = tutti_wait(tasks, 2, TUTTI_ALL_COMPLETED, order, TUTTI_FOREVER);
	for (int i = 0; i < done; i++) {
		tutti_future_result(tasks[order[i]], &io, sizeof(io));
		printf("协程无序返回值：taskIO_%d\n", io->number);
		tutti_generator_free(io->generator);
	}
	printf("所有IO任务总耗时%.5f秒\n", (tutti_now() - start) / 1e9);
	return tutti_join_all(tasks, 2) < 0;
}
