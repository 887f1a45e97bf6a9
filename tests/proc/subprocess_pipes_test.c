/* SPDX-License-Identifier: MIT */
/* rows: F56 F57 */
/* ctest: POLLERS ON LABELS no-qemu */
/* To talk with another program: all at once and of any size, line by line, and when it will not. */
#include "support/programs.h"

static tutti_subprocess *start(const char *const *argv)
{
	tutti_subprocess_options o = { .in = TUTTI_PIPE, .capture = 1 };

	return tutti_subprocess_start(argv, &o);
}

static void end(tutti_subprocess *p)
{
	tutti_subprocess_kill(p);
	CHECK_EQ(tutti_subprocess_join(p), 0);
	tutti_subprocess_free(p);
}

static bool torture(void)
{
	return suite_rounds(1) > 1;
}

/* -- all at once ------------------------------------------------------------------------------- */

static const size_t sizes[] = { 0, 1, 4095, 4096, 65536, 65537, (size_t)8 << 20, (size_t)64 << 20 };

static size_t sizes_used(void)
{
	return sizeof sizes / sizeof *sizes - !torture();
}

/* rows: F57 */
static void any_size_goes_both_ways(void)
{
	for (size_t i = 0; i < sizes_used(); i++) {
		tutti_bytes b = pattern(sizes[i]);
		tutti_subprocess_options o = { .input = b, .capture = 1 };
		tutti_subprocess_result r;
		tutti_subprocess *p = start(cat);

		CHECK_EQ(tutti_subprocess_run(&r, cat, &o), 0);
		/* An empty input is none: it has the test's own then. */
		if (sizes[i] > 0)
			check_bytes(&r.out, &b);
		tutti_subprocess_result_free(&r);
		CHECK_EQ(tutti_subprocess_communicate(p, b, &r), 0);
		check_bytes(&r.out, &b);
		CHECK_EQ(r.exitcode, 0);
		tutti_subprocess_result_free(&r);
		tutti_subprocess_free(p);
		pattern_free(b);
	}
}

static void *through_cat(void *arg)
{
	const tutti_bytes *b = arg;
	tutti_subprocess *p = start(SHELL("tee /dev/stderr"));
	tutti_subprocess_result r;

	CHECK_EQ(tutti_subprocess_communicate(p, *b, &r), 0);
	check_bytes(&r.out, b);
	check_bytes(&r.err, b);
	tutti_subprocess_result_free(&r);
	tutti_subprocess_free(p);
	return NULL;
}

static void several_talk_at_once(enum mix mix)
{
	tutti_bytes b = pattern(300000);
	tutti_future *f[5];

	start_all(mix, f, 5, through_cat, &b);
	join_all(f, 5);
	pattern_free(b);
}

/* It ends, or closes its input, or never looks at it: no signal, and no error. */
static void one_that_reads_less_is_no_error(void)
{
	tutti_bytes b = pattern(1 << 20);
	const char *const *few[] = { SHELL("exit 3"), SHELL("exec <&-; sleep 0.01; exit 3"),
		SHELL("head -c 10 >/dev/null; exit 3"), SHELL("echo no; exec >&-; exit 3") };

	for (int i = 0; i < 4; i++) {
		tutti_subprocess_options o = { .input = b, .capture = 1 };
		tutti_subprocess_result r;

		CHECK_EQ(tutti_subprocess_run(&r, few[i], &o), 0);
		CHECK_EQ(r.exitcode, 3);
		CHECK_STR(r.out.data, i == 3 ? "no\n" : "");
		tutti_subprocess_result_free(&r);
	}
	pattern_free(b);
}

static void what_is_not_wanted_is_dropped(void)
{
	tutti_subprocess *p = start(SHELL("head -c 3000000 /dev/zero; exit 4"));
	int code;

	CHECK_EQ(tutti_subprocess_communicate(p, no_bytes, NULL), 0);
	CHECK_EQ(tutti_subprocess_exitcode(p, &code), 0);
	CHECK_EQ(code, 4);
	tutti_subprocess_free(p);
}

