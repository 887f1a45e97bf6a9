/* SPDX-License-Identifier: MIT */
/* thread_last_test.c - whoever has joined a thread finds none of its destructors at work. */
#include <pthread.h>
#include <time.h>
#include <tutti/tutti.h>

#include "base/atomic.h"
#include "support/suite.h"

static pthread_key_t key;
static unsigned destroyed;
static tutti_lock lock;

/* Slow, and a user of tutti, as those of other libraries may be. */
static void slow_destructor(void *value)
{
	struct timespec a_while = { .tv_nsec = 20000000 };

	(void)value;
	nanosleep(&a_while, NULL);
	TUTTI_HOLD(&lock);
	tu_add_rlx(&destroyed, 1u); /* read after a join, which orders it */
}

static void *use_key(void *arg)
{
	pthread_setspecific(key, &key);
	return arg;
}

static void use_key_in_a_job(void)
{
	pthread_setspecific(key, &key);
}
TUTTI_JOB(use_key_in_a_job, void, void);

static unsigned ended(void)
{
	return tu_load_rlx(&destroyed); /* as slow_destructor */
}

static void a_joined_thread(void)
{
	unsigned before = ended();
	tutti_thread *t = tutti_thread_start(use_key, NULL, NULL);

	CHECK_EQ(tutti_thread_join(t, NULL), 0);
	CHECK_EQ(ended(), before + 1);
	tutti_future_unref(t);
}

static void a_fired_timer(void)
{
	unsigned before = ended();
	tutti_timer *t = tutti_timer_start(0, use_key, NULL);

	CHECK_EQ(tutti_future_result(t, NULL, 0), 0);
	CHECK_EQ(ended(), before + 1);
	tutti_future_unref(t);
}

static void a_freed_pool(void)
{
	unsigned before = ended();
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, "threads:1", NULL), 0);
	CHECK_EQ(use_key_in_a_job_map(e, 3), 0);
	tutti_executor_free(e);
	CHECK_EQ(ended(), before + 1);
}

int main(void)
{
	suite_begin();
	/* behind tutti's own, whose destructor would otherwise come first */
	tutti_thread_current();
	CHECK_EQ(pthread_key_create(&key, slow_destructor), 0);
	RUN(a_joined_thread);
	RUN(a_fired_timer);
	RUN(a_freed_pool);
	return suite_end();
}
