/* SPDX-License-Identifier: MIT */
/*
 * process.c - children that are known, what can be asked of them, and what they can be told.
 *
 * A number of the system is another's once its process was reaped. So reaping and signals are under
 * one lock: a signal goes to who has not been.
 */
#include "proc/process.h"

#include "base/facts.h"
#include "core/alloc.h"
#include "core/family.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/wait.h"
#include "core/worker.h"
#include "os/os.h"
#include "proc/list.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static uint32_t lock; /* a tu_mutex, of what process.h says, and of the next */
static struct tu_list alive = { { &alive.head, &alive.head } };

struct tu_self_process tu_self_process = { "MainProcess", "", false };
struct tu_carried tu_carried;

/* -- the list ---------------------------------------------------------------------------------- */

/* Its parent's children are not the child's. */
static void forget_all(struct tu_fork_guard *g)
{
	(void)g;
	tu_list_each_safe(link, &alive) {
		struct tu_process *p = tu_container_of(link, struct tu_process, link);

		tu_list_remove(link);
		if (p->channel >= 0)
			tu_os_close(p->channel);
		p->channel = -1;
	}
}

static struct tu_fork_guard guard = { .lock = &lock, .in_child = forget_all };

void tu_process_list(struct tu_process *p)
{
	tu_fork_guard_once(&guard);
	tutti_future_ref(&p->jf.future);
	tu_mutex_lock(&lock);
	tu_list_add_tail(&alive, &p->link);
	tu_mutex_unlock(&lock);
}

void tu_process_unlist(struct tu_process *p)
{
	bool listed;

	tu_mutex_lock(&lock);
	listed = tu_link_used(&p->link);
	if (listed)
		tu_list_remove(&p->link);
	tu_mutex_unlock(&lock);
	if (listed)
		tutti_future_unref(&p->jf.future);
}

size_t tutti_process_children(tutti_process **buf, size_t n)
{
	size_t i = 0;

	tu_point(TU_OP_THREADS_LOOK, NULL);
	tu_polled();
	tu_mutex_lock(&lock);
	tu_list_each(link, &alive) {
		if (buf && i < n)
			buf[i] = tutti_future_ref(
				&tu_container_of(link, struct tu_process, link)->jf.future);
		i++;
	}
	tu_mutex_unlock(&lock);
	return i;
}

struct tu_process *tu_process_next(bool daemon)
{
	struct tu_process *found = NULL;

	tu_mutex_lock(&lock);
	tu_list_each(link, &alive) {
		struct tu_process *p = tu_container_of(link, struct tu_process, link);

		if (!found && p->daemon == daemon)
			found = p;
	}
	if (found)
		tutti_future_ref(&found->jf.future);
	tu_mutex_unlock(&lock);
	return found;
}

/* -- its end ----------------------------------------------------------------------------------- */

bool tu_process_reap(struct tu_process *p)
{
	struct tu_os_end end;
	int rc = 0;
	bool news = false;

	tu_mutex_lock(&lock);
	if (!p->reaped)
		rc = tu_os_child_reap(p->pid, &end);
	if (!p->reaped && rc != -EAGAIN) {
		p->reaped = news = true;
		p->stolen = rc < 0;
		p->exitcode = rc < 0 ? 0 : end.signal ? -end.signal : end.status;
	}
	tu_mutex_unlock(&lock);
	if (news)
		tu_family_died(p->pid);
	return rc != -EAGAIN;
}

void tu_process_bury(int pid)
{
	struct tu_os_end end;

	tu_os_child_end(pid, &end);
	tu_family_died(pid);
}

/* 0, also if it has ended; or why it could not be told. */
static int tell(struct tu_process *p, int number)
{
	int rc = 0;

	tu_mutex_lock(&lock);
	if (!p->reaped && p->pid > 0)
		rc = tu_os_process_signal(p->pid, number);
	if (rc == 0 && (number == SIGTERM || number == SIGKILL))
		p->told_to_end = true;
	tu_mutex_unlock(&lock);
	return rc == -ESRCH ? 0 : rc;
}

