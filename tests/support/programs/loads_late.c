/* SPDX-License-Identifier: MIT */
/* loads_late.c - a program that knows nothing of tutti: it loads it, and a library of jobs. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void *look(const char *name)
{
	void *found = dlsym(RTLD_DEFAULT, name);

	if (!found) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	return found;
}

int main(int argc, char **argv)
{
	void *(*job_find)(const char *name), *(*start)(void *job, const void *arg, const void *o);
	int (*result)(void *f, const void *job, void *result), squared = 0, rc;
	void *job, *p;

	for (int i = 1; i < argc; i++)
		if (!dlopen(argv[i], RTLD_NOW | RTLD_GLOBAL)) {
			fprintf(stderr, "%s\n", dlerror());
			return 1;
		}
	job_find = (void *(*)(const char *))look("tutti_job_find");
	start = (void *(*)(void *, const void *, const void *))look("tutti_process_start");
	result = (int (*)(void *, const void *, void *))look("tutti_job_result");
	job = job_find("square_further");
	p = start(job, &(int){ 9 }, NULL);
	rc = result(p, job, &squared);
	((void (*)(void *))look("tutti_future_unref"))(p);
	printf("%d %d\n", rc, squared);
	return 0;
}