/* It has time, then goes on where it was: with the input of both calls. */
/* rows: F57 */
static void communicate_goes_on_after_its_deadline(void)
{
	tutti_bytes b = pattern(500000);
	tutti_subprocess *p = start(SHELL("echo begin; read word; exec sleep 600"));
	tutti_subprocess_result r = { .exitcode = 77 };
	tutti_bytes line;

	CHECK_EQ(tutti_subprocess_read_line(p, 1, &line), 0);
	check_text(&line, "begin");
	tutti_bytes_free(&line);
	CHECK_EQ(tutti_subprocess_communicate_until(p, no_bytes, &r, 0), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_subprocess_kill(p), 0);
	tutti_subprocess_free(p);

	p = start(SHELL("read word; echo $word; kill -STOP $$; exec cat"));
	CHECK_EQ(tutti_subprocess_write(p, tutti_bytes_text("word\n")), 5);
	CHECK_EQ(tutti_subprocess_read_line(p, 1, &line), 0);
	tutti_bytes_free(&line);
	CHECK_EQ(tutti_subprocess_communicate_until(p, b, &r, tutti_after(TUTTI_MILLISECONDS(5))),
		TUTTI_ETIMEDOUT);
	CHECK_EQ(r.exitcode, 77); /* untouched */
	/* What it has left is communicate's to write. */
	CHECK_EQ(tutti_subprocess_write(p, b), -EBUSY);
	CHECK_EQ(tutti_subprocess_communicate_until(
			 p, tutti_bytes_text("and more"), &r, tutti_after(TUTTI_MILLISECONDS(5))),
		TUTTI_ETIMEDOUT);
	/* It may not have stopped itself yet: it is to be told until it goes on. */
	while (tutti_subprocess_communicate_until(
		       p, no_bytes, &r, tutti_after(TUTTI_MILLISECONDS(5))) == TUTTI_ETIMEDOUT)
		CHECK_EQ(tutti_subprocess_signal(p, SIGCONT), 0);
	CHECK_EQ(r.exitcode, 0);
	CHECK_EQ(r.out.size, b.size + 8);
	CHECK_EQ(memcmp(r.out.data, b.data, b.size), 0);
	CHECK_STR((const char *)r.out.data + b.size, "and more");
	tutti_subprocess_result_free(&r);
	tutti_subprocess_free(p);
	pattern_free(b);
}

/* Whoever looks whether it has begun may have been there first. */
static void *talk_for_ever(void *arg)
{
	tutti_subprocess_result r;
	int rc;

	while ((rc = tutti_subprocess_communicate(arg, tutti_bytes_text("kept\n"), &r)) == -EBUSY)
		tutti_yield();
	return give(rc);
}

static void a_cancelled_communicate_loses_nothing(enum mix mix)
{
	tutti_subprocess *p = start(SHELL("kill -STOP $$; read word; echo $word"));
	tutti_future *f = start_as(mix, talk_for_ever, p);
	tutti_subprocess_result r;
	char byte;

	while (tutti_subprocess_read_until(p, 1, &byte, 1, 0) != -EBUSY)
		CHECK_EQ(tutti_yield(), 0);
	tutti_future_cancel(f);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	CHECK_EQ(tutti_subprocess_exitcode(p, NULL), TUTTI_EPENDING);
	while (tutti_subprocess_communicate_until(
		       p, no_bytes, &r, tutti_after(TUTTI_MILLISECONDS(5))) == TUTTI_ETIMEDOUT)
		CHECK_EQ(tutti_subprocess_signal(p, SIGCONT), 0);
	check_text(&r.out, "kept\n");
	tutti_subprocess_result_free(&r);
	tutti_subprocess_free(p);
}

