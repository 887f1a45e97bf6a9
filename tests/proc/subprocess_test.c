/* SPDX-License-Identifier: MIT */
/* rows: F55 F56 */
/* ctest: LABELS no-valgrind LABELS no-qemu */
/* There a program that cannot be started is not told from one that ends with 127. */
/* Other programs: how they start, what they have, and why they do not. */
#include "support/leaks.h"
#include "support/programs.h"

#include <fcntl.h>
#include <sys/stat.h>

static const char *const missing[] = { "no-such-program-anywhere", NULL };

static tutti_subprocess *start(const char *const *argv, tutti_subprocess_options o)
{
	return tutti_subprocess_start(argv, &o);
}

/* -- run --------------------------------------------------------------------------------------- */

/* rows: F55 */
static void exit_codes_and_signals_are_told_apart(void)
{
	check_script("exit 0", "", 0);
	check_script("exit 1", "", 1);
	check_script("exit 127", "", 127);
	check_script("exit 255", "", 255);
	check_script("kill -9 $$", "", -SIGKILL);
	check_script("kill -TERM $$", "", -SIGTERM);
	check_script("no-such-program-anywhere 2>/dev/null", "", 127);
}

static void *run_and_count(void *arg)
{
	tutti_subprocess_options o = { .input = tutti_bytes_text("one two\nthree\n"),
		.capture = 1 };
	tutti_subprocess_result r;

	(void)arg;
	CHECK_EQ(tutti_subprocess_run(&r, (const char *const[]){ "wc", "-w", NULL }, &o), 0);
	CHECK_EQ(atoi(r.out.data), 3);
	check_text(&r.err, "");
	CHECK_STR(r.text, "");
	tutti_subprocess_result_free(&r);
	CHECK_EQ(r.out.size, 0);
	return NULL;
}

static void threads_and_tasks_run_programs(enum mix mix)
{
	tutti_future *f[4];

	start_all(mix, f, 4, run_and_count, NULL);
	join_all(f, 4);
}

static void a_failing_exit_code_is_an_error_if_so_wanted(void)
{
	tutti_subprocess_options o = { .check = 1, .capture = 1 };
	tutti_subprocess_result r;
	tutti_subprocess *p;

	CHECK_EQ(tutti_subprocess_run(&r, SHELL("echo half; exit 3"), &o), TUTTI_EEXIT);
	CHECK_EQ(r.exitcode, 3);
	check_text(&r.out, "half\n");
	CHECK(strstr(r.text, "'sh'") && strstr(r.text, "exit code 3"));
	tutti_subprocess_result_free(&r);
	CHECK_EQ(tutti_subprocess_run(&r, SHELL("kill -SEGV $$"), &o), TUTTI_EEXIT);
	CHECK(strstr(r.text, "SIGSEGV"));
	tutti_subprocess_result_free(&r);
	CHECK_EQ(tutti_subprocess_run(NULL, SHELL("exit 0"), &o), 0);
	p = start(SHELL("exit 4"), (tutti_subprocess_options){ .check = 1 });
	CHECK_EQ(tutti_future_result(p, NULL, 0), TUTTI_EEXIT);
	CHECK(strstr(tutti_future_text(p), "exit code 4"));
	tutti_subprocess_free(p);
}

/* rows: F56 */
static void output_may_be_merged_or_thrown_away(void)
{
	const char *const *both = SHELL("echo out; echo err >&2");
	tutti_subprocess_options o = { .out = TUTTI_PIPE, .err = TUTTI_MERGE };
	tutti_subprocess_result r;

	CHECK_EQ(tutti_subprocess_run(&r, both, &o), 0);
	check_text(&r.out, "out\nerr\n");
	check_text(&r.err, "");
	tutti_subprocess_result_free(&r);
	o = (tutti_subprocess_options){ .out = TUTTI_NULL, .err = TUTTI_PIPE };
	CHECK_EQ(tutti_subprocess_run(&r, both, &o), 0);
	check_text(&r.out, "");
	check_text(&r.err, "err\n");
	tutti_subprocess_result_free(&r);
	o = (tutti_subprocess_options){ .capture = 1, .in = TUTTI_NULL };
	CHECK_EQ(tutti_subprocess_run(&r, cat, &o), 0);
	check_text(&r.out, "");
	tutti_subprocess_result_free(&r);
}

/* rows: F56 */
static void a_stream_may_be_a_file(void)
{
	FILE *in = tmpfile(), *out = tmpfile();
	tutti_subprocess_options o = { .in = fileno(in), .out = fileno(out), .err = TUTTI_MERGE };
	char text[64] = "";

	CHECK(in && out);
	fputs("from a file", in);
	rewind(in);
	CHECK_EQ(tutti_subprocess_run(NULL, SHELL("cat; echo ! >&2"), &o), 0);
	rewind(out);
	CHECK(fgets(text, sizeof text, out) != NULL);
	CHECK_STR(text, "from a file!\n");
	fclose(in);
	fclose(out);
}

