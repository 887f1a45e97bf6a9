/* SPDX-License-Identifier: MIT */
/*
 * progress_screen.c - see progress_screen.h.
 *
 * On a terminal each progress has a line, in the order in which they were created, the lowest ones
 * of what was written. Between two drawings the cursor stands at the end of the first of them. So
 * whoever writes there without asking, a child or a foreign library, gets to the line below, and
 * what is drawn next begins where that has ended: it covers the old lines, never those words. Who
 * asks clears from that first line on, writes, and draws the lines again, in one write.
 *
 * One lock guards all. It is held while the stream is written, and by nobody who waits for anything
 * else. A forked child begins anew, without its parent's lines; of these it only knows by the
 * memory it shares whether there are any where it is about to write.
 *
 * Where nothing can be drawn over, in a file, a pipe or on TERM=dumb, there are lines now and then.
 */
#include "observe/progress_screen.h"

#include "base/atomic.h"
#include "core/environment.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/terminal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { COLUMNS_USUAL = 80, ROWS_USUAL = 24, LEAST = 8 };

enum mode {
	PLAIN,  /* lines now and then */
	DRAWN,  /* on a terminal */
	UNSEEN, /* a terminal that another process of the family draws on */
};

/* What a family of forked processes has in common. */
struct family {
	uint32_t lines; /* drawn and not cleared; the owner writes */
	uint32_t owner; /* who draws; 0: nobody. Whoever begins to draw writes */
};

/* Under lock, but for what says otherwise. */
static uint32_t lock; /* a tu_mutex; a forked child begins with a new one */
static struct tu_list shown = { { &shown.head, &shown.head } };
static enum mode mode;
static bool utf8;
static unsigned suspended;
static struct tu_renderer *renderer;
static struct family *family; /* set once, and inherited; NULL: nobody has drawn yet */
static uint32_t drawn;        /* family->lines of this process; atomic: an interrupt reads it */
static uint32_t generation;   /* written in a forked child while it has one thread */

static char frame[1 << 14];
static size_t frame_bytes;

/* -- writing ---------------------------------------------------------------------------------- */

static void flush(void)
{
	if (frame_bytes > 0)
		tu_terminal_write(frame, frame_bytes);
	frame_bytes = 0;
}

/* Gathered, so that a frame is one write and nobody's words come between its pieces. */
static void put(const char *text, size_t n)
{
	while (n > 0) {
		size_t some = sizeof(frame) - frame_bytes;

		some = n < some ? n : some;
		memcpy(frame + frame_bytes, text, some);
		frame_bytes += some;
		text += some;
		n -= some;
		if (frame_bytes == sizeof(frame))
			flush();
	}
}

static void put_words(const char *words)
{
	put(words, strlen(words));
}

/* Lines for good, over what is drawn there. */
static void put_text(const char *head, const char *text, const char *end_of_line)
{
	size_t n;

	put_words(head);
	do {
		n = strcspn(text, "\n");
		put(text, n);
		put_words(end_of_line);
		text += n;
		text += *text == '\n';
	} while (*text);
}

static void set_drawn(uint32_t lines)
{
	/* Relaxed, both: numbers by themselves; the terminal is what they are about. */
	tu_store_rlx(&drawn, lines);
	if (family && mode == DRAWN)
		tu_store_rlx(&family->lines, lines);
}

/* -- lines ------------------------------------------------------------------------------------ */

static tutti_progress *progress_of(struct tu_link *link)
{
	return tu_container_of(link, tutti_progress, link);
}

static uint64_t sum_of(const struct tu_progress_cell *cells)
{
	uint64_t sum = 0;

	/* Relaxed: numbers to show; nothing else is read through them. */
	for (int i = 0; i < TU_CELLS; i++)
		sum += tu_load_rlx(&cells[i].n);
	return sum;
}

uint64_t tu_progress_sum(const tutti_progress *p)
{
	/* [progress-share] acquire */
	const struct tu_progress_share *share = p->attached ? NULL : tu_load_acq(&p->share);

	return sum_of(p->cells) + (share ? sum_of(share->cells) : 0);
}

static struct tu_progress_view view_of(const tutti_progress *p)
{
	return (struct tu_progress_view){ .label = p->label,
		.done = tu_progress_sum(p),
		.total = p->total,
		.elapsed = tutti_now() - p->begun,
		.over = p->over };
}