static void a_grandchild_with_the_pipe_ends_by_deadline(void)
{
	tutti_subprocess_options o = { .out = TUTTI_PIPE, .group = 1 };
	tutti_subprocess *p = tutti_subprocess_start(SHELL("sleep 1000 & echo here; exit 2"), &o);
	tutti_subprocess_result r;
	int code;

	CHECK_EQ(tutti_subprocess_join(p), 0); /* that one has ended */
	CHECK_EQ(tutti_subprocess_communicate_until(
			 p, no_bytes, &r, tutti_after(TUTTI_MILLISECONDS(20))),
		TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_subprocess_exitcode(p, &code), 0);
	CHECK_EQ(code, 2);
	CHECK_EQ(tutti_subprocess_signal_group(p, SIGKILL), 0);
	CHECK_EQ(tutti_subprocess_communicate(p, no_bytes, &r), 0);
	check_text(&r.out, "here\n");
	CHECK_EQ(r.exitcode, 2);
	tutti_subprocess_result_free(&r);
	tutti_subprocess_free(p);
}

/* -- bit by bit -------------------------------------------------------------------------------- */

static void check_line(tutti_subprocess *p, int stream, const char *text)
{
	tutti_bytes line;

	CHECK_EQ(tutti_subprocess_read_line(p, stream, &line), 0);
	check_text(&line, text);
	tutti_bytes_free(&line);
}

static void *converse(void *arg)
{
	tutti_subprocess *p =
		start(SHELL("while read a b; do echo $((a + b)); done; echo bye >&2"));
	tutti_bytes line = tutti_bytes_text("untouched");

	(void)arg;
	for (int i = 0; i < 20; i++) {
		char question[32], answer[32];

		snprintf(question, sizeof question, "%d %d\n", i, i * i);
		snprintf(answer, sizeof answer, "%d", i + i * i);
		CHECK_EQ(tutti_subprocess_write(p, tutti_bytes_text(question)), strlen(question));
		check_line(p, 1, answer);
	}
	CHECK_EQ(tutti_subprocess_close_input(p), 0);
	CHECK_EQ(tutti_subprocess_close_input(p), 0);
	CHECK_EQ(tutti_subprocess_write(p, tutti_bytes_text("x")), -EBADF);
	CHECK_EQ(tutti_subprocess_read_line(p, 1, &line), TUTTI_EDONE);
	check_text(&line, "untouched");
	check_line(p, 2, "bye");
	CHECK_EQ(tutti_subprocess_join(p), 0);
	tutti_subprocess_free(p);
	return NULL;
}

static void question_and_answer(enum mix mix)
{
	tutti_future *f[4];

	start_all(mix, f, 4, converse, NULL);
	join_all(f, 4);
}

static void lines_are_what_is_between_newlines(void)
{
	tutti_subprocess *p =
		start(SHELL("printf 'a\\n\\nlong'; printf ' line\\nzero\\0in\\nlast'"));
	tutti_bytes line;
	char two[3] = "";

	CHECK_EQ(tutti_subprocess_read(p, 1, two, 2), 2);
	CHECK_STR(two, "a\n");
	check_line(p, 1, "");
	CHECK_EQ(tutti_subprocess_read(p, 1, two, 2), 2); /* by turns */
	CHECK_STR(two, "lo");
	check_line(p, 1, "ng line");
	CHECK_EQ(tutti_subprocess_read_line(p, 1, &line), 0);
	CHECK_EQ(line.size, 7);
	CHECK_EQ(memcmp(line.data, "zero\0in", 8), 0);
	tutti_bytes_free(&line);
	check_line(p, 1, "last");
	CHECK_EQ(tutti_subprocess_read_line(p, 1, &line), TUTTI_EDONE);
	CHECK_EQ(tutti_subprocess_read(p, 1, two, 2), 0);
	CHECK_EQ(tutti_subprocess_read(p, 1, two, 0), -EINVAL);
	end(p);
}

static void lines_of_any_length(void)
{
	tutti_subprocess *p =
		start(SHELL("seq 100000; head -c 1000000 /dev/zero | tr '\\0' x; echo"));
	tutti_bytes line;
	char text[32];

	for (int i = 1; i <= 100000; i++) {
		snprintf(text, sizeof text, "%d", i);
		check_line(p, 1, text);
	}
	CHECK_EQ(tutti_subprocess_read_line(p, 1, &line), 0);
	CHECK_EQ(line.size, 1000000);
	tutti_bytes_free(&line);
	CHECK_EQ(tutti_subprocess_read_line(p, 1, &line), TUTTI_EDONE);
	end(p);
}

