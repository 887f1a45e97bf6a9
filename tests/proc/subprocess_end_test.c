/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu */
/* Other programs as futures: who waits for them, how they are ended, and in odd places. */
#include "support/programs.h"

#include "os/os.h"
#include "os/spawn.h"

#include <sys/resource.h>

static const char *const sleeper[] = { "sleep", "1000", NULL };

static tutti_subprocess *start(const char *const *argv, tutti_subprocess_options o)
{
	return tutti_subprocess_start(argv, &o);
}

/* -- futures ----------------------------------------------------------------------------------- */

static void it_is_a_future(void)
{
	tutti_subprocess *p[3];
	int code = 99;
	tutti_case c;

	for (int i = 0; i < 3; i++)
		p[i] = start(SHELL("exit 5"), (tutti_subprocess_options){ 0 });
	CHECK(tutti_subprocess_pid(p[0]) > 0);
	CHECK_EQ(tutti_wait(p, 3, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER), 3);
	for (int i = 0; i < 3; i++) {
		CHECK(tutti_future_done(p[i]) && !tutti_future_running(p[i]));
		CHECK_EQ(tutti_future_result(p[i], &code, sizeof code), 0);
		CHECK_EQ(code, 5);
		CHECK_EQ(tutti_future_set_result(p[i], &code), TUTTI_ETYPE);
	}
	CHECK_EQ(tutti_future_result(p[0], &p, sizeof p), TUTTI_ETYPE);
	CHECK_EQ(tutti_join_all(p, 3), 0);
	p[0] = start(sleeper, (tutti_subprocess_options){ 0 });
	p[1] = start(SHELL("exit 6"), (tutti_subprocess_options){ 0 });
	c = tutti_case_future(p[1]);
	CHECK_EQ(tutti_select(&c, 1, TUTTI_FOREVER), 0);
	CHECK_EQ(tutti_subprocess_exitcode(p[1], &code), 0);
	CHECK_EQ(code, 6);
	CHECK_EQ(tutti_subprocess_exitcode(p[0], &code), TUTTI_EPENDING);
	CHECK(tutti_future_running(p[0]));
	CHECK_EQ(tutti_subprocess_join_until(p[0], 0), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_subprocess_join_until(p[0], tutti_after(TUTTI_MILLISECONDS(3))),
		TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_subprocess_kill(p[0]), 0);
	CHECK_EQ(tutti_subprocess_join(p[0]), 0);
	CHECK_EQ(tutti_subprocess_join(p[0]), 0);
	CHECK_EQ(tutti_subprocess_exitcode(p[0], &code), 0);
	CHECK_EQ(code, -SIGKILL);
	CHECK_EQ(tutti_subprocess_kill(p[0]), 0);
	tutti_subprocess_free(p[0]);
	tutti_subprocess_free(p[1]);
	tutti_subprocess_free(NULL);
}

static void note(tutti_future *f, void *arg)
{
	int code;

	CHECK_EQ(tutti_subprocess_exitcode(f, &code), 0);
	tu_store_rel((uint32_t *)arg, (uint32_t)code); /* whoever looks sees the call's end */
}

/* Nobody holds a reference, and nobody waits. */
static void one_left_to_itself_is_taken_notice_of(void)
{
	uint32_t told = 0;
	tutti_subprocess *p = start(SHELL("exit 9"), (tutti_subprocess_options){ 0 });

	CHECK_EQ(tutti_future_add_done_callback(p, note, &told), 0);
	tutti_future_unref(p);
	EVENTUALLY(tu_load_acq(&told) == 9);
	EVENTUALLY((check_no_zombie(), true));
	for (int i = 0; i < 20; i++)
		tutti_subprocess_free(start(SHELL("exit 0"), (tutti_subprocess_options){ 0 }));
}

static void *join_it(void *arg)
{
	return give(tutti_subprocess_join(arg));
}

static void many_may_wait_for_one(enum mix mix)
{
	tutti_subprocess *p = start(cat, (tutti_subprocess_options){ .in = TUTTI_PIPE });
	tutti_future *f[6];

	start_all(mix, f, 6, join_it, p);
	settle();
	CHECK_EQ(tutti_subprocess_join_until(p, tutti_after(TUTTI_MILLISECONDS(2))),
		TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_subprocess_close_input(p), 0);
	for (int i = 0; i < 6; i++)
		CHECK_EQ(finish(f[i]), 0);
	tutti_subprocess_free(p);
}

