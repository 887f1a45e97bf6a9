/* SPDX-License-Identifier: MIT */
/*
 * subprocess.c - the life of a subprocess: its record, its end, and what it can be told.
 *
 * A number of the system is another's once its process was reaped. So reaping and signals are under
 * one lock: a signal goes to who has not been. Against others of the program that reap whom they
 * have not started, signals go by descriptor. Only a group may outlive its leader's number.
 */
#include "proc/subprocess.h"

#include "core/alloc.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/wait.h"
#include "core/worker.h"
#include "os/os.h"
#include "os/spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <tutti/fd.h>

static const tutti_time look_first = TUTTI_MILLISECONDS(1), look_most = TUTTI_MILLISECONDS(20);
static const tutti_time search_most = TUTTI_MILLISECONDS(100); /* it takes longer */

const tutti_time tu_subprocess_grace = TUTTI_SECONDS(5);

uint32_t tu_subprocess_lock; /* of what subprocess.h says, and of the next */
static struct tu_list all = { { &all.head, &all.head } };

/* -- the record -------------------------------------------------------------------------------- */

/* Our ends, were they open in a forked child, would keep the streams from ending. */
static void forget_all(struct tu_fork_guard *g)
{
	(void)g;
	tu_list_each_safe(link, &all) {
		struct tu_subprocess *p = tu_container_of(link, struct tu_subprocess, link);

		tu_list_remove(link);
		for (int i = 0; i < TU_STREAMS; i++)
			tu_pipe_end_close(p, i);
		if (p->end_fd >= 0)
			tu_os_close(p->end_fd);
		p->end_fd = -1;
	}
	tu_warden_forget();
}

static void guard_forks(void)
{
	static struct tu_fork_guard guard = { .lock = &tu_subprocess_lock, .in_child = forget_all };
	static uint32_t guarded;

	if (tu_swap_acqrel(&guarded, 1u) == 0) /* only that it happens once counts */
		tu_fork_guard_add(&guard);
}

static void interrupt(tutti_future *f)
{
	tutti_subprocess_terminate(f);
}

static void free_it(tutti_future *f)
{
	struct tu_subprocess *p = (struct tu_subprocess *)f;

	tu_mutex_lock(&tu_subprocess_lock);
	if (tu_link_used(&p->link))
		tu_list_remove(&p->link);
	tu_mutex_unlock(&tu_subprocess_lock);
	for (int i = 0; i < TU_STREAMS; i++) {
		tu_pipe_end_close(p, i);
		tutti_bytes_free(&p->stream[i].kept);
	}
	if (p->end_fd >= 0)
		tu_os_close(p->end_fd);
	tu_free(p->name);
	tu_free(p);
}

static const char *name_of(const tutti_future *f, char *buf, size_t n)
{
	(void)buf, (void)n;
	return ((const struct tu_subprocess *)f)->name;
}

static const struct tu_future_ops ops = { .kind = TU_FUTURE_PROGRAM,
	.noun = "subprocess",
	.interrupt = interrupt,
	.free = free_it,
	.name = name_of };

struct tu_subprocess *tu_subprocess_make(const char *name, const tutti_subprocess_options *o)
{
	struct tu_subprocess *p = tu_alloc_zero(sizeof(*p));

	if (!p)
		return NULL;
	tu_future_init(&p->future, &ops, 1);
	p->future.word |= TU_FUTURE_RUNNING; /* born started */
	p->future.size = sizeof(p->exitcode);
	for (int i = 0; i < TU_STREAMS; i++)
		p->stream[i].fd = -1;
	p->end_fd = -1;
	p->deadline = o->deadline;
	p->check = o->check != 0;
	p->group = o->group != 0;
	p->name = tu_copy_text(name);
	if (!p->name) {
		tu_free(p);
		return NULL;
	}
	guard_forks();
	tu_mutex_lock(&tu_subprocess_lock);
	tu_list_add_tail(&all, &p->link);
	tu_mutex_unlock(&tu_subprocess_lock);
	return p;
}

int tu_subprocess_check(const tutti_subprocess *f, struct tu_subprocess **p)
{
	int code = f && tu_future_never_began(f) ? tutti_future_error(f) : TUTTI_ETYPE;

	*p = f && f->ops == &ops ? (struct tu_subprocess *)f : NULL;
	if (*p)
		return tu_future_is_of_now(f) ? 0 : -ECHILD;
	return code < 0 ? code : TUTTI_ETYPE;
}

/* -- its end ----------------------------------------------------------------------------------- */

