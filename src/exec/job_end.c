/* SPDX-License-Identifier: MIT */
/* job_end.c - a job's end as its engine says it; see job_future.h. */
#include "exec/executor.h"
#include "exec/job_future.h"
#include "exec/kinds.h"
#include "exec/watch.h"

void tu_job_future_count(const struct tu_job_future *jf)
{
	if (jf->progress)
		tu_progress_count(jf->progress, 1);
}

void tu_job_future_give_up(struct tu_job_future *jf, int code)
{
	tu_job_future_count(jf);
	tu_future_settle(&jf->future, tu_future_flags_for(code), code, NULL, NULL);
	tu_executor_let_go(jf);
}

/* Does its engine alone end it? Then nobody need be kept from doing so meanwhile. */
static bool is_engines(const struct tu_job_future *jf)
{
	return jf->own && (tu_future_word(&jf->future) & TU_FUTURE_RUNNING);
}

static int settle(struct tu_job_future *jf, const struct tu_outcome *how, struct tu_news *news)
{
	int rc = 0;

	tu_job_future_count(jf);
	if (is_engines(jf))
		tu_future_settle_own(&jf->future, how, news);
	else
		rc = tu_future_settle_with(&jf->future, how, news);
	tu_news_act(news);
	return rc;
}

static int conclude(struct tu_job_future *jf, int code, const char *text, const void *result,
	struct tu_news *news)
{
	unsigned kind = jf->job->result_kind;
	bool counted = tu_kind_is_counted(kind) && result && code >= 0;
	union {
		tutti_bytes bytes;
		tutti_value *value;
	} kept;
	struct tu_outcome how = { .text = text };
	int rc;

	if (counted) {
		code = tu_kind_keep(kind, jf->job->result_size, &kept, result);
		result = &kept;
	}
	how.flags = tu_future_flags_for(code);
	how.code = code;
	how.result = code < 0 ? NULL : result;
	rc = settle(jf, &how, news);
	if (counted && rc < 0 && code >= 0)
		tu_kind_drop(kind, &kept);
	return rc;
}

int tu_job_future_conclude(struct tu_job_future *jf, int code, const char *text, const void *result)
{
	struct tu_news news = { 0 };

	return conclude(jf, code, text, result, &news);
}

static bool is_retried(struct tu_job_future *jf, int code)
{
	return code == TUTTI_ECRASHED && tu_executor_retry(jf);
}

int tu_job_future_end(struct tu_job_future *jf, int code, const char *text, const void *result)
{
	int rc;

	if (is_retried(jf, code))
		return 0;
	rc = tu_job_future_conclude(jf, code, text, result);
	tu_executor_let_go(jf);
	return rc;
}

bool tu_job_future_end_one(struct tu_job_future *jf, int code, const char *text, const void *result,
	struct tu_news *news)
{
	if (is_retried(jf, code))
		return false;
	conclude(jf, code, text, result, news);
	return tu_executor_let_go_of(jf);
}

int tu_job_future_settle(struct tu_job_future *jf, int code, const char *text, const void *result)
{
	if (!jf->executor || jf->own)
		return TUTTI_ETYPE; /* it ends by itself */
	return tu_job_future_end(jf, code, text, result);
}
