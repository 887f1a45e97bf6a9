/* SPDX-License-Identifier: MIT */
/*
 * watch.h - looking at a worker from outside, without its help: does its thread get on?
 *
 * The owner shows (tu_show) which turn it is, whether anything is ready and whether it sleeps; that
 * costs it nothing. What it does in a turn that does not end only its own thread can tell: it is
 * asked by a signal, and answers in the handler.
 */
#ifndef TU_CORE_WATCH_H
#define TU_CORE_WATCH_H

#include "core/worker.h"

/* What a worker looks like just now. Each is right by itself; together they may be of two turns. */
struct tu_glance {
	uint64_t turn;   /* another one: the thread has gone on to something else */
	uint32_t number; /* 0: its thread is about to end */
	int native_id;
	bool idle;      /* nothing to be run, its thread sleeps */
	bool ready;     /* something is in its queue, or was sent to it */
	bool watched;   /* its timers are, so that due_by is known */
	bool outside;   /* something there waits for a descriptor, or for another process */
	int64_t due_by; /* some timer of its is due by then; INT64_MAX: none, or not known */
};

void tu_worker_glance(const struct tu_worker *w, struct tu_glance *g);

/*
 * Who is watching? Workers then keep some more for whoever does. Bits of the below, and a number
 * that is another one after each change; 0: nobody watches. Atomic.
 */
enum {
	TU_WATCHING_STALLS = 1,
	TU_WATCHING_STILLNESS = 2,
	TU_WATCHING_ALL = 3,
	TU_WATCHING_CHANGE = 4,
};
extern uint32_t tu_watching;

/* Begin, or leave off, to watch timers only, under one of the bits. */
void tu_watch_timers(uint32_t bit, bool on);

void tu_watch_notice_slowly(struct tu_worker *w);

/* The owner, now and then: has somebody begun to watch, or left off, or both? */
static inline void tu_watch_notice(struct tu_worker *w)
{
	/* Relaxed: seen late is noticed late. */
	if (tu_unlikely(tu_load_rlx(&tu_watching) != w->wheel.watched))
		tu_watch_notice_slowly(w);
}

enum { TU_ANSWER_FRAMES = 64 };

struct tu_answer {
	void *frames[TU_ANSWER_FRAMES]; /* innermost first */
	int depth;
	char what[128];  /* what runs, "task 'NAME'" */
	char thread[64]; /* and where, its thread's name */
};

/* Fill in what and thread for c, which runs: in a signal handler on its thread. */
typedef void tu_watch_name(const struct tu_context *c, struct tu_answer *answer);

/*
 * Begin to watch. signal is what threads are asked by, 0: the usual one, less than 0: they are not
 * asked. -EBUSY: the program handles that signal. -EINVAL: it cannot be handled. One at a time.
 */
int tu_watch_begin(int signal, tu_watch_name *name);

/* Before, without locks: the first look at a stack loads code. */
void tu_watch_prepare(void);
void tu_watch_end(void);

/*
 * Ask the thread of w what it does in the turn of g. By one thread at a time, and without locks.
 * 0: answer is filled in. TUTTI_EDONE: it is at another turn by now. TUTTI_ETIMEDOUT: it did not
 * answer until the deadline: it cannot, or the signal is not let through. -ESRCH: it has ended.
 */
int tu_watch_ask(const struct tu_worker *w, const struct tu_glance *g, int64_t deadline,
	struct tu_answer *answer);

/*
 * For how long the thread of g has computed so far, ns by the library's clock; -1: it has ended.
 * *runs receives whether it runs just now, or would if it had a CPU.
 */
int64_t tu_watch_cpu(const struct tu_glance *g, bool *runs);

/* In a forked child: nobody watches. */
void tu_watch_after_fork(void);

#endif
