/* SPDX-License-Identifier: MIT */
/* managed.h - two queues of a manager, at port 5000 by the key abc: served, or used from afar. */
#ifndef EXAMPLES_MANAGED_H
#define EXAMPLES_MANAGED_H

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <tutti/manager.h>
#include <tutti/tutti.h>

typedef struct managed {
	char address[300];
	tutti_manager *manager;
	tutti_value_queue *queue[2]; /* where there is no second, NULL */
} managed;

static const char *const tasks_and_results[] = { "get_task_queue", "get_result_queue" };

static inline int managed_create(managed *m, const char *host)
{
	*m = (managed){ .manager = NULL };
	snprintf(m->address, sizeof(m->address), "%s:5000", host);
	return tutti_manager_create(&m->manager, m->address, tutti_bytes_text("abc"));
}

static inline int managed_queues(managed *m, const char *const names[2])
{
	int rc = 0;

	for (int i = 0; i < 2 && names[i] && rc == 0; i++)
		rc = tutti_manager_queue(m->manager, names[i], &m->queue[i]);
	return rc;
}

/* Who waits when it ends is told so after grace; 0: as usual. */
static inline int managed_serve(
	managed *m, const char *host, const char *const names[2], tutti_time grace)
{
	int rc = managed_create(m, host);

	if (rc == 0)
		rc = tutti_manager_configure(
			m->manager, &(tutti_manager_options){ .grace = grace });
	for (int i = 0; i < 2 && names[i] && rc == 0; i++)
		rc = tutti_manager_serve_queue(m->manager, names[i], 0);
	if (rc == 0)
		rc = tutti_manager_start(m->manager);
	return rc < 0 ? rc : managed_queues(m, names);
}

static inline int managed_connect(managed *m, const char *host, const char *const names[2])
{
	int rc = managed_create(m, host);

	if (rc == 0)
		rc = tutti_manager_connect(m->manager, tutti_after(TUTTI_SECONDS(10)));
	return rc < 0 ? rc : managed_queues(m, names);
}

/* Put what the caller has just made. */
static inline int managed_put(tutti_value_queue *q, tutti_value *v)
{
	int rc = v ? tutti_value_queue_put(q, v) : -ENOMEM;

	tutti_value_unref(v);
	return rc;
}

static inline int managed_put_text(tutti_value_queue *q, const char *text)
{
	tutti_value *v;
	int rc = tutti_value_pack(&v, "s", text);

	return rc < 0 ? rc : managed_put(q, v);
}

static inline int managed_get_int(tutti_value_queue *q, int64_t *n, double seconds)
{
	tutti_value *v;
	int rc = tutti_value_queue_get_until(q, &v, tutti_after(TUTTI_SECONDS(seconds)));

	if (rc < 0)
		return rc;
	rc = tutti_value_as_int(v, n);
	tutti_value_unref(v);
	return rc;
}

/* What a worker does: get a number within a second, take a second to square it, put the result. */
static inline int managed_run_task(managed *m, const char *worker)
{
	char text[100];
	int64_t n;
	int rc = managed_get_int(m->queue[0], &n, 1);

	if (rc == TUTTI_ETIMEDOUT)
		return printf("%stask queue is empty.\n", worker), 0;
	if (rc < 0)
		return rc;
	printf("%srun task %" PRId64 " * %" PRId64 "...\n", worker, n, n);
	snprintf(text, sizeof(text), "%" PRId64 " * %" PRId64 " = %" PRId64, n, n, n * n);
	tutti_sleep(TUTTI_SECONDS(1));
	return managed_put_text(m->queue[1], text);
}

/* What a master gets within so many seconds. */
static inline int managed_show_result(managed *m, double seconds)
{
	const char *text;
	tutti_value *r;
	int rc = tutti_value_queue_get_until(m->queue[1], &r, tutti_after(TUTTI_SECONDS(seconds)));

	if (rc < 0)
		return rc;
	rc = tutti_value_unpack(r, "s", &text);
	if (rc == 0)
		printf("Result: %s\n", text);
	tutti_value_unref(r);
	return rc;
}

/* Say what went wrong, if rc < 0; free all. 1 if something went wrong. */
static inline int managed_end(managed *m, int rc)
{
	if (rc < 0)
		fprintf(stderr, "%s: %s\n", m->address, tutti_strerror(rc));
	tutti_value_queue_free(m->queue[0]);
	tutti_value_queue_free(m->queue[1]);
	tutti_manager_free(m->manager);
	return rc < 0;
}

#endif
