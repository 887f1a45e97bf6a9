/* SPDX-License-Identifier: MIT */
/* futex.c - sleep on a word, wake who sleeps there. Words are private to this process. */
#include "os/linux/clock.h"
#include "os/os.h"
#include "os/port.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

int tu_real_futex_wait(uint32_t *word, uint32_t expected, int64_t deadline)
{
	struct timespec ts, *limit = NULL;
	int saved = errno, rc = 0;

	if (deadline != INT64_MAX) {
		ts = tu_clock_kernel(deadline);
		limit = &ts;
	}
	/* WAIT_BITSET: the one whose timeout is an absolute instant on CLOCK_MONOTONIC. */
	if (syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected, limit, NULL,
		    FUTEX_BITSET_MATCH_ANY) < 0 &&
		errno == ETIMEDOUT)
		rc = -ETIMEDOUT;
	errno = saved;
	return rc;
}

void tu_real_futex_wake(uint32_t *word, uint32_t n)
{
	int saved = errno;

	/* The memory may be gone (EFAULT) or somebody else's word by now: a wake too many. */
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n > INT_MAX ? INT_MAX : (int)n, NULL, NULL, 0);
	errno = saved;
}
