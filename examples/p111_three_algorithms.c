/* SPDX-License-Identifier: MIT */
/* rows: F141 F142 F143 P111 */
/* Jobs of 24, 3 and 3 ticks: who waits how long, by the algorithms that the tutorial names. */
#include <stdio.h>
#include <tutti/sched_chart.h>
#include <tutti/tutti.h>

static const tutti_sched_process jobs[] = {
	{ "A", 0, TUTTI_SCHED_BURSTS(24) },
	{ "B", 0, TUTTI_SCHED_BURSTS(3) },
	{ "C", 0, TUTTI_SCHED_BURSTS(3) },
};

static void show_waits(const tutti_sched_result *r)
{
	printf("%s:", r->title);
	for (size_t i = 0; i < r->processes_n; i++)
		printf(" %s waits %lld,", jobs[i].name, (long long)r->measures[i].waiting);
	printf(" mean %.2f\n", r->waiting_mean);
}

int main(void)
{
	static const char *const names[] = { "fcfs", "sjf", "rr", "mlfq" };
	tutti_sched_result results[4];
	tutti_bytes table;

	for (int i = 0; i < 4; i++) {
		if (tutti_sched_run(tutti_sched_find(names[i]), jobs, 3, NULL, &results[i]) < 0)
			return 1;
		show_waits(&results[i]);
	}
	if (tutti_sched_compare_text(&table, results, 4, NULL) < 0)
		return 1;
	printf("\n%s", (const char *)table.data);
	tutti_bytes_free(&table);
	for (int i = 0; i < 4; i++)
		tutti_sched_result_clear(&results[i]);
	return 0;
}
