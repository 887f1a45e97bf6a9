/* SPDX-License-Identifier: MIT */
/*
 * fetch.h - the parts of `tutti fetch`.
 *
 *     fetch.c          from the options to what the exit status says
 *     fetch_options.c  the options
 *     fetch_help.c     what they mean
 *     fetch_run.c      which page is begun when; what ends it early
 *     fetch_page.c     one page and its attempts
 *     fetch_again.c    which failures may pass, and how long to wait for that
 *     fetch_body.c     where its body goes
 *     fetch_part.c     what there is of a file that is not whole yet
 *     fetch_names.c    what a file is called
 *     fetch_print.c    what is said of a page
 *     fetch_progress.c what is seen of it meanwhile
 *     extract.h        what is wanted of a page: its title, ...
 *
 * All pages are tasks of one loop, so nothing here needs a lock but the order of what is printed.
 * The lines of a file are read by a thread, since that may wait where a loop cannot.
 */
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

#include "cli.h"
#include "extract.h"
#include "map.h"
#include "text.h"
#include "web.h"

#include <tutti/http.h>

/* What the user wants. */
struct fetch_options {
	int at_once, per_host; /* per_host 0: no limit */
	int retries, redirects;
	bool no_redirects, http1, insecure;
	tutti_time timeout, stall, connect_timeout, max_time; /* 0: none */
	tutti_time back_off;                                  /* before the second attempt */
	uint64_t size_max;                                    /* 0: none */
	const char *out;                                      /* a folder; NULL: standard output */
	bool resume, skip;
	struct extractor *extractor; /* NULL: bodies are wanted */
	bool tag, json, unordered, quiet;
	int progress; /* -1: if it disturbs nobody */
	const char *file;
	char **urls;
	size_t n_urls;
	const char **headers; /* name, value, ..., NULL */
	size_t n_headers;     /* of these strings */
	const char *trust, *proxy, *login, *method;
	tutti_bytes data;
	char agent[32];
};

/* -1: go on; otherwise the exit status. */
int fetch_options_parse(int argc, char **argv, struct fetch_options *o);
void fetch_options_free(struct fetch_options *o);
int fetch_help(void);

/* The server that a page is from, while there are pages of it that have not ended. */
struct site {
	struct site *next;
	size_t pages;
	int running;
	char name[];
};

/* Where the body of a page goes. */
struct body {
	struct text kept;  /* what is in memory */
	char *path, *part; /* of a file: its own name, and that until it is whole; NULL: none */
	char *note;        /* of a file that says what the part is of */
	int fd;            /* of the part; -1: not made yet */
	uint64_t gone;     /* bytes in the part, or printed */
	char *validator;   /* what must be the same for the rest to fit; NULL: it will not */
	bool existed;      /* skipped: the file was there */
};

/* One page on its way. */
struct page {
	struct fetch *fetch;
	struct page *behind; /* of those that wait to be begun */
	uint64_t index;      /* of the input, from 1 on */
	size_t ticket;       /* from 0 on: the order of the results */
	size_t slot;         /* among those that run */
	char *url;
	struct site *site;
	tutti_task *task; /* NULL: not begun */
	tutti_event turn; /* set: those before it are printed */
	bool over;        /* its task is through, and says so in news */
	bool ended;       /* and that was heard */
	bool failed;      /* by itself */
	bool dropped;     /* told to end */
	int attempts, status, error;
	char why[256];      /* in words, if error < 0 */
	char *type, *final; /* of the content; the url that has answered, if it is another */
	tutti_time begun, duration;
	int64_t retry_after; /* ns, as the server says; -1: it does not */
	uint64_t bytes;      /* of the body so far */
	int64_t size;        /* -1: not known */
	struct body body;
	struct found found;
};

struct names;
struct progress;

struct fetch {
	const struct fetch_options *options;
	tutti_http_session *session;
	struct input inputs[2]; /* the arguments, a file */
	int n_inputs;
	struct stop reading; /* told: no more are */
	struct output *output;
	tutti_lock printing; /* who prints holds it */
	tutti_queue *news;   /* struct page *: read, or ended; NULL: no more are read */
	tutti_semaphore room;
	size_t window;        /* pages between being read and being printed */
	struct page **places; /* of these, by ticket % window; empty if they are in no order */
	size_t next;          /* whose turn it is */
	size_t left;          /* printed, and no permit was given */
	struct page *first, **last; /* read, and not begun */
	struct page **running;
	size_t n_running, tickets;
	struct site *sites;
	struct names *names; /* NULL: no files */
	struct progress *progress;
	struct text line;
	tutti_timer *flushing; /* NULL: nothing waits to be shown */
	tutti_time begun, deadline;
	uint64_t total; /* pages, 0: not known */
	uint64_t done, fetched, failed, skipped, bytes;
	bool all_read;
	int read_error;
	int over;         /* 0, or why it ends early */
	size_t in_memory; /* bytes of bodies that wait for their turn */
};

/* Fetch all. 0, or < 0: it could not begin, or fetch->over. Afterwards nothing is under way. */
int fetch_run(struct fetch *f);

/* The task of a page: its attempts, to the end, which f->news receives. */
void *page_fetch(void *page);
struct page *page_create(struct fetch *f, tutti_bytes url); /* NULL: no memory */
void page_free(struct page *p);

/* Note what went wrong, in words. Returns error. */
int page_fail(struct page *p, int error, const char *format, ...) TUTTI_PRINTF(3, 4);

/* May it pass? Then wait until it might have: true. */
bool page_again(struct page *p);

/* Seconds that a Retry-After says from now on, as ns; -1: it cannot be read. */
int64_t retry_after_parse(const char *value);

/*
 * A body on its way. begin before the first attempt; rest is how much of it is there, which the
 * next attempt need not get: 0, if the server gives the same body again; restart forgets it.
 */
int body_begin(struct page *p);
uint64_t body_there(const struct page *p);
int body_restart(struct page *p);
void body_validate(struct page *p, const tutti_http_response *r); /* before its first bytes */
int body_add(struct page *p, size_t size); /* so many bytes were put behind body.kept */
int body_finish(struct page *p);
void body_end(struct page *p); /* failed or not: what is left of it is kept or removed */

/* See fetch_part.c. All of these may wait. */
int part_find(struct page *p);
int part_write(struct page *p);
int part_finish(struct page *p);
void part_leave(struct page *p);
void part_forget(struct page *p);

/* Names of files, each given out once. */
struct names *names_create(void);
char *names_take(struct names *n, const char *url); /* to be freed; NULL: no memory */
void names_free(struct names *n);

/* What was printed is shown soon, together with what follows at once. */
void fetch_flush_soon(struct fetch *f);

/* Print what came of a page. */
void fetch_print(struct fetch *f, struct page *p);

/* The last words. */
void fetch_report(const struct fetch *f);

/* Where standard error is a terminal and nobody is disturbed; NULL: nothing is shown. */
struct progress *progress_begin(const struct fetch *f);
void progress_draw(struct progress *g, const struct fetch *f);
void progress_hide(struct progress *g); /* so that something else can stand there */
void progress_end(struct progress *g, const struct fetch *f);

/* Bytes in three digits: "1.23 MB"; time as m:ss. */
enum { AMOUNT_BYTES = 32 };
const char *amount(double bytes, char out[AMOUNT_BYTES]);

#endif
