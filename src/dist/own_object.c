/* SPDX-License-Identifier: MIT */
/*
 * own_object.c - objects of the program's own: a kind for each, made of the methods it came with.
 * They are called by whoever runs the call, as many at once as there are calls.
 */
#include "dist/manager.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/manager_objects.h>

enum { METHODS_MAX = 1000 };

struct own {
	struct tu_object object;
	struct tu_kind kind;
	void *self;
	char *name;
	struct tu_method *methods;         /* in the order of their names */
	tutti_manager_function *functions; /* in the same */
};

static void free_own(struct tu_object *o)
{
	struct own *w = (struct own *)o;

	free(w->name);
	free(w->methods);
	free(w->functions);
	free(w);
}

/* -- a call ----------------------------------------------------------------------------------- */

/* What the method says of its error, for the one call: the task that runs it has not failed. */
static void take_words(struct tu_call *c)
{
	const char *words = tutti_fail_text();

	if (words)
		snprintf(c->text, sizeof(c->text), "%s", words);
	tutti_fail(0, "%s", "");
}

static int call(struct tu_object *o, struct tu_call *c)
{
	struct own *w = (struct own *)o;
	tutti_value *result = NULL;
	int rc;

	tutti_fail(0, "%s", "");
	rc = w->functions[c->method - w->methods](w->self, c->args, c->kwargs, &result);
	if (rc < 0)
		take_words(c);
	if (rc < 0 && rc != TUTTI_EREMOTE) {
		tutti_value_unref(result);
		result = NULL;
	}
	c->result = result;
	return rc < 0 ? rc : 0;
}

/* -- life ------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(
		((const tutti_manager_method *)a)->name, ((const tutti_manager_method *)b)->name);
}

/* A copy in the order of their names; *sorted is the caller's. */
static int sort_methods(
	tutti_manager_method **sorted, const tutti_manager_method *methods, size_t n)
{
	if (n == 0 || n > METHODS_MAX || !methods)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!methods[i].call || !tu_is_identifier(methods[i].name))
			return -EINVAL;
	*sorted = calloc(n, sizeof(**sorted));
	if (!*sorted)
		return -ENOMEM;
	memcpy(*sorted, methods, n * sizeof(**sorted));
	qsort(*sorted, n, sizeof(**sorted), by_name);
	for (size_t i = 1; i < n; i++) {
		if (strcmp((*sorted)[i - 1].name, (*sorted)[i].name) == 0) {
			free(*sorted);
			return -EEXIST;
		}
	}
	return 0;
}

static struct own *make(const char *name, const tutti_manager_method *sorted, size_t n, void *self)
{
	struct own *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->name = strdup(name);
	w->methods = calloc(n, sizeof(*w->methods));
	w->functions = calloc(n, sizeof(tutti_manager_function));
	if (!w->name || !w->methods || !w->functions) {
		free_own(&w->object);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		w->methods[i] = (struct tu_method){ sorted[i].name, call };
		w->functions[i] = sorted[i].call;
	}
	w->self = self;
	w->kind = (struct tu_kind){
		.name = w->name,
		.methods = w->methods,
		.n_methods = n,
		.own = true,
		.module = "tutti",
		.free = free_own,
	};
	tu_object_init(&w->object, &w->kind);
	return w;
}

int tutti_manager_serve_object(tutti_manager *m, const char *name,
	const tutti_manager_method *methods, size_t n, void *self)
{
	tutti_manager_method *sorted;
	struct own *w;
	int rc;

	if (!tu_is_identifier(name))
		return -EINVAL;
	rc = sort_methods(&sorted, methods, n);
	if (rc < 0)
		return rc;
	w = make(name, sorted, n, self);
	free(sorted);
	if (!w)
		return -ENOMEM;
	rc = tu_manager_serve(m, name, &w->kind, &w->object);
	if (rc < 0)
		tu_object_free(&w->object);
	return rc;
}