/* Each of ours is the other's: one is lost first unless it is put aside. */
static void our_streams_may_change_places(void)
{
	tutti_subprocess_options o = { .out = 2, .err = 1, .check = 1 };
	char script[256];

	snprintf(script, sizeof script,
		"test \"$(readlink /proc/$$/fd/1)\" = \"$(readlink /proc/%d/fd/2)\" && "
		"test \"$(readlink /proc/$$/fd/2)\" = \"$(readlink /proc/%d/fd/1)\"",
		getpid(), getpid());
	CHECK_EQ(tutti_subprocess_run(NULL, SHELL(script), &o), 0);
}

static void it_works_where_and_with_what_it_is_told(void)
{
	const char *env[] = { "COLOUR=green", NULL };
	tutti_subprocess_options o = { .out = TUTTI_PIPE, .cwd = "/usr", .env = env };
	tutti_subprocess_result r;

	CHECK_EQ(tutti_subprocess_run(&r, SHELL("pwd; echo $COLOUR$HOME"), &o), 0);
	check_text(&r.out, "/usr\ngreen\n");
	tutti_subprocess_result_free(&r);
	/* A program with a slash is looked for from there. */
	CHECK_EQ(tutti_subprocess_run(&r, (const char *const[]){ "bin/env", NULL }, &o), 0);
	check_text(&r.out, "COLOUR=green\n");
	tutti_subprocess_result_free(&r);
	CHECK_EQ(setenv("TUTTI_TEST_WORD", "ours", 1), 0);
	check_script("echo $TUTTI_TEST_WORD", "ours\n", 0);
	CHECK_EQ(unsetenv("TUTTI_TEST_WORD"), 0);
	CHECK_EQ(setenv("TUTTI_SIM", "1", 1), 0); /* which is not for others */
	check_script("echo $TUTTI_SIM", "\n", 0);
	CHECK_EQ(unsetenv("TUTTI_SIM"), 0);
}

/* -- what cannot start ------------------------------------------------------------------------- */

static void check_refused(const char *const *argv, tutti_subprocess_options o, int code,
	const char *word, const char *word_too)
{
	tutti_subprocess_result r;
	tutti_subprocess *p;

	CHECK_EQ(tutti_subprocess_run(&r, argv, &o), code);
	CHECK(strstr(r.text, word) && strstr(r.text, word_too));
	tutti_subprocess_result_free(&r);
	p = start(argv, o);
	CHECK_EQ(tutti_future_error(p), code);
	CHECK(strstr(tutti_future_text(p), word));
	CHECK_EQ(tutti_subprocess_join(p), code);
	CHECK_EQ(tutti_subprocess_pid(p), code);
	CHECK_EQ(tutti_subprocess_kill(p), code);
	CHECK_EQ(tutti_subprocess_exitcode(p, NULL), code);
	tutti_subprocess_free(p);
	check_no_zombie();
}

static void write_script(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	CHECK(f);
	fputs(text, f);
	fclose(f);
	CHECK_EQ(chmod(path, mode), 0);
}

/* rows: F55 */
static void what_cannot_start_is_named(void)
{
	char path[64], far[250];
	const char *const script[] = { path, NULL }, *const folder[] = { "/usr", NULL };
	const char *const long_name[] = { far, NULL };
	tutti_subprocess_options plain = { .capture = 1 };

	memset(far, 'x', sizeof far);
	far[sizeof far - 1] = 0;
	check_refused(long_name, plain, -ENOENT, "'xxx", "x': No such file"); /* cut, and why */
	snprintf(path, sizeof path, "./subprocess_test.%d", getpid());
	check_refused(missing, plain, -ENOENT, "'no-such-program-anywhere'", "No such file");
	check_refused(folder, plain, -EACCES, "'/usr'", "");
	check_refused(cat, (tutti_subprocess_options){ .cwd = "no-such-place" }, -ENOENT, "cwd",
		"'no-such-place'");
	check_refused(cat, (tutti_subprocess_options){ .cwd = "/dev/null" }, -ENOTDIR, "cwd", "");
	write_script(path, "#!no-such-interpreter\n", 0700);
	check_refused(script, plain, -ENOENT, path, "interpreter");
	write_script(path, "\1\2\3", 0700);
	check_refused(script, plain, -ENOEXEC, path, "");
	write_script(path, "#!/bin/sh\n", 0600);
	check_refused(script, plain, -EACCES, path, "");
	CHECK_EQ(unlink(path), 0);
}

static void too_long_arguments_are_refused(void)
{
	size_t n = (size_t)8 << 20;
	char *word = malloc(n + 1);
	const char *const argv[] = { "echo", word, NULL };

	CHECK(word != NULL);
	memset(word, 'x', n);
	word[n] = 0;
	check_refused(argv, (tutti_subprocess_options){ .capture = 1 }, -E2BIG, "'echo'", "");
	free(word);
}

