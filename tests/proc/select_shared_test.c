/* SPDX-License-Identifier: MIT */
/* rows: +select */
/* ctest: LABELS no-valgrind */
/* To memcheck what threads had that a forked child has not is lost there. */
/*
 * Select over what processes share, beside what they do not: one case takes effect and no other,
 * and what others are woken for is not lost on who chose something else.
 */
#include <tutti/pipe_values.h>
#include <tutti/select.h>
#include <tutti/shared_queue.h>

#include "support/children.h"

static const tutti_time past = 0;

enum { KINDS = 9 };

/* One of each, ready or not, and a case for each of them. */
enum { GET, PUT, PERMITS, EVENT, READ, WRITE, OWN_GET, OWN_PERMITS, PROMISE };

static struct shared {
	tutti_semaphore permits;
	tutti_event event, more;
	uint32_t ready, done, chosen[KINDS];
} * shared;

static tutti_queue *queue, *full, *own_queue;
static tutti_semaphore own_permits;
static tutti_pipe *near_end, *far_end, *filled, *drained;
static tutti_future *promise;
static int got, own_got, item = 7;
static tutti_bytes message;
static const tutti_bytes word = { "word", 4, NULL };
static tutti_case cases[KINDS];

static tutti_queue *make_queue(size_t maxsize, unsigned flags)
{
	tutti_queue_options options = { .maxsize = maxsize, .flags = flags };
	tutti_queue *q = NULL;

	CHECK_EQ(tutti_queue_create(&q, sizeof(int), &options), 0);
	return q;
}

static void begin(void)
{
	memset(shared, 0, sizeof *shared);
	tutti_semaphore_init(&shared->permits, 0, TUTTI_SHARED);
	tutti_event_init(&shared->event, TUTTI_SHARED);
	tutti_event_init(&shared->more, TUTTI_SHARED);
	queue = make_queue(0, TUTTI_SHARED);
	full = make_queue(1, TUTTI_SHARED);
	CHECK_EQ(tutti_queue_put(full, &item), 0);
	own_queue = make_queue(4, 0);
	own_permits = (tutti_semaphore){ { 0 } };
	CHECK_EQ(tutti_pipe_create(&near_end, &far_end, true), 0);
	CHECK_EQ(tutti_pipe_create(&drained, &filled, true), 0);
	while (tutti_pipe_write_until(filled, "x", 1, past) == 0)
		;
	promise = tutti_future_create(0);
	got = own_got = 0;
	message = (tutti_bytes){ NULL, 0, NULL };
	cases[GET] = tutti_case_get(queue, &got);
	cases[PUT] = tutti_case_put(full, &item);
	cases[PERMITS] = tutti_case_acquire(&shared->permits);
	cases[EVENT] = tutti_case_event(&shared->event);
	cases[READ] = tutti_case_read(near_end, &message);
	cases[WRITE] = tutti_case_write(filled, &word);
	cases[OWN_GET] = tutti_case_get(own_queue, &own_got);
	cases[OWN_PERMITS] = tutti_case_acquire(&own_permits);
	cases[PROMISE] = tutti_case_future(promise);
	for (int i = 0; i < KINDS; i++)
		cases[i].code = 77;
}

static void end(void)
{
	tutti_bytes_free(&message);
	tutti_queue_free(queue);
	tutti_queue_free(full);
	tutti_queue_free(own_queue);
	tutti_pipe_free(near_end);
	tutti_pipe_free(far_end);
	tutti_pipe_free(filled);
	tutti_pipe_free(drained);
	tutti_future_unref(promise);
}

static void make_ready(int i)
{
	tutti_bytes b;
	int out;

	switch (i) {
	case GET:
		CHECK_EQ(tutti_queue_put(queue, &(int){ 8 }), 0);
		break;
	case PUT:
		CHECK_EQ(tutti_queue_get(full, &out), 0);
		break;
	case PERMITS:
		CHECK_EQ(tutti_semaphore_release(&shared->permits, 1), 0);
		break;
	case EVENT:
		tutti_event_set(&shared->event);
		break;
	case READ:
		CHECK_EQ(tutti_pipe_write(far_end, "hello", 5), 0);
		break;
	case WRITE:
		while (tutti_pipe_read_until(drained, &b, past) == 0)
			tutti_bytes_free(&b);
		break;
	case OWN_GET:
		CHECK_EQ(tutti_queue_put(own_queue, &(int){ 9 }), 0);
		break;
	case OWN_PERMITS:
		CHECK_EQ(tutti_semaphore_release(&own_permits, 1), 0);
		break;
	default:
		CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
	}
}

