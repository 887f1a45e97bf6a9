/* SPDX-License-Identifier: MIT */
/* rows: F107 */
/* ctest: POLLERS ON */
/* Servers on several cores: whoever comes is served, by processes, threads or tasks. */
#include <tutti/tutti.h>

#include "proc/method.h"
#include "proc/server.h"
#include "support/own.h"
#include "support/serving.h"

#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const words[] = { "processes:2", "threads:2", "tasks", "processes", "threads" };
enum { WORDS = sizeof words / sizeof *words };

static void each_word_serves(void)
{
	for (int w = 0; w < WORDS; w++) {
		struct serving s = { .rc = 1 };
		tutti_stream *v[20];

		serving_begin(&s, words[w], serving_echo);
		for (int i = 0; i < 20; i++)
			v[i] = visit(&s);
		for (int i = 0; i < 20; i++) {
			CHECK_EQ(pid_of(v[i]) == getpid(), strncmp(words[w], "processes", 9) != 0);
			check_echo(v[i], (char)i);
			tutti_stream_free(v[i]);
		}
		serving_end(&s);
	}
}

/* While one is held up the other serves: what is not accepted waits for any of them. */
static void who_is_busy_keeps_nobody(void)
{
	struct serving s = { .rc = 1 };
	tutti_stream *a, *b;

	serving_begin(&s, "processes:2", serving_block);
	a = visit(&s);
	int first = pid_of(a);
	b = visit(&s);
	CHECK(pid_of(b) != first);
	CHECK_EQ(tutti_stream_write(a, "x", 1), 0);
	CHECK_EQ(tutti_stream_write(b, "x", 1), 0);
	check_gone(a);
	check_gone(b);
	serving_end(&s);
}

static atomic_int let_go;

/* In place of the C library's. */
int sched_yield(void)
{
	atomic_fetch_add(&let_go, 1);
	return (int)syscall(SYS_sched_yield);
}

/*
 * Who waits for its clients has never enough to do to leave the next ones to others, who are awake
 * too, but may lack a core: so who has accepted one lets its own go.
 */
static void who_has_accepted_lets_others(void)
{
	struct serving s = { .rc = 1 };
	tutti_stream *v[20];

	serving_begin(&s, "threads:2", serving_echo);
	atomic_store(&let_go, 0);
	for (int i = 0; i < 20; i++)
		v[i] = visit(&s);
	for (int i = 0; i < 20; i++)
		pid_of(v[i]);
	CHECK(atomic_load(&let_go) >= 18); /* but for the last one of each, perhaps */
	for (int i = 0; i < 20; i++)
		tutti_stream_free(v[i]);
	serving_end(&s);
}

/* -- what they are told ------------------------------------------------------------------------ */

struct shop {
	int number;
	char name[12];
};

static int tell_arg(tutti_stream *s, void *arg)
{
	struct shop *shop = arg;

	shop->number++; /* its worker's own */
	return tutti_stream_write(s, shop, sizeof *shop);
}

static void each_has_a_copy(void)
{
	for (int w = 0; w < WORDS; w++) {
		struct shop shop = { 41, "corner" }, got;
		struct serving s = { .arg = &shop, .options.arg_size = sizeof shop, .rc = 1 };
		tutti_stream *v;

		serving_begin(&s, words[w], tell_arg);
		v = visit(&s);
		CHECK_EQ(tutti_stream_read_exactly(v, &got, sizeof got), 0);
		CHECK_EQ(got.number, 42);
		CHECK_STR(got.name, "corner");
		tutti_stream_free(v);
		serving_end(&s);
		CHECK_EQ(shop.number, 41);
	}
}

static void threads_may_share(void)
{
	struct shop shop = { 1, "corner" }, got;
	struct serving s = { .arg = &shop, .rc = 1 };
	tutti_stream *v;

	serving_begin(&s, "threads:2", tell_arg);
	v = visit(&s);
	CHECK_EQ(tutti_stream_read_exactly(v, &got, sizeof got), 0);
	tutti_stream_free(v);
	serving_end(&s);
	CHECK_EQ(shop.number, 2);
}

