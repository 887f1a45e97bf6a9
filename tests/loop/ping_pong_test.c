/* SPDX-License-Identifier: MIT */
/*
 * Two who hand a ball to each other, over and over, by each of the ways there are: a wake-up that
 * is lost once in a million is found here, as only then a wait reaches its deadline.
 */
#include <tutti/tutti.h>

#include "support/suite.h"

enum { ROUNDS = 4000, SIDES = 2 };

static const tutti_time LOST = TUTTI_SECONDS(1000);

static tutti_event events[SIDES];
static tutti_semaphore permits[SIDES];
static tutti_queue *queues[SIDES];
static tutti_lock table;
static tutti_condition changed;
static int turn; /* under table */
static int ball; /* of whoever has it */

/* -- the ways --------------------------------------------------------------------------------- */

static void event_send(int to)
{
	tutti_event_set(&events[to]);
}

static int event_receive(int me)
{
	int rc = tutti_event_wait_until(&events[me], tutti_after(LOST));

	tutti_event_clear(&events[me]);
	return rc;
}

static void permit_send(int to)
{
	CHECK_EQ(tutti_semaphore_release(&permits[to], 1), 0);
}

static int permit_receive(int me)
{
	return tutti_semaphore_acquire_until(&permits[me], tutti_after(LOST));
}

static void item_send(int to)
{
	CHECK_EQ(tutti_queue_put_until(queues[to], &ball, tutti_after(LOST)), 0);
}

static int item_receive(int me)
{
	int item = -1, rc = tutti_queue_get_until(queues[me], &item, tutti_after(LOST));

	CHECK(rc < 0 || item == ball);
	return rc;
}

static void turn_send(int to)
{
	TUTTI_HOLD(&table);
	turn = to;
	CHECK_EQ(tutti_condition_notify(&changed, &table, 1), 0);
}

static int turn_receive(int me)
{
	tutti_time deadline = tutti_after(LOST);
	int rc = 0;

	TUTTI_HOLD(&table);
	while (turn != me && rc == 0)
		rc = tutti_condition_wait_until(&changed, &table, deadline);
	return rc;
}

static const struct way {
	const char *name;
	void (*send)(int to);
	int (*receive)(int me);
} ways[] = {
	{ "event", event_send, event_receive },
	{ "semaphore", permit_send, permit_receive },
	{ "queue", item_send, item_receive },
	{ "condition", turn_send, turn_receive },
};

/* -- the game --------------------------------------------------------------------------------- */

struct side {
	const struct way *way;
	int me, rounds;
};

static void *play(void *arg)
{
	const struct side *side = arg;

	for (int i = 0; i < side->rounds; i++) {
		int rc = side->way->receive(side->me);

		CHECK_EQ(rc, 0);
		CHECK_EQ(ball, SIDES * i + side->me);
		ball++;
		side->way->send(!side->me);
	}
	return NULL;
}

static void is_never_dropped(enum mix mix)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct side sides[SIDES];
		tutti_future *players[SIDES];

		ball = turn = 0;
		for (int me = 0; me < SIDES; me++) {
			sides[me] = (struct side){ &ways[i], me, suite_rounds(ROUNDS) };
			players[me] = start_nth(mix, me, play, &sides[me]);
		}
		if (ways[i].send != turn_send)
			ways[i].send(0);
		join_all(players, SIDES);
		CHECK_EQ(ball, SIDES * suite_rounds(ROUNDS));
		ways[i].receive(0); /* it lies there still */
	}
}

int main(void)
{
	suite_begin();
	for (int me = 0; me < SIDES; me++) {
		const tutti_queue_options of_one = { .maxsize = 1 };

		CHECK_EQ(tutti_semaphore_init(&permits[me], 0, 0), 0);
		CHECK_EQ(tutti_queue_create(&queues[me], sizeof(int), &of_one), 0);
	}
	RUN_MIXES(is_never_dropped);
	for (int me = 0; me < SIDES; me++)
		tutti_queue_free(queues[me]);
	return suite_end();
}
