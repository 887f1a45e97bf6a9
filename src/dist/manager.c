/* SPDX-License-Identifier: MIT */
/* manager.c - the life of a manager, of either side, and what it is asked for by its program. */
#include "dist/kinds.h"
#include "dist/server.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/manager_objects.h>
#include <tutti/value_make.h>

/* -- making one ------------------------------------------------------------------------------- */

/* A port, or a socket's path: what no address is without. */
static bool is_address(const char *text)
{
	const char *port = strrchr(text, ':');
	char *end;

	if (strncmp(text, "unix:", 5) == 0)
		return text[5] != '\0';
	return port && port[1] >= '0' && port[1] <= '9' && strtoul(port + 1, &end, 10) <= 65535 &&
	       *end == '\0';
}

static void set_options(tutti_manager *m, const tutti_manager_options *o)
{
	tutti_manager_options *to = &m->options;

	*to = *o;
	if (!to->message_max)
		to->message_max = (size_t)64 << 20;
	if (!to->queue_bytes_max)
		to->queue_bytes_max = (size_t)1 << 30;
	if (!to->clients_max)
		to->clients_max = 65536;
	if (!to->strangers_max)
		to->strangers_max = 256;
	if (!to->handshake_max)
		to->handshake_max = TUTTI_SECONDS(10);
	if (!to->grace)
		to->grace = TUTTI_SECONDS(1);
	if (!to->loops)
		to->loops = 1;
}

