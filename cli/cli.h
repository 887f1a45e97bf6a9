/* SPDX-License-Identifier: MIT */
/* cli.h - what the files of the tutti command share. The command uses the public headers only. */
#ifndef CLI_H
#define CLI_H

#include <tutti/tutti.h>

/* Exit statuses; the last two are what a shell shows for a death by SIGINT and by SIGPIPE. */
enum {
	STATUS_FINE = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_INTERRUPTED = 130,
	STATUS_NO_READER = 141
};

/* The subcommands; argv[0] is the word that chose them. Each returns an exit status. */
int check_main(int argc, char **argv);
int info_main(int argc, char **argv);
int jobs_main(int argc, char **argv);
int map_main(int argc, char **argv);
int new_main(int argc, char **argv);

/* Print "tutti: " and the text as one line on standard error. */
void say(const char *format, ...) TUTTI_PRINTF(1, 2);

#endif
