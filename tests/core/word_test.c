/* SPDX-License-Identifier: MIT */
/* Waiting for words that processes share. */
#include "core/word.h"

#include "core/wait.h"
#include "core/words.h"
#include "core/worker.h"
#include "support/leaks.h"
#include "support/processes.h"

#include <poll.h>
#include <tutti/fd.h>
#include <tutti/loop.h>

enum { WORDS = 300 };

struct shared {
	uint32_t here, there, ready, word[WORDS];
};
static struct shared *shared;

static void set_and_wake(uint32_t *word, uint32_t value)
{
	tu_store_rel(word, value);
	tu_word_wake(word, UINT32_MAX);
}

/* As every user does: look, wait, look again. */
static int wait_while(uint32_t *word, uint32_t value, tutti_time deadline)
{
	int rc = 0;

	while (rc == 0 && tu_load_acq(word) == value)
		rc = tu_word_wait(tu_self(), word, value, deadline, TU_WAIT_CANCELABLE);
	return rc;
}

static void begin(void)
{
	memset(shared, 0, sizeof *shared);
}

static void answer(void *arg)
{
	int rounds = *(int *)arg;

	for (int i = 1; i <= rounds; i++) {
		CHECK_EQ(wait_while(&shared->there, (uint32_t)i - 1, TUTTI_FOREVER), 0);
		set_and_wake(&shared->here, (uint32_t)i);
	}
}

static void goes_to_and_fro(void)
{
	int rounds = suite_rounds(1000);
	pid_t pid;

	begin();
	pid = process_start(answer, &rounds);
	for (int i = 1; i <= rounds; i++) {
		set_and_wake(&shared->there, (uint32_t)i);
		CHECK_EQ(wait_while(&shared->here, (uint32_t)i - 1, TUTTI_FOREVER), 0);
	}
	process_join(pid);
}

static void *wait_for_word(void *arg)
{
	uint32_t *word = arg;
	int rc = wait_while(word, 0, TUTTI_FOREVER);

	if (rc < 0)
		tutti_fail(rc, "not woken");
	return NULL;
}

static void set_when_ready(void *arg)
{
	uint32_t *word = arg;

	await_value(&shared->ready, 1);
	set_and_wake(word, 1);
}

/* One waits, and others of its thread go on. */
static void parks_the_task_alone(void)
{
	tutti_future *f;
	pid_t pid;

	begin();
	pid = process_start(set_when_ready, &shared->here);
	f = tutti_task_start(wait_for_word, &shared->here, NULL);
	for (int i = 0; i < 1000; i++)
		CHECK_EQ(tutti_yield(), 0);
	CHECK(!tutti_future_done(f));
	say(&shared->ready, 1);
	CHECK_EQ(finish(f), 0);
	process_join(pid);
}

/* It notices a change also while its thread is never idle. */
static void is_heard_while_busy(void)
{
	tutti_future *f;
	pid_t pid;

	begin();
	pid = process_start(set_when_ready, &shared->here);
	f = tutti_task_start(wait_for_word, &shared->here, NULL);
	settle();
	say(&shared->ready, 1);
	EVENTUALLY(tutti_future_done(f));
	CHECK_EQ(finish(f), 0);
	process_join(pid);
}