/* -- asking and telling ------------------------------------------------------------------------ */

/* Of a process that the caller did not start itself. */
static bool is_not_ours(const tutti_future *f)
{
	return !tu_future_is_of_now(f);
}

/* 0; or why there is nothing to be told. */
static int check(tutti_process *f, struct tu_process **p)
{
	*p = f ? tu_process_of(f) : NULL;
	if (*p)
		return is_not_ours(f) ? -ECHILD : 0;
	return f && tu_future_never_began(f) ? tutti_future_error(f) : TUTTI_ETYPE;
}

static int signal_it(tutti_process *f, int number)
{
	struct tu_process *p;
	int rc = check(f, &p);

	return rc < 0 ? rc : tell(p, number);
}

int tutti_process_terminate(tutti_process *p)
{
	return signal_it(p, SIGTERM);
}

int tutti_process_kill(tutti_process *p)
{
	return signal_it(p, SIGKILL);
}

int tutti_process_signal(tutti_process *p, int number)
{
	if (number <= 0)
		return -EINVAL;
	return p ? signal_it(p, number) : tu_os_process_signal(tu_os_process_id(), number);
}

static int join(tutti_process *f, tutti_time deadline)
{
	struct tu_context *self = tu_self();
	struct tu_process *p;
	int rc = tu_cancel_pending(self);

	if (rc == 0 && !f)
		rc = -EDEADLK;
	if (rc == 0)
		rc = check(f, &p);
	if (rc == 0)
		rc = tu_future_wait(f, deadline, TU_WAIT_CANCELABLE);
	if (rc == 0)
		tu_future_code(f); /* it has been seen how it ended */
	return rc;
}

int tutti_process_join(tutti_process *p)
{
	tu_point(TU_OP_FUTURE_WAIT, p);
	return join(p, TUTTI_FOREVER);
}

int tutti_process_join_until(tutti_process *p, tutti_time deadline)
{
	tu_point(TU_OP_FUTURE_WAIT, p);
	return join(p, deadline);
}

bool tutti_process_is_alive(const tutti_process *f)
{
	tu_point(TU_OP_FUTURE_LOOK, f);
	tu_polled();
	return !f || (tu_process_of(f) && !(tu_future_word(f) & TU_FUTURE_DONE));
}

int tutti_process_pid(const tutti_process *f)
{
	struct tu_process *p = f ? tu_process_of(f) : NULL;

	if (!f)
		return tu_os_process_id();
	if (p)
		return p->pid;
	return tu_future_never_began(f) ? tutti_future_error(f) : TUTTI_ETYPE;
}

int tutti_process_parent_pid(void)
{
	return tu_os_process_parent();
}

int tutti_process_exitcode(const tutti_process *f, int *code)
{
	struct tu_process *p;
	int rc = check((tutti_process *)f, &p);

	if (rc == 0 && !(tu_future_word(f) & TU_FUTURE_DONE))
		rc = TUTTI_EPENDING;
	if (rc < 0)
		return rc;
	tu_future_code((tutti_process *)f); /* it has been seen how it ended */
	tu_mutex_lock(&lock);
	if (p->stolen)
		rc = -ECHILD;
	else if (code)
		*code = p->exitcode;
	tu_mutex_unlock(&lock);
	return rc;
}

const char *tutti_process_name(const tutti_process *f)
{
	struct tu_process *p = f ? tu_process_of(f) : NULL;

	return p ? p->name : f ? NULL : tu_self_process.name;
}

bool tutti_process_daemon(const tutti_process *f)
{
	struct tu_process *p = f ? tu_process_of(f) : NULL;

	return p ? p->daemon : !f && tu_self_process.daemon;
}

int tutti_fork(void)
{
	return tu_os_fork();
}

TU_FACTS(process, TU_FACT_ADDRESS("self.name", &tu_self_process.name));
