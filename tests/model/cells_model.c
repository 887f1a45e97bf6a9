/* SPDX-License-Identifier: MIT */
/* ctest: TIMEOUT 900 */
/*
 * The cells of a process pool: nobody sleeps while there is something to do, also if who wakes
 * comes late. A sleeper here is as core/word.h has it: woken for nothing it sleeps on.
 */
#include "core/word.h"
#include "model/ground.h"
#include "proc/cells.h"

#include <string.h>
#include <tutti/time.h>

enum { CELLS = 2 };

static struct tu_cells_shared shared;
static struct tu_cell_place places[CELLS];
static struct tu_cells cells = { -1, &shared, places };
static unsigned taken[CELLS];
static uint32_t asked;

/* -- words ------------------------------------------------------------------------------------- */

struct sleeper {
	struct sleeper *next;
	uint32_t *word;
	bool woken;
};
static struct sleeper *sleepers;

static bool is_woken(void *sleeper)
{
	return ((struct sleeper *)sleeper)->woken;
}

static void sleep_on(uint32_t *word)
{
	struct sleeper self = { sleepers, word, false }, **link = &sleepers;

	sleepers = &self;
	model_block(is_woken, &self);
	while (*link != &self)
		link = &(*link)->next;
	*link = self.next;
}

int tu_word_wait(
	struct tu_context *self, uint32_t *word, uint32_t value, int64_t deadline, unsigned flags)
{
	(void)self, (void)deadline, (void)flags;
	while (tu_load_rlx(word) == value)
		sleep_on(word);
	return 0;
}

uint32_t tu_word_wake(uint32_t *word, uint32_t n)
{
	uint32_t woken = 0;

	tu_model_point(word);
	for (struct sleeper *s = sleepers; s && woken < n; s = s->next)
		if (s->word == word && !s->woken) {
			s->woken = true;
			woken++;
		}
	return woken;
}

void tu_os_memory_drop(int fd, uint64_t from, uint64_t bytes)
{
	(void)fd, (void)from, (void)bytes;
}

/* -- the fibers -------------------------------------------------------------------------------- */

static void begin(void)
{
	sleepers = NULL;
	shared.closing = shared.last = shared.work = shared.first = shared.news = 0;
	shared.workers_asleep = shared.pool_asleep = 0;
	for (unsigned i = 0; i < CELLS; i++) {
		memset(tu_cell_at(&cells, i), 0, sizeof(struct tu_cell));
		shared.done[i].put = 0;
		taken[i] = 0;
	}
	asked = 0;
}

static void publish_both(void)
{
	static const uint32_t both[CELLS] = { 0, 1 };

	tu_cells_publish(&cells, both, CELLS);
	tu_cells_call(&cells, CELLS);
}

static void publish_one_by_one(void)
{
	for (uint32_t i = 0; i < CELLS; i++) {
		tu_cells_publish(&cells, &i, 1);
		tu_cells_call(&cells, 1);
	}
}

static void take(unsigned worker)
{
	int i = tu_cells_take(&cells, worker);

	MODEL_CHECK(i >= 0 && i < CELLS);
	taken[i]++;
}

static void take_one(void)
{
	take((unsigned)model_self());
}

static void take_both(void)
{
	take_one();
	take_one();
}

static void all_are_taken(void)
{
	for (unsigned i = 0; i < CELLS; i++)
		MODEL_CHECK(taken[i] == 1);
}

/* What is done, by one worker or by two, and what the pool is asked: it hears of all of it. */
static uint32_t seen[CELLS];
static unsigned heard;

static void begin_with_both_taken(void)
{
	begin();
	publish_both();
	take(0);
	take(0);
	seen[0] = seen[1] = heard = 0;
}

static void finish_both(void)
{
	tu_cells_finish(&cells, 0, 0);
	tu_cells_finish(&cells, 0, 1);
}

static void finish_one(void)
{
	tu_cells_finish(&cells, 0, 0);
}

static void ask(void)
{
	tu_store_seq(&asked, 1u);
	tu_cells_tell(&cells);
}

static void finish_one_and_ask(void)
{
	tu_cells_finish(&cells, 1, 1);
	ask();
}

static bool is_any(const void *arg)
{
	(void)arg;
	return tu_cells_has_done(&cells, 0, seen[0]) || tu_cells_has_done(&cells, 1, seen[1]);
}

static void hear_all(void)
{
	for (;;) {
		uint32_t news = tu_cells_news(&cells);

		for (unsigned worker = 0; worker < CELLS; worker++)
			while (tu_cells_next_done(&cells, worker, &seen[worker]) >= 0)
				heard++;
		if (heard == CELLS && tu_load_seq(&asked))
			return;
		tu_cells_await_news(&cells, news, TUTTI_FOREVER, is_any, NULL);
	}
}

static void heard_all(void)
{
	MODEL_CHECK(heard == CELLS);
}

/* Told to stop, or done: one of the two comes first, and both know which. */
static bool went_on;
static int stopped;

static void begin_with_taken(void)
{
	begin();
	publish_both();
	take(0);
}

static void finish(void)
{
	went_on = tu_cells_finish(&cells, 0, 0);
}

static void stop(void)
{
	stopped = tu_cells_stop(&cells, 0);
	model_saw(stopped == 0 ? 1 : 2);
}

static void both_agree(void)
{
	MODEL_CHECK(stopped == (went_on ? -1 : 0));
	MODEL_CHECK(tu_cells_is_done_by(&cells, 0, 0));
}

static const struct model_test tests[] = {
	{ "news", begin_with_both_taken, { hear_all, finish_both, ask }, heard_all, .bound = 3,
		.deep = 5 },
	{ "news_of_two", begin_with_both_taken, { hear_all, finish_one, finish_one_and_ask },
		heard_all, .bound = 2, .deep = 5 },
	{ "work", begin, { publish_both, take_both }, all_are_taken, .bound = 5, .deep = 8 },
	{ "work_of_two", begin, { publish_both, take_one, take_one }, all_are_taken, .bound = 3,
		.deep = 5 },
	{ "one_by_one", begin, { publish_one_by_one, take_one, take_one }, all_are_taken,
		.bound = 3, .deep = 5 },
	{ "one_by_one_for_one", begin, { publish_one_by_one, take_both }, all_are_taken, .bound = 5,
		.deep = 8 },
	{ "stop", begin_with_taken, { finish, stop }, both_agree, .outcomes = 1 | 2, .bound = 6,
		.deep = MODEL_ALL },
};

int main(int argc, char **argv)
{
	return model_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
