/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_PROXY_BARRIER_H
#define TUTTI_PROXY_BARRIER_H

#include <tutti/proxy.h>

/*
 * proxy_barrier.h - the proxy of a Barrier that a manager serves (proxy.h), by the verbs of
 * barrier.h. It is had by tutti_manager_proxy, with how many parties it is for as the argument
 * unless it is served as one, and freed by tutti_proxy_free.
 *
 * Example:
 *
 *     #include <tutti/proxy_barrier.h>
 *
 *     // Begin when all who take part are there, in whatever programs; one of them says so.
 *     int begin_together(tutti_proxy *barrier, void (*say)(void))
 *     {
 *             int place = tutti_proxy_barrier_wait(barrier);
 *
 *             if (place == 0)
 *                     say();
 *             return place < 0 ? place : 0;
 *     }
 */

TUTTI_BEGIN

/*
 * Arrive, and wait for the other parties.
 *
 * barrier    the proxy
 * Returns    0 .. parties - 1, another number for each party of a round
 * Errors     TUTTI_EBROKEN     the barrier was broken or reset, before or meanwhile
 *            TUTTI_ECANCELED   the caller was cancelled; it is broken now, but for a Python's that
 *                              serves it, where the caller is still taken for one who waits
 *            and those of tutti_proxy_call
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_barrier_wait(tutti_proxy *barrier);

/*
 * The same with a deadline.
 *
 * barrier    the proxy
 * deadline   absolute; in the past: goes through if the caller is the last, else breaks it
 * Returns    0 .. parties - 1, another number for each party of a round
 * Errors     TUTTI_ETIMEDOUT   not all came in time; it is broken now
 *            and those of tutti_proxy_barrier_wait, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_barrier_wait_until(tutti_proxy *barrier, tutti_time deadline);

/*
 * Make it whole and empty again. Those who wait in it get TUTTI_EBROKEN.
 *
 * barrier    the proxy
 * Returns    0
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_barrier_reset(tutti_proxy *barrier);

/*
 * Break it: those who wait in it and those who come get TUTTI_EBROKEN.
 *
 * barrier    the proxy
 * Returns    0
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_barrier_abort(tutti_proxy *barrier);

/*
 * See whether it is broken, at that moment.
 *
 * barrier    the proxy
 * Returns    1: broken, and not reset since; 0
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_barrier_broken(tutti_proxy *barrier);

/*
 * Tell how many wait for each other.
 *
 * barrier    the proxy
 * Returns    how many
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_barrier_parties(tutti_proxy *barrier);

/*
 * See how many have arrived and wait, at that moment.
 *
 * barrier    the proxy
 * Returns    how many
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_barrier_n_waiting(tutti_proxy *barrier);

TUTTI_END

#endif
