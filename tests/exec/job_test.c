/* SPDX-License-Identifier: MIT */
/* job_test.c - the registry: who is found under a name, before main, and with threads at it. */
#include "exec/job.h"

#include <pthread.h>
#include <tutti/tutti.h>

#include "support/test.h"

static int double_it(int n)
{
	return 2 * n;
}
TUTTI_JOB(double_it, int, int);

static tutti_job *found_before_main;

/* Constructors of one file run in its order: double_it is in by now. */
__attribute__((constructor)) static void before_main(void)
{
	found_before_main = tutti_job_find("double_it");
}

static int one(const void *arg, void *result)
{
	(void)arg;
	(void)result;
	return 1;
}

static void target_a(void)
{
}

static void target_b(void)
{
}

static tutti_job make(const char *name, void (*target)(void))
{
	return (tutti_job){ .version = 1, .name = name, .target = target, .call = one };
}

static void declared(void)
{
	CHECK(found_before_main == &double_it_job);
	CHECK(tutti_job_find("double_it") == &double_it_job);
	CHECK_STR(double_it_job.name, "double_it");
	CHECK(strstr(double_it_job.place, "job_test.c:"));
	CHECK_EQ(double_it_job.arg_size, sizeof(int));
	CHECK(tu_job_valid(&double_it_job));
}

static void by_name(void)
{
	tutti_job a = make("a", target_a), same = make("a", target_a), other = make("a", target_b);

	CHECK(!tutti_job_find("a") && !tutti_job_find("") && !tutti_job_find(NULL));
	tutti_job_register(&a);
	tutti_job_register(&a); /* twice is once */
	CHECK(tutti_job_find("a") == &a);
	CHECK(!tutti_job_find("A") && !tutti_job_find("aa"));
	tutti_job_register(&same);
	CHECK(tu_job_same(tutti_job_find("a"), &a));
	tutti_job_unregister(&a);
	CHECK(tutti_job_find("a") == &same);
	tutti_job_register(&other);
	CHECK(!tutti_job_find("a")); /* two functions of one name */
	CHECK(!tu_job_same(&other, &same));
	tutti_job_unregister(&same);
	CHECK(tutti_job_find("a") == &other);
	tutti_job_unregister(&other);
	tutti_job_unregister(&other); /* unknown ones do nothing */
	tutti_job_unregister(NULL);
	CHECK(!tutti_job_find("a"));
	CHECK(tutti_job_find("double_it") == &double_it_job);
}

static void listed(void)
{
	tutti_job a = make("a", target_a), b = make("b", target_b), *jobs[8];
	size_t before = tutti_job_list(NULL, 0), n;

	tutti_job_register(&a);
	tutti_job_register(&b);
	n = tutti_job_list(jobs, 8);
	CHECK_EQ(n, before + 2);
	CHECK(n <= 8);
	for (size_t i = 0, found = 0; i < n; i++) {
		found += jobs[i] == &a || jobs[i] == &b || jobs[i] == &double_it_job;
		CHECK(i + 1 < n || found == 3);
	}
	jobs[1] = NULL;
	CHECK_EQ(tutti_job_list(jobs, 1), n); /* more than there is room for */
	CHECK(!jobs[1]);
	tutti_job_unregister(&a);
	tutti_job_unregister(&b);
	CHECK_EQ(tutti_job_list(NULL, 0), before);
}

static void unfit(void)
{
	tutti_job job = make("x", target_a);

	CHECK(tu_job_valid(&job));
	job.version = 2;
	CHECK(!tu_job_valid(&job));
	job = make(NULL, target_a);
	CHECK(!tu_job_valid(&job));
	job = make("x", target_a);
	job.call = NULL;
	CHECK(!tu_job_valid(&job));
	job = make("x", target_a);
	job.arg_kind = TUTTI_KIND_VALUE;
	job.arg_size = sizeof(tutti_value *) - 1;
	CHECK(!tu_job_valid(&job));
	job.arg_size++;
	CHECK(tu_job_valid(&job));
	job.arg_kind = TUTTI_KIND_CALL;
	CHECK(tu_job_valid(&job));
	job.result_kind = TUTTI_KIND_CALL; /* is taken, not given */
	job.result_size = sizeof(tutti_value *);
	CHECK(!tu_job_valid(&job));
	job = make("x", target_a);
	job.arg_kind = TUTTI_KIND_CALL + 1;
	CHECK(!tu_job_valid(&job) && !tu_job_valid(NULL));
}

static void *come_and_go(void *name)
{
	tutti_job mine = make(name, target_b);

	for (int i = 0; i < 20000; i++) {
		tutti_job_register(&mine);
		CHECK(tutti_job_find(name) == &mine);
		CHECK(tutti_job_find("double_it") == &double_it_job);
		tutti_job_unregister(&mine);
		CHECK(!tutti_job_find(name));
	}
	return NULL;
}

/* A program's own names are its own, whatever the macro calls its parameters. */
typedef struct arg {
	int value;
} arg;
typedef arg result;

static result n(arg e)
{
	return (result){ e.value + 1 };
}
TUTTI_JOB(n, result, arg);

static void names_do_not_clash(void)
{
	tutti_executor *f;
	result out;
	arg args = { 6 };

	CHECK_EQ(tutti_executor_open(&f, "inline", NULL), 0);
	CHECK_EQ(n_map(f, &args, &out, 1), 0);
	CHECK_EQ(out.value, 7);
	tutti_executor_free(f);
}

int main(void)
{
	char *names[] = { "p", "q", "r" };
	pthread_t threads[3];

	declared();
	by_name();
	listed();
	unfit();
	names_do_not_clash();
	for (int i = 0; i < 3; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, come_and_go, names[i]), 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
	return 0;
}
