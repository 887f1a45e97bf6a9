/* SPDX-License-Identifier: MIT */
/* troupe_end_test.c - in virtual time: how processes end, and how all of them end together. */
#include "support/scenes.h"

#include <errno.h>
#include <signal.h>

typedef struct pair {
	tutti_handle shared;
	int first;
} pair;

static void how(const char *name, tutti_process *p)
{
	int code = 0, rc = tutti_process_exitcode(p, &code);

	say("%s: %s %d", name, tutti_errname(rc), code);
	tutti_future_unref(p);
}

/* -- one ends another -------------------------------------------------------------------------- */

static void tick(void)
{
	for (;;) {
		tutti_sleep(TUTTI_SECONDS(1));
		say("tick");
	}
}
TUTTI_JOB(tick, void, void);

static void killed(void)
{
	tutti_process *p = tutti_process_start(&tick_job, NULL, NULL);

	tutti_sleep(TUTTI_SECONDS(2.5));
	CHECK_EQ(tutti_process_kill(p), 0);
	tutti_process_join(p);
	how("killed", p);
	p = tutti_process_start(&tick_job, NULL, NULL);
	CHECK_EQ(tutti_process_join_until(p, tutti_after(TUTTI_SECONDS(1.5))), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_process_terminate(p), 0);
	tutti_process_join(p);
	how("terminated", p);
}

static volatile sig_atomic_t told;

static void hear(int number)
{
	told = number;
}

static void listen_first(void)
{
	signal(SIGTERM, hear);
	tutti_sleep(TUTTI_SECONDS(2));
	say("told: %d", told == SIGTERM);
}
TUTTI_JOB(listen_first, void, void);

/* It goes on: its end is not waited for. */
static void caught(void)
{
	tutti_process *p = tutti_process_start(&listen_first_job, NULL, NULL);

	tutti_sleep(TUTTI_SECONDS(1));
	CHECK_EQ(tutti_process_terminate(p), 0);
	say("sent");
	tutti_process_join(p);
	how("caught", p);
}

/* -- one ends by itself ------------------------------------------------------------------------ */

static void end_somehow(int way)
{
	tutti_sleep(TUTTI_SECONDS(way));
	if (way == 0)
		exit(3);
	else if (way == 1)
		_exit(4);
	else if (way == 2)
		raise(SIGKILL);
	else if (way == 3)
		kill(getpid(), SIGTERM);
}
TUTTI_JOB(end_somehow, void, int);

/* With the baton in its hands, and nobody but its parent to notice. */
static void by_itself(void)
{
	tutti_process *p[5];

	for (int way = 0; way < 5; way++)
		p[way] = tutti_process_start(&end_somehow_job, &way, NULL);
	for (int way = 0; way < 5; way++) {
		tutti_process_join(p[way]);
		how("ended", p[way]);
	}
}

static void compute(void)
{
	say("%d computes", tutti_process_pid(NULL));
	fflush(stdout);
	for (volatile bool on = true; on;)
		;
}
TUTTI_JOB(compute, void, void);

static void computing(void)
{
	tutti_process *p = tutti_process_start(&compute_job, NULL, NULL);

	tutti_process_join(p);
	how("computing", p);
}

/* -- a tree ------------------------------------------------------------------------------------ */

static void grandchild(void)
{
	say("grandchild %s", tutti_process_name(NULL));
	tutti_sleep(TUTTI_SECONDS(5));
	say("grandchild ends");
}
TUTTI_JOB(grandchild, void, void);

static void child(bool joins)
{
	tutti_process *p = tutti_process_start(&grandchild_job, NULL, NULL);

	say("child");
	if (joins)
		tutti_process_join(p);
	else
		tutti_sleep(TUTTI_FOREVER);
	tutti_future_unref(p);
	say("child ends");
}
TUTTI_JOB(child, void, bool);

static void tree(void)
{
	bool joins = true;
	tutti_process *p = tutti_process_start(&child_job, &joins, NULL);

	CHECK_EQ(tutti_join_all(&p, 1), 0);
}

static void felled(void)
{
	bool joins = false;
	tutti_process *p = tutti_process_start(&child_job, &joins, NULL);

	tutti_sleep(TUTTI_SECONDS(2));
	tutti_process_kill(p); /* and what it has started */
	tutti_process_join(p);
	how("child", p);
	tutti_sleep(TUTTI_SECONDS(10));
	say("over");
}

/* -- pools ------------------------------------------------------------------------------------- */

static int work(int n)
{
	tutti_sleep(TUTTI_SECONDS(1));
	if (n == 2)
		raise(SIGKILL);
	say("job %d", n);
	return n * n;
}
TUTTI_JOB(work, int, int);

