/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-qemu */ /* there is no fork server there */
/*
 * In a series of starts the fork server makes the next child in advance. Nobody sees that one, its
 * job finds what that of any other child finds, and none is left when its server or its program
 * ends. Whoever is killed, an order is not run twice; that is start_crash_test.c, step by step.
 */
#define _GNU_SOURCE /* prlimit */
#include <tutti/tutti.h>

#include "support/again.h"
#include "support/plan.h"

#include <dirent.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/stat.h>

static int square(int n)
{
	plan_note_run(n);
	return n * n;
}
TUTTI_JOB(square, int, int);

static tutti_process *start(int n)
{
	return tutti_process_start(&square_job, &n, NULL);
}

/* Takes p. */
static void check_square(tutti_process *p, int n)
{
	int squared;

	CHECK_EQ(square_result(p, &squared), 0);
	CHECK_EQ(squared, n * n);
	CHECK_EQ(plan_ran(n), 1);
	tutti_future_unref(p);
}

static void begin_anew(void)
{
	tu_server_end();
	plan_make(TU_CRASH_NOBODY, 0); /* nothing has run */
}

/* -- who is there ------------------------------------------------------------------------------ */

static pid_t server, spare;

static pid_t parent_of(const char *pid)
{
	char path[64], text[512], *end;
	FILE *f;
	int parent = 0;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	text[fread(text, 1, sizeof(text) - 1, f)] = 0;
	fclose(f);
	end = strrchr(text, ')'); /* NULL: it has ended meanwhile */
	CHECK(!end || sscanf(end, ") %*c %d", &parent) == 1);
	return parent;
}

/* Of this process' children, ended or not, the only one besides that; 0: there is none. */
static pid_t child_besides(pid_t other)
{
	DIR *all = opendir("/proc");
	pid_t found = 0;

	CHECK(all != NULL);
	for (struct dirent *e; (e = readdir(all));) {
		pid_t pid = atoi(e->d_name);

		if (pid <= 0 || pid == other || parent_of(e->d_name) != getpid())
			continue;
		CHECK_EQ(found, 0);
		found = pid;
	}
	closedir(all);
	return found;
}

/* Two starts are a series, however slow: see plan.h. */
static void have_spare(void)
{
	begin_anew();
	check_square(start(1), 1);
	server = child_besides(0);
	CHECK(server > 0);
	check_square(start(2), 2);
	EVENTUALLY((spare = child_besides(server)) != 0);
}

