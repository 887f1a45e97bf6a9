/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-asan LABELS no-valgrind LABELS no-qemu */
/* What is refused at a limit of the system's, in particular; limits_test.c tries all of them. */
#define _GNU_SOURCE /* unshare */
#include <tutti/tutti.h>

#include "os/os.h"
#include "proc/server.h"
#include "support/again.h"
#include "support/leaks.h"
#include "support/own.h"
#include "support/suite.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { LARGE = 2 << 20 };

/* Returns what it was. */
static rlim_t allow(int resource, rlim_t n)
{
	struct rlimit limit;
	rlim_t was;

	CHECK_EQ(getrlimit(resource, &limit), 0);
	was = limit.rlim_cur;
	limit.rlim_cur = n;
	CHECK_EQ(setrlimit(resource, &limit), 0);
	return was;
}

static tutti_bytes make(void)
{
	static char text[LARGE];
	tutti_bytes out = { NULL, 0, NULL };

	if (tutti_bytes_copy(&out, text, sizeof(text)) < 0)
		tutti_fail(-ENOMEM, "no memory for so much");
	return out;
}
TUTTI_JOB(make, tutti_bytes, void);

/* Its worker may not write so much when it comes to do so. */
static tutti_bytes make_too_much(void)
{
	allow(RLIMIT_FSIZE, LARGE / 2);
	return make();
}
TUTTI_JOB(make_too_much, tutti_bytes, void);

static int count(tutti_bytes in)
{
	return (int)in.size;
}
TUTTI_JOB(count, int, tutti_bytes);

static int spawn_large(void)
{
	static char text[LARGE];
	tutti_bytes in = tutti_bytes_of(text, sizeof(text));
	tutti_process *p = tutti_process_start(
		&count_job, &in, &(tutti_process_options){ .method = TUTTI_SPAWN });
	int n, rc = count_result(p, &n);

	CHECK(rc < 0 || n == LARGE);
	tutti_future_unref(p);
	return rc;
}

/* A thread, and what the family has, stay; and that is large by itself. */
static void begin_the_first(void)
{
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, "processes:1", NULL), 0);
	tutti_executor_free(e);
	tu_server_end();
}

/* 77: the folder cannot be made small here. One name finds a place there, the link itself. */
static int fill_the_folder(void)
{
	tutti_shm *m, *other;

	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=4k,nr_inodes=2") != 0)
		return 77;
	CHECK_EQ(tutti_shm_create_named(&m, "first", 100), 0);
	CHECK_EQ(tutti_shm_create_named(&other, "second", 100), -ENOSPC);
	tutti_shm_free(m);
	CHECK_EQ(tutti_shm_create_named(&other, "second", 100), 0);
	tutti_shm_free(other);
	return 0;
}

static const struct again_part parts[] = { { "full", fill_the_folder }, { NULL, NULL } };

/* Who cannot be looked up is not taken for dead. */
static void no_name_is_taken_away(void)
{
	tutti_shm *m, *other;

	CHECK_EQ(tutti_shm_create_named(&m, own_name("tutti-refused"), 100), 0);
	for (rlim_t n = 3; n < 20; n++) {
		rlim_t usual = allow(RLIMIT_NOFILE, n);
		int rc = tutti_shm_create_named(&other, own_name("tutti-refused"), 100);

		allow(RLIMIT_NOFILE, usual);
		CHECK(rc == -EMFILE || rc == -EEXIST);
	}
	CHECK_EQ(tutti_shm_open(&other, own_name("tutti-refused")), 0);
	CHECK(other == m);
	tutti_shm_free(other);
	tutti_shm_free(m);
}

/* Those of a request: the others would be taken for what they are not. */
static void all_of_them_come_or_none(void)
{
	int before = leaks_descriptors(), end[2], fds[3] = { 0, 1, 2 }, came[3];
	rlim_t usual;
	char c = 'x';

	CHECK_EQ(tu_os_channel_open(end), 0);
	CHECK_EQ(tu_os_channel_send(end[0], &c, 1, fds, 3), 0);
	usual = allow(RLIMIT_NOFILE, (rlim_t)end[1] + 3); /* two find a place */
	CHECK_EQ(tu_os_channel_receive(end[1], &c, 1, came, 3), -EMFILE);
	allow(RLIMIT_NOFILE, usual);
	tu_os_close(end[0]);
	tu_os_close(end[1]);
	CHECK(leaks_descriptors() <= before);
}

/* Writing more than that would end whoever does it. */
static void what_is_too_large_to_be_handed_on_is_refused(void)
{
	tutti_executor *e;
	tutti_future *f;
	tutti_bytes got;
	rlim_t usual;

	usual = allow(RLIMIT_FSIZE, LARGE / 2);
	CHECK_EQ(spawn_large(), -EFBIG);
	allow(RLIMIT_FSIZE, usual);
	CHECK_EQ(tutti_executor_open(&e, "processes:1", NULL), 0);
	f = make_too_much_submit(e);
	CHECK_EQ(make_too_much_result(f, &got), -EFBIG);
	tutti_future_unref(f);
	tutti_executor_free(e);
	tu_server_end();
}

static void a_full_folder_of_names(void)
{
	struct again a = again("full");

	if (WIFEXITED(a.status) && WEXITSTATUS(a.status) == 77)
		printf("  cannot be had here\n");
	else
		again_check_exit(&a, "full", 0);
	again_free(&a);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return again_part(parts, argv[1]);
	begin_the_first();
	suite_begin();
	RUN(what_is_too_large_to_be_handed_on_is_refused);
	RUN(a_full_folder_of_names);
	RUN(no_name_is_taken_away);
	RUN(all_of_them_come_or_none);
	return suite_end();
}
