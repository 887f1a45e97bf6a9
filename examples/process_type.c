/* SPDX-License-Identifier: MIT */
/* rows: F25 */
/*
 * A process type of one's own: its fields, which the child gets as they were when it was started,
 * the function that it runs, and the process beside them.
 */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct ticket_office {
	int number, tickets;
	char city[24];
} ticket_office;

static void ticket_office_run(ticket_office self)
{
	printf("%d: %s, %d\n", self.number, self.city, self.tickets);
}
TUTTI_JOB(ticket_office_run, void, ticket_office);

typedef struct office_process {
	ticket_office office;
	tutti_process *process;
} office_process;

static void office_process_start(office_process *self)
{
	self->process = tutti_process_start(&ticket_office_run_job, &self->office, NULL);
	self->office.tickets = 0; /* the child has its own */
}

static int office_process_join(office_process *self)
{
	int code = -1;
	int rc = tutti_process_join(self->process);

	if (rc == 0)
		rc = tutti_process_exitcode(self->process, &code);
	tutti_future_unref(self->process);
	return rc < 0 ? rc : code;
}

int main(void)
{
	office_process offices[] = {
		{ .office = { 1, 10, "Vienna" } },
		{ .office = { 2, 20, "Graz" } },
		{ .office = { 3, 30, "Linz" } },
	};
	int failed = 0;

	for (int i = 0; i < 3; i++)
		office_process_start(&offices[i]);
	for (int i = 0; i < 3; i++)
		failed |= office_process_join(&offices[i]) != 0;
	return failed;
}
