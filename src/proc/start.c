/* SPDX-License-Identifier: MIT */
/*
 * start.c - a process begins, in one of three ways, and all end with the first.
 *
 * Whichever way, the parent ends up with a number to wait for and one end of a channel.
 */
#include "proc/start.h"
#include "core/alloc.h"
#include "core/context.h"
#include "core/crash_point.h"
#include "core/family.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/report.h"
#include "core/tape.h"
#include "core/worker.h"
#include "exec/alive.h"
#include "exec/ending.h"
#include "exec/job.h"
#include "os/os.h"
#include "os/port.h"
#include "proc/anew.h"
#include "proc/child.h"
#include "proc/errors.h"
#include "proc/list.h"
#include "proc/method.h"
#include "proc/request.h"
#include "proc/server.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/scope.h>
#include <tutti/task.h>
#include <tutti/thread.h>
#include <tutti/time.h>

static const tutti_time grace = TUTTI_SECONDS(5); /* a daemon has to end after SIGTERM */

/* A thread that was joined may still be on its way out; where none lives that is waited for. */
static const tutti_time leave_patience = TUTTI_MILLISECONDS(200);
static const tutti_time leave_pause = 100000;

static const tutti_time flush_patience = TUTTI_MILLISECONDS(200);

static uint32_t lock;  /* a tu_mutex; all below */
static unsigned count; /* of children so far, for their names */
static bool ending;    /* the program's children have been told to end */
static int life_shown = -1, life_held = -1;

/* In a forked child: it has a life of its own, and must not keep its parent's end from others. */
static void begin_anew(struct tu_fork_guard *g)
{
	(void)g;
	if (life_shown >= 0) {
		tu_os_close(life_shown);
		tu_os_close(life_held);
	}
	life_shown = life_held = -1;
	count = 0;
	ending = false;
}

static struct tu_fork_guard guard = { .lock = &lock, .in_child = begin_anew };

/* -- the record -------------------------------------------------------------------------------- */

static void process_interrupt(tutti_future *f)
{
	tutti_process_terminate(f);
}

static void process_free(tutti_future *f)
{
	struct tu_process *p = (struct tu_process *)f;

	tu_handles_let_go(&p->kept);
	tu_free(p->name);
	tu_job_future_free(&p->jf);
}

static const char *process_name(const tutti_future *f, char *buf, size_t n)
{
	(void)buf, (void)n;
	return ((const struct tu_process *)f)->name;
}

static const struct tu_future_ops process_ops = { .kind = TU_FUTURE_JOB,
	.noun = "process",
	.interrupt = process_interrupt,
	.free = process_free,
	.name = process_name };

struct tu_process *tu_process_of(const tutti_future *f)
{
	return f->ops == &process_ops ? (struct tu_process *)f : NULL;
}

static struct tu_process *make(const tutti_job *job, const void *arg,
	const tutti_process_options *o, tutti_start_method *method)
{
	struct tu_job_future *jf =
		tu_job_future_make(job, arg, &process_ops, sizeof(struct tu_process));
	struct tu_process *p = (struct tu_process *)jf;
	char name[TU_IDENTITY_BYTES + 16];
	unsigned number;

	if (!p)
		return NULL;
	tu_fork_guard_once(&guard);
	tu_mutex_lock(&lock);
	number = ++count;
	tu_mutex_unlock(&lock);
	*method = tu_method_begin(o->method);
	snprintf(p->identity, sizeof(p->identity), "%.*s%s%u", TU_IDENTITY_BYTES - 16,
		tu_self_process.identity, *tu_self_process.identity ? ":" : "", number);
	snprintf(name, sizeof(name), "Process-%s", p->identity);
	p->name = tu_copy_text(o->name ? o->name : name);
	p->channel = p->errors = -1;
	p->daemon = o->daemon == 0 ? tu_self_process.daemon : o->daemon > 0;
	if (p->name)
		return p;
	tu_job_future_free(jf);
	return NULL;
}

/* -- three ways -------------------------------------------------------------------------------- */

