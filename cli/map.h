/* SPDX-License-Identifier: MIT */
/*
 * map.h - the parts of `tutti map`.
 *
 *     map.c          from the options to what the exit status says
 *     map_options.c  the options
 *     map_values.c   what stands behind them
 *     map_help.c     what they mean
 *     stream.c       the pipeline: reader, executor, printer
 *     item.c         one input and its attempts
 *     print.c        what is said of an item, in three styles
 *     joblog.c       what has been done
 *     host.c         the executors, on a thread of their own
 *     input.c        where the inputs come from
 *     sources.c      those that are arguments
 *     count.c        how many there are, where that can be known before
 *     output.c       where the results go
 *     find.c         the jobs built in, and those of a module
 *     stop.c         the word that ends it early, for those who wait in poll
 *     command.h      commands in place of jobs
 */
#ifndef CLI_MAP_H
#define CLI_MAP_H

#include "key.h"
#include "spool.h"
#include "text.h"

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

/* Arguments to be combined, each of the first with each of the second, and so on. */
struct sources {
	char **args;   /* all of them, one source behind the other */
	size_t *sizes; /* of the sources */
	size_t *at;    /* which of each is next */
	size_t n;
	bool over;
};

/* Take apart what follows the first ":::". 0, or -ENOMEM. */
int sources_parse(struct sources *s, char **words, size_t n);
uint64_t sources_count(const struct sources *s);

/* 1 and the next combination, with zero bytes in between, to be freed; 0 no more; -ENOMEM. */
int sources_next(struct sources *s, tutti_bytes *out);
void sources_free(struct sources *s);

/* When as many inputs as fit make one: what there is room for, and what each takes of it. */
struct filling {
	size_t bytes;          /* for all of them */
	size_t copies, beside; /* each stands there so often, with so much beside */
	bool quoted, columns;  /* for a shell; and perhaps taken apart */
};

/* The inputs, one after the other: arguments, or the lines of a file. Used by one thread. */
struct input {
	char **args; /* NULL: sources or lines */
	size_t left; /* of args */
	struct sources *sources;
	char separator;         /* what a line ends with: '\n' or 0 */
	char joint;             /* what stands between those that make one input */
	size_t together;        /* so many make one; 0: as many as fit */
	struct filling filling; /* then */
	bool skip_empty;
	int fd;
	struct stop *stop;
	char *buffer;
	size_t begin, end, room; /* what has been read and not handed out: buffer[begin..end) */
	bool drained;            /* the file is at its end */
	tutti_bytes ahead;       /* did not fit any more */
	bool has_ahead;
};

/*
 * 1 and *out the next input, to be freed; 0 no more; TUTTI_ECANCELED told to stop; other < 0: it
 * cannot be read. A line comes without its end; a last one without an end counts.
 */
int input_next(struct input *in, tutti_bytes *out);
void input_free(struct input *in);

/*
 * How many inputs there are, without taking one: known of arguments and of a file that can be read
 * twice. Of others if needed, then they are copied to a file first. 0: it is not known.
 */
int input_count(struct input *in, bool needed, uint64_t *out);

/* Lines on their way out. Used by one thread. */
struct output {
	int fd;
	struct stop *stop; /* NULL: used by tasks; cancelled, they wait no more */
	int error; /* the first write that failed, -errno; from then on everything is dropped */
	bool beside_bar;  /* to a terminal where a progress bar may be shown: it has to give way */
	bool within_line; /* and has given way to a line that is not whole yet */
	bool is_file;     /* never full, so it takes any amount at once */
	bool takes_some;  /* a pipe that can be told to take what it has room for */
	size_t used;
	char buffer[1 << 16];
};

void output_open(struct output *out, int fd, struct stop *stop);
int output_line(struct output *out, const void *data, size_t size);  /* adds the line's end */
int output_bytes(struct output *out, const void *data, size_t size); /* as they are */
int output_flush(struct output *out);                                /* 0, or out->error */
int output_whole(struct output *out, const void *data, size_t size); /* at once, not gathered */
void output_end(struct output *out); /* what is shown next begins a line of its own */

/* What the first failures mean for the rest. */
enum halt {
	HALT_SOON, /* nothing more is begun */
	HALT_NOW,  /* and what runs is asked to stop */
	HALT_NEVER /* nothing */
};

/* When that is. */
struct halting {
	enum halt how;
	enum { HALT_FAIL, HALT_SUCCESS, HALT_DONE } on;
	uint64_t after; /* so many of them */
	double percent; /* so much of all inputs; 0: it is after */
};

/* What the user wants. */
struct options {
	struct key *key;    /* for --on tcp://... */
	const char *on;     /* NULL: "threads", of commands "processes" */
	int at_once;        /* 0: the engine's choice */
	bool at_once_most;  /* as many as can be */
	tutti_time timeout; /* of each attempt; 0: none */
	int retries;
	struct halting halt;
	bool tag, json; /* not both */
	enum { ORDER_USUAL, ORDER_INPUTS, ORDER_ENDS } order;
	bool unordered; /* that, decided */
	bool dry_run, resume;
	const char *for_commands; /* an option that was given and is only for them; NULL: none */
	char separator;           /* what lines end with */
	size_t together;          /* so many lines make one input; 0: as many as fit */
	bool skip_empty;
	const char *file;   /* of the lines; NULL: standard input */
	int progress;       /* -1: if it disturbs nobody */
	const char *joblog; /* NULL: none */
	char **inputs;
	size_t n_inputs;         /* 0: standard input */
	struct sources *sources; /* of commands; NULL: lines */
	struct command *command; /* NULL: a job */
	tutti_job *job;
	const char *job_word; /* the job, or the whole command */
	const char *label;    /* the job, or the program */
	int status;           /* what it came to; -1: not known yet */
};

