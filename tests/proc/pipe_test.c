/* SPDX-License-Identifier: MIT */
/* rows: F40 */
/* ctest: LABELS no-valgrind */
/* To memcheck what threads had that a forked child has not is lost there. */
/* Pipes: within a process, between processes, and to their end. */
#include <tutti/pipe.h>
#include <tutti/shm.h>

#include "proc/handles.h"
#include "support/children.h"

static const tutti_time past = 0;

static tutti_pipe *a, *b;

static void make(bool one_way)
{
	CHECK_EQ(tutti_pipe_create(&a, &b, one_way), 0);
}

static void free_both(void)
{
	tutti_pipe_free(a);
	tutti_pipe_free(b);
}

static void write_text(tutti_pipe *p, const char *text)
{
	CHECK_EQ(tutti_pipe_write(p, text, strlen(text)), 0);
}

static void read_text(tutti_pipe *p, const char *text)
{
	tutti_bytes m;

	CHECK_EQ(tutti_pipe_read(p, &m), 0);
	CHECK_EQ(m.size, strlen(text));
	CHECK_EQ(memcmp(m.data, text, m.size), 0);
	tutti_bytes_free(&m);
}

static void both_ways(void)
{
	make(false);
	write_text(a, "to b");
	write_text(b, "to a");
	write_text(b, "");
	write_text(b, "again to a");
	read_text(b, "to b");
	read_text(a, "to a");
	read_text(a, "");
	read_text(a, "again to a");
	free_both();
}

static void one_way_only(void)
{
	tutti_bytes m;

	make(true);
	write_text(b, "hello");
	read_text(a, "hello");
	CHECK_EQ(tutti_pipe_write(a, "x", 1), TUTTI_ETYPE);
	CHECK_EQ(tutti_pipe_read(b, &m), TUTTI_ETYPE);
	CHECK_EQ(tutti_pipe_poll_until(b, past), TUTTI_ETYPE);
	free_both();
}

