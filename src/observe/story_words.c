/* SPDX-License-Identifier: MIT */
/* story_words.c - what a story says of its parts. */
#include "core/report.h"
#include "observe/story.h"

#include <stdio.h>
#include <string.h>
#include <tutti/error.h>

const char *tu_story_object(
	const struct tu_story *s, unsigned process, const struct tu_stretch *w, char *buf, size_t n)
{
	const struct tu_story_process *p = &s->processes[process];
	enum tu_op_object kind = tu_op_object(w->op);
	const struct tu_lane *l =
		kind == TU_OBJECT_FUTURE ? tu_table_find(&p->futures, w->object) : NULL;
	const char *noun = tu_object_noun(kind), *name = tu_table_find(&p->names, w->object);
	char shown[128];

	if (kind == TU_OBJECT_NOTHING || !w->object)
		snprintf(buf, n, "%s", noun);
	else if (l)
		snprintf(buf, n, "%s", l->name);
	else if (name)
		snprintf(buf, n, "%s '%s'", noun, name);
	else if (p->ours && tu_data_name((const void *)(uintptr_t)w->object, shown, sizeof(shown)))
		snprintf(buf, n, "%s '%s'", noun, shown);
	else
		snprintf(buf, n, "%s 0x%llx", noun, (unsigned long long)w->object);
	return buf;
}

const char *tu_story_state(
	const struct tu_story *s, const struct tu_stretch *stretch, char *buf, size_t n)
{
	static const char *const words[] = { "running", "ready", "waiting", "idle" };
	char object[200];

	if (stretch->state != TU_STATE_WAITS || stretch->op >= TU_OPS ||
		!tu_op_waits(stretch->op)) {
		snprintf(buf, n, "%s", words[stretch->state]);
		return buf;
	}
	tu_story_object(s, s->lanes[stretch->lane]->process, stretch, object, sizeof(object));
	snprintf(buf, n, "%s%s%s", tu_op_words(stretch->op), *object ? " " : "", object);
	return buf;
}

const char *tu_story_by(const struct tu_arrow *a)
{
	switch ((enum tu_op)a->op) {
	case TU_OP_LOCK_RELEASE:
	case TU_OP_RWLOCK_RELEASE:
	case TU_OP_CONDITION_NOTIFY:
	case TU_OP_EVENT_SET:
	case TU_OP_SEMAPHORE_RELEASE:
	case TU_OP_BARRIER_WAIT:
	case TU_OP_BARRIER_CHANGE:
	case TU_OP_ONCE:
	case TU_OP_QUEUE_GET:
	case TU_OP_QUEUE_PUT:
	case TU_OP_QUEUE_CHANGE:
	case TU_OP_FUTURE_SET:
	case TU_OP_FUTURE_CANCEL:
		return tu_op_words(a->op);
	default:
		return a->start ? "start" : "wake";
	}
}

const char *tu_story_process(const struct tu_story *s, unsigned process, char *buf, size_t n)
{
	const struct tu_story_process *p = &s->processes[process];

	snprintf(buf, n, "%s (%d)%s", *p->name ? p->name : "process", p->pid,
		p->ended || p->ours ? "" : ", end not seen");
	return buf;
}

const char *tu_story_span(const struct tu_span *span, char *buf, size_t n)
{
	int used = snprintf(buf, n, "%s%s%s", span->name, span->label ? " " : "",
		span->label ? span->label : "");

	if (span->code < 0 && used >= 0 && (size_t)used < n)
		snprintf(buf + used, n - (size_t)used, ": %s", tutti_strerror(span->code));
	return buf;
}
