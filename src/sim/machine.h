/* SPDX-License-Identifier: MIT */
/*
 * machine.h - the simulated machine: all threads of a program as fibers of one OS thread, one at a
 * time, on a clock that moves only when nobody can run.
 *
 * An actor is what is an OS thread elsewhere. It stands where a thread would stand: below core,
 * which keeps its workers, tasks and queues as they are and finds a clock, a futex and threads
 * (os/port.h) that are ours. Who runs on is a choice (choices.h), asked for
 *
 *     at each place of core/probe.h   the running actor may go on, or another goes first
 *     when an actor sleeps or ends    somebody else must run
 *     when it has polled in vain      it goes to the end of the line
 *
 * Time. With nobody ready the clock jumps to the first deadline, and who is due becomes ready in
 * the order of deadlines, then of going to sleep. If all who are ready have only polled since
 * anything changed, and have begun to look again where they have looked before, the clock moves on
 * too, as if they slept: or a loop that waits by looking would stop it for good. A choice may also
 * move it early: a slow machine.
 *
 * Descriptors are real. Whether one is ready is looked at whenever somebody else is to run; and if
 * nobody can run and no deadline is left it is waited for, while the clock stands still. So is a
 * word that processes share, if there is another process that could change it.
 *
 * There is one machine in the process, and it is used by one OS thread at a time.
 */
#ifndef TU_SIM_MACHINE_H
#define TU_SIM_MACHINE_H

#include "base/heap.h"
#include "base/list.h"
#include "core/context.h"
#include "os/os.h"

enum tu_actor_state { TU_ACTOR_READY, TU_ACTOR_ASLEEP, TU_ACTOR_ENDED, TU_ACTOR_STOPPED };

struct tu_ending {
	void (*fn)(void *arg);
	void *arg;
};

enum { TU_ACTOR_ENDINGS = 8 };

/* Who looks at what, from which place in the code. */
struct tu_look {
	const void *context, *object, *where;
};

struct tu_actor {
	struct tu_link link; /* among the ready, the sleepers of its word, or the spare ones */
	struct tu_registers regs;
	struct tu_context *current; /* tu_current, while it does not run */
	struct tu_worker *lent;     /* tu_lent, likewise */
	int error;                  /* errno, likewise */
	enum tu_actor_state state;
	unsigned number;     /* in the order of starting, from 0: the same in each such run */
	uint32_t *word;      /* asleep: until a wake there; NULL: only until the deadline */
	int64_t deadline;    /* asleep: INT64_MAX: none */
	uint64_t went;       /* asleep: before whom, if both are due at once */
	int64_t ready_since; /* ready: since which instant */
	bool timed_out;      /* it is ready because of its deadline */
	bool timed;          /* it does not run, and its worker has timers */
	bool doing;          /* what will be a change, unless it turns out to be a look in vain */
	uint64_t polled_at;  /* how many changes there had been when it polled last, */
	unsigned polls;      /* how often since then, */
	bool round;          /* and whether it has come to where it had looked before */
	uint64_t unsure;     /* how many changes there had been when it did perhaps one more */
	struct tu_look look;
	unsigned loads;    /* in a row, with nothing else between them */
	uint64_t priority; /* a strategy's */
	struct tu_heap_node due;
	const struct tu_os_poller *poller; /* asleep: until it has something; NULL: not there */
	struct tu_link polling;            /* among those who do */
	const struct tu_os_word *words;    /* asleep: while these are as expected; NULL: not so */
	size_t n_words;
	struct tu_link on_words; /* among those who do */
	struct tu_os_thread_start start;
	struct tu_ending endings[TU_ACTOR_ENDINGS];
	unsigned n_endings;
	struct tu_context birth; /* its stack, for the sanitizers, while it has no worker */
	struct tu_actor *next;   /* all ever made */
};

enum tu_trouble {
	TU_TROUBLE_NONE,
	TU_TROUBLE_FAILED,   /* the test says so */
	TU_TROUBLE_DEADLOCK, /* nobody can run, and no deadline is left */
	TU_TROUBLE_CIRCLE,   /* some wait for each other; others live */
	TU_TROUBLE_LIVELOCK, /* too many steps, or all who can run only look */
	TU_TROUBLE_LEFT,     /* the test has returned, and some wait for ever */
	TU_TROUBLE_HELD,     /* somebody ended with a lock held */
	TU_TROUBLE_UNSEEN,   /* a failure that nobody looked at, or the like was reported */
	TU_TROUBLE_OUTSIDE,  /* a call that is not ours holds everything up */
	TU_TROUBLE_DIVERGED, /* a replay went another way */
	TU_TROUBLES
};

