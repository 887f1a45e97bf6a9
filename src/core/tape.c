/* SPDX-License-Identifier: MIT */
/*
 * tape.c - see tape.h.
 *
 * Layout: a head, then pages, taken one after the other from head.next. A page is its worker's; the
 * worker writes slots, then shows how many they are. In a forked child, and in the next tape, the
 * generation is another: then a worker takes a fresh page, and everybody says once more who he is.
 *
 * The end: writers are within while their worker says so (taping), see enter. Whoever ends the tape
 * waits until none is, and then nobody touches the memory any more.
 */
#include "core/tape.h"

#include "base/character.h"
#include "core/fence.h"
#include "core/fork.h"
#include "core/lot.h"
#include "core/mutex.h"
#include "core/overflow.h"
#include "core/thread.h"
#include "core/worker.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct head {
	uint64_t magic, bytes;
	uint64_t next; /* atomic: pages taken, and wanted */
	uint64_t lost; /* atomic */
	int64_t last;  /* in a simulation, see tu_tape_time; atomic */
};

static const uint64_t magic = UINT64_C(0x3165706174747574);

static struct {
	struct head *head; /* NULL: no tape. Fixed while there are writers, as the next four */
	struct tu_tape_page *pages;
	size_t count;
	int fd;          /* of the process that began it, else -1 */
	int pid, origin; /* of this process; of the one that began it */
	int origin_fd;   /* what it is there */
	bool simulated;  /* its time is a simulation's: only that one's threads write */
	char name[128];  /* this process' */
} tape = { .fd = -1 };

static uint32_t lock;       /* a tu_mutex: of who keeps it, and over a fork */
static uint32_t generation; /* another with each tape, and in each forked child */

/* -- writing ---------------------------------------------------------------------------------- */

/* The worker of the calling thread, which is in no signal handler; NULL: it has none. */
static struct tu_worker *worker_here(void)
{
	return tu_current ? tu_current->worker : tu_lent;
}

/*
 * Against tu_tape_end:
 *
 *     here                       end
 *     taping = true              tu_probing without the tape
 *     light fence                heavy fence
 *     look at tu_probing         look at taping of all
 *
 * Either we see that it is over, or it waits until we are out.
 */
static bool enter(struct tu_worker *w)
{
	tu_show(&w->taping, true);
	tu_fence_light();
	/* [tape-3] acquire: where it is; from show */
	if ((tu_load_acq(&tu_probing) & TU_PROBE_TAPE) && tape.simulated == tu_simulated())
		return true;
	tu_show(&w->taping, false);
	return false;
}

static void leave(struct tu_worker *w)
{
	tu_store_rel(&w->taping, false); /* [tape-1] release: it is done with the memory */
}

static struct tu_tape_page *take_page(struct tu_worker *w)
{
	uint64_t i = tu_add_rlx(&tape.head->next, (uint64_t)1); /* a number by itself */
	struct tu_tape_page *page = i < tape.count ? &tape.pages[i] : NULL;

	if (page)
		page->pid = tape.pid;
	w->page = page;
	w->taped = generation;
	return page;
}

static unsigned slots_for(size_t text_bytes)
{
	return 1 + (unsigned)((text_bytes + sizeof(struct tu_tape_record) - 1) /
			      sizeof(struct tu_tape_record));
}

/* As much of it as is kept, of whole characters. */
static size_t length_of(const char *text)
{
	size_t n = strnlen(text, TU_TAPE_TEXT);

	return n < TU_TAPE_TEXT ? n : tu_character_fit(text, TU_TAPE_TEXT - 1);
}

