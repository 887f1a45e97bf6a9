/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-asan LABELS no-valgrind LABELS no-qemu */
/*
 * A program may have so few descriptors that what it starts with processes cannot be: for each
 * small number this program is run again, tries once with that and once more with many. The first
 * time it is told why not, the second time it works, and no descriptor is lost.
 *
 * no-tsan: nothing can be copied there; the other labels: checkers need descriptors themselves.
 */
#include <tutti/tutti.h>

#include "os/os.h"
#include "proc/errors.h"
#include "proc/server.h"
#include "support/again.h"
#include "support/leaks.h"
#include "support/suite.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { MOST = 60, LARGE = 2 << 20 };

static int square(int n)
{
	return n * n;
}
TUTTI_JOB(square, int, int);

static tutti_bytes repeat(int c)
{
	static char large[LARGE];
	tutti_bytes out = { NULL, 0, NULL };

	memset(large, c, sizeof(large));
	if (tutti_bytes_copy(&out, large, sizeof(large)) < 0)
		tutti_fail(-ENOMEM, "no memory for so much");
	return out;
}
TUTTI_JOB(repeat, tutti_bytes, int);

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
		f = repeat_submit(e, 'x');
		rc = repeat_result(f, &got);
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
	int rc = tutti_shm_create_named(&m, "tutti-descriptors", 100);

	if (rc < 0)
		return rc;
	rc = tutti_shm_open(&same, "tutti-descriptors");
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

static void allow(rlim_t n)
{
	struct rlimit limit;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = n;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* With so many the loader cannot open a library, in what is started: that is a crash, too. */
static bool is_clear(int rc)
{
	return rc == 0 || rc == -EMFILE || rc == TUTTI_ECRASHED;
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
	struct rlimit usual;
	int rc, descriptors;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
	allow(strtoul(getenv("TEST_DESCRIPTORS"), NULL, 10));
	rc = what();
	if (!is_clear(rc))
		printf("it says %d: %s\n", rc, tutti_strerror(rc));
	allow(usual.rlim_cur);
	descriptors = descriptors_after(what);
	CHECK_EQ(descriptors_after(what), descriptors);
	printf("%d kept\n", descriptors);
	return !is_clear(rc) ? 3 : rc == 0 ? 0 : 10;
}

static const struct {
	const char *name;
	int (*what)(void);
} all[] = {
	{ "serve", serve },
	{ "spawn", spawn },
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

/* Whatever happened at first, the same stays open: what the last one had, who was told nothing. */
static void try_with_each(const char *name)
{
	char number[16], *kept[MOST] = { NULL };
	int n, failed = 0, good = 0;

	for (n = 3; n < MOST && good < 3; n++) {
		struct again a;

		snprintf(number, sizeof(number), "%d", n);
		CHECK_EQ(setenv("TEST_DESCRIPTORS", number, 1), 0);
		a = again(name);
		if (!WIFEXITED(a.status) || WEXITSTATUS(a.status) != 10) {
			if (a.status != 0)
				fprintf(stderr, "with %d descriptors: ", n);
			again_check_exit(&a, name, 0);
			good++;
		} else {
			failed++;
			good = 0;
		}
		kept[n] = a.out;
	}
	for (int i = 3; i < n; i++) {
		if (strcmp(kept[i], kept[n - 1]) != 0)
			fprintf(stderr, "%s with %d descriptors: %s", name, i, kept[i]);
		CHECK_STR(kept[i], kept[n - 1]);
	}
	for (int i = 3; i < n; i++)
		free(kept[i]);
	printf("  %s: not with %d of them\n", name, failed);
	CHECK(failed > 0 && good == 3);
}

static void too_few_are_no_harm(void)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		try_with_each(all[i].name);
}

/* Who cannot be looked up is not taken for dead. */
static void no_name_is_taken_away(void)
{
	struct rlimit usual;
	tutti_shm *m, *other;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
	CHECK_EQ(tutti_shm_create_named(&m, "tutti-descriptors", 100), 0);
	for (rlim_t n = 3; n < 20; n++) {
		int rc;

		allow(n);
		rc = tutti_shm_create_named(&other, "tutti-descriptors", 100);
		allow(usual.rlim_cur);
		CHECK(rc == -EMFILE || rc == -EEXIST);
	}
	CHECK_EQ(tutti_shm_open(&other, "tutti-descriptors"), 0);
	CHECK(other == m);
	tutti_shm_free(other);
	tutti_shm_free(m);
}

/* Those of a request: the others would be taken for what they are not. */
static void all_of_them_come_or_none(void)
{
	int before = leaks_descriptors(), end[2], fds[3] = { 0, 1, 2 }, came[3];
	struct rlimit usual;
	char c = 'x';

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
	CHECK_EQ(tu_os_channel_open(end), 0);
	CHECK_EQ(tu_os_channel_send(end[0], &c, 1, fds, 3), 0);
	allow((rlim_t)end[1] + 3); /* two find a place */
	CHECK_EQ(tu_os_channel_receive(end[1], &c, 1, came, 3), -EMFILE);
	allow(usual.rlim_cur);
	tu_os_close(end[0]);
	tu_os_close(end[1]);
	CHECK_EQ(leaks_descriptors(), before);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		alarm(suite_limit() / 2);
		return run_named(argv[1]);
	}
	CHECK_EQ(use_memory(), 0); /* what the family has stays */
	suite_begin();
	RUN(too_few_are_no_harm);
	RUN(no_name_is_taken_away);
	RUN(all_of_them_come_or_none);
	return suite_end();
}
