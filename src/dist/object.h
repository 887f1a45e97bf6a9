/* SPDX-License-Identifier: MIT */
/*
 * object.h - what a manager serves, from within. A kind (Queue, Lock, dict) is a table of methods
 * over an object; a call is one request for one of them. Methods never wait: one that cannot be
 * answered yet says TU_CALL_WAITS and is asked again, in the order in which they came, whenever
 * another call has changed the object, and for the last time when its deadline has passed. So the
 * thousand clients that wait are a thousand entries in lists, and to give one of them up is to
 * take it out.
 *
 * Who waits for the answer is not the object's business: session.c waits for it together with the
 * client's leave, local.c together with the caller's cancellation (call.c).
 */
#ifndef TU_DIST_OBJECT_H
#define TU_DIST_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <tutti/event.h>
#include <tutti/lock.h>
#include <tutti/value_pickle.h>

struct tu_call;
struct tu_object;

enum {
	TU_CALL_WAITS = 1,
	TU_CALL_TEXT = 160,
	TU_AWAITED = 4 /* things that calls of an object may wait for in an order, 0 for none */
};

/*
 * Called with the object's lock held, again and again as long as it says TU_CALL_WAITS. 0: the
 * answer is c->result, NULL for None, or c->proxy. An error is raised over there as the exception
 * that goes with its code (exception.h), with c->text if that is set; or c->result is an exception
 * and the code TUTTI_EREMOTE. That code without a result is what Python calls a RemoteError.
 */
typedef int (*tu_method_fn)(struct tu_object *o, struct tu_call *c);

struct tu_method {
	const char *name;
	tu_method_fn call;
};

struct tu_kind {
	const char *name;                /* as create knows it: "Queue" */
	const struct tu_method *methods; /* in the order of their names */
	size_t n_methods;
	bool own;           /* methods are called without the lock, and may wait */
	const char *module; /* with repr: "<queue.Queue object at ...>"; NULL: by repr below */

	/* Make one of c's arguments; c is no call otherwise, but errors are as a method's. The
	 * object's first member is a struct tu_object, which tu_object_init begins. */
	int (*make)(struct tu_object **o, struct tu_call *c);
	void (*free)(struct tu_object *o);

	/* Any may be NULL; with the lock held. An answer of 0 could not be delivered: take it back,
	 * an item to the head of its queue. */
	void (*undo)(struct tu_object *o, struct tu_call *c);
	/* Without the lock: its answer was delivered, or taken back; free what mark stands for. */
	void (*end)(struct tu_call *c);
	/* A call that waited was given up before it had an answer. */
	void (*dropped)(struct tu_object *o, struct tu_call *c);
	/* The client who was c->caller in earlier calls has gone. */
	void (*left)(struct tu_object *o, const void *caller);
	/* What str(proxy) gives, and #GETVALUE; NULL: it cannot be pickled. */
	int (*repr)(struct tu_object *o, tutti_value **text);
	int (*value)(struct tu_object *o, tutti_value **v);
};

struct tu_calls {
	struct tu_call *first, *last;
};

struct tu_limits {
	size_t queue_bytes_max; /* of all items of a queue */
};

/*
 * The first member of each kind's objects. Those who wait are asked whenever a method, undo,
 * dropped or left has set changed; it is cleared before.
 */
struct tu_object {
	const struct tu_kind *kind;          /* tu_object_init; then fixed */
	tutti_lock lock;                     /* for all below, and what the kind adds */
	struct tu_calls waiting[TU_AWAITED]; /* each in the order in which they came */
	bool changed;
	const struct tu_limits
		*limits; /* of the manager, once it serves this; fixed, may be NULL */
};

struct tu_call {
	const struct tu_method *method;
	const tutti_value *args, *kwargs; /* a tuple; a dict */
	const void *caller; /* a client's connection, or a local proxy: who holds an RLock */
	tutti_time
		deadline; /* set by the method before it says TU_CALL_WAITS; else TUTTI_FOREVER */
	bool late;        /* its deadline has passed: answer now, or set a later one */
	bool waits;       /* it is in a list of the object */
	unsigned awaits; /* set by the method before it says TU_CALL_WAITS: what for, of a numbering
			     of the kind. Who came later for the same is not asked before this one
			     has its answer. 0: for nothing of that sort; each is asked */
	unsigned list;   /* it is in that of these */
	int step;        /* the method's own, 0 at first */
	uint64_t mark;   /* the same */
	int code;        /* once it is answered: 0 or an error */
	tutti_value *result;
	struct tu_object *proxy; /* an object that it has made, whose proxy is the answer */
	char text[TU_CALL_TEXT]; /* of an error; "" for none */
	struct tu_call *before, *after;
	tutti_event answered; /* set when it was answered by what another call has changed */
};

/* Make an object; text, of TU_CALL_TEXT bytes, receives what is wrong, or "". */
int tu_object_make(struct tu_object **o, const struct tu_kind *kind, const tutti_value *args,
	const tutti_value *kwargs, char *text);

/* What a make begins with, of memory that is all 0. */
void tu_object_init(struct tu_object *o, const struct tu_kind *kind);

/* Free one that nobody calls; NULL does nothing. */
void tu_object_free(struct tu_object *o);

/* Tell the object that a client has gone. */
void tu_object_left(struct tu_object *o, const void *caller);

/* The kind that create calls so; NULL: none. */
const struct tu_kind *tu_kind_find(const char *name);

/* Its method of that name; NULL: none. */
const struct tu_method *tu_kind_method(const struct tu_kind *kind, tutti_bytes name);

/* What every object has beside: __repr__, __str__ and #GETVALUE; NULL: not that. */
const struct tu_method *tu_kind_fallback(tutti_bytes name);

/*
 * Begin a call, whose method, args, kwargs and caller are set and all else is 0. 0 or an error: c
 * has its answer; TU_CALL_WAITS: it is to be waited for, by c->answered and c->deadline.
 */
int tu_call_begin(struct tu_object *o, struct tu_call *c);

/* c->answered was set: its answer, as of begin. */
int tu_call_answer(struct tu_object *o, struct tu_call *c);

/* Its deadline has passed: answered, as c->code says, or TU_CALL_WAITS till a later one. */
int tu_call_late(struct tu_object *o, struct tu_call *c);

/* Give it up, wherever it is; an answer that it had got is taken back. Then it has ended. */
void tu_call_drop(struct tu_object *o, struct tu_call *c);

/* Give back what its answer holds: once that was delivered. */
void tu_call_end(struct tu_object *o, struct tu_call *c);

/* -- for methods ------------------------------------------------------------------------------- */

/* Say what is wrong with a call, as printf: c->text; returns code. */
int tu_call_fail(struct tu_call *c, int code, const char *format, ...) TUTTI_PRINTF(3, 4);

/* The same with an exception of that class, and TUTTI_EREMOTE. */
int tu_call_raise(struct tu_call *c, const char *module, const char *name, const char *text);

/*
 * Bind arguments to parameters as Python does: names has n of them separated by spaces, the first
 * n_needed must be given. out[i] is NULL for what was not given. Else a TypeError.
 */
int tu_call_bind(struct tu_call *c, const char *names, size_t n_needed, const tutti_value **out);

/* Python's truth of a value; NULL: otherwise. */
bool tu_truth(const tutti_value *v, bool otherwise);

/*
 * Get a timeout of an argument: None or none given is TUTTI_FOREVER, else a number of seconds from
 * now on, as a deadline. TUTTI_ETYPE: no number. *seconds, if not NULL, receives what it was.
 */
int tu_timeout(const tutti_value *v, tutti_time *deadline, double *seconds);

#endif
