/* SPDX-License-Identifier: MIT */
/* port.c - the machine or its stand-in, see port.h. */
#include "os/port.h"

#include "base/check.h"

__thread const struct tu_os_port *tu_os_port;

int64_t tu_os_now(void)
{
	return tu_likely(!tu_os_port) ? tu_real_now() : tu_os_port->now();
}

void tu_os_sleep_until(int64_t deadline)
{
	if (tu_os_port)
		tu_os_port->sleep_until(deadline);
	else
		tu_real_sleep_until(deadline);
}

int tu_os_futex_wait(uint32_t *word, uint32_t expected, int64_t deadline)
{
	return tu_likely(!tu_os_port) ? tu_real_futex_wait(word, expected, deadline)
				      : tu_os_port->futex_wait(word, expected, deadline);
}

void tu_os_futex_wake(uint32_t *word, uint32_t n)
{
	if (tu_os_port)
		tu_os_port->futex_wake(word, n);
	else
		tu_real_futex_wake(word, n);
}

int tu_os_words_wait(const struct tu_os_word *words, size_t n, int64_t deadline)
{
	return tu_likely(!tu_os_port) ? tu_real_words_wait(words, n, deadline)
				      : tu_os_port->words_wait(words, n, deadline);
}

uint32_t tu_os_word_wake(uint32_t *word, uint32_t n)
{
	return tu_os_port ? tu_os_port->word_wake(word, n) : tu_real_word_wake(word, n);
}

/* All that is simulated runs on this one OS thread. */
void tu_os_barrier(void)
{
	if (!tu_os_port)
		tu_real_barrier();
}

int tu_os_poller_wait(
	const struct tu_os_poller *p, struct tu_os_ready *ready, int n, int64_t deadline)
{
	return tu_likely(!tu_os_port) ? tu_real_poller_wait(p, ready, n, deadline)
				      : tu_os_port->poller_wait(p, ready, n, deadline);
}

void tu_os_poller_wake(const struct tu_os_poller *p)
{
	if (tu_os_port)
		tu_os_port->poller_wake(p);
	else
		tu_real_poller_wake(p);
}

void tu_os_world_begin(struct tu_os_world_wait *w, int64_t deadline)
{
	if (!tu_os_port)
		return;
	w->deadline = deadline;
	tu_os_port->world_begin(w);
}

void tu_os_world_end(struct tu_os_world_wait *w)
{
	if (tu_os_port)
		tu_os_port->world_end(w);
}

int tu_os_thread_start(const struct tu_os_thread_start *start)
{
	return tu_os_port ? tu_os_port->thread_start(start) : tu_real_thread_start(start);
}

/* The monitors of the system show OS threads. */
void tu_os_thread_name(const char *name)
{
	if (!tu_os_port)
		tu_real_thread_name(name);
}

int tu_os_thread_id(void)
{
	return tu_os_port ? tu_os_port->thread_id() : tu_real_thread_id();
}

bool tu_os_is_main_thread(void)
{
	return tu_os_port ? tu_os_port->is_main_thread() : tu_real_is_main_thread();
}

void tu_os_thread_yield(void)
{
	if (tu_os_port)
		tu_os_port->thread_yield();
	else
		tu_real_thread_yield();
}

void tu_os_thread_stack(void **low, size_t *bytes)
{
	if (tu_os_port)
		tu_os_port->thread_stack(low, bytes);
	else
		tu_real_thread_stack(low, bytes);
}

int tu_os_at_thread_end(void (*fn)(void *arg), void *arg)
{
	return tu_os_port ? tu_os_port->at_thread_end(fn, arg) : tu_real_at_thread_end(fn, arg);
}

_Noreturn void tu_os_thread_stop(void)
{
	if (tu_os_port)
		tu_os_port->thread_stop();
	tu_real_thread_stop();
}
