/* SPDX-License-Identifier: MIT */
/* client_transfer.c - one request to one host: looked up, handed to libcurl, waited for. */
#include "net/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/resolver.h>
#include <tutti/scope.h>
#include <tutti/task.h>
#include <tutti/version.h>

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define AGENT "tutti/" TEXT(TUTTI_VERSION_MAJOR.TUTTI_VERSION_MINOR.TUTTI_VERSION_PATCH)

enum { IPS = 16, PIECE = 64 * 1024 };

/* -- what libcurl brings ----------------------------------------------------------------------- */

bool tu_client_is_redirect(const struct tu_client_transfer *t)
{
	int status = t->response->status;

	return (status == 301 || status == 302 || status == 303 || status == 307 ||
		       status == 308) &&
	       t->request.o.redirects >= 0 && tu_client_field_find(t->response, "Location") != NULL;
}

static int too_long(const struct tu_client_transfer *t)
{
	const struct tu_client_request *q = &t->request;

	return tu_client_say(q->fault, -EMSGSIZE, "%s: the body is longer than body_max, %zu bytes",
		q->name, q->o.body_max);
}

static void end_head(struct tu_client_transfer *t)
{
	t->head_done = true;
	t->dropping = tu_client_is_redirect(t);
	if (!t->streams && !t->dropping && t->response->size > 0 &&
		(uint64_t)t->response->size > t->request.o.body_max)
		t->rc = too_long(t);
	if (t->streams)
		tu_client_tell(t);
}

static size_t take_header(char *line, size_t one, size_t size, void *arg)
{
	struct tu_client_transfer *t = arg;
	int rc;

	(void)one;
	if (t->head_done) /* what comes behind the body */
		return size;
	rc = tu_client_response_line(t->response, line, size);
	if (rc < 0) {
		t->rc = rc;
		return 0;
	}
	if (rc > 0)
		end_head(t);
	return t->rc < 0 ? 0 : size;
}

static size_t drop(struct tu_client_transfer *t, size_t size)
{
	t->dropped_size += size;
	return t->dropped_size > TU_CLIENT_DROPPED_MAX ? 0 : size;
}

static size_t take_body(char *data, size_t one, size_t size, void *arg)
{
	struct tu_client_transfer *t = arg;
	struct tu_client_response *r = t->response;
	size_t ahead = r->body.size - r->body_from;

	(void)one;
	if (t->dropping)
		return drop(t, size);
	if (t->streams && ahead > 0 && ahead + size > TU_CLIENT_AHEAD_MAX) {
		t->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	if (!t->streams && size > t->request.o.body_max - r->body.size)
		t->rc = too_long(t);
	else
		t->rc = tu_client_response_add(r, data, size);
	if (t->streams)
		tu_client_tell(t);
	return t->rc < 0 ? 0 : size;
}

static size_t give_body(char *data, size_t one, size_t size, void *arg)
{
	struct tu_client_transfer *t = arg;
	size_t n = t->up_size - t->up_at;

	size *= one;
	if (n == 0 && !t->up_end) {
		t->up_wants = true;
		tu_client_tell(t);
		return CURL_READFUNC_PAUSE;
	}
	n = n < size ? n : size;
	if (n > 0)
		memcpy(data, t->up + t->up_at, n);
	t->up_at += n;
	return n;
}

static int is_connected(void *arg, char *ip, char *own_ip, int port, int own_port)
{
	struct tu_client_transfer *t = arg;

	(void)ip, (void)own_ip, (void)port, (void)own_port;
	t->connected = true;
	return CURL_PREREQFUNC_OK;
}

/* -- what it is told --------------------------------------------------------------------------- */

static void set_tls(CURL *e, const struct tu_client_transfer *t)
{
	const tutti_http_session_options *o = &t->session->options;
	const char *trust = o->trust;

	if (t->request.o.insecure) {
		curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION,
		(long)(o->http1 ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
	if (!trust)
		return;
	curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(e, CURLOPT_PROXY_CAPATH, NULL);
	if (strncmp(trust, "-----BEGIN", 10) == 0) {
		struct curl_blob blob = { (void *)trust, strlen(trust), CURL_BLOB_NOCOPY };

		curl_easy_setopt(e, CURLOPT_CAINFO, NULL);
		curl_easy_setopt(e, CURLOPT_CAINFO_BLOB, &blob);
		curl_easy_setopt(e, CURLOPT_PROXY_CAINFO_BLOB, &blob);
	} else {
		curl_easy_setopt(e, CURLOPT_CAINFO, trust);
		curl_easy_setopt(e, CURLOPT_PROXY_CAINFO, trust);
	}
}

static void set_method(CURL *e, const struct tu_client_transfer *t)
{
	const struct tu_client_request *q = &t->request;
	const char *m = q->method;

	if (q->o.read) {
		curl_easy_setopt(e, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(e, CURLOPT_READFUNCTION, give_body);
		curl_easy_setopt(e, CURLOPT_READDATA, t);
		curl_easy_setopt(e, CURLOPT_INFILESIZE_LARGE, (curl_off_t)q->o.size);
	} else if (q->body.data || strcmp(m, "POST") == 0 || strcmp(m, "PUT") == 0 ||
		   strcmp(m, "PATCH") == 0) {
		curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.size);
		curl_easy_setopt(e, CURLOPT_POSTFIELDS, q->body.data ? q->body.data : "");
	} else if (strcmp(m, "HEAD") == 0) {
		curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
		return;
	}
	if (strcmp(m, "GET") != 0 || q->body.data || q->o.read)
		curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, m);
}

static void set_login(CURL *e, const struct tu_client_transfer *t)
{
	const struct tu_client_request *q = &t->request;
	const char *cookie = tu_client_request_header(q, &t->session->defaults, "Cookie");

	if (!t->session->options.no_cookies)
		curl_easy_setopt(e, CURLOPT_COOKIEFILE, "");
	if (!q->has_secrets)
		return;
	if (cookie && *cookie)
		curl_easy_setopt(e, CURLOPT_COOKIE, cookie);
	if (!q->login && !q->o.login)
		return;
	curl_easy_setopt(e, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	curl_easy_setopt(e, CURLOPT_USERPWD, q->login ? q->login : q->o.login);
}

static void set_callbacks(CURL *e, struct tu_client_transfer *t)
{
	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->words);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, is_connected);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, t);
}

