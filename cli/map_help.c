/* SPDX-License-Identifier: MIT */
/* map_help.c - `tutti map --help`. */
#include <stdio.h>

#include "find.h"
#include "map_options.h"

static void say_inputs(void)
{
	puts("usage: tutti map [OPTION...] JOB [INPUT...]\n"
	     "       tutti map [OPTION...] -- COMMAND [ARGUMENT...] [::: INPUT...]\n"
	     "\n"
	     "Runs JOB, or a program, on every INPUT, or on every line of standard input if\n"
	     "there is none, many at a time. Of a job it prints one line for each input, the\n"
	     "result, in the order of the inputs; of a program what it has printed, when it has\n"
	     "ended. An input that fails is named on standard error.\n"
	     "\n"
	     "In the words of a command, which no shell sees, {} stands for the input, {.} for\n"
	     "it without its extension, {/} for its base name, {//} for its directory, {/.} for\n"
	     "its base name without extension, {2} for the second of several (also {2.} and so\n"
	     "on), {#} for the job's number, {%} for the place it runs at. Without any of them\n"
	     "the input is the last argument. Several ::: give all combinations.\n"
	     "\n"
	     "inputs:\n"
	     "  -0, --null         inputs end with a zero byte, not with the line\n"
	     "  -d, --delimiter C  inputs end with this byte; \\t is a tab\n"
	     "  -a, --arg-file FILE\n"
	     "                     read the lines of FILE, not of standard input\n"
	     "  -r, --no-run-if-empty\n"
	     "                     skip empty lines");
}

static void say_running(void)
{
	puts("\n"
	     "running:\n"
	     "  --on ENGINE        where: threads (the default), tasks, processes, inline;\n"
	     "                     processes:4 is four of them; commands are processes;\n"
	     "                     tcp://HOST:PORT, unix:PATH: workers of the manager there\n"
	     "  --authkey-file FILE\n"
	     "                     that manager's key is in FILE; else it is in TUTTI_AUTHKEY\n"
	     "  --authkey KEY      the key, which everybody on this machine can see, with ps\n"
	     "  -j, --jobs N       how many at once (also -P N): a number, N% of the CPUs, +N or\n"
	     "                     -N for so many more or fewer than CPUs\n"
	     "  --timeout TIME     how long each attempt may take: seconds, or 5m, 2h, 1d\n"
	     "  --retries N        run a failed input again, N times at most\n"
	     "  --halt WHEN        at the first failure: soon (the default for jobs) begin no\n"
	     "                     further input, now stop those that run too, never (the default\n"
	     "                     for commands) go on; soon,fail=N or now,fail=N at the Nth\n"
	     "                     failure; also success=N, done=N, and N% of all inputs\n"
	     "  --keep-going       the same as --halt never\n"
	     "  --dry-run          print what would run, and run nothing");
}

static void say_commands(void)
{
	puts("\n"
	     "commands:\n"
	     "  --shell            the words are one text for sh; what is put in is quoted\n"
	     "  -N, --max-args N   N inputs for each command\n"
	     "  -X, --fill         as many inputs for each command as fit\n"
	     "  --colsep TEXT      TEXT stands between {1}, {2}, ... of a line: one byte, or a\n"
	     "                     regular expression\n"
	     "  -I WORD            WORD stands for the input, not {}\n"
	     "  --line-buffer      print each line as soon as it is there\n"
	     "  --ungroup          commands write where tutti does\n"
	     "  -k, --keep-order   print output in the order of the inputs\n"
	     "  --verbose          print each command on standard error before it runs (also -t)\n"
	     "  --quiet            do not name commands that fail\n"
	     "  --delay TIME       so long between the beginnings of two commands\n"
	     "  --load N           begin one only while fewer than N processes run; also N%\n"
	     "  --memfree SIZE     begin one only while so much memory is free, such as 2G");
}

static void say_results(void)
{
	puts("\n"
	     "results:\n"
	     "  --unordered        print results as they come: the default for commands\n"
	     "  --tag              put the input and a tab before each line\n"
	     "  --json             print an object for each input, also for a failed one\n"
	     "  --joblog FILE      write there what was done: number, start, seconds, status,\n"
	     "                     attempts, job, input\n"
	     "  --resume, --resume-failed\n"
	     "                     skip the inputs that FILE says are done well, and add to it\n"
	     "  --progress, --no-progress\n"
	     "                     show how far it is on standard error: a bar on a terminal,\n"
	     "                     else lines; by default only on a terminal that the results\n"
	     "                     do not go to\n"
	     "\n"
	     "jobs:");
}

int map_help(void)
{
	const char *does;
	tutti_job *job;

	say_inputs();
	say_running();
	say_commands();
	say_results();
	for (int i = 0; (job = find_built_in(i, &does)) != NULL; i++)
		printf("  %-18s %s\n", job->name, does);
	puts("  FILE:NAME          the job NAME of a module, such as ./jobs.so:shout;\n"
	     "                     'tutti new' writes one, 'tutti jobs FILE' lists them\n"
	     "\n"
	     "exit status: 0 all fine; 1 an input failed, or results could not be written;\n"
	     "2 used wrongly, no such job or engine; 130 interrupted; 141 the reader of the\n"
	     "results went away. With a command: the number of those that failed, 101 for more\n"
	     "than 100; with --halt ...,fail=1 the status of the one that failed; 126 and 127 it\n"
	     "cannot be run, it is not there; 255 any other failure, 2 among them");
	return STATUS_FINE;
}
