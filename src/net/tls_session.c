/* SPDX-License-Identifier: MIT */
/*
 * tls_session.c - sessions that a client may go on from: the last of each server, by its name. One
 * of TLS 1.3 is used once, so that nobody who watches can tell that two connections are the same
 * client's; each connection brings new ones.
 */
#include "net/tls.h"

#include <stdlib.h>
#include <string.h>

/* Its place, or that of whoever has to make room. Under the lock. */
static struct tu_tls_session *find(struct tu_tls_settings *t, const char *name, bool make)
{
	struct tu_tls_session *oldest = &t->sessions[0];

	for (int i = 0; i < TU_TLS_KEPT; i++) {
		struct tu_tls_session *k = &t->sessions[i];

		if (k->name && strcmp(k->name, name) == 0)
			return k;
		if (k->used < oldest->used)
			oldest = k;
	}
	return make ? oldest : NULL;
}

static void forget(struct tu_tls_session *k)
{
	SSL_SESSION_free(k->session);
	free(k->name);
	*k = (struct tu_tls_session){ 0 };
}

SSL_SESSION *tu_tls_session_get(struct tu_tls_settings *t, const char *name)
{
	SSL_SESSION *session = NULL;
	struct tu_tls_session *k;

	tutti_lock_acquire(&t->lock);
	k = find(t, name, false);
	if (k && SSL_SESSION_up_ref(k->session)) {
		session = k->session;
		k->used = ++t->clock;
		if (SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION)
			forget(k);
	}
	tutti_lock_release(&t->lock);
	return session;
}

void tu_tls_session_put(struct tu_tls_settings *t, const char *name, SSL_SESSION *session)
{
	char *copy = name && SSL_SESSION_is_resumable(session) ? strdup(name) : NULL;
	struct tu_tls_session *k;

	if (!copy) {
		SSL_SESSION_free(session);
		return;
	}
	tutti_lock_acquire(&t->lock);
	k = find(t, name, true);
	forget(k);
	*k = (struct tu_tls_session){ copy, session, ++t->clock };
	tutti_lock_release(&t->lock);
}

void tu_tls_sessions_free(struct tu_tls_settings *t)
{
	for (int i = 0; i < TU_TLS_KEPT; i++)
		forget(&t->sessions[i]);
}
