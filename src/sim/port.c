/* SPDX-License-Identifier: MIT */
/* port.c - the machine as core sees it: a clock, a futex, threads. */
#include "sim/machine_inside.h"

#include "core/family.h"
#include "core/probe.h"
#include "os/port.h"

#include <errno.h>

static int64_t now(void)
{
	return tu_machine.now;
}

static void sleep_until(int64_t deadline)
{
	if (deadline > tu_machine.now)
		tu_machine_sleep(NULL, deadline);
}

static int futex_wait(uint32_t *word, uint32_t expected, int64_t deadline)
{
	if (tu_load_rlx(word) != expected) /* of one OS thread to itself */
		return 0;
	if (deadline <= tu_machine.now)
		return -ETIMEDOUT;
	if (tu_machine.options.spurious && tu_choose(TU_CHOICE_SPURIOUS, 2) != 0)
		return 0;
	return tu_machine_sleep(word, deadline) ? -ETIMEDOUT : 0;
}

static void futex_wake(uint32_t *word, uint32_t n)
{
	tu_machine_wake(word, n);
}

static bool are_as_expected(const struct tu_os_word *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		/* Relaxed: of one OS thread to itself, or it is looked at again. */
		if (tu_load_rlx((uint32_t *)(uintptr_t)words[i].at) != (uint32_t)words[i].expected)
			return false;
	return true;
}

static int words_wait(const struct tu_os_word *words, size_t n, int64_t deadline)
{
	if (!are_as_expected(words, n))
		return 0;
	if (deadline <= tu_machine.now)
		return -ETIMEDOUT;
	if (tu_machine.options.spurious && tu_choose(TU_CHOICE_SPURIOUS, 2) != 0)
		return 0;
	return tu_machine_sleep_on(words, n, deadline) ? -ETIMEDOUT : 0;
}

/* Those of this machine first; other processes are not simulated. */
static uint32_t word_wake(uint32_t *word, uint32_t n)
{
	uint32_t woken = tu_machine_wake_on(word, n);

	if (woken < n && !tu_family_alone())
		woken += tu_real_word_wake(word, n - woken);
	return woken;
}

/* What has come is in ready at the second look. A wake is remembered by the poller itself. */
static int poller_wait(
	const struct tu_os_poller *p, struct tu_os_ready *ready, int n, int64_t deadline)
{
	int found = tu_real_poller_wait(p, ready, n, 0);

	if (found > 0 || deadline <= tu_machine.now)
		return found;
	tu_machine_sleep_in(p, deadline);
	return tu_real_poller_wait(p, ready, n, 0);
}

static void poller_wake(const struct tu_os_poller *p)
{
	tu_real_poller_wake(p);
	tu_machine_wake_in(p);
}

static void world_begin(struct tu_os_world_wait *w)
{
	int64_t now = tu_real_now(), left = w->deadline - tu_machine.now;

	w->real = w->deadline == INT64_MAX || left > INT64_MAX - now ? INT64_MAX : now + left;
	tu_list_add_tail(&tu_machine.programs, &w->link);
}

static void world_end(struct tu_os_world_wait *w)
{
	tu_list_remove(&w->link);
}

static int thread_id(void)
{
	enum { FIRST = 1 << 30 };

	return tu_machine.running == &tu_machine.outside ? tu_real_thread_id()
							 : FIRST + (int)tu_machine.running->number;
}

static bool is_main_thread(void)
{
	return tu_machine.running == &tu_machine.outside && tu_real_is_main_thread();
}

static void thread_yield(void)
{
	/* Whoever asks for it by tutti_yield has polled, which is that. */
}

static void thread_stack(void **low, size_t *bytes)
{
	const struct tu_actor *a = tu_machine.running;

	if (a == &tu_machine.outside) {
		tu_real_thread_stack(low, bytes);
		return;
	}
	*low = a->birth.low;
	*bytes = a->birth.bytes;
}

static int at_thread_end(void (*fn)(void *arg), void *arg)
{
	struct tu_actor *a = tu_machine.running;

	if (a == &tu_machine.outside)
		return tu_real_at_thread_end(fn, arg);
	if (a->n_endings == TU_ACTOR_ENDINGS)
		return -ENOMEM;
	a->endings[a->n_endings++] = (struct tu_ending){ fn, arg };
	return 0;
}

static void thread_stop(void)
{
	tu_machine.running->state = TU_ACTOR_STOPPED;
	for (;;)
		tu_machine_give_way();
}

const struct tu_os_port tu_machine_port = { .now = now,
	.sleep_until = sleep_until,
	.futex_wait = futex_wait,
	.futex_wake = futex_wake,
	.words_wait = words_wait,
	.word_wake = word_wake,
	.poller_wait = poller_wait,
	.poller_wake = poller_wake,
	.world_begin = world_begin,
	.world_end = world_end,
	.thread_start = tu_actor_start,
	.thread_id = thread_id,
	.is_main_thread = is_main_thread,
	.thread_yield = thread_yield,
	.thread_stack = thread_stack,
	.at_thread_end = at_thread_end,
	.thread_stop = thread_stop };
