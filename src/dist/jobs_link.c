/* SPDX-License-Identifier: MIT */
/* jobs_link.c - see jobs_link.h. */
#include "dist/jobs_link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

const char *tu_jobs_address(const char *where)
{
	return strncmp(where, "tcp://", 6) == 0 ? where + 6 : where;
}

static bool is_text(const tutti_value *v, const char *text)
{
	tutti_bytes bytes;

	return tutti_value_kind(v) == TUTTI_VALUE_TEXT && tutti_value_as_bytes(v, &bytes) == 0 &&
	       bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* -- requests --------------------------------------------------------------------------------- */

/* Takes args over. */
static int request(tutti_connection *c, const tutti_value *id, const char *name, tutti_value *args)
{
	tutti_value *v;
	int rc = tutti_value_pack(&v, "(O s O {})", id, name, args);

	tutti_value_unref(args);
	if (rc < 0)
		return rc;
	rc = tutti_connection_send(c, v);
	tutti_value_unref(v);
	return rc;
}

int tu_jobs_link_send(struct tu_jobs_link *link, const char *method, const tutti_value *args)
{
	return request(link->connection, link->id, method, tutti_value_ref((tutti_value *)args));
}

static void describe(const tutti_value *v, char *text, size_t n)
{
	tutti_bytes words;

	if (tutti_value_str(&words, v) < 0)
		return;
	snprintf(text, n, "%.*s", (int)(words.size < n ? words.size : n), (const char *)words.data);
	tutti_bytes_free(&words);
}

/* Of (kind, value) the value, if all went well. */
static int open_reply(tutti_value *reply, tutti_value **answer, char *text, size_t n)
{
	const tutti_value *kind = tutti_value_at(reply, 0), *v = tutti_value_at(reply, 1);
	int rc = TUTTI_EREMOTE;

	if (tutti_value_kind(reply) != TUTTI_VALUE_TUPLE || tutti_value_size(reply) != 2)
		rc = TUTTI_EPROTO;
	else if (is_text(kind, "#RETURN"))
		rc = 0;
	else
		describe(v, text, n);
	if (rc == 0)
		*answer = tutti_value_ref((tutti_value *)v);
	tutti_value_unref(reply);
	return rc;
}

int tu_jobs_link_recv(struct tu_jobs_link *link, tutti_value **answer, char *text, size_t n)
{
	tutti_value *reply;
	int rc = tutti_connection_recv(link->connection, &reply);

	text[0] = '\0';
	return rc < 0 ? rc : open_reply(reply, answer, text, n);
}

/* -- beginning -------------------------------------------------------------------------------- */

/* Takes args over. */
static int ask(tutti_connection *c, const char *name, tutti_value *args, tutti_time deadline,
	tutti_value **answer)
{
	tutti_value *reply = NULL;
	char text[8];
	int rc = request(c, tutti_value_none(), name, args);

	if (rc == 0)
		rc = tutti_connection_recv_until(c, &reply, deadline);
	return rc < 0 ? rc : open_reply(reply, answer, text, sizeof(text));
}

/* On a connection of its own, as these requests are made; arg is lent. */
static int ask_once(const char *address, tutti_bytes key, tutti_time deadline, const char *name,
	const tutti_value *arg, tutti_value **answer)
{
	tutti_connection *c;
	tutti_value *args;
	int rc = tutti_value_pack(&args, "(O)", arg);

	if (rc < 0)
		return rc;
	rc = tutti_connection_connect(&c, address, key, deadline);
	if (rc < 0) {
		tutti_value_unref(args);
		return rc;
	}
	rc = ask(c, name, args, deadline, answer);
	tutti_connection_free(c);
	return rc;
}

/* The id under which the manager has them; held by nobody, as they stay as long as it does. */
static int find_jobs(const char *address, tutti_bytes key, tutti_time deadline, tutti_value **id)
{
	tutti_value *name, *made, *none;
	int rc = tutti_value_text(&name, TU_JOBS_NAME, strlen(TU_JOBS_NAME));

	if (rc < 0)
		return rc;
	rc = ask_once(address, key, deadline, "create", name, &made);
	tutti_value_unref(name);
	if (rc < 0)
		return rc == TUTTI_EREMOTE ? -ENOENT : rc;
	*id = tutti_value_ref((tutti_value *)tutti_value_at(made, 0));
	tutti_value_unref(made);
	if (!*id)
		return TUTTI_EPROTO;
	rc = ask_once(address, key, deadline, "decref", *id, &none);
	if (rc == 0)
		tutti_value_unref(none);
	else
		tutti_value_unref(*id);
	return rc;
}

static int accept_connection(tutti_connection *c, tutti_time deadline)
{
	tutti_value *args, *none;
	int rc = tutti_value_pack(&args, "(s)", "tutti jobs");

	if (rc == 0)
		rc = ask(c, "accept_connection", args, deadline, &none);
	if (rc == 0)
		tutti_value_unref(none);
	return rc;
}

int tu_jobs_link_open(
	struct tu_jobs_link *link, const char *address, tutti_bytes key, tutti_time deadline)
{
	tutti_connection *c;
	tutti_value *id = NULL;
	int rc = find_jobs(address, key, deadline, &id);

	if (rc < 0)
		return rc;
	rc = tutti_connection_connect(&c, address, key, deadline);
	if (rc == 0) {
		rc = accept_connection(c, deadline);
		if (rc < 0)
			tutti_connection_free(c);
	}
	if (rc < 0)
		tutti_value_unref(id);
	else
		*link = (struct tu_jobs_link){ c, id };
	return rc;
}

void tu_jobs_link_close(struct tu_jobs_link *link)
{
	tutti_connection_free(link->connection);
	tutti_value_unref(link->id);
	*link = (struct tu_jobs_link){ NULL, NULL };
}
