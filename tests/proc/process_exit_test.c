/* SPDX-License-Identifier: MIT */
/* rows: F20 F24 F28 F29 F30 F33 F89 F91 */
/* ctest: LABELS no-tsan */ /* which has a thread of its own, so that nothing can be copied */
/*
 * What becomes of processes when others end, and what they find when they begin: this program is
 * run again for each, and judged by what it printed. Its output is read to the end, which does not
 * come before every process that has it is gone.
 */
#include <tutti/tutti.h>

#include "support/again.h"
#include "support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static void say(int n)
{
	printf("child %d of %s\n", n, tutti_process_name(NULL));
}
TUTTI_JOB(say, void, int);

static void sleep_for_ever(void)
{
	printf("sleeps\n");
	fflush(stdout);
	tutti_thread_sleep(TUTTI_SECONDS(1000));
}
TUTTI_JOB(sleep_for_ever, void, void);

static void give_up(tutti_process *p)
{
	if (tutti_future_done(p) && tutti_future_error(p) < 0)
		printf("%s\n", tutti_future_text(p));
	tutti_future_unref(p);
}

/* -- ends -------------------------------------------------------------------------------------- */

/* It goes on only when main is over: its parent's exit handlers run then. */
static int gate[2];

static void open_gate(void)
{
	CHECK_EQ(write(gate[1], "x", 1), 1);
}

static void say_late(int fd)
{
	char c;

	CHECK_EQ(read(fd, &c, 1), 1);
	puts("late child");
}
TUTTI_JOB(say_late, void, int);

static int children_are_waited_for(void)
{
	CHECK_EQ(pipe(gate), 0);
	give_up(tutti_process_start(
		&say_late_job, &gate[0], &(tutti_process_options){ .method = TUTTI_FORK }));
	CHECK_EQ(atexit(open_gate), 0); /* before ours, which waits */
	puts("main is over");
	return 3;
}

static int daemons_are_terminated(void)
{
	give_up(tutti_process_start(
		&sleep_for_ever_job, NULL, &(tutti_process_options){ .daemon = 1 }));
	return 4;
}

static void have_a_child(void)
{
	give_up(tutti_process_start(&sleep_for_ever_job, NULL, NULL));
	sleep_for_ever();
}
TUTTI_JOB(have_a_child, void, void);

/* Whoever is killed takes all of them along: reading this output ends. */
static int all_end_with_one_that_is_killed(void)
{
	static const tutti_start_method methods[] = { TUTTI_FORK, TUTTI_SPAWN, TUTTI_FORKSERVER };

	for (int i = 0; i < 3; i++)
		give_up(tutti_process_start(
			&have_a_child_job, NULL, &(tutti_process_options){ .method = methods[i] }));
	tutti_sleep(TUTTI_MILLISECONDS(50)); /* so that usually some have come to sleep */
	return raise(SIGKILL);
}

/* -- names and kinds --------------------------------------------------------------------------- */

static void have_two(void)
{
	tutti_process *p = tutti_process_start(&say_job, &(int){ 1 }, NULL);

	tutti_process_join(p);
	give_up(p);
	p = tutti_process_start(&say_job, &(int){ 2 }, NULL);
	tutti_process_join(p);
	give_up(p);
}
TUTTI_JOB(have_two, void, void);

static int children_of_children_have_names(void)
{
	tutti_process *p = tutti_process_start(
		&have_two_job, NULL, &(tutti_process_options){ .name = "Harpo" });

	CHECK_EQ(tutti_process_join(p), 0);
	give_up(p);
	p = tutti_process_start(&have_two_job, NULL, NULL);
	CHECK_EQ(tutti_process_join(p), 0);
	give_up(p);
	return 0;
}

static int daemons_have_no_children(void)
{
	tutti_process *p =
		tutti_process_start(&have_two_job, NULL, &(tutti_process_options){ .daemon = 1 });

	CHECK_EQ(tutti_process_join(p), 0);
	give_up(p);
	return 0;
}

static int started_too_early;

__attribute__((constructor)) static void start_one_too_early(void)
{
	tutti_process *p;

	if (!getenv("TUTTI_CHILD"))
		return;
	p = tutti_process_start(&say_job, &(int){ 3 }, NULL);
	started_too_early = tutti_process_join(p);
	tutti_future_unref(p);
}

static void say_what_happened_early(void)
{
	printf("%s\n", started_too_early == -EBUSY ? "busy" : "not busy");
}
TUTTI_JOB(say_what_happened_early, void, void);

static int constructors_cannot_start_any(void)
{
	tutti_process *p = tutti_process_start(&say_what_happened_early_job, NULL, NULL);

	CHECK_EQ(tutti_process_join(p), 0);
	give_up(p);
	return 0;
}

/* -- surroundings ------------------------------------------------------------------------------ */

static void say_where(void)
{
	char here[200];

	puts(getcwd(here, sizeof(here)));
	puts(getenv("TUTTI_CHILD") ? "marked" : "not marked");
	fputs("and on the error stream\n", stderr);
}
TUTTI_JOB(say_where, void, void);

static int streams_and_directory_are_those_of_now(void)
{
	tutti_process *p;

	p = tutti_process_start(&say_job, &(int){ 1 }, NULL); /* the server is older than this */
	CHECK_EQ(tutti_process_join(p), 0);
	give_up(p);
	CHECK_EQ(chdir("/proc"), 0);
	CHECK_EQ(dup2(1, 2), 2);
	CHECK_EQ(close(0), 0);
	p = tutti_process_start(&say_where_job, NULL, NULL);
	CHECK_EQ(tutti_process_join(p), 0);
	give_up(p);
	return 0;
}

