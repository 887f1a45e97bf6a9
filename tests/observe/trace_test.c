/* SPDX-License-Identifier: MIT */
/*
 * trace_test.c - what a trace says of a program: who waited for what, who ended that, and that all
 * of a lane's time is accounted for. Each line of the JSON that ends a trace is one event.
 */
#include <errno.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tutti/tutti.h>

#include "support/suite.h"

static tutti_lock red;
static atomic_bool enough;
static tutti_bytes drawn; /* the JSON that is looked at */

/* -- reading ---------------------------------------------------------------------------------- */

static void draw(void)
{
	CHECK_EQ(tutti_trace_draw(TUTTI_TRACE_JSON, &drawn, NULL), 0);
	CHECK_EQ(tutti_trace_stop(), 0);
	CHECK(!tutti_trace_active());
}

static const char *line_after(const char *line)
{
	const char *end = strchr(line, '\n');

	return end && end[1] ? end + 1 : NULL;
}

static const char *first_line(void)
{
	return line_after(drawn.data);
}

/* Is text in the line? */
static bool has(const char *line, const char *text)
{
	const char *at = strstr(line, text), *end = strchr(line, '\n');

	return at && (!end || at < end);
}

static double number(const char *line, const char *key)
{
	char quoted[40];
	const char *at;

	snprintf(quoted, sizeof quoted, "\"%s\":", key);
	CHECK(has(line, quoted));
	at = strstr(line, quoted) + strlen(quoted);
	return strtod(at, NULL);
}

/* The only line with both, or NULL: there is none. */
static const char *find(const char *a, const char *b)
{
	const char *found = NULL;

	for (const char *line = first_line(); line; line = line_after(line)) {
		if (!has(line, a) || !has(line, b))
			continue;
		CHECK(!found);
		found = line;
	}
	return found;
}

/* The lane of that name. */
static int lane(const char *name)
{
	const char *line = find("\"thread_name\"", name);

	CHECK(line != NULL);
	return (int)number(line, "tid");
}

static bool in_lane(const char *line, int tid)
{
	return (int)number(line, "tid") == tid;
}

static size_t count(const char *text)
{
	size_t n = 0;

	for (const char *line = first_line(); line; line = line_after(line))
		n += has(line, text);
	return n;
}

/* -- off -------------------------------------------------------------------------------------- */

static void off(void)
{
	tutti_bytes none;

	CHECK(!tutti_trace_active());
	tutti_trace_mark("nobody sees this");
	tutti_trace_begin("nor this");
	tutti_trace_label("nor this");
	tutti_trace_end(-EIO);
	tutti_trace_name(&red, "nor this");
	CHECK_EQ(tutti_trace_draw(TUTTI_TRACE_JSON, &none, NULL), -ENOENT);
	CHECK_EQ(tutti_trace_stop(), 0);
}

/* -- one hands over to the other --------------------------------------------------------------- */

static void *holder(void *arg)
{
	tutti_lock_acquire(&red);
	tutti_yield();
	tutti_lock_release(&red);
	return arg;
}

static void *waiter(void *arg)
{
	tutti_lock_acquire(&red);
	tutti_lock_release(&red);
	return arg;
}

static void start_two(void)
{
	tutti_task *t[2];

	t[0] = tutti_task_start(holder, NULL, &(tutti_task_options){ .name = "holder" });
	t[1] = tutti_task_start(waiter, NULL, &(tutti_task_options){ .name = "waiter" });
	tutti_join_all(t, 2);
}

/* An arrow of that name from one lane to the other. */
static bool arrow(const char *name, int from, int to)
{
	char left[80];

	snprintf(left, sizeof left, "\"ph\":\"s\",\"name\":\"%s\"", name);
	for (const char *line = first_line(); line; line = line_after(line)) {
		const char *next = line_after(line);

		if (has(line, left) && in_lane(line, from) && in_lane(next, to)) {
			CHECK(has(next, "\"ph\":\"f\""));
			CHECK_EQ(number(line, "id"), number(next, "id"));
			CHECK(number(line, "ts") <= number(next, "ts"));
			return true;
		}
	}
	return false;
}

