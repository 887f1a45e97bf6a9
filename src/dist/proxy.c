/* SPDX-License-Identifier: MIT */
/*
 * proxy.c - see proxy.h. A proxy calls past the network where its manager serves (local.h), else
 * over a connection of its client (client.h). There the object has an ident, which a manager that
 * was started anew may not know: then the proxy is made again as it was made.
 */
#include "dist/proxy.h"

#include "dist/client.h"
#include "dist/local.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/scope.h>
#include <tutti/value_make.h>

struct tutti_proxy {
	struct tu_local *local; /* NULL: connected, and what follows is of use. Fixed, as all that
				   has no lock */
	struct tu_client *client;
	char *name;
	tutti_value *args, *kwargs; /* it was made with; NULL: none */
	tutti_value *exposed;       /* a tuple of the names of its methods */
	bool holds;                 /* it may hold a lock there, by its connection */
	tutti_lock turn;            /* for own: held during a call */
	struct tu_channel *own;
	tutti_lock lock;    /* for ident */
	tutti_value *ident; /* a text */
};

/* -- making one ------------------------------------------------------------------------------- */

static bool are_args(const tutti_value *v)
{
	int kind = tutti_value_kind(v);

	return !v || kind == TUTTI_VALUE_TUPLE || kind == TUTTI_VALUE_LIST;
}

static bool are_kwargs(const tutti_value *v)
{
	if (v && tutti_value_kind(v) != TUTTI_VALUE_DICT)
		return false;
	for (size_t i = 0; i < tutti_value_size(v); i++)
		if (tutti_value_kind(tutti_value_at(v, i)) != TUTTI_VALUE_TEXT)
			return false;
	return true;
}

/* A tuple of the items of args, after first if that is not NULL. */
static int make_tuple(tutti_value **v, const char *first, const tutti_value *args)
{
	size_t n = tutti_value_size(args), before = first ? 1 : 0;
	tutti_value **items = calloc(n + 1, sizeof(*items));
	int rc = items ? tutti_value_pack(&items[0], "s", first) : -ENOMEM;
	tutti_value *text = rc == 0 ? items[0] : NULL;

	if (rc == 0) {
		for (size_t i = 0; i < n; i++)
			items[before + i] = (tutti_value *)tutti_value_at(args, i);
		rc = tutti_value_tuple(v, items, before + n);
	}
	tutti_value_unref(text);
	free(items);
	return rc;
}

/* What create answered: who it is, and which methods it has. */
static int read_created(
	struct tu_client_answer *r, const char *name, tutti_value **ident, tutti_value **exposed)
{
	const tutti_value *who = NULL, *methods = NULL;
	tutti_value *v = NULL;
	int rc = 0;

	if (tu_client_answer_raised(r, "KeyError", name))
		rc = -ENOENT;
	else if (r->kind == TU_CLIENT_ANSWER_TRACEBACK)
		rc = TUTTI_EREMOTE;
	else if (tutti_value_unpack(r->value, "(OO)", &who, &methods) < 0 ||
		 tutti_value_kind(who) != TUTTI_VALUE_TEXT)
		rc = TUTTI_EPROTO;
	if (rc == 0)
		rc = tutti_value_pack(&v, "(OO)", who, methods);
	if (rc == 0) {
		*ident = tutti_value_ref((tutti_value *)tutti_value_at(v, 0));
		*exposed = tutti_value_ref((tutti_value *)tutti_value_at(v, 1));
		tutti_value_unref(v);
	}
	tu_client_answer_free(r);
	return rc;
}

static int create(
	const tutti_proxy *p, tutti_time deadline, tutti_value **ident, tutti_value **exposed)
{
	struct tu_client_answer r;
	tutti_value *args = NULL;
	int rc = make_tuple(&args, p->name, p->args);

	if (rc < 0)
		return rc;
	rc = tu_client_request(p->client, "create", args, p->kwargs, deadline, &r);
	tutti_value_unref(args);
	return rc < 0 ? rc : read_created(&r, p->name, ident, exposed);
}

/* At most for a second, cancelled or not: nobody waits for it. */
static void let_go(struct tu_client *k, const tutti_value *ident)
{
	tutti_time deadline = tutti_after(TUTTI_SECONDS(1));
	tutti_value *args;
	struct tu_client_answer r;
	tutti_scope shield;

	if (tutti_value_pack(&args, "(O)", ident) < 0)
		return;
	tutti_shield_begin(&shield, TUTTI_FOREVER);
	if (tu_client_request(k, "decref", args, NULL, deadline, &r) == 0)
		tu_client_answer_free(&r);
	tutti_shield_end(&shield, 0);
	tutti_value_unref(args);
}

