/* SPDX-License-Identifier: MIT */
/*
 * local.h - how a proxy of the program that serves calls its objects: past the network, but with
 * the same answers. It holds its object as a client's proxy does, by count.
 */
#ifndef TU_DIST_LOCAL_H
#define TU_DIST_LOCAL_H

#include "dist/manager.h"

struct tu_local;

/*
 * What create does: args a tuple or list, kwargs a dict, or NULL. 0; -ENOENT: nothing of that name;
 * TUTTI_EREMOTE: it could not be made; TUTTI_ESHUTDOWN: it serves no more; -EINVAL: it was not
 * started, or args or kwargs are not so; -ENOMEM.
 */
int tu_local_create(tutti_manager *m, const char *name, const tutti_value *args,
	const tutti_value *kwargs, struct tu_local **l);

/* What it is of. */
const struct tu_kind *tu_local_kind(const struct tu_local *l);

/*
 * As tutti_proxy_call_until. proxy, if not NULL, receives the object that is the answer when that
 * is another one (#PROXY), or NULL; it is to be freed.
 */
int tu_local_call(struct tu_local *l, const char *method, const tutti_value *args,
	const tutti_value *kwargs, tutti_time deadline, tutti_value **result,
	struct tu_local **proxy);

/* Let go of the object; nobody is in a call. */
void tu_local_free(struct tu_local *l);

#endif
