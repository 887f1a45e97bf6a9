/* SPDX-License-Identifier: MIT */
/*
 * call.c - calls of objects: begun, waited for, given up; see object.h. Who waits stands in a list
 * of the object, under its lock, and is answered by whoever changes it, under that lock too. So
 * once the lock was had again after c->answered nobody looks at the call any more.
 */
#include "dist/object.h"

#include <stdio.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

/* -- objects ---------------------------------------------------------------------------------- */

int tu_object_make(struct tu_object **o, const struct tu_kind *kind, const tutti_value *args,
	const tutti_value *kwargs, char *text)
{
	const struct tu_method making = { .name = kind->name };
	struct tu_call c = { .method = &making, .args = args, .kwargs = kwargs };
	int rc = kind->make(o, &c);

	memcpy(text, c.text, sizeof(c.text));
	tutti_value_unref(c.result);
	return rc;
}

void tu_object_init(struct tu_object *o, const struct tu_kind *kind)
{
	o->kind = kind;
}

void tu_object_free(struct tu_object *o)
{
	if (o)
		o->kind->free(o);
}

const struct tu_method *tu_kind_method(const struct tu_kind *kind, tutti_bytes name)
{
	for (size_t i = 0; i < kind->n_methods; i++)
		if (strlen(kind->methods[i].name) == name.size &&
			memcmp(kind->methods[i].name, name.data, name.size) == 0)
			return &kind->methods[i];
	return NULL;
}

static int repr(struct tu_object *o, struct tu_call *c)
{
	const char *module = o->kind->module;
	char text[128];

	if (o->kind->repr)
		return o->kind->repr(o, &c->result);
	snprintf(text, sizeof(text), "<%s%s%.80s object>", module ? module : "", module ? "." : "",
		o->kind->name);
	return tutti_value_text(&c->result, text, strlen(text));
}

static int value(struct tu_object *o, struct tu_call *c)
{
	if (o->kind->value)
		return o->kind->value(o, &c->result);
	return tu_call_fail(c, TUTTI_EREMOTE, "cannot pickle '%.80s' object", o->kind->name);
}

const struct tu_method *tu_kind_fallback(tutti_bytes name)
{
	static const struct tu_method methods[] = { { "#GETVALUE", value }, { "__repr__", repr },
		{ "__str__", repr } };
	static const struct tu_kind all = { .methods = methods, .n_methods = 3 };

	return tu_kind_method(&all, name);
}

/* -- who waits; with the lock held ------------------------------------------------------------ */

static void append(struct tu_object *o, struct tu_call *c)
{
	struct tu_calls *list = &o->waiting[c->awaits];

	c->list = c->awaits;
	c->before = list->last;
	c->after = NULL;
	if (list->last)
		list->last->after = c;
	else
		list->first = c;
	list->last = c;
	c->waits = true;
}

static void take_out(struct tu_object *o, struct tu_call *c)
{
	struct tu_calls *list = &o->waiting[c->list];

	if (c->before)
		c->before->after = c->after;
	else
		list->first = c->after;
	if (c->after)
		c->after->before = c->before;
	else
		list->last = c->before;
	c->waits = false;
}

/* TU_CALL_WAITS, or it has its answer; the lists know. */
static int ask(struct tu_object *o, struct tu_call *c)
{
	int rc = c->method->call(o, c);

	if (rc != TU_CALL_WAITS) {
		c->code = rc;
		if (c->waits)
			take_out(o, c);
	} else if (!c->waits) {
		append(o, c);
	} else if (c->awaits != c->list) {
		take_out(o, c);
		append(o, c);
	}
	return rc;
}

static void ask_list(struct tu_object *o, unsigned list)
{
	struct tu_call *c = o->waiting[list].first, *after;

	for (; c; c = after) {
		after = c->after;
		if (ask(o, c) != TU_CALL_WAITS)
			tutti_event_set(&c->answered);
		else if (list != 0 && c->list == list)
			return;
	}
}

static void ask_all(struct tu_object *o)
{
	while (o->changed) {
		o->changed = false;
		for (unsigned list = 0; list < TU_AWAITED; list++)
			ask_list(o, list);
	}
}

/* -- a call ----------------------------------------------------------------------------------- */

int tu_call_begin(struct tu_object *o, struct tu_call *c)
{
	int rc;

	c->deadline = TUTTI_FOREVER;
	if (o->kind->own)
		return c->code = c->method->call(o, c);
	tutti_lock_acquire(&o->lock);
	rc = ask(o, c);
	ask_all(o);
	if (rc == TU_CALL_WAITS && !c->waits) /* what it has changed has answered itself */
		rc = c->code;
	tutti_lock_release(&o->lock);
	return rc;
}

int tu_call_answer(struct tu_object *o, struct tu_call *c)
{
	int rc;

	tutti_lock_acquire(&o->lock);
	rc = c->waits ? TU_CALL_WAITS : c->code;
	tutti_lock_release(&o->lock);
	return rc;
}

int tu_call_late(struct tu_object *o, struct tu_call *c)
{
	int rc;

	tutti_lock_acquire(&o->lock);
	if (c->waits) {
		c->late = true;
		ask(o, c);
		c->late = false;
		ask_all(o);
	}
	rc = c->waits ? TU_CALL_WAITS : c->code;
	tutti_lock_release(&o->lock);
	return rc;
}

void tu_call_drop(struct tu_object *o, struct tu_call *c)
{
	tutti_lock_acquire(&o->lock);
	if (c->waits) {
		take_out(o, c);
		if (o->kind->dropped)
			o->kind->dropped(o, c);
	} else if (c->code == 0 && o->kind->undo) {
		o->kind->undo(o, c);
	}
	ask_all(o);
	tutti_lock_release(&o->lock);
	tu_call_end(o, c);
}

void tu_call_end(struct tu_object *o, struct tu_call *c)
{
	if (o->kind->end)
		o->kind->end(c);
	tutti_value_unref(c->result);
	c->result = NULL;
	tu_object_free(c->proxy);
	c->proxy = NULL;
}

void tu_object_left(struct tu_object *o, const void *caller)
{
	if (!o->kind->left)
		return;
	tutti_lock_acquire(&o->lock);
	o->kind->left(o, caller);
	ask_all(o);
	tutti_lock_release(&o->lock);
}