/* How it ended, in words, if that is a failure. Its code, or 0. */
static int judge(const struct tu_subprocess *p, char *text, size_t n)
{
	bool asked = tu_future_word(&p->future) & TU_FUTURE_ASKED;
	char name[32];

	if (p->stolen) {
		snprintf(text, n, "somebody else has taken the exit code of " TU_SHOWN " (%d)",
			p->name, p->pid);
		return -ECHILD;
	}
	if (p->late) {
		snprintf(text, n, TU_SHOWN " (%d) was still running at its deadline", p->name,
			p->pid);
		return TUTTI_ETIMEDOUT;
	}
	if (p->exitcode == 0 || (!asked && !p->check))
		return 0;
	if (p->exitcode < 0)
		snprintf(text, n, TU_SHOWN " (%d) was killed by %s", p->name, p->pid,
			tu_os_signal_name(-p->exitcode, name, sizeof(name)));
	else
		snprintf(text, n, TU_SHOWN " (%d) ended with exit code %d", p->name, p->pid,
			p->exitcode);
	return asked ? TUTTI_ECANCELED : TUTTI_EEXIT;
}

static void complete(struct tu_subprocess *p)
{
	char text[200];
	int code = judge(p, text, sizeof(text));

	if (code == 0)
		tu_future_settle(&p->future, 0, 0, NULL, &p->exitcode);
	else if (code == TUTTI_ECANCELED)
		tu_future_settle(&p->future, TU_FUTURE_CANCELED, code, NULL, NULL);
	else
		tu_future_settle(&p->future, TU_FUTURE_FAILED, code, text, NULL);
}

bool tu_subprocess_look(struct tu_subprocess *p)
{
	struct tu_os_end end;
	bool news = false, watched = false, ended;
	int rc;

	tu_mutex_lock(&tu_subprocess_lock);
	if (!p->reaped) {
		rc = tu_os_child_reap(p->pid, &end);
		news = rc != -EAGAIN;
	}
	if (news) {
		p->reaped = true;
		p->stolen = rc < 0;
		p->exitcode = rc < 0 ? 0 : end.signal ? -end.signal : end.status;
		watched = tu_warden_drop(p);
	}
	ended = p->reaped;
	tu_mutex_unlock(&tu_subprocess_lock);
	if (news)
		complete(p);
	if (watched)
		tutti_future_unref(&p->future);
	return ended;
}

/* The system does not show its end: look, ever less often. */
static int nap(tutti_time *pause, tutti_time most, tutti_time deadline)
{
	tutti_time until = tutti_after(*pause);
	int rc = tutti_sleep_until(until < deadline ? until : deadline);

	*pause = *pause * 2 < most ? *pause * 2 : most;
	return rc;
}

static int wait_end(struct tu_subprocess *p, tutti_time deadline)
{
	tutti_time pause = look_first;
	int rc = 0;

	while (!tu_subprocess_look(p)) {
		if (tu_past(deadline))
			return TUTTI_ETIMEDOUT;
		if (p->end_fd >= 0)
			rc = tutti_fd_wait(p->end_fd, TUTTI_READABLE, deadline);
		if (p->end_fd < 0 || (rc < 0 && rc != TUTTI_ETIMEDOUT && rc != TUTTI_ECANCELED))
			rc = nap(&pause, look_most, deadline);
		if (rc == TUTTI_ECANCELED)
			return rc;
	}
	return 0;
}

int tu_subprocess_wait(struct tu_subprocess *p, tutti_time deadline)
{
	struct tu_os_world_wait world;
	int rc;

	tu_os_world_begin(&world, deadline);
	rc = wait_end(p, deadline);
	tu_os_world_end(&world);
	return rc;
}

int tu_subprocess_wait_group(struct tu_subprocess *p, tutti_time deadline)
{
	tutti_time pause = look_first;
	struct tu_os_world_wait world;
	int rc = 0;

	tu_os_world_begin(&world, deadline);
	while (rc == 0 && tu_os_group_lives(p->pid))
		rc = tu_past(deadline) ? TUTTI_ETIMEDOUT : nap(&pause, search_most, deadline);
	tu_os_world_end(&world);
	return rc;
}

static int join(tutti_subprocess *f, tutti_time deadline)
{
	struct tu_subprocess *p;
	int rc = tu_cancel_pending(tu_self());

	if (rc == 0)
		rc = tu_subprocess_check(f, &p);
	if (rc != 0)
		return rc;
	if (!(tu_future_word(f) & TU_FUTURE_DONE)) {
		tu_warden_enter(p);
		rc = tu_subprocess_wait(p, deadline);
		tu_warden_leave(p);
	}
	if (rc == 0)
		rc = tu_future_wait(
			f, TUTTI_FOREVER, 0); /* whoever has reaped it says so at once */
	return rc == 0 ? tu_future_outcome(f) : rc;
}

