/* SPDX-License-Identifier: MIT */
/* subprocess_start.c - a subprocess begins: its options, its streams, and why it could not. */
#include "proc/subprocess.h"

#include "core/alloc.h"
#include "core/probe.h"
#include "core/wait.h"
#include "os/os.h"
#include "os/spawn.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <tutti/scope.h>

static const char *const stream_names[] = { "stdin", "stdout", "stderr" };

struct reason {
	char *text;
	size_t n;
};

__attribute__((format(printf, 3, 4))) static int fail(
	struct reason why, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why.text, why.n, format, args);
	va_end(args);
	return code;
}

/* -- options ----------------------------------------------------------------------------------- */

/* What each stream is to be, of the words in subprocess.h. */
static void choose(const tutti_subprocess_options *o, bool fed, int what[TU_STREAMS])
{
	what[0] = fed && o->in == TUTTI_INHERIT ? TUTTI_PIPE : o->in;
	what[1] = o->capture && o->out == TUTTI_INHERIT ? TUTTI_PIPE : o->out;
	what[2] = o->capture && o->err == TUTTI_INHERIT ? TUTTI_PIPE : o->err;
}

static int check_stream(int stream, int what, struct reason why)
{
	if (what > 0 && !tu_os_is_open(what))
		return fail(
			why, -EBADF, "%s: descriptor %d is not open", stream_names[stream], what);
	if (what < (stream == 2 ? TUTTI_MERGE : TUTTI_NULL))
		return fail(why, -EINVAL, "%s cannot be %d", stream_names[stream], what);
	return 0;
}

static int check(const char *const *argv, const tutti_subprocess_options *o, bool fed,
	const int what[TU_STREAMS], struct reason why)
{
	int rc = 0;

	if (!argv || !argv[0])
		return fail(why, -EINVAL, "no program");
	if (o->input.size > 0 && (!fed || what[0] != TUTTI_PIPE))
		return fail(why, -EINVAL,
			fed ? "input, but its stdin is set" : "input is for run and communicate");
	for (int i = 0; i < TU_STREAMS && rc == 0; i++)
		rc = check_stream(i, what[i], why);
	return rc;
}

/* -- streams ----------------------------------------------------------------------------------- */

static void close_theirs(const int theirs[TU_STREAMS])
{
	for (int i = 0; i < TU_STREAMS; i++)
		if (theirs[i] >= 0)
			tu_os_close(theirs[i]);
}

/* Ours are p's; theirs is to be closed after the start. */
static int open_streams(struct tu_subprocess *p, const int what[TU_STREAMS], struct tu_os_spawn *s,
	int theirs[TU_STREAMS])
{
	for (int i = 0; i < TU_STREAMS; i++) {
		int ours = i == 0, ends[2], rc;

		s->stream[i] = what[i] == TUTTI_NULL    ? TU_OS_STREAM_NULL
			       : what[i] == TUTTI_MERGE ? TU_OS_STREAM_MERGE
			       : what[i] > 0            ? what[i]
							: TU_OS_STREAM_INHERIT;
		if (what[i] != TUTTI_PIPE)
			continue;
		rc = tu_os_spawn_pipe(ends, ours);
		if (rc < 0)
			return rc;
		p->stream[i].piped = true;
		p->stream[i].fd = ends[ours];
		s->stream[i] = theirs[i] = ends[!ours];
	}
	return 0;
}

/* -- the start --------------------------------------------------------------------------------- */

static int explain(const struct tu_os_spawn *s, int rc, struct reason why)
{
	switch (tu_os_spawn_blame(s, rc)) {
	case TU_OS_BLAME_CWD:
		return fail(why, rc, "cwd " TU_SHOWN ": %s", s->cwd, tutti_strerror(rc));
	case TU_OS_BLAME_INTERPRETER:
		return fail(why, rc, TU_SHOWN ": the interpreter that it names: %s", s->program,
			tutti_strerror(rc));
	case TU_OS_BLAME_PROGRAM:
	case TU_OS_BLAME_NOBODY:
		break;
	}
	return fail(why, rc, TU_SHOWN ": %s", s->program, tutti_strerror(rc));
}

static int launch(struct tu_subprocess *p, const char *const *argv,
	const tutti_subprocess_options *o, const int what[TU_STREAMS], struct reason why)
{
	struct tu_os_spawn s = { .program = o->program ? o->program : argv[0],
		.argv = argv,
		.env = o->env,
		.cwd = o->cwd,
		.group = p->group };
	int theirs[TU_STREAMS] = { -1, -1, -1 };
	int rc = open_streams(p, what, &s, theirs);

	if (rc < 0)
		fail(why, rc, "no pipe for " TU_SHOWN ": %s", argv[0], tutti_strerror(rc));
	if (rc == 0) {
		rc = tu_os_spawn(&s);
		if (rc < 0)
			explain(&s, rc, why);
	}
	close_theirs(theirs);
	if (rc < 0)
		return rc;
	p->pid = rc;
	rc = tu_os_child_fd(p->pid);
	p->end_fd = rc < 0 ? -1 : rc;
	return 0;
}

int tu_subprocess_begin(struct tu_subprocess **p, const char *const *argv,
	const tutti_subprocess_options *o, bool fed, char *text, size_t n)
{
	struct reason why = { text, n };
	int what[TU_STREAMS], rc;

	choose(o, fed && o->input.size > 0, what);
	rc = check(argv, o, fed, what, why);
	if (rc == 0 && o->deadline && tu_past(o->deadline))
		rc = fail(why, TUTTI_ETIMEDOUT, TU_SHOWN " was not started before its deadline",
			argv[0]);
	if (rc < 0)
		return rc;
	*p = tu_subprocess_make(argv[0], o);
	if (!*p)
		return fail(why, -ENOMEM, "%s", tutti_strerror(-ENOMEM));
	/* What the caller has printed comes before what the child prints, in a pipe too. */
	fflush(stdout);
	fflush(stderr);
	rc = launch(*p, argv, o, what, why);
	if (rc < 0)
		tutti_future_unref(&(*p)->future);
	return rc;
}

/* Nobody knows of it yet but the warden, perhaps, who must not be left with it. */
static void take_back(struct tu_subprocess *p)
{
	tutti_scope quiet;

	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_subprocess_kill(&p->future);
	tutti_subprocess_join(&p->future);
	tutti_shield_end(&quiet, 0);
	tutti_future_unref(&p->future);
}

static tutti_subprocess *failed(int code, const char *text)
{
	tutti_future *f = tu_future_failed(code);
	struct tu_future_extra *extra = *text ? tu_future_extra_of(f) : NULL;

	if (extra && !extra->text)
		extra->text = tu_copy_text(text);
	return f;
}

tutti_subprocess *tutti_subprocess_start(
	const char *const *argv, const tutti_subprocess_options *options)
{
	static const tutti_subprocess_options none;
	struct tu_subprocess *p;
	char text[sizeof(((tutti_subprocess_result *)NULL)->text)] = "";
	int rc;

	tu_point(TU_OP_THREAD_START, NULL);
	rc = tu_warden_begin();
	if (rc == 0)
		rc = tu_subprocess_begin(
			&p, argv, options ? options : &none, false, text, sizeof(text));
	if (rc != 0)
		return failed(rc, text);
	rc = tu_warden_add(p);
	if (rc == 0)
		return &p->future;
	take_back(p);
	return failed(rc, text);
}
