/* SPDX-License-Identifier: MIT */
/* client_follow.c - requests, and those that their answers redirect to. */
#include "net/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>

/* Where the answer sends to; it has to be asked for while libcurl knows of it. */
static int redirect(struct tu_client_transfer *t)
{
	const char *found = NULL;
	char *url;
	int status = t->response->status, rc;

	curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &found);
	url = found ? strdup(found) : NULL;
	tu_client_transfer_end(t);
	if (!found)
		return tu_client_say(t->request.fault, TUTTI_EPROTO,
			"%s: redirected to what is no url", t->request.name);
	rc = url ? 0 : -ENOMEM;
	if (rc == 0 && t->request.o.redirects-- == 0)
		rc = tu_client_say(t->request.fault, -ELOOP,
			"%s: too many redirects, at last to %.150s", t->request.name, url);
	if (rc == 0)
		rc = tu_client_request_redirect(&t->request, status, url);
	free(url);
	return rc;
}

/* libcurl has put it together from its parts already. */
static int keep_url(struct tu_client_transfer *t)
{
	const char *url = NULL;

	if (curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url) == CURLE_OK && url)
		t->response->url = strdup(url);
	return t->response->url ? 0 : -ENOMEM;
}

/* The answer that is none of those. */
static int follow(struct tu_client_transfer *t)
{
	int rc;

	do {
		tu_client_response_clear(t->response);
		rc = tu_client_transfer_begin(t);
		if (rc == 0)
			rc = t->streams ? tu_client_transfer_head(t) : tu_client_transfer_all(t);
		if (rc < 0 || !t->dropping)
			break;
		rc = redirect(t);
	} while (rc == 0);
	return rc < 0 ? rc : keep_url(t);
}

/* Whatever has not said what is wrong does so here. */
static int give_up(struct tu_client_transfer *t, int rc)
{
	tu_client_say_code(&t->request, rc);
	tu_client_response_free(t->response);
	tu_client_transfer_free(t);
	return rc;
}

static void hand_out(struct tu_client_transfer *t, tutti_http_response *response)
{
	struct tu_client_response *r = t->response;

	*response = (tutti_http_response){ .status = r->status, .priv = r };
	if (t->streams && !tu_client_transfer_is_complete(t)) {
		r->transfer = t;
		return;
	}
	if (!t->streams)
		response->body = tutti_bytes_of(r->body.data ? r->body.data : "", r->body.size);
	tu_client_transfer_free(t);
}

/* What a request needs in any case. 0, -ENOMEM, TUTTI_ESHUTDOWN. */
static int make(struct tu_client_transfer **made, tutti_http_session *s)
{
	struct tu_client_transfer *t = calloc(1, sizeof(*t));
	int rc;

	if (!t)
		return -ENOMEM;
	t->response = calloc(1, sizeof(*t->response));
	rc = t->response ? tu_client_session_use(s) : -ENOMEM;
	if (rc < 0) {
		free(t->response);
		free(t);
		return rc;
	}
	t->session = s;
	*made = t;
	return 0;
}

static int ask(tutti_http_session *s, tutti_http_response *response, const char *method,
	const char *url, const tutti_http_options *options, bool streams)
{
	struct tu_client_transfer *t;
	int rc = make(&t, s);

	if (rc < 0)
		return tu_client_say(options ? options->fault : NULL, rc, "%s", tutti_strerror(rc));
	t->streams = t->response->streamed = streams;
	rc = tu_client_request_init(&t->request, s, method, url, options);
	t->response->fault = t->request.fault;
	if (rc == 0)
		rc = follow(t);
	if (rc < 0)
		return give_up(t, rc);
	hand_out(t, response);
	return 0;
}

/* -- the calls --------------------------------------------------------------------------------- */

int tutti_http_open(tutti_http_session *s, tutti_http_response *r, const char *method,
	const char *url, const tutti_http_options *options)
{
	return ask(s, r, method, url, options, true);
}

int tutti_http_request(tutti_http_session *s, tutti_http_response *r, const char *method,
	const char *url, const tutti_http_options *options)
{
	return ask(s, r, method, url, options, false);
}

int tutti_http_get(tutti_http_session *s, tutti_http_response *r, const char *url,
	const tutti_http_options *options)
{
	return ask(s, r, "GET", url, options, false);
}

int tutti_http_head(tutti_http_session *s, tutti_http_response *r, const char *url,
	const tutti_http_options *options)
{
	return ask(s, r, "HEAD", url, options, false);
}

int tutti_http_post(tutti_http_session *s, tutti_http_response *r, const char *url,
	const tutti_http_options *options)
{
	return ask(s, r, "POST", url, options, false);
}

int tutti_http_put(tutti_http_session *s, tutti_http_response *r, const char *url,
	const tutti_http_options *options)
{
	return ask(s, r, "PUT", url, options, false);
}

int tutti_http_patch(tutti_http_session *s, tutti_http_response *r, const char *url,
	const tutti_http_options *options)
{
	return ask(s, r, "PATCH", url, options, false);
}

int tutti_http_delete(tutti_http_session *s, tutti_http_response *r, const char *url,
	const tutti_http_options *options)
{
	return ask(s, r, "DELETE", url, options, false);
}