/* A name that stands for several addresses, and a socket file: all go to the workers. */
static void every_kind_of_place(void)
{
	static const char *const places[] = { "localhost:0", "unix:@tutti-serve-test", ":0" };

	for (int i = 0; i < 3; i++) {
		struct serving s = { .where = "processes:2", .fn = serving_echo, .rc = 1 };
		tutti_stream *v;

		CHECK_EQ(tutti_listener_create(&s.listener, own(places[i]), NULL), 0);
		if (i == 1)
			strcpy(s.address, own(places[i]));
		else
			snprintf(s.address, sizeof s.address, "127.0.0.1:%d",
				tutti_listener_port(s.listener));
		s.runs = tutti_thread_start(serving_run, &s, NULL);
		v = visit(&s);
		pid_of(v);
		check_echo(v, 'k');
		tutti_stream_free(v);
		serving_end(&s);
	}
}

/* Whatever way processes start, they are handed the sockets. */
static void any_start_method(void)
{
	for (tutti_start_method m = TUTTI_FORK + 1; m-- > TUTTI_FORKSERVER;) {
		struct serving s = { .rc = 1 };
		tutti_stream *v;

		CHECK_EQ(tutti_process_set_method(m, true), 0);
		serving_begin(&s, "processes:1", serving_echo);
		v = visit(&s);
		CHECK(pid_of(v) != getpid());
		check_echo(v, 'm');
		tutti_stream_free(v);
		serving_end(&s);
	}
}

/* -- what cannot be ---------------------------------------------------------------------------- */

static void what_cannot_be_served(void)
{
	tutti_serve_options none = { .arg_size = 4 }, late = { .grace = -1 };
	tutti_listener *l;

	CHECK_EQ(tutti_listener_create(&l, "127.0.0.1:0", NULL), 0);
	CHECK_EQ(tutti_serve(l, "nonsense", serving_echo, NULL, NULL), TUTTI_ENOENGINE);
	CHECK_EQ(tutti_serve(l, NULL, serving_echo, NULL, NULL), TUTTI_ENOENGINE);
	CHECK_EQ(tutti_serve(l, "threads:", serving_echo, NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_serve(l, "threads:0", serving_echo, NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_serve(l, "threads:99999", serving_echo, NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_serve(l, "tasks", NULL, NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_serve(NULL, "tasks", serving_echo, NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_serve(l, "tasks", serving_echo, NULL, &none), -EINVAL);
	CHECK_EQ(tutti_serve(l, "tasks", serving_echo, NULL, &late), -EINVAL);
	CHECK_EQ(tutti_serve(l, "processes", serving_echo, &none, NULL), -EINVAL);
	CHECK(tutti_listener_port(l) > 0); /* nothing has happened to it */
	tutti_listener_close(l);
	CHECK_EQ(tutti_serve(l, "tasks", serving_echo, NULL, NULL), -EBADF);
	CHECK_EQ(tutti_serve(l, "processes", serving_echo, NULL, NULL), -EBADF);
	tutti_listener_free(l);
}

static void *serve_cancelled(void *arg)
{
	CHECK_EQ(tutti_future_cancel(tutti_task_current()), 1);
	return give(tutti_serve(arg, "tasks", serving_echo, NULL, NULL) == TUTTI_ECANCELED);
}

static void who_is_cancelled_before_serves_nobody(void)
{
	tutti_listener *l;
	tutti_future *f;

	CHECK_EQ(tutti_listener_create(&l, "127.0.0.1:0", NULL), 0);
	f = tutti_task_start(serve_cancelled, l, NULL);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	CHECK_EQ(tutti_listener_port(l), -EBADF);
	tutti_listener_free(l);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(each_word_serves);
	RUN(who_is_busy_keeps_nobody);
	RUN(who_has_accepted_lets_others);
	RUN(each_has_a_copy);
	RUN(threads_may_share);
	RUN(every_kind_of_place);
	RUN(any_start_method);
	RUN(what_cannot_be_served);
	RUN(who_is_cancelled_before_serves_nobody);
	return arg;
}

static void nothing(void)
{
}
TUTTI_JOB(nothing, void, void);

int main(void)
{
	tutti_process *p = tutti_process_start(&nothing_job, NULL, NULL);

	CHECK_EQ(tutti_process_join(p), 0); /* so that all is there that stays */
	tutti_future_unref(p);
	tu_server_end();
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	tu_server_end();
	return suite_end();
}
