/* SPDX-License-Identifier: MIT */
/* rows: F40 */
/* ctest: LABELS no-valgrind */
/* To memcheck what threads had that a forked child has not is lost there. */
/* Values through pipes: all of them, whole or not at all. */
#include <tutti/pipe_values.h>

#include "support/children.h"
#include "support/memory.h"
#include "support/values.h"

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
	tutti_value *v;

	CHECK_EQ(tutti_value_pack(&v, "s", text), 0);
	CHECK_EQ(tutti_pipe_write_value(p, v), 0);
	tutti_value_unref(v);
}

static void read_text(tutti_pipe *p, const char *expected)
{
	const char *text;
	tutti_value *v;

	CHECK_EQ(tutti_pipe_read_value(p, &v), 0);
	CHECK_EQ(tutti_value_unpack(v, "s", &text), 0);
	CHECK_STR(text, expected);
	tutti_value_unref(v);
}

static void both_ways(void)
{
	make(false);
	write_text(a, "to b");
	write_text(b, "to a");
	write_text(b, "again to a");
	read_text(b, "to b");
	read_text(a, "to a");
	read_text(a, "again to a");
	free_both();
}

static void refuses_what_cannot_be(void)
{
	tutti_value *v;

	make(true);
	CHECK_EQ(tutti_pipe_write_value(b, NULL), -EINVAL);
	CHECK_EQ(tutti_pipe_write_value(a, tutti_value_none()), TUTTI_ETYPE);
	CHECK_EQ(tutti_pipe_read_value(b, &v), TUTTI_ETYPE);
	CHECK_EQ(tutti_pipe_read_value_until(a, &v, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_pipe_read_value_until(a, &v, tutti_after(TUTTI_MILLISECONDS(2))),
		TUTTI_ETIMEDOUT);
	free_both();
}

/* More than has room does not arrive in part. */
static void deadlines_are_kept(void)
{
	tutti_value *large = value_of_text(1 << 20), *v;

	make(false);
	CHECK_EQ(tutti_pipe_write_value_until(b, large, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_pipe_read_value_until(a, &v, past), TUTTI_ETIMEDOUT);
	write_text(b, "y");
	read_text(a, "y");
	tutti_value_unref(large);
	free_both();
}

static void values_are_messages(void)
{
	tutti_value *v = value_of_all_kinds(), *got;
	tutti_bytes m, form;

	make(false);
	CHECK_EQ(tutti_value_encode(&form, v), 0);
	CHECK_EQ(tutti_pipe_write(a, form.data, form.size), 0);
	CHECK_EQ(tutti_pipe_read_value(b, &got), 0);
	CHECK_EQ(tutti_pipe_write_value(a, got), 0);
	CHECK_EQ(tutti_pipe_read(b, &m), 0);
	CHECK_EQ(m.size, form.size);
	CHECK_EQ(memcmp(m.data, form.data, m.size), 0);
	tutti_bytes_free(&m);
	tutti_bytes_free(&form);
	check_same_value(got, v);
	free_both();
}

static void what_is_none_is_dropped(void)
{
	static const char deep[] = "\x81"; /* and then lists of one */
	tutti_value *v = (tutti_value *)&v;
	char form[TUTTI_VALUE_DEPTH_MAX + 10];

	make(false);
	memset(form, 0xb1, sizeof form);
	form[0] = deep[0];
	CHECK_EQ(tutti_pipe_write(a, "hello", 5), 0);
	CHECK_EQ(tutti_pipe_write(a, "", 0), 0);
	CHECK_EQ(tutti_pipe_write(a, form, sizeof form), 0);
	write_text(a, "next");
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(tutti_pipe_read_value(b, &v), TUTTI_EPROTO);
		CHECK(v == (tutti_value *)&v);
	}
	read_text(b, "next");
	free_both();
}

/* A message for which there is no memory stays the next, for whichever read. */
static void without_memory_nothing_happens(void)
{
	tutti_value *v = value_of_all_kinds(), *got = (tutti_value *)&got;
	tutti_bytes m;
	size_t live;
	int rc;

	make(false);
	live = test_alloc_live();
	for (uint64_t n = 1;; n++) {
		test_alloc_fail_at(n);
		rc = tutti_pipe_write_value(a, v);
		test_alloc_fail_at(0);
		if (rc == 0)
			break;
		CHECK_EQ(rc, -ENOMEM);
		CHECK_EQ(test_alloc_live(), live);
	}
	write_text(a, "next");
	for (uint64_t n = 1;; n++) {
		test_alloc_fail_at(n);
		rc = tutti_pipe_read_value(b, &got);
		test_alloc_fail_at(0);
		if (rc == 0)
			break;
		CHECK_EQ(rc, -ENOMEM);
		CHECK(got == (tutti_value *)&got);
		CHECK_EQ(tutti_pipe_poll_until(b, past), 0);
	}
	CHECK(tutti_value_equal(got, v));
	tutti_value_unref(got);
	read_text(b, "next");
	CHECK_EQ(tutti_pipe_write_value(a, v), 0);
	write_text(a, "next");
	test_alloc_fail_at(4); /* not the first: that would be the message itself */
	CHECK_EQ(tutti_pipe_read_value(b, &got), -ENOMEM);
	CHECK_EQ(tutti_pipe_read(b, &m), 0);
	CHECK_EQ(tutti_value_decode(&got, m.data, m.size, NULL), 0);
	tutti_bytes_free(&m);
	check_same_value(got, v);
	read_text(b, "next");
	write_text(a, "left");
	test_alloc_fail_at(2);
	CHECK_EQ(tutti_pipe_read_value(b, &got), -ENOMEM);
	test_alloc_fail_at(0);
	free_both(); /* with it */
}

static void *read_one(void *arg)
{
	return give(tutti_pipe_read_value(a, arg));
}

static void a_wait_ends_with_one(enum mix mix)
{
	tutti_value *got;

	make(true);
	tutti_future *f = start_as(mix, read_one, &got);
	settle();
	write_text(b, "x");
	CHECK_EQ(finish(f), 0);
	tutti_value_unref(got);
	f = start_as(mix, read_one, &got);
	settle();
	tutti_future_cancel(f);
	check_canceled(f);
	f = start_as(mix, read_one, &got);
	settle();
	tutti_pipe_free(b);
	CHECK_EQ(finish(f), TUTTI_EDONE);
	tutti_pipe_free(a);
}

/* -- between processes ------------------------------------------------------------------------ */

static void echo(tutti_handle h)
{
	tutti_value *v;
	tutti_pipe *p;
	int rc;

	CHECK_EQ(tutti_pipe_attach(&p, h), 0);
	while ((rc = tutti_pipe_read_value(p, &v)) == 0) {
		CHECK_EQ(tutti_pipe_write_value(p, v), 0);
		tutti_value_unref(v);
	}
	CHECK_EQ(rc, TUTTI_EDONE);
	tutti_pipe_free(p);
}

static void all_kinds_arrive(void)
{
	struct partner p = partner_begin(echo);
	tutti_value *v, *got;

	make(false);
	partner_give(&p, tutti_pipe_handle(b));
	for (int i = 0; (v = value_hard_to_carry(i)) != NULL; i++) {
		CHECK_EQ(tutti_pipe_write_value(a, v), 0);
		CHECK_EQ(tutti_pipe_read_value(a, &got), 0);
		check_same_value(got, v);
	}
	free_both();
	process_join(p.pid);
}

static void write_for_ever(void *arg)
{
	tutti_value *large = value_of_text(3 << 20);

	(void)arg;
	tutti_pipe_free(a);
	write_text(b, "begin");
	CHECK_EQ(tutti_pipe_write_value(b, large), -EPIPE); /* there is no room for all of it */
}

static void *read_from_another(void *arg)
{
	read_text(a, "from another");
	return arg;
}

/* What a killed writer had not finished does not arrive, not even as something else. */
static void a_killed_writer_leaves_it_whole(void)
{
	tutti_value *v;

	make(true);
	pid_t pid = process_start(write_for_ever, NULL);
	read_text(a, "begin");
	CHECK_EQ(tutti_pipe_read_value_until(a, &v, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_pipe_poll_until(a, TUTTI_FOREVER), 0); /* it has written some of it */
	process_kill(pid);
	/* Meanwhile, as what it has left may take up all the room. */
	tutti_future *f = tutti_thread_start(read_from_another, NULL, NULL);
	write_text(b, "from another");
	finish(f);
	tutti_pipe_free(b);
	CHECK_EQ(tutti_pipe_read_value(a, &v), TUTTI_EDONE);
	tutti_pipe_free(a);
}

int main(void)
{
	poller_begin();
	processes_begin();
	RUN(both_ways);
	RUN(refuses_what_cannot_be);
	RUN(deadlines_are_kept);
	RUN(values_are_messages);
	RUN(what_is_none_is_dropped);
	RUN(without_memory_nothing_happens);
	RUN_MIXES(a_wait_ends_with_one);
	RUN(all_kinds_arrive);
	RUN(a_killed_writer_leaves_it_whole);
	return suite_end();
}
