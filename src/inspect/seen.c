/* SPDX-License-Identifier: MIT */
/* seen.c - processes, one by one, and what of them all is said. */
#include "inspect/inside.h"

#include "base/atomic.h"
#include "core/thread.h"
#include "os/os.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/version.h>
#include <unistd.h>

enum { PROCESSES_MOST = 4096 };

size_t tu_seen_row(struct tutti_inspection *in, tutti_inspect_kind kind, size_t parent)
{
	void *more;

	if (in->n == in->rows_room) {
		size_t room = in->rows_room;

		more = tu_arena_grow(&in->arena, in->rows, &in->rows_room, sizeof(*in->rows));
		if (more)
			in->rows = more;
		if (more)
			more = tu_arena_grow(
				&in->arena, in->beside, &in->beside_room, sizeof(*in->beside));
		if (!more) {
			in->rows_room = in->beside_room = room;
			return TUTTI_INSPECT_NOBODY;
		}
		in->beside = more;
	}
	in->rows[in->n] = (tutti_inspect_row){ .kind = kind,
		.parent = parent,
		.held_by = TUTTI_INSPECT_NOBODY,
		.name = "",
		.role = "",
		.waits_for = "",
		.verb = "",
		.noun = "",
		.waited = -1,
		.left = -1 };
	in->beside[in->n] = (struct beside){ 0 };
	return in->n++;
}

void tu_seen_note(struct tutti_inspection *in, const char *text)
{
	if (in->notes_n == in->notes_room) {
		void *more =
			tu_arena_grow(&in->arena, in->notes, &in->notes_room, sizeof(*in->notes));

		if (!more)
			return;
		in->notes = more;
	}
	in->notes[in->notes_n++] = tu_arena_text(&in->arena, "%s", text);
}

/* -- why not ----------------------------------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static int because(
	const tutti_inspect_options *o, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (o->reason && o->reason_bytes > 0)
		vsnprintf(o->reason, o->reason_bytes, format, args);
	va_end(args);
	return code;
}

static int forbidden(const tutti_inspect_options *o, const struct tu_os_about *about)
{
	char why[256];

	return because(o, -EPERM, "process %d (%s) may not be looked at: %s", about->pid,
		about->name, tu_os_other_forbidden(about->user, why, sizeof(why)));
}

static int why_not(const tutti_inspect_options *o, const struct tu_os_about *about, int rc)
{
	if (rc == -EPERM)
		return forbidden(o, about);
	if (rc == -ESRCH)
		return because(o, rc, "process %d has ended meanwhile", about->pid);
	return because(o, rc, "process %d: %s", about->pid, tutti_strerror(rc));
}

/* -- a process --------------------------------------------------------------------------------- */

static tutti_inspect_state state_of(char state)
{
	return state == 'T' || state == 't'   ? TUTTI_INSPECT_STOPPED
	       : state == 'Z' || state == 'X' ? TUTTI_INSPECT_ENDED
					      : TUTTI_INSPECT_RUNNING;
}

static size_t add_process(
	struct tutti_inspection *in, const struct tu_os_about *about, size_t parent)
{
	size_t number = tu_seen_row(in, TUTTI_INSPECT_PROCESS, parent);

	if (number == TUTTI_INSPECT_NOBODY)
		return number;
	in->rows[number].pid = about->pid;
	in->rows[number].id = (uint64_t)about->pid;
	in->rows[number].state = state_of(about->state);
	in->rows[number].name = tu_arena_text(&in->arena, "%s", about->name);
	return number;
}

/* A thread that has never called tutti: what the kernel says of it. Of ours the name says it. */
static void add_stranger(struct look *l, const struct tu_os_other_thread *t)
{
	size_t number = tu_seen_row(l->in, TUTTI_INSPECT_THREAD, l->process);
	tutti_inspect_row *row;
	const char *name = t->call >= 0 ? tu_os_call_name(t->call) : NULL;

	if (number == TUTTI_INSPECT_NOBODY)
		return;
	row = &l->in->rows[number];
	row->pid = l->pid;
	row->id = (uint64_t)t->id;
	row->native_id = t->id;
	row->name = tu_arena_text(&l->in->arena, "%s", t->name);
	row->role = strncmp(t->name, "tutti-", 6) == 0 ? "tutti's own" : "not tutti's";
	row->sp = t->sp;
	row->pc = t->pc;
	row->state = l->stopped ? TUTTI_INSPECT_STOPPED : TUTTI_INSPECT_RUNNING;
	if (l->stopped || t->state == 'R' || !t->sleeps)
		return;
	row->state = TUTTI_INSPECT_WAITING;
	row->verb = name ? tu_arena_text(&l->in->arena, "in the call %s of the kernel", name)
			 : tu_arena_text(&l->in->arena, "in call %ld of the kernel", t->call);
}

