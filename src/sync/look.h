/* SPDX-License-Identifier: MIT */
/* look.h - what a report asks of an object, of which nobody is told. */
#ifndef TU_SYNC_LOOK_H
#define TU_SYNC_LOOK_H

#include <tutti/barrier.h>
#include <tutti/condition.h>
#include <tutti/lock.h>

/* How many wait for the others of their round. */
uint32_t tu_barrier_arrived(const tutti_barrier *b);

/* Which process holds it (core/family.h), if it is for several; 0: nobody, or it is not. */
uint32_t tu_lock_shared_owner(const tutti_lock *l);

/* How many wait to be notified. */
uint32_t tu_condition_waiting(const tutti_condition *c);

#endif