static void ends_at_its_deadline(enum mix mix)
{
	tutti_time deadline;

	(void)mix;
	begin();
	deadline = tutti_after(TUTTI_MILLISECONDS(5));
	CHECK_EQ(wait_while(&shared->here, 0, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	CHECK_EQ(wait_while(&shared->here, 0, 1), TUTTI_ETIMEDOUT);
	CHECK_EQ(wait_while(&shared->here, 1, 1), 0);
	CHECK_EQ(tu_word_wait(tu_self(), &shared->here, 0, 0, 0), TUTTI_ETIMEDOUT);
}

static void is_cancelled(enum mix mix)
{
	tutti_future *f;

	begin();
	f = start_as(mix, wait_for_word, &shared->here);
	settle();
	CHECK_EQ(tutti_future_cancel(f), 1);
	check_canceled(f);
}

static void set_each(void *arg)
{
	int n = *(int *)arg;

	await_value(&shared->ready, 1);
	for (int i = 0; i < n; i++)
		set_and_wake(&shared->word[i], 1);
}

static void wait_for_many(int n, uint32_t *first, int stride)
{
	tutti_future *f[WORDS];
	pid_t pid = process_start(set_each, &n);

	for (int i = 0; i < n; i++)
		f[i] = tutti_task_start(wait_for_word, first + i * stride, NULL);
	settle();
	CHECK_EQ(tu_worker_self()->words, stride == 0 ? 1 : n);
	say(&shared->ready, 1);
	for (int i = 0; i < n; i++)
		CHECK_EQ(finish(f[i]), 0);
	CHECK_EQ(tu_worker_self()->words, 0);
	process_join(pid);
}

static void waits_for_many_words(void)
{
	begin();
	wait_for_many(100, shared->word, 1);
}

/* More than the kernel takes at once. */
static void waits_for_very_many_words(void)
{
	begin();
	wait_for_many(WORDS, shared->word, 1);
}

static void waits_many_times_for_one(void)
{
	begin();
	wait_for_many(WORDS, shared->word, 0);
}

static void *wait_for_fd(void *arg)
{
	return give(tutti_fd_wait(*(int *)arg, TUTTI_READABLE, TUTTI_FOREVER));
}

/* The thread sleeps in its poller, so somebody else sleeps on the words. */
static void wait_beside_a_descriptor(int n)
{
	tutti_future *fd_waits;
	int ends[2];

	begin();
	CHECK_EQ(pipe(ends), 0);
	fd_waits = tutti_task_start(wait_for_fd, &ends[0], NULL);
	settle();
	wait_for_many(n, shared->word, 1);
	CHECK_EQ(write(ends[1], "x", 1), 1);
	CHECK_EQ(finish(fd_waits), TUTTI_READABLE);
	close(ends[0]);
	close(ends[1]);
}

/* A poller lasts as long as its thread: it is not to be the first one. */
static void *wait_beside_descriptors(void *arg)
{
	wait_beside_a_descriptor(1);
	wait_beside_a_descriptor(5);
	wait_beside_a_descriptor(WORDS);
	return arg;
}

static void waits_beside_a_descriptor(void)
{
	CHECK_EQ(finish(tutti_thread_start(wait_beside_descriptors, NULL, NULL)), 0);
}

/* Again and again; each time the memory is gone as soon as the wait is over. */
static void *wait_for_what_goes(void *arg)
{
	tutti_future *fd_waits;
	int ends[2];

	CHECK_EQ(pipe(ends), 0);
	fd_waits = tutti_task_start(wait_for_fd, &ends[0], NULL);
	settle();
	for (int i = 0; i < suite_rounds(100); i++) {
		uint32_t *word = share(4096);
		int rc = wait_while(word, 0, tutti_after(TUTTI_MILLISECONDS(1)));

		CHECK_EQ(rc, TUTTI_ETIMEDOUT);
		unshare(word, 4096);
	}
	CHECK_EQ(write(ends[1], "x", 1), 1);
	CHECK_EQ(finish(fd_waits), TUTTI_READABLE);
	close(ends[0]);
	close(ends[1]);
	return arg;
}

static void leaves_no_hold_on_memory(void)
{
	CHECK_EQ(finish(tutti_thread_start(wait_for_what_goes, NULL, NULL)), 0);
}

/* The thread is in a loop that is not ours, which polls a descriptor. */
static void is_heard_by_a_loop_that_is_not_ours(void)
{
	struct pollfd p = { .fd = tutti_loop_fd(NULL), .events = POLLIN };
	tutti_future *f;
	pid_t pid;

	CHECK(p.fd >= 0);
	begin();
	pid = process_start(set_when_ready, &shared->here);
	f = tutti_task_start(wait_for_word, &shared->here, NULL);
	while (poll(&p, 1, 0) > 0)
		CHECK(tutti_loop_run_ready(NULL) >= 0);
	say(&shared->ready, 1);
	do {
		CHECK_EQ(poll(&p, 1, -1), 1);
		CHECK(tutti_loop_run_ready(NULL) >= 0);
	} while (!tutti_future_done(f));
	CHECK_EQ(finish(f), 0);
	process_join(pid);
}

static void *loop_of_another_kind(void *arg)
{
	is_heard_by_a_loop_that_is_not_ours();
	return arg;
}

static void is_heard_in_other_loops(void)
{
	CHECK_EQ(finish(tutti_thread_start(loop_of_another_kind, NULL, NULL)), 0);
}

static void wait_once(void *arg)
{
	(void)arg;
	say(&shared->ready, 1);
	CHECK_EQ(tu_word_wait(tu_self(), &shared->here, 0, TUTTI_FOREVER, 0), 0);
	CHECK_EQ(shared->here, 0);
}

static void nothing(void *arg)
{
	(void)arg;
}

static void is_ended_by_a_death(void)
{
	pid_t waiter, other;

	begin();
	waiter = process_start(wait_once, NULL);
	await_value(&shared->ready, 1);
	await_sleep(waiter);
	other = process_start(nothing, NULL);
	child_wait(other);
	tu_family_died(other);
	process_join(waiter);
}

/* Nobody says so, and nobody was waiting for it: waiters look by themselves. */
static void is_ended_by_an_unnoticed_death(void)
{
	pid_t pid;
	int status;

	begin();
	pid = child_fork();
	if (pid == 0) {
		tu_family_self();
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(tu_word_wait(tu_self(), &shared->here, 0, TUTTI_FOREVER, 0), 0);
	CHECK_EQ(shared->here, 0);
}

/* A death between the look at who lives and the wait. */
static void misses_no_death(void)
{
	uint32_t deaths = *tu_family_deaths();
	pid_t pid;

	begin();
	pid = process_start(nothing, NULL);
	process_join(pid);
	CHECK_EQ(tu_word_wait_since(tu_self(), &shared->here, 0, deaths, TUTTI_FOREVER, 0), 0);
}

/* n threads sleep in the kernel; so many are woken, and the others sleep on. */
static void wait_and_count(void *arg)
{
	(void)arg;
	tu_add_acqrel(&shared->ready, 1u);
	CHECK_EQ(wait_while(&shared->here, 0, TUTTI_FOREVER), 0);
	tu_add_acqrel(&shared->there, 1u);
}

static void wakes_as_many_as_it_is_told(void)
{
	enum { N = 4 };
	pid_t pid[N];

	if (!tu_os_words_can()) /* then they look by themselves, all of them */
		return;
	begin();
	for (int i = 0; i < N; i++)
		pid[i] = process_start(wait_and_count, NULL);
	await_value(&shared->ready, N);
	for (int i = 0; i < N; i++)
		await_sleep(pid[i]);
	tu_store_rel(&shared->here, 1);
	for (uint32_t i = 1; i <= N; i++) {
		tu_word_wake(&shared->here, 1);
		while (tu_load_acq(&shared->there) < i)
			usleep(100);
		CHECK_EQ(shared->there, i);
	}
	for (int i = 0; i < N; i++)
		process_join(pid[i]);
}

int main(void)
{
	processes_begin();
	shared = share(sizeof *shared);
	RUN(goes_to_and_fro);
	RUN(parks_the_task_alone);
	RUN(is_heard_while_busy);
	RUN_MIXES(ends_at_its_deadline);
	RUN_MIXES(is_cancelled);
	RUN(waits_for_many_words);
	RUN(waits_for_very_many_words);
	RUN(waits_many_times_for_one);
	RUN(waits_beside_a_descriptor);
	RUN(leaves_no_hold_on_memory);
	RUN(is_heard_in_other_loops);
	RUN(is_ended_by_a_death);
	RUN(is_ended_by_an_unnoticed_death);
	RUN(misses_no_death);
	RUN(wakes_as_many_as_it_is_told);
	unshare(shared, sizeof *shared);
	return suite_end();
}
