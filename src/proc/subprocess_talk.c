/* SPDX-License-Identifier: MIT */
/*
 * subprocess_talk.c - with all pipes of a subprocess at once, so that neither side waits for the
 * other in vain: communicate, and what run makes of it.
 */
#include "proc/subprocess.h"

#include "core/bytes.h"
#include "core/wait.h"
#include "core/worker.h"
#include "os/os.h"
#include "os/spawn.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <tutti/scope.h>
#include <tutti/select.h>

/* In one turn, so that a child that prints without end leaves time for its input and deadline. */
enum { READS_MOST = 16 };

/* -- one turn of one pipe ---------------------------------------------------------------------- */

/* Write what goes in. Who reads no more has had enough. */
static void feed(struct tu_subprocess *p)
{
	struct tu_pipe_end *s = &p->stream[0];
	int rc = 0;

	while (rc >= 0 && s->from < s->kept.size) {
		size_t n = s->kept.size - s->from;

		rc = tu_os_stream_write(
			s->fd, (const char *)s->kept.data + s->from, n < INT_MAX ? n : INT_MAX);
		if (rc > 0)
			s->from += (size_t)rc;
	}
	if (rc == -EAGAIN)
		return;
	tutti_bytes_free(&s->kept);
	s->from = 0;
	tu_pipe_end_close(p, 0);
}

/* Read what has come, to keep it or to drop it. 0 or -ENOMEM. */
static int drain(struct tu_subprocess *p, int stream, bool drop)
{
	struct tu_pipe_end *s = &p->stream[stream];
	int rc = 1;

	for (int i = 0; i < READS_MOST && rc > 0; i++) {
		rc = tu_pipe_end_fill(s);
		if (drop)
			s->kept.size = s->from = s->seen = 0;
	}
	if (rc == 0 || (rc < 0 && rc != -EAGAIN && rc != -ENOMEM))
		tu_pipe_end_close(p, stream);
	return rc == -ENOMEM ? rc : 0;
}

/* -- all of them ------------------------------------------------------------------------------- */

enum { END = TU_STREAMS, CASES };

static int turn(struct tu_subprocess *p, bool drop, int which)
{
	if (which == 0)
		feed(p);
	return which == 1 || which == 2 ? drain(p, which, drop) : 0;
}

static bool is_any_open(const struct tu_subprocess *p)
{
	return p->stream[0].fd >= 0 || p->stream[1].fd >= 0 || p->stream[2].fd >= 0;
}

/* The child has ended, and others may go on printing: what is there now. */
static int drain_all(struct tu_subprocess *p, bool drop)
{
	int rc = 0;

	for (int i = 1; i < TU_STREAMS && rc == 0; i++)
		if (p->stream[i].fd >= 0)
			rc = drain(p, i, drop);
	return rc;
}

static int talk(struct tu_subprocess *p, bool drop, bool ended, tutti_time deadline)
{
	int rc = 0;

	if (p->stream[0].fd >= 0)
		feed(p);
	/* Where the child's end cannot be waited for with others, it comes first. */
	while (rc >= 0 && is_any_open(p) && !(ended && p->end_fd < 0)) {
		tutti_case cases[CASES] = { tutti_case_fd(p->stream[0].fd, TUTTI_WRITABLE),
			tutti_case_fd(p->stream[1].fd, TUTTI_READABLE),
			tutti_case_fd(p->stream[2].fd, TUTTI_READABLE),
			tutti_case_fd(ended ? p->end_fd : -1, TUTTI_READABLE) };
		int which = tutti_select(cases, CASES, deadline);

		if (which == END)
			break;
		rc = which < 0 ? which : turn(p, drop, which);
	}
	if (rc >= 0)
		rc = tu_subprocess_wait(p, deadline);
	return rc == 0 && ended ? drain_all(p, drop) : rc;
}

int tu_subprocess_talk(struct tu_subprocess *p, bool drop, bool ended, tutti_time deadline)
{
	struct tu_os_world_wait world;
	int rc;

	tu_os_world_begin(&world, deadline);
	rc = talk(p, drop, ended, deadline);
	tu_os_world_end(&world);
	return rc;
}

/* -- the result -------------------------------------------------------------------------------- */

int tu_subprocess_conclude(struct tu_subprocess *p, tutti_subprocess_result *result)
{
	int rc;

	tu_future_wait(&p->future, TUTTI_FOREVER, 0); /* whoever has reaped it says so at once */
	rc = tu_future_outcome(&p->future);
	if (!result)
		return rc;
	memset(result, 0, sizeof(*result));
	result->exitcode = p->exitcode;
	tu_pipe_end_give(&p->stream[1], &result->out);
	tu_pipe_end_give(&p->stream[2], &result->err);
	if (rc < 0)
		snprintf(result->text, sizeof(result->text), "%s", tutti_future_text(&p->future));
	return rc;
}

void tutti_subprocess_result_free(tutti_subprocess_result *result)
{
	if (!result)
		return;
	tutti_bytes_free(&result->out);
	tutti_bytes_free(&result->err);
	memset(result, 0, sizeof(*result));
}

/* -- communicate ------------------------------------------------------------------------------- */

/* All or none. */
static int take_all(struct tu_subprocess *p)
{
	int rc = 0, i;

	for (i = 0; i < TU_STREAMS && rc == 0; i++)
		if (p->stream[i].piped)
			rc = tu_pipe_end_take(p, i);
	while (rc < 0 && --i > 0)
		if (p->stream[i - 1].piped)
			tu_pipe_end_let_go(p, i - 1);
	return rc;
}

static void let_go_all(struct tu_subprocess *p)
{
	for (int i = 0; i < TU_STREAMS; i++)
		if (p->stream[i].piped)
			tu_pipe_end_let_go(p, i);
}

