/* SPDX-License-Identifier: MIT */
/*
 * source.h - using a descriptor of one's own, which does not block: try, and wait after EAGAIN.
 *
 *     for (;;) {
 *             if (tu_source_may(k, events)) {
 *                     rc = try;
 *                     if (rc != -EAGAIN)
 *                             ... and if it took all that was there: tu_source_used(k, events);
 *                     tu_source_none(k, events);
 *             }
 *             rc = tu_source_wait(k, events, deadline);
 *     }
 *
 * Where it is kept (core/poller.h) a try that would find nothing is left out, and the wait asks the
 * kernel nothing: of a request and its answer the read and the write are all the calls there are.
 */
#ifndef TU_SYNC_SOURCE_H
#define TU_SYNC_SOURCE_H

#include "core/poller.h"

/* Is a try for event worth while? Always, where nothing is known. */
static inline bool tu_source_may(const struct tu_source *k, unsigned event)
{
	const struct tu_source_state *state = tu_source_at(k, tu_worker_self());

	return !state || !(state->asked & event) || state->ready & event;
}

/* A try found nothing: it is not ready until something is reported. */
static inline void tu_source_none(const struct tu_source *k, unsigned event)
{
	struct tu_source_state *state = tu_source_at(k, tu_worker_self());

	if (state)
		state->ready &= (uint8_t)~event;
}

/*
 * A read got less than it had room for, of what gives all that there is: there is no more. But for
 * the end of the stream, or what stands behind an urgent byte; that was reported before.
 */
static inline void tu_source_used(const struct tu_source *k)
{
	struct tu_source_state *state = tu_source_at(k, tu_worker_self());

	if (state && !(state->ready & TU_OS_ENDED))
		state->ready &= (uint8_t)~TU_OS_READABLE;
}

/* Wait until a try may find something. 0, or an error of tutti_fd_wait. A cancellation point. */
int tu_source_wait(struct tu_source *k, unsigned event, int64_t deadline);

/*
 * What several threads or processes wait for, of whom one takes it: with TU_OS_ALONE beside event
 * only some of them are woken, who must then try. Who has taken something calls this, and is the
 * last one to be woken the next time; while it does not wait, it is not.
 */
static inline void tu_source_to_others(const struct tu_source *k)
{
	tu_poller_let_go(tu_worker_self(), k);
}

#endif