int tutti_subprocess_join(tutti_subprocess *p)
{
	tu_point(TU_OP_FUTURE_WAIT, p);
	return join(p, TUTTI_FOREVER);
}

int tutti_subprocess_join_until(tutti_subprocess *p, tutti_time deadline)
{
	tu_point(TU_OP_FUTURE_WAIT, p);
	return join(p, deadline);
}

int tutti_subprocess_exitcode(const tutti_subprocess *f, int *code)
{
	struct tu_subprocess *p;
	int rc = tu_subprocess_check(f, &p);

	tu_point(TU_OP_FUTURE_LOOK, f);
	if (rc < 0)
		return rc;
	if (!tu_subprocess_look(p)) {
		tu_polled();
		return TUTTI_EPENDING;
	}
	tu_future_wait(&p->future, TUTTI_FOREVER, 0); /* as above */
	tu_future_code(&p->future);                   /* it has been seen how it ended */
	if (!p->stolen && code)
		*code = p->exitcode;
	return p->stolen ? -ECHILD : 0;
}

int tutti_subprocess_pid(const tutti_subprocess *f)
{
	struct tu_subprocess *p;
	int rc = tu_subprocess_check(f, &p);

	return p ? p->pid : rc; /* also of another's */
}

/* -- signals ----------------------------------------------------------------------------------- */

static int signal_one(struct tu_subprocess *p, int number)
{
	int rc = 0;

	tu_mutex_lock(&tu_subprocess_lock);
	if (!p->reaped)
		rc = tu_os_child_signal(p->pid, p->end_fd, number);
	tu_mutex_unlock(&tu_subprocess_lock);
	return rc == -ESRCH ? 0 : rc;
}

/*
 * The system gives no number to others as long as it is that of a group. The leader itself may have
 * gone into another one.
 */
static int signal_group(struct tu_subprocess *p, int number)
{
	int rc;

	tu_mutex_lock(&tu_subprocess_lock);
	if (!p->reaped && !tu_os_leads_group(p->pid))
		tu_os_child_signal(p->pid, p->end_fd, number);
	tu_mutex_unlock(&tu_subprocess_lock);
	rc = tu_os_group_signal(p->pid, number);
	return rc == -ESRCH ? 0 : rc;
}

static void tell(struct tu_subprocess *p, int number)
{
	if (p->group)
		signal_group(p, number);
	else
		signal_one(p, number);
}

void tu_subprocess_tell(struct tu_subprocess *p, int number)
{
	tell(p, number);
	if (number != SIGKILL) /* one that is stopped hears of it only when it goes on */
		tell(p, SIGCONT);
}

bool tu_subprocess_be_late(struct tu_subprocess *p)
{
	bool is;

	tu_mutex_lock(&tu_subprocess_lock);
	is = !p->reaped;
	if (is)
		p->late = true;
	tu_mutex_unlock(&tu_subprocess_lock);
	return is;
}

int tutti_subprocess_signal(tutti_subprocess *f, int number)
{
	struct tu_subprocess *p;
	int rc = number > 0 ? tu_subprocess_check(f, &p) : -EINVAL;

	return rc < 0 ? rc : signal_one(p, number);
}

int tutti_subprocess_terminate(tutti_subprocess *p)
{
	return tutti_subprocess_signal(p, SIGTERM);
}

int tutti_subprocess_kill(tutti_subprocess *p)
{
	return tutti_subprocess_signal(p, SIGKILL);
}

int tutti_subprocess_signal_group(tutti_subprocess *f, int number)
{
	struct tu_subprocess *p;
	int rc = number > 0 ? tu_subprocess_check(f, &p) : -EINVAL;

	if (rc == 0 && !p->group)
		rc = -EINVAL;
	return rc < 0 ? rc : signal_group(p, number);
}

void tutti_subprocess_free(tutti_subprocess *f)
{
	struct tu_subprocess *p;

	if (!f)
		return;
	if (tu_subprocess_check(f, &p) == 0)
		for (int i = 0; i < TU_STREAMS; i++)
			if (tu_pipe_end_take(p, i) == 0) {
				tu_pipe_end_close(p, i);
				tu_pipe_end_let_go(p, i);
			}
	tutti_future_unref(f);
}
