/* SPDX-License-Identifier: MIT */
/*
 * riscv64, lp64d.  register  offset in tu_registers
 *                  sp        0
 *                  s0        8
 *                  pc        16
 */
#ifndef TU_OS_ARCH_RISCV64_SWITCH_H
#define TU_OS_ARCH_RISCV64_SWITCH_H

/* gp and tp are fixed; a0 and a1 carry the operands. */
static inline __attribute__((always_inline)) void tu_arch_switch(
	struct tu_registers *from, const struct tu_registers *to)
{
	register struct tu_registers *a0 __asm__("a0") = from;
	register const struct tu_registers *a1 __asm__("a1") = to;

	__asm__ volatile("la t0, 1f\n\t"
			 "sd sp, 0(a0)\n\t"
			 "sd s0, 8(a0)\n\t"
			 "sd t0, 16(a0)\n\t"
			 "ld sp, 0(a1)\n\t"
			 "ld s0, 8(a1)\n\t"
			 "ld t0, 16(a1)\n\t"
			 "jr t0\n"
			 "1:\n\t"
			 : "+r"(a0), "+r"(a1)
			 :
			 : "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a2", "a3", "a4", "a5",
			 "a6", "a7", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10",
			 "s11", "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "ft8",
			 "ft9", "ft10", "ft11", "fa0", "fa1", "fa2", "fa3", "fa4", "fa5", "fa6",
			 "fa7", "fs0", "fs1", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8",
			 "fs9", "fs10", "fs11", "memory");
}

#endif
