/* SPDX-License-Identifier: MIT */
/* print_command.c - what is printed of a command that has ended: what it has printed itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

enum { CHUNK_BYTES = 1 << 16 };

const char *command_text(const struct item *item, int error, char *out, size_t room)
{
	if (error == TUTTI_EEXIT && item->code < 0)
		snprintf(
			out, room, "killed by signal %d (%s)", -item->code, strsignal(-item->code));
	else if (error == TUTTI_EEXIT)
		snprintf(out, room, "exit status %d", item->code);
	else if (error == -EINVAL)
		snprintf(out, room, "an argument cannot have a zero byte; see -0");
	else
		snprintf(out, room, "%s", tutti_strerror(error));
	return out;
}

void command_status(const struct item *item, char *out, size_t room)
{
	snprintf(out, room, "%s %d", item->code < 0 ? "signal" : "exit", abs(item->code));
}

void command_plan(const struct command *c, const struct item *item, struct text *out)
{
	struct filled filled = { 0 };
	char why[ITEM_TEXT_BYTES];
	int rc = pattern_fill(c->pattern, &filled, &item->input, item->index, 1);

	if (rc < 0)
		text_printf(out, "# %s", command_text(item, rc, why, sizeof why));
	else
		filled_show(c->pattern, &filled, out);
	filled_free(&filled);
}

static void add_tag(struct text *out, const struct item *item)
{
	char joint = item->stream->input->joint;
	size_t begin = out->size;

	text_add(out, item->input.data, item->input.size);
	for (size_t i = begin; i < out->size; i++)
		if (out->data[i] == joint)
			out->data[i] = ' ';
	text_add(out, "\t", 1);
}

void tag_lines(
	struct text *out, const struct item *item, const char *data, size_t size, bool *at_start)
{
	const char *end = data + size, *stop;

	while (data < end) {
		stop = memchr(data, '\n', (size_t)(end - data));
		stop = stop ? stop + 1 : end;
		if (*at_start)
			add_tag(out, item);
		text_add(out, data, (size_t)(stop - data));
		*at_start = stop[-1] == '\n';
		data = stop;
	}
}

static void json_kept(struct text *t, const char *name, const struct kept *kept)
{
	off_t size = kept_size(kept), at = 0;
	char *all = malloc((size_t)size + 1);
	ssize_t n = 1;

	for (; all && at < size && n > 0; at += n > 0 ? n : 0)
		n = kept_read(kept, at, all + at, (size_t)(size - at));
	t->failed |= !all || at < size;
	json_member(t, name, all, all ? (size_t)at : 0);
	free(all);
}

void json_command(struct text *t, const struct item *item)
{
	text_printf(t, ",\"status\":%d", item->code);
	json_kept(t, "result", &item->out);
	json_kept(t, "stderr", &item->err);
}

/* The memory that everything passes through on its way from a file. */
static char *chunk_of(struct stream *s)
{
	s->line.size = 0;
	return text_space(&s->line, CHUNK_BYTES);
}

static int print_kept(
	struct stream *s, struct output *to, const struct item *item, const struct kept *kept)
{
	bool tagged = s->options->tag, at_start = true;
	off_t size = kept_size(kept);
	struct text lines = { 0 };
	char *chunk = size > 0 ? chunk_of(s) : NULL;
	ssize_t n = 0;

	for (off_t at = 0; chunk && at < size && to->error == 0; at += n) {
		n = kept_read(kept, at, chunk, CHUNK_BYTES);
		if (n <= 0)
			break;
		lines.size = 0;
		if (tagged)
			tag_lines(&lines, item, chunk, (size_t)n, &at_start);
		if (tagged)
			output_bytes(to, lines.data, lines.size);
		else
			output_bytes(to, chunk, (size_t)n);
	}
	if (tagged && !at_start)
		output_bytes(to, "\n", 1);
	text_free(&lines);
	return n < 0 ? (int)n : size > 0 && !chunk ? -ENOMEM : 0;
}

void print_output(struct stream *s, const struct item *item)
{
	struct output *errors = s->errors;
	int rc = print_kept(s, s->output, item, &item->out);

	if (kept_size(&item->err) > 0) {
		output_flush(s->output); /* so that a terminal shows both in order */
		print_kept(s, errors, item, &item->err);
		output_flush(errors);
	}
	if (rc < 0 && s->output->error == 0)
		s->output->error = rc;
}