static void size_of_terminal(int *columns, int *rows)
{
	*columns = *rows = 0; /* one that has hung up says nothing */
	if (!tu_terminal_size(columns, rows) || *columns < LEAST)
		*columns = COLUMNS_USUAL;
	if (*rows < 2)
		*rows = ROWS_USUAL;
}

static int put_bar(const tutti_progress *p, int columns)
{
	struct tu_progress_view v = view_of(p);
	struct tu_line line;

	tu_progress_bar(&line, &v, columns, utf8);
	put(line.text, line.n);
	put_words("\033[K");
	return line.columns;
}

/* As many as the screen has lines, and the cursor back to the end of the first. */
static void put_bars(void)
{
	char words[64];
	uint32_t before = tu_load_rlx(&drawn), n = 0; /* relaxed: written under the lock */
	int columns, rows, first = 0;

	size_of_terminal(&columns, &rows);
	tu_list_each(link, &shown) {
		if (progress_of(link)->over)
			continue;
		if (n + 1 == (uint32_t)rows)
			break;
		put_words(n > 0 ? "\n" : "\r");
		int filled = put_bar(progress_of(link), columns);
		first = n++ > 0 ? first : filled;
	}
	if (n > 1 || before > 1)
		put_words("\033[J");
	if (n > 1) {
		snprintf(words, sizeof(words), first > 0 ? "\033[%uA\r\033[%dC" : "\033[%uA\r",
			n - 1, first);
		put_words(words);
	}
	set_drawn(n);
}

static bool is_drawn(void)
{
	return mode == DRAWN && suspended == 0 && !tu_list_empty(&shown);
}

/* Does the parent, or whoever else of the family, draw where we are about to write? */
static bool is_drawn_by_others(void)
{
	/* Relaxed: it is drawn again soon after whatever comes between. */
	return family && mode != DRAWN && tu_load_rlx(&family->lines) > 0;
}

/* The text has room where lines are drawn; they come back below. */
static void print(const char *head, const char *text)
{
	if (is_drawn()) {
		put_words("\r");
		put_text(head, text, "\033[K\n");
		put_bars();
	} else if (is_drawn_by_others()) {
		put_words("\r\033[J");
		put_text(head, text, "\n");
	} else {
		put_text(head, text, "\n");
	}
	flush();
}

void tu_screen_print(const char *head, const char *text)
{
	tu_mutex_lock(&lock);
	print(head, text);
	tu_mutex_unlock(&lock);
}

bool tu_screen_print_over(const char *head, const char *text)
{
	bool over;

	tu_mutex_lock(&lock);
	over = is_drawn() || is_drawn_by_others();
	if (over)
		print(head, text);
	tu_mutex_unlock(&lock);
	return over;
}

/* -- the last line ----------------------------------------------------------------------------- */

static void finish_drawn(const tutti_progress *p)
{
	struct tu_progress_view v = view_of(p);
	struct tu_line line;
	int columns, rows;

	size_of_terminal(&columns, &rows);
	tu_progress_bar(&line, &v, columns, utf8);
	print("", line.text);
}

static void finish_plain(const tutti_progress *p)
{
	struct tu_progress_view v = view_of(p);
	struct tu_line line;

	tu_progress_plain(&line, &v, utf8);
	print("", line.text);
}

static void finish(tutti_progress *p)
{
	if (p->over)
		return;
	p->over = true;
	if (mode == DRAWN)
		finish_drawn(p);
	else if (mode == PLAIN)
		finish_plain(p);
}

/* -- from the first to the last ---------------------------------------------------------------- */

static bool has_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	/* from the environment: few programs call setlocale */
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *locale = tu_environment(names[i]);
		const char *set = locale ? strchr(locale, '.') : NULL;

		if (locale && *locale)
			return set && (strncasecmp(set, ".UTF-8", 6) == 0 ||
					      strncasecmp(set, ".UTF8", 5) == 0);
	}
	return false;
}

/* The terminal has one owner among those who share what is said of it. */
static bool take_terminal(void)
{
	uint32_t self = (uint32_t)tu_process_number(), owner = 0;

	if (!family)
		family = tu_shared_map(sizeof(*family));
	/* Relaxed: only who it is counts. A dead owner's is taken over. */
	return !family || tu_cas_rlx(&family->owner, &owner, self) || owner == self ||
	       (!tu_process_is_there((int)owner) && tu_cas_rlx(&family->owner, &owner, self));
}

