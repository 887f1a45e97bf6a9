/* SPDX-License-Identifier: MIT */
/* ctest: VIRTUAL ON */
#include <tutti/rwlock.h>

#include "support/orders.h"
#include "support/suite.h"

#include <errno.h>

enum { CONTEXTS = 6 };

static tutti_rwlock lock;
static int readers, writers, most_readers, value;

static bool free_for_read(void)
{
	if (tutti_rwlock_acquire_read_until(&lock, 0) < 0)
		return false;
	CHECK_EQ(tutti_rwlock_release(&lock), 0);
	return true;
}

static bool free_for_write(void)
{
	if (tutti_rwlock_acquire_write_until(&lock, 0) < 0)
		return false;
	CHECK_EQ(tutti_rwlock_release(&lock), 0);
	return true;
}

static void begins_free(void)
{
	CHECK(free_for_write());
	CHECK(free_for_read());
	CHECK_EQ(tutti_rwlock_release(&lock), TUTTI_EUNLOCKED);
	memset(&lock, 0xff, sizeof lock);
	CHECK_EQ(tutti_rwlock_init(&lock, 0), 0);
	CHECK(free_for_write());
	CHECK_EQ(tutti_rwlock_init(&lock, TUTTI_RECURSIVE), -EINVAL);
	CHECK_EQ(tutti_rwlock_init(&lock, TUTTI_SHARED), -ENOTSUP);
}

static void *try_both(void *arg)
{
	(void)arg;
	return give(free_for_read() + 2 * free_for_write());
}

static void readers_share_writers_do_not(enum mix mix)
{
	tutti_rwlock_acquire_read(&lock);
	CHECK_EQ(finish(start_as(mix, try_both, NULL)), 1);
	CHECK_EQ(tutti_rwlock_release(&lock), 0);
	tutti_rwlock_acquire_write(&lock);
	CHECK_EQ(finish(start_as(mix, try_both, NULL)), 0);
	CHECK_EQ(tutti_rwlock_release(&lock), 0);
	CHECK_EQ(finish(start_as(mix, try_both, NULL)), 3);
}

