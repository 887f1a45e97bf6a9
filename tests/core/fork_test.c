/* SPDX-License-Identifier: MIT */
/* Of guards: what a forked child finds of what has one. */
#include "core/fork.h"

#include "core/mutex.h"
#include "support/processes.h"

enum { ASKING = 3, ROUNDS = 50 };

static uint32_t lock; /* a tu_mutex, of the next two, which are always alike */
static unsigned one, other;
static unsigned befores, in_children;
static bool stop;

static void count_before(struct tu_fork_guard *g)
{
	(void)g;
	befores++;
}

static void count_in_child(struct tu_fork_guard *g)
{
	(void)g;
	in_children++;
}

static struct tu_fork_guard guard = {
	.lock = &lock, .before = count_before, .in_child = count_in_child
};

static void *change_under_guard(void *arg)
{
	while (!tu_load_acq(&stop)) {
		tu_fork_guard_once(&guard);
		tu_mutex_lock(&lock);
		one++;
		other++;
		tu_mutex_unlock(&lock);
	}
	return arg;
}

static void find_it_whole(void *arg)
{
	(void)arg;
	CHECK_EQ(in_children, 1);
	tu_mutex_lock(&lock);
	CHECK_EQ(one, other);
	tu_mutex_unlock(&lock);
}

/* Whoever asks for it, and however often: it is there once, and from the first return on. */
static void is_there_once(void)
{
	tutti_future *f[ASKING];

	tu_fork_guard_once(&guard);
	start_all(THREADS, f, ASKING, change_under_guard, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		child_wait(process_start(find_it_whole, NULL));
		CHECK_EQ(befores, i + 1);
		CHECK_EQ(in_children, 0);
	}
	tu_store_rel(&stop, true);
	join_all(f, ASKING);
}

int main(void)
{
	processes_begin();
	RUN(is_there_once);
	return suite_end();
}