/* It stays to be waited for. */
static void kill_it(pid_t pid)
{
	siginfo_t info;

	CHECK_EQ(kill(pid, SIGKILL), 0);
	CHECK_EQ(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

static void check_waited_for(pid_t pid)
{
	siginfo_t info;

	CHECK_EQ(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT), -1);
	CHECK_EQ(errno, ECHILD);
}

/* -- nobody sees it ---------------------------------------------------------------------------- */

static void it_is_in_no_list(void)
{
	tutti_process *list[4];

	have_spare();
	CHECK_EQ(tutti_process_children(list, 4), 0);
	CHECK_EQ(waitpid(-1, NULL, WNOHANG), 0); /* nobody has ended who was not waited for */
	plan_check_alone();
}

/* With its order it is a process as any other, and another takes its place. */
static void it_becomes_the_next_process(void)
{
	tutti_process *p;
	pid_t first;

	have_spare();
	for (int n = 3; n < 8; n++) {
		first = spare;
		p = start(n);
		CHECK_EQ(tutti_process_pid(p), first);
		check_square(p, n);
		check_waited_for(first);
		EVENTUALLY((spare = child_besides(server)) != 0);
		CHECK_EQ(tutti_process_children(NULL, 0), 0);
	}
	plan_check_alone();
}

/* -- what its job finds ------------------------------------------------------------------------ */

struct page {
	char text[16384];
	size_t n;
};

static void note(struct page *p, const char *format, ...) TUTTI_PRINTF(2, 3);

static void note(struct page *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	p->n += (size_t)vsnprintf(p->text + p->n, sizeof(p->text) - p->n, format, args);
	va_end(args);
	CHECK(p->n < sizeof(p->text));
}

static void note_stream(struct page *p, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0)
		note(p, "stream %d: %llu in %llu\n", fd, (unsigned long long)st.st_ino,
			(unsigned long long)st.st_dev);
	else
		note(p, "stream %d is closed\n", fd);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* What kinds there are: each pipe and each socket is another. */
static void note_descriptors(struct page *p)
{
	char kinds[64][80], path[300];
	DIR *all = opendir("/proc/self/fd");
	size_t n = 0;

	CHECK(all != NULL);
	for (struct dirent *e; (e = readdir(all)) && n < 64;) {
		ssize_t got;

		if (*e->d_name == '.' || atoi(e->d_name) == dirfd(all))
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%s", e->d_name);
		got = readlink(path, kinds[n], sizeof(*kinds) - 1);
		CHECK(got > 0);
		kinds[n][got] = 0;
		kinds[n][strcspn(kinds[n], "[")] = 0;
		n++;
	}
	closedir(all);
	qsort(kinds, n, sizeof(*kinds), compare_names);
	for (size_t i = 0; i < n; i++)
		note(p, "open: %s\n", kinds[i]);
}

/* Signals, threads, identity and limits. */
static void note_status(struct page *p)
{
	static const char *const words[] = { "Name:", "Umask:", "PPid:", "Uid:", "Gid:", "Groups:",
		"Threads:", "SigPnd:", "ShdPnd:", "SigBlk:", "SigIgn:", "SigCgt:", "CapEff:",
		"NoNewPrivs:", "Seccomp:", "Cpus_allowed:" };
	FILE *f = fopen("/proc/self/status", "r");
	char line[512];

	CHECK(f != NULL);
	while (fgets(line, sizeof(line), f))
		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (strncmp(line, words[i], strlen(words[i])) == 0)
				note(p, "%s", line);
	fclose(f);
}

static tutti_bytes look_around(void)
{
	static struct page p;
	tutti_bytes out = { NULL, 0, NULL };
	char here[512];

	for (int i = 0; i < 3; i++)
		note_stream(&p, i);
	note_descriptors(&p); /* the first that is opened here may become a stream */
	note_status(&p);
	note(&p, "in %s\n", getcwd(here, sizeof(here)));
	note(&p, "%s of group %d in session %d\n", tutti_process_name(NULL), (int)getpgrp(),
		(int)getsid(0));
	for (char **e = environ; *e; e++)
		note(&p, "%s\n", *e);
	if (tutti_bytes_copy(&out, p.text, p.n + 1) < 0)
		tutti_fail(-ENOMEM, "no memory");
	return out;
}
TUTTI_JOB(look_around, tutti_bytes, void);

/* What a job finds; who runs it. */
static pid_t look(tutti_bytes *found)
{
	tutti_process_options o = { .name = "who looks" };
	tutti_process *p = tutti_process_start(&look_around_job, NULL, &o);
	pid_t pid = tutti_process_pid(p);

	CHECK_EQ(look_around_result(p, found), 0);
	tutti_future_unref(p);
	return pid;
}

static void check_same(const tutti_bytes *usual, const tutti_bytes *found)
{
	if (strcmp(usual->data, found->data) == 0)
		return;
	fprintf(stderr, "usually:\n%s\nin one that was there before:\n%s\n",
		(const char *)usual->data, (const char *)found->data);
	check_end();
}

/* All that is open: the streams, the channel, where the parent's life is seen, and the family. */
static void check_descriptors(const tutti_bytes *found)
{
	static const char *const open[] = { "/dev/null\n", "/dev/null\n", "/dev/null\n",
		"/memfd:tutti-family (deleted)\n", "pipe:\n", "socket:\n" };
	const char *at = found->data;

	for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++) {
		at = strstr(at, "open: ");
		CHECK(at && strncmp(at + 6, open[i], strlen(open[i])) == 0);
		at += 6;
	}
	CHECK(strstr(at, "open: ") == NULL);
}

/* Other streams, and another directory, than when the server began. */
static void a_job_finds_the_same(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), was[3];
	int directory = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	tutti_bytes usual, found;
	pid_t first, second;

	CHECK(null >= 0 && directory >= 0);
	have_spare();
	for (int i = 0; i < 3; i++) {
		was[i] = fcntl(i, F_DUPFD_CLOEXEC, 3);
		CHECK(was[i] >= 0);
		CHECK_EQ(dup2(null, i), i);
	}
	CHECK_EQ(chdir("/proc"), 0);
	kill_it(spare);
	first = look(&usual);
	EVENTUALLY((second = child_besides(server)) != 0);
	CHECK_EQ(look(&found), second);
	CHECK_EQ(fchdir(directory), 0);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(dup2(was[i], i), i);
		CHECK_EQ(close(was[i]), 0);
	}
	CHECK_EQ(close(directory), 0);
	CHECK_EQ(close(null), 0);
	CHECK(first != spare);
	check_same(&usual, &found);
	CHECK(strstr(found.data, "\nin /proc\n") != NULL);
	check_descriptors(&found);
	tutti_bytes_free(&usual);
	tutti_bytes_free(&found);
	plan_check_alone();
}

