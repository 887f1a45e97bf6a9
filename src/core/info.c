/* SPDX-License-Identifier: MIT */
/* info.c - what is known here in many places, in one. */
#include <string.h>
#include <tutti/info.h>
#include <tutti/version.h>

#include "core/batch.h"
#include "core/context.h"
#include "core/cpu.h"
#include "core/fence.h"
#include "os/os.h"

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif
#if defined(__x86_64__)
#define FOR ", x86-64"
#elif defined(__aarch64__)
#define FOR ", aarch64"
#elif defined(__riscv)
#define FOR ", riscv"
#else
#define FOR ""
#endif

void tutti_info_get(tutti_info *info)
{
	memset(info, 0, sizeof *info);
	info->version = tutti_version();
	info->compiler = COMPILER FOR;
	info->cpus_online = tu_os_cpu_online();
	info->cpus_affinity = tu_os_cpu_affinity();
	info->cpus_quota = tu_os_cpu_quota();
	info->cpus_told = tu_cpu_told();
	info->cpus = info->cpus_told > 0 ? info->cpus_told : tu_os_cpu_usable();
	info->guard_markers = tu_os_stacks_marked();
	info->barrier_remote = tu_load_rlx(&tu_fence_split); /* set before main */
	info->poller = tu_ring_used() ? "epoll and io_uring" : "epoll";
	info->large_pages = tu_os_large_pages();
	info->page_bytes = tu_os_page_bytes();
	info->stack_bytes_least = (size_t)1 << TU_STACK_CLASS_LEAST;
	info->stack_bytes_usual = (size_t)1 << TU_STACK_CLASS_USUAL;
	info->stack_bytes_most = (size_t)1 << TU_STACK_CLASS_MOST;
}
