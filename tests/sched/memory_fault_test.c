/* SPDX-License-Identifier: MIT */
/* memory_fault_test.c - each allocation fails once: -ENOMEM, and nothing is left. */
#include "sched/told.h"

#include <errno.h>
#include <tutti/sched_chart.h>
#include <tutti/sched_workload.h>

#include "support/memory.h"

/* All of it, with a workload that makes each array grow. 0, or -ENOMEM. */
static int everything(void)
{
	tutti_sched_workload w = { 0 }, made = { 0 };
	tutti_sched_result r = { 0 };
	tutti_bytes text = { 0 }, svg = { 0 };
	int rc = tutti_sched_workload_parse(
		&w, tutti_bytes_text("A,0,60,3,60\n\"B\"\"\",1,40\nC,2,1,1,1\n"), NULL);

	if (rc == 0)
		rc = tutti_sched_workload_random(&made, 1, 2);
	if (rc == 0)
		rc = tutti_sched_run(tutti_sched_find("rr"), w.processes, w.processes_n,
			&(tutti_sched_options){ .slice = 1 }, &r);
	if (rc == 0)
		rc = tutti_sched_chart_text(&text, &r, NULL);
	if (rc == 0)
		rc = tutti_sched_chart_svg(&svg, &r, 1, NULL);
	CHECK(rc == 0 || (!svg.data && (text.data || r.slices || r.processes_n == 0)));
	tutti_sched_workload_clear(&w);
	tutti_sched_workload_clear(&made);
	tutti_sched_result_clear(&r);
	tutti_bytes_free(&text);
	tutti_bytes_free(&svg);
	return rc;
}

static void fails_whole(void)
{
	size_t live = test_alloc_live();
	uint64_t n = 1;

	for (;; n++) {
		test_alloc_fail_at(n);
		int rc = everything();

		CHECK_EQ(test_alloc_live(), live);
		if (test_alloc_fail_at(0) > 0) {
			CHECK_EQ(rc, 0);
			break;
		}
		CHECK_EQ(rc, -ENOMEM);
	}
	printf("%" PRIu64 " allocations\n", n - 1);
	CHECK(n > 30);
}

int main(void)
{
	suite_begin();
	RUN(fails_whole);
	return suite_end();
}