/* What read_line has read ahead is not lost to communicate. */
static void the_rest_after_a_line(void)
{
	tutti_subprocess *p = start(SHELL("seq 1000"));
	tutti_subprocess_result r;

	check_line(p, 1, "1");
	CHECK_EQ(tutti_subprocess_communicate(p, no_bytes, &r), 0);
	CHECK_EQ(strncmp(r.out.data, "2\n3\n", 4), 0);
	CHECK_EQ(r.out.size, 3893 - 2);
	tutti_subprocess_result_free(&r);
	tutti_subprocess_free(p);
}

static void deadlines_are_kept(void)
{
	tutti_subprocess *p = start(cat);
	tutti_bytes line, much = pattern(1 << 20);
	tutti_time soon = tutti_after(TUTTI_MILLISECONDS(2));
	char byte;
	long n;

	CHECK_EQ(tutti_subprocess_read_until(p, 1, &byte, 1, 0), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_subprocess_read_until(p, 1, &byte, 1, soon), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= soon);
	CHECK_EQ(tutti_subprocess_write(p, tutti_bytes_text("half")), 4);
	CHECK_EQ(tutti_subprocess_read_line_until(p, 1, &line, tutti_after(TUTTI_MILLISECONDS(2))),
		TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_subprocess_write(p, tutti_bytes_text(" and half\n")), 10);
	check_line(p, 1, "half and half");
	/* Nobody reads what it prints: at last there is room for no more. */
	do
		n = tutti_subprocess_write_until(p, much, tutti_after(TUTTI_MILLISECONDS(2)));
	while (n > 0);
	CHECK_EQ(n, TUTTI_ETIMEDOUT);
	pattern_free(much);
	end(p);
}

static void one_that_reads_no_more_is_an_error_to_write(void)
{
	tutti_subprocess *p = start(SHELL("exec <&-; echo closed; exec sleep 1000"));

	check_line(p, 1, "closed");
	CHECK_EQ(tutti_subprocess_write(p, tutti_bytes_text("x")), -EPIPE);
	end(p);
}

static void *read_one(void *arg)
{
	char byte;
	long rc;

	while ((rc = tutti_subprocess_read(arg, 1, &byte, 1)) == -EBUSY)
		tutti_yield();
	return give(rc);
}

static void a_pipe_is_one_callers_at_a_time(void)
{
	tutti_subprocess *p = start(cat);
	tutti_task *reader = tutti_task_start(read_one, p, NULL);
	tutti_bytes line;

	settle();
	CHECK_EQ(tutti_subprocess_read_line(p, 1, &line), -EBUSY);
	CHECK_EQ(tutti_subprocess_communicate(p, no_bytes, NULL), -EBUSY);
	CHECK_EQ(
		tutti_subprocess_write(p, tutti_bytes_text("x")), 1); /* which left nothing taken */
	CHECK_EQ(finish(reader), 1);
	end(p);
}

static void a_cancelled_read_has_read_nothing(enum mix mix)
{
	tutti_subprocess *p = start(cat);
	tutti_future *f = start_as(mix, read_one, p);
	char byte;

	while (tutti_subprocess_read_until(p, 1, &byte, 1, 0) != -EBUSY)
		CHECK_EQ(tutti_yield(), 0);
	tutti_future_cancel(f);
	tutti_future_result(f, NULL, 0);
	tutti_future_unref(f);
	CHECK_EQ(tutti_subprocess_write(p, tutti_bytes_text("y")), 1);
	CHECK_EQ(tutti_subprocess_read(p, 1, &byte, 1), 1);
	CHECK_EQ(byte, 'y');
	end(p);
}

