/* SPDX-License-Identifier: MIT */
/* rows: F77 P55 T21 T26 D20 */
/*
 * Five threads at a barrier for three: three go on, two would wait for ever. A watchdog sees that
 * and breaks the barrier, which tells the two.
 *
 * usage: p55_barrier_of_three [alone]     alone: with no watchdog
 */
#include <stdio.h>
#include <tutti/tutti.h>

static tutti_barrier bar;
static tutti_semaphore gone_on;

static void *run(void *arg)
{
	/* The counting thread is a child: main is one of those counted. */
	printf("当前活动的子线程数量: %zu\n", tutti_thread_active_count() - 1);

	int rc = tutti_barrier_wait(&bar);

	if (rc < 0) {
		tutti_fail(rc, "%s: %s", tutti_thread_name(NULL), tutti_strerror(rc));
		return NULL;
	}
	printf("子线程数量达到3\n");
	tutti_semaphore_release(&gone_on, 1);
	return arg;
}

/* The watchdog, in main. */
static void break_when_stuck(void)
{
	for (int i = 0; i < 3; i++)
		tutti_semaphore_acquire(&gone_on);
	do {
		tutti_sleep(TUTTI_SECONDS(0.5));
	} while (tutti_barrier_n_waiting(&bar) < 2);
	fprintf(stderr, "%u of %u wait at the barrier, nobody else will come\n",
		tutti_barrier_n_waiting(&bar), tutti_barrier_parties(&bar));
	tutti_barrier_abort(&bar);
}

int main(int argc, char **argv)
{
	tutti_thread *threads[5];
	int broken = 0;

	(void)argv;
	tutti_barrier_init(&bar, 3, NULL, NULL, 0);
	for (int i = 0; i < 5; i++)
		threads[i] = tutti_thread_start(run, NULL, NULL);
	if (argc == 1)
		break_when_stuck();

	for (int i = 0; i < 5; i++) {
		broken += tutti_thread_join(threads[i], NULL) == TUTTI_EBROKEN;
		if (tutti_future_error(threads[i]) < 0)
			fprintf(stderr, "%s\n", tutti_future_text(threads[i]));
		tutti_future_unref(threads[i]);
	}
	return broken == 2 ? 3 : 1;
}
