/* SPDX-License-Identifier: MIT */
/*
 * minder.c - waits for children: for what they reply, and for their end.
 *
 * One thread of ours, started with the first child, runs a task for each. So a future is done also
 * if nobody waits for it, and any number of children cost one thread. It is a daemon, and alone in
 * its loop: nothing of the program's runs there but callbacks of futures that were added where
 * there was no loop.
 */
#include "core/alloc.h"
#include "core/crash_point.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/poller.h"
#include "core/thread.h"
#include "core/worker.h"
#include "os/os.h"
#include "proc/parcel.h"
#include "proc/process.h"
#include "proc/reply.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/event.h>
#include <tutti/fd.h>
#include <tutti/loop.h>
#include <tutti/select.h>
#include <tutti/task.h>
#include <tutti/time.h>

static const tutti_time look_first = TUTTI_MILLISECONDS(1), look_most = TUTTI_MILLISECONDS(20);

static uint32_t lock; /* a tu_mutex; all below */
static bool begun;
static tutti_loop *loop;    /* after up */
static int failure;         /* likewise: why there is none after all */
static tutti_event up, end; /* the loop runs; it never ends */

/* -- one child --------------------------------------------------------------------------------- */

static void close_channel(struct tu_process *p)
{
	if (p->channel < 0)
		return;
	tutti_fd_closing(p->channel);
	tu_os_close(p->channel);
	p->channel = -1;
}

/* As tu_reply_look. Without memory for it nobody will read on, and the child must not wait. */
static int look(struct tu_process *p, struct tu_reply *r)
{
	int got = tu_reply_look(p->channel, r);

	if (got == -ENOMEM)
		close_channel(p);
	return got;
}

/* The system cannot show the end of a process: look, ever less often. */
static int wait_by_looking(struct tu_process *p, struct tu_reply *r)
{
	tutti_time pause = look_first;
	int got = 0;

	while (!tu_process_reap(p)) {
		if (got == 0)
			got = look(p, r);
		tutti_sleep(pause);
		pause = pause * 2 < look_most ? pause * 2 : look_most;
	}
	return got;
}

/*
 * The channel may stay open after its end: whoever was forked by the child has it too. And the
 * reply may be larger than what fits into it, so that the child waits for us. One that is small is
 * read when all is over, which spares waking up twice.
 */
static int wait_by_fd(struct tu_process *p, struct tu_reply *r, int fd)
{
	bool late = tu_reply_is_small(p->jf.job);
	int got = 0;

	while (!late && got == 0) {
		tutti_case either[] = { tutti_case_fd(p->channel, TUTTI_READABLE),
			tutti_case_fd(fd, TUTTI_READABLE) };
		int which = tutti_select(either, 2, TUTTI_FOREVER);

		got = look(p, r);
		if (which == 1)
			break;
		if (which < 0)
			tutti_sleep(look_first); /* no memory to wait */
	}
	while (!tu_process_reap(p))
		if (tutti_fd_wait(fd, TUTTI_READABLE, TUTTI_FOREVER) < 0)
			tutti_sleep(look_first); /* as above */
	return got;
}

static void say_how_it_ended(const struct tu_process *p, char *text, size_t n)
{
	char name[32];

	if (p->stolen)
		snprintf(text, n, "process '%s' (%d) has ended without a result", p->name, p->pid);
	else if (p->exitcode < 0)
		snprintf(text, n, "process '%s' (%d) was killed by %s", p->name, p->pid,
			tu_os_signal_name(-p->exitcode, name, sizeof(name)));
	else
		snprintf(text, n,
			"process '%s' (%d) ended with exit code %d before its job returned",
			p->name, p->pid, p->exitcode);
}

/* Its end was wanted, or it has said so itself: nobody need be told once more. */
static void is_known(struct tu_process *p)
{
	tu_or_acqrel(&p->jf.future.word, (uint64_t)TU_FUTURE_OBSERVED);
}

