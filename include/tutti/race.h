/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_RACE_H
#define TUTTI_RACE_H

#include <tutti/api.h>

/*
 * race.h - a variable on which a race is defined.
 *
 * Two threads that touch a plain variable at once, one of them writing, have undefined behaviour
 * in C. To show, or to tolerate, a lost update, read and write it with these: each is one relaxed
 * atomic access, each is a place where a scheduler may switch, and between the two anything may
 * happen. They order nothing else; for that there are locks.
 *
 * For integers and pointers of up to eight bytes. TUTTI_LOAD(p) is tutti_point_load(p) and then the
 * access; TUTTI_STORE(p, v) works out v, then comes tutti_point(p), then the access: so between
 * the load and the store of TUTTI_STORE(p, TUTTI_LOAD(p) + 1) there is a place to switch.
 *
 * Example:
 *
 *     static int balance;
 *
 *     void *change(void *arg)
 *     {
 *             for (int i = 0; i < 100000; i++) {
 *                     TUTTI_STORE(&balance, TUTTI_LOAD(&balance) + 5);
 *                     TUTTI_STORE(&balance, TUTTI_LOAD(&balance) - 5);
 *             }
 *             return arg;
 *     }
 */

#define TUTTI_LOAD(p) (tutti_point_load(p), __atomic_load_n((p), __ATOMIC_RELAXED))
#define TUTTI_STORE(p, v)                                              \
	__extension__({                                                \
		__typeof__(*(p)) tutti_value_ = (v);                   \
		tutti_point(p);                                        \
		__atomic_store_n((p), tutti_value_, __ATOMIC_RELAXED); \
	})

TUTTI_BEGIN

/*
 * Offer a place to switch, before an access to where. Does nothing unless a controlling scheduler
 * runs the program.
 *
 * where      the variable about to be touched; only its address is used
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_point(const volatile void *where);

/*
 * The same before an access that only reads: whoever does nothing else is waiting for a change.
 *
 * where      the variable about to be read; only its address is used
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_point_load(const volatile void *where);

TUTTI_END

#endif
