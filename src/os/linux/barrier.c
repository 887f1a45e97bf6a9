/* SPDX-License-Identifier: MIT */
/*
 * barrier.c - a fence in all threads: membarrier(2), from Linux 4.14 on.
 *
 * Whether it is there is found once, before main: from then on other threads do without a fence of
 * their own, so that there is no falling back when a sandbox forbids the call later. See "Limits"
 * in the README.
 */
#include "os/os.h"
#include "os/port.h"

#include "base/check.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

static int membarrier(int command)
{
	int saved = errno, rc;

	rc = (int)syscall(SYS_membarrier, command, 0, 0);
	if (rc < 0)
		rc = -errno;
	errno = saved;
	return rc;
}

bool tu_os_barrier_prepare(void)
{
	/* Tried at once: there are environments that take the first call and know no second. */
	return membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0 &&
	       membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) == 0;
}

void tu_real_barrier(void)
{
	int rc = membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);

	if (rc == -EPERM && tu_os_barrier_prepare()) /* a forked child need not be registered */
		rc = 0;
	tu_check(rc == 0, "membarrier(2) has worked and works no more");
}
