/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu POLLERS ON */
/*
 * Many tasks write at once, by whichever means: all arrives, each hears of its own failure, and
 * what is put aside for a moment is not for longer.
 */
#include "support/echoes.h"

#include "core/worker.h"

#include <errno.h>
#include <poll.h>
#include <sys/resource.h>
#include <tutti/loop.h>
#include <tutti/poller.h>

static bool by_ring; /* as the test began */

/* -- what does not fit, and who has gone ------------------------------------------------------- */

enum { LARGE = 600000 };

static void *write_large(void *arg)
{
	char *block = malloc(LARGE);

	CHECK(block);
	for (size_t i = 0; i < LARGE; i++)
		block[i] = (char)(i * i >> 7);
	for (size_t i = 0; i < LARGE; i += 12000)
		CHECK_EQ(tutti_stream_write(arg, block + i, 12000), 0);
	free(block);
	return NULL;
}

static void *read_large(void *arg)
{
	char block[5000];

	for (size_t i = 0; i < LARGE;) {
		ssize_t n = tutti_stream_read(arg, block, sizeof block);

		CHECK(n > 0);
		for (size_t j = 0; j < (size_t)n; j++, i++)
			CHECK_EQ(block[j], (char)(i * i >> 7));
	}
	return NULL;
}

static void what_does_not_fit_waits(void)
{
	tutti_future *f[2 * SEVERAL];

	open_pairs(SEVERAL);
	for (int i = 0; i < SEVERAL; i++) {
		f[i] = tutti_task_start(write_large, near[i], NULL);
		f[SEVERAL + i] = tutti_task_start(read_large, far[i], NULL);
	}
	join_all(f, 2 * SEVERAL);
	close_pairs();
}

/* -- when a write is made ---------------------------------------------------------------------- */

static int turns;

static void *take_turns(void *arg)
{
	turns++;
	return arg;
}

static void *take_long(void *arg)
{
	tutti_time end = tutti_after(TUTTI_MILLISECONDS(1));

	turns++;
	while (tutti_now() < end)
		;
	return arg;
}

/*
 * Does somebody else run before a write returns? The first one of a stream: of those that follow
 * each other some yield, which is not what is looked for here.
 */
static bool others_go_first(tutti_fn other)
{
	tutti_future *f = tutti_task_start(other, NULL, NULL);
	bool first;
	char c;

	open_pairs(1);
	turns = 0;
	CHECK_EQ(tutti_stream_write(near[0], "x", 1), 0);
	first = turns > 0;
	CHECK_EQ(read(tutti_stream_fd(far[0]), &c, 1), 1);
	close_pairs();
	finish(f);
	return first;
}

static void *see_it_put_aside(void *arg)
{
	(void)arg;
	return give(others_go_first(take_turns));
}

/* Unless this thread is interrupted just then: so it is tried several times, each on a new one. */
static void *try_to_see_it(void *arg)
{
	return give(finish(tutti_task_start(see_it_put_aside, arg, NULL)));
}

static void with_others_ready_it_is_put_aside(void)
{
	bool seen = false;

	for (int i = 0; i < 100 && !seen; i++)
		seen = finish(tutti_thread_start(try_to_see_it, NULL, NULL));
	CHECK_EQ(seen, by_ring);
}

static void *write_alone(void *arg)
{
	uint64_t turn = tu_worker_which_turn(tu_worker_self());

	(void)arg;
	CHECK_EQ(tutti_stream_write(near[0], "x", 1), 0);
	CHECK_EQ(tu_worker_which_turn(tu_worker_self()), turn);
	return NULL;
}

static void with_nobody_ready_it_is_made_at_once(void)
{
	open_pairs(1);
	for (int i = 0; i < 10; i++)
		finish(tutti_task_start(write_alone, NULL, NULL));
	close_pairs();
}

/* A turn that takes long is not waited for a second time, and not for ever after either. */
static void *know_long_turns(void *arg)
{
	bool seen = false;

	(void)arg;
	for (int i = 0; i < (by_ring ? 1000 : 10) && !seen;
		i++) /* earlier tests may have had long turns */
		seen = others_go_first(take_long);
	CHECK_EQ(seen, by_ring);
	for (int i = 0; i < 100; i++)
		CHECK(!others_go_first(take_turns));
	seen = false;
	for (int i = 0; i < 10000 && !seen; i++)
		seen = others_go_first(take_turns);
	CHECK_EQ(seen, by_ring);
	return NULL;
}

static void long_turns_do_not_delay_it(void)
{
	finish(tutti_task_start(know_long_turns, NULL, NULL));
}

