/* SPDX-License-Identifier: MIT */
/* ctest: VIRTUAL ON */
#include <tutti/group.h>

#include "support/memory.h"
#include "support/suite.h"

#include <errno.h>

enum { MANY = 1000 };

static int ran, ended, cancelled;
static tutti_event go;

static void begin(void)
{
	ran = ended = cancelled = 0;
	tutti_event_clear(&go);
}

/* Where other threads look on. */
static void note(int *what)
{
	TUTTI_STORE(what, *what + 1);
}

static void *count(void *arg)
{
	ran++;
	return arg;
}

static void *wait_to_go(void *arg)
{
	note(&ran);
	int rc = tutti_event_wait(&go);

	if (rc == TUTTI_ECANCELED)
		cancelled++;
	else
		CHECK_EQ(rc, 0);
	ended++;
	return arg;
}

static void *fail_at_once(void *arg)
{
	tutti_fail(-EIO, "no disk for %s", (const char *)arg);
	return NULL;
}

static void *fail_when_told(void *arg)
{
	ran++;
	CHECK_EQ(tutti_event_wait(&go), TUTTI_ECANCELED);
	tutti_fail(-EPIPE, "half a line of %s", (const char *)arg);
	return NULL;
}

static void runs_all_before_the_join_returns(void)
{
	tutti_group g = { 0 };

	begin();
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < MANY; i++)
			CHECK_EQ(tutti_group_start(&g, count, NULL), 0);
		CHECK_EQ(ran, round * MANY);
		CHECK_EQ(tutti_group_join(&g), 0);
		CHECK_EQ(ran, (round + 1) * MANY);
	}
	for (size_t i = 0; i < 8; i++)
		CHECK_EQ(g.priv[i], 0);
}

static void an_empty_one_joins_at_once(void)
{
	tutti_group g = { 0 };

	CHECK_EQ(tutti_group_join(&g), 0);
	CHECK_EQ(tutti_group_join(&g), 0);
	CHECK_STR(tutti_group_text(), "");
}

/* Children that wait are many at once, and end in any order. */
static void *wait_a_turn_or_two(void *arg)
{
	ran++;
	for (intptr_t i = 0; i < (intptr_t)arg; i++)
		CHECK_EQ(tutti_yield(), 0);
	ended++;
	return arg;
}

static void children_may_wait(void)
{
	tutti_group g = { 0 };

	begin();
	for (int i = 0; i < 100; i++)
		CHECK_EQ(tutti_group_start(&g, wait_a_turn_or_two, give(i * 7 % 5)), 0);
	CHECK_EQ(tutti_group_join(&g), 0);
	CHECK_EQ(ended, 100);
}

static tutti_group *shared;

static void *start_two_more(void *arg)
{
	intptr_t depth = (intptr_t)arg;

	ran++;
	for (int i = 0; depth > 0 && i < 2; i++)
		CHECK_EQ(tutti_group_start(shared, start_two_more, give(depth - 1)), 0);
	CHECK_EQ(tutti_group_join(shared), -EDEADLK);
	return NULL;
}

static void children_may_start_children(void)
{
	tutti_group g = { 0 };

	begin();
	shared = &g;
	CHECK_EQ(tutti_group_start(&g, start_two_more, give(5)), 0);
	CHECK_EQ(tutti_group_join(&g), 0);
	CHECK_EQ(ran, 63);
}

/* A child is a task like any other to itself. */
static tutti_task *escaped;

static void *look_at_oneself(void *arg)
{
	tutti_task *me = tutti_task_current();
	int n = 0;

	CHECK(me);
	CHECK(tutti_future_running(me));
	CHECK_EQ(sscanf(tutti_task_name(NULL), "Task-%d", &n), 1);
	CHECK_EQ(tutti_future_result(me, NULL, 0), -EDEADLK);
	escaped = tutti_future_ref(me);
	return arg;
}

