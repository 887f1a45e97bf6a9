/* SPDX-License-Identifier: MIT */
/* machine_inside.h - what the files of the machine ask of each other, on its OS thread. */
#ifndef TU_SIM_MACHINE_INSIDE_H
#define TU_SIM_MACHINE_INSIDE_H

#include "core/worker.h"
#include "sim/machine.h"

static inline struct tu_actor *tu_actor_of(const struct tu_link *link)
{
	return tu_container_of((struct tu_link *)link, struct tu_actor, link);
}

/* Does it take part, or has it only begun the run? */
static inline bool tu_machine_runs(const struct tu_actor *a)
{
	return a != &tu_machine.outside || tu_machine.whole;
}

/* It can run: it is the last in line. */
void tu_machine_ready(struct tu_actor *a);

/* The running one is ready, or waits: somebody else goes on, until it is ready again and chosen. */
void tu_machine_give_way(void);

/* The running one could go on; others may come first. */
void tu_machine_preempt(void);

void tu_machine_suspect(void);

/* What is more than a mere look has been done. */
static inline void tu_machine_change(void)
{
	if (tu_unlikely(++tu_machine.changes >= tu_machine.suspicious))
		tu_machine_suspect();
}

/* The clock shows next, and who is due is ready. */
void tu_machine_move_clock(int64_t next);

/* Could it, while somebody is ready? No machine is as slow as to hold that one up for ever. */
bool tu_machine_time_could_pass(void);

/* Are there any in its worker? */
static inline bool tu_machine_has_timers(const struct tu_context *c)
{
	return c && tu_wheel_count(&c->worker->wheel) > 0;
}

/* Until a wake on word, or the deadline: then true. word NULL: only until that. */
bool tu_machine_sleep(uint32_t *word, int64_t deadline);

/* It sleeps no more; timed_out: because of its deadline. */
void tu_machine_awake(struct tu_actor *a, bool timed_out);

/* The same, until p has something to report, or is woken. */
bool tu_machine_sleep_in(const struct tu_os_poller *p, int64_t deadline);
void tu_machine_wake_in(const struct tu_os_poller *p);

/* The same on several words, of which the first is the actor's own; and a wake at one of them. */
bool tu_machine_sleep_on(const struct tu_os_word *words, size_t n, int64_t deadline);
unsigned tu_machine_wake_on(uint32_t *word, unsigned n);

/* Whoever has something in its poller, or whose words have changed, is awake. */
void tu_machine_look_at_pollers(void);
void tu_machine_look_at_words(void);

/* Might the world outside wake somebody? Wait until it has, in real time, or until then. */
bool tu_machine_is_world_waited_for(void);
void tu_machine_wait_for_world(int64_t until);

/*
 * Whoever waits for another program holds the clock still until that has come, or until as much
 * real time has passed as it would wait itself: until then. -1: the clock may move to next.
 */
int64_t tu_machine_is_clock_held(int64_t next);

/* Up to n that sleep there, the first who went first; how many that were. */
unsigned tu_machine_wake(uint32_t *word, unsigned n);

void tu_machine_forget_sleepers(void);

/* The run is over. */
_Noreturn void tu_machine_over(enum tu_trouble trouble);

/* tu_os_port's thread_start. */
int tu_actor_start(const struct tu_os_thread_start *start);

#endif