static bool stays_ready(int i)
{
	return i == EVENT || i == PROMISE || i == WRITE;
}

/* Only the chosen one took effect, if those before count were made ready. */
static void check_effects(int chosen, int count)
{
	for (int i = 0; i < KINDS; i++)
		CHECK_EQ(cases[i].code, i == chosen ? 0 : 77);
	CHECK_EQ(got, chosen == GET ? 8 : 0);
	CHECK_EQ(own_got, chosen == OWN_GET ? 9 : 0);
	CHECK_EQ(message.size, chosen == READ ? 5 : 0);
	CHECK_EQ(tutti_queue_size(queue), GET < count && chosen != GET);
	CHECK_EQ(tutti_queue_size(full), PUT >= count || chosen == PUT);
	CHECK_EQ(tutti_semaphore_value(&shared->permits), PERMITS < count && chosen != PERMITS);
	CHECK_EQ(tutti_event_is_set(&shared->event), EVENT < count);
	CHECK_EQ(tutti_pipe_poll_until(near_end, past) == 0, READ < count && chosen != READ);
	CHECK_EQ(tutti_queue_size(own_queue), OWN_GET < count && chosen != OWN_GET);
	CHECK_EQ(tutti_semaphore_value(&own_permits), OWN_PERMITS < count && chosen != OWN_PERMITS);
	CHECK_EQ(tutti_future_done(promise), PROMISE < count);
}

/* -- in one process --------------------------------------------------------------------------- */

static void nothing_is_ready(void)
{
	begin();
	CHECK_EQ(tutti_select(cases, KINDS, past), TUTTI_ETIMEDOUT);
	check_effects(-1, 0);
	CHECK_EQ(tutti_select(cases, KINDS, tutti_after(TUTTI_MILLISECONDS(2))), TUTTI_ETIMEDOUT);
	check_effects(-1, 0);
	end();
}

static void what_is_ready_is_done_at_once(void)
{
	for (int i = 0; i < KINDS; i++) {
		begin();
		make_ready(i);
		CHECK_EQ(tutti_select(cases, KINDS, i % 2 ? past : TUTTI_FOREVER), i);
		CHECK_EQ(cases[i].code, 0);
		CHECK_EQ(tutti_select(cases, KINDS, past), stays_ready(i) ? i : TUTTI_ETIMEDOUT);
		end();
	}
}

static void one_of_all_that_are_ready(void)
{
	bool chosen[KINDS] = { false };

	for (int left = KINDS; left > 0;) {
		begin();
		for (int i = 0; i < KINDS; i++)
			make_ready(i);
		int i = tutti_select(cases, KINDS, TUTTI_FOREVER);
		CHECK(i >= 0);
		check_effects(i, KINDS);
		left -= !chosen[i];
		chosen[i] = true;
		end();
	}
}

static void *select_all(void *arg)
{
	tu_store_rel((bool *)arg, true);
	return give(tutti_select(cases, KINDS, TUTTI_FOREVER));
}

static tutti_future *start_select(enum mix mix, bool *begun)
{
	tutti_future *f;

	*begun = false;
	f = start_as(mix, select_all, begun);
	EVENTUALLY(tu_load_acq(begun));
	settle();
	return f;
}

static void what_becomes_ready_ends_the_wait(enum mix mix)
{
	for (int i = 0; i < KINDS; i++) {
		bool begun;

		begin();
		tutti_future *waiter = start_select(mix, &begun);
		make_ready(i);
		CHECK_EQ(finish(waiter), i);
		CHECK_EQ(cases[i].code, 0);
		CHECK_EQ(tutti_select(cases, KINDS, past), stays_ready(i) ? i : TUTTI_ETIMEDOUT);
		end();
	}
}

static void a_cancel_takes_nothing(enum mix mix)
{
	bool begun;

	begin();
	tutti_future *waiter = start_select(mix, &begun);
	tutti_future_cancel(waiter);
	check_canceled(waiter);
	check_effects(-1, 0);
	for (int i = 0; i < KINDS; i++)
		make_ready(i);
	check_effects(-1, KINDS);
	end();
}

