/* SPDX-License-Identifier: MIT */
/* client_request.c - what is asked for, and of whom; redirects change both. */
#include "net/client.h"

#include "net/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <tutti/error.h>
#include <tutti/value_codec.h>

/* -- the url ----------------------------------------------------------------------------------- */

#ifdef CURLU_PUNYCODE
enum { HOST_FLAGS = CURLU_PUNYCODE };
#else
enum { HOST_FLAGS = 0 };
#endif

static int say_url(struct tu_client_request *q, const char *url, CURLUcode rc)
{
	if (rc == CURLUE_OUT_OF_MEMORY)
		return -ENOMEM;
	return tu_client_say(q->fault, -EINVAL, "%.150s: %s", *url ? url : "\"\"",
		rc == CURLUE_BAD_SCHEME ? "it begins with neither http:// nor https://"
					: curl_url_strerror(rc));
}

char *tu_client_url_part(CURLU *url, CURLUPart what, unsigned flags)
{
	char *text = NULL, *copy = NULL;

	if (curl_url_get(url, what, &text, flags) == CURLUE_OK)
		copy = strdup(text);
	curl_free(text);
	return copy;
}

/* "[::1]" is ::1 for who looks it up. */
static void unbracket(char *host)
{
	size_t n = strlen(host);

	if (n >= 2 && host[0] == '[') {
		memmove(host, host + 1, n - 2);
		host[n - 2] = '\0';
	}
}

/* Who is asked, of the url as it stands now. */
static int find_host(struct tu_client_request *q, const char *url)
{
	char *scheme = tu_client_url_part(q->url, CURLUPART_SCHEME, 0);
	bool plain = scheme && strcasecmp(scheme, "http") == 0;
	bool known = scheme != NULL;

	q->tls = scheme && strcasecmp(scheme, "https") == 0;
	free(scheme);
	if (known && !plain && !q->tls)
		return tu_client_say(
			q->fault, -EPROTONOSUPPORT, "%.150s: neither http nor https", url);
	free(q->host);
	free(q->port);
	free(q->name);
	q->name = NULL;
	q->host = tu_client_url_part(q->url, CURLUPART_HOST, HOST_FLAGS);
	for (char *c = q->host; c && *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 'a' - 'A') : *c;
	q->port = tu_client_url_part(q->url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	if (!known || !q->host || !q->port || asprintf(&q->name, "%s:%s", q->host, q->port) < 0)
		return -ENOMEM;
	unbracket(q->host);
	return 0;
}

/* The url's own user is a login, and stands in it no more. */
static int take_login(struct tu_client_request *q)
{
	char *user = tu_client_url_part(q->url, CURLUPART_USER, CURLU_URLDECODE);
	char *password = tu_client_url_part(q->url, CURLUPART_PASSWORD, CURLU_URLDECODE);
	int rc = 0;

	free(q->login);
	q->login = NULL;
	if (user && asprintf(&q->login, "%s:%s", user, password ? password : "") < 0) {
		q->login = NULL;
		rc = -ENOMEM;
	}
	free(user);
	free(password);
	curl_url_set(q->url, CURLUPART_USER, NULL, 0);
	curl_url_set(q->url, CURLUPART_PASSWORD, NULL, 0);
	return rc;
}

static int set_url(struct tu_client_request *q, const char *url)
{
	CURLUcode rc = curl_url_set(
		q->url, CURLUPART_URL, url, CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME);
	int code;

	if (rc != CURLUE_OK)
		return say_url(q, url, rc);
	code = take_login(q);
	return code < 0 ? code : find_host(q, url);
}

static int add_pairs(struct tu_client_text *t, const char *const *pairs)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && pairs && pairs[i]; i += 2)
		rc = tu_client_add_pair(t, pairs[i], pairs[i + 1]);
	return rc;
}

static int add_params(struct tu_client_request *q, const char *const *usual)
{
	struct tu_client_text t = { 0 };
	char *query;
	int rc = 0;

	if (!usual && !q->o.params)
		return 0;
	query = tu_client_url_part(q->url, CURLUPART_QUERY, 0);
	if (query)
		rc = tu_client_add_text(&t, query);
	free(query);
	if (rc == 0)
		rc = add_pairs(&t, usual);
	if (rc == 0)
		rc = add_pairs(&t, q->o.params);
	if (rc == 0 && t.data &&
		curl_url_set(q->url, CURLUPART_QUERY, t.data, 0) == CURLUE_OUT_OF_MEMORY)
		rc = -ENOMEM;
	free(t.data);
	return rc;
}

/* -- the body ---------------------------------------------------------------------------------- */

