/* SPDX-License-Identifier: MIT */
/* The table of who lives: ids, ends noticed and not noticed, and a process killed at any store. */
#include "core/family.h"

#include "os/os.h"
#include "support/processes.h"

struct shared {
	uint32_t id, other, go;
};
static struct shared *shared;

static void knows_itself(void)
{
	uint32_t self = tu_family_self();

	CHECK(self != 0);
	CHECK_EQ(tu_family_self(), self);
	CHECK_EQ(self >> TU_FAMILY_ID_BITS, 0);
	CHECK(tu_family_lives(self));
	CHECK_EQ(tu_family_pid(self), getpid());
	CHECK(!tu_family_lives(0));
	CHECK_EQ(tu_family_pid(0), 0);
	CHECK(tu_family_deaths());
}

static void tell_id(void *arg)
{
	struct shared *s = arg;

	say(&s->id, tu_family_self());
	await_value(&s->go, 1);
}

static void knows_a_child_until_its_end_is_noticed(void)
{
	uint32_t deaths = *tu_family_deaths();
	pid_t pid;

	memset(shared, 0, sizeof *shared);
	pid = process_start(tell_id, shared);
	while (tu_load_acq(&shared->id) == 0)
		usleep(100);
	CHECK(shared->id != tu_family_self());
	CHECK(tu_family_lives(shared->id));
	CHECK_EQ(tu_family_pid(shared->id), pid);
	tu_family_died(pid); /* which is not true */
	CHECK(tu_family_lives(shared->id));
	CHECK_EQ(*tu_family_deaths(), deaths);
	process_kill_quietly(pid);
	tu_family_died(pid);
	CHECK(!tu_family_lives(shared->id));
	CHECK_EQ(tu_family_pid(shared->id), pid);
	CHECK_EQ(*tu_family_deaths(), deaths + 1);
	tu_family_died(pid);
	CHECK_EQ(*tu_family_deaths(), deaths + 1);
}

static void leave_at_exit(void *arg)
{
	tell_id(arg);
	exit(0);
}

/* Nobody says that it has ended: it does so itself. */
static void says_itself_that_it_ends(void)
{
	memset(shared, 0, sizeof *shared);
	shared->go = 1;
	child_wait(process_start(leave_at_exit, shared));
	CHECK(!tu_family_lives(shared->id));
}

static void fork_by_hand(void (*fn)(void *), struct shared *s, pid_t *pid)
{
	memset(s, 0, sizeof *s);
	*pid = child_fork();
	if (*pid != 0)
		return;
	fn(s);
	_exit(0);
}

static void is_looked_after_if_forked_by_hand(void)
{
	pid_t pid;

	fork_by_hand(tell_id, shared, &pid);
	while (tu_load_acq(&shared->id) == 0)
		usleep(100);
	while (!tu_family_has_raw()) /* it says so after it has its id */
		usleep(100);
	CHECK(tu_family_patience() != INT64_MAX);
	tu_family_look(tu_os_now() + TUTTI_SECONDS(1));
	CHECK(tu_family_lives(shared->id));
	CHECK(tu_family_has_raw());
	process_kill_quietly(pid);
	tu_family_look(tu_os_now() + TUTTI_SECONDS(2));
	CHECK(!tu_family_lives(shared->id));
	CHECK_EQ(tu_family_patience(), INT64_MAX);
}

static void start_grandchild(void *arg)
{
	struct shared *s = arg;
	pid_t pid = process_start(tell_id, s);

	say(&s->other, (uint32_t)pid);
	await_value(&s->go, 1);
}

/* Nobody notices its end any more: so everybody looks. */
static void is_looked_after_if_its_parent_is_gone(void)
{
	pid_t pid;

	memset(shared, 0, sizeof *shared);
	pid = process_start(start_grandchild, shared);
	while (tu_load_acq(&shared->id) == 0 || tu_load_acq(&shared->other) == 0)
		usleep(100);
	CHECK(!tu_family_has_raw());
	process_kill(pid);
	CHECK(tu_family_lives(shared->id));
	CHECK(tu_family_has_raw());
	CHECK_EQ(kill((pid_t)shared->other, SIGKILL), 0);
	while (tu_os_process_birth((int)shared->other) != 0)
		usleep(100);
	tu_family_look(tu_os_now() + TUTTI_SECONDS(3));
	CHECK(!tu_family_lives(shared->id));
	CHECK(!tu_family_has_raw());
}

