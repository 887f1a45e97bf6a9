/* SPDX-License-Identifier: MIT */
/* report.h - what the library has to say goes through here, to the program's reporter. */
#ifndef TU_CORE_REPORT_H
#define TU_CORE_REPORT_H

#include <stdbool.h>
#include <stddef.h>

/* Any context; never waits but for what the reporter does. Texts past 500 bytes are cut. */
void tu_report(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same of one line as it is, however long. */
void tu_report_text(int code, const char *text);

/*
 * "tutti: text" onto the error stream, if something is drawn there that has to give way; false: it
 * is not, and nothing was written. Set by observe; NULL: nothing ever is.
 */
extern bool (*tu_report_print)(const char *text);

/* The global variable at or around address, see os.h. */
bool tu_data_name(const void *address, char *buf, size_t n);

/* Where code is, in words, see os.h. Returns buf. */
const char *tu_code_place(const void *address, char *buf, size_t n);

#endif
