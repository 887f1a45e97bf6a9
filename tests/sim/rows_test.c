/* SPDX-License-Identifier: MIT */
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

/* Start n threads with fn; they are named one, two, ... */
static void run_threads(tutti_fn fn, size_t n, void *arg)
{
	static const char *const names[THREADS_MOST] = { "one", "two", "three", "four" };
	tutti_thread *threads[THREADS_MOST];

	for (size_t i = 0; i < n; i++)
		threads[i] =
			tutti_thread_start(fn, arg, &(tutti_thread_options){ .name = names[i] });
	TUTTI_SIM_REQUIRE(tutti_join_all(threads, n) == 0);
}

/* -- the account: read, wait for the bank, write ----------------------------------------------- */

static struct {
	tutti_lock lock;
	int balance;
	int turn; /* of who is started next */
	bool locked;
} it;

static void begin(void *locked)
{
	memset(&it, 0, sizeof it);
	it.locked = locked != NULL;
}

static void *deposit(void *arg)
{
	int balance;

	if (it.locked)
		tutti_lock_acquire(&it.lock);
	balance = TUTTI_LOAD(&it.balance);
	tutti_sleep(TUTTI_SECONDS(0.01));
	TUTTI_STORE(&it.balance, balance + 1);
	if (it.locked)
		tutti_lock_release(&it.lock);
	return arg;
}

static void account(void *locked)
{
	begin(locked);
	run_threads(deposit, 3, NULL);
	TUTTI_SIM_REQUIRE(it.balance == 3);
}

/* -- the balance: what is put in is taken out again -------------------------------------------- */

static void change(int n)
{
	TUTTI_STORE(&it.balance, TUTTI_LOAD(&it.balance) + n);
	TUTTI_STORE(&it.balance, TUTTI_LOAD(&it.balance) - n);
}

static void *change_it(void *arg)
{
	int n = it.turn++ == 0 ? 5 : 8; /* nobody comes between two plain accesses */

	if (it.locked)
		tutti_lock_acquire(&it.lock);
	change(n);
	if (it.locked)
		tutti_lock_release(&it.lock);
	return arg;
}

static void balance(void *locked)
{
	begin(locked);
	run_threads(change_it, 2, NULL);
	TUTTI_SIM_REQUIRE(it.balance == 0);
}

/* -- the counter: the same, several times each ------------------------------------------------- */

static void *count(void *arg)
{
	for (int i = 1; i <= 2; i++) {
		if (it.locked)
			tutti_lock_acquire(&it.lock);
		change(i);
		if (it.locked)
			tutti_lock_release(&it.lock);
	}
	return arg;
}

static void counter(void *locked)
{
	begin(locked);
	run_threads(count, 2, NULL);
	TUTTI_SIM_REQUIRE(it.balance == 0);
}

/* -- the tickets: look, pay, take; one ticket, three who want it ------------------------------- */

static int sold;

static void *buy(void *arg)
{
	if (it.locked)
		tutti_lock_acquire(&it.lock);
	if (TUTTI_LOAD(&it.balance) > 0) {
		tutti_yield(); /* pays */
		TUTTI_STORE(&it.balance, it.balance - 1);
		sold++;
	}
	if (it.locked)
		tutti_lock_release(&it.lock);
	return arg;
}

static void tickets(void *locked)
{
	begin(locked);
	it.balance = 1;
	sold = 0;
	run_threads(buy, 3, NULL);
	TUTTI_SIM_REQUIRE(sold == 1 && it.balance == 0);
}

/* -- the two locks: in opposite order, or in one ----------------------------------------------- */

static tutti_lock red, blue;

static void *take_both(void *arg)
{
	bool turned = it.turn++ == 1 && !it.locked;
	tutti_lock *first = turned ? &blue : &red, *second = turned ? &red : &blue;

	tutti_lock_acquire(first);
	tutti_lock_acquire(second);
	it.balance++;
	tutti_lock_release(second);
	tutti_lock_release(first);
	return arg;
}

