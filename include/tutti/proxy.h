/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_PROXY_H
#define TUTTI_PROXY_H

#include <tutti/time.h>
#include <tutti/value_pickle.h>

/*
 * proxy.h - what stands here for an object that a manager serves (manager.h): its methods are
 * called by name. Queues have functions in value_queue.h, the other kinds that Python's managers
 * know in proxy_sync.h and proxy_data.h; those are calls of the function below.
 *
 * Any number of threads and tasks may use a proxy at once; each call under way has a connection of
 * its own, which is kept for the next. A lock that knows its holder (RLock, Condition) takes the
 * proxy for it: who is to be told from others has a proxy of his own.
 *
 * A call is sent once. A connection that was kept, and has ended meanwhile, is replaced before; so
 * a manager that was started anew is found again. If that one does not know the object, the proxy
 * is made again as it was made, and the call, which has done nothing, too: what is served under a
 * name is there, what was made for the proxy is new and as at the beginning.
 *
 * Example:
 *
 *     #include <tutti/proxy.h>
 *
 *     // What list.pop(0) gives in Python.
 *     int pop_first(tutti_proxy *list, tutti_value **v)
 *     {
 *             tutti_value *args;
 *             int rc = tutti_value_pack(&args, "(i)", 0);
 *
 *             if (rc < 0)
 *                     return rc;
 *             rc = tutti_proxy_call(list, "pop", args, NULL, v);
 *             tutti_value_unref(args);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_manager tutti_manager;
typedef struct tutti_proxy tutti_proxy;

/*
 * Get a proxy: what manager.name(*args, **kwargs) gives in Python. If a class is served under the
 * name a new object is made.
 *
 * m          started or connected; outlives its proxies
 * name       under which it is served
 * args       a tuple or list, lent; NULL: none
 * kwargs     a dict with texts as keys, lent; NULL: none
 * p          receives it
 * Returns    0; *p is the caller's to free
 * Errors     -ENOENT           nothing is served under that name
 *            TUTTI_EREMOTE     it could not be made; tutti_proxy_call's result is not told here
 *            TUTTI_ESHUTDOWN   the manager does not run any more
 *            -EINVAL           it is neither started nor connected; or args or kwargs are not so
 *            -ENOMEM           no memory
 *            and those of tutti_manager_connect, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_manager_proxy(tutti_manager *m, const char *name, const tutti_value *args,
	const tutti_value *kwargs, tutti_proxy **p);

/*
 * Call a method: p.method(*args, **kwargs).
 *
 * p          the proxy
 * method     its name
 * args       a tuple or list, lent; NULL: none
 * kwargs     a dict with texts as keys, lent; NULL: none
 * result     receives what it returns. Of a call that raised an exception, which is the error, it
 *            receives that: opaque, for tutti_proxy_exception; of any other error NULL. May be NULL
 * Returns    0; *result is the caller's to unref
 * Errors     what was raised there, as a code:
 *            TUTTI_EEMPTY      queue.Empty          TUTTI_EFULL      queue.Full
 *            TUTTI_ESHUTDOWN   queue.ShutDown       TUTTI_EBROKEN    BrokenBarrierError
 *            TUTTI_ETYPE       TypeError            -EINVAL          ValueError
 *            -ENOENT           KeyError             -ERANGE          IndexError
 *            -ENODATA          StopIteration        -ENOSYS          AttributeError, or no such
 *                                                                    method is to be called
 *            -ENOTSUP          it returns a proxy, for which there is no value
 *            TUTTI_EREMOTE     any other, and what Python calls RemoteError
 *            and what befell the call:
 *            TUTTI_ESHUTDOWN   the manager has ended
 *            -ECONNRESET       the connection was lost; the call may have been made or not
 *            TUTTI_EPROTO      the answer cannot be read
 *            TUTTI_ECANCELED   the caller was cancelled; a manager of this library has given up
 *                              what waited there, Python's goes on with it
 *            -E2BIG            larger than a message may be, there or back
 *            -EINVAL           no method; or args or kwargs are not so
 *            -ENOMEM           no memory
 *            and, of a connection that is needed, those of tutti_manager_connect
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_call(tutti_proxy *p, const char *method, const tutti_value *args,
	const tutti_value *kwargs, tutti_value **result);

/*
 * The same with a deadline of this side's. One that the method itself knows, as get's timeout, is
 * to be among its arguments, and this one later.
 *
 * p          the proxy
 * method     its name
 * args       a tuple or list, lent; NULL: none
 * kwargs     a dict with texts as keys, lent; NULL: none
 * deadline   absolute
 * result     as above
 * Returns    0; *result is the caller's to unref
 * Errors     TUTTI_ETIMEDOUT   no answer by then; the call was given up, and may have been made
 *            and those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_call_until(tutti_proxy *p, const char *method, const tutti_value *args,
	const tutti_value *kwargs, tutti_time deadline, tutti_value **result);

/*
 * Say in words which exception it was: "ValueError: 'timeout' must be a non-negative number".
 *
 * out        receives it
 * result     lent; of a call that failed
 * Returns    0; *out is the caller's to free
 * Errors     TUTTI_ETYPE   result is no exception
 *            -EINVAL       it is NULL
 *            -ENOMEM       no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_proxy_exception(tutti_bytes *out, const tutti_value *result);

/*
 * Free a proxy. An object that was made for it, and that nobody has another of, is freed there.
 *
 * p          nobody is in a call of it; NULL does nothing
 * Context    any thread or task
 * Waits      may, to tell the manager, at most a second
 */
TUTTI_API void tutti_proxy_free(tutti_proxy *p);

TUTTI_END

#endif
