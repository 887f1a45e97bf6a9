/* SPDX-License-Identifier: MIT */
/* fetch_page.c - one page, a task of its own: asked for until it is there, or will not come. */
#include "fetch.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 1 << 14, EXTRACT_HERE_BYTES = 1 << 15 };

struct page *page_create(struct fetch *f, tutti_bytes url)
{
	struct page *p = calloc(1, sizeof *p);

	if (p) {
		p->fetch = f;
		p->size = p->retry_after = -1;
		p->body.fd = -1;
		p->url = strndup(url.data, url.size);
	}
	if (p && p->url)
		return p;
	free(p);
	return NULL;
}

void page_free(struct page *p)
{
	tutti_future_unref(p->task);
	found_free(&p->found);
	text_free(&p->body.kept);
	free(p->body.path);
	free(p->body.part);
	free(p->body.note);
	free(p->body.validator);
	free(p->type);
	free(p->final);
	free(p->url);
	free(p);
}

int page_fail(struct page *p, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(p->why, sizeof p->why, format, args);
	va_end(args);
	return error;
}

/* -- an attempt ------------------------------------------------------------------------------- */

struct attempt {
	struct page *page;
	tutti_http_response response;
	tutti_http_fault fault;
	tutti_time deadline; /* 0: none */
	uint64_t from;       /* bytes that are there already */
};

static tutti_time limit(const struct attempt *a)
{
	tutti_time stall = a->page->fetch->options->stall;
	tutti_time least = stall ? tutti_after(stall) : TUTTI_FOREVER;

	return a->deadline && a->deadline < least ? a->deadline : least;
}

/* What was cut at our limit the client calls cancelled: that is not what is to be said. */
static int end_limit(struct attempt *a, tutti_scope *scope, int rc)
{
	int ended = tutti_timeout_end(scope, rc);

	if (ended == TUTTI_ETIMEDOUT && rc != TUTTI_ETIMEDOUT)
		a->fault.text[0] = '\0';
	return ended;
}

/* Its words, without the url in front, which is said anyhow. */
static const char *client_words(const struct attempt *a, int rc)
{
	const char *words = a->fault.text, *url = a->page->url;
	size_t n = strlen(url);

	if (!*words)
		return tutti_strerror(rc);
	return n > 0 && strncmp(words, url, n) == 0 && strncmp(words + n, ": ", 2) == 0
		       ? words + n + 2
		       : words;
}

/* What the client said, in its words and those of our limits. */
static int fail(struct attempt *a, int rc)
{
	const struct fetch_options *o = a->page->fetch->options;

	if (rc != TUTTI_ETIMEDOUT || *a->fault.text)
		return page_fail(a->page, rc, "%s", client_words(a, rc));
	if (a->deadline && tutti_now() >= a->deadline)
		return page_fail(a->page, rc, "took longer than %g s", (double)o->timeout / 1e9);
	return page_fail(a->page, rc, "nothing came for %g s", (double)o->stall / 1e9);
}

/* The user's headers, and ours. At most six strings more, and the end. */
static const char **make_headers(const struct attempt *a, char *range, size_t room)
{
	const struct fetch_options *o = a->page->fetch->options;
	const char **headers = calloc(o->n_headers + 7, sizeof *headers);
	size_t n = o->n_headers;

	if (!headers)
		return NULL;
	if (n > 0)
		memcpy(headers, o->headers, n * sizeof *headers);
	if (!o->extractor) { /* what is kept are the bytes, and it may go on in their middle */
		headers[n++] = "Accept-Encoding";
		headers[n++] = "identity";
	}
	if (a->from > 0) {
		snprintf(range, room, "bytes=%llu-", (unsigned long long)a->from);
		headers[n++] = "Range";
		headers[n++] = range;
		headers[n++] = "If-Range";
		headers[n++] = a->page->body.validator;
	}
	return headers;
}

static int ask(struct attempt *a)
{
	const struct fetch_options *o = a->page->fetch->options;
	char range[48];
	const char **headers = make_headers(a, range, sizeof range);
	tutti_http_options options = { .headers = headers,
		.proxy = o->proxy,
		.login = o->login,
		.insecure = o->insecure,
		.redirects = o->no_redirects ? -1 : o->redirects,
		.body = o->data,
		.type = o->data.data ? "application/x-www-form-urlencoded" : NULL,
		.fault = &a->fault };
	const char *method = o->method ? o->method : "GET";
	tutti_scope scope;
	int rc;

	if (!headers)
		return -ENOMEM;
	tutti_timeout_begin(&scope, limit(a));
	rc = tutti_http_open(a->page->fetch->session, &a->response, method, a->page->url, &options);
	rc = end_limit(a, &scope, rc);
	free(headers);
	return rc;
}

/* Does what comes begin where what we have ends? */
static bool goes_on(const struct attempt *a)
{
	const char *range = tutti_http_header(&a->response, "Content-Range");
	unsigned long long first;

	return a->response.status == 206 && range && sscanf(range, "bytes %llu-", &first) == 1 &&
	       first == a->from;
}

