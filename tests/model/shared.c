/* SPDX-License-Identifier: MIT */
/*
 * shared.c - objects for several processes have no part in the models: there is one process. What
 * the private ones would call of them is here, and is not called.
 */
#include "sync/shared.h"
#include "core/family.h"
#include "core/word.h"

#define NEVER tu_panic("a model has made a shared object")

uint32_t tu_family_id;

uint32_t tu_family_enter(void)
{
	NEVER;
}

int tu_word_enter(struct tu_word_place *me, uint32_t *word, uint32_t value)
{
	(void)me, (void)word, (void)value;
	NEVER;
}

bool tu_word_leave(struct tu_word_place *me)
{
	(void)me;
	NEVER;
}

int tu_lock_shared_acquire(tutti_lock *l, struct tu_context *self, tutti_time deadline)
{
	(void)l, (void)self, (void)deadline;
	NEVER;
}

int tu_lock_shared_result(int rc)
{
	return rc;
}

void tu_lock_shared_tell(const tutti_lock *l, int rc)
{
	(void)l, (void)rc;
	NEVER;
}

int tu_lock_shared_release(tutti_lock *l, bool tell)
{
	(void)l, (void)tell;
	NEVER;
}

bool tu_lock_shared_locked(const tutti_lock *l)
{
	(void)l;
	NEVER;
}

int tu_lock_shared_check(const tutti_lock *l, const struct tu_context *self)
{
	(void)l, (void)self;
	NEVER;
}

void tu_condition_shared_init(tutti_condition *c)
{
	(void)c;
	NEVER;
}

int tu_condition_shared_wait(
	tutti_condition *c, tutti_lock *l, struct tu_context *self, tutti_time deadline)
{
	(void)c, (void)l, (void)self, (void)deadline;
	NEVER;
}

void tu_condition_shared_notify(tutti_condition *c, size_t n)
{
	(void)c, (void)n;
	NEVER;
}

void tu_event_shared_init(tutti_event *e)
{
	(void)e;
	NEVER;
}

void tu_event_shared_set(tutti_event *e)
{
	(void)e;
	NEVER;
}

void tu_event_shared_clear(tutti_event *e)
{
	(void)e;
	NEVER;
}

bool tu_event_shared_is_set(const tutti_event *e)
{
	(void)e;
	NEVER;
}

int tu_event_shared_wait(tutti_event *e, struct tu_context *self, tutti_time deadline)
{
	(void)e, (void)self, (void)deadline;
	NEVER;
}

bool tu_event_shared_announce(tutti_event *e, uint32_t **word, uint32_t *value)
{
	(void)e, (void)word, (void)value;
	NEVER;
}

bool tu_event_shared_was_set(const tutti_event *e, uint32_t value)
{
	(void)e, (void)value;
	NEVER;
}

void tu_semaphore_shared_init(tutti_semaphore *s, uint32_t value)
{
	(void)s, (void)value;
	NEVER;
}

int tu_semaphore_shared_acquire(tutti_semaphore *s, struct tu_context *self, tutti_time deadline)
{
	(void)s, (void)self, (void)deadline;
	NEVER;
}

int tu_semaphore_shared_release(tutti_semaphore *s, uint32_t n)
{
	(void)s, (void)n;
	NEVER;
}

uint32_t tu_semaphore_shared_value(const tutti_semaphore *s)
{
	(void)s;
	NEVER;
}

bool tu_semaphore_shared_try(tutti_semaphore *s)
{
	(void)s;
	NEVER;
}

bool tu_semaphore_shared_announce(tutti_semaphore *s, uint32_t **word, uint32_t *value)
{
	(void)s, (void)word, (void)value;
	NEVER;
}

void tu_semaphore_shared_pass_on(tutti_semaphore *s)
{
	(void)s;
	NEVER;
}

void tu_barrier_shared_init(tutti_barrier *b)
{
	(void)b;
	NEVER;
}

int tu_barrier_shared_wait(tutti_barrier *b, struct tu_context *self, tutti_time deadline)
{
	(void)b, (void)self, (void)deadline;
	NEVER;
}

int tu_barrier_shared_empty(tutti_barrier *b, bool broken)
{
	(void)b, (void)broken;
	NEVER;
}

uint32_t tu_barrier_shared_waiting(const tutti_barrier *b)
{
	(void)b;
	NEVER;
}
