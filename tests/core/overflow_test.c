/* SPDX-License-Identifier: MIT */
/* rows: T26 */
/* ctest: LABELS no-asan LABELS no-tsan LABELS no-valgrind LABELS no-qemu */
/* A task that outgrows its stack ends the program by the fault itself, with a word about whose. */
#include "support/again.h"
#include "support/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <tutti/generator.h>
#include <tutti/task.h>

static volatile int deep_enough; /* never */

static __attribute__((noinline)) int dig(volatile char *above)
{
	volatile char here[512];

	here[0] = above[0];
	return deep_enough ? 0 : dig(here) + here[0];
}

static void *dig_for_ever(void *arg)
{
	volatile char start[1] = { 0 };

	dig(start);
	return arg;
}

static int overflow(void)
{
	const tutti_task_options o = { .name = "digger", .stack_bytes = 64 << 10 };
	tutti_future *f = tutti_task_start(dig_for_ever, NULL, &o);

	return tutti_join_all(&f, 1);
}

static void *dig_in_a_generator(tutti_generator *self, void *arg)
{
	(void)self;
	return dig_for_ever(arg);
}

/* On a stack of its own, whoever resumes it. */
static int overflow_in_a_generator(void)
{
	return tutti_generator_next(tutti_generator_create(dig_in_a_generator, NULL), NULL);
}

static const struct again_part parts[] = { { "overflow", overflow },
	{ "overflow_in_a_generator", overflow_in_a_generator }, { NULL, NULL } };

int main(int argc, char **argv)
{
	struct again a;

	if (argc > 1)
		return again_part(parts, argv[1]);
	a = again("overflow");
	CHECK(WIFSIGNALED(a.status));
	CHECK_EQ(WTERMSIG(a.status), SIGSEGV);
	CHECK(strstr(a.err, "stack overflow in task 'digger': its stack has 64 KiB"));
	again_free(&a);
	a = again("overflow_in_a_generator");
	CHECK(WIFSIGNALED(a.status));
	CHECK_EQ(WTERMSIG(a.status), SIGSEGV);
	CHECK(strstr(a.err, "stack overflow in a generator of"));
	CHECK(strstr(a.err, "its stack has 256 KiB\n"));
	again_free(&a);
	return 0;
}
