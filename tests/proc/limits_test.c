/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-asan LABELS no-valgrind LABELS no-qemu */
/*
 * A program may have so few descriptors, or threads and processes, or so little memory, that what
 * it does with processes cannot be: for each small number of them this program is run again, tries
 * once with that and once more as usual. The first time it is told why not, the second time it
 * works, and no descriptor is lost.
 *
 * no-tsan: nothing can be copied there; the other labels: checkers need these things themselves.
 */
#include <tutti/tutti.h>

#include "os/os.h"
#include "proc/errors.h"
#include "proc/server.h"
#include "support/again.h"
#include "support/leaks.h"
#include "support/own.h"
#include "support/suite.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { TRIES_MOST = 60, GOOD = 3, RETRIES = 10, LARGE = 2 << 20 };

/* Returns what it was. */
static rlim_t allow(int resource, rlim_t n)
{
	struct rlimit limit;
	rlim_t was;

	CHECK_EQ(getrlimit(resource, &limit), 0);
	was = limit.rlim_cur;
	limit.rlim_cur = n;
	CHECK_EQ(setrlimit(resource, &limit), 0);
	return was;
}

static int square(int n)
{
	return n * n;
}
TUTTI_JOB(square, int, int);

static tutti_bytes make(void)
{
	static char text[LARGE];
	tutti_bytes out = { NULL, 0, NULL };

	if (tutti_bytes_copy(&out, text, sizeof(text)) < 0)
		tutti_fail(-ENOMEM, "no memory for so much");
	return out;
}
TUTTI_JOB(make, tutti_bytes, void);

static int count(tutti_bytes in)
{
	return (int)in.size;
}
TUTTI_JOB(count, int, tutti_bytes);

/* -- what is tried: 0, or why it cannot be ----------------------------------------------------- */

static int start_by(tutti_start_method method)
{
	tutti_process *p = tutti_process_start(
		&square_job, &(int){ 7 }, &(tutti_process_options){ .method = method });
	int n, rc = square_result(p, &n);

	CHECK(rc < 0 || n == 49);
	CHECK(rc == 0 || *tutti_future_text(p));
	tutti_future_unref(p);
	return rc;
}

static int serve(void)
{
	return start_by(TUTTI_FORKSERVER);
}

static int spawn(void)
{
	return start_by(TUTTI_SPAWN);
}

/* An argument that does not fit into the channel. */
static int spawn_large(void)
{
	static char text[LARGE];
	tutti_bytes in = tutti_bytes_of(text, sizeof(text));
	tutti_process *p = tutti_process_start(
		&count_job, &in, &(tutti_process_options){ .method = TUTTI_SPAWN });
	int n, rc = count_result(p, &n);

	CHECK(rc < 0 || n == LARGE);
	tutti_future_unref(p);
	return rc;
}

static int copy(void)
{
	return start_by(TUTTI_FORK);
}

static int use_pool(void)
{
	tutti_executor *e;
	tutti_future *f;
	tutti_bytes got;
	int rc = tutti_executor_open(&e, "processes:2", NULL), n;

	if (rc < 0)
		return rc;
	f = square_submit(e, 7);
	rc = square_result(f, &n);
	CHECK(rc < 0 || n == 49);
	tutti_future_unref(f);
	if (rc == 0) {
		f = make_submit(e);
		rc = make_result(f, &got);
		if (rc == 0)
			tutti_bytes_free(&got);
		tutti_future_unref(f);
	}
	tutti_executor_free(e);
	return rc;
}

static int use_pipe(void)
{
	tutti_pipe *a, *b;
	tutti_bytes got;
	int rc = tutti_pipe_create(&a, &b, false);

	if (rc < 0)
		return rc;
	CHECK_EQ(tutti_pipe_write(a, "text", 4), 0);
	CHECK_EQ(tutti_pipe_read(b, &got), 0);
	tutti_bytes_free(&got);
	tutti_pipe_free(a);
	tutti_pipe_free(b);
	return 0;
}

static int use_queue(void)
{
	tutti_queue_options o = { .flags = TUTTI_SHARED };
	tutti_queue *q;
	int n = 5, rc = tutti_queue_create(&q, sizeof(n), &o);

	if (rc < 0)
		return rc;
	CHECK_EQ(tutti_queue_put(q, &n), 0);
	CHECK_EQ(tutti_queue_get(q, &n), 0);
	tutti_queue_free(q);
	return 0;
}

static int use_memory(void)
{
	tutti_shm *m, *same;
	int rc = tutti_shm_create_named(&m, own_name("tutti-limits"), 100);

	if (rc < 0)
		return rc;
	rc = tutti_shm_open(&same, own_name("tutti-limits"));
	if (rc == 0)
		tutti_shm_free(same);
	tutti_shm_free(m);
	return rc;
}

static int use_array(void)
{
	tutti_array *a;
	int rc = tutti_array_create(&a, sizeof(int), 10, NULL);

	if (rc == 0)
		tutti_array_free(a);
	return rc;
}

/* -- once with few, once with many ------------------------------------------------------------- */

/* Root may start any number of them; and other processes of a user's count, too. */
static void be_a_user(void)
{
	uid_t id = 1000000 + (uid_t)getpid();

	if (geteuid() != 0)
		return;
	CHECK_EQ(setuid(id), 0);
	CHECK_EQ(prctl(PR_SET_DUMPABLE, 1), 0); /* its files in /proc are its own again */
}

/* With so few the loader cannot even begin what is started: that is a crash, too. */
static bool is_clear(int rc, int resource)
{
	int expected = resource == RLIMIT_NOFILE  ? -EMFILE
		       : resource == RLIMIT_NPROC ? -EAGAIN
		       : resource == RLIMIT_FSIZE ? -EFBIG
						  : -ENOMEM;

	return rc == 0 || rc == expected || rc == TUTTI_ECRASHED;
}

