/* SPDX-License-Identifier: MIT */
/*
 * stacks.c - address space for stacks, and pages below them that fault.
 *
 * A guard made with mprotect splits its mapping in two, so that a process ends near 32,000 stacks
 * (vm.max_map_count). Kernels from 6.13 on put a marker into the page table instead. Some
 * environments accept that call and do nothing, so it is tried on a page of our own first.
 */
#include "os/os.h"

#include "base/atomic.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

enum { BATCH = 256 }; /* guards per call */

size_t tu_os_page_bytes(void)
{
	static size_t bytes;                /* every thread that finds 0 writes the same */
	size_t known = tu_load_rlx(&bytes); /* a number by itself */

	if (!known) {
		known = (size_t)sysconf(_SC_PAGESIZE);
		tu_store_rlx(&bytes, known);
	}
	return known;
}

void *tu_os_stacks_map(size_t bytes, size_t count)
{
	void *base;
	int saved = errno;

	if (count == 0 || bytes > SIZE_MAX / count)
		return NULL;
	base = mmap(NULL, bytes * count, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (base == MAP_FAILED)
		base = NULL;
	else
		madvise(base, bytes * count, MADV_NOHUGEPAGE);
	errno = saved;
	return base;
}

/* Does the kernel refuse to write where a marker guard was put? No signal is risked. */
static int markers_fault(void)
{
	size_t page = tu_os_page_bytes();
	void *probe = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int works = 0;

	if (probe == MAP_FAILED)
		return 0;
	if (madvise(probe, page, MADV_GUARD_INSTALL) == 0)
		works = syscall(SYS_clock_gettime, CLOCK_MONOTONIC, probe) < 0 && errno == EFAULT;
	munmap(probe, page);
	return works;
}

bool tu_os_stacks_marked(void)
{
	static int known; /* 0 not yet, 1 yes, 2 no; threads that race find the same */
	int answer = tu_load_rlx(&known); /* a number by itself */

	if (answer == 0) {
		answer = markers_fault() ? 1 : 2;
		tu_store_rlx(&known, answer);
	}
	return answer == 1;
}

/* One call for up to BATCH guards. Kernels that know markers may still not take a vector here. */
static int mark_batch(int self, char *base, size_t bytes, size_t count)
{
	struct iovec pages[BATCH];
	size_t page = tu_os_page_bytes();

	for (size_t i = 0; i < count; i++)
		pages[i] = (struct iovec){ base + i * bytes, page };
	if (self >= 0 && syscall(SYS_process_madvise, self, pages, count, MADV_GUARD_INSTALL, 0) ==
				 (long)(count * page))
		return 0;
	for (size_t i = 0; i < count; i++)
		if (madvise(base + i * bytes, page, MADV_GUARD_INSTALL) != 0)
			return -errno;
	return 0;
}

static int mark(char *base, size_t bytes, size_t count)
{
	static int refused; /* so that a checker that lacks the call complains once */
	int self = -1, rc = 0;

	if (count > 1 && !tu_load_rlx(&refused)) { /* a flag by itself */
		self = (int)syscall(SYS_pidfd_open, getpid(), 0);
		if (self < 0)
			tu_store_rlx(&refused, errno == ENOSYS);
	}

	for (size_t done = 0; done < count && rc == 0; done += BATCH) {
		size_t n = count - done < BATCH ? count - done : BATCH;

		rc = mark_batch(self, base + done * bytes, bytes, n);
	}
	if (self >= 0)
		close(self);
	return rc;
}

static int protect(char *base, size_t bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (mprotect(base + i * bytes, tu_os_page_bytes(), PROT_NONE) != 0)
			return -errno;
	return 0;
}

int tu_os_stacks_guard(void *base, size_t bytes, size_t count)
{
	int saved = errno;
	int rc = tu_os_stacks_marked() ? mark(base, bytes, count) : protect(base, bytes, count);

	errno = saved;
	return rc;
}

void tu_os_pages_drop(void *low, size_t bytes)
{
	int saved = errno;

	madvise(low, bytes, MADV_DONTNEED);
	errno = saved;
}

/* Memory that is locked is not given back. */
void tu_os_pages_zero(void *low, size_t bytes)
{
	size_t page = tu_os_page_bytes(), before = -(uintptr_t)low & (page - 1);
	char *at = low, *end = at + bytes;
	size_t whole = bytes > before ? (bytes - before) / page * page : 0;
	int saved = errno;

	if (whole > 0 && madvise(at + before, whole, MADV_DONTNEED) == 0) {
		memset(at, 0, before);
		at += before + whole;
	}
	memset(at, 0, (size_t)(end - at));
	errno = saved;
}
