/* SPDX-License-Identifier: MIT */
/* jobs_first.c - runs its own job and the one of that name in jobs_second.c, in each way. */
#include <tutti/tutti.h>

#include <stdio.h>
#include <stdlib.h>
#ifdef LOADS
#include <dlfcn.h>
#endif

static int change(int n)
{
	return n * n;
}
TUTTI_JOB(change, int, int);

static tutti_job *find_second(void)
{
#ifdef LOADS
	void *module = dlopen("./module.so", RTLD_NOW);
	tutti_job *(*second)(void);

	if (!module) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	second = (tutti_job * (*)(void)) dlsym(module, "second_job");
	return second();
#else
	tutti_job *second_job(void);

	return second_job();
#endif
}

static int get(tutti_future *f, tutti_job *job)
{
	int result = 0, rc = tutti_job_result(f, job, &result);

	if (rc < 0)
		fprintf(stderr, "%s: %s\n", tutti_strerror(rc), tutti_future_text(f));
	tutti_future_unref(f);
	return result;
}

static void start_both(const char *way, tutti_start_method method, tutti_job *second)
{
	tutti_process_options options = { .method = method };
	int n = 7, first = get(tutti_process_start(&change_job, &n, &options), &change_job);

	printf("%s: %d %d\n", way, first, get(tutti_process_start(second, &n, &options), second));
}

int main(void)
{
	tutti_job *second = find_second();
	tutti_executor *e;
	int n = 7, first;

	start_both("process", TUTTI_FORKSERVER, second);
	start_both("spawned", TUTTI_SPAWN, second);
	if (tutti_executor_open(&e, "processes:1", NULL) < 0)
		return 1;
	first = get(change_submit(e, n), &change_job);
	printf("pool: %d %d\n", first, get(tutti_submit(e, second, &n, NULL), second));
	tutti_executor_free(e);
	return 0;
}