static int set_body(struct tu_client_request *q)
{
	const tutti_http_options *o = &q->o;
	tutti_value_fault fault = { 0 };
	tutti_bytes json;
	int rc = 0;

	q->body = o->body;
	if (o->form) {
		rc = add_pairs(&q->owned, o->form);
		if (rc == 0)
			rc = tu_client_add(&q->owned, "", 0);
	} else if (o->json) {
		rc = tutti_value_to_json(&json, o->json, NULL, &fault);
		if (rc < 0)
			return tu_client_say(q->fault, rc, "json: %s", fault.text);
		rc = tu_client_add(&q->owned, json.data, json.size);
		tutti_bytes_free(&json);
	}
	if (q->owned.data)
		q->body = tutti_bytes_of(q->owned.data, q->owned.size);
	return rc;
}

static void drop_body(struct tu_client_request *q)
{
	free(q->owned.data);
	q->owned = (struct tu_client_text){ 0 };
	q->body = (tutti_bytes){ 0 };
	q->o.read = NULL;
}

/* -- all of it --------------------------------------------------------------------------------- */

static int set_method(struct tu_client_request *q, const char *method)
{
	if (!method || !tu_http_is_token(method) || strlen(method) >= sizeof(q->method) ||
		strcmp(method, "CONNECT") == 0)
		return tu_client_say(q->fault, -EINVAL, "%.40s is no method of a request",
			method && *method ? method : "\"\"");
	strcpy(q->method, method);
	if (strcmp(method, "HEAD") == 0 && (q->o.read || q->o.form || q->o.json || q->o.body.data))
		return tu_client_say(q->fault, -EINVAL, "a HEAD has no body");
	return 0;
}

int tu_client_request_init(struct tu_client_request *q, const tutti_http_session *s,
	const char *method, const char *url, const tutti_http_options *options)
{
	int rc;

	q->fault = options ? options->fault : NULL;
	if (q->fault)
		q->fault->text[0] = '\0';
	tu_client_settle(s, &q->o, options);
	rc = tu_client_check_options(&q->o, q->fault);
	if (rc == 0)
		rc = set_method(q, method);
	if (rc < 0)
		return rc;
	if (!url)
		return tu_client_say(q->fault, -EINVAL, "there is no url");
	q->has_secrets = true;
	q->url = curl_url();
	rc = q->url ? set_url(q, url) : -ENOMEM;
	if (rc == 0)
		rc = add_params(q, s->defaults.params);
	if (rc == 0)
		rc = set_body(q);
	return rc < 0 ? rc : tu_client_proxy_find(q);
}

void tu_client_request_free(struct tu_client_request *q)
{
	curl_url_cleanup(q->url);
	free(q->host);
	free(q->port);
	free(q->name);
	free(q->login);
	free(q->owned.data);
	free(q->proxy);
	free(q->proxy_host);
	free(q->proxy_port);
}

/* -- redirects --------------------------------------------------------------------------------- */

/* As fetch does it: https://fetch.spec.whatwg.org/#http-redirect-fetch */
static bool becomes_get(const struct tu_client_request *q, int status)
{
	if (status == 303)
		return strcmp(q->method, "GET") != 0 && strcmp(q->method, "HEAD") != 0;
	return (status == 301 || status == 302) && strcmp(q->method, "POST") == 0;
}

/* The same host by TLS instead of without, each at its usual port, may know as much. */
static bool is_same_origin(const struct tu_client_request *q, bool tls, const char *name)
{
	size_t host = strlen(q->host);

	if (tls == q->tls)
		return strcasecmp(name, q->name) == 0;
	return q->tls && strcmp(q->port, "443") == 0 && strncasecmp(name, q->name, host) == 0 &&
	       strcmp(name + host, ":80") == 0;
}

int tu_client_request_redirect(struct tu_client_request *q, int status, const char *url)
{
	char *before = strdup(q->name), *login = q->login;
	bool tls = q->tls;
	int rc;

	if (!before)
		return -ENOMEM;
	if (becomes_get(q, status)) {
		strcpy(q->method, "GET");
		drop_body(q);
	}
	if (q->o.read) {
		free(before);
		return tu_client_say(q->fault, -ESPIPE,
			"%s: redirected, and what was sent cannot be read again", q->name);
	}
	q->login = NULL;
	rc = set_url(q, url);
	free(q->login); /* whoever redirects has no say in that */
	q->login = login;
	if (rc == 0 && !is_same_origin(q, tls, before))
		q->has_secrets = false;
	free(before);
	return rc < 0 ? rc : tu_client_proxy_find(q);
}
