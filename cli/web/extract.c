/* SPDX-License-Identifier: MIT */
/* extract.c - see extract.h. */
#include "extract.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

#include "cli.h"

struct extractor {
	enum extract how;
	bool first;
	const struct extract_way *way;
	void *compiled;
};

/* NULL: there is none here, and that was said. */
static const struct extract_way *find_way(enum extract how)
{
	const struct extract_way *way = &regex_way;

	if (how != EXTRACT_REGEX)
		way = module_find("tutti-xpath.so", "xpath_way");
	else if (!way->run)
		way = NULL;
	if (!way && how == EXTRACT_REGEX)
		say("fetch: --regex needs PCRE2, and this tutti was built without");
	else if (!way)
		say("fetch: --title and --xpath need libxml2, and this tutti was built or "
		    "installed without: %s",
			dlerror());
	return way;
}

struct extractor *extractor_create(enum extract how, const char *expression, bool first)
{
	struct extractor *e = calloc(1, sizeof *e);

	if (!e) {
		say("fetch: %s", tutti_strerror(-ENOMEM));
		return NULL;
	}
	e->how = how;
	e->first = first || how == EXTRACT_TITLE;
	e->way = find_way(how);
	if (how == EXTRACT_TITLE) /* a drawing within the page may have titles too */
		expression = "//title[not(ancestor::svg)]";
	if (e->way)
		e->compiled = e->way->compile(expression);
	if (e->compiled)
		return e;
	free(e);
	return NULL;
}

void extractor_free(struct extractor *e)
{
	if (!e)
		return;
	e->way->free(e->compiled);
	free(e);
}

const char *extractor_name(const struct extractor *e)
{
	return e->how == EXTRACT_TITLE ? "title" : "found";
}

int extractor_run(const struct extractor *e, tutti_bytes text, struct found *f, const char **why)
{
	int rc = e->way->run(e->compiled, text, e->first, f, why);

	if (rc == 0 && (f->all.failed || f->bounds.failed))
		rc = -ENOMEM;
	if (rc < 0)
		return rc;
	if (found_count(f) > 0)
		return 0;
	*why = e->how == EXTRACT_TITLE ? "has no title" : "has no match";
	return -ENOENT;
}
