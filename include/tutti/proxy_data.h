/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_PROXY_DATA_H
#define TUTTI_PROXY_DATA_H

#include <sys/types.h>
#include <tutti/proxy.h>

/*
 * proxy_data.h - proxies of the data that a manager serves (proxy.h): a dict, list, Array, Value or
 * Namespace. Each is had by tutti_manager_proxy and freed by tutti_proxy_free. Each call happens as
 * if alone; between two of them others may come.
 *
 * A key of a list or Array is an int, from the end if it is negative. What there is no function
 * for, as insert, is called by tutti_proxy_call. Several calls get a time limit by scope.h.
 *
 * Example:
 *
 *     #include <tutti/proxy_data.h>
 *     #include <tutti/value_make.h>
 *
 *     // progress["done"] = n, in a dict that all have.
 *     int say_done(tutti_proxy *progress, int64_t n)
 *     {
 *             tutti_value *key, *v = tutti_value_int(n);
 *             int rc = tutti_value_pack(&key, "s", "done");
 *
 *             if (rc == 0) {
 *                     rc = tutti_proxy_item_set(progress, key, v);
 *                     tutti_value_unref(key);
 *             }
 *             tutti_value_unref(v);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

/*
 * Get an item: p[key].
 *
 * p          the proxy of a dict, list or Array
 * key        lent
 * v          receives it
 * Returns    0; *v is the caller's to unref
 * Errors     -ENOENT   a dict that has not that key
 *            -ERANGE   a list or Array that is not so long
 *            and those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_item_get(tutti_proxy *p, const tutti_value *key, tutti_value **v);

/*
 * Set an item: p[key] = v. A dict gets the key if it has it not.
 *
 * p          the proxy of a dict, list or Array
 * key        lent
 * v          lent
 * Returns    0
 * Errors     -ERANGE   a list or Array that is not so long
 *            and those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_item_set(tutti_proxy *p, const tutti_value *key, const tutti_value *v);

/*
 * Remove an item: del p[key].
 *
 * p          the proxy of a dict or list
 * key        lent
 * Returns    0
 * Errors     -ENOENT   a dict that has not that key
 *            -ERANGE   a list or Array that is not so long
 *            and those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_item_remove(tutti_proxy *p, const tutti_value *key);

/*
 * Take an item out: p.pop(key).
 *
 * p          the proxy of a dict or list
 * key        lent
 * v          receives it
 * Returns    0; *v is the caller's to unref
 * Errors     -ENOENT   a dict that has not that key
 *            -ERANGE   a list or Array that is not so long
 *            and those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_item_pop(tutti_proxy *p, const tutti_value *key, tutti_value **v);

/*
 * Say whether a dict has a key, or a list an item: v in p.
 *
 * p          the proxy of a dict or list
 * v          lent
 * Returns    1: it has; 0
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_contains(tutti_proxy *p, const tutti_value *v);

/*
 * Count the items: len(p).
 *
 * p          the proxy of a dict, list or Array
 * Returns    how many
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API ssize_t tutti_proxy_size(tutti_proxy *p);

/*
 * Get all of it as a value: a dict or list; of an Array a list.
 *
 * p          the proxy of a dict, list or Array
 * v          receives it
 * Returns    0; *v is the caller's to unref
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_snapshot(tutti_proxy *p, tutti_value **v);

/*
 * Take all items out.
 *
 * p          the proxy of a dict or list
 * Returns    0
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_clear(tutti_proxy *p);

/*
 * Set many items of a dict: p.update(v).
 *
 * p          the proxy of a dict
 * v          a dict, lent
 * Returns    0
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_dict_update(tutti_proxy *p, const tutti_value *v);

/*
 * Put an item at the end of a list.
 *
 * p          the proxy of a list
 * v          lent
 * Returns    0
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_list_append(tutti_proxy *p, const tutti_value *v);

/*
 * Put all items of a list or tuple at the end of a list.
 *
 * p          the proxy of a list
 * v          lent
 * Returns    0
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_list_extend(tutti_proxy *p, const tutti_value *v);

/*
 * Get an attribute of a Namespace: p.name.
 *
 * p          the proxy of a Namespace
 * name       of it
 * v          receives it
 * Returns    0; *v is the caller's to unref
 * Errors     -ENOSYS   it has none of that name
 *            and those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_attribute_get(tutti_proxy *p, const char *name, tutti_value **v);

/*
 * Set an attribute of a Namespace: p.name = v.
 *
 * p          the proxy of a Namespace
 * name       of it
 * v          lent
 * Returns    0
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_attribute_set(tutti_proxy *p, const char *name, const tutti_value *v);

/*
 * Remove an attribute of a Namespace: del p.name.
 *
 * p          the proxy of a Namespace
 * name       of it
 * Returns    0
 * Errors     -ENOSYS   it has none of that name
 *            and those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_attribute_remove(tutti_proxy *p, const char *name);

/*
 * Get what a Value has.
 *
 * p          the proxy of a Value
 * v          receives it
 * Returns    0; *v is the caller's to unref
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_value_get(tutti_proxy *p, tutti_value **v);

/*
 * Set what a Value has.
 *
 * p          the proxy of a Value
 * v          lent
 * Returns    0
 * Errors     those of tutti_proxy_call, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_proxy_value_set(tutti_proxy *p, const tutti_value *v);

TUTTI_END

#endif
