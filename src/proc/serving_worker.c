/* SPDX-License-Identifier: MIT */
/* serving_worker.c - what a process that serves does: see serving.h. */
#include "proc/serving.h"

#include "core/alloc.h"
#include "os/os.h"
#include "proc/process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/signals.h>
#include <tutti/task.h>

struct worker {
	struct tu_part part;
	tutti_signals *signals;
	int news; /* -1: closed */
};

static void close_news(void *arg)
{
	struct worker *w = arg;

	if (w->news >= 0)
		tu_os_close(w->news);
	w->news = -1;
}

/* An interrupt by the keyboard comes to all processes: our parent says what it means. */
static void *listen_for_the_end(void *arg)
{
	struct worker *w = arg;

	for (int number = 0; number >= 0; number = tutti_signals_wait(w->signals))
		if (number == SIGTERM)
			tutti_event_set(&w->part.stop);
	return NULL;
}

static int (*find_fn(const struct tu_serving_worker *what))(tutti_stream *, void *)
{
	char why[256];
	void *fn = tu_os_module_code(what->module, what->fn);

	if (!fn && tu_os_module_load(what->module, why, sizeof(why)) == 0)
		fn = tu_os_module_code(what->module, what->fn);
	return (int (*)(tutti_stream *, void *))fn;
}

/* It has come up: from here on its parent need not fear that it never does. */
static int run(struct worker *w)
{
	static const int end[] = { SIGINT, SIGTERM };
	int rc = tutti_signals_open(&w->signals, end, 2);
	tutti_future *listening;

	if (rc < 0)
		return rc;
	listening = tutti_task_start(listen_for_the_end, w, NULL);
	rc = tu_os_channel_send(w->news, "u", 1, NULL, 0);
	if (rc == 0)
		rc = tu_part_run(&w->part);
	tutti_future_cancel(listening);
	tutti_future_result(listening, NULL, 0);
	tutti_future_unref(listening);
	tutti_signals_free(w->signals);
	return rc;
}

/* A copy of its own, wherever the request lies. */
static int copy_arg(struct worker *w, const char *bytes, size_t n)
{
	if (n == 0)
		return 0;
	w->part.arg = tu_alloc(n);
	if (!w->part.arg)
		return -ENOMEM;
	memcpy(w->part.arg, bytes, n);
	return 0;
}

static int serve(const void *arg, void *result)
{
	static struct tu_serving_worker what; /* large, and once in a process */
	const tutti_bytes *bytes = arg;
	int n = tu_carried.n - 1, rc;
	struct worker w = { .part = { .quiet = close_news, .news = &w } };

	(void)result;
	if (n < 0)
		return -EINVAL;
	memcpy(&what, bytes->data, sizeof(what));
	w.news = tu_carried.fds[n];
	w.part.grace = what.grace;
	w.part.fn = find_fn(&what);
	if (!w.part.fn)
		return tutti_fail(TUTTI_ENOJOB, "the function is not known in the process");
	rc = copy_arg(&w, (const char *)bytes->data + sizeof(what), what.arg_size);
	if (rc == 0)
		rc = tu_listener_open_part(&w.part.listener, tu_carried.fds, n);
	if (rc == 0) {
		rc = run(&w);
		tutti_listener_free(w.part.listener);
	}
	close_news(&w);
	tu_free(w.part.arg);
	return rc;
}

tutti_job tu_serving_job = { .version = 1,
	.arg_kind = TUTTI_KIND_BYTES,
	.result_kind = TUTTI_KIND_VOID,
	.arg_size = sizeof(tutti_bytes),
	.name = "part of a server",
	.place = "tutti",
	.target = (void (*)(void))serve,
	.call = serve };