/* What workers had to say is read to its end a little after they have ended. */
static int descriptors_after(int (*what)(void))
{
	CHECK_EQ(what(), 0);
	tu_server_end();
	tu_errors_flush(TUTTI_FOREVER);
	return leaks_descriptors();
}

static int run(int (*what)(void))
{
	int resource = atoi(getenv("TEST_RESOURCE")), rc, descriptors;
	rlim_t usual;

	if (resource == RLIMIT_NPROC)
		be_a_user();
	usual = allow(resource, strtoul(getenv("TEST_LIMIT"), NULL, 10));
	rc = what();
	if (!is_clear(rc, resource))
		printf("it says %d: %s\n", rc, tutti_strerror(rc));
	allow(resource, usual);
	tu_server_end(); /* it would keep the limits of when it began */
	descriptors = descriptors_after(what);
	descriptors_after(what);
	EVENTUALLY(leaks_descriptors() <= descriptors);
	printf("%d kept\n", descriptors);
	return !is_clear(rc, resource) ? 3 : rc == 0 ? 0 : 10;
}

static const struct {
	const char *name;
	int (*what)(void);
} all[] = {
	{ "serve", serve },
	{ "spawn", spawn },
	{ "large", spawn_large },
	{ "copy", copy },
	{ "pool", use_pool },
	{ "pipe", use_pipe },
	{ "queue", use_queue },
	{ "memory", use_memory },
	{ "array", use_array },
};

static int run_named(const char *name)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (strcmp(all[i].name, name) == 0)
			return run(all[i].what);
	return 99;
}

/* false: it said that it cannot be with so few. *kept: what it printed of what stays open. */
static bool runs_with(const char *name, rlim_t limit, char **kept)
{
	char number[32];
	struct again a;
	bool good;

	snprintf(number, sizeof(number), "%llu", (unsigned long long)limit);
	CHECK_EQ(setenv("TEST_LIMIT", number, 1), 0);
	a = again(name);
	good = !WIFEXITED(a.status) || WEXITSTATUS(a.status) != 10;
	if (good) {
		if (a.status != 0)
			fprintf(stderr, "with %s: ", number);
		again_check_exit(&a, name, 0);
	}
	*kept = a.out;
	return good;
}

/*
 * As much as that stays open also after what happened with this limit. What is closed a moment
 * after the end of somebody may be counted once, and what is never closed is counted each time.
 */
static void check_kept(const char *name, rlim_t limit, const char *kept, const char *expected)
{
	char *more = NULL;

	for (int i = 0; i < RETRIES && strcmp(kept, expected) != 0; i++) {
		fprintf(stderr, "%s with %llu: %s", name, (unsigned long long)limit, kept);
		free(more);
		runs_with(name, limit, &more);
		kept = more;
	}
	CHECK_STR(kept, expected);
	free(more);
}

/* Whatever happened at first, the same stays open: what the last ones had, told of nothing. */
static void try_each(const char *name, int resource, rlim_t first, rlim_t step)
{
	char number[32], *kept[TRIES_MOST] = { NULL };
	int n, good = 0;

	snprintf(number, sizeof(number), "%d", resource);
	CHECK_EQ(setenv("TEST_RESOURCE", number, 1), 0);
	for (n = 0; n < TRIES_MOST && good < GOOD; n++)
		good = runs_with(name, first + (rlim_t)n * step, &kept[n]) ? good + 1 : 0;
	for (int i = 1; i < GOOD; i++) /* the least of the last: that is what they keep */
		if (atoi(kept[n - 1 - i]) < atoi(kept[n - 1])) {
			char *least = kept[n - 1 - i];

			kept[n - 1 - i] = kept[n - 1];
			kept[n - 1] = least;
		}
	for (int i = 0; i < n; i++)
		check_kept(name, first + (rlim_t)i * step, kept[i], kept[n - 1]);
	for (int i = 0; i < n; i++)
		free(kept[i]);
	printf("  %s: not with %d of them\n", name, n - GOOD);
	CHECK(n > GOOD && good == GOOD);
}

static void too_few_descriptors(void)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		try_each(all[i].name, RLIMIT_NOFILE, 3, 1);
}

/* rows: F14 F18 F31 T41 */
static void too_few_threads_and_processes(void)
{
	try_each("serve", RLIMIT_NPROC, 1, 1);
	try_each("spawn", RLIMIT_NPROC, 1, 1);
	try_each("copy", RLIMIT_NPROC, 1, 1);
	try_each("pool", RLIMIT_NPROC, 1, 1);
}

/* Of addresses; what is mapped of a pool is half a gigabyte. */
static void too_little_memory(void)
{
	enum { MIB = 1 << 20 };

	try_each("pool", RLIMIT_AS, (rlim_t)64 * MIB, (rlim_t)32 * MIB);
	try_each("queue", RLIMIT_AS, (rlim_t)16 * MIB, (rlim_t)16 * MIB);
}

/* Memory that is shared counts as a file. */
static void too_small_files(void)
{
	try_each("pool", RLIMIT_FSIZE, 0, 64 << 20);
	try_each("large", RLIMIT_FSIZE, 0, 1 << 20);
	try_each("memory", RLIMIT_FSIZE, 0, 1 << 20);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		alarm(suite_limit() / 2);
		return run_named(argv[1]);
	}
	CHECK_EQ(use_pool(), 0); /* a thread, and what the family has, stay */
	tu_server_end();
	suite_begin();
	RUN(too_few_descriptors);
	RUN(too_few_threads_and_processes);
	RUN(too_little_memory);
	RUN(too_small_files);
	return suite_end();
}
