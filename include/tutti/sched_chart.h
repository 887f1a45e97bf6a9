/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_SCHED_CHART_H
#define TUTTI_SCHED_CHART_H

#include <tutti/bytes.h>
#include <tutti/sched.h>

/*
 * sched_chart.h - a run of the simulator as a Gantt chart: who had which core when, and for each
 * process when it ran, was ready, was blocked. Lines of text for a terminal, or a picture in SVG.
 *
 * Time is drawn to scale. Where more than one tick falls into one place, the shade says for what
 * part of it the process ran.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     int print_chart(const tutti_sched_result *r)
 *     {
 *             tutti_bytes text;
 *             int rc = tutti_sched_chart_text(&text, r, NULL);
 *
 *             if (rc < 0)
 *                     return rc;
 *             fwrite(text.data, 1, text.size, stdout);
 *             tutti_bytes_free(&text);
 *             return 0;
 *     }
 */

TUTTI_BEGIN

/* All zero: 80 columns of plain ASCII, or a picture 960 wide. */
typedef struct tutti_sched_chart {
	int width;     /* columns, at least 30, or pixels, at least 240; 0: 80, or 960 */
	bool utf8;     /* of text: may have other characters than ASCII */
	bool color;    /* of text: may have the colours of a terminal */
	bool no_lanes; /* only who has the cores, nothing of what becomes of each process */
	size_t rows;   /* processes, and cores, shown at most, the first ones; 0: all */
	uint64_t reserved[4];
} tutti_sched_chart;

/*
 * Draw a run as lines of text. A name is cut where it takes too much of the width.
 *
 * out        receives the lines, each with its end; a zero follows and is not counted
 * result     of a run
 * chart      NULL: the usual one
 * Returns    0; *out is the caller's to free
 * Errors     -EINVAL   there is nothing in the result, or the width is too small
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_sched_chart_text(
	tutti_bytes *out, const tutti_sched_result *result, const tutti_sched_chart *chart);

/*
 * Write how long each process of a run waited, as a table, and the means below it.
 *
 * out        receives the lines, each with its end; a zero follows and is not counted
 * result     of a run
 * chart      how wide, in which characters, how many rows; NULL: as usual
 * Returns    0; *out is the caller's to free
 * Errors     as tutti_sched_chart_text
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_sched_table_text(
	tutti_bytes *out, const tutti_sched_result *result, const tutti_sched_chart *chart);

/*
 * Write a table of runs, a line for each with its means, so that they can be compared.
 *
 * out        receives the lines, each with its end; a zero follows and is not counted
 * results    of runs
 * n          how many, at least 1
 * chart      how wide and in which characters; NULL: as usual
 * Returns    0; *out is the caller's to free
 * Errors     as tutti_sched_chart_text
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_sched_compare_text(tutti_bytes *out, const tutti_sched_result *results,
	size_t n, const tutti_sched_chart *chart);

/*
 * Draw runs as a picture, one below the other, all to the same scale: a whole document in SVG that
 * needs nothing else.
 *
 * out        receives the document; a zero follows and is not counted
 * results    of runs
 * n          how many, at least 1
 * chart      NULL: the usual one
 * Returns    0; *out is the caller's to free
 * Errors     -EINVAL   there is nothing in a result, or the width is too small
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_sched_chart_svg(tutti_bytes *out, const tutti_sched_result *results, size_t n,
	const tutti_sched_chart *chart);

TUTTI_END

#endif
