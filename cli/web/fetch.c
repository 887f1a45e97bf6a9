/* SPDX-License-Identifier: MIT */
/* fetch.c - `tutti fetch`: from the options to what the exit status says. */
#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WINDOW_LEAST = 1 << 10, WINDOW_PER_JOB = 4 };

/* The folder and those above it. 0, or -errno. */
static int make_folder(const char *path)
{
	char *copy = strdup(path);
	int rc = copy ? 0 : -ENOMEM;

	for (char *c = copy; rc == 0 && *c; c++)
		if (*c == '/' && c > copy) {
			*c = '\0';
			mkdir(copy, 0777); /* what is wrong with it the last one says too */
			*c = '/';
		}
	if (rc == 0 && mkdir(copy, 0777) < 0 && errno != EEXIST)
		rc = -errno;
	free(copy);
	return rc;
}

static int open_session(struct fetch *f)
{
	const struct fetch_options *o = f->options;
	tutti_http_session_options limits = { .idle = o->at_once,
		.connect_timeout = o->connect_timeout,
		.trust = o->trust,
		.no_cookies = true,
		.http1 = o->http1 };
	int rc = tutti_http_session_create(&f->session, NULL);

	if (rc < 0) {
		say("fetch: %s", tutti_strerror(rc));
		return rc;
	}
	rc = tutti_http_session_configure(f->session, &limits);
	if (rc < 0)
		say("fetch: %s: %s", o->trust ? o->trust : "limits", tutti_strerror(rc));
	return rc;
}

/* What the run came to, said and as an exit status. The graver ones come first. */
static int judge(const struct fetch *f, int rc)
{
	int broken = f->output->error;

	if (rc == TUTTI_ECANCELED)
		return STATUS_INTERRUPTED;
	if (broken == -EPIPE)
		return STATUS_NO_READER;
	if (broken < 0)
		say("fetch: standard output: %s", tutti_strerror(broken));
	else if (rc == TUTTI_ETIMEDOUT)
		say("fetch: --max-time is over, and not all is there");
	else if (rc < 0)
		say("fetch: %s", tutti_strerror(rc));
	if (f->read_error < 0)
		say("fetch: %s: %s", f->options->file ? f->options->file : "standard input",
			tutti_strerror(f->read_error));
	return broken < 0 || rc < 0 || f->read_error < 0 || f->failed > 0 ? STATUS_FAILED
									  : STATUS_FINE;
}

static int run_fetch(struct fetch *f)
{
	int rc;

	f->begun = tutti_now();
	f->deadline = f->options->max_time ? tutti_after(f->options->max_time) : TUTTI_FOREVER;
	f->progress = progress_begin(f);
	rc = fetch_run(f);
	if (rc == 0)
		output_flush(f->output);
	if (f->progress) {
		progress_end(f->progress, f);
		if (!f->options->quiet)
			fetch_report(f);
	}
	return judge(f, rc);
}

static int fetch_into(struct fetch *f)
{
	const struct fetch_options *o = f->options;
	int rc = o->out ? make_folder(o->out) : 0, status = STATUS_FAILED;

	if (rc < 0) {
		say("fetch: %s: %s", o->out, tutti_strerror(rc));
		return STATUS_USAGE;
	}
	f->names = o->out ? names_create() : NULL;
	if (o->out && !f->names)
		say("fetch: %s", tutti_strerror(-ENOMEM));
	else if (open_session(f) == 0)
		status = run_fetch(f);
	else
		status = STATUS_USAGE;
	tutti_http_session_free(f->session);
	names_free(f->names);
	text_free(&f->line);
	return status;
}

/* The arguments, then a file, or standard input if there is nothing else. */
static int open_inputs(struct fetch *f)
{
	const struct fetch_options *o = f->options;
	struct input plain = { .separator = '\n', .together = 1, .fd = -1, .stop = &f->reading };
	struct input *in = f->inputs;

	if (o->n_urls > 0) {
		*in = plain;
		in->args = o->urls;
		in->left = o->n_urls;
		in++;
	}
	if (o->n_urls == 0 || o->file) {
		*in = plain;
		in->fd = STDIN_FILENO;
		if (o->file && strcmp(o->file, "-") != 0)
			in->fd = open(o->file, O_RDONLY | O_CLOEXEC);
		if (in->fd < 0)
			return -errno;
		in++;
	}
	f->n_inputs = (int)(in - f->inputs);
	return 0;
}

/* How many urls there may be: of a file that can be read twice its lines. */
static uint64_t count_all(struct fetch *f)
{
	uint64_t all = 0, n = 0;

	for (int i = 0; i < f->n_inputs; i++) {
		if (input_count(&f->inputs[i], false, &n) < 0 || n == 0)
			return 0;
		all += n;
	}
	return all;
}

static void close_inputs(struct fetch *f)
{
	for (int i = 0; i < f->n_inputs; i++) {
		input_free(&f->inputs[i]);
		if (f->inputs[i].fd > STDIN_FILENO)
			close(f->inputs[i].fd);
	}
}

static int fetch_all(const struct fetch_options *o)
{
	static struct output output; /* too large for a stack */
	size_t window = (size_t)o->at_once * WINDOW_PER_JOB;
	struct fetch f = { .options = o,
		.output = &output,
		.window = window < WINDOW_LEAST ? WINDOW_LEAST : window };
	int status = STATUS_FAILED, rc = stop_open(&f.reading);

	if (rc < 0) {
		say("fetch: %s", tutti_strerror(rc));
		return status;
	}
	output_open(&output, STDOUT_FILENO, NULL);
	rc = open_inputs(&f);
	if (rc < 0) {
		say("fetch: %s: %s", o->file, tutti_strerror(rc));
		status = STATUS_USAGE;
	} else {
		f.total = count_all(&f);
		status = fetch_into(&f);
	}
	close_inputs(&f);
	stop_close(&f.reading);
	return status;
}

struct main_task {
	const struct fetch_options *options;
	int status; /* -1: it never ran */
};

/* A task, so that SIGINT cancels it. */
static void *fetch_task(void *arg)
{
	struct main_task *t = arg;

	t->status = fetch_all(t->options);
	return NULL;
}

int web_fetch_main(int argc, char **argv)
{
	struct fetch_options o = { .at_once = 100,
		.retries = 2,
		.redirects = 10,
		.stall = TUTTI_SECONDS(60),
		.back_off = TUTTI_SECONDS(1),
		.progress = -1 };
	struct main_task task = { .options = &o, .status = -1 };
	int status = fetch_options_parse(argc, argv, &o), rc;

	if (status < 0) {
		/* a reader that goes away is an error of write, which can be answered in order */
		signal(SIGPIPE, SIG_IGN);
		rc = tutti_run(fetch_task, &task, NULL);
		status = task.status;
		if (status < 0) {
			say("fetch: %s", tutti_strerror(rc));
			status = STATUS_FAILED;
		}
	}
	fetch_options_free(&o);
	return status;
}
