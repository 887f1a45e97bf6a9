/* SPDX-License-Identifier: MIT */
/* ps.c - `tutti ps` and `tutti tree`: what the threads, tasks and jobs of a program wait for. */
#define _GNU_SOURCE
#include "ps.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "option.h"
#include "terminal.h"

struct wanted {
	const char *command;
	bool tree, json, alone, stacks;
	double watch; /* seconds; 0: once */
	int pid;      /* 0: all of the user's */
};

enum { OPT_JSON = 256, OPT_WATCH, OPT_ALONE, OPT_STACKS };

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "watch", required_argument, NULL, OPT_WATCH },
	{ "no-children", no_argument, NULL, OPT_ALONE },
	{ "stacks", no_argument, NULL, OPT_STACKS },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int help(const struct wanted *w)
{
	printf("usage: tutti %s [OPTION...]%s\n", w->command, w->tree ? " PID" : " [PID]");
	puts("\n"
	     "Shows each thread, task and job of a running program that uses tutti: whether it\n"
	     "runs, is ready or waits; for what, who holds that, and since when. The program is\n"
	     "neither stopped nor asked: it may hang. Its child processes follow it.");
	if (w->tree)
		puts("Each stands below what has started it.");
	else
		puts("Without PID: your processes that use tutti, a line for each.");
	puts("\n"
	     "options:\n"
	     "  --json           a line of JSON for each row\n"
	     "  --no-children    leave out processes that it has started\n"
	     "  --stacks         also where each stands, in which functions\n"
	     "  --watch SECONDS  again and again, until it ends\n"
	     "  -h, --help       this\n"
	     "\n"
	     "Who may look is who may debug: see ptrace(2). A program that was started with\n"
	     "TUTTI_DUMP=SIGQUIT in its environment writes the same when it is sent that signal.\n"
	     "\n"
	     "exit status: 0; 1 if it is not there, does not use tutti or may not be looked at;\n"
	     "2 if this was asked for in a way that it does not know");
	return STATUS_FINE;
}

/* -- JSON -------------------------------------------------------------------------------------- */

static void add_text(struct text *t, const char *key, const char *value)
{
	if (!*value)
		return;
	text_printf(t, ",\"%s\":", key);
	text_json(t, value, strlen(value));
}

static void add_stack(struct text *t, const tutti_inspect_row *row)
{
	struct text frames = { 0 };
	const char *at, *end, *next;

	if (ps_stack(row, &frames) > 0 && !frames.failed) {
		text_printf(t, ",\"stack\":[");
		at = frames.data;
		for (end = at + frames.size; at < end; at = next + 1) {
			next = memchr(at, '\n', (size_t)(end - at));
			next = next ? next : end;
			text_printf(t, "%s", at > frames.data ? "," : "");
			text_json(t, at, (size_t)(next - at));
		}
		text_printf(t, "]");
	}
	text_free(&frames);
}

static void add_row(struct text *t, const tutti_inspect_row *row, size_t number, bool stacks)
{
	static const char *const kinds[] = { "process", "thread", "task", "job" };
	static const char *const states[] = { "running", "ready", "waiting", "stopped", "ended" };

	text_printf(t, "{\"row\":%zu,\"kind\":\"%s\",\"state\":\"%s\",\"pid\":%d", number,
		kinds[row->kind], states[row->state], row->pid);
	if (row->native_id)
		text_printf(t, ",\"thread\":%d", row->native_id);
	if (row->id)
		text_printf(t, ",\"id\":%" PRIu64, row->id);
	if (row->parent != TUTTI_INSPECT_NOBODY)
		text_printf(t, ",\"parent\":%zu", row->parent);
	add_text(t, "name", row->name);
	add_text(t, "role", row->role);
	add_text(t, "waits_for", row->waits_for);
	if (*row->waits_for) {
		add_text(t, "verb", row->verb);
		add_text(t, "noun", row->noun);
		if (row->object)
			text_printf(t, ",\"object\":\"0x%" PRIx64 "\"", row->object);
		if (row->waited >= 0)
			text_printf(t, ",\"waited\":%.3f", (double)row->waited / 1e9);
		if (row->left >= 0)
			text_printf(t, ",\"left\":%.3f", (double)row->left / 1e9);
	}
	if (row->held_by != TUTTI_INSPECT_NOBODY)
		text_printf(t, ",\"held_by\":%zu", row->held_by);
	if (stacks)
		add_stack(t, row);
	text_printf(t, "}\n");
}