/* -1: go on; otherwise the exit status. */
int options_parse(int argc, char **argv, struct options *o);

/* Do its jobs run where a manager says? */
bool options_on_tcp(const struct options *o);

/* One input on its way; only ever one thread's. */
struct item {
	struct stream *stream;
	uint64_t index;    /* of the input, from 1 on */
	size_t ticket;     /* of those not skipped, from 0 on: the order of the results */
	tutti_bytes input; /* its own */
	tutti_future *run; /* a job's last attempt */
	int refused;       /* never begun: why, TUTTI_ECANCELED if it was dropped */
	int attempts;
	bool failed;          /* once it was counted */
	int error, code;      /* of a command: how it ended, its exit code or -N for signal N */
	struct kept out, err; /* of a command: what it has printed */
	int64_t start;        /* nanoseconds of the calendar's clock */
	tutti_time begun, duration; /* the same; of all attempts */
};

struct item *item_create(struct stream *s, uint64_t index, tutti_bytes input); /* or NULL */
void item_free(struct item *item);

/* Have it run. s->finished receives it when it has ended, one way or another. */
void item_submit(struct item *item);

/* It begins now. May be said again: what it has waited for does not count. */
void item_begin(struct item *item);

/* How it ended: 0 and its result in *out, to be freed, or < 0. */
int item_result(const struct item *item, tutti_bytes *out);

/* Did it run, and end in a way of its own? */
bool item_ran(const struct item *item, int error);

/* Its words on how it failed, borrowed, or in out. */
enum { ITEM_TEXT_BYTES = 128 };
const char *item_text(const struct item *item, int error, char out[ITEM_TEXT_BYTES]);

/* What is to be done, and what came of it. */
struct stream {
	const struct options *options;
	tutti_executor *executor; /* NULL: a dry run */
	tutti_executor *attempts; /* each attempt is given to it where its item runs; see host.c */
	bool ahead;               /* and may be before it begins */
	struct input *input;      /* its stop ends reading: after the first failure too */
	struct output *output;    /* its stop ends writing: when interrupted only */
	struct output *errors;    /* standard error, for what commands print there; the same stop */
	struct joblog *log;       /* NULL: none; its stop is the output's */
	tutti_progress *bar;      /* NULL: none */
	size_t window;            /* inputs between reader and printer at most */

	tutti_semaphore room;  /* a permit for each more of them */
	tutti_queue *finished; /* struct item *; NULL once the reader has ended */
	size_t submitted;      /* the reader's until then */
	int read_error;        /* likewise; 0, or why the inputs ended early */
	struct item **waiting; /* the printer's: for those before them; by ticket % window */
	size_t next;           /* the printer's: whose turn it is */
	uint32_t left;         /* the printer's: items that have, and no permit was given */
	struct text line;      /* the printer's */
	bool torn;             /* the printer's: interrupted, and a result is missing */
	int log_error;         /* the printer's */
	uint64_t total;        /* inputs, if that is known; fixed */
	tutti_lock counting;   /* of what follows; read by all after the end */
	bool dropping;         /* jobs not begun are cancelled */
	bool halted;           /* that is because of options->halt */
	int halt_code;         /* then: of the command that was the last to count */
	uint64_t failures, successes;
	uint64_t stopped; /* begun, and not left to end */
};

/*
 * Run the job over all inputs and print what comes of it. 0, also when inputs failed; < 0 it could
 * not begin; TUTTI_ECANCELED the caller was cancelled. Whatever it returns, nothing is under way
 * any more, and the executor is shut down.
 */
int stream_run(struct stream *s);

/*
 * Count an item that has ended, rc being 0 or why it has no result: item->failed says whether that
 * is a failure. It may be the one after which no other is begun.
 */
void stream_count(struct stream *s, struct item *item, int rc);

/* Begin nothing more, have what runs stop, and print only what can be printed at once. */
void stream_give_up(struct stream *s);
void stream_free(struct stream *s); /* after the last job, which may still be about to leave */

/* Print an item that has ended. error is 0, or why there is no result. Failures are said too. */
void print_item(struct stream *s, const struct item *item, int error, const tutti_bytes *result);

/* ,"name":"data" as it stands in an object. */
void json_member(struct text *t, const char *name, const void *data, size_t size);

/* Write out what was printed, and only then the rows that say so. 0, or < 0: it cannot. */
int print_flush(struct stream *s);

/* Where the jobs run; the first three are given. */
struct host {
	const char *word; /* of the engine */
	const char *key;  /* for "tcp://..." */
	int at_once;      /* 0: the engine's choice */
	bool ahead;       /* processes may have more jobs than they are; see host.c */
	tutti_executor *executor, *attempts;
	tutti_thread *thread;
	tutti_event open, over;
	int error;
};

int host_enter(struct host *host);  /* 0, or < 0 and it has said why */
void host_leave(struct host *host); /* afterwards no job is under way */

#endif
