/* SPDX-License-Identifier: MIT */
/* rows: F46 P26 */
/* Processes share files: three customers, db.txt with one ticket, no lock. Mostly all three buy. */
#include "tickets.h"

TUTTI_JOB_TRY(buy, void, void);

int main(void)
{
	tutti_process *p[3];

	open_sale();
	for (int i = 0; i < 3; i++)
		p[i] = tutti_process_start(&buy_job, NULL, NULL);
	return tutti_join_all(p, 3) < 0;
}
