/* SPDX-License-Identifier: MIT */
/* traced.c - what tests/scripts/trace.py looks at from outside: each argument is something done. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tutti/tutti.h>

static tutti_lock red;

static void *take(void *arg)
{
	for (int i = 0; i < 3; i++) {
		tutti_lock_acquire(&red);
		tutti_sleep(TUTTI_MILLISECONDS(1));
		tutti_lock_release(&red);
		tutti_yield();
	}
	return arg;
}

static void threads(void)
{
	tutti_thread *t[3];
	static const char *const names[] = { "first", "second <&>", "third \"3\"" };

	for (int i = 0; i < 3; i++)
		t[i] = tutti_thread_start(take, NULL, &(tutti_thread_options){ .name = names[i] });
	tutti_join_all(t, 3);
}

static void *nap(void *arg)
{
	tutti_sleep(TUTTI_MILLISECONDS(1));
	tutti_yield();
	return arg;
}

static void tasks(int n, tutti_fn fn)
{
	tutti_task **t = malloc((size_t)n * sizeof(*t));

	for (int i = 0; i < n; i++)
		t[i] = tutti_task_start(fn, NULL, NULL);
	tutti_join_all(t, (size_t)n);
	free(t);
}

static int child(int how)
{
	tutti_trace_begin("in the child");
	if (how == 1) {
		tutti_trace_mark("about to die");
		raise(SIGKILL);
	}
	tutti_sleep(TUTTI_MILLISECONDS(1));
	tutti_trace_end(0);
	return how;
}

TUTTI_JOB(child, int, int);

static void process(int how, tutti_start_method method, const char *name)
{
	tutti_process *p = tutti_process_start(
		&child_job, &how, &(tutti_process_options){ .name = name, .method = method });

	tutti_process_join(p);
	tutti_future_unref(p);
}

static void processes(void)
{
	process(0, TUTTI_FORKSERVER, "served");
	process(0, TUTTI_SPAWN, "spawned");
	process(0, TUTTI_FORK, "forked");
	process(1, TUTTI_SPAWN, "killed");
}

static void *leave(void *arg)
{
	exit(arg ? 1 : 0);
}

static void act(const char *what)
{
	if (strcmp(what, "threads") == 0)
		threads();
	else if (strcmp(what, "tasks") == 0)
		tasks(10, take);
	else if (strcmp(what, "many") == 0)
		tasks(10000, nap);
	else if (strcmp(what, "events") == 0)
		for (int i = 0; i < 100000; i++)
			tutti_trace_mark("one of many");
	else if (strcmp(what, "processes") == 0)
		processes();
	else if (strcmp(what, "leave") == 0)
		tutti_thread_join(tutti_thread_start(leave, NULL, NULL), NULL);
	else if (strcmp(what, "become") == 0)
		execl(getenv("PROGRAM"), "traced", "threads", NULL);
	else if (strcmp(what, "again") == 0 && system("\"$PROGRAM\" threads") != 0)
		exit(2);
}

int main(int argc, char **argv)
{
	setenv("PROGRAM", argv[0], 1);
	for (int i = 1; i < argc; i++)
		act(argv[i]);
	puts("done");
	return 0;
}
