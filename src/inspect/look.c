/* SPDX-License-Identifier: MIT */
/* look.c - see inside.h. Reads are many at once: a call for each would be a call for each task. */
#include "inspect/inside.h"

#include "core/context.h"

#include <errno.h>
#include <string.h>

enum { AT_ONCE = 512, STACKS_MOST = 1 << 16 /* of a slab, far more than there are */ };

bool tu_look_read(struct look *l, uint64_t at, void *to, size_t n)
{
	int rc = at ? tu_os_other_read(l->o, at, to, n) : -EFAULT;

	if (rc == -ESRCH || rc == -EPERM)
		l->in->code = rc;
	return rc == 0;
}

/* It may stand at the end of what is mapped: then less than all of it is read. */
bool tu_look_text(struct look *l, uint64_t at, char out[TU_SEEN_NAME])
{
	size_t n = TU_SEEN_NAME - 1, to_page = 4096 - at % 4096;

	memset(out, 0, TU_SEEN_NAME);
	if (!tu_look_read(l, at, out, n) && (to_page >= n || !tu_look_read(l, at, out, to_page)))
		return false;
	for (size_t i = 0; out[i]; i++)
		if ((unsigned char)out[i] < ' ' || out[i] == 127)
			return false;
	return out[0] != 0;
}

/* -- what there is ----------------------------------------------------------------------------- */

static bool is_alive(const struct look *l, int native_id)
{
	for (size_t i = 0; i < l->threads_n; i++)
		if (l->threads[i].id == native_id) {
			l->taken[i] = true;
			return true;
		}
	return false;
}

static void read_place(const struct known *k, const char *bytes, struct place *p)
{
	p->id = tu_u64(bytes, k->context_id);
	p->self = tu_u64(bytes, k->context_self);
	p->job = tu_u64(bytes, k->context_job);
	p->waits = tu_u64(bytes, k->context_waits);
	p->alarm = tu_u64(bytes, k->context_alarm);
	p->since = (int64_t)tu_u64(bytes, k->context_since);
	p->low = tu_u64(bytes, k->context_low);
	p->bytes = tu_u64(bytes, k->context_bytes);
	p->sp = tu_u64(bytes, k->context_sp);
	p->pc = tu_u64(bytes, k->context_pc);
	p->fp = tu_u64(bytes, k->context_fp);
	p->park = tu_u32(bytes, k->context_park);
	p->op = tu_u32(bytes, k->context_awaits) & 0xffff;
	p->left = -1;
}

static void add_place(struct look *l, const char *bytes, uint64_t at, bool native)
{
	struct place *more = l->places;

	if (l->places_n == l->places_room) {
		more = tu_arena_grow(&l->in->arena, more, &l->places_room, sizeof(*more));
		if (!more)
			return;
		l->places = more;
	}
	more += l->places_n++;
	read_place(l->k, bytes, more);
	more->at = at;
	more->native = native;
	more->worker = l->workers_n - 1;
	more->current = l->workers[more->worker].current == at;
}

static bool add_worker(struct look *l, uint64_t at, const char *bytes)
{
	const struct known *k = l->k;
	struct worker_seen *more = l->workers;

	if (l->workers_n == l->workers_room) {
		more = tu_arena_grow(&l->in->arena, more, &l->workers_room, sizeof(*more));
		if (!more)
			return false;
		l->workers = more;
	}
	l->workers[l->workers_n++] = (struct worker_seen){
		.at = at,
		.current = tu_u64(bytes, k->worker_current),
		.slabs = tu_u64(bytes, k->worker_slabs),
		.head = tu_u64(bytes, k->worker_head),
		.inbox = tu_u64(bytes, k->worker_inbox),
		.thread = tu_u64(bytes, k->worker_thread),
		.budget = tu_u32(bytes, k->worker_budget),
		.looks = tu_u32(bytes, k->worker_looks),
		.native_id = (int)tu_u32(bytes, k->worker_native_id),
		.helper = bytes[k->worker_helper],
	};
	return true;
}

