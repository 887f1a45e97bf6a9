/* SPDX-License-Identifier: MIT */
/* jobs_items.c - see jobs_items.h. */
#include "dist/jobs_items.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

/* -- arguments -------------------------------------------------------------------------------- */

int tu_jobs_read_int(
	struct tu_call *c, const tutti_value *v, const char *what, int64_t least, int64_t *out)
{
	int64_t n;

	if (!v)
		return 0;
	if (tutti_value_as_int(v, &n) < 0)
		return tu_call_fail(
			c, TUTTI_ETYPE, "'%s' must be an int, not %s", what, tutti_value_type(v));
	if (n < least)
		return tu_call_fail(
			c, -EINVAL, "'%s' must be %lld or more", what, (long long)least);
	*out = n;
	return 0;
}

int tu_jobs_read_name(struct tu_call *c, const tutti_value *v, tutti_bytes *name)
{
	if (tutti_value_kind(v) != TUTTI_VALUE_TEXT || tutti_value_as_bytes(v, name) < 0)
		return tu_call_fail(c, TUTTI_ETYPE, "a job's name must be a str, not %s",
			v ? tutti_value_type(v) : "nothing");
	if (name->size == 0 || name->size > 200)
		return tu_call_fail(c, -EINVAL, "a job's name has 1 to 200 bytes");
	return 0;
}

int tu_jobs_read_limit(struct tu_call *c, const tutti_value *v, tutti_time *limit)
{
	*limit = TUTTI_FOREVER;
	return tu_timeout(v, limit, NULL) < 0
		       ? tu_call_fail(c, TUTTI_ETYPE, "a timeout must be a number or None")
		       : 0;
}

int tu_jobs_open_list(struct tu_call *c, const tutti_value *v, const char *what, tutti_value **out)
{
	static const tutti_pickle_options options = { .whole_from = 2 };
	int rc, kind;

	*out = NULL;
	if (!v || tutti_value_kind(v) == TUTTI_VALUE_NONE)
		return 0;
	rc = tutti_value_from_opaque(out, v, &options, NULL);
	if (rc == -ENOMEM)
		return rc;
	kind = rc == 0 ? tutti_value_kind(*out) : -1;
	if ((kind == TUTTI_VALUE_LIST || kind == TUTTI_VALUE_TUPLE) &&
		tutti_value_size(*out) <= TU_JOBS_LIST_MOST)
		return 0;
	tutti_value_unref(*out);
	*out = NULL;
	return tu_call_fail(
		c, TUTTI_ETYPE, "'%s' must be a list of at most %d", what, TU_JOBS_LIST_MOST);
}

int tu_jobs_each(struct tu_object *o, struct tu_call *c, struct tu_jobs_party *p,
	const tutti_value *v, const char *what, tu_jobs_item_fn *fn)
{
	tutti_value *list;
	int rc = tu_jobs_open_list(c, v, what, &list);

	for (size_t i = 0; rc == 0 && i < tutti_value_size(list); i++)
		rc = fn(o, c, p, tutti_value_at(list, i));
	tutti_value_unref(list);
	return rc;
}

bool tu_jobs_is_tuple(const tutti_value *v, size_t n)
{
	return tutti_value_kind(v) == TUTTI_VALUE_TUPLE && tutti_value_size(v) == n;
}

/* -- answers ---------------------------------------------------------------------------------- */

void tu_filling_add(struct tu_filling *f, int rc, tutti_value *v)
{
	size_t room = f->room > 0 ? 2 * f->room : 16;
	tutti_value **items;

	if (f->rc == 0)
		f->rc = rc;
	if (f->rc == 0 && f->n == f->room) {
		items = calloc(1, room * sizeof(*items));
		if (items && f->n > 0)
			memcpy(items, f->items, f->n * sizeof(*items));
		if (items) {
			free(f->items);
			f->items = items;
			f->room = room;
		} else {
			f->rc = -ENOMEM;
		}
	}
	if (f->rc == 0)
		f->items[f->n++] = v;
	else if (rc == 0)
		tutti_value_unref(v);
}

int tu_filling_close(struct tu_filling *f, tutti_value **out)
{
	int rc = f->rc < 0 ? f->rc : tutti_value_list(out, f->items, f->n);

	for (size_t i = 0; i < f->n; i++)
		tutti_value_unref(f->items[i]);
	free(f->items);
	return rc;
}

static int pack_seconds(const struct tu_job *job, tutti_value **out)
{
	tutti_time left = job->limit - tutti_now();

	*out = job->limit == TUTTI_FOREVER ? tutti_value_none()
					   : tutti_value_float(left > 0 ? (double)left / 1e9 : 0);
	return *out ? 0 : -ENOMEM;
}

int tu_jobs_pack_job(const struct tu_job *job, bool whole, tutti_value **out)
{
	tutti_bytes name = tutti_bytes_of(job->line->name, job->line->size);
	tutti_value *seconds;
	int rc;

	if (!whole)
		return tutti_value_pack(out, "(K S O)", job->id, name, job->argument);
	rc = pack_seconds(job, &seconds);
	if (rc < 0)
		return rc;
	rc = tutti_value_pack(out, "(K S O O O)", job->id, name,
		job->kinds ? job->kinds : tutti_value_none(), job->argument, seconds);
	tutti_value_unref(seconds);
	return rc;
}

static const char *words_of(int code)
{
	return code == TUTTI_ECRASHED ? "every worker that had it has gone" : tutti_strerror(code);
}

int tu_jobs_pack_result(const struct tu_job *job, tutti_value **out)
{
	if (!job->ok && job->code < 0)
		return tutti_value_pack(
			out, "(L b (i s))", job->number, false, job->code, words_of(job->code));
	return tutti_value_pack(out, "(L b O)", job->number, job->ok,
		job->result ? job->result : tutti_value_none());
}
