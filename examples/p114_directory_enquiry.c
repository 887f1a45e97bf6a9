/* SPDX-License-Identifier: MIT */
/* rows: F9 F10 F75 P114 */
/* A call to directory enquiries in four ways: who waits, and how the answer comes. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *look_up(void *call)
{
	int route = 114;

	tutti_sleep(TUTTI_SECONDS(3));
	tutti_future_set_result(call, &route);
	return NULL;
}

/* Begin a call: the operator is a task that keeps the promise made here. */
static tutti_future *dial(void)
{
	tutti_future *call = tutti_future_create(sizeof(int));

	tutti_future_unref(tutti_task_start(look_up, call, NULL));
	return call;
}

static void ring(tutti_future *call, void *phone)
{
	(void)call;
	tutti_event_set(phone);
}

static void report(const char *way, tutti_future *call, int games, const char *how)
{
	int route = 0;

	tutti_future_result(call, &route, sizeof(route));
	printf("%s: route %d, game %s, %s\n", way, route, games > 0 ? "yes" : "no", how);
	tutti_future_unref(call);
}

int main(void)
{
	tutti_event phone = { { 0 } };
	tutti_future *call = dial();
	report("synchronous, blocking", call, 0, "waited");

	int games = 0;
	for (call = dial(); !tutti_future_done(call); games++)
		tutti_sleep(TUTTI_SECONDS(0.5));
	report("synchronous, not blocking", call, games, "polled");

	tutti_future_add_done_callback(call = dial(), ring, &phone);
	tutti_event_wait(&phone);
	report("asynchronous, blocking", call, 0, "called back");

	tutti_event_clear(&phone);
	tutti_future_add_done_callback(call = dial(), ring, &phone);
	for (games = 0; !tutti_event_is_set(&phone); games++)
		tutti_sleep(TUTTI_SECONDS(0.5));
	report("asynchronous, not blocking", call, games, "called back");
	return 0;
}
