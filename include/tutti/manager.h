/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_MANAGER_H
#define TUTTI_MANAGER_H

#include <tutti/value_queue.h>

/*
 * manager.h - objects that programs on other machines share, as Python's multiprocessing.managers
 * has them (libtutti-net): a manager serves them under names, others connect and get proxies. The
 * other side may be C or any Python from 3.9 on, unmodified.
 *
 *     serves                             uses
 *     tutti_manager_create               tutti_manager_create
 *     tutti_manager_serve_queue ...      tutti_manager_connect
 *     tutti_manager_start                tutti_manager_queue ...
 *     tutti_manager_queue ...
 *     tutti_manager_shutdown
 *
 * Both prove to each other that they have the same key, which itself never travels. After that
 * nothing is encrypted: between machines that do not trust their network use a tunnel. Python's
 * objects are carried as they are and nothing of them is executed here; whoever has the key can
 * send a Python on the other side what that executes.
 *
 * What is served lives in the program that serves it and has no way around the manager: that one
 * too uses a proxy, which calls without a detour through the network. An item that somebody takes
 * has left its queue only when it was sent off: of one who dies while he waits, or before, it goes
 * back to the head, and locks that he waited for go to the next.
 *
 * Addresses are those of stream.h: "127.0.0.1:5000", ":5000", "unix:/run/my.sock", "unix:@name".
 * "tcp://" may stand before host and port. Python's clients know IPv4 and Unix sockets.
 *
 * The example is the master of two queues. What else can be served is in manager_objects.h.
 *
 * Example:
 *
 *     #include <tutti/manager.h>
 *
 *     int serve_queues(tutti_value_queue **tasks, tutti_value_queue **results)
 *     {
 *             tutti_manager *m;
 *             int rc = tutti_manager_create(&m, "127.0.0.1:5000", tutti_bytes_text("abc"));
 *
 *             if (rc < 0)
 *                     return rc;
 *             if ((rc = tutti_manager_serve_queue(m, "get_task_queue", 0)) == 0)
 *                     rc = tutti_manager_serve_queue(m, "get_result_queue", 0);
 *             if (rc == 0)
 *                     rc = tutti_manager_start(m);
 *             if (rc == 0)
 *                     rc = tutti_manager_queue(m, "get_task_queue", tasks);
 *             if (rc == 0)
 *                     rc = tutti_manager_queue(m, "get_result_queue", results);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_manager tutti_manager;

/* 0 is what stands there; times in ns. Who connects has message_max, handshake_max, old_sha256. */
typedef struct tutti_manager_options {
	size_t message_max;       /* bytes of one message, so of one item; 64 MiB */
	size_t queue_bytes_max;   /* of all items of one queue, then it is full; 1 GiB */
	unsigned clients_max;     /* connections; 65,536 */
	unsigned strangers_max;   /* of them, who have not yet proved the key; 256. The oldest goes
				     when there is one more */
	tutti_time handshake_max; /* for the proof, on both sides; 10 s */
	tutti_time grace;         /* shutdown gives calls under way so long; 1 s; -1: none */
	unsigned loops;           /* threads that serve, of tutti_manager_start; 1 */
	bool keep_running;        /* clients cannot shut it down */
	bool known_classes;       /* refuse objects of classes beyond those of docs/values.md */
	bool no_md5;              /* refuse Python up to 3.11, which knows no other digest */
	bool old_sha256;      /* it is a Python up to 3.11 without MD5: saves the try that tells */
	uint64_t reserved[6]; /* 0 */
} tutti_manager_options;

/*
 * Make a manager, of either side.
 *
 * m          receives it
 * address    where it will listen or connect to; copied
 * authkey    copied, and overwritten when it is freed
 * Returns    0; *m is the caller's to free
 * Errors     -EINVAL   the address cannot be read, or the key is empty
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_manager_create(tutti_manager **m, const char *address, tutti_bytes authkey);

/*
 * Set its limits.
 *
 * m          neither started nor connected
 * options    copied
 * Returns    0
 * Errors     -EINVAL   a negative duration, or reserved is not 0
 *            -EBUSY    it is started or connected
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_manager_configure(tutti_manager *m, const tutti_manager_options *options);

/*
 * Serve a queue under a name: what Python's register(name, callable=lambda: queue) does.
 *
 * m          not started
 * name       as a Python identifier, since Python makes a method of it; copied
 * maxsize    items; 0: no bound but options' queue_bytes_max
 * Returns    0
 * Errors     -EINVAL   no name, or none that Python could call
 *            -EEXIST   the name is taken
 *            -EBUSY    it is started or connected
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_manager_serve_queue(tutti_manager *m, const char *name, size_t maxsize);

/*
 * Listen, and serve in threads of its own from now on. When it returns, others can connect.
 *
 * m          neither started nor connected; to be shut down or freed by the process that started it
 * Returns    0
 * Errors     -EBUSY        it is started already, or was, or is connected
 *            -EADDRINUSE   somebody listens there; and others of tutti_listener_create
 *            -EAGAIN       no thread could be had
 *            -ENOMEM       no memory
 * Context    any thread or task
 * Waits      may, to look a host name up; cancellation point
 */