static void *run_true(void *arg)
{
	tutti_subprocess_result r;

	CHECK_EQ(tutti_subprocess_run(&r, SHELL("sleep 0.1; exit 7"), NULL), 0);
	CHECK_EQ(r.exitcode, 7);
	return arg;
}

static void a_hundred_at_once_on_one_loop(void)
{
	tutti_future *f[100];

	start_all(TASKS, f, 100, run_true, NULL);
	join_all(f, 100);
	check_no_zombie();
}

static void *start_and_end(void *arg)
{
	int code;

	for (int i = 0; i < 10; i++) {
		tutti_subprocess *p = start(sleeper, (tutti_subprocess_options){ 0 });

		CHECK_EQ(i % 2 ? tutti_subprocess_kill(p) : tutti_subprocess_terminate(p), 0);
		CHECK_EQ(i % 3 ? tutti_subprocess_join(p) : tutti_future_result(p, NULL, 0), 0);
		CHECK_EQ(tutti_subprocess_exitcode(p, &code), 0);
		CHECK_EQ(code, i % 2 ? -SIGKILL : -SIGTERM);
		tutti_subprocess_free(p);
	}
	return arg;
}

static void many_start_and_end_at_once(enum mix mix)
{
	tutti_future *f[4];

	start_all(mix, f, 4, start_and_end, NULL);
	join_all(f, 4);
	check_no_zombie();
}

/* -- their end --------------------------------------------------------------------------------- */

/* rows: F56 */
static void signals_reach_it(void)
{
	const char *script =
		"trap 'echo told; exit 3' USR1; echo ready; while :; do sleep 0.01; done";
	tutti_subprocess *p = start(SHELL(script), (tutti_subprocess_options){ .out = TUTTI_PIPE });
	tutti_bytes line;
	int code;

	CHECK_EQ(tutti_subprocess_read_line(p, 1, &line), 0);
	tutti_bytes_free(&line);
	CHECK_EQ(tutti_subprocess_signal(p, 0), -EINVAL);
	CHECK_EQ(tutti_subprocess_signal(p, 12345), -EINVAL);
	CHECK_EQ(tutti_subprocess_signal_group(p, SIGUSR1), -EINVAL);
	CHECK_EQ(tutti_subprocess_signal(p, SIGUSR1), 0);
	CHECK_EQ(tutti_subprocess_read_line(p, 1, &line), 0);
	check_text(&line, "told");
	tutti_bytes_free(&line);
	CHECK_EQ(tutti_subprocess_join(p), 0);
	CHECK_EQ(tutti_subprocess_exitcode(p, &code), 0);
	CHECK_EQ(code, 3);
	tutti_subprocess_free(p);
}

static void cancelling_the_future_terminates_it(void)
{
	tutti_subprocess *p = start(sleeper, (tutti_subprocess_options){ 0 });
	int code;

	CHECK_EQ(tutti_future_cancel(p), 1);
	CHECK_EQ(tutti_future_result(p, NULL, 0), TUTTI_EJOBCANCELED);
	CHECK_EQ(tutti_subprocess_exitcode(p, &code), 0);
	CHECK_EQ(code, -SIGTERM);
	tutti_subprocess_free(p);
}

static void a_whole_group_can_be_killed(void)
{
	/* The child's own child says its number, and holds the pipe as long as it lives. */
	const char *script = "sleep 1000 & echo $!; wait";
	tutti_subprocess_options o = { .out = TUTTI_PIPE, .group = 1 };
	tutti_subprocess *p = start(SHELL(script), o);
	tutti_bytes line;
	char byte;

	CHECK_EQ(tutti_subprocess_read_line(p, 1, &line), 0);
	CHECK_EQ(getpgid(atoi(line.data)), tutti_subprocess_pid(p));
	tutti_bytes_free(&line);
	CHECK_EQ(tutti_subprocess_signal_group(p, SIGKILL), 0);
	CHECK_EQ(tutti_subprocess_read(p, 1, &byte, 1), 0); /* nobody has it any more */
	CHECK_EQ(tutti_subprocess_join(p), 0);
	tutti_subprocess_free(p);
}

