/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu */
/*
 * Files of Unix sockets that are left over: of those who begin to listen there at the same moment
 * one gets the place, and nobody removes what is another's.
 */
#include "support/both.h"
#include "support/child.h"
#include "support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <tutti/datagram.h>
#include <tutti/listener.h>

static char folder[] = "/tmp/tutti-socket-XXXXXX", where[64];

static const char *path(void)
{
	return where + strlen("unix:");
}

/* As of a process that was killed. */
static void leave_one_over(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(un.sun_path, path());
	CHECK_EQ(bind(fd, (void *)&un, sizeof un), 0);
	CHECK_EQ(close(fd), 0);
}

static bool is_there(void)
{
	struct stat st;

	return stat(path(), &st) == 0;
}

/* Who connects there gets to us. */
static void check_reachable(tutti_listener *l)
{
	tutti_stream *near, *far;

	CHECK_EQ(tutti_stream_connect(&near, where, NULL), 0);
	CHECK_EQ(tutti_listener_accept_until(l, &far, 1), 0);
	tutti_stream_free(near);
	tutti_stream_free(far);
}

/* -- the folder is locked ---------------------------------------------------------------------- */

static int lock_folder(void)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK_EQ(flock(fd, LOCK_EX), 0);
	return fd;
}

static tutti_listener *listener;

static void *listen_there(void *arg)
{
	(void)arg;
	return give(tutti_listener_create(&listener, where, NULL));
}

static void who_begins_waits_for_who_has_the_folder(enum mix mix)
{
	int lock = lock_folder();
	tutti_future *f;

	leave_one_over();
	f = start_as(mix, listen_there, NULL);
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(20)), 0);
	CHECK(is_there());
	CHECK(!tutti_future_done(f));
	CHECK_EQ(close(lock), 0);
	CHECK_EQ(finish(f), 0);
	check_reachable(listener);
	tutti_listener_free(listener);
	CHECK(!is_there());
}

static void a_cancel_ends_that(void)
{
	int lock = lock_folder();
	tutti_future *f;

	leave_one_over();
	f = tutti_task_start(listen_there, NULL, NULL);
	settle();
	CHECK(tutti_future_cancel(f));
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	CHECK_EQ(close(lock), 0);
	CHECK_EQ(unlink(path()), 0);
}

/* Somebody has it for some reason of his own, for long: nothing is removed then. */
static void it_does_not_wait_for_ever(void)
{
	int lock = lock_folder();

	leave_one_over();
	CHECK_EQ((intptr_t)listen_there(NULL), -EADDRINUSE);
	CHECK_EQ(close(lock), 0);
	CHECK_EQ(unlink(path()), 0);
}

static void packets_too(void)
{
	tutti_datagram *d;

	leave_one_over();
	CHECK_EQ(tutti_datagram_open(&d, where, NULL), 0);
	CHECK(is_there());
	tutti_datagram_free(d);
	CHECK(!is_there());
}

/* -- many at once ------------------------------------------------------------------------------ */

enum { PROCESSES = 6, ROUNDS = 200 };

static struct race {
	uint32_t round, tried, have, over; /* atomic, all */
} * race;

static void wait_until(const uint32_t *counter, uint32_t value)
{
	while (tu_load_acq(counter) < value)
		sched_yield();
}

static void race_once(uint32_t round)
{
	tutti_listener *l;
	int rc;

	wait_until(&race->round, round);
	rc = tutti_listener_create(&l, where, NULL);
	if (rc == 0)
		tu_add_acqrel(&race->have, 1u);
	else
		CHECK_EQ(rc, -EADDRINUSE);
	tu_add_acqrel(&race->tried, 1u);
	wait_until(&race->tried, round * PROCESSES);
	CHECK_EQ(tu_load_acq(&race->have), round);
	if (rc == 0) {
		check_reachable(l);
		tutti_listener_free(l);
		CHECK(!is_there());
	}
	tu_add_acqrel(&race->over, 1u);
}

static void be_one_of_them(void)
{
	for (uint32_t i = 1; i <= ROUNDS; i++)
		race_once(i);
	_exit(0);
}

static void one_of_many_gets_it(void)
{
	pid_t pids[PROCESSES];

	race = mmap(NULL, sizeof *race, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(race != MAP_FAILED);
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = child_fork();
		if (pids[i] == 0)
			be_one_of_them();
	}
	for (uint32_t i = 1; i <= ROUNDS; i++) {
		leave_one_over();
		tu_store_rel(&race->round, i);
		wait_until(&race->over, i * PROCESSES);
	}
	for (int i = 0; i < PROCESSES; i++)
		child_wait(pids[i]);
	CHECK_EQ(munmap(race, sizeof *race), 0);
}

int main(void)
{
	suite_begin();
	CHECK(mkdtemp(folder));
	snprintf(where, sizeof where, "unix:%s/socket", folder);
	RUN_MIXES(who_begins_waits_for_who_has_the_folder);
	RUN(a_cancel_ends_that);
	RUN(it_does_not_wait_for_ever);
	RUN(packets_too);
	RUN(one_of_many_gets_it);
	CHECK_EQ(rmdir(folder), 0);
	return suite_end();
}