static bool exposes(const tutti_proxy *p, const char *method)
{
	size_t size = strlen(method);
	tutti_bytes b;

	for (size_t i = 0; i < tutti_value_size(p->exposed); i++)
		if (tutti_value_as_bytes(tutti_value_at(p->exposed, i), &b) == 0 &&
			b.size == size && memcmp(b.data, method, size) == 0)
			return true;
	return false;
}

bool tu_proxy_is_local(const tutti_proxy *p)
{
	return p->local != NULL;
}

bool tu_proxy_has(const tutti_proxy *p, const char *method)
{
	const struct tu_kind *kind;

	if (!p->local)
		return exposes(p, method);
	kind = tu_local_kind(p->local);
	for (size_t i = 0; i < kind->n_methods; i++)
		if (strcmp(kind->methods[i].name, method) == 0)
			return true;
	return false;
}

/*
 * Over there the holder of an RLock or Condition is who has the connection. A Condition is seen by
 * its methods; an RLock has those of a Lock, and unless its name tells, is asked what it is.
 */
static int find_holds(tutti_proxy *p)
{
	tutti_value *text = NULL;
	tutti_bytes b;
	int rc;

	if (!exposes(p, "acquire") || strcmp(p->name, "Lock") == 0 || strstr(p->name, "Semaphore"))
		return 0;
	p->holds = exposes(p, "notify") || strcmp(p->name, "RLock") == 0;
	if (p->holds)
		return 0;
	rc = tutti_proxy_call(p, "__repr__", NULL, NULL, &text);
	if (rc == 0)
		p->holds = tutti_value_as_bytes(text, &b) == 0 && strstr(b.data, "RLock") != NULL;
	tutti_value_unref(text);
	return rc;
}

static int make_connected(tutti_proxy *p, struct tu_client *k, const char *name,
	const tutti_value *args, const tutti_value *kwargs)
{
	p->name = strdup(name);
	if (!p->name)
		return -ENOMEM;
	p->args = tutti_value_ref((tutti_value *)args);
	p->kwargs = tutti_value_ref((tutti_value *)kwargs);
	p->client = k;
	int rc = create(p, TUTTI_FOREVER, &p->ident, &p->exposed);

	return rc < 0 ? rc : find_holds(p);
}

