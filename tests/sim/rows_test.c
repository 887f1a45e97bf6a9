/* SPDX-License-Identifier: MIT */
/* rows: F78 P72 P73 */
/* ctest: LABELS no-tsan */
/*
 * rows_test.c - the tutorials' programs whose point is a mistake: every strategy finds it, the file
 * of the failed run shows it again, and where a lock mends it all schedules pass. Thousands of
 * runs, which would take ThreadSanitizer minutes: not with that.
 */
#include "support/suite.h"

#include <limits.h>
#include <tutti/race.h>
#include <tutti/sim.h>

enum { THREADS_MOST = 4 };

/* A program: so many threads that take the step so many times each, and what it comes to. */
struct row {
	const char *name;
	void (*step)(void);
	int threads, times, first, last; /* the balance before and after */
	bool own_locks; /* it mends itself; all others need one lock around the step */
	tutti_sim_trouble trouble;
	int preemptions;     /* it takes at least so many to show it */
	void (*ended)(void); /* looks at it in place of last; NULL: nobody */
};

static struct {
	const struct row *row;
	bool mended;
} chosen; /* fixed before a check */

static struct {
	tutti_lock lock, red, blue;
	int balance;
	int turn; /* of whoever steps next; nobody comes between two plain accesses */
} it;

static void *client(void *arg)
{
	bool locked = chosen.mended && !chosen.row->own_locks;

	for (int i = 0; i < chosen.row->times; i++) {
		if (locked)
			tutti_lock_acquire(&it.lock);
		chosen.row->step();
		if (locked)
			tutti_lock_release(&it.lock);
	}
	return arg;
}

/* They are named one, two, ... */
static void run_threads(tutti_fn fn, int n)
{
	static const char *const names[THREADS_MOST] = { "one", "two", "three", "four" };
	tutti_thread *threads[THREADS_MOST];

	for (int i = 0; i < n; i++)
		threads[i] =
			tutti_thread_start(fn, NULL, &(tutti_thread_options){ .name = names[i] });
	TUTTI_SIM_REQUIRE(tutti_join_all(threads, (size_t)n) == 0);
}

static void program(void *arg)
{
	(void)arg;
	memset(&it, 0, sizeof it);
	it.balance = chosen.row->first;
	run_threads(client, chosen.row->threads);
	if (chosen.row->ended)
		chosen.row->ended();
	else
		TUTTI_SIM_REQUIRE(it.balance == chosen.row->last);
}

/* -- their steps ------------------------------------------------------------------------------- */

/* Read, wait for the bank, write. */
static void deposit(void)
{
	int balance = TUTTI_LOAD(&it.balance);

	tutti_sleep(TUTTI_SECONDS(0.01));
	TUTTI_STORE(&it.balance, balance + 1);
}

/* What is put in is taken out again. */
static void there_and_back(void)
{
	int n = 5 + it.turn++;

	TUTTI_STORE(&it.balance, TUTTI_LOAD(&it.balance) + n);
	TUTTI_STORE(&it.balance, TUTTI_LOAD(&it.balance) - n);
}

/* Look whether there is a ticket, pay, take it. */
static void buy(void)
{
	if (TUTTI_LOAD(&it.balance) <= 0)
		return;
	tutti_yield(); /* pays */
	TUTTI_STORE(&it.balance, it.balance - 1);
}

/* In opposite order, or, if that is mended, in one. */
static void take_both(void)
{
	bool turned = it.turn++ == 1 && !chosen.mended;
	tutti_lock *first = turned ? &it.blue : &it.red, *second = turned ? &it.red : &it.blue;

	tutti_lock_acquire(first);
	tutti_lock_acquire(second);
	it.balance++;
	tutti_lock_release(second);
	tutti_lock_release(first);
}

/* -- what checks make of them ------------------------------------------------------------------ */

