/* SPDX-License-Identifier: MIT */
/* format.h - the formats of pack and unpack, a piece at a time; value.h explains them. */
#ifndef TU_WIRE_FORMAT_H
#define TU_WIRE_FORMAT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <tutti/value.h>

/* Behind what means nothing. */
const char *tu_format_skip(const char *format);

/* Behind one piece: a letter, or brackets and what is in them. NULL: that is none. */
const char *tu_format_behind(const char *format);

/* How many pieces; < 0: it is no format. */
int tu_format_count(const char *format);

/* What to do with the places that a format's letters fill. */
enum tu_unpack { TU_UNPACK_CHECK, TU_UNPACK_FILL, TU_UNPACK_SKIP };

/* One piece, which format points at and is moved behind. Errors as tutti_value_unpack. */
int tu_unpack_piece(const char **format, const tutti_value *v, va_list *args, enum tu_unpack what);

/* What Python calls the kind of value that a piece takes: "int". */
const char *tu_format_type(char letter);

/* As tutti_value_pack, but always a tuple of what the pieces are. */
int tu_pack_tuple(tutti_value **out, const char *format, va_list *args);

#endif
