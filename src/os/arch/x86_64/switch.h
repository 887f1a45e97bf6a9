/* SPDX-License-Identifier: MIT */
/*
 * x86-64, System V.  register  offset in tu_registers
 *                    rsp       0
 *                    rbp       8
 *                    rip       16
 */
#ifndef TU_OS_ARCH_X86_64_SWITCH_H
#define TU_OS_ARCH_X86_64_SWITCH_H

#if defined(__AVX512F__)
#define TU_ARCH_MORE_                                                                            \
	, "k1", "k2", "k3", "k4", "k5", "k6", "k7", "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", \
		"xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27", "xmm28", "xmm29", \
		"xmm30", "xmm31"
#else
#define TU_ARCH_MORE_
#endif

static inline __attribute__((always_inline)) void tu_arch_switch(
	struct tu_registers *from, const struct tu_registers *to)
{
	__asm__ volatile("leaq 1f(%%rip), %%rax\n\t"
			 "movq %%rsp, 0(%0)\n\t"
			 "movq %%rbp, 8(%0)\n\t"
			 "movq %%rax, 16(%0)\n\t"
			 "movq 0(%1), %%rsp\n\t"
			 "movq 8(%1), %%rbp\n\t"
			 "jmpq *16(%1)\n"
			 "1:\n\t"
			 : "+D"(from), "+S"(to)
			 :
			 : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13",
			 "r14", "r15", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
			 "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
			 "xmm15", "cc", "memory" TU_ARCH_MORE_);
}

#undef TU_ARCH_MORE_

/* gcc has an attribute for it, which was made to return by another instruction than ret. */
#if defined(__has_attribute) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if __has_attribute(function_return)
#define TU_ARCH_RETURNS_ASTRAY __attribute__((function_return("thunk-extern")))
#endif
#endif

#endif
