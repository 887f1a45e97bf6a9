/* SPDX-License-Identifier: MIT */
/*
 * baton.h - for the machine: who is next of all processes, see troupe.h. Only if there is a
 * troupe; with the baton.
 */
#ifndef TU_SIM_BATON_H
#define TU_SIM_BATON_H

#include "sim/machine.h"

/*
 * Somebody ready here is next: true, perhaps after others have had the baton. false: nobody is
 * ready in any process, and all have looked at their pollers.
 */
bool tu_baton_settle(void);

/* The running one could go on, as could others elsewhere: they may come first. */
void tu_baton_preempt(void);

/* The first deadline of all, if own is the first here. */
int64_t tu_baton_next_deadline(int64_t own);

/* Those who are ready here have only polled. Those elsewhere too, and is there nothing to see? */
bool tu_baton_all_only_poll(void);

/* Nobody can run. Is there something outside of all these processes that may wake somebody? */
bool tu_baton_is_world_waited_for(void);

/* As tu_machine_held_here, in all of them. */
int64_t tu_baton_held(int64_t *past);
void tu_baton_wait_for_world(void);

/* troupe_words.c: an actor sleeps on words that processes share, and no longer does. */
void tu_troupe_sleeps(struct tu_actor *a);
void tu_troupe_awake(struct tu_actor *a);

/* Up to n that sleep at word, of all processes: how many. */
unsigned tu_troupe_wake_on(uint32_t *word, unsigned n);

/* Those here whom others have woken are ready. */
void tu_troupe_take_woken(void);

/* Player i is no more. */
void tu_troupe_forget_sleepers(uint32_t i);

#endif
