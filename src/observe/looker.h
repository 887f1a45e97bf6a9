/* SPDX-License-Identifier: MIT */
/*
 * looker.h - a thread of ours that looks again and again whether anything moves, and says when
 * nothing does. Belongs to who has made it and to its thread.
 */
#ifndef TU_OBSERVE_LOOKER_H
#define TU_OBSERVE_LOOKER_H

#include <stdbool.h>
#include <stdint.h>

struct tu_looker;

/* Tell, on its thread, that nothing has moved for limit ns. It may take its time. */
typedef void tu_looker_tell(int64_t limit);

/* NULL: no memory. free: one that was not started; NULL does nothing. */
struct tu_looker *tu_looker_create(int64_t limit, tu_looker_tell *tell);
void tu_looker_free(struct tu_looker *k);

/* Let its thread begin. 0; -ENOMEM, -EAGAIN: none, but it is to be stopped all the same. */
int tu_looker_start(struct tu_looker *k);

/* Is the caller on its thread? */
bool tu_looker_is_here(const struct tu_looker *k);

/* Wait until it looks no more: the caller's part in it ends. Not on its thread. */
void tu_looker_stop(struct tu_looker *k);

/* In a forked child, which does not have its thread; or the caller is it, and looks no more. */
void tu_looker_after_fork(struct tu_looker *k);

#endif
