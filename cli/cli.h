/* SPDX-License-Identifier: MIT */
/* cli.h - what the files of the tutti command share. The command uses the public headers only. */
#ifndef CLI_H
#define CLI_H

#include <tutti/tutti.h>

/*
 * Exit statuses. What a shell shows for a death by signal N is 128 + N: by SIGINT and by SIGPIPE.
 * Where commands are run the numbers below 102 say how many of them failed.
 */
enum {
	STATUS_FINE = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_MANY = 101,
	STATUS_NOT_RUN = 126,
	STATUS_NOT_FOUND = 127,
	STATUS_SIGNAL = 128,
	STATUS_INTERRUPTED = 130,
	STATUS_NO_READER = 141,
	STATUS_ERROR = 255
};

/* The subcommands; argv[0] is the word that chose them. Each returns an exit status. */
int check_main(int argc, char **argv);
int fetch_main(int argc, char **argv);
int info_main(int argc, char **argv);
int jobs_main(int argc, char **argv);
int manager_main(int argc, char **argv);
int map_main(int argc, char **argv);
int master_main(int argc, char **argv);
int new_main(int argc, char **argv);
int ps_main(int argc, char **argv);
int sched_main(int argc, char **argv);
int serve_main(int argc, char **argv);
int tour_main(int argc, char **argv);
int tree_main(int argc, char **argv);
int worker_main(int argc, char **argv);

/* Print "tutti: " and the text as one line on standard error. */
void say(const char *format, ...) TUTTI_PRINTF(1, 2);

#endif
