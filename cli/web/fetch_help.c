/* SPDX-License-Identifier: MIT */
/* fetch_help.c - `tutti fetch --help`. */
#include "fetch.h"

#include <stdio.h>

static void say_usage(void)
{
	puts("usage: tutti fetch [OPTION...] URL...\n"
	     "       tutti fetch [OPTION...] < URLS\n"
	     "\n"
	     "Fetches every URL, or every line of standard input if there is none, many at a\n"
	     "time, and prints what was fetched, in the order of the URLs; empty lines and those\n"
	     "that begin with # are skipped. A URL that fails is named on standard error; the\n"
	     "others go on.\n"
	     "\n"
	     "what is wanted:\n"
	     "  -o, --out DIR      a file in DIR for each URL, called as the end of its path\n"
	     "  -c, --continue     go on with files that an earlier run has not finished\n"
	     "  -n, --skip-existing\n"
	     "                     do not fetch what has a file in DIR already\n"
	     "  --title            the title of each page\n"
	     "  --xpath EXPR       what the XPath finds in each page, a line for each\n"
	     "  --regex EXPR       likewise the regular expression: its first named group, or\n"
	     "                     first group, or the whole match\n"
	     "  --first            only the first that is found in a page\n"
	     "  --tag              put the URL and a tab before each line\n"
	     "  --json             print an object for each URL, also for a failed one\n"
	     "  --unordered        print lines and objects as they come");
}

static void say_how(void)
{
	puts("\n"
	     "how:\n"
	     "  -j, --jobs N       how many at once (100)\n"
	     "  --per-host N       how many of one host at once (as -j)\n"
	     "  -a, --arg-file FILE\n"
	     "                     URLs are also the lines of FILE; - is standard input\n"
	     "  --retries N        try again N times (2) what may pass: no connection, a broken\n"
	     "                     one, no answer in time, status 408, 425, 429, 5xx\n"
	     "  --back-off TIME    wait so long before the second attempt (1 s), then twice as\n"
	     "                     long, and so on; or as long as the server says\n"
	     "  --timeout TIME     how long each attempt may take: seconds, or 5m, 2h, 1d\n"
	     "  --stall TIME       give up an attempt if nothing comes for so long (60 s)\n"
	     "  --connect-timeout TIME\n"
	     "                     how long a connection may take to be made (30 s)\n"
	     "  --max-time TIME    how long all of it may take\n"
	     "  --max-size SIZE    no more of each URL, such as 10M; pages that are taken apart\n"
	     "                     have 16M\n"
	     "  --timeline FILE    write who ran what when to FILE: .svg, .json or .txt\n"
	     "  --progress, --no-progress\n"
	     "                     show how far it is on standard error, if that is a terminal;\n"
	     "                     by default, unless the results go there\n"
	     "  --quiet            do not name URLs that fail");
}

int fetch_help(void)
{
	say_usage();
	say_how();
	puts("\n"
	     "requests:\n"
	     "  -H, --header TEXT  another header, 'Name: value'; 'Name:' leaves one out\n"
	     "  --user-agent TEXT  who we are (tutti/VERSION)\n"
	     "  --method WORD      not GET\n"
	     "  --data TEXT        a body, then it is POST; @FILE: the content of FILE\n"
	     "  --user NAME:PASSWORD\n"
	     "                     the login\n"
	     "  --redirects N      follow so many redirects (10)\n"
	     "  --proxy URL        by this proxy; '' by none\n"
	     "  --insecure         believe every server that it is the one\n"
	     "  --cacert FILE      who may sign the certificates of servers\n"
	     "  --http1            no HTTP/2\n"
	     "  -h, --help         say this\n"
	     "\n"
	     "exit status: 0 all fetched; 1 a URL failed, or results could not be written;\n"
	     "2 used wrongly; 130 interrupted; 141 the reader of the results went away");
	return STATUS_FINE;
}