/* Each state begins where the one before ended, from the lane's beginning to its end. */
static void check_whole(int tid)
{
	double at = -1;

	for (const char *line = first_line(); line; line = line_after(line)) {
		if (!has(line, "\"ph\":\"X\"") || !in_lane(line, tid) ||
			has(line, "\"cat\":\"job") || has(line, "\"cat\":\"span"))
			continue;
		CHECK(at < 0 ||
			(number(line, "ts") - at < .0015 && at - number(line, "ts") < .0015));
		at = number(line, "ts") + number(line, "dur");
	}
	CHECK(at > 0);
}

static void handed_over(void)
{
	int from, to;
	const char *wait;

	CHECK_EQ(tutti_trace_start(NULL, NULL), 0);
	CHECK(tutti_trace_active());
	CHECK_EQ(tutti_trace_start(NULL, NULL), -EALREADY);
	tutti_trace_name(&red, "the red one");
	start_two();
	draw();
	from = lane("\"task 'holder'\"");
	to = lane("\"task 'waiter'\"");
	wait = find("\"acquire lock 'the red one'\"", "\"cat\":\"waiting\"");
	CHECK(wait && in_lane(wait, to));
	CHECK(arrow("release", from, to));
	CHECK(!arrow("release", to, from));
	CHECK(arrow("start", lane("\"thread 'MainThread'\""), from));
	CHECK(arrow("end", to, lane("\"thread 'MainThread'\"")));
	CHECK(strstr(drawn.data, "\"lost\":\"0\"") != NULL);
	for (int tid = 1; tid <= 3; tid++)
		check_whole(tid);
	tutti_bytes_free(&drawn);
}

/* -- words ------------------------------------------------------------------------------------ */

static void spans(void)
{
	const char *outer, *inner, *mark;

	CHECK_EQ(tutti_trace_start(NULL, NULL), 0);
	tutti_trace_begin("outer");
	tutti_trace_begin("inner \"quoted\\");
	tutti_trace_label("the label");
	tutti_trace_mark("here & now");
	tutti_trace_end(-EIO);
	tutti_trace_end(0);
	tutti_trace_end(0); /* of nothing */
	tutti_trace_begin("never ended");
	draw();
	outer = find("\"outer\"", "\"cat\":\"span\"");
	inner = find("\"inner \\\"quoted\\\\ the label: ", "\"cat\":\"span,failed\"");
	mark = find("\"here & now\"", "\"ph\":\"i\"");
	CHECK(outer && inner && mark);
	CHECK(number(outer, "ts") <= number(inner, "ts"));
	CHECK(number(inner, "ts") <= number(mark, "ts"));
	CHECK(number(mark, "ts") <= number(inner, "ts") + number(inner, "dur") + .001);
	CHECK(find("\"never ended\"", "\"cat\":\"span\"") != NULL);
	check_whole(lane("\"thread 'MainThread'\""));
	tutti_bytes_free(&drawn);
}

static int traced_half(int n)
{
	if (n % 2)
		tutti_fail(-EDOM, "odd");
	return n / 2;
}

TUTTI_JOB(traced_half, int, int);

static void jobs(void)
{
	tutti_executor *e;
	tutti_future *f[2];
	int two = 2, three = 3;

	CHECK_EQ(tutti_trace_start(NULL, NULL), 0);
	CHECK_EQ(tutti_executor_open(&e, "threads", &(tutti_executor_options){ .max_workers = 1 }),
		0);
	f[0] = tutti_submit(e, &traced_half_job, &two, NULL);
	f[1] = tutti_submit(e, &traced_half_job, &three, NULL);
	CHECK_EQ(tutti_future_result(f[0], &two, sizeof two), 0);
	CHECK_EQ(tutti_future_result(f[1], &three, sizeof three), -EDOM);
	tutti_future_unref(f[0]);
	tutti_future_unref(f[1]);
	tutti_executor_free(e);
	draw();
	CHECK(find("\"traced_half 2\"", "\"cat\":\"job\"") != NULL);
	CHECK(find("\"traced_half 3: ", "\"cat\":\"job,failed\"") != NULL);
	tutti_bytes_free(&drawn);
}

