/* SPDX-License-Identifier: MIT */
/*
 * map.h - the parts of `tutti map`.
 *
 *     map.c      options, and what the exit status says
 *     stream.c   the pipeline: reader, executor, printer
 *     host.c     the thread that the executor is open on
 *     input.c    where the inputs come from
 *     output.c   where the results go
 *     jobs.c     the jobs built in, and those of a module
 *     stop.c     the word that ends it early, for those who wait in poll
 */
#ifndef CLI_MAP_H
#define CLI_MAP_H

#include "cli.h"

/*
 * Told once, by anybody, known from then on by everybody. The descriptor becomes readable, so that
 * a wait for a file can watch it too.
 */
struct stop {
	tutti_event told;
	int fd;
	int other_end; /* under lock; -1: told */
	tutti_lock lock;
};

int stop_open(struct stop *s); /* 0, or -errno */
void stop_tell(struct stop *s);
void stop_close(struct stop *s); /* when nobody waits any more */

/*
 * Wait until fd is ready for events (POLLIN or POLLOUT): 0, or TUTTI_ECANCELED once told to stop;
 * other < 0: it cannot be waited for. What is ready at once is ready, told or not.
 */
int stop_poll(struct stop *s, int fd, short events);

/* The inputs, one after the other: arguments, or the lines of a file. Used by one thread. */
struct input {
	char **args; /* NULL: lines */
	size_t left; /* of args */
	int fd;
	struct stop *stop;
	char *buffer;
	size_t begin, end, room; /* what has been read and not handed out: buffer[begin..end) */
	bool drained;            /* the file is at its end */
};

/*
 * 1 and *out the next input, to be freed; 0 no more; TUTTI_ECANCELED told to stop; other < 0: it
 * cannot be read. A line comes without its end; a last one without an end counts.
 */
int input_next(struct input *in, tutti_bytes *out);
void input_free(struct input *in);

/* Takes a progress bar off the terminal's line, so that something else can stand there. */
#define TERMINAL_WIPE "\r\033[K"

/* Lines on their way out. Used by one thread. */
struct output {
	int fd;
	struct stop *stop;
	int error; /* the first write that failed, -errno; from then on everything is dropped */
	bool on_bar_line; /* the terminal's line may show a progress bar: wipe it first */
	bool is_file;     /* never full, so it takes any amount at once */
	size_t used;
	char buffer[1 << 16];
};

void output_open(struct output *out, int fd, struct stop *stop);
int output_line(struct output *out, const void *data, size_t size); /* adds the line's end */
int output_flush(struct output *out);                               /* 0, or out->error */

/*
 * Find a job by what the user calls it: one built in, or FILE:NAME in a module, which is loaded and
 * stays. NULL: there is none such that takes and gives text; it has said why.
 */
tutti_job *jobs_find(const char *word);

/* Print a line on each job built in. */
void jobs_help(void);

/* What is to be done, and what came of it. */
struct stream {
	tutti_executor *executor;
	tutti_job *job;
	const char *job_word;
	struct input *input;   /* its stop ends reading: after the first failure too */
	struct output *output; /* its stop ends writing: when interrupted only */
	tutti_progress *bar;   /* NULL: none */
	bool bar_shown;        /* standard error is a terminal: wipe its line before words */
	bool keep_going;
	size_t window; /* inputs between reader and printer at most */

	tutti_queue *under_way; /* struct item, from reader to printer */
	bool dropping;          /* jobs not begun are cancelled; printer writes and reads */
	bool torn;              /* interrupted, and a result is missing; the printer's */
	bool failed;            /* some input; the printer writes */
	int read_error;         /* the reader writes; 0, or why the inputs ended early */
};

/*
 * Run the job over all inputs and print what comes of it. 0, also when inputs failed; < 0 it could
 * not begin; TUTTI_ECANCELED the caller was cancelled. Whatever it returns, nothing is under way
 * any more, and the executor is shut down.
 */
int stream_run(struct stream *s);

/* Where the jobs run; the first two are given. */
struct host {
	const char *word; /* of the engine */
	int at_once;      /* 0: the engine's choice */
	tutti_executor *executor;
	tutti_thread *thread;
	tutti_event open, over;
	int error;
};

int host_enter(struct host *host);  /* 0, or < 0 and it has said why */
void host_leave(struct host *host); /* afterwards no job is under way */

#endif
