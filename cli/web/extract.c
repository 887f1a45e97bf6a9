/* SPDX-License-Identifier: MIT */
/* extract.c - see extract.h. */
#include "extract.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

struct extractor {
	enum extract how;
	bool first;
	void *compiled;
};

size_t found_count(const struct found *f)
{
	return f->bounds.size / sizeof(size_t);
}

static size_t bound(const struct found *f, size_t i)
{
	size_t at;

	memcpy(&at, f->bounds.data + i * sizeof at, sizeof at);
	return at;
}

tutti_bytes found_at(const struct found *f, size_t i)
{
	size_t from = i > 0 ? bound(f, i - 1) : 0;

	return tutti_bytes_of(f->all.data ? f->all.data + from : "", bound(f, i) - from);
}

void found_add(struct found *f, const void *data, size_t size)
{
	text_add(&f->all, data, size);
	text_add(&f->bounds, &f->all.size, sizeof f->all.size);
}

void found_free(struct found *f)
{
	text_free(&f->all);
	text_free(&f->bounds);
}

void found_line(struct text *t, tutti_bytes found)
{
	const char *from = found.data, *end = from + found.size;
	bool blank = true; /* none in front */

	for (; from < end; from++) {
		bool is_blank = (unsigned char)*from <= ' ' || *from == 0x7F;

		if (!is_blank)
			text_add(t, from, 1);
		else if (!blank)
			text_add(t, " ", 1);
		blank = is_blank;
	}
	if (found.size > 0 && blank && t->size > 0 && t->data[t->size - 1] == ' ')
		t->size--;
}

struct extractor *extractor_create(enum extract how, const char *expression, bool first)
{
	struct extractor *e = calloc(1, sizeof *e);

	if (!e) {
		say("fetch: %s", tutti_strerror(-ENOMEM));
		return NULL;
	}
	e->how = how;
	e->first = first || how == EXTRACT_TITLE;
	if (how == EXTRACT_REGEX)
		e->compiled = regex_compile(expression);
	else /* a drawing within the page may have titles too */
		e->compiled = xpath_compile(
			how == EXTRACT_XPATH ? expression : "//title[not(ancestor::svg)]");
	if (e->compiled)
		return e;
	free(e);
	return NULL;
}

void extractor_free(struct extractor *e)
{
	if (!e)
		return;
	if (e->how == EXTRACT_REGEX)
		regex_free(e->compiled);
	else
		xpath_free(e->compiled);
	free(e);
}

const char *extractor_name(const struct extractor *e)
{
	return e->how == EXTRACT_TITLE ? "title" : "found";
}

int extractor_run(const struct extractor *e, tutti_bytes text, struct found *f, const char **why)
{
	int rc = e->how == EXTRACT_REGEX ? regex_run(e->compiled, text, e->first, f, why)
					 : xpath_run(e->compiled, text, e->first, f, why);

	if (rc == 0 && (f->all.failed || f->bounds.failed))
		rc = -ENOMEM;
	if (rc < 0)
		return rc;
	if (found_count(f) > 0)
		return 0;
	*why = e->how == EXTRACT_TITLE ? "has no title" : "has no match";
	return -ENOENT;
}