/* The copies that are understood; and of those that are not why. */
static int look_at_copies(struct look *l, const struct known *known, size_t n, int bits,
	const struct tu_os_about *about, const tutti_inspect_options *o)
{
	const struct known *other = NULL;
	size_t understood = 0;

	if (n == 0 && bits == 32)
		return because(o, -ENOEXEC,
			"process %d (%s) is a 32-bit program, which tutti is not made for",
			about->pid, about->name);
	if (n == 0)
		return because(
			o, -ENOEXEC, "process %d (%s) does not use tutti", about->pid, about->name);
	for (size_t i = 0; i < n; i++) {
		struct look copy = *l;

		if (known[i].missing) {
			other = &known[i];
			continue;
		}
		copy.k = &known[i];
		copy.number = ++l->in->looks;
		tu_look_at_copy(&copy);
		understood++;
	}
	if (understood == 0)
		return because(o, TUTTI_ETYPE,
			"process %d (%s) uses tutti %s, and this is %s, which does not find its "
			"way there: it lacks %s",
			about->pid, about->name, other->version, tutti_version(), other->missing);
	return l->in->code;
}

static int list_threads(struct look *l)
{
	size_t room = 64;
	int n;

	do {
		room *= 4;
		l->threads = tu_arena_take(&l->in->arena, room * sizeof(*l->threads));
		if (!l->threads)
			return -ENOMEM;
		n = tu_os_other_thread_list(l->pid, l->threads, room);
		if (n < 0)
			return n;
	} while ((size_t)n == room && room < TU_SEEN_THREADS);
	l->threads_n = (size_t)n;
	l->taken = tu_arena_take(&l->in->arena, (size_t)n + 1);
	return l->taken ? 0 : -ENOMEM;
}

static int look_at_process(struct tutti_inspection *in, const struct tu_os_about *about,
	size_t parent, struct tu_os_other *other, const tutti_inspect_options *o)
{
	struct look l = { .in = in, .o = other, .pid = about->pid };
	struct tu_os_about now;
	struct known *known;
	size_t n;
	int bits, rc;

	l.process = add_process(in, about, parent);
	l.stopped = about->state == 'T' || about->state == 't';
	if (l.process == TUTTI_INSPECT_NOBODY)
		return because(o, -ENOMEM, "no memory");
	rc = tu_known_find(&in->arena, other, &known, &n, &bits);
	if (rc == 0)
		rc = list_threads(&l);
	if (rc == 0)
		rc = look_at_copies(&l, known, n, bits, about, o);
	else
		return why_not(o, about, rc);
	if (rc == -ENOEXEC || rc == TUTTI_ETYPE)
		return rc;
	if (rc < 0)
		return why_not(o, about, rc);
	if (tu_os_other_about(about->pid, &now) < 0 || now.started != about->started ||
		now.state == 'Z')
		return why_not(o, about, -ESRCH);
	for (size_t i = 0; i < l.threads_n; i++)
		if (!l.taken[i])
			add_stranger(&l, &l.threads[i]);
	return 0;
}

/* -- and those that it has started ------------------------------------------------------------- */

struct family {
	struct tutti_inspection *in;
	struct tu_os_about *members;
	size_t n, room;
};

static void note_process(const struct tu_os_about *about, void *arg)
{
	struct family *f = arg;

	if (f->n == f->room) {
		void *more =
			tu_arena_grow(&f->in->arena, f->members, &f->room, sizeof(*f->members));

		if (!more)
			return;
		f->members = more;
	}
	f->members[f->n++] = *about;
}

