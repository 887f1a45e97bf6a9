/* SPDX-License-Identifier: MIT */
/* rows: F43 */
/* Shared memory, by handle and by name, and what the registry keeps. */
#include <tutti/shm.h>

#include "proc/handles.h"
#include "support/children.h"

enum { SIZE = 100000 };

static void begins_zeroed(void)
{
	tutti_shm *m;
	const char *data;

	CHECK_EQ(tutti_shm_create(&m, 0), -EINVAL);
	CHECK_EQ(tutti_shm_create(&m, SIZE_MAX), -EFBIG);
	CHECK_EQ(tutti_shm_create(&m, SIZE), 0);
	CHECK_EQ(tutti_shm_size(m), SIZE);
	data = tutti_shm_data(m);
	CHECK_EQ((uintptr_t)data % 64, 0);
	for (int i = 0; i < SIZE; i++)
		CHECK_EQ(data[i], 0);
	tutti_shm_free(m);
	tutti_shm_free(NULL);
}

static void add_one(tutti_shm *m)
{
	int *n = tutti_shm_data(m);

	n[SIZE / sizeof(int) - 1]++;
}

static void add_attached(tutti_handle h)
{
	tutti_shm *m;

	CHECK_EQ(tutti_shm_attach(&m, h), 0);
	CHECK_EQ(tutti_shm_size(m), SIZE);
	add_one(m);
	tutti_shm_free(m);
}

static void add_inherited(void *arg)
{
	add_one(arg);
}

static void others_see_it(void)
{
	struct partner p = partner_begin(add_attached);
	tutti_shm *m, *same;

	CHECK_EQ(tutti_shm_create(&m, SIZE), 0);
	partner_give(&p, tutti_shm_handle(m));
	process_join(p.pid);
	process_join(process_start(add_inherited, m));
	CHECK_EQ(tutti_shm_attach(&same, tutti_shm_handle(m)), 0);
	CHECK(same == m);
	add_one(same);
	tutti_shm_free(same);
	CHECK_EQ(((int *)tutti_shm_data(m))[SIZE / sizeof(int) - 1], 3);
	tutti_shm_free(m);
}

/* -- what is kept ----------------------------------------------------------------------------- */

struct argument {
	int number;
	tutti_handle memory;
	double x;
	tutti_handle queue, nothing;
};

static void is_kept_for_the_other(void)
{
	struct partner p = partner_begin(add_attached);
	struct argument arg = { .number = 5, .x = 1.5 };
	struct tu_kept kept;
	tutti_shm *m, *other;

	CHECK_EQ(tutti_shm_create(&m, SIZE), 0);
	CHECK_EQ(tutti_shm_create(&other, SIZE), 0);
	arg.memory = tutti_shm_handle(m);
	arg.queue = tutti_shm_handle(other);
	CHECK_EQ(tu_handles_keep(&arg, sizeof arg, &kept), 0);
	CHECK_EQ(kept.n, 2);
	tutti_shm_free(m);
	tutti_shm_free(other);
	CHECK_EQ(tutti_shm_attach(&m, arg.memory), 0); /* it can come back, too */
	tutti_shm_free(m);
	partner_give(&p, arg.memory);
	process_join(p.pid);
	tu_handles_let_go(&kept);
	CHECK_EQ(kept.n, 0);
	CHECK_EQ(tutti_shm_attach(&m, arg.memory), -ESTALE);
	CHECK_EQ(tu_handles_keep(&arg, sizeof arg, &kept), 0);
	CHECK_EQ(kept.n, 0);
	tu_handles_let_go(&kept);
}

/* -- names ------------------------------------------------------------------------------------ */

static char name[64];

static void choose_name(void)
{
	snprintf(name, sizeof name, "/tutti-test-%d", (int)getpid());
}

static void add_opened(void *arg)
{
	tutti_shm *m;

	(void)arg;
	CHECK_EQ(tutti_shm_open(&m, name), 0);
	add_one(m);
	tutti_shm_free(m);
}