/* A batch of contexts of one slab, from number first on: those with something on them. */
static void read_stacks(struct look *l, uint64_t base, uint64_t stack_bytes, uint32_t first,
	uint32_t n, char *bytes)
{
	const struct known *k = l->k;
	struct tu_os_piece pieces[AT_ONCE];

	for (uint32_t i = 0; i < n; i++) {
		uint64_t number = first + i;
		uint64_t room = k->slab_room + number % k->slab_shifts * k->slab_shift;

		pieces[i] = (struct tu_os_piece){ base + (number + 1) * stack_bytes - room,
			bytes + i * k->context_size, k->context_size, false };
	}
	if (tu_os_other_read_many(l->o, pieces, n) < 0)
		return;
	for (uint32_t i = 0; i < n; i++)
		if (pieces[i].read && tu_u64(pieces[i].to, k->context_self))
			add_place(l, pieces[i].to, pieces[i].from, false);
}

/* A list that was made a circle of by mistake: it comes back to where it was once marked. */
struct lap {
	uint64_t mark;
	unsigned steps, next;
};

static bool comes_round(struct lap *lap, uint64_t at)
{
	if (at == lap->mark)
		return true;
	if (lap->steps++ == lap->next) {
		lap->mark = at;
		lap->next = 2 * lap->next + 1;
	}
	return false;
}

static void read_slabs(struct look *l, uint64_t at, char *bytes)
{
	const struct known *k = l->k;
	struct lap lap = { 0 };
	char slab[1 << 10];

	for (int i = 0; at && !comes_round(&lap, at) && i < TU_SEEN_SLABS; i++) {
		uint32_t fresh;

		if (!tu_look_read(l, at, slab, k->slab_size))
			return;
		fresh = tu_u32(slab, k->slab_fresh);
		if (fresh > STACKS_MOST)
			return;
		for (uint32_t n = 0; n < fresh; n += AT_ONCE)
			read_stacks(l, tu_u64(slab, k->slab_base),
				tu_u64(slab, k->slab_stack_bytes), n,
				fresh - n < AT_ONCE ? fresh - n : AT_ONCE, bytes);
		at = tu_u64(slab, k->slab_next);
	}
}

static void read_workers(struct look *l, char *stacks)
{
	const struct known *k = l->k;
	char *bytes = tu_arena_take(&l->in->arena, k->worker_bytes);
	struct lap lap = { 0 };
	uint64_t at;

	if (!bytes || !tu_look_read(l, k->workers, &at, sizeof(at)))
		return;
	for (int i = 0; at && !comes_round(&lap, at) && i < TU_SEEN_WORKERS; i++) {
		if (!tu_look_read(l, at, bytes, k->worker_bytes))
			return;
		if (bytes[k->worker_in_use] &&
			is_alive(l, (int)tu_u32(bytes, k->worker_native_id)) &&
			add_worker(l, at, bytes)) {
			add_place(l, bytes + k->worker_native, at + k->worker_native, true);
			read_slabs(l, tu_u64(bytes, k->worker_slabs), stacks);
		}
		at = tu_u64(bytes, k->worker_next);
	}
}

/* Main first, each thread before what is on it, and that by age. */
static bool comes_before(const struct look *l, const struct place *a, const struct place *b)
{
	int on_a = l->workers[a->worker].native_id, on_b = l->workers[b->worker].native_id;

	if (on_a != on_b)
		return on_a < on_b;
	return a->native != b->native ? a->native : a->id < b->id;
}

/* By Shell: the C library's may take memory. */
static void sort_places(struct look *l)
{
	for (size_t gap = l->places_n / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11)
		for (size_t i = gap; i < l->places_n; i++) {
			struct place one = l->places[i];
			size_t at = i;

			for (; at >= gap && comes_before(l, &one, &l->places[at - gap]); at -= gap)
				l->places[at] = l->places[at - gap];
			l->places[at] = one;
		}
}

/* -- what each waits for ----------------------------------------------------------------------- */

static void read_waiter(struct look *l, struct place *p, const char *bytes)
{
	const struct known *k = l->k;

	if (tu_u64(bytes, k->waiter_context) != p->at)
		return; /* it has gone on already */
	p->key = tu_u64(bytes, k->waiter_key);
	p->object = tu_u64(bytes, k->waiter_object);
	p->op = tu_u32(bytes, k->waiter_op);
	p->ask = tu_u32(bytes, k->waiter_ask);
	p->has_wait = true;
}

