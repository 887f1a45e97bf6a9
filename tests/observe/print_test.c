/* SPDX-License-Identifier: MIT */
/* rows: F152 C26 */
/* ctest: LABELS no-tsan */ /* which has a thread of its own, so that no process can be copied */
/* What is printed stays whole, comes when it should, and comes once. */
#include <tutti/tutti.h>

#include "support/again.h"
#include "support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

enum { PROCESSES = 8, LINES = 1000, LONGEST = 300, TALKERS = 4, LONG_BYTES = 100000 };

/* A line that says how long it is and whose: "3 017 xxxxxxxxxxxxxxxxx". */
static void print_line(int who, int i)
{
	char tail[LONGEST + 1];
	int n = i * 7 % LONGEST;

	memset(tail, 'a' + who, (size_t)n);
	tail[n] = '\0';
	CHECK_EQ(tutti_print(0, "%d %03d %s\n", who, n, tail), n + 7);
}

static void *print_lines(void *arg)
{
	for (int i = 0; i < LINES; i++)
		print_line((int)(intptr_t)arg, i);
	return NULL;
}

static int by_processes(void)
{
	int children[PROCESSES], status;

	for (int i = 0; i < PROCESSES; i++) {
		children[i] = tutti_fork();
		CHECK(children[i] >= 0);
		if (children[i] == 0) {
			print_lines(give(i));
			return 0;
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		CHECK_EQ(waitpid(children[i], &status, 0), children[i]);
		CHECK_EQ(status, 0);
	}
	return 0;
}

static int by_threads(void)
{
	tutti_future *all[TALKERS];

	for (int i = 0; i < TALKERS; i++)
		all[i] = tutti_thread_start(print_lines, give(i), NULL);
	CHECK_EQ(tutti_join_all(all, TALKERS), 0);
	for (int i = 0; i < TALKERS; i++)
		tutti_future_unref(all[i]);
	return 0;
}

static int before_a_fork(void)
{
	int child, status;

	tutti_print(0, "once\n");
	child = tutti_fork();
	if (child == 0) {
		tutti_print(TUTTI_FLUSH, "shown\n");
		tutti_print(0, "lost\n");
		raise(SIGKILL);
	}
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK(WIFSIGNALED(status));
	tutti_print(0, "at the end\n");
	return 0;
}

static const struct again_part parts[] = {
	{ "processes", by_processes },
	{ "threads", by_threads },
	{ "fork", before_a_fork },
	{ NULL, NULL },
};

/* Each line says its own length and is made of one letter. */
static void expect_whole(const char *part, int who)
{
	struct again a = again(part);
	int seen[PROCESSES] = { 0 };

	again_check_exit(&a, part, 0);
	CHECK_EQ(again_lines(&a), who * LINES);
	for (char *line = a.out, *end; (end = strchr(line, '\n')); line = end + 1) {
		int whose = line[0] - '0', n = (int)strtol(line + 2, NULL, 10);

		CHECK(whose >= 0 && whose < who);
		CHECK_EQ(end - line, n + 6);
		CHECK_EQ(n, seen[whose]++ * 7 % LONGEST); /* and each one's in order */
		for (int i = 0; i < n; i++)
			CHECK(line[6 + i] == 'a' + whose);
	}
	again_free(&a);
}

static void lines_of_processes_are_whole(void)
{
	expect_whole("processes", PROCESSES);
}

static void lines_of_threads_are_whole(void)
{
	expect_whole("threads", TALKERS);
}

static void nothing_is_printed_twice(void)
{
	struct again a = again("fork");

	again_check_exit(&a, "fork", 0);
	CHECK_STR(a.out, "once\nshown\nat the end\n");
	again_free(&a);
}

/* -- with another standard output -------------------------------------------------------------- */

static int kept;

static void redirect(int fd)
{
	CHECK_EQ(fflush(stdout), 0);
	kept = dup(1);
	CHECK(kept >= 0);
	CHECK_EQ(dup2(fd, 1), 1);
}

static void restore(void)
{
	CHECK_EQ(dup2(kept, 1), 1);
	CHECK_EQ(close(kept), 0);
}

static bool there_is_something(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void is_seen_when_it_should(void)
{
	char text[20] = "";
	int ends[2];

	CHECK_EQ(pipe(ends), 0);
	redirect(ends[1]);
	CHECK_EQ(tutti_print(0, "Ping"), 4);
	CHECK(!there_is_something(ends[0]));
	CHECK_EQ(tutti_print(TUTTI_FLUSH, "%s", "Pong"), 4);
	CHECK_EQ(read(ends[0], text, sizeof(text)), 8);
	CHECK_STR(text, "PingPong");
	CHECK_EQ(tutti_print(0, "more"), 4);
	CHECK_EQ(tutti_print(TUTTI_FLUSH, "%s", ""), 0);
	CHECK_EQ(read(ends[0], text, sizeof(text)), 4);
	restore();
	close(ends[0]);
	close(ends[1]);
}

/* It goes past the buffer, after what was in it. */
static void a_long_text_is_one_piece(void)
{
	char *text = malloc(LONG_BYTES + 1), path[] = "/tmp/tutti-print-XXXXXX";
	static char got[LONG_BYTES + 10];
	int fd = mkstemp(path);

	CHECK(text != NULL && fd >= 0);
	CHECK_EQ(unlink(path), 0);
	memset(text, 'x', LONG_BYTES);
	text[LONG_BYTES] = '\0';
	redirect(fd);
	CHECK_EQ(tutti_print(0, "before"), 6);
	CHECK_EQ(tutti_print(0, "%s", text), LONG_BYTES);
	CHECK_EQ(pread(fd, got, sizeof(got), 0), LONG_BYTES + 6);
	CHECK_EQ(memcmp(got, "before", 6), 0);
	CHECK_EQ(memcmp(got + 6, text, LONG_BYTES), 0);
	restore();
	close(fd);
	free(text);
}

static void what_fails_is_said(void)
{
	int full = open("/dev/full", O_WRONLY), ends[2];

	CHECK(full >= 0);
	CHECK_EQ(tutti_print(2, "no such flag"), -EINVAL);
	redirect(full);
	CHECK_EQ(tutti_print(TUTTI_FLUSH, "text"), -ENOSPC);
	restore();
	close(full);
	CHECK_EQ(pipe(ends), 0);
	close(ends[0]);
	CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	redirect(ends[1]);
	CHECK_EQ(tutti_print(TUTTI_FLUSH, "text"), -EPIPE);
	restore();
	close(ends[1]);
	CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
	clearerr(stdout);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return again_part(parts, argv[1]);
	suite_begin();
	RUN(lines_of_processes_are_whole);
	RUN(lines_of_threads_are_whole);
	RUN(nothing_is_printed_twice);
	RUN(is_seen_when_it_should);
	RUN(a_long_text_is_one_piece);
	RUN(what_fails_is_said);
	return suite_end();
}