static void a_child_is_a_task(void)
{
	tutti_group g = { 0 };
	void *result = NULL;

	CHECK_EQ(tutti_group_start(&g, look_at_oneself, &g), 0);
	CHECK_EQ(tutti_group_join(&g), 0);
	CHECK_EQ(tutti_future_result(escaped, &result, sizeof result), 0);
	CHECK(result == &g);
	tutti_future_unref(escaped);
}

static void the_first_failure_cancels_the_rest(void)
{
	tutti_group g = { 0 };

	begin();
	for (int i = 0; i < 3; i++)
		CHECK_EQ(tutti_group_start(&g, wait_to_go, NULL), 0);
	CHECK_EQ(tutti_group_start(&g, fail_at_once, "a.txt"), 0);
	CHECK_EQ(tutti_group_start(&g, count, NULL), 0); /* will not begin any more */
	CHECK_EQ(tutti_group_join(&g), -EIO);
	CHECK_EQ(ran, 3);
	CHECK_EQ(cancelled, 3);
	CHECK_STR(tutti_group_text(), "no disk for a.txt");
	CHECK_EQ(tutti_group_join(&g), 0);
	CHECK_STR(tutti_group_text(), "");
}

static void further_failures_are_attached(void)
{
	tutti_group g = { 0 };
	const char *first, *second;

	begin();
	CHECK_EQ(tutti_group_start(&g, fail_when_told, "b.txt"), 0);
	CHECK_EQ(tutti_group_start(&g, fail_when_told, "c.txt"), 0);
	CHECK_EQ(tutti_group_start(&g, fail_at_once, "a.txt"), 0);
	CHECK_EQ(tutti_group_join(&g), -EIO);
	CHECK_EQ(ran, 2);
	CHECK(strncmp(tutti_group_text(), "no disk for a.txt; task 'Task-", 30) == 0);
	first = strstr(tutti_group_text(), "half a line of b.txt (EPIPE)");
	second = strstr(tutti_group_text(), "half a line of c.txt (EPIPE)");
	CHECK(first && second);
}

/* ... but not without end. */
static void so_many_failures_are_counted(void)
{
	tutti_group g = { 0 };
	const char *text;

	begin();
	for (int i = 0; i < 30; i++)
		CHECK_EQ(tutti_group_start(&g, fail_when_told, "x"), 0);
	CHECK_EQ(tutti_group_start(&g, fail_at_once, "y"), 0);
	CHECK_EQ(tutti_group_join(&g), -EIO);
	text = strstr(tutti_group_text(), "; and 22 more");
	CHECK(text && text[13] == '\0');
}

static void takes_no_more_once_stopped(void)
{
	tutti_group g = { 0 };

	begin();
	CHECK_EQ(tutti_group_start(&g, wait_to_go, NULL), 0);
	settle();
	tutti_group_cancel(&g);
	CHECK_EQ(tutti_group_start(&g, count, NULL), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_group_join(&g), 0); /* to have been cancelled is no failure */
	CHECK_EQ(cancelled, 1);
	CHECK_EQ(ran, 1);
	CHECK_EQ(tutti_group_start(&g, count, NULL), 0);
	CHECK_EQ(tutti_group_join(&g), 0);
	CHECK_EQ(ran, 2);
}

static void *cancel_shared(void *arg)
{
	tutti_group_cancel(shared);
	CHECK_EQ(tutti_yield(), TUTTI_ECANCELED); /* the canceller is one of them */
	return arg;
}

static void a_child_may_cancel_all(void)
{
	tutti_group g = { 0 };

	begin();
	shared = &g;
	CHECK_EQ(tutti_group_start(&g, wait_to_go, NULL), 0);
	CHECK_EQ(tutti_group_start(&g, cancel_shared, NULL), 0);
	CHECK_EQ(tutti_group_join(&g), 0);
	CHECK_EQ(cancelled, 1);
}