static void deadlines_are_kept(void)
{
	tutti_bytes m = { 0 };
	static char block[1 << 20];

	make(false);
	CHECK_EQ(tutti_pipe_read_until(a, &m, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_pipe_poll_until(a, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_pipe_poll_until(a, tutti_now() + TUTTI_MILLISECONDS(3)), TUTTI_ETIMEDOUT);
	CHECK_EQ(
		tutti_pipe_read_until(a, &m, tutti_now() + TUTTI_MILLISECONDS(3)), TUTTI_ETIMEDOUT);
	write_text(b, "x");
	CHECK_EQ(tutti_pipe_poll_until(a, past), 0);
	read_text(a, "x");
	/* More than has room does not arrive in part. */
	CHECK_EQ(tutti_pipe_write_until(b, block, sizeof block, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_pipe_read_until(a, &m, past), TUTTI_ETIMEDOUT);
	write_text(b, "y");
	read_text(a, "y");
	free_both();
}

enum { LARGE = 1 << 20 };

static char large[LARGE];

static void fill_large(void)
{
	for (size_t i = 0; i < sizeof large; i++)
		large[i] = (char)(i * 7 + i / 4096);
}

static void *write_large(void *arg)
{
	(void)arg;
	for (int i = 0; i < 3; i++) {
		write_text(b, "small");
		CHECK_EQ(tutti_pipe_write(b, large, sizeof large - (size_t)i), 0);
	}
	return NULL;
}

static void read_large(void)
{
	tutti_bytes m;

	for (int i = 0; i < 3; i++) {
		read_text(a, "small");
		CHECK_EQ(tutti_pipe_read(a, &m), 0);
		CHECK_EQ(m.size, sizeof large - (size_t)i);
		CHECK_EQ(memcmp(m.data, large, m.size), 0);
		tutti_bytes_free(&m);
	}
}

static void a_megabyte_arrives_whole(enum mix mix)
{
	fill_large();
	make(false);
	tutti_future *f = start_as(mix, write_large, NULL);
	read_large();
	finish(f);
	free_both();
}

/* Each message whole, whoever writes; read by two. */
enum { WRITERS = 3, MESSAGES = 60 };

static void *write_own(void *arg)
{
	static tutti_lock lock;
	static int number;
	int mine = 0;
	char *text = malloc(20000);

	CHECK(text);
	TUTTI_WITH(&lock)
	{
		mine = number++ % WRITERS;
	}
	memset(text, 'a' + mine, 20000);
	for (int i = 0; i < MESSAGES; i++)
		CHECK_EQ(tutti_pipe_write(b, text, i % 2 ? 20000 : 20), 0);
	free(text);
	return arg;
}

static int read_count;

static void *read_own(void *arg)
{
	tutti_bytes m;
	int rc;

	while ((rc = tutti_pipe_read(a, &m)) == 0) {
		const char *text = m.data;

		CHECK(m.size == 20 || m.size == 20000);
		CHECK_EQ(memcmp(text, text + 1, m.size - 1), 0);
		tutti_bytes_free(&m);
		tu_add_acqrel(&read_count, 1);
	}
	CHECK_EQ(rc, TUTTI_EDONE);
	return arg;
}

static void messages_do_not_mix(enum mix mix)
{
	tutti_future *w[WRITERS], *r[2];

	make(true);
	read_count = 0;
	start_all(mix, r, 2, read_own, NULL);
	start_all(mix, w, WRITERS, write_own, NULL);
	join_all(w, WRITERS);
	tutti_pipe_free(b);
	join_all(r, 2);
	CHECK_EQ(read_count, WRITERS * MESSAGES);
	tutti_pipe_free(a);
}

static void ends_when_the_other_is_freed(void)
{
	tutti_bytes m;

	make(false);
	write_text(b, "last");
	tutti_pipe_free(b);
	CHECK_EQ(tutti_pipe_poll_until(a, past), 0);
	read_text(a, "last");
	CHECK_EQ(tutti_pipe_poll_until(a, past), 0);
	CHECK_EQ(tutti_pipe_read(a, &m), TUTTI_EDONE);
	CHECK_EQ(tutti_pipe_read(a, &m), TUTTI_EDONE);
	CHECK_EQ(tutti_pipe_write(a, "x", 1), -EPIPE);
	tutti_pipe_free(a);
	tutti_pipe_free(NULL);
}

static void *read_canceled(void *arg)
{
	tutti_bytes m;

	return give(tutti_pipe_read(arg, &m));
}

static void a_cancel_ends_a_wait(enum mix mix)
{
	make(false);
	tutti_future *f = start_as(mix, read_canceled, a);
	settle();
	tutti_future_cancel(f);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	write_text(b, "for another");
	read_text(a, "for another");
	free_both();
}

/* -- between processes ------------------------------------------------------------------------ */

static void echo(tutti_pipe *p)
{
	tutti_bytes m;
	int rc;

	while ((rc = tutti_pipe_read(p, &m)) == 0) {
		CHECK_EQ(tutti_pipe_write(p, m.data, m.size), 0);
		tutti_bytes_free(&m);
	}
	CHECK_EQ(rc, TUTTI_EDONE);
	tutti_pipe_free(p);
}

static void echo_forked(void *arg)
{
	(void)arg;
	tutti_pipe_free(a);
	echo(b);
}

static void echo_attached(tutti_handle h)
{
	tutti_pipe *p;

	CHECK_EQ(tutti_pipe_attach(&p, h), 0);
	echo(p);
}

static void talk(void)
{
	tutti_bytes m;

	for (int i = 0; i < 1000; i++) {
		CHECK_EQ(tutti_pipe_write(a, &i, sizeof i), 0);
		CHECK_EQ(tutti_pipe_read(a, &m), 0);
		CHECK_EQ(m.size, sizeof i);
		CHECK_EQ(memcmp(m.data, &i, sizeof i), 0);
		tutti_bytes_free(&m);
	}
	fill_large();
	CHECK_EQ(tutti_pipe_write(a, large, sizeof large), 0);
	CHECK_EQ(tutti_pipe_read(a, &m), 0);
	CHECK_EQ(m.size, sizeof large);
	CHECK_EQ(memcmp(m.data, large, m.size), 0);
	tutti_bytes_free(&m);
}

static void a_forked_child_answers(void)
{
	make(false);
	pid_t pid = process_start(echo_forked, NULL);
	tutti_pipe_free(b);
	talk();
	tutti_pipe_free(a);
	process_join(pid);
}

/* As the starter of a process does it: it keeps the end until the other has ended. */
static void a_partner_answers_and_ends(void)
{
	struct partner p = partner_begin(echo_attached);
	struct tu_kept kept;
	tutti_handle h;

	make(false);
	h = tutti_pipe_handle(b);
	CHECK_EQ(tu_handles_keep(&h, sizeof h, &kept), 0);
	CHECK_EQ(kept.n, 1);
	tutti_pipe_free(b); /* at once: it is kept */
	partner_give(&p, h);
	talk();
	tutti_pipe_free(a);
	process_join(p.pid);
	tu_handles_let_go(&kept);
}

static uint32_t *said;

static void free_and_stay(tutti_handle h)
{
	tutti_pipe *p;

	CHECK_EQ(tutti_pipe_attach(&p, h), 0);
	write_text(p, "bye");
	tutti_pipe_free(p);
	await_value(said, 1);
}

/* The end is told although the starter keeps a descriptor and the other process lives on. */
static void the_end_comes_before_the_process_ends(void)
{
	struct partner p;
	struct tu_kept kept;
	tutti_bytes m;
	tutti_handle h;

	said = share(4096);
	p = partner_begin(free_and_stay);
	make(false);
	h = tutti_pipe_handle(b);
	CHECK_EQ(tu_handles_keep(&h, sizeof h, &kept), 0);
	tutti_pipe_free(b);
	CHECK_EQ(tutti_pipe_read_until(a, &m, past), TUTTI_ETIMEDOUT); /* it is to come yet */
	partner_give(&p, h);
	read_text(a, "bye");
	CHECK_EQ(tutti_pipe_read(a, &m), TUTTI_EDONE);
	say(said, 1);
	process_join(p.pid);
	tu_handles_let_go(&kept);
	tutti_pipe_free(a);
	unshare(said, 4096);
}

/* -- killed ----------------------------------------------------------------------------------- */

static void write_too_much(void *arg)
{
	(void)arg;
	tutti_pipe_free(a);
	write_text(b, "whole");
	tutti_pipe_write(b, large, sizeof large); /* until it is killed: nobody reads */
}

static void a_torn_message_is_dropped(void)
{
	tutti_bytes m;

	fill_large();
	make(true);
	pid_t pid = process_start(write_too_much, NULL);
	tutti_pipe_free(b);
	read_text(a, "whole");
	CHECK_EQ(tutti_pipe_poll_until(a, TUTTI_FOREVER), 0);
	await_sleep(pid);
	process_kill(pid);
	CHECK_EQ(tutti_pipe_read(a, &m), TUTTI_EDONE);
	tutti_pipe_free(a);
}

/* Whoever goes on at the same end begins a message of its own. */
static void another_goes_on_after_a_torn_one(void)
{
	fill_large();
	make(true);
	pid_t pid = process_start(write_too_much, NULL);
	read_text(a, "whole");
	await_sleep(pid);
	process_kill(pid);
	tutti_future *f = tutti_thread_start(write_large, NULL, NULL);
	read_large();
	finish(f);
	free_both();
}

/* -- handles ---------------------------------------------------------------------------------- */

static tutti_handle *given;

static void give_handle(void *arg)
{
	(void)arg;
	make(false);
	*given = tutti_pipe_handle(b);
}

static void try_as_shm(tutti_handle h)
{
	tutti_shm *m;

	CHECK_EQ(tutti_shm_attach(&m, h), TUTTI_ETYPE);
}

static void try_as_pipe(tutti_handle h)
{
	tutti_pipe *p;

	CHECK_EQ(tutti_pipe_attach(&p, h), TUTTI_ETYPE);
}

static void says_what_is_wrong(void)
{
	tutti_handle none = { { 0, 0 } }, h;
	tutti_pipe *p;
	tutti_shm *m;

	given = share(4096);
	process_join(process_start(give_handle, NULL));
	CHECK_EQ(tutti_pipe_attach(&p, *given), -ESRCH);
	CHECK_EQ(tutti_pipe_attach(&p, none), -EINVAL);
	for (int one_way = 0; one_way < 2; one_way++) {
		struct partner other = partner_begin(try_as_shm);

		make(one_way);
		partner_give(&other, tutti_pipe_handle(a));
		process_join(other.pid);
		CHECK_EQ(tutti_shm_attach(&m, tutti_pipe_handle(a)), TUTTI_ETYPE);
		h = tutti_pipe_handle(b);
		CHECK_EQ(tutti_pipe_attach(&p, h), 0);
		CHECK(p == b);
		tutti_pipe_free(p);
		free_both();
		CHECK_EQ(tutti_pipe_attach(&p, h), -ESTALE);
	}
	struct partner other = partner_begin(try_as_pipe);

	CHECK_EQ(tutti_shm_create(&m, 10), 0);
	partner_give(&other, tutti_shm_handle(m));
	process_join(other.pid);
	tutti_shm_free(m);
	unshare(given, 4096);
}

int main(void)
{
	poller_begin();
	processes_begin();
	RUN(both_ways);
	RUN(one_way_only);
	RUN(deadlines_are_kept);
	RUN_MIXES(a_megabyte_arrives_whole);
	RUN_MIXES(messages_do_not_mix);
	RUN(ends_when_the_other_is_freed);
	RUN_MIXES(a_cancel_ends_a_wait);
	RUN(a_forked_child_answers);
	RUN(a_partner_answers_and_ends);
	RUN(the_end_comes_before_the_process_ends);
	RUN(a_torn_message_is_dropped);
	RUN(another_goes_on_after_a_torn_one);
	RUN(says_what_is_wrong);
	return suite_end();
}
