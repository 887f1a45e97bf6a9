/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_MANAGER_OBJECTS_H
#define TUTTI_MANAGER_OBJECTS_H

#include <tutti/manager.h>

/*
 * manager_objects.h - what a manager serves beside queues: the kinds that Python's SyncManager
 * knows, and objects of your own, which are methods in C.
 *
 *     kind                                arguments
 *     "Queue", "JoinableQueue"            maxsize, or none
 *     "Event"                             none
 *     "Lock", "RLock"                     none
 *     "Semaphore", "BoundedSemaphore"     value, or none: 1
 *     "Condition"                         none
 *     "Barrier"                           parties; None; timeout, or none
 *     "Value"                             typecode, value
 *     "Array"                             typecode, sequence
 *     "Namespace"                         a dict, or none
 *     "list"                              a sequence, or none
 *     "dict"                              a dict or pairs, or none
 *     "Jobs"                              none; tutti's own, see worker.h
 *
 * They answer as Python's own do, with the same exceptions. As there a Value's typecode is a note,
 * an Array's is kept to (all but u). What cannot come from elsewhere is refused with TypeError: a
 * key function of sort, a Condition's lock, a Barrier's action. Objects of classes are equal if
 * their parts are, and have no order. No list, dict or Array has more than 4,000,000 items, and no
 * call makes more of one value than 256 MiB, as list * n would: MemoryError.
 *
 * When a client goes, or its connection: what it waited for goes to the next, and what it was to
 * get is put back. What it holds stays taken, as with Python, where a thread's connection is also
 * closed when another proxy goes: of a Lock or a semaphore anybody may release it, an RLock and a
 * Condition's lock nobody else. At a Barrier it is not there: the others wait for one in its stead,
 * until their timeout breaks it.
 *
 * The example is a counter that anybody may raise: in Python manager.counter().add(3).
 *
 * Example:
 *
 *     #include <tutti/manager_objects.h>
 *     #include <tutti/value_make.h>
 *
 *     static int add(void *self, const tutti_value *args, const tutti_value *kwargs,
 *             tutti_value **result)
 *     {
 *             int64_t *count = self;
 *             int64_t n;
 *             int rc = tutti_value_unpack(args, "(L)", &n);
 *
 *             (void)kwargs;
 *             if (rc == 0)
 *                     *result = tutti_value_int(__atomic_add_fetch(count, n, __ATOMIC_RELAXED));
 *             return rc;
 *     }
 *
 *     int serve_counter(tutti_manager *m, int64_t *count)
 *     {
 *             static const tutti_manager_method methods[] = { { "add", add } };
 *
 *             return tutti_manager_serve_object(m, "counter", methods, 1, count);
 *     }
 */

TUTTI_BEGIN

/*
 * A method of an object of the program's own.
 *
 * self       as the object was served with
 * args       a tuple, lent
 * kwargs     a dict with texts as keys, lent
 * result     to be set: a reference that the caller gets; left NULL it is None
 * Returns    0
 * Errors     raise an exception there: TUTTI_EEMPTY queue.Empty, TUTTI_EFULL queue.Full,
 *            TUTTI_ETYPE TypeError, -EINVAL ValueError, -ENOENT KeyError, -ERANGE IndexError,
 *            -ENOSYS AttributeError, TUTTI_EBROKEN BrokenBarrierError, TUTTI_ETIMEDOUT
 *            TimeoutError, -ENOMEM MemoryError, another -errno OSError, others RuntimeError; with
 *            the text of tutti_fail, or else of tutti_strerror. Any exception:
 *            tutti_value_object_make's as *result, and TUTTI_EREMOTE
 * Context    a task of the manager, or who calls by a local proxy; many at once
 * Waits      as it likes; cancelled when the caller has given up or gone
 */
typedef int (*tutti_manager_function)(
	void *self, const tutti_value *args, const tutti_value *kwargs, tutti_value **result);

typedef struct tutti_manager_method {
	const char *name; /* as a Python identifier */
	tutti_manager_function call;
} tutti_manager_method;

/*
 * Serve one object of a kind above, which all who ask for the name share.
 *
 * m          not started
 * name       as a Python identifier; copied
 * kind       see above
 * args       a tuple or list, lent; NULL: none
 * Returns    0
 * Errors     -EINVAL       no such kind, or arguments that it cannot be made of; no name, or none
 *                          that Python could call
 *            TUTTI_ETYPE   an argument is of the wrong type
 *            -EEXIST       the name is taken
 *            -EBUSY        it is started or connected
 *            -ENOMEM       no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_manager_serve_shared(
	tutti_manager *m, const char *name, const char *kind, const tutti_value *args);

/*
 * Serve all kinds above under their own names, as Python's SyncManager does: who asks for "dict"
 * gets a new one, which goes when all who have a proxy of it have let go of it.
 *
 * m          not started
 * Returns    0
 * Errors     -EEXIST   one of the names is taken; those before it are served
 *            -EBUSY    it is started or connected
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_manager_serve_kinds(tutti_manager *m);

/*
 * Serve an object of the program's own, which all who ask for the name share.
 *
 * m          not started
 * name       as a Python identifier; copied
 * methods    n of them; they stay as they are as long as the manager
 * n          at most 1000
 * self       for them; lent as long as the manager
 * Returns    0
 * Errors     -EINVAL   no name, or none that Python could call, of it or of a method
 *            -EEXIST   the name is taken, or two methods have the same
 *            -EBUSY    it is started or connected
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_manager_serve_object(tutti_manager *m, const char *name,
	const tutti_manager_method *methods, size_t n, void *self);

/*
 * Get what Python's debug_info tells: a line for each object that somebody has a proxy of, with how
 * many, and what it is.
 *
 * m          started or connected
 * text       receives it
 * Returns    0; *text is the caller's to free
 * Errors     those of tutti_manager_queue, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_manager_debug_info(tutti_manager *m, tutti_bytes *text);

/*
 * Count the objects that somebody has a proxy of.
 *
 * m          started or connected
 * Returns    how many
 * Errors     those of tutti_manager_queue, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_manager_number_of_objects(tutti_manager *m);

TUTTI_END

#endif
