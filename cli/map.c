/* SPDX-License-Identifier: MIT */
/* map.c - `tutti map`: from the options to what the exit status says. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "joblog.h"
#include "web.h"

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
	s->bar = tutti_progress_create(o->command ? o->label : o->job->name, s->total);
	if (!s->bar || !isatty(STDERR_FILENO))
		return;
	s->output->beside_bar = shared;
	s->errors->beside_bar = true;
	if (o->command) {
		o->command->lines[0].beside_bar = shared;
		o->command->lines[1].beside_bar = true;
	}
}

/* After the last job, since each of them may still count. */
static void end_progress(const struct options *o, struct stream *s)
{
	output_end(s->output);
	output_end(s->errors);
	for (int i = 0; o->command && i < 2; i++)
		output_end(&o->command->lines[i]);
	tutti_progress_free(s->bar);
}

/* How writing results ended: 0, or -errno. */
static int broken(const struct stream *s)
{
	const struct command *c = s->options->command;

	if (s->output->error < 0 || !c || !c->lines)
		return s->output->error;
	return c->lines[0].error;
}

/* Say what went wrong beside the inputs: false if something did. */
static bool is_fine(const struct stream *s, int rc)
{
	const struct options *o = s->options;

	if (rc < 0)
		say("map: %s", tutti_strerror(rc));
	if (s->read_error < 0)
		say("map: %s: %s", o->file ? o->file : "standard input",
			tutti_strerror(s->read_error));
	if (broken(s) < 0)
		say("map: standard output: %s", tutti_strerror(broken(s)));
	if (s->log_error < 0)
		say("map: %s: %s", o->joblog, tutti_strerror(s->log_error));
	return rc >= 0 && s->read_error >= 0 && broken(s) >= 0 && s->log_error >= 0;
}

/* What the stream came to, said and as an exit status. The graver ones come first. */
static int judge(const struct stream *s, int rc)
{
	const struct command *c = s->options->command;

	if (rc == TUTTI_ECANCELED)
		return STATUS_INTERRUPTED;
	if (c && (c->signal || c->status >= 0))
		return command_interrupted(s);
	if (broken(s) == -EPIPE)
		return STATUS_NO_READER;
	if (!is_fine(s, rc))
		return c ? STATUS_ERROR : STATUS_FAILED;
	if (c)
		return command_outcome(s);
	return s->failures > 0 ? STATUS_FAILED : STATUS_FINE;
}

/* Signals are heard while there are things to be ended, and so no longer than the executor is. */
static int run_heard(struct stream *s)
{
	struct signals *signals = NULL;
	int rc = signals_enter(&signals, s);

	if (rc < 0)
		return rc;
	rc = stream_run(s);
	signals_leave(signals);
	return rc;
}

/* Have it run on an executor. */
static int run_on(struct stream *s, struct host *host)
{
	int rc = host_enter(host);

	if (rc < 0)
		return s->options->command ? STATUS_ERROR : STATUS_USAGE;
	s->executor = host->executor;
	s->attempts = host->attempts;
	s->ahead = host->ahead;
	begin_progress(s->options, s);
	rc = s->options->command ? run_heard(s) : stream_run(s);
	host_leave(host);
	end_progress(s->options, s);
	return judge(s, rc);
}

static int run_jobs(struct stream *s)
{
	const struct options *o = s->options;
	/* Nobody asks when an attempt begins, and none follows when no more are to begin. */
	bool again = o->retries > 0 && o->halt.how != HALT_NEVER;
	bool ahead = !o->timeout && !o->joblog && !o->json && !again;
	struct host host = { .word = o->on ? o->on : "threads",
		.key = o->key->key,
		.at_once = o->at_once,
		.ahead = ahead };
	int rc = options_on_tcp(o) ? web_find_manager(o->on, o->key) : 0;

	if (rc < 0)
		return rc == TUTTI_ECANCELED ? STATUS_INTERRUPTED : STATUS_USAGE;
	return run_on(s, &host);
}

