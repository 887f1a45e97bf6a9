/* SPDX-License-Identifier: MIT */
/* fetch_print.c - what is said of a page that has ended: its lines, an object, or why it failed. */
#include "fetch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void print_found(struct fetch *f, const struct page *p)
{
	for (size_t i = 0; i < found_count(&p->found); i++) {
		f->line.size = 0;
		if (f->options->tag)
			text_printf(&f->line, "%s\t", p->url);
		found_line(&f->line, found_at(&p->found, i));
		output_line(f->output, f->line.data, f->line.size);
	}
}

static void member(struct text *t, const char *name, const char *value)
{
	if (value)
		json_member(t, name, value, strlen(value));
}

static void json_found(struct text *t, const struct fetch_options *o, const struct found *found)
{
	bool one = strcmp(extractor_name(o->extractor), "title") == 0;

	text_printf(t, ",\"%s\":%s", extractor_name(o->extractor), one ? "" : "[");
	for (size_t i = 0; i < found_count(found); i++) {
		tutti_bytes each = found_at(found, i);

		if (i > 0)
			text_add(t, ",", 1);
		text_json(t, each.data, each.size);
	}
	if (!one)
		text_add(t, "]", 1);
}

static void print_object(struct fetch *f, const struct page *p)
{
	const struct fetch_options *o = f->options;
	struct text *t = &f->line;

	t->size = 0;
	text_printf(t, "{\"index\":%llu", (unsigned long long)p->index);
	member(t, "url", p->url);
	if (p->status > 0)
		text_printf(t, ",\"status\":%d", p->status);
	member(t, "final", p->final);
	member(t, "type", p->type);
	if (p->error == 0)
		member(t, "file", p->body.path);
	if (p->error == 0 && o->extractor)
		json_found(t, o, &p->found);
	if (p->error == 0 && p->attempts == 0)
		text_printf(t, ",\"skipped\":true");
	if (p->error < 0) {
		text_printf(t, ",\"error\":{\"code\":%d", p->error);
		member(t, "name", tutti_errname(p->error));
		member(t, "text", p->why);
		text_add(t, "}", 1);
	}
	text_printf(t, ",\"bytes\":%llu,\"seconds\":%.6f,\"attempts\":%d}",
		(unsigned long long)p->bytes, (double)p->duration / 1e9, p->attempts);
	output_line(f->output, t->data, t->size);
}

/* A url fit for a terminal's line. */
static void add_shown(struct text *t, const char *url)
{
	size_t n = strlen(url), most = 400;

	for (size_t i = 0; i < n && i < most; i++)
		text_add(t, (unsigned char)url[i] < ' ' || url[i] == 0x7F ? "?" : url + i, 1);
	if (n > most)
		text_add(t, "...", 3);
}

static void complain(struct fetch *f, const struct page *p)
{
	struct text *t = &f->line;

	t->size = 0;
	add_shown(t, p->url);
	text_printf(t, ": %s", p->why);
	if (p->attempts > 1)
		text_printf(t, " (after %d attempts)", p->attempts);
	if (p->body.gone > 0 && p->body.validator && p->body.part)
		text_printf(t, "; what came is kept for --continue");
	text_add(t, "", 1);
	output_flush(f->output); /* so that a terminal shows both in order */
	if (!t->failed)
		say("fetch: %s", t->data);
}

void fetch_print(struct fetch *f, struct page *p)
{
	const struct fetch_options *o = f->options;

	TUTTI_HOLD(&f->printing);
	if (!o->out || o->json || p->error < 0)
		progress_hide(f->progress);
	if (o->json)
		print_object(f, p);
	else if (p->error == 0 && o->extractor)
		print_found(f, p);
	else if (p->error == 0 && !o->out)
		output_bytes(f->output, p->body.kept.data, p->body.kept.size);
	if (p->error == 0 && !o->out && !o->extractor && !o->json)
		f->in_memory -= p->body.kept.size;
	if (p->error < 0 && p->failed && !o->quiet)
		complain(f, p);
	if (f->line.failed && f->output->error == 0)
		f->output->error = -ENOMEM;
	fetch_flush_soon(f);
}

void fetch_report(const struct fetch *f)
{
	double seconds = (double)(tutti_now() - f->begun) / 1e9;
	char bytes[AMOUNT_BYTES], rate[AMOUNT_BYTES], skipped[48] = "";

	if (f->skipped > 0)
		snprintf(skipped, sizeof skipped, ", %llu there already",
			(unsigned long long)f->skipped);
	say("fetch: %llu fetched%s, %llu failed, %s in %.1f s (%.0f/s, %s/s)",
		(unsigned long long)f->fetched, skipped, (unsigned long long)f->failed,
		amount((double)f->bytes, bytes), seconds,
		seconds > 0 ? (double)f->done / seconds : 0,
		amount(seconds > 0 ? (double)f->bytes / seconds : 0, rate));
}
