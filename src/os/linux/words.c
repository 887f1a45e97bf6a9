/* SPDX-License-Identifier: MIT */
/*
 * words.c - sleep on several words at once, of which processes may share some: futex_waitv, from
 * Linux 5.16 on. The kernel knows a shared word by the memory that it lies in, wherever that is
 * mapped.
 */
#include "os/linux/clock.h"
#include "os/os.h"
#include "os/port.h"

#include "base/atomic.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Older headers lack them; what they name is fixed for ever. */
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifndef FUTEX_32
#define FUTEX_32 2
#endif

enum { LOOK_NS = 2000000 };

_Static_assert(sizeof(struct tu_os_word) == 24, "as the kernel's struct futex_waitv");

void tu_os_word_set(struct tu_os_word *w, uint32_t *at, uint32_t expected, bool shared)
{
	*w = (struct tu_os_word){ .expected = expected,
		.at = (uintptr_t)at,
		.how = FUTEX_32 | (shared ? 0 : FUTEX_PRIVATE_FLAG) };
}

bool tu_os_words_can(void)
{
	static uint32_t answer; /* 0: not asked yet. All threads that find it so write the same */
	uint32_t known = tu_load_rlx(&answer);
	int saved = errno;

	if (known == 0) {
		/* No words at all: an error in any case, but which one says whether it is there. */
		known = syscall(SYS_futex_waitv, NULL, 0, 0, NULL, 0) < 0 && errno == EINVAL ? 1
											     : 2;
		tu_store_rlx(&answer, known);
		errno = saved;
	}
	return known == 1;
}

/* The first one is the sleeper's own, and so private. */
static int wait_for_first(const struct tu_os_word *words, int64_t deadline)
{
	int64_t look = tu_real_now() + LOOK_NS;
	int rc = tu_real_futex_wait((uint32_t *)(uintptr_t)words->at, (uint32_t)words->expected,
		look < deadline ? look : deadline);

	return look < deadline ? 0 : rc;
}

int tu_real_words_wait(const struct tu_os_word *words, size_t n, int64_t deadline)
{
	struct timespec ts, *limit = NULL;
	int saved = errno, rc = 0;

	if (!tu_os_words_can())
		return wait_for_first(words, deadline);
	if (deadline != INT64_MAX) {
		ts = tu_clock_kernel(deadline);
		limit = &ts;
	}
	if (syscall(SYS_futex_waitv, words, (unsigned)n, 0, limit, CLOCK_MONOTONIC) < 0 &&
		(errno == ETIMEDOUT || errno == EFAULT))
		rc = -errno;
	errno = saved;
	return rc;
}

uint32_t tu_real_word_wake(uint32_t *word, uint32_t n)
{
	int most = n > INT_MAX ? INT_MAX : (int)n, saved = errno;
	/* The memory may be gone (EFAULT), or hold another word by now: a wake too many. */
	long woken = syscall(SYS_futex, word, FUTEX_WAKE, most, NULL, NULL, 0);

	errno = saved;
	return woken > 0 ? (uint32_t)woken : 0;
}
