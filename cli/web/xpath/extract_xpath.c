/* SPDX-License-Identifier: MIT */
/*
 * extract_xpath.c - what an XPath finds in a page, by libxml2's parser for HTML, which takes
 * whatever browsers take. It reads memory and nothing else: no files, no network.
 */
#include "web/extract.h"

#include <errno.h>

#include "cli.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/HTMLparser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

/* Steps of an evaluation: some seconds. */
enum { STEPS_MAX = 50000000, EXPRESSION_MAX = 4096 };

static const char *no_memory = "out of memory";

__attribute__((format(printf, 2, 3))) static void silence(void *arg, const char *format, ...)
{
	(void)arg, (void)format;
}

static void keep_words(void *arg, xmlErrorPtr error)
{
	snprintf(arg, 200, "%s", error->message ? error->message : "");
}

/* The innermost text of a syntax error, which ends in a newline. */
static void complain(const char *expression, char *words)
{
	words[strcspn(words, "\n")] = '\0';
	say("fetch: --xpath '%s': %s", expression, *words ? words : "cannot be read");
}

static void *xpath_compile(const char *expression)
{
	xmlXPathContextPtr context;
	xmlXPathCompExprPtr compiled;
	char words[200] = "";

	if (strlen(expression) > EXPRESSION_MAX) {
		say("fetch: --xpath: %d bytes at most", EXPRESSION_MAX);
		return NULL;
	}
	xmlInitParser(); /* before there are threads */
	xmlSetGenericErrorFunc(NULL, silence);
	context = xmlXPathNewContext(NULL);
	if (!context) {
		say("fetch: %s", no_memory);
		return NULL;
	}
	context->error = keep_words;
	context->userData = words;
	compiled = xmlXPathCtxtCompile(context, BAD_CAST expression);
	xmlXPathFreeContext(context);
	if (!compiled)
		complain(expression, words);
	return compiled;
}

static void xpath_free(void *compiled)
{
	xmlXPathFreeCompExpr(compiled);
}

static void add_node(struct found *f, xmlNodePtr node)
{
	xmlChar *content = xmlNodeGetContent(node);

	found_add(f, content ? content : BAD_CAST "", content ? strlen((char *)content) : 0);
	xmlFree(content);
}

/* A value that is no node: a number, a text, a truth; false and the empty text are none. */
static void add_value(struct found *f, xmlXPathObjectPtr value)
{
	xmlChar *text = xmlXPathCastToString(value);

	if (text && *text && (value->type != XPATH_BOOLEAN || value->boolval))
		found_add(f, text, strlen((char *)text));
	xmlFree(text);
}

static void add_all(struct found *f, xmlXPathObjectPtr value, bool first)
{
	xmlNodeSetPtr nodes = value->nodesetval;
	int n;

	if (value->type != XPATH_NODESET) {
		add_value(f, value);
		return;
	}
	n = nodes ? nodes->nodeNr : 0;
	if (n > 1)
		xmlXPathNodeSetSort(nodes); /* in the order of the document */
	for (int i = 0; i < (first && n > 1 ? 1 : n); i++)
		add_node(f, nodes->nodeTab[i]);
}

static int evaluate(xmlXPathCompExprPtr compiled, htmlDocPtr page, bool first, struct found *f,
	const char **why)
{
	xmlXPathContextPtr context = xmlXPathNewContext(page);
	xmlXPathObjectPtr value;
	char words[200] = "";

	*why = no_memory;
	if (!context)
		return -ENOMEM;
	context->error = keep_words;
	context->userData = words;
	context->opLimit = STEPS_MAX;
	value = xmlXPathCompiledEval(compiled, context);
	if (value)
		add_all(f, value, first);
	xmlXPathFreeObject(value);
	xmlXPathFreeContext(context);
	*why = "the XPath cannot be evaluated on it";
	return value ? 0 : -EINVAL;
}

static int xpath_run(
	void *compiled, tutti_bytes text, bool first, struct found *f, const char **why)
{
	int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
		      HTML_PARSE_NONET | HTML_PARSE_COMPACT;
	htmlDocPtr page = NULL;
	int rc;

	if (text.size < INT_MAX)
		page = htmlReadMemory(text.size > 0 ? text.data : " ",
			text.size > 0 ? (int)text.size : 1, NULL, "UTF-8", options);
	*why = "it cannot be read as HTML";
	if (!page)
		return -EINVAL;
	rc = evaluate(compiled, page, first, f, why);
	xmlFreeDoc(page);
	return rc;
}

const struct extract_way xpath_way = { xpath_compile, xpath_run, xpath_free };