/* The joiner is cancelled: so are the children, and it waits for them all the same. */
static void *clean_up_slowly(void *arg)
{
	tutti_scope quiet;

	note(&ran);
	CHECK_EQ(tutti_event_wait(&go), TUTTI_ECANCELED);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	for (int i = 0; i < 5; i++)
		CHECK_EQ(tutti_yield(), 0);
	tutti_shield_end(&quiet, 0);
	ended++;
	return arg;
}

static void *join_two(void *arg)
{
	tutti_group g = { 0 };

	CHECK_EQ(tutti_group_start(&g, clean_up_slowly, NULL), 0);
	CHECK_EQ(tutti_group_start(&g, clean_up_slowly, NULL), 0);
	*(int *)arg = tutti_group_join(&g);
	CHECK_EQ(ended, 2);
	return NULL;
}

static void cancelling_the_joiner_cancels_the_children(enum mix mix)
{
	int rc = 0;
	tutti_future *f;

	begin();
	f = start_as(mix, join_two, &rc);
	EVENTUALLY(TUTTI_LOAD(&ran) == 2);
	CHECK_EQ(tutti_future_cancel(f), 1);
	tutti_future_result(f, NULL, 0);
	tutti_future_unref(f);
	CHECK_EQ(rc, TUTTI_ECANCELED);
	CHECK_EQ(ended, 2);
}

static void a_time_limit_reaches_the_children(void)
{
	tutti_group g = { 0 };
	tutti_scope limit;

	begin();
	for (int i = 0; i < 3; i++)
		CHECK_EQ(tutti_group_start(&g, wait_to_go, NULL), 0);
	settle(); /* who has not begun by the limit never does */
	tutti_timeout_begin(&limit, tutti_after(TUTTI_MILLISECONDS(5)));
	CHECK_EQ(tutti_timeout_end(&limit, tutti_group_join(&g)), TUTTI_ETIMEDOUT);
	CHECK_EQ(cancelled, 3);
}

/* From another thread the joiner is woken, and tells them. */
static void *cancel_from_here(void *arg)
{
	EVENTUALLY(TUTTI_LOAD(&ran) == 3);
	tutti_group_cancel(arg);
	return NULL;
}

static void may_be_cancelled_from_another_thread(void)
{
	tutti_group g = { 0 };
	tutti_thread *t;

	for (int round = 0; round < suite_rounds(20); round++) {
		begin();
		for (int i = 0; i < 3; i++)
			CHECK_EQ(tutti_group_start(&g, wait_to_go, NULL), 0);
		t = tutti_thread_start(cancel_from_here, &g, NULL);
		CHECK_EQ(tutti_group_join(&g), 0);
		CHECK_EQ(cancelled, 3);
		finish(t);
	}
}

static void *cancel_on(void *arg)
{
	while (!TUTTI_LOAD(&ended))
		tutti_group_cancel(arg);
	return NULL;
}

/* A cancel may come at any time, also when a join has just made it new. */
static void may_be_cancelled_at_any_time(void)
{
	tutti_group g = { 0 };
	tutti_thread *t;

	begin();
	t = tutti_thread_start(cancel_on, &g, NULL);
	for (int round = 0; round < suite_rounds(200); round++) {
		int rc = tutti_group_start(&g, count, NULL);

		CHECK(rc == 0 || rc == TUTTI_ESHUTDOWN);
		CHECK_EQ(tutti_group_join(&g), 0);
	}
	TUTTI_STORE(&ended, 1);
	finish(t);
}

static void *use_from_elsewhere(void *arg)
{
	tutti_future *f = tutti_future_create(0);

	CHECK_EQ(tutti_group_start(arg, count, NULL), -EPERM);
	CHECK_EQ(tutti_group_join(arg), -EPERM);
	CHECK_EQ(tutti_group_add(arg, f), -EPERM);
	tutti_future_unref(f);
	return NULL;
}