int tutti_manager_create(tutti_manager **m, const char *address, tutti_bytes authkey)
{
	tutti_manager *made;
	int rc;

	if (address && strncmp(address, "tcp://", 6) == 0)
		address += 6;
	if (!address || !is_address(address) || authkey.size == 0 || authkey.size > INT32_MAX)
		return -EINVAL;
	made = calloc(1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	set_options(made, &(tutti_manager_options){ 0 });
	made->address = strdup(address);
	made->server = tu_server_make(made);
	rc = tutti_bytes_copy(&made->key, authkey.data, authkey.size);
	if (!made->address || !made->server || rc < 0) {
		tutti_manager_free(made);
		return rc < 0 ? rc : -ENOMEM;
	}
	*m = made;
	return 0;
}

static enum tu_manager_state state_of(tutti_manager *m)
{
	enum tu_manager_state state;

	tutti_lock_acquire(&m->lock);
	state = m->state;
	tutti_lock_release(&m->lock);
	return state;
}

int tutti_manager_configure(tutti_manager *m, const tutti_manager_options *o)
{
	if (o->handshake_max < 0 || o->grace < -1 || o->message_max > UINT32_MAX || o->loops > 4096)
		return -EINVAL;
	for (size_t i = 0; i < sizeof(o->reserved) / sizeof(*o->reserved); i++)
		if (o->reserved[i] != 0)
			return -EINVAL;
	if (state_of(m) != TU_MANAGER_NEW)
		return -EBUSY;
	set_options(m, o);
	return 0;
}

/* -- what it serves --------------------------------------------------------------------------- */

/* Python's own words: m.class() is none of its sentences. */
static bool is_keyword(const char *name)
{
	static const char *const words[] = { "False", "None", "True", "and", "as", "assert",
		"async", "await", "break", "class", "continue", "def", "del", "elif", "else",
		"except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
		"nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with",
		"yield" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(name, words[i]) == 0)
			return true;
	return false;
}

bool tu_is_identifier(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";

	if (!name || name[0] == '\0' || !strchr(letters, name[0]) || is_keyword(name))
		return false;
	for (; *name; name++)
		if (!strchr(letters, *name) && !(*name >= '0' && *name <= '9'))
			return false;
	return true;
}

int tu_manager_serve(
	tutti_manager *m, const char *name, const struct tu_kind *kind, struct tu_object *shared)
{
	if (!tu_is_identifier(name))
		return -EINVAL;
	if (state_of(m) != TU_MANAGER_NEW)
		return -EBUSY;
	return tu_objects_name(&m->server->objects, name, kind, shared);
}

int tutti_manager_serve_queue(tutti_manager *m, const char *name, size_t maxsize)
{
	char text[TU_CALL_TEXT];
	struct tu_object *o = NULL;
	tutti_value *args, *kwargs = NULL;
	int rc = tutti_value_pack(
		&args, "(K)", maxsize < INT64_MAX ? (uint64_t)maxsize : (uint64_t)INT64_MAX);

	if (rc == 0)
		rc = tutti_value_dict(&kwargs, NULL, 0);
	if (rc == 0)
		rc = tu_object_make(&o, &tu_kind_queue, args, kwargs, text);
	tutti_value_unref(args);
	tutti_value_unref(kwargs);
	if (rc == 0)
		rc = tu_manager_serve(m, name, &tu_kind_queue, o);
	if (rc < 0)
		tu_object_free(o);
	return rc;
}

/* -- serving ---------------------------------------------------------------------------------- */

/* Nobody but the caller may begin from now on; or -EBUSY. */
static int begin(tutti_manager *m)
{
	int rc = 0;

	tutti_lock_acquire(&m->lock);
	if (m->state == TU_MANAGER_NEW)
		m->state = TU_MANAGER_BEGINS;
	else
		rc = -EBUSY;
	tutti_lock_release(&m->lock);
	return rc;
}

static void set_state(tutti_manager *m, enum tu_manager_state state)
{
	tutti_lock_acquire(&m->lock);
	m->state = state;
	tutti_lock_release(&m->lock);
}

int tutti_manager_start(tutti_manager *m)
{
	int rc = begin(m);

	if (rc < 0)
		return rc;
	rc = tu_server_start(m->server);
	set_state(m, rc < 0 ? TU_MANAGER_NEW : TU_MANAGER_SERVES);
	return rc;
}

int tutti_manager_serve(tutti_manager *m)
{
	int rc = begin(m);

	if (rc < 0)
		return rc;
	rc = tu_server_listen(m->server);
	set_state(m, rc < 0 ? TU_MANAGER_NEW : TU_MANAGER_SERVES);
	return rc < 0 ? rc : tu_server_serve(m->server);
}

int tutti_manager_join(tutti_manager *m, tutti_time deadline)
{
	enum tu_manager_state state = state_of(m);

	if (state != TU_MANAGER_SERVES && state != TU_MANAGER_ENDED)
		return -EINVAL;
	return tutti_event_wait_until(&m->server->over, deadline);
}

int tutti_manager_shutdown(tutti_manager *m)
{
	enum tu_manager_state state;

	tutti_lock_acquire(&m->lock);
	state = m->state;
	if (state == TU_MANAGER_SERVES)
		m->state = TU_MANAGER_ENDED;
	tutti_lock_release(&m->lock);
	if (state == TU_MANAGER_CONNECTED)
		return m->client->functions->shutdown(m->client);
	if (state == TU_MANAGER_ENDED ||
		(state == TU_MANAGER_SERVES && tutti_event_is_set(&m->server->over)))
		return TUTTI_ESHUTDOWN;
	if (state != TU_MANAGER_SERVES)
		return -EINVAL;
	tu_server_stop(m->server, false);
	return tutti_event_wait(&m->server->over);
}

void tutti_manager_free(tutti_manager *m)
{
	if (!m)
		return;
	if (m->client)
		m->client->functions->free(m->client);
	if (m->server)
		tu_server_stop(m->server, true);
	tu_server_free(m->server);
	OPENSSL_cleanse((void *)m->key.data, m->key.size);
	tutti_bytes_free(&m->key);
	free(m->address);
	free(m);
}

/* -- what is told of it ----------------------------------------------------------------------- */

int tutti_manager_port(const tutti_manager *m)
{
	return tu_server_port(m->server);
}

int tutti_manager_address(const tutti_manager *m, char *text, size_t size)
{
	return snprintf(text, size, "%s", tu_server_address(m->server));
}

int tutti_manager_debug_info(tutti_manager *m, tutti_bytes *text)
{
	switch (state_of(m)) {
	case TU_MANAGER_CONNECTED:
		return m->client->functions->debug_info(m->client, text);
	case TU_MANAGER_SERVES:
		return tu_server_stopping(m->server)
			       ? TUTTI_ESHUTDOWN
			       : tu_objects_debug_info(&m->server->objects, text);
	case TU_MANAGER_ENDED:
		return TUTTI_ESHUTDOWN;
	default:
		return -EINVAL;
	}
}

int tutti_manager_number_of_objects(tutti_manager *m)
{
	switch (state_of(m)) {
	case TU_MANAGER_CONNECTED:
		return m->client->functions->number_of_objects(m->client);
	case TU_MANAGER_SERVES:
		return tu_server_stopping(m->server) ? TUTTI_ESHUTDOWN
						     : (int)tu_objects_number(&m->server->objects);
	case TU_MANAGER_ENDED:
		return TUTTI_ESHUTDOWN;
	default:
		return -EINVAL;
	}
}
