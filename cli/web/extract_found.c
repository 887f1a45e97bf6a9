/* SPDX-License-Identifier: MIT */
/* extract_found.c - what was found in a page; each module that finds something has this. */
#include "extract.h"

#include <string.h>

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