static int square(int n)
{
	return n * n;
}
TUTTI_JOB(square, int, int);

static int with_sigchld_ignored_results_come(void)
{
	tutti_process *p;
	int squared, code;

	CHECK(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	p = tutti_process_start(&square_job, &(int){ 4 }, NULL);
	CHECK_EQ(square_result(p, &squared), 0);
	CHECK_EQ(squared, 16);
	CHECK_EQ(tutti_process_exitcode(p, &code), -ECHILD);
	give_up(p);
	return 0;
}

static void *say_so(void *arg)
{
	puts("a thread of a child");
	return arg;
}

static void start_threads_and_leave(void)
{
	tutti_future_unref(tutti_thread_start(say_so, NULL, NULL));
}
TUTTI_JOB(start_threads_and_leave, void, void);

static int threads_of_children_are_waited_for(void)
{
	for (tutti_start_method m = TUTTI_FORKSERVER; m <= TUTTI_FORK; m++) {
		tutti_process *p = tutti_process_start(&start_threads_and_leave_job, NULL,
			&(tutti_process_options){ .method = m });

		CHECK_EQ(tutti_process_join(p), 0);
		give_up(p);
	}
	return 0;
}

static void *say_begin(void *arg)
{
	puts("a worker begins");
	return arg;
}

static void say_so_too(void)
{
	puts("a job");
}
TUTTI_JOB(say_so_too, void, void);

/* Into a pipe: nothing of it is written before it must be. */
static int pools_print_in_between(void)
{
	tutti_executor_options options = { .worker_start = say_begin };
	tutti_executor *e;

	puts("before the pool");
	for (tutti_start_method m = TUTTI_FORKSERVER; m <= TUTTI_FORK; m++) {
		CHECK_EQ(tutti_process_set_method(m, 1), 0);
		CHECK_EQ(tutti_executor_open(&e, "processes:1", &options), 0);
		tutti_future_unref(say_so_too_submit(e));
		tutti_executor_free(e);
		puts("after it");
	}
	return 0;
}

static const struct again_part parts[] = {
	{ "waited for", children_are_waited_for },
	{ "daemons", daemons_are_terminated },
	{ "killed", all_end_with_one_that_is_killed },
	{ "names", children_of_children_have_names },
	{ "childless", daemons_have_no_children },
	{ "early", constructors_cannot_start_any },
	{ "surroundings", streams_and_directory_are_those_of_now },
	{ "ignored", with_sigchld_ignored_results_come },
	{ "threads", threads_of_children_are_waited_for },
	{ "pools", pools_print_in_between },
	{ NULL, NULL },
};

static void expect(const char *part, int status, size_t n, const char *const *lines)
{
	struct again a = again(part);

	again_check_exit(&a, part, status);
	for (size_t i = 0; i < n; i++)
		if (again_count(&a, lines[i]) != 1) {
			fprintf(stderr, "%s: not once: %s\n%s%s", part, lines[i], a.out, a.err);
			exit(1);
		}
	CHECK_EQ(again_lines(&a), n);
	CHECK_STR(a.err, "");
	again_free(&a);
}

/* rows: F20 F89 */
static void how_they_end(void)
{
	static const char *const waited[] = { "main is over", "late child" };
	struct again a = again("daemons");

	again_check_exit(&a, "daemons", 4); /* whether it had come to print is not known */
	again_free(&a);
	expect("waited for", 3, 2, waited);
	for (int i = 0; i < suite_rounds(1); i++) {
		a = again("killed");
		CHECK(WIFSIGNALED(a.status));
		again_free(&a);
	}
}

/* rows: F24 F30 F90 F91 T1 T25 D24 */
static void what_they_are(void)
{
	static const char *const names[] = { "child 1 of Process-1:1", "child 2 of Process-1:2",
		"child 1 of Process-2:1", "child 2 of Process-2:2" };
	struct again a = again("childless");

	again_check_exit(&a, "childless", 0);
	CHECK_EQ(again_count(&a, "daemonic processes are not allowed to have children"), 2);
	again_free(&a);
	expect("names", 0, 4, names);
	expect("early", 0, 1, (const char *const[]){ "busy" });
}

/* rows: F152 T27 */
static void who_prints_first(void)
{
	struct again a = again("pools");

	again_check_exit(&a, "pools", 0);
	CHECK_STR(a.out, "before the pool\n"
			 "a worker begins\na job\nafter it\n"
			 "a worker begins\na job\nafter it\n"
			 "a worker begins\na job\nafter it\n");
	again_free(&a);
}

/* rows: F33 */
static void what_they_find(void)
{
	static const char *const there[] = { "child 1 of Process-1", "/proc", "not marked",
		"and on the error stream" };
	struct again a = again("threads");

	expect("surroundings", 0, 4, there);
	expect("ignored", 0, 0, NULL);
	again_check_exit(&a, "threads", 0);
	CHECK_EQ(again_count(&a, "a thread of a child"), 3);
	again_free(&a);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		alarm(suite_limit() / 2);
		return again_part(parts, argv[1]);
	}
	suite_begin();
	RUN(how_they_end);
	RUN(what_they_are);
	RUN(what_they_find);
	RUN(who_prints_first);
	return suite_end();
}