static void read_alarm(struct look *l, struct place *p, const char *bytes)
{
	int64_t deadline = (int64_t)tu_u64(bytes, l->k->timer_deadline);

	if (tu_u64(bytes, l->k->timer_where) != 0 && deadline != INT64_MAX)
		p->left = deadline > l->now ? deadline - l->now : 0;
}

static void read_lock(struct look *l, struct place *p, const char *bytes)
{
	if (tu_u32(bytes, l->k->lock_word) & l->k->lock_locked)
		p->holder = tu_u64(bytes, l->k->lock_holder);
}

static struct future_seen *read_future(struct look *l, uint64_t at)
{
	struct future_seen seen, *kept;

	if (!tu_look_future(l, at, &seen))
		return NULL;
	kept = tu_arena_take(&l->in->arena, sizeof(*kept));
	if (kept)
		*kept = seen;
	return kept;
}

/* The thread of what has it: in between two looks that find the same, so it sleeps for that. */
static void read_thread(struct look *l, struct place *p)
{
	struct tu_os_other_thread *t = tu_arena_take(&l->in->arena, sizeof(*t));

	if (t && tu_os_other_thread(l->pid, l->workers[p->worker].native_id, t))
		p->thread = t;
}

static void read_names(struct look *l)
{
	for (size_t i = 0; i < l->places_n; i++) {
		struct place *p = &l->places[i];

		if (p->self && p->self != l->workers[p->worker].thread)
			p->runs = read_future(l, p->self);
		if (p->job && p->job != p->self)
			p->in = read_future(l, p->job);
		if (p->current)
			read_thread(l, p);
	}
}

/* Is it still in the wait that it was in? */
static void look_again(struct look *l, struct place *p, const char *bytes)
{
	struct place now;

	read_place(l->k, bytes, &now);
	p->steady = now.id == p->id && now.self == p->self && now.job == p->job &&
		    now.since == p->since && now.waits == p->waits && now.park == p->park;
	if (now.id != p->id || now.self != p->self)
		p->id = 0; /* another one, or none: what was read of it may be of either */
	else if (!p->steady)
		p->park = now.park == TU_PARK_PARKED ? TU_PARK_NOTIFIED : now.park;
}

/* Which threads have been at another turn meanwhile? What had one then may not have it now. */
static void look_at_turns(struct look *l)
{
	for (size_t i = 0; i < l->workers_n; i++) {
		struct worker_seen *w = &l->workers[i];
		uint64_t current;
		uint32_t budget, looks;

		w->moved =
			!tu_look_read(l, w->at + l->k->worker_budget, &budget, sizeof(budget)) ||
			!tu_look_read(l, w->at + l->k->worker_looks, &looks, sizeof(looks)) ||
			!tu_look_read(l, w->at + l->k->worker_current, &current, sizeof(current)) ||
			budget != w->budget || looks != w->looks || current != w->current;
	}
}

/* For each of some places: a piece of n bytes at where says, if not 0; and then what to do. */
static void read_each(struct look *l,
	uint64_t (*where)(const struct look *l, const struct place *p), size_t n,
	void (*then)(struct look *l, struct place *p, const char *bytes), char *bytes)
{
	struct tu_os_piece pieces[AT_ONCE];
	struct place *of[AT_ONCE];

	for (size_t i = 0; i < l->places_n;) {
		size_t used = 0;

		for (; i < l->places_n && used < AT_ONCE; i++)
			if (where(l, &l->places[i])) {
				of[used] = &l->places[i];
				pieces[used] = (struct tu_os_piece){ where(l, &l->places[i]),
					bytes + used * n, n, false };
				used++;
			}
		if (tu_os_other_read_many(l->o, pieces, used) < 0)
			return;
		for (size_t j = 0; j < used; j++)
			if (pieces[j].read)
				then(l, of[j], pieces[j].to);
	}
}

static uint64_t waiter_at(const struct look *l, const struct place *p)
{
	(void)l;
	return p->park == TU_PARK_PARKED ? p->waits : 0;
}

static uint64_t alarm_at(const struct look *l, const struct place *p)
{
	(void)l;
	return p->park == TU_PARK_PARKED ? p->alarm : 0;
}

static uint64_t context_at(const struct look *l, const struct place *p)
{
	(void)l;
	return p->at;
}

static const struct op_text *op_of(const struct look *l, const struct place *p)
{
	static const struct op_text unknown = { "wait", "" };

	return l->ops && p->op < l->k->ops_count && l->ops[p->op].words ? &l->ops[p->op] : &unknown;
}

