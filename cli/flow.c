/* SPDX-License-Identifier: MIT */
/*
 * flow.c - what a command prints, through a pipe: kept for its turn, or passed on line by line.
 *
 * Whoever reads us may be slow, and the thread that all commands are started from must not be: a
 * helper writes lines, and whose lines it writes waits. Others wait behind that one, so memory is
 * flat.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command.h"

enum {
	LINE_BYTES = 1 << 20 /* a longer one is passed on in pieces */
};

int flows_open(struct flow flows[2], struct output *to, int ends[2])
{
	for (int i = 0; i < 2; i++) {
		int pipe[2];

		if (pipe2(pipe, O_CLOEXEC) < 0)
			return -errno;
		fcntl(pipe[0], F_SETFL, O_NONBLOCK);
		flows[i].fd = pipe[0];
		flows[i].to = to + i;
		flows[i].within = false;
		ends[i] = pipe[1];
	}
	return 0;
}

bool flows_are_open(const struct flow flows[2])
{
	return flows[0].fd >= 0 || flows[1].fd >= 0;
}

/* What a helper is given. */
struct delivery {
	struct output *to;
	const struct text *text;
	size_t size;
};

static void *deliver(void *arg)
{
	struct delivery *d = arg;

	output_bytes(d->to, d->text->data, d->size);
	output_flush(d->to);
	return NULL;
}

/* The first size bytes of what has come. */
static void print(struct flow *f, struct item *item, size_t size)
{
	struct command *c = item->stream->options->command;
	bool tagged = item->stream->options->tag;
	struct text lines = { 0 };
	struct delivery d = { f->to, tagged ? &lines : &f->begun, size };
	bool at_start = !f->within;
	tutti_scope quiet;

	if (tagged) {
		tag_lines(&lines, item, f->begun.data, size, &at_start);
		d.size = lines.size;
	}
	f->within = f->begun.data[size - 1] != '\n';
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_lock_acquire(&c->lines_lock);
	if (tutti_call_blocking(deliver, &d, NULL) < 0)
		deliver(&d); /* no thread to be had: here, then */
	tutti_lock_release(&c->lines_lock);
	tutti_shield_end(&quiet, 0);
	text_free(&lines);
	f->begun.size -= size;
	memmove(f->begun.data, f->begun.data + size, f->begun.size);
	if (f->to->error < 0)
		stream_give_up(item->stream);
}

/* Read once: how much, 0 at the end, < 0 there is nothing now. */
static ssize_t read_some(struct flow *f)
{
	char *space = text_space(&f->begun, FLOW_BYTES);
	ssize_t n = space ? read(f->fd, space, FLOW_BYTES) : 0;

	if (n > 0)
		f->begun.size += (size_t)n;
	return n;
}

/* The same, for its turn. */
static ssize_t keep_some(struct flow *f, struct item *item)
{
	struct command *c = item->stream->options->command;
	ssize_t n = read(f->fd, c->block, FLOW_BYTES);
	const char *where;
	int rc = n > 0 ? kept_add(&f->kept, c->block, (size_t)n, &where) : 0;

	if (rc < 0)
		place_give_up(item, STATUS_ERROR, where, rc);
	return n;
}

static void print_whole_lines(struct flow *f, struct item *item)
{
	const char *end = f->begun.size > 0 ? memrchr(f->begun.data, '\n', f->begun.size) : NULL;

	if (end)
		print(f, item, (size_t)(end - f->begun.data) + 1);
	else if (f->begun.size > LINE_BYTES)
		print(f, item, f->begun.size);
}

static void close_flow(struct flow *f, struct item *item)
{
	close(f->fd);
	f->fd = -1;
	if ((f->begun.size > 0 || f->within) && item->stream->options->tag)
		text_add(&f->begun, "\n", 1); /* or the next tag would stand in this line */
	if (f->begun.size > 0)
		print(f, item, f->begun.size);
}

static ssize_t take(struct flow *f, struct item *item)
{
	ssize_t n;

	if (item->stream->options->command->grouping != GROUP_LINES)
		return keep_some(f, item);
	n = read_some(f);
	print_whole_lines(f, item);
	return n;
}

/* All that is the command's own is there at its end; others may go on writing for ever. */
static void take_rest(struct flow *f, struct item *item)
{
	int left = 0;
	ssize_t n = 1;

	for (ioctl(f->fd, FIONREAD, &left); left > 0 && n > 0; left -= (int)n)
		n = take(f, item);
}

void flow_pass(struct flow *f, struct item *item, bool at_end)
{
	if (f->fd < 0)
		return;
	if (at_end)
		take_rest(f, item);
	if (at_end || take(f, item) == 0)
		close_flow(f, item);
}