static void write_to(struct tu_worker *w, const struct tu_tape_record *r, const char *text)
{
	size_t length = text ? length_of(text) : 0;
	unsigned slots = text ? slots_for(length + 1) : 1;
	struct tu_tape_page *page = w->taped == generation ? w->page : take_page(w);
	struct tu_tape_record *at;

	if (page && page->used + slots > TU_TAPE_SLOTS)
		page = take_page(w);
	if (!page) {
		tu_add_rlx(&tape.head->lost, (uint64_t)1); /* a number by itself */
		return;
	}
	at = &page->slot[page->used];
	*at = *r;
	at->slots = (uint8_t)slots;
	if (text) {
		memcpy(at + 1, text, length);
		((char *)(at + 1))[length] = 0;
	}
	tu_store_rel(&page->used, page->used + slots); /* [tape-2] release: the record */
}

void tu_tape_put(const struct tu_tape_record *r, const char *text)
{
	struct tu_worker *w = worker_here();

	if (!w || !enter(w))
		return;
	write_to(w, r, text);
	leave(w);
}

/*
 * In a simulation any number of things happen in the same instant: a nanosecond each keeps them in
 * order. Relaxed: there one runs at a time, of all its processes.
 */
int64_t tu_tape_time(void)
{
	int64_t now = tu_os_now(), last;

	if (!tu_simulated() || !tape.head)
		return now;
	last = tu_load_rlx(&tape.head->last); /* as said above */
	now = now > last ? now : last + 1;
	tu_store_rlx(&tape.head->last, now); /* likewise */
	return now;
}

/* -- who it is -------------------------------------------------------------------------------- */

static void name_thread(const struct tu_context *c, char *buf, size_t n)
{
	int id = c->worker->native_id;
	char shown[32];

	if (tu_thread_is_main())
		snprintf(buf, n, "thread 'MainThread'");
	else
		snprintf(buf, n, "thread '%s'", tu_thread_shown_name(id, shown, sizeof(shown)));
}

/* What a lane is the lane of: another one, and it says so anew. */
static const void *what_runs(const struct tu_context *c)
{
	return c == &c->worker->native ? c->worker->thread : c->self;
}

/* At its end nothing runs there any more, but it is still the same. */
static bool is_known(const struct tu_context *c)
{
	const void *what = what_runs(c);

	return c->taped_as == tu_tape_id(c) && (!what || c->taped_what == what) &&
	       c->taped == generation;
}

/* Within. A thread is what its record says, and what its own stack runs meanwhile is not. */
static void introduce(struct tu_context *c, int64_t now)
{
	bool native = c == &c->worker->native;
	struct tu_tape_record r = { .time = now,
		.id = tu_tape_id(c),
		.a = (uint64_t)(uintptr_t)what_runs(c),
		.b = (uint32_t)c->worker->native_id,
		.op = native,
		.kind = TU_TAPE_IS };
	char name[128];

	if (native && c->worker->thread)
		tu_worker_name(c->worker, name, sizeof(name));
	else if (!native && c->self)
		tu_context_name(c, name, sizeof(name));
	else
		name_thread(c, name, sizeof(name));
	c->taped_as = r.id;
	c->taped_what = what_runs(c);
	c->taped = generation;
	write_to(c->worker, &r, name);
}

/* Within, on self's thread. */
static void note(struct tu_context *self, struct tu_tape_record *r, const char *text)
{
	if (!is_known(self))
		introduce(self, r->time);
	r->id = tu_tape_id(self);
	if (r->kind != TU_TAPE_IS)
		write_to(self->worker, r, text);
}

void tu_tape_note(struct tu_context *self, enum tu_tape_kind kind, uint64_t a, const char *text)
{
	struct tu_tape_record r = { .a = a, .kind = (uint8_t)kind };

	if (!tu_taping() || !enter(self->worker))
		return;
	r.time = tu_tape_time();
	note(self, &r, text);
	leave(self->worker);
}

void tu_tape_starts_process(int64_t since, int pid)
{
	struct tu_tape_record r = { .time = since, .b = (uint32_t)pid, .kind = TU_TAPE_STARTS };
	struct tu_context *self = tu_self();

	if (!tu_taping() || !enter(self->worker))
		return;
	note(self, &r, NULL);
	leave(self->worker);
}

/* -- waiting and waking ----------------------------------------------------------------------- */