/* -- somebody kills it, or its server ---------------------------------------------------------- */

static void its_order_goes_to_another(void)
{
	have_spare();
	for (int n = 3; n < 8; n++) {
		pid_t killed = spare;
		tutti_process *p;

		kill_it(killed);
		p = start(n);
		CHECK(tutti_process_pid(p) != killed);
		check_square(p, n);
		check_waited_for(killed);
		EVENTUALLY((spare = child_besides(server)) != 0);
	}
	plan_check_alone();
}

static void it_ends_with_the_server(void)
{
	siginfo_t info;

	have_spare();
	kill_it(server);
	CHECK_EQ(waitid(P_PID, (id_t)spare, &info, WEXITED | WNOWAIT), 0);
	CHECK_EQ(info.si_code, CLD_EXITED);
	check_square(start(3), 3);
	check_waited_for(server);
	check_waited_for(spare);
	plan_check_alone();
}

static void both_are_killed(void)
{
	have_spare();
	kill_it(spare);
	kill_it(server);
	check_square(start(3), 3);
	check_waited_for(server);
	check_waited_for(spare);
	plan_check_alone();
}

/* -- limits ------------------------------------------------------------------------------------ */

static void a_refused_start_leaves_it(void)
{
	struct rlimit usual, few;
	tutti_process *p;

	have_spare();
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
	few = (struct rlimit){ 3, usual.rlim_max };
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
	p = start(3);
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &usual), 0);
	CHECK_EQ(tutti_future_error(p), -EMFILE);
	CHECK_EQ(plan_ran(3), 0);
	tutti_future_unref(p);
	CHECK_EQ(child_besides(server), spare);
	p = start(4);
	CHECK_EQ(tutti_process_pid(p), spare);
	check_square(p, 4);
	plan_check_alone();
}

/* They do not do for an order, or not for who is made in advance, or not for a child. */
static void the_server_has_few_descriptors(void)
{
	for (rlim_t few = 3; few < 24; few++) {
		struct rlimit limit = { few, few };

		begin_anew();
		check_square(start(1), 1);
		CHECK_EQ(prlimit(child_besides(0), RLIMIT_NOFILE, &limit, NULL), 0);
		for (int n = 2; n < 6; n++) {
			tutti_process *p = start(n);
			int squared, rc = square_result(p, &squared);

			CHECK(rc == 0 || rc == TUTTI_ECRASHED);
			CHECK_EQ(plan_ran(n), rc == 0);
			CHECK(rc < 0 || squared == n * n);
			tutti_future_unref(p);
		}
		plan_check_alone();
	}
}

/* -- a program ends ---------------------------------------------------------------------------- */

static int leave(void)
{
	have_spare();
	printf("%d %d\n", server, spare);
	return 3;
}

static int be_killed(void)
{
	leave();
	fflush(stdout);
	return raise(SIGKILL);
}

static const struct again_part parts[] = { { "leaves", leave }, { "is killed", be_killed },
	{ NULL, NULL } };

static void check_two_gone(const struct again *a)
{
	int pids[2];

	CHECK_EQ(sscanf(a->out, "%d %d", &pids[0], &pids[1]), 2);
	for (int i = 0; i < 2; i++)
		CHECK(kill(pids[i], 0) < 0 && errno == ESRCH);
}

/* Its output is read to the end, which does not come before all are gone that have it. */
static void none_outlives_its_program(void)
{
	struct again a = again("leaves");

	again_check_exit(&a, "leaves", 3);
	plan_check_alone(); /* it has waited for both itself: as orphans they were ours */
	check_two_gone(&a);
	again_free(&a);
	a = again("is killed");
	CHECK(WIFSIGNALED(a.status));
	plan_await_alone();
	check_two_gone(&a);
	again_free(&a);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return again_part(parts, argv[1]);
	close_range(3, ~0u, 0); /* what whoever runs the tests has left open: children have it */
	plan_begin();
	check_square(start(1), 1); /* a thread of ours, and what the family has, stay */
	tu_server_end();
	suite_begin();
	RUN(it_is_in_no_list);
	RUN(it_becomes_the_next_process);
	RUN(a_job_finds_the_same);
	RUN(its_order_goes_to_another);
	RUN(it_ends_with_the_server);
	RUN(both_are_killed);
	RUN(a_refused_start_leaves_it);
	RUN(the_server_has_few_descriptors);
	RUN(none_outlives_its_program);
	return suite_end();
}
