/* SPDX-License-Identifier: MIT */
/*
 * inspect_test.c - this process looks at itself from outside, as it would at another: what is said
 * of each that waits, who holds what, and that nothing is made up while all is on the move.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include <tutti/tutti.h>

#include "support/suite.h"

static tutti_lock red, blue;
static tutti_rwlock shelf;
static tutti_event never;
static tutti_semaphore none;
static tutti_condition changed;
static tutti_barrier both;

/* -- looking ----------------------------------------------------------------------------------- */

static tutti_inspection *look(int pid)
{
	char reason[256] = "";
	const tutti_inspect_options o = { .reason = reason, .reason_bytes = sizeof(reason) };
	tutti_inspection *seen;
	int rc = tutti_inspect(&seen, pid, &o);

	if (rc < 0)
		fprintf(stderr, "%s\n", reason);
	CHECK_EQ(rc, 0);
	return seen;
}

static const tutti_inspect_row *row_of(const tutti_inspection *seen, const char *name)
{
	size_t n;
	const tutti_inspect_row *rows = tutti_inspection_rows(seen, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

/* Look until name waits: it is on its way there. */
static tutti_inspection *look_until_waits(const char *name)
{
	for (;;) {
		tutti_inspection *seen = look(getpid());
		const tutti_inspect_row *row = row_of(seen, name);

		if (row && row->state == TUTTI_INSPECT_WAITING && *row->waits_for &&
			strncmp(row->waits_for, "in ", 3) != 0)
			return seen;
		tutti_inspection_free(seen);
		tutti_yield();
	}
}

/* However it ended. */
static void wait_for(tutti_future *f)
{
	CHECK_EQ(tutti_wait(&f, 1, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER), 1);
}

static bool begins_with(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* -- what each waits for ----------------------------------------------------------------------- */

static int ends[2];
static tutti_queue *queue;
static tutti_future *promise;

static void *takes_red(void *arg)
{
	tutti_lock_acquire(&red);
	tutti_lock_release(&red);
	return arg;
}

static void *reads_shelf(void *arg)
{
	tutti_rwlock_acquire_read(&shelf);
	tutti_rwlock_release(&shelf);
	return arg;
}

static void *gets(void *arg)
{
	int item;

	CHECK_EQ(tutti_queue_get(queue, &item), 0);
	return arg;
}

static void *sleeps(void *arg)
{
	CHECK_EQ(tutti_sleep(TUTTI_SECONDS(3600)), TUTTI_ECANCELED);
	return arg;
}

static void *reads(void *arg)
{
	CHECK_EQ(tutti_fd_wait(ends[0], TUTTI_READABLE, TUTTI_FOREVER), TUTTI_READABLE);
	return arg;
}

static void *waits_event(void *arg)
{
	CHECK_EQ(tutti_event_wait(&never), 0);
	return arg;
}

static void *takes_permit(void *arg)
{
	CHECK_EQ(tutti_semaphore_acquire(&none), 0);
	return arg;
}

static void *waits_condition(void *arg)
{
	tutti_lock_acquire(&blue);
	CHECK_EQ(tutti_condition_wait(&changed, &blue), 0);
	tutti_lock_release(&blue);
	return arg;
}

static void *meets(void *arg)
{
	tutti_barrier_wait(&both);
	return arg;
}

static void *awaits_promise(void *arg)
{
	CHECK_EQ(tutti_future_result(promise, NULL, 0), 0);
	return arg;
}

static const struct {
	const char *name;
	tutti_fn fn;
	const char *says; /* how what it waits for begins */
} waiters[] = {
	{ "locker", takes_red, "acquire lock 'red' (0x" },
	{ "reader", reads_shelf, "read-acquire rwlock 'shelf' (0x" },
	{ "getter", gets, "get from queue 0x" },
	{ "sleeper", sleeps, "sleep" },
	{ "listener", reads, "wait for descriptor " },
	{ "hopeful", waits_event, "wait for event 'never' (0x" },
	{ "poor", takes_permit, "acquire semaphore 'none' (0x" },
	{ "patient", waits_condition, "wait on condition 'changed' (0x" },
	{ "early", meets, "wait at barrier 'both' (0x" },
	{ "promised", awaits_promise, "wait for future 0x" },
};
enum { WAITERS = sizeof(waiters) / sizeof(waiters[0]) };

static tutti_future *start(bool thread, size_t i)
{
	const tutti_thread_options as_thread = { .name = waiters[i].name };
	const tutti_task_options as_task = { .name = waiters[i].name };

	return thread ? tutti_thread_start(waiters[i].fn, NULL, &as_thread)
		      : tutti_task_start(waiters[i].fn, NULL, &as_task);
}

static void let_all_go(tutti_future **them)
{
	int item = 1;

	CHECK_EQ(tutti_lock_release(&red), 0);
	CHECK_EQ(tutti_rwlock_release(&shelf), 0);
	CHECK_EQ(tutti_queue_put(queue, &item), 0);
	CHECK_EQ(write(ends[1], "x", 1), 1);
	tutti_event_set(&never);
	CHECK_EQ(tutti_semaphore_release(&none, 1), 0);
	tutti_lock_acquire(&blue);
	CHECK_EQ(tutti_condition_notify(&changed, &blue, 1), 0);
	tutti_lock_release(&blue);
	tutti_barrier_wait(&both);
	CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
	for (size_t i = 0; i < WAITERS; i++)
		if (waiters[i].fn == sleeps)
			tutti_future_cancel(them[i]);
	for (size_t i = 0; i < WAITERS; i++) {
		wait_for(them[i]);
		tutti_future_unref(them[i]);
	}
}

static void begin(void)
{
	CHECK_EQ(pipe(ends), 0);
	CHECK_EQ(tutti_queue_create(&queue, sizeof(int), NULL), 0);
	CHECK_EQ(tutti_barrier_init(&both, 2, NULL, NULL, 0), 0);
	CHECK_EQ(tutti_semaphore_init(&none, 0, 0), 0);
	tutti_event_clear(&never);
	promise = tutti_future_create(0);
	tutti_lock_acquire(&red);
	tutti_rwlock_acquire_write(&shelf);
}

static void end(void)
{
	tutti_queue_free(queue);
	tutti_future_unref(promise);
	close(ends[0]);
	close(ends[1]);
}

static void tells_of(bool thread)
{
	tutti_future *them[WAITERS];

	begin();
	for (size_t i = 0; i < WAITERS; i++)
		them[i] = start(thread, i);
	for (size_t i = 0; i < WAITERS; i++) {
		tutti_inspection *seen = look_until_waits(waiters[i].name);
		const tutti_inspect_row *row = row_of(seen, waiters[i].name);

		printf("\t%s: %s\n", row->name, row->waits_for);
		CHECK(begins_with(row->waits_for, waiters[i].says));
		CHECK_EQ(row->kind, thread ? TUTTI_INSPECT_THREAD : TUTTI_INSPECT_TASK);
		CHECK(row->waited >= 0 && row->waited < TUTTI_SECONDS(3600));
		CHECK_EQ(row->left > 0, waiters[i].fn == sleeps);
		CHECK(thread || (row->sp && row->pc));
		CHECK_EQ(row->pid, getpid());
		tutti_inspection_free(seen);
	}
	let_all_go(them);
	end();
}

static void *tells_of_tasks(void *arg)
{
	tells_of(false);
	return arg;
}

/* On a thread of their own, with which what it waits for descriptors by goes as well. */
static void tells_what_tasks_wait_for(void)
{
	tutti_future *t = tutti_thread_start(tells_of_tasks, NULL, NULL);

	CHECK_EQ(tutti_join_all(&t, 1), 0);
}

static void tells_what_threads_wait_for(void)
{
	tells_of(true);
}

static void *reads_itself(void *fd)
{
	char c;

	CHECK_EQ(read(*(int *)fd, &c, 1), 1);
	return NULL;
}

static void tells_who_sleeps_in_the_kernel(void)
{
	tutti_future *t;
	bool found = false;

	CHECK_EQ(pipe(ends), 0);
	t = tutti_thread_start(
		reads_itself, &ends[0], &(tutti_thread_options){ .name = "blocked" });
	while (!found) {
		tutti_inspection *seen = look(getpid());
		const tutti_inspect_row *row = row_of(seen, "blocked");

		found = row && strcmp(row->waits_for, "in the call read of the kernel") == 0;
		tutti_inspection_free(seen);
	}
	CHECK_EQ(write(ends[1], "x", 1), 1);
	CHECK_EQ(tutti_join_all(&t, 1), 0);
	close(ends[0]);
	close(ends[1]);
}

/* -- who holds it ------------------------------------------------------------------------------ */

static void *holds_red_takes_blue(void *arg)
{
	tutti_lock_acquire(&red);
	tutti_event_wait(arg);
	tutti_lock_acquire(&blue);
	tutti_lock_release(&blue);
	tutti_lock_release(&red);
	return NULL;
}

static void *holds_blue_takes_red(void *arg)
{
	tutti_lock_acquire(&blue);
	tutti_event_wait(arg);
	tutti_lock_acquire(&red);
	tutti_lock_release(&red);
	tutti_lock_release(&blue);
	return NULL;
}

static void check_circle(const tutti_inspection *seen)
{
	size_t n;
	const tutti_inspect_row *rows = tutti_inspection_rows(seen, &n);
	const tutti_inspect_row *a = row_of(seen, "adam"), *b = row_of(seen, "eve");
	const char *note = tutti_inspection_note(seen, 0);

	CHECK_EQ(a->held_by, b - rows);
	CHECK_EQ(b->held_by, a - rows);
	CHECK(strstr(a->waits_for, "acquire lock 'blue'"));
	CHECK(strstr(a->waits_for, "held by 'eve'"));
	CHECK(strstr(b->waits_for, "acquire lock 'red'"));
	CHECK(strstr(b->waits_for, "held by 'adam'"));
	CHECK(note && begins_with(note, "deadlock: "));
	CHECK(strstr(note, "'adam' waits for lock 'blue'") && strstr(note, "held by 'eve'"));
	printf("\t%s\n", note);
}

static void tells_who_holds_it(void)
{
	tutti_event go = { 0 };
	tutti_future *a = tutti_task_start(
		holds_red_takes_blue, &go, &(tutti_task_options){ .name = "adam" });
	tutti_future *b = tutti_thread_start(
		holds_blue_takes_red, &go, &(tutti_thread_options){ .name = "eve" });
	tutti_inspection *seen = look_until_waits("eve");
	const char *note;

	tutti_inspection_free(seen);
	seen = look_until_waits("adam");
	note = tutti_inspection_note(seen, 0);
	CHECK(!note || !begins_with(note, "deadlock"));
	tutti_inspection_free(seen);
	tutti_event_set(&go);
	for (bool circle = false; !circle; tutti_inspection_free(seen)) {
		tutti_yield();
		seen = look(getpid());
		circle = row_of(seen, "adam")->held_by != TUTTI_INSPECT_NOBODY &&
			 row_of(seen, "eve")->held_by != TUTTI_INSPECT_NOBODY;
		if (circle)
			check_circle(seen);
	}
	CHECK_EQ(tutti_lock_release(&red), 0); /* a plain lock has no owner */
	wait_for(b);
	wait_for(a);
	tutti_future_unref(a);
	tutti_future_unref(b);
}

static void who_holds_a_rwlock_is_in_the_ledger(void)
{
	tutti_future *t;
	tutti_inspection *seen;
	const tutti_inspect_row *row;

	CHECK_EQ(tutti_debug_start(&(tutti_debug_options){ .still = -1 }), 0);
	tutti_rwlock_acquire_write(&shelf);
	t = tutti_task_start(reads_shelf, NULL, &(tutti_task_options){ .name = "reader" });
	seen = look_until_waits("reader");
	row = row_of(seen, "reader");
	CHECK(begins_with(row->waits_for, "read-acquire rwlock 'shelf' (0x"));
	if (!strstr(row->waits_for, ", held by 'MainThread'"))
		fprintf(stderr, "%s\n", row->waits_for);
	CHECK(strstr(row->waits_for, ", held by 'MainThread'"));
	CHECK(!tutti_inspection_note(seen, 0));
	tutti_inspection_free(seen);
	CHECK_EQ(tutti_rwlock_release(&shelf), 0);
	wait_for(t);
	tutti_future_unref(t);
	CHECK_EQ(tutti_debug_stop(), 0);
}

/* -- who belongs to whom ----------------------------------------------------------------------- */

static void *leads(void *arg)
{
	tutti_group g = { 0 };

	for (int i = 0; i < 3; i++)
		CHECK_EQ(tutti_group_start(&g, waits_event, NULL), 0);
	CHECK_EQ(tutti_group_join(&g), 0);
	return arg;
}

static void a_group_belongs_to_who_joins_it(void)
{
	tutti_future *leader;
	tutti_inspection *seen;
	const tutti_inspect_row *rows, *parent;
	size_t n, children = 0;

	tutti_event_clear(&never);
	leader = tutti_task_start(leads, NULL, &(tutti_task_options){ .name = "leader" });
	tutti_inspection_free(look_until_waits("leader"));
	for (int i = 0; i < 10; i++)
		tutti_yield();
	seen = look(getpid());
	rows = tutti_inspection_rows(seen, &n);
	parent = row_of(seen, "leader");
	for (size_t i = 0; i < n; i++)
		children += rows[i].parent == (size_t)(parent - rows);
	CHECK_EQ(children, 3);
	CHECK_STR(parent->waits_for, "join a group of 3");
	tutti_inspection_free(seen);
	tutti_event_set(&never);
	wait_for(leader);
	tutti_future_unref(leader);
}

static void *does_nothing(void *arg)
{
	return arg;
}

static void a_task_that_has_not_begun_is_ready(void)
{
	tutti_future *lazy =
		tutti_task_start(does_nothing, NULL, &(tutti_task_options){ .name = "lazy" });
	tutti_inspection *seen = look(getpid());
	const tutti_inspect_row *row = row_of(seen, "lazy");

	CHECK(row);
	CHECK_EQ(row->state, TUTTI_INSPECT_READY);
	CHECK_STR(row->role, "not begun");
	CHECK_EQ(row->id, 0);
	CHECK_EQ(row->code, (uintptr_t)does_nothing);
	tutti_inspection_free(seen);
	wait_for(lazy);
	tutti_future_unref(lazy);
}

static int dawdle(int n)
{
	CHECK_EQ(tutti_event_wait(&never), 0);
	return n;
}
TUTTI_JOB(dawdle, int, int);

static size_t count_jobs(const tutti_inspection *seen, tutti_inspect_state state)
{
	size_t n, jobs = 0;
	const tutti_inspect_row *rows = tutti_inspection_rows(seen, &n);

	for (size_t i = 0; i < n; i++)
		jobs += rows[i].kind == TUTTI_INSPECT_JOB && rows[i].state == state &&
			strcmp(rows[i].name, "dawdle") == 0;
	return jobs;
}

static void tells_of_jobs(void)
{
	tutti_executor *e;
	tutti_future *jobs[4];
	tutti_inspection *seen;

	tutti_event_clear(&never);
	CHECK_EQ(tutti_executor_open(&e, "threads:1", NULL), 0);
	for (int i = 0; i < 4; i++)
		jobs[i] = dawdle_submit(e, i);
	seen = look_until_waits("dawdle");
	CHECK_EQ(count_jobs(seen, TUTTI_INSPECT_WAITING), 1);
	CHECK_EQ(count_jobs(seen, TUTTI_INSPECT_READY), 3);
	CHECK(begins_with(row_of(seen, "dawdle")->waits_for, "wait for event 'never'"));
	tutti_inspection_free(seen);
	tutti_event_set(&never);
	CHECK_EQ(tutti_join_all(jobs, 4), 0);
	tutti_executor_free(e);
}

/* -- what is refused, and text ----------------------------------------------------------------- */

static void refuses(int pid, int code, const char *says)
{
	char reason[256] = "";
	const tutti_inspect_options o = { .reason = reason, .reason_bytes = sizeof(reason) };
	tutti_inspection *seen = NULL;

	CHECK_EQ(tutti_inspect(&seen, pid, &o), code);
	CHECK(!seen);
	if (!strstr(reason, says))
		fprintf(stderr, "%s\n", reason);
	CHECK(strstr(reason, says));
}

static void says_why_not(void)
{
	int pipe_ends[2], status;
	siginfo_t info;
	pid_t pid;

	refuses(0, -ESRCH, "there is no process 0");
	refuses(-1, -ESRCH, "there is no process -1");
	CHECK_EQ(tutti_inspect(NULL, getpid(), NULL), -EINVAL);
	CHECK_EQ(pipe(pipe_ends), 0);
	pid = fork();
	if (pid == 0) { /* another program: it does not use tutti. It ends with what it reads */
		dup2(pipe_ends[0], STDIN_FILENO);
		close(pipe_ends[0]);
		close(pipe_ends[1]);
		execlp("cat", "cat", (char *)NULL);
		_exit(127);
	}
	close(pipe_ends[0]);
	for (;;) { /* until it is that program */
		tutti_inspection *seen = NULL;

		if (tutti_inspect(&seen, pid, NULL) < 0)
			break;
		tutti_inspection_free(seen);
		tutti_yield();
	}
	refuses(pid, -ENOEXEC, "does not use tutti");
	close(pipe_ends[1]);
	CHECK_EQ(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	refuses(pid, -ESRCH, "has ended");
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	refuses(pid, -ESRCH, "there is no process");
}

/* It is read from a pipe, which takes less than the whole text at once. */
static void *dumps(void *fd)
{
	CHECK_EQ(tutti_inspect_dump(*(int *)fd), 0);
	close(*(int *)fd);
	return NULL;
}

static void writes_a_table(void)
{
	char text[1 << 16];
	size_t used = 0;
	int pipe_ends[2];
	tutti_future *writer;
	ssize_t n;

	CHECK_EQ(pipe(pipe_ends), 0);
	writer = tutti_thread_start(
		dumps, &pipe_ends[1], &(tutti_thread_options){ .name = "writer" });
	while ((n = read(pipe_ends[0], text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = 0;
	CHECK(strstr(text, "KIND") && strstr(text, "WAITS FOR"));
	CHECK(strstr(text, "MainThread") && strstr(text, "writer"));
	close(pipe_ends[0]);
	CHECK_EQ(tutti_join_all(&writer, 1), 0);
}

int main(void)
{
	suite_begin();
	RUN(tells_what_tasks_wait_for);
	RUN(tells_what_threads_wait_for);
	RUN(tells_who_sleeps_in_the_kernel);
	RUN(tells_who_holds_it);
	RUN(who_holds_a_rwlock_is_in_the_ledger);
	RUN(a_group_belongs_to_who_joins_it);
	RUN(a_task_that_has_not_begun_is_ready);
	RUN(tells_of_jobs);
	RUN(says_why_not);
	RUN(writes_a_table);
	return suite_end();
}
