/* SPDX-License-Identifier: MIT */
/* ground.c - what both grounds have: workers, memory, the clock, one CPU. */
#include "model/ground.h"

#include "core/alloc.h"
#include "core/caught.h"
#include "core/fork.h"
#include "core/watch.h"
#include "os/about.h"
#include "os/os.h"

#include <errno.h>
#include <stdalign.h>
#include <string.h>
#include <tutti/time.h>

struct tu_worker model_worker[MODEL_FIBERS];

/* Memory comes from here and never goes back, so that addresses are the same in every schedule. */
static alignas(128) char memory[16384];
static size_t used;

void *tu_alloc(size_t size)
{
	char *p = memory + used;

	used += (size + 63) / 64 * 64;
	tu_check(used <= sizeof memory, "the model's memory is too small");
	return p;
}

void *tu_alloc_zero(size_t size)
{
	return memset(tu_alloc(size), 0, size);
}

void *tu_resize(void *p, size_t size)
{
	void *q = tu_alloc(size);

	(void)p; /* nobody's grows there */
	return q;
}

void tu_free(void *p)
{
	(void)p;
}

void *tu_alloc_aligned(size_t size, size_t align)
{
	used = (used + align - 1) / align * align;
	return tu_alloc(size);
}

void tu_free_aligned(void *p)
{
	(void)p;
}

int64_t tu_os_now(void)
{
	tu_model_point(&used); /* so that time may pass just before */
	return model_now();
}

int64_t tu_os_now_about(void)
{
	return 0; /* it only says when to others */
}

tutti_time tutti_now(void)
{
	return tu_os_now();
}

void tu_os_pages_zero(void *low, size_t bytes)
{
	memset(low, 0, bytes);
}

struct tu_context *tu_attach(void)
{
	tu_panic("a fiber without a context");
}

uint32_t tu_watching; /* never */

void tu_watch_notice_slowly(struct tu_worker *w)
{
	(void)w;
}

static void worker_begin(struct tu_worker *w, int fiber)
{
	memset(w, 0, offsetof(struct tu_worker, wheel));
	w->tail = &w->head;
	w->budget = 1;
	w->number = (uint32_t)fiber + 1;
	w->errno_at = &errno;
	w->caught = tu_caught_here();
	w->native.worker = w;
	w->native.id = (uint64_t)w->number << 40 | 1;
	tu_wheel_init(&w->wheel, MODEL_START);
}

void model_ground_begin(void)
{
	used = 0;
	for (int i = 0; i < MODEL_FIBERS; i++)
		worker_begin(&model_worker[i], i);
	tu_current = NULL;
}

void model_ground_pause(void)
{
	model_pause();
}

/* Nothing is left of any wait: no timer, nothing sent or queued, nobody parked or asleep. */
void model_ground_end(void)
{
	for (int i = 0; i < MODEL_FIBERS; i++) {
		struct tu_worker *w = &model_worker[i];

		MODEL_CHECK(tu_wheel_count(&w->wheel) == 0);
		MODEL_CHECK(!w->inbox && !w->head);
		MODEL_CHECK(w->sleep == TU_WORKER_AWAKE);
		MODEL_CHECK(w->polled == 0);
		MODEL_CHECK(w->native.park != TU_PARK_PARKED);
	}
}

void model_ground_enter(int fiber)
{
	tu_current = model_context(fiber);
}

/* Nobody forks here. */
void tu_fork_guard_add(struct tu_fork_guard *g)
{
	(void)g;
}

void tu_fork_guard_once(struct tu_fork_guard *g)
{
	(void)g;
}

void tu_fork_guard_remove(struct tu_fork_guard *g)
{
	(void)g;
}

/* Fibers of one kernel thread stand for all threads. */
bool tu_worker_is_here(const struct tu_worker *w)
{
	return w != NULL;
}