static void pipes_can_be_waited_for_with_others(void)
{
	tutti_subprocess *p = start(SHELL("read word; echo $word >&2; exec sleep 1000"));
	tutti_case cases[] = { tutti_case_fd(tutti_subprocess_fd(p, 1), TUTTI_READABLE),
		tutti_case_fd(tutti_subprocess_fd(p, 2), TUTTI_READABLE), tutti_case_future(p) };

	CHECK_EQ(tutti_select(cases, 3, 0), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_subprocess_write(p, tutti_bytes_text("word\n")), 5);
	CHECK_EQ(tutti_select(cases, 3, TUTTI_FOREVER), 1);
	check_line(p, 2, "word");
	CHECK_EQ(tutti_subprocess_fd(p, 3), TUTTI_ETYPE);
	end(p);
}

static void streams_that_are_no_pipes_are_none(void)
{
	tutti_subprocess_options o = { .in = TUTTI_NULL, .out = TUTTI_NULL };
	tutti_subprocess *p = tutti_subprocess_start(cat, &o);
	tutti_bytes line;
	char byte;

	CHECK_EQ(tutti_subprocess_write(p, tutti_bytes_text("x")), TUTTI_ETYPE);
	CHECK_EQ(tutti_subprocess_close_input(p), TUTTI_ETYPE);
	CHECK_EQ(tutti_subprocess_read(p, 1, &byte, 1), TUTTI_ETYPE);
	CHECK_EQ(tutti_subprocess_read(p, 0, &byte, 1), TUTTI_ETYPE);
	CHECK_EQ(tutti_subprocess_read_line(p, 2, &line), TUTTI_ETYPE);
	CHECK_EQ(tutti_subprocess_communicate(p, tutti_bytes_text("x"), NULL), -EINVAL);
	CHECK_EQ(tutti_subprocess_communicate(p, no_bytes, NULL), 0);
	tutti_subprocess_free(p);
}

/* Then what it reads ends. */
static void freeing_it_closes_its_pipes(void)
{
	tutti_subprocess *p = start(cat);

	tutti_future_ref(p);
	tutti_subprocess_free(p);
	CHECK_EQ(tutti_future_result(p, NULL, 0), 0);
	tutti_future_unref(p);
}

/* rows: F57 */
static void texts_are_checked(void)
{
	size_t place;

	CHECK_EQ(tutti_bytes_check_utf8(tutti_bytes_text("Stra\303\237e \344\270\255"), &place), 0);
	CHECK_EQ(place, 11);
	CHECK_EQ(tutti_bytes_check_utf8(tutti_bytes_text("ab\377"), &place), -EILSEQ);
	CHECK_EQ(place, 2);
	CHECK_EQ(tutti_bytes_check_utf8(tutti_bytes_text("ab\344\270"), NULL), -EILSEQ);
	CHECK_EQ(tutti_bytes_check_utf8(tutti_bytes_text("\355\240\200"), &place), -EILSEQ);
	CHECK_EQ(tutti_bytes_check_utf8(no_bytes, &place), 0);
	CHECK_EQ(place, 0);
}

int main(void)
{
	programs_begin();
	RUN(any_size_goes_both_ways);
	RUN_MIXES(several_talk_at_once);
	RUN(one_that_reads_less_is_no_error);
	RUN(what_is_not_wanted_is_dropped);
	RUN(communicate_goes_on_after_its_deadline);
	RUN_MIXES(a_cancelled_communicate_loses_nothing);
	RUN(a_grandchild_with_the_pipe_ends_by_deadline);
	RUN_MIXES(question_and_answer);
	RUN(lines_are_what_is_between_newlines);
	RUN(lines_of_any_length);
	RUN(the_rest_after_a_line);
	RUN(deadlines_are_kept);
	RUN(one_that_reads_no_more_is_an_error_to_write);
	RUN(a_pipe_is_one_callers_at_a_time);
	RUN_MIXES(a_cancelled_read_has_read_nothing);
	RUN(pipes_can_be_waited_for_with_others);
	RUN(streams_that_are_no_pipes_are_none);
	RUN(freeing_it_closes_its_pipes);
	RUN(texts_are_checked);
	return suite_end();
}
