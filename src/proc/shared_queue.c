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
#include "proc/shared_queue_inside.h"

#include "core/crash_point.h"
#include "core/wait.h"
#include "core/word.h"
#include "os/os.h"
#include "proc/parcel.h"
#include "sync/shared_lock.h"

#include <errno.h>
#include <string.h>
#include <tutti/shared_queue.h>
#include <tutti/value_codec.h>

enum { OPEN, SHUT, SHUT_AND_EMPTIED };

enum { GRACE_NS = 250000000 };

static struct tu_shared_queue *of(const tutti_queue *q)
{
	return tu_shared_queue_of(q);
}

static uint32_t shutdown_of(const struct tu_shared *s)
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

/* What the line is then, and as long as nobody was woken. Look at the belt again after it. */
static uint32_t get_in_line(uint32_t *line)
{
	tu_crash_point();
	return tu_or_seq(line, 1U) | 1; /* before that look; see the top */
}

/* Sleep in a line while blocked(q). 0: look again; else as tu_wait. */
static int stand_in_line(struct tu_shared_queue *q, uint32_t *line,
	bool (*blocked)(const struct tu_shared_queue *q), tutti_time deadline)
{
	uint32_t value = get_in_line(line);

	if (!blocked(q))
		return 0;
	return tu_word_wait(tu_self(), line, value, deadline, TU_WAIT_CANCELABLE | TU_WAIT_LOOKED);
}

/* Who has stood in line goes on, one way or another: more may be there, and for them too. */
static void pass_on(
	struct tu_shared_queue *q, uint32_t *line, bool (*blocked)(const struct tu_shared_queue *q))
{
	get_in_line(line);
	if (!blocked(q))
		wake(line, 1);
}

static bool is_empty(const struct tu_shared_queue *q)
{
	return tu_belt_count(&q->shared->belt) == 0 && shutdown_of(q->shared) == OPEN;
}

static bool is_full(const struct tu_shared_queue *q)
{
	return q->shared->maxsize > 0 && tu_belt_count(&q->shared->belt) >= q->shared->maxsize &&
	       shutdown_of(q->shared) == OPEN;
}

/* Once it is emptied nothing moves any more, and what is in counts as done. */
static uint64_t count_to_do(const struct tu_shared *s)
{
	uint64_t puts = tu_belt_puts(&s->belt);

	return shutdown_of(s) == SHUT_AND_EMPTIED ? puts - tu_belt_count(&s->belt) : puts;
}

static uint64_t count_unfinished(const struct tu_shared *s)
{
	uint64_t done = tu_load_seq(&s->done); /* a joiner's look, see the top */
	uint64_t to_do = count_to_do(s);

	return to_do > done ? to_do - done : 0;
}

static bool is_unfinished(const struct tu_shared_queue *q)
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

/*
 * A holder that died has left nothing half-done: see belt.h. One that was stopped, by a signal or a
 * debugger, may not go on for long: deadline and cancel count here too. But a call that is not to
 * wait does so for a holder that is only slow, as what can be done at once is done.
 */
static __attribute__((noinline)) int lock_slowly(uint32_t *word, tutti_time deadline)
{
	struct tu_shared_how how = { .flags = deadline > 0 ? TU_WAIT_CANCELABLE : 0 };
	int rc;

	if (deadline != TUTTI_FOREVER) {
		tutti_time soonest = tu_os_now() + GRACE_NS;

		deadline = deadline > soonest ? deadline : soonest;
	}
	rc = tu_shared_lock_wait(word, deadline, &how);
	return rc == TUTTI_EBROKEN ? 0 : rc;
}

static inline int lock_until(uint32_t *word, tutti_time deadline)
{
	return tu_likely(tu_shared_lock_grab(word, tu_family_self())) ? 0
								      : lock_slowly(word, deadline);
}

