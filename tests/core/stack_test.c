/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-asan LABELS no-tsan LABELS no-valgrind */
/*
 * stack_test.c - stacks: their sizes, reuse, slabs that grow, memory that goes back, guards. Not
 * under the sanitizers and Valgrind, which touch the pages that are looked at here.
 */
#include "core/context.h"

#include "core/worker.h"
#include "support/suite.h"

#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { MANY = 300 };

static void sizes_are_rounded_up(void)
{
	CHECK_EQ(tu_size_class(0), TU_STACK_CLASS_USUAL);
	CHECK_EQ(tu_size_class(1), TU_STACK_CLASS_LEAST);
	CHECK_EQ(tu_size_class((size_t)1 << 18), 18);
	CHECK_EQ(tu_size_class(((size_t)1 << 18) + 1), 19);
	CHECK_EQ(tu_size_class((size_t)1 << TU_STACK_CLASS_MOST), TU_STACK_CLASS_MOST);
	CHECK_EQ(tu_size_class(((size_t)1 << TU_STACK_CLASS_MOST) + 1), 0);
	CHECK_EQ(tu_size_class(SIZE_MAX), 0);
}

static void take_many(struct tu_context **c, unsigned size_class)
{
	for (int i = 0; i < MANY; i++) {
		c[i] = tu_context_take(tu_worker_self(), size_class);
		CHECK(c[i]);
		CHECK(c[i]->worker == tu_worker_self());
		CHECK(c[i]->bytes < (size_t)1 << size_class);
		CHECK(c[i]->bytes > ((size_t)1 << size_class) - 3 * 4096);
	}
}

/* More than one slab has: no two stacks share a byte. */
static void slabs_grow(void)
{
	static struct tu_context *c[MANY];

	take_many(c, TU_STACK_CLASS_LEAST);
	for (int i = 0; i < MANY; i++)
		for (int j = 0; j < i; j++)
			CHECK(c[i]->low >= c[j]->low + c[j]->bytes ||
				c[j]->low >= c[i]->low + c[i]->bytes);
	for (int i = 0; i < MANY; i++)
		tu_context_put(c[i]);
}

static void the_last_one_put_is_taken_first(void)
{
	struct tu_worker *w = tu_worker_self();
	struct tu_context *a = tu_context_take(w, TU_STACK_CLASS_USUAL);
	struct tu_context *b = tu_context_take(w, TU_STACK_CLASS_USUAL);

	CHECK(a && b && a != b);
	tu_context_put(a);
	tu_context_put(b);
	CHECK(tu_context_take(w, TU_STACK_CLASS_USUAL) == b);
	CHECK(tu_context_take(w, TU_STACK_CLASS_USUAL) == a);
	tu_context_put(a);
	tu_context_put(b);
}

static bool is_there(const void *p)
{
	uintptr_t page = (uintptr_t)p & ~(uintptr_t)(sysconf(_SC_PAGESIZE) - 1);
	unsigned char in_core;

	CHECK_EQ(mincore((void *)page, 1, &in_core), 0);
	return in_core & 1;
}

/* What was not needed between two looks goes cold, and can be taken again as if it were new. */
static void trim_gives_memory_back(void)
{
	static struct tu_context *c[MANY];
	static char *low[MANY]; /* a cold context reads as zeroes */
	struct tu_worker *w = tu_worker_self();
	int there = 0;

	take_many(c, TU_STACK_CLASS_USUAL);
	for (int i = 0; i < MANY; i++)
		memset(low[i] = c[i]->low, 1, c[i]->bytes / 8);
	for (int i = 0; i < MANY; i++)
		tu_context_put(c[i]);
	CHECK(tu_stacks_plenty(w));
	tu_stacks_trim(w); /* that many were needed since the last look */
	for (int i = 0; i < MANY; i++)
		CHECK(is_there(low[i]));
	tu_stacks_trim(w);
	CHECK(!tu_stacks_plenty(w));
	for (int i = 0; i < MANY; i++)
		there += is_there(low[i]);
	printf("%d of %d are there\n", there, MANY);
	CHECK(there <= 16); /* as many as are kept at any rate */
	take_many(c, TU_STACK_CLASS_USUAL);
	for (int i = 0; i < MANY; i++)
		tu_context_put(c[i]);
}

static void *touch_all(void *arg)
{
	volatile char buf[100000];

	for (size_t i = 0; i < sizeof(buf); i += 512)
		buf[i] = (char)i;
	return arg;
}

/* Cold stacks are as good as new ones. */
static void cold_stacks_run_tasks(void)
{
	tutti_future *f[8];

	for (int round = 0; round < 3; round++) {
		start_all(TASKS, f, 8, touch_all, NULL);
		join_all(f, 8);
		tu_stacks_trim_all(tu_worker_self());
		CHECK(!tu_stacks_plenty(tu_worker_self()));
	}
}

static void write_at(char *p)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		*(volatile char *)p = 1;
		_exit(0);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGSEGV);
}

static void guards_fault(void)
{
	struct tu_context *c = tu_context_take(tu_worker_self(), TU_STACK_CLASS_LEAST);

	CHECK(c);
	*(volatile char *)c->low = 1;
	write_at(c->low - 1);
	write_at(c->low - sysconf(_SC_PAGESIZE));
	tu_context_put(c);
}

int main(void)
{
	suite_begin();
	RUN(sizes_are_rounded_up);
	RUN(slabs_grow);
	RUN(the_last_one_put_is_taken_first);
	RUN(trim_gives_memory_back);
	RUN(cold_stacks_run_tasks);
	RUN(guards_fault);
	return suite_end();
}
