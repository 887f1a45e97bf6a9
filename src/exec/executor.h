/* SPDX-License-Identifier: MIT */
/*
 * executor.h - what lies between a submit and an engine: who is under way, whether more are taken.
 *
 * Engines know futures only, and this room knows engines only by their table.
 */
#ifndef TU_EXEC_EXECUTOR_H
#define TU_EXEC_EXECUTOR_H

#include <tutti/executor.h>

struct tu_job_future;
struct tu_lent;

/*
 * One of our engines. Where it runs so many jobs at once, one that waits for another of them lends
 * it its place: a seat (seats.h), or a turn, which is taken back at once when the wait is over,
 * also if that makes one too many for a while.
 */
struct tu_own_engine {
	tutti_engine engine;
	struct tu_seats *(*seats)(void *self);                   /* NULL: it has none */
	void (*lend_turn)(void *self), (*take_turn)(void *self); /* NULL: nor turns */
	bool elsewhere; /* in other processes, where an address means nothing */
};

/*
 * Make an executor of it: its futures end by themselves, nobody else may end them. Takes self over,
 * also when it fails.
 */
int tu_executor_create_own(tutti_executor **e, const struct tu_own_engine *engine, void *self,
	const tutti_executor_options *options);

/* The same of an engine that the program has registered. */
int tu_executor_create_theirs(tutti_executor **e, const tutti_engine *engine, void *self,
	const tutti_executor_options *options);

bool tu_executor_is_own(const tutti_executor *e);
bool tu_executor_shares_memory(const tutti_executor *e); /* it is ours, and its jobs do so */
void tu_executor_unref(tutti_executor *e);               /* NULL does nothing */

/* tutti_submit; progress is told when the job ends. NULL: nobody. */
tutti_future *tu_submit(tutti_executor *e, tutti_job *job, const void *arg,
	const tutti_submit_options *options, struct tutti_progress *progress);

/* Its worker died: is it the engine's once more, because its submitter allows for that? */
bool tu_executor_retry(struct tu_job_future *jf);

/* How progress is told; observe, which lies above, sets it before there is a progress. */
extern void (*tu_progress_count)(struct tutti_progress *p, uint64_t n);

/* The job begins: one less is pending. */
void tu_executor_begun(struct tu_job_future *jf);

/* The engine is through with it. The future may be gone afterwards. */
void tu_executor_let_go(struct tu_job_future *jf);

/* The same in two steps: for each; and for all that were counted, while one at least is. */
bool tu_executor_let_go_of(struct tu_job_future *jf);
void tu_executor_ended(tutti_executor *e, size_t n);

/* The job was cancelled before it began: say so to an engine that wants to know. */
void tu_executor_tell_cancelled(struct tu_job_future *jf);

/*
 * Is the caller in a job of e's, in the one that it runs just now or in one that has called that,
 * and so has a place to lend? Else e may be gone.
 */
bool tu_executor_may_lend(const tutti_executor *e);

/*
 * Lend the caller's place in e, of which it is in a job: for awaited, a job of e's too, or for
 * whichever comes; NULL. It may be run here and now instead, if may_run.
 */
void tu_executor_lend(
	tutti_executor *e, struct tu_job_future *awaited, bool may_run, struct tu_lent *lent);
void tu_executor_take_back(struct tu_lent *lent);

/* How many threads of this process share its jobs; 0: it is of another kind. */
int tu_executor_threads(const tutti_executor *e);

/* How many executors wait for the end of a job that the caller is in. For exit. */
size_t tu_executors_of_caller(void);

/* The engine registered for a scheme of n bytes, or NULL. */
const tutti_engine *tu_engine_find(const char *scheme, size_t n);

/* Our own engines of this room. */
extern const struct tu_own_engine tu_engine_threads, tu_engine_inline;

#endif
