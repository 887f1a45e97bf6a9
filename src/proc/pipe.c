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
#include "base/bits.h"
#include "core/alloc.h"
#include "core/bytes.h"
#include "core/wait.h"
#include "core/worker.h"
#include "os/os.h"
#include "proc/handles.h"

#include <errno.h>
#include <string.h>
#include <tutti/fd.h>
#include <tutti/lock.h>
#include <tutti/pipe.h>
#include <tutti/semaphore.h>

enum { FIRST = 1, LAST = 2, END = 4 };

struct head {
	uint32_t what; /* of the above */
	uint32_t who;  /* writes it: another number for each end in each process */
	uint64_t size; /* of the message */
};

enum { PIECE = TU_OS_PACKET - sizeof(struct head) };

struct packet {
	struct head head;
	char data[PIECE];
};

struct tutti_pipe {
	struct tu_object object; /* fds: to read from, to write to; -1: not */
	tutti_semaphore writing; /* a message of several packets; one permit */
	uint32_t who;            /* see head; fixed between forks */
	tutti_lock reading;      /* of all below; held for no wait */
	bool ended;              /* it was told so */
	int room;                /* bytes in packet; 0: none */
	struct packet packet;    /* read, and not dealt with: there was no memory */
	tutti_bytes message;     /* of which some has come; no owner: none has */
	char *place;             /* where it is written */
	size_t come;
	uint32_t from;
};

static tutti_pipe *of_object(struct tu_object *o)
{
	return tu_container_of(o, struct tutti_pipe, object);
}

static int reader(const tutti_pipe *p)
{
	return p->object.fds[0];
}

static int writer(const tutti_pipe *p)
{
	return p->object.fds[1];
}

/* It is only processes of ours that could end that wait: a simulation knows them all. */
static int wait_until_ready(int fd, unsigned events, tutti_time deadline)
{
	struct tu_worker *w = tu_worker_self();
	int rc;

	w->at_pipes++;
	rc = tutti_fd_wait(fd, events, deadline);
	if (w->at_pipes > 0) /* it was forgotten with a fork */
		w->at_pipes--;
	return rc;
}

/* -- writing ---------------------------------------------------------------------------------- */

/* As tu_os_pipe_write, but waits. */
static int write_packet(
	tutti_pipe *p, const struct head *h, const char *data, size_t n, tutti_time deadline)
{
	int rc;

	while ((rc = tu_os_pipe_write(writer(p), h, sizeof(*h), data, n)) == -EAGAIN) {
		rc = wait_until_ready(writer(p), TUTTI_WRITABLE, deadline);
		if (rc < 0)
			return rc;
	}
	return rc;
}

/* What was written of a message that fails is dropped over there. */
static int write_pieces(tutti_pipe *p, const char *data, size_t size, tutti_time deadline)
{
	struct head h = { FIRST, p->who, size };
	int rc = 0;

	for (size_t at = 0; at < size && rc == 0; at += PIECE) {
		size_t n = size - at;

		if (n <= PIECE)
			h.what |= LAST;
		else
			n = PIECE;
		rc = write_packet(p, &h, data + at, n, deadline);
		h.what = 0;
	}
	return rc;
}

