/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_TRACE_H
#define TUTTI_TRACE_H

#include <tutti/api.h>
#include <tutti/bytes.h>

/*
 * trace.h - see a program run: who ran when, who waited for what and who ended that wait.
 *
 * While a trace is kept, each thread, each task and each process has a lane: running, ready, or
 * waiting, and for what. Jobs are spans in the lane of who runs them, with their inputs. Arrows
 * lead from whoever released, put, set, notified or completed to who went on by it, and from who
 * started something to where that began. The processes that the program starts (process.h, pools,
 * tutti_fork) are in the same trace, also if they are killed.
 *
 * When it ends it is written as a file: .json for https://ui.perfetto.dev and chrome://tracing,
 * .svg for a picture that any browser shows, .txt for a terminal. docs/observe.md says how to read
 * them.
 *
 * Without a line of code: TUTTI_TRACE=run.svg in the environment starts it before main, and writes
 * the file as the program exits. What is killed, or calls _exit, leaves it empty. Time is the
 * monotonic clock's; in a simulation (sim.h) it is the simulated one's, if the trace begins there.
 *
 * While it is off it costs nothing that can be measured. While it is on each of these events costs
 * about 0.1 us and 32 bytes. All processes together keep so much and no more: what comes later is
 * lost, and the file says how much that was.
 *
 * Example:
 *
 *     #include <tutti/tutti.h>
 *
 *     static void *fetch(void *url)
 *     {
 *             tutti_trace_begin(url);
 *             tutti_sleep(TUTTI_MILLISECONDS(10));
 *             tutti_trace_mark("half of it");
 *             tutti_trace_end(0);
 *             return url;
 *     }
 *     int traced(char *url)
 *     {
 *             int rc = tutti_trace_start("fetch.svg", NULL);
 *
 *             tutti_future_unref(tutti_thread_start(fetch, url, NULL));
 *             fetch(url);
 *             return rc < 0 ? rc : tutti_trace_stop();
 *     }
 */

TUTTI_BEGIN

/* Zero means default. */
typedef struct tutti_trace_options {
	size_t memory; /* bytes kept at most, by all processes; 0: 64 MiB. At least 64 KiB */
	void *reserved[4];
} tutti_trace_options;

/*
 * Begin to keep a trace. One that nobody stops is stopped by exit.
 *
 * path       of the file, copied; .json, .svg or .txt. NULL: none is written, see tutti_trace_draw
 * o          options; NULL: all defaults
 * Returns    0
 * Errors     -EALREADY   one is kept
 *            -EINVAL     the path ends otherwise, or less memory than 64 KiB
 *            -EMFILE, -ENFILE, -ENOMEM
 *            and what open(2) says of a path that cannot be written, which is also reported
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_trace_start(const char *path, const tutti_trace_options *o);

/*
 * End it and write its file. Nothing happens if there is none, or if it is one of the process that
 * this is a child of.
 *
 * Returns    0
 * Errors     -ENOMEM, or what write(2) says; the file is not whole then. It is reported too
 * Context    any thread or task
 * Waits      never but for the disk
 */
TUTTI_API int tutti_trace_stop(void);

/*
 * Is one kept, so that it is worth finding words for what follows?
 *
 * Returns    true or false
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API bool tutti_trace_active(void);

/*
 * Mark this moment in the lane of the caller.
 *
 * text       up to 255 bytes of it are kept, as in all that follow
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_trace_mark(const char *text);

/*
 * A span of the caller's begins. It ends in the same thread or task, or else with that.
 *
 * text       what the span is called
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_trace_begin(const char *text);

/*
 * The innermost span of the caller ends. Nothing happens if there is none.
 *
 * code       how it ended: negative, an error code, shows it as failed
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_trace_end(int code);

/*
 * Say more about the innermost span or job of the caller.
 *
 * text       stands behind its name, in place of a job's input
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_trace_label(const char *text);

/*
 * Give a lock, a queue or another object a name, in this trace. Variables of the program are known
 * by theirs.
 *
 * object     its address
 * text       its name
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_trace_name(const void *object, const char *text);

enum { TUTTI_TRACE_TEXT, TUTTI_TRACE_SVG, TUTTI_TRACE_JSON };

/* All zero: 80 columns of plain ASCII, or a picture 1200 wide. Nothing of it is for JSON. */
typedef struct tutti_trace_chart {
	int width;   /* columns, 40 to 100000, or pixels, 400 to 100000; 0: 80, or 1200 */
	bool utf8;   /* of text: may have other characters than ASCII */
	bool color;  /* of text: may have the colours of a terminal */
	size_t rows; /* lanes shown at most; 0: 40 of text, 80 of a picture */
	uint64_t reserved[4];
} tutti_trace_chart;

/*
 * Draw what has been kept so far of the trace that is kept now.
 *
 * form       TUTTI_TRACE_TEXT, _SVG or _JSON
 * out        receives it; a zero follows and is not counted
 * chart      NULL: the usual one
 * Returns    0; *out is the caller's to free
 * Errors     -EINVAL   no such form, or no such width
 *            -ENOENT   no trace is kept
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_trace_draw(int form, tutti_bytes *out, const tutti_trace_chart *chart);

TUTTI_END

#endif
