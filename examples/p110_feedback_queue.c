/* SPDX-License-Identifier: MIT */
/* rows: F144 P110 */
/* Three queues, slices of 1, 2, 4 ticks: B arrives while A runs from the second, and goes first. */
#include <stdio.h>
#include <tutti/sched_chart.h>
#include <tutti/tutti.h>

static const tutti_sched_process jobs[] = {
	{ "A", 0, TUTTI_SCHED_BURSTS(8) },
	{ "B", 2, TUTTI_SCHED_BURSTS(3) },
};

static const char *why(tutti_sched_reason reason)
{
	return reason == TUTTI_SCHED_PREEMPTED    ? " (pre-empted)"
	       : reason == TUTTI_SCHED_BURST_OVER ? " (done)"
						  : "";
}

static int show(const tutti_sched_result *r)
{
	tutti_bytes chart;
	int rc;

	for (size_t i = 0; i < r->slices_n; i++) {
		const tutti_sched_slice *s = &r->slices[i];

		printf("%s [%lld,%lld) queue %d%s\n", jobs[s->process].name, (long long)s->begin,
			(long long)s->end, s->level, why(s->why));
	}
	rc = tutti_sched_chart_text(&chart, r, &(tutti_sched_chart){ .width = 40 });
	if (rc < 0)
		return rc;
	printf("%s\n", (const char *)chart.data);
	tutti_bytes_free(&chart);
	return 0;
}

static int run(bool keep_slice)
{
	tutti_sched_result result;
	int rc = tutti_sched_run(tutti_sched_find("mlfq"), jobs, 2,
		&(tutti_sched_options){ .keep_slice = keep_slice }, &result);

	if (rc < 0)
		return rc;
	rc = show(&result);
	tutti_sched_result_clear(&result);
	return rc;
}

int main(void)
{
	printf("a fresh slice for who was pre-empted\n");
	if (run(false) < 0)
		return 1;
	printf("the rest of the slice\n");
	return run(true) < 0;
}
