/* SPDX-License-Identifier: MIT */
/*
 * job_values.c - calls as values: what a job of TUTTI_JOB_VALUES takes. A call is the tuple of its
 * arguments by place, a list or tuple, and those by name, a dict. It stands where jobs and values
 * are both in sight.
 */
#include "core/context.h"
#include "exec/executor.h"
#include "exec/job_future.h"
#include "wire/format.h"
#include "wire/repr.h"
#include "wire/value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tutti/job_values.h>
#include <tutti/value_make.h>

/* -- a call ----------------------------------------------------------------------------------- */

static bool is_args(const tutti_value *v)
{
	int kind = tutti_value_kind(v);

	return kind == TUTTI_VALUE_LIST || kind == TUTTI_VALUE_TUPLE;
}

static bool is_kwargs(const tutti_value *v)
{
	if (tutti_value_kind(v) != TUTTI_VALUE_DICT)
		return false;
	for (size_t i = 0; i < tutti_value_size(v); i++)
		if (tutti_value_kind(tutti_value_at(v, i)) != TUTTI_VALUE_TEXT)
			return false;
	return true;
}

/* Takes over both references, also if it fails; a NULL is one that there was no memory for. */
static int make_call(tutti_value **call, tutti_value *args, tutti_value *kwargs)
{
	tutti_value *parts[2] = { args, kwargs };
	int rc = args && kwargs ? tu_value_gather(call, TUTTI_VALUE_TUPLE, parts, 2) : -ENOMEM;

	if (rc < 0) {
		tu_value_drop(args);
		tu_value_drop(kwargs);
	}
	return rc;
}

static tutti_value *kept_or_empty(const tutti_value *v, int kind)
{
	tutti_value *empty = NULL;

	if (v)
		return tu_value_keep((tutti_value *)v);
	return tu_value_gather(&empty, kind, NULL, 0) < 0 ? NULL : empty;
}

int tutti_call_of(tutti_value **call, const tutti_value *args, const tutti_value *kwargs)
{
	if ((args && !is_args(args)) || (kwargs && !is_kwargs(kwargs)))
		return TUTTI_ETYPE;
	return make_call(call, kept_or_empty(args, TUTTI_VALUE_TUPLE),
		kept_or_empty(kwargs, TUTTI_VALUE_DICT));
}

/* Is the last piece one of {}? */
static bool ends_with_pairs(const char *format)
{
	char first = 0;

	for (format = tu_format_skip(format); format && *format;
		format = tu_format_behind(format), format = format ? tu_format_skip(format) : NULL)
		first = *format;
	return format && first == '{';
}

/* All of a tuple but its last. */
static int all_but_last(tutti_value **out, const tutti_value *tuple)
{
	return tutti_value_tuple(out, tu_value_cells(tuple), tutti_value_size(tuple) - 1);
}

int tutti_call_pack(tutti_value **call, const char *format, ...)
{
	tutti_value *all, *args = NULL;
	va_list list;
	int rc;

	va_start(list, format);
	rc = tu_pack_tuple(&all, format, &list);
	va_end(list);
	if (rc < 0)
		return rc;
	if (ends_with_pairs(format)) {
		rc = all_but_last(&args, all);
		if (rc == 0)
			rc = tutti_call_of(
				call, args, tutti_value_at(all, tutti_value_size(all) - 1));
		tutti_value_unref(args);
	} else {
		rc = tutti_call_of(call, all, NULL);
	}
	tutti_value_unref(all);
	return rc;
}

int tutti_call_parts(const tutti_value *call, const tutti_value **args, const tutti_value **kwargs)
{
	const tutti_value *first = tutti_value_at(call, 0), *second = tutti_value_at(call, 1);

	if (tutti_value_kind(call) != TUTTI_VALUE_TUPLE || tutti_value_size(call) != 2 ||
		!is_args(first) || !is_kwargs(second))
		return TUTTI_ETYPE;
	*args = first;
	*kwargs = second;
	return 0;
}

tutti_future *tutti_submit_values(tutti_executor *e, tutti_job *job, const tutti_value *args,
	const tutti_value *kwargs, const tutti_submit_options *options)
{
	tutti_value *call;
	tutti_future *f;
	struct tu_job_future *jf;
	int rc = job && job->arg_kind != TUTTI_KIND_CALL ? TUTTI_ETYPE
							 : tutti_call_of(&call, args, kwargs);

	if (rc < 0)
		return tu_future_failed(rc);
	f = tutti_submit(e, job, &call, options);
	jf = tu_job_future_of(f);
	if (jf && jf->executor)
		jf->site = __builtin_return_address(0); /* not here */
	tu_value_drop(call);
	return f;
}

/* -- in the job ------------------------------------------------------------------------------- */

/* The words that name the job which the caller is, if it is one: "" or " of job 'add'". */
static const char *of_job(char *buf, size_t n)
{
	const struct tu_context *self = tu_self();
	const tutti_job *job = self->job ? tutti_future_job(self->job) : NULL;

	snprintf(buf, n, "%s%s%s", job ? " of job '" : "", job ? job->name : "", job ? "'" : "");
	return buf;
}

int tutti_values_run(
	int (*fn)(const tutti_value *args, const tutti_value *kwargs, tutti_value **result),
	const void *arg, void *result)
{
	const tutti_value *call = *(tutti_value *const *)arg, *args, *kwargs;
	tutti_value **out = result;
	char name[80];
	int rc = tutti_call_parts(call, &args, &kwargs);

	if (rc < 0)
		return tutti_fail(rc, "the argument%s is no pair of a list and a dict",
			of_job(name, sizeof(name)));
	rc = fn(args, kwargs, out);
	if (rc >= 0 && !*out)
		*out = tutti_value_none();
	return rc < 0 ? rc : 0;
}