int tutti_pipe_write_until(tutti_pipe *p, const void *data, size_t size, tutti_time deadline)
{
	const struct head whole = { FIRST | LAST, p->who, size };
	int rc = tu_cancel_pending(tu_self());

	if (rc < 0)
		return rc;
	if (writer(p) < 0)
		return TUTTI_ETYPE;
	if (size <= PIECE)
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

static void drop_message(tutti_pipe *p)
{
	tutti_bytes_free(&p->message);
}

/* A whole message in one packet. */
static int hand_out(tutti_pipe *p, tutti_bytes *message)
{
	int rc = tutti_bytes_copy(message, p->packet.data, (size_t)p->room - sizeof(struct head));

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
	drop_message(p);
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
	const struct head *h = &p->packet.head;
	size_t n = (size_t)p->room - sizeof(*h);
	int rc = h->what & FIRST ? begin_message(p) : 0;

	if (rc < 0)
		return rc;
	p->room = 0;
	if (!p->message.owner || p->from != h->who || n > p->message.size - p->come)
		return -EAGAIN;
	memcpy(p->place + p->come, p->packet.data, n);
	p->come += n;
	if (!(h->what & LAST) || p->come != p->message.size)
		return -EAGAIN;
	*message = p->message;
	p->message = (tutti_bytes){ NULL, 0, NULL };
	return 0;
}

static int end(tutti_pipe *p)
{
	drop_message(p);
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
	n = tu_os_pipe_read(reader(p), &p->packet);
	if (n < 0)
		return n;
	if (n < (int)sizeof(struct head) || (p->packet.head.what & END))
		return end(p);
	p->room = n;
	return 0;
}

/* 0, TUTTI_EDONE, -ENOMEM; -EAGAIN: nothing more is there. */
static int read_now(tutti_pipe *p, tutti_bytes *message)
{
	int rc;

	while ((rc = fill(p)) == 0) {
		rc = (p->packet.head.what & (FIRST | LAST)) == (FIRST | LAST)
			     ? hand_out(p, message)
			     : add_piece(p, message);
		if (rc != -EAGAIN)
			break;
	}
	return rc;
}

/* -- reading ---------------------------------------------------------------------------------- */

int tutti_pipe_read_until(tutti_pipe *p, tutti_bytes *message, tutti_time deadline)
{
	int rc = tu_cancel_pending(tu_self());

	if (rc < 0)
		return rc;
	if (reader(p) < 0)
		return TUTTI_ETYPE;
	do {
		tutti_lock_acquire(&p->reading);
		rc = read_now(p, message);
		tutti_lock_release(&p->reading);
		if (rc != -EAGAIN)
			return rc;
		rc = wait_until_ready(reader(p), TUTTI_READABLE, deadline);
	} while (rc >= 0);
	return rc;
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
	if (reader(p) < 0)
		return TUTTI_ETYPE;
	tutti_lock_acquire(&p->reading);
	there = p->ended || p->room > 0;
	tutti_lock_release(&p->reading);
	rc = there ? 0 : wait_until_ready(reader(p), TUTTI_READABLE, deadline);
	return rc < 0 ? rc : 0;
}

/* -- life ------------------------------------------------------------------------------------- */

/* The descriptor that tells who uses this end: the other end uses another pipe, or does not say. */
static int users_fd(const struct tu_object *o)
{
	if (o->fds[1] < 0)
		return -1; /* whoever only reads has no end to tell of */
	return o->fds[0] >= 0 ? o->fds[0] : o->fds[1];
}

static void enter(struct tu_object *o)
{
	if (users_fd(o) >= 0)
		tu_os_user_enter(users_fd(o));
}

/*
 * If it is kept for one who may not have come yet, that one will be the last, or is already. Kept
 * for more, it stays in use: one of them may free it before another comes. If the pipe is full
 * nothing can be said. In both cases the descriptors tell.
 */
static void leave(struct tu_object *o)
{
	const struct head end_of_all = { END, 0, 0 };
	bool kept = o->kept > 0;

	if (users_fd(o) < 0 || o->forked || o->kept > 1)
		return;
	if (tu_os_user_leave(users_fd(o)) && !kept)
		tu_os_pipe_write(o->fds[1], &end_of_all, sizeof(end_of_all), NULL, 0);
}

/* Threads and tasks that held these are not here. */
static void begin_again(struct tu_object *o)
{
	tutti_pipe *p = of_object(o);

	tutti_semaphore_init(&p->writing, 1, 0);
	p->reading = (tutti_lock){ 0 };
	p->who = (uint32_t)tu_os_random();
}

static void close_both(const int fds[2])
{
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			tu_os_pipe_close(fds[i]);
}

static void free_object(struct tu_object *o)
{
	tutti_pipe *p = of_object(o);

	close_both(o->fds);
	drop_message(p);
	tu_free(p);
}

static const struct tu_object_ops ops = { enter, leave, begin_again, free_object };

/* What tells these two pipes, in this order, from all others. */
static uint64_t key_of(const int fds[2])
{
	uint64_t r = fds[0] < 0 ? 0 : tu_os_pipe_id(fds[0]);
	uint64_t w = fds[1] < 0 ? 0 : tu_os_pipe_id(fds[1]);

	return tu_mix64(tu_mix64(r) + w);
}

/* NULL: no memory. It is not in the registry yet. */
static tutti_pipe *create_end(int r, int w)
{
	tutti_pipe *p = tu_alloc_zero(sizeof(*p));

	if (!p)
		return NULL;
	p->object = (struct tu_object){ .ops = &ops, .kind = TU_OBJECT_PIPE, .fds = { r, w } };
	p->object.key = key_of(p->object.fds);
	begin_again(&p->object);
	return p;
}

/* Of the two pipes one goes from b to a, and the other, if there is one, from a to b. */
static int create_ends(tutti_pipe **a, tutti_pipe **b, const int to_a[2], const int to_b[2])
{
	tutti_pipe *one = create_end(to_a[0], to_b[1]);
	tutti_pipe *other = one ? create_end(to_b[0], to_a[1]) : NULL;

	if (!other) {
		tu_free(one);
		return -ENOMEM;
	}
	tu_object_add(&one->object);
	tu_object_add(&other->object);
	*a = one;
	*b = other;
	return 0;
}

int tutti_pipe_create(tutti_pipe **a, tutti_pipe **b, bool one_way)
{
	int to_a[2] = { -1, -1 }, to_b[2] = { -1, -1 };
	int rc = tu_os_pipe_open(to_a);

	if (rc == 0 && !one_way)
		rc = tu_os_pipe_open(to_b);
	if (rc == 0)
		rc = create_ends(a, b, to_a, to_b);
	if (rc < 0) {
		close_both(to_a);
		close_both(to_b);
	}
	return rc;
}

/* Open one of the two there; fd of this one, -1 if there is none, or an error. */
static int open_there(const struct tu_handle_parts *parts, int i)
{
	static const unsigned events[] = { TU_OS_READABLE, TU_OS_WRITABLE };
	int fd;

	if (parts->fds[i] < 0)
		return -1;
	fd = tu_os_descriptor_of(parts->pid, parts->fds[i], events[i]);
	return fd == -ENXIO ? -EPIPE : fd == -EPERM ? -EACCES : fd;
}

/* Is what was opened what the handle names? */
static int check(const int fds[2], uint64_t key)
{
	if (key_of(fds) == key)
		return 0;
	return fds[0] >= 0 && tu_os_memory_bytes(fds[0]) >= 0 ? TUTTI_ETYPE : -ESTALE;
}

static int open_both(const struct tu_handle_parts *parts, int fds[2])
{
	int rc;

	fds[1] = -1;
	fds[0] = open_there(parts, 0);
	if (fds[0] < -1)
		return fds[0];
	fds[1] = open_there(parts, 1);
	rc = fds[1] < -1 ? fds[1] : check(fds, parts->key);
	if (rc < 0)
		close_both(fds);
	return rc;
}

static int attach(tutti_pipe **p, tutti_handle handle)
{
	struct tu_handle_parts parts;
	struct tu_object *o;
	tutti_pipe *made;
	int fds[2], rc = tu_handle_read(handle, &parts);

	if (rc < 0)
		return rc;
	rc = open_both(&parts, fds);
	if (rc < 0)
		return rc;
	made = create_end(fds[0], fds[1]);
	if (!made) {
		close_both(fds);
		return -ENOMEM;
	}
	o = tu_object_add(&made->object);
	if (o != &made->object)
		free_object(&made->object);
	*p = of_object(o);
	return 0;
}

int tutti_pipe_attach(tutti_pipe **p, tutti_handle handle)
{
	struct tu_object *o;
	int rc = tu_object_find(handle, TU_OBJECT_PIPE, &o);

	if (rc == 0)
		return attach(p, handle);
	if (rc < 0)
		return rc;
	*p = of_object(o);
	return 0;
}

tutti_handle tutti_pipe_handle(const tutti_pipe *p)
{
	return tu_handle_of(&p->object);
}

void tutti_pipe_free(tutti_pipe *p)
{
	if (p)
		tu_object_release(&p->object);
}
