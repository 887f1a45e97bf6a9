/* SPDX-License-Identifier: MIT */
/* rows: F2 F26 P23 T10 */
/*
 * A child buys three tickets, of its own: 10 are left.
 *
 * usage: p23_tickets_not_shared [shared]     shared: of a number that both have: 7
 */
#include <stdio.h>
#include <tutti/tutti.h>

static int ticket_num = 10;

typedef struct order {
	int tickets;
	tutti_handle shared; /* all zeros: none */
} order;

static int func(const order *o)
{
	tutti_array *left;
	int rc = 0;

	printf("我是子进程, 我要购买%d张票!\n", o->tickets);
	ticket_num -= o->tickets;
	if (o->shared.id[0]) {
		rc = tutti_array_attach(&left, o->shared, sizeof(int));
		if (rc < 0)
			return rc;
		TUTTI_WITH(tutti_array_lock(left))
		{
			*TUTTI_AT(int, left, 0) -= o->tickets;
		}
		tutti_array_free(left);
	}
	tutti_sleep(TUTTI_SECONDS(2));
	return rc;
}
TUTTI_JOB_TRY(func, void, order);

int main(int argc, char **argv)
{
	order three = { .tickets = 3 };
	tutti_array *left = NULL;
	tutti_process *p;
	int rc = argc > 1 ? tutti_array_create(&left, sizeof(int), 1, NULL) : 0;

	(void)argv;
	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	if (left) {
		*TUTTI_AT(int, left, 0) = ticket_num;
		three.shared = tutti_array_handle(left);
	}
	p = tutti_process_start(&func_job, &three, NULL);
	rc = tutti_join_all(&p, 1);
	printf("目前剩余车票数量为: %d\n", left ? *TUTTI_AT(int, left, 0) : ticket_num);
	tutti_array_free(left);
	return rc < 0;
}
