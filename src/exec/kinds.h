/* SPDX-License-Identifier: MIT */
/*
 * kinds.h - whose the arguments and results of jobs are, by their TUTTI_KIND_... Most are plain,
 * and cost a comparison.
 */
#ifndef TU_EXEC_KINDS_H
#define TU_EXEC_KINDS_H

#include <string.h>
#include <tutti/job.h>

/* The same as below, of what is counted. */
int tu_counted_keep(unsigned kind, void *to, const void *from);
void tu_counted_drop(unsigned kind, void *what);
int tu_counted_settle(unsigned kind, void *what);

/* Is it a reference to something, which must be given back? */
static inline bool tu_kind_is_counted(unsigned kind)
{
	return kind >= TUTTI_KIND_BYTES;
}

static inline bool tu_kind_is_value(unsigned kind)
{
	return kind == TUTTI_KIND_VALUE || kind == TUTTI_KIND_CALL;
}

/* The kind and its size go together. */
static inline bool tu_kind_valid(unsigned kind, uint32_t size)
{
	return kind <= TUTTI_KIND_BYTES ||
	       (tu_kind_is_value(kind) && size == sizeof(tutti_value *));
}

/* Is there what a job of that kind takes? */
static inline bool tu_kind_given(unsigned kind, const void *arg)
{
	if (kind == TUTTI_KIND_VOID)
		return true;
	return arg && (!tu_kind_is_value(kind) || *(tutti_value *const *)arg);
}

/* Copy size bytes of that kind such that they last: 0; -ENOMEM, *to untouched. */
static inline int tu_kind_keep(unsigned kind, uint32_t size, void *to, const void *from)
{
	if (tu_kind_is_counted(kind))
		return tu_counted_keep(kind, to, from);
	memcpy(to, from, size);
	return 0;
}

/* Give back what *what is a reference to, and make it none; what may be NULL. */
static inline void tu_kind_drop(unsigned kind, void *what)
{
	if (tu_kind_is_counted(kind) && what)
		tu_counted_drop(kind, what);
}

/*
 * A job has given this: make it last. 0; -ENOMEM, and it is none: lent bytes that could not be
 * copied, a value that is NULL.
 */
static inline int tu_kind_settle(unsigned kind, void *what)
{
	return tu_kind_is_counted(kind) ? tu_counted_settle(kind, what) : 0;
}

#endif