static void one_that_takes_too_long_is_ended(void)
{
	tutti_subprocess_options o = { .capture = 1 };
	tutti_subprocess_result r;
	tutti_subprocess *p;

	o.deadline = tutti_after(TUTTI_MILLISECONDS(100));
	CHECK_EQ(tutti_subprocess_run(&r, SHELL("echo half; exec sleep 1000"), &o),
		TUTTI_EJOBTIMEDOUT);
	CHECK_EQ(r.exitcode, -SIGTERM);
	CHECK(r.out.size == 0 || strcmp(r.out.data, "half\n") == 0); /* as far as it came */
	CHECK(strstr(r.text, "deadline"));
	tutti_subprocess_result_free(&r);
	o = (tutti_subprocess_options){ .deadline = tutti_after(TUTTI_MILLISECONDS(10)) };
	p = start(sleeper, o);
	CHECK_EQ(tutti_subprocess_join(p), TUTTI_EJOBTIMEDOUT);
	CHECK(tutti_now() >= o.deadline);
	tutti_subprocess_free(p);
	o.deadline = tutti_now();
	CHECK_EQ(tutti_subprocess_run(&r, SHELL("exit 0"), &o), TUTTI_EJOBTIMEDOUT);
	CHECK(strstr(r.text, "not started"));
	p = start(SHELL("exit 0"), o);
	CHECK_EQ(tutti_future_result(p, NULL, 0), TUTTI_EJOBTIMEDOUT);
	tutti_subprocess_free(p);
	o.deadline = tutti_after(TUTTI_SECONDS(1000));
	CHECK_EQ(tutti_subprocess_run(&r, SHELL("exit 2"), &o), 0);
	CHECK_EQ(r.exitcode, 2);
}

/* As it is told to end it goes on, and so learns of it. */
static void one_that_is_stopped_is_ended(void)
{
	for (int group = 0; group < 2; group++) {
		tutti_subprocess_options o = { .group = group,
			.deadline = tutti_after(TUTTI_MILLISECONDS(200)) };
		tutti_subprocess_result r;
		tutti_subprocess *p;
		int code;

		CHECK_EQ(tutti_subprocess_run(&r, SHELL("kill -STOP $$"), &o), TUTTI_EJOBTIMEDOUT);
		CHECK_EQ(r.exitcode, -SIGTERM);
		o.deadline = tutti_after(TUTTI_MILLISECONDS(200));
		p = start(SHELL("kill -STOP $$"), o);
		CHECK_EQ(tutti_subprocess_join(p), TUTTI_EJOBTIMEDOUT);
		CHECK_EQ(tutti_subprocess_exitcode(p, &code), 0);
		CHECK_EQ(code, -SIGTERM);
		tutti_subprocess_free(p);
	}
}

/* What this program is as a child: it joins the group of the one that started it. */
static void leave_group(void)
{
	setpgid(0, getpgid(getppid()));
	for (;;)
		pause();
}

static void one_that_has_left_its_group_is_ended(void)
{
	const char *argv[] = { "/proc/self/exe", "leave", NULL };
	tutti_subprocess_options o = { .group = 1,
		.deadline = tutti_after(TUTTI_MILLISECONDS(300)) };
	tutti_subprocess_result r;

	CHECK_EQ(tutti_subprocess_run(&r, argv, &o), TUTTI_EJOBTIMEDOUT);
	CHECK_EQ(r.exitcode, -SIGTERM);
}

/* It ends when told to, and the one that it has started does not hear of it. */
static void the_rest_of_its_group_is_killed(void)
{
	tutti_subprocess_options o = { .group = 1,
		.deadline = tutti_after(TUTTI_MILLISECONDS(300)) };
	int end[2];
	char byte;

	CHECK_EQ(pipe(end), 0);
	o.out = end[1];
	CHECK_EQ(tutti_subprocess_run(NULL, SHELL("(trap '' TERM; exec sleep 1000) & wait"), &o),
		TUTTI_EJOBTIMEDOUT);
	CHECK_EQ(close(end[1]), 0);
	CHECK_EQ(read(end[0], &byte, 1), 0); /* nobody has it any more */
	CHECK_EQ(close(end[0]), 0);
}

/* One that has ended is no longer waited for, also if nobody takes notice of that. */
static void nobody_lives_in_a_group_of_zombies(void)
{
	int pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		for (;;)
			pause();
	}
	setpgid(pid, pid);
	CHECK(tu_os_group_lives(pid));
	CHECK_EQ(kill(pid, SIGKILL), 0);
	EVENTUALLY(!tu_os_group_lives(pid));
	CHECK_EQ(tu_os_group_signal(pid, 0), 0); /* to the system there is a group */
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	CHECK(!tu_os_group_lives(pid));
}

