/* SPDX-License-Identifier: MIT */
/* pthread_mutex_t, mode "normal" or "adaptive" (spins a while before it sleeps). */
#include "../lock_race.h"
#include "pthreads.h"

static _Alignas(128) pthread_mutex_t mutex;

static inline void lock_take(void)
{
	pthread_mutex_lock(&mutex);
}

static inline void lock_give(void)
{
	pthread_mutex_unlock(&mutex);
}

static void thread_pair(void *(*fn)(void *), void *args[2])
{
	void *(*const fns[2])(void *) = { fn, fn };

	pthreads_run(fns, args, 2);
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	if (strcmp(o.mode, "adaptive") == 0)
		pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
	else
		bench_require(strcmp(o.mode, "normal") == 0, "mode is normal or adaptive");
	pthread_mutex_init(&mutex, &attributes);
	return lock_races(argc, argv);
}
