/* SPDX-License-Identifier: MIT */
/*
 * stalls.c - see stalls.h.
 *
 * A worker is stuck if two looks find it at the same turn, not idle, and with something that could
 * run: since the first of them nobody has got the thread. Workers are never freed and have an
 * index, so that what is known of each stands in a table. The list of workers is locked while it is
 * walked; asking and telling, which take long, come after that.
 */
#include "observe/stalls.h"

#include "base/atomic.h"
#include "core/alloc.h"
#include "core/report.h"
#include "core/thread.h"
#include "core/watch.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tutti/error.h>

enum { TEXT_BYTES = 4096, LINES_MOST = 5 };
static const tutti_time answer_within = TUTTI_MILLISECONDS(500);
static const tutti_time line_every = TUTTI_SECONDS(1);

/* A stall that has been told. */
struct stall {
	uint64_t number;
	int native_id;   /* the thread's, whose worker may be another's at the end */
	tutti_time told; /* how long it had lasted then */
	bool heard;      /* by the reporter, so that it is to hear the end */
	struct tu_answer answer;
};

/* What is known of a worker. */
struct seen {
	const struct tu_worker *worker; /* NULL: never seen */
	unsigned look;                  /* the last that has seen it */
	struct tu_glance glance;        /* of that look */
	uint32_t number; /* this and the next: whose turn it was at the look before */
	uint64_t turn;
	tutti_time first;    /* the first look that has found it at this turn */
	tutti_time since;    /* somebody has waited since then; 0: nobody waits */
	tutti_time noted;    /* when cpu was; 0: not yet */
	int64_t cpu;         /* see tu_watch_cpu */
	int looks, runs;     /* since the first note, and how many have found it running */
	tutti_time ran;      /* since then: it had the CPU */
	tutti_time kept;     /* and it wanted the CPU in vain */
	struct stall *stall; /* NULL: there is none, or it is young */
};

struct tu_stalls {
	tutti_watchdog_options options;
	unsigned look;
	tutti_time now; /* of this look */
	struct seen *seen;
	size_t count, wanted; /* entries there are, and how many workers there are */
	int lines;            /* that the reporter may get just now */
	unsigned left_out;    /* lines that it did not get */
	tutti_time refilled;  /* when there was last one more */
	bool aside;           /* where its memory is from, see core/alloc.h */
	size_t used;          /* of text */
	char text[TEXT_BYTES];
};

static uint64_t found; /* atomic: stalls, by all watchdogs */

uint64_t tutti_watchdog_count(void)
{
	return tu_load_rlx(&found); /* a number by itself */
}

struct tu_stalls *tu_stalls_create(const tutti_watchdog_options *o)
{
	struct tu_stalls *s = tu_alloc_zero(sizeof(*s));

	if (s) {
		s->options = *o;
		s->aside = tu_alloc_is_aside();
		s->lines = LINES_MOST;
	}
	return s;
}

void tu_stalls_free(struct tu_stalls *s)
{
	for (size_t i = 0; i < s->count; i++)
		tu_free_to(s->aside, s->seen[i].stall);
	tu_free_to(s->aside, s->seen);
	tu_free_to(s->aside, s);
}

/* -- telling ---------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void put(struct tu_stalls *s, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(s->text + s->used, TEXT_BYTES - s->used, format, args);
	va_end(args);
	if (n > 0)
		s->used += (size_t)n;
	if (s->used >= TEXT_BYTES)
		s->used = TEXT_BYTES - 1;
}

static void put_stack(struct tu_stalls *s, const tutti_stall *told)
{
	char place[256];

	for (size_t i = 0; i < told->depth; i++) {
		/* All but the innermost are where a call returns to, which may be past its end. */
		const char *at = (const char *)told->stack[i] - (i > 0);

		put(s, "%s%s", i ? " < " : ": ", tu_code_place(at, place, sizeof(place)));
	}
}

static void put_all(struct tu_stalls *s, const tutti_stall *told)
{
	double ms = (double)told->lasted / 1e6;

	s->used = 0;
	put(s, "%s", told->what);
	if (strncmp(told->what, "thread ", strlen("thread ")) != 0)
		put(s, " on thread '%s'", told->thread);
	put(s, " %s up its loop for %.*f ms, ", told->over ? "held" : "holds", ms < 10, ms);
	put(s, "%s", told->computing ? "computing" : "sleeping");
	if (told->over)
		put(s, "; it is over");
	if (s->left_out > 0)
		put(s, " (%u more were not told)", s->left_out);
	if (!told->over)
		put_stack(s, told);
}

/* May the reporter have a line? Some at once, then one a second. */
static bool take_line(struct tu_stalls *s)
{
	int64_t more = (s->now - s->refilled) / line_every;

	if (more > 0) {
		s->lines = s->lines + more < LINES_MOST ? s->lines + (int)more : LINES_MOST;
		s->refilled = s->now;
	}
	if (s->lines == 0) {
		s->left_out++;
		return false;
	}
	s->lines--;
	return true;
}

static void tell(struct tu_stalls *s, struct seen *seen, tutti_time lasted, bool over)
{
	struct stall *stall = seen->stall;
	struct tu_answer *answer = &stall->answer;
	bool heard = !s->options.quiet && (over ? stall->heard : take_line(s));
	tutti_stall told = {
		.number = stall->number,
		.over = over,
		.computing = seen->runs * 2 >= seen->looks,
		.what = answer->what[0] ? answer->what : "a task",
		.thread = answer->thread,
		.thread_native_id = stall->native_id,
		.lasted = lasted,
		.cpu = seen->ran,
		.stack = answer->frames,
		.depth = (size_t)answer->depth,
		.text = s->text,
	};

	stall->told = lasted;
	stall->heard = stall->heard || heard;
	put_all(s, &told);
	if (heard) {
		s->left_out = 0;
		tu_report(0, "%s", s->text);
	}
	if (s->options.fn)
		s->options.fn(&told, s->options.arg);
}

