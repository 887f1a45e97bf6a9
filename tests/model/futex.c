/* SPDX-License-Identifier: MIT */
/*
 * futex.c - an OS with a futex and a clock: core/park.c and core/mutex.c stand on it as they are.
 *
 * The workers have no context but their threads' own, so nothing is ever switched to: a job that
 * is posted finds no stack, which its start is told, on the context that looked.
 */
#include "core/context.h"
#include "core/embed.h"
#include "core/pool.h"
#include "model/explorer.h"
#include "os/os.h"

/* One sleeper; on its fiber's stack. */
struct sleeper {
	struct sleeper *next; /* oldest first */
	uint32_t *word;
	int64_t deadline;
	bool woken;
};

static struct sleeper *oldest;

static bool is_over(void *sleeper)
{
	const struct sleeper *s = sleeper;

	return s->woken || s->deadline <= model_now();
}

static struct sleeper **find(const struct sleeper *s)
{
	struct sleeper **link = &oldest;

	while (*link && *link != s)
		link = &(*link)->next;
	return link;
}

int tu_os_futex_wait(uint32_t *word, uint32_t expected, int64_t deadline)
{
	struct sleeper self = { .word = word, .deadline = deadline }, **link;

	tu_model_point(word);
	if (*word != expected)
		return 0;
	*find(NULL) = &self;
	model_block(is_over, &self);
	link = find(&self);
	*link = self.next;
	return 0;
}

void tu_os_futex_wake(uint32_t *word, uint32_t n)
{
	tu_model_point(word);
	for (struct sleeper *s = oldest; s && n > 0; s = s->next) {
		if (s->word == word && !s->woken) {
			s->woken = true;
			n--;
		}
	}
}

/* -- what there is not ------------------------------------------------------------------------ */

int tu_os_cpu_usable(void)
{
	return 1; /* who spins for another fiber waits for its turn */
}

void tu_os_thread_yield(void)
{
}

struct tu_context *tu_context_take(struct tu_worker *w, unsigned size_class)
{
	(void)w, (void)size_class;
	return NULL;
}

void tu_context_put(struct tu_context *c)
{
	(void)c;
	tu_panic("there is no stack to give back");
}

void tu_context_each(struct tu_worker *w, void (*fn)(struct tu_context *c, void *arg), void *arg)
{
	(void)w, (void)fn, (void)arg;
}

bool tu_pool_plenty(void)
{
	return false;
}

void tu_pool_trim(void)
{
}

void tu_stacks_trim(struct tu_worker *w)
{
	(void)w;
}

bool tu_stacks_plenty(const struct tu_worker *w)
{
	(void)w;
	return false;
}

/* No worker is lent to another loop. */
void tu_worker_ring(struct tu_worker *w)
{
	(void)w;
	tu_panic("there is no bell");
}

/* Only at a program's end, which no model reaches. */
void tu_os_hold_output(void)
{
}

void tu_os_thread_stop(void)
{
	tu_panic("no thread is a daemon");
}
