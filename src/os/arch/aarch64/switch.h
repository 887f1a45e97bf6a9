/* SPDX-License-Identifier: MIT */
/*
 * aarch64, AAPCS64.  register  offset in tu_registers
 *                    sp        0
 *                    x29       8
 *                    pc        16
 */
#ifndef TU_OS_ARCH_AARCH64_SWITCH_H
#define TU_OS_ARCH_AARCH64_SWITCH_H

/* x18 belongs to the platform and is never used; x0 and x1 carry the operands. */
static inline __attribute__((always_inline)) void tu_arch_switch(
	struct tu_registers *from, const struct tu_registers *to)
{
	register struct tu_registers *x0 __asm__("x0") = from;
	register const struct tu_registers *x1 __asm__("x1") = to;

	__asm__ volatile("adr x9, 1f\n\t"
			 "mov x10, sp\n\t"
			 "str x10, [x0, #0]\n\t"
			 "str x29, [x0, #8]\n\t"
			 "str x9, [x0, #16]\n\t"
			 "ldr x10, [x1, #0]\n\t"
			 "ldr x29, [x1, #8]\n\t"
			 "ldr x16, [x1, #16]\n\t"
			 "mov sp, x10\n\t"
			 "br x16\n" /* x16: the one that a landing pad of kind c accepts */
			 "1:\n\t"
			 "hint #36\n\t" /* bti j */
			 : "+r"(x0), "+r"(x1)
			 :
			 : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12",
			 "x13", "x14", "x15", "x16", "x17", "x19", "x20", "x21", "x22", "x23",
			 "x24", "x25", "x26", "x27", "x28", "x30", "v0", "v1", "v2", "v3", "v4",
			 "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15",
			 "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25",
			 "v26", "v27", "v28", "v29", "v30", "v31", "cc", "memory");
}

#endif
