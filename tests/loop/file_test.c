/* SPDX-License-Identifier: MIT */
/* rows: F106 */
/* Files: from threads and tasks, and nobody is held up meanwhile. */
#include "support/both.h"
#include "support/child.h"
#include "support/leaks.h"
#include "support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <tutti/file.h>

static char folder[] = "/tmp/tutti-file-XXXXXX";
static char path[64], other[64];

static void write_text(const char *where, const char *text)
{
	CHECK_EQ(tutti_file_store(where, tutti_bytes_text(text), 0644), 0);
}

static void check_text(const char *where, const char *text)
{
	tutti_bytes all;

	CHECK_EQ(tutti_file_load(where, &all), 0);
	CHECK_EQ(all.size, strlen(text));
	CHECK(memcmp(all.data, text, all.size) == 0);
	tutti_bytes_free(&all);
}

static void *one_file(void *arg)
{
	char got[16];
	struct stat st;
	int fd = tutti_file_open(path, O_RDWR | O_CREAT | O_EXCL, 0600);

	CHECK(fd >= 0);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(tutti_file_write(fd, "hello ", 6, -1), 0);
	CHECK_EQ(tutti_file_write(fd, "world", 5, -1), 0);
	CHECK_EQ(tutti_file_write(fd, "W", 1, 6), 0);
	CHECK_EQ(tutti_file_sync(fd), 0);
	CHECK_EQ(tutti_file_read(fd, got, sizeof got, 3), 8);
	CHECK(memcmp(got, "lo World", 8) == 0);
	CHECK_EQ(tutti_file_read(fd, got, sizeof got, -1), 0); /* it stands at the end */
	CHECK_EQ(close(fd), 0);
	CHECK_EQ(tutti_file_stat(path, &st), 0);
	CHECK_EQ(st.st_size, 11);
	CHECK_EQ(tutti_file_rename(path, other), 0);
	CHECK_EQ(tutti_file_stat(path, &st), -ENOENT);
	CHECK_EQ(tutti_file_remove(other), 0);
	return arg;
}

static void a_file_from_beginning_to_end(enum mix mix)
{
	CHECK_EQ(finish(start_as(mix, one_file, NULL)), 0);
}

/* rows: F46 */
static void whole_files(void)
{
	char *big = malloc(1000001);
	struct stat st;

	CHECK(big);
	memset(big, 'x', 1000000);
	big[1000000] = '\0';
	write_text(path, "first");
	check_text(path, "first");
	write_text(path, big);
	check_text(path, big);
	write_text(path, "");
	check_text(path, "");
	CHECK_EQ(tutti_file_stat(path, &st), 0);
	CHECK_EQ(st.st_mode & 0777, 0644);
	CHECK_EQ(tutti_file_remove(path), 0);
	CHECK_EQ(rmdir(folder), 0); /* nothing else was left in it */
	CHECK_EQ(mkdir(folder, 0700), 0);
	free(big);
}

/* Of those the size is not known before. */
static void files_that_are_none(void)
{
	tutti_bytes all;

	CHECK_EQ(tutti_file_load("/proc/self/maps", &all), 0);
	CHECK(all.size > 100);
	tutti_bytes_free(&all);
	CHECK_EQ(tutti_file_load("/dev/null", &all), 0);
	CHECK_EQ(all.size, 0);
	tutti_bytes_free(&all);
	CHECK_EQ(tutti_file_load("/", &all), -EISDIR);
}

/* A pipe's writer may take its time for more. */
static void *read_some(void *fd)
{
	char got[16];

	return give(tutti_file_read((int)(intptr_t)fd, got, sizeof got, -1));
}

static void a_pipe_gives_what_it_has(enum mix mix)
{
	tutti_bytes all;
	int fds[2];
	char at[32];

	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(write(fds[1], "abc", 3), 3);
	CHECK_EQ(finish(start_as(mix, read_some, (void *)(intptr_t)fds[0])), 3);
	CHECK_EQ(write(fds[1], "whole", 5), 5);
	CHECK_EQ(close(fds[1]), 0);
	snprintf(at, sizeof at, "/dev/fd/%d", fds[0]);
	CHECK_EQ(tutti_file_load(at, &all), 0);
	CHECK_EQ(all.size, 5);
	tutti_bytes_free(&all);
	CHECK_EQ(close(fds[0]), 0);
}

