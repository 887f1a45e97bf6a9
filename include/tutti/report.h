/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_REPORT_H
#define TUTTI_REPORT_H

#include <tutti/api.h>

/*
 * report.h - what tutti has to say when there is no caller to say it to: a failure that nobody
 * looked at, for one. All of it goes through one function, at first tutti_report_stderr.
 *
 * Example:
 *
 *     #include <syslog.h>
 *
 *     static void to_syslog(int code, const char *text, void *arg)
 *     {
 *             (void)arg;
 *             syslog(code < 0 ? LOG_ERR : LOG_INFO, "%s", text);
 *     }
 *     void quiet_terminal(void)
 *     {
 *             tutti_set_reporter(to_syslog, NULL);
 *     }
 */

TUTTI_BEGIN

/*
 * code: the error it is about, or 0. text: one line without its end, borrowed for the call. Called
 * by any thread, by several at once too; must not wait in tutti.
 */
typedef void (*tutti_reporter)(int code, const char *text, void *arg);

/*
 * Choose who is told. The one before may still be running in another thread.
 *
 * fn         the reporter; NULL: nobody
 * arg        for fn
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_set_reporter(tutti_reporter fn, void *arg);

/*
 * Print "tutti: text" on standard error: the reporter that is there at first, so that it can be put
 * back or called by another.
 *
 * code       not printed
 * text       one line
 * arg        not used
 * Context    any thread or task
 * Waits      never in tutti
 */
TUTTI_API void tutti_report_stderr(int code, const char *text, void *arg);

/*
 * Say something to the reporter, as the library does.
 *
 * code       what happened; 0: nothing went wrong
 * format     as printf; the text is cut at 500 bytes
 * Context    any thread or task
 * Waits      never in tutti
 */
TUTTI_API void tutti_report(int code, const char *format, ...) TUTTI_PRINTF(2, 3);

TUTTI_END

#endif