static int write_json(const tutti_inspection *seen, bool stacks)
{
	struct text t = { 0 };
	const char *note;
	bool whole;
	size_t n;
	const tutti_inspect_row *rows = tutti_inspection_rows(seen, &n);

	for (size_t i = 0; i < n; i++)
		add_row(&t, &rows[i], i, stacks);
	if (stacks)
		ps_stacks_end();
	for (size_t i = 0; (note = tutti_inspection_note(seen, i)) != NULL; i++) {
		text_printf(&t, "{\"note\":");
		text_json(&t, note, strlen(note));
		text_printf(&t, "}\n");
	}
	whole = !t.failed;
	if (whole)
		fwrite(t.data, 1, t.size, stdout);
	text_free(&t);
	return whole ? STATUS_FINE : STATUS_FAILED;
}

/* -- one process ------------------------------------------------------------------------------- */

static int show(const tutti_inspection *seen, const struct wanted *w)
{
	struct terminal terminal = terminal_of(STDOUT_FILENO);
	tutti_inspect_style style = { .tree = w->tree,
		.utf8 = terminal.utf8,
		.color = terminal.color,
		.width =
			isatty(STDOUT_FILENO) || getenv("COLUMNS") ? (unsigned)terminal.width : 0 };
	int rc;

	if (w->json)
		return write_json(seen, w->stacks);
	fflush(stdout);
	rc = tutti_inspection_write(seen, &style, STDOUT_FILENO);
	if (rc == 0 && w->stacks)
		ps_stacks_put(seen);
	if (rc == 0)
		return STATUS_FINE;
	if (rc == -EPIPE)
		return STATUS_NO_READER;
	say("standard output: %s", tutti_strerror(rc));
	return STATUS_FAILED;
}

static int show_once(const struct wanted *w, bool again)
{
	char reason[512] = "no memory";
	tutti_inspect_options o = {
		.children = !w->alone, .reason = reason, .reason_bytes = sizeof reason
	};
	tutti_inspection *seen;
	int rc = tutti_inspect(&seen, w->pid, &o), status;

	if (rc == -ESRCH && again)
		return STATUS_NOT_FOUND; /* it has ended: so do we */
	if (rc < 0) {
		say("%s: %s", w->command, reason);
		return STATUS_FAILED;
	}
	if (again && isatty(STDOUT_FILENO))
		fputs("\033[H\033[2J", stdout);
	else if (again && !w->json)
		putchar('\n');
	status = show(seen, w);
	tutti_inspection_free(seen);
	return status;
}

/* -- all of them ------------------------------------------------------------------------------- */

/* A line for a process that uses tutti; nothing for any other, or one that has just ended. */
static void list_process(const struct wanted *w, int pid)
{
	size_t n, threads = 0, tasks = 0, jobs = 0, waiting = 0;
	const tutti_inspect_row *rows;
	tutti_inspection *seen;

	if (tutti_inspect(&seen, pid, NULL) < 0)
		return;
	rows = tutti_inspection_rows(seen, &n);
	for (size_t i = 0; i < n; i++) {
		threads += rows[i].kind == TUTTI_INSPECT_THREAD;
		tasks += rows[i].kind == TUTTI_INSPECT_TASK;
		jobs += rows[i].kind == TUTTI_INSPECT_JOB;
		waiting += *rows[i].waits_for != 0;
	}
	if (w->json) {
		struct text t = { 0 };

		text_printf(&t, "{\"pid\":%d", pid);
		add_text(&t, "name", rows[0].name);
		text_printf(&t, ",\"threads\":%zu,\"tasks\":%zu,\"jobs\":%zu,\"waiting\":%zu}\n",
			threads, tasks, jobs, waiting);
		if (!t.failed)
			fwrite(t.data, 1, t.size, stdout);
		text_free(&t);
	} else {
		printf("%8d  %-20s %7zu %7zu %7zu %7zu\n", pid, rows[0].name, threads, tasks, jobs,
			waiting);
	}
	tutti_inspection_free(seen);
}