/* -- limits ----------------------------------------------------------------------------------- */

static void full(void)
{
	tutti_trace_options o = { .memory = 1000 };
	const char *lost;

	CHECK_EQ(tutti_trace_start(NULL, &o), -EINVAL);
	o.memory = 64 << 10;
	CHECK_EQ(tutti_trace_start(NULL, &o), 0);
	for (int i = 0; i < 10000; i++)
		tutti_trace_mark("one of many, with more words than that");
	draw();
	lost = strstr(drawn.data, "\"lost\":\"");
	CHECK(lost && strtol(lost + strlen("\"lost\":\""), NULL, 10) + (long)count("one of many") ==
			      10000);
	tutti_bytes_free(&drawn);
}

static char said[600];

static void listen(int code, const char *text, void *arg)
{
	CHECK(arg == said && code < 0);
	snprintf(said, sizeof said, "%s", text);
}

static void bad_paths(void)
{
	static const char *const bad[] = { "run", "run.jsn", ".svg", "no such folder/run.json" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		tutti_set_reporter(listen, said);
		CHECK_EQ(tutti_trace_start(bad[i], NULL), i < 3 ? -EINVAL : -ENOENT);
		CHECK(strstr(said, bad[i]) != NULL);
		CHECK(!tutti_trace_active());
	}
	tutti_set_reporter(tutti_report_stderr, NULL);
}

/* -- forms ------------------------------------------------------------------------------------ */

static void forms(void)
{
	tutti_bytes text;
	tutti_trace_chart narrow = { .width = 39 },
			  chart = { .width = 60, .utf8 = true, .rows = 2 };

	CHECK_EQ(tutti_trace_start(NULL, NULL), 0);
	start_two();
	CHECK_EQ(tutti_trace_draw(TUTTI_TRACE_TEXT, &text, &narrow), -EINVAL);
	CHECK_EQ(tutti_trace_draw(17, &text, NULL), -EINVAL);
	CHECK_EQ(tutti_trace_draw(TUTTI_TRACE_TEXT, &text, NULL), 0);
	CHECK(strstr(text.data, "task 'waiter'") && strstr(text.data, "# running"));
	tutti_bytes_free(&text);
	CHECK_EQ(tutti_trace_draw(TUTTI_TRACE_TEXT, &text, &chart), 0);
	CHECK(strstr(text.data, "thread 'MainThread'") != NULL);
	tutti_bytes_free(&text);
	CHECK_EQ(tutti_trace_draw(TUTTI_TRACE_SVG, &text, NULL), 0);
	CHECK(strstr(text.data, "task &#39;waiter") || strstr(text.data, "task 'waiter'"));
	CHECK(strcmp((const char *)text.data + text.size - 7, "</svg>\n") == 0);
	tutti_bytes_free(&text);
	CHECK_EQ(tutti_trace_stop(), 0);
}

/* A whole trace that takes microseconds, as one does unless others have the cores. */
static void ascii_has_no_micro_sign(void)
{
	tutti_bytes text;
	bool short_one = false;

	for (int i = 0; i < 100 && !short_one; i++) {
		CHECK_EQ(tutti_trace_start(NULL, NULL), 0);
		tutti_trace_mark("now");
		CHECK_EQ(tutti_trace_draw(TUTTI_TRACE_TEXT, &text, NULL), 0);
		CHECK(!strchr(text.data, '?'));
		short_one = strstr(text.data, " us\n") != NULL;
		tutti_bytes_free(&text);
		CHECK_EQ(tutti_trace_stop(), 0);
	}
}

/* -- rows ------------------------------------------------------------------------------------- */

static tutti_bytes text_of(size_t rows)
{
	tutti_trace_chart chart = { .rows = rows };
	tutti_bytes text;

	CHECK_EQ(tutti_trace_draw(TUTTI_TRACE_TEXT, &text, &chart), 0);
	return text;
}