/* -- arguments -------------------------------------------------------------------------------- */

enum { PARAMETERS_MOST = 32, SHOWN = 64 };

struct parameter {
	const char *piece, *name;
	int name_size;
	bool optional, by_name;
	const tutti_value *given; /* NULL: none */
};

struct parameters {
	struct parameter all[PARAMETERS_MOST];
	size_t n, by_place;
	char job[80]; /* see of_job */
};

static bool read_format(struct parameters *p, const char *format)
{
	bool optional = false, by_name = false;

	for (format = tu_format_skip(format); format && *format; format = tu_format_skip(format)) {
		if (*format == '|' || *format == '$') {
			*(*format == '|' ? &optional : &by_name) = true;
			format++;
			continue;
		}
		if (p->n == PARAMETERS_MOST)
			return false;
		p->by_place += !by_name;
		p->all[p->n++] = (struct parameter){
			.piece = format, .optional = optional, .by_name = by_name
		};
		format = tu_format_behind(format);
		if (!format)
			return false;
	}
	return true;
}

static bool read_names(struct parameters *p, const char *names)
{
	size_t i = 0;

	for (names += strspn(names, " "); *names; names += strspn(names, " "), i++) {
		size_t size = strcspn(names, " ");

		if (i == p->n)
			return false;
		p->all[i].name = names;
		p->all[i].name_size = (int)size;
		names += size;
	}
	return i == p->n;
}

static bool is_a_name(const struct parameters *p, const tutti_value *key)
{
	tutti_bytes text;

	if (tutti_value_as_bytes(key, &text) < 0)
		return false;
	for (size_t i = 0; i < p->n; i++)
		if ((size_t)p->all[i].name_size == text.size &&
			memcmp(p->all[i].name, text.data, text.size) == 0)
			return true;
	return false;
}

/* Say which key of kwargs is nobody's name. */
static int refuse_stranger(const struct parameters *p, const tutti_value *kwargs)
{
	char shown[SHOWN];
	size_t i = 0;

	while (is_a_name(p, tutti_value_at(kwargs, i)))
		i++;
	tu_value_describe(tutti_value_at(kwargs, i), shown, sizeof(shown));
	return tutti_fail(TUTTI_ETYPE, "argument %s%s: there is none of that name", shown, p->job);
}

/* Find what is given for each. */
static int assign(struct parameters *p, const tutti_value *args, const tutti_value *kwargs)
{
	size_t placed = tutti_value_size(args), named = 0;

	if (placed > p->by_place)
		return tutti_fail(TUTTI_ETYPE, "arguments%s: %zu by place, at most %zu expected",
			p->job, placed, p->by_place);
	for (size_t i = 0; i < p->n; i++) {
		struct parameter *a = &p->all[i];
		const tutti_value *by_name = kwargs ? tu_table_find_text(tu_value_table(kwargs),
							      a->name, (size_t)a->name_size)
						    : NULL;

		a->given = i < placed ? tutti_value_at(args, i) : by_name;
		named += by_name != NULL;
		if (i < placed && by_name)
			return tutti_fail(TUTTI_ETYPE, "argument '%.*s'%s: given twice",
				a->name_size, a->name, p->job);
		if (!a->given && !a->optional)
			return tutti_fail(TUTTI_ETYPE, "argument '%.*s'%s: missing", a->name_size,
				a->name, p->job);
	}
	return named < tutti_value_size(kwargs) ? refuse_stranger(p, kwargs) : 0;
}

static int refuse(const struct parameters *p, const struct parameter *a, int rc)
{
	const char *type = tu_format_type(*a->piece), *got = tutti_value_type(a->given);
	const char *end = tu_format_behind(a->piece);
	char shown[SHOWN], expected[SHOWN];

	tu_value_describe(a->given, shown, sizeof(shown));
	if (end - a->piece > 1)
		snprintf(expected, sizeof(expected), "%s like %.*s", type, (int)(end - a->piece),
			a->piece);
	else
		snprintf(expected, sizeof(expected), "%s%s", type,
			rc == -ERANGE   ? " that is not as large"
			: rc == -EINVAL ? " without a zero byte"
					: "");
	return tutti_fail(rc, "argument '%.*s'%s: %s expected, got %s %s", a->name_size, a->name,
		p->job, expected, got, shown);
}

static int unpack_all(const struct parameters *p, va_list *list, enum tu_unpack what)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct parameter *a = &p->all[i];
		const char *piece = a->piece;
		int rc = tu_unpack_piece(&piece, a->given, list, a->given ? what : TU_UNPACK_SKIP);

		if (rc < 0)
			return refuse(p, a, rc);
	}
	return 0;
}

int tutti_args_unpack(const tutti_value *args, const tutti_value *kwargs, const char *format,
	const char *names, ...)
{
	struct parameters p = { .n = 0 };
	va_list list, again;
	int rc;

	of_job(p.job, sizeof(p.job));
	if ((args && !is_args(args)) || (kwargs && tutti_value_kind(kwargs) != TUTTI_VALUE_DICT))
		return tutti_fail(TUTTI_ETYPE, "arguments%s: no list and dict", p.job);
	if (!read_format(&p, format) || !read_names(&p, names))
		return tutti_fail(-EINVAL, "arguments%s: '%s' and '%s' do not go together", p.job,
			format, names);
	rc = assign(&p, args, kwargs);
	if (rc < 0)
		return rc;
	va_start(list, names);
	va_copy(again, list);
	rc = unpack_all(&p, &list, TU_UNPACK_CHECK);
	if (rc == 0)
		unpack_all(&p, &again, TU_UNPACK_FILL);
	va_end(again);
	va_end(list);
	return rc;
}