/* Children may be other programs, or end meanwhile: then they are named, and no more. */
static void look_at_child(
	struct tutti_inspection *in, const struct tu_os_about *about, size_t parent)
{
	tutti_inspect_options quiet = { 0 };
	struct tu_os_other other;
	size_t row = in->n;

	if (about->state == 'Z') {
		add_process(in, about, parent);
		return;
	}
	if (tu_os_other_open(&other, about->pid) < 0)
		return;
	if (look_at_process(in, about, parent, &other, &quiet) < 0) {
		in->code = 0;
		in->n = row < in->n ? row + 1 : in->n;
	}
	tu_os_other_close(&other);
}

static void look_at_children(struct tutti_inspection *in)
{
	struct family f = { .in = in };

	tu_os_others_each(note_process, &f);
	for (size_t row = 0; row < in->n && in->n < PROCESSES_MOST * (size_t)1000; row++) {
		if (in->rows[row].kind != TUTTI_INSPECT_PROCESS)
			continue;
		for (size_t i = 0; i < f.n; i++)
			if (f.members[i].parent == in->rows[row].pid)
				look_at_child(in, &f.members[i], row);
	}
}

/* -- at the end -------------------------------------------------------------------------------- */

static void count(struct tutti_inspection *in)
{
	for (size_t i = 0; i < in->n; i++) {
		const tutti_inspect_row *row = &in->rows[i];

		in->processes += row->kind == TUTTI_INSPECT_PROCESS;
		in->threads += row->kind == TUTTI_INSPECT_THREAD;
		in->tasks += row->kind == TUTTI_INSPECT_TASK;
		in->jobs += row->kind == TUTTI_INSPECT_JOB;
		in->waiting += row->state == TUTTI_INSPECT_WAITING && !in->beside[i].quiet;
	}
}

static void finish(struct tutti_inspection *in)
{
	bool unknown = false;

	tu_link_all(in);
	count(in);
	for (size_t i = 0; i < in->n; i++)
		unknown |= strcmp(in->rows[i].noun, "rwlock") == 0 && !in->beside[i].holder;
	if (unknown)
		tu_seen_note(
			in, "who holds a rwlock is known of programs that run with TUTTI_DEBUG=1");
	if (in->arena.failed)
		tu_seen_note(in, "there was no memory for all of it");
}

static int inspect(tutti_inspection *in, int pid, const tutti_inspect_options *o)
{
	struct tu_os_about about;
	struct tu_os_other other;
	int rc = tu_os_other_about(pid, &about);

	if (rc < 0)
		return because(o, rc, "there is no process %d", pid);
	if (about.state == 'Z' || about.state == 'X')
		return because(o, -ESRCH,
			"process %d (%s) has ended; process %d has not asked for its exit status",
			pid, about.name, about.parent);
	rc = tu_os_other_open(&other, pid);
	if (rc < 0)
		return because(o, rc, "there is no process %d", pid);
	rc = look_at_process(in, &about, TUTTI_INSPECT_NOBODY, &other, o);
	tu_os_other_close(&other);
	if (rc == 0 && o->children)
		look_at_children(in);
	if (rc == 0)
		finish(in);
	return rc;
}

int tutti_inspect(tutti_inspection **out, int pid, const tutti_inspect_options *options)
{
	static const tutti_inspect_options none;
	const tutti_inspect_options *o = options ? options : &none;
	struct arena arena = { 0 };
	tutti_inspection *in;
	int rc;

	if (!out)
		return because(o, -EINVAL, "out is NULL");
	in = tu_arena_take(&arena, sizeof(*in));
	if (!in)
		return because(o, -ENOMEM, "no memory");
	in->arena = arena;
	in->own = pid == (int)getpid();
	rc = inspect(in, pid, o);
	if (rc < 0)
		tutti_inspection_free(in);
	else
		*out = in;
	return rc;
}

const tutti_inspect_row *tutti_inspection_rows(const tutti_inspection *seen, size_t *n)
{
	*n = seen->n;
	return seen->rows;
}

const char *tutti_inspection_note(const tutti_inspection *seen, size_t i)
{
	return i < seen->notes_n ? seen->notes[i] : NULL;
}

void tutti_inspection_free(tutti_inspection *seen)
{
	struct arena arena;

	if (!seen)
		return;
	arena = seen->arena; /* it lies there itself */
	tu_arena_free(&arena);
}