/* A lock is waited for in its own queue: else it has that, and is on its way to something else. */
static bool is_over(const struct tu_context *self, const struct tu_doing *d)
{
	enum tu_op_object kind = tu_op_object(d->op);
	/* Relaxed: where it was queued; nothing is read through it. */
	const void *key = self->waits ? tu_load_rlx(&self->waits->key) : NULL;

	if (kind != TU_OBJECT_NOTHING && !d->object)
		return true; /* nothing was told yet */
	return (kind == TU_OBJECT_LOCK || kind == TU_OBJECT_RWLOCK) && key && key != d->object;
}

void tu_tape_waits(struct tu_context *self, int64_t since)
{
	const struct tu_doing *d = &self->doing;
	struct tu_tape_record r = { .time = since, .op = TU_OPS, .kind = TU_TAPE_WAITS };

	if (!tu_taping() || !enter(self->worker))
		return;
	if (!is_over(self, d)) {
		r.op = (uint16_t)d->op;
		r.a = (uint64_t)(uintptr_t)d->object;
	}
	note(self, &r, NULL);
	leave(self->worker);
}

void tu_tape_wakes(const struct tu_context *c)
{
	struct tu_worker *w = worker_here();
	struct tu_context *by = tu_current;
	struct tu_tape_record r = { .kind = TU_TAPE_WAKES, .op = TU_OPS };

	if (!tu_taping() || !w || !enter(w))
		return;
	r.time = tu_tape_time();
	if (by && !w->looking) {
		if (!is_known(by))
			introduce(by, r.time);
		r.a = tu_tape_id(by);
		r.op = (uint16_t)by->doing.op;
	}
	r.id = tu_tape_id(c);
	write_to(w, &r, NULL);
	leave(w);
}

/*
 * A job that ends on a thread is not the thread. Whoever goes on because of an end hears that it
 * was one, and not what was done last before.
 */
void tu_tape_ends(struct tu_context *self)
{
	if (!tu_taping())
		return;
	if (self != &self->worker->native || !self->job)
		tu_tape_note(self, TU_TAPE_ENDS, 0, NULL);
	self->doing.op = TU_OP_FUTURE_SET;
	self->doing.object = NULL;
}

/* -- beginning and ending --------------------------------------------------------------------- */

static void in_child(struct tu_fork_guard *g)
{
	(void)g;
	generation++;
	tape.pid = tu_os_process_id();
	if (tape.fd >= 0)
		tu_os_memory_close(tape.fd);
	tape.fd = -1;
	if (tape.head)
		tu_tape_process("");
}

static struct tu_fork_guard guard = { .lock = &lock, .in_child = in_child };

void tu_tape_lock(void)
{
	tu_fork_guard_once(&guard);
	tu_mutex_lock(&lock);
}

void tu_tape_unlock(void)
{
	tu_mutex_unlock(&lock);
}

static void show(struct head *head, int fd, int origin, int origin_fd)
{
	tape.head = head;
	tape.pages = (struct tu_tape_page *)((char *)head + TU_TAPE_PAGE);
	tape.count = head->bytes / TU_TAPE_PAGE - 1;
	tape.fd = fd;
	tape.pid = tu_os_process_id();
	tape.origin = origin;
	tape.origin_fd = origin_fd;
	tape.simulated = tu_simulated();
	generation++;
	tu_or_acqrel(&tu_probing, (uint32_t)TU_PROBE_TAPE); /* [tape-3] release: all that */
}

int tu_tape_begin(size_t bytes)
{
	struct head *head;
	int fd;

	if (tape.head)
		return -EALREADY;
	bytes = bytes / TU_TAPE_PAGE * TU_TAPE_PAGE;
	fd = tu_os_memory_make("tutti-tape", bytes);
	if (fd < 0)
		return fd;
	head = tu_os_memory_map(fd, bytes);
	if (!head) {
		tu_os_memory_close(fd);
		return -ENOMEM;
	}
	*head = (struct head){ .magic = magic, .bytes = bytes };
	tu_self();
	show(head, fd, tu_os_process_id(), fd);
	tu_tape_note(tu_self(), TU_TAPE_IS, 0, NULL); /* it is there from the beginning */
	return 0;
}

