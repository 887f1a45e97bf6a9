/* SPDX-License-Identifier: MIT */
/* A new stack starts here: sp points to the function to call, x29 is its argument. */
	.text
	.globl	tu_arch_entry
	.hidden	tu_arch_entry
	.type	tu_arch_entry, %function
tu_arch_entry:
	.cfi_startproc
	.cfi_undefined x30		/* the outermost frame: unwinders end here */
	hint	#38			/* bti jc */
	mov	x0, x29
	mov	x29, xzr		/* and frame-pointer walkers end here */
	mov	x30, xzr
	ldr	x9, [sp]
	blr	x9
	brk	#0
	.cfi_endproc
	.size	tu_arch_entry, .-tu_arch_entry
	.section .note.GNU-stack,"",%progbits
