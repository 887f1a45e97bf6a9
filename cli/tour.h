/* SPDX-License-Identifier: MIT */
/*
 * tour.h - `tutti tour`: what the library is about, shown by running it.
 *
 *     tour.c            its options, and which scenes there are
 *     tour_page.c       headings, paragraphs, bars, for whatever terminal it is
 *     tour_engines.c    one function on all engines
 *     tour_shared.c     threads that want one lock, as a timeline
 *     tour_schedules.c  a lost update and a deadlock, looked for and found
 *     tour_crash.c      a job that takes its process with it
 *     tour_many.c       a hundred thousand tasks
 *     tour_cores.c      algorithms that share a core
 *     tour_answers.c    the questions of everybody who begins, answered by measuring
 *     tour_measure.c    how they are measured
 */
#ifndef CLI_TOUR_H
#define CLI_TOUR_H

#include "cli.h"
#include "terminal.h"

/* For whom it is written. */
struct tour {
	struct terminal terminal;
	int width; /* of the lines: the terminal's, as far as that can be read */
	int scene; /* the number of this one */
};

/* Each shows itself, in some seconds. An exit status. */
int tour_engines(const struct tour *t);
int tour_shared(const struct tour *t);
int tour_schedules(const struct tour *t);
int tour_crash(const struct tour *t);
int tour_many(const struct tour *t);
int tour_cores(const struct tour *t);
int tour_answers(const struct tour *t);

/* -- tour_page.c */

void tour_heading(const struct tour *t, const char *title);

/* A paragraph, its words put into lines, and an empty line. */
void tour_text(const struct tour *t, const char *format, ...) TUTTI_PRINTF(2, 3);

/* Lines as they are, each moved in a little, and an empty line. */
void tour_lines(const struct tour *t, const char *lines);

/* A row of a bar chart: what of all is how long. words stand behind the bar. */
void tour_bar(const struct tour *t, const char *label, double what, double all, const char *words);

/* Say why the scene cannot go on. An exit status. */
int tour_failed(const char *what, int rc);

/* -- tour_measure.c: each in nanoseconds for one, at its best of a few times; < 0: an error */

double measure_call(void);
double measure_lock(void);
double measure_lock_wanted(int threads);
double measure_task(void);
double measure_thread(void);
double measure_process(void);
double measure_switch(void);
double measure_queue(void);
double measure_shared_queue(void);

/* Resident bytes of a task that waits. */
double measure_task_bytes(void);

/* Bytes of memory that the machine has left; 0: not known. */
double measure_memory_left(void);

#endif
