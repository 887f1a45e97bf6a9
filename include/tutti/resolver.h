/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_RESOLVER_H
#define TUTTI_RESOLVER_H

#include <tutti/error.h>
#include <tutti/time.h>

/*
 * resolver.h - from the names of hosts to their addresses. Streams, listeners and datagrams do this
 * by themselves; here it can be done apart, and done by somebody else.
 *
 * Names are looked up by the C library, as the system is set up to, in a helper thread that waits.
 * libtutti-net brings a resolver that needs no thread for each and merges what is the same: after
 * tutti_dns_install (dns.h) everything here and all streams use it.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     int show(const char *host)
 *     {
 *             tutti_ip ips[8];
 *             int n = tutti_resolve_until(host, ips, 8, tutti_after(TUTTI_SECONDS(2)));
 *
 *             for (int i = 0; i < n; i++)
 *                     printf("%s\n", ips[i].text);
 *             return n;
 *     }
 */

TUTTI_BEGIN

/* An address as a text: "192.0.2.1", "2001:db8::1", "fe80::1%eth0". */
typedef struct tutti_ip {
	char text[64];
} tutti_ip;

/*
 * Find the addresses of a host, the one to be tried first at the front.
 *
 * host       a name; or an address, which is its own answer at once
 * ips        receive up to max
 * max        at least 1
 * Returns    how many were written, at least 1
 * Errors     -ENOENT           no such host, or one without addresses
 *            -EAGAIN           it cannot be found out just now
 *            -EINVAL           that is no name; or max
 *            TUTTI_ECANCELED   the caller was cancelled
 *            -EMFILE           no descriptor to ask with; also -ENFILE
 *            -ENOMEM           no memory
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_resolve(const char *host, tutti_ip *ips, int max);

/*
 * The same with a deadline.
 *
 * host       a name or an address
 * ips        receive up to max
 * max        at least 1
 * deadline   absolute; in the past: only what is known at once
 * Returns    how many were written, at least 1
 * Errors     TUTTI_ETIMEDOUT   not known by then
 *            and those of tutti_resolve, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_resolve_until(const char *host, tutti_ip *ips, int max, tutti_time deadline);

/* Does what tutti_resolve_until promises, for names only. arg is what it was given with. */
typedef int (*tutti_resolver)(
	void *arg, const char *host, tutti_ip *ips, int max, tutti_time deadline);

/*
 * Have fn find what is looked up from now on. Look-ups under way end as they began, so arg must
 * stay for as long as there may be any.
 *
 * fn         NULL: the C library again
 * arg        for fn
 * Returns    0
 * Errors     -ENOMEM   no memory; nothing has changed
 * Context    any thread or task
 * Waits      never
 * Order      happens-before each call of fn
 */
TUTTI_API int tutti_set_resolver(tutti_resolver fn, void *arg);

TUTTI_END

#endif