/* Its own limits of time are on a clock that no simulation moves. */
static void set_limits(CURL *e, const struct tu_client_transfer *t)
{
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT, 24 * 60 * 60L);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	if (t->session->options.idle < 0)
		curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
}

static int set_all(struct tu_client_transfer *t)
{
	const struct tu_client_request *q = &t->request;
	CURL *e = t->easy;
	int rc = tu_client_request_headers(q, &t->session->defaults, &t->headers);

	if (rc < 0)
		return rc;
	set_callbacks(e, t);
	set_limits(e, t);
	curl_easy_setopt(e, CURLOPT_CURLU, q->url);
	curl_easy_setopt(e, CURLOPT_SHARE, t->session->share);
	set_method(e, t);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(e, CURLOPT_USERAGENT, AGENT);
	if (!tu_client_request_header(q, &t->session->defaults, "Accept-Encoding"))
		curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
	set_login(e, t);
	set_tls(e, t);
	curl_easy_setopt(e, CURLOPT_PROXY, q->proxy ? q->proxy : "");
	curl_easy_setopt(e, CURLOPT_NOPROXY, "");
	return 0;
}

/* -- looking the name up ----------------------------------------------------------------------- */

static bool is_address(const char *host)
{
	return strchr(host, ':') || host[strspn(host, "0123456789.")] == '\0';
}

/* "+host:port:ip,ip": libcurl finds it in its cache, for as long as it takes to connect. */
static int resolve(struct tu_client_transfer *t)
{
	const struct tu_client_request *q = &t->request;
	const char *host = q->proxy ? q->proxy_host : q->host;
	const char *port = q->proxy ? q->proxy_port : q->port;
	struct tu_client_text text = { 0 };
	tutti_ip ips[IPS];
	tutti_time deadline = t->deadline < t->connect_by ? t->deadline : t->connect_by;
	int n, rc = 0;

	if (is_address(host))
		return 0;
	n = tutti_resolve_until(host, ips, IPS, deadline);
	if (n < 0)
		return n == TUTTI_ETIMEDOUT || n == TUTTI_ECANCELED
			       ? n
			       : tu_client_say(q->fault, n, "%s: %s", host,
					 n == -ENOENT ? "no such host" : tutti_strerror(n));
	if (tu_client_add_text(&text, "+") < 0 || tu_client_add_text(&text, host) < 0 ||
		tu_client_add_text(&text, ":") < 0 || tu_client_add_text(&text, port) < 0)
		rc = -ENOMEM;
	for (int i = 0; rc == 0 && i < n; i++) {
		rc = tu_client_add_text(&text, i > 0 ? "," : ":");
		if (rc == 0)
			rc = tu_client_add_text(&text, ips[i].text);
	}
	if (rc == 0)
		t->resolved = curl_slist_append(NULL, text.data);
	free(text.data);
	if (!t->resolved)
		return -ENOMEM;
	curl_easy_setopt(t->easy, CURLOPT_RESOLVE, t->resolved);
	return 0;
}

