/* SPDX-License-Identifier: MIT */
/*
 * shared_queue.c - a belt between processes, and three words for those who find it empty, full or
 * unfinished.
 *
 * A line is a word: its lowest bit says that somebody may sleep on it, the rest counts how often
 * somebody was woken. Who moves the belt looks at the line of the other side; who wants to sleep
 * sets the bit and then looks at the belt again, and sleeps while the word is as it left it:
 *
 *     moving the belt                    going to sleep
 *     tail or head moves      (seq)      set the bit               (seq)
 *     look at the line        (seq)      look at head and tail     (seq)
 *
 * At least one of the two sees the other. Who finds the bit clears it, which is another value, and
 * wakes one. Whoever has slept sets the bit again when it goes on, as more may sleep there, and
 * wakes the next if there is still something for it. So no count of sleepers is kept, which a death
 * could spoil, and a wake that a dead process owed comes with its death (core/family.h).
 *
 * Neither lock is held while anybody waits: a holder only copies.
 */
#include "proc/shared_queue.h"

#include "core/alloc.h"
#include "core/crash_point.h"
#include "core/sanitize.h"
#include "core/wait.h"
#include "core/word.h"
#include "os/os.h"
#include "proc/belt.h"
#include "proc/patience.h"
#include "proc/segment.h"
#include "sync/queue.h"
#include "sync/shared_lock.h"

#include <errno.h>
#include <string.h>
#include <tutti/shared_queue.h>

enum { OPEN, SHUT, SHUT_AND_EMPTIED };

static const uint64_t least = UINT64_C(64) << 20, most = UINT64_C(32) << 30;
static const uint64_t watched = UINT64_C(256) << 20; /* Valgrind keeps book of all that is mapped */

enum { RECORDS = 4096 }; /* where they begin in the segment */

/* In the segment, behind its head. */
struct shared {
	_Alignas(128) struct tu_belt belt;
	_Alignas(128) uint64_t done;    /* atomic: task_done so far */
	_Alignas(128) uint32_t getters; /* lines, see the top */
	uint32_t putters, joiners;
	uint32_t shutdown;            /* atomic; under both locks */
	uint32_t put_cpu, get_cpu;    /* atomic: where it was done last. Seldom another */
	uint64_t item_bytes, maxsize; /* fixed; item_bytes 0: each is bytes */
};

struct shared_queue {
	tutti_queue queue;
	struct tu_segment segment;
	struct shared *shared;
	struct tu_belt_view view;
	struct tu_patience getting, putting;
};

static struct shared_queue *of(const tutti_queue *q)
{
	return (struct shared_queue *)q;
}

static uint32_t shutdown_of(const struct shared *s)
{
	return tu_load_seq(&s->shutdown); /* as the belt's ends, see the top */
}

/* -- the lines -------------------------------------------------------------------------------- */

static __attribute__((noinline)) void wake(uint32_t *line, uint32_t n)
{
	uint32_t seen = tu_load_seq(line); /* as below */

	do {
		if (!(seen & 1))
			return;
		tu_crash_point();
		/* The bit goes and the count rises: seq, as all that happens to a line */
	} while (!tu_cas_weak_seq(line, &seen, seen + 1));
	tu_crash_point();
	tu_word_wake(line, n);
}

static inline void wake_one(uint32_t *line)
{
	if (tu_unlikely(tu_load_seq(line) & 1)) /* see the top */
		wake(line, 1);
}

/* Sleep in a line while blocked(q). 0: look again; else as tu_wait. */
static int stand_in_line(struct shared_queue *q, uint32_t *line,
	bool (*blocked)(const struct shared_queue *q), tutti_time deadline)
{
	uint32_t value;

	tu_crash_point();
	value = tu_or_seq(line, 1U) | 1; /* before the look below; see the top */
	if (!blocked(q))
		return 0;
	return tu_word_wait(tu_self(), line, value, deadline, TU_WAIT_CANCELABLE);
}

/* Who has stood in line goes on, one way or another: more may be there, and for them too. */
static void pass_on(
	struct shared_queue *q, uint32_t *line, bool (*blocked)(const struct shared_queue *q))
{
	tu_crash_point();
	tu_or_seq(line, 1U); /* before the look below */
	if (!blocked(q))
		wake(line, 1);
}

static bool is_empty(const struct shared_queue *q)
{
	return tu_belt_count(&q->shared->belt) == 0 && shutdown_of(q->shared) == OPEN;
}

static bool is_full(const struct shared_queue *q)
{
	return tu_belt_count(&q->shared->belt) >= q->shared->maxsize &&
	       shutdown_of(q->shared) == OPEN;
}

