/* SPDX-License-Identifier: MIT */
/*
 * option.h - what the subcommands say of options, in the same words; of those that getopt_long has
 * just come to.
 */
#ifndef CLI_OPTION_H
#define CLI_OPTION_H

#include <stdbool.h>
#include <tutti/time.h>

/* Say why getopt_long returned c, which is ':' or '?', though its option string begins with ':'. */
void option_complain(const char *command, int c, char **argv);

/* Say what the value should be, and what it is. false. */
bool option_need(const char *command, const char *what);

/* Take its value; if it is none that will do, name says so. */
bool option_time(const char *command, const char *name, tutti_time *out);
bool option_count(const char *command, const char *name, long least, int *out);

/* "Try 'tutti COMMAND --help'." The status. */
int option_misused(const char *command);

#endif
