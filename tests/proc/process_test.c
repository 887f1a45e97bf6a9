/* SPDX-License-Identifier: MIT */
/* Processes that run a job, in each of the three ways: what comes back, and how they end. */
#include <tutti/tutti.h>

#include "support/suite.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

static tutti_start_method method;

static tutti_process *start(tutti_job *job, const void *arg)
{
	return tutti_process_start(job, arg, &(tutti_process_options){ .method = method });
}

static int square(int n)
{
	return n * n;
}
TUTTI_JOB(square, int, int);

typedef struct identity {
	int pid, parent;
	char name[40];
	bool daemon;
} identity;

static identity who(void)
{
	identity me = { .pid = tutti_process_pid(NULL), .parent = tutti_process_parent_pid() };

	CHECK_EQ(me.pid, getpid());
	snprintf(me.name, sizeof(me.name), "%s", tutti_process_name(NULL));
	me.daemon = tutti_process_daemon(NULL);
	return me;
}
TUTTI_JOB(who, identity, void);

static tutti_bytes twice(tutti_bytes in)
{
	char *text = malloc(2 * in.size + 1);
	tutti_bytes out;

	CHECK(text != NULL);
	memcpy(text, in.data, in.size);
	memcpy(text + in.size, in.data, in.size);
	CHECK_EQ(tutti_bytes_copy(&out, text, 2 * in.size), 0);
	free(text);
	return out;
}
TUTTI_JOB(twice, tutti_bytes, tutti_bytes);

static void leave(int code)
{
	exit(code);
}
TUTTI_JOB(leave, void, int);

static void be_killed(int number)
{
	raise(number);
}
TUTTI_JOB(be_killed, void, int);

static void fail(void)
{
	tutti_fail(-ENOENT, "there is no such thing");
}
TUTTI_JOB(fail, void, void);

static void sleep_long(void)
{
	tutti_sleep(TUTTI_SECONDS(1000));
}
TUTTI_JOB(sleep_long, void, void);

static void a_result_comes_back(void)
{
	int n = 12, squared = 0, code = 1;
	tutti_process *p = start(&square_job, &n);

	CHECK_EQ(square_result(p, &squared), 0);
	CHECK_EQ(squared, 144);
	CHECK_EQ(tutti_process_join(p), 0);
	CHECK_EQ(tutti_process_join(p), 0);
	CHECK_EQ(tutti_process_exitcode(p, &code), 0);
	CHECK_EQ(code, 0);
	CHECK(!tutti_process_is_alive(p));
	tutti_future_unref(p);
}

static void it_knows_who_it_is(void)
{
	identity one, two;
	tutti_process *p = start(&who_job, NULL);
	tutti_process *q = tutti_process_start(&who_job, NULL,
		&(tutti_process_options){ .method = method, .name = "quiet one", .daemon = 1 });

	CHECK_EQ(who_result(p, &one), 0);
	CHECK_EQ(who_result(q, &two), 0);
	CHECK_EQ(one.pid, tutti_process_pid(p));
	CHECK(one.pid != two.pid);
	CHECK(one.pid != getpid());
	CHECK_EQ(one.parent, getpid());
	CHECK_EQ(two.parent, getpid());
	CHECK_STR(one.name, tutti_process_name(p));
	CHECK(strncmp(one.name, "Process-", 8) == 0);
	CHECK_STR(two.name, "quiet one");
	CHECK(!one.daemon);
	CHECK(two.daemon);
	CHECK_STR(tutti_process_name(NULL), "MainProcess");
	tutti_future_unref(p);
	tutti_future_unref(q);
}

static void bytes_of_any_length_cross(void)
{
	for (size_t n = 1; n < 20000000; n *= 37) {
		char *text = malloc(n);
		tutti_bytes in, out;
		tutti_process *p;

		CHECK(text != NULL);
		memset(text, 'a' + (int)(n % 26), n);
		in = tutti_bytes_of(text, n);
		p = start(&twice_job, &in);
		CHECK_EQ(twice_result(p, &out), 0);
		CHECK_EQ(out.size, 2 * n);
		CHECK(memcmp(out.data, text, n) == 0);
		CHECK(memcmp((const char *)out.data + n, text, n) == 0);
		tutti_bytes_free(&out);
		tutti_future_unref(p);
		free(text);
	}
}

