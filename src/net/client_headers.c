/* SPDX-License-Identifier: MIT */
/* client_headers.c - what is sent before the body, and whether options may be so. */
#include "net/client.h"

#include "net/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>

/* -- whether they may be so -------------------------------------------------------------------- */

static bool is_value(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
			return false;
	return true;
}

/* What says how long the message is would make two of one. */
static bool is_ours(const char *name)
{
	return tu_http_same_name(name, "Content-Length") ||
	       tu_http_same_name(name, "Transfer-Encoding");
}

static int check_pairs(const char *const *pairs, const char *what, tutti_http_fault *fault)
{
	for (size_t i = 0; pairs && pairs[i]; i += 2)
		if (!pairs[i + 1])
			return tu_client_say(
				fault, -EINVAL, "%s: \"%.100s\" has no value", what, pairs[i]);
	return 0;
}

static int check_headers(const char *const *headers, tutti_http_fault *fault)
{
	int rc = check_pairs(headers, "headers", fault);

	for (size_t i = 0; rc == 0 && headers && headers[i]; i += 2) {
		const char *name = headers[i];

		if (!tu_http_is_token(name))
			rc = tu_client_say(
				fault, -EINVAL, "\"%.100s\" cannot be a header's name", name);
		else if (is_ours(name))
			rc = tu_client_say(fault, -EINVAL, "%s is said by the library alone", name);
		else if (!is_value(headers[i + 1]))
			rc = tu_client_say(
				fault, -EINVAL, "the value of %.100s has control characters", name);
	}
	return rc;
}

static int check_numbers(const tutti_http_options *o, tutti_http_fault *fault)
{
	for (size_t i = 0; i < sizeof(o->reserved) / sizeof(*o->reserved); i++)
		if (o->reserved[i] != 0)
			return tu_client_say(fault, -EINVAL, "reserved is not 0");
	if (o->timeout < 0 || o->redirects < -1 || o->size < -1)
		return tu_client_say(fault, -EINVAL, "%s is negative",
			o->timeout < 0 ? "timeout"
			: o->size < -1 ? "size"
				       : "redirects");
	return 0;
}

int tu_client_check_options(const tutti_http_options *o, tutti_http_fault *fault)
{
	int bodies = !!o->form + !!o->body.data + !!o->json + !!o->read;
	int rc = check_numbers(o, fault);

	if (rc == 0)
		rc = check_pairs(o->params, "params", fault);
	if (rc == 0)
		rc = check_pairs(o->form, "form", fault);
	if (rc == 0)
		rc = check_headers(o->headers, fault);
	if (rc < 0)
		return rc;
	if (o->type && !is_value(o->type))
		return tu_client_say(fault, -EINVAL, "type has control characters");
	if (bodies > 1)
		return tu_client_say(fault, -EINVAL, "form, body, json and read: one at most");
	return 0;
}

/* -- sending ----------------------------------------------------------------------------------- */

static const char *find(const char *const *headers, const char *name)
{
	for (size_t i = 0; headers && headers[i]; i += 2)
		if (tu_http_same_name(headers[i], name))
			return headers[i + 1];
	return NULL;
}

static int add(struct curl_slist **list, const char *name, const char *value)
{
	struct curl_slist *longer;
	char *line;

	/* Without a value libcurl leaves out what it would say itself. */
	if (asprintf(&line, *value ? "%s: %s" : "%s:", name, value) < 0)
		return -ENOMEM;
	longer = curl_slist_append(*list, line);
	free(line);
	if (longer)
		*list = longer;
	return longer ? 0 : -ENOMEM;
}

/* Not for another host than they were written for. */
static bool is_secret(const char *name)
{
	return tu_http_same_name(name, "Authorization") || tu_http_same_name(name, "Host") ||
	       tu_http_same_name(name, "Proxy-Authorization");
}

static int add_all(const struct tu_client_request *q, const char *const *headers,
	const char *const *before, struct curl_slist **list)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && headers && headers[i]; i += 2) {
		const char *name = headers[i];

		if (find(before, name) || tu_http_same_name(name, "Cookie") ||
			(!q->has_secrets && is_secret(name)) ||
			(!q->body.data && !q->o.read && tu_http_same_name(name, "Content-Type")))
			continue;
		rc = add(list, name, headers[i + 1]);
	}
	return rc;
}

static const char *type_of(const struct tu_client_request *q)
{
	if (q->o.type)
		return q->o.type;
	return q->o.form   ? "application/x-www-form-urlencoded"
	       : q->o.json ? "application/json"
			   : "application/octet-stream";
}

const char *tu_client_request_header(
	const struct tu_client_request *q, const tutti_http_options *defaults, const char *name)
{
	const char *value = find(q->o.headers, name);

	return value ? value : find(defaults->headers, name);
}

int tu_client_request_headers(const struct tu_client_request *q, const tutti_http_options *defaults,
	struct curl_slist **list)
{
	bool has_body = q->body.data || q->o.read;
	bool typed = has_body && tu_client_request_header(q, defaults, "Content-Type");
	int rc = add_all(q, defaults->headers, q->o.headers, list);

	if (rc == 0)
		rc = add_all(q, q->o.headers, NULL, list);
	if (rc == 0 && !typed) /* or libcurl thinks of one */
		rc = add(list, "Content-Type", has_body ? type_of(q) : "");
	/* To wait whether the server wants the body costs a second where it does not say. */
	if (rc == 0 && !tu_client_request_header(q, defaults, "Expect"))
		rc = add(list, "Expect", "");
	return rc;
}