/* Once it is emptied nothing moves any more, and what is in counts as done. */
static uint64_t count_to_do(const struct shared *s)
{
	uint64_t puts = tu_belt_puts(&s->belt);

	return shutdown_of(s) == SHUT_AND_EMPTIED ? puts - tu_belt_count(&s->belt) : puts;
}

static uint64_t count_unfinished(const struct shared *s)
{
	uint64_t done = tu_load_seq(&s->done); /* a joiner's look, see the top */
	uint64_t to_do = count_to_do(s);

	return to_do > done ? to_do - done : 0;
}

static bool is_unfinished(const struct shared_queue *q)
{
	return count_unfinished(q->shared) != 0;
}

/* For tu_patience_look. */

static bool still_empty(const void *q)
{
	return is_empty(q);
}

static bool still_full(const void *q)
{
	return is_full(q);
}

/* Say where we run, for the other side; nearly always it is as it was. Under a side's lock. */
static void show_cpu(uint32_t *shown)
{
	uint32_t cpu = (uint32_t)tu_os_cpu_current();

	if (tu_likely(tu_load_rlx(shown) == cpu))
		return;
	tu_crash_point();
	tu_store_rlx(shown, cpu); /* a guess by the time it is read */
}

static int cpu_of(const uint32_t *shown)
{
	return (int)tu_load_rlx(shown); /* as above */
}

/* -- putting and taking ----------------------------------------------------------------------- */

/* A holder that died has left nothing half-done: see belt.h. */
static int lock(uint32_t *word)
{
	int rc = tu_shared_lock_acquire(word);

	return rc == TUTTI_EBROKEN ? 0 : rc;
}

static void unlock(uint32_t *word)
{
	tu_shared_lock_release(word);
}

enum { DONE, BLOCKED = 1 };

/* DONE, BLOCKED, or an error. */
static int try_put(struct shared_queue *q, const void *data, size_t bytes)
{
	struct shared *s = q->shared;
	int rc = lock(&s->belt.put_lock);

	if (tu_unlikely(rc < 0))
		return rc;
	if (tu_load_rlx(&s->shutdown) != OPEN) /* under the lock */
		rc = TUTTI_ESHUTDOWN;
	else if (s->maxsize > 0 && tu_belt_count_seen(&s->belt, (uint32_t)s->maxsize) >= s->maxsize)
		rc = BLOCKED;
	else
		rc = tu_belt_put(&q->view, data, bytes);
	show_cpu(&s->put_cpu);
	unlock(&s->belt.put_lock);
	if (rc == DONE)
		wake_one(&s->getters);
	return rc;
}

static __attribute__((noinline)) int put_slowly(
	struct shared_queue *q, const void *data, size_t bytes, tutti_time deadline)
{
	int rc = 0, done;
	int64_t begin;

	if (tu_past(deadline))
		return TUTTI_EFULL;
	tu_patience_look(&q->putting, cpu_of(&q->shared->get_cpu), still_full, q);
	done = try_put(q, data, bytes);
	if (done != BLOCKED)
		return done;
	begin = tu_os_now();
	while (done == BLOCKED && rc == 0) {
		rc = stand_in_line(q, &q->shared->putters, is_full, deadline);
		done = try_put(q, data, bytes);
	}
	tu_patience_slept(&q->putting, begin);
	pass_on(q, &q->shared->putters, is_full);
	return done == BLOCKED ? rc : done;
}

static int shared_put(tutti_queue *queue, const void *item, tutti_time deadline)
{
	struct shared_queue *q = of(queue);
	const tutti_bytes *b = item;
	bool fixed = q->shared->item_bytes > 0;
	const void *data = fixed ? item : b->data;
	size_t bytes = fixed ? q->shared->item_bytes : b->size;
	int rc;

	if (bytes > TU_BELT_MOST)
		return -EMSGSIZE;
	rc = try_put(q, data, bytes);
	return rc == BLOCKED ? put_slowly(q, data, bytes, deadline) : rc;
}

/* The item as the caller wants it. */
static int hand_out(const struct shared *s, void *item, const struct tu_belt_record *r)
{
	if (s->item_bytes == 0)
		return tutti_bytes_copy(item, r->data, r->bytes);
	tu_check(r->bytes == s->item_bytes, "a shared queue was written over");
	memcpy(item, r->data, s->item_bytes);
	return DONE;
}

/* Under the getters' lock. As try_get. */
static int get_first(struct shared_queue *q, void *item, struct tu_belt_record *r)
{
	struct shared *s = q->shared;
	/* [squeue-1] acquire: if it is shut, the look below sees all puts */
	uint32_t shutdown = tu_load_acq(&s->shutdown);
	int rc;

	if (shutdown == SHUT_AND_EMPTIED)
		return TUTTI_ESHUTDOWN;
	if (!tu_belt_first(&q->view, r))
		return shutdown == OPEN ? BLOCKED : TUTTI_ESHUTDOWN;
	rc = hand_out(s, item, r);
	if (rc == DONE)
		tu_belt_take(&s->belt, r);
	return rc;
}

