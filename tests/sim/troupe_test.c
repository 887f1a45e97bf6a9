/* SPDX-License-Identifier: MIT */
/* troupe_test.c - several processes in virtual time: who is next, and what they share. */
#include "support/scenes.h"

#include <errno.h>

struct player {
	char name[8];
	int seconds;
	tutti_handle shared;
};
typedef struct player player;

static void start_all_of(tutti_process **p, tutti_job *job, const char *names, const player *like)
{
	for (int i = 0; names[i]; i++) {
		player one = *like;

		one.name[0] = names[i];
		one.seconds += i;
		p[i] = tutti_process_start(job, &one, NULL);
	}
}

/* -- in turn ----------------------------------------------------------------------------------- */

static void walk(player p)
{
	for (int i = 0; i < 2; i++) {
		say("%s%d", p.name, i);
		tutti_yield();
	}
	tutti_sleep(TUTTI_SECONDS(p.seconds));
	say("%s ends", p.name);
}
TUTTI_JOB(walk, void, player);

/* Those who yield stand behind all others, of whatever process they are. */
static void in_turn(void)
{
	tutti_process *p[2];

	start_all_of(p, &walk_job, "ab", &(player){ .seconds = 0 });
	walk((player){ .name = "m", .seconds = 1 });
	tutti_join_all(p, 2);
	say("joined");
}

static void nap(player p)
{
	for (int i = 0; i < 2; i++) {
		tutti_sleep(TUTTI_SECONDS(1));
		say("%s", p.name);
	}
}
TUTTI_JOB(nap, void, player);

static void *nap_here(void *name)
{
	nap(*(player *)name);
	return NULL;
}

/* Deadlines at one instant are met in the order in which they were registered. */
static void at_one_instant(void)
{
	player t = { .name = "t" };
	tutti_future *f[3];

	start_all_of(f, &nap_job, "a", &(player){ .seconds = 0 });
	f[1] = tutti_thread_start(nap_here, &t, NULL);
	start_all_of(f + 2, &nap_job, "b", &(player){ .seconds = 0 });
	tutti_join_all(f, 3);
}

/* -- what is shared ---------------------------------------------------------------------------- */

struct stage {
	tutti_lock lock;
	tutti_condition condition;
	tutti_event event;
	tutti_semaphore semaphore;
	tutti_barrier barrier;
	int number;
};

static struct stage *make_stage(tutti_handle *handle)
{
	tutti_shm *m;
	struct stage *s;

	CHECK_EQ(tutti_shm_create(&m, sizeof(*s)), 0);
	*handle = tutti_shm_handle(m);
	s = tutti_shm_data(m);
	CHECK_EQ(tutti_lock_init(&s->lock, TUTTI_SHARED), 0);
	CHECK_EQ(tutti_condition_init(&s->condition, TUTTI_SHARED), 0);
	CHECK_EQ(tutti_event_init(&s->event, TUTTI_SHARED), 0);
	CHECK_EQ(tutti_semaphore_init(&s->semaphore, 0, TUTTI_SHARED), 0);
	CHECK_EQ(tutti_barrier_init(&s->barrier, 3, NULL, NULL, TUTTI_SHARED), 0);
	return s;
}

static struct stage *come_to_stage(const player *p)
{
	tutti_shm *m;

	CHECK_EQ(tutti_shm_attach(&m, p->shared), 0);
	return tutti_shm_data(m);
}

static void hold(player p)
{
	struct stage *s = come_to_stage(&p);

	TUTTI_WITH(&s->lock)
	{
		say("%s has it", p.name);
		tutti_sleep(TUTTI_SECONDS(1));
	}
}
TUTTI_JOB(hold, void, player);

static void lock(void)
{
	tutti_process *p[4];
	player like = { .seconds = 0 };

	make_stage(&like.shared);
	start_all_of(p, &hold_job, "abcd", &like);
	CHECK_EQ(tutti_join_all(p, 4), 0);
}

static void await_number(player p)
{
	struct stage *s = come_to_stage(&p);

	TUTTI_WITH(&s->lock)
	{
		while (s->number == 0)
			tutti_condition_wait(&s->condition, &s->lock);
		say("%s: %d", p.name, s->number--);
	}
}
TUTTI_JOB(await_number, void, player);

static void condition(void)
{
	tutti_process *p[3];
	player like = { .seconds = 0 };
	struct stage *s = make_stage(&like.shared);

	start_all_of(p, &await_number_job, "abc", &like);
	for (int n = 1; n <= 2; n++) {
		tutti_sleep(TUTTI_SECONDS(1));
		TUTTI_WITH(&s->lock)
		{
			s->number = n;
			tutti_condition_notify(&s->condition, &s->lock, (size_t)n);
		}
		say("notified %d", n);
	}
	CHECK_EQ(tutti_join_all(p, 3), 0);
}