/* For what has no deadline. */
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
static int try_put(struct tu_shared_queue *q, const void *data, size_t bytes, tutti_time deadline)
{
	struct tu_shared *s = q->shared;
	int rc = lock_until(&s->belt.put_lock, deadline);

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
	struct tu_shared_queue *q, const void *data, size_t bytes, tutti_time deadline)
{
	int rc = 0, done;
	int64_t begin;

	if (tu_past(deadline))
		return TUTTI_EFULL;
	tu_patience_look(&q->putting, cpu_of(&q->shared->get_cpu), still_full, q);
	done = try_put(q, data, bytes, deadline);
	if (done != BLOCKED)
		return done;
	begin = tu_os_now();
	while (done == BLOCKED && rc == 0) {
		rc = stand_in_line(q, &q->shared->putters, is_full, deadline);
		done = try_put(q, data, bytes, deadline);
	}
	tu_patience_slept(&q->putting, begin);
	pass_on(q, &q->shared->putters, is_full);
	return done == BLOCKED ? rc : done;
}

static inline int put_bytes(
	struct tu_shared_queue *q, const void *data, size_t bytes, tutti_time deadline)
{
	int rc;

	if (bytes > TU_BELT_MOST)
		return -EMSGSIZE;
	rc = try_put(q, data, bytes, deadline);
	return rc == BLOCKED ? put_slowly(q, data, bytes, deadline) : rc;
}

static __attribute__((noinline)) int put_value(
	struct tu_shared_queue *q, const tutti_value *v, tutti_time deadline)
{
	tutti_bytes b;
	int rc = tutti_value_encode(&b, v);

	if (rc < 0)
		return rc;
	rc = put_bytes(q, b.data, b.size, deadline);
	tutti_bytes_free(&b);
	return rc;
}

static int shared_put(tutti_queue *queue, const void *item, tutti_time deadline)
{
	struct tu_shared_queue *q = of(queue);
	const tutti_bytes *b = item;

	if (q->shared->item_bytes > 0)
		return put_bytes(q, item, q->shared->item_bytes, deadline);
	if (q->shared->values)
		return put_value(q, *(tutti_value *const *)item, deadline);
	return put_bytes(q, b->data, b->size, deadline);
}

/* The item as the caller wants it. A value is made of it before it is taken: if there is no memory
   for that it is still in. */
static int hand_out(const struct tu_shared *s, void *item, const struct tu_belt_record *r)
{
	if (s->item_bytes == 0 && s->values)
		return tu_parcel_open_value(item, r->data, r->bytes);
	if (s->item_bytes == 0)
		return tutti_bytes_copy(item, r->data, r->bytes);
	tu_check(r->bytes == s->item_bytes, "a shared queue was written over");
	memcpy(item, r->data, s->item_bytes);
	return DONE;
}

/* Was it taken off? Also if it was no value: it would stand in the way of all others. */
static bool is_gone(int rc)
{
	return rc == DONE || rc == TUTTI_EPROTO;
}

/* Under the getters' lock. As try_get. */
static int get_first(struct tu_shared_queue *q, void *item, struct tu_belt_record *r)
{
	struct tu_shared *s = q->shared;
	/* [squeue-1] acquire: if it is shut, the look below sees all puts */
	uint32_t shutdown = tu_load_acq(&s->shutdown);
	int rc;

	if (shutdown == SHUT_AND_EMPTIED)
		return TUTTI_ESHUTDOWN;
	if (!tu_belt_first(&q->view, r))
		return shutdown == OPEN ? BLOCKED : TUTTI_ESHUTDOWN;
	rc = hand_out(s, item, r);
	if (is_gone(rc))
		tu_belt_take(&s->belt, r);
	return rc;
}

/* The caller has its item: it does not wait long to be tidy. */
static __attribute__((noinline)) void tighten(struct tu_shared_queue *q)
{
	if (lock_until(&q->shared->belt.put_lock, 0) < 0)
		return;
	tu_belt_tighten(&q->view);
	unlock(&q->shared->belt.put_lock);
}

