/* SPDX-License-Identifier: MIT */
/* map.c - `tutti map`: from the options to what the exit status says. */
#include "map.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "joblog.h"

enum { WINDOW_LEAST = 1 << 10, WINDOW_MOST = 1 << 20, WINDOW_PER_JOB = 4 };

static bool same_terminal(int a, int b)
{
	struct stat sa, sb;

	return isatty(a) && isatty(b) && fstat(a, &sa) == 0 && fstat(b, &sb) == 0 &&
	       sa.st_rdev == sb.st_rdev;
}

static void begin_progress(const struct options *o, struct stream *s)
{
	bool shared = same_terminal(STDOUT_FILENO, STDERR_FILENO);

	if (o->progress < 0 ? shared || !isatty(STDERR_FILENO) : !o->progress)
		return;
	s->bar = tutti_progress_create(o->job->name, o->n_inputs);
	s->bar_shown = s->bar && isatty(STDERR_FILENO);
	s->output->on_bar_line = s->bar_shown && shared;
}

/* What the stream came to, said and as an exit status. The graver ones come first. */
static int judge(const struct stream *s, int rc)
{
	int broken = s->output->error;

	if (rc == TUTTI_ECANCELED)
		return STATUS_INTERRUPTED;
	if (broken == -EPIPE)
		return STATUS_NO_READER;
	if (rc < 0)
		say("map: %s", tutti_strerror(rc));
	if (s->read_error < 0)
		say("map: standard input: %s", tutti_strerror(s->read_error));
	if (broken < 0)
		say("map: standard output: %s", tutti_strerror(broken));
	if (s->log_error < 0)
		say("map: %s: %s", s->options->joblog, tutti_strerror(s->log_error));
	return rc < 0 || s->read_error < 0 || broken < 0 || s->log_error < 0 || s->failures > 0
		       ? STATUS_FAILED
		       : STATUS_FINE;
}

static int run_jobs(struct stream *s)
{
	const struct options *o = s->options;
	/* Nobody asks when an attempt begins, and none follows when no more are to begin. */
	bool again = o->retries > 0 && o->halt != HALT_NEVER;
	bool ahead = !o->timeout && !o->joblog && !o->json && !again;
	struct host host = { .word = o->on, .at_once = o->at_once, .ahead = ahead };
	int rc = host_enter(&host);

	if (rc < 0)
		return STATUS_USAGE;
	s->executor = host.executor;
	s->attempts = host.attempts;
	s->ahead = host.ahead;
	begin_progress(o, s);
	rc = stream_run(s);
	host_leave(&host);
	tutti_progress_free(s->bar); /* after the last job, since each of them may still count */
	return judge(s, rc);
}

static int run_stream(struct stream *s, struct stop *writing)
{
	const struct options *o = s->options;
	int status;

	if (o->joblog && (o->resume || !o->dry_run)) {
		enum joblog_use use = o->dry_run  ? JOBLOG_LOOK
				      : o->resume ? JOBLOG_RESUME
						  : JOBLOG_ANEW;

		s->log = joblog_open(o->joblog, o->job_word, use, writing);
		if (!s->log)
			return STATUS_USAGE;
	}
	status = o->dry_run ? judge(s, stream_run(s)) : run_jobs(s);
	stream_free(s);
	joblog_free(s->log);
	return status;
}

static size_t window_for(const struct options *o)
{
	size_t n = (size_t)o->at_once * WINDOW_PER_JOB;

	return n < WINDOW_LEAST ? WINDOW_LEAST : n > WINDOW_MOST ? WINDOW_MOST : n;
}

static int map(const struct options *o)
{
	static struct output output; /* too large for a stack */
	struct stop reading, writing;
	struct input input = { .args = o->n_inputs > 0 ? o->inputs : NULL,
		.left = o->n_inputs,
		.separator = o->zero ? '\0' : '\n',
		.fd = STDIN_FILENO,
		.stop = &reading };
	struct stream s = {
		.options = o, .input = &input, .output = &output, .window = window_for(o)
	};
	int status = STATUS_FAILED, rc;

	output_open(&output, STDOUT_FILENO, &writing);
	rc = stop_open(&reading);
	if (rc == 0) {
		rc = stop_open(&writing);
		if (rc == 0) {
			status = run_stream(&s, &writing);
			stop_close(&writing);
		}
		stop_close(&reading);
	}
	if (rc < 0)
		say("map: %s", tutti_strerror(rc));
	input_free(&input);
	return status;
}

/* A task of its own, so that SIGINT cancels it. */
static void *map_task(void *arg)
{
	struct options *o = arg;

	o->status = map(o);
	return NULL;
}

int map_main(int argc, char **argv)
{
	struct options o = { .on = "threads", .progress = -1, .halt_after = 1, .status = -1 };
	int rc = options_parse(argc, argv, &o);

	if (rc >= 0)
		return rc;
	/* a reader that goes away is an error of write, which can be answered in order */
	signal(SIGPIPE, SIG_IGN);
	rc = tutti_run(map_task, &o, NULL);
	if (o.status < 0) {
		say("map: %s", tutti_strerror(rc));
		return STATUS_FAILED;
	}
	return o.status; /* also when the task was cancelled: it says what came of that */
}
