/* SPDX-License-Identifier: MIT */
/* rows: F150 */
/* ctest: VIRTUAL ON */
/* progress_test.c - what a terminal gets to see, and a file; see scripts/progress_screen.py. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <tutti/tutti.h>
#include <unistd.h>

#include "support/memory.h"
#include "support/suite.h"

enum { TEXT_BYTES = 1 << 16 };
static int real_stderr;

/* Standard error becomes a new terminal; returns the other side of it. */
static int enter_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;

	CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	CHECK(slave >= 0);
	real_stderr = dup(STDERR_FILENO);
	CHECK_EQ(dup2(slave, STDERR_FILENO), STDERR_FILENO);
	close(slave);
	return master;
}

/* Standard error is as before; text receives all that the terminal got. */
static void leave_terminal(int master, char text[TEXT_BYTES])
{
	size_t n = 0;
	ssize_t got;

	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	while ((got = read(master, text + n, TEXT_BYTES - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	close(master);
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

/* The line that is there in the end, without what stands behind the count. */
static bool last_line_begins(const char *text, const char *want)
{
	const char *last = strrchr(text, '\r'); /* of the line's own end */

	CHECK(last && last > text);
	while (last > text && last[-1] != '\r')
		last--;
	return strncmp(last, want, strlen(want)) == 0;
}

static void draws_to_the_end(void)
{
	static char text[TEXT_BYTES];
	int master = enter_terminal();
	tutti_progress *p = tutti_progress_create("files", 4);

	for (int i = 0; i < 4; i++)
		tutti_progress_add(p, 1);
	tutti_progress_free(p);
	leave_terminal(master, text);
	CHECK(last_line_begins(text, "files 100% [####################] 4/4 "));
	CHECK(ends_with(text, "\033[K\r\n"));
}

static void draws_what_there_is(void)
{
	static char text[TEXT_BYTES];
	int master = enter_terminal();
	tutti_progress *p = tutti_progress_create(NULL, 8);

	tutti_progress_add(p, 2);
	tutti_progress_free(p); /* ended early: it says how far it came */
	leave_terminal(master, text);
	CHECK(last_line_begins(text, " 25% [#####...............] 2/8 "));

	master = enter_terminal();
	p = tutti_progress_create("a label that is far too long for one line", 2);
	tutti_progress_add(p, 5);
	CHECK_EQ(tutti_progress_count(p), 5);
	tutti_progress_free(p);
	leave_terminal(master, text);
	CHECK(last_line_begins(text, "a label that is far too 100% [####################] 5/2 "));

	master = enter_terminal();
	p = tutti_progress_create("lines", 0);
	tutti_progress_add(p, 123456789012);
	tutti_progress_free(p);
	leave_terminal(master, text);
	CHECK(last_line_begins(text, "lines 123456789012 "));
}

static void has_a_line_for_each(void)
{
	static char text[TEXT_BYTES];
	int master = enter_terminal();
	tutti_progress *first = tutti_progress_create("first", 1);
	tutti_progress *second = tutti_progress_create("second", 1);

	tutti_progress_add(second, 1);
	tutti_progress_free(second);
	tutti_progress_add(first, 1);
	tutti_progress_free(first);
	leave_terminal(master, text);
	/* below the other, and the cursor back; then for good, and the other below it */
	CHECK(strstr(text, "\033[K\r\nsecond   0%") && strstr(text, "\033[1A\r\033["));
	CHECK(strstr(text, "\rsecond 100%") && strstr(text, "\033[K\r\n\rfirst   0%"));
	CHECK(last_line_begins(text, "first 100%"));
}

/* What came by the pipe that standard error is meanwhile. */
static void with_a_pipe(void (*fn)(void), char text[TEXT_BYTES])
{
	int ends[2];
	ssize_t n;

	CHECK_EQ(pipe(ends), 0);
	real_stderr = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	fn();
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(ends[1]);
	n = read(ends[0], text, TEXT_BYTES - 1);
	text[n > 0 ? n : 0] = '\0';
	close(ends[0]);
}

static void short_work(void)
{
	tutti_progress *p = tutti_progress_create("files", 2);

	tutti_progress_add(p, 2);
	tutti_progress_print("a %s", "line");
	tutti_report(0, "a report");
	tutti_progress_free(p);
	tutti_progress_suspend(); /* without any */
	tutti_progress_print("another\n");
	tutti_progress_resume();
	tutti_progress_add(NULL, 1);
	CHECK_EQ(tutti_progress_count(NULL), 0);
	tutti_progress_free(NULL);
}

static void is_plain_elsewhere(void)
{
	static char text[TEXT_BYTES];

	with_a_pipe(short_work, text);
	CHECK(strncmp(text, "a line\ntutti: a report\nfiles 100% 2/2 ", 38) == 0);
	CHECK(ends_with(text, "\nanother\n"));
	CHECK(!strchr(text, '\r') && !strchr(text, '\033'));
}

static void is_plain_on_a_dumb_terminal(void)
{
	static char text[TEXT_BYTES];
	int master;

	setenv("TERM", "dumb", 1);
	master = enter_terminal();
	short_work();
	leave_terminal(master, text);
	setenv("TERM", "xterm", 1);
	CHECK(strncmp(text, "a line\r\ntutti: a report\r\nfiles 100% 2/2 ", 40) == 0);
	CHECK(!strchr(text, '\033'));
}

static void gives_way_to_words(void)
{
	static char text[TEXT_BYTES];
	int master = enter_terminal();
	tutti_progress *p = tutti_progress_create("files", 2);

	tutti_progress_print("%s\ntwo", "one");
	tutti_report(0, "a report");
	tutti_progress_suspend();
	tutti_progress_print("alone");
	tutti_progress_resume();
	tutti_progress_free(p);
	leave_terminal(master, text);
	CHECK(strstr(text, "\rone\033[K\r\ntwo\033[K\r\n\rfiles   0% "));
	CHECK(strstr(text, "\rtutti: a report\033[K\r\n\rfiles   0% "));
	CHECK(strstr(text, "\r\033[Jalone\r\n"));
}

static void *count(void *p)
{
	for (int i = 0; i < 1000; i++)
		tutti_progress_add(p, 1);
	return NULL;
}

static void counts_from_any_thread(void)
{
	static char text[TEXT_BYTES];
	int master = enter_terminal();
	tutti_progress *p = tutti_progress_create("n", 4000);
	tutti_future *f[4];

	for (int i = 0; i < 4; i++)
		f[i] = i % 2 ? tutti_thread_start(count, p, NULL)
			     : tutti_task_start(count, p, NULL);
	CHECK_EQ(tutti_join_all(f, 4), 0);
	tutti_progress_free(p);
	leave_terminal(master, text);
	CHECK(last_line_begins(text, "n 100% [####################] 4000/4000 "));
}

static void no_memory(void)
{
	static char text[TEXT_BYTES];
	int master;
	tutti_progress *p;

	test_alloc_fail_at(1);
	CHECK(!tutti_progress_create("files", 2));
	master = enter_terminal();
	test_alloc_fail_at(2); /* the renderer's: it is drawn now and at the end, not in between */
	p = tutti_progress_create("files", 2);
	CHECK(p != NULL);
	tutti_progress_add(p, 2);
	test_alloc_fail_at(1);
	tutti_progress_print("no %s", "memory"); /* at least its format */
	tutti_progress_free(p);
	leave_terminal(master, text);
	CHECK(strstr(text, "\rfiles   0%") && strstr(text, "\rno %s\033[K\r\n"));
	CHECK(last_line_begins(text, "files 100%"));
}

int main(void)
{
	setenv("LC_ALL", "C", 1);
	setenv("TERM", "xterm", 1);
	suite_begin();
	RUN(draws_to_the_end);
	RUN(draws_what_there_is);
	RUN(has_a_line_for_each);
	RUN(is_plain_elsewhere);
	RUN(is_plain_on_a_dumb_terminal);
	RUN(gives_way_to_words);
	RUN(counts_from_any_thread);
	RUN(no_memory);
	return suite_end();
}
