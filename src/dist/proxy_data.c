/* SPDX-License-Identifier: MIT */
/*
 * proxy_data.c - proxy_data.h: the methods of Python's dict, list, Namespace and Value, and of its
 * array.array, which comes as an object of its bytes.
 */
#include "dist/proxy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/proxy_data.h>
#include <tutti/value_make.h>

/* Call with one or two arguments. */
static int with(tutti_proxy *p, const char *method, const tutti_value *first,
	const tutti_value *second, tutti_value **result)
{
	tutti_value *args = NULL;
	int rc;

	if (second)
		rc = tutti_value_pack(&args, "(OO)", first, second);
	else
		rc = tutti_value_pack(&args, "(O)", first);
	return tu_proxy_do(p, method, rc, args, TUTTI_FOREVER, result);
}

/* -- items ------------------------------------------------------------------------------------ */

int tutti_proxy_item_get(tutti_proxy *p, const tutti_value *key, tutti_value **v)
{
	return with(p, "__getitem__", key, NULL, v);
}

int tutti_proxy_item_set(tutti_proxy *p, const tutti_value *key, const tutti_value *v)
{
	return v ? with(p, "__setitem__", key, v, NULL) : -EINVAL;
}

int tutti_proxy_item_remove(tutti_proxy *p, const tutti_value *key)
{
	return with(p, "__delitem__", key, NULL, NULL);
}

int tutti_proxy_item_pop(tutti_proxy *p, const tutti_value *key, tutti_value **v)
{
	return with(p, "pop", key, NULL, v);
}

int tutti_proxy_contains(tutti_proxy *p, const tutti_value *v)
{
	tutti_value *args = NULL;
	int rc = tutti_value_pack(&args, "(O)", v);

	return (int)tu_proxy_count(p, "__contains__", rc, args, TUTTI_FOREVER);
}

ssize_t tutti_proxy_size(tutti_proxy *p)
{
	return (ssize_t)tu_proxy_count(p, "__len__", 0, NULL, TUTTI_FOREVER);
}

/* -- all of them ------------------------------------------------------------------------------ */

/* Call with [:], all from the first to the last. */
static int with_all(tutti_proxy *p, const char *method, tutti_value **result)
{
	tutti_value *none, *slice;
	int rc = tutti_value_pack(&none, "(nnn)");

	if (rc < 0)
		return rc;
	rc = tutti_value_object_make(&slice, "builtins", "slice", none);
	tutti_value_unref(none);
	if (rc < 0)
		return rc;
	rc = with(p, method, slice, NULL, result);
	tutti_value_unref(slice);
	return rc;
}

/* Items of an array, as the machine has them: that is what Python sends. */
#define READ(type, make)                                        \
	do {                                                    \
		type n_;                                        \
		memcpy(&n_, (const type *)data + i, sizeof n_); \
		return make(n_);                                \
	} while (0)

static tutti_value *array_item(char code, const void *data, size_t i)
{
	switch (code) {
	case 'b':
		READ(signed char, tutti_value_int);
	case 'B':
		READ(unsigned char, tutti_value_int);
	case 'h':
		READ(short, tutti_value_int);
	case 'H':
		READ(unsigned short, tutti_value_int);
	case 'i':
		READ(int, tutti_value_int);
	case 'I':
		READ(unsigned, tutti_value_int);
	case 'l':
		READ(long, tutti_value_int);
	case 'L':
		READ(unsigned long, tutti_value_uint);
	case 'q':
		READ(long long, tutti_value_int);
	case 'Q':
		READ(unsigned long long, tutti_value_uint);
	case 'f':
		READ(float, tutti_value_float);
	default:
		READ(double, tutti_value_float);
	}
}
#undef READ

/* 0: none that is known. */
static size_t array_item_size(char code)
{
	static const char codes[] = "bBhHiIlLqQfd";
	static const unsigned char sizes[] = { 1, 1, sizeof(short), sizeof(short), sizeof(int),
		sizeof(int), sizeof(long), sizeof(long), 8, 8, sizeof(float), sizeof(double) };
	const char *at = code ? strchr(codes, code) : NULL;

	return at ? sizes[at - codes] : 0;
}

