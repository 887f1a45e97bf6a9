/* SPDX-License-Identifier: MIT */
/* rows: F43 T10 */
/* Arrays that processes share, and their lock. */
#include <tutti/array.h>

#include "support/children.h"

#include <tutti/race.h>
#include <tutti/shm.h>

enum { CHILDREN = 5, TIMES = 1000 };

static tutti_array *array;

static void refuses_what_cannot_be(void)
{
	tutti_array *a;

	CHECK_EQ(tutti_array_create(&a, 0, 1, NULL), -EINVAL);
	CHECK_EQ(tutti_array_create(&a, 8, 0, NULL), -EINVAL);
	CHECK_EQ(tutti_array_create(&a, SIZE_MAX / 2, 4, NULL), -EFBIG);
	CHECK_EQ(tutti_array_create(&a, 8, 1, "a/b"), -EINVAL);
	CHECK_EQ(tutti_array_open(&a, "tutti-test-of-nobody", 8), -ENOENT);
	tutti_array_free(NULL);
}

static void begins_zeroed(void)
{
	CHECK_EQ(tutti_array_create(&array, sizeof(double), 100, NULL), 0);
	CHECK_EQ(tutti_array_count(array), 100);
	for (size_t i = 0; i < 100; i++)
		CHECK(*TUTTI_AT(double, array, i) == 0);
	*TUTTI_AT(double, array, 99) = 1.5;
	CHECK(*TUTTI_AT(double, array, 99) == 1.5);
	CHECK(TUTTI_AT(double, array, 99) == TUTTI_AT(double, array, 0) + 99);
	tutti_array_free(array);
}

static void count_up(void *arg)
{
	(void)arg;
	for (int i = 0; i < TIMES; i++)
		TUTTI_WITH(tutti_array_lock(array))
		{
			++*TUTTI_AT(int64_t, array, 0);
		}
}

/* rows: F43 */
static void the_lock_is_for_all(void)
{
	pid_t pids[CHILDREN];

	CHECK_EQ(tutti_array_create(&array, sizeof(int64_t), 1, NULL), 0);
	for (int i = 0; i < CHILDREN; i++)
		pids[i] = process_start(count_up, NULL);
	count_up(NULL);
	for (int i = 0; i < CHILDREN; i++)
		process_join(pids[i]);
	CHECK_EQ(*TUTTI_AT(int64_t, array, 0), (CHILDREN + 1) * TIMES);
	tutti_array_free(array);
}

static void count_attached(tutti_handle h)
{
	tutti_shm *m;

	CHECK_EQ(tutti_array_attach(&array, h, 4), TUTTI_ETYPE);
	CHECK_EQ(tutti_shm_attach(&m, h), TUTTI_ETYPE);
	CHECK_EQ(tutti_array_attach(&array, h, sizeof(int64_t)), 0);
	CHECK_EQ(tutti_array_count(array), 3);
	count_up(NULL);
	tutti_array_free(array);
}

enum { PINGS_AND_PONGS = 50 };

/* The tutorials' two processes that count to fifty, with one counter: [0], and each one's own. */
static void count_words(int who, bool locked)
{
	int64_t *count = TUTTI_AT(int64_t, array, 0), *own = TUTTI_AT(int64_t, array, 1 + who);
	bool more = true;

	while (more && locked)
		TUTTI_WITH(tutti_array_lock(array))
		{
			more = *count < PINGS_AND_PONGS;
			*count += more;
			*own += more;
		}
	while (more && !locked) {
		int64_t n = TUTTI_LOAD(count);

		more = n < PINGS_AND_PONGS;
		sched_yield();
		if (more)
			TUTTI_STORE(count, n + 1);
		*own += more;
	}
}

static void count_locked(void *who)
{
	count_words(*(int *)who, true);
}

static void count_unlocked(void *who)
{
	count_words(*(int *)who, false);
}