static void await_writer(struct tu_worker *w, void *unused)
{
	(void)unused;
	/* [tape-1] acquire: it is done with the memory */
	while (tu_load_acq(&w->taping))
		tu_os_thread_yield();
}

void tu_tape_end(void)
{
	tu_and_acqrel(&tu_probing, ~(uint32_t)TU_PROBE_TAPE);
	tu_fence_heavy();
	tu_worker_each(await_writer, NULL);
}

void tu_tape_free(void)
{
	if (!tape.head)
		return;
	tu_os_memory_unmap(tape.head, tape.head->bytes);
	if (tape.fd >= 0)
		tu_os_memory_close(tape.fd);
	tape.head = NULL;
	tape.fd = -1;
}

bool tu_tape_is_there(void)
{
	return tape.head != NULL;
}

bool tu_tape_is_ours(void)
{
	return tape.head && tape.origin == tape.pid;
}

/* -- other processes -------------------------------------------------------------------------- */

bool tu_tape_where(char *buf, size_t n)
{
	if (!tape.head || !tu_taping())
		return false;
	snprintf(buf, n, "%d:%d", tape.origin, tape.origin_fd);
	return true;
}

static struct head *find(int pid, int fd)
{
	int here = tu_os_descriptor_of(pid, fd, TU_OS_READABLE | TU_OS_WRITABLE);
	int64_t bytes = here < 0 ? here : tu_os_memory_bytes(here);
	struct head *head = bytes < TU_TAPE_PAGE ? NULL : tu_os_memory_map(here, (size_t)bytes);

	if (here >= 0)
		tu_os_memory_close(here);
	if (!head || (head->magic == magic && head->bytes == (uint64_t)bytes))
		return head;
	tu_os_memory_unmap(head, (size_t)bytes);
	return NULL;
}

/* "PID:FD" */
static bool parse(const char *where, int *pid, int *fd)
{
	int end = 0;

	return sscanf(where, "%d:%d%n", pid, fd, &end) == 2 && !where[end] && *pid > 0 && *fd >= 0;
}

bool tu_tape_was_ours(const char *where)
{
	int pid, fd;

	return parse(where, &pid, &fd) && pid == tu_os_process_id();
}

int tu_tape_join(const char *where, const char *name)
{
	struct head *head;
	int pid, fd;

	if (tape.head)
		return -EALREADY;
	if (!parse(where, &pid, &fd))
		return -EINVAL;
	head = find(pid, fd);
	if (!head)
		return -ESRCH;
	tu_self();
	tu_fork_guard_once(&guard);
	show(head, -1, pid, fd);
	tu_tape_process(name);
	return 0;
}

void tu_tape_process(const char *name)
{
	struct tu_tape_record r = { .time = tu_tape_time(), .kind = TU_TAPE_PROCESS };

	snprintf(tape.name, sizeof(tape.name), "%s", name);
	tu_tape_put(&r, tape.name);
}

void tu_tape_process_ends(void)
{
	struct tu_tape_record r = { .kind = TU_TAPE_PROCESS_ENDS };

	if (!tu_taping())
		return;
	r.time = tu_tape_time();
	tu_tape_put(&r, NULL);
}

/* -- reading ---------------------------------------------------------------------------------- */

size_t tu_tape_pages(void)
{
	uint64_t next = tu_load_rlx(&tape.head->next); /* the pages say what is on them */

	return next < tape.count ? next : tape.count;
}

const struct tu_tape_page *tu_tape_page(size_t i)
{
	return &tape.pages[i];
}

int64_t tu_tape_now(void)
{
	return tape.simulated == tu_simulated() ? tu_tape_time() : 0;
}

int tu_tape_pid(void)
{
	return tape.pid;
}

uint64_t tu_tape_lost(void)
{
	return tu_load_rlx(&tape.head->lost); /* a number by itself */
}
