/* SPDX-License-Identifier: MIT */
/*
 * fetch_body.c - where a body goes: into a file, to standard output when those before it are there,
 * into memory when something is wanted of it, or nowhere when only objects are printed.
 *
 * Whose turn it is writes as it comes; the others keep theirs in memory, together up to a limit,
 * beyond which they wait and the servers with them. So memory is bounded, and since the one whose
 * turn it is never waits for another, all get there.
 */
#include "fetch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WRITE_BYTES = 1 << 16, MEMORY_MAX = 64 << 20, PAGE_MAX = 16 << 20 };

enum where { TO_FILE, TO_OUTPUT, TO_MEMORY, TO_NOTHING };

static enum where where(const struct fetch_options *o)
{
	return o->out ? TO_FILE : o->extractor ? TO_MEMORY : o->json ? TO_NOTHING : TO_OUTPUT;
}

static char *join(const char *folder, const char *before, const char *name, const char *behind)
{
	struct text t = { 0 };

	text_printf(&t, "%s/%s%s%s", folder, before, name, behind);
	text_add(&t, "", 1);
	if (t.failed)
		text_free(&t);
	return t.data;
}

int body_begin(struct page *p)
{
	const struct fetch_options *o = p->fetch->options;
	struct body *b = &p->body;
	char *name;
	int rc;

	b->fd = -1;
	if (where(o) != TO_FILE)
		return 0;
	name = b->path; /* given as the page was made, in the order of the inputs */
	b->path = join(o->out, "", name, "");
	b->part = join(o->out, ".", name, ".part");
	b->note = join(o->out, ".", name, ".from");
	free(name);
	if (!b->path || !b->part || !b->note)
		return page_fail(p, -ENOMEM, "%s", tutti_strerror(-ENOMEM));
	if (!o->resume && !o->skip)
		return 0;
	rc = part_find(p);
	if (rc < 0)
		return page_fail(p, rc, "%s: %s", b->part, tutti_strerror(rc));
	p->bytes = b->gone;
	return 0;
}

uint64_t body_there(const struct page *p)
{
	return p->body.gone + p->body.kept.size;
}

static void forget_validator(struct body *b)
{
	free(b->validator);
	b->validator = NULL;
}

int body_restart(struct page *p)
{
	struct body *b = &p->body;

	if (b->gone > 0 && where(p->fetch->options) == TO_OUTPUT)
		return page_fail(p, -ESPIPE, "it broke off, and the server does not go on there");
	part_forget(p);
	if (where(p->fetch->options) == TO_OUTPUT)
		p->fetch->in_memory -= b->kept.size;
	forget_validator(b);
	b->kept.size = 0;
	b->gone = p->bytes = 0;
	return 0;
}

/* As it will stand in a request and in a note: one line. */
static bool is_fit(const char *value)
{
	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < 0x20)
			return false;
	return *value && strlen(value) < 1000;
}

void body_validate(struct page *p, const tutti_http_response *r)
{
	const char *tag = tutti_http_header(r, "ETag");
	const char *date = tutti_http_header(r, "Last-Modified");
	struct body *b = &p->body;

	forget_validator(b);
	if (tutti_http_header(r, "Content-Encoding"))
		return; /* the bytes that are counted are not those that are kept */
	if (tag && strncmp(tag, "W/", 2) != 0 && is_fit(tag))
		b->validator = strdup(tag);
	else if (date && !tag && is_fit(date))
		b->validator = strdup(date);
}

/* What is kept is printed, if it is this page's turn. */
static int print_kept(struct page *p)
{
	struct fetch *f = p->fetch;
	struct body *b = &p->body;
	int rc;

	TUTTI_HOLD(&f->printing);
	progress_hide(f->progress);
	f->in_memory -= b->kept.size;
	b->gone += b->kept.size;
	rc = output_bytes(f->output, b->kept.data, b->kept.size);
	b->kept.size = 0;
	fetch_flush_soon(f);
	return rc;
}

static int to_output(struct page *p, size_t size)
{
	struct fetch *f = p->fetch;
	int rc;

	f->in_memory += size;
	if (f->in_memory > MEMORY_MAX && !tutti_event_is_set(&p->turn)) {
		rc = tutti_event_wait(&p->turn);
		if (rc < 0)
			return page_fail(p, rc, "%s", tutti_strerror(rc));
	}
	if (!tutti_event_is_set(&p->turn))
		return 0;
	rc = print_kept(p);
	return rc < 0 ? page_fail(p, rc, "standard output: %s", tutti_strerror(rc)) : 0;
}

static int to_file(struct page *p)
{
	int rc = p->body.kept.size >= WRITE_BYTES ? part_write(p) : 0;

	if (rc < 0)
		return page_fail(p, rc, "%s: %s", p->body.part, tutti_strerror(rc));
	return 0;
}

int body_add(struct page *p, size_t size)
{
	const struct fetch_options *o = p->fetch->options;
	enum where to = where(o);
	uint64_t most = o->size_max ? o->size_max : to == TO_MEMORY ? PAGE_MAX : UINT64_MAX;

	p->body.kept.size += size;
	p->bytes += size;
	p->fetch->bytes += size;
	if (body_there(p) > most)
		return page_fail(p, -EFBIG, "longer than %llu bytes", (unsigned long long)most);
	if (to == TO_FILE)
		return to_file(p);
	if (to == TO_OUTPUT)
		return to_output(p, size);
	if (to == TO_NOTHING) {
		p->body.gone += p->body.kept.size;
		p->body.kept.size = 0;
	}
	return 0;
}

int body_finish(struct page *p)
{
	int rc = where(p->fetch->options) == TO_FILE ? part_finish(p) : 0;

	if (rc < 0)
		return page_fail(p, rc, "%s: %s", p->body.path, tutti_strerror(rc));
	return 0;
}

void body_end(struct page *p)
{
	struct body *b = &p->body;

	if (p->error < 0 && where(p->fetch->options) == TO_FILE)
		part_leave(p);
	if (p->error < 0 && where(p->fetch->options) == TO_OUTPUT) {
		p->fetch->in_memory -= b->kept.size;
		b->kept.size = 0;
	}
}
