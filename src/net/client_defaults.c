/* SPDX-License-Identifier: MIT */
/* client_defaults.c - what is said once, with the session, for all its requests. */
#include "net/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* -- keeping them ------------------------------------------------------------------------------ */

static void free_list(const char *const *list)
{
	for (size_t i = 0; list && list[i]; i++)
		free((void *)list[i]);
	free((void *)list);
}

static int copy_list(const char *const **to, const char *const *list)
{
	const char **made;
	size_t n = 0;

	while (list && list[n])
		n++;
	if (!list)
		return 0;
	made = calloc(n + 1, sizeof(*made));
	*to = made;
	for (size_t i = 0; made && i < n; i++) {
		made[i] = strdup(list[i]);
		if (!made[i])
			return -ENOMEM;
	}
	return made ? 0 : -ENOMEM;
}

static int copy_text(const char **to, const char *text)
{
	*to = text ? strdup(text) : NULL;
	return text && !*to ? -ENOMEM : 0;
}

void tu_client_defaults_free(tutti_http_session *s)
{
	free_list(s->defaults.params);
	free_list(s->defaults.headers);
	free((void *)s->defaults.proxy);
	free((void *)s->defaults.login);
}

int tu_client_defaults_take(tutti_http_session *s, const tutti_http_options *o)
{
	tutti_http_options *d = &s->defaults;
	int rc = tu_client_check_options(o, o->fault);

	if (rc < 0)
		return rc;
	if (o->form || o->body.data || o->json || o->read || o->type || o->deadline)
		return tu_client_say(o->fault, -EINVAL,
			"the defaults of a session have no body and no deadline");
	*d = (tutti_http_options){ .insecure = o->insecure,
		.timeout = o->timeout,
		.redirects = o->redirects,
		.body_max = o->body_max };
	rc = copy_list(&d->params, o->params);
	if (rc == 0)
		rc = copy_list(&d->headers, o->headers);
	if (rc == 0)
		rc = copy_text(&d->proxy, o->proxy);
	return rc < 0 ? rc : copy_text(&d->login, o->login);
}

/* -- using them -------------------------------------------------------------------------------- */

static tutti_time deadline_of(const tutti_http_options *o)
{
	tutti_time timeout = o->timeout > 0 ? tutti_after(o->timeout) : TUTTI_FOREVER;
	tutti_time deadline = o->deadline ? o->deadline : TUTTI_FOREVER;

	return timeout < deadline ? timeout : deadline;
}

void tu_client_settle(
	const tutti_http_session *s, tutti_http_options *o, const tutti_http_options *given)
{
	const tutti_http_options *d = &s->defaults;

	*o = given ? *given : (tutti_http_options){ 0 };
	o->insecure = o->insecure || d->insecure;
	if (!o->proxy)
		o->proxy = d->proxy;
	if (!o->login)
		o->login = d->login;
	if (!o->timeout)
		o->timeout = d->timeout;
	if (!o->redirects)
		o->redirects = d->redirects ? d->redirects : 10;
	if (!o->body_max)
		o->body_max = d->body_max ? d->body_max : 64 * 1024 * 1024;
	o->deadline = deadline_of(o);
}