/* What went wrong, for whoever looks at the future. */
static int fail(char *text, size_t n, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(text, n, format, args);
	va_end(args);
	return code;
}

/* Threads of ours that wait for nothing of the program's. In ids, which has room for most. */
struct helpers {
	int ids[64];
	size_t n;
};

static void add_helper(struct tu_worker *w, void *arg)
{
	struct helpers *h = arg;

	if (w->helper && h->n < sizeof(h->ids) / sizeof(*h->ids))
		h->ids[h->n++] = tu_shown(&w->native_id);
}

static void count_other(struct tu_worker *w, void *others)
{
	if (!w->helper && w != tu_worker_self())
		++*(size_t *)others;
}

static size_t count_others(char *names, size_t n)
{
	struct helpers helpers = { .n = 0 };

	tu_worker_each(add_helper, &helpers);
	return tu_os_other_threads(helpers.ids, helpers.n, names, n);
}

/* A copy has only the thread that made it: the others' locks would stay taken in it for ever. */
static int check_alone(char *text, size_t n)
{
	tutti_time enough = tutti_after(leave_patience);
	char names[200];
	size_t others = 0;

	if (tutti_task_current())
		return fail(text, n, -EINVAL, "a task cannot fork: its thread has others to run");
	if (tu_simulated()) /* the system sees one thread */
		tu_worker_each(count_other, &others);
	if (others > 0 || (tu_simulated() && tu_threads_are_coming()))
		return fail(text, n, -EDEADLK, "cannot fork while other threads live");
	while ((others = count_others(names, sizeof(names))) > 0 &&
		tutti_thread_active_count() == 1 && tutti_now() < enough)
		tutti_thread_sleep(leave_pause);
	if (others == 0)
		return 0;
	return fail(text, n, -EDEADLK, "cannot fork while %zu other thread%s: %s", others,
		others == 1 ? " lives" : "s live", names);
}

static int copy(struct tu_process *p, int channel, int life, char *text, size_t n)
{
	int rc = check_alone(text, n), own;

	if (rc < 0)
		return rc;
	rc = tu_family_fd();
	if (rc < 0)
		return rc;
	own = tu_os_fd_copy(life); /* the child closes the other, which is not its own */
	rc = own < 0 ? own : tu_os_fork();
	if (rc != 0) {
		if (own >= 0)
			tu_os_close(own);
		return rc;
	}
	tu_crash_at(0); /* that was for its parent */
	tu_crash_be(TU_CRASH_CHILD);
	tu_crash_point();
	tu_os_close(p->channel);
	tu_family_join(tu_family_fd()); /* of which it has a copy already */
	rc = tu_os_life_bind(own);
	if (rc < 0)
		tu_report(rc, "process '%s' will not notice its parent's death", p->name);
	tu_port_copied();
	tu_child_run_copy(p, channel);
}

static int spawn(int channel, char *text, size_t n)
{
	int rc = tu_anew_check(text, n);
	char word[32];

	if (rc < 0)
		return rc;
	snprintf(word, sizeof(word), TU_CHILD_JOB "%d", channel);
	return tu_anew_start(word, channel);
}

/* Where others see that this process lives. */
static int show_life(int *shown)
{
	int rc = 0;

	tu_mutex_lock(&lock);
	if (life_shown < 0)
		rc = tu_os_life_open(&life_shown, &life_held);
	*shown = life_shown;
	tu_mutex_unlock(&lock);
	return rc;
}

/* -- the beginning ----------------------------------------------------------------------------- */

/* Where a simulation has it: its place there, and the page; place < 0: there is none. */
struct scene {
	int place, clock;
};

enum { TAPE_BYTES = 32 };

/* What is to be sent. r->arg is the caller's to free, also if it fails. */
static int make_request(
	struct tu_process *p, int place, char tape[TAPE_BYTES], struct tu_request *r)
{
	int rc = tu_request_make(r, p);

	r->place = place;
	if (tu_tape_where(tape, TAPE_BYTES))
		r->tape = tape;
	if (rc == 0)
		rc = tu_handles_keep(r->arg.data, r->arg.size, &p->kept);
	tu_crash_point();
	return rc;
}