static void senseless_options_are_refused(void)
{
	const char *const nothing[] = { NULL };
	tutti_subprocess_options o = { .input = tutti_bytes_text("x"), .in = TUTTI_NULL };

	CHECK_EQ(tutti_subprocess_run(NULL, nothing, NULL), -EINVAL);
	CHECK_EQ(tutti_subprocess_run(NULL, NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_subprocess_run(NULL, cat, &o), -EINVAL);
	check_refused(cat, (tutti_subprocess_options){ .out = TUTTI_MERGE }, -EINVAL, "stdout", "");
	check_refused(cat, (tutti_subprocess_options){ .err = -7 }, -EINVAL, "stderr", "-7");
	check_refused(cat, (tutti_subprocess_options){ .in = 999 }, -EBADF, "stdin", "999");
}

/* -- what it has ------------------------------------------------------------------------------- */

/* rows: F56 */
static void no_other_descriptor_gets_there(void)
{
	int left_open = open("/dev/null", O_RDWR), pair[2]; /* nobody marked them */
	tutti_subprocess *p =
		start(cat, (tutti_subprocess_options){ .in = TUTTI_PIPE, .out = TUTTI_PIPE });

	CHECK(left_open >= 0);
	CHECK_EQ(pipe(pair), 0);
	check_script("ls /proc/self/fd", "0\n1\n2\n3\n", 0); /* the last one is how it looks */
	close(left_open);
	close(pair[0]);
	close(pair[1]);
	/* So its end of the first one's pipe is nobody else's, and closing it is seen. */
	CHECK_EQ(tutti_subprocess_close_input(p), 0);
	CHECK_EQ(tutti_subprocess_join(p), 0);
	tutti_subprocess_free(p);
}

static void signals_are_as_they_should_be(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, usual = { .sa_handler = SIG_DFL };
	sigset_t some, before;
	tutti_subprocess_options o = { .out = TUTTI_PIPE };
	const char *const argv[] = { "grep", "-E", "Sig(Blk|Ign)", "/proc/self/status", NULL };
	uint64_t blocked = 1, ignored = 0;
	tutti_subprocess_result r;

	sigemptyset(&some);
	sigaddset(&some, SIGUSR1);
	sigprocmask(SIG_BLOCK, &some, &before);
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGHUP, &ignore, NULL);
	CHECK_EQ(tutti_subprocess_run(&r, argv, &o), 0);
	CHECK_EQ(sscanf(r.out.data, "SigBlk: %" SCNx64 " SigIgn: %" SCNx64, &blocked, &ignored), 2);
	CHECK_EQ(blocked, 0);
	/* nohup's alone, but for the two that the C library keeps to itself. */
	CHECK_EQ(ignored & ~((uint64_t)3 << 31), 1);
	tutti_subprocess_result_free(&r);
	sigaction(SIGPIPE, &usual, NULL);
	sigaction(SIGHUP, &usual, NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* rows: F55 F152 T27 */
static void what_was_printed_comes_first(void)
{
	FILE *file = tmpfile();
	tutti_subprocess_options o = { .out = 1 };
	int saved = dup(1);
	char text[64] = "";

	CHECK(file && saved >= 0);
	fflush(stdout);
	CHECK_EQ(dup2(fileno(file), 1), 1);
	printf("ours, ");
	CHECK_EQ(tutti_subprocess_run(NULL, SHELL("printf theirs,"), &o), 0);
	printf(" ours\n");
	fflush(stdout);
	CHECK_EQ(dup2(saved, 1), 1);
	close(saved);
	rewind(file);
	CHECK(fgets(text, sizeof text, file) != NULL);
	CHECK_STR(text, "ours, theirs, ours\n");
	fclose(file);
}

static void descriptors_are_as_before(void)
{
	int before = leaks_descriptors();

	for (int i = 0; i < 10; i++) {
		check_script("cat /dev/null; echo x", "x\n", 0);
		CHECK_EQ(tutti_subprocess_run(NULL, missing, NULL), -ENOENT);
		tutti_subprocess_free(start(
			missing, (tutti_subprocess_options){ .in = TUTTI_PIPE, .capture = 1 }));
	}
	EVENTUALLY(leaks_descriptors() <= before); /* some are closed a moment after the end */
}

int main(void)
{
	programs_begin();
	RUN(exit_codes_and_signals_are_told_apart);
	RUN_MIXES(threads_and_tasks_run_programs);
	RUN(a_failing_exit_code_is_an_error_if_so_wanted);
	RUN(output_may_be_merged_or_thrown_away);
	RUN(a_stream_may_be_a_file);
	RUN(our_streams_may_change_places);
	RUN(it_works_where_and_with_what_it_is_told);
	RUN(what_cannot_start_is_named);
	RUN(too_long_arguments_are_refused);
	RUN(senseless_options_are_refused);
	RUN(no_other_descriptor_gets_there);
	RUN(signals_are_as_they_should_be);
	RUN(what_was_printed_comes_first);
	RUN(descriptors_are_as_before);
	return suite_end();
}
