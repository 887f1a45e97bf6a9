/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_DNS_H
#define TUTTI_DNS_H

#include <tutti/resolver.h>

/*
 * dns.h - names of hosts, asked of the DNS without a thread for each. Of libtutti-net: tutti.h does
 * not gather it (net.h says how to build).
 *
 * A resolver looks into the file of hosts, then asks the servers that the system names, or its own.
 * What several ask for at the same moment is asked once; who leaves, by deadline or cancel, takes
 * nothing from the others, and the last one who leaves ends the query. What was found is kept as
 * long as the servers allow. A resolver works on a thread of its own, which begins with the first
 * query and goes when there have been none for a while.
 *
 * Wherever a resolver is asked for, NULL is the process' own, set up as the system is. After fork a
 * resolver begins afresh in the child, with what it had found.
 *
 * Example:
 *
 *     #include <tutti/dns.h>
 *     #include <tutti/stream.h>
 *
 *     int connect_fast(tutti_stream **s)
 *     {
 *             int rc = tutti_dns_install(NULL);
 *
 *             return rc < 0 ? rc : tutti_stream_connect(s, "example.org:80", NULL);
 *     }
 */

TUTTI_BEGIN

typedef struct tutti_dns tutti_dns;

typedef struct tutti_dns_options {
	const char *servers; /* addresses with or without a port, commas between them, asked in this
	                         order: "192.0.2.1, [2001:db8::1]:5353"; NULL: the system's */
	const char *search;  /* domains tried behind a name with few dots, spaces between them; "":
	                         none; NULL: the system's */
	const char *hosts;   /* the file of hosts; "": none; NULL: /etc/hosts */
	tutti_time answer_ns; /* how long a server gets at first, nanoseconds, doubled each round;
	                         0: as the system says, else 5 s */
	int rounds;           /* how often each server is asked; 0: as the system says, else 4 */
	int cache_max;        /* how many names are kept; 0: 256; -1: none */
	uint64_t reserved[4]; /* 0 */
} tutti_dns_options;

/*
 * Make a resolver.
 *
 * d          receives it
 * options    NULL: all defaults
 * Returns    0; *d is the caller's to free
 * Errors     -EINVAL   options: a server that is no address, more than 8 of them, a domain that is
 *                      none
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_dns_create(tutti_dns **d, const tutti_dns_options *options);

/*
 * Find the addresses of a host, IPv6 and IPv4, the one to be tried first at the front (RFC 6724).
 * localhost and what ends in .localhost is this machine.
 *
 * d          the resolver
 * host       a name in ASCII, with a final dot if no domain is to be tried behind it; or an
 *            address, which is its own answer at once
 * ips        receive up to max
 * max        at least 1; more than 32 are never given
 * Returns    how many were written, at least 1
 * Errors     -ENOENT           no such host, or one without addresses: the servers say so
 *            -EAGAIN           no server has said yes or no: unreachable, silent, broken; or there
 *                              is no descriptor or thread to ask with
 *            TUTTI_ESHUTDOWN   the program ends, and takes no more threads
 *            -EINVAL           that is no name; or max
 *            TUTTI_ECANCELED   the caller was cancelled
 *            -ENOMEM           no memory
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_dns_find(tutti_dns *d, const char *host, tutti_ip *ips, int max);

/*
 * The same with a deadline.
 *
 * d          the resolver
 * host       a name or an address
 * ips        receive up to max
 * max        at least 1
 * deadline   absolute; in the past: only what is known at once
 * Returns    how many were written, at least 1
 * Errors     TUTTI_ETIMEDOUT   not known by then; the servers may still have time
 *            and those of tutti_dns_find, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_dns_find_until(
	tutti_dns *d, const char *host, tutti_ip *ips, int max, tutti_time deadline);

/*
 * Find the name of an address.
 *
 * d          the resolver
 * ip         an address: "192.0.2.1", "2001:db8::1"
 * name       receives the name, cut to fit, with a final zero
 * size       room, bytes; 256 is enough for any
 * Returns    how long it is without the zero, cut or not
 * Errors     -ENOENT           it has none
 *            -EAGAIN           no server has said yes or no
 *            -EINVAL           that is no address
 *            TUTTI_ECANCELED   the caller was cancelled
 *            -ENOMEM           no memory
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_dns_name(tutti_dns *d, const char *ip, char *name, size_t size);

/*
 * The same with a deadline.
 *
 * d          the resolver
 * ip         an address
 * name       receives the name
 * size       room, bytes
 * deadline   absolute; in the past: only what is known at once
 * Returns    how long it is without the zero, cut or not
 * Errors     TUTTI_ETIMEDOUT   not known by then
 *            and those of tutti_dns_name, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_dns_name_until(
	tutti_dns *d, const char *ip, char *name, size_t size, tutti_time deadline);

/*
 * Forget what was found, as after a change of networks.
 *
 * d          the resolver
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_dns_forget(tutti_dns *d);

/*
 * Have streams, listeners, datagrams and tutti_resolve ask this resolver from now on, by
 * tutti_set_resolver (resolver.h).
 *
 * d          the resolver; not to be freed while it is the one they ask
 * Returns    0
 * Errors     -ENOMEM   no memory; nothing has changed
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_dns_install(tutti_dns *d);

/*
 * Give a resolver back.
 *
 * d          nobody uses it; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_dns_free(tutti_dns *d);

TUTTI_END

#endif
