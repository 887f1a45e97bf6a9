/* SPDX-License-Identifier: MIT */
/* kinds.c - bytes and values as arguments and results: see kinds.h. */
#include "exec/kinds.h"

#include "base/value_word.h"
#include "core/bytes.h"

#include <errno.h>

int tu_counted_keep(unsigned kind, void *to, const void *from)
{
	if (kind == TUTTI_KIND_BYTES)
		return tu_bytes_keep(to, from);
	*(tutti_value **)to = tu_value_keep(*(tutti_value *const *)from);
	return 0;
}

void tu_counted_drop(unsigned kind, void *what)
{
	if (kind == TUTTI_KIND_BYTES) {
		tutti_bytes_free(what);
		return;
	}
	tu_value_drop(*(tutti_value **)what);
	*(tutti_value **)what = NULL;
}

int tu_counted_settle(unsigned kind, void *what)
{
	tutti_bytes *bytes = what;
	int rc = 0;

	if (kind != TUTTI_KIND_BYTES)
		return *(tutti_value **)what ? 0 : -ENOMEM;
	if (!bytes->owner)
		rc = tu_bytes_keep(bytes, bytes);
	if (rc < 0)
		*bytes = tutti_bytes_of(NULL, 0);
	return rc;
}
