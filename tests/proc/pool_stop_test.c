/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu LABELS no-valgrind */ /* as process_test.c */
/* Pools of processes whose jobs are stopped while others come, end, and are tried again. */
#include <tutti/tutti.h>

#include "proc/cells.h"
#include "proc/server.h"
#include "support/suite.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

static int square(int n)
{
	return n * n;
}
TUTTI_JOB(square, int, int);

static void spin(void)
{
	for (volatile bool go = true; go;)
		;
}
TUTTI_JOB(spin, void, void);

static int pid_of_worker(void)
{
	return getpid();
}
TUTTI_JOB(pid_of_worker, int, void);

static void go_on_for(tutti_time duration)
{
	tutti_time end = tutti_after(duration);

	while (tutti_now() < end)
		;
}

static void work_for(int us)
{
	go_on_for((tutti_time)us * 1000);
}
TUTTI_JOB(work_for, void, int);

static tutti_executor *open_pool(const char *where)
{
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, where, NULL), 0);
	return e;
}

/* One is cancelled just when it ends, and its worker has the next: that one is not to suffer. */
static void a_stop_meets_nobody_else(void)
{
	tutti_executor *e = open_pool("processes:1");

	for (int i = 0; i < suite_rounds(500) && suite_has_time(); i++) {
		tutti_future *f = work_for_submit(e, 200), *next[3];
		int rc;

		for (int k = 0; k < 3; k++)
			next[k] = work_for_submit(e, 20);
		go_on_for((tutti_time)(150 + i % 100) * 1000);
		tutti_future_cancel(f);
		for (int k = 0; k < 3; k++) {
			CHECK_EQ(work_for_result(next[k]), 0);
			tutti_future_unref(next[k]);
		}
		rc = work_for_result(f);
		CHECK(rc == 0 || rc == TUTTI_EJOBCANCELED);
		tutti_future_unref(f);
	}
	tutti_executor_free(e);
}

/* Those that wait are cancelled while they are handed out. */
static void each_is_let_go_of_once(void)
{
	enum { N = TU_CELLS + 200 };
	static tutti_future *f[N];
	tutti_executor *e = open_pool("processes:2");

	for (int round = 0; round < suite_rounds(60) && suite_has_time(); round++) {
		for (int i = 0; i < N; i++)
			f[i] = square_submit(e, i);
		for (int i = TU_CELLS; i < N; i++)
			tutti_future_cancel(f[i]);
		for (int i = 0; i < N; i++) {
			int rc = square_result(f[i], NULL);

			if (rc != 0)
				CHECK_EQ(rc, TUTTI_EJOBCANCELED);
			tutti_future_unref(f[i]);
		}
	}
	CHECK_EQ(tutti_executor_shutdown(e, TUTTI_FINISH), 0);
	CHECK_EQ(tutti_executor_join(e, TUTTI_FOREVER), 0);
	tutti_executor_free(e);
}

struct gate {
	tutti_event begun, go;
};

static const char *gate_name(int pid)
{
	static char name[40];

	snprintf(name, sizeof(name), "tutti-test-gate-%d", pid);
	return name;
}

/* Begin, and end when the gate of that process is opened. */
static void hold(int pid)
{
	struct gate *gate;
	tutti_shm *m;

	CHECK_EQ(tutti_shm_open(&m, gate_name(pid)), 0);
	gate = tutti_shm_data(m);
	tutti_event_set(&gate->begun);
	CHECK_EQ(tutti_event_wait(&gate->go), 0);
	tutti_shm_free(m);
}
TUTTI_JOB(hold, void, int);

/* They have been handed to the workers, but none has begun them: they are dropped. */
static void what_has_not_begun_is_dropped(void)
{
	static tutti_future *f[TU_CELLS + 50];
	const int n = sizeof(f) / sizeof(*f);
	tutti_executor *e = open_pool("processes:1");
	struct gate *gate;
	tutti_shm *m;

	CHECK_EQ(tutti_shm_create_named(&m, gate_name(getpid()), sizeof(*gate)), 0);
	gate = tutti_shm_data(m);
	tutti_event_init(&gate->begun, TUTTI_SHARED);
	tutti_event_init(&gate->go, TUTTI_SHARED);
	for (int i = 0; i < n; i++)
		f[i] = i == 0 ? hold_submit(e, getpid()) : square_submit(e, i);
	CHECK_EQ(tutti_event_wait(&gate->begun), 0);
	CHECK_EQ(tutti_executor_shutdown(e, TUTTI_DROP_PENDING), 0);
	for (int i = 1; i < n; i++)
		CHECK_EQ(tutti_future_result(f[i], NULL, 0), TUTTI_EJOBCANCELED);
	CHECK(!tutti_future_done(f[0]));
	tutti_event_set(&gate->go);
	CHECK_EQ(hold_result(f[0]), 0);
	tutti_executor_free(e);
	for (int i = 0; i < n; i++)
		tutti_future_unref(f[i]);
	tutti_shm_free(m);
}