/* The request is there before the child is, which so waits for nothing. */
static int begin_served(
	struct tu_process *p, const struct tu_request *r, int clock, int other, int life)
{
	struct tu_request_fds fds = { -1, -1, clock, p->errors, p->carried };
	int rc = tu_request_send(p->channel, r, &fds);

	return rc < 0 ? rc : tu_server_fork(other, life);
}

static int begin_spawned(struct tu_process *p, const struct tu_request *r, int clock, int other,
	int life, char *text, size_t n)
{
	struct tu_request_fds fds = { life, tu_family_fd(), clock, p->errors, p->carried };
	int rc = fds.family < 0 ? fds.family : tu_request_send(p->channel, r, &fds);

	return rc < 0 ? rc : spawn(other, text, n);
}

static int begin_by(struct tu_process *p, tutti_start_method method, const struct scene *s,
	char *text, size_t n)
{
	int end[2] = { -1, -1 }, life, rc = show_life(&life);
	struct tu_request r = { .arg = { NULL, 0, NULL } };
	char tape[TAPE_BYTES];

	if (rc == 0 && method != TUTTI_FORK)
		rc = make_request(p, s->place, tape, &r);
	if (rc == 0)
		rc = tu_os_channel_open(end);
	p->channel = end[0];
	tu_crash_point();
	if (rc == 0)
		rc = method == TUTTI_FORK    ? copy(p, end[1], life, text, n)
		     : method == TUTTI_SPAWN ? begin_spawned(p, &r, s->clock, end[1], life, text, n)
					     : begin_served(p, &r, s->clock, end[1], life);
	tu_crash_point();
	if (end[1] >= 0)
		tu_os_close(end[1]);
	if (rc < 0 && end[0] >= 0)
		tu_os_close(end[0]);
	if (rc < 0)
		tu_handles_let_go(&p->kept);
	tutti_bytes_free(&r.arg);
	return rc;
}

/* In simulated time it has its place before anybody else runs. */
static int have_place(
	struct tu_process *p, tutti_start_method method, struct scene *s, char *text, size_t n)
{
	s->clock = -1;
	s->place = tu_port_child_expect(p->name, &s->clock);
	if (s->place == -ENOTSUP)
		return fail(text, n, -ENOTSUP,
			"several processes can be simulated by fifo, shuffle and random alone, and "
			"are not explored");
	if (s->place == TU_OS_NO_PLACE && method == TUTTI_FORK && tu_simulated())
		return fail(text, n, -ENOTSUP, "a simulated test cannot be copied");
	return s->place < 0 && s->place != TU_OS_NO_PLACE ? s->place : 0;
}

/* Where a fork server cannot be had it is spawned, which is the same but slower. */
static int begin(struct tu_process *p, tutti_start_method method, char *text, size_t n)
{
	struct scene s;
	int rc = have_place(p, method, &s, text, n);
	int64_t since = tu_tape_time();

	if (rc < 0)
		return rc;
	rc = begin_by(p, method, &s, text, n);
	if (method == TUTTI_FORKSERVER && rc == -ENOTSUP)
		rc = begin_by(p, TUTTI_SPAWN, &s, text, n);
	if (rc > 0) {
		p->pid = rc;
		tu_tape_starts_process(since, rc);
	}
	tu_port_child_begun(s.place, rc < 0 ? -1 : rc);
	return rc;
}

/* -- the end of all ---------------------------------------------------------------------------- */

static bool end_daemons(void)
{
	struct tu_process *p;
	bool any = false;

	while ((p = tu_process_next(true)) != NULL) {
		any = true;
		tutti_process_terminate(&p->jf.future);
		if (tutti_process_join_until(&p->jf.future, tutti_after(grace)) < 0) {
			tutti_process_kill(&p->jf.future);
			tutti_process_join(&p->jf.future);
		}
		tutti_future_unref(&p->jf.future);
	}
	return any;
}

