/* SPDX-License-Identifier: MIT */
/* rows: F12 P43 */
/*
 * Threads that never end: no lock of the library's keeps them to one CPU. For two seconds they
 * spin; then the CPU time that the program took is set against the time that passed.
 *
 * usage: p43_endless_threads [COUNT]     by default as many as CPUs
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <tutti/tutti.h>

static void *spin(void *arg)
{
	volatile unsigned long turns = 0;

	while (true)
		turns++;
	return arg;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : tutti_cpu_count();
	tutti_time start = tutti_now();
	clock_t used = clock();

	for (int i = 0; i < n; i++)
		tutti_future_unref(tutti_thread_start(spin, NULL,
			&(tutti_thread_options){ .daemon = 1 })); /* none is waited for */
	tutti_sleep(TUTTI_SECONDS(2));

	double seconds = (tutti_now() - start) / 1e9;

	printf("%d个死循环线程, %d个核\n", n, tutti_cpu_count());
	printf("CPU占用率: %.0f%%\n", 100.0 * (clock() - used) / CLOCKS_PER_SEC / seconds);
	return 0;
}