static uint64_t lock_at(const struct look *l, const struct place *p)
{
	return p->has_wait && strcmp(op_of(l, p)->noun, "lock") == 0 ? p->key : 0;
}

/* -- words of operations ----------------------------------------------------------------------- */

static const char *copy_text(struct look *l, uint64_t at)
{
	char text[TU_SEEN_NAME];

	return at && tu_look_text(l, at, text) ? tu_arena_text(&l->in->arena, "%s", text) : "";
}

static void read_ops(struct look *l)
{
	const struct known *k = l->k;
	struct arena *a = &l->in->arena;
	char *bytes = tu_arena_take(a, k->ops_count * k->op_size);
	uint64_t *at = tu_arena_take(a, (k->nouns_count + 1) * sizeof(*at));
	const char **nouns = tu_arena_take(a, (k->nouns_count + 1) * sizeof(*nouns));

	l->ops = tu_arena_take(a, (k->ops_count + 1) * sizeof(*l->ops));
	if (!bytes || !at || !nouns || !l->ops ||
		!tu_look_read(l, k->ops, bytes, k->ops_count * k->op_size) ||
		!tu_look_read(l, k->nouns, at, k->nouns_count * sizeof(*at)))
		return;
	for (size_t i = 0; i < k->nouns_count; i++)
		nouns[i] = copy_text(l, at[i]);
	for (size_t i = 0; i < k->ops_count; i++) {
		const char *op = bytes + i * k->op_size;
		uint32_t object = tu_u32(op, k->op_object);

		l->ops[i].words = copy_text(l, tu_u64(op, k->op_words));
		l->ops[i].noun = object < k->nouns_count ? nouns[object] : "";
	}
}

/* -- rows -------------------------------------------------------------------------------------- */

static const struct tu_os_other_thread *thread_of(const struct look *l, int id)
{
	for (size_t i = 0; i < l->threads_n; i++)
		if (l->threads[i].id == id)
			return &l->threads[i];
	return NULL;
}

static tutti_inspect_state state_of(const struct look *l, const struct place *p)
{
	if (p->park == TU_PARK_PARKED)
		return TUTTI_INSPECT_WAITING;
	if (l->stopped)
		return TUTTI_INSPECT_STOPPED;
	return p->current ? TUTTI_INSPECT_RUNNING : TUTTI_INSPECT_READY;
}

/* One that has the thread, which sleeps in the kernel. */
static void in_a_call(struct look *l, const struct tu_os_other_thread *t, tutti_inspect_row *row)
{
	const char *name;

	if (!t || !t->sleeps || t->state == 'R')
		return;
	name = t->call >= 0 ? tu_os_call_name(t->call) : NULL;
	row->sp = t->sp;
	row->pc = t->pc;
	if (row->state != TUTTI_INSPECT_RUNNING || t->call < 0)
		return;
	row->state = TUTTI_INSPECT_WAITING;
	row->verb = name ? tu_arena_text(&l->in->arena, "in the call %s of the kernel", name)
			 : tu_arena_text(&l->in->arena, "in call %ld of the kernel", t->call);
}

/* How p waits, in row: what was read in between two reads that were the same. */
static void tell_wait(struct look *l, const struct place *p, size_t number)
{
	tutti_inspect_row *row = &l->in->rows[number];
	struct beside *b = &l->in->beside[number];
	const struct op_text *op = op_of(l, p);

	b->low = p->low;
	b->high = p->low + p->bytes;
	row->state = state_of(l, p);
	if (p->current && p->steady && !l->workers[p->worker].moved) {
		in_a_call(l, p->thread, row);
	} else if (!p->current) {
		row->sp = p->sp;
		row->pc = p->pc;
		row->fp = p->fp;
	}
	if (p->park != TU_PARK_PARKED || !p->steady)
		return;
	row->waited = l->now > p->since ? l->now - p->since : 0;
	row->left = p->left;
	row->verb = op->words;
	row->noun = op->noun;
	if (p->has_wait) {
		row->object = p->object ? p->object : p->key;
		b->key = p->key;
		b->ask = p->ask;
		b->holder = p->holder;
	}
}