/* A worker dies with its job, and another comes in its place. */
static void pool(void)
{
	tutti_executor *e;
	tutti_future *f[5];

	CHECK_EQ(tutti_executor_open(&e, "processes:2", NULL), 0);
	for (int i = 0; i < 5; i++)
		f[i] = work_submit(e, i);
	for (int i = 0; i < 5; i++) {
		int result = -1, rc = work_result(f[i], &result);

		say("%d: %s %d", i, tutti_errname(rc), result);
		tutti_future_unref(f[i]);
	}
	tutti_executor_free(e);
	say("free");
}

static void late(int seconds)
{
	tutti_sleep(TUTTI_SECONDS(seconds));
	say("after %d", seconds);
}
TUTTI_JOB(late, void, int);

/* A job that waits past its deadline is told so. */
static void deadline(void)
{
	tutti_submit_options o = { .deadline = tutti_after(TUTTI_SECONDS(2)) };
	tutti_executor *e;
	tutti_future *f[2];

	CHECK_EQ(tutti_executor_open(&e, "processes:2", NULL), 0);
	for (int i = 0; i < 2; i++)
		f[i] = tutti_submit(e, &late_job, &(int){ 1 + i * 10 }, &o);
	tutti_wait(f, 2, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER);
	for (int i = 0; i < 2; i++)
		say("%s", tutti_errname(tutti_future_error(f[i])));
	tutti_executor_free(e);
	tutti_join_all(f, 2);
}

/* -- all of them ------------------------------------------------------------------------------- */

static void cross(pair p)
{
	tutti_shm *m;
	tutti_lock *locks;

	CHECK_EQ(tutti_shm_attach(&m, p.shared), 0);
	locks = tutti_shm_data(m);
	tutti_lock_acquire(&locks[p.first]);
	say("has lock %d", p.first);
	tutti_sleep(TUTTI_SECONDS(1));
	tutti_lock_acquire(&locks[1 - p.first]);
}
TUTTI_JOB(cross, void, pair);

static void deadlock(void)
{
	tutti_process *p[2];
	tutti_lock *locks;
	pair both = { .first = 0 };
	tutti_shm *m;

	CHECK_EQ(tutti_shm_create(&m, 2 * sizeof(*locks)), 0);
	both.shared = tutti_shm_handle(m);
	locks = tutti_shm_data(m);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(tutti_lock_init(&locks[i], TUTTI_SHARED), 0);
	for (both.first = 0; both.first < 2; both.first++)
		p[both.first] = tutti_process_start(&cross_job, &both, NULL);
	tutti_join_all(p, 2);
}

static void read_on(tutti_handle handle)
{
	tutti_bytes m;
	tutti_pipe *p;

	CHECK_EQ(tutti_pipe_attach(&p, handle), 0);
	tutti_sleep(TUTTI_SECONDS(1));
	tutti_pipe_read(p, &m);
}
TUTTI_JOB(read_on, void, tutti_handle);

/* Each waits for the other to write. */
static void at_a_pipe(void)
{
	tutti_pipe *here, *there;
	tutti_handle handle;
	tutti_bytes m;

	CHECK_EQ(tutti_pipe_create(&here, &there, false), 0);
	handle = tutti_pipe_handle(there);
	tutti_future_unref(tutti_process_start(&read_on_job, &handle, NULL));
	tutti_pipe_read(here, &m);
}

static void endless(void)
{
	tutti_process *p = tutti_process_start(&tick_job, NULL, NULL);

	tutti_process_join(p);
}

static void refused(void)
{
	tutti_process *p = tutti_process_start(&tick_job, NULL, NULL);

	say("%s", tutti_errname(tutti_future_error(p)));
	tutti_future_unref(p);
}

/* -- what must come of it ---------------------------------------------------------------------- */

static const struct scene scenes[] = { { "killed", killed }, { "caught", caught },
	{ "by_itself", by_itself }, { "computing", computing }, { "tree", tree },
	{ "felled", felled }, { "pool", pool }, { "deadline", deadline }, { "deadlock", deadlock },
	{ "at_a_pipe", at_a_pipe }, { "endless", endless }, { "refused", refused },
	{ NULL, NULL } };

static void waits_for_whom_it_ends(void)
{
	scene_says("killed", "fifo", 4,
		"1 tick\n2 tick\n2.5 killed: OK -9\n3.5 tick\n"
		"4 terminated: OK -15\n");
	scene_says("caught", "fifo", 2, "1 sent\n2 told: 1\n2 caught: OK 0\n");
}

static void misses_whoever_ends(void)
{
	scene_says("by_itself", "fifo", 4,
		"0 ended: OK 3\n1 ended: OK 4\n2 ended: OK -9\n3 ended: OK -15\n4 ended: OK 0\n");
}

