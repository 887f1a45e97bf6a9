/* SPDX-License-Identifier: MIT */
/* machines.c - see machines.h. */
#include "web/machines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "web/address.h"

/* What is wrong with it; NULL: nothing. */
static const char *fault_of(const char *word)
{
	const char *host = word + 6, *port = strrchr(word, ':');
	struct sockaddr_un name;

	if (strncmp(word, "unix:", 5) == 0)
		return !word[5]                                    ? "there is no path"
		       : strlen(word + 5) >= sizeof(name.sun_path) ? "the path is too long"
								   : NULL;
	if (strncmp(word, "tcp://", 6) != 0)
		return "it begins with neither";
	if (port < host || !port[1])
		return "there is no port";
	if (port == host)
		return "there is no host";
	if (port[1 + strspn(port + 1, "0123456789")] || strlen(port + 1) > 5 ||
		atoi(port + 1) < 1 || atoi(port + 1) > 65535)
		return "a port is a number from 1 to 65535";
	return NULL;
}

const char *machines_place(const char *who, const char *word)
{
	const char *fault = word ? fault_of(word) : NULL;

	if (!word)
		say("%s: which manager? tcp://HOST:PORT or unix:PATH", who);
	else if (fault)
		say("%s: a manager is at tcp://HOST:PORT or unix:PATH, not at '%s': %s", who, word,
			fault);
	else
		return word;
	return NULL;
}

void machines_say(const char *who, const char *where, const char *name, int rc)
{
	if (rc == TUTTI_EAUTH)
		say("%s: %s: the manager there has another key", who, where);
	else if (rc == TUTTI_EPROTO)
		say("%s: %s: what listens there is no manager", who, where);
	else if (rc == -ECONNREFUSED)
		say("%s: %s: no manager listens there", who, where);
	else if (rc == -ENOENT && name)
		say("%s: %s: the manager there serves no %s", who, where, name);
	else if (rc == TUTTI_ETIMEDOUT)
		say("%s: %s: whoever listens there does not answer", who, where);
	else if (rc == TUTTI_ESHUTDOWN || rc == -ECONNRESET)
		say("%s: %s: the manager has shut down", who, where);
	else if (name)
		say("%s: %s: %s: %s", who, where, name, tutti_strerror(rc));
	else
		say("%s: %s: %s", who, where, address_words(where, rc));
}

int machines_connect(const char *who, tutti_manager **m, const char *where, const struct key *k)
{
	int rc = tutti_manager_create(m, where, tutti_bytes_text(k->key));

	if (rc < 0)
		*m = NULL;
	else
		rc = tutti_manager_connect(*m, tutti_after(TUTTI_SECONDS(10)));
	if (rc < 0 && rc != TUTTI_ECANCELED)
		machines_say(who, where, NULL, rc);
	return rc;
}

/* `tutti map --on tcp://...`: is the manager there, and does it serve jobs? */
int web_reach(const char *where, const struct key *k)
{
	tutti_manager *m = NULL;
	tutti_proxy *jobs;
	int rc = machines_place("map", where) ? machines_connect("map", &m, where, k) : -EINVAL;

	if (rc == 0) {
		rc = tutti_manager_proxy(m, JOBS_NAME, NULL, NULL, &jobs);
		if (rc == 0)
			tutti_proxy_free(jobs);
		else if (rc != TUTTI_ECANCELED)
			machines_say("map", where, "jobs", rc);
	}
	tutti_manager_free(m);
	return rc;
}