static int call_nothing(const void *arg, void *result)
{
	(void)arg, (void)result;
	return 0;
}

/* Its name does not fit where a worker would look for it. It hears so, whoever hands it out. */
static void what_cannot_be_handed_out_fails(void)
{
	static char name[TU_CELL_NAME + 1];
	static tutti_job unfit = { .version = 1, .name = name, .place = "", .call = call_nothing };
	static tutti_future *f[TU_CELLS];
	tutti_executor *e = open_pool("processes:1");
	tutti_future *last;

	memset(name, 'n', TU_CELL_NAME);
	unfit.target = (void (*)(void))call_nothing;
	for (int i = 0; i < TU_CELLS; i++)
		f[i] = spin_submit(e);
	last = tutti_submit(e, &unfit, NULL, NULL);
	CHECK(tutti_future_cancel(f[TU_CELLS / 2]) >= 0); /* its cell is the last one's */
	CHECK_EQ(tutti_future_result(last, NULL, 0), -ENOSPC);
	tutti_future_unref(last);
	tutti_executor_shutdown(e, TUTTI_TERMINATE);
	tutti_executor_free(e);
	for (int i = 0; i < TU_CELLS; i++) {
		CHECK_EQ(tutti_future_result(f[i], NULL, 0), TUTTI_EJOBCANCELED);
		tutti_future_unref(f[i]);
	}
}

static void kill_the_worker(void)
{
	tutti_process *child[4];
	size_t n = tutti_process_children(child, 4);

	for (size_t i = 0; i < n; i++) {
		tutti_process_kill(child[i]);
		tutti_future_unref(child[i]);
	}
}

/* Its worker dies, it is to be tried again, and just then it is cancelled. */
static void a_cancel_outlives_the_worker(void)
{
	tutti_executor *e = open_pool("processes:1");

	for (int i = 0; i < suite_rounds(100) && suite_has_time(); i++) {
		tutti_future *f = tutti_submit(
			e, &spin_job, NULL, &(tutti_submit_options){ .retries = 1000 });

		kill_the_worker();
		go_on_for((tutti_time)i * 10000);
		CHECK(tutti_future_cancel(f) >= 0);
		CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
		tutti_future_unref(f);
		f = square_submit(e, i); /* so that it is not given up */
		square_result(f, NULL);
		tutti_future_unref(f);
	}
	tutti_executor_free(e);
}

/* A forked child has the record of its parent's pool, but neither its workers nor their jobs. */
static void a_pool_is_not_its_forked_childs(void)
{
	tutti_executor *e = open_pool("processes:1");
	tutti_future *f = square_submit(e, 7);
	int pid = tutti_fork(), status, result;

	CHECK(pid >= 0);
	if (pid == 0) {
		tutti_future *mine = square_submit(e, 8);

		if (square_result(mine, NULL) != -ECHILD)
			_exit(1);
		tutti_future_unref(mine);
		tutti_executor_free(e);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK_EQ(square_result(f, &result), 0);
	CHECK_EQ(result, 49);
	tutti_future_unref(f);
	tutti_executor_free(e);
}

static void workers_are_replaced_after_so_many(void)
{
	enum { N = 20, MOST = 4 };
	tutti_executor_options options = { .max_workers = 1, .jobs_max = MOST };
	int pid, last = 0, same = 0, changes = 0;
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, "processes", &options), 0);
	for (int i = 0; i < N; i++) {
		tutti_future *f = pid_of_worker_submit(e);

		CHECK_EQ(pid_of_worker_result(f, &pid), 0);
		tutti_future_unref(f);
		same = pid == last ? same + 1 : 1;
		changes += pid != last;
		last = pid;
		CHECK(same <= MOST);
	}
	CHECK_EQ(changes, N / MOST);
	tutti_executor_free(e);
}

enum { LARGE_BYTES = 2 << 20 };

static tutti_bytes make_large(void)
{
	static char large[LARGE_BYTES];
	tutti_bytes out;

	large[LARGE_BYTES - 1] = 'z';
	CHECK_EQ(tutti_bytes_copy(&out, large, sizeof(large)), 0);
	return out;
}
TUTTI_JOB(make_large, tutti_bytes, void);

