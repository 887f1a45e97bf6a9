/* SPDX-License-Identifier: MIT */
/* rows: F44 F46 P27 T47 */
/* The same with a lock that lies in memory which the processes share: one customer gets it. */
#include "tickets.h"

static int task(tutti_handle const *shared)
{
	tutti_shm *m;
	int rc = tutti_shm_attach(&m, *shared);

	if (rc < 0)
		return rc;
	TUTTI_WITH((tutti_lock *)tutti_shm_data(m))
	{
		rc = buy();
	}
	tutti_shm_free(m);
	return rc;
}
TUTTI_JOB_TRY(task, void, tutti_handle);

int main(void)
{
	tutti_handle shared;
	tutti_process *p[3];
	tutti_shm *m;
	int rc = tutti_shm_create(&m, sizeof(tutti_lock));

	if (rc == 0)
		rc = tutti_lock_init(tutti_shm_data(m), TUTTI_SHARED);
	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	shared = tutti_shm_handle(m);
	open_sale();
	for (int i = 0; i < 3; i++)
		p[i] = tutti_process_start(&task_job, &shared, NULL);
	rc = tutti_join_all(p, 3);
	tutti_shm_free(m);
	return rc < 0;
}
