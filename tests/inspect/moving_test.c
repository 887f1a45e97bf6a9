/* SPDX-License-Identifier: MIT */
/*
 * moving_test.c - what is looked at does not stand still: nothing is made up, nobody is left out.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tutti/tutti.h>

#include "base/facts.h"
#include "core/worker.h"

#include "support/suite.h"

extern const struct tu_facts tu_facts_of_stack;

static tutti_lock red;
static tutti_event never;

static tutti_inspection *look(int pid)
{
	tutti_inspection *seen;

	CHECK_EQ(tutti_inspect(&seen, pid, NULL), 0);
	return seen;
}

static bool begins_with(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static void *waits_event(void *arg)
{
	CHECK_EQ(tutti_event_wait(&never), 0);
	return arg;
}

static uint32_t stop;

static void *yields_a_bit(void *arg)
{
	for (int i = 0; i < 3; i++)
		tutti_yield();
	tutti_lock_acquire(&red);
	tutti_yield();
	tutti_lock_release(&red);
	return arg;
}

static void *churns(void *arg)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		tutti_group g = { 0 };

		for (int i = 0; i < 50; i++)
			CHECK_EQ(tutti_group_start(&g, yields_a_bit, NULL), 0);
		CHECK_EQ(tutti_group_join(&g), 0);
	}
	return arg;
}

static bool is_number(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == 0;
}

/* Is it one of those that can be there, and does it wait for what these can wait for? */
static void check_row(const tutti_inspect_row *row)
{
	const char *for_what = row->waits_for;

	if (row->kind != TUTTI_INSPECT_TASK)
		return;
	CHECK(begins_with(row->name, "Task-") && is_number(row->name + 5));
	if (*for_what == 0)
		return;
	if (begins_with(for_what, "in call ") || begins_with(for_what, "in the call "))
		return; /* it has the thread, which sleeps for a word of both, or for memory */
	if (!begins_with(for_what, "acquire lock 'red'"))
		fprintf(stderr, "%s\n", for_what);
	CHECK(begins_with(for_what, "acquire lock 'red'"));
	CHECK(row->waited >= 0 && row->waited < TUTTI_SECONDS(3600));
}

static void nothing_is_made_up_while_all_moves(void)
{
	tutti_future *busy[2];
	size_t tasks = 0;

	stop = 0;
	for (int i = 0; i < 2; i++)
		busy[i] = tutti_thread_start(
			churns, NULL, &(tutti_thread_options){ .name = "churner" });
	for (int i = 0; i < 1000 && (i < 50 || suite_has_time()); i++) {
		tutti_inspection *seen = look(getpid());
		size_t n;
		const tutti_inspect_row *rows = tutti_inspection_rows(seen, &n);

		for (size_t j = 0; j < n; j++) {
			check_row(&rows[j]);
			tasks += rows[j].kind == TUTTI_INSPECT_TASK;
			CHECK(j == 0 ? rows[j].parent == TUTTI_INSPECT_NOBODY : rows[j].parent < n);
		}
		if (tutti_inspection_note(seen, 0))
			fprintf(stderr, "%s\n", tutti_inspection_note(seen, 0));
		CHECK(!tutti_inspection_note(seen, 0));
		tutti_inspection_free(seen);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	CHECK_EQ(tutti_join_all(busy, 2), 0);
	printf("\t%zu tasks in all looks\n", tasks);
	CHECK(tasks > 0);
}

static void ten_thousand_tasks_are_all_there(void)
{
#ifdef __SANITIZE_THREAD__
	enum { MANY = 5000 }; /* it has room for 8128 stacks */
#else
	enum { MANY = 10000 };
#endif
	tutti_group g = { 0 };
	tutti_inspection *seen;
	size_t n, tasks = 0;
	const tutti_inspect_row *rows;

	tutti_event_clear(&never);
	for (int i = 0; i < MANY; i++)
		CHECK_EQ(tutti_group_start(&g, waits_event, NULL), 0);
	for (int i = 0; i < 3; i++)
		tutti_yield();
	seen = look(getpid());
	rows = tutti_inspection_rows(seen, &n);
	for (size_t i = 0; i < n; i++)
		tasks += rows[i].kind == TUTTI_INSPECT_TASK &&
			 begins_with(rows[i].waits_for, "wait for event 'never'");
	CHECK_EQ(tasks, MANY);
	tutti_inspection_free(seen);
	tutti_event_set(&never);
	CHECK_EQ(tutti_group_join(&g), 0);
}

/* -- what is broken ---------------------------------------------------------------------------- */

/* How far into a slab that lies; the compiler knows no more of one here. */
static size_t place_in_slab(const char *name)
{
	for (size_t i = 0; i < tu_facts_of_stack.count; i++)
		if (strcmp(tu_facts_of_stack.facts[i].name, name) == 0)
			return tu_facts_of_stack.facts[i].value;
	CHECK(!"such a fact");
	return 0;
}

static void *breaks(void *how)
{
	char *slab = (char *)tu_self()->worker->slabs;

	if (*(int *)how == 0)
		*(uint32_t *)(void *)(slab + place_in_slab("slab.fresh")) = UINT32_MAX;
	else
		*(void **)(void *)(slab + place_in_slab("slab.next")) = slab;
	tutti_event_wait(&never);
	return how;
}

/* Who has written where nothing of his was: what is left of it is shown, and soon. */
static void of_broken_memory_there_is_an_end(void)
{
	tutti_event_clear(&never);
	for (int how = 0; how < 2; how++) {
		int pid = fork(), status;
		size_t n;
		tutti_inspection *seen;

		if (pid == 0) {
			alarm(300); /* if nobody kills it */
			tutti_future_unref(tutti_task_start(breaks, &how, NULL));
			tutti_event_wait(&never);
			_exit(0);
		}
		do {
			seen = look(pid);
			tutti_inspection_rows(seen, &n);
			tutti_inspection_free(seen);
		} while (n < 2);
		for (int i = 0; i < 20; i++) {
			seen = look(pid);
			tutti_inspection_rows(seen, &n);
			CHECK(n < 100);
			tutti_inspection_free(seen);
		}
		CHECK_EQ(kill(pid, SIGKILL), 0);
		CHECK_EQ(waitpid(pid, &status, 0), pid);
	}
}

int main(void)
{
	suite_begin();
	RUN(nothing_is_made_up_while_all_moves);
	RUN(ten_thousand_tasks_are_all_there);
	RUN(of_broken_memory_there_is_an_end);
	return suite_end();
}