static void errors_are_said(void)
{
	struct stat st;
	tutti_bytes all;
	char c;

	CHECK_EQ(tutti_file_open(path, O_RDONLY, 0), -ENOENT);
	CHECK_EQ(tutti_file_load(path, &all), -ENOENT);
	CHECK_EQ(tutti_file_store("/proc/none/file", tutti_bytes_text("x"), 0644), -ENOENT);
	CHECK_EQ(tutti_file_stat(path, &st), -ENOENT);
	CHECK_EQ(tutti_file_rename(path, other), -ENOENT);
	CHECK_EQ(tutti_file_remove(path), -ENOENT);
	CHECK_EQ(tutti_file_read(-1, &c, 1, -1), -EBADF);
	CHECK_EQ(tutti_file_write(-1, "x", 1, 0), -EBADF);
	CHECK_EQ(tutti_file_sync(-1), -EBADF);
}

/* What cannot be replaced is as it was, and nothing lies beside it. */
/* rows: T47 */
static void a_failed_store_leaves_the_old(void)
{
	CHECK_EQ(mkdir(path, 0700), 0);
	CHECK(tutti_file_store(path, tutti_bytes_text("x"), 0644) < 0);
	CHECK_EQ(rmdir(path), 0);
	CHECK_EQ(rmdir(folder), 0);
	CHECK_EQ(mkdir(folder, 0700), 0);
}

/* -- walking ----------------------------------------------------------------------------------- */

static char seen[1000];

static int note(const char *at, const struct stat *st, void *arg)
{
	const char *name = at + strlen(folder) + 1;

	strcat(strcat(seen, name), S_ISDIR(st->st_mode) ? "/ " : S_ISLNK(st->st_mode) ? "@ " : " ");
	return arg && strcmp(name, arg) == 0 ? 1 : strcmp(name, "stop") == 0 ? TUTTI_EUSER : 0;
}

static char *in_folder(const char *name)
{
	static char at[100];

	snprintf(at, sizeof at, "%s/%s", folder, name);
	return at;
}

static void *walk(void *skip)
{
	seen[0] = '\0';
	return give(tutti_file_walk(folder, note, skip));
}

static void a_walk_sees_everything_in_order(enum mix mix)
{
	const char *files[] = { "b/2", "b/1", "a", "c/d/deep", "c/x" };

	CHECK_EQ(mkdir(in_folder("b"), 0700), 0);
	CHECK_EQ(mkdir(in_folder("c"), 0700), 0);
	CHECK_EQ(mkdir(in_folder("c/d"), 0700), 0);
	CHECK_EQ(symlink("..", in_folder("b/up")), 0);
	for (int i = 0; i < 5; i++)
		write_text(in_folder(files[i]), "x");
	CHECK_EQ(finish(start_as(mix, walk, NULL)), 0);
	CHECK_STR(seen, "a b/ b/1 b/2 b/up@ c/ c/d/ c/d/deep c/x ");
	CHECK_EQ(finish(start_as(mix, walk, "c/d")), 0);
	CHECK_STR(seen, "a b/ b/1 b/2 b/up@ c/ c/d/ c/x ");
	write_text(in_folder("stop"), "x");
	CHECK_EQ(finish(start_as(mix, walk, "c")), TUTTI_EUSER);
	CHECK_STR(seen, "a b/ b/1 b/2 b/up@ c/ stop ");
	for (int i = 0; i < 5; i++)
		CHECK_EQ(tutti_file_remove(in_folder(files[i])), 0);
	CHECK_EQ(tutti_file_remove(in_folder("stop")), 0);
	CHECK_EQ(tutti_file_remove(in_folder("b/up")), 0);
	CHECK_EQ(tutti_file_remove(in_folder("c/d")), 0);
	CHECK_EQ(tutti_file_remove(in_folder("c")), 0);
	CHECK_EQ(tutti_file_remove(in_folder("b")), 0);
	CHECK_EQ(tutti_file_walk("/proc/none", note, NULL), -ENOENT);
}

static void make_folders(void)
{
	CHECK_EQ(mkdir(in_folder("b"), 0755), 0);
	CHECK_EQ(mkdir(in_folder("c"), 0755), 0);
	CHECK_EQ(mkdir(in_folder("d"), 0755), 0);
	write_text(in_folder("b/hidden"), "x");
	write_text(in_folder("c/unknown"), "x");
	write_text(in_folder("d/x"), "x");
	write_text(in_folder("e"), "x");
	CHECK_EQ(chmod(folder, 0755), 0);
	CHECK_EQ(chmod(in_folder("b"), 0), 0);
	CHECK_EQ(chmod(in_folder("c"), 0444), 0); /* names can be read, but nothing about them */
}