static int array_list(tutti_value **v, char code, const void *data, size_t n)
{
	tutti_value **items = calloc(n + 1, sizeof(*items));
	int rc = items ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && rc == 0; i++) {
		items[i] = array_item(code, data, i);
		rc = items[i] ? 0 : -ENOMEM;
	}
	if (rc == 0)
		rc = tutti_value_list(v, items, n);
	for (size_t i = 0; i < n && items; i++)
		tutti_value_unref(items[i]);
	free(items);
	return rc;
}

/* array.array(code, bytes) as a list; TUTTI_ETYPE: that is none. */
static int from_array(tutti_value **v, const tutti_value *array)
{
	const char *module, *name, *code;
	const tutti_value *args, *state;
	tutti_value *parts;
	tutti_bytes b;
	size_t size;
	int rc = tutti_value_object(&parts, array);

	if (rc < 0)
		return rc;
	rc = TUTTI_ETYPE;
	if (tutti_value_unpack(parts, "(ssOO)", &module, &name, &args, &state) == 0 &&
		strcmp(module, "array") == 0 && strcmp(name, "array") == 0 &&
		tutti_value_unpack(args, "(sy)", &code, &b) == 0) {
		size = array_item_size(code[0]);
		if (size > 0 && b.size % size == 0)
			rc = array_list(v, code[0], b.data, b.size / size);
	}
	tutti_value_unref(parts);
	return rc;
}

/* A list has copy and clear from Python 3.14 on, an Array has neither. */
int tutti_proxy_snapshot(tutti_proxy *p, tutti_value **v)
{
	tutti_value *all = NULL, *list = NULL;
	int rc = tu_proxy_do(p, "copy", 0, NULL, TUTTI_FOREVER, &all);

	if (rc == -ENOSYS)
		rc = with_all(p, "__getitem__", &all);
	if (rc == 0 && tutti_value_kind(all) == TUTTI_VALUE_OPAQUE) {
		rc = from_array(&list, all);
		tutti_value_unref(all);
		all = list;
	}
	if (rc == 0)
		*v = all;
	return rc;
}

int tutti_proxy_clear(tutti_proxy *p)
{
	int rc = tu_proxy_do(p, "clear", 0, NULL, TUTTI_FOREVER, NULL);

	return rc == -ENOSYS ? with_all(p, "__delitem__", NULL) : rc;
}

/* -- dicts and lists -------------------------------------------------------------------------- */

int tutti_proxy_dict_update(tutti_proxy *p, const tutti_value *v)
{
	return with(p, "update", v, NULL, NULL);
}

int tutti_proxy_list_append(tutti_proxy *p, const tutti_value *v)
{
	return with(p, "append", v, NULL, NULL);
}

int tutti_proxy_list_extend(tutti_proxy *p, const tutti_value *v)
{
	return with(p, "extend", v, NULL, NULL);
}

/* -- namespaces and values -------------------------------------------------------------------- */

static int of_name(tutti_proxy *p, const char *method, const char *name, const tutti_value *v,
	tutti_value **result)
{
	tutti_value *text;
	int rc = name ? tutti_value_pack(&text, "s", name) : -EINVAL;

	if (rc < 0)
		return rc;
	rc = with(p, method, text, v, result);
	tutti_value_unref(text);
	return rc;
}

int tutti_proxy_attribute_get(tutti_proxy *p, const char *name, tutti_value **v)
{
	return of_name(p, "__getattribute__", name, NULL, v);
}

int tutti_proxy_attribute_set(tutti_proxy *p, const char *name, const tutti_value *v)
{
	return v ? of_name(p, "__setattr__", name, v, NULL) : -EINVAL;
}

int tutti_proxy_attribute_remove(tutti_proxy *p, const char *name)
{
	return of_name(p, "__delattr__", name, NULL, NULL);
}

int tutti_proxy_value_get(tutti_proxy *p, tutti_value **v)
{
	return tu_proxy_do(p, "get", 0, NULL, TUTTI_FOREVER, v);
}

int tutti_proxy_value_set(tutti_proxy *p, const tutti_value *v)
{
	return with(p, "set", v, NULL, NULL);
}
