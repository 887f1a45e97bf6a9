/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_VERSION_H
#define TUTTI_VERSION_H

#include <tutti/api.h>

/*
 * version.h - which tutti. The macros say what the program was compiled against, the function says
 * what it runs with. While MAJOR is 0, a new MINOR may change the interface.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     void show(void)
 *     {
 *             printf("built with %d.%d.%d, running %s\n", TUTTI_VERSION_MAJOR,
 *                    TUTTI_VERSION_MINOR, TUTTI_VERSION_PATCH, tutti_version());
 *     }
 */

#define TUTTI_VERSION_MAJOR 0
#define TUTTI_VERSION_MINOR 1
#define TUTTI_VERSION_PATCH 0

TUTTI_BEGIN

/*
 * Say the version of the library that is running.
 *
 * Returns    "MAJOR.MINOR.PATCH", static, never NULL
 * Context    any thread or task; signal
 * Waits      never
 */
TUTTI_API const char *tutti_version(void);

TUTTI_END

#endif
