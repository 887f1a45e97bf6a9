/* SPDX-License-Identifier: MIT */
/* Read-write locks: a writer alone or readers only, and the lock passes on whoever gives up. */
#include "core/wait.h"
#include "model/ground.h"

#include <tutti/rwlock.h>

enum { SOON = 2000 };

enum { GOT = 1, TIMED_OUT = 2, TWO_READERS = 4 };

static tutti_rwlock lock;
static int readers, writers;
static int came; /* to the meeting */

static void begin(void)
{
	lock = (tutti_rwlock){ { 0 } };
	readers = writers = 0;
	came = 0;
}

static void release(void)
{
	MODEL_CHECK(tutti_rwlock_release(&lock) == 0);
}

static void use_as_reader(void)
{
	MODEL_CHECK(writers == 0);
	if (readers++ > 0)
		model_saw(TWO_READERS);
	tu_model_point(&readers);
	MODEL_CHECK(writers == 0);
	readers--;
	release();
}

static void use_as_writer(void)
{
	MODEL_CHECK(writers++ == 0 && readers == 0);
	tu_model_point(&writers);
	MODEL_CHECK(--writers == 0 && readers == 0);
	release();
}

static void read(void)
{
	tutti_rwlock_acquire_read(&lock);
	use_as_reader();
}

static void write(void)
{
	tutti_rwlock_acquire_write(&lock);
	use_as_writer();
}

static void read_then_write(void)
{
	read();
	write();
}

static bool both_came(void *arg)
{
	(void)arg;
	return came == 2;
}

/* Two readers who do not leave before they have met, whoever stands between them. */
static void read_and_meet(void)
{
	tutti_rwlock_acquire_read(&lock);
	came++;
	model_block(both_came, NULL);
	use_as_reader();
}

static bool got(int rc)
{
	MODEL_CHECK(rc == 0 || rc == TUTTI_ETIMEDOUT);
	model_saw(rc == 0 ? GOT : TIMED_OUT);
	return rc == 0;
}

static void read_until_soon(void)
{
	if (got(tutti_rwlock_acquire_read_until(&lock, SOON)))
		use_as_reader();
}

static void write_until_soon(void)
{
	if (got(tutti_rwlock_acquire_write_until(&lock, SOON)))
		use_as_writer();
}

static void is_free(void)
{
	MODEL_CHECK(lock.priv[0] == 0);
	MODEL_CHECK(lock.priv[1] == 0 && lock.priv[2] == 0);
}

static const struct model_test tests[] = {
	{ "two_twice", begin, { read_then_write, read_then_write }, is_free,
		.outcomes = TWO_READERS, .bound = 4, .deep = 6 },
	{ "two_readers", begin, { read, read, write }, is_free, .outcomes = TWO_READERS, .bound = 3,
		.deep = 5 },
	{ "two_writers", begin, { read, write, write }, is_free, .bound = 3, .deep = 5 },
	{ "reader_runs_out_of_time", begin, { read_until_soon, write, read }, is_free, { SOON },
		.outcomes = GOT | TIMED_OUT | TWO_READERS, .bound = 3, .deep = 4 },
	{ "writer_runs_out_of_time", begin, { write_until_soon, read, read }, is_free, { SOON },
		.outcomes = GOT | TIMED_OUT | TWO_READERS, .bound = 3, .deep = 4 },
	{ "readers_meet", begin, { write_until_soon, read_and_meet, read_and_meet }, is_free,
		{ SOON }, .outcomes = TIMED_OUT, .bound = 3, .deep = 4 },
	{ "writers_run_out_of_time", begin, { write_until_soon, read_until_soon, write }, is_free,
		{ SOON }, .outcomes = GOT | TIMED_OUT, .bound = 3, .deep = 4 },
};

int main(int argc, char **argv)
{
	return model_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