static __attribute__((noinline)) void tighten(struct shared_queue *q)
{
	if (lock(&q->shared->belt.put_lock) < 0)
		return;
	tu_belt_tighten(&q->view);
	unlock(&q->shared->belt.put_lock);
}

/* DONE, BLOCKED, or an error. */
static int try_get(struct shared_queue *q, void *item)
{
	struct shared *s = q->shared;
	struct tu_belt_record r;
	int rc = lock(&s->belt.get_lock);
	bool loose;

	if (tu_unlikely(rc < 0))
		return rc;
	rc = get_first(q, item, &r);
	show_cpu(&s->get_cpu);
	loose = rc == DONE && tu_belt_is_loose(&s->belt, &r);
	unlock(&s->belt.get_lock);
	if (rc == DONE && s->maxsize > 0)
		wake_one(&s->putters);
	if (tu_unlikely(loose))
		tighten(q);
	return rc;
}

static __attribute__((noinline)) int get_slowly(
	struct shared_queue *q, void *item, tutti_time deadline)
{
	int rc = 0, done;
	int64_t begin;

	if (tu_past(deadline))
		return TUTTI_EEMPTY;
	tu_patience_look(&q->getting, cpu_of(&q->shared->put_cpu), still_empty, q);
	done = try_get(q, item);
	if (done != BLOCKED)
		return done;
	begin = tu_os_now();
	while (done == BLOCKED && rc == 0) {
		rc = stand_in_line(q, &q->shared->getters, is_empty, deadline);
		done = try_get(q, item);
	}
	tu_patience_slept(&q->getting, begin);
	pass_on(q, &q->shared->getters, is_empty);
	return done == BLOCKED ? rc : done;
}

static int shared_get(tutti_queue *queue, void *item, tutti_time deadline)
{
	struct shared_queue *q = of(queue);
	int rc = try_get(q, item);

	if (tu_likely(rc == DONE))
		tu_patience_keep(&q->getting);
	return rc == BLOCKED ? get_slowly(q, item, deadline) : rc;
}

/* -- looking ---------------------------------------------------------------------------------- */

static size_t shared_size(const tutti_queue *q)
{
	const struct shared *s = of(q)->shared;

	return shutdown_of(s) == SHUT_AND_EMPTIED ? 0 : tu_belt_count(&s->belt);
}

static size_t shared_unfinished(const tutti_queue *q)
{
	return (size_t)count_unfinished(of(q)->shared);
}

static bool shared_is_shutdown(const tutti_queue *q)
{
	return shutdown_of(of(q)->shared) != OPEN;
}

/* -- joining and shutting down ---------------------------------------------------------------- */

static int shared_task_done(tutti_queue *queue)
{
	struct shared *s = of(queue)->shared;
	uint64_t done = tu_load_rlx(&s->done); /* a guess; the exchange tells */

	do {
		if (done >= count_to_do(s))
			return -EINVAL;
		tu_crash_point();
		/* seq: released to joiners, and before the look at them */
	} while (!tu_cas_weak_seq(&s->done, &done, done + 1));
	if (count_unfinished(s) == 0)
		wake(&s->joiners, UINT32_MAX);
	return 0;
}

/* Joiners and task_done meet as sleepers and movers do: see the top. */
static int shared_join(tutti_queue *queue, tutti_time deadline)
{
	struct shared_queue *q = of(queue);
	int rc = 0;

	while (is_unfinished(q) && rc == 0)
		rc = tu_past(deadline)
			     ? TUTTI_ETIMEDOUT
			     : stand_in_line(q, &q->shared->joiners, is_unfinished, deadline);
	return is_unfinished(q) ? rc : 0;
}

/* One store, whatever it means for the items. Under the putters' lock; emptied: both. */
static void shut(struct shared *s, uint32_t how)
{
	if (tu_load_rlx(&s->shutdown) >= how) /* under the lock */
		return;
	tu_crash_point();
	/* [squeue-1] release: the puts before it; and seq, see the top */
	tu_store_seq(&s->shutdown, how);
}

/* Under the putters' lock. */
static int shut_and_empty(struct shared_queue *q)
{
	int rc = lock(&q->shared->belt.get_lock);

	if (rc < 0)
		return rc;
	shut(q->shared, SHUT_AND_EMPTIED);
	tu_belt_drop_all(&q->view);
	unlock(&q->shared->belt.get_lock);
	return 0;
}

