/* SPDX-License-Identifier: MIT */
/* frame.c - see frame.h. */
#include "os/linux/frame.h"

#include <stddef.h>
#include <ucontext.h>

const void *tu_frame_pc(const void *frame)
{
	const ucontext_t *context = frame;

#if defined(__x86_64__)
	return (const void *)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (const void *)context->uc_mcontext.pc;
#elif defined(__riscv)
	return (const void *)context->uc_mcontext.__gregs[REG_PC];
#else
	return (void)context, NULL;
#endif
}
