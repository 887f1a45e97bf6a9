/* SPDX-License-Identifier: MIT */
/* service.c - what a manager itself is asked for: one request a connection. */
#include "dist/session.h"

#include "dist/exception.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

/* -- answers ---------------------------------------------------------------------------------- */

/* v is given back. */
static int write_return(struct tu_session *x, tutti_value *v)
{
	struct tu_reply r;
	int rc = v ? tu_reply_value(&r, "#RETURN", v) : -ENOMEM;

	tutti_value_unref(v);
	if (rc == 0) {
		rc = tu_session_write(x, &r);
		tu_reply_end(&r);
	}
	return rc;
}

/* Any error is said in this way here, as Python does. */
static int write_failure(struct tu_session *x, const char *name, const char *text)
{
	struct tu_reply r;
	int rc = tu_reply_text(&r, "#TRACEBACK", "%s: %s\n", name, text);

	if (rc == 0) {
		rc = tu_session_write(x, &r);
		tu_reply_end(&r);
	}
	return rc;
}

static int write_error(struct tu_session *x, int code, const char *text)
{
	return write_failure(
		x, tu_exception_name(code), text && text[0] ? text : tutti_strerror(code));
}

static int write_unknown(struct tu_session *x, tutti_bytes word)
{
	char text[128];

	snprintf(text, sizeof(text), "'%.*s'", word.size < 100 ? (int)word.size : 100,
		(const char *)word.data);
	return write_error(x, -ENOENT, text);
}

/* The text that stands there; false: there is none. */
static bool text_at(const tutti_value *args, size_t i, tutti_bytes *text)
{
	const tutti_value *v = tutti_value_at(args, i);

	return v && tutti_value_kind(v) == TUTTI_VALUE_TEXT && tutti_value_as_bytes(v, text) == 0;
}

/* -- objects ---------------------------------------------------------------------------------- */

int tu_service_exposed(tutti_value **names, const struct tu_kind *kind)
{
	tutti_value **list = calloc(kind->n_methods + 1, sizeof(tutti_value *));
	size_t n = 0;
	int rc = list ? 0 : -ENOMEM;

	for (; rc == 0 && n < kind->n_methods; n += rc == 0)
		rc = tutti_value_text(
			&list[n], kind->methods[n].name, strlen(kind->methods[n].name));
	if (rc == 0)
		rc = tutti_value_tuple(names, list, n);
	while (n > 0)
		tutti_value_unref(list[--n]);
	free(list);
	return rc;
}

/* All but the first, which is the name. */
static int rest_of(const tutti_value *args, tutti_value **rest)
{
	size_t n = tutti_value_size(args) - 1;
	tutti_value **items = calloc(n + 1, sizeof(tutti_value *));
	int rc = -ENOMEM;

	for (size_t i = 0; items && i < n; i++)
		items[i] = (tutti_value *)tutti_value_at(args, i + 1);
	if (items)
		rc = tutti_value_tuple(rest, items, n);
	free(items);
	return rc;
}

static int write_created(struct tu_session *x, struct tu_served *e)
{
	tutti_value *exposed, *v = NULL;
	int rc = tu_service_exposed(&exposed, e->object->kind);

	if (rc == 0) {
		rc = tutti_value_pack(&v, "(sO)", e->ident, exposed);
		tutti_value_unref(exposed);
	}
	return rc < 0 ? rc : write_return(x, v);
}

static int create(struct tu_session *x, const struct tu_request *q)
{
	struct tu_objects *all = &x->server->objects;
	struct tu_served *e;
	char text[TU_CALL_TEXT];
	tutti_value *args;
	tutti_bytes name;
	int rc;

	if (!text_at(q->args, 0, &name))
		return write_error(x, TUTTI_ETYPE, "create() needs the name of a type");
	rc = rest_of(q->args, &args);
	if (rc < 0)
		return rc;
	rc = tu_objects_create(all, name, args, q->kwargs, text, &e);
	tutti_value_unref(args);
	if (rc == -ENOENT && text[0] == '\0')
		return write_unknown(x, name);
	if (rc < 0)
		return write_error(x, rc, text);
	rc = write_created(x, e);
	if (rc < 0)
		tu_objects_count_one(all, e, -1); /* nobody has heard of it */
	tu_objects_unpin(all, e);
	return rc;
}

static int count(struct tu_session *x, const struct tu_request *q, int by)
{
	tutti_bytes ident;

	if (!text_at(q->args, 0, &ident))
		return write_error(x, TUTTI_ETYPE, "an ident is needed");
	if (tu_objects_count(&x->server->objects, ident, by) < 0)
		return write_unknown(x, ident);
	return write_return(x, tutti_value_none());
}