static void ends_with(tutti_job *job, const void *arg, int code, const char *words)
{
	tutti_process *p = start(job, arg);
	int got = 12345;

	CHECK_EQ(tutti_process_join(p), 0);
	CHECK_EQ(tutti_process_exitcode(p, &got), 0);
	CHECK_EQ(got, code);
	if (words && !strstr(tutti_future_text(p), words)) {
		fprintf(stderr, "'%s' is not in '%s'\n", words, tutti_future_text(p));
		exit(1);
	}
	tutti_future_unref(p);
}

static void exit_codes_say_how_it_ended(void)
{
	int seven = 7, none = 0, kill_number = SIGKILL, n = 3;

	ends_with(&square_job, &n, 0, NULL);
	ends_with(&leave_job, &seven, 7, "exit code 7");
	ends_with(&leave_job, &none, 0, "exit code 0");
	ends_with(&be_killed_job, &kill_number, -SIGKILL, "SIGKILL");
	ends_with(&fail_job, NULL, 1, "there is no such thing");
}

static void one_that_does_not_end_is_terminated(void)
{
	tutti_process *p = start(&sleep_long_job, NULL), *q = start(&sleep_long_job, NULL);
	int code;

	CHECK(tutti_process_is_alive(p));
	CHECK_EQ(tutti_process_exitcode(p, &code), TUTTI_EPENDING);
	CHECK_EQ(tutti_process_join_until(p, tutti_after(TUTTI_MILLISECONDS(1))), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_process_children(NULL, 0), 2);
	CHECK_EQ(tutti_process_terminate(p), 0);
	CHECK_EQ(tutti_process_join(p), 0);
	CHECK_EQ(tutti_process_exitcode(p, &code), 0);
	CHECK_EQ(code, -SIGTERM);
	CHECK_EQ(tutti_process_terminate(p), 0); /* too late, and no harm */
	CHECK(tutti_future_cancel(q) >= 0);
	CHECK_EQ(tutti_future_result(q, NULL, 0), TUTTI_EJOBCANCELED);
	CHECK_EQ(tutti_process_children(NULL, 0), 0);
	tutti_future_unref(p);
	tutti_future_unref(q);
}

static void several_mix_with_other_futures(void)
{
	int n[4] = { 1, 2, 3, 4 }, sum = 0;
	tutti_future *all[4];

	for (int i = 0; i < 4; i++)
		all[i] = start(&square_job, &n[i]);
	CHECK_EQ(tutti_wait(all, 4, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER), 4);
	for (int i = 0; i < 4; i++) {
		int squared;

		CHECK_EQ(square_result(all[i], &squared), 0);
		sum += squared;
		tutti_future_unref(all[i]);
	}
	CHECK_EQ(sum, 30);
}

static const tutti_start_method methods[] = { TUTTI_FORKSERVER, TUTTI_SPAWN, TUTTI_FORK };

#define RUN_METHODS(test)                      \
	do {                                   \
		for (int i = 0; i < 3; i++) {  \
			method = methods[i];   \
			suite_next(#test, -1); \
			test();                \
		}                              \
	} while (0)

/* The minder and the fork server stay. */
static void begin_the_first(void)
{
	method = TUTTI_FORKSERVER;
	a_result_comes_back();
}

int main(void)
{
	begin_the_first();
	suite_begin();
	RUN_METHODS(a_result_comes_back);
	RUN_METHODS(it_knows_who_it_is);
	RUN_METHODS(bytes_of_any_length_cross);
	RUN_METHODS(exit_codes_say_how_it_ended);
	RUN_METHODS(one_that_does_not_end_is_terminated);
	RUN_METHODS(several_mix_with_other_futures);
	return suite_end();
}
