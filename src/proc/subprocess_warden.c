/* SPDX-License-Identifier: MIT */
/*
 * subprocess_warden.c - has an eye on all that were started, so that their futures are done and
 * none stays a zombie, also if nobody waits.
 *
 * One task of the minder's (minder.c) waits for the ends of all. Whoever starts one puts its
 * descriptor into the set, which wakes nobody; whoever waits for one takes it out meanwhile. So a
 * child that is waited for costs no other thread anything.
 */
#include "proc/subprocess.h"

#include "core/alloc.h"
#include "core/mutex.h"
#include "core/probe.h"
#include "os/os.h"
#include "os/spawn.h"
#include "proc/process.h"

#include <errno.h>
#include <signal.h>
#include <tutti/fd.h>
#include <tutti/task.h>
#include <tutti/time.h>

enum { BATCH = 32 };

static const tutti_time look_again = TUTTI_MILLISECONDS(1);

/* All under tu_subprocess_lock. */
static struct tu_os_poller set;
static bool open, running;
static struct tu_subprocess **by_fd; /* who is in the set, a reference; by its end_fd */
static size_t room, count;

/* -- one that needs a task of its own ---------------------------------------------------------- */

/* Its end cannot be seen: looked for, again and again. */
static void *look_on(void *arg)
{
	struct tu_subprocess *p = arg;

	tu_subprocess_wait(p, TUTTI_FOREVER);
	tutti_future_unref(&p->future);
	return NULL;
}

/* It has so much time; or it is told to end, and then killed. */
static void *limit(void *arg)
{
	struct tu_subprocess *p = arg;
	struct tu_os_world_wait world;
	int rc;

	tu_os_world_begin(&world, p->deadline);
	rc = tu_future_wait(&p->future, p->deadline, 0);
	tu_os_world_end(&world);
	if (rc == TUTTI_ETIMEDOUT && !tu_subprocess_look(p) && tu_subprocess_be_late(p)) {
		tutti_time last = tutti_after(tu_subprocess_grace);

		tu_subprocess_tell(p, SIGTERM);
		tu_os_world_begin(&world, last);
		rc = tu_future_wait(&p->future, last, 0);
		tu_os_world_end(&world);
		if (rc == 0 && p->group)
			rc = tu_subprocess_wait_group(p, last);
		if (rc == TUTTI_ETIMEDOUT)
			tu_subprocess_tell(p, SIGKILL);
	}
	tutti_future_unref(&p->future);
	return NULL;
}

static int run_for(struct tu_subprocess *p, tutti_fn fn)
{
	int rc;

	tutti_future_ref(&p->future);
	rc = tu_minder_run(fn, p);
	if (rc < 0)
		tutti_future_unref(&p->future);
	return rc;
}

/* -- the set ----------------------------------------------------------------------------------- */

/* A simulated run is to notice that all wait for each other: nobody is left to wait for outside. */
static bool is_over(void)
{
	bool over;

	tu_mutex_lock(&tu_subprocess_lock);
	over = tu_simulated() && count == 0;
	running = !over;
	tu_mutex_unlock(&tu_subprocess_lock);
	return over;
}

static struct tu_subprocess *find(int fd)
{
	struct tu_subprocess *p;

	tu_mutex_lock(&tu_subprocess_lock);
	p = (size_t)fd < room ? by_fd[fd] : NULL;
	if (p)
		tutti_future_ref(&p->future);
	tu_mutex_unlock(&tu_subprocess_lock);
	return p;
}

static void look_after(int fd)
{
	struct tu_subprocess *p = find(fd);

	if (!p)
		return;
	if (!tu_subprocess_look(p)) { /* the first thread has ended, and not yet the last */
		tu_warden_enter(p);
		tu_warden_leave(p);
	}
	tutti_future_unref(&p->future);
}

static void *watch_all(void *arg)
{
	struct tu_os_ready ready[BATCH];

	(void)arg;
	while (!is_over()) {
		int n = 0;

		if (tutti_fd_wait(set.fd, TUTTI_READABLE, TUTTI_FOREVER) >= 0)
			n = tu_os_poller_wait(&set, ready, BATCH, 0);
		else
			tutti_sleep(look_again); /* no memory to wait */
		for (int i = 0; i < n; i++)
			look_after(ready[i].fd);
	}
	return NULL;
}

int tu_warden_begin(void)
{
	int rc = tu_minder_begin();
	bool start = false;

	if (rc < 0)
		return rc;
	tu_mutex_lock(&tu_subprocess_lock);
	if (!open)
		rc = tu_os_poller_open(&set);
	open = rc == 0;
	if (open && !running)
		running = start = true;
	tu_mutex_unlock(&tu_subprocess_lock);
	if (start)
		rc = tu_minder_run(watch_all, NULL);
	if (start && rc < 0) {
		tu_mutex_lock(&tu_subprocess_lock);
		running = false;
		tu_mutex_unlock(&tu_subprocess_lock);
	}
	return rc;
}

/* Room for that descriptor; under the lock. */
static int make_room(int fd)
{
	size_t more = room ? room : 64;
	struct tu_subprocess **larger;

	if ((size_t)fd < room)
		return 0;
	while (more <= (size_t)fd)
		more *= 2;
	larger = tu_resize(by_fd, more * sizeof(*larger));
	if (!larger)
		return -ENOMEM;
	for (size_t i = room; i < more; i++)
		larger[i] = NULL;
	by_fd = larger;
	room = more;
	return 0;
}

static int put_in(struct tu_subprocess *p)
{
	int rc;

	tu_mutex_lock(&tu_subprocess_lock);
	rc = make_room(p->end_fd);
	if (rc == 0)
		rc = tu_os_poller_watch(&set, p->end_fd, TU_OS_READABLE);
	if (rc == 0) {
		tutti_future_ref(&p->future);
		by_fd[p->end_fd] = p;
		p->watched = true;
		count++;
	}
	tu_mutex_unlock(&tu_subprocess_lock);
	return rc;
}

int tu_warden_add(struct tu_subprocess *p)
{
	int rc = p->end_fd >= 0 ? put_in(p) : run_for(p, look_on);

	return rc == 0 && p->deadline ? run_for(p, limit) : rc;
}

bool tu_warden_drop(struct tu_subprocess *p)
{
	if (!p->watched)
		return false;
	if (p->waiters == 0)
		tu_os_poller_unwatch(&set, p->end_fd);
	by_fd[p->end_fd] = NULL;
	p->watched = false;
	count--;
	return true;
}

/*
 * Out of the set: to ask there for nothing would not do, since the kernel tells of a hang-up all
 * the same, as which newer ones see the end.
 */
void tu_warden_enter(struct tu_subprocess *p)
{
	tu_mutex_lock(&tu_subprocess_lock);
	if (p->waiters++ == 0 && p->watched)
		tu_os_poller_unwatch(&set, p->end_fd);
	tu_mutex_unlock(&tu_subprocess_lock);
}

/* If the kernel has no memory to put it in once more, a task looks for its end. */
void tu_warden_leave(struct tu_subprocess *p)
{
	int rc = 0;

	tu_mutex_lock(&tu_subprocess_lock);
	if (--p->waiters == 0 && p->watched)
		rc = tu_os_poller_watch(&set, p->end_fd, TU_OS_READABLE);
	tu_mutex_unlock(&tu_subprocess_lock);
	if (rc < 0)
		run_for(p, look_on); /* nor for that: whoever waits next sees it */
}

void tu_warden_forget(void)
{
	if (open)
		tu_os_poller_close(&set);
	tu_free(by_fd);
	by_fd = NULL;
	room = count = 0;
	open = running = false;
}
