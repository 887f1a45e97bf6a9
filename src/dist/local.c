/* SPDX-License-Identifier: MIT */
/* local.c - see local.h. */
#include "dist/local.h"

#include "dist/exception.h"
#include "dist/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/scope.h>
#include <tutti/select.h>
#include <tutti/task.h>
#include <tutti/value_make.h>

struct tu_local {
	struct tu_server *server;
	struct tu_served *served; /* counted and pinned */
};

/* -- arguments -------------------------------------------------------------------------------- */

/* As a tuple, of NULL an empty one; a reference of the caller's. */
static int as_tuple(const tutti_value *args, tutti_value **tuple)
{
	size_t n = tutti_value_size(args);
	tutti_value **items;
	int rc = -ENOMEM;

	if (args && tutti_value_kind(args) == TUTTI_VALUE_TUPLE) {
		*tuple = tutti_value_ref((tutti_value *)args);
		return 0;
	}
	if (args && tutti_value_kind(args) != TUTTI_VALUE_LIST)
		return -EINVAL;
	items = calloc(n + 1, sizeof(tutti_value *));
	for (size_t i = 0; items && i < n; i++)
		items[i] = (tutti_value *)tutti_value_at(args, i);
	if (items)
		rc = tutti_value_tuple(tuple, items, n);
	free(items);
	return rc;
}

static int as_dict(const tutti_value *kwargs, tutti_value **dict)
{
	if (!kwargs)
		return tutti_value_dict(dict, NULL, 0);
	if (tutti_value_kind(kwargs) != TUTTI_VALUE_DICT)
		return -EINVAL;
	for (size_t i = 0; i < tutti_value_size(kwargs); i++)
		if (tutti_value_kind(tutti_value_at(kwargs, i)) != TUTTI_VALUE_TEXT)
			return -EINVAL;
	*dict = tutti_value_ref((tutti_value *)kwargs);
	return 0;
}

struct arguments {
	tutti_value *args, *kwargs;
};

static int begin_arguments(struct arguments *a, const tutti_value *args, const tutti_value *kwargs)
{
	int rc = as_tuple(args, &a->args);

	if (rc == 0) {
		rc = as_dict(kwargs, &a->kwargs);
		if (rc < 0)
			tutti_value_unref(a->args);
	}
	return rc;
}

static void end_arguments(struct arguments *a)
{
	tutti_value_unref(a->args);
	tutti_value_unref(a->kwargs);
}

/* Is all of it of known classes? 0; TUTTI_ETYPE: no, and fault says which is not; -ENOMEM. */
static int check_classes(const tutti_value *v, tutti_value_fault *fault)
{
	static const tutti_pickle_options known = { .classes = TUTTI_CLASSES_KNOWN };
	bool pairs = tutti_value_kind(v) == TUTTI_VALUE_DICT;
	size_t n = tutti_value_size(v);
	tutti_value *read;
	int rc = 0;

	if (tutti_value_kind(v) == TUTTI_VALUE_OPAQUE) {
		rc = tutti_value_from_opaque(&read, v, &known, fault);
		if (rc == 0)
			tutti_value_unref(read);
		return rc == -ENOMEM || rc == TUTTI_ETYPE ? rc : 0;
	}
	if (tutti_value_kind(v) == TUTTI_VALUE_TEXT || tutti_value_kind(v) == TUTTI_VALUE_BYTES)
		return 0;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = check_classes(tutti_value_at(v, i), fault);
		if (rc == 0 && pairs)
			rc = check_classes(tutti_value_under(v, i), fault);
	}
	return rc;
}

/* What is refused from elsewhere is refused from here, in the same words. */
static int check_arguments(
	const struct tu_local *l, const struct arguments *a, tutti_value **result)
{
	tutti_value_fault fault = { .text = "" };
	tutti_value *e = NULL;
	int rc = 0;

	if (l->server->manager->options.known_classes) {
		rc = check_classes(a->args, &fault);
		if (rc == 0)
			rc = check_classes(a->kwargs, &fault);
	}
	if (rc == TUTTI_ETYPE) {
		rc = tu_exception_make(&e, -EINVAL, fault.text);
		if (rc == 0)
			rc = -EINVAL;
	}
	if (result)
		*result = e;
	else
		tutti_value_unref(e);
	return rc;
}

/* -- proxies ---------------------------------------------------------------------------------- */

/* Of an object that is counted and pinned for it. */
static struct tu_local *make_local(struct tu_server *s, struct tu_served *e)
{
	struct tu_local *l = calloc(1, sizeof(*l));

	if (l) {
		l->server = s;
		l->served = e;
		return l;
	}
	tu_objects_count_one(&s->objects, e, -1);
	tu_objects_unpin(&s->objects, e);
	return NULL;
}

int tu_local_create(tutti_manager *m, const char *name, const tutti_value *args,
	const tutti_value *kwargs, struct tu_local **l)
{
	struct arguments a = { NULL, NULL };
	struct tu_served *e = NULL;
	char text[TU_CALL_TEXT];
	int rc = tu_server_runs(m->server);

	if (rc == 0)
		rc = begin_arguments(&a, args, kwargs);
	if (rc < 0)
		return rc;
	rc = tu_objects_create(
		&m->server->objects, tutti_bytes_text(name), a.args, a.kwargs, text, &e);
	end_arguments(&a);
	if (rc < 0)
		return (rc == -ENOENT && text[0] == '\0') || rc == -ENOMEM ? rc : TUTTI_EREMOTE;
	*l = make_local(m->server, e);
	return *l ? 0 : -ENOMEM;
}