static int64_t words_of_both(void (*count)(void *who))
{
	int who[] = { 0, 1 };
	pid_t pids[2];
	int64_t words;

	CHECK_EQ(tutti_array_create(&array, sizeof(int64_t), 3, NULL), 0);
	for (int i = 0; i < 2; i++)
		pids[i] = process_start(count, &who[i]);
	for (int i = 0; i < 2; i++)
		process_join(pids[i]);
	words = *TUTTI_AT(int64_t, array, 1) + *TUTTI_AT(int64_t, array, 2);
	tutti_array_free(array);
	return words;
}

/* rows: F43 P28 T10 T15 */
static void a_shared_counter_makes_fifty_words_in_all(void)
{
	for (int i = 0; i < suite_rounds(10); i++) {
		CHECK_EQ(words_of_both(count_locked), PINGS_AND_PONGS);
		CHECK(words_of_both(count_unlocked) >= PINGS_AND_PONGS);
	}
}

static void is_found_by_handle_and_name(void)
{
	struct partner p = partner_begin(count_attached);
	tutti_array *same;
	char name[64];

	snprintf(name, sizeof name, "tutti-test-array-%d", (int)getpid());
	CHECK_EQ(tutti_array_create(&array, sizeof(int64_t), 3, name), 0);
	partner_give(&p, tutti_array_handle(array));
	count_up(NULL);
	process_join(p.pid);
	CHECK_EQ(*TUTTI_AT(int64_t, array, 0), 2 * TIMES);
	CHECK_EQ(tutti_array_open(&same, name, 4), TUTTI_ETYPE);
	CHECK_EQ(tutti_array_open(&same, name, sizeof(int64_t)), 0);
	CHECK(same == array);
	tutti_array_free(same);
	tutti_array_free(array);
	CHECK_EQ(tutti_array_open(&same, name, sizeof(int64_t)), -ENOENT);
}

static void hold_until_killed(void *arg)
{
	tutti_lock_acquire(tutti_array_lock(array));
	say(arg, 1);
	pause();
}

/* Who takes the lock with a deadline is told that its holder has died, and has it. */
static void the_lock_outlives_its_holder(void)
{
	uint32_t *said = share(4096);
	pid_t pid;

	CHECK_EQ(tutti_array_create(&array, sizeof(int64_t), 1, NULL), 0);
	pid = process_start(hold_until_killed, said);
	await_value(said, 1);
	CHECK_EQ(tutti_lock_acquire_until(tutti_array_lock(array), 0), TUTTI_ETIMEDOUT);
	process_kill(pid);
	CHECK_EQ(tutti_lock_acquire_until(tutti_array_lock(array), TUTTI_FOREVER), TUTTI_EBROKEN);
	CHECK_EQ(tutti_lock_release(tutti_array_lock(array)), 0);
	tutti_array_free(array);
	unshare(said, 4096);
}

static void read_past_the_end(void *arg)
{
	(void)arg;
	tutti_array_at(array, sizeof(int64_t), 3);
}

static void read_as_another_type(void *arg)
{
	(void)arg;
	TUTTI_AT(char, array, 0);
}

static void check_stopped(pid_t pid)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGABRT);
	tu_family_died(pid);
}

static void misuse_stops_the_program(void)
{
	CHECK_EQ(tutti_array_create(&array, sizeof(int64_t), 3, NULL), 0);
	check_stopped(process_start(read_past_the_end, NULL));
	check_stopped(process_start(read_as_another_type, NULL));
	tutti_array_free(array);
}

int main(void)
{
	processes_begin();
	RUN(refuses_what_cannot_be);
	RUN(begins_zeroed);
	RUN(the_lock_is_for_all);
	RUN(a_shared_counter_makes_fifty_words_in_all);
	RUN(is_found_by_handle_and_name);
	RUN(the_lock_outlives_its_holder);
	RUN(misuse_stops_the_program);
	return suite_end();
}
