/* SPDX-License-Identifier: MIT */
/* client_answer.c - see client_answer.h. */
#include "dist/client_answer.h"

#include "dist/exception.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tutti/error.h>

static const struct {
	const char *word;
	enum tu_client_answer_kind kind;
	const char *before; /* of the text */
} kinds[] = { { "#RETURN", TU_CLIENT_ANSWER_RETURN, NULL },
	{ "#ERROR", TU_CLIENT_ANSWER_ERROR, NULL },
	{ "#TRACEBACK", TU_CLIENT_ANSWER_TRACEBACK, "" },
	{ "#UNSERIALIZABLE", TU_CLIENT_ANSWER_TRACEBACK, "Unserializable message: " },
	{ "#PROXY", TU_CLIENT_ANSWER_PROXY, NULL } };

enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

/* -- reading ---------------------------------------------------------------------------------- */

static int read_pickle(tutti_value **v, tutti_bytes message, size_t size_max)
{
	tutti_pickle_options options = { .size_max = size_max };
	int rc = tutti_value_from_pickle(v, message.data, message.size, &options, NULL);

	if (rc == -ELOOP || rc == -E2BIG) {
		options.whole_from = 1;
		rc = tutti_value_from_pickle(v, message.data, message.size, &options, NULL);
	}
	return rc == -ELOOP ? TUTTI_EPROTO : rc;
}

static int take_text(struct tu_client_answer *r, const char *before, const tutti_value *text)
{
	tutti_bytes from, whole;
	int rc;

	if (tutti_value_kind(text) != TUTTI_VALUE_TEXT || tutti_value_as_bytes(text, &from) < 0)
		return TUTTI_EPROTO;
	rc = tutti_bytes_printf(&whole, "%s%s", before, (const char *)from.data);
	if (rc < 0)
		return rc;
	rc = tutti_value_pack(&r->value, "S", whole);
	tutti_bytes_free(&whole);
	return rc;
}

static int take_kind(struct tu_client_answer *r, const char *word, const tutti_value *v)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(word, kinds[i].word) != 0)
			continue;
		r->kind = kinds[i].kind;
		if (kinds[i].before)
			return take_text(r, kinds[i].before, v);
		return tutti_value_pack(&r->value, "O", v);
	}
	return TUTTI_EPROTO;
}

int tu_client_answer_read(struct tu_client_answer *r, tutti_bytes message, size_t size_max)
{
	const tutti_value *v;
	tutti_value *both;
	const char *word;
	int rc = read_pickle(&both, message, size_max);

	*r = (struct tu_client_answer){ 0 };
	if (rc < 0)
		return rc;
	if (tutti_value_unpack(both, "(sO)", &word, &v) < 0)
		rc = TUTTI_EPROTO;
	else
		rc = take_kind(r, word, v);
	tutti_value_unref(both);
	return rc;
}

/* -- what it says ----------------------------------------------------------------------------- */

/* The last line of a text, without its end. */
static tutti_bytes last_line(tutti_bytes text)
{
	const char *begin = text.data, *end = begin + text.size, *at;

	while (end > begin && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	for (at = end; at > begin && at[-1] != '\n';)
		at--;
	return tutti_bytes_of(at, (size_t)(end - at));
}

bool tu_client_answer_raised(const struct tu_client_answer *r, const char *class, const char *text)
{
	char line[512];
	tutti_bytes said;
	int n = text ? snprintf(line, sizeof(line), "%s: '%s'", class, text)
		     : snprintf(line, sizeof(line), "%s: ", class);

	if (r->kind != TU_CLIENT_ANSWER_TRACEBACK || n < 0 || (size_t)n >= sizeof(line) ||
		tutti_value_as_bytes(r->value, &said) < 0)
		return false;
	said = last_line(said);
	return (text ? said.size == (size_t)n : said.size >= (size_t)n) &&
	       memcmp(said.data, line, (size_t)n) == 0;
}

static int make_remote(tutti_value **e, const tutti_value *text)
{
	tutti_value *args;
	int rc = tutti_value_pack(&args, "(O)", text);

	if (rc == 0) {
		rc = tutti_value_object_make(e, "multiprocessing.managers", "RemoteError", args);
		tutti_value_unref(args);
	}
	return rc;
}

/* TUTTI_EREMOTE for what is no exception. */
static int code_of(const tutti_value *e)
{
	return tutti_value_kind(e) == TUTTI_VALUE_OPAQUE ? tu_exception_code(e) : TUTTI_EREMOTE;
}

int tu_client_answer_take(struct tu_client_answer *r, tutti_value **result)
{
	tutti_value *v = NULL;
	int rc = 0;

	if (r->kind == TU_CLIENT_ANSWER_TRACEBACK) {
		rc = make_remote(&v, r->value);
		if (rc == 0)
			rc = TUTTI_EREMOTE;
	} else {
		v = tutti_value_ref(r->value);
		if (r->kind == TU_CLIENT_ANSWER_ERROR)
			rc = code_of(v);
	}
	tu_client_answer_free(r);
	if (result)
		*result = v;
	else
		tutti_value_unref(v);
	return rc;
}

/* (exposed, Token), whose state is (typeid, address, ident). */
int tu_client_answer_ident(const struct tu_client_answer *r, tutti_value **ident)
{
	tutti_value *parts;
	const tutti_value *state;
	int rc = tutti_value_object(&parts, tutti_value_at(r->value, 1));

	if (rc < 0)
		return rc == -ENOMEM ? rc : TUTTI_EPROTO;
	state = tutti_value_at(parts, 3);
	if (tutti_value_kind(state) != TUTTI_VALUE_TUPLE) /* by its arguments, it may be as well */
		state = tutti_value_at(parts, 2);
	rc = TUTTI_EPROTO;
	if (tutti_value_kind(tutti_value_at(state, 2)) == TUTTI_VALUE_TEXT)
		rc = tutti_value_pack(ident, "O", tutti_value_at(state, 2));
	tutti_value_unref(parts);
	return rc;
}

void tu_client_answer_free(struct tu_client_answer *r)
{
	tutti_value_unref(r->value);
	r->value = NULL;
}
