/* SPDX-License-Identifier: MIT */
/*
 * port.h - the machine, and what may stand in its place on one OS thread.
 *
 * A simulation runs all threads of a program as fibers of one OS thread, on a clock of its own.
 * For that it replaces what of os.h decides who runs and when; everything else stays the
 * machine's. A folder such as linux/ implements tu_real_X, and tu_os_X is one or the other.
 */
#ifndef TU_OS_PORT_H
#define TU_OS_PORT_H

#include "os/os.h"
#include "os/spawn.h"

int64_t tu_real_now(void);
void tu_real_sleep_until(int64_t deadline);
int tu_real_futex_wait(uint32_t *word, uint32_t expected, int64_t deadline);
void tu_real_futex_wake(uint32_t *word, uint32_t n);
int tu_real_words_wait(const struct tu_os_word *words, size_t n, int64_t deadline);
uint32_t tu_real_word_wake(uint32_t *word, uint32_t n);
void tu_real_barrier(void);
int tu_real_poller_wait(
	const struct tu_os_poller *p, struct tu_os_ready *ready, int n, int64_t deadline);
void tu_real_poller_wake(const struct tu_os_poller *p);
int tu_real_thread_start(const struct tu_os_thread_start *start);
void tu_real_thread_name(const char *name);
int tu_real_thread_id(void);
bool tu_real_is_main_thread(void);
void tu_real_thread_yield(void);
void tu_real_thread_stack(void **low, size_t *bytes);
int tu_real_at_thread_end(void (*fn)(void *arg), void *arg);
_Noreturn void tu_real_thread_stop(void);

/* Each as the function of that name in os.h. None may be missing. */
struct tu_os_port {
	int64_t (*now)(void);
	void (*sleep_until)(int64_t deadline);
	int (*futex_wait)(uint32_t *word, uint32_t expected, int64_t deadline);
	void (*futex_wake)(uint32_t *word, uint32_t n);
	int (*words_wait)(const struct tu_os_word *words, size_t n, int64_t deadline);
	uint32_t (*word_wake)(uint32_t *word, uint32_t n);
	int (*poller_wait)(
		const struct tu_os_poller *p, struct tu_os_ready *ready, int n, int64_t deadline);
	void (*poller_wake)(const struct tu_os_poller *p);
	void (*world_begin)(struct tu_os_world_wait *w);
	void (*world_end)(struct tu_os_world_wait *w);
	int (*thread_start)(const struct tu_os_thread_start *start);
	int (*thread_id)(void);
	bool (*is_main_thread)(void);
	void (*thread_yield)(void);
	void (*thread_stack)(void **low, size_t *bytes);
	int (*at_thread_end)(void (*fn)(void *arg), void *arg);
	void (*thread_stop)(void); /* does not return */
};

/* What stands in for the machine on this OS thread; NULL: nothing does. */
extern __thread const struct tu_os_port *tu_os_port;

#endif
