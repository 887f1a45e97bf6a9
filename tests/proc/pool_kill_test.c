/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu */
/*
 * Workers of a pool are killed, one after the other, while it has much to do: each job runs once,
 * or has crashed, and nothing is left. Each notes in a file of the parent's that it has run, and
 * which process runs just now: that is who is killed next.
 */
#include <tutti/tutti.h>

#include "os/os.h"
#include "proc/server.h"
#include "support/children.h"
#include "support/suite.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

enum { BATCH = 1000 };

struct place {
	int parent, fd, number;
};

/* How often each has run, and before that the process which runs. */
struct notes {
	int32_t worker;
	uint8_t ran[BATCH];
};

static int note(struct place at)
{
	char path[48];
	int32_t pid = getpid();
	off_t mine = (off_t)offsetof(struct notes, ran) + at.number;
	uint8_t ran;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", at.parent, at.fd);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || pread(fd, &ran, 1, mine) != 1)
		return -errno;
	ran++;
	if (pwrite(fd, &ran, 1, mine) != 1 || pwrite(fd, &pid, sizeof(pid), 0) != sizeof(pid))
		return -errno;
	close(fd);
	return at.number;
}
TUTTI_JOB(note, int, struct place);

static struct notes *notes;
static int notes_fd;
static uint32_t over;
static int kills;

static void *kill_now_and_then(void *arg)
{
	int32_t last = 0;

	while (!tu_load_acq(&over)) {                         /* all results are in */
		int32_t worker = tu_load_rlx(&notes->worker); /* whichever: it is a guess */

		if (worker != last && worker != 0 && kill(worker, SIGKILL) == 0) {
			last = worker;
			kills++;
		}
		tutti_sleep(TUTTI_MILLISECONDS(1));
	}
	return arg;
}

static int run_batch(tutti_executor *e)
{
	static tutti_future *f[BATCH];
	int crashed = 0, result;

	memset(notes, 0, sizeof(*notes));
	for (int i = 0; i < BATCH; i++)
		f[i] = note_submit(e, (struct place){ getpid(), notes_fd, i });
	for (int i = 0; i < BATCH; i++) {
		int rc = note_result(f[i], &result);

		CHECK(notes->ran[i] <= 1);
		if (rc == TUTTI_ECRASHED) {
			CHECK(strstr(tutti_future_text(f[i]), "SIGKILL") != NULL);
			crashed++;
		} else {
			CHECK_EQ(rc, 0);
			CHECK_EQ(result, i);
			CHECK_EQ(notes->ran[i], 1);
		}
		tutti_future_unref(f[i]);
	}
	return crashed;
}

/* Of this process, also those that nobody has waited for. */
static int children_left(void)
{
	DIR *all = opendir("/proc");
	struct dirent *entry;
	int n = 0;

	CHECK(all != NULL);
	while ((entry = readdir(all)) != NULL) {
		char path[300], text[300], *state;
		int fd, parent;
		ssize_t got;

		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		fd = atoi(entry->d_name) > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
		if (fd < 0)
			continue;
		got = read(fd, text, sizeof(text) - 1);
		close(fd);
		text[got > 0 ? got : 0] = 0;
		state = strrchr(text, ')');
		n += state && sscanf(state + 3, "%d", &parent) == 1 && parent == getpid();
	}
	closedir(all);
	return n;
}

static void each_runs_once_or_has_crashed(void)
{
	tutti_executor *e;
	tutti_thread *killer;
	int crashed = 0, maps = maps_with("tutti-pool");

	over = 0;
	CHECK_EQ(tutti_executor_open(&e, "processes:2", NULL), 0);
	killer = tutti_thread_start(kill_now_and_then, NULL, NULL);
	for (int i = 0; i < suite_rounds(10) && suite_has_time(); i++)
		crashed += run_batch(e);
	tu_store_rel(&over, 1); /* see above */
	CHECK_EQ(tutti_thread_join(killer, NULL), 0);
	tutti_future_unref(killer);
	tutti_executor_free(e);
	CHECK(crashed <= kills);
	tu_server_end();
	CHECK_EQ(children_left(), 0);
	CHECK_EQ(maps_with("tutti-pool"), maps);
}

int main(void)
{
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, "processes:1", NULL), 0); /* for all that stays */
	tutti_executor_free(e);
	tu_server_end();
	suite_begin();
	notes_fd = tu_os_memory_make("notes", sizeof(*notes));
	CHECK(notes_fd >= 0);
	notes = tu_os_memory_map(notes_fd, sizeof(*notes));
	CHECK(notes != NULL);
	RUN(each_runs_once_or_has_crashed);
	tu_os_memory_unmap(notes, sizeof(*notes));
	close(notes_fd);
	return suite_end();
}