static bool shows(size_t rows, const char *words)
{
	tutti_bytes text = text_of(rows);
	bool there = strstr(text.data, words) != NULL;

	tutti_bytes_free(&text);
	return there;
}

static void *nothing(void *arg)
{
	return arg;
}

static void in_turn(int n)
{
	tutti_thread *t;

	for (int i = 0; i < n; i++) {
		t = tutti_thread_start(nothing, NULL, &(tutti_thread_options){ .name = "in turn" });
		tutti_thread_join(t, NULL);
		tutti_future_unref(t);
	}
}

static void at_once(int n)
{
	tutti_group g = { 0 };

	for (int i = 0; i < n; i++)
		CHECK_EQ(tutti_group_start(&g, holder, NULL), 0);
	CHECK_EQ(tutti_group_join(&g), 0);
}

/* Who follows another is in its row; a crowd is one row; and nobody else is the less to be seen. */
static void shares_rows(void)
{
	static const char *const forms[] = { "svg", "text" };

	CHECK_EQ(tutti_trace_start(NULL, NULL), 0);
	in_turn(30);
	at_once(60);
	start_two();
	CHECK(shows(0, " x thread 'in turn'")); /* as a rule 30: one may end late */
	CHECK(shows(0, "60 x task 'Task-*'"));
	CHECK(shows(0, "\ntask 'holder'") && shows(0, "\ntask 'waiter'"));
	CHECK(shows(2, " lanes are not shown"));
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) { /* as many as there are */
		tutti_trace_chart all = { .rows = SIZE_MAX };
		tutti_bytes drawn_all;

		CHECK_EQ(tutti_trace_draw(i ? TUTTI_TRACE_TEXT : TUTTI_TRACE_SVG, &drawn_all, &all),
			0);
		CHECK(strstr(drawn_all.data, "task 'waiter'") != NULL);
		CHECK(strstr(drawn_all.data, "not shown\n") == NULL);
		tutti_bytes_free(&drawn_all);
	}
	CHECK_EQ(tutti_trace_stop(), 0);
}

/* Marks that would lie on each other leave room for those elsewhere. */
static void spreads_marks(void)
{
	tutti_bytes picture;

	CHECK_EQ(tutti_trace_start(NULL, NULL), 0);
	for (int i = 0; i < 5000; i++)
		tutti_trace_mark("many");
	tutti_sleep(TUTTI_MILLISECONDS(50));
	tutti_trace_mark("the last");
	CHECK_EQ(tutti_trace_draw(TUTTI_TRACE_SVG, &picture, NULL), 0);
	CHECK(strstr(picture.data, "<title>the last</title>") != NULL);
	tutti_bytes_free(&picture);
	CHECK_EQ(tutti_trace_stop(), 0);
}

/* -- what is no text -------------------------------------------------------------------------- */

static void shows_what_is_no_text(void)
{
	char words[301] = "";

	CHECK_EQ(tutti_trace_start(NULL, NULL), 0);
	tutti_trace_mark("a\xF8\x90\x80\x80"
			 "b\xED\xA0\x80"
			 "c\xC2\x9B"
			 "1m \x1B[2J");
	for (int i = 0; i < 100; i++)
		strcat(words, "\xE6\x96\x87");
	tutti_trace_begin(words);
	draw();
	CHECK(find("\"a????b???c?1m ?[2J\"", "\"ph\":\"i\"") != NULL);
	CHECK(find("\xE6\x96\x87\"", "\"cat\":\"span\"") != NULL); /* cut behind one of them */
	CHECK_EQ(tutti_bytes_check_utf8(drawn, NULL), 0);
	tutti_bytes_free(&drawn);
}

/* -- forks ------------------------------------------------------------------------------------ */

static void *draws(void *arg)
{
	tutti_bytes text;

	while (!atomic_load(&enough)) {
		CHECK_EQ(tutti_trace_draw(TUTTI_TRACE_JSON, &text, NULL), 0);
		tutti_bytes_free(&text);
	}
	return arg;
}

