/* SPDX-License-Identifier: MIT */
/* A new stack starts here: rsp points to the function to call, rbp is its argument. */
	.text
	.globl	tu_arch_entry
	.hidden	tu_arch_entry
	.type	tu_arch_entry, @function
tu_arch_entry:
	.cfi_startproc
	.cfi_undefined rip		/* the outermost frame: unwinders end here */
	endbr64
	movq	%rbp, %rdi
	xorl	%ebp, %ebp		/* and frame-pointer walkers end here */
	call	*(%rsp)
	ud2
	.cfi_endproc
	.size	tu_arch_entry, .-tu_arch_entry
	.section .note.GNU-stack,"",@progbits