/* Its own child holds the pipe and does not hear the signal: run does not wait for that one. */
static int run_with_grandchild(tutti_time duration)
{
	tutti_subprocess_options o = { .out = TUTTI_PIPE, .deadline = tutti_after(duration) };
	tutti_subprocess_result r;
	int code;

	CHECK_EQ(tutti_subprocess_run(
			 &r, SHELL("(trap '' TERM; exec sleep 60) & echo $!; exit 5"), &o),
		TUTTI_EJOBTIMEDOUT);
	code = r.exitcode;
	if (r.out.size > 0)
		kill(atoi(r.out.data), SIGKILL);
	tutti_subprocess_result_free(&r);
	return code;
}

static void a_grandchild_does_not_hold_run_up_for_ever(void)
{
	tutti_time duration = TUTTI_MILLISECONDS(300);

	/* On a machine that is busy it may not have come so far by the deadline. */
	while (run_with_grandchild(duration) != 5)
		duration *= 2;
}

static void *run_sleeper(void *arg)
{
	return give(tutti_subprocess_run(NULL, arg, NULL));
}

static void cancelling_whoever_runs_it_ends_it(enum mix mix)
{
	char pid_file[64], script[160];
	const char *argv[] = { "sh", "-c", script, NULL };
	tutti_future *f;
	int pid = 0;

	snprintf(pid_file, sizeof pid_file, "./subprocess_test.%d", getpid());
	snprintf(script, sizeof script, "echo $$ > %s; exec sleep 1000", pid_file);
	f = start_as(mix, run_sleeper, argv);
	while (pid == 0) {
		FILE *file = fopen(pid_file, "r");

		if (file && fscanf(file, "%d", &pid) != 1)
			pid = 0;
		if (file)
			fclose(file);
		CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
	}
	CHECK_EQ(unlink(pid_file), 0);
	tutti_future_cancel(f);
	tutti_future_result(f, NULL, 0);
	tutti_future_unref(f);
	CHECK_EQ(kill(pid, 0), -1);
	CHECK_EQ(errno, ESRCH);
	check_no_zombie();
}

static int ended_with;

static void *interrupt(void *arg)
{
	CHECK_EQ(kill(getpid(), SIGINT), 0);
	return arg;
}

/* Of a group of its own the terminal would not tell it. */
static void *run_interrupted(void *arg)
{
	tutti_subprocess_options o = { .group = 1 };
	tutti_task *t = tutti_task_start(interrupt, arg, NULL);

	ended_with = tutti_subprocess_run(NULL, sleeper, &o);
	tutti_future_unref(t);
	return NULL;
}

static void ctrl_c_ends_it(void)
{
	tutti_run(run_interrupted, NULL, NULL);
	CHECK_EQ(ended_with, TUTTI_ECANCELED);
	check_no_zombie();
}

static void one_already_cancelled_starts_nothing(void)
{
	tutti_scope s;

	tutti_timeout_begin(&s, 0);
	CHECK_EQ(tutti_subprocess_run(NULL, SHELL("exit 1"), NULL), TUTTI_ECANCELED);
	tutti_timeout_end(&s, 0);
	check_no_zombie();
}

/* -- odd places -------------------------------------------------------------------------------- */

/* With no descriptor to see its end by, it is looked for. */
static void without_descriptors_it_ends_too(void)
{
	struct rlimit before, few;
	tutti_subprocess *p;
	int spare[64], n = 0, code;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	while (n < 64 && (spare[n] = dup(0)) >= 0 && spare[n] < 40)
		n++;
	few.rlim_cur = (rlim_t)spare[n];
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
	p = start(SHELL("exit 8"), (tutti_subprocess_options){ 0 });
	CHECK_EQ(tutti_subprocess_run(NULL, SHELL("exit 0"), NULL), 0);
	CHECK_EQ(tutti_subprocess_run(NULL, cat, &(tutti_subprocess_options){ .capture = 1 }),
		-EMFILE);
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
	for (int i = 0; i <= n; i++)
		close(spare[i]);
	CHECK_EQ(tutti_future_result(p, &code, sizeof code), 0);
	CHECK_EQ(code, 8);
	tutti_subprocess_free(p);
	check_no_zombie();
}

