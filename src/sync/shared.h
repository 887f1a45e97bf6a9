/* SPDX-License-Identifier: MIT */
/*
 * shared.h - what objects do that were made with TUTTI_SHARED. Each has its own file, X_shared.c.
 *
 * The private ones' fast paths do not ask for the flag: a shared object's first word looks to them
 * like one of which nothing can be had at once, and their slow paths ask.
 *
 * Nobody is queued: the kernel knows who sleeps (core/word.h), and whoever is woken looks for
 * itself. So nothing is left behind by one who dies, and nobody is first by right.
 */
#ifndef TU_SYNC_SHARED_H
#define TU_SYNC_SHARED_H

#include "core/wait.h"

#include <tutti/barrier.h>
#include <tutti/condition.h>
#include <tutti/event.h>
#include <tutti/lock.h>
#include <tutti/semaphore.h>

/*
 * 0; the id of the process that died holding it (core/family.h): it is held now, after that one;
 * TUTTI_ETIMEDOUT; -ENOMEM.
 */
int tu_lock_shared_acquire(tutti_lock *l, struct tu_context *self, tutti_time deadline);

/* What the above says, as the program hears it; and the sentence for a program that does not. */
int tu_lock_shared_result(int rc);
void tu_lock_shared_tell(const tutti_lock *l, int rc);

/* tell: the probe is to hear of it. */
int tu_lock_shared_release(tutti_lock *l, bool tell);
bool tu_lock_shared_locked(const tutti_lock *l);

/* As those of sync/lock.h. take_back: as acquire. */
int tu_lock_shared_check(const tutti_lock *l, const struct tu_context *self);
uint32_t tu_lock_shared_give_all(tutti_lock *l);
int tu_lock_shared_take_back(tutti_lock *l, struct tu_context *self, uint32_t depth);

static inline bool tu_lock_is_shared(const tutti_lock *l)
{
	return tu_load_rlx(&l->priv[1]) & TUTTI_SHARED; /* it is fixed, beside what changes */
}

void tu_condition_shared_init(tutti_condition *c);
int tu_condition_shared_wait(
	tutti_condition *c, tutti_lock *l, struct tu_context *self, tutti_time deadline);
void tu_condition_shared_notify(tutti_condition *c, size_t n);

static inline bool tu_condition_is_shared(const tutti_condition *c)
{
	return c->priv[3] & TUTTI_SHARED; /* fixed */
}

void tu_event_shared_init(tutti_event *e);
void tu_event_shared_set(tutti_event *e);
void tu_event_shared_clear(tutti_event *e);
bool tu_event_shared_is_set(const tutti_event *e);
int tu_event_shared_wait(tutti_event *e, struct tu_context *self, tutti_time deadline);

/* As a case of a select, see choice.h. was_set: since the word was value. */
bool tu_event_shared_announce(tutti_event *e, uint32_t **word, uint32_t *value);
bool tu_event_shared_was_set(const tutti_event *e, uint32_t value);

void tu_semaphore_shared_init(tutti_semaphore *s, uint32_t value);
int tu_semaphore_shared_acquire(tutti_semaphore *s, struct tu_context *self, tutti_time deadline);
int tu_semaphore_shared_release(tutti_semaphore *s, uint32_t n);
uint32_t tu_semaphore_shared_value(const tutti_semaphore *s);

/* As a case of a select, see choice.h. */
bool tu_semaphore_shared_try(tutti_semaphore *s);
bool tu_semaphore_shared_announce(tutti_semaphore *s, uint32_t **word, uint32_t *value);
void tu_semaphore_shared_pass_on(tutti_semaphore *s);

static inline bool tu_semaphore_is_shared(const tutti_semaphore *s)
{
	return s->priv[2] & TUTTI_SHARED; /* fixed */
}

void tu_barrier_shared_init(tutti_barrier *b);
int tu_barrier_shared_wait(tutti_barrier *b, struct tu_context *self, tutti_time deadline);
int tu_barrier_shared_empty(tutti_barrier *b, bool broken);
uint32_t tu_barrier_shared_waiting(const tutti_barrier *b);

#endif
