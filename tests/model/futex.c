/* SPDX-License-Identifier: MIT */
/*
 * futex.c - an OS with a futex, a clock and a few descriptors: core/park.c, core/poller.c and
 * core/mutex.c stand on it as they are.
 *
 * The workers have no context but their threads' own, so nothing is ever switched to: a job that
 * is posted finds no stack, which its start is told, on the context that looked.
 */
#include "core/batch.h"
#include "core/context.h"
#include "core/embed.h"
#include "core/pool.h"
#include "model/ground.h"
#include "os/port.h"

#include <string.h>

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

/* -- words of other processes: nobody waits for any -------------------------------------------- */

uint32_t tu_words_look(struct tu_worker *w, bool all)
{
	(void)w;
	(void)all;
	return 0;
}

/* Nobody writes. */
void tu_batch_go(struct tu_worker *w)
{
	MODEL_CHECK(w->aside == 0);
}

bool tu_words_changed(const struct tu_worker *w)
{
	(void)w;
	return false;
}

void tu_words_sleep(struct tu_worker *w, int64_t limit)
{
	(void)w;
	(void)limit;
}

int64_t tu_words_hand_over(struct tu_worker *w)
{
	(void)w;
	return INT64_MAX;
}

/* A mutex asks the machine, whoever stands in its place: here that is the same. */
int tu_real_futex_wait(uint32_t *word, uint32_t expected, int64_t deadline)
{
	return tu_os_futex_wait(word, expected, deadline);
}

void tu_real_futex_wake(uint32_t *word, uint32_t n)
{
	tu_os_futex_wake(word, n);
}

/* -- descriptors ------------------------------------------------------------------------------ */

uint32_t model_fd[MODEL_FDS];

/* By the fiber that has opened it, which is also what its fd says. */
static struct poller {
	bool is_open, rung;
	uint32_t watched[MODEL_FDS];
} poller[MODEL_FIBERS];

void model_fd_begin(void)
{
	memset(model_fd, 0, sizeof model_fd);
	memset(poller, 0, sizeof poller);
}

void model_fd_end(void)
{
	for (int i = 0; i < MODEL_FIBERS; i++)
		for (int fd = 0; fd < MODEL_FDS; fd++)
			MODEL_CHECK(poller[i].watched[fd] == 0);
}

void model_fd_make_ready(int fd, unsigned events)
{
	tu_model_point(&model_fd[fd]);
	model_fd[fd] |= events;
}

int tu_os_fd_look(int fd, unsigned events)
{
	tu_model_point(&model_fd[fd]);
	return (int)(model_fd[fd] & events);
}

int tu_os_poller_open(struct tu_os_poller *p)
{
	p->fd = model_self();
	poller[p->fd] = (struct poller){ .is_open = true };
	return 0;
}

void tu_os_poller_close(struct tu_os_poller *p)
{
	tu_model_point(&poller[p->fd]);
	poller[p->fd].is_open = false;
}

int tu_os_poller_watch(const struct tu_os_poller *p, int fd, unsigned events)
{
	tu_model_point(&model_fd[fd]);
	poller[p->fd].watched[fd] = events;
	return 0;
}

/* The model's are not kept. */
int tu_os_poller_keep(const struct tu_os_poller *p, int fd, unsigned events)
{
	MODEL_CHECK(false);
	return tu_os_poller_watch(p, fd, events);
}

int tu_os_poller_keep_on(const struct tu_os_poller *p, int fd, unsigned events)
{
	return tu_os_poller_keep(p, fd, events);
}

void tu_os_poller_unwatch(const struct tu_os_poller *p, int fd)
{
	tu_os_poller_watch(p, fd, 0);
}

struct polling {
	struct poller *poller;
	int64_t deadline;
};

static bool has_news(void *polling)
{
	const struct polling *p = polling;

	for (int fd = 0; fd < MODEL_FDS; fd++)
		if (p->poller->watched[fd] & model_fd[fd])
			return true;
	return p->poller->rung || p->deadline <= model_now();
}

int tu_os_poller_wait(
	const struct tu_os_poller *p, struct tu_os_ready *ready, int n, int64_t deadline)
{
	struct polling self = { &poller[p->fd], deadline };
	int reported = 0;

	model_block(has_news, &self);
	self.poller->rung = false;
	for (int fd = 0; fd < MODEL_FDS && reported < n; fd++) {
		uint32_t events = self.poller->watched[fd] & model_fd[fd];

		if (!events)
			continue;
		ready[reported++] = (struct tu_os_ready){ fd, events };
		self.poller->watched[fd] = 0;
	}
	return reported;
}

/* Of one that is closed it would be somebody else's descriptor that is written to. */
void tu_os_poller_wake(const struct tu_os_poller *p)
{
	tu_model_point(&poller[p->fd]);
	MODEL_CHECK(poller[p->fd].is_open);
	poller[p->fd].rung = true;
}

/* -- what there is not ------------------------------------------------------------------------ */

int tu_os_cpu_usable(void)
{
	return 1; /* who spins for another fiber waits for its turn */
}

void tu_os_thread_yield(void)
{
	model_pause(); /* who yields looks again for what another fiber does */
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

int tu_os_bell_add(const struct tu_os_bell *b, int fd)
{
	(void)b, (void)fd;
	tu_panic("there is no bell");
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
