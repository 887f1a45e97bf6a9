/* SPDX-License-Identifier: MIT */
/*
 * meaning.h - what values mean to the kinds list, dict and Array. From a client what has items
 * comes opaque and is kept so, to go back as it came; here it is read where Python would look into
 * it.
 */
#ifndef TU_DIST_MEANING_H
#define TU_DIST_MEANING_H

#include "dist/object.h"

/*
 * What v says, as far as values can: bytearray as bytes, OrderedDict as dict. What cannot be read
 * stays as it is. A reference of the caller's; NULL: no memory.
 */
tutti_value *tu_meaning(const tutti_value *v);

/* Python's ==, of what tu_meaning has given; v may still be opaque. -ENOMEM, 0 or 1. */
int tu_means(const tutti_value *meaning, const tutti_value *v);

/* What Python calls its type: "list", "Decimal". */
enum { TU_TYPE_ROOM = 48 };
const char *tu_type_of(const tutti_value *v, char name[TU_TYPE_ROOM]);

/*
 * What Python would go through: the items of a list, tuple, set, range or array, keys of a dict,
 * characters, bytes. *list is a list or tuple, the caller's; what has items in it stays opaque.
 * TUTTI_ETYPE: that is nothing of the sort. -E2BIG: they are too many (bound.h).
 */
int tu_items_of(const tutti_value *v, tutti_value **list);

/* The same, of too many a MemoryError. */
int tu_items_bounded(struct tu_call *c, const tutti_value *v, tutti_value **list);

/* And as a method's argument: "'int' object is not iterable". */
int tu_items_given(struct tu_call *c, const tutti_value *v, tutti_value **list);

/* An object's class and arguments, as tutti_value_object; NULL: v is none of that class. */
tutti_value *tu_object_of(const tutti_value *v, const char *module, const char *name);

/* Python's reversed(list), which is made over there: of a copy of it, so. */
int tu_reversed(tutti_value **iterator, const tutti_value *list);

/* repr, opaque items read. */
int tu_repr_text(tutti_value **text, const tutti_value *v);

/* A list or tuple with its items read, one that came opaque too. */
int tu_read_items(tutti_value **out, tutti_value *const *items, size_t n);

#endif