TUTTI_API int tutti_manager_start(tutti_manager *m);

/*
 * Listen, and serve in tasks of the caller's loop, until somebody shuts it down or the caller is
 * cancelled, and then in both cases to the end of its grace.
 *
 * m          neither started nor connected
 * Returns    0: it was shut down
 * Errors     TUTTI_ECANCELED   the caller was cancelled
 *            and those of tutti_manager_start
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_manager_serve(tutti_manager *m);

/*
 * Wait until one that was started has ended, since somebody shut it down.
 *
 * m          started
 * deadline   absolute
 * Returns    0: it serves no more
 * Errors     TUTTI_ETIMEDOUT   not by then
 *            TUTTI_ECANCELED   the caller was cancelled
 *            -EINVAL           it was not started
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_manager_join(tutti_manager *m, tutti_time deadline);

/*
 * Connect to a manager that runs: see that it is there and has the same key. What is lost later is
 * connected again by the next call of a proxy.
 *
 * m          neither started nor connected
 * deadline   absolute
 * Returns    0
 * Errors     TUTTI_EAUTH       the keys differ
 *            TUTTI_EPROTO      something else listens there
 *            -ECONNREFUSED     nobody does; -ECONNRESET, and others of tutti_stream_connect
 *            TUTTI_ETIMEDOUT   no answer by then, or not within options' handshake_max
 *            TUTTI_ECANCELED   the caller was cancelled
 *            -EBUSY            it is connected already, or started
 *            -ENOMEM           no memory
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_manager_connect(tutti_manager *m, tutti_time deadline);

/*
 * Get the proxy of a queue.
 *
 * m          started or connected; outlives its proxies
 * name       under which it is served
 * q          receives it
 * Returns    0; *q is the caller's to free
 * Errors     -ENOENT           nothing is served under that name
 *            TUTTI_ETYPE       that is no queue
 *            TUTTI_ESHUTDOWN   the manager does not run any more
 *            -EINVAL           it is neither started nor connected
 *            -ENOMEM           no memory
 *            and those of tutti_manager_connect, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_manager_queue(tutti_manager *m, const char *name, tutti_value_queue **q);

/*
 * Get the port of one that was started with port 0.
 *
 * m          the manager
 * Returns    the port; 0: it has none
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_manager_port(const tutti_manager *m);

/*
 * Get where it listens or connects to: "127.0.0.1:5000".
 *
 * m          the manager
 * text       receives it, cut to size - 1 characters and a final zero
 * size       TUTTI_ADDRESS_SIZE is always enough
 * Returns    its length, had there been room
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_manager_address(const tutti_manager *m, char *text, size_t size);

/*
 * End the serving: no more calls are taken, those under way that wait have options' grace to end,
 * then all connections are closed and the place is free. Calls of proxies, there and here, that are
 * under way then or come later get TUTTI_ESHUTDOWN; Python's an EOFError. Of one that is connected
 * it is a request to the manager.
 *
 * m          started or connected
 * Returns    0: it serves no more; of one that is connected: it has said yes
 * Errors     -EINVAL           it is neither started nor connected
 *            -EPERM            it lets no client do that (keep_running)
 *            TUTTI_ESHUTDOWN   it was shut down before
 *            TUTTI_ECANCELED   the caller was cancelled; it ends nevertheless
 *            and, of one that is connected, those of tutti_manager_connect
 * Context    any thread or task, but no method of an object of it
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_manager_shutdown(tutti_manager *m);

/*
 * Free it, after a shutdown without grace if it serves.
 *
 * m          all its proxies are freed; NULL does nothing
 * Context    any thread or task, but no method of an object of it
 * Waits      may, for its threads and the methods they are in
 */
TUTTI_API void tutti_manager_free(tutti_manager *m);

TUTTI_END

#endif