/* DONE, BLOCKED, or an error. */
static int try_get(struct tu_shared_queue *q, void *item, tutti_time deadline)
{
	struct tu_shared *s = q->shared;
	struct tu_belt_record r;
	int rc = lock_until(&s->belt.get_lock, deadline);
	bool loose, gone;

	if (tu_unlikely(rc < 0))
		return rc;
	rc = get_first(q, item, &r);
	show_cpu(&s->get_cpu);
	gone = is_gone(rc);
	loose = gone && tu_belt_is_loose(&s->belt, &r);
	unlock(&s->belt.get_lock);
	if (gone && s->maxsize > 0)
		wake_one(&s->putters);
	if (tu_unlikely(loose))
		tighten(q);
	return rc;
}

static __attribute__((noinline)) int get_slowly(
	struct tu_shared_queue *q, void *item, tutti_time deadline)
{
	int rc = 0, done;
	int64_t begin;

	if (tu_past(deadline))
		return TUTTI_EEMPTY;
	tu_patience_look(&q->getting, cpu_of(&q->shared->put_cpu), still_empty, q);
	done = try_get(q, item, deadline);
	if (done != BLOCKED)
		return done;
	begin = tu_os_now();
	while (done == BLOCKED && rc == 0) {
		rc = stand_in_line(q, &q->shared->getters, is_empty, deadline);
		done = try_get(q, item, deadline);
	}
	tu_patience_slept(&q->getting, begin);
	pass_on(q, &q->shared->getters, is_empty);
	return done == BLOCKED ? rc : done;
}

static int shared_get(tutti_queue *queue, void *item, tutti_time deadline)
{
	struct tu_shared_queue *q = of(queue);
	int rc = try_get(q, item, deadline);

	if (tu_likely(rc == DONE))
		tu_patience_keep(&q->getting);
	return rc == BLOCKED ? get_slowly(q, item, deadline) : rc;
}

/* -- looking ---------------------------------------------------------------------------------- */

static size_t shared_size(const tutti_queue *q)
{
	const struct tu_shared *s = of(q)->shared;

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
	struct tu_shared *s = of(queue)->shared;
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
	struct tu_shared_queue *q = of(queue);
	int rc = 0;

	while (is_unfinished(q) && rc == 0)
		rc = tu_past(deadline)
			     ? TUTTI_ETIMEDOUT
			     : stand_in_line(q, &q->shared->joiners, is_unfinished, deadline);
	return is_unfinished(q) ? rc : 0;
}

/* One store, whatever it means for the items. Under the putters' lock; emptied: both. */
static void shut(struct tu_shared *s, uint32_t how)
{
	if (tu_load_rlx(&s->shutdown) >= how) /* under the lock */
		return;
	tu_crash_point();
	/* [squeue-1] release: the puts before it; and seq, see the top */
	tu_store_seq(&s->shutdown, how);
}

/* Under the putters' lock. */
static int shut_and_empty(struct tu_shared_queue *q)
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
	struct tu_shared_queue *q = of(queue);
	struct tu_shared *s = q->shared;
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

/* -- as a case -------------------------------------------------------------------------------- */

static bool shared_announce(tutti_queue *queue, bool to_put, uint32_t **word, uint32_t *value)
{
	struct tu_shared_queue *q = of(queue);

	*word = to_put ? &q->shared->putters : &q->shared->getters;
	*value = get_in_line(*word);
	return to_put ? is_full(q) : is_empty(q);
}

static void shared_pass_on(tutti_queue *queue, bool to_put)
{
	struct tu_shared_queue *q = of(queue);

	if (to_put)
		pass_on(q, &q->shared->putters, is_full);
	else
		pass_on(q, &q->shared->getters, is_empty);
}

const struct tu_queue_kind tu_shared_queue_kind = { shared_put, shared_get, shared_size,
	shared_unfinished, shared_is_shutdown, shared_task_done, shared_join, shared_shutdown, NULL,
	tu_shared_queue_free, shared_announce, shared_pass_on };
