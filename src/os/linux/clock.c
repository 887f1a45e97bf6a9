/* SPDX-License-Identifier: MIT */
/*
 * clock.c - the monotonic clock, and the one place where time can be made to run faster.
 *
 * scale and origin are fixed before main by a constructor: later calls, also from signal handlers,
 * only read them. A constructor that ran earlier simply sees unscaled time.
 */
#include "os/linux/clock.h"
#include "os/about.h"
#include "os/os.h"
#include "os/port.h"

#include "base/facts.h"
#include <errno.h>
#include <stdlib.h>

static double scale = 1.0; /* real nanoseconds per nanosecond of ours */
static int64_t origin;

static int64_t kernel_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

__attribute__((constructor(101))) static void read_scale(void)
{
	const char *text = tu_os_environment("TUTTI_TIME_SCALE");
	char *end;
	double value;

	if (!text || !*text)
		return;
	value = strtod(text, &end);
	if (*end || !(value > 0) || value > 1e6) {
		static const char complaint[] =
			"tutti: TUTTI_TIME_SCALE is not a number above 0; time runs as usual\n";
		tu_os_write_error(complaint, sizeof(complaint) - 1);
		return;
	}
	origin = kernel_now();
	scale = value;
}

int64_t tu_real_now(void)
{
	int64_t now = kernel_now();

	if (__builtin_expect(scale != 1.0, 0))
		now = origin + (int64_t)((double)(now - origin) / scale);
	return now;
}

int64_t tu_os_now_about(void)
{
	struct timespec ts;
	int64_t now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	now = (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
	if (__builtin_expect(scale != 1.0, 0))
		now = origin + (int64_t)((double)(now - origin) / scale);
	return now;
}

int64_t tu_clock_scaled(int64_t duration)
{
	return (int64_t)((double)duration / scale);
}

struct timespec tu_clock_kernel(int64_t deadline)
{
	/* Rounded up when scaled: a wait must never end before its deadline. */
	if (__builtin_expect(scale != 1.0, 0))
		deadline = origin + (int64_t)((double)(deadline - origin) * scale) + 1;
	if (deadline < 0)
		deadline = 0;
	return (struct timespec){ .tv_sec = deadline / 1000000000,
		.tv_nsec = (long)(deadline % 1000000000) };
}

struct timespec tu_clock_left(int64_t deadline)
{
	struct timespec at = tu_clock_kernel(deadline);
	int64_t left = (int64_t)at.tv_sec * 1000000000 + at.tv_nsec - kernel_now();

	if (left < 0)
		left = 0;
	return (struct timespec){ .tv_sec = left / 1000000000,
		.tv_nsec = (long)(left % 1000000000) };
}

void tu_real_sleep_until(int64_t deadline)
{
	struct timespec ts;

	while (tu_real_now() < deadline) {
		ts = tu_clock_kernel(deadline);
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
			;
	}
}

/* clang-format off */
TU_FACTS(clock,
	TU_FACT_ADDRESS("clock.scale", &scale),
	TU_FACT_ADDRESS("clock.origin", &origin));
/* clang-format on */