const struct tu_kind *tu_local_kind(const struct tu_local *l)
{
	return l->served->object->kind;
}

void tu_local_free(struct tu_local *l)
{
	if (!l)
		return;
	tu_object_left(l->served->object, l);
	tu_objects_count_one(&l->server->objects, l->served, -1);
	tu_objects_unpin(&l->server->objects, l->served);
	free(l);
}

/* -- a call ----------------------------------------------------------------------------------- */

/* Until it is answered: 0, and *code is what it has come to. Else it was given up. */
static int wait_for_answer(struct tu_local *l, struct tu_call *c, tutti_time deadline, int *code)
{
	struct tu_object *o = l->served->object;

	for (;;) {
		tutti_case either[] = { tutti_case_event(&c->answered),
			tutti_case_event(&l->server->closed) };
		tutti_time until = c->deadline < deadline ? c->deadline : deadline;
		int i = tutti_select(either, 2, until);

		*code = TU_CALL_WAITS;
		if (i == 0)
			*code = tu_call_answer(o, c);
		else if (i == TUTTI_ETIMEDOUT && c->deadline <= tutti_now())
			*code = tu_call_late(o, c);
		else
			return i == 1 ? TUTTI_ESHUTDOWN : i;
		if (*code != TU_CALL_WAITS)
			return 0;
		if (deadline <= tutti_now())
			return TUTTI_ETIMEDOUT;
	}
}

/* What came over the network lies there as it came; here it is a value, if it can be one. */
static tutti_value *value_of(const struct tu_call *c)
{
	tutti_value *v;

	if (!c->result)
		return tutti_value_none();
	return tutti_value_from_opaque(&v, c->result, NULL, NULL) == 0 ? v
								       : tutti_value_ref(c->result);
}

/* An error as over the network: an exception, and its code. */
static int take_error(const struct tu_call *c, int code, tutti_value **v)
{
	int rc = 0;

	*v = NULL;
	if (code != TUTTI_EREMOTE)
		rc = tu_exception_make(v, code, c->text);
	else
		*v = tutti_value_ref(c->result);
	if (rc < 0)
		return rc;
	return *v ? tu_exception_code(*v) : TUTTI_EREMOTE;
}

static int take_proxy(struct tu_local *l, struct tu_call *c, struct tu_local **proxy)
{
	struct tu_served *e = tu_objects_add(&l->server->objects, c->proxy);

	if (!e)
		return -ENOMEM;
	c->proxy = NULL;
	*proxy = make_local(l->server, e);
	return *proxy ? 0 : -ENOMEM;
}

static int take_answer(struct tu_local *l, struct tu_call *c, int code, tutti_value **result,
	struct tu_local **proxy)
{
	tutti_value *v = NULL;
	int rc = 0;

	if (code < 0)
		rc = take_error(c, code, &v);
	else if (c->proxy && proxy)
		rc = take_proxy(l, c, proxy);
	else
		v = value_of(c);
	if (result)
		*result = v;
	else
		tutti_value_unref(v);
	return rc;
}

/* A method of the program's own waits as it likes, so the caller's deadline stands around it. */
static int call_own(struct tu_local *l, struct tu_call *c, tutti_time deadline, int *code)
{
	tutti_scope limit;

	tutti_timeout_begin(&limit, deadline);
	*code = tu_call_begin(l->served->object, c);
	if (tutti_timeout_end(&limit, *code) != *code)
		return TUTTI_ETIMEDOUT;
	return *code == TUTTI_ECANCELED && tutti_cancelled() ? TUTTI_ECANCELED : 0;
}

static int call(struct tu_local *l, struct tu_call *c, tutti_time deadline, tutti_value **result,
	struct tu_local **proxy)
{
	struct tu_object *o = l->served->object;
	int code, rc = 0;

	if (o->kind->own)
		rc = call_own(l, c, deadline, &code);
	else
		code = tu_call_begin(o, c);
	if (rc == 0 && code == TU_CALL_WAITS)
		rc = wait_for_answer(l, c, deadline, &code);
	if (rc < 0) {
		tu_call_drop(o, c);
		return rc;
	}
	rc = take_answer(l, c, code, result, proxy);
	tu_call_end(o, c);
	return rc;
}

int tu_local_call(struct tu_local *l, const char *method, const tutti_value *args,
	const tutti_value *kwargs, tutti_time deadline, tutti_value **result,
	struct tu_local **proxy)
{
	const struct tu_kind *kind = tu_local_kind(l);
	struct tu_call c = { .caller = l };
	struct arguments a;
	int rc = tutti_cancelled() ? TUTTI_ECANCELED : tu_server_runs(l->server);

	if (result)
		*result = NULL;
	if (proxy)
		*proxy = NULL;
	if (rc == 0 && !method)
		rc = -EINVAL;
	if (rc < 0)
		return rc;
	c.method = tu_kind_method(kind, tutti_bytes_text(method));
	if (!c.method)
		c.method = tu_kind_fallback(tutti_bytes_text(method));
	if (!c.method)
		return -ENOSYS;
	rc = begin_arguments(&a, args, kwargs);
	if (rc < 0)
		return rc;
	c.args = a.args;
	c.kwargs = a.kwargs;
	rc = check_arguments(l, &a, result);
	if (rc == 0)
		rc = call(l, &c, deadline, result, proxy);
	end_arguments(&a);
	return rc;
}