/* -- from the beginning to the end ------------------------------------------------------------- */

/* Nothing of an earlier one is left. */
static void reset(struct tu_client_transfer *t)
{
	t->told = t->done = t->head_done = t->dropping = t->paused = t->connected = false;
	t->up_end = t->up_wants = false;
	t->up_size = t->up_at = t->dropped_size = 0;
	t->words[0] = '\0';
	t->rc = 0;
}

int tu_client_transfer_begin(struct tu_client_transfer *t)
{
	int rc;

	reset(t);
	t->loop = tutti_loop_current();
	t->deadline = t->request.o.deadline;
	rc = tu_client_limits_take(t);
	if (rc < 0)
		return rc;
	t->connect_by = tutti_after(t->session->options.connect_timeout);
	t->easy = tu_client_easy_take(t->session);
	rc = t->easy ? set_all(t) : -ENOMEM;
	if (rc == 0)
		rc = resolve(t);
	if (rc == 0)
		rc = tu_client_multi_take(t->session, &t->multi);
	if (rc < 0)
		return rc;
	tu_client_multi_set(t);
	if (curl_multi_add_handle(t->multi->curl, t->easy) != CURLM_OK) {
		tu_client_multi_leave(t->multi);
		t->multi = NULL;
		return -ENOMEM;
	}
	tu_client_multi_start(t->multi);
	return 0;
}

void tu_client_transfer_end(struct tu_client_transfer *t)
{
	if (t->multi) {
		curl_multi_remove_handle(t->multi->curl, t->easy);
		tu_client_multi_look(t->multi);
		tu_client_multi_leave(t->multi);
	}
	tu_client_easy_give(t->session, t->easy, t->done && t->result == CURLE_OK);
	curl_slist_free_all(t->headers);
	curl_slist_free_all(t->resolved);
	tu_client_limits_leave(t);
	t->multi = NULL;
	t->easy = NULL;
	t->headers = t->resolved = NULL;
}

void tu_client_transfer_free(struct tu_client_transfer *t)
{
	if (t->multi && tu_client_multi_drop(t->multi, &t->dropped))
		return;
	tu_client_transfer_end(t);
	tu_client_session_leave(t->session);
	tu_client_request_free(&t->request);
	free(t->up);
	free(t);
}

/* More to send, from the caller's read, which may wait as it likes: libcurl is not within. */
static int fill(struct tu_client_transfer *t)
{
	tutti_scope limit;
	ssize_t n;

	if (tutti_cancelled())
		return TUTTI_ECANCELED;
	if (t->deadline <= tutti_now())
		return TUTTI_ETIMEDOUT;
	if (!t->up)
		t->up = malloc(PIECE);
	if (!t->up)
		return -ENOMEM;
	tutti_timeout_begin(&limit, t->deadline);
	n = t->request.o.read(t->request.o.arg, t->up, PIECE);
	n = tutti_timeout_end(&limit, (int)n);
	if (n < 0)
		return (int)n;
	t->up_at = 0;
	t->up_size = (size_t)n;
	t->up_end = n == 0;
	t->up_wants = false;
	curl_easy_pause(t->easy, CURLPAUSE_CONT);
	tu_client_multi_start(t->multi);
	return 0;
}

/* One step: something was told. */
static int go_on(struct tu_client_transfer *t)
{
	int rc;

	rc = t->up_wants ? fill(t) : tu_client_wait(t);
	if (rc < 0 && rc != TUTTI_ECANCELED)
		return tu_client_say(t->request.fault, rc, "%s: %s", t->request.name,
			rc != TUTTI_ETIMEDOUT ? tutti_strerror(rc)
			: !t->connected       ? "not connected in time"
					      : "no answer by the deadline");
	return rc;
}

int tu_client_transfer_until(
	struct tu_client_transfer *t, bool (*is_enough)(const struct tu_client_transfer *t))
{
	int rc = 0;

	while (rc == 0 && t->rc == 0 && !t->done && !is_enough(t))
		rc = go_on(t);
	if (rc < 0 || is_enough(t) || (t->dropping && t->head_done))
		return rc;
	return tu_client_result(t);
}

bool tu_client_transfer_is_complete(const struct tu_client_transfer *t)
{
	return t->done && t->rc == 0 && t->result == CURLE_OK;
}

static bool never(const struct tu_client_transfer *t)
{
	(void)t;
	return false;
}

static bool has_head(const struct tu_client_transfer *t)
{
	return t->head_done && !t->dropping;
}

int tu_client_transfer_head(struct tu_client_transfer *t)
{
	return tu_client_transfer_until(t, has_head);
}

int tu_client_transfer_all(struct tu_client_transfer *t)
{
	return tu_client_transfer_until(t, never);
}