static void crashed(struct tu_process *p)
{
	tutti_future *f = &p->jf.future;
	bool asked = tu_future_word(f) & TU_FUTURE_ASKED;
	char text[200];

	say_how_it_ended(p, text, sizeof(text));
	if (p->told_to_end)
		is_known(p);
	if (asked && p->exitcode < 0)
		tu_future_settle(f, TU_FUTURE_CANCELED, TUTTI_ECANCELED, NULL, NULL);
	else
		tu_future_settle(f, TU_FUTURE_FAILED, TUTTI_ECRASHED, text, NULL);
}

static void replied(struct tu_process *p, const struct tu_reply *r)
{
	const tutti_job *job = p->jf.job;
	union tu_parcel_result room;
	const void *result = NULL;
	const char *text;
	tutti_bytes packed;
	int code = tu_reply_read(r, &text, &packed);

	if (code < 0)
		is_known(p);
	else
		code = tu_parcel_open_result(&room, job, packed, &result);
	tu_job_future_conclude(&p->jf, code, code < 0 ? text : NULL, result);
	if (code == 0)
		tu_parcel_drop(&room, job->result_kind);
}

static void *mind(void *arg)
{
	struct tu_process *p = arg;
	struct tu_reply reply = { NULL, 0, 0 };
	int fd = tu_os_child_fd(p->pid), got;

	if (fd >= 0) {
		got = wait_by_fd(p, &reply, fd);
		tutti_fd_closing(fd);
		tu_os_close(fd);
	} else {
		got = wait_by_looking(p, &reply);
	}
	tu_crash_point();
	if (got == 0)
		got = look(p, &reply);
	close_channel(p);
	tu_handles_let_go(&p->kept);
	tu_process_unlist(p);
	tu_crash_point();
	if (got > 0)
		replied(p, &reply);
	else if (got == -ENOMEM)
		tu_future_settle(&p->jf.future, TU_FUTURE_FAILED, -ENOMEM, NULL, NULL);
	else
		crashed(p);
	tu_reply_free(&reply);
	tutti_future_unref(&p->jf.future);
	return NULL;
}

/* -- the thread -------------------------------------------------------------------------------- */

struct call {
	tutti_fn fn;
	void *arg;
};

static void begin_call(void *arg)
{
	struct call *made = arg, call = *made;
	tutti_task *t = tutti_task_start(call.fn, call.arg, NULL);

	tu_free(made);
	if (tu_future_never_began(t)) { /* no memory: the others wait */
		tutti_future_error(t);
		call.fn(call.arg);
	}
	tutti_future_unref(t);
}

static void minder_main(void *arg)
{
	struct tu_context *self = tu_self();

	(void)arg;
	self->worker->daemon = self->worker->helper = true;
	tu_thread_show_name("tutti-minder");
	loop = tutti_loop_current();
	failure = tu_poller_begin(self->worker);
	tutti_event_set(&up);
	if (failure == 0)
		tutti_event_wait(&end);
}

static void begin_anew(struct tu_fork_guard *g)
{
	(void)g;
	begun = false;
	memset(&up, 0, sizeof(up));
}

static struct tu_fork_guard guard = { .lock = &lock, .in_child = begin_anew };

int tu_minder_begin(void)
{
	tutti_scope quiet;
	int rc = 0;

	tu_fork_guard_once(&guard);
	tu_mutex_lock(&lock);
	if (!begun)
		rc = tu_thread_spawn(minder_main, NULL, 0);
	begun = begun || rc == 0;
	tu_mutex_unlock(&lock);
	if (rc < 0)
		return rc;
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_event_wait(&up); /* from then on it is known to be ours */
	tutti_shield_end(&quiet, 0);
	if (failure == 0)
		return 0;
	tu_mutex_lock(&lock);
	begin_anew(NULL);
	tu_mutex_unlock(&lock);
	return -EMFILE;
}

int tu_minder_run(tutti_fn fn, void *arg)
{
	struct call *call = tu_alloc(sizeof(*call));
	int rc;

	if (!call)
		return -ENOMEM;
	*call = (struct call){ fn, arg };
	rc = tutti_loop_call_soon_threadsafe(loop, begin_call, call);
	if (rc < 0)
		tu_free(call);
	return rc;
}

int tu_minder_take(struct tu_process *p)
{
	return tu_minder_run(mind, p);
}
