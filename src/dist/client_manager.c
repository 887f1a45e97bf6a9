/* SPDX-License-Identifier: MIT */
/* client_manager.c - a manager is connected to another, and asks it about itself. */
#include "dist/client.h"

#include <errno.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

/* -- what the manager itself is asked --------------------------------------------------------- */

/* The answer to a request; TUTTI_EREMOTE: it has raised something. */
static int inquire(struct tu_client *k, const char *name, tutti_value **result)
{
	struct tu_client_answer r;
	int rc = tu_client_request(k, name, NULL, NULL, TUTTI_FOREVER, &r);

	if (rc < 0)
		return rc;
	if (tu_client_answer_raised(&r, "PermissionError", NULL)) {
		tu_client_answer_free(&r);
		return -EPERM;
	}
	rc = tu_client_answer_take(&r, result);
	if (rc < 0)
		tutti_value_unref(*result);
	return rc;
}

static int shut_down(struct tu_client *k)
{
	tutti_value *v;
	int rc = inquire(k, "shutdown", &v);

	if (rc == 0)
		tutti_value_unref(v);
	return rc;
}

static int debug_info(struct tu_client *k, tutti_bytes *text)
{
	tutti_value *v;
	tutti_bytes b;
	int rc = inquire(k, "debug_info", &v);

	if (rc < 0)
		return rc;
	rc = tutti_value_as_bytes(v, &b) < 0 ? TUTTI_EPROTO
					     : tutti_bytes_copy(text, b.data, b.size);
	tutti_value_unref(v);
	return rc;
}

static int number_of_objects(struct tu_client *k)
{
	tutti_value *v;
	int n, rc = inquire(k, "number_of_objects", &v);

	if (rc < 0)
		return rc;
	rc = tutti_value_unpack(v, "i", &n) < 0 || n < 0 ? TUTTI_EPROTO : n;
	tutti_value_unref(v);
	return rc;
}

static const struct tu_client_functions functions = {
	.shutdown = shut_down,
	.debug_info = debug_info,
	.number_of_objects = number_of_objects,
	.free = tu_client_free,
};

/* -- connecting ------------------------------------------------------------------------------- */

static int connected(tutti_manager *m, struct tu_client *k)
{
	int rc = 0;

	tutti_lock_acquire(&m->lock);
	if (m->state == TU_MANAGER_NEW) {
		m->client = k;
		m->state = TU_MANAGER_CONNECTED;
	} else {
		rc = -EBUSY;
	}
	tutti_lock_release(&m->lock);
	return rc;
}

static bool is_new(tutti_manager *m)
{
	bool is;

	tutti_lock_acquire(&m->lock);
	is = m->state == TU_MANAGER_NEW;
	tutti_lock_release(&m->lock);
	return is;
}

int tutti_manager_connect(tutti_manager *m, tutti_time deadline)
{
	struct tu_client *k;
	int rc;

	if (!is_new(m))
		return -EBUSY;
	k = tu_client_create(m, &functions);
	if (!k)
		return -ENOMEM;
	rc = tu_client_meet(k, deadline);
	if (rc == 0)
		rc = connected(m, k);
	if (rc < 0)
		tu_client_free(k);
	return rc;
}
