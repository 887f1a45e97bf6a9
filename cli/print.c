/* SPDX-License-Identifier: MIT */
/*
 * print.c - what is said of an item that has ended: its line among the results, words if it failed,
 * a row in the joblog.
 *
 * A row is written after the result that it speaks of (print_flush). Whatever ends the command in
 * between, a result that was not written has no row, and --resume makes it again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "joblog.h"

/* An input fit for a terminal's line: control characters replaced, a long one cut. */
static const char *show(const tutti_bytes *input, char *out, size_t room)
{
	const unsigned char *data = input->data;
	size_t n = input->size < room - 1 ? input->size : room - 1;

	if (n == 0)
		return "''";
	if (n < input->size) {
		n -= 3;
		while (n > 0 && (data[n] & 0xC0) == 0x80) /* not within a UTF-8 character */
			n--;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = data[i] < 0x20 || data[i] == 0x7F ? '?' : (char)data[i];
	strcpy(out + n, n < input->size ? "..." : "");
	return out;
}

/* Name a failed input on standard error: where it stands, what it is, why. */
static void complain(struct stream *s, const struct item *item, int error)
{
	const struct options *o = s->options;
	char shown[256], where[48] = "", tries[48] = "", why[ITEM_TEXT_BYTES];
	const char *what = o->command ? "job" : o->separator ? "line" : "item";

	if (o->command && o->command->quiet && error == TUTTI_EEXIT)
		return;
	if (o->n_inputs == 0)
		snprintf(where, sizeof where, "%s %llu: ", what, (unsigned long long)item->index);
	if (item->attempts > 1)
		snprintf(tries, sizeof tries, " (after %d attempts)", item->attempts);
	output_flush(s->output); /* so that a terminal shows both in order */
	say("map: %s: %s%s: %s%s", o->label, where, show(&item->input, shown, sizeof shown),
		item_text(item, error, why), tries);
}

/* Each line of the result behind the input and a tab. */
static void tag(struct text *t, const tutti_bytes *input, const tutti_bytes *result)
{
	const char *from = result->size > 0 ? result->data : "", *end = from + result->size, *stop;

	do {
		stop = memchr(from, '\n', (size_t)(end - from));
		if (input)
			text_add(t, input->data, input->size);
		if (input)
			text_add(t, "\t", 1);
		text_add(t, from, (size_t)((stop ? stop + 1 : end) - from));
		from = stop ? stop + 1 : end;
	} while (stop);
}

/* What follows in an object. */
void json_member(struct text *t, const char *name, const void *data, size_t size)
{
	text_printf(t, ",\"%s\":", name);
	text_json(t, data, size);
}

static void json_error(struct text *t, int error, const char *text)
{
	text_printf(t, ",\"error\":{\"code\":%d,\"name\":", error);
	text_json(t, tutti_errname(error), strlen(tutti_errname(error)));
	text_printf(t, ",\"text\":");
	text_json(t, text, strlen(text));
	text_printf(t, "}");
}

static void json(struct stream *s, const struct item *item, int error, const tutti_bytes *result)
{
	const struct options *o = s->options;
	struct text *t = &s->line;
	char why[ITEM_TEXT_BYTES];

	text_printf(t, "{\"index\":%llu,\"input\":", (unsigned long long)item->index);
	text_json(t, item->input.data, item->input.size);
	if (o->command)
		json_command(t, item);
	else if (error == 0 && o->job->result_kind == TUTTI_KIND_VOID)
		text_printf(t, ",\"result\":null");
	else if (error == 0)
		json_member(t, "result", result->data, result->size);
	if (error < 0)
		json_error(t, error, item_text(item, error, why));
	text_printf(t, ",\"seconds\":%.6f,\"attempts\":%d}", (double)item->duration / 1e9,
		item->attempts);
}

/* The line that was made is printed. */
static void put_line(struct stream *s)
{
	if (s->line.failed && s->output->error == 0)
		s->output->error = -ENOMEM;
	if (s->line.size > 0)
		output_line(s->output, s->line.data, s->line.size);
}

static void put(struct stream *s, const struct item *item, int error, const tutti_bytes *result)
{
	const struct options *o = s->options;

	s->line.size = 0;
	if (o->json)
		json(s, item, error, result);
	else if (o->command)
		print_output(s, item);
	else if (o->tag && error == 0)
		tag(&s->line, &item->input, result);
	if (o->json || (o->tag && !o->command))
		put_line(s);
	else if (!o->command && error == 0)
		output_line(s->output, result->data, result->size);
}

/* What would run. */
static void put_plan(struct stream *s, const struct item *item)
{
	const struct options *o = s->options;
	const char *member = o->command ? "command" : "job";
	struct text plan = { 0 };

	s->line.size = 0;
	if (o->command) {
		command_plan(o->command, item, &plan);
	} else {
		text_printf(&plan, "%s", o->job_word);
		if (!o->json)
			text_add(&plan, " ", 1);
		if (!o->json)
			text_add(&plan, item->input.data, item->input.size);
	}
	s->line.failed |= plan.failed;
	if (o->json) {
		text_printf(&s->line, "{\"index\":%llu", (unsigned long long)item->index);
		json_member(&s->line, "input", item->input.data, item->input.size);
		json_member(&s->line, member, plan.data, plan.size);
		text_add(&s->line, "}", 1);
	} else {
		tutti_bytes line = tutti_bytes_of(plan.data, plan.size);

		tag(&s->line, o->tag ? &item->input : NULL, &line);
	}
	put_line(s);
	text_free(&plan);
}

void print_item(struct stream *s, const struct item *item, int error, const tutti_bytes *result)
{
	const char *status = error < 0 ? tutti_errname(error) : "ok";
	char words[ITEM_TEXT_BYTES];
	struct joblog_row row = { item->index, item->start, (double)item->duration / 1e9, status,
		item->attempts, &item->input };

	if (s->options->dry_run) {
		put_plan(s, item);
		return;
	}
	put(s, item, error, result);
	if (error < 0)
		complain(s, item, error);
	if (!s->log)
		return;
	if (error == TUTTI_EEXIT) {
		command_status(item, words, sizeof words);
		row.status = words;
	}
	joblog_add(s->log, &row);
	if (joblog_full(s->log))
		print_flush(s);
}

int print_flush(struct stream *s)
{
	int rc = output_flush(s->output);

	if (!s->log || s->options->dry_run)
		return rc;
	if (rc < 0)
		joblog_drop(s->log);
	else
		rc = s->log_error = s->log_error < 0 ? s->log_error : joblog_flush(s->log);
	return rc;
}