/* A child ends its copy of a trace as it exits: nobody is within it there. */
static void forked_while_drawn(void)
{
	tutti_thread *t;

	CHECK_EQ(tutti_trace_start(NULL, NULL), 0);
	for (int i = 0; i < 5000; i++)
		tutti_trace_mark("something to draw");
	t = tutti_thread_start(draws, NULL, NULL);
	for (int i = 0; i < 20; i++) {
		int status, pid = fork();

		if (pid == 0) {
			alarm(60); /* and not for ever */
			_exit(tutti_trace_stop());
		}
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK_EQ(status, 0);
	}
	atomic_store(&enough, true);
	tutti_thread_join(t, NULL);
	tutti_future_unref(t);
	atomic_store(&enough, false);
	CHECK_EQ(tutti_trace_stop(), 0);
}

/* A child of that number, if the kernel lets us say so; 0: it does not. */
static int child_of_number(int wanted)
{
	FILE *last = fopen("/proc/sys/kernel/ns_last_pid", "w");
	bool set;
	int pid;

	if (!last)
		return 0;
	set = fprintf(last, "%d", wanted - 1) > 0;
	if (fclose(last) != 0 || !set)
		return 0;
	pid = fork();
	if (pid == 0) {
		tutti_trace_mark("in a child");
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	return pid;
}

/* Two processes that had the same number, one after the other, are two. */
static void number_of_another(void)
{
	int first = fork(), second = 0;

	if (first == 0)
		_exit(0);
	CHECK_EQ(waitpid(first, NULL, 0), first);
	CHECK_EQ(tutti_trace_start(NULL, NULL), 0);
	first = child_of_number(first);
	for (int i = 0; first && i < 100 && second != first; i++) /* others fork as well */
		second = child_of_number(first);
	draw();
	if (first && second == first) {
		char quoted[40];

		snprintf(quoted, sizeof quoted, "\"pid\":%d,", first);
		CHECK(find("\"process_name\"", quoted) != NULL);
		CHECK(find("\"in a child\"", quoted) != NULL);
	} else {
		fprintf(stderr, "not tried: no say in the numbers of processes\n");
	}
	tutti_bytes_free(&drawn);
}

/* -- beginning and ending while others run ----------------------------------------------------- */

static void *busy(void *arg)
{
	while (!atomic_load(&enough)) {
		TUTTI_HOLD(&red);
		tutti_trace_mark("busy");
	}
	return arg;
}

static void while_others_run(void)
{
	tutti_thread *t[3];

	for (int i = 0; i < 3; i++)
		t[i] = tutti_thread_start(busy, NULL, NULL);
	for (int i = 0; i < 50; i++) {
		CHECK_EQ(tutti_trace_start(NULL, &(tutti_trace_options){ .memory = 1 << 20 }), 0);
		tutti_sleep(TUTTI_MILLISECONDS(1));
		draw();
		tutti_bytes_free(&drawn);
	}
	atomic_store(&enough, true);
	tutti_join_all(t, 3);
}

/* -- simulated time --------------------------------------------------------------------------- */

static void sleeps_for_long(void *arg)
{
	const char *slept;

	(void)arg;
	CHECK_EQ(tutti_trace_start(NULL, NULL), 0);
	tutti_sleep(TUTTI_SECONDS(3600));
	draw();
	slept = find("\"sleep\"", "\"cat\":\"waiting\"");
	CHECK(slept && number(slept, "dur") > 3600e6 - 1 && number(slept, "dur") < 3601e6);
	tutti_bytes_free(&drawn);
}

static void simulated(void)
{
	tutti_sim_options o = { .runs = 3 };

	CHECK_EQ(tutti_sim_check(sleeps_for_long, &o), 0);
}

int main(void)
{
	suite_begin();
	RUN(off);
	RUN(handed_over);
	RUN(spans);
	RUN(jobs);
	RUN(full);
	RUN(bad_paths);
	RUN(forms);
	RUN(ascii_has_no_micro_sign);
	RUN(shares_rows);
	RUN(spreads_marks);
	RUN(shows_what_is_no_text);
	RUN(forked_while_drawn);
	RUN(number_of_another);
	RUN(while_others_run);
	RUN(simulated);
	return suite_end();
}
