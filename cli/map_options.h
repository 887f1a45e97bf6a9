/* SPDX-License-Identifier: MIT */
/* map_options.h - what the files that read the options of `tutti map` share. */
#ifndef CLI_MAP_OPTIONS_H
#define CLI_MAP_OPTIONS_H

#include "map.h"

/* Those without a letter of their own. */
enum {
	OPT_ON = 256,
	OPT_AUTHKEY,
	OPT_AUTHKEY_FILE,
	OPT_TIMEOUT,
	OPT_RETRIES,
	OPT_HALT,
	OPT_KEEP_GOING,
	OPT_UNORDERED,
	OPT_TAG,
	OPT_JSON,
	OPT_DRY_RUN,
	OPT_JOBLOG,
	OPT_RESUME,
	OPT_PROGRESS,
	OPT_NO_PROGRESS,
	OPT_SHELL,
	OPT_COLSEP,
	OPT_LINES,
	OPT_QUIET,
	OPT_DELAY,
	OPT_LOAD,
	OPT_MEMFREE
};

int map_help(void);

/* Say what an option's value should be: false. */
bool options_need(const char *what);

/* Does it all go together, whatever runs? False: no, and it has said so. */
bool options_sound(const struct options *o);

/* An option for commands; false: it is none, or its value is wrong, and it has said so. */
bool command_take_flag(int c, struct options *o);
bool command_take_value(int c, struct options *o);

/* What follows "--". False: it has said what is wrong. */
bool command_words(struct options *o, char **words, size_t n);

/* The rest are in map_values.c: what stands behind an option, as a number. False: it is none. */

bool parse_count(const char *text, long least, int *out);

/* Seconds, or with s, m, h or d behind. Beyond a century there is no limit; never 0. */
bool parse_duration(const char *text, tutti_time *out);

/* N, N% of the CPUs, so many more (+N) or fewer (-N) than CPUs; 0 is as many as can be. */
bool parse_jobs(const char *text, struct options *o);

/* Likewise of runnable processes. */
bool parse_load(const char *text, double *out);

/* Bytes, or with K, M, G or T behind. */
bool parse_size(const char *text, uint64_t *out);

/* soon, now or never; the first two also with ,fail= or ,success= or ,done= N or N% behind. */
bool parse_halt(const char *text, struct halting *out);

/* One byte, or \n, \t, \0. */
bool parse_separator(const char *text, char *out);

#endif
