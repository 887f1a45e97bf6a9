/* SPDX-License-Identifier: MIT */
/* outside.c - see outside.h. */
#include "sim/outside.h"

#include "core/report.h"
#include "os/os.h"
#include "os/port.h"
#include "sim/machine.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	TICK_NS = 100000000,
	IDLE_TICKS = 3,  /* so many with no step and next to nothing computed, in which it slept */
	BUSY_TICKS = 20, /* so many with no step, while it computes: that is said, once */
	IDLE_CPU_NS = TICK_NS / 20,
};

static struct {
	void (*held)(const char *words);
	uint64_t steps, run;
	int64_t cpu;
	long slept;
	unsigned idle, busy;
	bool said, begun;
} look;

/* The outermost of the calls that wait is what the program wrote: of read, not of its inside. */
static void describe(const void *pc, char *text, size_t n)
{
	void *frames[24];
	char place[256];
	size_t used;
	int depth = tu_os_stack_walk(pc, frames, 24);

	used = (size_t)snprintf(text, n, "%s waits, and is no call of tutti",
		tu_code_place(pc, place, sizeof(place)));
	for (int i = 1; i < depth && i < 6 && used < n; i++)
		used += (size_t)snprintf(text + used, n - used, "\n    called from %s",
			tu_code_place((char *)frames[i] - 1, place, sizeof(place)));
}

static void say_busy(void)
{
	static const char text[] =
		"tutti: the simulated program computes without a call of tutti: meanwhile virtual "
		"time stands still, for ever if it waits for another thread to change something\n";

	look.said = true;
	tu_os_write_error(text, sizeof(text) - 1);
}

static void ticked(const void *pc, int64_t cpu, long slept)
{
	bool computed = cpu - look.cpu > IDLE_CPU_NS;
	bool stepped = tu_machine.steps != look.steps || !tu_os_port || tu_machine.world;
	char text[2000];

	look.steps = tu_machine.steps;
	look.cpu = cpu;
	look.idle = stepped || computed ? 0 : look.idle + (slept != look.slept);
	look.slept = slept;
	look.busy = stepped ? 0 : look.busy + 1;
	if (look.idle >= IDLE_TICKS) {
		look.idle = 0;
		describe(pc, text, sizeof(text));
		look.held(text);
	} else if (look.busy >= BUSY_TICKS && computed && !look.said) {
		say_busy();
	}
}

void tu_outside_begin(void (*held)(const char *words))
{
	void *frame;

	memset(&look, 0, sizeof(look));
	look.held = held;
	tu_os_stack_walk(NULL, &frame, 1); /* the first may load code */
	look.begun = tu_os_tick_begin(TICK_NS, ticked) == 0;
}

void tu_outside_end(void)
{
	if (look.begun)
		tu_os_tick_end();
	look.begun = false;
}
