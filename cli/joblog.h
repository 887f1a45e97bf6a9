/* SPDX-License-Identifier: MIT */
/* joblog.h - what has been done, a line for each input, for the user and for --resume. */
#ifndef CLI_JOBLOG_H
#define CLI_JOBLOG_H

#include "map.h"

/* What one row says; start is in nanoseconds of the calendar's clock. */
struct joblog_row {
	uint64_t index;
	int64_t start;
	double seconds;
	const char *status; /* "ok", or how it failed */
	int attempts;
	const tutti_bytes *input;
};

enum joblog_use {
	JOBLOG_ANEW,   /* what the file held is gone */
	JOBLOG_RESUME, /* what it holds is skipped, the rest is added */
	JOBLOG_LOOK    /* likewise, but nothing is written */
};

/* Open the file of that name for a job. NULL: it has said why. */
struct joblog *joblog_open(
	const char *path, const char *job_word, enum joblog_use use, struct stop *stop);
void joblog_free(struct joblog *log);

/* Was this input done when the file was opened? The reader's thread only. */
bool joblog_has(struct joblog *log, uint64_t index, const tutti_bytes *input);

/*
 * The printer's thread only. Rows are gathered until joblog_flush writes them or joblog_drop
 * forgets them; joblog_full says that no more should be. 0, or < 0 once one could not be written.
 */
void joblog_add(struct joblog *log, const struct joblog_row *row);
bool joblog_full(const struct joblog *log);
int joblog_flush(struct joblog *log);
void joblog_drop(struct joblog *log);

#endif
