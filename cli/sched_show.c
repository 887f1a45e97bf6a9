/* SPDX-License-Identifier: MIT */
/* sched_show.c - what came of the runs of `tutti sched`: chart and tables, JSON, a picture. */
#include "sched.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <tutti/sched_chart.h>
#include <unistd.h>

#include "terminal.h"
#include "text.h"

enum { ROWS_USUAL = 40 };

static int fail(int rc)
{
	say("sched: %s", tutti_strerror(rc));
	return STATUS_FAILED;
}

/* -- for people -------------------------------------------------------------------------------- */

static tutti_sched_chart chart_of(const struct sched *s)
{
	struct terminal terminal = terminal_of(STDOUT_FILENO);
	tutti_sched_chart chart = { .width = s->width > 0 ? s->width : terminal.width,
		.color = terminal.color,
		.utf8 = terminal.utf8,
		.rows = s->rows < 0 ? ROWS_USUAL : (size_t)s->rows };

	chart.width = chart.width < 30 ? 30 : chart.width;
	return chart;
}

/* Print a text that the library has made, and free it. */
static int print(int rc, tutti_bytes *text)
{
	if (rc < 0)
		return fail(rc);
	fwrite(text->data, 1, text->size, stdout); /* main looks whether it arrived */
	tutti_bytes_free(text);
	return STATUS_FINE;
}

static void print_title(const tutti_sched_result *r)
{
	int64_t slice = r->slice;

	printf("%s, ", r->title ? r->title : r->name ? r->name : "");
	if (slice > 0)
		printf("slices of %" PRId64, slice);
	for (int level = 2; level <= r->levels && level <= 4; level++)
		if (!__builtin_mul_overflow(slice, (int64_t)r->factor, &slice))
			printf(", %" PRId64, slice);
	if (slice > 0)
		printf("%s ticks, ", r->levels > 4 ? ", ..." : "");
	printf("%d core%s\n\n", r->cores, r->cores == 1 ? "" : "s");
}

static int print_run(const tutti_sched_result *r, const tutti_sched_chart *chart)
{
	tutti_bytes text;
	int status;

	print_title(r);
	status = print(tutti_sched_chart_text(&text, r, chart), &text);
	if (status != STATUS_FINE)
		return status;
	putchar('\n');
	status = print(tutti_sched_table_text(&text, r, chart), &text);
	if (status == STATUS_FINE)
		printf("\n%zu switches, all done at %" PRId64 "\n", r->switches, r->end);
	return status;
}

static int print_all(const struct sched *s)
{
	tutti_sched_chart chart = chart_of(s);
	tutti_bytes text;

	if (!s->compare)
		return print_run(&s->results[0], &chart);
	return print(tutti_sched_compare_text(&text, s->results, s->results_n, &chart), &text);
}

/* -- for programs ------------------------------------------------------------------------------ */

static int print_json(const struct sched *s)
{
	for (size_t i = 0; i < s->results_n; i++)
		if (!sched_json(&s->results[i]))
			return fail(-ENOMEM);
	return STATUS_FINE;
}

/* -- the picture ------------------------------------------------------------------------------- */

static int write_picture(const char *path, const tutti_bytes *svg)
{
	FILE *file = fopen(path, "we");
	int rc = file ? 0 : -errno;

	if (file && fwrite(svg->data, 1, svg->size, file) != svg->size)
		rc = -errno;
	if (file && fclose(file) != 0 && rc == 0)
		rc = -errno;
	if (rc == 0)
		return STATUS_FINE;
	say("sched: %s: %s", path, tutti_strerror(rc));
	return STATUS_FAILED;
}

static int draw_picture(const struct sched *s)
{
	tutti_sched_chart chart = { .width = s->width, .rows = s->rows < 0 ? 0 : (size_t)s->rows };
	tutti_bytes svg;
	int rc = tutti_sched_chart_svg(&svg, s->results, s->results_n, &chart), status;

	if (rc < 0 || strcmp(s->svg, "-") == 0)
		return print(rc, &svg);
	status = write_picture(s->svg, &svg);
	tutti_bytes_free(&svg);
	return status;
}

int sched_show(const struct sched *s)
{
	int status = s->svg ? draw_picture(s) : STATUS_FINE;

	if (status != STATUS_FINE || (s->svg && strcmp(s->svg, "-") == 0))
		return status;
	return s->json ? print_json(s) : print_all(s);
}