static void belongs_to_one_thread(void)
{
	tutti_group g = { 0 };

	begin();
	CHECK_EQ(tutti_group_start(&g, count, NULL), 0);
	finish(tutti_thread_start(use_from_elsewhere, &g, NULL));
	CHECK_EQ(tutti_group_join(&g), 0);
	CHECK_EQ(ran, 1);
}

/* -- what was added --------------------------------------------------------------------------- */

static void *wait_alone(void *arg)
{
	return give(tutti_event_wait(arg));
}

static void anything_may_be_added(enum mix mix)
{
	tutti_event set = { 0 };
	tutti_group g = { 0 };

	begin();
	for (int i = 0; i < 4; i++)
		CHECK_EQ(tutti_group_add(&g, start_nth(mix, i, wait_alone, &set)), 0);
	CHECK_EQ(tutti_group_start(&g, count, NULL), 0);
	settle();
	tutti_event_set(&set);
	CHECK_EQ(tutti_group_join(&g), 0);
	CHECK_EQ(ran, 1);
}

static void added_ones_are_cancelled_with_the_rest(enum mix mix)
{
	tutti_event set = { 0 };
	tutti_group g = { 0 };

	begin();
	for (int i = 0; i < 4; i++)
		CHECK_EQ(tutti_group_add(&g, start_nth(mix, i, wait_alone, &set)), 0);
	CHECK_EQ(tutti_group_start(&g, fail_at_once, "all"), 0);
	CHECK_EQ(tutti_group_join(&g), -EIO);
}

static void added_ones_fail_the_group(enum mix mix)
{
	tutti_group g = { 0 };
	tutti_future *f = tutti_future_create(0);

	begin();
	CHECK_EQ(tutti_group_start(&g, wait_to_go, NULL), 0);
	settle();
	CHECK_EQ(tutti_group_add(&g, start_as(mix, fail_at_once, "one")), 0);
	CHECK_EQ(tutti_group_add(&g, f), 0); /* a promise that nobody will keep */
	CHECK_EQ(tutti_group_join(&g), -EIO);
	CHECK_STR(tutti_group_text(), "no disk for one");
	CHECK_EQ(cancelled, 1);
}

static void done_ones_may_be_added(void)
{
	tutti_group g = { 0 };
	tutti_future *fine = tutti_future_create(0), *bad = tutti_future_create(0);

	begin();
	CHECK_EQ(tutti_future_set_result(fine, NULL), 0);
	CHECK_EQ(tutti_group_add(&g, fine), 0);
	CHECK_EQ(tutti_group_start(&g, wait_to_go, NULL), 0);
	settle();
	CHECK_EQ(tutti_future_set_error(bad, -EIO, "bad from the start"), 0);
	CHECK_EQ(tutti_group_add(&g, bad), 0);
	CHECK_EQ(tutti_group_add(&g, tutti_task_start(count, NULL, NULL)), 0); /* too late */
	CHECK_EQ(tutti_group_join(&g), -EIO);
	CHECK_STR(tutti_group_text(), "bad from the start");
	CHECK_EQ(cancelled, 1);
	CHECK_EQ(ran, 1);
}

static tutti_future *own;
static tutti_event own_is_known;

static void add_own(void)
{
	tutti_group g = { 0 };

	CHECK_EQ(tutti_event_wait(&own_is_known), 0);
	CHECK_EQ(tutti_group_add(&g, own), -EDEADLK);
	CHECK_EQ(tutti_group_join(&g), 0);
}
TUTTI_JOB(add_own, void, void);

static void *add_self(void *arg)
{
	tutti_group g = { 0 };

	CHECK_EQ(tutti_group_add(&g, tutti_task_current()), -EDEADLK);
	return arg;
}