/* The program ends: see process.h in include. Were there any? */
static bool end_children(void)
{
	bool any = false;
	struct tu_process *p;
	tutti_scope quiet;

	tu_mutex_lock(&lock);
	ending = true;
	tu_mutex_unlock(&lock);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	any = end_daemons();
	while ((p = tu_process_next(false)) != NULL) {
		any = true;
		tutti_process_join(&p->jf.future);
		tutti_future_unref(&p->jf.future);
	}
	tutti_shield_end(&quiet, 0);
	tu_errors_flush(tutti_after(flush_patience));
	tu_server_end();
	return any;
}

/* -- start ------------------------------------------------------------------------------------- */

static bool is_ending(void)
{
	bool is;

	tu_mutex_lock(&lock);
	is = ending;
	tu_mutex_unlock(&lock);
	return is;
}

static int check(const tutti_job *job, const tutti_process_options *o, char *text, size_t n)
{
	if (!tu_job_valid(job))
		return fail(text, n, -EINVAL, "no job");
	if ((int)o->method < TUTTI_FORKSERVER || (int)o->method > TUTTI_FORK)
		return fail(text, n, -EINVAL, "no start method %d", (int)o->method);
	if (tu_child_is_starting())
		return fail(
			text, n, -EBUSY, "a process cannot be started before this one's own job");
	if (is_ending())
		return TUTTI_ESHUTDOWN;
	if (tu_self_process.daemon)
		return fail(text, n, -EPERM, "daemonic processes are not allowed to have children");
	return 0;
}

/* With the words of why. */
static tutti_process *failed(int code, const char *text)
{
	tutti_future *f = tu_future_failed(code);
	struct tu_future_extra *extra = *text ? tu_future_extra_of(f) : NULL;

	if (extra)
		extra->text = tu_copy_text(text);
	return f;
}

/* Nobody knows of it yet. */
static void take_back(struct tu_process *p)
{
	tu_os_process_signal(p->pid, SIGKILL);
	tu_process_bury(p->pid);
}

/* luggage: and not as a copy. NULL: as usual. */
static tutti_process *start(tutti_job *job, const void *arg, const tutti_process_options *o,
	const struct tu_luggage *luggage)
{
	tutti_start_method method;
	struct tu_process *p;
	char text[300] = "";
	int rc = check(job, o, text, sizeof(text));

	if (rc == 0)
		rc = tu_ending_begin(true);
	if (rc == 0)
		rc = tu_minder_begin();
	if (rc < 0)
		return failed(rc, text);
	p = make(job, arg, o, &method);
	if (!p)
		return failed(-ENOMEM, "");
	if (luggage) {
		p->errors = luggage->errors;
		p->carried = luggage->carried;
	}
	if (luggage && method == TUTTI_FORK)
		method = TUTTI_FORKSERVER;
	tu_ending_children = end_children;
	tu_ending_at_once = tu_server_end;
	rc = begin(p, method, text, sizeof(text));
	if (rc < 0) {
		process_free(&p->jf.future);
		return failed(rc, text);
	}
	p->jf.future.word |= TU_FUTURE_RUNNING; /* born started */
	tu_crash_point();
	tu_process_list(p);
	tu_crash_point();
	rc = tu_minder_take(p);
	tu_crash_point();
	if (rc == 0)
		return &p->jf.future;
	tu_process_unlist(p);
	take_back(p);
	tu_os_close(p->channel);
	process_free(&p->jf.future);
	return failed(rc, "");
}

void tu_process_write_out(void)
{
	fflush(stdout);
	fflush(stderr);
}

tutti_process *tutti_process_start(
	tutti_job *job, const void *arg, const tutti_process_options *options)
{
	static const tutti_process_options none;

	tu_point(TU_OP_THREAD_START, NULL);
	tu_process_write_out();
	return start(job, arg, options ? options : &none, NULL);
}

tutti_process *tu_process_start_elsewhere(tutti_job *job, const void *arg,
	const tutti_process_options *options, const struct tu_luggage *luggage)
{
	return start(job, arg, options, luggage);
}
