/* SPDX-License-Identifier: MIT */
/* rows: T46 */
/* ctest: VIRTUAL ON */
/* A failure that nobody looked at is said once, when the last reference is gone; others never. */
#include <tutti/report.h>

#include "support/suite.h"

#include <errno.h>

static int reports, last_code;
static char last_text[256];

static void keep(int code, const char *text, void *arg)
{
	CHECK(arg == &reports);
	CHECK(!strchr(text, '\n'));
	last_code = code;
	snprintf(last_text, sizeof last_text, "%s", text);
	tu_add_acqrel(&reports, 1);
}

static void begin(void)
{
	reports = last_code = 0;
	last_text[0] = '\0';
	tutti_set_reporter(keep, &reports);
}

static void *fail(void *arg)
{
	tutti_fail(-ENOENT, "%s: no such door", "blue");
	return arg;
}

static tutti_future *failed(enum mix mix)
{
	tutti_future *f = start_as(mix, fail, NULL);

	EVENTUALLY(tutti_future_done(f));
	return f;
}

/* rows: T33 T46 */
static void unseen_failures_are_reported_once(enum mix mix)
{
	begin();
	tutti_future *f = failed(mix);
	tutti_future_unref(tutti_future_ref(f));
	CHECK_EQ(reports, 0);
	tutti_future_unref(f); /* ours; what ran it may have another for a moment */
	EVENTUALLY(tu_load_acq(&reports) == 1);
	CHECK_EQ(last_code, -ENOENT);
	CHECK(strstr(last_text, "blue: no such door"));
}

static void a_broken_promise_counts_too(void)
{
	tutti_future *f = tutti_future_create(0);

	begin();
	CHECK_EQ(tutti_future_set_error(f, TUTTI_EUSER - 1, "nobody home"), 0);
	tutti_future_unref(f);
	CHECK_EQ(reports, 1);
	CHECK_EQ(last_code, TUTTI_EUSER - 1);
	CHECK(strstr(last_text, "nobody home"));
}

static int open_door(const int *number, int *out)
{
	*out = *number;
	return tutti_fail(-ENOENT, "%s: no such door", "red");
}
TUTTI_JOB_TRY(open_door, int, int);

static int open_named(const tutti_bytes *name, int *out)
{
	*out = (int)name->size;
	return tutti_fail(-ENOENT, "%s: no such door", "green");
}
TUTTI_JOB_TRY(open_named, int, tutti_bytes);

/* Which of many it was: the job, its input, and where it was submitted. */
static void a_jobs_input_and_place_are_told(void)
{
	tutti_executor *e;
	int number = 42;

	CHECK_EQ(tutti_executor_open(&e, "inline", NULL), 0);
	begin();
	tutti_future_unref(tutti_submit(e, &open_door_job, &number, NULL));
	CHECK_EQ(reports, 1);
	CHECK(strstr(last_text, "job 'open_door' failed and nobody looked: red: no such door"));
	CHECK(strstr(last_text, "its input was 2a 00 00 00 (42), submitted at report_test("));
	tutti_future_unref(open_named_submit(e, tutti_bytes_of("the back door", 13)));
	CHECK_EQ(reports, 2);
	CHECK(strstr(last_text, "its input was 'the back door', submitted at report_test("));
	tutti_future_unref(open_named_submit(e, tutti_bytes_of("\001\002", 2)));
	CHECK(strstr(last_text, "its input was 01 02, submitted at"));
	tutti_executor_free(e);
}

static void who_looked_has_seen_it(void)
{
	tutti_future *f[5];

	begin();
	for (int i = 0; i < 5; i++)
		f[i] = failed(THREADS);
	CHECK_EQ(tutti_future_result(f[0], NULL, 0), -ENOENT);
	CHECK_EQ(tutti_future_error(f[1]), -ENOENT);
	CHECK_STR(tutti_future_text(f[2]), "blue: no such door");
	CHECK_EQ(tutti_thread_join(f[3], NULL), -ENOENT);
	for (int i = 0; i < 4; i++)
		tutti_future_unref(f[i]);
	CHECK_EQ(tutti_join_all(&f[4], 1), -ENOENT);
	settle();
	CHECK_EQ(tu_load_acq(&reports), 0);
}

/* Only looking once it is done counts. */
static void looking_too_early_does_not_count(void)
{
	tutti_future *f = tutti_future_create(0);

	begin();
	CHECK_EQ(tutti_future_error(f), TUTTI_EPENDING);
	CHECK_STR(tutti_future_text(f), "");
	CHECK_EQ(tutti_future_set_error(f, -EIO, NULL), 0);
	tutti_future_unref(f);
	CHECK_EQ(reports, 1);
}

static void *run_well(void *arg)
{
	return arg;
}

static void success_and_cancel_are_no_failures(void)
{
	tutti_future *f = tutti_task_start(run_well, NULL, NULL);

	begin();
	CHECK_EQ(tutti_future_cancel(f), 0);
	tutti_future_unref(f);
	f = tutti_future_create(0);
	CHECK_EQ(tutti_future_cancel(f), 0);
	tutti_future_unref(f);
	f = tutti_future_create(0);
	CHECK_EQ(tutti_future_set_result(f, NULL), 0);
	tutti_future_unref(f);
	f = tutti_future_create(0);
	tutti_future_unref(f);
	CHECK_EQ(reports, 0);
}

static void can_be_silenced(void)
{
	begin();
	tutti_set_reporter(NULL, NULL);
	tutti_future_unref(failed(THREADS));
	CHECK_EQ(reports, 0);
	tutti_set_reporter(tutti_report_stderr, NULL);
}

static void the_first_one_prints_a_line(void)
{
	char line[64] = "";
	int old = dup(STDERR_FILENO), ends[2];

	CHECK_EQ(pipe(ends), 0);
	CHECK(dup2(ends[1], STDERR_FILENO) >= 0);
	tutti_report_stderr(-EIO, "the text", NULL);
	CHECK(dup2(old, STDERR_FILENO) >= 0);
	close(old);
	close(ends[1]);
	CHECK(read(ends[0], line, sizeof line - 1) > 0);
	close(ends[0]);
	CHECK_STR(line, "tutti: the text\n");
}

int main(void)
{
	suite_begin();
	RUN_MIXES(unseen_failures_are_reported_once);
	RUN(a_broken_promise_counts_too);
	RUN(a_jobs_input_and_place_are_told);
	RUN(who_looked_has_seen_it);
	RUN(looking_too_early_does_not_count);
	RUN(success_and_cancel_are_no_failures);
	RUN(can_be_silenced);
	RUN(the_first_one_prints_a_line);
	return suite_end();
}
