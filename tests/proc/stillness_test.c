/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu */
/*
 * The checker tells that nothing moves: not while somebody waits for what another process or a
 * descriptor will bring, however long that takes.
 */
#include <tutti/tutti.h>

#include "proc/server.h"
#include "support/suite.h"

#include <pthread.h>

static const tutti_time limit = TUTTI_MILLISECONDS(20), long_time = TUTTI_MILLISECONDS(250);

/* -- what is told ------------------------------------------------------------------------------ */

static unsigned told;       /* that nothing moves */
static tutti_event *let_go; /* set then; NULL: nothing is */

static void on_report(int code, const char *text, void *arg)
{
	(void)code, (void)arg;
	if (strncmp(text, "nothing moves: ", 15) != 0)
		return;
	tu_add_acqrel(&told, 1u);
	if (let_go)
		tutti_event_set(let_go);
}

static void begin(void)
{
	told = 0;
	tutti_set_reporter(on_report, NULL);
	CHECK_EQ(tutti_debug_start(&(tutti_debug_options){ .still = limit }), 0);
}

static unsigned end(void)
{
	CHECK_EQ(tutti_debug_stop(), 0);
	tutti_set_reporter(tutti_report_stderr, NULL);
	return told;
}

/* -- what is shared ---------------------------------------------------------------------------- */

struct both {
	tutti_event here, there;
};

static tutti_shm *memory;
static struct both *shared;

static void share(void)
{
	CHECK_EQ(tutti_shm_create(&memory, sizeof(*shared)), 0);
	shared = tutti_shm_data(memory);
	CHECK_EQ(tutti_event_init(&shared->here, TUTTI_SHARED), 0);
	CHECK_EQ(tutti_event_init(&shared->there, TUTTI_SHARED), 0);
}

static struct both *attach(tutti_handle h, tutti_shm **m)
{
	CHECK_EQ(tutti_shm_attach(m, h), 0);
	return tutti_shm_data(*m);
}

/* -- children ---------------------------------------------------------------------------------- */

static void sleep_long(void)
{
	tutti_sleep(long_time);
}
TUTTI_JOB(sleep_long, void, void);

static void set_late(tutti_handle h)
{
	tutti_shm *m;
	struct both *b = attach(h, &m);

	tutti_sleep(long_time);
	tutti_event_set(&b->here);
	tutti_shm_free(m);
}
TUTTI_JOB(set_late, void, tutti_handle);

static unsigned wait_for_parent(tutti_handle h)
{
	tutti_shm *m;
	struct both *b = attach(h, &m);

	tutti_debug_stop(); /* the environment may have begun one */
	begin();
	tutti_event_set(&b->here);
	CHECK_EQ(tutti_event_wait(&b->there), 0);
	tutti_shm_free(m);
	return end();
}
TUTTI_JOB(wait_for_parent, unsigned, tutti_handle);

static void put_late(tutti_handle h)
{
	tutti_pipe *p;

	CHECK_EQ(tutti_pipe_attach(&p, h), 0);
	tutti_sleep(long_time);
	CHECK_EQ(tutti_pipe_write(p, "late", 4), 0);
	tutti_pipe_free(p);
}
TUTTI_JOB(put_late, void, tutti_handle);

/* -- tests ------------------------------------------------------------------------------------- */

/* While no other process has ever been there, what is shared is nobody else's. */
static void is_told_while_alone(void)
{
	static tutti_event nobody_elses;

	CHECK_EQ(tutti_event_init(&nobody_elses, TUTTI_SHARED), 0);
	let_go = &nobody_elses;
	begin();
	CHECK_EQ(tutti_event_wait(&nobody_elses), 0);
	CHECK_EQ(end(), 1);
	let_go = NULL;
}

static void a_child_may_take_long(void)
{
	tutti_process *p;

	begin();
	p = tutti_process_start(&sleep_long_job, NULL, NULL);
	CHECK_EQ(tutti_process_join(p), 0);
	CHECK_EQ(end(), 0);
	tutti_future_unref(p);
}

static void an_event_may_be_set_late(void)
{
	tutti_process *p;
	tutti_handle h;

	share();
	h = tutti_shm_handle(memory);
	begin();
	p = tutti_process_start(&set_late_job, &h, NULL);
	CHECK_EQ(tutti_event_wait(&shared->here), 0);
	CHECK_EQ(tutti_process_join(p), 0);
	CHECK_EQ(end(), 0);
	tutti_future_unref(p);
	tutti_shm_free(memory);
}

static void a_child_may_wait_for_us(void)
{
	tutti_process *p;
	unsigned told_there;
	tutti_handle h;

	share();
	h = tutti_shm_handle(memory);
	p = tutti_process_start(&wait_for_parent_job, &h, NULL);
	CHECK_EQ(tutti_event_wait(&shared->here), 0);
	tutti_sleep(long_time);
	tutti_event_set(&shared->there);
	CHECK_EQ(wait_for_parent_result(p, &told_there), 0);
	CHECK_EQ(told_there, 0);
	tutti_future_unref(p);
	tutti_shm_free(memory);
}

static void a_message_may_be_late(void)
{
	tutti_pipe *ours, *theirs;
	tutti_process *p;
	tutti_bytes got;
	tutti_handle h;

	CHECK_EQ(tutti_pipe_create(&ours, &theirs, true), 0);
	h = tutti_pipe_handle(theirs);
	begin();
	p = tutti_process_start(&put_late_job, &h, NULL);
	CHECK_EQ(tutti_pipe_read(ours, &got), 0);
	CHECK_EQ(tutti_process_join(p), 0);
	CHECK_EQ(end(), 0);
	tutti_bytes_free(&got);
	tutti_future_unref(p);
	tutti_pipe_free(ours);
	tutti_pipe_free(theirs);
}

/* An idle pool, and one at work: both wait for others. */
static void a_pool_may_be_busy(void)
{
	tutti_executor *pool;
	tutti_future *f;

	CHECK_EQ(tutti_executor_open(&pool, "processes:1", NULL), 0);
	begin();
	f = tutti_submit(pool, &sleep_long_job, NULL, NULL);
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	CHECK_EQ(end(), 0);
	tutti_future_unref(f);
	tutti_executor_free(pool);
}

/* Of a thread that tutti does not know. */
static void *write_late(void *fd)
{
	usleep((useconds_t)(long_time / 1000));
	CHECK_EQ(write(*(int *)fd, "x", 1), 1);
	return NULL;
}

static void *wait_for_fd(void *fd)
{
	CHECK_EQ(tutti_fd_wait(*(int *)fd, TUTTI_READABLE, TUTTI_FOREVER), TUTTI_READABLE);
	return NULL;
}

static void a_descriptor_may_be_late(void)
{
	pthread_t stranger;
	int ends[2];

	CHECK_EQ(pipe(ends), 0);
	begin();
	CHECK_EQ(pthread_create(&stranger, NULL, write_late, &ends[1]), 0);
	finish(tutti_thread_start(wait_for_fd, &ends[0], NULL));
	CHECK_EQ(pthread_join(stranger, NULL), 0);
	CHECK_EQ(end(), 0);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	tutti_debug_stop();      /* the environment may have begun one */
	is_told_while_alone();   /* before there is a child */
	a_child_may_take_long(); /* the first: our thread that minds them stays */
	a_message_may_be_late(); /* as does the poller of this one */
	tu_server_end();
	suite_begin();
	RUN(an_event_may_be_set_late);
	RUN(a_child_may_wait_for_us);
	RUN(a_pool_may_be_busy);
	RUN(a_descriptor_may_be_late);
	tu_server_end();
	return suite_end();
}