/* -- judging ---------------------------------------------------------------------------------- */

static void ask(struct tu_stalls *s, struct seen *seen)
{
	struct stall *stall = tu_resize_from(s->aside, NULL, sizeof(*stall));
	struct tu_answer *answer;
	int rc;

	if (!stall) /* perhaps at the next look */
		return;
	memset(stall, 0, sizeof(*stall));
	answer = &stall->answer;
	rc = tu_watch_ask(seen->worker, &seen->glance, tutti_after(answer_within), answer);
	if (rc == TUTTI_EDONE ||
		rc == -ESRCH) { /* it is over just now, and nobody knows what was */
		tu_free_to(s->aside, stall);
		return;
	}
	if (!answer->thread[0])
		tu_thread_shown_name(
			seen->glance.native_id, answer->thread, sizeof(answer->thread));
	seen->stall = stall;
	stall->native_id = seen->glance.native_id;
	stall->number = tu_add_rlx(&found, (uint64_t)1) + 1; /* a number by itself */
	/* It has taken a while; but the others are judged by how this look has found them. */
	tell(s, seen, tutti_now() - seen->since, false);
}

/* What the thread has done since it was noted; and note it. */
static void measure(struct tu_stalls *s, struct seen *seen)
{
	bool runs;
	int64_t cpu = tu_watch_cpu(&seen->glance, &runs);

	if (cpu < 0) /* it has ended meanwhile */
		return;
	if (seen->noted) {
		tutti_time passed = s->now - seen->noted, ran = cpu - seen->cpu;

		seen->looks++;
		seen->runs += runs;
		seen->ran += ran;
		if (runs && passed > ran)
			seen->kept += passed - ran;
	}
	seen->cpu = cpu;
	seen->noted = s->now;
}

static bool somebody_waits(const struct tu_stalls *s, const struct tu_glance *g)
{
	return g->number && !g->idle && (g->ready || g->due_by <= s->now);
}

/* From now on, or since a timer was due in this turn. */
static void begins_to_wait(struct tu_stalls *s, struct seen *seen)
{
	const struct tu_glance *g = &seen->glance;

	seen->since = s->now;
	if (!g->ready)
		seen->since = g->due_by > seen->first ? g->due_by : seen->first;
}

/* It gets on, or nobody minds. */
static void moves(struct tu_stalls *s, struct seen *seen)
{
	const struct tu_glance *g = &seen->glance;

	if (seen->stall)
		tell(s, seen, s->now - seen->since, true);
	tu_free_to(s->aside, seen->stall);
	seen->stall = NULL;
	if (seen->turn != g->turn || seen->number != g->number)
		seen->first = s->now;
	seen->turn = g->turn;
	seen->number = g->number;
	seen->since = seen->noted = seen->ran = seen->kept = 0;
	seen->looks = seen->runs = 0;
	if (seen->look == s->look && somebody_waits(s, g))
		begins_to_wait(s, seen);
}

static void stands(struct tu_stalls *s, struct seen *seen)
{
	tutti_time lasted = s->now - seen->since;

	measure(s, seen);
	/* Who gets no CPU does not stall: the machine has too much to do. */
	if (!seen->stall && seen->looks && lasted - seen->kept >= s->options.stall)
		ask(s, seen);
	else if (seen->stall && lasted >= 2 * seen->stall->told)
		tell(s, seen, lasted, false);
}

static void judge(struct tu_stalls *s, struct seen *seen)
{
	const struct tu_glance *g = &seen->glance;

	if (seen->look == s->look && seen->since && somebody_waits(s, g) && g->turn == seen->turn &&
		g->number == seen->number)
		stands(s, seen);
	else
		moves(s, seen);
}

/* -- looking ---------------------------------------------------------------------------------- */

static void glance(struct tu_worker *w, void *arg)
{
	struct tu_stalls *s = arg;
	struct seen *seen;

	if (w->index >= s->wanted)
		s->wanted = w->index + 1;
	if (w->index >= s->count)
		return;
	seen = &s->seen[w->index];
	seen->worker = w;
	seen->look = s->look;
	tu_worker_glance(w, &seen->glance);
}

/* Those that there was no room for are seen from the next look on. */
static void make_room(struct tu_stalls *s)
{
	size_t count = s->wanted + s->wanted / 2 + 8;
	struct seen *seen;

	if (s->wanted <= s->count)
		return;
	seen = tu_resize_from(s->aside, s->seen, count * sizeof(*seen));
	if (!seen)
		return;
	memset(seen + s->count, 0, (count - s->count) * sizeof(*seen));
	s->seen = seen;
	s->count = count;
}

/* Who did not get the CPU either while we did not is not to blame for that. */
static void forgive(struct tu_stalls *s, tutti_time late)
{
	for (size_t i = 0; i < s->count; i++) {
		struct seen *seen = &s->seen[i];

		if (seen->since && seen->since + late < s->now)
			seen->since += late;
		else if (seen->since)
			seen->since = s->now;
	}
}

void tu_stalls_look(struct tu_stalls *s, tutti_time late)
{
	s->look++;
	s->now = tutti_now();
	if (late > s->options.stall)
		forgive(s, late);
	tu_worker_each(glance, s);
	for (size_t i = 0; i < s->count; i++)
		if (s->seen[i].worker)
			judge(s, &s->seen[i]);
	make_room(s);
}
