/* SPDX-License-Identifier: MIT */
/*
 * pipe.c - messages through pipes of the kernel that keep packets apart. A packet goes in and comes
 * out whole, whoever is killed, so the stream is always in order again at the next one.
 *
 * A message is one packet, or a first, others and a last. One packet by itself may come between
 * those of a longer message. A first one puts an end to what was begun before: its writer has given
 * up, or died. What no first one came before is dropped.
 *
 * The end of the stream is the kernel's, when the last descriptor to write to it is closed. But the
 * starter of a process keeps what it hands over open (handles.h), so whoever is the last to free an
 * end also says so in a packet. Who is the last, the kernel knows: tu_os_user_leave.
 */
#include "core/bytes.h"
#include "core/wait.h"
#include "proc/pipe_inside.h"

#include <errno.h>
#include <string.h>
#include <tutti/fd.h>

/* -- writing ---------------------------------------------------------------------------------- */

/* As tu_os_pipe_write, but waits. */
static int write_packet(tutti_pipe *p, const struct tu_pipe_head *h, const char *data, size_t n,
	tutti_time deadline)
{
	int rc;

	while ((rc = tu_os_pipe_write(tu_pipe_writer(p), h, sizeof(*h), data, n)) == -EAGAIN) {
		rc = tutti_fd_wait(tu_pipe_writer(p), TUTTI_WRITABLE, deadline);
		if (rc < 0)
			return rc;
	}
	return rc;
}

/* What was written of a message that fails is dropped over there. */
static int write_pieces(tutti_pipe *p, const char *data, size_t size, tutti_time deadline)
{
	struct tu_pipe_head h = { TU_PIPE_FIRST, p->who, size };
	int rc = 0;

	for (size_t at = 0; at < size && rc == 0; at += TU_PIPE_PIECE) {
		size_t n = size - at;

		if (n <= TU_PIPE_PIECE)
			h.what |= TU_PIPE_LAST;
		else
			n = TU_PIPE_PIECE;
		rc = write_packet(p, &h, data + at, n, deadline);
		h.what = 0;
	}
	return rc;
}

int tutti_pipe_write_until(tutti_pipe *p, const void *data, size_t size, tutti_time deadline)
{
	const struct tu_pipe_head whole = { TU_PIPE_FIRST | TU_PIPE_LAST, p->who, size };
	int rc = tu_cancel_pending(tu_self());

	if (rc < 0)
		return rc;
	if (tu_pipe_writer(p) < 0)
		return TUTTI_ETYPE;
	if (size <= TU_PIPE_PIECE)
		return write_packet(p, &whole, data, size, deadline);
	rc = tutti_semaphore_acquire_until(&p->writing, deadline);
	if (rc < 0)
		return rc;
	rc = write_pieces(p, data, size, deadline);
	tutti_semaphore_release(&p->writing, 1);
	return rc;
}

int tutti_pipe_write(tutti_pipe *p, const void *data, size_t size)
{
	return tutti_pipe_write_until(p, data, size, TUTTI_FOREVER);
}

/* -- reading: under p->reading ---------------------------------------------------------------- */

/* A whole message in one packet. */
static int hand_out(tutti_pipe *p, tutti_bytes *message)
{
	int rc = tutti_bytes_copy(
		message, p->packet.data, (size_t)p->room - sizeof(struct tu_pipe_head));

	if (rc == 0)
		p->room = 0;
	return rc;
}

static int begin_message(tutti_pipe *p)
{
	tutti_bytes begun = { NULL, 0, NULL };
	int rc = tu_bytes_grow(&begun, p->packet.head.size);

	if (rc < 0)
		return rc;
	tutti_bytes_free(&p->message);
	p->message = begun;
	p->message.size = p->packet.head.size;
	p->place = (char *)begun.data;
	p->come = 0;
	p->from = p->packet.head.who;
	return 0;
}

/* One packet of several. */
static int add_piece(tutti_pipe *p, tutti_bytes *message)
{
	const struct tu_pipe_head *h = &p->packet.head;
	size_t n = (size_t)p->room - sizeof(*h);
	int rc = h->what & TU_PIPE_FIRST ? begin_message(p) : 0;

	if (rc < 0)
		return rc;
	p->room = 0;
	if (!p->message.owner || p->from != h->who || n > p->message.size - p->come)
		return -EAGAIN;
	memcpy(p->place + p->come, p->packet.data, n);
	p->come += n;
	if (!(h->what & TU_PIPE_LAST) || p->come != p->message.size)
		return -EAGAIN;
	*message = p->message;
	p->message = (tutti_bytes){ NULL, 0, NULL };
	return 0;
}

static int end(tutti_pipe *p)
{
	tutti_bytes_free(&p->message);
	p->ended = true;
	return TUTTI_EDONE;
}

/* Get a packet, unless one is there. 0, -EAGAIN, TUTTI_EDONE. */
static int fill(tutti_pipe *p)
{
	int n;

	if (p->ended)
		return TUTTI_EDONE;
	if (p->room > 0)
		return 0;
	n = tu_os_pipe_read(tu_pipe_reader(p), &p->packet);
	if (n < 0)
		return n;
	if (n < (int)sizeof(struct tu_pipe_head) || (p->packet.head.what & TU_PIPE_END))
		return end(p);
	p->room = n;
	return 0;
}

int tu_pipe_take_message(tutti_pipe *p, void *out)
{
	tutti_bytes *message = out;
	int rc;

	if (p->whole.owner) {
		*message = p->whole;
		p->whole = (tutti_bytes){ NULL, 0, NULL };
		return 0;
	}
	while ((rc = fill(p)) == 0) {
		rc = (p->packet.head.what & (TU_PIPE_FIRST | TU_PIPE_LAST)) ==
				     (TU_PIPE_FIRST | TU_PIPE_LAST)
			     ? hand_out(p, message)
			     : add_piece(p, message);
		if (rc != -EAGAIN)
			break;
	}
	return rc;
}

/* -- reading ---------------------------------------------------------------------------------- */

int tu_pipe_read_until(tutti_pipe *p, tu_pipe_take *take, void *out, tutti_time deadline)
{
	int rc = tu_cancel_pending(tu_self());

	if (rc < 0)
		return rc;
	if (tu_pipe_reader(p) < 0)
		return TUTTI_ETYPE;
	do {
		tutti_lock_acquire(&p->reading);
		rc = take(p, out);
		tutti_lock_release(&p->reading);
		if (rc != -EAGAIN)
			return rc;
		rc = tutti_fd_wait(tu_pipe_reader(p), TUTTI_READABLE, deadline);
	} while (rc >= 0);
	return rc;
}

int tutti_pipe_read_until(tutti_pipe *p, tutti_bytes *message, tutti_time deadline)
{
	return tu_pipe_read_until(p, tu_pipe_take_message, message, deadline);
}

int tutti_pipe_read(tutti_pipe *p, tutti_bytes *message)
{
	return tutti_pipe_read_until(p, message, TUTTI_FOREVER);
}

int tutti_pipe_poll_until(tutti_pipe *p, tutti_time deadline)
{
	bool there;
	int rc = tu_cancel_pending(tu_self());

	if (rc < 0)
		return rc;
	if (tu_pipe_reader(p) < 0)
		return TUTTI_ETYPE;
	tutti_lock_acquire(&p->reading);
	there = p->ended || p->room > 0 || p->whole.owner;
	tutti_lock_release(&p->reading);
	rc = there ? 0 : tutti_fd_wait(tu_pipe_reader(p), TUTTI_READABLE, deadline);
	return rc < 0 ? rc : 0;
}