static void the_caller_or_nothing_is_not_added(void)
{
	tutti_group g = { 0 };
	tutti_executor *e;

	CHECK_EQ(tutti_group_add(&g, NULL), -EINVAL);
	finish(tutti_task_start(add_self, NULL, NULL));
	CHECK_EQ(tutti_executor_open(&e, "threads:1", NULL), 0);
	own = add_own_submit(e);
	tutti_event_set(&own_is_known);
	CHECK_EQ(tutti_join_all(&own, 1), 0);
	tutti_executor_free(e);
}

/* -- ends ------------------------------------------------------------------------------------- */

static void *join_for_ever(void *arg)
{
	tutti_group g = { 0 };

	CHECK_EQ(tutti_group_start(&g, wait_to_go, NULL), 0);
	int rc = tutti_group_join(&g);

	/* Both hear of the cancel: the child may have ended before the join looks. */
	CHECK(rc == TUTTI_ECANCELED || rc == 0);
	CHECK(tutti_cancelled());
	return arg;
}

/* A thread's end cancels its tasks, the one that joins and the children alike. */
static void *leave_a_joiner_behind(void *arg)
{
	tutti_future_unref(tutti_task_start(join_for_ever, NULL, NULL));
	settle();
	return arg;
}

static void ends_with_its_thread(void)
{
	begin();
	finish(tutti_thread_start(leave_a_joiner_behind, NULL, NULL));
	CHECK_EQ(ended, 1);
	CHECK_EQ(cancelled, 1);
}

static int reports;

static void note_report(int code, const char *text, void *arg)
{
	(void)code, (void)text, (void)arg;
	reports++;
}

/* Every allocation fails in turn: a group ends all the same, and nothing is reported elsewhere. */
static void use_group(void)
{
	tutti_group g = { 0 };
	tutti_future *f = tutti_task_start(count, NULL, NULL);
	int rc, started;

	rc = tutti_group_add(&g, f);
	CHECK(rc == 0 || rc == -ENOMEM);
	if (rc < 0) {
		tutti_future_result(f, NULL, 0);
		tutti_future_unref(f);
	}
	started = tutti_group_start(&g, fail_at_once, "memory");
	CHECK(started == 0 || started == -ENOMEM || started == TUTTI_ESHUTDOWN);
	rc = tutti_group_join(&g);
	CHECK(rc == -EIO || rc == -ENOMEM || (rc == 0 && started == -ENOMEM));
}

static void lives_without_memory(void)
{
	uint64_t n = 0, left;

	reports = 0;
	tutti_set_reporter(note_report, NULL);
	use_group();
	do {
		test_alloc_fail_at(++n);
		use_group();
		left = test_alloc_fail_at(0);
	} while (left == 0);
	CHECK(n > 5);
	CHECK_EQ(reports, 0);
	tutti_set_reporter(tutti_report_stderr, NULL);
}

int main(void)
{
	suite_begin();
	RUN(runs_all_before_the_join_returns);
	RUN(an_empty_one_joins_at_once);
	RUN(children_may_wait);
	RUN(children_may_start_children);
	RUN(a_child_is_a_task);
	RUN(the_first_failure_cancels_the_rest);
	RUN(further_failures_are_attached);
	RUN(so_many_failures_are_counted);
	RUN(takes_no_more_once_stopped);
	RUN(a_child_may_cancel_all);
	RUN_MIXES(cancelling_the_joiner_cancels_the_children);
	RUN(a_time_limit_reaches_the_children);
	RUN(may_be_cancelled_from_another_thread);
	RUN(may_be_cancelled_at_any_time);
	RUN(belongs_to_one_thread);
	RUN_MIXES(anything_may_be_added);
	RUN_MIXES(added_ones_are_cancelled_with_the_rest);
	RUN_MIXES(added_ones_fail_the_group);
	RUN(done_ones_may_be_added);
	RUN(the_caller_or_nothing_is_not_added);
	RUN(ends_with_its_thread);
	RUN(lives_without_memory);
	return suite_end();
}