struct tu_machine_options {
	uint64_t steps_most;      /* in a run; 0: no limit */
	int64_t horizon;          /* how long the clock may run; INT64_MAX: no limit */
	bool eager;               /* who starts a thread goes on when all others wait */
	bool early_time;          /* that the clock moves early is among the choices */
	int64_t stall;            /* for how long that holds up one who can run, at most */
	bool spurious;            /* so is that a sleeper wakes up for no reason */
	bool allocations;         /* so is that there is no memory */
	const uint64_t *switches; /* accesses (race.h), counted from 1, before which others go */
	size_t n_switches;
	/* Nobody can run any more, or the run is in trouble. On some actor's stack; may return only
	   by tu_machine_leave. */
	void (*over)(enum tu_trouble trouble);
	/* What runs on c has ended, and holds a lock. */
	void (*held)(struct tu_context *c);
	/* The library has reported something; false: it is to be written as usual. */
	bool (*reported)(int code, const char *text);
};

struct tu_machine {
	struct tu_machine_options options;
	struct tu_actor *running; /* &outside: none of ours */
	struct tu_actor outside;  /* who called run; also the whole program's first thread */
	struct tu_list ready;
	unsigned ready_count;
	unsigned timed;         /* how many that do not run have timers in their workers' wheels */
	struct tu_list patient; /* have started somebody eagerly: they go on when nobody is ready */
	struct tu_heap due;
	struct tu_list polling;  /* asleep in a poller: the world outside may wake them */
	struct tu_list on_words; /* asleep on words that other processes may change */
	bool world;              /* it is being waited for */
	struct tu_list programs; /* who waits for other programs: tu_os_world_wait */
	int64_t now;
	uint64_t steps;      /* of this run */
	uint64_t changes;    /* what is not a mere look, of this run */
	uint64_t suspicious; /* how many of them make a suspected circle a proven one */
	uint64_t sleeps;     /* begun in this run */
	uint64_t accesses;
	unsigned started;      /* actors, of this run */
	struct tu_actor *root; /* the first of them; NULL once it has ended */
	struct tu_actor *all, *spare;
	struct tu_caught *caught; /* this and the next: of the OS thread */
	int *errno_at;
	bool used;  /* it has had a run */
	bool own;   /* an allocation is the machine's own */
	bool whole; /* outside is the first actor: there is nobody to go back to */
};

extern struct tu_machine tu_machine;

#define TU_MACHINE_STALL INT64_C(60000000000) /* as a rule */

enum { TU_MACHINE_EPOCH = 1000000000 }; /* what the clock shows at the beginning */

/* Begin a run: no actors, the clock at its epoch. */
void tu_machine_begin(const struct tu_machine_options *options);

/*
 * Let what was started run until nothing can, or until tu_machine_leave. While an actor runs
 * tu_os_port is set; the caller has set it before to start the first.
 */
void tu_machine_run(void);

/* From an actor: end the run here. Does not return. */
_Noreturn void tu_machine_leave(void);

/* What was started in this run and has not ended will never go on. Outside of the run. */
void tu_machine_abandon(void);

/* Call fn for each that has not ended, in the order of starting. */
void tu_machine_each(void (*fn)(struct tu_actor *a, void *arg), void *arg);

/* Where it stands; NULL: it is no thread of ours yet, or any more. */
struct tu_context *tu_actor_context(const struct tu_actor *a);

/* The calling thread, with its own stack, becomes the first actor, until the process ends. */
void tu_machine_become(const struct tu_machine_options *options);

/* The i-th of those that could run, in the order in which a question counts them. */
struct tu_actor *tu_machine_option(unsigned i);

/* The instant at which something is due, INT64_MAX: nothing is. */
int64_t tu_machine_next_deadline(void);

/*
 * Zeroed memory for what is not simulated. A run's allocations may be made to fail; these never do:
 * without memory the process ends. Free with tu_free.
 */
void *tu_machine_alloc(size_t bytes);

/* What it is to the machine. For tu_os_port and the probe. */
extern const struct tu_os_port tu_machine_port;
extern const struct tu_probe tu_machine_probe;

#endif