static void whoever_takes_the_exit_code_has_it(void)
{
	tutti_subprocess *p = start(cat, (tutti_subprocess_options){ .in = TUTTI_PIPE });
	struct sigaction ignore = { .sa_handler = SIG_IGN }, usual;
	tutti_subprocess_result r;

	sigaction(SIGCHLD, &ignore, &usual);
	CHECK_EQ(tutti_subprocess_run(&r, SHELL("exit 1"), NULL), -ECHILD);
	CHECK(strstr(r.text, "somebody else"));
	CHECK_EQ(tutti_subprocess_close_input(p), 0);
	CHECK_EQ(tutti_subprocess_join(p), -ECHILD);
	CHECK_EQ(tutti_subprocess_exitcode(p, NULL), -ECHILD);
	tutti_subprocess_free(p);
	sigaction(SIGCHLD, &usual, NULL);
}

/* Somebody has reaped it, and its number has become another's: that one is not meant. */
static void a_signal_reaches_no_stranger(void)
{
	tutti_subprocess *stranger = start(sleeper, (tutti_subprocess_options){ 0 });
	int pid = fork(), fd, code;

	if (pid == 0)
		_exit(0);
	fd = tu_os_child_fd(pid);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	if (fd >= 0) {
		CHECK_EQ(tu_os_child_signal(tutti_subprocess_pid(stranger), fd, SIGKILL), -ESRCH);
		close(fd);
	}
	CHECK_EQ(tu_os_child_signal(tutti_subprocess_pid(stranger), -1, SIGTERM), 0);
	CHECK_EQ(tutti_subprocess_join(stranger), 0);
	CHECK_EQ(tutti_subprocess_exitcode(stranger, &code), 0);
	CHECK_EQ(code, -SIGTERM);
	tutti_subprocess_free(stranger);
}

static void other_futures_are_none(void)
{
	tutti_future *f = tutti_future_create(0);

	CHECK_EQ(tutti_subprocess_join(f), TUTTI_ETYPE);
	CHECK_EQ(tutti_subprocess_pid(f), TUTTI_ETYPE);
	CHECK_EQ(tutti_subprocess_kill(f), TUTTI_ETYPE);
	CHECK_EQ(tutti_subprocess_exitcode(f, NULL), TUTTI_ETYPE);
	tutti_future_unref(f);
}

#ifndef __SANITIZE_THREAD__ /* no threads in a child of a process that had some */
static void a_forked_child_has_none_of_them(void)
{
	tutti_subprocess *p =
		start(cat, (tutti_subprocess_options){ .in = TUTTI_PIPE, .out = TUTTI_PIPE });
	int status, child = tutti_fork();

	CHECK(child >= 0);
	if (child == 0) {
		CHECK_EQ(tutti_subprocess_join(p), -ECHILD);
		CHECK_EQ(tutti_subprocess_kill(p), -ECHILD);
		check_script("echo new", "new\n", 0);
		CHECK_EQ(tutti_subprocess_join(
				 start(SHELL("exit 0"), (tutti_subprocess_options){ 0 })),
			0);
		for (;;)
			pause();
	}
	/* It lives, and has no end of the pipe. */
	CHECK_EQ(tutti_subprocess_close_input(p), 0);
	CHECK_EQ(tutti_subprocess_join(p), 0);
	tutti_subprocess_free(p);
	CHECK_EQ(kill(child, SIGKILL), 0);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
#endif

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "leave") == 0)
		leave_group();
	programs_begin();
	RUN(it_is_a_future);
	RUN(one_left_to_itself_is_taken_notice_of);
	RUN_MIXES(many_may_wait_for_one);
	RUN(a_hundred_at_once_on_one_loop);
	RUN_MIXES(many_start_and_end_at_once);
	RUN(signals_reach_it);
	RUN(cancelling_the_future_terminates_it);
	RUN(a_whole_group_can_be_killed);
	RUN(one_that_takes_too_long_is_ended);
	RUN(one_that_is_stopped_is_ended);
	RUN(one_that_has_left_its_group_is_ended);
	RUN(the_rest_of_its_group_is_killed);
	RUN(nobody_lives_in_a_group_of_zombies);
	RUN(a_grandchild_does_not_hold_run_up_for_ever);
	RUN_MIXES(cancelling_whoever_runs_it_ends_it);
	RUN(ctrl_c_ends_it);
	RUN(one_already_cancelled_starts_nothing);
	RUN(without_descriptors_it_ends_too);
	RUN(whoever_takes_the_exit_code_has_it);
	RUN(a_signal_reaches_no_stranger);
	RUN(other_futures_are_none);
#ifndef __SANITIZE_THREAD__
	RUN(a_forked_child_has_none_of_them);
#endif
	return suite_end();
}
