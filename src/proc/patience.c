/* SPDX-License-Identifier: MIT */
/* patience.c - see patience.h. Nothing depends on what is counted here but time. */
#include "proc/patience.h"

#include "base/atomic.h"
#include "core/worker.h"
#include "os/os.h"

enum {
	OFTEN = 32,        /* looks one after the other, while the answer may be on its way */
	SHORT = 2,         /* looks half a microsecond apart */
	LONG = 200,        /* about what it costs to be woken, and to wake */
	WORTH_NS = 150000, /* whoever sleeps for less could have looked instead */
	ROW = 4,
	FAILURES_MOST = 6,
};

void tu_patience_keep(struct tu_patience *p)
{
	tu_store_rlx(&p->streak, tu_load_rlx(&p->streak) + 1); /* a guess, whoever else counts */
}

/* All below: relaxed, as these are guesses. */

static void lucky(struct tu_patience *p)
{
	tu_store_rlx(&p->failures, 0); /* see above */
	tu_store_rlx(&p->rest, 0);     /* as above */
}

static void unlucky(struct tu_patience *p)
{
	uint32_t failures = tu_load_rlx(&p->failures); /* see above */

	if (failures < FAILURES_MOST)
		tu_store_rlx(&p->failures, ++failures); /* as above */
	tu_store_rlx(&p->rest, 8U << failures);         /* as above */
}

/*
 * Who got several in a row leaves the other side alone for a while between two looks: each look
 * takes away the cache line that it writes. Not if our own thread has something else to do.
 */
void tu_patience_look(
	struct tu_patience *p, int there, bool (*blocked)(const void *arg), const void *arg)
{
	const struct tu_worker *w = tu_worker_self();
	bool in_a_row = tu_load_rlx(&p->streak) > ROW, rests = tu_load_rlx(&p->rest) > 0;
	int looks = OFTEN + (rests ? SHORT : LONG);

	tu_store_rlx(&p->streak, 0); /* see above */
	if (tu_single_cpu() || there == tu_os_cpu_current())
		return;
	for (int i = in_a_row ? OFTEN : 0; i < looks; i++) {
		if (i < OFTEN)
			tu_os_pause();
		else
			tu_pause_briefly();
		if (w->head)
			return;
		if (!blocked(arg)) {
			lucky(p);
			return;
		}
	}
	if (!rests)
		unlucky(p);
}

void tu_patience_slept(struct tu_patience *p, int64_t begin)
{
	uint32_t rest = tu_load_rlx(&p->rest); /* see above */

	if (rest > 0 && tu_os_now() - begin < WORTH_NS)
		tu_store_rlx(&p->rest, rest - 1); /* as above */
}
