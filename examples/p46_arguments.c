/* SPDX-License-Identifier: MIT */
/* rows: F58 P46 */
/* Several arguments of several types for a thread: a struct, shared with it and not copied. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct run_args {
	int a;
	const char *b;
	struct {
		const char *key;
		int value;
	} c;
} run_args;

static void *run(void *arg)
{
	const run_args *args = arg;

	printf("启动子线程\n");
	printf("传递的参数为(%d, '%s', {'%s': %d})\n", args->a, args->b, args->c.key,
		args->c.value);
	printf("结束子线程\n");
	return NULL;
}

int main(void)
{
	run_args args = { 1, "2", { "c", 3 } };
	tutti_thread *t1 = tutti_thread_start(run, &args, NULL);

	return tutti_join_all(&t1, 1) < 0;
}