/* Set and cleared at once: who waited has been let go by that, as by the plain wait. */
static void *select_the_event(void *arg)
{
	tutti_case two[] = { tutti_case_event(&shared->event), tutti_case_get(queue, &got) };

	tu_store_rel((bool *)arg, true);
	return give(tutti_select(two, 2, TUTTI_FOREVER));
}

static void a_pulse_is_enough(enum mix mix)
{
	bool begun = false;

	begin();
	tutti_future *waiter = start_as(mix, select_the_event, &begun);
	EVENTUALLY(tu_load_acq(&begun));
	settle();
	do { /* once is enough for a task of this loop; others may only be about to wait */
		tutti_event_set(&shared->event);
		tutti_event_clear(&shared->event);
		tutti_sleep(TUTTI_MILLISECONDS(1));
	} while (mix != TASKS && !tutti_future_done(waiter));
	CHECK_EQ(finish(waiter), 0);
	end();
}

static int code_of(tutti_case c)
{
	CHECK_EQ(tutti_select(&c, 1, past), 0);
	return c.code;
}

static void ends_are_cases_too(void)
{
	begin();
	CHECK_EQ(tutti_queue_shutdown(queue, false), 0);
	CHECK_EQ(code_of(cases[GET]), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_queue_shutdown(full, false), 0);
	CHECK_EQ(code_of(cases[PUT]), TUTTI_ESHUTDOWN);
	tutti_pipe_free(far_end);
	CHECK_EQ(code_of(cases[READ]), TUTTI_EDONE);
	tutti_pipe_free(drained);
	CHECK_EQ(code_of(cases[WRITE]), -EPIPE);
	far_end = drained = NULL;
	end();
}

