/* SPDX-License-Identifier: MIT */
/* job_wire.c - see job_wire.h. */
#include "dist/job_wire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/job_values.h>
#include <tutti/value_make.h>
#include <tutti/value_pickle.h>

static void kind_text(char *out, size_t n, unsigned kind, uint32_t size)
{
	static const char *const names[] = { "void", "plain", "bytes", "value", "call" };

	if (kind == TUTTI_KIND_PLAIN)
		snprintf(out, n, "plain:%u", (unsigned)size);
	else
		snprintf(out, n, "%s", kind <= TUTTI_KIND_CALL ? names[kind] : "unknown");
}

void tu_job_wire_kinds(char out[TU_JOB_WIRE_KINDS], const tutti_job *job)
{
	char takes[24], gives[24];

	kind_text(takes, sizeof(takes), job->arg_kind, job->arg_size);
	kind_text(gives, sizeof(gives), job->result_kind, job->result_size);
	snprintf(out, TU_JOB_WIRE_KINDS, "%s>%s", takes, gives);
}

size_t tu_job_wire_weight(const tutti_value *v)
{
	int kind = tutti_value_kind(v);
	size_t n = tutti_value_size(v), weight = 16;

	if (kind == TUTTI_VALUE_TEXT || kind == TUTTI_VALUE_BYTES || kind == TUTTI_VALUE_OPAQUE)
		return weight + n;
	for (size_t i = 0; i < n; i++) {
		weight += tu_job_wire_weight(tutti_value_at(v, i));
		if (kind == TUTTI_VALUE_DICT)
			weight += tu_job_wire_weight(tutti_value_under(v, i));
	}
	return weight;
}

int tu_job_wire_pack(tutti_value **out, unsigned kind, uint32_t size, const void *what)
{
	const tutti_bytes *bytes = what;

	switch (kind) {
	case TUTTI_KIND_VOID:
		*out = tutti_value_none();
		return 0;
	case TUTTI_KIND_PLAIN:
		return tutti_value_bytes(out, what, size);
	case TUTTI_KIND_BYTES:
		return tutti_value_bytes(out, bytes->data, bytes->size);
	default:
		*out = tutti_value_ref(*(tutti_value *const *)what);
		return 0;
	}
}

/* What is opaque only because it is part of a message. */
static int open_value(tutti_value **out, const tutti_value *v, bool is_call)
{
	const tutti_value *args, *kwargs;
	int rc = tutti_value_from_opaque(out, v, NULL, NULL);

	if (rc < 0)
		return rc == -ENOMEM ? rc : TUTTI_ETYPE;
	if (!is_call || tutti_call_parts(*out, &args, &kwargs) == 0)
		return 0;
	tutti_value_unref(*out);
	return TUTTI_ETYPE;
}

static int open_bytes(tutti_bytes *out, const tutti_value *v)
{
	int kind = tutti_value_kind(v);

	if (kind != TUTTI_VALUE_BYTES && kind != TUTTI_VALUE_TEXT)
		return TUTTI_ETYPE;
	return tutti_value_as_bytes(v, out);
}

int tu_job_wire_open(union tu_job_wire *room, const void **what, unsigned kind, uint32_t size,
	const tutti_value *v)
{
	int rc;

	*what = room;
	switch (kind) {
	case TUTTI_KIND_VOID:
		*what = NULL;
		return tutti_value_kind(v) == TUTTI_VALUE_NONE ? 0 : TUTTI_ETYPE;
	case TUTTI_KIND_PLAIN:
		rc = tutti_value_kind(v) == TUTTI_VALUE_BYTES ? open_bytes(&room->bytes, v)
							      : TUTTI_ETYPE;
		*what = room->bytes.data;
		return rc == 0 && room->bytes.size == size ? 0 : TUTTI_ETYPE;
	case TUTTI_KIND_BYTES:
		rc = open_bytes(&room->bytes, v);
		room->bytes.owner = NULL; /* lent */
		return rc;
	default:
		return open_value(&room->value, v, kind == TUTTI_KIND_CALL);
	}
}

void tu_job_wire_drop(union tu_job_wire *room, unsigned kind)
{
	if (kind == TUTTI_KIND_VALUE || kind == TUTTI_KIND_CALL)
		tutti_value_unref(room->value);
}

int tu_job_wire_failure(tutti_value **out, int code, const char *text)
{
	int rc = tutti_value_pack(out, "(i s)", code, text);

	/* words that are no UTF-8 cannot be said */
	return rc == -EINVAL ? tutti_value_pack(out, "(i s)", code, tutti_strerror(code)) : rc;
}

int tu_job_wire_code(const tutti_value *v, char *text, size_t n)
{
	const tutti_value *words = v;
	tutti_value *pair = NULL;
	tutti_bytes bytes;
	int64_t code = TUTTI_EREMOTE;

	if (tutti_value_from_opaque(&pair, v, NULL, NULL) == 0 && tutti_value_size(pair) == 2 &&
		tutti_value_kind(pair) == TUTTI_VALUE_TUPLE &&
		tutti_value_as_int(tutti_value_at(pair, 0), &code) == 0)
		words = tutti_value_at(pair, 1);
	if (code >= 0 || code < -100000)
		code = TUTTI_EREMOTE;
	text[0] = '\0';
	if (tutti_value_kind(words) == TUTTI_VALUE_TEXT && tutti_value_as_bytes(words, &bytes) == 0)
		snprintf(text, n, "%.*s", (int)(bytes.size < n ? bytes.size : n),
			(const char *)bytes.data);
	tutti_value_unref(pair);
	return (int)code;
}