static void refuses_what_is_no_family(void)
{
	int pipes[2];

	CHECK_EQ(pipe(pipes), 0);
	CHECK_EQ(tu_family_join(pipes[0]), -EBUSY);
	CHECK_EQ(tu_family_join(tu_family_fd()), 0);
	close(pipes[0]);
	close(pipes[1]);
}

static void is_quick(void *arg)
{
	(void)arg;
	tu_family_self();
}

/* An id is somebody's only once, though there are more processes than slots at a time. */
static void gives_no_id_twice(void)
{
	enum { MANY = 600 };
	static uint32_t seen[MANY];

	for (int i = 0; i < MANY; i++) {
		pid_t pid;

		memset(shared, 0, sizeof *shared);
		shared->go = 1;
		pid = process_start(tell_id, shared);
		process_join(pid);
		seen[i] = shared->id;
		CHECK(seen[i] != 0);
		for (int j = 0; j < i; j++)
			CHECK(seen[j] != seen[i]);
	}
}

static void join_and_die(void *arg)
{
	tu_crash_at(*(uint64_t *)arg);
	tu_family_self();
	CHECK_EQ(tu_family_join(tu_family_fd()), 0);
}

/* Whatever of the slot was written already: it is free again, and nobody is taken for another. */
static void survives_one_who_dies_while_joining(void)
{
	uint64_t k = 1;
	int status;

	for (;; k++) {
		pid_t pid = child_fork();

		if (pid == 0) {
			join_and_die(&k);
			_exit(0);
		}
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		tu_family_died(pid);
		tu_family_look(tu_os_now() + TUTTI_SECONDS(10 * k));
		CHECK(!tu_family_has_raw());
		CHECK(tu_family_lives(tu_family_self()));
		process_join(process_start(is_quick, NULL));
		if (!WIFSIGNALED(status))
			break;
	}
	CHECK_EQ(WEXITSTATUS(status), 0);
	CHECK(k > 8 || !tu_crash_can());
}

struct burial {
	uint64_t k;
	uint32_t id;
	int pid;
};

static void bury_and_die(void *arg)
{
	const struct burial *b = arg;

	tu_crash_at(b->k);
	tu_family_died(b->pid);
}

/* Who says that somebody has died, dies in the middle of it. */
static void survives_one_who_dies_while_noticing(void)
{
	struct burial b = { .k = 1 };
	int status;

	do {
		uint32_t deaths = *tu_family_deaths();
		pid_t pid;

		memset(shared, 0, sizeof *shared);
		b.pid = process_start(tell_id, shared);
		while (tu_load_acq(&shared->id) == 0)
			usleep(100);
		process_kill_quietly(b.pid);
		pid = process_start(bury_and_die, &b);
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		tu_family_died(pid);
		tu_family_died(b.pid);
		CHECK(!tu_family_lives(shared->id));
		CHECK(*tu_family_deaths() != deaths);
		b.k++;
	} while (WIFSIGNALED(status));
	CHECK(b.k > 5 || !tu_crash_can());
}

int main(void)
{
	processes_begin();
	shared = share(sizeof *shared);
	RUN(knows_itself);
	RUN(knows_a_child_until_its_end_is_noticed);
	RUN(says_itself_that_it_ends);
	RUN(is_looked_after_if_forked_by_hand);
	RUN(is_looked_after_if_its_parent_is_gone);
	RUN(refuses_what_is_no_family);
	RUN(gives_no_id_twice);
	RUN(survives_one_who_dies_while_joining);
	RUN(survives_one_who_dies_while_noticing);
	unshare(shared, sizeof *shared);
	return suite_end();
}
