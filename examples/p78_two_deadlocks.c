/* SPDX-License-Identifier: MIT */
/* rows: F78 P78 T17 */
/* The two classic deadlocks, and how an acquire with a deadline gets out of them. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct crossing {
	const char *name;
	tutti_lock *first, *second;
	tutti_time patience;
} crossing;

static tutti_lock forgotten, red, blue;
static tutti_barrier both_hold_one;

static void *forget(void *arg)
{
	tutti_lock_acquire(&forgotten);
	return arg;
}

static void *cross(void *arg)
{
	const crossing *c = arg;

	tutti_lock_acquire(c->first);
	tutti_barrier_wait(&both_hold_one);
	while (tutti_lock_acquire_until(c->second, tutti_after(c->patience)) < 0) {
		printf("%s: no second lock in time, lets the first go\n", c->name);
		tutti_lock_release(c->first);
		tutti_sleep(c->patience);
		tutti_lock_acquire(c->first);
	}
	printf("%s: has both\n", c->name);
	tutti_lock_release(c->second);
	tutti_lock_release(c->first);
	return NULL;
}

int main(void)
{
	tutti_thread *t = tutti_thread_start(forget, NULL, NULL);
	int rc = tutti_join_all(&t, 1);

	if (tutti_lock_acquire_until(&forgotten, tutti_after(TUTTI_SECONDS(1))) == TUTTI_ETIMEDOUT)
		printf("never released: stopped waiting\n");
	tutti_lock_release(&forgotten); /* a plain lock has no owner: anyone may release it */

	/* Without deadlines these two would now hold one lock each and wait for the other's. */
	crossing one = { "one", &red, &blue, TUTTI_SECONDS(1) };
	crossing two = { "two", &blue, &red, TUTTI_SECONDS(20) };
	tutti_barrier_init(&both_hold_one, 2, NULL, NULL, 0);
	tutti_thread *threads[] = {
		tutti_thread_start(cross, &one, NULL),
		tutti_thread_start(cross, &two, NULL),
	};
	return tutti_join_all(threads, 2) < 0 || rc < 0;
}
