/* SPDX-License-Identifier: MIT */
/*
 * command.h - `tutti map -- command`: programs in place of jobs.
 *
 *     command_options.c  its options
 *     command.c         its life: what is made before the first input, and what is left at the end
 *     place.c           where one command at a time runs, of as many as run at once
 *     child.c           the process
 *     pattern.c        from the words of the command to the arguments for one input
 *     forms.c           the parts of a path, and words for a shell
 *     columns.c         an input taken apart
 *     flow.c            its output on the way here
 *     spool.c           output that waits for its turn
 *     gate.c            what must be so before one begins
 *     signals.c         Ctrl-C and the like
 *     print_command.c   what is printed of one that has ended
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "child.h"
#include "gate.h"
#include "map.h"
#include "pattern.h"
#include "spool.h"

enum { FLOW_BYTES = 1 << 15 }; /* read at once */

enum grouping {
	GROUP_JOBS,  /* output is printed when the command has ended */
	GROUP_LINES, /* a line is printed when it is whole */
	GROUP_NOT    /* commands write where we do */
};

/* What the user wants, and then what is made of it. */
struct command {
	char **words;
	size_t n_words;
	const char *whole, *shell, *colsep_text; /* of its pattern; NULL: none of the last two */
	enum grouping grouping;
	bool verbose, quiet;
	struct gate gate;

	struct colsep *colsep;
	struct pattern *pattern;
	struct text shown; /* the pattern, up to a zero byte */
	char *program;     /* the file that every command runs, found once; NULL: not known */
	struct place *places;
	int n_places;
	struct output *lines; /* GROUP_LINES: standard output, standard error */
	char *block;          /* GROUP_JOBS: what is read passes through here */
	tutti_lock lines_lock;
	tutti_lock running_lock; /* of each place's running */
	int signal;              /* that ended us early; 0: none */
	int status;              /* the same, because there is no going on: said already; -1 */
};

/* What is found wrong with the words is said: 0, or < 0. */
int command_parse(struct command *c, char joint);

/* Decide how many run at once, hold signals back. -1: go on; otherwise the exit status. */
int command_prepare(struct options *o);

/*
 * How many inputs there are between reader and printer. What they hold is in memory, and must be
 * able to be open. In the order of the inputs that is how far others can be ahead of a slow one.
 */
size_t command_window(const struct options *o);

/* How many inputs fit into one command. */
struct filling command_filling(const struct command *c);

/* Make what is needed to run n at once. 0, or < 0 and it has said why. */
int command_open(struct command *c, int n, struct stop *writing);
void command_close(struct command *c);

/* What it came to, as an exit status: at its end, and if it was ended early, which is said. */
int command_outcome(const struct stream *s);
int command_interrupted(const struct stream *s);

/* A signal for all that run. From any thread. */
void command_signal(struct command *c, int number);

/* One of the two outputs of a command. */
struct flow {
	struct output *to;
	int fd;            /* -1: at its end */
	struct text begun; /* GROUP_LINES: of a line that has not ended */
	bool within;       /* and what stood before that in the line has been printed */
	struct kept kept;  /* GROUP_JOBS: all of it */
};

/* Where one command at a time runs; only ever used by the item that has entered it. */
struct place {
	int number; /* from 1 on */
	bool taken;
	bool filled; /* with its item's arguments */
	struct child child;
	bool running; /* the child can be signalled */
	struct flow flows[2];
	struct filled arguments;
	char seq[40], slot[40];
	const char **env;
};

int place_open(struct place *p, int number);
void place_close(struct place *p);

/* Run the item's command once. 0, or the code that it failed with; item->code says more. */
int place_run(struct place *p, struct item *item);

/* What is no failure of one input is said once, and then there is nothing more to do. */
int place_give_up(struct item *item, int status, const char *what, int rc);

/* A free one; there are as many as items that run. And back, with what the last run printed. */
struct place *place_enter(struct command *c);
void place_leave(struct place *p, struct item *item);

/* -- flow.c */

/* Make pipes; the writing ends, to be closed, come in ends. 0, or -errno. */
int flows_open(struct flow flows[2], struct output *to, int ends[2]);
bool flows_are_open(const struct flow flows[2]);

/* Take what has come; at_end: all that is left, and then close. */
void flow_pass(struct flow *f, struct item *item, bool at_end);

/* -- signals.c */

/* Before the first thread is started: have those signals wait for signals_enter. */
void signals_hold(void);

/* Until signals_leave SIGINT, SIGTERM, SIGHUP and SIGQUIT end the stream, SIGTSTP stops us all. */
struct signals;
int signals_enter(struct signals **out, struct stream *s);
void signals_leave(struct signals *signals);

/* -- print_command.c */

void print_output(struct stream *s, const struct item *item);
void json_command(struct text *t, const struct item *item);
void command_plan(const struct command *c, const struct item *item, struct text *out);

/* Lines with the item's input before each; *at_start: does one begin? */
void tag_lines(
	struct text *out, const struct item *item, const char *data, size_t size, bool *at_start);

/* How it ended, for the joblog; why it failed, in words. */
void command_status(const struct item *item, char *out, size_t room);
const char *command_text(const struct item *item, int error, char *out, size_t room);

#endif