static void kill_it(const char *out)
{
	int pid, used = 0;

	if (sscanf(out, "0 %d computes%n", &pid, &used) == 1 && used > 0 && !strchr(out, ':'))
		kill(pid, SIGKILL);
}

static void misses_one_that_computes(void)
{
	struct playing p = scene_run("computing", "fifo", kill_it);

	CHECK_EQ(p.status, 0);
	CHECK(strstr(p.out, "computes\n0 computing: OK -9\n"));
	playing_free(&p);
}

static void ends_with_its_parent(void)
{
	struct playing p = scene_run("felled", "fifo", NULL);

	CHECK_STR(p.out, "0 child\n0 grandchild Process-1:1\n2 child: OK -9\n12 over\n");
	CHECK_EQ(p.status, 0);
	playing_free(&p);
	scene_says("tree", "fifo", 5,
		"0 child\n0 grandchild Process-1:1\n5 grandchild ends\n5 child ends\n");
}

static void replaces_workers(void)
{
	scene_says("pool", "fifo", 3,
		"1 job 0\n1 job 1\n1 0: OK 0\n1 1: OK 1\n2 job 3\n"
		"2 2: TUTTI_ECRASHED -1\n2 3: OK 9\n3 job 4\n3 4: OK 16\n3 free\n");
	scene_says("deadline", "fifo", 2, "1 after 1\n2 after 11\n2 OK\n2 TUTTI_ETIMEDOUT\n");
}

static void tells_who_waits_where(void)
{
	struct playing p = scene_run("deadlock", "fifo", NULL);
	const char *main_part, *one, *two;

	CHECK_EQ(p.status, 99);
	CHECK_STR(p.out, "0 has lock 0\n0 has lock 1\n");
	main_part = strstr(p.err, "deadlock: nobody can run, and no deadline is left\n");
	CHECK(main_part);
	main_part =
		strstr(main_part, "  in process 'MainProcess':\n  thread 'MainThread' waits for ");
	CHECK(main_part);
	one = strstr(
		main_part, "  in process 'Process-1':\n  thread 'MainThread' waits to acquire ");
	CHECK(one);
	two = strstr(one, "  in process 'Process-2':\n  thread 'MainThread' waits to acquire ");
	CHECK(two);
	CHECK(strstr(one, "acquire shared lock 1, since 1 s"));
	CHECK(strstr(one, "it is held by process 'Process-2'"));
	CHECK(strstr(two, "acquire shared lock 2, since 1 s"));
	CHECK(strstr(two, "it is held by process 'Process-1'"));
	CHECK(p.seconds == 1);
	playing_free(&p);
	p = scene_run("at_a_pipe", "fifo", NULL);
	CHECK_EQ(p.status, 99);
	CHECK(strstr(p.err, "thread 'MainThread' waits for a descriptor, since 0 s"));
	CHECK(strstr(p.err, "thread 'MainThread' waits for a descriptor, since 1 s"));
	playing_free(&p);
}

static void ends_all_at_the_horizon(void)
{
	scene_says("endless", "fifo,horizon=3500ms", 3.5, "1 tick\n2 tick\n3 tick\n");
}

static void repeats_what_is_random(void)
{
	char first[17] = "";
	int others = 0;

	for (int seed = 0; seed < suite_rounds(3); seed++) {
		char words[2][40];

		snprintf(words[0], sizeof(words[0]), "shuffle,seed=%d", seed);
		snprintf(words[1], sizeof(words[1]), "random,seed=%d", seed);
		for (int i = 0; i < 2; i++) {
			struct playing p = scene_run("tree", words[i], NULL);
			struct playing again = scene_run("tree", words[i], NULL);

			CHECK_EQ(p.status, 0);
			CHECK_STR(again.out, p.out);
			CHECK_STR(again.hash, p.hash);
			others += strcmp(first, p.hash) != 0;
			strcpy(first, p.hash);
			playing_free(&p);
			playing_free(&again);
		}
	}
	CHECK(others > 3);
}

static void refuses_what_it_cannot_repeat(void)
{
	scene_says("refused", "pct:2", 0, "0 EOPNOTSUPP\n");
	scene_says("refused", "exhaustive:1", 0, "0 EOPNOTSUPP\n");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return scene_play(scenes, argv[1]);
	suite_begin();
	RUN(waits_for_whom_it_ends);
	RUN(misses_whoever_ends);
	RUN(misses_one_that_computes);
	RUN(ends_with_its_parent);
	RUN(replaces_workers);
	RUN(tells_who_waits_where);
	RUN(ends_all_at_the_horizon);
	RUN(repeats_what_is_random);
	RUN(refuses_what_it_cannot_repeat);
	return suite_end();
}