static const struct row rows[] = {
	{ "account", deposit, 3, 1, 0, 3, false, TUTTI_SIM_FAILED, 0, NULL },
	/* Whoever is let through whole while the other waits has changed nothing. */
	{ "balance", there_and_back, 2, 1, 0, 0, false, TUTTI_SIM_FAILED, 2, NULL },
	{ "counter", there_and_back, 2, 2, 0, 0, false, TUTTI_SIM_FAILED, 2, NULL },
	{ "tickets", buy, 3, 1, 1, 0, false, TUTTI_SIM_FAILED, 0, NULL },
	{ "two_locks", take_both, 2, 1, 0, 2, true, TUTTI_SIM_DEADLOCK, 1, NULL },
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static const struct {
	const char *name;
	int preemptions; /* most in a run */
} strategies[] = { { "auto", INT_MAX }, { "random", INT_MAX }, { "pct:2", 1 }, { "pct:3", 2 },
	{ "exhaustive:2", 2 } };

enum { STRATEGIES = sizeof strategies / sizeof strategies[0] };

static char file[64];

static int check(const struct row *row, tutti_sim_options o, tutti_sim_result *result)
{
	chosen.row = row;
	o.name = row->name;
	o.flags = TUTTI_SIM_QUIET;
	o.result = result;
	if (!o.save)
		o.save = "";
	return tutti_sim_check(program, &o);
}

/* Again from the file: the same trouble, at the same step of the same history. */
static void replays(const struct row *row, const tutti_sim_result *found)
{
	tutti_sim_result again;

	CHECK_EQ(check(row, (tutti_sim_options){ .replay = file }, &again), 1);
	CHECK_EQ(again.runs, 1);
	CHECK_EQ(again.trouble, found->trouble);
	CHECK_EQ(again.hash, found->hash);
	tutti_sim_result_clear(&again);
}

/* Of the run that is told: how many choices beside the usual course it has. */
static int switches(const tutti_sim_result *found)
{
	const char *at = strstr(found->json, "\"switches\":");

	return at ? atoi(strchr(at, ':') + 1) : 0;
}

/*
 * What needs one preemption comes down to that. Of what needs two, some random runs stop short of
 * it: no switch of theirs can be left out alone.
 */
static bool is_simple(const struct row *row, int left)
{
	return row->preemptions < 2 ? left == row->preemptions
				    : left >= row->preemptions && left <= 3 * row->preemptions;
}

/* Whatever the seed: that it is found is no luck. Within 10,000 runs: that is most of a check. */
static void finds_it(const struct row *row, const char *strategy)
{
	int seeds = suite_rounds(5);

	for (int seed = 0; seed < seeds; seed++) {
		tutti_sim_options o = {
			.strategy = strategy, .seed = (uint64_t)seed, .save = file
		};
		tutti_sim_result found;

		if (check(row, o, &found) != 1)
			fprintf(stderr, "%s: not by %s\n", row->name, strategy);
		CHECK_EQ(found.trouble, row->trouble);
		if (seed == 0)
			printf("  %s by %s in run %" PRIu64 "\n", row->name, strategy, found.runs);
		CHECK(is_simple(row, switches(&found)));
		replays(row, &found);
		tutti_sim_result_clear(&found);
	}
}

/* Those that may preempt often enough. */
static void every_strategy_finds_it(void)
{
	chosen.mended = false;
	for (size_t r = 0; r < ROWS; r++)
		for (size_t s = 0; s < STRATEGIES; s++)
			if (strategies[s].preemptions >= rows[r].preemptions)
				finds_it(&rows[r], strategies[s].name);
}

static void passes_all(const struct row *row, int preemptions, bool mended)
{
	char strategy[32];
	tutti_sim_result result;
	tutti_sim_options o = {
		.strategy = strategy, .runs = UINT64_MAX, .budget = TUTTI_SECONDS(suite_limit())
	};

	chosen.mended = mended;
	snprintf(strategy, sizeof strategy, "exhaustive:%d", preemptions);
	if (check(row, o, &result) != 0)
		fprintf(stderr, "%s", result.text);
	CHECK_EQ(result.trouble, TUTTI_SIM_NONE);
	CHECK(result.complete);
	printf("  %s: %s\n", row->name, result.shown);
	tutti_sim_result_clear(&result);
}

static void fewer_preemptions_do_not_show_it(void)
{
	for (size_t r = 0; r < ROWS; r++)
		if (rows[r].preemptions > 0)
			passes_all(&rows[r], rows[r].preemptions - 1, false);
}

static void all_schedules_pass_where_it_is_mended(void)
{
	for (size_t r = 0; r < ROWS; r++)
		passes_all(&rows[r], 2, true);
}

static void the_deadlock_is_told_by_names(void)
{
	tutti_sim_result found;

	chosen.mended = false;
	CHECK_EQ(check(&rows[ROWS - 1], (tutti_sim_options){ .strategy = NULL }, &found), 1);
	CHECK(strstr(found.text, "thread 'one' waits to acquire lock "));
	CHECK(strstr(found.text, "thread 'two' waits to acquire lock "));
	CHECK(strstr(found.text, "the circle: thread 'one' waits for lock "));
	CHECK(strstr(found.json, "\"in_circle\":true"));
	tutti_sim_result_clear(&found);
}

/* -- all interleavings of two changes ---------------------------------------------------------- */

enum { ORDERS = 256, NOT_SEEN = 99 };

static int ended_at[ORDERS]; /* the balance after these steps; a bit for each, whose it was */
static unsigned order;       /* the last eight bits are this run's */

/* One load or store has been done; nobody else comes before this. */
static void step_of(bool other)
{
	order = order << 1 | other;
}

static void change_in_steps(bool other, int n)
{
	int x = TUTTI_LOAD(&it.balance) + n;

	step_of(other);
	TUTTI_STORE(&it.balance, x);
	step_of(other);
}

static void there_and_back_in_steps(void)
{
	bool other = it.turn++ > 0;

	change_in_steps(other, other ? 8 : 5);
	change_in_steps(other, other ? -8 : -5);
}

static void note_how_it_ends(void)
{
	int *at = &ended_at[order % ORDERS];

	TUTTI_SIM_REQUIRE(*at == NOT_SEEN || *at == it.balance);
	*at = it.balance;
}

static int orders_that_end_at(int end)
{
	int n = 0;

	for (int i = 0; i < ORDERS; i++)
		n += ended_at[i] == end;
	return n;
}

/* Four steps each: 70 orders, some in several schedules, as beginnings and ends differ too. */
static void interleavings_end_as_arithmetic_says(void)
{
	static const struct row row = { .name = "interleavings",
		.step = there_and_back_in_steps,
		.threads = 2,
		.times = 1,
		.ended = note_how_it_ends };
	static const struct {
		int end, orders;
	} expected[] = { { 0, 30 }, { 5, 8 }, { -5, 8 }, { 8, 8 }, { -8, 8 }, { 3, 4 }, { -3, 4 },
		{ NOT_SEEN, ORDERS - 70 } };

	for (int i = 0; i < ORDERS; i++)
		ended_at[i] = NOT_SEEN;
	passes_all(&row, 8, false);
	for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
		CHECK_EQ(orders_that_end_at(expected[i].end), expected[i].orders);
}

int main(void)
{
	snprintf(file, sizeof file, "rows_test.%d.replay", (int)getpid());
	suite_begin();
	RUN(every_strategy_finds_it);
	RUN(fewer_preemptions_do_not_show_it);
	RUN(all_schedules_pass_where_it_is_mended);
	RUN(the_deadlock_is_told_by_names);
	RUN(interleavings_end_as_arithmetic_says);
	unlink(file);
	return suite_end();
}