static void deadlines_are_kept(void)
{
	tutti_rwlock_acquire_write(&lock);
	tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(3));
	CHECK_EQ(tutti_rwlock_acquire_read_until(&lock, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	deadline = tutti_after(TUTTI_MILLISECONDS(3));
	CHECK_EQ(tutti_rwlock_acquire_write_until(&lock, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	CHECK_EQ(tutti_rwlock_release(&lock), 0);
	CHECK(free_for_write());
}

/* Four readers are inside at once: each waits in there for the others. */
static tutti_event all_in;

static void *read_together(void *arg)
{
	tutti_rwlock_acquire_read(&lock);
	if (tu_add_acqrel(&readers, 1) + 1 == CONTEXTS)
		tutti_event_set(&all_in);
	CHECK_EQ(tutti_event_wait(&all_in), 0);
	tu_sub_acqrel(&readers, 1);
	CHECK_EQ(tutti_rwlock_release(&lock), 0);
	return arg;
}

static void readers_are_in_together(enum mix mix)
{
	tutti_future *f[CONTEXTS];

	tutti_event_clear(&all_in);
	start_all(mix, f, CONTEXTS, read_together, NULL);
	join_all(f, CONTEXTS);
	CHECK(free_for_write());
}

static void read_once(int i)
{
	tutti_rwlock_acquire_read(&lock);
	int n = tu_add_acqrel(&readers, 1) + 1;
	int before = value;

	if (n > tu_load_acq(&most_readers))
		tu_store_rel(&most_readers, n);
	if (i % 8 == 0)
		tutti_yield();
	CHECK_EQ(tu_load_acq(&writers), 0);
	CHECK_EQ(value, before);
	tu_sub_acqrel(&readers, 1);
	CHECK_EQ(tutti_rwlock_release(&lock), 0);
}

static void write_once(int i)
{
	tutti_rwlock_acquire_write(&lock);
	CHECK_EQ(tu_add_acqrel(&writers, 1), 0);
	CHECK_EQ(tu_load_acq(&readers), 0);
	value++;
	if (i % 8 == 0)
		tutti_yield();
	tu_sub_acqrel(&writers, 1);
	CHECK_EQ(tutti_rwlock_release(&lock), 0);
}

static void *read_and_write(void *arg)
{
	for (int i = 0; i < suite_rounds(500); i++) {
		if (i % 5 == 0)
			write_once(i);
		else
			read_once(i);
	}
	return arg;
}

static void many_readers_or_one_writer(enum mix mix)
{
	tutti_future *f[CONTEXTS];

	value = most_readers = 0;
	start_all(mix, f, CONTEXTS, read_and_write, NULL);
	join_all(f, CONTEXTS);
	CHECK_EQ(value, CONTEXTS * suite_rounds(500) / 5);
	CHECK(free_for_write());
}

static void *impatient(void *arg)
{
	for (int i = 0; i < suite_rounds(300); i++) {
		tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(0.01) * (i % 5));
		bool write = i % 3 == 0;
		int rc = write ? tutti_rwlock_acquire_write_until(&lock, deadline)
			       : tutti_rwlock_acquire_read_until(&lock, deadline);

		if (rc == 0) {
			if (write)
				value++;
			tutti_yield();
			CHECK_EQ(tutti_rwlock_release(&lock), 0);
		} else {
			CHECK_EQ(rc, TUTTI_ETIMEDOUT);
		}
	}
	return arg;
}

static void who_gives_up_leaves_no_trace(enum mix mix)
{
	tutti_future *f[CONTEXTS];

	start_all(mix, f, CONTEXTS, impatient, NULL);
	join_all(f, CONTEXTS);
	CHECK(free_for_write());
}

/* From here on tasks of one loop: they wait in exactly the order in which they were started. */
static char story[32];
static size_t told;

static void tell(char what)
{
	CHECK(told < sizeof story - 1);
	story[told++] = what;
	story[told] = '\0';
}

static void *read_and_tell(void *arg)
{
	tutti_rwlock_acquire_read(&lock);
	tell('r');
	CHECK_EQ(tutti_yield(), 0);
	tell('.');
	CHECK_EQ(tutti_rwlock_release(&lock), 0);
	return arg;
}

static void *write_and_tell(void *arg)
{
	tutti_rwlock_acquire_write(&lock);
	tell('W');
	CHECK_EQ(tutti_yield(), 0);
	tell(':');
	CHECK_EQ(tutti_rwlock_release(&lock), 0);
	return arg;
}

static void *write_or_give_up(void *arg)
{
	tutti_time soon = tutti_after(TUTTI_MILLISECONDS(2));

	CHECK_EQ(tutti_rwlock_acquire_write_until(&lock, soon), TUTTI_ETIMEDOUT);
	return arg;
}

static void start_cast(const char *cast, tutti_future **f)
{
	told = 0;
	for (size_t i = 0; cast[i]; i++)
		f[i] = tutti_task_start(
			cast[i] == 'r' ? read_and_tell : write_and_tell, NULL, NULL);
	settle();
	CHECK_EQ(told, 0);
}

/* Reading and writing take turns: all readers that wait go in after one writer, then the next. */
static void phases_alternate(void)
{
	tutti_future *f[5];

	tutti_rwlock_acquire_write(&lock);
	start_cast("rWrWr", f);
	CHECK_EQ(tutti_rwlock_release(&lock), 0);
	join_all(f, 5);
	CHECK_STR(story, "rrr...W:W:");
}

/* A reader that comes while a writer waits lets it go first, and then waits for no second one. */
static void a_reader_waits_for_one_writer(void)
{
	tutti_future *f[4];

	tutti_rwlock_acquire_read(&lock);
	start_cast("WWrr", f);
	CHECK(!free_for_read());
	CHECK_EQ(tutti_rwlock_release(&lock), 0);
	join_all(f, 4);
	CHECK_STR(story, "W:rr..W:");
}

static void a_writer_that_gives_up_lets_readers_in(void)
{
	tutti_rwlock_acquire_read(&lock);
	tutti_future *writer = tutti_task_start(write_or_give_up, NULL, NULL);
	settle();
	told = 0;
	tutti_future *reader = tutti_task_start(read_and_tell, NULL, NULL);
	CHECK(!free_for_read() || tutti_future_done(writer));
	finish(writer);
	finish(reader); /* while this thread still holds it for reading */
	CHECK_STR(story, "r.");
	CHECK_EQ(tutti_rwlock_release(&lock), 0);
	CHECK(free_for_write());
}

static void hold_it(void)
{
	tutti_rwlock_acquire_write_until(&lock, 0);
	CHECK(!free_for_read());
}

/* The next begin finds it held or free; held for reading is made free first. */
static void hold_it_anew(void)
{
	tutti_rwlock_release(&lock);
	hold_it();
}

static int read_until(tutti_time deadline)
{
	return tutti_rwlock_acquire_read_until(&lock, deadline);
}

static int write_until(tutti_time deadline)
{
	return tutti_rwlock_acquire_write_until(&lock, deadline);
}

static int read_only(tutti_time deadline)
{
	(void)deadline;
	tutti_rwlock_acquire_read(&lock);
	return 0;
}

static int write_only(tutti_time deadline)
{
	(void)deadline;
	tutti_rwlock_acquire_write(&lock);
	return 0;
}

static void let_go(void)
{
	CHECK_EQ(tutti_rwlock_release(&lock), 0);
}

static int is_left(void)
{
	return free_for_write();
}

static void is_no_cancellation_point(void)
{
	static int (*const waits[])(
		tutti_time) = { read_until, write_until, read_only, write_only };

	for (int i = 0; i < 4; i++) {
		struct orders o = { .begin = hold_it_anew,
			.wait = waits[i],
			.grant = let_go,
			.left = is_left,
			.timed_out = i < 2 ? TUTTI_ETIMEDOUT : 0,
			.remembers = true };

		orders_run(&o);
	}
	tutti_rwlock_release(&lock);
}

int main(void)
{
	suite_begin();
	RUN(begins_free);
	RUN_MIXES(readers_share_writers_do_not);
	RUN(deadlines_are_kept);
	RUN_MIXES(readers_are_in_together);
	RUN_MIXES(many_readers_or_one_writer);
	RUN_MIXES(who_gives_up_leaves_no_trace);
	RUN(phases_alternate);
	RUN(a_reader_waits_for_one_writer);
	RUN(a_writer_that_gives_up_lets_readers_in);
	RUN(is_no_cancellation_point);
	return suite_end();
}
