/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_NET_H
#define TUTTI_NET_H

#include <tutti/dist.h>
#include <tutti/dns.h>
#include <tutti/http.h>
#include <tutti/tls.h>
#include <tutti/tls_info.h>
#include <tutti/websocket.h>
#include <tutti/websocket_message.h>

/*
 * net.h - all of libtutti-net, the second library: what needs more than libc stands there, and
 * libtutti does without it. tutti.h does not gather it. To build with both:
 *
 *     cc program.c $(pkg-config --cflags --libs tutti-net)
 *
 * or, in CMake, tutti::net instead of tutti::tutti. Its memory is malloc's, as is that of the
 * libraries it stands on.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     void show_versions(void)
 *     {
 *             puts(tutti_net_version());
 *     }
 */

TUTTI_BEGIN

/*
 * Say the version of the library that is running, and of those that it stands on.
 *
 * Returns    "0.1.0, c-ares 1.18.1, OpenSSL 3.0.19, libcurl 7.88.1", static, never NULL
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_net_version(void);

/*
 * Have tutti_executor_open know the engines of this library, "tcp://..." (worker.h). That is so
 * as soon as it is loaded; a program that uses nothing else of it calls this, so that no linker
 * leaves it out.
 *
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_net_engines(void);

TUTTI_END

#endif