/* Is what we have all there is? "bytes * /SIZE" without the blank. */
static bool is_whole(const struct attempt *a)
{
	const char *range = tutti_http_header(&a->response, "Content-Range");
	unsigned long long size;

	return a->response.status == 416 && a->from > 0 && range &&
	       sscanf(range, "bytes */%llu", &size) == 1 && size == a->from;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static void note_head(struct attempt *a)
{
	const char *after = tutti_http_header(&a->response, "Retry-After");
	const char *url = tutti_http_url(&a->response);
	struct page *p = a->page;

	p->status = a->response.status;
	p->retry_after = after ? retry_after_parse(after) : -1;
	p->size = tutti_http_size(&a->response);
	free(p->type);
	p->type = copy(tutti_http_header(&a->response, "Content-Type"));
	free(p->final);
	p->final = url && strcmp(url, p->url) != 0 ? strdup(url) : NULL;
}

/* 1: the body is to be read; 0: it is all there; < 0. */
static int judge_head(struct attempt *a)
{
	struct page *p = a->page;
	int rc = 0;

	note_head(a);
	if (is_whole(a))
		return 0;
	if (a->response.status == 416 && a->from > 0) { /* it has become shorter */
		rc = body_restart(p);
		return rc < 0 ? rc : page_fail(p, -ECONNRESET, "it has changed meanwhile");
	}
	rc = tutti_http_check(&a->response);
	if (rc < 0)
		return page_fail(p, rc, "status %d", p->status);
	if (a->from > 0 && goes_on(a)) {
		p->size = p->size >= 0 ? p->size + (int64_t)a->from : -1;
		return 1;
	}
	if (a->from > 0 && (rc = body_restart(p)) < 0)
		return rc;
	if (a->response.status == 206)
		return page_fail(p, TUTTI_EPROTO, "the server gives a part nobody asked for");
	body_validate(p, &a->response);
	return 1;
}

/*
 * Room for what is still to come, if that is known and little: many small ones may be waiting. And
 * for a byte more: who has all still asks for the end.
 */
static size_t next_piece(const struct page *p)
{
	int64_t left = p->size - (int64_t)body_there(p);

	if (p->size < 0 || left >= PIECE_BYTES)
		return PIECE_BYTES;
	return left > 0 ? (size_t)left + 1 : 1;
}

static int read_body(struct attempt *a)
{
	struct body *b = &a->page->body;
	int rc = 0;

	while (rc == 0) {
		char *space = text_space(&b->kept, next_piece(a->page));
		tutti_scope scope;
		ssize_t n;

		if (!space)
			return page_fail(a->page, -ENOMEM, "%s", tutti_strerror(-ENOMEM));
		tutti_timeout_begin(&scope, limit(a));
		n = tutti_http_response_read(&a->response, space, b->kept.room - b->kept.size);
		n = n < 0 ? end_limit(a, &scope, (int)n) : (tutti_timeout_end(&scope, 0), n);
		if (n <= 0)
			return n < 0 ? fail(a, (int)n) : 0;
		rc = body_add(a->page, (size_t)n);
	}
	return rc;
}

static int attempt(struct page *p)
{
	const struct fetch_options *o = p->fetch->options;
	struct attempt a = { .page = p, .deadline = o->timeout ? tutti_after(o->timeout) : 0 };
	int rc = 0;

	p->status = 0;
	p->attempts++;
	if (body_there(p) > 0 && !p->body.validator)
		rc = body_restart(p);
	if (rc < 0)
		return rc;
	a.from = body_there(p);
	rc = ask(&a);
	if (rc < 0)
		return fail(&a, rc);
	rc = judge_head(&a);
	if (rc > 0)
		rc = read_body(&a);
	tutti_http_response_free(&a.response);
	return rc < 0 ? rc : body_finish(p);
}

/* -- what is wanted of it --------------------------------------------------------------------- */

static void *extract(void *arg)
{
	struct page *p = arg;
	struct text decoded = { 0 };
	tutti_bytes text = tutti_bytes_of(p->body.kept.data, p->body.kept.size);
	const char *why = "";

	p->error = page_decode(&text, p->type, &decoded, &why);
	if (p->error == 0)
		p->error = extractor_run(p->fetch->options->extractor, text, &p->found, &why);
	if (p->error < 0)
		page_fail(p, p->error, "%s", *why ? why : tutti_strerror(p->error));
	text_free(&decoded);
	text_free(&p->body.kept);
	return NULL;
}

/* A large page is taken apart by another thread while further ones come in here. */
static void take_apart(struct page *p)
{
	if (p->body.kept.size <= EXTRACT_HERE_BYTES)
		extract(p);
	else
		p->error = tutti_call_blocking(extract, p, NULL) < 0 ? TUTTI_ECANCELED : p->error;
}

void *page_fetch(void *arg)
{
	struct page *p = arg;
	struct fetch *f = p->fetch;
	tutti_scope quiet;

	p->begun = tutti_now();
	p->error = body_begin(p);
	if (p->error == 0 && !(f->options->skip && p->body.existed)) {
		do
			p->error = attempt(p);
		while (p->error < 0 && page_again(p));
		if (p->error == 0 && f->options->extractor)
			take_apart(p);
	}
	body_end(p);
	p->duration = tutti_now() - p->begun;
	p->over = true;
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_queue_put(f->news, &p); /* which has room for all that are under way */
	tutti_shield_end(&quiet, 0);
	return NULL;
}
