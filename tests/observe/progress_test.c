/* SPDX-License-Identifier: MIT */
/* rows: F150 */
/* ctest: VIRTUAL ON */
/* progress_test.c - what a terminal gets to see, and that nothing else gets anything. */
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
	CHECK(ends_with(text, "\r\n"));
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

static void one_has_the_line(void)
{
	static char text[TEXT_BYTES];
	int master = enter_terminal();
	tutti_progress *first = tutti_progress_create("first", 1), *second, *third;

	second = tutti_progress_create("second", 1);
	tutti_progress_add(second, 1);
	tutti_progress_free(second);
	tutti_progress_add(first, 1);
	tutti_progress_free(first);
	third = tutti_progress_create("third", 1);
	tutti_progress_free(third);
	leave_terminal(master, text);
	CHECK(strstr(text, "first") && strstr(text, "third") && !strstr(text, "second"));
}

static void is_silent_elsewhere(void)
{
	int ends[2];
	char c;
	tutti_progress *p;

	CHECK_EQ(pipe(ends), 0);
	real_stderr = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	p = tutti_progress_create("files", 2);
	tutti_progress_add(p, 2);
	tutti_progress_free(p);
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(ends[1]);
	CHECK_EQ(read(ends[0], &c, 1), 0);
	close(ends[0]);
	tutti_progress_add(NULL, 1);
	tutti_progress_free(NULL);
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
	test_alloc_fail_at(2); /* the renderer's: it counts on, unseen */
	p = tutti_progress_create("files", 2);
	CHECK(p != NULL);
	tutti_progress_add(p, 2);
	tutti_progress_free(p);
	p = tutti_progress_create("next", 1); /* the line was given back */
	tutti_progress_free(p);
	leave_terminal(master, text);
	CHECK(!strstr(text, "files") && strstr(text, "next"));
}

int main(void)
{
	suite_begin();
	RUN(draws_to_the_end);
	RUN(draws_what_there_is);
	RUN(one_has_the_line);
	RUN(is_silent_elsewhere);
	RUN(counts_from_any_thread);
	RUN(no_memory);
	return suite_end();
}
