/* SPDX-License-Identifier: MIT */
/*
 * switch.h - leave one stack and go on on another: the only code that knows the CPU's registers.
 *
 * tu_arch_switch is inline assembly which tells the compiler that every register is lost, so that
 * the compiler saves what lives and nothing else. What it cannot save for itself are the stack
 * pointer, the frame pointer and the place to go on: those three make up a saved context. Nothing
 * is pushed, so red zones and unwind tables stay true, and a debugger that loads the three finds
 * the frames of a context that is not running.
 *
 * Floating-point control words are not switched: like locale and errno's neighbours they belong to
 * the OS thread. The signal mask neither.
 */
#ifndef TU_OS_ARCH_SWITCH_H
#define TU_OS_ARCH_SWITCH_H

struct tu_registers {
	void *sp;
	void *fp;
	void *pc;
};

/* Where a new stack begins: calls what lies on top of it with fp. Marks the end of the frames. */
void tu_arch_entry(void);

/* Make regs begin a stack below top, which is 16-aligned: run(arg) is called there, for ever. */
static inline void tu_arch_prepare(
	struct tu_registers *regs, void *top, void (*run)(void *arg), void *arg)
{
	void (**sp)(void *) = (void (**)(void *))((char *)top - 16);

	*sp = run;
	regs->sp = sp;
	regs->fp = arg;
	regs->pc = (void *)tu_arch_entry;
}

#if defined(__x86_64__)
#include "os/arch/x86_64/switch.h"
#elif defined(__aarch64__)
#include "os/arch/aarch64/switch.h"
#elif defined(__riscv) && __riscv_xlen == 64
#include "os/arch/riscv64/switch.h"
#else
#error "no context switch for this CPU"
#endif

/*
 * For a function that switches and returns at once, to callers that alternate: the CPU expects each
 * return to go where the last call on any stack came from, and is wrong every time. What a jump
 * does it learns. Nothing where the compiler cannot.
 */
#ifndef TU_ARCH_RETURNS_ASTRAY
#define TU_ARCH_RETURNS_ASTRAY
#endif

#endif
