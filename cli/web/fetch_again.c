/* SPDX-License-Identifier: MIT */
/*
 * fetch_again.c - which failures may pass: a server that is not there yet or has too much to do, a
 * connection that broke. Not one that says no.
 */
#define _GNU_SOURCE
#include "fetch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tutti/random.h>

enum { DOUBLINGS_MAX = 5 };
#define WAIT_MAX TUTTI_SECONDS(300) /* who asks for longer is not waited for */

int64_t retry_after_parse(const char *value)
{
	struct tm date = { 0 };
	char *end;
	double seconds;
	time_t at;

	if (*value >= '0' && *value <= '9') {
		seconds = strtod(value, &end);
		return *end ? -1 : seconds > 1e9 ? (int64_t)1e18 : (int64_t)(seconds * 1e9);
	}
	end = strptime(value, "%a, %d %b %Y %H:%M:%S GMT", &date);
	if (!end || *end)
		return -1;
	at = timegm(&date) - time(NULL);
	return at > 0 ? (int64_t)at * 1000000000 : 0;
}

static bool status_may_pass(int status)
{
	return status == 408 || status == 425 || status == 429 ||
	       (status >= 500 && status != 501 && status != 505);
}

static bool error_may_pass(int error)
{
	switch (error) {
	case -ECONNREFUSED:
	case -ECONNRESET:
	case -ECONNABORTED:
	case -EPIPE:
	case -ENETUNREACH:
	case -EHOSTUNREACH:
	case -ETIMEDOUT:
	case -EAGAIN:
	case TUTTI_ETIMEDOUT:
	case TUTTI_EPROTO: /* also a body that is cut */
		return true;
	default:
		return false;
	}
}

/* A request that may have done something is made again only if it cannot have arrived. */
static bool may_be_repeated(const struct page *p)
{
	const char *method = p->fetch->options->method;

	return !method || strcmp(method, "POST") != 0 || p->error == -ECONNREFUSED;
}

static bool may_pass(const struct page *p)
{
	if (!may_be_repeated(p))
		return false;
	if (p->error == TUTTI_ESTATUS)
		return status_may_pass(p->status);
	return error_may_pass(p->error);
}

/* Twice as long each time, less a random part, so that those who failed together part. */
static tutti_time back_off(const struct page *p)
{
	int doublings = p->attempts - 1 < DOUBLINGS_MAX ? p->attempts - 1 : DOUBLINGS_MAX;
	tutti_time longest = p->fetch->options->back_off << doublings;

	return longest / 2 + tutti_random_between(0, longest / 2);
}

bool page_again(struct page *p)
{
	tutti_time duration;

	if (p->attempts > p->fetch->options->retries || p->dropped || !may_pass(p))
		return false;
	duration = back_off(p);
	if (p->retry_after > duration)
		duration = p->retry_after;
	return duration <= WAIT_MAX && tutti_sleep(duration) == 0;
}
