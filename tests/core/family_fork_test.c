/* SPDX-License-Identifier: MIT */
/*
 * Of families and their words, where a forked child starts threads: which the sanitizers and
 * emulators do not take.
 * ctest: LABELS no-tsan LABELS no-asan LABELS no-valgrind LABELS no-qemu
 */
#include "core/wait.h"
#include "core/word.h"
#include "core/worker.h"
#include "os/os.h"
#include "support/processes.h"

struct shared {
	uint32_t id, other, go, word;
};
static struct shared *shared;

static void *stay(void *arg)
{
	static tutti_event never;
	struct shared *s = arg;

	tutti_yield();
	say(&s->go, 1);
	tutti_event_wait(&never);
	return arg;
}

/* Its other threads may be at work with what is shared until it is really over. */
static void leave_with_a_thread(void *arg)
{
	tutti_thread_options daemon = { .daemon = true };
	struct shared *s = arg;

	tutti_future_unref(tutti_thread_start(stay, s, &daemon));
	await_value(&s->go, 1);
	say(&s->id, tu_family_self());
	tu_family_leave();
	say(&s->other, 1 + tu_family_lives(s->id));
}

static void does_not_leave_with_others_about(void)
{
	memset(shared, 0, sizeof *shared);
	child_wait(process_start(leave_with_a_thread, shared));
	CHECK_EQ(shared->other, 2);
	CHECK(tu_family_lives(shared->id)); /* it ended by _exit, and nobody has looked */
	CHECK(tu_family_has_raw());
	tu_family_look(tu_os_now() + TUTTI_SECONDS(1));
	CHECK(!tu_family_lives(shared->id));
	CHECK(!tu_family_has_raw());
}

static void *wait_for_word(void *arg)
{
	uint32_t *word = arg;

	while (tu_load_acq(word) == 0)
		CHECK_EQ(tu_word_wait(tu_self(), word, 0, TUTTI_FOREVER, 0), 0);
	return NULL;
}

static void *fork_a_child(void *arg)
{
	pid_t pid = child_fork();

	if (pid == 0) {
		CHECK_EQ(tu_worker_self()->words, 0);
		child_uses_everything();
		_exit(0);
	}
	child_wait(pid);
	return arg;
}

/* In the child nobody waits, but for who has forked, and that one's thread. */
static void is_forgotten_in_a_child(void)
{
	tutti_future *f;

	memset(shared, 0, sizeof *shared);
	f = tutti_task_start(wait_for_word, &shared->word, NULL);
	settle();
	fork_a_child(NULL);
	tutti_future *forks = tutti_task_start(fork_a_child, NULL, NULL);
	CHECK_EQ(finish(forks), 0);
	tu_store_rel(&shared->word, 1);
	tu_word_wake(&shared->word, UINT32_MAX);
	CHECK_EQ(finish(f), 0);
}

int main(void)
{
	processes_begin();
	shared = share(sizeof *shared);
	RUN(does_not_leave_with_others_about);
	RUN(is_forgotten_in_a_child);
	unshare(shared, sizeof *shared);
	return suite_end();
}
