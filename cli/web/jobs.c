/* SPDX-License-Identifier: MIT */
/* jobs.c - the jobs of the module, for tutti map on whatever engine. */
#include "extract.h"
#include "web.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tutti/http.h>
#include <tutti/job.h>
#include <tutti/once.h>

/* One for all of a process, whose connections are used again; it stays. The same of the other. */
static tutti_http_session *session;
static struct extractor *titles;
static tutti_once session_once, titles_once;

static int open_session(void *arg)
{
	(void)arg;
	return tutti_http_session_create(&session, NULL);
}

static int open_titles(void *arg)
{
	(void)arg;
	titles = extractor_create(EXTRACT_TITLE, "", true);
	return titles ? 0 : -ENOSYS;
}

/* The words belong to whoever runs the job. */
static int fail(int rc, const tutti_http_fault *fault)
{
	return tutti_fail(rc, "%s", *fault->text ? fault->text : tutti_strerror(rc));
}

/* The page at that url; *r is to be freed if it is there, before *fault goes. */
static int get(const tutti_bytes *in, tutti_http_response *r, tutti_http_fault *fault)
{
	tutti_http_options options = { .fault = fault };
	char *url;
	int rc;

	if (in->size > 0 && memchr(in->data, '\0', in->size))
		return tutti_fail(-EINVAL, "a url has no zero byte");
	rc = tutti_once_run(&session_once, open_session, NULL);
	if (rc < 0)
		return rc;
	url = strndup(in->size > 0 ? in->data : "", in->size);
	if (!url)
		return -ENOMEM;
	rc = tutti_http_get(session, r, url, &options);
	free(url);
	if (rc < 0)
		return fail(rc, fault);
	rc = tutti_http_check(r);
	if (rc < 0) {
		fail(rc, fault);
		tutti_http_response_free(r);
	}
	return rc;
}

static int fetch(tutti_bytes const *in, tutti_bytes *out)
{
	tutti_http_fault fault = { "" };
	tutti_http_response r;
	tutti_bytes text;
	int rc = get(in, &r, &fault);

	if (rc < 0)
		return rc;
	rc = tutti_http_text(&r, &text);
	if (rc == 0)
		rc = tutti_bytes_copy(out, text.data, text.size);
	tutti_http_response_free(&r);
	return rc;
}

static int find_title(const tutti_http_response *r, struct text *line, const char **why)
{
	struct found found = { 0 };
	struct text decoded = { 0 };
	tutti_bytes text = r->body;
	int rc = page_decode(&text, tutti_http_header(r, "Content-Type"), &decoded, why);

	if (rc == 0)
		rc = extractor_run(titles, text, &found, why);
	if (rc == 0)
		found_line(line, found_at(&found, 0));
	text_free(&decoded);
	found_free(&found);
	return rc == 0 && line->failed ? -ENOMEM : rc;
}

static int title(tutti_bytes const *in, tutti_bytes *out)
{
	int rc = tutti_once_run(&titles_once, open_titles, NULL);
	tutti_http_fault fault = { "" };
	struct text line = { 0 };
	tutti_http_response r;
	const char *why = "";

	if (rc == 0)
		rc = get(in, &r, &fault);
	if (rc < 0)
		return rc;
	rc = find_title(&r, &line, &why);
	if (rc == 0)
		rc = tutti_bytes_copy(out, line.data, line.size);
	else if (*why)
		tutti_fail(rc, "%s", why);
	text_free(&line);
	tutti_http_response_free(&r);
	return rc;
}

TUTTI_JOB_TRY(fetch, tutti_bytes, tutti_bytes);
TUTTI_JOB_TRY(title, tutti_bytes, tutti_bytes);

tutti_job *web_find_job(int n, const char **does)
{
	static const struct {
		tutti_job *job;
		const char *does;
	} jobs[] = {
		{ &fetch_job, "the page at that URL" },
		{ &title_job, "the title of the page at that URL" },
	};

	if (n >= (int)(sizeof jobs / sizeof *jobs))
		return NULL;
	*does = jobs[n].does;
	return jobs[n].job;
}