/* Each is waited for by a task, all of them on one thread. */
static int run_commands(struct stream *s)
{
	const struct options *o = s->options;
	struct host host = { .word = "tasks", .at_once = o->at_once };

	if (command_open(o->command, o->at_once, s->output->stop) < 0)
		return STATUS_ERROR;
	return run_on(s, &host);
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
			return o->command ? STATUS_ERROR : STATUS_USAGE;
	}
	if (o->dry_run)
		status = judge(s, stream_run(s));
	else
		status = o->command ? run_commands(s) : run_jobs(s);
	stream_free(s);
	joblog_free(s->log);
	return status;
}

static size_t window_for(const struct options *o)
{
	size_t n = (size_t)o->at_once * WINDOW_PER_JOB;

	if (o->command && !o->dry_run)
		return command_window(o);
	return n < WINDOW_LEAST ? WINDOW_LEAST : n > WINDOW_MOST ? WINDOW_MOST : n;
}

/* How many inputs there are, if that matters. 0, or < 0 and it has said why. */
static int count_inputs(struct stream *s)
{
	const struct options *o = s->options;
	int rc = input_count(s->input, o->halt.percent > 0, &s->total);

	if (rc < 0 && rc != TUTTI_ECANCELED)
		say("map: %s: %s", o->file ? o->file : "standard input", tutti_strerror(rc));
	return rc;
}

static int map_inputs(const struct options *o, int fd)
{
	static struct output output, errors; /* too large for a stack */
	struct stop reading, writing;
	struct input input = { .args = o->n_inputs > 0 ? o->inputs : NULL,
		.left = o->n_inputs,
		.sources = o->sources,
		.separator = o->separator,
		.joint = o->sources ? '\0' : o->separator,
		.together = o->together,
		.filling = o->command ? command_filling(o->command) : (struct filling){ 0 },
		.skip_empty = o->skip_empty,
		.fd = fd,
		.stop = &reading };
	struct stream s = { .options = o,
		.input = &input,
		.output = &output,
		.errors = &errors,
		.window = window_for(o) };
	int status = o->command ? STATUS_ERROR : STATUS_FAILED, rc;

	output_open(&output, STDOUT_FILENO, &writing);
	output_open(&errors, STDERR_FILENO, &writing);
	rc = stop_open(&reading);
	if (rc == 0) {
		rc = stop_open(&writing);
		if (rc == 0) {
			if (count_inputs(&s) == 0)
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

static int map(const struct options *o)
{
	int fd = o->file ? open(o->file, O_RDONLY | O_CLOEXEC) : STDIN_FILENO, status;

	if (fd < 0) {
		say("map: %s: %s", o->file, tutti_strerror(-errno));
		return o->command ? STATUS_ERROR : STATUS_USAGE;
	}
	status = map_inputs(o, fd);
	if (o->file)
		close(fd);
	return status;
}

/* A task of its own, so that SIGINT cancels it. */
static void *map_task(void *arg)
{
	struct options *o = arg;

	o->status = map(o);
	return NULL;
}

/* Its exit statuses are others, also when it could not be understood. */
static bool is_command_line(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--") == 0)
			return true;
	return false;
}

/* What was asked for, if it can be done at all. */
static int run_options(struct options *o)
{
	int rc;

	/* a reader that goes away is an error of write, which can be answered in order */
	signal(SIGPIPE, SIG_IGN);
	rc = tutti_run(map_task, o, NULL);
	if (o->status >= 0)
		return o->status; /* also when the task was cancelled: it says what came of that */
	say("map: %s", tutti_strerror(rc));
	return STATUS_FAILED;
}

int map_main(int argc, char **argv)
{
	struct command command = { .whole = "{}", .status = -1 };
	struct key key = { .text = NULL };
	struct options o = { .key = &key,
		.separator = '\n',
		.together = 1,
		.progress = -1,
		.command = &command,
		.status = -1 };
	int status = options_parse(argc, argv, &o);

	if (status == STATUS_USAGE && is_command_line(argc, argv))
		status = STATUS_ERROR;
	if (status < 0 && o.command)
		status = command_prepare(&o);
	if (status < 0)
		status = run_options(&o);
	command_close(&command);
	key_forget(&key);
	if (o.sources)
		sources_free(o.sources);
	return status;
}