/* Bytes of our own, of which the first are what is left of s and then more. */
static int append(struct tu_pipe_end *s, const tutti_bytes *more)
{
	size_t left = s->kept.size - s->from;
	tutti_bytes all = { NULL, 0, NULL };

	if (left + more->size > 0) {
		if (tu_bytes_grow(&all, left + more->size) < 0)
			return -ENOMEM;
		if (left > 0)
			memcpy((char *)(uintptr_t)all.data, (const char *)s->kept.data + s->from,
				left);
		if (more->size > 0)
			memcpy((char *)(uintptr_t)all.data + left, more->data, more->size);
		all.size = left + more->size;
	}
	tutti_bytes_free(&s->kept);
	s->kept = all;
	s->from = 0;
	return 0;
}

/* What goes in: borrowed for this call, unless something was left by the last. */
static int put_in(struct tu_subprocess *p, const tutti_bytes *input)
{
	struct tu_pipe_end *s = &p->stream[0];

	if (input->size == 0)
		return 0;
	if (s->fd < 0)
		return -EINVAL;
	if (s->kept.size > 0)
		return append(s, input);
	s->kept = tutti_bytes_of(input->data, input->size);
	return 0;
}

/* The call ends early, and what it borrowed goes. */
static int keep_rest(struct tu_subprocess *p, int rc)
{
	static const tutti_bytes none;
	struct tu_pipe_end *s = &p->stream[0];

	if (s->kept.size > 0 && !s->kept.owner && append(s, &none) < 0) {
		s->kept = none;
		s->from = 0;
		tu_pipe_end_close(p, 0); /* what it was to read can never come */
		return -ENOMEM;
	}
	return rc;
}

int tutti_subprocess_communicate_until(tutti_subprocess *f, tutti_bytes input,
	tutti_subprocess_result *result, tutti_time deadline)
{
	struct tu_subprocess *p;
	int rc = tu_cancel_pending(tu_self());

	tu_point(TU_OP_FUTURE_WAIT, f);
	if (rc == 0)
		rc = tu_subprocess_check(f, &p);
	if (rc == 0)
		rc = take_all(p);
	if (rc != 0)
		return rc;
	rc = put_in(p, &input);
	if (rc == 0) {
		tu_warden_enter(p);
		rc = tu_subprocess_talk(p, !result, false, deadline);
		tu_warden_leave(p);
	}
	rc = rc == 0 ? tu_subprocess_conclude(p, result) : keep_rest(p, rc);
	let_go_all(p);
	return rc;
}

int tutti_subprocess_communicate(
	tutti_subprocess *p, tutti_bytes input, tutti_subprocess_result *result)
{
	return tutti_subprocess_communicate_until(p, input, result, TUTTI_FOREVER);
}

/* -- run --------------------------------------------------------------------------------------- */

/*
 * It is told to end, and has some time for it, in which what it prints is read; then its group has
 * what is left of that. Whoever else has its pipes as well may keep them: nobody waits for that.
 */
static void end_it(struct tu_subprocess *p, bool drop)
{
	tutti_time last = tutti_after(tu_subprocess_grace);
	tutti_scope quiet;
	int rc;

	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tu_subprocess_tell(p, SIGTERM);
	rc = tu_subprocess_talk(p, drop, true, last);
	if (rc == 0 && p->group)
		rc = tu_subprocess_wait_group(p, last);
	if (rc < 0) {
		tu_subprocess_tell(p, SIGKILL);
		rc = tu_subprocess_talk(p, drop, true, TUTTI_FOREVER);
	}
	if (rc < 0) /* there is no memory for what it prints, or nothing to wait with */
		tu_subprocess_wait(p, TUTTI_FOREVER);
	tutti_shield_end(&quiet, 0);
}

static int end_early(struct tu_subprocess *p, tutti_subprocess_result *result, int why)
{
	int how;

	if (why == TUTTI_ETIMEDOUT)
		tu_subprocess_be_late(p);
	end_it(p, !result);
	how = tu_subprocess_conclude(p, result);
	if (why == TUTTI_ETIMEDOUT)
		return how;
	if (result)
		snprintf(result->text, sizeof(result->text), "%s", tutti_strerror(why));
	return why;
}

static int run(
	tutti_subprocess_result *result, const char *const *argv, const tutti_subprocess_options *o)
{
	tutti_subprocess_result unused;
	struct tu_subprocess *p;
	int rc = tu_subprocess_begin(
		&p, argv, o, true, (result ? result : &unused)->text, sizeof(unused.text));

	if (rc < 0)
		return rc == TUTTI_ETIMEDOUT ? TUTTI_EJOBTIMEDOUT : rc;
	p->stream[0].kept = o->input.size > 0 ? tutti_bytes_of(o->input.data, o->input.size)
					      : p->stream[0].kept;
	rc = tu_subprocess_talk(p, !result, false, o->deadline ? o->deadline : TUTTI_FOREVER);
	rc = rc == 0 ? tu_subprocess_conclude(p, result) : end_early(p, result, rc);
	tu_future_code(&p->future); /* it has been seen how it ended */
	tutti_future_unref(&p->future);
	return rc;
}

int tutti_subprocess_run(tutti_subprocess_result *result, const char *const *argv,
	const tutti_subprocess_options *options)
{
	static const tutti_subprocess_options none;
	int rc = tu_cancel_pending(tu_self());

	tu_point(TU_OP_FUTURE_WAIT, NULL);
	if (result)
		memset(result, 0, sizeof(*result));
	return rc < 0 ? rc : run(result, argv, options ? options : &none);
}