/* Tasks that write when they are cancelled, because all ends. */
static void *write_at_the_end(void *arg)
{
	CHECK_EQ(tutti_sleep_until(TUTTI_FOREVER), TUTTI_ECANCELED);

	tutti_scope shield;
	tutti_shield_begin(&shield, TUTTI_FOREVER);
	CHECK_EQ(tutti_stream_write(arg, "x", 1), 0);
	tutti_shield_end(&shield, 0);
	return NULL;
}

static void *start_some(void *arg)
{
	for (int i = 0; i < SEVERAL; i++)
		tutti_future_unref(tutti_task_start(write_at_the_end, near[i], NULL));
	CHECK_EQ(tutti_yield(), 0); /* all of them sleep now */
	return arg;
}

static void *run_some(void *arg)
{
	CHECK_EQ(tutti_run(start_some, NULL, NULL), 0);
	return arg;
}

static void what_is_written_at_the_end_goes_out(void)
{
	char c;

	open_pairs(SEVERAL);
	finish(tutti_thread_start(run_some, NULL, NULL));
	for (int i = 0; i < SEVERAL; i++)
		CHECK_EQ(tutti_stream_read(far[i], &c, 1), 1);
	close_pairs();
}

enum { OFTEN = 100 };

static void *write_often(void *arg)
{
	for (int i = 0; i < OFTEN; i++)
		CHECK_EQ(tutti_stream_write(arg, "x", 1), 0);
	return NULL;
}

/* In somebody else's loop, which runs ours in pieces, none is left when that waits. */
static void none_is_left_when_the_loop_is_lent(void)
{
	tutti_future *f[2];
	struct pollfd p = { .fd = tutti_loop_fd(NULL), .events = POLLIN };
	char got[OFTEN];

	open_pairs(2);
	for (int i = 0; i < 2; i++)
		f[i] = tutti_task_start(write_often, near[i], NULL);
	do
		CHECK(tutti_loop_run_ready(NULL) >= 0);
	while (poll(&p, 1, 0) > 0);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(recv(tutti_stream_fd(far[i]), got, OFTEN, MSG_WAITALL), OFTEN);
		finish(f[i]);
	}
	close_pairs();
}

/* -- cancelled, refused ---------------------------------------------------------------- */

static void *write_and_sleep(void *arg)
{
	CHECK_EQ(tutti_stream_write(arg, "x", 1), 0);
	return give(tutti_sleep(TUTTI_SECONDS(1000)));
}

static void *cancel(void *arg)
{
	CHECK_EQ(tutti_future_cancel(arg), 1);
	return NULL;
}

static void what_is_aside_is_written_although_cancelled(void)
{
	tutti_future *writer, *other;
	char c;

	open_pairs(1);
	writer = tutti_task_start(write_and_sleep, near[0], NULL);
	other = tutti_task_start(cancel, writer, NULL);
	finish(other);
	CHECK_EQ(tutti_future_result(writer, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(writer);
	CHECK_EQ(tutti_stream_read(far[0], &c, 1), 1);
	close_pairs();
}

/* No descriptor left for a ring: it goes as before, and later by one. */
static void *write_without_room(void *arg)
{
	struct rlimit had, none;
	tutti_future *f[SEVERAL];

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &had), 0);
	none = had;
	none.rlim_cur = 1;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (int i = 0; i < SEVERAL; i++)
		f[i] = tutti_task_start(write_x, near[i], NULL);
	join_all(f, SEVERAL);
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &had), 0);
	return arg;
}

static void without_a_descriptor_left_it_goes_on(void)
{
	char c;

	open_pairs(SEVERAL);
	finish(tutti_thread_start(write_without_room, NULL, NULL));
	for (int i = 0; i < SEVERAL; i++)
		CHECK_EQ(tutti_stream_read(far[i], &c, 1), 1);
	close_pairs();
}

static void *everything(void *arg)
{
	RUN(each_gets_its_own_answer);
	RUN(what_does_not_fit_waits);
	RUN(each_hears_of_its_own_failure);
	RUN(with_others_ready_it_is_put_aside);
	RUN(with_nobody_ready_it_is_made_at_once);
	RUN(what_is_written_at_the_end_goes_out);
	RUN(long_turns_do_not_delay_it);
	RUN(none_is_left_when_the_loop_is_lent);
	RUN(what_is_aside_is_written_although_cancelled);
	RUN(without_a_descriptor_left_it_goes_on);
	return arg;
}

int main(void)
{
	suite_begin();
	by_ring = tutti_poller_used() == TUTTI_IO_URING;
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