static int list(const struct wanted *w)
{
	struct dirent *entry;
	DIR *dir = opendir("/proc");

	if (!dir) {
		say("%s: /proc: %s", w->command, tutti_strerror(-errno));
		return STATUS_FAILED;
	}
	if (!w->json)
		printf("%8s  %-20s %7s %7s %7s %7s\n", "PID", "NAME", "THREADS", "TASKS", "JOBS",
			"WAITING");
	while ((entry = readdir(dir)) != NULL) {
		int pid = atoi(entry->d_name);
		char path[64];
		struct stat st;

		snprintf(path, sizeof path, "/proc/%d", pid);
		if (pid > 0 && pid != (int)getpid() && stat(path, &st) == 0 &&
			st.st_uid == geteuid())
			list_process(w, pid);
	}
	closedir(dir);
	return STATUS_FINE;
}

/* -- what is asked for ------------------------------------------------------------------------- */

static bool parse_watch(struct wanted *w, const char *text)
{
	char *end;

	errno = 0;
	w->watch = strtod(text, &end);
	if (!*text || *end || errno || !(w->watch >= 0.01) || !(w->watch <= 86400))
		return option_need(w->command, "--watch needs seconds, from 0.01 to 86400");
	return true;
}

static bool parse_pid(struct wanted *w, const char *text)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || n < 1 || n > INT32_MAX) {
		say("%s: '%s' is no process number", w->command, text);
		return false;
	}
	w->pid = (int)n;
	return true;
}

/* -1: go on; else the status. */
static int parse(struct wanted *w, int argc, char **argv)
{
	int c;

	optind = 0;
	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (c == 'h')
			return help(w);
		if (c == OPT_JSON)
			w->json = true;
		else if (c == OPT_ALONE)
			w->alone = true;
		else if (c == OPT_STACKS)
			w->stacks = true;
		else if (c == OPT_WATCH && !parse_watch(w, optarg))
			return option_misused(w->command);
		else if (c == ':' || c == '?') {
			option_complain(w->command, c, argv);
			return option_misused(w->command);
		}
	}
	if (argc - optind > 1) {
		say("%s: one process at a time, and there is '%s' too", w->command,
			argv[optind + 1]);
		return option_misused(w->command);
	}
	if (optind < argc && !parse_pid(w, argv[optind]))
		return option_misused(w->command);
	if (w->tree && w->pid == 0) {
		say("%s: of which process? `tutti ps` lists those that use tutti", w->command);
		return option_misused(w->command);
	}
	return -1;
}

static int run(struct wanted *w, int argc, char **argv)
{
	int status = parse(w, argc, argv);
	bool again = false;

	if (status >= 0)
		return status;
	if (w->stacks && !ps_stacks_begin(w->command))
		return STATUS_FAILED;
	for (;;) {
		status = w->pid ? show_once(w, again) : list(w);
		if (w->watch == 0 || (status != STATUS_FINE && !(again && w->pid)))
			return status;
		if (status != STATUS_FINE)
			return status == STATUS_NOT_FOUND ? STATUS_FINE : status;
		fflush(stdout);
		tutti_sleep((tutti_time)(w->watch * 1e9));
		again = true;
	}
}

int ps_main(int argc, char **argv)
{
	struct wanted w = { .command = "ps" };

	return run(&w, argc, argv);
}

int tree_main(int argc, char **argv)
{
	struct wanted w = { .command = "tree", .tree = true };

	return run(&w, argc, argv);
}