static void remove_folders(void)
{
	CHECK_EQ(chmod(in_folder("b"), 0700), 0);
	CHECK_EQ(chmod(in_folder("c"), 0700), 0);
	CHECK_EQ(tutti_file_remove(in_folder("b/hidden")), 0);
	CHECK_EQ(tutti_file_remove(in_folder("c/unknown")), 0);
	CHECK_EQ(tutti_file_remove(in_folder("d/x")), 0);
	CHECK_EQ(tutti_file_remove(in_folder("e")), 0);
	CHECK_EQ(rmdir(in_folder("b")), 0);
	CHECK_EQ(rmdir(in_folder("c")), 0);
	CHECK_EQ(rmdir(in_folder("d")), 0);
}

/*
 * In a process of its own, which gives up what lets root read everything. It is forked while there
 * is no other thread: what those have is lost in the child, as valgrind sees it.
 */
__attribute__((unused)) static void what_cannot_be_read_is_told_at_the_end(void)
{
	pid_t child;

	make_folders();
	child = child_fork();
	if (child == 0) {
		if (geteuid() == 0)
			CHECK_EQ(setuid(65534), 0);
		CHECK_EQ((intptr_t)walk(NULL), -EACCES);
		CHECK_STR(seen, "b/ c/ d/ d/x e ");
		CHECK_EQ(finish(tutti_task_start(walk, NULL, NULL)), -EACCES);
		CHECK_EQ(tutti_file_walk(in_folder("b"), note, NULL), -EACCES);
		_exit(0);
	}
	child_wait(child);
	remove_folders();
}

static int remove_folder(const char *at, const struct stat *st, void *arg)
{
	++*(int *)arg;
	return S_ISDIR(st->st_mode) && rmdir(at) < 0 ? -errno : 0;
}

/* What goes while one walks is not there, and no reason to end. */
static void what_goes_meanwhile_is_not_there(void)
{
	int n = 0;

	CHECK_EQ(mkdir(in_folder("a"), 0700), 0);
	CHECK_EQ(mkdir(in_folder("b"), 0700), 0);
	CHECK_EQ(tutti_file_walk(folder, remove_folder, &n), 0);
	CHECK_EQ(n, 2);
}

/* -- others go on ------------------------------------------------------------------------------ */

static void *count_turns(void *stop)
{
	intptr_t turns = 0;

	while (!*(bool *)stop) {
		turns++;
		CHECK_EQ(tutti_yield(), 0);
	}
	return give(turns);
}

/* A pipe that nobody has opened for writing yet: the open waits, the tasks do not. */
static void *open_fifo(void *arg)
{
	int fd = tutti_file_open(path, O_RDONLY, 0);

	(void)arg;
	CHECK(fd >= 0);
	CHECK_EQ(close(fd), 0);
	return NULL;
}

/* rows: F106 D34 */
static void other_tasks_go_on(void)
{
	bool stop = false;
	tutti_future *opener, *counter;
	int fd;

	CHECK_EQ(mkfifo(path, 0600), 0);
	opener = tutti_task_start(open_fifo, NULL, NULL);
	counter = tutti_task_start(count_turns, &stop, NULL);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(tutti_yield(), 0);
	CHECK(!tutti_future_done(opener));
	fd = tutti_file_open(path, O_WRONLY, 0);
	CHECK(fd >= 0);
	CHECK_EQ(finish(opener), 0);
	stop = true;
	CHECK(finish(counter) >= 100);
	CHECK_EQ(close(fd), 0);
	CHECK_EQ(tutti_file_remove(path), 0);
}

/* It blocks by itself: there is nobody whom that would hold up. */
static void a_thread_without_tasks_needs_no_helper(void)
{
	int threads = leaks_threads();

	write_text(path, "x");
	check_text(path, "x");
	CHECK_EQ((intptr_t)walk(NULL), 0);
	CHECK_STR(seen, "file ");
	CHECK_EQ(tutti_file_remove(path), 0);
	CHECK_EQ(leaks_threads(), threads);
}

int main(void)
{
	suite_begin();
	CHECK(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/file", folder);
	snprintf(other, sizeof other, "%s/other", folder);
	RUN(a_thread_without_tasks_needs_no_helper);
#ifndef __SANITIZE_THREAD__ /* in a forked child it takes a switch of stacks for a race */
	RUN(what_cannot_be_read_is_told_at_the_end);
#endif
	RUN_MIXES(a_file_from_beginning_to_end);
	RUN(whole_files);
	RUN(files_that_are_none);
	RUN_MIXES(a_pipe_gives_what_it_has);
	RUN(errors_are_said);
	RUN(a_failed_store_leaves_the_old);
	RUN_MIXES(a_walk_sees_everything_in_order);
	RUN(what_goes_meanwhile_is_not_there);
	RUN(other_tasks_go_on);
	CHECK_EQ(rmdir(folder), 0);
	return suite_end();
}