static void two_locks(void *in_order)
{
	begin(in_order);
	memset(&red, 0, sizeof red);
	memset(&blue, 0, sizeof blue);
	run_threads(take_both, 2, NULL);
	TUTTI_SIM_REQUIRE(it.balance == 2);
}

/* -- what checks make of them ------------------------------------------------------------------ */

static const struct row {
	const char *name;
	void (*test)(void *mended);
	tutti_sim_trouble trouble;
	int preemptions; /* it takes at least so many to show it */
} rows[] = {
	{ "account", account, TUTTI_SIM_FAILED, 0 },
	/* Whoever is let through whole while the other waits has changed nothing. */
	{ "balance", balance, TUTTI_SIM_FAILED, 2 },
	{ "counter", counter, TUTTI_SIM_FAILED, 2 },
	{ "tickets", tickets, TUTTI_SIM_FAILED, 0 },
	{ "two_locks", two_locks, TUTTI_SIM_DEADLOCK, 1 },
};

static const struct {
	const char *name;
	int preemptions; /* most in a run */
} strategies[] = { { "auto", INT_MAX }, { "random", INT_MAX }, { "pct:2", 1 }, { "pct:3", 2 },
	{ "exhaustive:2", 2 } };

enum { ROWS = sizeof rows / sizeof rows[0], STRATEGIES = sizeof strategies / sizeof strategies[0] };

static char file[64];

static int check(const struct row *row, tutti_sim_options o, tutti_sim_result *result)
{
	o.name = row->name;
	o.flags = TUTTI_SIM_QUIET;
	o.result = result;
	if (!o.save)
		o.save = "";
	return tutti_sim_check(row->test, &o);
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

/* What needs one preemption comes down to that; what needs two may keep one more. */
static int switches_most(const struct row *row)
{
	return row->preemptions < 2 ? row->preemptions : row->preemptions + 1;
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
		CHECK(switches(&found) <= switches_most(row));
		replays(row, &found);
		tutti_sim_result_clear(&found);
	}
}

/* Those that may preempt often enough. */
static void every_strategy_finds_it(void)
{
	for (size_t r = 0; r < ROWS; r++)
		for (size_t s = 0; s < STRATEGIES; s++)
			if (strategies[s].preemptions >= rows[r].preemptions)
				finds_it(&rows[r], strategies[s].name);
}

static void passes_all(const struct row *row, int preemptions, void *mended)
{
	char strategy[32];
	tutti_sim_result result;
	tutti_sim_options o = { .strategy = strategy,
		.runs = UINT64_MAX,
		.budget = TUTTI_SECONDS(suite_limit()),
		.arg = mended };

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
			passes_all(&rows[r], rows[r].preemptions - 1, NULL);
}

static void all_schedules_pass_where_it_is_mended(void)
{
	for (size_t r = 0; r < ROWS; r++)
		passes_all(&rows[r], 2, "mended");
}

static void the_deadlock_is_told_by_names(void)
{
	tutti_sim_result found;

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
static unsigned order;

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

static void *change_there_and_back(void *arg)
{
	bool other = it.turn++ > 0;

	change_in_steps(other, other ? 8 : 5);
	change_in_steps(other, other ? -8 : -5);
	return arg;
}

static void note_how_it_ends(void *arg)
{
	begin(arg);
	order = 0;
	run_threads(change_there_and_back, 2, NULL);
	TUTTI_SIM_REQUIRE(ended_at[order] == NOT_SEEN || ended_at[order] == it.balance);
	ended_at[order] = it.balance;
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
	static const struct row row = { "interleavings", note_how_it_ends, TUTTI_SIM_NONE, 0 };
	static const struct {
		int end, orders;
	} expected[] = { { 0, 30 }, { 5, 8 }, { -5, 8 }, { 8, 8 }, { -8, 8 }, { 3, 4 }, { -3, 4 },
		{ NOT_SEEN, ORDERS - 70 } };

	for (int i = 0; i < ORDERS; i++)
		ended_at[i] = NOT_SEEN;
	passes_all(&row, 8, NULL);
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