static void await_event(player p)
{
	struct stage *s = come_to_stage(&p);
	int rc = tutti_event_wait_until(&s->event, tutti_after(TUTTI_SECONDS(p.seconds)));

	say("%s: %s", p.name, tutti_errname(rc));
}
TUTTI_JOB(await_event, void, player);

static void event(void)
{
	tutti_process *p[4];
	player like = { .seconds = 1 };
	struct stage *s = make_stage(&like.shared);

	start_all_of(p, &await_event_job, "abcd", &like);
	tutti_sleep(TUTTI_SECONDS(2.5));
	tutti_event_set(&s->event);
	say("set");
	CHECK_EQ(tutti_join_all(p, 4), 0);
}

static void take_permit(player p)
{
	struct stage *s = come_to_stage(&p);

	tutti_semaphore_acquire(&s->semaphore);
	say("%s goes", p.name);
	tutti_sleep(TUTTI_SECONDS(1));
	tutti_semaphore_release(&s->semaphore, 1);
}
TUTTI_JOB(take_permit, void, player);

static void semaphore(void)
{
	tutti_process *p[5];
	player like = { .seconds = 0 };
	struct stage *s = make_stage(&like.shared);

	start_all_of(p, &take_permit_job, "abcde", &like);
	tutti_sleep(TUTTI_SECONDS(1));
	tutti_semaphore_release(&s->semaphore, 2);
	CHECK_EQ(tutti_join_all(p, 5), 0);
}

static void meet(player p)
{
	struct stage *s = come_to_stage(&p);

	tutti_sleep(TUTTI_SECONDS(p.seconds));
	tutti_barrier_wait(&s->barrier);
	say("%s is through", p.name);
}
TUTTI_JOB(meet, void, player);

static void barrier(void)
{
	tutti_process *p[3];
	player like = { .seconds = 0 };

	make_stage(&like.shared);
	start_all_of(p, &meet_job, "abc", &like);
	CHECK_EQ(tutti_join_all(p, 3), 0);
}

/* -- queues and pipes -------------------------------------------------------------------------- */

static void put_late(player p)
{
	int item = 5;
	tutti_queue *q;

	CHECK_EQ(tutti_queue_attach(&q, p.shared), 0);
	tutti_sleep(TUTTI_SECONDS(1.5));
	CHECK_EQ(tutti_queue_put(q, &item), 0);
	say("put");
	tutti_queue_free(q);
}
TUTTI_JOB(put_late, void, player);

static void queue(void)
{
	player p = { .name = "p" };
	tutti_process *putter;
	tutti_queue *q;
	int item = 0;

	CHECK_EQ(tutti_queue_create(
			 &q, sizeof(int), &(tutti_queue_options){ .flags = TUTTI_SHARED }),
		0);
	p.shared = tutti_queue_handle(q);
	putter = tutti_process_start(&put_late_job, &p, NULL);
	for (int i = 0; i < 3; i++) {
		int rc = tutti_queue_get_until(q, &item, i ? tutti_after(TUTTI_SECONDS(1)) : 0);

		say("%s %d", tutti_errname(rc), item);
	}
	CHECK_EQ(tutti_join_all(&putter, 1), 0);
	tutti_queue_free(q);
}

static void echo(tutti_handle handle)
{
	tutti_bytes m;
	tutti_pipe *p;
	int rc;

	CHECK_EQ(tutti_pipe_attach(&p, handle), 0);
	while ((rc = tutti_pipe_read(p, &m)) == 0) {
		say("heard %s", (const char *)m.data);
		tutti_sleep(TUTTI_SECONDS(1));
		CHECK_EQ(tutti_pipe_write(p, m.data, m.size), 0);
		tutti_bytes_free(&m);
	}
	say("%s", tutti_errname(rc));
	tutti_pipe_free(p);
}
TUTTI_JOB(echo, void, tutti_handle);

static void pipes(void)
{
	tutti_pipe *here, *there;
	tutti_handle handle;
	tutti_process *p;
	tutti_bytes m;

	CHECK_EQ(tutti_pipe_create(&here, &there, false), 0);
	handle = tutti_pipe_handle(there);
	p = tutti_process_start(&echo_job, &handle, NULL);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(tutti_pipe_write(here, i ? "two" : "one", 4), 0);
		CHECK_EQ(tutti_pipe_read(here, &m), 0);
		say("got %s back", (const char *)m.data);
		tutti_bytes_free(&m);
	}
	CHECK_EQ(tutti_pipe_poll_until(here, tutti_after(TUTTI_SECONDS(0.5))), TUTTI_ETIMEDOUT);
	tutti_pipe_free(here);
	tutti_pipe_free(there);
	CHECK_EQ(tutti_join_all(&p, 1), 0);
	say("joined");
}

typedef struct large {
	char text[300000];
} large;

static large fill(int c)
{
	static large l;

	memset(l.text, c, sizeof(l.text));
	return l;
}
TUTTI_JOB(fill, large, int);