int tutti_manager_proxy(tutti_manager *m, const char *name, const tutti_value *args,
	const tutti_value *kwargs, tutti_proxy **p)
{
	struct tu_client *k;
	tutti_proxy *made;
	int rc;

	if (!name || !are_args(args) || !are_kwargs(kwargs))
		return -EINVAL;
	made = calloc(1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	tutti_lock_acquire(&m->lock);
	k = m->client;
	tutti_lock_release(&m->lock);
	if (k)
		rc = make_connected(made, k, name, args, kwargs);
	else
		rc = tu_local_create(m, name, args, kwargs, &made->local);
	if (rc < 0)
		tutti_proxy_free(made);
	else
		*p = made;
	return rc;
}

/* -- calls ------------------------------------------------------------------------------------ */

static tutti_value *ident_of(tutti_proxy *p)
{
	tutti_value *ident;

	tutti_lock_acquire(&p->lock);
	ident = tutti_value_ref(p->ident);
	tutti_lock_release(&p->lock);
	return ident;
}

/* Nobody knows the ident that was used: get another, unless somebody has. */
static int renew(tutti_proxy *p, const tutti_value *used, tutti_time deadline)
{
	tutti_value *ident = NULL, *exposed = NULL;
	int rc = create(p, deadline, &ident, &exposed);

	if (rc < 0)
		return rc;
	tutti_value_unref(exposed);
	tutti_lock_acquire(&p->lock);
	if (p->ident == used) {
		p->ident = ident;
		ident = (tutti_value *)used; /* the proxy's reference to it */
	}
	tutti_lock_release(&p->lock);
	if (ident != used)
		let_go(p->client, ident);
	tutti_value_unref(ident);
	return 0;
}

/* In turn, over the proxy's own connection, if it may hold a lock by it. */
static int send(
	tutti_proxy *p, const tutti_value *request, tutti_time deadline, struct tu_client_answer *r)
{
	int rc;

	if (!p->holds)
		return tu_client_call(p->client, NULL, request, deadline, r);
	rc = tutti_lock_acquire_until(&p->turn, deadline);
	if (rc < 0)
		return rc;
	rc = tu_client_call(p->client, &p->own, request, deadline, r);
	tutti_lock_release(&p->turn);
	return rc;
}

static bool is_unknown(const struct tu_client_answer *r, const tutti_value *ident)
{
	tutti_bytes b;

	return tutti_value_as_bytes(ident, &b) == 0 &&
	       tu_client_answer_raised(r, "KeyError", b.data);
}

static int send_once(tutti_proxy *p, const char *method, const tutti_value *args,
	const tutti_value *kwargs, tutti_time deadline, struct tu_client_answer *r, bool *unknown)
{
	tutti_value *ident = ident_of(p), *request;
	int rc = tutti_value_pack(&request, "(OsOO)", ident, method, args, kwargs);

	if (rc == 0) {
		rc = send(p, request, deadline, r);
		tutti_value_unref(request);
	}
	if (rc == 0 && *unknown) {
		*unknown = is_unknown(r, ident);
		if (*unknown && renew(p, ident, deadline) < 0)
			*unknown = false; /* what it has said is to be told */
	}
	tutti_value_unref(ident);
	return rc;
}

/* Another object is the answer, for which there is no value. */
static int refuse_proxy(tutti_proxy *p, struct tu_client_answer *r)
{
	tutti_value *ident;
	int rc = tu_client_answer_ident(r, &ident);

	tu_client_answer_free(r);
	if (rc < 0)
		return rc;
	let_go(p->client, ident);
	tutti_value_unref(ident);
	return -ENOTSUP;
}

static int take(
	tutti_proxy *p, const char *method, struct tu_client_answer *r, tutti_value **result)
{
	bool missing = tu_client_answer_raised(r, "KeyError", method) ||
		       tu_client_answer_raised(r, "AttributeError", NULL);
	int rc;

	if (r->kind == TU_CLIENT_ANSWER_PROXY)
		return refuse_proxy(p, r);
	rc = tu_client_answer_take(r, result);
	return rc == TUTTI_EREMOTE && missing ? -ENOSYS : rc;
}

static int call_there(tutti_proxy *p, const char *method, const tutti_value *args,
	const tutti_value *kwargs, tutti_time deadline, tutti_value **result)
{
	bool unknown = true;
	struct tu_client_answer r;
	int rc = send_once(p, method, args, kwargs, deadline, &r, &unknown);

	if (rc == 0 && unknown) {
		unknown = false;
		tu_client_answer_free(&r);
		rc = send_once(p, method, args, kwargs, deadline, &r, &unknown);
	}
	return rc < 0 ? rc : take(p, method, &r, result);
}

/* A call has a tuple and a dict. */
static int fill_in(const tutti_value **args, const tutti_value **kwargs, tutti_value *made[2])
{
	int rc = 0;

	if (!*args)
		rc = tutti_value_pack(&made[0], "()");
	else if (tutti_value_kind(*args) == TUTTI_VALUE_LIST)
		rc = make_tuple(&made[0], NULL, *args);
	if (rc == 0 && !*kwargs)
		rc = tutti_value_pack(&made[1], "{}");
	if (made[0])
		*args = made[0];
	if (made[1])
		*kwargs = made[1];
	return rc;
}

int tutti_proxy_call_until(tutti_proxy *p, const char *method, const tutti_value *args,
	const tutti_value *kwargs, tutti_time deadline, tutti_value **result)
{
	tutti_value *made[2] = { NULL, NULL }, *value = NULL;
	int rc = 0;

	if (!method || !method[0] || !are_args(args) || !are_kwargs(kwargs))
		rc = -EINVAL;
	else if (p->local)
		rc = tu_local_call(p->local, method, args, kwargs, deadline, &value, NULL);
	else if ((rc = fill_in(&args, &kwargs, made)) == 0)
		rc = call_there(p, method, args, kwargs, deadline, &value);
	tutti_value_unref(made[0]);
	tutti_value_unref(made[1]);
	if (result)
		*result = value;
	else
		tutti_value_unref(value);
	return rc;
}

int tutti_proxy_call(tutti_proxy *p, const char *method, const tutti_value *args,
	const tutti_value *kwargs, tutti_value **result)
{
	return tutti_proxy_call_until(p, method, args, kwargs, TUTTI_FOREVER, result);
}

void tutti_proxy_free(tutti_proxy *p)
{
	if (!p)
		return;
	if (p->local)
		tu_local_free(p->local);
	if (p->ident)
		let_go(p->client, p->ident);
	tu_channel_free(p->own);
	tutti_value_unref(p->ident);
	tutti_value_unref(p->exposed);
	tutti_value_unref(p->args);
	tutti_value_unref(p->kwargs);
	free(p->name);
	free(p);
}