static void is_found_by_name(void)
{
	tutti_shm *m, *other;
	struct partner p;

	choose_name();
	CHECK_EQ(tutti_shm_open(&m, name), -ENOENT);
	p = partner_begin(add_attached);
	CHECK_EQ(tutti_shm_create_named(&m, name, SIZE), 0);
	CHECK_EQ(tutti_shm_create_named(&other, name, SIZE), -EEXIST);
	process_join(process_start(add_opened, NULL));
	partner_give(&p, tutti_shm_handle(m));
	process_join(p.pid);
	CHECK_EQ(tutti_shm_open(&other, name + 1), 0); /* the slash does not count */
	CHECK(other == m);
	tutti_shm_free(other);
	CHECK_EQ(((int *)tutti_shm_data(m))[SIZE / sizeof(int) - 1], 2);
	tutti_shm_free(m);
	CHECK_EQ(tutti_shm_open(&m, name), -ENOENT);
}

static void refuses_odd_names(void)
{
	char too_long[TUTTI_NAME_MOST + 2];
	tutti_shm *m;

	choose_name();
	memset(too_long, 'x', sizeof too_long - 1);
	memcpy(too_long, name + 1, strlen(name + 1));
	too_long[sizeof too_long - 1] = '\0';
	CHECK_EQ(tutti_shm_create_named(&m, NULL, 1), -EINVAL);
	CHECK_EQ(tutti_shm_create_named(&m, "", 1), -EINVAL);
	CHECK_EQ(tutti_shm_create_named(&m, "/", 1), -EINVAL);
	CHECK_EQ(tutti_shm_create_named(&m, "a/b", 1), -EINVAL);
	CHECK_EQ(tutti_shm_create_named(&m, too_long, 1), -EINVAL);
	CHECK_EQ(tutti_shm_open(&m, "a/b"), -EINVAL);
	too_long[TUTTI_NAME_MOST] = '\0';
	CHECK_EQ(tutti_shm_create_named(&m, too_long, 1), 0);
	tutti_shm_free(m);
}

static uint32_t *said;

static void name_and_stay(void *arg)
{
	tutti_shm *m;

	(void)arg;
	CHECK_EQ(tutti_shm_create_named(&m, name, SIZE), 0);
	say(said, 1);
	await_value(said, 2);
}

static void name_and_exit(void *arg)
{
	tutti_shm *m;

	(void)arg;
	CHECK_EQ(tutti_shm_create_named(&m, name, SIZE), 0);
	fflush(stdout);
	exit(0); /* not _exit: as a program ends */
}

static void the_name_goes_with_its_maker(void)
{
	tutti_shm *m;
	pid_t pid;

	choose_name();
	process_join(process_start(name_and_exit, NULL));
	CHECK_EQ(tutti_shm_open(&m, name), -ENOENT);
	said = share(4096);
	pid = process_start(name_and_stay, NULL);
	await_value(said, 1);
	CHECK_EQ(tutti_shm_open(&m, name), 0);
	process_kill(pid);
	CHECK_EQ(tutti_shm_size(m), SIZE); /* what one has stays */
	tutti_shm_free(m);
	CHECK_EQ(tutti_shm_open(&m, name), -ENOENT);
	CHECK_EQ(tutti_shm_create_named(&m, name, SIZE), 0); /* and the name is free */
	tutti_shm_free(m);
	unshare(said, 4096);
}

/* A child that ends does not take its parent's names away. */
static void end_as_a_program(void *arg)
{
	tutti_shm_free(arg);
	exit(0);
}

static void a_child_leaves_the_name(void)
{
	tutti_shm *m, *same;

	choose_name();
	CHECK_EQ(tutti_shm_create_named(&m, name, SIZE), 0);
	process_join(process_start(end_as_a_program, m));
	CHECK_EQ(tutti_shm_open(&same, name), 0);
	tutti_shm_free(same);
	tutti_shm_free(m);
}

static void leaves_nothing_mapped(void)
{
	int maps = maps_with("tutti-shm");
	tutti_shm *m;

	CHECK_EQ(tutti_shm_create(&m, SIZE), 0);
	CHECK_EQ(maps_with("tutti-shm"), maps + 1);
	tutti_shm_free(m);
	CHECK_EQ(maps_with("tutti-shm"), maps);
}

int main(void)
{
	processes_begin();
	RUN(begins_zeroed);
	RUN(others_see_it);
	RUN(is_kept_for_the_other);
	RUN(is_found_by_name);
	RUN(refuses_odd_names);
	RUN(the_name_goes_with_its_maker);
	RUN(a_child_leaves_the_name);
	RUN(leaves_nothing_mapped);
	return suite_end();
}
