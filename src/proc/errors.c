/* SPDX-License-Identifier: MIT */
/*
 * errors.c - see errors.h.
 *
 * What is read waits in `bytes` until its line is whole. Lines are written many at a time, but
 * never more than a pipe takes in one piece. Who cannot be written to for now is waited for, and
 * then the child waits too, as it would with our stream itself.
 */
#include "proc/errors.h"

#include "base/list.h"
#include "core/alloc.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "os/os.h"
#include "proc/process.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <tutti/event.h>
#include <tutti/fd.h>
#include <tutti/scope.h>

enum { OURS = 2, ROOM = 4096, LINE_MOST = TU_ERRORS_TEXT / TU_ERRORS_LINES };

struct tu_errors {
	struct tu_link link; /* of those that are open; under the lock of all */
	uint32_t refs;       /* atomic */
	int from;            /* the task's, as the next two */
	size_t used;
	char bytes[ROOM];
	uint32_t lock; /* a tu_mutex, of the next two */
	unsigned lines;
	char last[TU_ERRORS_LINES][LINE_MOST]; /* line n at n % TU_ERRORS_LINES */
	tutti_event over;
};

static uint32_t lock; /* a tu_mutex */
static struct tu_list open_ones = { { &open_ones.head, &open_ones.head } };

/* They are the parent's, and so is the task. */
static void forget(struct tu_fork_guard *g)
{
	struct tu_link *link;

	(void)g;
	while ((link = tu_list_take(&open_ones)) != NULL)
		tu_os_close(tu_container_of(link, struct tu_errors, link)->from);
}

static struct tu_fork_guard guard = { .lock = &lock, .in_child = forget };

void tu_errors_unref(struct tu_errors *e)
{
	/* Acquire-release: all that others did with it is done before it goes. */
	if (e && tu_sub_acqrel(&e->refs, 1u) == 1)
		tu_free(e);
}

/* -- lines ------------------------------------------------------------------------------------- */

static void remember(struct tu_errors *e, const char *line, size_t n)
{
	char *place;

	if (n > LINE_MOST - 1)
		n = LINE_MOST - 1;
	tu_mutex_lock(&e->lock);
	place = e->last[e->lines++ % TU_ERRORS_LINES];
	memcpy(place, line, n);
	place[n] = 0;
	tu_mutex_unlock(&e->lock);
}

static void write_all(const char *at, size_t n)
{
	while (n > 0) {
		int written;

		/* If it cannot be waited for it can be written to, or is lost anyway. */
		tutti_fd_wait(OURS, TUTTI_WRITABLE, TUTTI_FOREVER);
		written = tu_os_stream_write(OURS, at, n);
		if (written < 0 && written != -EAGAIN)
			return;
		if (written > 0) {
			at += written;
			n -= (size_t)written;
		}
	}
}

/* All whole lines, or everything. */
static void pass_on(struct tu_errors *e, bool all)
{
	const char *at = e->bytes, *end = e->bytes + e->used, *line_end;

	while (at < end && (line_end = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		remember(e, at, (size_t)(line_end - at));
		at = line_end + 1;
	}
	if (at < end && (all || e->used == ROOM)) {
		remember(e, at, (size_t)(end - at));
		at = end;
	}
	write_all(e->bytes, (size_t)(at - e->bytes));
	e->used = (size_t)(end - at);
	memmove(e->bytes, at, e->used);
}

static void *copy(void *arg)
{
	struct tu_errors *e = arg;
	int got;

	do {
		tutti_fd_wait(e->from, TUTTI_READABLE, TUTTI_FOREVER);
		got = tu_os_stream_read(e->from, e->bytes + e->used, ROOM - e->used);
		if (got > 0)
			e->used += (size_t)got;
		pass_on(e, got == 0);
	} while (got > 0 || got == -EAGAIN);
	tu_mutex_lock(&lock);
	tu_list_remove(&e->link);
	tu_os_close(e->from);
	tu_mutex_unlock(&lock);
	tutti_event_set(&e->over);
	tu_errors_unref(e);
	return NULL;
}

/* -- from outside ------------------------------------------------------------------------------ */

int tu_errors_open(struct tu_errors **errors, int *to)
{
	struct tu_errors *e = tu_alloc_zero(sizeof(*e));
	int ends[2], rc = e ? tu_os_stream_open(ends) : -ENOMEM;

	if (rc < 0) {
		tu_free(e);
		return rc;
	}
	tu_fork_guard_once(&guard);
	e->from = ends[0];
	*to = ends[1];
	e->refs = 2; /* the task's is one */
	tu_mutex_lock(&lock);
	tu_list_add_tail(&open_ones, &e->link);
	tu_mutex_unlock(&lock);
	rc = tu_minder_run(copy, e);
	if (rc == 0) {
		*errors = e;
		return 0;
	}
	tu_mutex_lock(&lock);
	tu_list_remove(&e->link);
	tu_mutex_unlock(&lock);
	tu_os_close(ends[0]);
	tu_os_close(ends[1]);
	tu_free(e);
	return rc;
}

static void await(struct tu_errors *e, tutti_time deadline)
{
	tutti_scope quiet;

	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_event_wait_until(&e->over, deadline);
	tutti_shield_end(&quiet, 0);
}

const char *tu_errors_last(struct tu_errors *e, char *buf, size_t n, tutti_time deadline)
{
	unsigned first;
	size_t used = 0;

	await(e, deadline);
	*buf = 0;
	tu_mutex_lock(&e->lock);
	first = e->lines > TU_ERRORS_LINES ? e->lines - TU_ERRORS_LINES : 0;
	for (unsigned i = first; i < e->lines; i++) {
		const char *line = e->last[i % TU_ERRORS_LINES];

		if (used + strlen(line) + 2 > n)
			break;
		buf[used++] = '\n';
		strcpy(buf + used, line);
		used += strlen(line);
	}
	tu_mutex_unlock(&e->lock);
	return buf;
}

static struct tu_errors *first_open(void)
{
	struct tu_link *link;
	struct tu_errors *e = NULL;

	tu_mutex_lock(&lock);
	link = tu_list_first(&open_ones);
	if (link) {
		e = tu_container_of(link, struct tu_errors, link);
		tu_add_rlx(&e->refs, 1u); /* the task's own keeps it, as it is on the list */
	}
	tu_mutex_unlock(&lock);
	return e;
}

void tu_errors_flush(tutti_time deadline)
{
	struct tu_errors *e;

	while (tutti_now() < deadline && (e = first_open()) != NULL) {
		await(e, deadline);
		tu_errors_unref(e);
	}
}
