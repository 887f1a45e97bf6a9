/* SPDX-License-Identifier: MIT */
/*
 * ground.h - what the fibers of a model test stand on: each is a thread with a worker of its own.
 *
 * There are two grounds, and a test may be linked with either. tokens.c puts one flag and one block
 * in the place of parking and of the mutex, so that few steps are left and a schedule shows what
 * the object itself does. futex.c is an OS of which there is nothing but a futex, a clock and
 * a few descriptors; park.c, poller.c and mutex.c stand on it as they are.
 */
#ifndef TESTS_MODEL_GROUND_H
#define TESTS_MODEL_GROUND_H

#include "core/worker.h"
#include "model/explorer.h"

extern struct tu_worker model_worker[MODEL_FIBERS];

/* The context of a fiber. */
static inline struct tu_context *model_context(int fiber)
{
	return &model_worker[fiber].native;
}

/*
 * Descriptors of futex.c: what each is ready for. Begin makes all of them new, and no poller; end
 * sees that none is watched any more.
 */
enum { MODEL_FDS = 2 };

void model_fd_begin(void);
void model_fd_end(void);
void model_fd_make_ready(int fd, unsigned events);
extern uint32_t model_fd[MODEL_FDS];

/* A turn of a spin loop. */
void model_ground_pause(void);

#endif
