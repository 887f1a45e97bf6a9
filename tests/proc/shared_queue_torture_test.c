/* SPDX-License-Identifier: MIT */
/* rows: F39 */
/* ctest: LABELS no-tsan LABELS no-qemu */ /* who is killed has no races to show */
/*
 * Putters and getters are killed every few milliseconds, wherever they are, and others take their
 * place. Each item that was put is got once, or was taken by one who was killed with it; and in the
 * end nobody hangs.
 *
 * Each putter writes down the number it is about to put, and then that it has put it; each getter
 * the one it has got. Between the two it may be killed: then it is one or the other.
 */
#include <tutti/shared_queue.h>

#include "support/children.h"

static const tutti_time past = 0;

enum { PUTTERS = 3, GETTERS = 3, ITEMS = 30000000, KILLS = 60 };

struct report {
	uint32_t next; /* number to be put */
	uint32_t enough;
	unsigned char put[ITEMS], got[ITEMS];
};

static struct report *report;
static tutti_queue *queue;

struct item {
	uint32_t number, check;
	char rest[56];
};

static void put_items(void *arg)
{
	struct item it;

	(void)arg;
	for (;;) {
		it.number = tu_add_acqrel(&report->next, 1u);
		if (it.number >= ITEMS || tu_load_acq(&report->enough))
			return;
		it.check = ~it.number;
		memset(it.rest, (int)it.number, sizeof it.rest);
		tu_store_rel(&report->put[it.number], 1); /* about to */
		CHECK_EQ(tutti_queue_put(queue, &it), 0);
		tu_store_rel(&report->put[it.number], 2); /* it is in */
	}
}

static void get_items(void *arg)
{
	struct item it;
	int rc;

	(void)arg;
	while ((rc = tutti_queue_get(queue, &it)) == 0) {
		CHECK(it.number < ITEMS);
		CHECK_EQ(it.check, ~it.number);
		for (size_t i = 0; i < sizeof it.rest; i++)
			CHECK_EQ(it.rest[i], (char)it.number);
		CHECK_EQ(tu_add_acqrel(&report->got[it.number], 1), 0);
	}
	CHECK_EQ(rc, TUTTI_ESHUTDOWN);
}

static unsigned drawn(unsigned n)
{
	static uint64_t state = 1;

	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(state >> 33) % n;
}

static void play(size_t maxsize)
{
	tutti_queue_options o = { .maxsize = maxsize, .flags = TUTTI_SHARED };
	pid_t pids[PUTTERS + GETTERS];
	int killed_getters = 0, killed_putters = 0, lost = 0, unsure = 0, put = 0;
	int kills = suite_rounds(KILLS);

	report = share(sizeof *report);
	CHECK_EQ(tutti_queue_create(&queue, sizeof(struct item), &o), 0);
	for (int i = 0; i < PUTTERS + GETTERS; i++)
		pids[i] = process_start(i < PUTTERS ? put_items : get_items, NULL);
	for (int i = 0; i < kills && suite_has_time() && tu_load_acq(&report->next) < ITEMS; i++) {
		unsigned who = drawn(PUTTERS + GETTERS);
		int status;

		usleep(500 + drawn(3000));
		kill(pids[who], SIGKILL);
		CHECK_EQ(waitpid(pids[who], &status, 0), pids[who]);
		tu_family_died(pids[who]);
		if (WIFSIGNALED(status) && who < PUTTERS)
			killed_putters++;
		else if (WIFSIGNALED(status))
			killed_getters++;
		else
			CHECK_EQ(WEXITSTATUS(status), 0);
		pids[who] = process_start(who < PUTTERS ? put_items : get_items, NULL);
	}
	say(&report->enough, 1);
	for (int i = 0; i < PUTTERS; i++)
		process_join(pids[i]);
	CHECK_EQ(tutti_queue_shutdown(queue, false), 0);
	for (int i = PUTTERS; i < PUTTERS + GETTERS; i++)
		process_join(pids[i]);
	CHECK_EQ(tutti_queue_get_until(queue, &(struct item){ 0 }, past), TUTTI_ESHUTDOWN);
	for (int i = 0; i < ITEMS; i++) {
		CHECK(report->got[i] <= report->put[i] && report->got[i] <= 1);
		lost += report->put[i] == 2 && report->got[i] == 0;
		unsure += report->put[i] == 1;
		put += report->put[i] == 2;
	}
	printf("%d items, %d putters and %d getters killed; %d items taken along\n", put,
		killed_putters, killed_getters, lost);
	CHECK(lost <= killed_getters); /* each took one along at most */
	CHECK(unsure <= killed_putters);
	tutti_queue_free(queue);
	unshare(report, sizeof *report);
}

static void nothing_is_lost_unbounded(void)
{
	play(0);
}

static void nothing_is_lost_bounded(void)
{
	play(5);
}

int main(void)
{
	processes_begin();
	RUN(nothing_is_lost_unbounded);
	RUN(nothing_is_lost_bounded);
	return suite_end();
}