static void says_what_is_wrong(void)
{
	static char block[5000];
	tutti_bytes large = tutti_bytes_of(block, sizeof block), m;
	tutti_value *v;
	tutti_case c;

	begin();
	CHECK_EQ(code_of(tutti_case_write(far_end, &large)), -EMSGSIZE);
	CHECK_EQ(code_of(tutti_case_write(near_end, &word)), TUTTI_ETYPE);
	CHECK_EQ(code_of(tutti_case_read(far_end, &m)), TUTTI_ETYPE);
	c = tutti_case_read(NULL, &m);
	CHECK_EQ(tutti_select(&c, 1, past), TUTTI_ETIMEDOUT);
	c = tutti_case_read_value(near_end, &v);
	CHECK_EQ(tutti_select(&c, 1, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_pipe_write(far_end, "no value", 8), 0);
	CHECK_EQ(tutti_pipe_write_value(far_end, tutti_value_none()), 0);
	CHECK_EQ(code_of(c), TUTTI_EPROTO);
	CHECK_EQ(code_of(c), 0);
	CHECK_EQ(tutti_value_kind(v), TUTTI_VALUE_NONE);
	c = (tutti_case){ 0, { TUTTI_CASE_OTHER, near_end, NULL, 0 } };
	CHECK_EQ(tutti_select(&c, 1, past), -EINVAL);
	end();
}

/* More than have room on the stack, and the same object in several. */
static void many_cases(void)
{
	enum { MANY = 40 };
	tutti_case many[MANY];
	int out[MANY] = { 0 };

	begin();
	for (int i = 0; i < MANY; i++)
		many[i] = i % 3 ? tutti_case_get(queue, &out[i])
				: tutti_case_acquire(&shared->permits);
	CHECK_EQ(tutti_select(many, MANY, tutti_after(TUTTI_MILLISECONDS(1))), TUTTI_ETIMEDOUT);
	make_ready(GET);
	int i = tutti_select(many, MANY, TUTTI_FOREVER);
	CHECK(i >= 0 && i % 3 != 0);
	CHECK_EQ(out[i], 8);
	CHECK_EQ(tutti_select(many, MANY, past), TUTTI_ETIMEDOUT);
	end();
}

/* -- between processes ------------------------------------------------------------------------ */

static void make_ready_there(void *arg)
{
	await_value(&shared->ready, 1);
	make_ready(*(int *)arg);
}

static void another_process_ends_the_wait(enum mix mix)
{
	for (int i = 0; i < OWN_GET; i++) {
		bool begun;

		begin();
		pid_t pid = process_start(make_ready_there, &i);
		tutti_future *waiter = start_select(mix, &begun);
		CHECK(!tutti_future_done(waiter));
		say(&shared->ready, 1);
		CHECK_EQ(finish(waiter), i);
		CHECK_EQ(cases[i].code, 0);
		process_join(pid);
		end();
	}
}

/* Permits and items for all, by way of selects that also wait for the other. */
static void take_either(void *arg)
{
	tutti_case two[] = { tutti_case_get(queue, &got), tutti_case_acquire(&shared->permits),
		tutti_case_event(&shared->event) };
	int i;

	(void)arg;
	while ((i = tutti_select(two, 3, TUTTI_FOREVER)) != 2) {
		CHECK(i >= 0);
		if (two[i].code == TUTTI_ESHUTDOWN)
			break;
		CHECK_EQ(two[i].code, 0);
		tu_add_acqrel(&shared->chosen[i], 1u);
		tu_add_acqrel(&shared->done, 1u);
	}
}

static void take_items(void *arg)
{
	int rc, out;

	(void)arg;
	while ((rc = tutti_queue_get(queue, &out)) == 0)
		tu_add_acqrel(&shared->done, 1u);
	CHECK_EQ(rc, TUTTI_ESHUTDOWN);
}

enum { TAKERS = 3, ROUNDS = 1500 };

/* Nobody sleeps beside something that could be had, whoever the wakes have reached. */
static void no_wake_is_lost(void)
{
	pid_t pid[TAKERS + 1];
	uint32_t all = 0;

	begin();
	for (int i = 0; i < TAKERS; i++)
		pid[i] = process_start(take_either, NULL);
	pid[TAKERS] = process_start(take_items, NULL);
	for (int i = 0; i < suite_rounds(ROUNDS); i++) {
		CHECK_EQ(tutti_queue_put(queue, &i), 0);
		CHECK_EQ(tutti_semaphore_release(&shared->permits, 1 + (uint32_t)i % 2), 0);
		all += 2 + (uint32_t)i % 2;
		if (i % 4 == 0)
			await_value(&shared->done, all);
	}
	await_value(&shared->done, all);
	tutti_event_set(&shared->event);
	CHECK_EQ(tutti_queue_shutdown(queue, false), 0);
	for (int i = 0; i <= TAKERS; i++)
		process_join(pid[i]);
	CHECK(tutti_queue_empty(queue));
	CHECK_EQ(tutti_semaphore_value(&shared->permits), 0);
	end();
}

/* -- deaths ----------------------------------------------------------------------------------- */

static uint64_t point;

static void select_and_die(void *arg)
{
	tutti_case two[] = { tutti_case_get(queue, &got), tutti_case_acquire(&shared->permits),
		tutti_case_event(&shared->more) };

	(void)arg;
	tu_crash_at(point);
	CHECK(tutti_select(two, 3, TUTTI_FOREVER) >= 0);
	tu_crash_at(0);
}

/* The victim is killed before each store; whatever it had not taken is there for others. */
static bool one_dies(void)
{
	pid_t others[2], victim;
	int status, out;

	begin();
	victim = process_start(select_and_die, NULL);
	for (int i = 0; i < 2; i++)
		others[i] = process_start(take_items, NULL);
	tutti_event_set(&shared->more);
	CHECK_EQ(waitpid(victim, &status, 0), victim);
	tu_family_died(victim);
	for (int i = 0; i < 20; i++)
		CHECK_EQ(tutti_queue_put(queue, &i), 0);
	await_value(&shared->done, 20);
	CHECK_EQ(tutti_semaphore_release(&shared->permits, 1), 0);
	CHECK_EQ(tutti_semaphore_acquire_until(&shared->permits, past), 0);
	CHECK_EQ(tutti_queue_shutdown(queue, false), 0);
	for (int i = 0; i < 2; i++)
		process_join(others[i]);
	CHECK_EQ(tutti_queue_get_until(queue, &out, past), TUTTI_ESHUTDOWN);
	end();
	return WIFSIGNALED(status);
}

static void a_killed_one_takes_no_wake_along(void)
{
	if (!tu_crash_can())
		return;
	for (point = 1; one_dies() || point < 8; point++)
		CHECK(point < 200);
}

static void take_one_and_die(void *arg)
{
	tutti_case two[] = { tutti_case_get(queue, &got), tutti_case_acquire(&shared->permits) };
	int i;

	(void)arg;
	tu_crash_at(point);
	i = tutti_select(two, 2, TUTTI_FOREVER);
	tu_crash_at(0);
	CHECK(i >= 0);
	CHECK_EQ(two[i].code, 0);
}

/* Asleep or not when there is something: it takes one thing, or nothing if it is killed before. */
static bool takes_one_or_none(bool late)
{
	enum { EACH = 3 };
	int status, left = 0, out;

	begin();
	pid_t victim = late ? process_start(take_one_and_die, NULL) : 0;
	for (int i = 0; i < EACH; i++)
		make_ready(GET);
	CHECK_EQ(tutti_semaphore_release(&shared->permits, EACH), 0);
	if (!late)
		victim = process_start(take_one_and_die, NULL);
	CHECK_EQ(waitpid(victim, &status, 0), victim);
	tu_family_died(victim);
	while (tutti_queue_get_until(queue, &out, past) == 0)
		left++;
	while (tutti_semaphore_acquire_until(&shared->permits, past) == 0)
		left++;
	if (WIFSIGNALED(status))
		CHECK(left == 2 * EACH || left == 2 * EACH - 1);
	else
		CHECK(WEXITSTATUS(status) == 0 && left == 2 * EACH - 1);
	end();
	return WIFSIGNALED(status);
}

static void a_killed_one_has_taken_one_or_none(void)
{
	if (!tu_crash_can())
		return;
	for (int late = 0; late < 2; late++)
		for (point = 1; takes_one_or_none(late) || point < 12; point++)
			CHECK(point < 200);
}

/* It sleeps in the kernel when it is killed, and is the one whom the next wake has reached. */
static void sleep_in_select(void *arg)
{
	tutti_case two[] = { tutti_case_get(queue, &got), tutti_case_acquire(&shared->permits) };

	(void)arg;
	say(&shared->ready, 1);
	CHECK(tutti_select(two, 2, TUTTI_FOREVER) >= 0);
}

static void a_woken_one_is_killed(void)
{
	for (int i = 0; i < 2; i++) {
		int out;

		begin();
		pid_t victim = process_start(sleep_in_select, NULL);
		await_value(&shared->ready, 1);
		await_sleep(victim);
		CHECK_EQ(kill(victim, SIGSTOP), 0);
		pid_t other = process_start(i ? take_items : take_either, NULL);
		await_sleep(other);
		make_ready(GET); /* the one that is stopped is woken */
		process_kill(victim);
		await_value(&shared->done, 1);
		tutti_event_set(&shared->event);
		CHECK_EQ(tutti_queue_shutdown(queue, false), 0);
		process_join(other);
		CHECK_EQ(tutti_queue_get_until(queue, &out, past), TUTTI_ESHUTDOWN);
		end();
	}
}

/* What somebody who is stopped has locked is no reason to miss the deadline, or another case. */
static void stop_in_get(void *arg)
{
	int out;

	(void)arg;
	tu_crash_stop_at(2);
	CHECK_EQ(tutti_queue_get(queue, &out), 0);
	tu_crash_at(0);
}

static void one_who_is_stopped_holds_up_nobody(void)
{
	int status;

	if (!tu_crash_can())
		return;
	begin();
	make_ready(GET);
	make_ready(GET);
	pid_t pid = process_start(stop_in_get, NULL);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK(WIFSTOPPED(status));
	CHECK_EQ(tutti_select(cases, KINDS, tutti_after(TUTTI_MILLISECONDS(5))), TUTTI_ETIMEDOUT);
	make_ready(OWN_GET);
	CHECK_EQ(tutti_select(cases, KINDS, TUTTI_FOREVER), OWN_GET);
	CHECK_EQ(kill(pid, SIGCONT), 0);
	CHECK_EQ(tutti_select(cases, KINDS, TUTTI_FOREVER), GET);
	process_join(pid);
	end();
}

int main(void)
{
	poller_begin();
	processes_begin();
	shared = share(sizeof *shared);
	RUN(nothing_is_ready);
	RUN(what_is_ready_is_done_at_once);
	RUN(one_of_all_that_are_ready);
	RUN_MIXES(what_becomes_ready_ends_the_wait);
	RUN_MIXES(a_cancel_takes_nothing);
	RUN_MIXES(a_pulse_is_enough);
	RUN(ends_are_cases_too);
	RUN(says_what_is_wrong);
	RUN(many_cases);
	RUN_MIXES(another_process_ends_the_wait);
	RUN(no_wake_is_lost);
	RUN(a_killed_one_takes_no_wake_along);
	RUN(a_killed_one_has_taken_one_or_none);
	RUN(a_woken_one_is_killed);
	RUN(one_who_is_stopped_holds_up_nobody);
	unshare(shared, sizeof *shared);
	return suite_end();
}