static int shared_shutdown(tutti_queue *queue, bool immediate)
{
	struct shared_queue *q = of(queue);
	struct shared *s = q->shared;
	int rc = lock(&s->belt.put_lock);

	if (rc < 0)
		return rc;
	shut(s, SHUT);
	if (immediate)
		rc = shut_and_empty(q);
	unlock(&s->belt.put_lock);
	wake(&s->getters, UINT32_MAX);
	wake(&s->putters, UINT32_MAX);
	if (count_unfinished(s) == 0)
		wake(&s->joiners, UINT32_MAX);
	return rc;
}

/* -- life ------------------------------------------------------------------------------------- */

static void shared_free(tutti_queue *q)
{
	tu_object_release(&of(q)->segment.object);
}

static struct shared_queue *of_object(struct tu_object *o)
{
	return tu_container_of(o, struct shared_queue, segment.object);
}

static void free_object(struct tu_object *o)
{
	struct shared_queue *q = of_object(o);

	tu_segment_close(&q->segment);
	tu_free(q);
}

static const struct tu_queue_kind kind = { shared_put, shared_get, shared_size, shared_unfinished,
	shared_is_shutdown, shared_task_done, shared_join, shared_shutdown, NULL, shared_free };

static const struct tu_object_ops ops = { .free = free_object };

/* The segment is there: the rest, and into the registry. */
static void begin(struct shared_queue *q)
{
	char *base = (char *)q->segment.head;

	q->segment.object.ops = &ops;
	q->shared = (struct shared *)(base + TU_SEGMENT_ROOM);
	q->view = (struct tu_belt_view){ &q->shared->belt, base + RECORDS, q->segment.object.fds[0],
		RECORDS };
	q->queue.kind = &kind;
}

static int check(size_t item_size, const tutti_queue_options *o)
{
	bool bytes = o->flags & TUTTI_BYTES;

	if (o->flags & ~(unsigned)(TUTTI_SHARED | TUTTI_LIFO | TUTTI_BYTES))
		return -EINVAL;
	if (o->compare || (o->flags & TUTTI_LIFO))
		return -ENOTSUP;
	return item_size > 0 && (!bytes || item_size == sizeof(tutti_bytes)) ? 0 : -EINVAL;
}

/* As much as the process may have. */
static int create_segment(struct tu_segment *s)
{
	uint64_t bytes = RUNNING_ON_VALGRIND ? watched : most;
	int rc;

	do {
		rc = tu_segment_create(s, TU_OBJECT_SHARED_QUEUE, bytes, true);
		bytes /= 2;
	} while ((rc == -ENOMEM || rc == -EFBIG) && bytes >= least);
	return rc;
}

int tu_shared_queue_create(tutti_queue **q, size_t item_size, const tutti_queue_options *o)
{
	struct shared_queue *made;
	int rc = check(item_size, o);

	if (rc < 0)
		return rc;
	made = tu_alloc_zero(sizeof(*made));
	rc = made ? create_segment(&made->segment) : -ENOMEM;
	if (rc < 0) {
		tu_free(made);
		return rc == -EFBIG ? -ENOMEM : rc;
	}
	begin(made);
	made->shared->item_bytes = o->flags & TUTTI_BYTES ? 0 : item_size;
	made->shared->maxsize = made->queue.maxsize = o->maxsize > UINT32_MAX ? 0 : o->maxsize;
	tu_belt_begin(&made->shared->belt, made->segment.head->bytes - RECORDS);
	tu_object_add(&made->segment.object);
	*q = &made->queue;
	return 0;
}

static int attach(tutti_queue **q, tutti_handle handle)
{
	struct shared_queue *made = tu_alloc_zero(sizeof(*made));
	struct tu_object *o;
	int rc = made ? tu_segment_attach(&made->segment, TU_OBJECT_SHARED_QUEUE, handle, true)
		      : -ENOMEM;

	if (rc < 0) {
		tu_free(made);
		return rc;
	}
	begin(made);
	made->queue.maxsize = made->shared->maxsize;
	o = tu_object_add(&made->segment.object);
	if (o != &made->segment.object)
		free_object(&made->segment.object);
	*q = &of_object(o)->queue;
	return 0;
}

int tutti_queue_attach(tutti_queue **q, tutti_handle handle)
{
	struct tu_object *o;
	int rc = tu_object_find(handle, TU_OBJECT_SHARED_QUEUE, &o);

	if (rc == 0)
		return attach(q, handle);
	if (rc < 0)
		return rc;
	*q = &of_object(o)->queue;
	return 0;
}

tutti_handle tutti_queue_handle(const tutti_queue *q)
{
	if (q->kind != &kind)
		return (tutti_handle){ { 0, 0 } };
	return tu_handle_of(&of(q)->segment.object);
}