static void begin(void)
{
	const char *kind = tu_environment("TERM");
	int columns, rows;

	utf8 = has_utf8();
	mode = PLAIN;
	if (!tu_terminal_size(&columns, &rows) || (kind && strcmp(kind, "dumb") == 0))
		return;
	mode = take_terminal() ? DRAWN : UNSEEN;
	if (mode == DRAWN)
		tu_terminal_watch(&drawn);
}

static void end(void)
{
	if (mode == DRAWN) {
		set_drawn(0);
		tu_terminal_unwatch();
		if (family)
			tu_store_rlx(&family->owner, 0u); /* relaxed: as when it was taken */
	}
	mode = PLAIN;
}

static void in_child(struct tu_fork_guard *g)
{
	(void)g;
	/* Relaxed, all: a forked child has one thread. */
	tu_store_rlx(&lock, 0u);
	tu_list_init(&shown);
	if (mode == DRAWN)
		tu_terminal_unwatch();
	mode = PLAIN;
	suspended = 0;
	frame_bytes = 0;
	tu_store_rlx(&drawn, 0u);
	if (renderer)
		tu_renderer_after_fork(renderer);
	renderer = NULL;
	generation++;
}

static uint32_t nobody; /* what the guard has to name: a child forgets all that was locked */
static struct tu_fork_guard guard = { .lock = &nobody, .in_child = in_child };

uint32_t tu_screen_generation(void)
{
	return generation;
}

bool tu_screen_has_renderer(void)
{
	bool has;

	tu_mutex_lock(&lock);
	has = renderer != NULL;
	tu_mutex_unlock(&lock);
	return has;
}

void tu_screen_add(tutti_progress *p, struct tu_renderer **r)
{
	tu_fork_guard_once(&guard);
	tu_mutex_lock(&lock);
	p->generation = generation;
	if (tu_list_empty(&shown))
		begin();
	tu_list_add_tail(&shown, &p->link);
	if (!renderer) {
		renderer = *r;
		*r = NULL;
	}
	if (is_drawn() && tu_terminal_takes()) {
		put_bars();
		flush();
	}
	tu_mutex_unlock(&lock);
}

struct tu_renderer *tu_screen_remove(tutti_progress *p)
{
	struct tu_renderer *last = NULL;

	tu_mutex_lock(&lock);
	finish(p);
	tu_list_remove(&p->link);
	if (tu_list_empty(&shown)) {
		end();
		last = renderer;
		renderer = NULL;
	}
	tu_mutex_unlock(&lock);
	return last;
}

/* A program that ends without freeing it: where it was is seen, and the cursor below it. */
__attribute__((destructor)) static void leave(void)
{
	tu_mutex_lock(&lock);
	if (!tu_list_empty(&shown)) {
		tu_list_each(link, &shown)
			finish(progress_of(link));
		end();
	}
	tu_mutex_unlock(&lock);
}

/* -- now and then ------------------------------------------------------------------------------ */

static void write_due(tutti_progress *p)
{
	struct tu_progress_view v = view_of(p);
	struct tu_line line;

	if (p->over || !tu_progress_due(&p->pace, &v))
		return;
	tu_progress_plain(&line, &v, utf8);
	print("", line.text);
}

tutti_time tu_screen_tick(void)
{
	tutti_time pause;

	tu_mutex_lock(&lock);
	/* a terminal that is stopped, or another's, is not waited for */
	if (is_drawn() && tu_terminal_takes()) {
		put_bars();
		flush();
	}
	if (mode == PLAIN)
		tu_list_each(link, &shown)
			write_due(progress_of(link));
	pause = mode == DRAWN ? TUTTI_MILLISECONDS(100) : TUTTI_MILLISECONDS(250);
	tu_mutex_unlock(&lock);
	return pause;
}

void tu_screen_suspend(void)
{
	tu_mutex_lock(&lock);
	if (is_drawn() || is_drawn_by_others())
		put_words("\r\033[J");
	flush();
	suspended++;
	if (mode == DRAWN)
		set_drawn(0);
	tu_mutex_unlock(&lock);
}

void tu_screen_resume(void)
{
	tu_mutex_lock(&lock);
	if (suspended > 0)
		suspended--;
	tu_mutex_unlock(&lock);
}