/* More than the channel has room for: who sends it waits for who reads. */
static void large_result(void)
{
	int letter = 'x';
	tutti_process *p = tutti_process_start(&fill_job, &letter, NULL);
	static large l;

	CHECK_EQ(fill_result(p, &l), 0);
	say("%c and %c", l.text[0], l.text[sizeof(l.text) - 1]);
	tutti_future_unref(p);
}

/* -- copies ------------------------------------------------------------------------------------ */

static int number = 1;

static int add(player p)
{
	tutti_sleep(TUTTI_SECONDS(p.seconds));
	number += p.seconds;
	say("%s: %s has %d", p.name, tutti_process_name(NULL), number);
	return number;
}
TUTTI_JOB(add, int, player);

static void *rest(void *arg)
{
	tutti_sleep(TUTTI_SECONDS(1));
	return arg;
}

static void copies(void)
{
	tutti_process_options fork = { .method = TUTTI_FORK };
	tutti_process *p[3];
	tutti_thread *t;
	int result;

	number = 10;
	for (int i = 0; i < 3; i++) {
		player one = { .name = { (char)('a' + i) }, .seconds = 3 - i };

		p[i] = tutti_process_start(&add_job, &one, &fork);
	}
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(add_result(p[i], &result), 0);
		say("%d", result);
		tutti_future_unref(p[i]);
	}
	t = tutti_thread_start(rest, NULL, NULL);
	p[0] = tutti_process_start(&add_job, &(player){ .seconds = 0 }, &fork);
	say("%s", tutti_errname(tutti_future_error(p[0])));
	tutti_future_unref(p[0]);
	tutti_join_all(&t, 1);
}

/* -- who looks --------------------------------------------------------------------------------- */

/* They look again and again, and time passes all the same. */
static void looking(void)
{
	tutti_process *p[2];

	start_all_of(p, &nap_job, "ab", &(player){ .seconds = 0 });
	while (tutti_process_is_alive(p[0]) || tutti_process_is_alive(p[1]))
		;
	say("both have ended");
	CHECK_EQ(tutti_join_all(p, 2), 0);
}

/* -- all of them ------------------------------------------------------------------------------- */

static const struct scene scenes[] = { { "in_turn", in_turn }, { "at_one_instant", at_one_instant },
	{ "lock", lock }, { "condition", condition }, { "event", event },
	{ "semaphore", semaphore }, { "barrier", barrier }, { "queue", queue }, { "pipes", pipes },
	{ "large_result", large_result }, { "copies", copies }, { "looking", looking },
	{ NULL, NULL } };

static void goes_on_in_turn(void)
{
	scene_says("in_turn", "fifo", 1,
		"0 m0\n0 a0\n0 b0\n0 m1\n0 a1\n0 b1\n0 a ends\n1 m ends\n1 b ends\n1 joined\n");
	scene_says("at_one_instant", "fifo", 2, "1 a\n1 t\n1 b\n2 a\n2 t\n2 b\n");
}

static void shares(void)
{
	scene_says("lock", "fifo", 4, "0 a has it\n1 b has it\n2 c has it\n3 d has it\n");
	scene_says("condition", "fifo", 2, "1 notified 1\n1 a: 1\n2 notified 2\n2 b: 2\n2 c: 1\n");
	scene_says("event", "fifo", 2.5,
		"1 a: TUTTI_ETIMEDOUT\n2 b: TUTTI_ETIMEDOUT\n2.5 set\n2.5 c: OK\n2.5 d: OK\n");
	scene_says("semaphore", "fifo", 4, "1 a goes\n1 b goes\n2 c goes\n2 d goes\n3 e goes\n");
	scene_says("barrier", "fifo", 2, "2 c is through\n2 a is through\n2 b is through\n");
}

static void hands_over(void)
{
	scene_says(
		"queue", "fifo", 1.5, "0 TUTTI_EEMPTY 0\n1 TUTTI_ETIMEDOUT 0\n1.5 put\n1.5 OK 5\n");
	scene_says("pipes", "fifo", 2.5,
		"0 heard one\n1 got one back\n1 heard two\n2 got two back\n2.5 TUTTI_EDONE\n"
		"2.5 joined\n");
	scene_says("large_result", "fifo", 0, "0 x and x\n");
}

__attribute__((unused)) static void copies_itself(void)
{
	scene_says("copies", "fifo", 4,
		"1 c: Process-3 has 11\n2 b: Process-2 has 12\n3 a: Process-1 has 13\n"
		"3 13\n3 12\n3 11\n3 EDEADLK\n");
}

static void passes_over_who_looks(void)
{
	scene_says("looking", "fifo", 2, "1 a\n1 b\n2 a\n2 b\n2 both have ended\n");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return scene_play(scenes, argv[1]);
	suite_begin();
	RUN(goes_on_in_turn);
	RUN(shares);
	RUN(hands_over);
#ifndef __SANITIZE_THREAD__ /* which has a thread of its own, so that nothing can be copied */
	RUN(copies_itself);
#endif
	RUN(passes_over_who_looks);
	return suite_end();
}