static int incref(struct tu_session *x, const struct tu_request *q)
{
	return count(x, q, 1);
}

static int decref(struct tu_session *x, const struct tu_request *q)
{
	return count(x, q, -1);
}

/* The ident of a Token, whose state is (typeid, address, ident), or its arguments. */
static bool ident_of(const tutti_value *token, tutti_value **parts, tutti_bytes *ident)
{
	if (!token || tutti_value_object(parts, token) < 0)
		return false;
	return text_at(tutti_value_at(*parts, 3), 2, ident) ||
	       text_at(tutti_value_at(*parts, 2), 2, ident);
}

static int get_methods(struct tu_session *x, const struct tu_request *q)
{
	tutti_value *parts = NULL, *exposed;
	struct tu_served *e = NULL;
	tutti_bytes ident = { 0 };
	int rc;

	if (!ident_of(tutti_value_at(q->args, 0), &parts, &ident))
		rc = write_error(x, TUTTI_ETYPE, "get_methods() needs a Token");
	else if (!(e = tu_objects_find(&x->server->objects, ident)))
		rc = write_unknown(x, ident);
	else if ((rc = tu_service_exposed(&exposed, e->object->kind)) == 0)
		rc = write_return(x, exposed);
	if (e)
		tu_objects_unpin(&x->server->objects, e);
	tutti_value_unref(parts);
	return rc;
}

/* -- the manager ------------------------------------------------------------------------------ */

static int dummy(struct tu_session *x, const struct tu_request *q)
{
	(void)q;
	return write_return(x, tutti_value_none());
}

/* Python does not look at the answer; ours learns from it that half an end is noticed here. */
static int accept_connection(struct tu_session *x, const struct tu_request *q)
{
	tutti_value *v;
	int rc = tutti_value_text(&v, "tutti", 5);

	(void)q;
	if (rc == 0)
		rc = write_return(x, v);
	return rc < 0 ? rc : TU_SERVICE_CALLS;
}

static int debug_info(struct tu_session *x, const struct tu_request *q)
{
	tutti_bytes text;
	tutti_value *v = NULL;
	int rc = tu_objects_debug_info(&x->server->objects, &text);

	(void)q;
	if (rc < 0)
		return rc;
	rc = tutti_value_text(&v, text.data, text.size);
	tutti_bytes_free(&text);
	return rc < 0 ? rc : write_return(x, v);
}

static int number_of_objects(struct tu_session *x, const struct tu_request *q)
{
	(void)q;
	return write_return(x, tutti_value_uint(tu_objects_number(&x->server->objects)));
}

static int shut_down(struct tu_session *x, const struct tu_request *q)
{
	int rc;

	(void)q;
	if (x->server->manager->options.keep_running)
		return write_failure(x, "PermissionError", "clients cannot shut this manager down");
	rc = write_return(x, tutti_value_none());
	tu_server_stop(x->server, false);
	return rc;
}

static const struct {
	const char *name;
	int (*fn)(struct tu_session *x, const struct tu_request *q);
	int n_args; /* -1: as what is made needs them */
} services[] = { { "accept_connection", accept_connection, 1 }, { "create", create, -1 },
	{ "debug_info", debug_info, 0 }, { "decref", decref, 1 }, { "dummy", dummy, 0 },
	{ "get_methods", get_methods, 1 }, { "incref", incref, 1 },
	{ "number_of_objects", number_of_objects, 0 }, { "shutdown", shut_down, 0 } };

static int serve(struct tu_session *x, const struct tu_request *q, size_t i)
{
	size_t n = tutti_value_size(q->args), n_named = tutti_value_size(q->kwargs);
	char text[64];

	if (services[i].n_args < 0 || (n == (size_t)services[i].n_args && n_named == 0))
		return services[i].fn(x, q);
	snprintf(text, sizeof(text), "%s() takes %d arguments", services[i].name,
		services[i].n_args);
	return write_error(x, TUTTI_ETYPE, text);
}

int tu_service(struct tu_session *x, const struct tu_request *q)
{
	for (size_t i = 0; !q->of_object && i < sizeof(services) / sizeof(*services); i++)
		if (strlen(services[i].name) == q->name.size &&
			memcmp(services[i].name, q->name.data, q->name.size) == 0)
			return serve(x, q, i);
	return write_error(x, -EINVAL, "that request is not known here");
}