/* In the pool's thread, which looks at no result meanwhile. */
static void give_it_time_to_end(tutti_future *f, void *arg)
{
	tutti_time enough = tutti_after(TUTTI_MILLISECONDS(200));
	int pid;

	(void)arg;
	CHECK_EQ(pid_of_worker_result(f, &pid), 0);
	while (kill(pid, 0) == 0 && tutti_now() < enough)
		usleep(1000);
}

static void one_that_is_replaced_leaves_its_results(void)
{
	tutti_executor_options options = { .max_workers = 1, .jobs_max = 2 };
	tutti_future *first, *second;
	tutti_executor *e;
	tutti_bytes out;

	CHECK_EQ(tutti_executor_open(&e, "processes", &options), 0);
	first = pid_of_worker_submit(e);
	CHECK_EQ(tutti_future_add_done_callback(first, give_it_time_to_end, NULL), 0);
	second = make_large_submit(e);
	CHECK_EQ(make_large_result(second, &out), 0);
	CHECK_EQ(out.size, LARGE_BYTES);
	CHECK_EQ(((const char *)out.data)[LARGE_BYTES - 1], 'z');
	tutti_bytes_free(&out);
	tutti_future_unref(first);
	tutti_future_unref(second);
	tutti_executor_free(e);
}

static void say_and_die(int lines)
{
	for (int i = 1; i <= lines; i++)
		fprintf(stderr, "line %d\n", i);
	fprintf(stderr, "cannot go on");
	abort();
}
TUTTI_JOB(say_and_die, void, int);

static void a_crash_has_its_workers_last_words(void)
{
	tutti_executor *e = open_pool("processes:1");
	tutti_future *f = say_and_die_submit(e, 7);
	const char *text;

	CHECK_EQ(say_and_die_result(f), TUTTI_ECRASHED);
	text = tutti_future_text(f);
	CHECK(strstr(text, "SIGABRT; it said last:\nline 4\nline 5\nline 6\nline 7\ncannot go on"));
	tutti_future_unref(f);
	tutti_executor_free(e);
}

enum { LINES = 300 };

static void say_much(int c)
{
	char line[81];

	memset(line, c, sizeof(line) - 1);
	line[sizeof(line) - 1] = 0;
	for (int i = 0; i < LINES; i++) {
		fprintf(stderr, "%.40s", line);
		fprintf(stderr, "%s\n", line + 40);
	}
}
TUTTI_JOB(say_much, void, int);

/* Each line is of one letter, though it was written in two pieces and by several at once. */
static void check_lines(FILE *said, int letters)
{
	char line[100];
	int count = 0;

	rewind(said);
	while (fgets(line, sizeof(line), said)) {
		CHECK_EQ(strlen(line), 81);
		CHECK_EQ(strspn(line, (const char[]){ line[0], 0 }), 80);
		count++;
	}
	CHECK_EQ(count, LINES * letters);
}

static void what_workers_say_is_passed_on_by_lines(void)
{
	enum { LETTERS = 6 };
	FILE *said = tmpfile();
	int own = dup(2);
	tutti_future *f[LETTERS];
	tutti_executor *e;

	CHECK(said && own >= 0);
	dup2(fileno(said), 2);
	e = open_pool("processes:3");
	for (int i = 0; i < LETTERS; i++)
		f[i] = say_much_submit(e, 'a' + i);
	for (int i = 0; i < LETTERS; i++) {
		CHECK_EQ(say_much_result(f[i]), 0);
		tutti_future_unref(f[i]);
	}
	tutti_executor_free(e);
	dup2(own, 2);
	close(own);
	check_lines(said, LETTERS);
	fclose(said);
}

int main(void)
{
	tutti_executor_free(open_pool("processes:1")); /* so that all is there that stays */
	tu_server_end();
	suite_begin();
	RUN(a_stop_meets_nobody_else);
	RUN(each_is_let_go_of_once);
	RUN(what_has_not_begun_is_dropped);
	RUN(what_cannot_be_handed_out_fails);
	RUN(a_cancel_outlives_the_worker);
	RUN(a_pool_is_not_its_forked_childs);
	RUN(workers_are_replaced_after_so_many);
	RUN(one_that_is_replaced_leaves_its_results);
	RUN(a_crash_has_its_workers_last_words);
	RUN(what_workers_say_is_passed_on_by_lines);
	tu_server_end();
	return suite_end();
}
