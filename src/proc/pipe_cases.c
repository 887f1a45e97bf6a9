/* SPDX-License-Identifier: MIT */
/*
 * pipe_cases.c - an end of a pipe as a case of a select: the poller says that it is worth looking,
 * and others may be quicker.
 */
#include "proc/pipe_inside.h"
#include "sync/choice.h"

#include <errno.h>
#include <tutti/fd.h>
#include <tutti/pipe_values.h>

/* -- reading ---------------------------------------------------------------------------------- */

static int take(const tutti_case *c, tu_pipe_take *take_it)
{
	tutti_pipe *p = c->priv.object;
	int rc;

	if (tu_pipe_reader(p) < 0)
		return TUTTI_ETYPE;
	tutti_lock_acquire(&p->reading);
	rc = take_it(p, c->priv.item);
	tutti_lock_release(&p->reading);
	return rc == -EAGAIN ? TU_CASE_WAITS : rc;
}

static int message_look(const tutti_case *c)
{
	return take(c, tu_pipe_take_message);
}

static int value_look(const tutti_case *c)
{
	return take(c, tu_pipe_take_value);
}

static int read_enqueue(const tutti_case *c, struct tu_waiter *me)
{
	return tu_case_fd_enqueue(tu_pipe_reader(c->priv.object), TUTTI_READABLE, me);
}

static void read_over(const tutti_case *c, struct tu_waiter *me)
{
	tu_case_fd_over(tu_pipe_reader(c->priv.object), me);
}

tutti_case tutti_case_read(tutti_pipe *p, tutti_bytes *message)
{
	static const struct tu_case_kind kind = { message_look, read_enqueue, .over = read_over,
		.kernel = true };

	return tu_case_of(&kind, p, message);
}

tutti_case tutti_case_read_value(tutti_pipe *p, tutti_value **v)
{
	static const struct tu_case_kind kind = { value_look, read_enqueue, .over = read_over,
		.kernel = true };

	return tu_case_of(&kind, p, v);
}

/* -- writing ---------------------------------------------------------------------------------- */

/* One packet, as only that goes at once or not at all. */
static int write_look(const tutti_case *c)
{
	const tutti_pipe *p = c->priv.object;
	const tutti_bytes *message = c->priv.item;
	const struct tu_pipe_head whole = { TU_PIPE_FIRST | TU_PIPE_LAST, p->who, message->size };
	int rc;

	if (tu_pipe_writer(p) < 0)
		return TUTTI_ETYPE;
	if (message->size > TU_PIPE_PIECE)
		return -EMSGSIZE;
	rc = tu_os_pipe_write(
		tu_pipe_writer(p), &whole, sizeof(whole), message->data, message->size);
	return rc == -EAGAIN ? TU_CASE_WAITS : rc;
}

static int write_enqueue(const tutti_case *c, struct tu_waiter *me)
{
	return tu_case_fd_enqueue(tu_pipe_writer(c->priv.object), TUTTI_WRITABLE, me);
}

static void write_over(const tutti_case *c, struct tu_waiter *me)
{
	tu_case_fd_over(tu_pipe_writer(c->priv.object), me);
}

tutti_case tutti_case_write(tutti_pipe *p, const tutti_bytes *message)
{
	static const struct tu_case_kind kind = { write_look, write_enqueue, .over = write_over,
		.kernel = true };

	return tu_case_of(&kind, p, (void *)message);
}