static size_t add_row(struct look *l, tutti_inspect_kind kind, size_t parent, const struct place *p,
	const struct future_seen *f)
{
	size_t number = tu_seen_row(l->in, kind, parent);
	tutti_inspect_row *row;

	if (number == TUTTI_INSPECT_NOBODY)
		return number;
	row = &l->in->rows[number];
	row->pid = l->pid;
	row->native_id = l->workers[p->worker].native_id;
	row->id = p->id;
	l->in->beside[number].look = l->number;
	l->in->beside[number].context = p->id;
	if (f) {
		row->name = tu_arena_text(&l->in->arena, "%s", f->name);
		row->code = f->fn;
		l->in->beside[number].future = f->at;
		l->in->beside[number].group = f->group;
	}
	return number;
}

/* What stands on a thread's own stack: the thread. */
static size_t add_thread(struct look *l, const struct place *p)
{
	struct worker_seen *w = &l->workers[p->worker];
	const struct tu_os_other_thread *t = thread_of(l, w->native_id);
	size_t number = add_row(l, TUTTI_INSPECT_THREAD, l->process, p, NULL);
	tutti_inspect_row *row;

	w->row = number;
	if (number == TUTTI_INSPECT_NOBODY)
		return number;
	row = &l->in->rows[number];
	row->id = (uint64_t)w->native_id;
	row->name = w->native_id == l->pid ? "MainThread"
					   : tu_arena_text(&l->in->arena, "%s", t ? t->name : "");
	if (w->thread)
		tu_look_thread(l, w->thread, row);
	if (w->helper)
		row->role = "tutti's own";
	l->in->beside[number].future = w->thread;
	return number;
}

/* Which of what stands on it waits, is the job that was begun last. */
static void add_rows(struct look *l, const struct place *p)
{
	const struct worker_seen *w = &l->workers[p->worker];
	const struct future_seen *self = p->runs;
	size_t number = TUTTI_INSPECT_NOBODY, last;

	if (p->native)
		number = add_thread(l, p);
	last = number;
	if (self && self->ops->kind != l->k->kind_thread)
		last = add_row(l,
			self->ops->kind == l->k->kind_task ? TUTTI_INSPECT_TASK : TUTTI_INSPECT_JOB,
			w->row, p, self);
	else if (!p->native)
		return; /* it was about to end */
	if (p->in)
		last = add_row(l, TUTTI_INSPECT_JOB, last, p, p->in);
	if (last == TUTTI_INSPECT_NOBODY)
		return;
	tell_wait(l, p, last);
	if (number == TUTTI_INSPECT_NOBODY || last == number)
		return;
	l->in->rows[number].state = l->in->rows[last].state;
	l->in->beside[number].quiet = true;
	l->in->beside[number].context = 0;
}

static size_t largest_piece(const struct known *k)
{
	const uint64_t sizes[] = { k->context_size, k->waiter_size, k->timer_size, k->lock_size };
	size_t most = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		most = sizes[i] > most ? sizes[i] : most;
	return most;
}

/* Those of which no copy of tutti knows are added by who looks at the process. */
void tu_look_at_copy(struct look *l)
{
	const struct known *k = l->k;
	char *bytes = tu_arena_take(&l->in->arena, AT_ONCE * largest_piece(k));
	int64_t origin = 0;
	double scale = 1.0;

	if (!bytes)
		return;
	if (!tu_look_read(l, k->clock_scale, &scale, sizeof(scale)) || !(scale > 0))
		scale = 1.0;
	tu_look_read(l, k->clock_origin, &origin, sizeof(origin));
	read_ops(l);
	read_workers(l, bytes);
	sort_places(l);
	l->now = tu_os_other_now(scale, origin);
	read_each(l, waiter_at, k->waiter_size, read_waiter, bytes);
	read_each(l, alarm_at, k->timer_size, read_alarm, bytes);
	if (k->lock_size)
		read_each(l, lock_at, k->lock_size, read_lock, bytes);
	tu_look_at_ledger(l);
	read_names(l);
	look_at_turns(l);
	read_each(l, context_at, k->context_size, look_again, bytes);
	for (size_t i = 0; i < l->places_n; i++)
		if (l->places[i].id)
			add_rows(l, &l->places[i]);
	for (size_t i = 0; i < l->workers_n; i++)
		tu_look_at_queue(l, &l->workers[i]);
	tu_look_at_executors(l);
	tu_look_at_name(l);
}
